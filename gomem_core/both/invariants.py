"""What must hold of a heap of any version after every command, and how it is checked: at three price levels.

cheap: sums of the books, a fixed number of steps.  lists: walks every list, queue and cache.  full: everything, page by page and
slot by slot.  A level includes those before it.  A violation is an InvariantError with the invariant's name; nothing is repaired.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, Protocol, TypeVar

from gomem_core.both.mcache import AnyMCache
from gomem_core.both.mstats import MStats
from gomem_core.both.slots import MSPAN_IN_USE, Slots
from gomem_core.go.amd64 import PAGE_SHIFT, TINY_SIZE, TINY_SPAN_CLASS
from gomem_core.world.faults import InvariantError
from gomem_core.world.records import MemStats

Level = Literal["cheap", "lists", "full"]
LEVELS: Final[tuple[Level, ...]] = ("cheap", "lists", "full")
H = TypeVar("H")
Invariants = Mapping[Level, tuple[Callable[[H], None], ...]]


class _Pages(Protocol):
    """What is asked of an mheap."""

    pages_in_use: int

    def all_spans(self) -> Sequence[Slots]:
        """Returns all of its spans."""


class Checked(Protocol):
    """What is asked of a heap."""

    stats: MStats

    @property
    def mheap(self) -> _Pages:
        """Its books of pages."""

    @property
    def mcaches(self) -> Sequence[AnyMCache[Any]]:  # Any: of spans of its own kind
        """One for each P."""

    def span_of(self, addr: int) -> Slots | None:
        """The span in use for objects that holds `addr`."""

    def mem_stats(self) -> MemStats:
        """What the runtime answers about itself."""


def check_all(invariants: Invariants[H], heap: H, level: Level) -> list[str]:
    """Check all invariants up to `level`; returns the names of those that hold.  Raises InvariantError at the first violation."""
    held: list[str] = []
    for at in LEVELS[: LEVELS.index(level) + 1]:
        for invariant in invariants[at]:
            invariant(heap)
            held.append(invariant.__name__)
    return held


def require(holds: bool, name: str, detail: str) -> None:
    """Raise InvariantError unless it holds."""
    if not holds:
        raise InvariantError(name, detail)


def equal(got: int, expected: int, name: str, what: str) -> None:
    """Raise InvariantError unless both numbers are equal."""
    if got != expected:
        raise InvariantError(name, f"{what}: {got} is not {expected}")


def heap_sys_adds_up(heap: Checked) -> None:
    """HeapSys = HeapIdle + HeapInuse, and what is given back is idle."""
    s = heap.stats
    equal(s.heap_sys, s.heap_idle + s.heap_inuse, "heap_sys_adds_up", "heap_sys against idle + inuse")
    require(0 <= s.heap_released <= s.heap_idle, "heap_sys_adds_up", f"released {s.heap_released} of idle {s.heap_idle}")


def pages_in_use_counted(heap: Checked) -> None:
    """HeapInuse is the pages in use."""
    equal(heap.mheap.pages_in_use << PAGE_SHIFT, heap.stats.heap_inuse, "pages_in_use_counted", "pages in use, in bytes")


def books_not_negative(heap: Checked) -> None:
    """No counter is below zero, and no more was freed than allocated."""
    s = heap.stats
    require(s.heap_live >= 0 and s.heap_marked >= 0, "books_not_negative", f"heap_live {s.heap_live}")
    m = heap.mem_stats()
    require((m.Frees or 0) <= (m.Mallocs or 0) and m.Alloc >= 0, "books_not_negative", f"{m.Mallocs} mallocs, {m.Frees} frees")


def tiny_block_sane(heap: Checked) -> None:
    """A P's tiny block is 16-byte aligned, filled to 16 bytes at most, and no block without offset."""
    for c in heap.mcaches:
        sane = c.tiny % TINY_SIZE == 0 and 0 <= c.tinyoffset <= TINY_SIZE and (c.tiny == 0) == (c.tinyoffset == 0)
        require(sane, "tiny_block_sane", f"P{c.p}: block {c.tiny:#x}, offset {c.tinyoffset}")


def tiny_refs_match(heap: Checked) -> None:
    """Every tiny block that the program refers to is a rooted slot of the tiny span class, and holds as many objects at most."""
    for s in heap.mheap.all_spans():
        if s.tiny_refs is None:
            continue
        is_tiny = s.state == MSPAN_IN_USE and s.spanclass == TINY_SPAN_CLASS
        for index, refs in enumerate(s.tiny_refs):
            right = is_tiny and s.root_bits >> index & 1 == 1 and refs <= TINY_SIZE
            require(right or not refs, "tiny_refs_match", f"slot {index} of span {s.start_addr:#x} with {refs} references")
