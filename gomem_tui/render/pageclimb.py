"""How an allocation of Go 1.21 and later climbed its ladder: queues of an mcentral one by one, and pages from two places."""

from typing import ClassVar, Final

from gomem_core.go import events as e
from gomem_core.go import pageevents as pe
from gomem_core.go.versions import Profile
from gomem_core.report import counted, format_bytes
from gomem_core.session.told import Climbed, Sweeps
from gomem_tui.render.climb import CLASS, COLLECTION, MCACHE, MHEAP, OS, Climb, Rung
from gomem_tui.render.lines import short
from gomem_tui.render.pagesentences import queue_of
from gomem_tui.render.sentences import SENTENCES

_TINY: Final = "tiny block"
_PAGES: Final = "page cache"
_CACHED_PAGES: Final = 16  # so many pages, and more, never come from a page cache


class PageClimb(Climb):
    """Listens to the events of one allocation."""

    straight: ClassVar[tuple[str, ...]] = (_TINY, MCACHE)

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self._partial, self._partial_unswept, _, self._full_unswept = profile.central_names
        self._is_large = False
        self._pages = ""  # the rung that had pages

    def say_straight(self) -> None:
        """Let the rungs that large objects go past say so."""
        self._is_large = True
        for rung in (*self.straight, self._partial, self._partial_unswept, self._full_unswept):
            self.rungs[rung] = Rung(rung, SENTENCES["large_skips"])

    def hear(self, event: Climbed) -> None:
        """Take one event in."""
        match event:
            case Sweeps():
                self._hear_sweeps(event)
            case e.TinyShared():
                self.say_other(CLASS, "tiny", event, size=event.size)
                self.say(_TINY, event, True)
            case e.TinyBlock():
                self.say_other(CLASS, "tiny", event, size=event.size)
                self.say_other(_TINY, "tiny_begun", event, block=short(event.block), kept=short(event.kept))
            case pe.SpanUncached():
                self._say_uncached(event)
            case pe.CentralEmpty():
                self._say_queues(event)
            case pe.SpanCached() if event.src != "grow":
                self._say_found(event)
            case pe.PageCacheFilled():
                key = "cache_filled" if event.base else "cache_unfilled"
                self.say_other(_PAGES, key, event, free=event.free.bit_count(), base=short(event.base))
            case pe.HeapGrown():
                growth = format_bytes(event.nbytes)
                self.say_other(OS, "heap_grows", event, True, growth=growth, grown_to=short(event.grown_to))
                self._say_no_pages(event)
            case pe.PagesTaken() if not event.use:
                self._say_pages(event)
            case _:
                super().hear(event)

    def _hear_sweeps(self, event: Sweeps) -> None:
        """Spans were swept: as payment, by an mcentral, to get pages, or for a collection."""
        if any(rung.served for rung in self.rungs.values()) and not event.why:
            self._sweeps[COLLECTION] = event
        elif event.why:  # else it was the one that left the mcache, which says so itself
            self._sweeps[event.why] = event

    def sweeps(self) -> dict[str, Sweeps]:
        """Spans that were swept on the way, by the rung on which they were; not those of which that is not certain yet."""
        found: dict[str, Sweeps] = {}
        for why, rung in (("credit", self._pages if self._is_large else self._partial), ("reclaim", self._pages)):
            if rung and why in self._sweeps:
                before = found.get(rung, Sweeps())
                swept = self._sweeps[why]
                found[rung] = Sweeps(why, before.spans + swept.spans, before.in_vain + swept.in_vain)
        preserved = self._sweeps.get("preserve")
        if preserved is not None and preserved.spans and self._full_unswept in self.rungs:
            found[self._full_unswept] = preserved
        return found

    # --- mcache and mcentral ------------------------------------------------------------------------------------------------

    def _say_uncached(self, event: pe.SpanUncached) -> None:
        """The full span that the P had leaves it."""
        before = self.rungs.get(MCACHE)
        if before is None or before.served:
            return
        key = "leaves_stale" if event.stale else "leaves"
        sentence = SENTENCES[key].format(queue=self.profile.central_names[2])
        self.rungs[MCACHE] = Rung(MCACHE, f"{before.sentence}{sentence}", before.served, before.go)

    def _say_queues(self, event: pe.CentralEmpty) -> None:
        """No queue had a span with a free slot."""
        self.say_other(self._partial, "queue_empty", event)
        for queue, left in ((self._partial_unswept, event.partial_unswept), (self._full_unswept, event.full_unswept)):
            self.say_other(queue, "queue_left" if left else "queue_unswept_empty", event, left=counted(left, "span"))

    def _say_found(self, event: pe.SpanCached) -> None:
        """A queue had one; those that were asked before it had none."""
        asker = pe.CentralEmpty(event.spanclass, 0, 0, 0, 0)
        queue = queue_of(event.src, self.profile)
        for other in (self._partial, self._partial_unswept):
            if other == queue:
                break
            self.say_other(other, "queue_empty" if other == self._partial else "queue_unswept_empty", asker)
        nfree = self.profile.nelems(event.spanclass) - event.alloc_count
        key = "queue_had" if event.src == "partial_swept" else "queue_had_unswept"
        self.say_other(queue, key, asker, True, base=short(event.base), free=counted(nfree, "free slot"))
        preserved = self._sweeps.pop("preserve", None)
        if preserved is not None:  # the span it takes says so itself
            self._sweeps["preserve"] = preserved.without_last()

    # --- Pages ----------------------------------------------------------------------------------------------------------------

    def _say_no_pages(self, event: e.Event) -> None:
        self.say_other(MHEAP, "heap_has_none", event)
        self.rungs[MHEAP] = Rung(MHEAP, self.rungs[MHEAP].sentence, go=self.profile.function("pages_taken", pe.PagesTaken.go))

    def _say_pages(self, event: pe.PagesTaken) -> None:
        pages, base = counted(event.npages, "page"), short(event.base)
        run = "free page" if event.npages == 1 else f"{event.npages} free pages in a row"
        if event.src == "cache":
            self._pages = _PAGES
            filled = self.rungs.get(_PAGES)
            before = f"{filled.sentence}; " if filled is not None else ""
            self.say_other(_PAGES, "cache_had", event, True, before=before, pages=pages, base=base)
            return
        self._pages = MHEAP
        if _PAGES not in self.rungs:
            if event.npages < _CACHED_PAGES:
                self.say_other(_PAGES, "cache_has_none", event, run=run)
            else:
                self.rungs[_PAGES] = Rung(_PAGES, SENTENCES["cache_not_for"])
        if event.src == "heap":
            self.say_other(MHEAP, "heap_had", event, True, run=run, base=base)
        else:
            self.say_other(MHEAP, "heap_had_grown", event, run=run, base=base)
