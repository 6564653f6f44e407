"""mspan: a run of pages cut into slots of one size, and the queues that spans wait in (runtime/mheap.go, mspanset.go).

See malloc.py for the overview.
"""

from collections.abc import Iterator
from typing import Final

from gomem_core.both.slots import Slots
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.heapbits import Mask

_MOST_GONE: Final = 1_000  # places at the front that are kept after their spans were popped


class MSpan(Slots):
    """A span in use for objects, or for a stack or work buffers (Go's mspan).  Free pages are no spans: only bits tell of them.

    Its sweepgen, h being the heap's: h swept, h - 2 waits to be swept, h + 3 swept and cached, h + 1 cached since before the last
    mark, so that it waits, too.
    """

    __slots__ = ("page_mark", "place", "ptr_masks")

    ptr_masks: dict[int, Mask] | None

    def __init__(self, base: int, npages: int) -> None:
        self.sweepgen = 0
        self.describe(base, npages)
        self.page_mark = False  # its bit in the arena's pageMarks: reclaiming passes it by
        self.place = 0  # in the queue that it was pushed on last, see SpanSet
        self.ptr_masks = None  # slots whose pointers are no run: slot → its words

    @property
    def nbytes(self) -> int:
        """Its length in bytes."""
        return self.npages << PAGE_SHIFT

    @property
    def limit(self) -> int:
        """The end of its last slot."""
        return self.start_addr + self.nelems * self.elemsize


class SpanSet:
    """A queue: spans are pushed at its end and popped at its front (Go's spanSet).

    A place is a number that a span gets when it is pushed, one more than the span before it.  `stale` spans in it were swept by
    somebody who did not pop them.
    """

    __slots__ = ("_first", "_gone", "_spans", "stale")

    def __init__(self) -> None:
        self._spans: list[MSpan] = []
        self._gone = 0  # so many at the front of _spans were popped
        self._first = 0  # place of the first one in _spans
        self.stale = 0

    def __len__(self) -> int:
        return len(self._spans) - self._gone

    def is_empty(self) -> bool:
        """Whether no span is in it; compiled, that is found out without Python's len."""
        return self._gone == len(self._spans)

    def __iter__(self) -> Iterator[MSpan]:
        return iter(self._spans[self._gone :])

    def at(self, place: int) -> MSpan | None:
        """The span in a place; None where there is none (any more)."""
        index = place - self._first
        return self._spans[index] if self._gone <= index < len(self._spans) else None

    def ahead_of(self, s: MSpan) -> int:
        """How many spans are to be popped before `s`, which is in it."""
        return s.place - self._first - self._gone

    def push(self, s: MSpan) -> None:
        """Put `s` at the end."""
        s.place = self._first + len(self._spans)
        self._spans.append(s)

    def push_all(self, spans: list[MSpan]) -> None:
        """Put all of them at the end, one after the other."""
        for s in spans:
            self.push(s)

    def pop(self) -> MSpan:
        """Take the span at the front out; there must be one."""
        s = self._spans[self._gone]
        self._gone += 1
        if self._gone > _MOST_GONE and 2 * self._gone > len(self._spans):
            del self._spans[: self._gone]
            self._first += self._gone
            self._gone = 0
        return s

    def pop_all(self) -> list[MSpan]:
        """Take all of them out; returns them from the front on."""
        spans = self._spans[self._gone :]
        self._first += len(self._spans)
        self._spans = []
        self._gone = 0
        return spans

    def number(self) -> None:
        """Give each span its place again, which it may have got from another queue since."""
        for index, s in enumerate(self._spans):
            s.place = self._first + index

    def clear(self) -> None:
        """Take all of them out."""
        if self._spans:
            self._spans = []
        self._first = self._gone = self.stale = 0
