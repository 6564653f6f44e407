"""What became of bytes: of the spans of a class, of the whole arena, of each span."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array

from gomem_core.named import NamedTuple


class Share(NamedTuple):
    """What the bytes of a span in use, or of all spans of a class, are there for.  "Allocated" is as far as the runtime knows.

    Where it is not known what a program asked for, whole slots of live objects count as requested, and the slot waste is None;
    where it is not known which objects are dead, that is None, and all that are allocated count as live.
    """

    requested: int  # by allocated objects, as the program asked for them
    slot_waste: int | None  # the ends of their slots
    dead: int | None  # slots that the last mark did not reach and that are not swept yet
    free_slots: int
    tails: int  # after the last slot

    @property
    def wasted(self) -> int:
        """Bytes that are held and of which it is known that no allocated object asked for them."""
        return self.total - self.requested

    def percent(self, nbytes: int) -> float:
        """Returns what share of its bytes that is, in percent, 0 … 100."""
        return 100 * nbytes / self.total if nbytes else 0.0

    @property
    def total(self) -> int:
        """Returns the sum of them."""
        return self.requested + (self.slot_waste or 0) + (self.dead or 0) + self.free_slots + self.tails


class Held(NamedTuple):
    """The memory that the spans of a class hold, and how few spans would be enough."""

    spans: int
    live: int  # slots with an object that is allocated and not dead; of tiny objects, their blocks
    needed: int  # spans that could hold these
    cached: int | None  # bytes of free slots in spans that the Ps' mcaches have: their next objects go there
    elemsize: int  # bytes of a slot; 0: large objects, which have no size in common


class Balance(NamedTuple):
    """The account of the whole arena, in bytes; see Share for the first five."""

    requested: int
    slot_waste: int | None
    dead: int | None
    free_slots: int
    tails: int
    manual: int  # spans for stacks and the collector's work
    free_pages: int  # in free spans
    given_back: int | None  # in free spans too, their memory returned to the operating system; None: it counts as free pages

    @property
    def total(self) -> int:
        """The used arena."""
        return sum(nbytes or 0 for nbytes in self)


class SpanSums:
    """What was found of each span in use, in typed arrays, in no order; places of spans that are free now have base 0."""

    __slots__ = ("_free", "base", "free_slots", "requested", "slot_waste", "total")

    def __init__(self) -> None:
        self.base, self.requested, self.slot_waste, self.free_slots, self.total = (array("q") for _ in range(5))  # see Share
        self._free: list[int] = []  # places

    def place(self) -> int:
        """A place for another span."""
        if self._free:
            return self._free.pop()
        for column in (self.base, self.requested, self.slot_waste, self.free_slots, self.total):
            column.append(0)
        return len(self.base) - 1

    def put(self, place: int, base: int, share: Share) -> None:
        """Note what was found."""
        self.base[place], self.requested[place], self.slot_waste[place] = base, share.requested, share.slot_waste or 0
        self.free_slots[place], self.total[place] = share.free_slots, share.total

    def clear(self, place: int) -> None:
        """The span is free now."""
        self.base[place] = 0
        self._free.append(place)
