"""What a command acts on, and how it is undone when it fails halfway."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from gomem_core.arch import GROW_ROUND_PAGES, HEAP_ALLOC_CHUNK, PAGE_SHIFT, round_up
from gomem_core.image import capture, restore
from gomem_core.lang.commands import ByName, Ref
from gomem_core.objects import ObjectTable
from gomem_core.runtime.malloc import Heap
from gomem_core.runtime.mheap import OutOfMemory
from gomem_core.view import HeapView

T = TypeVar("T")

_HEAVY: Final = 1_000  # operations: a command of so many is worth an image, so that an interrupt can undo it


class CommandError(Exception):
    """A command that is well formed and cannot be done; `word` is the part of the line that is to blame."""

    def __init__(self, message: str, word: str = "", suggestion: str | None = None) -> None:
        self.message = message
        self.word = word
        self.suggestion = suggestion
        super().__init__(message)


@dataclass(slots=True)
class World:
    """A session's heap and objects; `step` is the number of the command that is being done."""

    heap: Heap
    view: HeapView
    objects: ObjectTable
    step: int = 0

    def living(self, ref: Ref) -> int:
        """Number of the object of that name, or at that address, that the program still refers to.  Raises CommandError."""
        if isinstance(ref, ByName):
            return self._living_name(ref.name)
        oid = self.objects.find_addr(ref.addr)
        if oid is not None and self.objects.is_alive(oid):
            return oid
        word = f"{ref.addr:#x}"
        slot = self.view.slot_at(ref.addr)
        inside = self.objects.find_addr(slot.addr) if slot is not None else None
        if inside is not None and self.objects.is_alive(inside):
            name = self.objects.name(inside)
            raise CommandError(f"no living object begins at {word}; it lies inside {name}", word, name)
        raise CommandError(f"no living object begins at {word}", word)

    def _living_name(self, name: str) -> int:
        oid = self.objects.find_name(name)
        if oid is None:
            raise CommandError(f"no object is called {name}", name, self.objects.nearest(name))
        if not self.objects.is_alive(oid):
            step = self.objects.info(oid).dropped
            raise CommandError(f"{name} was dropped at step {step}: the program cannot refer to it any more", name)
        return oid

    def all_or_nothing(self, growth: int, operations: int, do: Callable[[], T]) -> T:
        """Do something that allocates; when it fails or is interrupted, the heap is as it was.

        `growth` is the most bytes by which the arena may grow.  Raises CommandError when it could not grow.
        """
        h = self.heap.mheap
        image = capture(self.heap) if operations >= _HEAVY or growth > h.arena_end - h.arena_used else None
        try:
            return do()
        except OutOfMemory as e:
            if image is None:  # growth was no upper bound: the heap is half-way
                raise
            restore(self.heap, image)
            raise CommandError(str(e)) from e
        except KeyboardInterrupt:
            if image is not None:
                restore(self.heap, image)
            raise


def most_growth(size: int) -> int:
    """The most bytes by which the arena can grow for one object of `size` bytes."""
    return max(HEAP_ALLOC_CHUNK, round_up(size, GROW_ROUND_PAGES << PAGE_SHIFT))
