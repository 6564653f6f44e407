"""Good lines: what they mean, and how they are written canonically."""

import subprocess
import sys

import pytest

from gomem_core.go.release import ALWAYS
from gomem_core.lang import MAX_LINE, format_command, parse
from gomem_core.lang.commands import (
    Advise,
    Alloc,
    ByAddr,
    ByName,
    ByRange,
    Churn,
    Command,
    Drop,
    Every,
    Everything,
    Filter,
    Find,
    Fit,
    Flush,
    FreeOs,
    Gc,
    GcMark,
    GcSweep,
    Gogc,
    Help,
    Invariants,
    Layout,
    Link,
    MemStats,
    Procs,
    Scavenge,
    Share,
    Show,
    ShowOne,
    SizeIs,
    Unlink,
    UseP,
)
from gomem_core.lang.moves import (
    Back,
    Branch,
    Diff,
    ExpectAddr,
    ExpectError,
    ExpectEvent,
    ExpectNoEvent,
    ExpectQuantity,
    ExpectServed,
    Focus,
    Forward,
    Go,
    Goto,
    Mark,
    Open,
    Pause,
    Resume,
    Save,
    Say,
    Select,
    TakeUp,
    UntilEvent,
    UntilQuantity,
)

NAME_64 = "n" + "0123456789" * 6 + "xyz"

GOOD: list[tuple[str, Command, str | None]] = [
    # line, meaning, canonical text
    ("alloc 48", Alloc(48), "alloc 48"),
    ("alloc 48 noscan", Alloc(48, "noscan"), "alloc 48"),
    ("alloc 0", Alloc(0), "alloc 0"),
    ("alloc 13", Alloc(13), "alloc 13"),
    ("alloc 8 scan", Alloc(8, "scan"), "alloc 8 scan"),
    ("alloc 16 head", Alloc(16, "head"), "alloc 16 head"),
    ("alloc 48 scan as b", Alloc(48, "scan", "b"), "alloc 48 scan as b"),
    ("a 48 times 3 as b scan", Alloc(48, "scan", "b", 3), "alloc 48 scan as b times 3"),
    ("alloc 48 times 0x10", Alloc(48, times=16), "alloc 48 times 16"),
    ("alloc 48 times 100000000", Alloc(48, times=100_000_000), "alloc 48 times 100000000"),
    ("alloc 48 times 1", Alloc(48), "alloc 48"),
    ("alloc 0x30", Alloc(48), "alloc 48"),
    ("alloc 1.5M", Alloc(1_572_864), "alloc 1536K"),
    ("alloc 100G scan", Alloc(107_374_182_400, "scan"), "alloc 100G scan"),
    ("alloc 9223372036854775807", Alloc(2**63 - 1), "alloc 9223372036854775807"),
    (f"alloc 48 as {NAME_64}", Alloc(48, name=NAME_64), f"alloc 48 as {NAME_64}"),
    ("alloc 48 as Ab_c-9", Alloc(48, name="Ab_c-9"), "alloc 48 as Ab_c-9"),
    ("alloc 48 as p", Alloc(48, name="p"), "alloc 48 as p"),
    ("alloc 48 as o", Alloc(48, name="o"), "alloc 48 as o"),
    ("alloc 48 as o3x", Alloc(48, name="o3x"), "alloc 48 as o3x"),
    ("alloc 48 as small", Alloc(48, name="small"), "alloc 48 as small"),
    ("  alloc\t48  ", Alloc(48), "alloc 48"),
    ("alloc 48# sea \u6d77 \x00", Alloc(48), "alloc 48"),
    ("alloc 48 # as b", Alloc(48), "alloc 48"),
    ("alloc 48\n", Alloc(48), "alloc 48"),
    ("alloc 48\r\n", Alloc(48), "alloc 48"),
    ("drop b", Drop((ByName("b"),)), "drop b"),
    (
        "d o3 x.2 0xC420000000",
        Drop((ByName("o3"), ByName("x.2"), ByAddr(0xC420000000))),
        "drop o3 x.2 0xc420000000",
    ),
    ("drop o3..o9", Drop((ByRange("o", 3, 9),)), "drop o3..o9"),
    ("drop x.1..x.3 b", Drop((ByRange("x.", 1, 3), ByName("b"))), "drop x.1..x.3 b"),
    ("drop o.1..o.3", Drop((ByRange("o.", 1, 3),)), "drop o.1..o.3"),
    ("drop o7..o7", Drop((ByRange("o", 7, 7),)), "drop o7..o7"),
    ("drop all", Drop((Everything(),)), "drop all"),
    ("drop every size", Drop((ByName("every"), ByName("size"))), "drop every size"),  # as names, they were there first
    ("drop every 0xc420000000", Drop((ByName("every"), ByAddr(0xC420000000))), "drop every 0xc420000000"),
    ("drop x every 4", Drop((ByName("x"),), Every(4)), "drop x every 4"),
    ("drop every every 4", Drop((ByName("every"),), Every(4)), "drop every every 4"),
    ("drop every 3", Drop((Everything(),), Every(3)), "drop all every 3"),
    ("drop 75% seed 1", Drop((Everything(),), Share(75.0, 1)), "drop all 75%"),
    ("drop all 12.5% seed 7", Drop((Everything(),), Share(12.5, 7)), "drop all 12.5% seed 7"),
    ("drop size<64", Drop((Everything(),), None, SizeIs("<", 64)), "drop all size<64"),
    ("drop size  ==\t1K 50%", Drop((Everything(),), Share(50.0), SizeIs("=", 1024)), "drop all 50% size=1K"),
    ("d all every 3 size>=100", Drop((Everything(),), Every(3), SizeIs(">=", 100)), "drop all every 3 size>=100"),
    ("drop o3..o9 x every 2", Drop((ByRange("o", 3, 9), ByName("x")), Every(2)), "drop o3..o9 x every 2"),
    ("link a.0 b", Link(ByName("a"), 0, ByName("b")), "link a.0 b"),
    ("l x.1.0 x.2", Link(ByName("x.1"), 0, ByName("x.2")), "link x.1.0 x.2"),
    ("link x.1 b", Link(ByName("x"), 1, ByName("b")), "link x.1 b"),
    ("link o5.1 o6", Link(ByName("o5"), 1, ByName("o6")), "link o5.1 o6"),
    ("link 0xc420000000.2 b", Link(ByAddr(0xC420000000), 2, ByName("b")), "link 0xc420000000.2 b"),
    ("link a.68719476736 b", Link(ByName("a"), 2**36, ByName("b")), "link a.68719476736 b"),
    ("unlink a.7", Unlink(ByName("a"), 7), "unlink a.7"),
    ("ul a.7", Unlink(ByName("a"), 7), "unlink a.7"),
    ("gc", Gc(), "gc"),
    ("gc mark", GcMark(), "gc mark"),
    ("gc sweep", GcSweep(None), "gc sweep"),
    ("gc sweep 5", GcSweep(5), "gc sweep 5"),
    ("gogc 100", Gogc(100), "gogc 100"),
    ("gogc 50%", Gogc(50), "gogc 50"),
    ("gogc 0", Gogc(0), "gogc 0"),
    ("gogc off", Gogc(-1), "gogc off"),
    ("gogc -1", Gogc(-1), "gogc off"),
    ("gogc -77", Gogc(-1), "gogc off"),
    ("scavenge", Scavenge(300_000_000_000), "scavenge 5m"),
    ("scavenge 0", Scavenge(0), "scavenge 0s"),
    ("scavenge 0s", Scavenge(0), "scavenge 0s"),
    ("scavenge 30s", Scavenge(30_000_000_000), "scavenge 30s"),
    ("scavenge 120s", Scavenge(120_000_000_000), "scavenge 2m"),
    ("scavenge 1.5h", Scavenge(5_400_000_000_000), "scavenge 90m"),
    ("scavenge 100ms", Scavenge(100_000_000), "scavenge 100ms"),
    ("scavenge 3us", Scavenge(3_000), "scavenge 3us"),
    ("scavenge 7ns", Scavenge(7), "scavenge 7ns"),
    ("freeos", FreeOs(), "freeos"),
    ("flush", Flush(), "flush"),
    ("memstats", MemStats(), "memstats"),
    ("mem", MemStats(), "memstats"),
    ("procs 4", Procs(4), "procs 4"),
    ("p 0", UseP(0), "p 0"),
    ("churn 10", Churn(10, 1, 1_048_576, "mixed"), "churn 10"),
    ("churn 10 sizes web live 2K seed 0", Churn(10, 0, 2048, "web"), "churn 10 seed 0 live 2K sizes web"),
    ("churn 10 live 0", Churn(10, live=0), "churn 10 live 0"),
    ("show spans", Show("spans"), "show spans"),
    ("s layout", Show("layout"), "show layout"),
    (
        "show spans class:5 kind=scan state!=free waste>30% used<=12.5",
        Show(
            "spans",
            (
                Filter("class", ":", 5),
                Filter("kind", ":", "scan"),
                Filter("state", "!=", "free"),
                Filter("waste", ">", 30.0),
                Filter("used", "<=", 12.5),
            ),
        ),
        "show spans class:5 kind:scan state!=free waste>30% used<=12.5%",
    ),
    (
        "show spans size>=1K list:large",
        Show("spans", (Filter("size", ">=", 1024), Filter("list", ":", "large"))),
        None,
    ),
    (
        "show mcentral nonempty>0 empty<9",
        Show("mcentral", (Filter("nonempty", ">", 0), Filter("empty", "<", 9))),
        None,
    ),
    (
        "show mcache p:1 kind:noscan",
        Show("mcache", (Filter("p", ":", 1), Filter("kind", ":", "noscan"))),
        None,
    ),
    (
        "show free pages>=10 pages<20",
        Show("free", (Filter("pages", ">=", 10), Filter("pages", "<", 20))),
        None,
    ),
    ("show classes objects:170", Show("classes", (Filter("objects", ":", 170),)), None),
    ("show span b", ShowOne("span", ByName("b")), "show span b"),
    ("show span 0xc420000000", ShowOne("span", ByAddr(0xC420000000)), "show span 0xc420000000"),
    ("show span 27dffb9b6008", ShowOne("span", ByAddr(0x27DFFB9B6008)), "show span 0x27dffb9b6008"),
    ("show page 7f0000000", ShowOne("page", ByAddr(0x7F0000000)), "show page 0x7f0000000"),
    ("find 100000000000", Find(ByAddr(0x100000000000)), "find 0x100000000000"),
    ("show span 12", ShowOne("span", 12), "show span 12"),
    ("show object x.1", ShowOne("object", ByName("x.1")), "show object x.1"),
    ("show bitmap o1", ShowOne("bitmap", ByName("o1")), "show bitmap o1"),
    ("show page 67108863", ShowOne("page", 67_108_863), "show page 67108863"),
    ("show page 0xc420000000", ShowOne("page", ByAddr(0xC420000000)), "show page 0xc420000000"),
    ("show class 66", ShowOne("class", 66), "show class 66"),
    ("find 0xc420000000", Find(ByAddr(0xC420000000)), "find 0xc420000000"),
    ("f 0xffffffffffffffff", Find(ByAddr(2**64 - 1)), "find 0xffffffffffffffff"),
    ("find x.1", Find(ByName("x.1")), "find x.1"),
    ("advise", Advise(), "advise"),
    ("layout  struct{ a, b  int }  # why", Layout("struct{ a, b  int }"), "layout struct{ a, b  int }"),
    ("fit 1.5M", Fit("1.5M"), "fit 1.5M"),
    ("fit []int", Fit("[]int"), "fit []int"),
    ("invariants", Invariants("full"), "invariants full"),
    ("inv cheap", Invariants("cheap"), "invariants cheap"),
    ("help", Help(None), "help"),
    ("?", Help(None), "help"),
    ("h alloc", Help("alloc"), "help alloc"),
    ("help d", Help("drop"), "help drop"),
    ("back", Back(1), "back 1"),
    ("back 0x10", Back(16), "back 16"),
    ("forward", Forward(1), "forward 1"),
    ("forward 3", Forward(3), "forward 3"),
    ("goto 0", Goto(0), "goto 0"),
    ("goto 0x20", Goto(32), "goto 32"),
    ("goto start", Goto("start"), "goto start"),
    ("goto end", Goto("end"), "goto end"),
    ("goto 7.3", Goto(7, 3), "goto 7.3"),
    ("goto first.12", Goto("first", 12), "goto first.12"),
    ("goto end.0", Goto("end"), "goto end"),
    ("goto alloc", Goto("alloc"), "goto alloc"),
    ("until grow", UntilEvent("grow"), "until grow"),
    ("until gc", UntilEvent("gc_start"), "until gc_start"),
    ("until refill", UntilEvent("cache_span"), "until cache_span"),
    ("until split", UntilEvent("span_split"), "until span_split"),
    ("until merge", UntilEvent("span_merge"), "until span_merge"),
    ("until scavenge", UntilEvent("scavenged"), "until scavenged"),
    ("until sweep # x", UntilEvent("sweep"), "until sweep"),
    ("until heap_live>4M", UntilQuantity("heap_live", ">", 4 << 20), "until heap_live > 4M"),
    ("until heap_live >4M#x", UntilQuantity("heap_live", ">", 4 << 20), "until heap_live > 4M"),
    ("until\theap_live\t>=\t32K\t", UntilQuantity("heap_live", ">=", 32 << 10), "until heap_live >= 32K"),
    ("until spans<= 0x10", UntilQuantity("spans", "<=", 16), "until spans <= 16"),
    ("until spans != 3", UntilQuantity("spans", "!=", 3), "until spans != 3"),
    ("until spans == 3", UntilQuantity("spans", "=", 3), "until spans = 3"),
    ("until spans:3", UntilQuantity("spans", "=", 3), "until spans = 3"),
    ("until objects < 32", UntilQuantity("objects", "<", 32), "until objects < 32"),
    ("mark gc", Mark("gc"), "mark gc"),
    ("mark o1", Mark("o1"), "mark o1"),
    (f"mark {NAME_64}", Mark(NAME_64), f"mark {NAME_64}"),
    ("diff 7", Diff(7), "diff 7"),
    ("diff a-b", Diff("a-b"), "diff a-b"),
    ("branch", Branch(None), "branch"),
    ("branch end", Branch("end"), "branch end"),
    ("save a b.gomem", Save("a b.gomem"), "save a b.gomem"),
    ("save \t#1 \u6d77.gomem ", Save("#1 \u6d77.gomem"), "save #1 \u6d77.gomem"),
    ("open ~/x.gomem\r\n", Open("~/x.gomem"), "open ~/x.gomem"),
    ("resume", Resume(None), "resume"),
    ("resume 2018-02-16.7_a", Resume("2018-02-16.7_a"), "resume 2018-02-16.7_a"),
    ("take-up", TakeUp(), "take-up"),
    ("go", Go(None), "go"),
    ("go list", Go(None), "go"),
    ("go 1.10", Go(ALWAYS), "go 1.10"),
    ("go go1.10.7  # the mission's", Go(ALWAYS), "go 1.10"),
    ("takeup # now", TakeUp(), "take-up"),
    ("say", Say(""), "say"),
    ("say#x", Say(""), "say"),
    ("say # Title", Say("# Title"), "say # Title"),
    (" say\t  - \u6d77  ", Say("  - \u6d77  "), "say   - \u6d77  "),
    ("say expect error", Say("expect error"), "say expect error"),
    ("pause", Pause(), "pause"),
    ("focus Why 3 MCACHE why", Focus(("why", "bitmap", "mcache")), "focus why bitmap mcache"),
    (
        "focus 1 2 3 4 5 6 7 8 9 w",
        Focus(("spans", "arena", "bitmap", "mcentral", "mcache", "why", "heap", "layout", "objects", "advise")),
        "focus spans arena bitmap mcentral mcache why heap layout objects advise",
    ),
    ("select x.3", Select("x.3"), "select x.3"),
    ("select 0xC420000000 # here", Select(0xC420000000), "select 0xc420000000"),
    ("expect served mheap", ExpectServed("mheap"), "expect served mheap"),
    ("expect spans 3", ExpectQuantity("spans", "=", 3), "expect spans = 3"),
    ("expect heap_live<=4M", ExpectQuantity("heap_live", "<=", 4 << 20), "expect heap_live <= 4M"),
    ("expect heap_live 5000", ExpectQuantity("heap_live", "=", 5000), "expect heap_live = 5000"),
    ("expect addr b 0xC420000000", ExpectAddr("b", 0xC420000000), "expect addr b 0xc420000000"),
    ("expect addr x.1 0x0", ExpectAddr("x.1", 0), "expect addr x.1 0x0"),
    ("expect event gc", ExpectEvent("gc_start"), "expect event gc_start"),
    ("expect no event grow", ExpectNoEvent("grow"), "expect no event grow"),
    ("expect error", ExpectError(""), "expect error"),
    ("expect error # is no \u00e9", ExpectError("# is no \u00e9"), "expect error # is no \u00e9"),
    ("expect\terror\tx y ", ExpectError("x y"), "expect error x y"),
]


@pytest.mark.parametrize(("line", "meaning", "canonical"), GOOD, ids=[case[0] for case in GOOD])
def test_good_line(line: str, meaning: Command, canonical: str | None) -> None:
    command = parse(line)
    assert command == meaning
    assert type(command) is type(meaning)
    text = format_command(command)
    assert canonical is None or text == canonical
    assert parse(text) == meaning


@pytest.mark.parametrize("line", ["", "   ", "\t", "\n", "\r\n", "#", "# alloc 48", "  # x", "#\x00\ud800\u6d77"])
def test_blank_lines_and_comments_are_no_commands(line: str) -> None:
    assert parse(line) is None


@pytest.mark.parametrize(
    "word",
    [
        "pause",
        "open",
        "save",
        "say",
        "focus",
        "branch",
        "end",
        "start",
        "error",
        "event",
        "no",
        "addr",
        "served",
        "until",
        "diff",
    ],
)
def test_words_of_moves_and_directives_are_names_of_objects_too(word: str) -> None:
    assert parse(f"alloc 48 as {word}") == Alloc(48, name=word)
    assert parse(f"drop {word} {word}.1..{word}.3") == Drop((ByName(word), ByRange(f"{word}.", 1, 3)))
    assert parse(f"expect addr {word} 0x10") == ExpectAddr(word, 16)


def test_a_line_of_the_greatest_length_is_read() -> None:
    assert parse("gc".ljust(MAX_LINE)) == Gc()


def test_filters_of_the_last_cases_keep_their_text() -> None:
    for line in (
        "show spans size>=1K list:large",
        "show mcache p:1 kind:noscan",
        "show free pages>=10 pages<20",
    ):
        command = parse(line)
        assert command is not None
        assert format_command(command) == line


def test_the_language_stands_alone() -> None:
    code = (
        "import sys, gomem_core.lang\n"
        "print(sorted(m for m in sys.modules if m.startswith(('gomem', 'textual', 'numpy'))"
        " and not m.startswith('gomem_core.lang')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    facts = (
        "go",
        "go.allevents",
        "go.amd64",
        "go.events",
        "go.language",
        "go.pageevents",
        "go.release",
        "go.sizeclasses",
        "go.versions",
    )
    leaves = [f"gomem_core.{name}" for name in ("foreign", "frozen", *facts, "named", "regex", "suggest")]
    assert done.stdout.strip() == str(["gomem_core", *leaves])
