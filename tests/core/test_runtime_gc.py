"""Collections: what is reached, when one starts, what the pacer says; and the scavenger's ages."""

import pytest

from gomem_core.classic.malloc import Heap
from gomem_core.classic.scavenge import scavenge
from gomem_core.classic.view import HeapView
from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.events import Event, GcMarked, GcStart, Pacing, Scavenged, SysUnused
from gomem_core.session.session import Session
from tests.core.facts import MB, PAGE


def test_the_first_trigger_is_4_mb_and_the_first_goal_4473924() -> None:
    stats = Heap().stats
    assert (stats.gc_trigger, stats.next_gc, stats.heap_marked) == (4194304, 4473924, 2236962)


@pytest.mark.parametrize(
    ("percent", "trigger", "goal"),
    [
        (100, 4194304, 4473924),
        (50, 3299518, 3355443),  # 2236962 * 1.475; the minimum is 2 MB
        (10, 2449473, 2460658),  # 2236962 * 1.095
        (200, 8388608, 8388608),  # the minimum is 8 MB
        (0, 2236962, 2236962),
        (-1, U64_MAX, U64_MAX),
        (-7, U64_MAX, U64_MAX),
    ],
)
def test_gogc_sets_trigger_and_goal(percent: int, trigger: int, goal: int) -> None:
    heap = Heap()
    heap.gc.set_gc_percent(percent)
    assert (heap.stats.gc_trigger, heap.stats.next_gc) == (trigger, goal)


def test_the_heap_that_reaches_the_trigger_is_collected_after_the_object_exists() -> None:
    heap = Heap()
    events: list[Event] = []
    heap.set_trace(events.append)
    started = [heap.alloc(MB).gc_started for _ in range(4)]
    assert started == [False, False, False, True]
    assert [e for e in events if isinstance(e, GcStart | GcMarked | Pacing)] == [
        GcStart(1, 4 * MB, 4 * MB),
        GcMarked(2, 4 * MB, 4 * MB),
        Pacing(7864320, 8 * MB, 4 * MB, 4 * MB),  # 4 MB * 1.875
    ]
    assert heap.stats.numgc == 1
    assert not heap.mheap.sweepdone


def test_only_the_slow_path_looks_at_the_trigger() -> None:
    heap = Heap()
    heap.alloc(48)
    heap.stats.gc_trigger = 1
    assert not any(heap.alloc(48).gc_started for _ in range(169))
    assert heap.alloc(48).gc_started


@pytest.mark.parametrize(
    ("percent", "trigger", "goal", "distance"),
    [
        (100, 15728640, 16 * MB, 15728640 - 9 * MB),
        (10, 9185525, 9227468, PAGE),
        (-1, U64_MAX, U64_MAX, PAGE),
        (0, 8 * MB, 8 * MB, PAGE),
    ],
)
def test_pacing_after_a_mark_of_8_mb(percent: int, trigger: int, goal: int, distance: int) -> None:
    heap = Heap(gcpercent=-1)
    heap.mallocgc(8 * MB)
    heap.gc.collect()
    heap.gc.set_gc_percent(percent)
    heap.gc.start(3)
    assert (heap.stats.gc_trigger, heap.stats.next_gc) == (trigger, goal)
    assert heap.mheap.sweep_pages_per_byte == 1024 / distance


def test_while_sweeping_is_pending_the_trigger_leaves_a_megabyte() -> None:
    heap = Heap()
    heap.mallocgc(3 * MB + 512 * 1024)
    heap.gc.start(3)
    assert heap.stats.gc_trigger == int(3.5 * MB * 1.875)
    assert Heap(gcpercent=400).stats.gc_trigger == 16 * MB
    heap.stats.trigger_ratio = 0.1
    heap.gc.start(3)
    assert heap.stats.gc_trigger == int(3.5 * MB) + MB


def test_a_forced_cycle_sweeps_everything_and_a_mark_nothing() -> None:
    heap = Heap(gcpercent=-1)
    heap.drop(heap.mallocgc(48))
    heap.gc.start(3)
    assert (heap.stats.heap_live, heap.stats.heap_inuse) == (0, PAGE)
    heap.gc.collect()
    assert (heap.stats.heap_inuse, heap.mheap.sweepdone, heap.stats.numgc, heap.mheap.sweepgen) == (0, True, 2, 4)


def reachable(*script: str) -> list[bool]:
    """Whether each object survives a collection."""
    session = Session()
    for line in (*script, "gc"):
        assert session.submit(line).ok, line
    world = session.world
    slots = [world.slots.at(session.objects.info(oid).addr) for oid in range(len(session.objects))]
    return [slot is not None and slot.allocated for slot in slots]


def test_what_links_reach_lives() -> None:
    chain = ("alloc 16 scan times 4", "link o1.0 o2", "link o2.1 o3", "drop o2..o4")
    assert reachable(*chain) == [True, True, True, False]
    assert reachable(*chain, "unlink o1.0") == [True, False, False, False]
    assert reachable(*chain, "drop o1") == [False] * 4


def test_cycles_that_nobody_refers_to_die() -> None:
    assert reachable("alloc 16 scan times 3", "link o1.0 o2", "link o2.0 o1", "link o3.1 o3", "drop o1..o3") == [False] * 3


def test_links_to_the_inside_of_large_tiny_and_empty_objects() -> None:
    script = ("alloc 24 scan as a", "alloc 1M", "alloc 5", "alloc 6", "alloc 0", "link a.0 o1", "link a.1 o3", "link a.2 o4")
    survives = reachable(*script, "drop o1..o4")
    assert survives[:4] == [True, True, True, True], "o2 shares the block of o3"
    assert not survives[4], "an object of size 0 lies in no slot"


def test_an_overwritten_link_keeps_nothing_alive() -> None:
    script = ("alloc 8 scan as a", "alloc 8 scan times 2", "link a.0 o1", "link a.0 o2", "drop o1 o2")
    assert reachable(*script) == [True, False, True]


# --- The scavenger ------------------------------------------------------------------------------------------------------


def test_only_spans_free_for_longer_than_the_age_are_given_back() -> None:
    heap = Heap(gcpercent=-1)
    a, _ = heap.mallocgc(5 * PAGE), heap.mallocgc(6 * PAGE)
    heap.drop(a)
    heap.set_now(1000)
    heap.gc.collect()  # a is free since 1000, the rest of the megabyte since 0, which counts as now: 0
    assert scavenge(heap.mheap, 1500, 500) == 117 * PAGE, "exactly the age is not longer than the age"
    assert scavenge(heap.mheap, 1501, 500) == 5 * PAGE
    assert scavenge(heap.mheap, 9999, 0) == 0, "nothing twice"
    assert (heap.stats.heap_released, heap.stats.nos_release) == (122 * PAGE, 2)
    assert heap.stats.heap_idle == 122 * PAGE


def test_merging_makes_a_span_young_again_but_keeps_what_was_given_back() -> None:
    heap = Heap(gcpercent=-1)
    a, b, _ = heap.mallocgc(5 * PAGE), heap.mallocgc(5 * PAGE), heap.mallocgc(6 * PAGE)
    heap.drop(a)
    heap.set_now(1000)
    heap.gc.collect()
    scavenge(heap.mheap, 2000, 0)
    heap.set_now(3000)
    heap.drop(b)
    heap.gc.collect()
    merged = HeapView(heap).spans.at(a)
    assert merged is not None
    assert (merged.npages, merged.npreleased, merged.unusedsince) == (10, 5, 3000)
    assert scavenge(heap.mheap, 3500, 600) == 0
    assert scavenge(heap.mheap, 3500, 400) == 5 * PAGE


def test_a_session_s_clock_goes_a_second_a_command() -> None:
    session = Session(narrate=True)
    for line in ("alloc 40K", "alloc 48K", "drop o1", "gc", "find 0x0", "find 0x0"):
        assert session.submit(line).ok
    assert not session.submit("drop nobody").ok  # takes no time
    young = session.submit("scavenge 3s")  # step 7; o1's pages are free since step 4, the rest since step 1
    old = session.submit("scavenge 3s")
    assert [e for e in (*young.events, *old.events) if isinstance(e, Scavenged)] == [
        Scavenged(117 * PAGE, 117 * PAGE),
        Scavenged(5 * PAGE, 122 * PAGE),
    ]
    assert [e.npages for e in (*young.events, *old.events) if isinstance(e, SysUnused)] == [117, 5]


def test_freeos_collects_and_gives_everything_back_at_any_age() -> None:
    session = Session()
    for line in ("alloc 1M", "drop o1", "freeos"):
        session.submit(line)
    assert (session.world.sums.stats.heap_released, session.world.sums.stats.heap_idle, session.world.sums.stats.heap_sys) == (
        MB,
        MB,
        MB,
    )
    session.submit("alloc 48")
    assert session.world.sums.stats.heap_released == 0
