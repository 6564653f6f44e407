"""Where a regular expression is found in what rows say of objects of a heap that is read, of which there may be millions.

They have no names, and nobody knows what was asked for: what differs from one to the other are the type and the kind, of which
there are few, and the address.  Addresses are written, and searched, thousands at once.
"""

from collections.abc import Generator, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.lang.pattern import Pattern
from gomem_core.queries.slotcolumns import TypeNames, column
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.slotobjects import SlotObjects

Numbers = NDArray[np.signedinteger[Any]]
Mask = NDArray[np.bool_]

_SLICE: Final = 1 << 14  # objects whose addresses are written and searched at a stretch: some milliseconds
_TEXTS: Final = 500  # objects whose lines are searched at a stretch
_TAILS: Final = f"{UNKNOWN}\nscan".encode(), f"{UNKNOWN}\nnoscan".encode()  # what stands below the address: size, kind
_BITS: Final = 4  # of a digit
_MOST: Final = np.iinfo(np.int64).max
_PAIRS: Final = np.array([*b"".join(b"%02x" % n for n in range(256))], np.uint8).reshape(256, 2)


def found_in_slots(objects: SlotObjects, pattern: Pattern, rows: Numbers) -> Generator[None, None, Numbers]:
    """Those of the objects, in the order of their numbers, in whose lines a pattern is found that stays in one.

    Raises TooCostly.
    """
    types = TypeNames(objects)
    of_type = np.array([pattern.found_in(name) for name in types.names], bool)
    scan, noscan = (pattern.found_in(kind) for kind in ("scan", "noscan"))
    if pattern.found_in(UNKNOWN) or pattern.found_in("") or (scan and noscan):  # each has these lines
        return rows
    found = [rows[:0]]
    for start in range(0, len(objects), _SLICE):
        first, last = np.searchsorted(rows, np.array((start, start + _SLICE), rows.dtype))  # of another type it would copy all
        if first == last:
            continue
        passes = of_type[types.places(start, start + _SLICE)]
        if scan != noscan:
            passes |= (column(objects, "ptrdata", start, start + _SLICE) == 0) == noscan
        passes |= _by_address(pattern, column(objects, "addr", start, start + _SLICE))
        found.append(rows[first:last][passes[rows[first:last] - start]])
        yield
    return np.concatenate(found)


def found_across_lines(objects: SlotObjects, pattern: Pattern, rows: Numbers) -> Generator[None, None, Numbers]:
    """The same of a pattern that what it finds may lead from one line to the next.  Raises TooCostly.

    All lines of each object are searched then, which are put together thousands at once.
    """
    types = TypeNames(objects)
    heads = [f"\n{name}\n".encode(errors="replace") for name in types.names]
    found = [rows[:0]]
    for start in range(0, len(objects), _SLICE):
        first, last = np.searchsorted(rows, np.array((start, start + _SLICE), rows.dtype))
        chosen = rows[first:last]
        at = chosen - start
        addrs = _lines(column(objects, "addr", start, start + _SLICE)[at]) if len(at) else []
        of_type = types.places(start, start + _SLICE)[at].tolist()
        noscan = (column(objects, "ptrdata", start, start + _SLICE)[at] == 0).tolist()
        texts = [heads[name] + addr + _TAILS[has_none] for name, addr, has_none in zip(of_type, addrs, noscan, strict=True)]
        for begin in range(0, len(texts), _TEXTS):
            found.append(chosen[begin : begin + _TEXTS][pattern.rows_with(texts[begin : begin + _TEXTS])])
            yield
    return np.concatenate(found)


def _lines(addrs: NDArray[np.int64]) -> list[bytes]:
    """Each of these ascending addresses on two lines, without 0x and with it."""
    found: list[bytes] = []
    for digits, some in _by_digits(addrs):
        with_0x, without = _written(some, digits)
        text = np.concatenate([without, with_0x], axis=1).tobytes()
        width = len(text) // len(some)
        found += [text[at : at + width] for at in range(0, len(text), width)]
    return found


def _by_digits(addrs: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Runs of ascending addresses that have as many digits, and how many."""
    start = 0
    while start < len(addrs):
        digits = max(1, -(-int(addrs[start]).bit_length() // _BITS))
        stop = int(np.searchsorted(addrs, min((1 << _BITS * digits) - 1, _MOST), "right"))
        yield digits, addrs[start:stop]
        start = stop


def _by_address(pattern: Pattern, addrs: NDArray[np.int64]) -> Mask:
    """Which of these ascending addresses it finds, as they are written with 0x and without."""
    found = np.zeros(len(addrs), bool)
    start = 0
    for digits, some in _by_digits(addrs):
        for lines in _written(some, digits):
            width = lines.shape[1]
            for begin, end in pattern.runs(lines.tobytes()):
                found[start + begin // width : start + (end - 1) // width + 1] = True
        start += len(some)
    return found


def _written(addrs: NDArray[np.int64], digits: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A line of text for each of these addresses, which have so many digits: with 0x, and without."""
    with_0x = np.empty((len(addrs), len("0x") + digits + len("\n")), np.uint8)
    with_0x[:, :2] = [*b"0x"]
    with_0x[:, 2:-1] = _PAIRS[addrs.astype(">u8").view(np.uint8).reshape(-1, 8)].reshape(-1, 16)[:, 16 - digits :]
    with_0x[:, -1] = ord("\n")
    return with_0x, with_0x[:, 2:]
