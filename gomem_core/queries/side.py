"""One of the two stills that are compared, as the tables of a difference ask for it: worked out when it is asked for, once."""

from collections.abc import Iterator
from functools import cached_property, partial
from typing import Final

from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple
from gomem_core.queries.account import Account
from gomem_core.queries.figures import Figures, figures
from gomem_core.queries.show import STAT_NOTES
from gomem_core.world.facts import Fact
from gomem_core.world.records import CentralInfo, McacheInfo, SpanInfo
from gomem_core.world.still import Still
from gomem_core.world.world import known, unknown

Row = tuple[str, int, int, int, int]  # of an object: name, address, size, ptrdata, the step that made it
NO_SLOTS: Final = (0, 0)
_FURTHER: Final = ("stacks_inuse", "largealloc", "nlargealloc", "largefree", "nlargefree")  # counters that `show stats` spares


class SpanRecord(NamedTuple):
    """A span, its allocated slots, and those of them that are not dead, as bit sets (both empty for a span without slots)."""

    info: SpanInfo
    allocated: int
    live: int


class Side:
    """A still to be compared; `sums` are its figures, where they are known already."""

    def __init__(self, still: Still, sums: Figures | None = None) -> None:
        self.still = still
        self.step = still.place.step
        self._sums = sums

    @property
    def profile(self) -> Profile:
        """The version of Go."""
        return self.still.profile

    @cached_property
    def figures(self) -> Figures:
        """The account, and what else panes show as sums."""
        return figures(self.still, Account(self.still, self.still.objects)) if self._sums is None else self._sums

    @cached_property
    def raw_spans(self) -> dict[int, tuple[object, ...]]:
        """All that is known of each span, by its base: enough to tell which are the same."""
        spans, slots = self.still.spans.columns(), self.still.slots.columns()
        marks = slots.gcmark_bits or (None,) * len(spans.base)
        return dict(zip(spans.base, zip(*spans, slots.alloc_bits, marks, strict=True), strict=True))

    def span(self, base: int) -> SpanRecord | None:
        """The span that begins at `base`."""
        info = self.still.spans.at(base)
        if info is None or info.base != base:
            return None
        return SpanRecord(info, *(self.still.slots.sets(base) or NO_SLOTS))

    @cached_property
    def central(self) -> tuple[CentralInfo, ...]:
        """The mcentrals, by span class; none where it is not known what hangs on their lists."""
        classes = self.profile.central_classes
        return known(lambda: tuple([self.still.lists.central(spanclass) for spanclass in classes])) or ()

    @property
    def mcaches(self) -> list[McacheInfo]:
        """The mcaches; none where they are not known."""
        return known(lambda: [*self.still.caches.mcaches()]) or []

    @cached_property
    def counters(self) -> tuple[tuple[str, int | None], ...]:
        """The runtime's counters, and numbers about program and collector that are not among them: always the same names.

        None is what is not known.
        """
        sums, objects = self.still.sums, self.still.objects
        return (
            ("arena", self.still.extents.arenas.nbytes),
            ("objects_made", len(objects)),
            ("objects_alive", known(lambda: objects.alive)),
            *((name, known(partial(getattr, sums.stats, name))) for name in (*STAT_NOTES, *_FURTHER)),
            ("nsmallfree", known(lambda: sum(sums.stats.nsmallfree))),
            ("gogc", known(lambda: sums.gcpercent)),
            ("sweepgen", known(lambda: sums.sweepgen)),
            ("sweepdone", known(lambda: int(sums.sweepdone))),
        )

    @property
    def knows_objects(self) -> bool:
        """Whether objects can be told from each other: those of a heap that is read are only slots that are taken."""
        return not self.still.doubt(Fact.NAME)

    @cached_property
    def living(self) -> set[Row]:
        """What the program refers to."""
        if not self.knows_objects:
            return set()
        return {self._row(oid) for oid in self.still.objects.living()}

    @cached_property
    def garbage(self) -> set[Row]:
        """What the program dropped and what still has its slot."""
        if not self.knows_objects:
            return set()
        return {self._row(oid) for oid in self._dropped()}

    def _row(self, oid: int) -> Row:
        return self.still.objects.info(oid).key

    def _dropped(self) -> Iterator[int]:
        objects = self.still.objects
        for info in self.still.spans.each():
            sets = self.still.slots.sets(info.base)
            for addr in slot_addresses(info, sets[0]) if sets is not None else ():
                yield from (oid for oid in objects.in_slot(addr, info.elemsize) if not objects.is_alive(oid))

    @property
    def same_objects(self) -> tuple[object, ...]:
        """Equal where neither objects nor the slots they have differ."""
        return self.still.rows, self.still.slots.columns()

    @property
    def links(self) -> dict[tuple[int, int], int]:
        """(address of the slot, word) → target of each pointer stored."""
        if unknown(self.still, "pointers"):
            return {}
        slots, words, targets = self.still.pointers.stored.columns
        return dict(zip(zip(slots, words, strict=True), targets, strict=True))

    def slot_base(self, addr: int) -> int:
        """Address of the slot that holds `addr`, or would if its span had slots there."""
        info = self.still.spans.at(addr)
        assert info is not None  # an object lies in a span
        return addr - (addr - info.base) % info.elemsize


def slot_addresses(info: SpanInfo, slots: int) -> list[int]:
    """Addresses of the slots in a bit set."""
    base, size = info.base, info.elemsize
    return [base + i * size for i, bit in enumerate(f"{slots:b}"[::-1]) if bit == "1"] if slots else []
