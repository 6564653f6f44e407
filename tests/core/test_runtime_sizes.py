"""The size classes: the table, the two look-up rules, and what an object of each size gets."""

import pytest

from gomem_core.classic.malloc import Heap
from gomem_core.go.amd64 import NUM_SPAN_CLASSES
from gomem_core.go.sizeclasses import CLASSES, SIZE_TO_CLASS8, SIZE_TO_CLASS128, is_noscan, make_span_class, size_to_class
from tests.core.facts import ARENA, PAGE, SIZE_CLASSES, SIZES, class_of


def test_the_table_is_go_s_row_by_row() -> None:
    assert len(CLASSES) == 67
    assert CLASSES[0][:5] == (0, 0, 0, 0, 0)
    for row, expected in zip(CLASSES[1:], SIZE_CLASSES, strict=True):
        number, size, pages, span, objects, tail, waste = expected
        assert row[:5] == (number, size, pages, objects, tail)
        assert row.npages * PAGE == span
        assert round(100 * row.max_waste, 2) == waste


def test_every_small_size_gets_the_smallest_class_that_holds_it() -> None:
    assert len(SIZE_TO_CLASS8) == 129
    assert len(SIZE_TO_CLASS128) == 249
    for size in range(1, 32769):
        assert size_to_class(size) == class_of(size), size


def test_both_lookup_rules_agree_where_they_meet() -> None:
    for size in range(1017, 1025):
        assert SIZE_TO_CLASS128[(size - 1024 + 127) // 128] == SIZE_TO_CLASS8[(size + 7) // 8] == 31


@pytest.mark.parametrize(("size", "number"), [(0, 0), (1, 1), (8, 1), (9, 2), (1024, 31), (1025, 32), (32768, 66), (32769, 0)])
def test_boundaries(size: int, number: int) -> None:
    assert size_to_class(size) == number


def test_span_classes_are_the_class_doubled_plus_one_for_noscan() -> None:
    assert NUM_SPAN_CLASSES == 134
    assert make_span_class(2, True) == 5
    assert make_span_class(66, False) == 132
    assert [is_noscan(c) for c in (4, 5)] == [False, True]


@pytest.mark.parametrize("row", SIZE_CLASSES, ids=lambda row: f"class{row[0]}")
@pytest.mark.parametrize("scan", [False, True])
def test_a_span_of_each_class_is_filled_in_address_order_then_another_comes(
    row: tuple[int, int, int, int, int, int, float], scan: bool
) -> None:
    number, size, pages, span, objects, _, _ = row
    if size == 8 and not scan:
        return  # tiny: no slots of 8 bytes for objects without pointers
    heap = Heap(gcpercent=-1)
    ptrdata = 8 if scan else 0
    got = [heap.alloc(size, ptrdata) for _ in range(objects + 1)]
    assert [g.addr for g in got[:objects]] == [ARENA + i * size for i in range(objects)]
    assert got[-1].addr == ARENA + span
    assert {g.elemsize for g in got} == {size}
    assert {g.spanclass for g in got} == {2 * number + (not scan)}
    assert [g.served for g in got] == ["os", *["mcache"] * (objects - 1), "mheap"]
    s = heap.mheap.span_of(ARENA)
    assert s is not None
    assert (s.npages, s.nelems, s.limit) == (pages, objects, ARENA + size * objects)


@pytest.mark.parametrize(("size", "pages"), [(32769, 5), (33000, 5), (40960, 5), (40961, 6), (1 << 20, 128), (1048577, 129)])
def test_large_objects_get_whole_pages_and_no_class(size: int, pages: int) -> None:
    heap = Heap(gcpercent=-1)
    done = heap.alloc(size)
    assert (done.addr, done.elemsize, done.spanclass) == (ARENA, pages * PAGE, 1)
    assert done.shouldhelpgc
    s = heap.mheap.span_of(ARENA)
    assert s is not None
    assert (s.npages, s.nelems, s.freeindex, s.alloc_count, s.limit) == (pages, 1, 1, 1, ARENA + size)
    assert heap.stats.heap_live == heap.stats.largealloc == pages * PAGE
    assert heap.stats.nlargealloc == 1
    assert heap.mheap.busy_list(pages).spans() == [s]
    assert (heap.mheap.busylarge.first is s) == (pages >= 128)


@pytest.mark.parametrize(("size", "ptrdata"), [(-1, 0), (8, 16), (12, 8), (16, 4), (5, -8)])
def test_objects_that_cannot_be_are_refused(size: int, ptrdata: int) -> None:
    with pytest.raises(ValueError, match="no object has"):
        Heap().alloc(size, ptrdata)


def test_size_zero_takes_no_memory_and_touches_no_statistics() -> None:
    heap = Heap()
    assert heap.alloc(0).addr == heap.alloc(0).addr == heap.zerobase
    assert not ARENA <= heap.zerobase < ARENA + (1 << 39)
    m = heap.read_mem_stats()
    assert (m.Mallocs, m.TotalAlloc, m.HeapSys) == (0, 0, 0)
    assert heap.stats.nzero == 2


def test_the_sizes_are_sorted_and_end_at_32_kb() -> None:
    assert list(SIZES) == sorted(set(SIZES))
    assert SIZES[-1] == 32768
