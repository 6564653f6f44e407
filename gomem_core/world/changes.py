"""What a step touched, gathered from its events: so that panes can point at it, and tables look again at what changed only."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from typing import Any, Final

from gomem_core.frozen import mutable
from gomem_core.go import events as e
from gomem_core.go import pageevents as pe
from gomem_core.go.amd64 import PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, PTR_SIZE
from gomem_core.go.versions import LONGEST_SPAN

_LONGEST: Final = LONGEST_SPAN * PAGE_SIZE


@mutable
class Touched:
    """Addresses of spans and objects, and span classes of mcentrals, that a step had to do with."""

    spans: set[int] = field(default_factory=set)  # bases: handed out, cached, split, merged, swept, grown, stored into …
    slots: set[int] = field(default_factory=set)  # addresses of slots taken, or in which a pointer was stored
    words: set[int] = field(default_factory=set)  # addresses of words in which a pointer was stored
    targets: set[int] = field(default_factory=set)  # where these pointers led, and where they lead now
    central: set[int] = field(default_factory=set)  # span classes whose lists changed, or that were asked in vain
    marked: bool = False  # a collection marked: all spans wait to be swept, and what is dead died now
    # Of each swept span that lost objects: bytes of a slot, and the slots taken before, as a bit set; the machine notes that.
    freed: dict[int, tuple[int, int]] = field(default_factory=dict)

    def follow(self, event: e.Event) -> None:
        """Note what one event touched."""
        note = _NOTES.get(type(event))
        if note is not None:
            note(self, event)

    def forget(self) -> None:
        """Forget all but whether a collection marked."""
        for addrs in (self.spans, self.slots, self.words, self.targets, self.central):
            addrs.clear()
        self.freed.clear()

    def was_freed(self, addr: int) -> bool:
        """Whether the slot at `addr` was taken before, in a span that lost objects."""
        page = addr & ~PAGE_MASK
        for base in range(page, page - _LONGEST, -PAGE_SIZE):
            if base in self.freed:
                elemsize, taken = self.freed[base]
                return elemsize > 0 and taken >> (addr - base) // elemsize & 1 == 1
        return False


def _slot_taken(t: Touched, event: e.SlotTaken) -> None:
    t.spans.add(event.base)
    t.slots.add(event.addr)


def _stored(t: Touched, event: e.PointerWritten) -> None:
    t.spans.add(event.base)
    t.slots.add(event.obj)
    t.words.add(event.obj + event.word * PTR_SIZE)
    t.targets.update((event.value, event.old))


def _tiny_shared(t: Touched, event: e.TinyShared) -> None:
    t.slots.add(event.block)
    t.spans.add(event.block & ~PAGE_MASK)  # spans of this class have one page


def _listed(t: Touched, event: e.CacheSpan | e.UncacheSpan | e.CentralPick | pe.SpanCached | pe.SpanUncached) -> None:
    t.spans.add(event.base)
    t.central.add(event.spanclass)


def _left(t: Touched, event: e.McacheMiss) -> None:
    if event.base:
        t.spans.add(event.base)


def _locked(t: Touched, event: e.LockTaken) -> None:
    if event.spanclass >= 0:
        t.central.add(event.spanclass)


def _marked(t: Touched, event: e.GcMarked) -> None:  # noqa: ARG001 -- all follow events in the same way
    t.marked = True


def _asked(t: Touched, event: pe.CentralEmpty) -> None:
    t.central.add(event.spanclass)


def looks_otherwise(nalloc: int, nfreed: int, marked: bool) -> bool:
    """Whether a swept span looks otherwise than before its step, which may itself have let it wait for that (`marked`)."""
    return nfreed > 0 or nalloc == 0 or not marked


def _swept(t: Touched, event: e.Sweep | pe.SpanSwept) -> None:
    if looks_otherwise(event.nalloc, event.nfreed, t.marked):
        t.spans.add(event.base)


def _split(t: Touched, event: e.SpanSplit) -> None:
    t.spans.add(event.base)
    t.spans.add(event.rest_base)


def _handed_out(t: Touched, event: e.SpanAlloc) -> None:
    t.spans.add(event.base)
    if event.large:
        t.slots.add(event.base)


def _pages_taken(t: Touched, event: pe.PagesTaken) -> None:
    t.spans.add(event.base)
    if event.is_large:
        t.slots.add(event.base)


def _page_cache(t: Touched, event: pe.PageCacheFilled | pe.PageCacheFlushed) -> None:
    if event.base:
        t.spans.update(base for base, _ in _stretches(event))


def _span(t: Touched, event: e.SpanFree | e.SpanMerge | e.SysUnused | e.Grow | pe.PagesFreed | pe.HeapGrown) -> None:
    t.spans.add(event.base)


# Any: the key says which event the function takes, which a dict's type cannot express.
_NOTES: Final[dict[type, Callable[[Touched, Any], None]]] = {
    e.SlotTaken: _slot_taken,
    e.PointerWritten: _stored,
    e.TinyShared: _tiny_shared,
    e.CacheSpan: _listed,
    e.UncacheSpan: _listed,
    e.CentralPick: _listed,
    e.McacheMiss: _left,
    e.LockTaken: _locked,
    e.GcMarked: _marked,
    e.Sweep: _swept,
    e.SpanSplit: _split,
    e.SpanAlloc: _handed_out,
    e.SpanFree: _span,
    e.SpanMerge: _span,
    e.SysUnused: _span,
    e.Grow: _span,
    pe.PagesTaken: _pages_taken,
    pe.PagesFreed: _span,
    pe.PageCacheFilled: _page_cache,
    pe.PageCacheFlushed: _page_cache,
    pe.HeapGrown: _span,
    pe.SpanCached: _listed,
    pe.SpanUncached: _listed,
    pe.CentralEmpty: _asked,
    pe.SpanSwept: _swept,
}


class Stale:
    """The spans whose rows, slots or sums may differ from what they were: what tables of spans have to look at again.

    Where pages that belong to no span have rows, some of `bases` lie in the middle of such a row: then it is meant.
    """

    __slots__ = ("all", "bases", "lost", "most")

    def __init__(self, most: int = 10_000) -> None:
        """`most`: where more spans changed, all count as changed."""
        self.most = most
        self.bases: set[int] = set()  # also of spans that are no more, or were not yet
        self.all = False  # the rows of all spans, and which of their slots are dead; other objects only lie in spans of `bases`
        self.lost = False  # everything, other objects too

    def follow(self, event: e.Event) -> None:
        """Note what one event may have changed."""
        kind = type(event)
        find = _STALE.get(kind)
        if find is not None:
            if not self.all or kind not in _ROW_ONLY:
                self.bases.update(find(event))
        elif kind in _EVERY_ROW:
            self.all = True

    def add(self, other: "Stale") -> None:
        """Note what another one did."""
        self.all = self.all or other.all
        if not self.lost:
            self.lost = other.lost
            self.bases |= other.bases
        if self.lost or len(self.bases) > self.most:
            self.all = self.lost = True
            self.bases.clear()


_EVERY_ROW: Final = frozenset({e.GcMarked, e.Scavenged})
_ROW_ONLY: Final = frozenset(
    {
        *(e.CacheSpan, e.UncacheSpan, e.McacheMiss, e.Sweep),
        *(pe.SpanCached, pe.SpanUncached, pe.SpanSwept, pe.PageCacheFilled, pe.PageCacheFlushed),
    }
)


def _base(event: e.SlotTaken | e.CacheSpan | e.Sweep | pe.SpanCached | pe.SpanUncached | pe.SpanSwept) -> tuple[int, ...]:
    return (event.base,)


def _border(event: e.SpanSplit) -> tuple[int, ...]:
    return (event.base, event.rest_base)


def _merged(event: e.SpanMerge) -> tuple[int, ...]:
    return (event.base, event.other_base, event.other_base + (event.other_npages << PAGE_SHIFT))


def _tiny(event: e.TinyShared) -> tuple[int, ...]:
    return (event.block & ~PAGE_MASK,)  # spans of this class have one page


def _pages(event: pe.PagesFreed | e.SysUnused) -> tuple[int, ...]:
    """Pages joined those around them, or left them."""
    return _edges(event.base, event.base + (event.npages << PAGE_SHIFT))


def _taken(event: pe.PagesTaken) -> Iterable[int]:
    """Pages left those around them; where only some of them were given back, they had several rows."""
    if 0 < event.scav < event.npages:
        return range(event.base - PAGE_SIZE, event.base + (event.npages << PAGE_SHIFT) + PAGE_SIZE, PAGE_SIZE)
    return _edges(event.base, event.base + (event.npages << PAGE_SHIFT))


def _edges(start: int, end: int) -> tuple[int, ...]:
    return (start - PAGE_SIZE, start, end)


def _cached_pages(event: pe.PageCacheFilled | pe.PageCacheFlushed) -> tuple[int, ...]:
    return tuple(addr for start, end in _stretches(event) for addr in _edges(start, end))


def _stretches(event: pe.PageCacheFilled | pe.PageCacheFlushed) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch among the free pages of a page cache; of pages given back or of others."""
    for pages in (event.free & event.scavenged, event.free & ~event.scavenged):
        left = pages
        while left:
            first = (left & -left).bit_length() - 1
            from_there = left >> first
            end = first + (from_there ^ (from_there + 1)).bit_length() - 1
            yield event.base + (first << PAGE_SHIFT), event.base + (end << PAGE_SHIFT)
            left = left >> end << end


def _grown(event: pe.HeapGrown) -> tuple[int, ...]:
    """The first of the new pages, which may be set aside, and the last, which are not."""
    return (event.base, event.base + event.nbytes - PAGE_SIZE)


_STALE: Final[dict[type, Callable[[Any], Iterable[int]]]] = {
    **dict.fromkeys((e.SlotTaken, e.CacheSpan, e.UncacheSpan, e.McacheMiss, e.Sweep, e.SpanAlloc, e.SpanFree, e.Grow), _base),
    **dict.fromkeys((pe.SpanCached, pe.SpanUncached, pe.SpanSwept), _base),
    **dict.fromkeys((pe.PagesFreed, e.SysUnused), _pages),
    pe.PagesTaken: _taken,
    **dict.fromkeys((pe.PageCacheFilled, pe.PageCacheFlushed), _cached_pages),
    pe.HeapGrown: _grown,
    e.SpanSplit: _border,
    e.SpanMerge: _merged,
    e.TinyShared: _tiny,
}
# The kinds of events after which a span, or what is shown of it, may differ.
CHANGES_SPANS: Final = frozenset({*_NOTES, *_STALE, *_EVERY_ROW} - {e.LockTaken})
