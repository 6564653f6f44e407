"""Looks at a heap that goes on by itself: each is a step, one can go back to any, and compare any two."""

from pathlib import Path
from typing import get_type_hints

import pytest

from gomem_core.cli.summary import summary_of
from gomem_core.schema.doing import Looked
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_core.session.readheap import READ
from gomem_core.session.session import Session
from gomem_core.world.facts import Fact
from gomem_core.world.still import Still
from gomem_core.world.strip import LookFailed, Strip
from tests.looks import WORK, Program


def looked(times: int) -> Console:
    console = Console(True, Program().strip())
    for _ in range(times):
        assert console.submit("look").ok
    return console


def expected(looks: int) -> list[Still]:
    program = Program()
    return [program.look() for _ in range(looks)]


def shown(session: Session) -> Still:
    assert session.strip is not None
    return session.strip.shown


def test_each_look_is_a_step_and_one_can_go_back_to_any() -> None:
    console, stills = looked(4), expected(5)
    assert len(console.session.steps) == 4
    for step in (4, 0, 2, 1, 3, 4, 0, 4):
        console.goto(step)
        assert shown(console.session) == stills[step]
        assert console.session.world.spans.count == stills[step].spans.count


def test_what_is_asked_of_the_world_is_of_the_look_that_is_shown() -> None:
    console, stills = looked(3), expected(4)
    world, account = console.session.world, console.session.account
    for step in (1, 3, 0, 2):
        console.goto(step)
        assert world.spans.rows() == stills[step].spans.rows()
        assert world.sums.mem_stats() == stills[step].sums.mem_stats()
        fresh = Session(narrate=True, base=Strip([stills[step]]))
        assert account.read() == fresh.account.read()
        assert console.session.take_stale().lost


def test_what_one_look_does_not_know_another_may() -> None:
    """While a collection marks nobody knows what lives; at the next look it may be over."""
    marking, after = expected(3)[1:]
    marking.doubts = {**marking.doubts, Fact.LIVE: "a collection is marking"}
    console = Console(True, Strip([marking, after]))
    for step, known in ((0, False), (1, True), (0, False)):
        console.goto(step)
        assert (console.session.account.read().dead is not None) == known


def test_all_is_stale_after_each_move_and_nothing_else() -> None:
    session = looked(1).session
    assert session.take_stale().lost
    assert not session.take_stale().lost
    session.goto(0)
    assert session.take_stale().all


def test_the_answer_as_data() -> None:
    told = Console(True, Program().strip()).submit("look").result
    assert told is not None
    assert told.data == {"look": 2, "spans": expected(2)[1].spans.count}
    assert set(told.data) == get_type_hints(Looked).keys()


def test_a_typed_look_goes_on_from_the_last_one() -> None:
    console = looked(2)
    console.goto(0)
    assert console.submit("look").ok
    assert console.session.step == 3
    assert shown(console.session) == expected(4)[3]
    assert not console.session.branches.others


def test_two_looks_are_compared() -> None:
    console = looked(1)
    found = console.submit("diff 1")
    assert found.result is not None
    assert found.result.summary.startswith("between look 1 and look 2: ")
    assert console.difference is not None
    then, now = expected(2)
    assert then.spans.count == 0
    assert len(console.difference.fates) == now.spans.count  # all of them are new


def test_looks_are_counted_from_1() -> None:
    console = looked(1)
    told = console.submit("goto 1").result
    assert told is not None
    assert told.summary == "look 1 of 2"
    assert console.session.step == 0
    for line in ("goto 0", "goto 3", "diff 0"):
        error = console.submit(line).error
        assert error is not None
        assert error.message == f"there is no look {line[-1]}; looks go from 1 to 2"


def test_what_a_look_tells() -> None:
    console = looked(0)
    told = [console.submit("look").result for _ in range(4)]
    assert told[0] is not None  # 300 objects of 48 bytes lie in two spans of 170 slots, both of which are cached: 340 slots
    assert told[0].summary == "look 2: HeapInuse 16.0K (+16.0K); HeapAlloc 15.9K (+15.9K); spans 3 (+3); collections 0"
    assert told[2] is not None
    assert told[2].summary.endswith("collections 1 (+1)")
    assert told[3] is not None
    assert "spans" in told[3].summary


def test_the_next_look_with_a_collection_is_found() -> None:
    console = looked(len(WORK))
    console.goto(0)
    assert console.seek(1)
    assert console.session.step == WORK.index("gc") + 1
    assert console.seek(1)
    assert console.session.step == WORK.index("gc", 3) + 1
    assert not console.seek(1)
    assert console.session.step == len(WORK)
    assert console.seek(-1)
    assert console.session.step == WORK.index("gc", 3) + 1


def test_a_process_that_has_ended_leaves_all_as_it_was() -> None:
    console = looked(len(WORK))
    outcome = console.submit("look")
    assert outcome.error is not None
    assert outcome.error.message == "the process has ended: 4711"
    assert console.session.step == len(console.session.steps) == len(WORK)
    assert shown(console.session) == expected(len(WORK) + 1)[-1]
    console.goto(2)
    assert shown(console.session) == expected(3)[2]


def test_nothing_else_can_be_done_to_it() -> None:
    console = looked(1)
    for line in ("alloc 48", "gc", "drop all", "say hello"):
        error = console.submit(line).error
        assert error is not None
        assert error.message == READ
    assert len(console.session.steps) == 1


def test_a_modelled_heap_cannot_be_looked_at_again() -> None:
    for console in (Console(True), Console(False)):
        assert console.submit("alloc 48").ok
        error = console.submit("look").error
        assert error is not None
        assert error.message == "this heap is modelled: only one that is read from a process can be looked at again"
        assert len(console.session.steps) == 1


def test_looks_are_saved_and_opened(tmp_path: Path) -> None:
    console, path = looked(3), tmp_path / "looks"
    saved = console.submit(f"save {path}")
    assert saved.result is not None
    assert saved.result.summary == f"4 looks saved in {path}"
    opened = open_file(path)
    assert isinstance(opened, Strip)
    assert opened.stills == expected(4)
    again = Console(True, opened)
    assert again.session.step == 0
    again.goto(3)
    assert shown(again.session) == expected(4)[3]
    error = again.submit("look").error
    assert error is not None
    assert error.message == "this heap was read at one moment, and cannot be looked at again"
    told = again.submit(f"open {path}").result
    assert told is not None
    assert told.summary == f"the first of 4 looks is shown: {path}"


def test_of_several_looks_the_last_is_what_a_file_holds(tmp_path: Path) -> None:
    path, session = tmp_path / "looks", tmp_path / "on.gomem"
    assert looked(3).submit(f"save {path}").ok
    found, last = summary_of(str(path), open_file(path)), expected(4)[3]
    assert (found["looks"], found["step"], found["spans"]) == (4, 4, last.spans.count)
    assert found["heap_live"] == last.sums.stats.heap_live != expected(4)[0].sums.stats.heap_live
    session.write_text("gomem 1\non looks\nlook\n")
    assert (summary_of(str(session), open_file(session))["looks"], summary_of(str(session), open_file(session))["step"]) == (4, 1)
    session.write_text("gomem 1\nalloc 48\n")
    assert summary_of(str(session), open_file(session))["looks"] == 0


def test_one_still_is_one_moment(tmp_path: Path) -> None:
    path = tmp_path / "still"
    console = Console(True, Strip(expected(1)))
    saved = console.submit(f"save {path}")
    assert saved.result is not None
    assert saved.result.summary == f"the still saved in {path}"
    assert console.session.is_one_moment
    error = console.submit("back").error
    assert error is not None
    assert "one moment" in error.message


def test_a_strip_that_ends_says_so() -> None:
    strip = Strip(expected(1))
    with pytest.raises(LookFailed, match="one moment"):
        strip.advance()
    assert strip.at == 0
