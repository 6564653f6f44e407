"""What lies in the spans of a still: slots, words, stored pointers; see still.py."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import repeat
from typing import Final

from gomem_core.go.versions import Profile
from gomem_core.world.arenas import Arenas
from gomem_core.world.interrupt import finished
from gomem_core.world.records import SlotColumns, SlotInfo, SpanInfo, WordInfo
from gomem_core.world.slotrows import SpanBits, slot_at, slot_rows, slot_sets, word_rows
from gomem_core.world.still_spans import StillSpans
from gomem_core.world.world import Pointers

_PAUSE: Final = 256  # slots
Joined = Callable[[int, int], tuple[bytes, bytes]]
Counts = Callable[[], tuple["array[int]", "array[int]"]]


class StillSlots:
    """Slots and words, from the bits of each span."""

    def __init__(
        self,
        spans: StillSpans,
        columns: SlotColumns,
        stored: StoredPointers | None,
        arenas: Arenas,
        zerobase: int,
        profile: Profile,
        joined: Joined | None = None,
        counts: Counts | None = None,
    ) -> None:
        """`stored` None: it is not known.

        `joined` answers as `set_bytes` does, `counts` as `slot_counts`, where somebody knows a quicker way.
        """
        self.zerobase = zerobase
        self._profile = profile
        self._joined = joined
        self._counts = counts
        self._spans = spans
        self._columns = columns
        self._stored = stored
        self._arenas = arenas

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StillSlots) and self._columns == other._columns

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    def in_use(self, base: int) -> tuple[int, SpanInfo] | None:
        """Number and record of the span in use at exactly `base`."""
        number = self._spans.number(base)
        if number < 0:
            return None
        info = self._spans.row(number)
        return (number, info) if info.base == base and info.state == "inuse" else None

    def _bits(self, n: int) -> SpanBits:
        columns = self._columns
        marks, roots = columns.gcmark_bits, columns.root_bits
        return SpanBits(columns.alloc_bits[n], None if marks is None else marks[n], None if roots is None else roots[n])

    def bits(self, base: int) -> tuple[int, int | None, int | None]:
        """allocBits, allocCache and gcmarkBits of the span in use at `base`."""
        found = self.in_use(base)
        if found is None:
            return 0, 0, 0
        columns, n = self._columns, found[0]
        cache, marks = columns.alloc_cache, columns.gcmark_bits
        return columns.alloc_bits[n], None if cache is None else cache[n], None if marks is None else marks[n]

    def rows(self, base: int, start: int = 0, stop: int | None = None) -> list[SlotInfo]:
        """Slots number start to stop of the span in use at `base`; none for other spans."""
        found = self.in_use(base)
        if found is None:
            return []
        n, info = found
        return slot_rows(info, self._bits(n), start, stop)

    def at(self, addr: int) -> SlotInfo | None:
        """The slot that holds `addr`; None outside slots."""
        return slot_at(addr, self._spans.at(addr), self.rows)

    def elemsize_at(self, addr: int) -> int:
        """Bytes of a slot of the span in use that holds `addr`, else 0."""
        info = self._spans.at(addr)
        return info.elemsize if info is not None else 0

    def base_of(self, addr: int) -> int:
        """Address of the slot that holds `addr`, 0 where no object can be."""
        slot = self.at(addr)
        return slot.addr if slot is not None else 0

    def roots(self) -> Iterator[tuple[SpanInfo, int]]:
        """Each span, and the slots to which the program itself refers, as a bit set."""
        return zip(self._spans.each(), self._columns.root_bits or (), strict=True)

    def words(self, addr: int, count: int) -> list[WordInfo]:
        """`count` words from `addr` (rounded down to a word), as far as its span goes; none of free spans."""
        info = self._spans.at(addr)
        found = None if info is None else self.in_use(info.base)
        if found is None:
            return []
        n, info = found
        stored = None if self._stored is None else self._stored.in_span(info)
        return word_rows(info, addr, count, self._columns.ptr_words[n], stored, self._profile, self._arenas.at(info.base).start)

    def sets(self, base: int) -> tuple[int, int] | None:
        """The allocated slots of the span in use at `base`, and those of them that are not dead, as bit sets; else None."""
        found = self.in_use(base)
        if found is None:
            return None
        n, info = found
        bits = self._bits(n)
        return slot_sets(info, bits.alloc, bits.gcmark)

    def set_bytes(self, start: int, stop: int) -> tuple[bytes, bytes]:
        """What `sets` says of spans number start to stop, joined, as Slots says."""
        if self._joined is not None:
            return self._joined(start, stop)
        allocated, live = [], []
        for nelems, (taken, held) in zip(self._spans.columns().nelems[start:stop], self._sets(start, stop), strict=True):
            own = taken.to_bytes((nelems + 7) >> 3, "little")
            allocated.append(own)
            live.append(own if held is taken else held.to_bytes(len(own), "little"))
        return b"".join(allocated), b"".join(live)

    def full(self, start: int, stop: int) -> bytes:
        """Says of no span that it is full: to read its columns takes no longer."""
        return bytes(stop - start)

    def _sets(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """The same as bit sets, without a record of each span: there may be 100,000."""
        spans, slots, part = self._spans.columns(), self._columns, slice(start, stop)
        marks: Iterable[int | None] = repeat(None) if slots.gcmark_bits is None else slots.gcmark_bits[part]
        bits = zip(slots.alloc_bits[part], marks, strict=False)
        told = zip(spans.freeindex[part], spans.swept[part], strict=True)
        for (freeindex, swept), (alloc, gcmark) in zip(told, bits, strict=True):
            taken = alloc | (1 << freeindex) - 1 if freeindex else alloc
            yield taken, taken if swept is not False or gcmark is None else taken & gcmark

    def slot_counts(self) -> tuple[array[int], array[int]]:
        """How many slots of each span are allocated, and how many of them are not dead."""
        if self._counts is not None:
            return self._counts()
        taken, live = array("q"), array("q")
        for allocated, held in self._sets(0, self._spans.count):
            taken.append(allocated.bit_count())
            live.append(held.bit_count())
        return taken, live

    def columns(self) -> SlotColumns:
        """What lies in all spans, in address order."""
        return self._columns


class StoredPointers:
    """The pointers that are stored, ordered by slot and word: address of the slot, number of the word, where it leads."""

    def __init__(self, slots: Sequence[int], words: Sequence[int], targets: Sequence[int]) -> None:
        self.columns = array("Q", slots), array("q", words), array("Q", targets)

    @classmethod
    def of(cls, pointers: Pointers) -> StoredPointers:
        """Those of any world."""
        rows = sorted((addr, word, to) for addr in pointers.holders() for word, to in pointers.stored_in(addr))
        return cls(*zip(*rows, strict=True)) if rows else cls((), (), ())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredPointers) and self.columns == other.columns

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    def of_slot(self, addr: int) -> list[tuple[int, int]]:
        """The pointers in the slot at exactly `addr`: (word number, target), by word."""
        _, words, targets = self.columns
        start, stop = self._between(addr, addr + 1)
        return [*zip(words[start:stop], targets[start:stop], strict=True)]

    def targets_of(self, addr: int) -> array[int]:
        """Where the pointers in the slot at exactly `addr` lead."""
        start, stop = self._between(addr, addr + 1)
        return self.columns[2][start:stop]

    def holders(self) -> list[int]:
        """Addresses of the slots in which any is stored."""
        return [*dict.fromkeys(self.columns[0])]

    def in_span(self, info: SpanInfo) -> dict[int, dict[int, int]]:
        """Number of a slot of a span → word → where its pointer leads."""
        found: dict[int, dict[int, int]] = {}
        start, stop = self._between(info.base, info.base + info.nelems * info.elemsize)
        for addr, word, to in zip(*(column[start:stop] for column in self.columns), strict=True):
            found.setdefault((addr - info.base) // info.elemsize, {})[word] = to
        return found

    def _between(self, first: int, end: int) -> tuple[int, int]:
        """The places of the pointers in slots from `first` on that begin before `end`."""
        slots = self.columns[0]
        start = bisect_left(slots, first)
        return start, bisect_left(slots, end, start)


class StillPointers:
    """Stored pointers, and what the program reaches through them."""

    def __init__(self, slots: StillSlots, stored: StoredPointers) -> None:
        self.stored = stored
        self._slots = slots

    def stored_in(self, addr: int) -> list[tuple[int, int]]:
        """The pointers stored in the object whose slot holds `addr`: (word number, target), by word."""
        return self.stored.of_slot(self._slots.base_of(addr))

    def stores(self, addr: int, target: int) -> bool:
        """Whether a pointer to exactly `target` is stored in the object whose slot holds `addr`."""
        return target in self.stored.targets_of(self._slots.base_of(addr))

    def is_root(self, addr: int) -> bool:
        """Whether the program itself refers to an object in the slot that holds `addr`."""
        slot = self._slots.at(addr)
        return slot is not None and slot.rooted is True

    def is_reachable(self, addr: int) -> bool:
        """Whether the program can reach the object at `addr` through what it refers to."""
        slots, targets = self._reached
        slot = self._slots.at(addr)
        if slot is None:
            return addr == self._slots.zerobase and addr in targets
        return slot.rooted or slot.addr in slots

    def holders(self) -> list[int]:
        """Addresses of all slots in which pointers are stored."""
        return self.stored.holders()

    def reached(self) -> Generator[None, None, set[int]]:
        """Addresses of the slots to which links lead from what the program refers to; stops now and then on its way."""
        slots, _ = yield from self._walk()
        return slots

    def kept(self) -> tuple[int, set[int]]:
        """What a mark would find now: bytes of all slots that it would reach, and where the links in these lead."""
        slots, targets = self._reached
        rooted = sum(bits.bit_count() * info.elemsize for info, bits in self._slots.roots())
        others = sum(self._slots.elemsize_at(addr) for addr in slots if not self.is_root(addr))
        return rooted + others, {to for to in targets if self._slots.base_of(to)}

    @cached_property
    def _reached(self) -> tuple[set[int], set[int]]:
        return finished(self._walk())

    def _walk(self) -> Generator[None, None, tuple[set[int], set[int]]]:
        """Slots to which links lead from what the program refers to, and where exactly these links lead."""
        todo = [addr for addr in self.stored.holders() if self.is_root(addr)]
        slots: set[int] = set()
        targets: set[int] = set()
        while todo:
            if not len(slots) % _PAUSE:
                yield
            for target in self.stored.targets_of(todo.pop()):
                targets.add(target)
                slot = self._slots.base_of(target)
                if slot and slot not in slots:
                    slots.add(slot)
                    todo.append(slot)
        return slots, targets
