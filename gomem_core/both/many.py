"""Many objects of one kind at once: slots that are free in a row are taken together, and lie in a row."""

from collections.abc import Callable
from typing import Generic, TypeVar

from gomem_core.both.rows import Rows, rows_of
from gomem_core.both.slots import Slots
from gomem_core.both.tiny import TinyAllocs, tiny_offset
from gomem_core.go.amd64 import TINY_SIZE, TINY_SPAN_CLASS
from gomem_core.world.blocks import AddressRow, Blocks
from gomem_core.world.records import AllocatedMany

S = TypeVar("S", bound=Slots)


def alike_in_blocks(size: int, tiny: int, offset: int) -> int:
    """How many tiny objects of `size` bytes each next block gets, if from here on all blocks are filled alike.

    `tiny` is the block that the P goes on with, `offset` how much of it is taken; 0: this has to be found out one by one.
    """
    if not tiny or tiny_offset(offset, size) + size <= TINY_SIZE:
        return 0
    each = (TINY_SIZE - size) // tiny_offset(size, size) + 1
    goes_on_with_next = size < offset
    return each if goes_on_with_next == (each > 1) else 0


class ManyAllocs(TinyAllocs[S], Generic[S]):
    """The allocator as far as many objects at once are concerned: what comes of them is as if they came one by one."""

    __slots__ = ()

    # --- What the versions do not have in common --------------------------------------------------------------------------

    def is_small(self, size: int, ptrdata: int) -> bool:
        """Whether mallocgc has an object of a size class for this."""
        raise NotImplementedError

    def span_class(self, size: int, ptrdata: int) -> int:
        """The span class of a small request."""
        raise NotImplementedError

    def set_types(self, s: S, index: int, n: int, ptr_words: int) -> None:
        """Describe the objects in `n` slots from `index` on, which are all alike."""
        raise NotImplementedError

    def take_spans(self, size: int, ptrdata: int, most: int, rows: Rows, served: dict[str, int]) -> int:  # noqa: ARG002 -- not in every version of Go
        """Allocate up to `most` objects that fill fresh spans, as _take_run does; 0 where the next span is to be looked for."""
        return 0

    # --- Many at once -----------------------------------------------------------------------------------------------------

    def alloc_many(
        self, size: int, ptrdata: int, times: int, addrs: list[AddressRow], tell: Callable[[int], object] | None = None
    ) -> AllocatedMany:
        """Allocate `times` objects (1 or more) as one after the other; put where they lie into `addrs`.

        `tell` hears of how many more each time.  Raises as mallocgc does; what was born before that stands in `addrs`.
        """
        rows = Rows(addrs)
        try:
            return self._alloc_rows(size, ptrdata, times, rows, addrs, tell)
        finally:
            rows.close()

    def _alloc_rows(
        self, size: int, ptrdata: int, times: int, rows: Rows, addrs: list[AddressRow], tell: Callable[[int], object] | None
    ) -> AllocatedMany:
        first = last = self.alloc(size, ptrdata)
        rows.add(first.addr, 0, 1)
        by = first.served
        served: dict[str, int] = {by: 1}
        is_small = self.is_small(size, ptrdata)
        collections, left, n = int(first.gc_started), times - 1, 1
        while left:
            if tell is not None:
                tell(n)
            # Not the last one, which tells who served it; nor what would have other events than the one before.
            n = 0
            if is_small and (self.repeated is None or by == "mcache"):
                n = self._take_run(size, ptrdata, left - 1, rows, served)
                if not n and (size >= TINY_SIZE or ptrdata):
                    n = self.take_spans(size, ptrdata, left - 1, rows, served)
            if not n:
                n = 1
                if left > 1:
                    addr, _, by, is_started = self.place(size, ptrdata, None)
                else:
                    last = self.alloc(size, ptrdata)
                    addr, by, is_started = last.addr, last.served, last.gc_started
                rows.add(addr, 0, 1)
                served[by] = served.get(by, 0) + 1
                collections += is_started
            left -= n
        if tell is not None:
            tell(n)
        return AllocatedMany(addrs, served, first, last, collections)

    def _take_run(self, size: int, ptrdata: int, most: int, rows: Rows, served: dict[str, int]) -> int:
        """Allocate up to `most` objects that lie in a row in the P's span, as so many calls of mallocgc would (nextFreeFast).

        Puts their addresses into `rows`, counts in `served` by whom they were served, and returns how many there are; 0 where
        another span has to serve the next object, or all is narrated: then `alloc` does it.
        """
        is_tiny = size < TINY_SIZE and not ptrdata
        if self._tells_each(is_tiny):
            return 0
        if is_tiny:
            return self._take_blocks(size, most, rows, served)
        spanclass = self.span_class(size, ptrdata)
        s = self.cache().alloc[spanclass]
        index = s.freeindex
        n = s.take_run(most)
        if not n:
            return 0
        served["mcache"] = served.get("mcache", 0) + n
        self.set_types(s, index, n, ptrdata >> 3)
        self._tell_run(s.start_addr, index, n)
        rows.add(s.start_addr + index * s.elemsize + self.header(spanclass), s.elemsize, n)
        return n

    def _take_blocks(self, size: int, most: int, rows: Rows, served: dict[str, int]) -> int:
        """Allocate up to `most` tiny objects, as _take_run does, in blocks that are all filled alike."""
        mcache = self.cache()
        each, step = alike_in_blocks(size, mcache.tiny, mcache.tinyoffset), tiny_offset(size, size)
        s = mcache.alloc[TINY_SPAN_CLASS]
        index = s.freeindex
        n = s.take_run(most // each) if each else 0
        if not n:
            return 0
        blocks = range(s.start_addr + index * TINY_SIZE, s.start_addr + (index + n) * TINY_SIZE, TINY_SIZE)
        s.set_tiny_refs(index, n, each)
        served["mcache"] = served.get("mcache", 0) + n
        if each > 1:
            mcache.tiny = blocks[-1]
            mcache.tinyoffset = (each - 1) * step + size
            self.stats.tinyallocs += (each - 1) * n
            served["tiny"] = served.get("tiny", 0) + (each - 1) * n
        self._tell_run(s.start_addr, index, n)
        if each * step == TINY_SIZE or each == 1:
            rows.add(blocks.start, TINY_SIZE // each, n * each)
        else:
            rows.add_blocks(blocks.start, step, each, n)
        return n * each

    def drop_many(self, addrs: list[int] | AddressRow) -> None:
        """Forget the references to the objects at these addresses, as so many calls of `drop` would.

        Raises NotAnObject; the references before that one are forgotten.
        """
        if isinstance(addrs, Blocks):
            for addr in addrs:
                self.drop(addr)
            return
        for row in rows_of(addrs):
            self._drop_row(row.start, row.step, len(row))

    def _drop_row(self, first: int, step: int, n: int) -> None:
        while n:
            s = self.span_of(first)
            k = 0 if s is None or s.spanclass == TINY_SPAN_CLASS or s.elemsize != step else self._drop_slots(s, first, n)
            if not k:
                self.drop(first)
                k = 1
            first += k * step
            n -= k

    def _drop_slots(self, s: S, first: int, most: int) -> int:
        """Forget up to `most` objects in slots of one span from the one at `first` on; returns 0 where `drop` is to do it."""
        index = s.object_index(first)
        n = min(most, s.nelems - index)
        begins = s.start_addr + index * s.elemsize + self.header(s.spanclass)
        return n if first == begins and s.unroot(index, n) else 0

    def _tells_each(self, is_tiny: bool) -> bool:
        """Whether all events of each object are to be told: of tiny ones those differ from one to the next."""
        return self.trace is not None and self.took is None and (self.repeated is None or is_tiny)

    def _tell_run(self, base: int, slot: int, n: int) -> None:
        """Tell whoever wants to hear it that slots in a row were taken."""
        if self.took is not None:
            self.took(base, slot, n)
        elif self.repeated is not None:
            self.repeated(base, slot, n)
