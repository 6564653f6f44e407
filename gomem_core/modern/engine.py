"""The allocator of Go 1.21 to 1.27 as a session drives it: the heap with its view, its images and its invariants.

What each of these can do stands in a file of its own; here they are one object, which fulfils the protocol of session/engine.py.
"""

from collections.abc import Callable

from gomem_core.both.invariants import Level
from gomem_core.go.events import Event
from gomem_core.go.pageevents import PagesFrom
from gomem_core.go.release import FIRST_BASE
from gomem_core.go.versions import Profile
from gomem_core.modern.image import Image, capture, restore
from gomem_core.modern.invariants import check
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mgc import TRIGGER_FORCED
from gomem_core.modern.mgcscavenge import scavenge_all
from gomem_core.modern.unseen import unseen_of
from gomem_core.modern.view import HeapView
from gomem_core.world.unseen import ModernUnseen


class ModernEngine(Heap):
    """A heap that can be seen as a `world`, and asked what lies `ahead`."""

    __slots__ = ("ahead", "now", "world")

    def __init__(self, profile: Profile, base: int = FIRST_BASE, padding: int = 0) -> None:
        """Make an empty heap of a version, which begins at `base`, with `padding` pages of its first chunk set aside."""
        super().__init__(profile, base, padding)
        self.now = 0  # ns; nothing here happens by the clock
        self.world = HeapView(self)
        self.ahead = self.world.ahead

    # --- Driving it -----------------------------------------------------------------------------------------------------

    def collect(self) -> None:
        """Do a whole collection, and sweep everything (runtime.GC)."""
        self.gc.collect(self.p)

    def mark(self) -> int:
        """Mark what is reachable, and leave sweeping to others; returns how many spans wait for it."""
        self.gc.start(TRIGGER_FORCED, self.p)
        return self.world.sums.unswept_count

    def sweep_one(self) -> int:
        """Sweep a span; returns the pages that went back to the heap, -1 when no span was left (sweepone)."""
        return self.sweeper.sweepone()

    def set_gc_percent(self, percent: int) -> None:
        """Set GOGC, any negative number for off."""
        self.gc.pacer.set_gc_percent(percent)

    def scavenge(self, age: int) -> int:  # noqa: ARG002 -- this version does not note for how long pages are free
        """Give free pages back, all of them; returns the bytes given back."""
        return scavenge_all(self.mheap)

    def set_now(self, now: int) -> None:
        """Tell the time, in ns from some start; nothing depends on it."""
        self.now = now

    @property
    def pages_from(self) -> PagesFrom:
        """Where the last span's pages were found."""
        return self.mheap.pages_from

    # --- What a session keeps of it -------------------------------------------------------------------------------------

    @property
    def mspans(self) -> int:
        """The number of spans; needs no look at them."""
        return self.mheap.nspans

    def counters(self) -> tuple[int, ...]:
        """Returns what step marks compare: a number for refills, growth, pages given away, collections, sweeps, releases."""
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
        """What keeps the world's rows up to date by what the heap narrates: they are made anew instead when asked for."""
        return _ignore

    def capture(self) -> Image:
        """The whole state now."""
        return capture(self)

    def restore(self, image: object) -> None:
        """Go back to a state that was captured.  Raises TypeError when another allocator made the image."""
        if not isinstance(image, Image):
            raise TypeError(f"{type(image).__name__} is not an image of this allocator")
        restore(self, image)

    def unseen(self) -> ModernUnseen:
        """What it keeps that nothing asks for, for a still from which a heap is to go on."""
        return unseen_of(self)

    def check(self, level: Level) -> list[str]:
        """Check the invariants up to this price level; returns the names of those that hold.  Raises InvariantError."""
        return check(self, level)


def _ignore(_: Event) -> None:
    pass
