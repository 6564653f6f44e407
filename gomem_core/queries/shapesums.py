"""Objects and bytes of each type, or shape, of many objects of a heap at once: what amounts.by_type counts one by one."""

from collections.abc import Callable, Generator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.queries.slotcolumns import Slots, TypeNames
from gomem_core.world.slotobjects import SlotObjects

Ints = NDArray[np.int64]
Sums = dict[str, tuple[int, int]]  # objects and the bytes of their slots, by type or shape
Drawn = Callable[[int, int | None], str]  # the shape of slots of a size: which words may hold pointers, -1: any; None: none
WORDS: Final = 16  # of an object, that a shape shows (amounts.py)
_AT_ONCE: Final = 1 << 16  # objects: some 10 ms
_PLAIN: Final = 1 << WORDS  # stands for the words of an object of which no bits are kept; one more: it holds no pointers
_SPACING: Final = _PLAIN + 2


def sums_by_shape(objects: SlotObjects, drawn: Drawn) -> Generator[None, None, Sums]:
    """Counts them; stops after each slice."""
    names = TypeNames(objects)
    typed = np.zeros((2, len(names.names)), np.int64)
    shapes: dict[int, int] = {}  # how many, by size and words in one number
    for start in range(0, len(objects), _AT_ONCE):
        slots = Slots(objects, start, min(start + _AT_ONCE, len(objects)))
        places = names.places(start, start + _AT_ONCE)
        typed[0] += np.bincount(places, minlength=len(names.names))
        typed[1] += np.bincount(places, slots.size, len(names.names)).astype(np.int64)  # exact, up to 8 PB
        keys = np.sort((slots.size * _SPACING + _words(slots))[places == 0])
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        for key, count in zip(keys[first].tolist(), np.diff(first, append=len(keys)).tolist(), strict=True):
            shapes[key] = shapes.get(key, 0) + count
        yield
    found = {name: (int(n), int(nbytes)) for name, n, nbytes in zip(names.names[1:], *typed[:, 1:], strict=True) if n}
    for key, count in shapes.items():
        size, words = divmod(key, _SPACING)
        name = drawn(size, None if words > _PLAIN else -1 if words == _PLAIN else words)
        objects_before, bytes_before = found.get(name, (0, 0))
        found[name] = objects_before + count, bytes_before + count * size
    return found


def _words(slots: Slots) -> Ints:
    """Which of the first words of each object may hold pointers, a bit each; or what stands for them."""
    kept: list[Any] = [*slots.ptr_words]
    found: Ints = np.where(slots.spanclass & 1, _PLAIN + 1, _PLAIN)[slots.span]
    has = np.array([isinstance(one, bytes) for one in kept], np.bool_) & (slots.spanclass & 1 == 0)
    rows = np.flatnonzero(has)
    of = np.flatnonzero(has[slots.span])
    sizes = slots.nbytes[rows] // PTR_SIZE // 8 + 4  # the last object's words are read beyond its end
    begins = np.zeros(len(has), np.int64)
    begins[rows] = np.cumsum(sizes) - sizes
    padded = [kept[row].ljust(size, b"\0")[:size] for row, size in zip(rows.tolist(), sizes.tolist(), strict=True)]
    bits = np.frombuffer(b"".join(padded), np.uint8)
    size = slots.size[of] // PTR_SIZE
    first = slots.number[of] * size
    at = begins[slots.span[of]] + (first >> 3)
    near = bits[at].astype(np.int64) | bits[at + 1].astype(np.int64) << 8 | bits[at + 2].astype(np.int64) << 16
    found[of] = near >> (first & 7) & (1 << np.minimum(size, WORDS)) - 1
    return found
