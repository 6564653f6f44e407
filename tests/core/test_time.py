"""Back, forward, goto, halfway and other branches: the heap is always the one that doing the same commands at once gives."""

from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.timeline import Timeline
from gomem_core.go.events import Event, Grow
from gomem_core.go.release import ALWAYS, Release
from gomem_core.queries.account import Account
from gomem_core.queries.reach import find_paths
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.session.session import Outcome, Session
from gomem_core.world.interrupt import Stopped, StopRequest
from tests.core.lines import LineMaker
from tests.core.player import Player
from tests.effort import effort
from tests.inside import machine_of
from tests.versions import VERSIONS, profile_of

R = st.randoms(use_true_random=False)
SPILLS = "alloc 300G times 2"  # the second is more than there is: the first is undone


def some_lines(r: Random, count: int, release: Release = ALWAYS) -> list[str]:
    """Lines that were done, in a session of their own; wrong ones and those that fill the arena are left out."""
    player = Player(careful=False, release=release)
    maker = LineMaker(player.oracle)
    lines: list[str] = []
    while len(lines) < count:
        line = maker.any(r)
        if "G" not in line and "0x7" not in line and player.play(line).command is not None:
            lines.append(line)
    return [line for line in player.session.history if line][:count]


def told(outcome: Outcome | None) -> object:
    if outcome is None:
        return None
    result = outcome.result.data if outcome.result is not None else outcome.error and outcome.error.message
    return outcome.line, outcome.step, outcome.events_total, outcome.events, result


def state(session: Session) -> object:
    """All that a session shows."""
    objects, trail, at = session.objects, session.trail, machine_of(session).at
    return (
        machine_of(session).engine.capture(),
        [objects.info(oid) for oid in range(len(objects))],
        (objects.alive, objects.living(), objects.unnamed, sorted(objects.names(limit=10**9))),
        [objects.find_addr(objects.info(oid).addr) for oid in range(len(objects))],
        [objects.find_name(objects.name(oid)) for oid in range(len(objects))],
        (trail.heap_live[: at + 1], trail.marks[: at + 1], trail.touched_at),
        (session.step, session.world.spans.rows()),
        told(session.outcome),
    )


class Checked:
    """A session that is compared with another one, built from scratch, wherever it goes."""

    def __init__(self, lines: list[str], stop: StopRequest | None = None, release: Release = ALWAYS) -> None:
        self.session = Session(narrate=True, timeline=Timeline(list(lines), release=release), stop=stop)
        self.order = SpanOrder(self.session.world, lambda: self.session.account)
        self.order.arrange("used", True)

    def check_half(self) -> None:
        """Halfway, what is kept up to date is as if made anew from the heap that one sees."""
        session = self.session
        self.order.look_again(session.take_stale())
        anew = SpanOrder(session.world, lambda: session.account)
        anew.arrange("used", True)
        assert self.order.rows(0, 10**6) == anew.rows(0, 10**6)

    def check(self) -> None:
        session = self.session
        fresh = Session(narrate=True, timeline=Timeline([*session.steps[: session.step]], release=session.release))
        while fresh.forward() is not None:
            pass
        assert state(session) == state(fresh)
        assert session.account.read() == Account(session.world, session.objects).read()
        self.order.look_again(session.take_stale())
        anew = SpanOrder(fresh.world, lambda: fresh.account)
        anew.arrange("used", True)
        assert self.order.rows(0, 10**6) == anew.rows(0, 10**6)
        everyone = range(len(session.objects))
        found = find_paths(session.world, session.objects, everyone, session.links)
        assert found == find_paths(session.world, session.objects, everyone)
        session.check("full")


@pytest.fixture(params=["few images", "many images"], autouse=True, scope="module")
def images(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "many images":
            patch.setattr("gomem_core.session.memory._EVERY", 3)
            patch.setattr("gomem_core.session.memory._DEAR", 3)
            patch.setattr("gomem_core.session.memory._BACK", 3)
            patch.setattr("gomem_core.session.memory._NEAR", 5)
            patch.setattr("gomem_core.session.checkpoints.MOST_LOOSE", 60_000)
            patch.setattr("gomem_core.session.checkpoints.MOST_BYTES", 300_000)
            patch.setattr("gomem_core.queries.account._MANY", 3)  # all spans are counted at once
            patch.setattr("gomem_core.queries.account._IMPORT", 3)
        yield


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=effort(6, 200))
@given(r=R)
def test_wherever_one_goes_the_heap_is_as_if_built_from_scratch(version: str, r: Random) -> None:
    release = Release(profile_of(version))
    lines = some_lines(r, r.randint(5, 60), release)
    spills = SPILLS if release == ALWAYS else "drop nobody"  # of 1.10 it is known what is too much
    for _ in range(r.randint(0, 3)):
        lines.insert(r.randint(0, len(lines)), spills)
    extra = [
        spills,
        "drop nobody",
        "alloc 48 scan",
        "alloc 5 times 30",
        "gc",
        "alloc 8200 as extra",
        "churn 50 seed 3",
        "drop all",
        "flush",
        "gc mark",
    ]
    checked = Checked(lines, release=release)
    session = checked.session
    for _ in range(r.randint(1, 25)):
        last = len(session.steps)
        match r.randrange(9):
            case 0 | 1:
                session.forward()
            case 2 | 3:
                session.goto(max(0, session.step - 1))
            case 4:
                session.goto(r.randint(0, last))
            case 5 | 6 if session.step < last:
                ahead = session.events_ahead()
                if ahead:
                    outcome = session.goto(session.step, r.randint(1, ahead))
                    assert outcome is not None
                    last_told = outcome.events[outcome.event - 1]
                    if release == ALWAYS and not isinstance(last_told, Grow):  # whose pages are on their way to the free lists
                        session.check("cheap")
                    checked.check_half()
                continue
            case 7:
                known = (session.steps[:], session.trail.marks[:], session.trail.heap_live[:])
                if not session.submit(r.choice(extra)).ok:
                    assert known == (session.steps, session.trail.marks, session.trail.heap_live)
            case 8 if session.branches.others:
                session.switch(r.choice(session.branches.others))
            case _:
                continue
        if not session.event:
            checked.check()
    session.goto(len(session.steps))
    checked.check()
    session.goto(0)
    checked.check()


@pytest.mark.parametrize("version", VERSIONS)
@given(r=R)
@settings(max_examples=effort(4, 40))
def test_whoever_stops_halfway_finds_nothing_changed(version: str, r: Random) -> None:
    stopping, release = StopRequest(), Release(profile_of(version))
    checked = Checked(some_lines(r, 25, release), stopping, release)
    session = checked.session
    follow = machine_of(session).narrator.follow
    session.goto(len(session.steps))
    session.goto(r.randint(0, len(session.steps)))
    for line in ("alloc 48 scan times 40", "churn 60 seed 5", "gc", "alloc 3000 times 20"):
        before = state(session)
        after = r.randint(1, 30)

        def stop(event: Event, left: list[int] = [after]) -> None:  # noqa: B006 -- meant to be kept
            left[0] -= 1
            stopping.asked = stopping.asked or not left[0]
            follow(event)

        machine_of(session).engine.set_trace(stop)
        try:
            session.submit(line)
        except Stopped:
            machine_of(session).engine.set_trace(follow)
            assert state(session) == before
        machine_of(session).engine.set_trace(follow)
        checked.check()


def test_a_command_for_which_there_is_not_enough_memory_changes_nothing() -> None:
    session = Session(narrate=True)
    for line in ("alloc 48", "alloc 300G", "drop o1"):
        session.submit(line)
    before = state(session)
    outcome = session.submit("alloc 100G times 3")
    assert outcome.error is not None
    assert "out of memory" in outcome.error.message
    assert state(session) == before
    session.goto(1)
    assert session.submit("alloc 200G times 3").error is not None
    session.goto(3)
    assert state(session) == before


def test_a_step_of_a_script_that_runs_out_of_memory_is_a_step() -> None:
    session = Session(narrate=True, timeline=Timeline(["alloc 48", "alloc 300G times 2", "alloc 48 as b"]))
    outcomes = [session.forward() for _ in range(3)]
    assert [outcome.ok for outcome in outcomes if outcome is not None] == [True, False, True]
    assert (len(session.objects), session.objects.info(1).addr) == (2, 0xC420000030)
    session.goto(1)
    assert told(session.goto(3)) == told(outcomes[2])
    assert (len(session.objects), session.step) == (2, 3)


def test_inside_of_a_step_that_runs_out_of_memory_others_stay_what_they_are() -> None:
    session = Session(narrate=True, timeline=Timeline(["alloc 48", SPILLS, "alloc 48 as b"]))
    session.goto(3)
    before = state(session)
    session.goto(1)
    ahead = session.events_ahead()
    assert ahead > 10
    for event in (1, ahead // 2, ahead):
        outcome = session.goto(1, event)
        assert outcome is not None
        assert outcome.event == event
        assert len(session.objects) == 1 or session.objects.info(1).size == 300 << 30
    session.goto(3)
    assert state(session) == before
    session.goto(1)
    assert not session.submit("drop nobody").ok
    assert not session.submit(SPILLS).ok
    session.goto(3)
    assert state(session) == before


@pytest.mark.parametrize("typed", ["drop nobody", SPILLS])
def test_what_fails_halfway_in_a_step_leaves_the_outcome_of_the_one_before(typed: str) -> None:
    session = Session(narrate=True, timeline=Timeline(["alloc 48", "alloc 64"]))
    session.goto(1)
    before = state(session)
    session.goto(1, 2)
    assert not session.submit(typed).ok
    assert state(session) == before


def test_what_puts_right_what_was_stopped_is_not_stopped_itself() -> None:
    stopping = StopRequest()
    session = Session(narrate=True, stop=stopping)
    for _ in range(20):
        session.submit("alloc 48")
    before, machine = state(session), machine_of(session)
    told_of = 0

    def impatient(event: Event) -> None:  # from the hundredth event on somebody presses esc all the time
        nonlocal told_of
        told_of += 1
        stopping.asked = stopping.asked or told_of > 100
        machine.narrator.follow(event)

    machine.engine.set_trace(impatient)
    with pytest.raises(Stopped):
        session.submit("alloc 48 times 250")
    machine.engine.set_trace(machine.narrator.follow)
    stopping.asked = False
    assert (machine.at, session.step) == (20, 20)
    assert state(session) == before
    session.submit("alloc 64 as z")
    assert len(session.objects) == 21


def test_another_future_stays_and_can_be_taken_up() -> None:
    session = Session(narrate=True)
    for line in ("alloc 48 as a", "alloc 48 as b", "alloc 48 as c"):
        session.submit(line)
    session.goto(1)
    session.submit("alloc 64 as other")
    assert session.steps == ["alloc 48 as a", "alloc 64 as other"]
    assert session.branches.others == ["main"]
    assert session.branches.line("main") == ["alloc 48 as a", "alloc 48 as b", "alloc 48 as c"]
    session.goto(1)
    session.submit("alloc 80 as third")
    session.switch("main")
    assert session.step == 1
    assert session.steps == ["alloc 48 as a", "alloc 48 as b", "alloc 48 as c"]
    session.goto(3)
    assert session.objects.find_name("c") == 2
    assert session.objects.find_name("third") is None
    assert session.branches.others == ["future2", "future3"]


def test_a_wrong_command_typed_in_the_past_keeps_the_future() -> None:
    session = Session(narrate=True)
    for line in ("alloc 48 as a", "alloc 48 as b", "drop a"):
        session.submit(line)
    session.goto(1)
    assert not session.submit("drop nobody").ok
    assert not session.submit("alloc 48 as a").ok
    assert (session.steps, session.branches.others, session.step) == (
        ["alloc 48 as a", "alloc 48 as b", "drop a"],
        [],
        1,
    )
    session.goto(3)
    assert session.objects.living() == [1]


def test_what_was_never_done_stays_as_the_other_future() -> None:
    session = Session(narrate=True, timeline=Timeline(["alloc 8", "alloc 16"]))
    session.forward()
    session.submit("alloc 32")
    assert session.steps == ["alloc 8", "alloc 32"]
    assert session.forward() is None
    session.switch("main")
    assert (session.step, session.steps) == (1, ["alloc 8", "alloc 16"])
    assert session.forward() is not None
    assert session.forward() is None


class _SoonStopped(StopRequest):
    """Is asked to stop when it was looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def heed(self) -> None:
        self.looks -= 1
        self.asked = self.looks == 0
        super().heed()


@pytest.mark.parametrize("looks", [1, 2, 3, 17, 40])
@pytest.mark.parametrize("known", [False, True], ids=["for the first time", "again"])
def test_where_a_way_is_stopped_the_step_tells_all_that_it_tells_to_one_who_goes_there(looks: int, known: bool) -> None:
    """On the way nothing is told; what it was stopped at is looked at."""
    lines = [("alloc 48 scan", "alloc 5", "alloc 33000", "drop all", "gc")[n % 5] for n in range(60)]
    stop = _SoonStopped(-1)
    session = Session(narrate=True, timeline=Timeline(list(lines)), stop=stop)
    if known:
        session.goto(60)
        session.goto(0)
    stop.looks = looks
    with suppress(Stopped):  # an image near the goal may lead there at once
        session.goto(60)
    assert session.step < 60 or known
    walked = Session(narrate=True, timeline=Timeline(list(lines)))
    for _ in range(session.step):
        walked.forward()
    assert (session.outcome and session.outcome.events) == (walked.outcome and walked.outcome.events)
    assert machine_of(session).engine.capture() == machine_of(walked).engine.capture()
