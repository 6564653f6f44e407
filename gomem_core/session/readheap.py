"""What a session drives where its heap is read, not modelled: a still answers everything, and nothing can be done to it."""

from collections.abc import Callable
from typing import Final, NoReturn

from gomem_core.go.events import Event
from gomem_core.lang.commands import Level
from gomem_core.world.faults import InvariantError
from gomem_core.world.records import Pages, Place, Sweeping
from gomem_core.world.still import Still
from gomem_core.world.world import NotKnown

READ: Final = "this heap is read, not modelled, and nothing can be done to it: show, find, diff, select and filters look at it"


class _NoImage:
    """Stands for the one state there is."""

    nbytes = 0


class _Nothing:
    """What the next allocation would find: there is none."""

    p = 0

    def cached(self, spanclass: int) -> Place | None:
        """Returns nothing, as the rest does."""
        return None

    def tiny_block(self, size: int) -> int:
        return 0

    def central(self, spanclass: int) -> Place | Sweeping | None:
        return None

    def pages(self, npages: int) -> Pages | Sweeping | None:
        return None


class ReadHeap:
    """Fulfils session/engine.py's Engine with a still in the place of an allocator."""

    def __init__(self, still: Still) -> None:
        self.world = still
        self.ahead = _Nothing()
        self.now = 0
        self.mspans = still.spans.count

    def _refuse(self, *_: int, **__: int) -> NoReturn:
        """Stands for all that would change the heap."""
        raise InvariantError("read_heap", "a session refuses every command that would change a heap that is only read")

    mallocgc = alloc = drop = write_pointer = _refuse
    collect = mark = sweep_one = set_gc_percent = _refuse
    scavenge = free_os_memory = flush = procs = use_p = _refuse

    def set_now(self, now: int) -> None:
        """Take no notice: there is only one moment."""

    def set_trace(self, trace: Callable[[Event], object] | None) -> None:
        """Tell nothing: nothing happens."""

    @property
    def follow(self) -> Callable[[Event], None]:
        """What takes no notice."""
        return lambda _: None

    def counters(self) -> tuple[int, ...]:
        """Returns nothing that could be compared: no step is ever done."""
        return ()

    def capture(self) -> _NoImage:
        """Returns what stands for the one state."""
        return _NoImage()

    def restore(self, image: object) -> None:
        """Do nothing: it is in this state already."""

    def check(self, level: Level) -> list[str]:
        """Raise NotKnown: invariants are the allocator's."""
        raise NotKnown("invariants are the allocator's, and this heap has none: it was checked when it was read")
