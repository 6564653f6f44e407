"""What lies in the spans of a heap, as others may see it: slots, words and their bits, stored pointers; see view.py."""

from collections.abc import Generator
from typing import Final

from gomem_core.classic.mbitmap import read_bits
from gomem_core.classic.mspan import MSPAN_IN_USE
from gomem_core.classic.view_spans import SpanView
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.world.records import SlotInfo, SlotState, WordInfo

_PAUSE: Final = 256  # slots


class SlotView(SpanView):
    """Read-only access to slots and words."""

    def span_bits(self, base: int) -> tuple[int, int, int]:
        s = self._span(base)
        return (0, 0, 0) if s is None else (s.alloc_bits, s.alloc_cache, s.gcmark_bits)

    def slots(self, base: int, start: int = 0, stop: int | None = None) -> list[SlotInfo]:
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
        info = self.span_at(addr)
        if info is None or not info.elemsize:
            return None
        index = (addr - info.base) // info.elemsize
        return next(iter(self.slots(info.base, index, index + 1)), None)

    def links(self, addr: int) -> list[tuple[int, int]]:
        info = self.span_at(addr)
        s = None if info is None else self._span(info.base)
        if s is None or not s.pointers or addr >= s.limit:
            return []
        return sorted(s.pointers.get(s.object_index(addr), {}).items())

    def is_reachable(self, addr: int) -> bool:
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

    def kept(self) -> tuple[int, set[int]]:
        h = self._heap.mheap
        spans = {s.ptr: s for stack in h.sweep_spans for s in stack if s.state == MSPAN_IN_USE}  # some are there twice
        reached = {ptr: s.root_bits for ptr, s in spans.items()}
        todo = [(s, i) for s in spans.values() for i in s.pointers or () if s.root_bits >> i & 1]
        targets: set[int] = set()
        while todo:
            s, i = todo.pop()
            for target in (s.pointers or {}).get(i, {}).values():
                t = h.span_of(target)
                if t is None:
                    continue
                targets.add(target)
                at = t.object_index(target)
                if not reached[t.ptr] >> at & 1:
                    reached[t.ptr] |= 1 << at
                    todo.append((t, at))
        return sum(bits.bit_count() * spans[ptr].elemsize for ptr, bits in reached.items()), targets

    def elemsize_at(self, addr: int) -> int:
        info = self.span_at(addr)
        return info.elemsize if info is not None else 0

    def words(self, addr: int, count: int) -> list[WordInfo]:
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

    # --- For those who look at many spans or links ------------------------------------------------------------------------

    def slot_sets(self, base: int) -> tuple[int, int] | None:
        s = self._span(base)
        if s is None:
            return None
        allocated = s.allocated_bits()
        return allocated, allocated if s.sweepgen == self._heap.mheap.sweepgen else allocated & s.gcmark_bits

    def linked(self) -> list[int]:
        stacks = self._heap.mheap.sweep_spans  # together they hold every span in use, some of them twice
        spans = {s.start_addr: s for stack in stacks for s in stack if s.pointers}
        return [base + i * s.elemsize for base, s in spans.items() for i in s.pointers or ()]

    def reached(self) -> Generator[None, None, set[int]]:
        h = self._heap.mheap
        todo = [addr for addr in self.linked() if self.is_root(addr)]
        found: set[int] = set()
        while todo:
            if not len(found) % _PAUSE:
                yield
            s = h.span_of(todo[-1])
            pointers = {} if s is None or s.pointers is None else s.pointers.get(s.object_index(todo[-1]), {})
            todo.pop()
            for target in pointers.values():
                slot = self.slot_base(target)
                if slot and slot not in found:
                    found.add(slot)
                    todo.append(slot)
        return found

    def stores(self, addr: int, target: int) -> bool:
        s = self._heap.mheap.span_of(addr)
        return s is not None and s.pointers is not None and target in s.pointers.get(s.object_index(addr), {}).values()

    def is_root(self, addr: int) -> bool:
        s = self._heap.mheap.span_of(addr)
        return s is not None and s.root_bits >> s.object_index(addr) & 1 == 1

    def slot_base(self, addr: int) -> int:
        s = self._heap.mheap.span_of(addr)
        return 0 if s is None else s.start_addr + s.object_index(addr) * s.elemsize

    @property
    def zerobase(self) -> int:
        return self._heap.zerobase
