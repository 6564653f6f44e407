"""Random operations for a runner: of all sizes and kinds, with those at the borders of what is decided among them.

The same seed makes the same operations on all versions of Go.  Nothing here depends on what comes of them.
"""

import random
from collections import deque
from collections.abc import Iterator
from typing import Final

from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple
from gomem_core.recordings.goprogram import (
    ALLOC_NOSCAN,
    ALLOC_SCAN,
    ALLOC_SPARSE,
    COLLECT,
    DROP,
    LINK,
    RELEASE,
    SLOTS,
    STATS,
    Request,
)

_BATCH: Final = (4, 40)  # operations from one stop to the next
_TO_COLLECT: Final = (150, 500)  # from one collection to the next
_BURST: Final = (20, 300)  # objects of one size in a row, so that spans get full
_MOST_BYTES: Final = 96 << 20  # of live objects
_MOST_OBJECTS: Final = 2000  # ... so that marking does with the work buffers of one span, as the model does
_WORD: Final = 8
_SPARSE: Final = 4 * _WORD  # a pointer, and three words without one


class Held(NamedTuple):
    """An object that the program refers to."""

    slot: int
    kind: int
    size: int


class Load:
    """One row of operations."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- reproducible, not secret
        self._borders = [c.size for c in profile.classes[1:]]
        self._held: list[Held] = []
        self._free = deque(range(SLOTS - 1))  # the last one is the runner's own
        self._bytes = 0
        self._burst = 0
        self._burst_of = (ALLOC_NOSCAN, 64)

    def batches(self, count: int) -> Iterator[list[Request]]:
        """The operations, `count` of them, up to each stop; a collection is a batch of its own."""
        left, to_collect, collections = count, self._random.randint(*_TO_COLLECT), 0
        while left:
            size = min(left, self._random.randint(*_BATCH))
            yield [self._one() for _ in range(size)]
            left, to_collect = left - size, to_collect - size
            if to_collect <= 0 and left:
                collections += 1
                yield [(COLLECT if collections % 4 else RELEASE, 0, 0, 0)]
                left, to_collect = left - 1, self._random.randint(*_TO_COLLECT)

    def _one(self) -> Request:
        if self._burst:
            self._burst -= 1
            return self._alloc(*self._burst_of)
        what = self._random.random()
        if (what < 0.24 and self._held) or self._bytes > _MOST_BYTES or len(self._held) > _MOST_OBJECTS:
            return self._drop()
        if what < 0.28 and self._held:
            return self._link()
        if what < 0.29:
            return (STATS, 0, 0, 0)
        if what < 0.295:
            self._burst, self._burst_of = self._random.randint(*_BURST), (self._kind(), self._random.choice(self._borders[:50]))
        return self._alloc(self._kind(), self._size())

    def _kind(self) -> int:
        return self._random.choice((ALLOC_NOSCAN, ALLOC_NOSCAN, ALLOC_SCAN, ALLOC_SCAN, ALLOC_SPARSE))

    def _size(self) -> int:
        """Bytes: tiny, at a border, small, large; about as often as each other."""
        draw = self._random
        sort = draw.random()
        if sort < 0.25:
            return draw.randint(0, 32)
        if sort < 0.5:
            return max(0, draw.choice(self._borders) + draw.choice((-9, -8, -1, 0, 1, 8)))
        if sort < 0.94:
            return int(2 ** draw.uniform(3, 15))
        return int(2 ** draw.uniform(15, 18 if sort < 0.995 else 23))

    def _alloc(self, kind: int, size: int) -> Request:
        unit = {ALLOC_SCAN: _WORD, ALLOC_SPARSE: _SPARSE}.get(kind, 1)
        size = size // unit * unit or (unit if kind != ALLOC_NOSCAN else 0)
        slot = self._free.popleft()
        self._held.append(Held(slot, kind, size))
        self._bytes += size
        return (kind, slot, size, 0)

    def _drop(self) -> Request:
        """Most often one of the youngest, as programs do."""
        draw = self._random
        at = draw.randrange(len(self._held)) if draw.random() < 0.4 else max(0, len(self._held) - draw.randint(1, 40))
        self._held[at], self._held[-1] = self._held[-1], self._held[at]
        gone = self._held.pop()
        self._bytes -= gone.size
        self._free.append(gone.slot)
        return (DROP, gone.slot, 0, 0)

    def _link(self) -> Request:
        """Let one object point to another, from a word in which it may hold a pointer."""
        draw = self._random
        holder, to = draw.choice(self._held), draw.choice(self._held)
        if holder.kind == ALLOC_NOSCAN:
            return self._alloc(ALLOC_SCAN, draw.choice(self._borders[:40]))
        step = 1 if holder.kind == ALLOC_SCAN else 4
        return (LINK, holder.slot, draw.randrange(0, holder.size // _WORD, step), to.slot)
