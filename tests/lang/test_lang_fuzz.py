"""Random commands survive writing and reading; random lines are commands or ParseErrors, nothing else."""

import string
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.go.release import ALWAYS, Release
from gomem_core.go.versions import GO_1_26
from gomem_core.lang import BY_WORD, REGISTRY, Command, Names, ParseError, complete, format_command, parse
from gomem_core.lang import commands as c
from gomem_core.lang import moves as m
from gomem_core.lang.conditions import EVENTS
from gomem_core.lang.filters import ROW, SEARCHED, TOPICS
from gomem_core.lang.quantities import QUANTITIES
from tests.effort import effort

FIXED_WORDS = {word for spec in REGISTRY for word in spec.words()} | {"all", "off", "back", "goto"}
SIZES = st.integers(0, 2**63 - 1) | st.builds(lambda n, s: n << s, st.integers(0, 1000), st.sampled_from([10, 20, 30]))
NUMBERS = st.integers(1, 10**18 - 1)


def is_free(name: str) -> bool:
    automatic = name[0] == "o" and name[1:].isdigit()
    return not automatic and (len(name) == 1 or name.lower() not in FIXED_WORDS)


NAMES = st.builds(
    lambda head, tail: head + tail,
    st.sampled_from(string.ascii_letters),
    st.text(string.ascii_letters + string.digits + "_-", max_size=63),
).filter(is_free)
ALLOCS = st.one_of(
    st.builds(c.Alloc, SIZES, st.just("noscan"), st.none() | NAMES, st.integers(1, 10**8)),
    st.builds(c.Alloc, st.integers(1, 2**60 - 1).map(lambda n: 8 * n), st.just("scan"), st.none() | NAMES),
    st.builds(c.Alloc, st.integers(2, 2**60 - 1).map(lambda n: 8 * n), st.sampled_from(["head", "every4"]), st.none() | NAMES),
)
BY_NAME = st.builds(
    c.ByName,
    st.one_of(NAMES, st.sampled_from(["every", "size"]), NUMBERS.map("o{}".format), st.builds("{}.{}".format, NAMES, NUMBERS)),
)
ADDRESSES = st.integers(0, 2**64 - 1)
REFS = BY_NAME | st.builds(c.ByAddr, ADDRESSES)
RANGES = st.builds(
    lambda prefix, ends: c.ByRange(prefix, *sorted(ends)),
    st.just("o") | NAMES.map("{}.".format),
    st.tuples(NUMBERS, NUMBERS),
)
TARGETS = st.just((c.Everything(),)) | st.lists(REFS | RANGES, min_size=1, max_size=5).map(tuple)
PICKS = st.one_of(
    st.none(),
    st.builds(c.Every, st.integers(1, 10**8)),
    st.builds(c.Share, st.integers(0, 100_000_000).map(lambda n: n / 1_000_000), st.integers(0, 2**63 - 1)),
)
SLOTS = st.integers(0, 2**36)


@st.composite
def filters(draw: st.DrawFn, topic: str) -> c.Filter:
    if topic in SEARCHED and draw(st.booleans()):
        return c.Filter(ROW, "~", draw(st.sampled_from(["scan", "^L$", "nonempty|free", "[0-9]+%", "(?:5|7)", "c42000[0-4]"])))
    field = draw(st.sampled_from(TOPICS[topic]))
    if field.choices:
        return c.Filter(field.name, draw(st.sampled_from([":", "!="])), draw(st.sampled_from(field.choices)))
    values: dict[str, st.SearchStrategy[Any]] = {
        "size": SIZES,
        "used": st.integers(0, 100_000_000).map(lambda n: n / 1_000_000),
        **dict.fromkeys(("waste", "slot_waste", "free_slots"), st.integers(0, 100_000_000).map(lambda n: n / 1_000_000)),
        "class": st.integers(0, 66),
        "p": st.integers(0, 1023),
    }
    op = draw(st.sampled_from([":", "!=", "<", "<=", ">", ">="]))
    return c.Filter(field.name, op, draw(values.get(field.name, st.integers(0, 2**32))))


@st.composite
def shows(draw: st.DrawFn) -> c.Show:
    topic = draw(st.sampled_from(get_args(c.Topic)))
    return c.Show(topic, tuple(draw(st.lists(filters(topic), max_size=4))) if TOPICS[topic] else ())


KINDS = st.sampled_from(sorted(EVENTS))
PANES: list[m.Pane] = ["spans", "arena", "bitmap", "mcentral", "mcache", "why", "heap", "layout", "objects", "advise"]
PLAIN_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,63}", fullmatch=True)
MARKS = PLAIN_NAMES.filter(lambda name: name.lower() not in ("start", "end"))
LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60)
TEXTS = LINES.map(lambda text: text.strip(" \t"))
COMPARISONS = st.tuples(st.sampled_from(sorted(QUANTITIES)), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), SIZES)

TYPES = st.from_regex(r"[!$-~]([ !$-~]{0,40}[!$-~])?", fullmatch=True)
TIMES = st.builds(m.Time, st.integers(0, 1 << 62))

MOVES: st.SearchStrategy[Command] = st.one_of(
    st.builds(m.Back, NUMBERS),
    st.builds(m.Forward, NUMBERS),
    st.builds(m.Goto, st.integers(0, 2**63 - 1) | MARKS | TIMES | st.sampled_from(["start", "end"])),
    st.builds(m.Diff, st.integers(0, 2**63 - 1) | TIMES | MARKS.filter(lambda name: name not in ("branch", "file"))),
    st.builds(m.DiffBranch, PLAIN_NAMES, st.integers(0, 2**63 - 1) | MARKS | st.sampled_from(["start", "end"])),
    st.builds(m.UntilEvent, KINDS),
    COMPARISONS.map(lambda parts: m.UntilQuantity(*parts)),
    st.builds(m.UntilType, TYPES, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), SIZES),
    st.builds(m.Mark, MARKS),
    st.builds(m.Branch, st.none() | PLAIN_NAMES),
    st.builds(m.Resume, st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", fullmatch=True)),
    st.just(m.Pause()),
    st.just(m.TakeUp()),
    st.builds(m.WhatIf, st.sampled_from(["gc", "drop 50%; gc"])),
    st.sampled_from([m.Go(None), m.Go(ALWAYS), m.Go(Release(GO_1_26, 0x12340000000, 7))]),
    st.sampled_from([m.Compare(), m.Compare((ALWAYS, Release(GO_1_26)))]),
    st.lists(st.sampled_from(PANES), min_size=1, unique=True).map(lambda panes: m.Focus(tuple(panes))),
    st.builds(m.Select, BY_NAME.map(lambda ref: ref.name) | ADDRESSES),
    st.builds(m.ExpectServed, st.sampled_from(["zero", "tiny", "mcache", "mcentral", "mheap", "os"])),
    COMPARISONS.map(lambda parts: m.ExpectQuantity(*parts)),
    st.builds(m.ExpectAddr, BY_NAME.map(lambda ref: ref.name), ADDRESSES),
    st.builds(m.ExpectEvent, KINDS),
    st.builds(m.ExpectNoEvent, KINDS),
)
WITH_TEXT: st.SearchStrategy[Command] = st.one_of(
    st.builds(m.Say, LINES),
    st.builds(m.Save, TEXTS.filter(bool)),
    st.builds(m.Open, TEXTS.filter(bool)),
    st.builds(m.DiffFile, TEXTS.filter(bool)),
    st.builds(m.ExpectError, TEXTS),
    st.builds(c.Types, TEXTS.filter(bool)),
    st.builds(c.Layout, st.sampled_from(["int", "struct{ a, b bool }", "map[string][]*node"])),
    st.builds(
        c.Declare, st.sampled_from(["node struct{ next *node }", "( id int; pair[K comparable, V any] struct{ k K; v V } )"])
    ),
)

STATEMENTS = st.sampled_from(
    ["new(int)", "&node{n: 1}", "make(map[string]int, 100)", "a + b", '"as x" + s', "[]byte(s)", "go f(1)", "x := 3", "x++"]
)
TIMES_DONE = st.sampled_from([1, 2, 1000])

COMMANDS: st.SearchStrategy[Command] = MOVES | st.one_of(
    ALLOCS,
    st.builds(c.Statement, STATEMENTS, st.none() | NAMES, TIMES_DONE),
    st.builds(c.AllocType, st.sampled_from(["node", "[12]*int", "struct{ a, b int }"]), st.none() | NAMES, TIMES_DONE),
    st.builds(c.Insert, NAMES, st.integers(1, 10**7)),
    st.builds(c.Drop, TARGETS, PICKS, st.none() | st.builds(c.SizeIs, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), SIZES)),
    st.builds(c.Link, REFS, SLOTS, REFS),
    st.builds(c.Unlink, REFS, SLOTS),
    st.builds(
        c.Churn,
        st.integers(1, 10**8),
        st.integers(0, 2**63 - 1),
        SIZES,
        st.sampled_from(["small", "mixed", "web", "large"]),
    ),
    *map(st.just, (c.Gc(), c.GcMark(), c.GcSweep(None), c.FreeOs(), c.Flush(), c.Advise(), c.MemStats(), c.Help(None))),
    st.builds(c.GcSweep, st.integers(0, 2**63 - 1)),
    st.builds(c.Gogc, st.integers(-1, 10**8)),
    st.builds(c.Scavenge, st.integers(0, 2**63 - 1) | st.integers(0, 10**6).map(lambda n: n * 10**9)),
    st.builds(c.Procs, st.integers(1, 1024)),
    st.builds(c.UseP, st.integers(0, 1023)),
    shows(),
    st.builds(c.ShowOne, st.sampled_from(["span", "object", "bitmap"]), REFS),
    st.builds(c.ShowOne, st.just("page"), st.builds(c.ByAddr, ADDRESSES) | st.integers(0, 2**26 - 1)),
    st.builds(c.ShowOne, st.just("class"), st.integers(0, 66)),
    st.builds(c.ShowOne, st.just("span"), st.integers(0, 10**8 - 1)),
    st.builds(c.Find, REFS),
    st.builds(c.Fit, st.sampled_from(["48", "1.5M", "[]int", "struct{}"])),
    st.builds(c.Invariants, st.sampled_from(["cheap", "lists", "full"])),
    st.just(c.Look()),
    st.builds(c.Help, st.sampled_from([spec.name for spec in REGISTRY])),
)


def test_every_kind_of_command_is_drawn() -> None:
    drawn: set[type] = set()

    @settings(max_examples=effort(600, 2000), database=None)
    @given(COMMANDS | WITH_TEXT)
    def draw(command: Command) -> None:
        drawn.add(type(command))

    draw()
    assert drawn == set(get_args(Command))


@settings(max_examples=effort(250, 1500))
@given(COMMANDS)
def test_written_commands_are_read_back(command: Command) -> None:
    text = format_command(command)
    again = parse(text)
    assert again == command
    assert type(again) is type(command)
    assert text.isascii()
    assert text.isprintable()


@settings(max_examples=effort(80, 500))
@given(WITH_TEXT)
def test_written_texts_are_read_back(command: Command) -> None:
    again = parse(format_command(command))
    assert again == command
    assert type(again) is type(command)


def read(line: str) -> Command | None:
    """Parses, and checks that a refusal points into the line and can be printed."""
    try:
        return parse(line)
    except ParseError as caught:
        error = caught
    assert 1 <= error.column <= len(line) + 1
    assert error.width >= 0
    assert error.column - 1 + error.width <= len(line)
    assert error.message
    error.render(line).encode("utf-8")
    str(error).encode("utf-8")
    return None


@settings(max_examples=effort(250, 1500))
@given(st.text(st.characters(exclude_categories=[]), max_size=80))
def test_any_text(line: str) -> None:
    command = read(line)
    assert command is None or parse(format_command(command)) == command


PIECES = st.one_of(
    st.sampled_from(sorted({*FIXED_WORDS, *BY_WORD, "small", "cheap", "full", "web"})),
    st.sampled_from(["0", "1", "8", "16", "48", "32K", "1.5M", "0x30", "0xc420000000", "-1", "50%", "30s", "9" * 50]),
    st.sampled_from(["grow", "gc_start", "heap_live", "heap_live>4M", "<=", "spans", "spans=3", "os", "\u6d77", "event"]),
    st.sampled_from(
        [
            "a",
            "b.0",
            "o1",
            "o3..o9",
            "x.1..x.3",
            "every",
            "size",
            "size<64",
            "75%",
            "x.1",
            "x.1.0",
            "o3.1",
            "a..b",
            ".",
            "..",
            "class:5",
        ]
    ),
    st.sampled_from(["kind!=scan", "waste>30%", "pages>=10", "class:", ":5", "#", "\t", "=", "state:free", "\u00e9"]),
    st.text(st.sampled_from("aox0159.:<=>%-_#KMis"), max_size=8),
)


@settings(max_examples=effort(500, 3000))
@given(st.lists(PIECES, max_size=9).map(" ".join))
def test_lines_out_of_the_language_s_own_words(line: str) -> None:
    command = read(line)
    if command is not None:
        assert parse(format_command(command)) == command


@settings(max_examples=effort(160, 1000))
@given(COMMANDS | WITH_TEXT, st.integers(0, 200), st.integers(0, 3), st.text(max_size=3))
def test_damaged_commands(command: Command, place: int, cut: int, put: str) -> None:
    text = format_command(command)
    place = min(place, len(text))
    read(text[:place] + put + text[place + cut :])


@given(
    COMMANDS,
    st.text(" \t", min_size=1, max_size=4),
    st.text(st.characters(exclude_characters="\r\n"), max_size=20),
)
def test_blanks_and_comments_change_nothing(command: Command, blanks: str, comment: str) -> None:
    text = format_command(command).replace(" ", blanks)
    assert parse(f"{blanks}{text}{blanks}#{comment}\n") == command


def offered(prefix: str) -> list[str]:
    return [prefix + "1", "foo", "x.1"]


NAMED = Names(
    offered, offered, lambda ref: range(len(ref)), lambda prefix: [(text, "there") for text in (*offered(prefix), "0x10")]
)


@settings(max_examples=effort(160, 1000))
@given(st.lists(PIECES, max_size=6).map(" ".join) | st.text(max_size=40), st.integers(-5, 80))
def test_completions_fit_at_the_cursor(text: str, cursor: int) -> None:
    for item in complete(text, cursor, NAMED):
        inside = max(0, min(cursor, len(text)))
        assert 0 <= item.start <= inside <= item.end <= len(text)
        assert item.text.startswith(text[item.start : inside])
        assert item.help


WORDS = st.one_of(
    st.sampled_from(
        ["alloc", "drop", "link", "as", "scan", "noscan", "head", "times", "all", "every", "o1", "o01", "o1..o3", "x.1", "x.1.0"]
    ),
    st.sampled_from(
        ["0", "7", "8", "48", "0x30", "3K", "50%", "-1", "9" * 18, "9" * 19, "a.0", "a.01", "a.b", "0xc420000000", "0xzz.1"]
    ),
    st.text("ao.x019_-K%", min_size=1, max_size=5),
)


@settings(max_examples=effort(300, 20_000))
@given(st.sampled_from(["alloc", "drop", "link"]), st.lists(WORDS, max_size=5))
def test_a_line_read_by_its_pattern_is_read_as_along_the_registry(word: str, words: list[str]) -> None:
    line = " ".join([word, *words])
    assert told(line) == told(f"{line} #")  # no pattern has a comment


def told(line: str) -> object:
    try:
        return parse(line)
    except ParseError as e:
        return e.column, e.width, e.message, e.expected, e.suggestion
