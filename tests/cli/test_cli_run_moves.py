"""`gomem run` through time: moves among the lines, and session files."""

import json
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from gomem_core.files.journal.file import journal_directory
from gomem_tui.__main__ import main

Capture = pytest.CaptureFixture[str]


def words(*lines: str) -> list[str]:
    return ["run", *(word for line in lines for word in ("-c", line))]


# --- Lines --------------------------------------------------------------------------------------------------------------


def test_moves_among_the_lines(capsys: Capture) -> None:
    assert main(words("alloc 48 as a", "mark one", "alloc 48 as b", "goto one", "alloc 48 as c", "branch main", "forward")) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[3] == "step 1 of 2: alloc 48 as a"
    # c gets the slot that b has in the other branch: the second one, 48 bytes on.
    assert lines[2].split()[:3] == ["b", "=", "0xc420000030"]
    assert lines[4].split()[:3] == ["c", "=", "0xc420000030"]
    assert lines[5:] == ["this is the branch main now; step 1 of 2: alloc 48 as a", "step 2 of 2: alloc 48 as b"]
    assert err == ""


def test_moves_have_records_too(capsys: Capture) -> None:
    lines = ("alloc 48", "back", "until grow", "branch", "diff 0")
    assert main([*words(*lines), "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(r["line"], r["command"], r["ok"]) for r in records] == [(n, line, True) for n, line in enumerate(lines, 1)]
    assert records[1]["result"] == {"step": 0, "event": 0, "of": 1, "command": None}
    assert records[2]["result"] == {"step": 1, "event": 0, "of": 1, "command": "alloc 48", "found": True}
    assert records[3]["result"]["current"] == "main"


def test_a_move_that_leads_nowhere_is_a_wrong_line(capsys: Capture) -> None:
    assert main(words("alloc 48", "goto 7", "alloc 48")) == 3
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert err.splitlines()[0] == "-c:2:6: there is no step 7; steps go from 0 to 1"


def test_an_expectation_that_fails_is_told_and_all_goes_on(capsys: Capture) -> None:
    lines = ("alloc 48 as a", "expect served mcache", "expect event grow", "expect no event grow", "alloc 48 as b")
    assert main(words(*lines)) == 1
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["a", "so", "b"]
    first, second = err.splitlines()
    assert first == "-c:2: expected served mcache; found os"
    assert second == "-c:4: expected no event grow; found it told grow"
    assert main([*words(*lines), "--json"]) == 1
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["ok"] for r in records] == [True, False, True, False, True]


def test_a_wrong_line_weighs_more_than_an_expectation(capsys: Capture) -> None:
    assert main([*words("alloc 48", "expect spans 9", "drop nobody", "expect error nobody"), "-k"]) == 3
    assert "so it is: error nobody" in capsys.readouterr().out


def test_what_is_said_is_talk(capsys: Capture) -> None:
    assert main(words("say Hello #1", "pause", "focus spans", "alloc 48 as a")) == 0
    out, err = capsys.readouterr()
    assert out.startswith("a = ")
    assert err == "Hello #1\n"


def test_a_session_is_saved_and_is_as_it_was(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "saved.gomem"
    assert main(words("alloc 48 as a", "expect served os", "alloc 48 as b", "mark two", "back", "drop a", f"save {path}")) == 0
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"ok {path}: 3 steps, 1 expectation, 2 branches"


def test_an_until_without_a_match_is_a_check_that_failed(capsys: Capture) -> None:
    assert main(words("alloc 48", "alloc 48", "goto 0", "until gc", "alloc 48 as more")) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[3] == "no further step has the event gc_start; this is the end, step 2"
    assert out.splitlines()[4].startswith("more = ")  # all goes on
    assert err == ""
    assert main(words("alloc 48", "goto 0", "until grow")) == 0


def test_lines_that_only_look_are_steps_in_a_file_and_nowhere_else(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("alloc 48\nshow stats\nbranch\nback\n")
    assert main(["run", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "step 1 of 2: alloc 48"
    assert main(words("alloc 48", "show stats", "branch", "back")) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "step 0 of 1: the heap is empty"


def test_each_saved_file_opens_again(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "b2.gomem"
    lines = ("alloc 48", "alloc 48", "back", "alloc 64", "branch main", "branch future2", "back", "alloc 80", f"save {path}")
    assert main(words(*lines)) == 0
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out.endswith(f"ok {path}: 4 steps, 0 expectations, 3 branches\n")
    assert main(words(f"open {path}", "branch main", "forward 2", "branch future2", "forward 2", "branch future3")) == 0


# --- Session files --------------------------------------------------------------------------------------------------------

LESSON = """\
gomem 1
title A lesson

say One
say
focus spans
alloc 48 as a
expect event grow
# not told
say Two
alloc 48 as b
expect served os
drop nobody
expect error no object
say The end

branch other from 1
alloc 64 as c
expect spans 99
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    path = tmp_path / "lesson.gomem"
    path.write_text(LESSON)
    return path


def test_a_session_file_is_run_along_its_main_line(lesson: Path, capsys: Capture) -> None:
    assert main(["run", str(lesson)]) == 1
    out, err = capsys.readouterr()
    assert [line.split()[:3] for line in out.splitlines()] == [["a", "=", "0xc420000000"], ["b", "=", "0xc420000030"]]
    assert err.splitlines() == [
        *("One", "", "Two"),
        f"{lesson}:12: expected served os; found mcache",
        f"{lesson}:13: it fails, as expected: no object is called nobody",
        "The end",
    ]


def test_and_with_records(lesson: Path, capsys: Capture) -> None:
    lesson.write_text(LESSON.replace("served os", "served mcache"))
    assert main(["run", "--json", str(lesson)]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(r["line"], r["command"], r["ok"]) for r in records] == [
        *((7, "alloc 48 as a", True), (11, "alloc 48 as b", True)),
        (13, "drop nobody", False),
    ]


@pytest.mark.parametrize("how", ["name", "first line", "stdin", "-c"])
def test_it_is_known_by_its_name_or_its_first_line(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    text = "title T\nalloc 48 as a\ndrop x\nexpect error\nalloc 48 as b\n"
    if how != "name":
        text = f"gomem 1\n{text}"
    path = tmp_path / ("l.gomem" if how == "name" else "l.txt")
    path.write_text(text)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))
    assert main(["run", *{"stdin": ["-"], "-c": ["-c", text]}.get(how, [str(path)])]) == 0
    assert [line[0] for line in capsys.readouterr().out.splitlines()] == ["a", "b"]


@pytest.mark.parametrize("name", ["l.gomem", "l.txt"])
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"gomem 1\nalloc 48\nalloc -1\n", "3:7: "),
        (b"gomem 2\nalloc 48\n", "1:7: this file is of version 2; this gomem reads 1"),
        (b"gomem 1\nalloc 48\nback\n", "3:1: back is for the prompt"),
        (b"gomem 1\n\xff\n", "2:"),
    ],
)
def test_of_a_bad_one_nothing_is_done(name: str, text: bytes, complaint: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / name
    path.write_bytes(text)
    assert main(["run", str(path)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{path}:{complaint}")
    assert not journal_directory().exists()


def test_a_step_that_fails_ends_it_unless_one_wants_to_go_on(lesson: Path, capsys: Capture) -> None:
    lesson.write_text("alloc 48 as a\ndrop nobody\nalloc 48 as b\n")
    assert main(["run", str(lesson)]) == 3
    out, err = capsys.readouterr()
    assert [line[0] for line in out.splitlines()] == ["a"]
    assert err.startswith(f"{lesson}:2:6: no object is called nobody\n  drop nobody\n")
    assert main(["run", "-k", str(lesson)]) == 3
    assert [line[0] for line in capsys.readouterr().out.splitlines()] == ["a", "b"]


def test_what_is_expected_of_the_beginning(lesson: Path, capsys: Capture) -> None:
    lesson.write_text("expect spans 0\nexpect objects 4\nalloc 48\n")
    assert main(["run", str(lesson)]) == 1
    assert capsys.readouterr().err == f"{lesson}:2: expected objects = 4; found objects = 0\n"
