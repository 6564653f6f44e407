"""Every `--json` against gomem_core/schema/schema.json, and what its rules mean where that is easily got wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from gomem_core.cli.measure import Effort
from gomem_core.lessons import lessons
from gomem_core.queries.show import STAT_NOTES
from gomem_core.schema import results
from gomem_core.session.session import Session
from gomem_tui.__main__ import main
from tests import schemafile
from tests.cli.process import ROOT
from tests.core.lines import LineMaker
from tests.core.oracle import Oracle

Capture = pytest.CaptureFixture[str]
SCHEMA: dict[str, Any] = json.loads(schemafile.PATH.read_text(encoding="utf-8"))
_FILM = 20  # the lesson that is about one
DEMO = ROOT / "gomem_tui" / "demo.gomem"
RECORDING = ROOT / "tests" / "recordings" / "15_tiny_swap.jsonl.gz"
DIFFERENT = "schema.json is not what the types say: python -m tests.schemafile writes it"

# A line of each shape of answer, in one session.
ANSWERS = (
    ("alloc 48 scan as a", "Allocated"),
    ("alloc 0 as z", "Allocated"),
    ("alloc 3000 times 5 as t", "AllocatedMany"),
    ("alloc 5", "Allocated"),
    ("alloc 1M as big", "Allocated"),
    ("link a.0 t.1", "Stored"),
    ("unlink a.0", "Stored"),
    ("drop t.1 t.2 t.3", "Dropped"),
    ("drop big", "Dropped"),
    ("churn 40", "Churned"),
    ("gc mark", "Marked"),
    ("show spans", "Spans"),
    ("gc sweep 1", "Swept"),
    ("gc", "Swept"),
    ("gogc off", "Gogc"),
    ("show stats", "Stats"),
    ("memstats", "MemStats"),
    ("gogc 50", "Gogc"),
    ("scavenge 0s", "Released"),
    ("freeos", "Released"),
    ("procs 2", "Procs"),
    ("p 1", "ChosenP"),
    ("alloc 7", "Allocated"),
    ("show spans used<50%", "Spans"),
    ("layout struct{ a bool; b []int }", "TypeLayout"),
    ("fit 520", "Fit"),
    ("fit sync.Pool", "Fit"),
    ("type node struct { next *node }", "Declared"),
    ("whatif drop 50%; gc", "WhatIf"),
    ("show waste", "Waste"),
    ("show mcentral", "Centrals"),
    ("show mcache", "Mcaches"),
    ("show free", "Free"),
    ("show layout", "Layout"),
    ("show stats", "Stats"),
    ("show classes", "SizeClasses"),
    ("show locks", "Locks"),
    ("show class 4", "SizeClass"),
    ("show class 0", "SizeClass"),
    ("show span a", "SpanDetail"),
    ("show span 0xc420200000", "NoSpan"),
    ("show page 0", "Page"),
    ("show page 99999", "Page"),
    ("show bitmap a", "Bitmap"),
    ("show bitmap z", "Bitmap"),
    ("show object a", "Object"),
    ("show object big", "Object"),
    ("find a", "Found"),
    ("find 0x0", "Found"),
    ("advise", "Advice"),
    ("flush", "Flushed"),
    ("invariants", "Held"),
    ("help gc", "Help"),
    ("mark here", "Bookmark"),
    ("back 2", "Place"),
    ("goto 0.2", "Place"),
    ("until gc", "Until"),
    ("until objects > 99999", "Until"),
    ("goto 2", "Place"),
    ("diff end", "Difference"),
    ("diff 2", "Difference"),
    ("alloc 16", "Allocated"),
    ("branch", "Branches"),
    ("branch main", "Place"),
    ("go", "Versions"),
    ("compare 1.10,1.22,1.27", "SameCommands"),
    ("go 1.27", "OnVersion"),
    ("branch main", "Place"),
    ("select a", "Selected"),
    ("expect spans > 1", "Expected"),
    ("save saved.gomem", "Saved"),
    ("open saved.gomem", "Opened"),
    ("open heap.still", "Opened"),
    ("take-up", "TakenUp"),
)
STATEMENTS = ("new(int) as p", "make(map[string]int, 100) as m", "insert m 200", "alloc [12]*int", "n := 3")
NOT_PRINTED = {
    "Focused",
    "Nothing",
    "Looked",
}  # `focus` and `pause` say nothing to a program, and none looks at a heap that is read


def validator(name: str = "") -> Draft202012Validator:
    """For any line, or for a definition."""
    return Draft202012Validator(SCHEMA if not name else {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})


def check(record: object, name: str = "") -> None:
    """Say where a record is not as the schema has it."""
    wrong = [f"{error.json_path}: {error.message[:300]}" for error in validator(name).iter_errors(record)]
    assert not wrong, f"{wrong[:3]}; a new field belongs into gomem_core/schema and schema.json"


def printed(capsys: Capture, *words: str, code: int = 0) -> list[Any]:
    """The records that a command line prints."""
    assert main([*words]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def run(capsys: Capture, *lines: str, code: int = 0) -> list[Any]:
    """The records of lines."""
    return printed(capsys, "run", "--no-journal", "--json", *(word for line in lines for word in ("-c", line)), code=code)


def results_of(capsys: Capture, *lines: str) -> list[Any]:
    """What the lines answer."""
    return [record["result"] for record in run(capsys, *lines)]


def test_the_schema_is_what_the_types_say() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert schemafile.PATH.read_text(encoding="utf-8") == schemafile.text(), DIFFERENT


def test_every_answer_has_its_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(DEMO), "--still", "-o", "heap.still"]) == 0
    records = run(capsys, *(line for line, _ in ANSWERS), code=1)  # an `until` came to the end
    assert [record["command"] for record in records] == [line for line, _ in ANSWERS]
    for record, (line, name) in zip(records, ANSWERS, strict=True):
        assert record["ok"], (line, record)
        check(record["result"], name)
        check(record)
    for record in run(capsys, "go 1.27", *STATEMENTS)[-len(STATEMENTS) :]:
        assert record["ok"], record
        check(record["result"], "Made")
    assert {name for _, name in ANSWERS} | {"Made"} | NOT_PRINTED == {kind.__name__ for kind in get_args(results.Result)}


def test_answers_of_random_lines_have_a_shape() -> None:
    r, oracle, session = Random(11), Oracle(), Session(narrate=False)
    maker, answer = (
        LineMaker(oracle),
        Draft202012Validator(
            {"anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in get_args(results.Result)], "$defs": SCHEMA["$defs"]}
        ),
    )
    for _ in range(400):
        outcome = session.submit(maker.any(r))
        if outcome.result is not None:
            data = json.loads(json.dumps(outcome.result.data))
            assert answer.is_valid(data), (outcome.line, data)


def test_errors_have_their_shape(capsys: Capture) -> None:
    records = run(capsys, "alloc 48", "expect spans 9", code=1) + run(capsys, "allok 48", code=3) + run(capsys, "drop x", code=3)
    for record in records[1:]:
        check(record, "Failed")
        check(record)
        assert record["error"]["invariant"] is None


def test_what_other_subcommands_print(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_core.cli.bench.QUICK", Effort(2, 300, 300))
    monkeypatch.setattr("gomem_core.cli.measure._memory", lambda *_: (400, 1))  # this takes longest
    failing, broken, no_recording = (tmp_path / name for name in ("failing.gomem", "broken.gomem", "no.jsonl"))
    failing.write_text("alloc 48\nexpect spans 9\n")
    broken.write_text("goto 1\n")
    no_recording.write_text("{}\n")
    empty = tmp_path / "empty.gomem"
    empty.write_text("gomem 1\n")
    lesson = str(lessons()[8].file)
    for name, words, code in (
        ("Check", ("check", "--json", str(DEMO), lesson, str(failing), str(broken)), 3),
        ("SizeClass", ("classes", "--json"), 0),
        *(("Size", ("classes", "--json", size), 0) for size in ("0", "5", "33", "48", "33000")),
        ("TypeLayout", ("layout", "--json", "struct{ a int; b []*int }", "struct{}", "int8", "[70000]*int"), 0),
        ("Unlaid", ("layout", "--json", "nosuch", "sync.Pool"), 3),
        ("Verified", ("verify", "--json", str(RECORDING)), 0),
        ("Unreadable", ("verify", "--json", str(no_recording), str(tmp_path / "nosuch")), 3),
        ("Bench", ("bench", "--json", "--quick"), 0),
        ("Setting", ("config", "show", "--no-config", "--json"), 0),
        ("Key", ("keys", "--no-config", "--json"), 0),
        ("Lesson", ("learn", "--list", "--json"), 0),
        ("Summary", ("open", "--json", str(DEMO)), 0),
        ("Difference", ("diff", "--json", str(DEMO), lesson), 0),
        ("Advised", ("advise", "--json", str(DEMO)), 0),
        ("Export", ("export", str(DEMO), "--json"), 0),
        ("Export", ("export", str(DEMO), "--json", "--at", "12.4"), 0),
        ("Export", ("export", str(empty), "--json"), 0),
        # A trace does not have the bits that this report is of: of a film it is refused, with the sentence why.
        *(("Export", ("export", str(one.file), "--json"), 0) for one in lessons() if one.number != _FILM),
    ):
        records = printed(capsys, *words, code=code)
        assert records, words
        for record in records:
            check(record, name)
            check(record)


def test_the_schema_refuses_what_the_rules_forbid(capsys: Capture) -> None:
    [good] = results_of(capsys, "alloc 33000")
    check(good, "Allocated")
    for key, bad in (
        ("class", "0"),
        ("addr", 4),
        ("addr", "c420000000"),
        ("span", ""),
        ("gc", "1"),
        ("served", "P0"),
        ("more", 1),
    ):
        assert not validator("Allocated").is_valid(good | {key: bad}), (key, bad)
    assert not validator("Allocated").is_valid({key: value for key, value in good.items() if key != "gc"})


# --- What is easily got wrong -------------------------------------------------------------------------------------------


def test_a_class_is_one_number_everywhere(capsys: Capture) -> None:
    lines = (
        "alloc 3000 as a",
        "show spans state:inuse",
        "show mcentral",
        "show mcache",
        "show class 40",
        "show locks",
        "show span a",
    )
    placed, spans, centrals, caches, sizeclass, locks, span = results_of(capsys, *lines)
    rows = (spans["rows"][0], centrals["rows"][0], caches["rows"][0]["cached"][0], locks["rows"][1])
    assert [row["class"] for row in (placed, *rows, sizeclass, span)] == [40] * 7  # 3072 bytes, says the table of classes
    assert [row["elemsize"] for row in (placed, *rows, sizeclass, span)] == [3072] * 7
    assert locks["rows"][0] == {"lock": "mheap", "taken": 1} | dict.fromkeys(("spanclass", "class", "elemsize", "kind"))


def test_numbers_are_numbers_and_what_is_absent_is_null(capsys: Capture) -> None:
    _, _, spans = results_of(capsys, "alloc 3000", "alloc 33000", "show spans")
    used, large, free = spans["rows"]
    assert (used["alloc_count"], used["nelems"], used["class"], used["cached_by"], used["list"]) == (1, 8, 40, 0, "empty")
    assert (large["class"], large["spanclass"], large["elemsize"], large["cached_by"]) == (0, 1, 40960, None)
    absent = {"spanclass", "class", "elemsize", "kind", "nelems", "alloc_count", "freeindex", "sweepgen", "swept", "cached_by"}
    absent |= {"account"}
    assert {key for key in absent if free[key] is not None} == set()
    assert (free["next_base"], free["prev_base"], free["npreleased"]) == (None, None, 0)


def test_each_waste_has_a_name_of_its_own(capsys: Capture) -> None:
    _, spans = results_of(capsys, "alloc 3000 times 2", "show spans state:inuse")
    [span] = spans["rows"]
    # 3 pages in 8 slots of 3072 bytes, two of them taken by 3000 bytes each
    parts = {"requested": 6000, "slot_waste": 144, "dead": 0, "free_slots": 6 * 3072, "tails": 0}
    assert span["account"] == parts | {"wasted": 144 + 6 * 3072, "total": 3 * 8192}
    names = {name for one in SCHEMA["$defs"].values() for name in one.get("properties", ())}
    assert {name for name in names if "waste" in name} == {
        *("slot_waste", "slot_waste_percent", "tail_waste", "max_waste_percent", "wasted", "waste_by_class")
    }


def test_never_and_off_are_null(capsys: Capture) -> None:
    gogc, stats, mem = results_of(capsys, "gogc off", "show stats", "memstats")
    assert gogc == {"gogc": None, "gc_trigger": None}
    assert (stats["gogc"], stats["counters"]["gc_trigger"], stats["counters"]["next_gc"], mem["NextGC"]) == (None,) * 4
    assert [*stats["counters"]] == [*STAT_NOTES]


def strings(value: object) -> Iterator[str]:
    """All strings in a value, keys not among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def test_display_strings_occur_only_in_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    foreign = {
        "Help",
        "Saved",
        "Opened",
        "TakenUp",
        "TypeLayout",
        "Declared",
        "WhatIf",
    }  # text and names of files
    for record in run(capsys, *(line for line, name in ANSWERS if name not in foreign), code=1):
        for text in strings(record["result"]):
            assert text, record
            assert not any(c in text for c in ("–", "→", "…", "%", "/", " B")), (record["command"], text)
