"""The figures of runtime.MemStats as far as the memory of a program gives them, and what lives; bytes and counts."""

from typing import NamedTuple

import numpy as np

from gomem_core.go.structs import PAGE_SIZE
from gomem_core.go.versions import profile_named
from gomem_core.outside.arrays import Bools, Ints
from gomem_core.outside.snapshot import CACHED_STALE, IN_USE, SWEEPING, UNSWEPT, Snapshot


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
    BySize: tuple[tuple[int, int], ...]  # (size, mallocs - frees) of the classes 0 … 60


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
    others = stats.stacks_sys + stats.mspan_sys + stats.mcache_sys + stats.buckhash_sys + stats.gc_misc_sys + stats.other_sys
    return Figures(
        HeapInuse=int(spans.npages[used].sum()) * PAGE_SIZE,
        HeapAlloc=int((count * spans.elemsize).sum()),
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
        BySize=_by_size(snapshot, count),
    )


def _by_size(snapshot: Snapshot, count: Ints) -> tuple[tuple[int, int], ...]:
    """The 61 entries of MemStats.BySize: it leaves the largest classes out."""
    profile = profile_named(snapshot.go) or profile_named(f"go{snapshot.minor}")
    assert profile is not None  # else it could not have been read
    sums = np.bincount(snapshot.spans.spanclass >> 1, weights=count, minlength=61)
    return tuple((c.size, int(sums[c.number]) if c.number else 0) for c in profile.classes[:61])


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
