"""The heap as others may see it: read-only, by address or by rows, nothing copied but what is asked for.

Panes, `show` and lessons read the heap through this and never touch the allocator itself.  What is returned are small frozen
records.  Addresses and sizes are bytes; pages are numbered from the start of the arena.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Literal

from gomem_core.arch import (
    ARENA_SIZE,
    BITMAP_BYTES_PER_ARENA_BYTE,
    MAX_MHEAP_LIST,
    NUM_SPAN_CLASSES,
    PAGE_MASK,
    PAGE_SHIFT,
    PTR_SIZE,
)
from gomem_core.events import Event, Grow, SpanMerge, SpanSplit
from gomem_core.foresight import Foresight
from gomem_core.records import CentralInfo, McacheInfo, Region, SlotInfo, SlotState, SpanInfo, WordInfo
from gomem_core.runtime.malloc import Heap
from gomem_core.runtime.mbitmap import read_bits
from gomem_core.runtime.mspan import MSPAN_FREE, MSPAN_IN_USE, MSpan
from gomem_core.runtime.mstats import MemStats, MStats

CENTRAL_CLASSES = range(2, NUM_SPAN_CLASSES)  # 0 and 1 are large objects, which have no mcentral


class HeapView:
    """Read-only access to one heap.  Span borders are indexed when they changed, then every look-up is a bisection."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self.ahead = Foresight(heap)
        self._version = -1
        self._bases: list[int] = []

    def exchanged(self, bases: list[int]) -> None:
        """Another heap stands in the place of the one that was seen; its spans begin at `bases`, in address order."""
        self._bases = bases
        self._version = self._heap.mheap.version

    def follow(self, event: Event) -> None:
        """Keep the index up to date from the heap's own narration instead of building it anew after each change."""
        if self._version != self._heap.mheap.version - 1:
            return
        match event:
            case SpanSplit():
                insort(self._bases, event.rest_base)
            case SpanMerge():
                gone = event.other_base
                if gone == event.base:  # the one before: the border between the two is the one that goes
                    gone += event.other_npages << PAGE_SHIFT
                del self._bases[bisect_left(self._bases, gone)]
            case Grow():
                self._bases.append(event.base)
            case _:
                return
        self._version += 1

    # --- Spans --------------------------------------------------------------------------------------------------------

    @property
    def span_count(self) -> int:
        """Number of spans in the arena."""
        return len(self._index())

    def spans(self, start: int = 0, stop: int | None = None) -> list[SpanInfo]:
        """Spans number start to stop, in address order."""
        return [self._info(self._at(base)) for base in self._index()[start:stop]]

    def each(self) -> Iterator[SpanInfo]:
        """All spans in address order, made one at a time: nobody has to keep thousands of them."""
        return (self._info(self._at(base)) for base in self._index())

    def span_at(self, addr: int) -> SpanInfo | None:
        """The span whose pages hold `addr`; None outside the used arena."""
        h = self._heap.mheap
        if not h.arena_start <= addr < h.arena_used:
            return None
        bases = self._index()
        return self._info(self._at(bases[bisect_right(bases, addr) - 1]))

    def span_number(self, base: int) -> int:
        """Position in address order of the span that holds `base`; -1 outside the used arena."""
        h = self._heap.mheap
        if not h.arena_start <= base < h.arena_used:
            return -1
        return bisect_right(self._index(), base) - 1

    def spans_entry(self, page: int) -> tuple[int, bool]:
        """spans[page]: the base of the span it points to (0: nil), and whether that is valid or left over."""
        s = self._heap.mheap.spans.get(page)
        if s is None:
            return 0, False
        h = self._heap.mheap
        true = self.span_at(h.arena_start + (page << PAGE_SHIFT))
        edge = true is not None and true.ptr == s.ptr
        if edge and s.state == MSPAN_FREE:
            first = h.page_of(s.start_addr)
            edge = page in (first, first + s.npages - 1)
        return s.start_addr, edge

    def _index(self) -> list[int]:
        h = self._heap.mheap
        if self._version != h.version:
            self._bases = [s.start_addr for s in h.all_spans()]
            self._version = h.version
        return self._bases

    def _at(self, base: int) -> MSpan:
        s = self._heap.mheap.spans.get(self._heap.mheap.page_of(base))
        if s is None:
            raise KeyError(base)
        return s

    def _info(self, s: MSpan) -> SpanInfo:
        h = self._heap.mheap
        in_use = _has_slots(s)
        free = s.state == MSPAN_FREE
        cached_by = -1
        if in_use and s.incache:
            cached_by = next((c.p for c in self._heap.mcaches if c.alloc[s.spanclass] is s), -1)  # on its way: none yet
        return SpanInfo(
            base=s.start_addr,
            npages=s.npages,
            state="inuse" if in_use else "free" if free else "manual",
            spanclass=s.spanclass if in_use else 0,
            elemsize=s.elemsize if in_use else 0,
            nelems=s.nelems if in_use else 0,
            alloc_count=s.alloc_count if in_use else 0,
            freeindex=s.freeindex if in_use else 0,
            sweepgen=s.sweepgen,
            swept=not in_use or s.sweepgen == h.sweepgen,
            cached_by=cached_by,
            list_name=self._list_name(s),
            next_base=s.next.start_addr if s.next is not None else 0,
            prev_base=s.prev.start_addr if s.prev is not None else 0,
            needzero=bool(s.needzero),
            npreleased=s.npreleased,
            unusedsince=s.unusedsince,
            ptr=s.ptr,
        )

    def _list_name(self, s: MSpan) -> str:
        """The list that really holds it: halfway in a command a span may hang on none."""
        if s.in_list is not None:
            return s.in_list.name.rpartition(".")[2]
        large = s.state == MSPAN_FREE and s.npages >= MAX_MHEAP_LIST and self._heap.mheap.freelarge.holds(s)
        return "freelarge" if large else ""

    # --- Objects and bits -----------------------------------------------------------------------------------------------

    def span_bits(self, base: int) -> tuple[int, int, int]:
        """allocBits, allocCache and gcmarkBits of the span in use at `base`; bit i is slot i (of the cache, freeindex + i)."""
        s = self._span(base)
        return (0, 0, 0) if s is None else (s.alloc_bits, s.alloc_cache, s.gcmark_bits)

    def slots(self, base: int, start: int = 0, stop: int | None = None) -> list[SlotInfo]:
        """Slots number start to stop of the span in use at `base`; none for other spans."""
        s = self._span(base)
        if s is None:
            return []
        unswept = s.sweepgen != self._heap.mheap.sweepgen
        found: list[SlotInfo] = []
        for i in range(start, min(s.nelems, s.nelems if stop is None else stop)):
            allocated = s.is_allocated(i)
            marked = s.gcmark_bits >> i & 1 == 1
            state: SlotState = "free"
            if allocated:
                state = "dead" if unswept and not marked else "allocated"
            addr = s.start_addr + i * s.elemsize
            found.append(SlotInfo(i, addr, state, allocated, s.alloc_bits >> i & 1 == 1, marked, s.root_bits >> i & 1 == 1))
        return found

    def slot_at(self, addr: int) -> SlotInfo | None:
        """The slot that holds `addr`; None outside slots."""
        info = self.span_at(addr)
        if info is None or not info.elemsize:
            return None
        index = (addr - info.base) // info.elemsize
        return next(iter(self.slots(info.base, index, index + 1)), None)

    def links(self, addr: int) -> list[tuple[int, int]]:
        """The pointers stored in the object whose slot holds `addr`: (word number, target), by word."""
        info = self.span_at(addr)
        s = None if info is None else self._span(info.base)
        if s is None or not s.pointers or addr >= s.limit:
            return []
        return sorted(s.pointers.get(s.object_index(addr), {}).items())

    def is_reachable(self, addr: int) -> bool:
        """Whether the program can reach the object at `addr` through what it refers to; walks all links.

        The address of objects of size 0 lies in no slot: it is reached where a link to it is.
        """
        h = self._heap.mheap
        goal = self.slot_at(addr)
        if goal is None and addr != self.zerobase:
            return False
        if goal is not None and goal.rooted:
            return True
        wanted = addr if goal is None else goal.addr
        todo = [(s, i) for s in h.all_spans() for i in s.pointers or () if s.root_bits >> i & 1]
        seen = {(s.ptr, i) for s, i in todo}
        while todo:
            s, i = todo.pop()
            for target in (s.pointers or {}).get(i, {}).values():
                t = h.span_of(target)
                if target == wanted:
                    return True
                if t is None or (t.ptr, at := t.object_index(target)) in seen:
                    continue
                if t.start_addr + at * t.elemsize == wanted:
                    return True
                seen.add((t.ptr, at))
                todo.append((t, at))
        return False

    def elemsize_at(self, addr: int) -> int:
        """Bytes of a slot of the span in use that holds `addr`, else 0."""
        info = self.span_at(addr)
        return info.elemsize if info is not None else 0

    def words(self, addr: int, count: int) -> list[WordInfo]:
        """`count` words from `addr` (rounded down to a word), as far as its span goes; bits of free spans mean nothing: none."""
        info = self.span_at(addr)
        s = None if info is None else self._span(info.base)
        if info is None or s is None:
            return []
        h = self._heap.mheap
        first = (addr - s.start_addr) // PTR_SIZE
        count = min(count, info.nbytes // PTR_SIZE - first)
        stored = s.pointers or {}
        found: list[WordInfo] = []
        for word, digit in enumerate(read_bits(s, first, count), first):
            at = s.start_addr + word * PTR_SIZE
            in_slot = (at - s.start_addr) % s.elemsize // PTR_SIZE
            value = stored.get((at - s.start_addr) // s.elemsize, {}).get(in_slot, 0) if stored else 0
            arena_word = (at - h.arena_start) // PTR_SIZE
            byte_addr = h.arena_start - arena_word // 4 - 1
            found.append(WordInfo(at, digit & 1 == 1, digit & 2 == 2, byte_addr, arena_word % 4, value))
        return found

    def _span(self, base: int) -> MSpan | None:
        """The span in use at `base`.  What the system just gave is one too, halfway in a command, but has no slots: not that."""
        h = self._heap.mheap
        if not h.arena_start <= base < h.arena_used or base & PAGE_MASK:
            return None
        s = h.spans.get(h.page_of(base))
        return s if s is not None and _has_slots(s) and s.start_addr == base else None

    # --- Caches and lists -----------------------------------------------------------------------------------------------

    def central(self, spanclass: int) -> CentralInfo:
        """The mcentral of a span class."""
        c = self._heap.central[spanclass]
        return CentralInfo(spanclass, c.nonempty.count, c.empty.count, c.nmalloc, c.nlock)

    def central_chain(self, spanclass: int, which: Literal["nonempty", "empty"], limit: int = 1 << 60) -> list[int]:
        """Bases of at most `limit` spans of one of its lists, front to back."""
        c = self._heap.central[spanclass]
        return _bases((c.nonempty if which == "nonempty" else c.empty).first, limit)

    def central_last(self, spanclass: int, which: Literal["nonempty", "empty"]) -> int:
        """Base of the last span of one of its lists, 0: it is empty."""
        c = self._heap.central[spanclass]
        s = (c.nonempty if which == "nonempty" else c.empty).last
        return 0 if s is None else s.start_addr

    def list_place(self, base: int, limit: int) -> int:
        """Place, from 1, of the span at `base` in the list it hangs on; 0: on none, or more than `limit` from both its ends."""
        s = self._at(base)
        if s.in_list is None:
            return 0
        ahead: MSpan | None = s
        behind: MSpan | None = s
        for steps in range(limit):
            ahead, behind = ahead and ahead.prev, behind and behind.next
            if ahead is None:
                return steps + 1
            if behind is None:
                return s.in_list.count - steps
        return 0

    def mcaches(self) -> list[McacheInfo]:
        """The mcache of every P."""
        return [
            McacheInfo(
                c.p,
                c is self._heap.mcache,
                c.tiny,
                c.tinyoffset,
                tuple((i, s.start_addr, s.nelems - s.alloc_count) for i, s in enumerate(c.alloc) if s is not c.emptymspan),
            )
            for c in self._heap.mcaches
        ]

    def free_lists(self) -> list[tuple[int, int]]:
        """(pages, number of spans) of each free list that is not empty, shortest first; large spans are not in these."""
        return [(n, free.count) for n, free in enumerate(self._heap.mheap.free) if free.count]

    def free_list(self, npages: int, limit: int = 1 << 60) -> list[int]:
        """Bases of at most `limit` free spans of exactly `npages` < 128 pages, front to back."""
        return _bases(self._heap.mheap.free[npages].first, limit)

    def free_large(self) -> list[SpanInfo]:
        """The free spans of 128 pages and more, best fit first."""
        return [self._info(s) for s in self._heap.mheap.freelarge.spans()]

    def free_large_lengths(self, most: int) -> list[tuple[int, int, int]]:
        """(pages, number of spans, base of the first) of each length of large free spans, shortest first.

        Looks at `most` spans; the length at which it then stops is left out, unless it is the only one.
        """
        found: dict[int, tuple[int, int]] = {}
        for n, s in enumerate(self._heap.mheap.freelarge.by_length()):
            if n == most:
                if len(found) > 1:
                    found.popitem()
                break
            count, base = found.get(s.npages, (0, s.start_addr))
            found[s.npages] = count + 1, base
        return [(npages, count, base) for npages, (count, base) in found.items()]

    # --- Sums -----------------------------------------------------------------------------------------------------------

    @property
    def central_locks(self) -> int:
        """How often the lock of any mcentral was taken."""
        return sum(c.nlock for c in self._heap.central)

    @property
    def stats(self) -> MStats:
        """The running counters; not to be changed."""
        return self._heap.stats

    def mem_stats(self) -> MemStats:
        """MemStats without the flush that reading them in a program causes."""
        return self._heap.mem_stats()

    @property
    def arena(self) -> tuple[int, int]:
        """Start and end of the used arena."""
        return self._heap.mheap.arena_start, self._heap.mheap.arena_used

    @property
    def pages(self) -> int:
        """Pages of the used arena."""
        return (self._heap.mheap.arena_used - self._heap.mheap.arena_start) >> PAGE_SHIFT

    @property
    def gcpercent(self) -> int:
        """GOGC, -1: off."""
        return self._heap.gc.gcpercent

    @property
    def sweepgen(self) -> int:
        """The heap's sweep generation: a span with a lower one waits to be swept."""
        return self._heap.mheap.sweepgen

    @property
    def sweepdone(self) -> bool:
        """Whether nothing waits to be swept."""
        return self._heap.mheap.sweepdone

    @property
    def unswept_count(self) -> int:
        """Spans in use that wait to be swept; their stack also holds what others swept meanwhile, and some spans twice."""
        h = self._heap.mheap
        return len({s.ptr for s in h.unswept_spans() if s.state == MSPAN_IN_USE and s.sweepgen == h.sweepgen - 2})

    @property
    def zerobase(self) -> int:
        """Where objects of size 0 live."""
        return self._heap.zerobase

    def find_free_span(self, npages: int) -> int:
        """Base of the free span that an allocation of `npages` would take now; 0: the arena would have to grow."""
        s = self._heap.mheap.find_free_span(npages)
        return 0 if s is None else s.start_addr

    def layout(self) -> list[Region]:
        """The process from high addresses to low: where the heap lies among the rest.

        Only the three regions of the heap are modelled; the others are where a small Go program on linux/amd64 has them.
        """
        h = self._heap.mheap
        bitmap_start = h.arena_start - ARENA_SIZE // BITMAP_BYTES_PER_ARENA_BYTE
        used_spans = h.spans_start + h.spans_len * PTR_SIZE
        arena_end = h.arena_start + ARENA_SIZE
        return [
            Region("environment, arguments", *(0x7FFFFFFFE000, 0x7FFFFFFFF000) * 2, "", "set up by the kernel at start"),
            Region("stack", 0x7FFFFF7FF000, 0x7FFFFFFFE000, 0x7FFFFFFDD000, 0x7FFFFFFFE000, "down", "of the first thread"),
            Region("heap: arena", h.arena_start, arena_end, h.arena_start, h.arena_used, "up", "the objects, in 8 KB pages"),
            Region(
                *("heap: bitmap", bitmap_start, h.arena_start, h.arena_start - h.bitmap_mapped, h.arena_start, "down"),
                "2 bits a word: may it hold a pointer?",
            ),
            Region("heap: spans", h.spans_start, bitmap_start, h.spans_start, used_spans, "up", "page → mspan, 8 bytes a page"),
            Region("globals", *(0x548000, 0x5BE000) * 2, "", "data and bss; objects of size 0 all live at one address here"),
            Region("code", *(0x400000, 0x548000) * 2, "", "the program and the Go runtime"),
        ]

    # --- For those who look at many spans or links ------------------------------------------------------------------------

    def slot_sets(self, base: int) -> tuple[int, int] | None:
        """The allocated slots of the span in use at `base`, and those of them that are not dead, as bit sets; else None."""
        s = self._span(base)
        if s is None:
            return None
        allocated = s.allocated_bits()
        return allocated, allocated if s.sweepgen == self._heap.mheap.sweepgen else allocated & s.gcmark_bits

    def linked(self) -> list[int]:
        """Addresses of all objects in which pointers are stored; looks at every span (see LinkIndex)."""
        stacks = self._heap.mheap.sweep_spans  # together they hold every span in use, some of them twice
        spans = {s.start_addr: s for stack in stacks for s in stack if s.pointers}
        return [base + i * s.elemsize for base, s in spans.items() for i in s.pointers or ()]

    def stores(self, addr: int, target: int) -> bool:
        """Whether a pointer to exactly `target` is stored in the object whose slot holds `addr`."""
        s = self._heap.mheap.span_of(addr)
        return s is not None and s.pointers is not None and target in s.pointers.get(s.object_index(addr), {}).values()

    def is_root(self, addr: int) -> bool:
        """Whether the program itself refers to an object in the slot that holds `addr`."""
        s = self._heap.mheap.span_of(addr)
        return s is not None and s.root_bits >> s.object_index(addr) & 1 == 1

    def slot_base(self, addr: int) -> int:
        """Address of the slot that holds `addr`, 0 where no object can be."""
        s = self._heap.mheap.span_of(addr)
        return 0 if s is None else s.start_addr + s.object_index(addr) * s.elemsize


def _bases(s: MSpan | None, limit: int) -> list[int]:
    found: list[int] = []
    while s is not None and len(found) < limit:
        found.append(s.start_addr)
        s = s.next
    return found


def _has_slots(s: MSpan) -> bool:
    """Whether it is in use for objects; while the arena grows, the new span only pretends to be (see grow in mheap.py)."""
    return s.state == MSPAN_IN_USE and s.elemsize > 0
