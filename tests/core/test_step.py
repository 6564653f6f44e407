"""One step of a session file: what belongs to it, and what does not."""

import pytest

from gomem_core.files.step import ScriptError, Step, parse_step
from gomem_core.lang import ParseError
from gomem_core.lang.commands import Alloc, Gc
from gomem_core.lang.moves import ExpectError, ExpectQuantity, ExpectServed, Pause


def test_one_line() -> None:
    assert parse_step("alloc 48 # x") == Step("alloc 48 # x", "alloc 48 # x", Alloc(48), None)


def test_everything_at_once() -> None:
    source = (
        "# far away\n\n# First,\n  ## second  \nsay A *b* # c\nsay\nfocus why 3\nfocus why arena\nselect b\nselect a.2\n"
        "  alloc 48\nexpect served os # yes\nmark one\nexpect spans 2\nmark two"
    )
    assert parse_step(source) == Step(
        source=source,
        line="  alloc 48",
        command=Alloc(48),
        error=None,
        notes=("First,", "second"),
        says=("A *b* # c", ""),
        focus=("why", "bitmap", "arena"),
        select="a.2",
        marks=("one", "two"),
        expects=(("expect served os # yes", ExpectServed("os")), ("expect spans 2", ExpectQuantity("spans", "=", 2))),
    )


def test_a_pause() -> None:
    assert parse_step("pause").command == Pause()
    assert parse_step("say x\npause\nmark y").line == "pause"


@pytest.mark.parametrize("source", ["say x", "# x", "focus why", "say x\n\n# y", "# x\n"])
def test_narration_alone_gets_a_pause(source: str) -> None:
    step = parse_step(source)
    assert (step.line, step.command) == ("pause", Pause())
    assert step.source == f"{source}\npause"
    assert parse_step(step.source) == step


def test_comments_apart_from_the_command_are_not_told() -> None:
    assert parse_step("# a\n\ngc").notes == ()
    assert parse_step("# a\n\n# b\ngc").notes == ("b",)
    assert parse_step("say x\n\ngc").says == ("x",)


def test_an_expected_error() -> None:
    step = parse_step("# why\nalloc 48 scna\nexpect error no place")
    assert (step.line, step.command, step.notes) == ("alloc 48 scna", None, ("why",))
    assert step.error is not None
    assert (step.error.column, step.error.width) == (10, 4)
    assert step.expects == (("expect error no place", ExpectError("no place")),)


def test_an_error_that_the_session_finds_is_expected_as_well() -> None:
    assert parse_step("drop b\nexpect error no object").error is None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "a step has a command"),
        ("  ", "a step has a command"),
        ("alloc", "SIZE is missing"),
        ("back", "back is for the prompt"),
        ("  back 3", "back is for the prompt"),
        ("mark x", "mark speaks of the command before it"),
        ("expect spans 3", "expect speaks of the command before it"),
    ],
)
def test_one_bad_line(source: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_step(source)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("gc\ngc", 2, "one command"),
        ("gc\npause", 2, "one command"),
        ("# x\nmark y\ngc", 2, "mark speaks of the command before it"),
        ("# x\nopen y", 2, "open is for the prompt"),
        ("# x\nalloc", 2, "SIZE is missing"),
        ("alloc\nexpect spans 3", 1, "SIZE is missing"),
        ("gc\nalloc\nexpect error", 2, "SIZE is missing"),
        ("expect foo\nexpect error", 1, "foo is not a quantity"),
        ("say \x00\nexpect error", 1, "not allowed in a line of text"),
        ("# a\rb\nexpect error", 1, "a second one begins"),
    ],
)
def test_bad_lines(source: str, line: int, message: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_step(source)
    assert str(caught.value).startswith(f"step:{line}:")
    assert message in str(caught.value)


def test_focus_and_comments_do_not_close_a_step() -> None:
    assert parse_step("gc\nmark a\nexpect numgc 1").command == Gc()
