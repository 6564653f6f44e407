"""Session files: what is read, what is refused and how, and that writing and reading are inverse."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.lines import Lines
from gomem_core.files.reader import Reader
from gomem_core.files.script import BranchText, Script, ScriptError, load_script, parse_step, read_script, write_script
from gomem_core.session.session import Session
from tests.effort import effort

WHOLE = """\
# License of this file

gomem 1
title A small *lesson* of \u6d77
# About the lesson

mark zero
# Not told

# Told
say hi #1
focus why 3
alloc 48 as a
expect served os
mark one

# far

# near
alloc 48 scna
expect error no place
say bye

# on b
branch b from 1
drop a
say x

branch c from 2 of b
gc

# the end

"""


def read(text: str) -> Script:
    return read_script("n", text, "dir/file.gomem")


def fault(text: str) -> str:
    with pytest.raises(ScriptError) as caught:
        read(text)
    return str(caught.value)


def test_a_whole_file() -> None:
    script = read(WHOLE)
    assert script == Script(
        name="n",
        title="A small *lesson* of \u6d77",
        head=["# License of this file", "", "# About the lesson", "", "mark zero", "# Not told"],
        steps=Lines(
            [
                "# Told\nsay hi #1\nfocus why 3\nalloc 48 as a\nexpect served os\nmark one",
                "# far\n\n# near\nalloc 48 scna\nexpect error no place",
                "say bye\n\npause",
            ]
        ),
        branches=[
            BranchText("b", 1, None, Lines(["drop a", "say x\n\npause"]), ["# on b"]),
            BranchText("c", 2, "b", Lines(["gc"])),
        ],
        tail=["# the end"],
    )
    assert list(script.numbers) == [13, 20, 22]
    assert [list(branch.numbers) for branch in script.branches] == [[26, 27], [30]]


def test_an_empty_file() -> None:
    for text in ("", "\n", "\n\n", "gomem 1\n", "\ufeff", "\r\n"):
        assert read(text) == Script("n"), repr(text)


def test_written_as_people_would() -> None:
    assert write_script(read("alloc 48\nalloc 64\nmark a\n# n\ngc\nbranch b from 1\ngc")) == (
        "gomem 1\nalloc 48\nalloc 64\nmark a\n\n# n\ngc\n\nbranch b from 1\ngc\n"
    )


def test_the_ends_of_lines_do_not_matter() -> None:
    script = read(WHOLE)
    assert read(WHOLE.replace("\n", "\r\n")) == script
    assert read("\ufeff" + WHOLE) == script
    assert read(WHOLE + "\n\n\n") == script


def test_only_a_line_feed_ends_a_line() -> None:
    assert read("# a\x0b\x0c\x1c\x85\u2028b\ngc").steps == ["# a\x0b\x0c\x1c\x85\u2028b\ngc"]
    assert "a second one begins" in fault("gc\rgc")


def test_comments_behind_a_command_stay() -> None:
    assert read("alloc 48 # x\n").steps == ["alloc 48 # x"]


def test_lines_behind_a_comment_that_speak_of_the_step_before() -> None:
    assert read("gc\n# on the next\nexpect numgc 1\ngc").steps == ["gc\nexpect numgc 1", "# on the next\ngc"]


def test_what_is_told_at_the_end_is_a_stop() -> None:
    script = read("gc\nsay bye\n# x")
    assert script.steps == ["gc", "say bye\n# x\npause"]
    assert list(script.numbers) == [1, 3]
    assert read("gc\n# bye").steps == ["gc", "# bye\npause"]
    assert read("gc\n\n# about the file\n\n").steps == ["gc"]


def test_the_built_in_script_reads_as_before() -> None:
    path = Path(__file__).parents[2] / "gomem_tui" / "demo.gomem"
    lines = path.read_text().splitlines()
    script = load_script(path)
    steps = [parse_step(source) for source in script.steps]
    assert [step.line for step in steps] == [line for line in lines if not line.startswith("#")]
    assert [note for step in steps for note in step.notes] == [line[2:] for line in lines if line.startswith("#")]
    assert [lines[number - 1] for number in script.numbers] == [step.line for step in steps]
    session = Session()
    assert all(session.submit(step.line).ok for step in steps)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("alloc 4 8", "1:9", "8 is not expected here"),
        ("\n\n  aloc 8\n", "3:3", "aloc is not a command"),
        ("sya x\nsay y", "1:1", "sya is not a command"),
        ("bad\nbad\nexpect error", "1:1", "bad is not a command"),
        ("bad\n# x\nsay y", "1:1", "bad is not a command"),
        ("bad", "1:1", "bad is not a command"),
        ("gc\nbad\nbranch b from 1\nexpect error", "2:1", "bad is not a command"),
        ("expect foo\nexpect error", "1:8", "foo is not a quantity"),
        ("expect error", "1:1", "expect speaks of the command before it"),
        ("# x\n\nexpect error", "3:1", "expect speaks of the command before it"),
        ("gc\nbranch b from 1\nmark x", "3:1", "mark speaks of the command before it"),
        ("gc\n back", "2:2", "back is for the prompt"),
        ("forward 3", "1:1", "forward is for the prompt"),
        ("goto 3", "1:1", "goto is for the prompt"),
        ("until grow", "1:1", "until is for the prompt"),
        ("diff 3", "1:1", "diff is for the prompt"),
        ("save x", "1:1", "save is for the prompt"),
        ("open x#y", "1:1", "open is for the prompt"),
        ("resume", "1:1", "resume is for the prompt"),
        ("branch", "1:1", "branch NAME from STEP"),
        ("branch b", "1:1", "branch NAME from STEP"),
        ("branch b form 3", "1:1", "branch NAME from STEP"),
        ("branch b from 0 off c", "1:1", "branch NAME from STEP"),
        ("gc\nbranch b from 2", "2:15", "2 is not a step of the main line; it is between 0 and 1"),
        ("gc\nbranch b from 1\ngc\nbranch c from 3 of b", "4:15", "3 is not a step of b; it is between 0 and 2"),
        ("gc\nbranch b from x", "2:15", "x is not a step of the main line"),
        ("branch b from 0 of b", "1:20", "no branch b above this line"),
        ("branch b from 0\nbranch b from 0", "2:8", "a branch b already"),
        ("branch 3 from 0", "1:8", "3 is not a name for a branch"),
        ("gomem 2\nwhatever", "1:7", "this file is of version 2; this gomem reads 1"),
        ("# x\n\n gomem 10 # y", "3:8", "this file is of version 10; this gomem reads 1"),
        ("gomem x", "1:7", "x is not a version"),
        ("gomem 0", "1:7", "0 is not a version"),
        ("gomem " + "9" * 5000, "1:7", "is too long"),
        ("gomem", "1:1", "written gomem 1"),
        ("gomem 1 2", "1:9", "written gomem 1"),
        ("gc\ngomem 1", "2:1", "stands once, at its top"),
        ("gomem 1\ngomem 1", "2:1", "stands once, at its top"),
        ("title x\ngomem 1", "2:1", "stands once, at its top"),
        ("gomem 1\ntitle", "2:6", "its text is missing"),
        ("title x\ntitle y", "2:1", "the title stands once"),
        ("gc\ntitle y", "2:1", "the title stands once"),
        ("future", "1:1", "is written future NAME"),
        ("future a b", "1:10", "is written future NAME"),
        ("future 2", "1:8", "2 is not a name for a branch"),
        ("future a\nfuture b", "2:1", "stands once, before the first step"),
        ("gc\nfuture a", "2:1", "stands once, before the first step"),
        ("future a\nbranch a from 0", "2:8", "a branch a already"),
        ("title \x1b", "1:7", "not allowed in a line of text"),
        ("x" * 20_000, "1:10001", "at most 10000 characters"),
        ("#" * 20_000, "1:10001", "at most 10000 characters"),
        ("gc\x00\n", "1:3", "'\\x00'"),
    ],
)
def test_what_is_refused(text: str, place: str, message: str) -> None:
    error = fault(text)
    assert error.startswith(f"dir/file.gomem:{place}: ")
    assert message in " ".join(error.split("\n")[0].split())
    assert error.count("\n") >= 2, "there is a picture"
    assert error.split("\n")[0].partition(f":{place}: ")[2] not in error.split("\n")[1:]  # what is wrong is told once


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"gc\ngc\n\xff\n", ":3: not a text file (byte 6 is not UTF-8)"),
        (b"\xef\xbb\xbfgc\n\xff", ":2: not a text file (byte 6 is not UTF-8)"),
        (b"gc\nsay \xe6\xb5", ":2: not a text file (byte 7 is not UTF-8)"),  # cut inside a character
        (b"gc\n\x00\xff", ":2: not a text file (byte 3 is 0)"),
        ("gc\n".encode("utf-16-be"), ":1: not a text file (byte 0 is 0)"),
        (b"alloc 48\nallo", ":2:1: allo is not a command"),  # cut inside a line
        (b"gomem 2\n", ":1:7: this file is of version 2; this gomem reads 1"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "x.gomem"
    path.write_bytes(data)
    with pytest.raises(ScriptError) as caught:
        load_script(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_no_file(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory"), (tmp_path / "a\0b", "null")):
        with pytest.raises(ScriptError, match=message):
            load_script(path)


def test_a_pipe_with_a_name_is_no_file_but_what_a_shell_opened_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ScriptError, match="it is a pipe, not a file"):
        load_script(tmp_path / "pipe")
    reading, writing = os.pipe()
    os.write(writing, b"gc\n")
    os.close(writing)
    assert load_script(Path(f"/dev/fd/{reading}")).steps == ["gc"]
    os.close(reading)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.gomem"
    path.touch()
    os.truncate(path, (256 << 20) + 1)
    with pytest.raises(ScriptError, match="larger than 256 MB"):
        load_script(path)


def test_a_file_with_windows_marks(tmp_path: Path) -> None:
    path = tmp_path / "w.gomem"
    path.write_bytes(b"\xef\xbb\xbfgomem 1\r\ntitle T\r\nalloc 48\r\nmark a\r\n")
    assert load_script(path) == Script("w.gomem", "T", Lines(["alloc 48\nmark a"]))


def test_a_long_session_is_read_in_time() -> None:
    text = "alloc 48 scan as a times 2\nexpect served mcache\n# told\ndrop a.1\n" * 25_000
    start = time.process_time()
    assert len(read(text).steps) == 50_000
    assert time.process_time() - start < 5, "a million lines take less than 15 s on one slow core with much to spare"


# --- Any text -----------------------------------------------------------------------------------------------------------

LINES = st.one_of(
    st.sampled_from(["alloc 48", "alloc 64 # c", "gc", "pause", "drop x", " gc\t", "alloc 8 as a"]),
    st.sampled_from(["", "", "# c", "  # d", "#", "say x", "say", "focus why", "focus 3 arena", "say # y"]),
    st.sampled_from(["mark m", "expect spans 3", "expect error", "expect error x", "bad", "alloc", "\r", "gc\r"]),
    st.sampled_from(
        ["gomem 1", "title T", "future f", "branch b from 0", "branch c from 1", "branch d from 1 of b", "back", "\ufeff"]
    ),
)
UNFITTING = [["gomem"], ["title"], ["future"], ["branch"], ["back"], ["bad"], ["alloc"], ["\ufeff"]]
FITTING = LINES.filter(lambda line: line.split()[:1] not in UNFITTING)


@settings(max_examples=effort(160, 1000))
@given(st.lists(LINES, max_size=14).map("\n".join) | st.text(max_size=60))
def test_any_text_is_a_script_or_a_script_error(text: str) -> None:
    try:
        script = read(text)
    except ScriptError:
        return
    check(script)


@settings(max_examples=effort(50, 300))
@given(st.lists(FITTING, max_size=14), st.lists(FITTING, max_size=8), st.booleans())
def test_written_scripts_are_read_back(main: list[str], other: list[str], top: bool) -> None:
    lines = [*(["gomem 1", "title T", "future mine"] if top else []), "gc", *main, "branch b from 1", "gc", *other]
    check(read("\n".join(lines)))


def check(script: Script) -> None:
    text = write_script(script)
    again = read(text)
    assert again == script
    assert write_script(again) == text
    futures = [(script.steps, script.numbers), *((branch.steps, branch.numbers) for branch in script.branches)]
    for steps, numbers in futures:
        assert len(numbers) == len(steps)
        assert [numbers[at] for at in range(-len(steps), 0)] == [*numbers] == numbers[:]
        assert list(numbers) == sorted(set(numbers))
        for source in steps:
            assert parse_step(source).source == source


@settings(max_examples=effort(50, 300))
@given(st.lists(LINES, max_size=14))
def test_no_line_is_lost(lines: list[str]) -> None:
    try:
        script = read("\n".join(lines))
    except ScriptError:
        return
    written = sorted(line for line in write_script(script).split("\n") if line.strip() and line != "gomem 1")
    lines = [line.rstrip("\r") for line in "\n".join(lines).removeprefix("\ufeff").split("\n")]
    kept = sorted(line for line in lines if line.strip() and line != "gomem 1")
    for line in kept:
        assert line in written, line
        written.remove(line)
    assert set(written) <= {"pause"}


SOME_LINES = st.sampled_from(
    [
        *(
            "alloc 48",
            "alloc 48 as a",
            "drop a",
            "drop all",
            "alloc 16 scan as b",
            "alloc 5 # small",
            "drop nobody",
            "alloc 48 as gc",
        ),
        *(
            "",
            "# said",
            "say **so**",
            "mark here",
            "expect spans 1",
            "gc",
            "branch other from 1",
            "go 1.27",
            "title t",
            "expect error",
        ),
        *("alloc 12 scan", "type t struct {", "n int", "}", "alloc 7\r", "types nowhere.go", "on x.still", "take-up", "| x"),
        *("drop nobody", "alloc 48 as gc", "expect error", "alloc 000 scan", "alloc 016 scan"),
    ]
)


@given(st.lists(st.one_of(st.just("alloc 8"), st.just("drop o1"), SOME_LINES), max_size=40))
def test_rows_of_lines_are_read_as_one_by_one(lines: list[str]) -> None:
    def one_by_one(_: Reader, text: str) -> Iterator[tuple[int, str]]:
        return ((number, line) for number, line in enumerate(text.split("\n")[:-1], 1))

    def found() -> object:
        try:
            script = read("\n".join(lines))
        except ScriptError as e:
            return str(e)
        return script, [*script.numbers], [[*branch.numbers] for branch in script.branches]

    in_rows = found()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gomem_core.files.script._rows", one_by_one)
        assert found() == in_rows
