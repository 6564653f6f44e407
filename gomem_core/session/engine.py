"""What a session drives: an allocator, as all of session/ knows it.

Commands, the way through time and churn use these methods and look at its world; nothing here reaches behind them.  So another
allocator can stand in the place of this one: it fulfils `Engine`, and `new_engine` makes it.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from gomem_core.go.events import Event
from gomem_core.go.heapbits import Pattern
from gomem_core.go.pageevents import PagesFrom
from gomem_core.go.release import ALWAYS, FIRST_BASE, Release
from gomem_core.go.versions import GO_1_10
from gomem_core.lang.commands import Level
from gomem_core.session.readheap import ReadHeap
from gomem_core.world.blocks import AddressRow
from gomem_core.world.records import Allocated, AllocatedMany, Pages, Place, Sweeping
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.unseen import AnyUnseen
from gomem_core.world.world import World


class Image(Protocol):
    """The whole state of an engine, which can be pickled."""

    @property
    def nbytes(self) -> int:
        """Memory it takes, roughly."""
        ...


class Foresight(Protocol):
    """What the next allocation would find; "sweeping" where only sweeping could tell."""

    @property
    def p(self) -> int:
        """Number of the P that allocates."""
        ...

    def cached(self, spanclass: int) -> Place | None:
        """What the P's own span has; None when it is full or there is none."""
        ...

    def tiny_block(self, size: int) -> int:
        """The P's half-used tiny block, if a tiny object of `size` bytes fits into it; else 0."""
        ...

    def central(self, spanclass: int) -> Place | Sweeping | None:
        """What mcentral would give, asked for a span of this class; None: it has none."""
        ...

    def pages(self, npages: int) -> Pages | Sweeping | None:
        """Where mheap would take `npages` pages from; None: the arena is at its end."""
        ...


class Mallocs(Protocol):
    """The part of an engine that allocates without a word, for loads of thousands of objects."""

    def mallocgc(self, size: int, ptrdata: int = 0) -> int:
        """Allocate `size` bytes whose first `ptrdata` bytes consist of pointers; returns the address.  Raises OutOfMemory.

        Negative: of the first -`ptrdata` bytes only every fourth word is a pointer, the first one too (go/heapbits.py).
        """
        ...

    def drop(self, addr: int) -> None:
        """The program forgets its reference to the object at `addr`."""
        ...

    def drop_many(self, addrs: list[int] | AddressRow) -> None:
        """The program forgets its references to the objects at these addresses, as so many calls of `drop` would."""
        ...


class Engine(Mallocs, Protocol):
    """An allocator: what a program and its runtime can do to it, and what a session needs to go through its time."""

    @property
    def world(self) -> World:
        """The heap, to be looked at."""
        ...

    @property
    def ahead(self) -> Foresight:
        """What the next allocation would find."""
        ...

    # --- What a program does, and asks of the runtime ---------------------------------------------------------------------

    def alloc(self, size: int, ptrdata: int = 0, pattern: Pattern | None = None) -> Allocated:
        """Allocate as mallocgc does; tells who served the object.  Raises OutOfMemory.

        With a `pattern`, the object has a type (since Go 1.21): its pointers are where that has them, up to `ptrdata`.
        """
        ...

    def alloc_many(
        self, size: int, ptrdata: int, times: int, addrs: list[AddressRow], tell: Callable[[int], object] | None = None
    ) -> AllocatedMany:
        """Allocate `times` objects, as many calls of `alloc` would, and put where they lie into `addrs` as they are born.

        `tell` hears of how many more each time.  Raises OutOfMemory; what was born before that stands in `addrs`.
        """
        ...

    def write_pointer(self, obj: int, word: int, value: int) -> None:
        """Store the pointer `value` (0: nil) in word `word` of the object at `obj`."""
        ...

    def write_pointers(self, obj: int, values: Sequence[int]) -> None:
        """Store pointers in the first words of the object at `obj`, one a word."""
        ...

    def write_each(self, objs: Sequence[int], word: int, values: Sequence[int]) -> None:
        """Store one of these pointers in word `word` of each of these objects."""
        ...

    def collect(self) -> None:
        """Do a whole collection, and sweep everything (runtime.GC)."""
        ...

    def mark(self) -> int:
        """Mark what is reachable, and leave sweeping to others; returns how many spans wait for it."""
        ...

    def sweep_one(self) -> int:
        """Sweep a span; returns the pages that went back to the heap, -1 when no span was left."""
        ...

    def set_gc_percent(self, percent: int) -> None:
        """Set GOGC, any negative number for off."""
        ...

    def scavenge(self, age: int) -> int:
        """Give pages back that have been free for `age` ns; returns the bytes given back."""
        ...

    def free_os_memory(self) -> int:
        """Collect, then give all free pages back; returns the bytes given back (debug.FreeOSMemory)."""
        ...

    def flush(self) -> None:
        """Empty the cache of every P."""
        ...

    def procs(self, n: int) -> None:
        """Set the number of Ps, at least 1."""
        ...

    def use_p(self, p: int) -> None:
        """Let P number `p` allocate from now on.  Raises ValueError when there is none."""
        ...

    @property
    def pages_from(self) -> PagesFrom:
        """Where the pages of the span were found that was made last."""
        ...

    # --- What a session needs ---------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The time it was told last, in ns."""
        ...

    def set_now(self, now: int) -> None:
        """Tell the time, in ns from some start."""
        ...

    def set_trace(
        self,
        trace: Callable[[Event], object] | None,
        took: Callable[[int, int, int], object] | None = None,
        repeated: Callable[[int, int, int], object] | None = None,
        swept: Callable[[int, int, int], object] | None = None,
    ) -> None:
        """Narrate to `trace` from now on; None: be silent.

        With `took`, a small object is not narrated: `took` is told its span's base, the first slot that was taken and how many in
        a row; and of all other events only those are told that change a span.  With `repeated`, objects of `alloc_many` that are
        born with the very events of the one before them are told so.  `swept` is told of each span that is swept, instead: its
        base, how many of its slots are allocated now, and how many became free.
        """
        ...

    @property
    def follow(self) -> Callable[[Event], None]:
        """What keeps up to date what the world looks up by: whoever listens to the narration hands each event on to it."""
        ...

    @property
    def mspans(self) -> int:
        """The number of spans; needs no look at them."""
        ...

    def counters(self) -> tuple[int, ...]:
        """Returns what step marks compare: a number for each of trail.NAMES, in order."""
        ...

    def capture(self) -> Image:
        """The whole state now, in time proportional to its spans."""
        ...

    def restore(self, image: Image) -> None:
        """Go back to a state that was captured; who listens stays."""
        ...

    def unseen(self) -> AnyUnseen | None:
        """What it keeps that nothing asks for, for a still from which a heap is to go on; None where that is not known."""
        ...

    def check(self, level: Level) -> list[str]:
        """Check the invariants up to this level; returns the names of those that hold.  Raises InvariantError."""
        ...


Base = Strip | Still | None  # what a session has for a heap: looks at one, one that goes on from a still, or an empty one


def new_engine(base: Base = None, release: Release = ALWAYS) -> Engine:
    """An allocator with an empty heap of a `release`, or one that goes on; or what was read of a heap and only can be looked at.

    A heap that goes on, and one that was read, is of its own version.  Raises CannotTakeUp.
    """
    if isinstance(base, Strip):
        return ReadHeap(base)
    if base is None:
        return _empty(release)
    if base.profile is GO_1_10:
        from gomem_core.classic.seed import heap_of  # noqa: PLC0415 -- seldom needed

        return heap_of(base)
    from gomem_core.modern.seed import heap_of as modern_heap_of  # noqa: PLC0415 -- likewise

    return modern_heap_of(base)


def _empty(release: Release) -> Engine:
    if release.profile is GO_1_10:
        from gomem_core.classic.engine import ClassicEngine  # noqa: PLC0415 -- a heap that is read has none

        return ClassicEngine()
    from gomem_core.modern.engine import ModernEngine  # noqa: PLC0415 -- sessions of 1.10 do without

    return ModernEngine(release.profile, release.base or FIRST_BASE, release.padding)


def lacking(still: Still) -> list[str]:
    """What of a heap is not known without which it cannot go on: a sentence each."""
    if still.profile is GO_1_10:
        from gomem_core.classic.seed import lacking as found  # noqa: PLC0415 -- likewise
    else:
        from gomem_core.modern.seed import lacking as found  # noqa: PLC0415 -- likewise
    return found(still)
