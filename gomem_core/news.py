"""What a step touched, gathered from its events: so that panes can point at it, and tables look again at what changed only."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from gomem_core import events as e
from gomem_core.arch import PAGE_MASK, PAGE_SHIFT


@dataclass(slots=True)
class Touched:
    """Addresses of spans and objects, and span classes of mcentrals, that a step had to do with."""

    spans: set[int] = field(default_factory=set)  # bases: handed out, cached, split, merged, swept, grown, stored into
    slots: set[int] = field(default_factory=set)  # addresses of slots taken, or in which a pointer was stored
    central: set[int] = field(default_factory=set)  # span classes whose lists changed

    def follow(self, event: e.Event) -> None:
        """Note what one event touched."""
        note = _NOTES.get(type(event))
        if note is not None:
            note(self, event)


def _slot_taken(t: Touched, event: e.SlotTaken) -> None:
    t.spans.add(event.base)
    t.slots.add(event.addr)


def _stored(t: Touched, event: e.PointerWritten) -> None:
    t.spans.add(event.base)
    t.slots.add(event.obj)


def _tiny_shared(t: Touched, event: e.TinyShared) -> None:
    t.slots.add(event.block)


def _listed(t: Touched, event: e.CacheSpan | e.UncacheSpan | e.CentralPick) -> None:
    t.spans.add(event.base)
    t.central.add(event.spanclass)


def _central_miss(t: Touched, event: e.CentralMiss) -> None:
    t.central.add(event.spanclass)


def _swept(t: Touched, event: e.Sweep) -> None:
    if event.nfreed or event.nalloc == 0:
        t.spans.add(event.base)
        t.central.add(event.spanclass)


def _split(t: Touched, event: e.SpanSplit) -> None:
    t.spans.add(event.base)
    t.spans.add(event.rest_base)


def _span(t: Touched, event: e.SpanAlloc | e.SpanFree | e.SpanMerge | e.Grow) -> None:
    t.spans.add(event.base)


# Any: the key says which event the function takes, which a dict's type cannot express.
_NOTES: Final[dict[type, Callable[[Touched, Any], None]]] = {
    e.SlotTaken: _slot_taken,
    e.PointerWritten: _stored,
    e.TinyShared: _tiny_shared,
    e.CacheSpan: _listed,
    e.UncacheSpan: _listed,
    e.CentralPick: _listed,
    e.CentralMiss: _central_miss,
    e.Sweep: _swept,
    e.SpanSplit: _split,
    e.SpanAlloc: _span,
    e.SpanFree: _span,
    e.SpanMerge: _span,
    e.Grow: _span,
}


class Stale:
    """The spans whose rows, slots or sums may differ from what they were: what tables of spans have to look at again."""

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
_ROW_ONLY: Final = frozenset({e.CacheSpan, e.UncacheSpan, e.McacheMiss, e.Sweep})


def _base(event: e.SlotTaken | e.CacheSpan | e.Sweep) -> tuple[int, ...]:
    return (event.base,)


def _border(event: e.SpanSplit) -> tuple[int, ...]:
    return (event.base, event.rest_base)


def _merged(event: e.SpanMerge) -> tuple[int, ...]:
    return (event.base, event.other_base, event.other_base + (event.other_npages << PAGE_SHIFT))


def _tiny(event: e.TinyShared) -> tuple[int, ...]:
    return (event.block & ~PAGE_MASK,)  # spans of this class have one page


_STALE: Final[dict[type, Callable[[Any], tuple[int, ...]]]] = {
    **dict.fromkeys((e.SlotTaken, e.CacheSpan, e.UncacheSpan, e.McacheMiss, e.Sweep, e.SpanAlloc, e.SpanFree, e.Grow), _base),
    e.SpanSplit: _border,
    e.SpanMerge: _merged,
    e.TinyShared: _tiny,
}
