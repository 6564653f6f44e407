"""The lessons: each comes true, is of a size to be walked in one go, and keeps its numbers honest."""

import os
import re
from pathlib import Path

import pytest

from gomem_core.cli.check import Checked
from gomem_core.cli.sessionfile import SessionFile
from gomem_core.files.script import read_script
from gomem_core.files.step import Step, parse_step
from gomem_core.lang.panes import PANES
from gomem_core.lessons import Lesson, UnknownLesson, find_lesson, lessons
from gomem_core.lessons.walked import note_walked, walked, walked_file

NUMBERS = list(range(1, 22))
FOLDER = Path(__file__).parents[2] / "gomem_core" / "lessons"
FILES = sorted(FOLDER.glob("*.gomem"))
NUMBER = re.compile(r"(?<![\w.])[0-9]")  # one that stands alone, not as a part of a name: P0, a.2

each = pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)


def steps_of(lesson: Lesson) -> list[Step]:
    return [parse_step(source) for source in lesson.script.steps]


def test_there_are_all_of_them_in_their_order() -> None:
    assert [lesson.number for lesson in lessons()] == NUMBERS
    assert [f"{lesson.number:02}_{lesson.name}.gomem" for lesson in lessons()] == [path.name for path in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_it_expects_comes_true(path: Path) -> None:
    checked = Checked(SessionFile.load(str(path)))
    assert checked.run() is None
    assert checked.steps > 0


@each
def test_its_size(lesson: Lesson) -> None:
    assert 10 <= lesson.steps <= 25
    assert 10 <= len(lesson.title) <= 47, "it stands in one line of the menu at 60 columns"
    assert lesson.opening.endswith((".", "?", "!", ":"))
    assert not set(lesson.opening) & set("*`")


@each
def test_the_narration_of_a_step_fits_into_why(lesson: Lesson) -> None:
    for step in steps_of(lesson):
        assert len("\n".join(step.says)) <= 300, step.source


@each
def test_whoever_tells_a_number_expects_something(lesson: Lesson) -> None:
    for step in steps_of(lesson):
        assert step.expects or not NUMBER.search("\n".join(step.says)), step.source


@each
def test_it_points_at_panes(lesson: Lesson) -> None:
    steps = steps_of(lesson)
    assert steps[0].focus, "from its first step on, so that walking back shows what was there"
    assert {pane for step in steps for pane in step.focus} <= set(PANES)


# --- Finding one ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["11", "011", "giving_back", "Giving-Back", " giving back ", "11_giving_back.gomem"])
def test_a_lesson_is_found_by_number_name_or_file(which: str) -> None:
    lesson = find_lesson(which)
    assert (lesson.number, lesson.name, lesson.title) == (11, "giving_back", "Giving memory back to the OS")


def test_an_unknown_name_gets_the_near_one() -> None:
    with pytest.raises(UnknownLesson, match=r"no lesson 'fragmentaton'; did you mean fragmentation\?"):
        find_lesson("fragmentaton")
    with pytest.raises(UnknownLesson, match=r"no lesson .qqqqq.; gomem learn --list tells which there are"):
        find_lesson("qqqqq")
    with pytest.raises(UnknownLesson, match=rf"no lesson 99; they are .* to {NUMBERS[-1]}"):
        find_lesson("99")


@pytest.mark.parametrize(
    ("says", "opening"),
    [
        ("say Go 1.10 has **four** of `them`. Look.", "Go 1.10 has four of them."),
        ("say What is it?\nsay\nsay This.", "What is it?"),
        ("say a line\nsay that goes on. Here.", "a line that goes on."),
        ("focus spans", ""),
    ],
)
def test_the_opening_is_the_first_sentence(says: str, opening: str) -> None:
    assert Lesson(1, "x", read_script("x", f"{says}\npause\n", "x")).opening == opening


# --- Which were walked ----------------------------------------------------------------------------------------------------


def test_what_was_walked_is_remembered_once() -> None:
    assert walked() == frozenset()
    note_walked("tiny")
    note_walked("many_ps")
    note_walked("tiny")
    assert walked() == {"tiny", "many_ps"}
    assert walked_file().read_text().split() == ["tiny", "many_ps"]


@pytest.mark.parametrize("there", [b"", b"\n\n \n", b"\xff\xfe\x00 tiny", b"tiny", b"tiny\r\nno_such_lesson\r\n", b"x" * 100_000])
def test_whatever_is_in_the_file_new_ones_can_be_noted(there: bytes) -> None:
    walked_file().parent.mkdir(parents=True)
    walked_file().write_bytes(there)
    before = walked()
    assert ("tiny" in before) == (b"tiny" in there)
    if len(there) < 1000:
        note_walked("many_ps")
        assert walked() == {*before, "many_ps"}
    else:
        note_walked("many_ps")  # too long a file to be one of ours: nothing is ever read behind its beginning
        assert "many_ps" not in walked()


def test_a_directory_or_a_fifo_in_its_place_counts_as_nothing() -> None:
    walked_file().mkdir(parents=True)
    note_walked("tiny")
    assert walked() == frozenset()
    walked_file().rmdir()
    os.mkfifo(walked_file())
    note_walked("tiny")
    assert walked() == frozenset()


def test_no_place_to_write_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/nowhere")
    note_walked("tiny")
    assert walked() == frozenset()
