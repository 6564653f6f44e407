"""The pointers that are stored in the objects of an allocator's heap, and what is reached through them, as others may see it."""

from collections.abc import Callable, Generator, Iterable
from typing import Final, Generic, TypeVar

from gomem_core.both.slots import Slots
from gomem_core.both.view_slots import SlotView

S = TypeVar("S", bound=Slots)

_PAUSE: Final = 256  # slots


class PointerView(Generic[S]):
    """Read-only access to stored pointers and roots of one heap.

    `span_of` tells the span in use at an address, `in_use` all of them, each once.
    """

    def __init__(self, slots: SlotView[S], span_of: Callable[[int], S | None], in_use: Callable[[], Iterable[S]]) -> None:
        self._slots = slots
        self._span_of = span_of
        self._in_use = in_use

    def stored_in(self, addr: int) -> list[tuple[int, int]]:
        """The pointers stored in an object."""
        s, index = self._object(addr)
        return [] if s is None else sorted((s.pointers or {}).get(index, {}).items())

    def _object(self, addr: int) -> tuple[S | None, int]:
        """Span and slot that hold `addr`; no span where there is no slot."""
        s = self._span_of(addr)
        if s is None:
            return None, 0
        index = s.object_index(addr)
        return (s, index) if index < s.nelems else (None, 0)

    def is_reachable(self, addr: int) -> bool:
        """Whether the program reaches an object."""
        goal = self._slots.at(addr)
        if goal is None and addr != self._slots.zerobase:
            return False
        if goal is not None and goal.rooted:
            return True
        wanted = addr if goal is None else goal.addr
        todo = [(s, i) for s in self._in_use() for i in s.pointers or () if s.root_bits >> i & 1]
        seen = {(s.start_addr, i) for s, i in todo}
        while todo:
            s, i = todo.pop()
            for target in (s.pointers or {}).get(i, {}).values():
                t = self._span_of(target)
                if target == wanted:
                    return True
                if t is None or (t.start_addr, at := t.object_index(target)) in seen:
                    continue
                if t.start_addr + at * t.elemsize == wanted:
                    return True
                seen.add((t.start_addr, at))
                todo.append((t, at))
        return False

    def kept(self) -> tuple[int, set[int]]:
        """What a mark would find now."""
        spans = {s.start_addr: s for s in self._in_use()}
        reached = {base: s.root_bits for base, s in spans.items()}
        todo = [(s, i) for s in spans.values() for i in s.pointers or () if s.root_bits >> i & 1]
        targets: set[int] = set()
        while todo:
            s, i = todo.pop()
            for target in (s.pointers or {}).get(i, {}).values():
                t = self._span_of(target)
                if t is None:
                    continue
                targets.add(target)
                at = t.object_index(target)
                if not reached[t.start_addr] >> at & 1:
                    reached[t.start_addr] |= 1 << at
                    todo.append((t, at))
        return sum(bits.bit_count() * spans[base].elemsize for base, bits in reached.items()), targets

    def holders(self) -> list[int]:
        """Addresses of the slots in which pointers are stored."""
        return [s.start_addr + i * s.elemsize for s in self._in_use() if s.pointers for i in s.pointers]

    def reached(self) -> Generator[None, None, set[int]]:
        """Addresses of the slots to which links lead from what the program refers to."""
        todo = [addr for addr in self.holders() if self.is_root(addr)]
        found: set[int] = set()
        while todo:
            if not len(found) % _PAUSE:
                yield
            s, index = self._object(todo.pop())
            stored: dict[int, int] = {} if s is None or s.pointers is None else s.pointers.get(index, {})
            for target in stored.values():
                slot = self._slots.base_of(target)
                if slot and slot not in found:
                    found.add(slot)
                    todo.append(slot)
        return found

    def stores(self, addr: int, target: int) -> bool:
        """Whether a pointer to exactly `target` is stored in an object."""
        s, index = self._object(addr)
        return s is not None and target in (s.pointers or {}).get(index, {}).values()

    def is_root(self, addr: int) -> bool:
        """Whether the program itself refers to an object."""
        s, index = self._object(addr)
        return s is not None and s.root_bits >> index & 1 == 1
