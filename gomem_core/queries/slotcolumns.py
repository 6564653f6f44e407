"""Fields of many objects of a heap that is read, worked out for many spans at once: what SlotObjects.column tells one by one."""

from collections.abc import Sequence
from typing import Any, Final, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE
from gomem_core.world.objectinfo import ObjectField, Objects
from gomem_core.world.records import PtrWords, SpanField
from gomem_core.world.slotobjects import SlotObjects

Ints = NDArray[np.int64]
InSlots = Literal["addr", "slot", "ptrdata"]  # what the bits of spans tell
_IN_SLOTS: Final = frozenset(get_args(InSlots))
_NAMES: Final = 1 << 16  # types of slots that are looked at, at a stretch


def in_slots(objects: Objects) -> SlotObjects | None:
    """The same objects, if they are those of a heap that is read."""
    found: SlotObjects | None = getattr(objects, "in_slots", None)
    return found


def column(objects: SlotObjects, name: ObjectField, start: int, stop: int) -> Ints:
    """One field of objects number start to stop, as SlotObjects.column has it."""
    stop = min(stop, len(objects))
    if name not in _IN_SLOTS or start >= stop:
        return np.array(objects.column(name, start, stop), np.int64)
    return Slots(objects, start, stop).column(cast("InSlots", name))


def slots(objects: SlotObjects, start: int, stop: int) -> Ints:
    """Where the slots of these objects begin, in which their types may stand before them."""
    return Slots(objects, start, min(stop, len(objects))).base


class Slots:
    """The slots of objects number start to stop, and the spans in which they lie."""

    def __init__(self, objects: SlotObjects, start: int, stop: int) -> None:
        before = np.frombuffer(objects.before, np.int64)
        self._objects = objects
        self._first = int(np.searchsorted(before, start, "right")) - 1
        self._last = int(np.searchsorted(before, stop, "left"))
        nelems = self._of_spans("nelems")
        taken = objects.slots.set_bytes(self._first, self._last)[0]
        places = np.flatnonzero(np.unpackbits(np.frombuffer(taken, np.uint8), bitorder="little"))
        each = before[self._first + 1 : self._last + 1] - before[self._first : self._last]
        cut = slice(start - int(before[self._first]), stop - int(before[self._first]))
        self.span = np.repeat(np.arange(len(each)), each)[cut]  # counted from the first of them
        begins = np.cumsum((nelems + 7) >> 3 << 3) - ((nelems + 7) >> 3 << 3)
        self.number = places[cut] - begins[self.span]
        self.size = self._of_spans("elemsize")[self.span]
        self.base: Ints = self._of_spans("base")[self.span] + self.number * self.size

    @property
    def ptr_words(self) -> Sequence[PtrWords | None]:
        """Which words of these spans may hold pointers."""
        return self._objects.slots.columns().ptr_words[self._first : self._last]

    @property
    def spanclass(self) -> Ints:
        """The class of each of these spans."""
        return self._of_spans("spanclass")

    @property
    def nbytes(self) -> Ints:
        """Bytes of each of these spans."""
        return self._of_spans("npages") << PAGE_SHIFT

    def _of_spans(self, name: SpanField) -> Ints:
        return np.array(self._objects.spans.column(name, self._first, self._last), np.int64)

    def column(self, name: InSlots) -> Ints:
        """One of their fields."""
        if name == "slot":
            return self.size
        spanclass = self.spanclass
        if name == "addr":
            return self.base + np.array(self._objects.headers, np.int64)[spanclass][self.span]
        found = np.where(spanclass & 1, 0, -1)[self.span]
        found[self._without_pointers()] = 0
        return found

    def _without_pointers(self) -> Ints:
        """Those in whose slots, as is known, no word may hold a pointer, although they lie among others."""
        words = [one if isinstance(one, bytes) else None for one in self.ptr_words]
        lengths = np.array([-1 if one is None else len(one) << 3 for one in words], np.int64)
        of = np.flatnonzero(lengths[self.span] >= 0)
        lengths = np.maximum(lengths, 0)
        bits = np.unpackbits(np.frombuffer(b"".join([one for one in words if one is not None]), np.uint8), bitorder="little")
        sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(bits, dtype=np.int64)])
        begins = np.cumsum(lengths) - lengths
        span, size = self.span[of], self.size[of] // PTR_SIZE
        at = begins[span] + self.number[of] * size
        ends = np.minimum(at + size, begins[span] + lengths[span])  # bits beyond the last that is kept are 0
        found: Ints = of[sums[ends] == sums[np.minimum(at, ends)]]
        return found


class TypeNames:
    """The types of objects: their names, the first of which stands for none, and the place of each object's among them."""

    def __init__(self, objects: SlotObjects) -> None:
        self._objects = objects
        self._is_column = hasattr(objects, "type_names")  # a film knows them of each object
        if self._is_column:
            self.names: list[str] = getattr(objects, "type_names")  # noqa: B009 -- SlotObjects has none
            return
        places: dict[str, int] = {"": 0}
        typed = [(slot, places.setdefault(name, len(places))) for slot, name in objects.types.items()]
        self.names = [*places]
        known: NDArray[Any] = np.array(sorted(typed), np.int64).reshape(-1, 2)
        self._slot, self._place = known[:, 0].copy(), known[:, 1].astype(np.int32)

    def places(self, start: int, stop: int) -> Ints:
        """The places of the types of objects number start to stop."""
        if self._is_column:
            return np.array(self._objects.column("type", start, stop), np.int64)
        found = np.zeros(max(0, min(stop, len(self._objects)) - start), np.int64)
        if len(self._slot) and len(found):
            asked = slots(self._objects, start, stop)
            at = np.minimum(np.searchsorted(self._slot, asked), len(self._slot) - 1)
            has = self._slot[at] == asked
            found[has] = self._place[at[has]]
        return found
