"""Which Go a session is of: branches on several versions, in the list of steps and in files."""

from pathlib import Path

import pytest

from gomem_core.files.branches import script_of, timeline_of
from gomem_core.files.lines import Lines
from gomem_core.files.script import Script, ScriptError, read_script, write_script
from gomem_core.files.timeline import Timeline, UnknownBranch
from gomem_core.go.release import ALWAYS, Release
from gomem_core.go.versions import GO_1_21, GO_1_26
from gomem_core.session.console import Console
from gomem_core.session.resume import resume
from gomem_core.session.session import Session
from gomem_tui.__main__ import main

OTHER = Release(GO_1_21)
PLACED = Release(GO_1_26, 0x12340000000, 7)


def test_the_same_steps_on_another_version_are_a_branch_that_shares_nothing() -> None:
    timeline = Timeline(["a", "b"], marks={1: ["here"]})
    timeline.goto(2)
    assert timeline.again_on(OTHER) == "go1-21"
    assert timeline.shared_with("go1-21") == 0
    assert (timeline.release, timeline.release_of("go1-21")) == (ALWAYS, OTHER)
    timeline.switch("go1-21")
    assert (timeline.cursor, [*timeline.steps], timeline.marks, timeline.release) == (0, ["a", "b"], {"here": 1}, OTHER)
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
    assert "go " not in write_script(script_of(timeline_of(Script("", steps=Lines(["alloc 8"]))), Script("")))
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


SCRIPT = """gomem 1
title Two versions
alloc 1024 scan as a
alloc 48 scan times 300
drop a
gc
"""


def opened() -> Console:
    return Console(True, read_script("x", SCRIPT, "x"), "explorer")


def done(console: Console, line: str) -> str:
    outcome = console.submit(line)
    assert outcome.ok, (line, outcome.error)
    return outcome.result.summary if outcome.result is not None else ""


def test_the_steps_are_done_again_on_a_version_and_both_stay() -> None:
    console = opened()
    done(console, "goto 3")
    first = console.session.objects.info(0)
    assert done(console, "go 1.27") == "this is go1.27 now: step 3 of 4, on the branch go1-27"
    assert console.session.world.profile.name == "go1.27"
    other = console.session.objects.info(0)
    # 1024 bytes with pointers: in a slot of 1024 at the arena's start; in one of 1152, behind 8 bytes for its type.
    assert (first.addr, other.addr) == (0xC420000000, 0xC000000008)
    assert done(console, "branch main").startswith("this is the branch main now; step 3 of 4")
    assert console.session.objects.info(0) == first
    assert done(console, "go 1.27").endswith("on the branch go1-27"), "the branch that is there"
    assert console.session.branches.others == ["main"]
    done(console, "alloc 8 as mine")
    assert console.session.branches.name == "future2"
    assert console.session.world.profile.name == "go1.27"


def test_a_journal_and_a_file_keep_it() -> None:
    console = opened()
    for line in ("go 1.22", "forward 2", "go 1.27 base 0x12340000000 padding 7", "alloc 33", "branch go1-22", "forward"):
        done(console, line)
    content = console.content()
    script = read_script("x", content.decode(), "x")
    assert write_script(script_of(timeline_of(script), script)).encode() == content
    assert console.journal is not None
    name = console.journal.id
    place = console.session.step, console.session.branches.name, console.session.release
    console.leave(ended=False)
    again = Console(True)
    resume(again, name)
    assert (again.session.step, again.session.branches.name, again.session.release) == place
    assert again.content() == content
    done(again, "branch future2")
    assert again.session.release.text == "1.27 base 0x12340000000 padding 7"


def test_an_empty_session_becomes_one_of_that_version() -> None:
    console = Console(True, None, "explorer")
    assert done(console, "go 1.26 base 0x12340000000 padding 7") == "this is go1.26 now: no steps yet"
    done(console, "alloc 8192")
    # The first chunk begins at the base, and seven pages of it are never used.
    assert console.session.objects.info(0).addr == 0x12340000000 + 7 * 8192
    assert console.content().decode().splitlines()[1] == "go 1.26 base 0x12340000000 padding 7"
    assert console.journal is not None
    name = console.journal.id
    console.leave(ended=False)
    again = Console(True)
    resume(again, name)
    assert again.content() == console.content()


def test_heaps_of_two_versions_are_not_compared_span_by_span() -> None:
    console = opened()
    done(console, "go 1.27")
    refused = console.submit("diff branch main").error
    assert refused is not None
    assert refused.message.startswith("heaps of go1.10 and go1.27 have no spans in common")


def test_a_file_is_checked_on_all_its_versions_and_on_another_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "v.gomem"
    file.write_text(
        "gomem 1\ngo 1.27\nalloc 1024 scan as a\nexpect addr a 0xc000000008\nexpect served os\n\n"
        "branch old from 0 go 1.10\nalloc 1024 scan as a\nexpect addr a 0xc420000000\n"
    )
    assert main(["check", str(file)]) == 0
    assert "2 steps, 3 expectations, 2 branches" in capsys.readouterr().out
    assert main(["check", "--go", "1.10", str(file)]) == 1
    told = capsys.readouterr()
    assert "v.gomem is of go1.27; --go 1.10 overrides that" in told.err
    assert "expected addr a 0xc000000008; found" in told.out


def test_go_tells_which_versions_there_are_and_refuses_what_is_so_already() -> None:
    console = Console(False)
    told = console.submit("go").result
    assert told is not None
    assert told.summary.startswith("this heap is of go1.10; ")
    refused = console.submit("go 1.10").error
    assert refused is not None
    assert refused.message == "this session is of go1.10 already"
    assert not console.session.steps
