"""`gomem learn` without a screen."""

import json
from pathlib import Path

import pytest

from gomem_core.lessons import lessons
from gomem_core.lessons.walked import note_walked
from gomem_tui.__main__ import main
from tests.cli.process import gomem, modules_of

Capture = pytest.CaptureFixture[str]


def test_the_list(capsys: Capture) -> None:
    note_walked("giving_back")
    assert main(["learn", "--list"]) == 0
    out, err = capsys.readouterr()
    heading, *rows = out.splitlines()
    assert heading.split() == ["lesson", "name", "steps", "walked", "title"]
    assert len(rows) == len(lessons())
    assert next(row for row in rows if " 11 " in row).split(maxsplit=4) == [
        *("11", "giving_back", "17", "yes", "Giving memory back to the OS"),
    ]
    assert next(row for row in rows if " 12 " in row).split()[3] == "–"
    assert err == ""


def test_json(capsys: Capture) -> None:
    note_walked("giving_back")
    assert main(["learn", "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["number"] for one in found] == [lesson.number for lesson in lessons()]
    assert [one["name"] for one in found if one["walked"]] == ["giving_back"]
    assert main(["learn", "9", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "number": 9,
        "name": "many_ps",
        "title": "Many Ps: the locks that are not taken",
        "steps": 19,
        "opening": "A thread needs a P to run Go code.",
        "walked": False,
    }


def test_where_no_terminal_is_it_lists() -> None:
    done = gomem("learn")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1 + len(lessons())


def test_without_a_terminal_a_lesson_is_plain_text() -> None:
    done = gomem("learn", "9", stdin=b"\n\nquit\n")
    assert done.returncode == 0
    assert b"Many Ps: the locks that are not taken" in done.stdout
    assert b"Step 2 of 19. Enter reads on.\n" in done.stdout
    assert b"\x1b" not in done.stdout


def test_a_lesson_that_was_walked_as_plain_text_was_walked(tmp_path: Path) -> None:
    steps = 19
    for given, told in ((steps - 1, False), (steps, True)):
        assert gomem("learn", "many_ps", "--plain", stdin=b"\n" * given, XDG_STATE_HOME=str(tmp_path)).returncode == 0
        listed = gomem("learn", "many_ps", "--json", XDG_STATE_HOME=str(tmp_path)).stdout
        assert json.loads(listed)["walked"] is told


def test_plain_in_a_pipe() -> None:
    chosen = gomem("learn", "--plain", stdin=b"nosuch\n4\n\nquit\n")  # a pipe answers as a person does
    assert "lesson> there is no lesson 'nosuch'" in chosen.stdout.decode()
    assert "Step 1 of 18." in chosen.stdout.decode()
    listed = gomem("learn", stdin=b"4\n")
    assert (listed.returncode, listed.stdout) == (0, gomem("learn", "--list").stdout)
    done = gomem("learn", "9", "--plain", "--read-only", stdin=b"\nalloc 8\n")
    assert done.returncode == 3
    assert b"Step 1 of 19" in done.stdout
    assert b"read-only" in done.stderr


@pytest.mark.parametrize(
    ("which", "told"),
    [
        ("fragmentaton", "did you mean fragmentation?"),
        ("frag", "did you mean fragmentation?"),
        ("popular", "did you mean popular_and_real?"),
        ("99", "there is no lesson 99; they are"),
        ("", "there is no lesson ''"),
    ],
)
def test_an_unknown_lesson_is_a_mistake_in_the_command_line(which: str, told: str, capsys: Capture) -> None:
    assert main(["learn", which]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err


def test_the_list_needs_no_screen() -> None:
    assert "textual" not in modules_of(["learn", "--list"])
