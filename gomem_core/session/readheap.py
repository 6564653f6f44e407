"""What a session drives where its heap is read, not modelled: stills answer everything, and nothing can be done to them."""

from collections.abc import Callable
from typing import Final, NoReturn

from gomem_core.go.events import Event
from gomem_core.go.pageevents import PagesFrom
from gomem_core.lang.commands import Level
from gomem_core.named import NamedTuple
from gomem_core.session.trail import GC, NAMES
from gomem_core.world.faults import InvariantError
from gomem_core.world.records import Pages, Place, Sweeping
from gomem_core.world.reel import Reel
from gomem_core.world.strip import Strip
from gomem_core.world.unseen import AnyUnseen
from gomem_core.world.world import NotKnown, unknown

READ: Final = "this heap is read, not modelled: show, find, diff and filters look at it, and take-up makes a session of it"


FILM: Final = (
    "this heap is recorded, not modelled: show, find, diff and filters look at it, and `gomem convert` makes a session of it"
)


def refusal_of(strip: Strip) -> str:
    """Why nothing can be done to a heap that is only looked at."""
    return FILM if isinstance(strip, Reel) else READ


class _At(NamedTuple):
    """Which look is shown: all the state there is."""

    number: int
    nbytes: int = 0


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
    """Fulfils session/engine.py's Engine with a strip of looks in the place of an allocator."""

    def __init__(self, strip: Strip) -> None:
        self.world = strip
        self.ahead = _Nothing()
        self.now = 0

    @property
    def mspans(self) -> int:
        """Nothing that would take time to remember: an image is a number."""
        return 0

    @property
    def pages_from(self) -> PagesFrom:
        """Refused as what would take pages."""
        return self._refuse()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        """Stands for all that would change the heap."""
        raise InvariantError("read_heap", "a session refuses every command that would change a heap that is only read")

    mallocgc = alloc = alloc_many = drop = drop_many = write_pointer = write_pointers = write_each = _refuse
    collect = mark = sweep_one = set_gc_percent = _refuse
    scavenge = free_os_memory = flush = procs = use_p = _refuse

    def set_now(self, now: int) -> None:
        """Take no notice: there is only one moment."""

    def set_trace(self, *_: object) -> None:
        """Tell nothing: nothing happens."""

    @property
    def follow(self) -> Callable[[Event], None]:
        """What takes no notice."""
        return lambda _: None

    def counters(self) -> tuple[int, ...]:
        """Returns a number for each of trail.NAMES: all that can be told of two looks is whether there were collections."""
        collections = 0 if unknown(self.world, "sums") else self.world.sums.stats.numgc
        return tuple(collections if name == GC else 0 for name in NAMES)

    def capture(self) -> _At:
        """Which look is shown."""
        return _At(self.world.at)

    def restore(self, image: object) -> None:
        """Show that one again."""
        assert isinstance(image, _At)
        self.world.at = image.number

    def unseen(self) -> AnyUnseen | None:
        """Returns what was read of that, too."""
        return self.world.shown.unseen

    def check(self, level: Level) -> list[str]:
        """Raise NotKnown: invariants are the allocator's."""
        raise NotKnown("invariants are the allocator's, and this heap has none: it was checked when it was read")
