"""The byte account: what became of every byte of the used arena.

arena_used - arena_start = requested + slot waste + dead + free slots + tails + manual + free pages + given back.  It is kept up
to date from the heap's narration: events tell which spans to look at again, reading looks at those only, and asking for one span
at no other.  Free and manual spans need no such care, the runtime's own counters have their sums.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable, Sequence
from itertools import compress
from sys import modules
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from gomem_core.go import events as e
from gomem_core.go import pageevents as pe
from gomem_core.go.amd64 import PAGE_MASK, PTR_SIZE, TINY_SIZE, TINY_SPAN_CLASS
from gomem_core.go.versions import Profile
from gomem_core.queries.shares import Balance, Held, Share, SpanSums
from gomem_core.world.changes import Stale
from gomem_core.world.facts import Fact
from gomem_core.world.objectinfo import Objects
from gomem_core.world.objects import ObjectTable
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import World, known

if TYPE_CHECKING:
    from gomem_core.queries.countedsums import CountedSums
    from gomem_core.queries.heldsums import HeldSums


_EVERY: Final = -1  # as a set of slots: all that there can be
_MANY: Final = 1_000  # spans to look at from which on it is worth while to count all of them at once
_IMPORT: Final = 10_000  # ... where numpy is to be imported first: a tenth of a second


class _Counted:
    """A span in use as it was looked at last."""

    __slots__ = ("base", "elemsize", "nelems", "place", "requested", "sets", "spanclass", "tail")

    def __init__(self) -> None:
        self.place = -1  # in SpanSums

    def take(self, info: SpanInfo) -> None:
        """Start over for this span, with nothing counted."""
        self.base = info.base
        self.spanclass = info.spanclass
        self.elemsize = info.elemsize
        self.nelems = info.nelems
        self.tail = info.tail
        self.sets = (0, 0)  # allocated slots, and those that are not dead, as bit sets
        self.requested = 0

    def share(self) -> Share:
        """Where its bytes are."""
        allocated, live = self.sets
        slots, count, size = allocated.bit_count(), live.bit_count(), self.elemsize
        free = (self.nelems - slots) * size
        return Share(self.requested, count * size - self.requested, (slots - count) * size, free, self.tail)


class Account:
    """The account of one heap.  To be read between commands: objects are known when the command that made them is done."""

    def __init__(self, world: World, objects: Objects) -> None:
        self._world = world
        self.unsized = world.doubt(Fact.SIZE)  # why it is not known how much the program asked for; empty where it is
        self._reads_slots = bool(self.unsized) and world.kind != "session"  # of a heap that does not change
        # Where only the slots of some objects are known, as after `take-up`, whole slots are counted of all.
        self.objects = ObjectTable() if self.unsized and not self._reads_slots else objects
        self._spans: dict[int, _Counted] = {}  # by base
        self._others: CountedSums | None = None  # those that were counted at once, and did not change since
        self._used_before: dict[int, _Counted] = {}  # to be used again, which is cheaper than to make them anew
        self._sums = SpanSums()
        self._classes = _no_sums(self._world.profile)
        self._headers = [PTR_SIZE * world.profile.has_header(spanclass) for spanclass in world.profile.span_classes]
        self._shares: dict[int, Share] = {}  # the same, as far as they were asked for
        self._moved: set[int] = set()  # classes whose sums changed since
        self._complete = False  # every span in use was looked at
        self._dirty: dict[int, int] = {}  # base of a span to look at again -> slots taken in it since
        self._marked = False  # look at the slots of all spans again: what a mark did not reach is dead now
        self._lost = True  # the heap changed without having told it
        self._knows_dead = not world.doubt(Fact.LIVE)  # which of the allocated objects are
        self._held: HeldSums | None = None  # of all spans, where they were looked at all at once
        self._lock = Lock()  # reading brings all this up to date

    def follow(self, event: e.Event) -> None:
        """Note which spans an event changed."""
        note = _NOTES.get(type(event))  # to match classes takes three times as long
        if note is not None:
            note(self, event)

    def _slot_taken(self, event: e.SlotTaken) -> None:
        self._dirty[event.base] = self._dirty.get(event.base, 0) | 1 << event.slot  # `take`: a step by hand tells this most

    def _tiny_shared(self, event: e.TinyShared) -> None:
        base = event.block & ~PAGE_MASK  # spans of this class have one page
        self._dirty[base] = self._dirty.get(base, 0) | 1 << (event.block - base) // TINY_SIZE

    def _pages_taken(self, event: e.SpanAlloc | pe.PagesTaken) -> None:
        self._dirty[event.base] = _EVERY

    def _slots_moved(self, event: e.SpanFree | e.Sweep | e.CacheSpan | pe.PagesFreed | pe.SpanSwept | pe.SpanCached) -> None:
        self.look_at_slots(event.base)

    def _mark(self, event: e.GcMarked) -> None:  # noqa: ARG002 -- all take their events in the same way
        self._marked = True

    def take(self, base: int, slot: int, n: int = 1) -> None:
        """Note that `n` slots of the span at `base`, from `slot` on, got new objects."""
        self._dirty[base] = self._dirty.get(base, 0) | (1 << n) - 1 << slot

    def look_at_slots(self, base: int) -> None:
        """Note that the slots of the span at `base` may be others, and none of them got a new object."""
        self._dirty.setdefault(base, 0)

    def look_again(self, stale: Stale) -> None:
        """These spans changed without having told it."""
        if stale.lost:  # it may be another look, taken while a collection marked
            self._lost, self._knows_dead = True, not self._world.doubt(Fact.LIVE)
        self._marked = self._marked or stale.all
        if not self._lost:
            self._dirty.update(dict.fromkeys(stale.bases, _EVERY))

    def read(self) -> Balance:
        """The account now."""
        self._update()
        in_use = self._share([sum(column) for column in zip(*self._classes, strict=True)])
        if self._held is not None:
            manual, free, back = self._held.pages
            return Balance(*in_use, manual, free, None if not back and self._world.doubt(Fact.NPRELEASED) else back)
        stats = self._world.sums.stats
        manual = self._world.extents.arenas.nbytes - stats.heap_inuse - stats.heap_idle  # a collection's pages have no counter
        return Balance(*in_use, manual, stats.heap_idle - stats.heap_released, stats.heap_released)

    def _share(self, sums: Sequence[int]) -> Share:
        """Sums as they can be told."""
        requested, slot_waste, dead, free_slots, tails, *_ = sums
        known_dead: int | None = dead
        if not self._knows_dead:
            requested, known_dead = requested + dead, None
        return Share(requested, None if self.unsized else slot_waste, known_dead, free_slots, tails)

    def by_class(self) -> list[tuple[int, Share]]:
        """Every span class that has spans, with its share; those that hold most bytes in vain first."""
        return sorted(self.shares().items(), key=lambda one: (-one[1].wasted, one[0]))

    def shares(self) -> dict[int, Share]:
        """The share of every span class that has spans."""
        self._update()
        for spanclass in self._moved:
            share = self._share(self._classes[spanclass])
            if any(share):
                self._shares[spanclass] = share
            else:
                self._shares.pop(spanclass, None)
        self._moved.clear()
        return dict(self._shares)

    def held(self) -> dict[int, Held]:
        """What the spans of each class hold that has spans."""
        shares, profile = self.shares(), self._world.profile
        classes = profile.classes
        cached: dict[int, int] = {}
        caches = known(lambda: [*self._world.caches.mcaches()])
        for cache in caches or ():
            for spanclass, _, nfree in cache.cached:
                cached[spanclass] = cached.get(spanclass, 0) + nfree * classes[spanclass >> 1].size
        found: dict[int, Held] = {}
        for spanclass in shares:
            spans, live = self._classes[spanclass][_PARTS:]
            c = classes[spanclass >> 1]
            nelems = profile.nelems(spanclass)
            needed = -(-live // nelems) if nelems else live  # a large object has a span of its own
            found[spanclass] = Held(spans, live, needed, None if caches is None else cached.get(spanclass, 0), c.size)
        return found

    def taken_when_read(self, base: int) -> tuple[int, int]:
        """Bytes of a slot of the span at `base`, and its slots that were taken when the account was read last, as a bit set."""
        known = self._known(base)
        return (0, 0) if known is None else (known.elemsize, known.sets[0])

    def span_sums(self, most: int) -> SpanSums | None:
        """The sums of all spans in use, not to be changed or kept; None where more than `most` have to be looked at first."""
        with self._lock:
            if self._reads_slots:
                self._look_at_once()
                return self._sums
            self._prepare()
            if not self._complete or len(self._dirty) > most:
                return None
            self._look_at_changed()
            return self._sums

    def of_span(self, base: int) -> Share | None:
        """The share of the span in use at `base`, else None; looks at no other span.

        Two threads may read, as long as the heap does not change: a filter on the waste works beside the screen.
        """
        with self._lock:
            return self._of_span(base)

    def _of_span(self, base: int) -> Share | None:
        if self._reads_slots:
            return self._held_by(base)
        self._prepare()
        known = self._known(base)
        if base in self._dirty or known is None:
            self._look_at(base, self._dirty.get(base, _EVERY))
            self._dirty.pop(base, None)  # only now: who reads the sums meanwhile sees that they are not right yet
            known = self._spans.get(base)
        if known is None:
            return None
        share = known.share()
        return share._replace(slot_waste=None) if self.unsized else share

    def _held_by(self, base: int) -> Share | None:
        """The same where nothing is known of what the program asked for, so that only slots are counted."""
        info, sets = self._world.spans.at(base), self._world.slots.sets(base)
        if info is None or sets is None:
            return None
        taken, live = (slots.bit_count() for slots in sets)
        sums = live * info.elemsize, 0, (taken - live) * info.elemsize, (info.nelems - taken) * info.elemsize, info.tail
        return self._share(sums)

    def _prepare(self) -> None:
        """Know which spans are to be looked at: all that are not among self._spans, and self._dirty."""
        if self._lost:
            self._used_before = self._spans
            self._spans = {}
            self._others = None
            self._sums = SpanSums()
            self._dirty.clear()
            self._classes = _no_sums(self._world.profile)
            self._shares.clear()
            self._moved.clear()
            self._complete = False
        elif self._marked:
            others = self._others.left() if self._others is not None else []
            self._dirty = dict.fromkeys((*self._spans, *others), 0) | self._dirty
        self._lost = self._marked = False

    def _update(self) -> None:
        if self._dirty or self._lost or self._marked or not self._complete:  # mostly it was read just now
            with self._lock:
                self._look_at_changed()

    def _look_at_changed(self) -> None:
        if self._reads_slots:
            self._look_at_once()
            return
        if self._lost or self._marked:
            self._prepare()
        if (not self._complete or len(self._dirty) > _MANY) and self._is_quicker_at_once():
            self._count_at_once()
            return
        for base, taken in self._dirty.items():
            self._look_at(base, taken)
        self._dirty.clear()
        if not self._complete:
            for info in self._world.spans.each():
                if info.base not in self._spans:
                    self._look_at(info.base, _EVERY, info)
            self._complete = True
            self._used_before = {}

    def _is_quicker_at_once(self) -> bool:
        """Whether to count all spans anew takes less time than to look at those that changed, 10 µs each."""
        count = self._world.spans.count
        changed = len(self._dirty) if self._complete else count
        least = _MANY if "numpy" in modules else _IMPORT
        return changed > least and changed > least + count // 50 + len(self.objects) // 200

    def _count_at_once(self) -> None:
        """Count all spans; what becomes of one later on, `_known` takes from there."""
        from gomem_core.queries.countedsums import CountedSums  # noqa: PLC0415 -- numpy takes long to import, and few need it

        others = self._others = CountedSums(self._world, self.objects)
        self._spans, self._used_before = {}, {}
        sums = self._sums = SpanSums()
        sums.base, sums.requested, sums.slot_waste = others.base[:], others.requested[:], others.slot_waste[:]
        sums.free_slots, sums.total = others.free_slots[:], others.total[:]
        self._classes = others.classes
        self._moved = {*self._world.profile.span_classes}
        self._shares.clear()
        self._dirty.clear()
        self._complete = True

    def _known(self, base: int) -> _Counted | None:
        """A span as it was looked at last."""
        known = self._spans.get(base)
        if known is None and self._others is not None and (number := self._others.take(base)) >= 0:
            known = self._spans[base] = _Counted()
            known.place, known.base = number, base
            known.spanclass, known.elemsize, known.nelems, known.tail = self._others.kind(number)
            known.sets, known.requested = self._others.sets(number), self._others.requested[number]
        return known

    def _look_at_once(self) -> None:
        """The same for all spans at once, of a heap that is read and does not change."""
        if self._complete and not self._lost:
            return
        from gomem_core.queries.heldsums import held_sums  # noqa: PLC0415 -- sessions need none of it, and numpy takes long to import

        held = self._held = held_sums(self._world)
        sums, self._classes = self._sums, held.classes
        sums.base, sums.requested, sums.free_slots, sums.total = held.base, held.requested, held.free_slots, held.total
        sums.slot_waste = array("q", [0]) * len(held.base)
        self._moved = {*self._world.profile.span_classes}
        self._shares.clear()
        self._complete, self._lost, self._marked = True, False, False

    def _look_at(self, base: int, taken: int, info: SpanInfo | None = None) -> None:
        """Count a span again, in which the slots `taken` got new objects since the last time."""
        known, sets = self._known(base), self._world.slots.sets(base)
        if known is not None:
            if not taken and sets == known.sets:
                return
            self._add(known, -1)
        if sets is None:  # free now
            if known is not None:
                del self._spans[base]
                self._sums.clear(known.place)
            return
        if known is None or taken == _EVERY:
            info = info or self._world.spans.at(base)
            if info is None:
                return
            place = -1 if known is None else known.place
            known = self._used_before.pop(base, known)
            if known is None:
                known = _Counted()
            known.take(info)
            known.place = place if place >= 0 else self._sums.place()
            self._spans[base] = known
        known.requested = self._recount(known, sets[1], taken)
        known.sets = sets
        self._add(known, 1)

    def _add(self, span: _Counted, sign: int) -> None:
        self._moved.add(span.spanclass)
        sums = self._classes[span.spanclass]
        share = span.share()
        if sign > 0:
            self._sums.put(span.place, span.base, share)
        requested, slot_waste, dead, free_slots, tail = share
        sums[0] += sign * requested
        sums[1] += sign * (slot_waste or 0)
        sums[2] += sign * (dead or 0)
        sums[3] += sign * free_slots
        sums[4] += sign * tail
        sums[5] += sign
        sums[6] += sign * span.sets[1].bit_count()

    def _recount(self, known: _Counted, live: int, taken: int) -> int:
        """Bytes requested in the slots `live`; looks only at slots that came or went, if no slot did both."""
        before = known.sets[1]
        if before & taken:  # what was there before is not known any more
            return self._requested(known, live)
        requested, gone = known.requested, before & ~live
        if gone:
            requested -= self._requested(known, gone)
        return requested + self._requested(known, live & ~before)

    def _requested(self, span: _Counted, slots: int) -> int:
        """Bytes that the program asked for in these slots; an unknown object counts as if it filled its slot."""
        if not slots:
            return 0
        objects, base, size = self.objects, span.base, span.elemsize
        begin = base + self._headers[span.spanclass]
        taken: Sequence[int] = range(begin, begin + span.nelems * size, size)
        if slots.bit_count() < span.nelems:
            taken = list(compress(taken, f"{slots:b}".encode().translate(_DIGITS)[::-1]))
        if span.spanclass == TINY_SPAN_CLASS:
            return sum([tiny_bytes(objects, block) for block in taken])
        return objects.bytes_at(taken, size)


# Any: the key says which event the function takes, which a dict's type cannot express.
_NOTES: Final[dict[type, Callable[[Account, Any], None]]] = {
    e.SlotTaken: Account._slot_taken,
    e.TinyShared: Account._tiny_shared,
    **dict.fromkeys((e.SpanAlloc, pe.PagesTaken), Account._pages_taken),
    **dict.fromkeys((e.SpanFree, e.Sweep, e.CacheSpan, pe.PagesFreed, pe.SpanSwept, pe.SpanCached), Account._slots_moved),
    e.GcMarked: Account._mark,
}
_PARTS: Final = len(Share._fields)
_DIGITS: Final = bytes.maketrans(b"01", b"\0\1")


def _no_sums(profile: Profile) -> list[list[int]]:
    """Sums by span class, all 0: those of Share, then spans, and slots that hold live objects."""
    return [[0] * (_PARTS + 2) for _ in profile.span_classes]


def tiny_bytes(objects: Objects, block: int) -> int:
    """Bytes that the program asked for in such a slot."""
    here = objects.in_slot(block, TINY_SIZE)
    return min(TINY_SIZE, sum(objects.size(oid) or 0 for oid in here)) if here else TINY_SIZE
