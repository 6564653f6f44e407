"""`compare`: the same commands on several versions of Go."""

import json
from pathlib import Path
from typing import Any

import pytest

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.__main__ import main

Capture = pytest.CaptureFixture[str]
SCRIPT = """gomem 1
alloc 1024 scan as a
alloc 24 times 500
alloc 48 scan times 300
alloc 8 scan times 2000
drop a
gc
alloc 32768 as big
nonsense
expect error is not a command
"""


def answered(tmp_path: Path, capsys: Capture, text: str, *words: str) -> dict[str, Any]:
    file = tmp_path / "c.gomem"
    file.write_text(text)
    assert main(["compare", "--json", *words, str(file)]) == 0
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    return record


def test_slots_and_addresses_are_those_of_each_version(tmp_path: Path, capsys: Capture) -> None:
    found = answered(tmp_path, capsys, SCRIPT)
    assert (found["go"], found["steps"], found["failed"]) == (["1.10", "1.22", "1.27"], 8, [])
    objects = {row["name"]: row for row in found["objects"]}
    assert objects["a"]["elemsize"] == [1024, 1152, 1152]
    assert objects["a"]["addr"] == ["0xc420000000", "0xc000000008", "0xc000000008"]
    assert (objects["o1"]["size"], objects["o1"]["count"], objects["o1"]["elemsize"]) == (24, 500, [32, 24, 24])
    assert objects["big"]["elemsize"] == [32768] * 3
    figures = found["figures"]
    # 24 bytes in slots of 32, 500 times; since 1.21 there is a class of 24.
    assert figures["slot_waste"] == [500 * 8, 0, 0]
    # 32768 bytes are large where small objects end at 32760.
    assert figures["nserved_large"] == [0, 1, 1]
    assert figures["HeapSys"] == [1 << 20, 4 << 20, 4 << 20]
    assert figures["requested"] == [500 * 24 + 300 * 48 + 2000 * 8 + 32768] * 3
    assert "slot_waste" in found["differs"]
    assert "requested" not in found["differs"]


def rows(tmp_path: Path, capsys: Capture, text: str, versions: str) -> set[str]:
    return set(answered(tmp_path, capsys, text, "--go", versions)["rows"])


@pytest.mark.parametrize(
    ("line", "versions", "row", "others"),
    [
        ("alloc 1024 scan", "1.21,1.22", "header", {"heap_bits"}),
        ("alloc 24", "1.10,1.21", "classes", set()),
        ("alloc 32768", "1.21,1.22", "small_limit", set()),
        ("alloc 48 scan", "1.21,1.22", "heap_bits", {"span_end"}),
        ("alloc 48", "1.24,1.26", "inline_marks", {"span_end"}),
        ("alloc 8 scan", "1.23,1.24", "preset_one_word", set()),
        ("alloc 48", "1.10,1.21", "heap_lists", set()),
    ],
)
def test_a_row_is_told_where_it_made_a_difference(
    line: str, versions: str, row: str, others: set[str], tmp_path: Path, capsys: Capture
) -> None:
    found = rows(tmp_path, capsys, f"gomem 1\n{line}\n", versions)
    assert row in found
    assert others <= found | {"heap_bits"}
    elsewhere = rows(tmp_path, capsys, "gomem 1\nalloc 100000\n", versions)
    assert row == "heap_lists" or row not in elsewhere, "a large object without pointers meets none of these"


def test_versions_that_do_the_same_differ_in_nothing(tmp_path: Path, capsys: Capture) -> None:
    for versions in ("1.22,1.23", "1.24,1.25", "1.26,1.27"):
        found = answered(tmp_path, capsys, SCRIPT, "--go", versions)
        assert (found["differs"], found["rows"]) == ([], []), versions
        assert all(len({*row["addr"]}) == 1 for row in found["objects"])


def test_in_words(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "c.gomem"
    file.write_text(SCRIPT)
    assert main(["compare", "--go", "1.21,1.22", str(file)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"{file}: 8 steps on go1.21, go1.22; ")
    header = (
        "objects with pointers over 512 B: 1024 B in a slot of 1024 B, 8 a span (go1.21); "
        "1024 B and 8 B for its type in a slot of 1152 B, 7 a span (go1.22)"
    )
    assert f"  {header}" in out
    assert out[-1] == "all else that differs follows from these"


LOAD = "gomem 1\nalloc 1024 scan times 2000 as s\nmark full\ngc\nalloc 64 times 700\n"


def test_a_load_is_compared_where_one_wants(tmp_path: Path, capsys: Capture) -> None:
    at_end, before = (answered(tmp_path, capsys, LOAD, "--go", "1.21,1.22", *at) for at in ((), ("--at", "full")))
    assert (at_end["steps"], before["steps"]) == (3, 1)
    # 8 objects a span of 8 KB with slots of 1024 bytes, 7 with slots of 1152: ⌈2000/8⌉ and ⌈2000/7⌉ spans.
    assert before["figures"]["pages_in_use"] == [250, 286]
    assert before["objects"][0]["pages"] == [250, 286]
    assert [row["pages"] for row in at_end["objects"] if row["size"] == 64] == [[6, 6]], "128 of them a span"


def test_what_the_last_version_has_more_is_told(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "c.gomem"
    file.write_text(LOAD)
    assert main(["compare", "--go", "1.21,1.22", "--at", "1", str(file)]) == 0
    out = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["pages", "in", "use", "250", "286", "+36", "+14.4"] in out
    assert ["wasted", "in", "slots", "0", "B", "250.0K", "+250.0K"] in out, "percents of nothing are not told"
    assert main(["compare", "--go", "1.10,1.21,1.22", "--at", "1", str(file)]) == 0
    assert "go1.10 to go1.22" in capsys.readouterr().out


def verdict(tmp_path: Path, capsys: Capture, text: str, versions: str) -> str:
    (tmp_path / "c.gomem").write_text(text)
    assert main(["compare", "--go", versions, str(tmp_path / "c.gomem")]) == 0
    return capsys.readouterr().out.splitlines()[0].partition(" differ. ")[2]


def test_a_verdict_tells_which_version_needs_least(tmp_path: Path, capsys: Capture) -> None:
    # 250 spans of 8 slots that are all taken; or 286 of 7 slots of 1152 bytes, of which 2000 times 1024 bytes were asked for:
    # 286 times 8192 - 2000 times 1024 = 294912 bytes are wasted, 288 KB.
    assert verdict(tmp_path, capsys, "gomem 1\nalloc 1024 scan times 2000\n", "1.21,1.22,1.23") == (
        "go1.21 needs the fewest pages for this load, 250; go1.22 and go1.23 the most, 286 (+14.4 %). "
        "go1.21 wastes least of them, 0 B; go1.22 and go1.23 most, 288.0K."
    )
    same = verdict(tmp_path, capsys, "gomem 1\nalloc 4096\n", "1.21,1.27")
    assert same == "All need 1 page for this load. All waste 4.0K of them."
    # A session of one object of 24 bytes: 8168 bytes of a page are wasted, in slots of 32 or of 24, as many on both.
    assert verdict(tmp_path, capsys, "gomem 1\nalloc 24\n", "1.10,1.21").startswith("All need 1 page")
    failed = verdict(tmp_path, capsys, "gomem 1\ngo 1.27\nnew(int)\n", "1.10,1.27")
    assert failed == "Not all steps were done on each: none can be said to need least."


def test_what_is_wasted_in_all_is_the_sum_of_its_parts(tmp_path: Path, capsys: Capture) -> None:
    figures = answered(tmp_path, capsys, SCRIPT)["figures"]
    parts = zip(*(figures[name] for name in ("slot_waste", "free_slots", "tails", "dead")), strict=True)
    assert figures["wasted"] == [sum(part) for part in parts]
    in_use = [8192 * pages - asked for pages, asked in zip(figures["pages_in_use"], figures["requested"], strict=True)]
    assert figures["wasted"] == in_use, "all bytes in use are asked for or wasted"


def test_values_that_would_look_the_same_are_told_exactly(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "c.gomem"
    file.write_text("gomem 1\nalloc 24\nalloc 2M\n")
    assert main(["compare", "--go", "1.10,1.21", str(file)]) == 0
    out = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["HeapAlloc", "2,097,184", "B", "2,097,176", "B", "-8", "B", "-0.0"] in out


@pytest.mark.parametrize(("stop", "message"), [("9", "there is no step 9"), ("x", "no step is marked x"), ("1.5", "")])
def test_where_there_is_no_such_step_it_is_a_usage_error(stop: str, message: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "c.gomem").write_text(LOAD)
    assert main(["compare", "--at", stop, str(tmp_path / "c.gomem")]) == 2
    assert f"argument --at: {message}" in capsys.readouterr().err


@pytest.mark.parametrize("versions", ["1.10", "1.10,1.10", "1.10,1.9", ",", "1.10,", "1.10;1.22"])
def test_what_cannot_be_compared_is_a_usage_error(versions: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "c.gomem").write_text("gomem 1\nalloc 8\n")
    assert main(["compare", "--go", versions, str(tmp_path / "c.gomem")]) == 2
    assert "argument --go: " in capsys.readouterr().err


def test_a_session_compares_what_was_done_so_far_and_stays_as_it_is() -> None:
    console = Console(True, read_script("x", SCRIPT, "x"))
    console.submit("goto 1")
    outcome = console.submit("compare")
    assert outcome.ok, outcome.error
    assert outcome.result is not None
    assert outcome.result.data["go"] == ["1.10", "1.27"]
    assert outcome.result.data["steps"] == 1
    assert (console.session.step, console.session.branches.others) == (1, [])
    console.submit("go 1.22")
    outcome = console.submit("compare")
    assert outcome.result is not None
    assert outcome.result.data["go"] == ["1.10", "1.22", "1.27"]


def test_a_step_that_fails_is_told() -> None:
    console = Console(True, read_script("x", "gomem 1\nalloc 600G as huge\nexpect error out of range\nalloc 8\n", "x"))
    console.submit("goto end")
    found = console.submit("compare 1.10,1.27").result
    assert found is not None
    assert found.data["failed"] == [], "the session file expects it"
    console = Console(True)
    console.submit("alloc 48 as b")
    console.submit("drop b")
    found = console.submit("compare 1.10,1.27").result
    assert found is not None
    assert found.data["steps"] == 2
