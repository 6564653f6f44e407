"""Which Go a session is of: branches on several versions, in the list of steps and in files."""

import pytest

from gomem_core.files.branches import script_of, timeline_of
from gomem_core.files.script import Script, ScriptError, read_script, write_script
from gomem_core.files.timeline import Timeline, UnknownBranch
from gomem_core.go.release import ALWAYS, Release
from gomem_core.go.versions import GO_1_21, GO_1_26
from gomem_core.session.console import Console
from gomem_core.session.session import Session

OTHER = Release(GO_1_21)
PLACED = Release(GO_1_26, 0x12340000000, 7)


def test_the_same_steps_on_another_version_are_a_branch_that_shares_nothing() -> None:
    timeline = Timeline(["a", "b"], marks={1: ["here"]})
    timeline.goto(2)
    assert timeline.again_on(OTHER) == "go1-21"
    assert timeline.shared_with("go1-21") == 0
    assert (timeline.release, timeline.release_of("go1-21")) == (ALWAYS, OTHER)
    timeline.switch("go1-21")
    assert (timeline.cursor, timeline.steps, timeline.marks, timeline.release) == (0, ["a", "b"], {"here": 1}, OTHER)
    timeline.goto(1)
    timeline.put("c")
    assert timeline.name == "future2"
    assert timeline.release == OTHER
    assert timeline.shared_with("main") == 0
    assert timeline.shared_with("go1-21") == 1
    assert timeline.alone("future2").release == OTHER
    with pytest.raises(UnknownBranch):
        timeline.release_of("nobody")


def test_what_was_done_on_a_version_is_not_made_twice() -> None:
    timeline = Timeline(["a"])
    first = timeline.again_on(OTHER)
    assert timeline.again_on(OTHER) == first
    assert timeline.again_on(PLACED) == "go1-26"
    timeline.goto(1)
    timeline.put("b")
    assert timeline.again_on(OTHER) == "go1-21-2", "the steps are others"


def test_before_anything_was_done_the_session_itself_is_of_another_version() -> None:
    timeline = Timeline()
    assert timeline.again_on(OTHER) == "main"
    assert (timeline.release, [*timeline.branches]) == (OTHER, ["main"])


def test_a_file_says_the_version_of_each_tree_of_branches() -> None:
    timeline = Timeline(["alloc 8", "alloc 16"])
    timeline.goto(1)
    timeline.put("gc")
    timeline.again_on(PLACED)
    timeline.switch("go1-26")
    timeline.goto(1)
    timeline.put("flush")
    text = write_script(script_of(timeline, Script("")))
    assert [line for line in text.splitlines() if line.startswith(("go", "future", "branch"))] == [
        "gomem 1",
        "future future3",
        "go 1.26 base 0x12340000000 padding 7",
        "branch main from 0 go 1.10",
        "branch future2 from 1 of main",
        "branch go1-26 from 1",
    ]


def test_a_file_without_it_is_of_go_1_10() -> None:
    assert read_script("x", "gomem 1\nalloc 8\n", "x").go == ALWAYS
    assert "go " not in write_script(script_of(timeline_of(Script("", steps=["alloc 8"])), Script("")))
    assert Session().release == ALWAYS


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("alloc 8\ngo 1.10", "x:2:1: the version of Go stands once, before the first step"),
        ("go 1.10\ngo 1.10", "x:2:1: the version of Go stands once, before the first step"),
        ("go", "x:1:1: the version of Go is written go V"),
        ("go 1.11", "x:1:4: go: gomem does not know a Go 1.11"),
        ("on heap.still\ngo 1.10", "x:2:1: the heap in heap.still has its own version of Go"),
        ("go 1.10\non heap.still", "x:2:1: the heap in a file has its own version of Go"),
        ("alloc 8\nbranch b from 1 go 1.10\nalloc 8", "x:2:15: branch: a branch on another version of Go begins at the start"),
        ("alloc 8\nbranch b from 0 go 1.11\nalloc 8", "x:2:20: go: gomem does not know a Go 1.11"),
        ("alloc 8\nbranch b from 0 go\nalloc 8", "x:2:17: go V ends such a line"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(ScriptError) as raised:
        read_script("x", text, "x")
    assert str(raised.value).startswith(complaint)


def test_go_tells_which_versions_there_are_and_refuses_what_is_so_already() -> None:
    console = Console(False)
    told = console.submit("go").result
    assert told is not None
    assert told.summary.startswith("this heap is of go1.10; ")
    refused = console.submit("go 1.10").error
    assert refused is not None
    assert refused.message == "this session is of go1.10 already"
    assert not console.session.steps
