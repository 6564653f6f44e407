"""Tiny objects: less than 16 bytes and no pointers, several in one block (what all versions of runtime/malloc.go do alike)."""

from typing import Final, Generic, TypeVar

from gomem_core.both.mcache import AnyMCache
from gomem_core.both.mstats import MStats
from gomem_core.both.program import Program
from gomem_core.both.slots import Slots, throw
from gomem_core.go.amd64 import TINY_SIZE, TINY_SPAN_CLASS
from gomem_core.go.events import TinyBlock, TinyShared
from gomem_core.world.records import ServedBy

S = TypeVar("S", bound=Slots)

_BLOCK_SHIFT: Final = 4  # a block has TINY_SIZE bytes
_ALIGNED: Final = [7 if size & 7 == 0 else 3 if size & 3 == 0 else 1 if size & 1 == 0 else 0 for size in range(TINY_SIZE)]


def tiny_offset(offset: int, size: int) -> int:
    """Where in a tiny block an object of `size` bytes begins when `offset` bytes are taken: aligned as its size suggests."""
    aligned = _ALIGNED[size]
    return offset + aligned & ~aligned


class TinyAllocs(Program[S], Generic[S]):
    """The allocator as far as tiny objects are concerned; the blocks are slots like any other."""

    __slots__ = ("stats",)

    def __init__(self, stats: MStats) -> None:
        super().__init__()
        self.stats = stats

    def cache(self) -> AnyMCache[S]:
        """The mcache of the P that runs now."""
        raise NotImplementedError

    def next_free(self, spanclass: int) -> tuple[S, int, ServedBy]:
        """Take the next free slot of the P's span, with a refill when it is full: its address, and who served it.

        That is (*mcache).nextFree.
        """
        raise NotImplementedError

    def tiny_quick(self, size: int, mcache: AnyMCache[S]) -> int:
        """Do what tiny_alloc does where a block or a slot is there, silently; returns the address, 0 where that has to do it."""
        s = mcache.alloc[TINY_SPAN_CLASS]
        block, aligned = mcache.tiny, _ALIGNED[size]
        offset = mcache.tinyoffset + aligned & ~aligned
        if block and offset + size <= TINY_SIZE:
            index = (block - s.start_addr) >> _BLOCK_SHIFT
            if s.tiny_refs is None or not 0 <= index < s.nelems or not (refs := s.tiny_refs[index]):
                return 0  # it lies in a span from before, or the program refers to nothing in it any more
            s.tiny_refs[index] = refs + 1
            self.stats.tinyallocs += 1
            mcache.tinyoffset = offset + size
            return block + offset
        begins = s.free_addr
        if begins >= s.run_end:
            return 0
        s.free_addr = begins + TINY_SIZE
        if s.tiny_refs is None:
            s.set_tiny_refs((begins - s.start_addr) >> _BLOCK_SHIFT, 1, 1)
        else:
            s.tiny_refs[(begins - s.start_addr) >> _BLOCK_SHIFT] = 1
        if size < mcache.tinyoffset or not block:  # go on with the block that has more room left
            mcache.tiny = begins
            mcache.tinyoffset = size
        return begins

    def tiny_alloc(self, size: int) -> tuple[int, S, ServedBy]:
        """Share the P's half-used 16-byte block if the object fits after what is there, else take a new block.

        Returns the object's address, the block's span, and who served it.
        """
        mcache = self.cache()
        offset = tiny_offset(mcache.tinyoffset, size)
        if mcache.tiny and offset + size <= TINY_SIZE:
            return mcache.tiny + offset, self._tiny_share(mcache.tiny, offset, size), "tiny"
        s, block, served = self.next_free(TINY_SPAN_CLASS)
        s.set_tiny_refs(s.object_index(block), 1, 1)
        if size < mcache.tinyoffset or not mcache.tiny:
            mcache.tiny = block
            mcache.tinyoffset = size
        if self.details is not None:
            self.details(TinyBlock(block, size, mcache.tiny))
        return block, s, served

    def refer_to_block(self, block: int) -> None:
        """Count one more object in the tiny block at `block` that the program refers to, if there is such a block."""
        s = self.span_of(block)
        if s is not None and s.spanclass == TINY_SPAN_CLASS:
            index = s.object_index(block)
            s.set_tiny_refs(index, 1, s.tiny_refs_of(index) + 1)

    def _tiny_share(self, block: int, offset: int, size: int) -> S:
        s = self.span_of(block)
        if s is None:
            throw("tiny_block_in_span", f"the tiny block {block:#x} lies in no span")
        self.cache().tinyoffset = offset + size
        self.stats.tinyallocs += 1
        index = s.object_index(block)
        s.set_tiny_refs(index, 1, s.tiny_refs_of(index) + 1)
        s.root_bits |= 1 << index
        if self.trace is not None:
            self.trace(TinyShared(block + offset, size, block, offset + size))
        return s
