"""Random commands: after each the heap is consistent and agrees with a plain model of the program."""

import os
import time
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gomem_core.classic.image import capture
from gomem_core.classic.view import HeapView
from gomem_core.files.timeline import Timeline
from gomem_core.go.release import ALWAYS, Release
from gomem_core.session.engine import new_engine
from gomem_core.session.session import Outcome, Session
from tests.core.lines import LineMaker
from tests.core.oracle import Thing
from tests.core.player import Player, ScriptFailed, shortened
from tests.effort import effort
from tests.inside import heap_of, machine_of
from tests.versions import VERSIONS, profile_of

NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # scripts are shortened instead, which is much faster
R = st.randoms(use_true_random=False)
COMMANDS = int(os.environ.get("GOMEM_RANDOM_COMMANDS", effort(4000, 100_000)))  # the slow driver


class HeapMachine(RuleBasedStateMachine):
    """Every rule types one command; a failure prints the whole script."""

    release = ALWAYS

    def __init__(self) -> None:
        super().__init__()
        self.player = Player(release=self.release)
        self.maker = LineMaker(self.player.oracle)
        self.failed = False

    def type(self, line: str) -> Outcome:
        """Play a line; a failure is told with the shortest script that shows it."""
        try:
            return self.player.play(line)
        except ScriptFailed as e:
            self.failed = True
            raise shortened(e, release=self.release) from None

    def seen(self) -> object:
        """All that a look could disturb: spans, lists and caches."""
        world = self.player.session.world
        chains = [world.lists.chain(n, name) for n in world.lists.asked() for name in world.profile.central_names]
        return world.spans.rows(), chains, world.caches.mcaches(), world.lists.free_lists()

    @rule(r=R)
    def alloc_tiny(self, r: Random) -> None:
        self.type(self.maker.alloc_tiny(r))

    @rule(r=R)
    def alloc_small(self, r: Random) -> None:
        self.type(self.maker.alloc_small(r))

    @rule(r=R)
    def alloc_large(self, r: Random) -> None:
        self.type(self.maker.alloc_large(r))

    @rule(r=R)
    def alloc_huge(self, r: Random) -> None:
        self.type(self.maker.alloc_huge(r))

    @rule(r=R)
    def drop(self, r: Random) -> None:
        self.type(self.maker.drop(r))

    @rule(r=R)
    def link(self, r: Random) -> None:
        self.type(self.maker.link(r))

    @rule(r=R)
    def unlink(self, r: Random) -> None:
        self.type(self.maker.unlink(r))

    @rule(r=R)
    def collect(self, r: Random) -> None:
        self.type(self.maker.gc(r))

    @rule(r=R)
    def collect_in_parts(self, r: Random) -> None:
        self.type(self.maker.gc_part(r))

    @rule(r=R)
    def heap_commands(self, r: Random) -> None:
        self.type(self.maker.heap(r))

    @rule(r=R)
    def several_ps(self, r: Random) -> None:
        self.type(self.maker.procs(r))

    @rule(r=R)
    def churn(self, r: Random) -> None:
        self.type(self.maker.churn(r))

    @rule(r=R)
    def look(self, r: Random) -> None:
        line = self.maker.look(r)
        before = self.seen()
        if self.type(line).ok:
            assert self.seen() == before, f"{line} changed the heap"

    @rule(r=R)
    def wrong(self, r: Random) -> None:
        assert self.type(self.maker.wrong(r)).result is None

    @rule()
    def check_everything(self) -> None:
        self.player.check_all()

    @invariant()
    def oracle_agrees(self) -> None:
        if len(self.player.oracle.slots) < 500:
            self.player.check_all("lists")

    def teardown(self) -> None:
        if not self.failed:
            self.player.check_all()


TestHeapMachine = HeapMachine.TestCase
TestHeapMachine.settings = settings(  # longer scripts are the slow driver's business
    max_examples=effort(10, 60), stateful_step_count=40, deadline=None, phases=NO_SHRINKING
)


class HeapMachine22(HeapMachine):
    """The same on Go 1.22."""

    release = Release(profile_of("1.22"))


class HeapMachine27(HeapMachine):
    """The same on Go 1.27."""

    release = Release(profile_of("1.27"))


TestHeapMachine22 = HeapMachine22.TestCase
TestHeapMachine27 = HeapMachine27.TestCase
TestHeapMachine22.settings = TestHeapMachine27.settings = settings(
    max_examples=effort(5, 60), stateful_step_count=40, deadline=None, phases=NO_SHRINKING
)


def random_lines(r: Random, count: int, release: Release = ALWAYS) -> list[str]:
    player = Player(careful=False, release=release)
    maker = LineMaker(player.oracle)
    for _ in range(count):
        player.play(maker.any(r))
    return player.lines


def play(lines: list[str], narrate: bool = False, release: Release = ALWAYS) -> Session:
    session = Session(narrate, Timeline(release=release))
    for line in lines:
        session.submit(line)
    return session


@pytest.mark.parametrize("version", VERSIONS)
@settings(phases=NO_SHRINKING, max_examples=effort(4, 200))
@given(r=R, count=st.integers(1, 80))
def test_the_same_script_makes_the_same_heap_to_the_bit_narrated_or_not(version: str, r: Random, count: int) -> None:
    release = Release(profile_of(version))
    lines = random_lines(r, count, release)
    first = play(lines, release=release)
    image = machine_of(first).engine.capture()
    assert machine_of(play(lines, release=release)).engine.capture() == image
    narrated = play(lines, narrate=True, release=release)
    assert machine_of(narrated).engine.capture() == image
    assert [narrated.objects.info(i) for i in range(len(narrated.objects))] == [
        first.objects.info(i) for i in range(len(first.objects))
    ]


@settings(phases=NO_SHRINKING, max_examples=effort(5, 200))
@given(r=R, count=st.integers(1, 80))
def test_a_narrated_session_s_view_follows_every_change_of_span_borders(r: Random, count: int) -> None:
    session = Session(narrate=True)
    for line in random_lines(r, count):
        session.submit(line)
        assert session.world.spans.rows() == HeapView(heap_of(session)).spans.rows(), line


@pytest.mark.parametrize("version", VERSIONS)
@settings(phases=NO_SHRINKING, max_examples=effort(4, 200))
@given(r=R, before=st.integers(0, 50), after=st.integers(1, 50))
def test_a_restored_image_is_the_same_heap_and_goes_on_the_same_way(version: str, r: Random, before: int, after: int) -> None:
    release = Release(profile_of(version))
    lines = random_lines(r, before + after, release)
    session = play(lines[:before], release=release)
    engine = machine_of(session).engine
    early = engine.capture()
    for line in lines[before:]:
        session.submit(line)
    late = engine.capture()
    engine.restore(early)
    assert engine.capture() == early
    fresh = new_engine(release=release)
    fresh.restore(early)
    assert fresh.capture() == early
    fresh.restore(late)
    assert fresh.capture() == late
    again = play(lines[:before], release=release)
    machine_of(again).engine.restore(early)
    for line in lines[before:]:
        again.submit(line)
    assert machine_of(again).engine.capture() == late


def test_images_of_different_heaps_differ() -> None:
    lines = ["alloc 48 scan", "alloc 5", "link o1.0 o2"]
    image = capture(heap_of(play(lines)))
    more = "alloc 48/alloc 5/unlink o1.0/drop o2/gc mark/flush/gogc 50/procs 2/alloc 0/find 0x0/scavenge 0/churn 1"
    for line in more.split("/"):
        assert capture(heap_of(play([*lines, line]))) != image, line


def test_a_failure_is_told_as_a_script_to_paste() -> None:
    player = Player()
    player.play("alloc 48 scan as a")
    heap_of(player.session).stats.heap_idle += 1
    with pytest.raises(ScriptFailed, match="heap_sys_adds_up") as failure:
        player.play("alloc 64")
    script = str(failure.value).split("--- script to paste ---\n")[1].split("\n--- end ---")[0].splitlines()
    assert script == ["alloc 48 scan as a", "alloc 64"]
    assert all(play(script).submit(line).ok for line in ["gc"])


def test_the_oracle_notices_an_object_that_is_freed_while_something_refers_to_it() -> None:
    player = Player()
    player.play("alloc 48 as a times 2")
    addr = player.oracle.living["a.1"].addr
    s, index = heap_of(player.session).find_object(addr)
    s.root_bits &= ~(1 << index)  # the collector is not told of the root
    with pytest.raises(ScriptFailed, match="the mark found other bytes"):
        player.play("gc")
    with pytest.raises(ScriptFailed, match="slots that differ"):
        player.check_all("cheap")
    with pytest.raises(AssertionError, match="nobody could free"):
        player.oracle.add(Thing("b", addr + 16, 48, range(0)))


def test_many_random_commands_keep_the_cheap_invariants_after_each_and_all_now_and_then() -> None:
    """GOMEM_RANDOM_COMMANDS says how many; full invariants and the oracle every 1,000 (every 200 in short runs)."""
    seed = int(os.environ.get("GOMEM_RANDOM_SEED", "1"))
    r = Random(seed)
    player = Player(careful=False)
    maker = LineMaker(player.oracle, most_bytes=8 << 20)
    every = 1000 if COMMANDS > 20_000 else 200
    done = 0
    start = time.perf_counter()
    for i in range(1, COMMANDS + 1):
        wrong = r.random() < 0.02
        line = maker.wrong(r) if wrong else maker.any(r)
        try:
            done += player.play(line, watch=wrong).result is not None
            if i % every == 0:
                player.check_all()
        except ScriptFailed as e:
            raise shortened(e, 60) from None
    assert done > COMMANDS * 0.8, "most of the lines should do something"
    print(f"{COMMANDS} commands, {done} done, seed {seed}: {time.perf_counter() - start:.1f} s")
