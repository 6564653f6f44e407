"""The figures of runtime.MemStats as far as the memory of a program gives them, and what lives; bytes and counts."""

from typing import Final

import numpy as np

from gomem_core.go.structs import PAGE_SIZE
from gomem_core.go.versions import Profile, profile_named
from gomem_core.named import NamedTuple
from gomem_core.outside.arrays import Bools, Ints
from gomem_core.outside.snapshot import CACHED_STALE, IN_USE, SWEEPING, UNSWEPT, Snapshot

BY_SIZE: Final = 61  # entries of MemStats.BySize: it leaves the largest classes out


class Figures(NamedTuple):
    """Field names as in Go's runtime.MemStats."""

    HeapInuse: int
    HeapAlloc: int
    HeapObjects: int
    HeapIdle: int
    HeapSys: int
    HeapReleased: int
    StackInuse: int
    GCSys: int
    Sys: int
    MSpanInuse: int
    MCacheInuse: int
    NumGC: int
    TotalAlloc: int
    Mallocs: int
    Frees: int
    NextGC: int | None  # None: the pacer was not found
    BySize: tuple[tuple[int, int], ...]  # (size, mallocs - frees) of the classes 0 … 60, as the spans have it


class Live(NamedTuple):
    """What lives: what is marked in spans that wait to be swept, what is allocated in others."""

    objects: int
    nbytes: int


def figures(snapshot: Snapshot) -> Figures:
    """What ReadMemStats would have told at that moment; exact unless something is disputed."""
    spans, stats = snapshot.spans, snapshot.stats
    used = spans.state == IN_USE
    count = np.where(used, spans.alloc_count, 0)
    idle = stats.committed - stats.in_heap - stats.in_stacks - stats.in_work_bufs - stats.in_ptr_scalar_bits + stats.released
    # A page cache has a copy of the bits of its whole block: only those of pages that it holds count.
    released = int(np.bitwise_count(snapshot.chunks.scavenged).sum())
    released += int(np.bitwise_count(snapshot.ps.page_scav & snapshot.ps.page_free).sum())
    allocs = small_allocs(snapshot)
    sizes = np.array([c.size for c in _profile(snapshot).classes])
    here = np.bincount(spans.spanclass >> 1, weights=count, minlength=len(sizes)).astype(np.int64)
    here[0] = 0  # large objects
    tiny = stats.tiny_allocs + int(snapshot.ps.tiny_allocs.sum())  # each counts as allocated, and as freed at once
    alloc = int((count * spans.elemsize).sum())
    others = stats.stacks_sys + stats.mspan_sys + stats.mcache_sys + stats.buckhash_sys + stats.gc_misc_sys + stats.other_sys
    return Figures(
        HeapInuse=int(spans.npages[used].sum()) * PAGE_SIZE,
        HeapAlloc=alloc,
        HeapObjects=int(count.sum()),
        HeapIdle=idle,
        HeapSys=idle + stats.in_heap,
        HeapReleased=released * PAGE_SIZE,
        StackInuse=stats.in_stacks,
        GCSys=stats.gc_misc_sys + stats.in_work_bufs + stats.in_ptr_scalar_bits,
        Sys=stats.committed + stats.released + others,
        MSpanInuse=stats.mspan_inuse,
        MCacheInuse=stats.mcache_inuse,
        NumGC=stats.numgc,
        TotalAlloc=stats.large_alloc + int((allocs * sizes).sum()),
        Mallocs=stats.large_allocs + int(allocs.sum()) + tiny,
        Frees=stats.large_frees + int(stats.small_frees.sum()) + tiny,
        NextGC=snapshot.pacing.goal(alloc) if snapshot.pacing is not None else None,
        BySize=tuple(zip(sizes[:BY_SIZE].tolist(), here.tolist(), strict=False)),
    )


def by_size(snapshot: Snapshot) -> tuple[tuple[int, int, int], ...]:
    """MemStats.BySize: (size, mallocs, frees) of the classes 0 … 60."""
    allocs, frees = small_allocs(snapshot).tolist(), snapshot.stats.small_frees.tolist()
    return tuple((c.size, allocs[c.number], frees[c.number]) for c in _profile(snapshot).classes[:BY_SIZE])


def small_allocs(snapshot: Snapshot) -> Ints:
    """Slots ever taken, by size class: those that are counted, and those that the spans in mcaches handed out since.

    ReadMemStats makes the mcaches tell of these first.
    """
    spans = snapshot.spans
    cached = np.flatnonzero((spans.cached_by >= 0) & (spans.spanclass > 1))
    since = (spans.alloc_count - spans.told_count)[cached]
    found: Ints = snapshot.stats.small_allocs.copy()
    np.add.at(found, np.minimum(spans.spanclass[cached] >> 1, len(found) - 1), since)
    return found


def _profile(snapshot: Snapshot) -> Profile:
    profile = profile_named(snapshot.go) or profile_named(f"go{snapshot.minor}")
    assert profile is not None  # else it could not have been read
    return profile


def waits(snapshot: Snapshot) -> Bools:
    """Which spans wait to be swept: what lives in them is what is marked."""
    spans = snapshot.spans
    found: Bools = np.isin(spans.age, (UNSWEPT, SWEEPING, CACHED_STALE))
    found &= spans.state == IN_USE
    return found


def live_counts(snapshot: Snapshot) -> Ints | None:
    """How many objects live, a span each; None while marks are being made."""
    if snapshot.marking:
        return None
    spans = snapshot.spans
    used = np.where(spans.state == IN_USE, spans.alloc_count, 0)
    return np.where(waits(snapshot), snapshot.bits.mark_counts, used)


def live(snapshot: Snapshot) -> Live | None:
    """What lives in all; None while marks are being made."""
    counts = live_counts(snapshot)
    return None if counts is None else Live(int(counts.sum()), int((counts * snapshot.spans.elemsize).sum()))
