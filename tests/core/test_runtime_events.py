"""Narration: each decision once, in order, and a heap that can be looked at while each is told."""

from collections import Counter
from random import Random

import pytest

from gomem_core.go.events import (
    BitsCleared,
    BitsWritten,
    CacheSpan,
    CentralMiss,
    CentralPick,
    ClassChosen,
    Event,
    Grow,
    LockTaken,
    Mapped,
    McacheHit,
    McacheMiss,
    Picked,
    PointerWritten,
    SlotTaken,
    SpanAlloc,
    SpanFree,
    SpanMerge,
    SpanSplit,
    Sweep,
    TinyShared,
    UncacheSpan,
    Zeroed,
)
from gomem_core.session.session import Session
from tests.core.facts import ARENA, PAGE
from tests.core.lines import HUGE_SIZES, LineMaker
from tests.core.player import Player
from tests.inside import heap_of

HUGE = tuple(f"alloc {size.split()[0]}" for size in HUGE_SIZES)  # failing ones tell what is then undone
STRUCT = 0x7FFFF7FBB000
LOCK = LockTaken("mheap", -1)


def told(*script: str) -> list[Event]:
    """What the last line told."""
    session = Session(narrate=True)
    outcomes = [session.submit(line) for line in script]
    assert all(o.ok for o in outcomes)
    assert outcomes[-1].events_total == len(outcomes[-1].events)
    return outcomes[-1].events


def test_the_first_small_object_from_top_to_bottom() -> None:
    assert told("alloc 48 scan") == [
        ClassChosen(48, 8, 48),
        McacheMiss(0, 8, 0),
        LockTaken("mcentral", 8),
        CentralMiss(8, 0, 0),
        LOCK,
        Mapped("bitmap", ARENA - 32768, 32768),
        Mapped("spans", 0xC000000000, 4096),
        Mapped("arena", ARENA, 1 << 20),
        Grow(ARENA, 128, ARENA + (1 << 20), 32768, 512, STRUCT, 8),
        Picked(ARENA, 128, STRUCT, 1, True),
        SpanSplit(ARENA, 1, ARENA + PAGE, 127),
        SpanAlloc(ARENA, 1, 8, 0, 0, STRUCT, 0),
        BitsCleared(ARENA, 1, 0),
        LockTaken("mcentral", 8),
        CacheSpan(8, ARENA, 170, 0, 0, PAGE),
        SlotTaken(0, 8, ARENA, 0, ARENA),
        BitsWritten(ARENA, 6, 6),
    ]


def test_for_an_object_of_one_word_no_bits_are_written() -> None:
    """heapBitsSetType returns at once: the fresh span's bitmap was filled with ones."""
    fresh = told("alloc 8 scan")
    assert BitsCleared(ARENA, 1, 0xFF) in fresh
    assert fresh[-1] == SlotTaken(0, 2, ARENA, 0, ARENA)
    assert told("alloc 8 scan", "alloc 8 scan") == [
        ClassChosen(8, 2, 8),
        McacheHit(0, 2, ARENA, 1023),
        SlotTaken(0, 2, ARENA, 1, ARENA + 8),
    ]


def test_a_link_is_a_store_of_the_program() -> None:
    script = ("alloc 48 scan times 2 as a", "alloc 16 as b", "link a.2.5 b")
    at = ARENA + 48
    assert told(*script) == [PointerWritten(ARENA, at, 5, ARENA + PAGE, 0)]
    assert told(*script, "link a.2.5 a.1") == [PointerWritten(ARENA, at, 5, ARENA, ARENA + PAGE)]
    assert told(*script, "unlink a.2.5") == [PointerWritten(ARENA, at, 5, 0, ARENA + PAGE)]
    assert told(*script, "unlink a.2.4") == [PointerWritten(ARENA, at, 4, 0, 0)]


def test_a_hit_a_shared_block_and_a_large_object() -> None:
    assert told("alloc 48", "alloc 48") == [
        ClassChosen(48, 9, 48),
        McacheHit(0, 9, ARENA, 169),
        SlotTaken(0, 9, ARENA, 1, ARENA + 48),
    ]
    assert told("alloc 4", "alloc 3") == [TinyShared(ARENA + 4, 3, ARENA, 7)]
    assert told("alloc 48", "alloc 33000 scan") == [
        ClassChosen(33000, 0, 40960),
        LOCK,
        Picked(ARENA + PAGE, 127, STRUCT + 152, 5, False),
        SpanSplit(ARENA + PAGE, 5, ARENA + 6 * PAGE, 122),
        SpanAlloc(ARENA + PAGE, 5, 0, 1, 0, STRUCT + 152, PAGE + 40960),
        BitsCleared(ARENA + PAGE, 5, 0),
        BitsWritten(ARENA + PAGE, 5120, 4125),
    ]


def test_a_span_goes_home_and_merges() -> None:
    events = told("alloc 8192", "drop o1", "gc")
    assert [e for e in events if isinstance(e, Sweep | SpanFree | SpanMerge)] == [
        Sweep(ARENA, 1, 101, 0, 1, 0, 1),
        SpanFree(ARENA, 1, 101, 0, STRUCT),
        SpanMerge(ARENA, 128, ARENA + PAGE, 127),
    ]


def test_a_flush_tells_each_span_and_reuse_tells_what_is_cleared() -> None:
    assert told("alloc 48", "flush") == [LockTaken("mcentral", 9), UncacheSpan(9, ARENA, 169, 1, 1)]
    events = told("alloc 48 times 2", "drop o1", "gc", "alloc 48")
    assert CentralPick(9, ARENA, "nonempty", False) in events
    assert Zeroed(ARENA, 48) in events
    assert Zeroed(ARENA, PAGE) in told("alloc 48", "drop o1", "gc", "alloc 64")


def test_the_books_agree_with_what_was_told() -> None:
    """Count events over a long random script, and compare with counters that are kept apart from them."""
    player = Player(careful=False)
    maker = LineMaker(player.oracle)
    r = Random(5)
    events: Counter[str] = Counter()
    pages = Counter[str]()

    def listen(event: Event) -> None:
        events[event.kind] += 1
        if isinstance(event, LockTaken):
            events[event.lock] += 1
        if isinstance(event, SpanAlloc | SpanFree | Sweep):
            pages[event.kind] += event.npages
        if isinstance(event, Sweep) and event.spanclass > 1:
            events["freed small"] += event.nfreed

    player.heap.set_trace(listen)
    for _ in range(600):
        line = maker.any(r)
        if not line.startswith(HUGE):
            player.play(line)
    heap = heap_of(player.session)
    stats, h = heap.stats, heap.mheap
    assert events["mheap"] == stats.nheap_lock
    assert events["mcentral"] == sum(c.nlock for c in heap.central)
    assert events["grow"] == stats.nheap_grow
    assert events["span_alloc"] == stats.nheap_alloc
    assert pages["span_alloc"] - pages["span_free"] == h.pages_in_use
    assert events["gc_marked"] == stats.numgc > 0
    assert events["tiny_shared"] == stats.tinyallocs > 0
    assert events["freed small"] == sum(stats.nsmallfree) > 0
    served = (stats.nserved_mcache, stats.nserved_central, stats.nserved_heap, stats.nserved_large, stats.nserved_os)
    assert events["slot_taken"] + stats.nlargealloc == sum(served)


def look_around(player: Player, event: Event) -> None:
    """What panes do when they show a half-way state."""
    world = player.session.world
    at = world.extents.arenas.start
    for info in world.spans.rows():
        assert info.base == at, event
        at += info.nbytes
    assert at == world.extents.arenas.end or isinstance(event, Mapped), event
    world.caches.mcaches()
    world.lists.free_large()
    world.sums.mem_stats()


@pytest.mark.parametrize("seed", range(4))
def test_the_heap_can_be_looked_at_whenever_something_is_told(seed: int) -> None:
    player = Player(careful=False)
    maker = LineMaker(player.oracle)
    r = Random(seed)
    told = 0

    def look(event: Event) -> None:
        nonlocal told
        if not isinstance(event, CacheSpan):
            told += 1
            look_around(player, event)

    player.heap.set_trace(look)
    for _ in range(150):
        line = maker.any(r)
        if not line.startswith(HUGE):
            player.play(line)
    assert told > 500


def test_the_heap_can_be_looked_at_while_a_span_is_being_cached() -> None:
    player = Player()
    player.heap.set_trace(lambda event: look_around(player, event))
    player.play("alloc 48")
