"""The model of a real program's heap, which does what the runner does: it says beforehand where each object will lie.

It is taken up from the real heap, and from then on knows only what the runner is told.  Objects that were there before, the
runtime's own, are kept until the real heap shows that a collection has freed them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from gomem_core.both.slots import MSPAN_IN_USE, MSPAN_MANUAL
from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE, TINY_SIZE, TINY_SPAN_CLASS
from gomem_core.go.heapbits import sparse_ptrdata
from gomem_core.go.versions import BITS_IN_SPAN
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mbitmap import heap_set_type, object_mask
from gomem_core.modern.mgc import TRIGGER_FORCED
from gomem_core.modern.mgcscavenge import scavenge_all
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.pallocbits import CHUNK_PAGES
from gomem_core.modern.seed import fill, lacking
from gomem_core.recordings.goprogram import ALLOC_NOSCAN, ALLOC_SCAN, ALLOC_SPARSE, DROP, LINK, RELEASE, STATS, Request
from gomem_core.recordings.modernheap import Comparable, heap_snapshot
from gomem_core.report import counted
from gomem_core.world.faults import CannotTakeUp
from gomem_core.world.records import MemStats
from gomem_core.world.still import Still

_ALLOCS: Final = (ALLOC_NOSCAN, ALLOC_SCAN, ALLOC_SPARSE)


def heap_in(still: Still) -> Heap:
    """What was read of a real heap, as one that goes on.  Raises CannotTakeUp, ValueError, LookupError and Throw."""
    lacks = lacking(still)
    if lacks:
        raise CannotTakeUp(lacks)
    heap = Heap(still.profile)
    fill(heap, still)
    return heap


@dataclass(slots=True)
class Own:
    """An object of the runner."""

    addr: int  # as the model says, until the runner tells
    is_tiny: bool
    ptrdata: int
    words: dict[int, "Own"] = field(default_factory=dict)  # word → the object to which it points


class Twin:
    """The model, and the runner's objects in it."""

    def __init__(self, real: Heap, zerobase: int) -> None:
        """`zerobase`: where objects of size 0 are."""
        self.heap = real
        self._zerobase = zerobase
        self.made: list[Own] = []  # in order; who reads it empties it
        self._held: dict[int, Own] = {}  # by the runner's slot
        self._dropped: list[Own] = []  # since the last collection, or reached by a link since
        self._foreign: set[int] = {s.start_addr + i * TINY_SIZE for s in _tiny_spans(real) for i in _ones(s.allocated_bits())}
        self.take_up(real)

    # --- From the real heap -----------------------------------------------------------------------------------------------

    def take_up(self, real: Heap) -> None:
        """Go on from what was read; the runner's objects are where they were."""
        self.heap = real
        real.zerobase = self._zerobase
        for s in real.mheap.all_spans():
            s.tiny_refs = None
        for block in self._foreign:  # those that are gone lie in no span
            real.refer_to_block(block)
        for own in self._dropped:
            self._set_root(own, False)
        for own in self._held.values():
            self._set_root(own, True)
            if own.is_tiny:
                real.refer_to_block(own.addr & -TINY_SIZE)
        for own in self.own():
            self._tell_words(own)
            for word, to in own.words.items():
                real.write_pointer(own.addr, word, to.addr)

    def _set_root(self, own: Own, is_root: bool) -> None:
        if own.addr == self._zerobase or (own.is_tiny and own.addr & -TINY_SIZE in self._foreign):
            return
        s, index = self.heap.find_object(own.addr)
        bit = 1 << index
        s.root_bits = s.root_bits | bit if is_root else s.root_bits & ~bit

    def _tell_words(self, own: Own) -> None:
        """Say which words of an object may hold pointers where only its type tells, which was not read."""
        s = self.heap.span_of(own.addr)
        if s is not None and own.ptrdata and not self._is_told(s):
            heap_set_type(s, s.object_index(own.addr), own.ptrdata // PTR_SIZE)

    def take_tiny_blocks(self) -> None:
        """The runtime has allocated: it may have put something into the blocks that are being filled."""
        self._foreign |= {cache.tiny for cache in self.heap.mcaches if cache.tiny}

    # --- What the runner does -----------------------------------------------------------------------------------------------

    def do(self, request: Request) -> int | MemStats:
        """Do it, and tell what the runner will answer, in general 0; collections are done by `collect`."""
        what, slot, number, to = request
        if what in _ALLOCS:
            return self._alloc(what, slot, number)
        if what == STATS:
            return self.heap.read_mem_stats()
        if what == DROP:
            own = self._held.pop(slot)
            self._dropped.append(own)
            self.heap.drop(own.addr)
        elif what == LINK:
            holder, target = self._held[slot], self._held[to]
            holder.words[number] = target
            self.heap.write_pointer(holder.addr, number, target.addr)
        return 0

    def _alloc(self, kind: int, slot: int, size: int) -> int:
        ptrdata = {ALLOC_NOSCAN: 0, ALLOC_SCAN: size, ALLOC_SPARSE: sparse_ptrdata(size)}[kind]
        addr = self.heap.alloc(size, ptrdata).addr
        own = self._held[slot] = Own(addr, kind == ALLOC_NOSCAN and 0 < size < TINY_SIZE, ptrdata)
        self.made.append(own)
        return addr

    def has(self, own: Own, heap: Heap | None = None) -> bool:
        """Whether the object is there, in the model or in another heap."""
        if own.addr == self._zerobase:
            return True
        s = (heap or self.heap).span_of(own.addr)
        return s is not None and s.is_allocated(s.object_index(own.addr))

    # --- Collections --------------------------------------------------------------------------------------------------------

    def collect(self, what: int, real: Heap) -> None:
        """Collect as the runner has; of objects that are not its own `real`, read afterwards, tells which are left."""
        own = self._own_slots()
        for s in self.heap.mheap.all_spans():
            if s.state == MSPAN_IN_USE:
                ours = own.get(s.start_addr, 0)
                s.root_bits &= ours | _left(s, real)
        heap, h = self.heap, self.heap.mheap
        heap.gc.start(TRIGGER_FORCED, heap.p)
        buffers = h.work_buffer
        place = (buffers.start_addr, buffers.npages) if buffers is not None else (0, 0)
        while heap.sweeper.sweepone() >= 0:
            pass
        if what == RELEASE:
            scavenge_all(h)
            self._keep(*place, real)
        self._foreign = {block for block in self._foreign if self._is_tiny_block(block)}

    def _is_tiny_block(self, block: int) -> bool:
        s = self.heap.span_of(block)
        return s is not None and s.spanclass == TINY_SPAN_CLASS and s.is_allocated(s.object_index(block))

    def _keep(self, base: int, npages: int, real: Heap) -> None:
        """Work buffers may come back only when the pages were given back already: the real heap tells whether they did."""
        h = self.heap.mheap
        chunk, shift = divmod(h.pages.page_of(base), CHUNK_PAGES)
        mask = (1 << npages) - 1 << shift & h.pages.scavenged[chunk]
        kept = mask & ~real.mheap.pages.scavenged[chunk]
        if kept == mask:
            h.pages.scavenged[chunk] &= ~kept
            self.heap.stats.heap_released -= kept.bit_count() << PAGE_SHIFT

    def forget_dead(self) -> None:
        """What the collection has freed is no more."""
        self._dropped = [own for own in self._dropped if self.has(own)]

    def own(self) -> Iterable[Own]:
        """The runner's objects that were there before the last collection."""
        return (*self._dropped, *self._held.values())

    def _own_slots(self) -> dict[int, int]:
        """Returns, by the base of a span, its slots in which there are objects of the runner's alone."""
        found: dict[int, int] = {}
        for own in self.own():
            s = self.heap.span_of(own.addr)
            if s is not None and not (own.is_tiny and own.addr & -TINY_SIZE in self._foreign):
                found[s.start_addr] = found.get(s.start_addr, 0) | 1 << s.object_index(own.addr)
        return found

    # --- Pointer bits -------------------------------------------------------------------------------------------------------

    def pointer_words(self, heap: Heap, slots: Iterable[int]) -> list[int]:
        """For each of the runner's slots the words of its object that may hold pointers, as bits, where a span tells of them."""
        found = []
        for slot in slots:
            own = self._held.get(slot)
            s = None if own is None else heap.span_of(own.addr)
            if own is not None and s is not None and not s.spanclass & 1 and self._is_told(s):
                found.append(object_mask(s, s.object_index(own.addr)))
        return found

    def _is_told(self, s: MSpan) -> bool:
        return self.heap.profile.heap_bits == "arena" or s.elemsize <= BITS_IN_SPAN


def _tiny_spans(heap: Heap) -> list[MSpan]:
    return [s for s in heap.mheap.all_spans() if s.state == MSPAN_IN_USE and s.spanclass == TINY_SPAN_CLASS]


def _ones(bits: int) -> Iterable[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _left(s: MSpan, real: Heap) -> int:
    """The slots of a span that are still taken in the real heap."""
    t = real.mheap.span_of(s.start_addr)
    return 0 if t is None or t.start_addr != s.start_addr or t.spanclass != s.spanclass else t.allocated_bits()


# --- Comparing two heaps ----------------------------------------------------------------------------------------------------


def whole(heap: Heap) -> Comparable:
    """All that is compared of a heap at a stop, by name: its parts, and its sums."""
    found: dict[str, Any] = heap_snapshot(heap)
    found |= {f"MemStats.{name}": value for name, value in heap.mem_stats()._asdict().items()}
    found["heapLive"] = heap.stats.heap_live
    return found


def of_the_runtime(model: Heap, real: Heap) -> list[str]:
    """What the runtime did for itself meanwhile, as counts tell: allocations, stacks, pages given back; nothing: it did not.

    Counts tell it apart from a decision that the model gets wrong: that leads to other places, not to more objects.
    """
    found: list[str] = []
    sizes = [c.size for c in model.profile.classes]
    counts = [b - a for a, b in zip(model.small_allocs(), real.small_allocs(), strict=True)]
    counts[0] = real.stats.nlargealloc - model.stats.nlargealloc
    tiny = real.stats.tinyallocs - model.stats.tinyallocs
    if tiny < 0 or min(counts) < 0:
        return []  # fewer than the program itself has made: no, the model is wrong
    for size, count in zip(sizes, counts, strict=True):
        if count:
            found.append(f"{counted(count, 'object')} of {f'{size} bytes' if size else 'whole pages'}")
    if tiny:
        found.append(f"{counted(tiny, 'tiny object')} in a block")
    before, after = _manual(model), _manual(real)
    for (base, npages), words in [*((one, "taken") for one in after - before), *((one, "given back") for one in before - after)]:
        found.append(f"{counted(npages, 'page')} for a stack or work buffers {words} at {base:#x}")
    released = real.stats.heap_released - model.stats.heap_released
    if not found and released > 0 and real.mheap.pages.free == model.mheap.pages.free:
        found.append(f"{counted(released >> PAGE_SHIFT, 'page')} given back to the operating system")
    return found


def _manual(heap: Heap) -> set[tuple[int, int]]:
    return {(s.start_addr, s.npages) for s in heap.mheap.all_spans() if s.state == MSPAN_MANUAL}
