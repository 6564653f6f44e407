"""How `gomem bench` measures: time against an empty call, memory by tracemalloc, growth by two heaps of different size.

Nothing narrates.  Times are the least of several repetitions, which is what the code costs when nobody disturbs it; the empty
calls are timed between them, in a loop of the same kind, so that both see the same machine.
"""

import gc
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter_ns
from typing import Final

from gomem_core.go.amd64 import PAGE_SIZE
from gomem_core.go.release import ALWAYS, Release
from gomem_core.go.sizeclasses import make_span_class
from gomem_core.named import NamedTuple
from gomem_core.session.churn import churn
from gomem_core.session.engine import Engine, new_engine

Mallocgc = Callable[[int, int], int]

LARGE: Final = 64 << 10
ONE_SPAN: Final = 8192  # an object of this size has a span to itself: each is a refill
MEGABYTE: Final = (1 << 20) + 1  # an object whose span, once free, stands among the large ones
FEW: Final = 100
_LIVE: Final = 1 << 20  # bytes that churn keeps alive
_SEED: Final = 1
_SHARED: Final = 1 << 16  # objects whose memory is measured
_MILLION: Final = 1_000_000
_PAIRS: Final = 7  # of measurements in the small heap and in the big one, by turns


class Effort(NamedTuple):
    """How hard to measure."""

    repetitions: int
    many: int  # spans in a big heap
    churned: int  # operations of one churn
    release: Release = ALWAYS  # of which Go the allocator is


FULL: Final = Effort(60, 100_000, 20_000)
QUICK: Final = Effort(10, 10_000, 5_000)


class Timing(NamedTuple):
    """One operation: nanoseconds, and how many empty calls that is."""

    ns: float
    calls: float


class Growth(NamedTuple):
    """The same operation in a heap of FEW spans and in one of many."""

    ns_few: float
    ns_many: float

    @property
    def ratio(self) -> float:
        """1.0: it does not matter how many there are."""
        return self.ns_many / self.ns_few


@contextmanager
def no_collector() -> Iterator[None]:
    """Python's own collector would be measured too."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def empty(a: int, b: int) -> None:
    """The yardstick: what calling a function of two arguments costs at least."""


# Two functions with the same body, since Python specialises the call in a loop for what it calls.


def _time_empty(calls: Sequence[Callable[[int, int], None]], a: int, b: int) -> int:
    start = perf_counter_ns()
    for call in calls:
        call(a, b)
    return perf_counter_ns() - start


def _time_allocs(calls: Sequence[Mallocgc], size: int, ptrdata: int) -> int:
    start = perf_counter_ns()
    for call in calls:
        call(size, ptrdata)
    return perf_counter_ns() - start


def _least(effort: Effort, measure: Callable[[], float]) -> Timing:
    """The least of several measurements, with empty calls between them."""
    yardsticks = [empty] * 1000
    call = ns = float("inf")
    for _ in range(effort.repetitions):
        call = min(call, *(_time_empty(yardsticks, 8, 8) / len(yardsticks) for _ in range(4)))
        ns = min(ns, measure())
    return Timing(ns, ns / call)


def _heap(effort: Effort, gcpercent: int = -1) -> Engine:
    """An empty heap, which collects nothing by itself unless it is told to."""
    heap = new_engine(release=effort.release)
    heap.set_gc_percent(gcpercent)
    return heap


# --- Time ---------------------------------------------------------------------------------------------------------------


def small_hits(size: int, ptrdata: int, effort: Effort) -> Timing:
    """Allocations that all find a slot in the span that the P has cached.

    Each heap has a fresh span of which one slot is taken; one more allocation after the last one gives it the next such span.
    """
    profile = effort.release.profile
    hits = profile.nelems(make_span_class(profile.size_class(size, not ptrdata), not ptrdata)) - 1
    heaps = [_heap(effort) for _ in range(max(1, 1000 // hits))]
    calls = [call for heap in heaps for call in [heap.mallocgc] * hits]

    def measure() -> float:
        for heap in heaps:
            heap.mallocgc(size, ptrdata)
        return _time_allocs(calls, size, ptrdata) / len(calls)

    timing = _least(effort, measure)
    served = sum(heap.world.sums.stats.nserved_mcache for heap in heaps)
    if served != effort.repetitions * len(calls):
        raise AssertionError(
            f"invariant bench_hits_only: {served} of {effort.repetitions * len(calls)} were served by the mcache"
        )
    return timing


def _time_list(effort: Effort, objects: Sequence[tuple[int, int]]) -> float:
    """Nanoseconds an object, for a list of sizes and ptrdata in a heap of its own."""
    mallocgc = _heap(effort).mallocgc
    start = perf_counter_ns()
    for size, ptrdata in objects:
        mallocgc(size, ptrdata)
    return (perf_counter_ns() - start) / len(objects)


def tiny(effort: Effort) -> Timing:
    """Objects of 1 to 15 bytes without pointers; about half of them share a block that is there."""
    objects = [(size, 0) for size in range(1, 16)] * 100
    return _least(effort, lambda: _time_list(effort, objects))


def mixed(effort: Effort) -> Timing:
    """The sizes that `churn sizes mixed` draws, tiny to large, never dropped."""
    drawn = churn(_heap(effort), 4000, _SEED, 1 << 40, "mixed").objects
    objects = [(size, ptrdata) for _, size, ptrdata in drawn]
    return _least(effort, lambda: _time_list(effort, objects))


def large(effort: Effort) -> Timing:
    """Large objects, each with a span of its own, in an arena that grows."""
    objects = [(LARGE, 0)] * 500
    return _least(effort, lambda: _time_list(effort, objects))


def churning(effort: Effort) -> Timing:
    """An operation of the command `churn`: alloc or drop, the drawing of it, and the collections that become due."""

    def measure() -> float:
        heap = _heap(effort, 100)
        start = perf_counter_ns()
        churn(heap, effort.churned, _SEED, _LIVE, "mixed")
        return (perf_counter_ns() - start) / effort.churned

    return _least(effort._replace(repetitions=max(2, effort.repetitions // 10)), measure)


# --- Memory -------------------------------------------------------------------------------------------------------------


def _memory(effort: Effort, size: int, ptrdata: int, count: int) -> tuple[int, int]:
    """Bytes that `count` live objects cost, and their spans."""
    tracemalloc.start()
    try:
        heap = _heap(effort)
        heap.mallocgc(size, ptrdata)  # what is made once is not a cost of an object
        before = tracemalloc.get_traced_memory()[0]
        spans = heap.world.sums.stats.nheap_alloc
        for _ in range(count):
            heap.mallocgc(size, ptrdata)
        return tracemalloc.get_traced_memory()[0] - before, heap.world.sums.stats.nheap_alloc - spans
    finally:
        tracemalloc.stop()


def bytes_per_span(effort: Effort) -> float:
    """Memory of a span with one object in it."""
    nbytes, spans = _memory(effort, ONE_SPAN, 0, 10_000)
    return nbytes / spans


def bytes_per_million(effort: Effort, size: int, ptrdata: int) -> float:
    """Memory of a million live objects, without what a session remembers of them."""
    return _memory(effort, size, ptrdata, _SHARED)[0] * _MILLION / _SHARED


# --- Growth -------------------------------------------------------------------------------------------------------------


def _heap_with(effort: Effort, spans: int) -> Engine:
    """A heap with that many spans in use."""
    heap = _heap(effort)
    for _ in range(spans):
        heap.mallocgc(ONE_SPAN, 0)
    return heap


def _fragmented(effort: Effort, spans: int) -> Engine:
    """A heap with that many large spans, every second of them free."""
    heap = _heap(effort)
    addrs = [heap.mallocgc(MEGABYTE, 0) for _ in range(spans)]
    for addr in addrs[::2]:
        heap.drop(addr)
    heap.collect()
    return heap


def _time_refills(heap: Engine, count: int) -> float:
    calls = [heap.mallocgc] * count
    return _time_allocs(calls, ONE_SPAN, 0) / count


def _time_large_reuse(heap: Engine, count: int, size: int) -> float:
    """Nanoseconds to allocate a large object and to sweep it away again; marking, which must visit all, is not timed."""
    addrs: list[int] = []
    start = perf_counter_ns()
    for _ in range(count):
        addrs.append(heap.mallocgc(size, 0))
    spent = perf_counter_ns() - start
    for addr in addrs:
        heap.drop(addr)
    heap.mark()
    sweepone = heap.sweep_one
    start = perf_counter_ns()
    for _ in range(count):  # the spans allocated last are swept first
        sweepone()
    spent += perf_counter_ns() - start
    while sweepone() >= 0:
        pass
    return spent / count


def _time_small(heap: Engine, count: int, size: int, ptrdata: int) -> float:
    """Nanoseconds to allocate a small object, refills that it shares with others too."""
    return _time_allocs([heap.mallocgc] * count, size, ptrdata) / count


def _time_at_once(heap: Engine, count: int) -> float:
    start = perf_counter_ns()
    heap.alloc_many(64, 0, count, [])
    return (perf_counter_ns() - start) / count


def _time_drops(heap: Engine, count: int) -> float:
    addrs = [heap.mallocgc(64, 0) for _ in range(count)]
    drop = heap.drop
    start = perf_counter_ns()
    for addr in addrs:
        drop(addr)
    return (perf_counter_ns() - start) / count


def _time_links(heap: Engine, count: int) -> float:
    addrs = [heap.mallocgc(64, 64) for _ in range(count)]
    write_pointer = heap.write_pointer
    start = perf_counter_ns()
    for addr in addrs:
        write_pointer(addr, 0, addr)
    return (perf_counter_ns() - start) / count


def _compare(few: Engine, many: Engine, measure: Callable[[Engine], float]) -> Growth:
    pairs = [(measure(few), measure(many)) for _ in range(_PAIRS)]
    return Growth(min(pair[0] for pair in pairs), min(pair[1] for pair in pairs))


def growth(effort: Effort) -> dict[str, Growth]:
    """Operations in a small heap and in a big one."""
    few, many = _heap_with(effort, FEW), _heap_with(effort, effort.many)
    found = {
        "alloc 64 B": _compare(few, many, lambda heap: _time_small(heap, 4000, 64, 0)),
        "alloc 64 B scan": _compare(few, many, lambda heap: _time_small(heap, 4000, 64, 64)),
        "alloc 8 B, tiny": _compare(few, many, lambda heap: _time_small(heap, 4000, 8, 0)),
        "alloc 64 B, many at once": _compare(few, many, lambda heap: _time_at_once(heap, 20_000)),
        "drop 64 B": _compare(few, many, lambda heap: _time_drops(heap, 4000)),
        "link": _compare(few, many, lambda heap: _time_links(heap, 4000)),
        "refill": _compare(few, many, lambda heap: _time_refills(heap, 300)),
        f"alloc and free {LARGE >> 10}K": _compare(few, many, lambda heap: _time_large_reuse(heap, 300, LARGE)),
    }
    few, many = _fragmented(effort, FEW), _fragmented(effort, effort.many)
    found["alloc and free 1M, half of the spans free"] = _compare(
        few, many, lambda heap: _time_large_reuse(heap, FEW // 4, MEGABYTE - PAGE_SIZE)
    )
    return found
