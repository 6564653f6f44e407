"""The program's side of an allocator: which objects it refers to, and what pointers it stores in them."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from gomem_core.both.slots import NO_HEADER, Slots
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.events import Event, PointerWritten
from gomem_core.go.heapbits import Pattern
from gomem_core.world.faults import NotAnObject
from gomem_core.world.records import Allocated, ServedBy

S = TypeVar("S", bound=Slots)
Trace = Callable[[Event], object]
Took = Callable[[int, int, int], object]  # is told a span's base, the first slot that was taken in it, and how many in a row
Swept = Callable[[int, int, int], object]  # is told a span's base, how many slots are allocated now, and how many became free
# Is told the same, where all these objects were born with the very events of the one before them.
Repeated = Callable[[int, int, int], object]

ZEROBASE: Final = 0x59_D5F0  # where objects of size 0 live: a global of the program, outside the arenas


class Program(Generic[S]):
    """What a program does to the objects of a heap.  The allocator tells what lies where.

    Every object is referred to from its birth until `drop`; a tiny block as long as any object in it is.
    """

    __slots__ = ("_near", "details", "repeated", "took", "trace", "zerobase")

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.details: Trace | None = None  # the same, for events that change no span
        self.took: Took | None = None
        self.repeated: Repeated | None = None
        self.zerobase = ZEROBASE
        self._near: S | None = None  # the span in which an object was dropped last, if its objects begin where its slots do

    # --- What the allocator tells -----------------------------------------------------------------------------------------

    def span_of(self, addr: int) -> S | None:
        """The span in use for objects that holds `addr` (spanOfHeap)."""
        raise NotImplementedError

    def header(self, spanclass: int) -> int:  # noqa: ARG002 -- not in every version of Go
        """Bytes of a slot before the object in it."""
        return 0

    def may_point(self, s: S, index: int, word: int) -> bool:
        """Whether word `word` of the slot may hold a pointer."""
        raise NotImplementedError

    def place(self, size: int, ptrdata: int, pattern: Pattern | None) -> tuple[int, S | None, ServedBy, bool]:
        """Allocate an object: its address, its span, who served it, and whether a collection was started (mallocgc).

        It has no span where it has no bytes.  Raises ValueError for what is no object, and OutOfMemory.
        """
        raise NotImplementedError

    def alloc(self, size: int, ptrdata: int = 0, pattern: Pattern | None = None) -> Allocated:
        """mallocgc in full, narrated; tells who served the object.  Raises as `place` does."""
        addr, s, served, is_started = self.place(size, ptrdata, pattern)
        if s is None:
            return Allocated(addr, 0, 0, 0, served, False, False, False)
        is_slow = served not in ("mcache", "tiny")
        return Allocated(addr, s.elemsize, s.spanclass, s.start_addr, served, served == "tiny", is_slow, is_started)

    def set_trace(self, trace: Trace | None, took: Took | None = None, repeated: Repeated | None = None) -> None:
        """Narrate to `trace` from now on, or to nobody.

        Where `took` is given, it is told the slots that mallocgc takes for small objects, instead; and of other events only those
        are told that change a span, half of them.
        `repeated` is told slots of `alloc_many` whose objects were born as the one before, instead of all their events.
        """
        self.trace = trace
        self.details = trace if took is None else None
        self.took = took
        self.repeated = repeated

    def forget_near(self) -> None:
        """Know no span any more: the heap has others from now on."""
        self._near = None

    # --- What the program does ----------------------------------------------------------------------------------------------

    def find_object(self, addr: int) -> tuple[S, int]:
        """Span and slot of the allocated object that holds `addr`; raises NotAnObject (findObject)."""
        s = self.span_of(addr)
        if s is not None:
            index = s.object_index(addr)
            if s.is_allocated(index):
                return s, index
        raise NotAnObject(f"there is no object at {addr:#x}")

    def drop(self, addr: int) -> None:
        """The program forgets its reference to the object at `addr`; it is garbage unless something live links to it.

        A tiny block lives while any object in it is referred to.  Raises NotAnObject.
        """
        s = self._near
        if s is not None and addr == s.rooted_addr and addr < s.free_addr and s.tiny_refs is None:  # the next, in order of birth
            s.rooted_addr = addr + s.elemsize
        else:
            self._drop(addr)

    def _drop(self, addr: int) -> None:
        s = self._near
        if s is None or not 0 <= addr - s.start_addr < s.nelems * s.elemsize:  # of one that was freed there are no slots
            if addr == self.zerobase:
                return
            s = self.span_of(addr)
            self._near = s if s is not None and s.elemsize <= NO_HEADER else None
        if s is None or not self._drop_slot(s, addr - s.start_addr):
            self.find_object(addr)
            raise NotAnObject(f"the program does not refer to an object at {addr:#x}")

    def _drop_slot(self, s: S, at: int) -> bool:
        """Forget the object that begins `at` bytes into this span; tells whether there is one that the program refers to."""
        index = at // s.elemsize
        if s.elemsize > NO_HEADER:
            at -= self.header(s.spanclass)
        elif s.tiny_refs is not None and (refs := s.tiny_refs[index]):
            s.tiny_refs[index] = refs - 1
            if refs > 1:
                return True
            at = index * s.elemsize
        return at == index * s.elemsize and s.unroot(index, 1)

    def write_pointers(self, obj: int, values: Sequence[int]) -> None:
        """Store pointers in the first words of the object at `obj`, an array of pointers.  Raises as `write_pointer` does."""
        s, index = self.find_object(obj)
        header = self.header(s.spanclass) // PTR_SIZE
        end = header + len(values)
        stored = {word: value for word, value in enumerate(values) if value}
        is_fresh = self.trace is None and stored and not (s.pointers and index in s.pointers)
        if is_fresh and end * PTR_SIZE <= s.elemsize and self.may_point(s, index, end - 1):
            if s.pointers is None:
                s.pointers = {}
            s.pointers[index] = stored
            return
        for word, value in enumerate(values):
            self.write_pointer(obj, word, value)

    def write_pointer(self, obj: int, word: int, value: int) -> None:
        """Store the pointer `value` (0: nil) in word `word` of the object at `obj`, as the program would.

        Raises NotAnObject when there is no such object, and ValueError when that word may not hold a pointer.
        """
        s, index = self.find_object(obj)
        self._store(s, index, word, value)

    def write_each(self, objs: Sequence[int], word: int, values: Sequence[int]) -> None:
        """Store a pointer in the same word of each of these objects, many of which share a span.  Raises as that does."""
        s, ends = None, 0
        for obj, value in zip(objs, values, strict=True):
            if s is None or not s.start_addr <= obj < ends or not s.is_allocated(s.object_index(obj)):
                s, _ = self.find_object(obj)
                ends = s.start_addr + s.nelems * s.elemsize
            self._store(s, s.object_index(obj), word, value)

    def _store(self, s: S, index: int, word: int, value: int) -> None:
        """Store a pointer in a word of the object in slot `index`, which is allocated."""
        header = self.header(s.spanclass)
        words = (s.elemsize - header) // PTR_SIZE
        if s.spanclass & 1 or not 0 <= word < words or not self.may_point(s, index, word + header // PTR_SIZE):
            at = s.start_addr + index * s.elemsize + header
            raise ValueError(f"word {word} of the object at {at:#x} cannot hold a pointer")
        if s.pointers is None:
            s.pointers = {}
        stored = s.pointers.setdefault(index, {})
        old = stored.pop(word, 0)
        if value:
            stored[word] = value
        if not stored:
            del s.pointers[index]
        if self.trace is not None:
            self.trace(PointerWritten(s.start_addr, s.start_addr + index * s.elemsize + header, word, value, old))
