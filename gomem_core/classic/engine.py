"""The allocator of Go 1.10 as a session drives it: the heap with its view, its images and its invariants.

What each of these can do stands in a file of its own; here they are one object, which fulfils the protocol of session/engine.py.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from gomem_core.classic.image import Image, capture, restore
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mgc import TRIGGER_FORCED
from gomem_core.classic.scavenge import scavenge
from gomem_core.classic.view import HeapView
from gomem_core.go.amd64 import MSPAN_SIZE
from gomem_core.go.events import Event
from gomem_core.go.pageevents import PagesFrom

if TYPE_CHECKING:
    from gomem_core.both.invariants import Level
    from gomem_core.world.unseen import Unseen


class ClassicEngine(Heap):
    """A heap that can be seen as a `world`, and asked what lies `ahead`."""

    __slots__ = ("ahead", "world")

    def __init__(self) -> None:
        super().__init__()
        self.world = HeapView(self)
        self.ahead = self.world.ahead

    # --- Driving it -----------------------------------------------------------------------------------------------------

    def collect(self) -> None:
        """Do a whole collection, and sweep everything (runtime.GC)."""
        self.gc.collect()

    def mark(self) -> int:
        """Mark what is reachable, and leave sweeping to others; returns how many spans wait for it."""
        self.gc.start(TRIGGER_FORCED)
        return len(self.mheap.unswept_spans())

    def sweep_one(self) -> int:
        """Sweep a span; returns the pages that went back to the heap, -1 when no span was left (sweepone)."""
        return self.sweeper.sweepone()

    def set_gc_percent(self, percent: int) -> None:
        """Set GOGC, any negative number for off."""
        self.gc.set_gc_percent(percent)

    def scavenge(self, age: int) -> int:
        """Give pages back that have been free for `age` ns; returns the bytes given back."""
        return scavenge(self.mheap, self.mheap.now, age)

    @property
    def pages_from(self) -> PagesFrom:
        """Where the last span's pages were found: Ps have no pages of their own in this version."""
        return "heap"

    # --- What a session keeps of it -------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The time it was told last, in ns."""
        return self.mheap.now

    @property
    def mspans(self) -> int:
        """The number of spans; needs no look at them."""
        return self.mheap.spanalloc.inuse // MSPAN_SIZE

    def counters(self) -> tuple[int, ...]:
        """Returns what step marks compare: a number for refills, growth, splits and merges, collections, sweeps, releases."""
        stats, h = self.stats, self.mheap
        return (
            stats.nserved_central + stats.nserved_heap + stats.nserved_os,
            stats.nheap_grow,
            h.version - stats.nheap_grow,
            stats.numgc,
            h.pages_swept,
            stats.nos_release,
        )

    @property
    def follow(self) -> Callable[[Event], None]:
        """What keeps the index of the world's spans up to date by what the heap narrates."""
        return self.world.spans.follow

    def capture(self) -> Image:
        """The whole state now."""
        return capture(self)

    def restore(self, image: object) -> None:
        """Go back to a state that was captured.  Raises TypeError when another allocator made the image."""
        if not isinstance(image, Image):
            raise TypeError(f"{type(image).__name__} is not an image of this allocator")
        restore(self, image)
        self.world.exchanged(image.bases)

    def unseen(self) -> "Unseen":
        """What it keeps that nothing asks for, for a still from which a heap is to go on."""
        from gomem_core.classic.unseen import unseen_of  # noqa: PLC0415 -- few heaps are written to a still

        return unseen_of(self)

    def check(self, level: "Level") -> list[str]:
        """Check the invariants up to this price level; returns the names of those that hold.  Raises InvariantError."""
        from gomem_core.classic.invariants import check  # noqa: PLC0415 -- few heaps are checked

        return check(self, level)
