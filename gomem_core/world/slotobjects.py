"""The objects of a heap that is read: one in each allocated slot, of which its place is known, and of some their type.

Where the program's references are known, too, an object is alive as long as one of them leads to it.

Their numbers are those of the allocated slots in address order.  Nothing is kept for each of them, since there may be millions.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate, compress

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.versions import Profile
from gomem_core.world.objectinfo import ALIVE, ObjectField, ObjectInfo
from gomem_core.world.records import SpanInfo
from gomem_core.world.still_slots import StillSlots
from gomem_core.world.still_spans import StillSpans
from gomem_core.world.world import NotKnown

ObjectTypes = Mapping[int, str]  # address of a slot → the name of the type of what is in it
_DIGITS = bytes.maketrans(b"01", b"\0\1")


class SlotObjects:
    """What lies in the allocated slots; `types`: address of a slot → name of the type of what is in it."""

    def __init__(self, profile: Profile, spans: StillSpans, slots: StillSlots, types: ObjectTypes, why: str) -> None:
        """`why` says why it is not known who refers to them; empty where it is."""
        self.headers = [PTR_SIZE if profile.has_header(spanclass) else 0 for spanclass in profile.span_classes]
        self.spans = spans
        self.slots = slots
        self.types = types
        self._why = why
        self._knows_roots = not why and slots.columns().root_bits is not None
        self._last: tuple[int, SpanInfo, list[int]] | None = None  # the span looked at last, and its allocated slots

    @property
    def in_slots(self) -> SlotObjects:
        """These objects themselves, also where somebody hands on to them what he is asked."""
        return self

    @cached_property
    def before(self) -> array[int]:
        """How many objects lie before each span, in address order; at the end, how many there are."""
        return array("q", accumulate(self.slots.slot_counts()[0], initial=0))

    def __len__(self) -> int:
        return self.before[-1]

    @property
    def alive(self) -> int:
        """How many of them the program refers to."""
        return sum(roots.bit_count() for roots in self._roots())

    @property
    def unnamed(self) -> int:
        """No object has a name that counts."""
        return 0

    def _roots(self) -> Sequence[int]:
        """The slots of each span to which the program refers, as bit sets.  Raises NotKnown."""
        roots = self.slots.columns().root_bits
        if not self._knows_roots or roots is None:
            raise NotKnown(self._why)
        return roots

    def _place(self, oid: int) -> tuple[SpanInfo, int]:
        """The span of an object, and the number of its slot there; its neighbours are asked for next, most of the time."""
        before = self.before
        number = bisect_right(before, oid) - 1
        if self._last is None or self._last[0] != number:
            info = self.spans.row(number)
            self._last = number, info, _taken(self.slots.sets(info.base), info.nelems)
        _, info, slots = self._last
        return info, slots[oid - before[number]]

    def info(self, oid: int) -> ObjectInfo:
        """Its row."""
        span, slot = self._place(oid)
        addr = span.base + slot * span.elemsize
        kind, header = self.types.get(addr, ""), self.headers[span.spanclass]
        dropped = ALIVE if self._knows_roots and self.is_alive(oid) else None
        return ObjectInfo(oid, "", addr + header, None, self._ptrdata(span, slot, header), None, dropped, kind)

    def _ptrdata(self, span: SpanInfo, slot: int, header: int) -> int | None:
        """Bytes from its beginning up to its last pointer; None: it is not known which words hold any."""
        if span.kind == "noscan":
            return 0
        words = self.slots.columns().ptr_words[self.spans.number(span.base)]
        if not isinstance(words, bytes):
            return None
        size = span.elemsize // PTR_SIZE
        own = int.from_bytes(words, "little") >> slot * size & ((1 << size) - 1)
        return max(0, own.bit_length() * PTR_SIZE - header)

    def addr(self, oid: int) -> int:
        """Its address: behind the type, where that stands in the slot."""
        span, slot = self._place(oid)
        return span.base + slot * span.elemsize + self.headers[span.spanclass]

    def name(self, oid: int) -> str:
        """Its type, or where that is not known its address."""
        o = self.info(oid)
        return o.type or f"{o.addr:#x}"

    def size(self, oid: int) -> int | None:  # noqa: ARG002 -- of none is it known
        """Nothing: what was asked for is not known, only the size of slots."""
        return None

    def is_alive(self, oid: int) -> bool:
        """Whether the program refers to it, or nothing says that it does not."""
        if not self._knows_roots:
            return True
        span, slot = self._place(oid)
        return self._roots()[self.spans.number(span.base)] >> slot & 1 == 1

    def living(self) -> Sequence[int]:
        """Numbers of all to which the program refers."""
        self._roots()
        return [oid for oid in range(len(self)) if self.is_alive(oid)]

    def find_name(self, name: str) -> int | None:  # noqa: ARG002 -- there are no names
        """None: there are no names."""
        return None

    def names(self, prefix: str = "", limit: int = 200) -> list[str]:  # noqa: ARG002 -- the same
        """None of them, likewise."""
        return []

    def nearest(self, name: str) -> str | None:  # noqa: ARG002 -- the same
        """None, likewise."""
        return None

    def find_addr(self, addr: int) -> int | None:
        """The object at this address, or in the slot that begins there."""
        number = self.spans.number(addr)
        if number < 0:
            return None
        info = self.spans.row(number)
        if info.state != "inuse":
            return None
        slot, rest = divmod(addr - info.base, info.elemsize)
        allocated = self.slots.sets(info.base)
        if rest not in (0, self.headers[info.spanclass]) or allocated is None or not allocated[0] >> slot & 1:
            return None
        return self.before[number] + (allocated[0] & ((1 << slot) - 1)).bit_count()

    def in_slot(self, addr: int, elemsize: int) -> list[int]:  # noqa: ARG002 -- tiny objects cannot be told from each other
        """The object in the slot at `addr`; of a tiny block all together."""
        found = self.find_addr(addr)
        return [] if found is None else [found]

    def bytes_at(self, addrs: Sequence[int], most: int) -> int:
        """Bytes of their slots."""
        return len(addrs) * most

    def column(self, name: ObjectField, start: int = 0, stop: int | None = None) -> memoryview:
        """One field of objects number start to stop."""
        stop = len(self) if stop is None else min(stop, len(self))
        if name == "slot":
            return memoryview(self._slot_sizes(start, stop))
        if name not in ("addr", "ptrdata"):
            return memoryview(array("q", [-1]) * max(0, stop - start))
        found, number = array("q"), bisect_right(self.before, start) - 1
        while number < self.spans.count and self.before[number] < stop:
            info = self.spans.row(number)
            first, last = max(0, start - self.before[number]), stop - self.before[number]
            if name == "addr":
                header = self.headers[info.spanclass]
                slots = _taken(self.slots.sets(info.base), info.nelems)[first:last]
                found.extend([info.base + header + slot * info.elemsize for slot in slots])
            else:
                count = min(last, self.before[number + 1] - self.before[number]) - first
                found.extend(array("q", [0 if info.kind == "noscan" else -1]) * count)
            number += 1
        return memoryview(found)

    def _slot_sizes(self, start: int, stop: int) -> array[int]:
        """Bytes of the slots of objects number start to stop."""
        found, before, sizes = array("q"), self.before, self.spans.columns().elemsize
        for number in range(bisect_right(before, start) - 1, bisect_left(before, stop)):
            count = min(before[number + 1], stop) - max(before[number], start)
            if count > 0:
                found.extend(array("q", (sizes[number],)) * count)
        return found


def _taken(sets: tuple[int, int] | None, nelems: int) -> list[int]:
    """Numbers of the allocated slots of a span."""
    if sets is None:
        return []
    return list(compress(range(nelems), f"{sets[0]:b}".encode().translate(_DIGITS)[::-1]))
