"""fixalloc: where the mspan structs themselves live, outside the heap they describe (runtime/mfixalloc.go).

Struct addresses matter in one place only: they break ties between equally long free spans in the treap of Go 1.9 to 1.11.
"""

from collections.abc import Callable

from gomem_core.both.slots import throw
from gomem_core.classic.mspan import MSpan
from gomem_core.go.amd64 import FIXALLOC_CHUNK, MSPAN_SIZE

_FIRST_CHUNK = 0x7FFFF7FBB000  # where Linux puts the first such mapping of a small program


def consecutive_chunk(n: int) -> int:
    """Address of chunk number `n` in a typed session: one below the other, as mmap hands them out."""
    return _FIRST_CHUNK - n * FIXALLOC_CHUNK


class FixAlloc:
    """Hands out mspan structs of 152 bytes: the most recently freed first, else from 16 KB chunks (Go's fixalloc).

    `new_chunk` is asked for the address of chunk number n.
    """

    __slots__ = ("chunk", "chunks", "free_list", "inuse", "nchunk", "new_chunk")

    def __init__(self, new_chunk: Callable[[int], int] = consecutive_chunk) -> None:
        self.new_chunk = new_chunk
        self.chunks = 0  # asked for so far
        self.free_list: list[MSpan] = []  # the last is handed out first
        self.chunk = 0  # address of the unused rest of the newest chunk
        self.nchunk = 0  # bytes left in it
        self.inuse = 0  # bytes handed out

    def alloc(self) -> MSpan:
        """A struct that is not initialised; call its init ((*fixalloc).alloc)."""
        self.inuse += MSPAN_SIZE
        if self.free_list:
            return self.free_list.pop()
        if self.nchunk < MSPAN_SIZE:
            self.chunk = self.new_chunk(self.chunks)
            self.chunks += 1
            self.nchunk = FIXALLOC_CHUNK
        s = MSpan(self.chunk)
        self.chunk += MSPAN_SIZE
        self.nchunk -= MSPAN_SIZE
        return s

    def free(self, s: MSpan) -> None:
        """Take a struct back ((*fixalloc).free)."""
        if s.in_list is not None:
            throw("dead_span_unlinked", f"mspan {s.ptr:#x} is freed while in {s.in_list.name}")
        self.inuse -= MSPAN_SIZE
        self.free_list.append(s)
