"""The tiny allocator: alignment, sharing, which half-used block is kept, and life as a whole."""

import pytest

from gomem_core.classic.malloc import Heap
from gomem_core.go.events import TinyBlock, TinyShared
from gomem_core.session.session import Session
from tests.core.facts import ARENA


def offsets(*sizes: int) -> list[int]:
    heap = Heap(gcpercent=-1)
    return [heap.mallocgc(size) - ARENA for size in sizes]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((1, 1, 1), [0, 1, 2]),
        ((1, 2), [0, 2]),  # even sizes are 2-aligned
        ((1, 4), [0, 4]),
        ((1, 8), [0, 8]),
        ((1, 12), [0, 4]),  # 12 is a multiple of 4, not of 8
        ((1, 10), [0, 2]),
        ((1, 9), [0, 1]),
        ((1, 6), [0, 2]),
        ((3, 5, 8), [0, 3, 8]),
        ((8, 8), [0, 8]),
        ((8, 9), [0, 16]),  # does not fit: a new block
        ((15, 1), [0, 15]),
        ((15, 2), [0, 16]),
        ((2, 14), [0, 2]),
        ((2, 12), [0, 4]),
        ((1, 15, 1), [0, 1, 16]),
    ],
)
def test_where_tiny_objects_lie(sizes: tuple[int, ...], expected: list[int]) -> None:
    assert offsets(*sizes) == expected


def test_the_block_with_more_room_left_is_kept() -> None:
    # 8 leaves 8 free; 12 takes a block with 4 free: the first is kept, and 8 more fit into it.
    assert offsets(8, 12, 8) == [0, 16, 8]
    # 12 leaves 4; 8 takes a block with 8 free, which is kept.
    assert offsets(12, 8, 8) == [0, 16, 24]
    # Equally full: the old one is kept, since 9 < 9 is false.
    assert offsets(9, 9, 7) == [0, 16, 9]


def test_sixteen_bytes_and_pointers_are_not_tiny() -> None:
    heap = Heap(gcpercent=-1)
    assert heap.alloc(4).spanclass == 5
    sixteen = heap.alloc(16)
    assert (sixteen.addr, sixteen.spanclass, sixteen.tiny_combined) == (ARENA + 16, 5, False)
    assert heap.alloc(4).addr == ARENA + 4
    pointer = heap.alloc(8, 8)
    assert (pointer.spanclass, pointer.elemsize) == (2, 8)


def test_only_shared_objects_count_as_tiny_allocs() -> None:
    heap = Heap(gcpercent=-1)
    for size in (4, 4, 8, 4):
        heap.alloc(size)
    m = heap.read_mem_stats()
    assert heap.stats.tinyallocs == 2
    assert (m.Mallocs, m.Frees, m.HeapObjects, m.TotalAlloc) == (4, 2, 2, 32)
    assert m.BySize[2] == (16, 2, 0)  # shared ones are not in BySize


@pytest.mark.parametrize("command", ["flush", "memstats", "gc mark", "gc", "freeos"])
def test_a_flush_forgets_the_tiny_block(command: str) -> None:
    session = Session()
    for line in ("alloc 4 as a", command, "alloc 4 as b"):
        assert session.submit(line).ok
    addresses = [session.objects.info(oid).addr for oid in (0, 1)]
    assert addresses == [ARENA, ARENA + 16]


def test_a_block_lives_and_dies_as_a_whole() -> None:
    session = Session()
    for line in ("alloc 4 as a", "alloc 4 as b", "drop a", "gc"):
        session.submit(line)
    slot = session.world.slots.at(ARENA)
    assert slot is not None
    assert slot.allocated
    for line in ("drop b", "gc"):
        session.submit(line)
    assert session.world.slots.at(ARENA) is None
    assert session.world.sums.stats.heap_inuse == 0


def test_a_dropped_block_that_is_still_the_p_s_lives_again_through_its_next_object() -> None:
    session = Session()
    for line in ("alloc 4 as a", "drop a", "alloc 4 as b", "gc"):
        session.submit(line)
    slot = session.world.slots.at(ARENA)
    assert slot is not None
    assert slot.allocated
    assert session.objects.info(1).addr == ARENA + 4


def test_narration_of_blocks() -> None:
    session = Session(narrate=True)
    first = session.submit("alloc 9").events
    second = session.submit("alloc 5").events
    third = session.submit("alloc 12").events
    assert [e for e in first if isinstance(e, TinyBlock)] == [TinyBlock(ARENA, 9, ARENA)]
    assert second == [TinyShared(ARENA + 9, 5, ARENA, 14)]
    assert [e for e in third if isinstance(e, TinyBlock)] == [TinyBlock(ARENA + 16, 12, ARENA + 16)]  # 4 left, not 2
