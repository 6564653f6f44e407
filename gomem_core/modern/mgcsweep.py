"""Sweeping: turn a span's mark bits into its allocation bits, when somebody needs it or pays for it (runtime/mgcsweep.go).

See malloc.py for the overview.  Nothing is freed object by object: a swept span simply has other allocation bits.
"""

from typing import Final

from gomem_core.both.slots import MSPAN_IN_USE, throw
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.events import SweepDebt
from gomem_core.go.pageevents import RECLAIMED_ALL, InlineMarksMoved, PagesReclaimed, SpanSwept, SweptFor
from gomem_core.go.versions import INLINE_MARKS
from gomem_core.modern.mcentral import MCentral
from gomem_core.modern.mheap import MHeap
from gomem_core.modern.mheaprows import free_rows
from gomem_core.modern.mspan import MSpan, SpanSet

_RECLAIM_PAGES: Final = 512  # pagesPerReclaimerChunk


class SpanSweeper:
    """Sweeps the spans of one heap; the heap and its mcentrals know it as their `Sweeper`."""

    __slots__ = ("central", "cursor", "heap")

    def __init__(self, heap: MHeap, central: list[MCentral]) -> None:
        self.heap = heap
        self.central = central
        self.cursor = 0  # twice the span class whose queues are being emptied; odd: its partial one (centralIndex)

    def sweepone(self, why: SweptFor = "") -> int:
        """Sweep the next span that waits: pages that went back to the heap, or -1 when nothing is left (sweepone)."""
        h = self.heap
        if h.sweepdone:
            return -1
        s = self._next_span()
        if s is None:
            h.end_sweeping()
            return -1
        npages = s.npages
        if not self.sweep(s, False, why):
            return 0
        h.reclaim_credit += npages
        return npages

    def sweep_all(self) -> None:
        """Sweep all that waits, as so many calls of sweepone."""
        h = self.heap
        if h.trace is None and not h.sweepdone:
            self._sweep_silently()
        while self.sweepone() >= 0:
            pass

    def _sweep_silently(self) -> None:
        """Sweep all that waits; the pages that become free go back to the heap together, at the end."""
        empty: list[MSpan] = []
        while (queue := self._next_queue()) is not None:
            self._sweep_queue(self.central[self.cursor >> 1], queue, empty)
        free_rows(self.heap, empty)

    def _sweep_queue(self, c: MCentral, queue: SpanSet, empty: list[MSpan]) -> None:
        """Sweep a queue of unswept spans; those without a mark are added to `empty`, and their pages are the caller's to free."""
        h, stats = self.heap, self.heap.stats
        waiting, npages, freed, nswept = h.sweepgen - 2, 0, 0, 0
        for s in queue.pop_all():
            if s.sweepgen != waiting or s.gcmark_bits:
                if c.claim(s, queue):
                    self.sweep(s, False, "")
                continue
            empty.append(s)
            s.sweepgen = waiting + 2
            nswept += 1
            npages += s.npages
            count = s.alloc_count
            if not count:
                stats.nswept_in_vain += 1
            freed += count
            if c.spanclass <= 1:
                stats.nlargefree += 1
                stats.largefree += s.elemsize
        if c.spanclass > 1:
            stats.nsmallfree[c.spanclass >> 1] += freed
        stats.nswept += nswept
        h.nunswept -= nswept
        h.pages_swept += npages
        h.reclaim_credit += npages

    def _next_span(self) -> MSpan | None:
        """Claim the next span that waits (nextSpanForSweep)."""
        while (queue := self._next_queue()) is not None:
            s = queue.pop()
            if self.central[self.cursor >> 1].claim(s, queue):
                return s  # others were swept by somebody else, and perhaps even freed
        return None

    def _next_queue(self) -> SpanSet | None:
        """Where the next span that waits is: full ones first, class by class."""
        while self.cursor < 2 * len(self.central):
            c = self.central[self.cursor >> 1]
            queue = c.partial_unswept if self.cursor & 1 else c.full_unswept
            if not queue.is_empty():
                return queue
            self.cursor += 1
        return None

    def finish(self) -> None:
        """Sweep all that waits, and empty the queues of what others have swept: a collection is about to start (gcStart)."""
        self.sweep_all()
        for c in self.central:
            c.full_unswept.clear()
            c.partial_unswept.clear()
        self.cursor = 0

    def sweep(self, s: MSpan, preserve: bool, why: SweptFor) -> bool:
        """Sweep `s`, which the caller has claimed; True when its pages went back to the heap ((*sweepLocked).sweep).

        `preserve`: the caller will use the span, so it is neither queued nor freed.
        """
        h = self.heap
        if s.state != MSPAN_IN_USE or s.sweepgen != h.sweepgen - 1:
            throw("swept_span_claimed", f"span {s.start_addr:#x} is swept in state {s.state}, sweepgen {s.sweepgen}")
        h.pages_swept += s.npages
        nalloc = s.gcmark_bits.bit_count() if s.gcmark_bits else 0
        nfreed = s.alloc_count - nalloc
        if nfreed < 0:
            throw("marked_within_allocated", f"span {s.start_addr:#x}: {nalloc} marked of {s.alloc_count} allocated")
        h.stats.nswept += 1
        h.nunswept -= 1
        if why == "reclaim":  # it stays in its queue
            c = self.central[s.spanclass]
            (c.full_unswept if s.is_full() else c.partial_unswept).stale += 1
        if nfreed == 0 and not (preserve and nalloc < s.nelems):
            h.stats.nswept_in_vain += 1
        if h.swept is not None:
            h.swept(s.start_addr, nalloc, nfreed)
        elif h.trace is not None:
            if h.profile.inline_marks and s.elemsize in INLINE_MARKS:
                h.trace(InlineMarksMoved(s.start_addr, nalloc))
            told = SpanSwept(s.start_addr, s.npages, s.spanclass, nalloc, nfreed, s.freeindex, preserve, why, s.page_mark)
            h.trace(told)
        if nfreed:
            s.drop_swept()
        s.sweep_to(s.gcmark_bits, nalloc)
        s.sweepgen = h.sweepgen
        if s.spanclass > 1:
            return self._swept_small(s, preserve, nalloc, nfreed)
        if nalloc:
            self.central[s.spanclass].push_swept(s, True)
            return False
        h.stats.nlargefree += 1
        h.stats.largefree += s.elemsize
        h.free_span(s)
        return True

    def _swept_small(self, s: MSpan, preserve: bool, nalloc: int, nfreed: int) -> bool:
        h = self.heap
        if nfreed:
            s.needzero = 1
            h.stats.nsmallfree[s.spanclass >> 1] += nfreed
        if preserve:
            return False
        if not nalloc:
            h.free_span(s)
            return True
        self.central[s.spanclass].push_swept(s, s.is_full())
        return False

    # --- Before pages are taken -------------------------------------------------------------------------------------------

    def reclaim(self, npages: int) -> None:
        """Before `npages` pages are taken: sweep spans without a mark until as many are free ((*mheap).reclaim)."""
        h = self.heap
        if h.trace is not None:
            h.trace(PagesReclaimed(npages, h.reclaim_index, h.reclaim_credit))
        if h.reclaim_index >= RECLAIMED_ALL:
            return
        while npages > 0:
            if h.reclaim_credit:
                used = min(h.reclaim_credit, npages)
                h.reclaim_credit -= used
                npages -= used
                continue
            if h.reclaim_index >= len(h.sweep_arenas) * h.arena_bytes >> PAGE_SHIFT:
                h.reclaim_index = RECLAIMED_ALL
                return
            found = self._reclaim_chunk(h.reclaim_index)
            h.reclaim_index += _RECLAIM_PAGES
            h.reclaim_credit += max(found - npages, 0)
            npages -= found

    def _reclaim_chunk(self, index: int) -> int:
        """Sweep the spans without marks that begin in 512 pages; returns the pages freed ((*mheap).reclaimChunk)."""
        h = self.heap
        arena, page = divmod(index, h.arena_bytes >> PAGE_SHIFT)
        page = h.pages.find_page(h.sweep_arenas[arena] + (page << PAGE_SHIFT))
        if page < 0:
            return 0
        found, end = 0, page + _RECLAIM_PAGES
        while (page := h.spans.next_page(page, end)) < end:
            s = h.spans.get(page)
            assert s is not None  # next_page found it
            begins, npages = h.pages.page_of(s.start_addr), s.npages
            if begins == page and s.state == MSPAN_IN_USE and not s.page_mark and s.sweepgen == h.sweepgen - 2:
                s.sweepgen = h.sweepgen - 1
                if self.sweep(s, False, "reclaim"):
                    found += npages
            page = begins + npages
        return found

    # --- Payment ----------------------------------------------------------------------------------------------------------

    def deduct_sweep_credit(self, span_bytes: int, caller_sweep_pages: int) -> None:
        """Sweep until the pages swept keep up with the bytes allocated (deductSweepCredit).

        The caller is about to allocate `span_bytes` and will itself sweep `caller_sweep_pages`.
        """
        h = self.heap
        if h.sweep_pages_per_byte == 0.0:
            return
        owed = h.pages_swept - h.swept_basis + h.sweep_debt(span_bytes, caller_sweep_pages)
        if owed > h.pages_swept - h.swept_basis and h.trace is not None:
            h.trace(SweepDebt(owed, h.pages_swept - h.swept_basis))
        while owed > h.pages_swept - h.swept_basis:
            if self.sweepone("credit") < 0:
                h.sweep_pages_per_byte = 0.0
                break

    def owes(self, span_bytes: int, caller_sweep_pages: int) -> bool:
        """Whether deduct_sweep_credit would have to sweep."""
        h = self.heap
        if h.sweepdone or h.sweep_pages_per_byte == 0.0:
            return False
        return h.sweep_debt(span_bytes, caller_sweep_pages) > 0

    def pays_nothing(self, nbytes: int) -> bool:
        """Whether nobody would have to sweep for spans of so many bytes in all."""
        h = self.heap
        return h.sweepdone and (h.sweep_pages_per_byte == 0.0 or h.sweep_debt(nbytes, 0) <= 0)
