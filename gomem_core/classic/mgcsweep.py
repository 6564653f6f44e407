"""Sweeping: turn a span's mark bits into its allocation bits, when someone needs it or pays for it (runtime/mgcsweep.go).

See malloc.py for the overview.  Nothing is freed object by object: a swept span simply has other allocation bits.
"""

from gomem_core.both.slots import MSPAN_IN_USE, throw
from gomem_core.classic.mcentral import MCentral
from gomem_core.classic.mheap import MHeap
from gomem_core.classic.mspan import MSpan
from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.events import Sweep, SweepDebt

_INT64_MIN = -(1 << 63)


def _int64(x: float) -> int:
    """x cut to a 64-bit integer as the processor does it: what does not fit becomes the least number."""
    return int(x) if x < 2.0**63 else _INT64_MIN


class SpanSweeper:
    """Sweeps the spans of one heap; the heap and its mcentrals know it as their `Sweeper`."""

    __slots__ = ("central", "heap")

    def __init__(self, heap: MHeap, central: list[MCentral]) -> None:
        self.heap = heap
        self.central = central

    def sweepone(self) -> int:
        """Sweep the unswept span pushed last: pages that went back to the heap, or -1 when nothing is left (sweepone)."""
        h = self.heap
        if h.sweepdone:
            return -1
        unswept = h.unswept_spans()
        while unswept:
            s = unswept.pop()
            if s.state != MSPAN_IN_USE or s.sweepgen != h.sweepgen - 2:
                continue  # swept by somebody else, perhaps even freed and used again
            s.sweepgen = h.sweepgen - 1
            npages = s.npages
            return npages if self.sweep(s, False) else 0
        h.sweepdone = True
        return -1

    def sweep(self, s: MSpan, preserve: bool) -> bool:
        """Sweep `s`, which the caller has claimed; True when its pages went back to the heap ((*mspan).sweep).

        `preserve`: the caller will use the span, so it is neither moved nor freed.
        """
        h = self.heap
        sweepgen = h.sweepgen
        if s.state != MSPAN_IN_USE or s.sweepgen != sweepgen - 1:
            throw("swept_span_claimed", f"span {s.start_addr:#x} is swept in state {s.state}, sweepgen {s.sweepgen}")
        h.pages_swept += s.npages
        nalloc = s.gcmark_bits.bit_count()
        nfreed = s.alloc_count - nalloc
        if nfreed < 0:
            throw("marked_within_allocated", f"span {s.start_addr:#x}: {nalloc} marked of {s.alloc_count} allocated")
        h.stats.nswept += 1
        if nfreed == 0 and not (preserve and nalloc < s.nelems):
            h.stats.nswept_in_vain += 1
        freeindex_before = s.freeindex if h.trace is not None and h.swept is None else 0
        was_full = s.is_exhausted()
        if nfreed:
            s.drop_swept()
        s.sweep_to(s.gcmark_bits, nalloc)
        if h.swept is not None:
            h.swept(s.start_addr, nalloc, nfreed)
        elif h.trace is not None:
            h.trace(Sweep(s.start_addr, s.npages, s.spanclass, int(preserve), nfreed, nalloc, freeindex_before))
        freed = False
        sizeclass = s.spanclass >> 1
        if sizeclass != 0 and nfreed > 0:
            h.stats.nsmallfree[sizeclass] += nfreed
            freed = self.central[s.spanclass].free_span(s, preserve, was_full)
        else:
            s.sweepgen = sweepgen
            if sizeclass == 0 and nalloc == 0:
                s.needzero = 1
                h.stats.nlargefree += 1
                h.stats.largefree += s.elemsize
                h.free_span(s, True)
                freed = True
        if not freed:
            h.swept_spans().append(s)
        return freed

    def deduct_sweep_credit(self, span_bytes: int, caller_sweep_pages: int) -> None:
        """Sweep until the pages swept keep up with the bytes allocated (deductSweepCredit).

        The caller is about to allocate `span_bytes` and will itself sweep `caller_sweep_pages`.
        """
        h = self.heap
        if h.sweep_pages_per_byte == 0.0:
            return
        owed = self._owed(span_bytes, caller_sweep_pages)
        if owed > h.pages_swept - h.pages_swept_basis and h.trace is not None:
            h.trace(SweepDebt(owed, h.pages_swept - h.pages_swept_basis))
        while owed > h.pages_swept - h.pages_swept_basis:
            if self.sweepone() < 0:
                h.sweep_pages_per_byte = 0.0
                break

    def owes(self, span_bytes: int, caller_sweep_pages: int) -> bool:
        """Whether deduct_sweep_credit would have to sweep."""
        h = self.heap
        if h.sweepdone or h.sweep_pages_per_byte == 0.0:
            return False
        return self._owed(span_bytes, caller_sweep_pages) > h.pages_swept - h.pages_swept_basis

    def _owed(self, span_bytes: int, caller_sweep_pages: int) -> int:
        """Pages that must be swept by then, since the basis."""
        h = self.heap
        # As in the runtime, a heap_live below the basis wraps around, and then all is swept.
        new_heap_live = (h.stats.heap_live - h.sweep_heap_live_basis + span_bytes) & U64_MAX
        owed = _int64(h.sweep_pages_per_byte * new_heap_live) - caller_sweep_pages
        if owed < _INT64_MIN:
            owed += 1 << 64
        return owed
