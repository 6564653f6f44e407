"""What the bytes of all spans in use are there for: the account's sums as columns.

account.py looks at spans one after the other, and keeps what it found.  Where it has yet to look at very many, their sums are
worked out here for all of them at once.  Both give the same numbers.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE, TINY_SIZE, TINY_SPAN_CLASS
from gomem_core.go.versions import Profile
from gomem_core.world.objectinfo import Objects
from gomem_core.world.records import SpanField

Ints = NDArray[np.int64]
Part = Literal["requested", "slot_waste", "free_slots", "total"]  # as in Share
PARTS: Final[tuple[Part, ...]] = get_args(Part)
Field = SpanField | Part
Step = Callable[[], object] | None  # as in roworder.Work

NEEDED: Final[tuple[SpanField, ...]] = ("base", "npages", "spanclass", "elemsize", "nelems")  # to work them out
_SPANS: Final = 4_000  # at once: their slots stay in the processor's cache
_OBJECTS: Final = 1 << 14  # at once, likewise


def waste_sums(
    profile: Profile, objects: Objects, spans: Mapping[Field, Ints], allocated: bytes, live: bytes
) -> Generator[Step, None, dict[Part, Ints]]:
    """The sums of each span, 0 for one that is not in use; `spans` has their other columns.  Stops now and then.

    `allocated` are the slots that are, and `live` those that are not dead, as in Slots.set_bytes.  What is yielded is to be
    called before it goes on, and looks at no heap.
    """
    slots = _Slots(profile, spans)
    for _ in slots.fill_all(objects):
        yield None
    sums: dict[Part, Ints] = {}
    yield lambda: sums.update(slots.sums(allocated, live))
    return sums


def sums_of(profile: Profile, objects: Objects, spans: Mapping[Field, Ints], allocated: bytes, live: bytes) -> dict[Part, Ints]:
    """The same without a stop."""
    slots = _Slots(profile, spans)
    for _ in slots.fill_all(objects):
        pass
    return slots.sums(allocated, live)


class _Slots:
    """The slots of all spans in use, one behind the other, each with what the program asked for when it got it."""

    def __init__(self, profile: Profile, spans: Mapping[Field, Ints]) -> None:
        self._spans = spans
        headers = np.array([PTR_SIZE * profile.has_header(spanclass) for spanclass in profile.span_classes])
        self._header = headers[spans["spanclass"]]  # bytes in front of an object, in its slot
        nelems, elemsize = spans["nelems"], spans["elemsize"]
        self._room = (nelems + 7) // 8 * 8  # slots of whole bytes
        self._first = np.cumsum(self._room) - self._room
        # Bytes for which nobody asked; an unknown object counts as if it filled its slot.
        self._spare = np.zeros(int(self._room.sum()), np.min_scalar_type(int(elemsize.max(initial=0))))
        base, npages = spans["base"], spans["npages"]
        self._start = int(base[0]) if len(base) else 0
        self._row_of_page = np.repeat(np.arange(len(base), dtype=np.int32), npages)
        self._tiny: list[tuple[Ints, Ints]] = []  # (address, size) of objects in spans for tiny ones, in the order of birth

    def fill_all(self, objects: Objects) -> Iterator[None]:
        """Enter all objects; stops now and then."""
        for start in range(0, len(objects), _OBJECTS):
            addr, size = (np.array(objects.column(name, start, start + _OBJECTS)).astype(np.int64) for name in ("addr", "size"))
            self._fill(addr, size)
            yield None
        if self._tiny:
            self._fill_tiny()

    def _fill(self, addr: Ints, size: Ints) -> None:
        """Enter objects, those that were born later after those that were born earlier: the last one at an address counts."""
        page = (addr - self._start) >> PAGE_SHIFT
        inside = (page >= 0) & (page < len(self._row_of_page))
        if not inside.all():
            addr, size, page = addr[inside], size[inside], page[inside]
        row = self._row_of_page[page]
        elemsize, offset = self._spans["elemsize"][row], addr - self._spans["base"][row]
        slot = offset // np.maximum(elemsize, 1)
        there = slot < self._spans["nelems"][row]
        tiny = there & (self._spans["spanclass"][row] == TINY_SPAN_CLASS)
        if tiny.any():
            self._tiny.append((addr[tiny], size[tiny]))
        there &= ~tiny & (slot * elemsize + self._header[row] == offset)
        where = (self._first[row] + slot)[there]
        self._spare[where] = np.maximum(elemsize - size, 0)[there]

    def _fill_tiny(self) -> None:
        """What was asked for in blocks of tiny objects: of all since the last one that lies at the beginning of its block."""
        addr, size = (np.concatenate(column) for column in zip(*self._tiny, strict=True))
        order = np.argsort(addr, kind="stable")
        last = np.ones(len(order), bool)
        last[:-1] = addr[order][1:] != addr[order][:-1]
        birth = order[last]  # now one object an address, by address
        addr, size = addr[birth], size[birth]
        block = addr & ~(TINY_SIZE - 1)
        begins = np.ones(len(block), bool)
        begins[1:] = block[1:] != block[:-1]
        first = np.flatnonzero(begins)
        head = np.repeat(first, np.diff(np.append(first, len(block))))
        sums = np.add.reduceat(np.where(birth >= birth[head], size, 0), first)
        known = addr[first] == block[first]  # else nothing is known of the block
        block = block[first][known]
        row = self._row_of_page[(block - self._start) >> PAGE_SHIFT]
        where = self._first[row] + (block - self._spans["base"][row]) // TINY_SIZE
        self._spare[where] = np.maximum(TINY_SIZE - sums[known], 0)

    def sums(self, allocated: bytes, live: bytes) -> dict[Part, Ints]:
        """The sums of each span; the slots that are allocated, and those that are not dead, as in Slots.set_bytes."""
        count = len(self._room)
        sums: dict[Part, Ints] = {part: np.zeros(count, np.int64) for part in PARTS}
        bits, live_bits = (np.frombuffer(one, np.uint8) for one in (allocated, live))
        for start in range(0, count, _SPANS):
            rows: slice | Ints = slice(start, min(count, start + _SPANS))
            if not self._room[rows].all():
                rows = start + np.flatnonzero(self._room[rows])
            first = self._first[rows]
            if not len(first):
                continue
            begin, end = int(first[0]), int(first[-1] + self._room[rows][-1])
            first, in_bytes, elemsize = first - begin, slice(begin >> 3, end >> 3), self._spans["elemsize"][rows]
            taken = _added(np.bitwise_count(bits[in_bytes]), first >> 3)
            held = taken if live is allocated else _added(np.bitwise_count(live_bits[in_bytes]), first >> 3)
            is_live = np.unpackbits(live_bits[in_bytes], bitorder="little")
            wasted = _added(self._spare[begin:end] * is_live, first)
            sums["slot_waste"][rows] = wasted
            sums["requested"][rows] = held * elemsize - wasted
            sums["free_slots"][rows] = (self._spans["nelems"][rows] - taken) * elemsize
            sums["total"][rows] = self._spans["npages"][rows] << PAGE_SHIFT
        return sums


def _added(values: NDArray[Any], first: Ints) -> Ints:
    """Sums of values, each from one of these places to the next."""
    return np.add.reduceat(values, first, dtype=np.int64)
