"""`gomem check`: session files as tests."""

import json
from pathlib import Path

import pytest

from gomem_core.files.places import state_directory
from gomem_core.lang.commands import Gc
from gomem_core.session.commands.table import STEPS
from gomem_core.world.faults import InvariantError, Throw
from gomem_tui.__main__ import main
from tests.cli.process import ROOT

Capture = pytest.CaptureFixture[str]
DEMO = ROOT / "gomem_tui" / "demo.gomem"

# Of the first object the arena grows by a page's span; the second finds a slot; 64 bytes are another class and span.
LESSON = """\
gomem 1
title A lesson

mark zero
expect spans 0

say Look
focus spans
alloc 48 scan as a
# about the next one

say so
expect served os
expect event grow
alloc 48 scan as b
expect served mcache
expect no event grow
expect addr b 0xc420000030
drop nobody
expect error no object is called
pause

branch other from 1
alloc 64 as c
expect served mheap
branch third from 2 of other
alloc 64 as d
expect served mcache
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.gomem"
    path.write_text(LESSON)
    return path


def change(path: Path, old: str, new: str) -> None:
    assert LESSON.count(old) == 1
    path.write_text(LESSON.replace(old, new))


def test_the_built_in_script_is_fine(capsys: Capture) -> None:
    assert main(["check", str(DEMO)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"ok {DEMO}: ")
    assert err == ""


def test_a_file_that_is_as_expected_is_counted(lesson: Path, capsys: Capture) -> None:
    # Steps: a, b, nobody, pause; c; d.  Expectations: 1 at the top, 2 of a, 3 of b, 1 of nobody, 1 of c, 1 of d.
    assert main(["check", str(lesson)]) == 0
    assert capsys.readouterr() == (f"ok {lesson}: 6 steps, 9 expectations, 3 branches\n", "")
    assert main(["check", "--json", str(lesson)]) == 0
    (record,) = map(json.loads, capsys.readouterr().out.splitlines())
    nothing = dict.fromkeys(("line", "column", "message", "expected", "found", "invariant"))
    assert record == {"file": str(lesson), "ok": True, "steps": 6, "expectations": 9, "branches": 3, **nothing}


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("expect spans 0", "expect spans 3", 5, "expected spans = 3; found spans = 0"),
        ("expect served os", "expect served mheap", 13, "expected served mheap; found os"),
        ("expect event grow\n", "expect event gc\n", 14, "expected event gc_start; found it told "),
        ("expect no event grow", "expect no event slot_taken", 17, "expected no event slot_taken; found it told slot_taken"),
        ("expect addr b 0xc420000030", "expect addr b 0xc420000000", 18, "expected addr b 0xc420000000; found 0xc420000030"),
        ("no object is called", "out of memory", 20, "expected error out of memory; found the error no object is called nobody"),
        ("drop nobody", "drop a", 20, "expected error no object is called; found it was done without an error"),
        ("expect served mheap", "# nothing\n\nexpect served os", 27, "expected served os; found mheap"),
        ("as d\nexpect served mcache", "as d\nexpect objects > 9", 28, "expected objects > 9; found objects = 3"),
    ],
)
def test_the_first_failure_is_told_with_its_line(
    old: str, new: str, place: int, message: str, lesson: Path, capsys: Capture
) -> None:
    change(lesson, old, new)
    assert main(["check", str(lesson)]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"{lesson}:{place}: {message}")
    assert out.count("\n") == 1
    assert err == ""
    assert main(["check", "--json", str(lesson)]) == 1
    record = json.loads(capsys.readouterr().out)
    assert (record["file"], record["ok"], record["line"]) == (str(lesson), False, place)
    assert f"expected {record['expected']}; found {record['found']}".startswith(message)


def test_a_step_that_fails_is_a_failure(lesson: Path, capsys: Capture) -> None:
    change(lesson, "\nexpect error no object is called", "")
    assert main(["check", str(lesson)]) == 1
    assert capsys.readouterr().out == f"{lesson}:19:6: the step failed: no object is called nobody\n"
    assert main(["check", "--json", str(lesson)]) == 1
    record = json.loads(capsys.readouterr().out)
    assert (record["line"], record["column"]) == (19, 6)
    assert record["message"] == "the step failed: no object is called nobody"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("select b", "no object is called b"),
        ("select 0x123450", "no span is at 0x123450"),
        ("select c", ""),  # what the step makes is there when it is done
        ("select a", ""),
        ("select b\nselect a", ""),  # the last one counts
    ],
)
def test_what_a_step_selects_has_to_be_there(line: str, found: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "selects.gomem"
    path.write_text(f"alloc 48 as a\n\nselect a\nalloc 16\nfocus spans\n{line}\n# why\nalloc 64 as c\n", encoding="utf-8")
    assert main(["check", str(path)]) == (1 if found else 0)
    assert capsys.readouterr().out == (f"{path}:6:8: {found}\n" if found else f"ok {path}: 3 steps, 0 expectations\n")


def test_a_bad_file_does_not_keep_the_others_from_being_checked(lesson: Path, tmp_path: Path, capsys: Capture) -> None:
    bad, wrong = tmp_path / "bad.gomem", tmp_path / "wrong.gomem"
    bad.write_text("alloc 48\ngoto 1\n")
    wrong.write_bytes(b"\r\nalloc 48\r\nexpect spans 9\r\n")
    nosuch = tmp_path / "nosuch"
    assert main(["check", str(bad), str(nosuch), str(wrong), str(lesson)]) == 3
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first == f"{wrong}:3: expected spans = 9; found spans = 2"  # the object's, and the rest of what the arena grew by
    assert second.startswith(f"ok {lesson}")
    assert err.startswith(f"{bad}:2:1: goto is for the prompt; a session file cannot hold it\n")
    assert err.endswith(f"{nosuch}: cannot be read: No such file or directory\n")
    assert main(["check", "--json", str(bad), str(wrong)]) == 3
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["ok"] for record in records] == [False, False]
    assert records[0]["message"] == f"{bad}:2:1: goto is for the prompt; a session file cannot hold it"


def test_a_file_without_steps(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "empty").write_text("\n")
    assert main(["check", str(tmp_path / "empty")]) == 0
    assert capsys.readouterr().out == f"ok {tmp_path / 'empty'}: 0 steps, 0 expectations\n"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InvariantError("slots_counted", "x"), "invariant slots_counted: x"),
        (Throw("found_full: y"), "found_full: y"),
        (ZeroDivisionError("z"), "z"),
    ],
)
def test_an_impossible_state_is_a_failure_with_its_name(
    error: Exception, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setitem(STEPS, Gc, broken)
    path = tmp_path / "l.gomem"
    path.write_text("alloc 48\n# why not\ngc\nalloc 48\n")
    assert main(["check", str(path), str(tmp_path / "none.gomem")]) == 70  # whatever else is wrong
    out, err = capsys.readouterr()
    assert out == f"{path}:3: IMPOSSIBLE STATE: {told}\n"
    (file,) = (state_directory() / "errors").iterdir()
    assert err.startswith(f"gomem is wrong here, not the file; please report it with {file}\n")
    assert type(error).__name__ in file.read_text()
    assert main(["check", "--json", str(path)]) == 70
    assert json.loads(capsys.readouterr().out)["invariant"] in {"slots_counted", "found_full", "ZeroDivisionError"}


def test_nothing_is_written(lesson: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert main(["check", str(lesson)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"lesson.gomem"}


_HELD = {
    "heapdump.gz": "a heap dump",
    "heap.pb.gz": "a heap profile",
    "memstats.json.gz": "counters of a heap",
    "gctrace.txt": "lines of gctrace",
}


@pytest.mark.parametrize("ending", _HELD)
def test_what_holds_something_else_is_named_with_what_shows_it(ending: str, capsys: Capture) -> None:
    path = ROOT / "tests" / "written" / "real" / f"go1.27.3-lru.{ending}"
    for command in ("check", "compare"):
        assert main([command, str(path)]) == 3
        said = capsys.readouterr().err.removeprefix("gomem: ")
        assert said == f"{path}: {_HELD[ending]}, not a session file; gomem open shows it\n"
