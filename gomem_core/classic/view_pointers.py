"""The pointers that are stored in the objects of a heap, and what is reached through them, as others may see it; see view.py."""

from collections.abc import Generator
from typing import Final

from gomem_core.both.slots import MSPAN_IN_USE
from gomem_core.classic.malloc import Heap
from gomem_core.classic.view_slots import SlotView
from gomem_core.classic.view_spans import SpanView

_PAUSE: Final = 256  # slots


class PointerView:
    """Read-only access to stored pointers and roots."""

    def __init__(self, heap: Heap, spans: SpanView, slots: SlotView) -> None:
        self._heap = heap
        self._spans = spans
        self._slots = slots

    def stored_in(self, addr: int) -> list[tuple[int, int]]:
        info = self._spans.at(addr)
        s = None if info is None else self._spans.in_use(info.base)
        if s is None or not s.pointers or addr >= s.limit:
            return []
        return sorted(s.pointers.get(s.object_index(addr), {}).items())

    def is_reachable(self, addr: int) -> bool:
        h = self._heap.mheap
        goal = self._slots.at(addr)
        if goal is None and addr != self._slots.zerobase:
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

    def holders(self) -> list[int]:
        stacks = self._heap.mheap.sweep_spans  # together they hold every span in use, some of them twice
        spans = {s.start_addr: s for stack in stacks for s in stack if s.pointers}
        return [base + i * s.elemsize for base, s in spans.items() for i in s.pointers or ()]

    def reached(self) -> Generator[None, None, set[int]]:
        h = self._heap.mheap
        todo = [addr for addr in self.holders() if self.is_root(addr)]
        found: set[int] = set()
        while todo:
            if not len(found) % _PAUSE:
                yield
            s = h.span_of(todo[-1])
            pointers = {} if s is None or s.pointers is None else s.pointers.get(s.object_index(todo[-1]), {})
            todo.pop()
            for target in pointers.values():
                slot = self._slots.base_of(target)
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
