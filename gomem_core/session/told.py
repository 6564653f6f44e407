"""What one command told: its first events, how many of each kind there were, and those of its costliest allocation.

A command can tell millions of events.  Whatever their number, what is kept is bounded, and taking one in costs the same.
"""

from dataclasses import field
from typing import Final

from gomem_core.frozen import mutable
from gomem_core.go import events as e
from gomem_core.go import pageevents as pe
from gomem_core.report import told

EVENTS_KEPT: Final = 20_000  # of one command, from its first on; of the rest only some of one allocation


@mutable
class Sweeps:
    """Stands for the events of spans that were swept one after the other on the way of an allocation, for the same purpose."""

    why: str = ""  # pageevents.SweptFor, or "preserve": by an mcentral that wants one with a free slot; "" where nothing tells
    spans: int = 0
    in_vain: int = 0  # those in which nothing was freed
    last_in_vain: bool = False

    def add(self, in_vain: bool) -> None:
        """Count one more."""
        self.spans += 1
        self.in_vain += in_vain
        self.last_in_vain = in_vain

    def without_last(self) -> "Sweeps":
        """The same without the span that was swept last."""
        return Sweeps(self.why, self.spans - 1, self.in_vain - self.last_in_vain)


Climbed = e.Event | Sweeps


def sweeping(spans: int, in_vain: int) -> str:
    """What is said of spans that were swept on the way of an allocation."""
    swept = told(spans, "{n} span was swept on the way", "{n} spans were swept on the way")
    if not in_vain:
        return swept
    if spans == 1:
        return f"{swept}, in vain"
    return f"{swept}, {'all' if in_vain == spans else in_vain} of them in vain"


# How deep an allocation had to go when it told this: 1 the P's mcache, 2 mcentral, 3 pages from a P's cache, 4 mheap, 5 the
# operating system; 0 is told on the way.  An allocation tells few of these, whereas it may sweep thousands of spans.
_DEPTHS: Final[dict[type[e.Event], int]] = {
    e.ClassChosen: 0,
    e.TinyShared: 1,
    e.TinyBlock: 0,
    e.McacheHit: 1,
    e.McacheMiss: 0,
    e.CentralPick: 2,
    e.CentralMiss: 0,
    e.Picked: 4,
    e.SpanSplit: 0,
    e.Grow: 5,
    pe.SpanUncached: 0,
    pe.SpanCached: 2,
    pe.CentralEmpty: 0,
    pe.PageCacheFilled: 0,
    pe.PagesTaken: 3,
    pe.HeapGrown: 5,
}
_CLIMBED: Final = frozenset({*_DEPTHS, e.Sweep, pe.SpanSwept, e.GcStart})  # the kinds of which Climbs keeps anything


class Climbs:
    """Tells allocations apart, and keeps those events of two of them that say who was asked: the costliest and the last."""

    __slots__ = ("_best", "_best_depth", "_depth", "_looked", "_over", "last")

    def __init__(self) -> None:
        self.last: list[Climbed] = []
        self._depth = 0
        self._best: list[Climbed] = []
        self._best_depth = 0
        self._looked = True  # into the mcache: whoever looks again is the next allocation (a tiny block's begins so)
        self._over = False  # a collection began: what it tells belongs to no allocation

    def follow(self, event: e.Event) -> None:
        """Take one event in."""
        kind = type(event)
        depth = _DEPTHS.get(kind)
        if depth is None:
            if isinstance(event, e.Sweep):
                self._sweep("", event.nfreed == 0)
            elif isinstance(event, pe.SpanSwept):
                self._sweep("preserve" if event.preserve else event.why, event.nfreed == 0)
            elif isinstance(event, e.GcStart):
                if self.last and not self._over:
                    self.last.append(event)
                self._looked = self._over = True
            return
        looks = kind is e.McacheHit or kind is e.McacheMiss
        if kind is e.ClassChosen or kind is e.TinyShared or (looks and self._looked):
            self._begin()
        elif self._over:
            return
        self._looked = self._looked or looks
        if isinstance(event, pe.PagesTaken) and event.src != "cache":
            depth += 1
        self._depth = max(self._depth, depth)
        self.last.append(event)

    def _sweep(self, why: str, in_vain: bool) -> None:
        """Count a span swept for the allocation under way: in mcentral, in mheap, or by the collection that it starts."""
        if not self.last or self._over:
            return
        sweeps = self.last[-1]
        if not isinstance(sweeps, Sweeps) or sweeps.why != why:
            sweeps = Sweeps(why)
            self.last.append(sweeps)
        sweeps.add(in_vain)

    def _begin(self) -> None:
        if self._depth >= self._best_depth:
            self._best, self._best_depth = self.last, self._depth
        self.last, self._depth = [], 0
        self._looked = self._over = False

    @property
    def costliest(self) -> list[Climbed]:
        """Returns the events of the allocation that went deepest; of equals, the last; empty when nothing was allocated."""
        return self.last if self._depth >= self._best_depth else self._best


@mutable
class Told:
    """Listens to one command."""

    events: list[e.Event] = field(default_factory=list)  # the first EVENTS_KEPT
    total: int = 0
    kinds: dict[str, int] = field(default_factory=dict)  # how many there were of each, in the order of their first
    climbs: Climbs = field(default_factory=Climbs, compare=False)
    _of_one: list[str] = field(default_factory=list, compare=False)  # kinds of what was told since an allocation began

    def follow(self, event: e.Event) -> None:
        """Take one event in."""
        self.total += 1
        kind = event.kind
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if type(event) in _CLIMBED:
            self.climbs.follow(event)
        if self.total <= EVENTS_KEPT:
            self.events.append(event)
        if type(event) is e.ClassChosen:
            self._of_one.clear()
        self._of_one.append(kind)

    def repeat(self, n: int) -> None:
        """Count what the last allocation told `n` times more: none of these events is kept, and no allocation is costlier."""
        self.total += n * len(self._of_one)
        for kind in self._of_one:
            self.kinds[kind] += n
