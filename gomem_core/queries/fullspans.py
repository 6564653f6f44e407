"""Spans of small objects all of whose slots are taken: their classes tell all of them but where they lie.

Most spans of a heap that grows are such, and to ask each of them for field after field would take three times as long.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.versions import Profile
from gomem_core.world.records import SpanField

Ints = NDArray[np.int64]
Bits = tuple[bytes, bytes]  # allocated slots, and those that are not dead, as in Slots.set_bytes
_LAST: Final = np.array([0xFF, *((1 << n) - 1 for n in range(1, 8))], np.uint8)  # the last byte of so many slots, mod 8


class ClassTables:
    """What the classes of a version tell."""

    def __init__(self, profile: Profile) -> None:
        classes = [profile.classes[spanclass >> 1] for spanclass in profile.span_classes]
        self._told: dict[SpanField, Ints] = {
            "spanclass": np.array(profile.span_classes),
            "npages": np.array([c.npages for c in classes]),
            "elemsize": np.array([c.size for c in classes]),
            "nelems": np.array([profile.nelems(spanclass) for spanclass in profile.span_classes]),
        }

    def of(self, full: bytes) -> "FullSpans | None":
        """The spans of these classes, as in Slots.full; None unless all are full ones of small objects."""
        classes = np.frombuffer(full, np.uint8)
        return FullSpans(self._told, classes) if len(classes) and classes.min() > 1 else None


class FullSpans:
    """Such spans, one after the other."""

    def __init__(self, told: dict[SpanField, Ints], classes: NDArray[np.uint8]) -> None:
        self._told, self._classes = told, classes

    def column(self, name: SpanField) -> Ints | None:
        """One of their fields, as Spans.column has it; None: their classes do not tell it."""
        told = self._told.get(name)
        return None if told is None else told[self._classes]

    def set_bytes(self) -> Bits:
        """Their slots."""
        nelems = self._told["nelems"][self._classes]
        ends = np.cumsum((nelems + 7) >> 3)
        joined = np.full(int(ends[-1]), 0xFF, np.uint8)
        joined[ends - 1] = _LAST[nelems & 7]
        found = joined.tobytes()
        return found, found


def joined(bits: Sequence[Bits]) -> Bits:
    """The slots of spans one after the other."""
    allocated = b"".join([taken for taken, _ in bits])
    return allocated, allocated if all(one is other for one, other in bits) else b"".join([live for _, live in bits])
