"""What panes, queries, sums and differences ask of a heap, whatever heap it is: a world.

What looks at a heap knows it by these protocols alone.  A world has facets, one for each kind of question; of a heap about which
not everything can be found out some facets are Unknown, and say why.  What is returned are small frozen records (records.py),
nothing is copied but what is asked for, and nothing can be changed.  Addresses and sizes are bytes; pages are numbered as
arenas.py says.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Final, Literal, NoReturn, Protocol, TypeVar, get_args

from gomem_core.frozen import frozen
from gomem_core.go.versions import Profile
from gomem_core.world.arenas import Arenas
from gomem_core.world.counters import Counters
from gomem_core.world.facts import Fact
from gomem_core.world.records import (
    CentralInfo,
    McacheInfo,
    MemStats,
    Region,
    SlotColumns,
    SlotInfo,
    SpanField,
    SpanInfo,
    WordInfo,
)


class Spans(Protocol):
    """Spans, in address order and by address."""

    @property
    def count(self) -> int:
        """Number of spans."""
        ...

    def rows(self, start: int = 0, stop: int | None = None, step: int = 1) -> list[SpanInfo]:
        """Spans number start to stop, in address order; every `step`-th of them."""
        ...

    def each(self) -> Iterator[SpanInfo]:
        """All spans in address order, made one at a time: nobody has to keep thousands of them."""
        ...

    def at(self, addr: int) -> SpanInfo | None:
        """The span whose pages hold `addr`; None outside the used arenas."""
        ...

    def number(self, base: int) -> int:
        """Position in address order of the span that holds `base`; -1 outside the used arenas."""
        ...

    def entry(self, page: int) -> tuple[int, bool]:
        """spans[page]: the base of the span it points to (0: nil), and whether that is valid or left over."""
        ...

    def column(self, name: SpanField, start: int = 0, stop: int | None = None) -> memoryview:
        """One field of spans number start to stop, 8 bytes each, signed: for questions to all spans, asked a slice at a time.

        Words are numbers here: a state its place in STATES, the name of a list its place in `list_names`.
        """
        ...

    @property
    def list_names(self) -> tuple[str, ...]:
        """What `list_name` of a span can be, in alphabetical order."""
        ...

    def disputed(self, base: int) -> str:
        """What was read of the span at `base` and contradicts something else, in a sentence; empty where nothing does."""
        ...

    def left_over(self) -> list[tuple[int, int, int]]:
        """Entries of the spans array inside free spans, which are left over: (page, number of entries, the base) of each run."""
        ...


class Slots(Protocol):
    """What lies in spans: slots, words and their bits."""

    def bits(self, base: int) -> tuple[int, int | None, int | None]:
        """allocBits, allocCache and gcmarkBits of the span in use at `base`; bit i is slot i (of the cache, freeindex + i)."""
        ...

    def rows(self, base: int, start: int = 0, stop: int | None = None) -> list[SlotInfo]:
        """Slots number start to stop of the span in use at `base`; none for other spans."""
        ...

    def at(self, addr: int) -> SlotInfo | None:
        """The slot that holds `addr`; None outside slots."""
        ...

    def elemsize_at(self, addr: int) -> int:
        """Bytes of a slot of the span in use that holds `addr`, else 0."""
        ...

    def base_of(self, addr: int) -> int:
        """Address of the slot that holds `addr`, 0 where no object can be."""
        ...

    def words(self, addr: int, count: int) -> list[WordInfo]:
        """`count` words from `addr` (rounded down to a word), as far as its span goes; bits of free spans mean nothing: none."""
        ...

    @property
    def zerobase(self) -> int:
        """Where objects of size 0 live."""
        ...

    def sets(self, base: int) -> tuple[int, int] | None:
        """The allocated slots of the span in use at `base`, and those of them that are not dead, as bit sets; else None."""
        ...

    def set_bytes(self, start: int, stop: int) -> tuple[bytes, bytes]:
        """What `sets` says of spans number start to stop, joined: slot i of a span is bit i % 8 of its byte i // 8.

        A span has (nelems + 7) // 8 bytes: one without slots none.
        """
        ...

    def full(self, start: int, stop: int) -> bytes:
        """The classes of spans number start to stop all of whose slots are allocated and not dead; 0 for others, or for all.

        Where it is not 0 (nor 1: that of large objects), it tells all that `set_bytes` does, and how the span is cut.
        """
        ...

    def columns(self) -> SlotColumns:
        """What lies in all spans, in address order; nothing of it changes when the heap does."""
        ...


class Pointers(Protocol):
    """Pointers that are stored in objects, and what the program reaches through them."""

    def stored_in(self, addr: int) -> list[tuple[int, int]]:
        """The pointers stored in the object whose slot holds `addr`: (word number, target), by word."""
        ...

    def stores(self, addr: int, target: int) -> bool:
        """Whether a pointer to exactly `target` is stored in the object whose slot holds `addr`."""
        ...

    def is_root(self, addr: int) -> bool:
        """Whether the program itself refers to an object in the slot that holds `addr`."""
        ...

    def is_reachable(self, addr: int) -> bool:
        """Whether the program can reach the object at `addr` through what it refers to; walks all links.

        The address of objects of size 0 lies in no slot: it is reached where a link to it is.
        """
        ...

    def holders(self) -> list[int]:
        """Addresses of all objects in which pointers are stored; looks at every span (see LinkIndex)."""
        ...

    def reached(self) -> Generator[None, None, set[int]]:
        """Addresses of the slots to which links lead from what the program refers to; stops now and then on its way."""
        ...

    def kept(self) -> tuple[int, set[int]]:
        """What a mark would find now: bytes of all slots that it would reach, and where the links in these lead."""
        ...


class Lists(Protocol):
    """Lists on which spans hang."""

    def central(self, spanclass: int) -> CentralInfo:
        """The mcentral of a span class."""
        ...

    def asked(self) -> list[int]:
        """The span classes whose mcentral was ever asked for a span; where that is not counted, those that have any."""
        ...

    def chain(self, spanclass: int, name: str, limit: int = 1 << 60) -> list[int]:
        """Bases of at most `limit` spans of one of its lists, front to back; `name` is one of the profile's central_names."""
        ...

    def last(self, spanclass: int, name: str) -> int:
        """Base of the last span of one of its lists, 0: it is empty."""
        ...

    def place(self, base: int, limit: int) -> int:
        """Place, from 1, of the span at `base` in the list it hangs on; 0: on none, or more than `limit` from both its ends."""
        ...

    def free_lists(self) -> list[tuple[int, int]]:
        """(pages, number of spans) of each free list that is not empty, shortest first; large spans are not in these.

        Where the heap has no lists of free spans: of each length of stretches of free pages, large ones too.
        """
        ...

    def free_list(self, npages: int, limit: int = 1 << 60) -> list[int]:
        """Bases of at most `limit` free spans of exactly `npages` < 128 pages, front to back.

        Where the heap has no lists of free spans: of stretches of exactly so many pages, lowest first.
        """
        ...

    def free_large(self) -> list[SpanInfo]:
        """The free spans of 128 pages and more, best fit first; none where the heap has no list of them."""
        ...

    def free_large_lengths(self, most: int) -> list[tuple[int, int, int]]:
        """(pages, number of spans, base of the first) of each length of large free spans, shortest first.

        Looks at `most` spans; the length at which it then stops is left out, unless it is the only one.
        """
        ...


class Caches(Protocol):
    """What the Ps allocate from."""

    def mcaches(self) -> list[McacheInfo]:
        """The mcache of every P."""
        ...


class Sums(Protocol):
    """What is counted of all of it."""

    @property
    def stats(self) -> Counters:
        """The running counters; not to be changed."""
        ...

    def mem_stats(self) -> MemStats:
        """MemStats without the flush that reading them in a program causes."""
        ...

    @property
    def central_locks(self) -> int:
        """How often the lock of any mcentral was taken."""
        ...

    @property
    def gcpercent(self) -> int:
        """GOGC, -1: off."""
        ...

    @property
    def sweepgen(self) -> int:
        """The heap's sweep generation: a span with a lower one waits to be swept."""
        ...

    @property
    def sweepdone(self) -> bool:
        """Whether nothing waits to be swept."""
        ...

    @property
    def unswept_count(self) -> int:
        """Spans in use that wait to be swept; their stack also holds what others swept meanwhile, and some spans twice."""
        ...


class Extents(Protocol):
    """Where there is memory."""

    @property
    def arenas(self) -> Arenas:
        """The arenas, and how far they are used; spans cover them so far without a gap."""
        ...

    def layout(self) -> list[Region]:
        """The process from high addresses to low: where the heap lies among the rest.

        Only the three regions of the heap are modelled; the others are where a small Go program on linux/amd64 has them.
        """
        ...


class NotKnown(Exception):
    """A question was asked to which a world has no answer; its text is the sentence that says why."""


@frozen
class Unknown:
    """Stands for a facet that a world does not have: false, where those that it has are true.

    Whatever it is asked all the same, it raises NotKnown.
    """

    why: str  # a sentence, shown as it is

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        raise NotKnown(self.why)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Python's own questions to any object
            raise AttributeError(name)
        raise NotKnown(self.why)


Kind = Literal[  # what sort of heap it is
    "session",  # one that is typed, on a model of the allocator
    "film",  # a recorded trace
    "process",  # one look at a running process
    "core",  # ... at a core file
    "dump",  # ... at a heap dump, as debug.WriteHeapDump writes it
    "still",  # one that was kept of any of them
    "profile",  # sums only: a heap profile,
    "memstats",  # ... MemStats,
    "gctrace",  # ... lines of GODEBUG=gctrace=1
]
WRITTEN: Final[tuple[Kind, ...]] = ("film", "dump", "profile", "memstats", "gctrace")  # what a program wrote of its own heap
GO_UNTOLD: Final[tuple[Kind, ...]] = ("profile", "memstats", "gctrace")  # those whose files do not tell the version of Go
Facet = Literal["spans", "slots", "pointers", "lists", "caches", "sums", "extents"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class World(Protocol):
    """A heap as it is seen by all that do not drive it.

    A facet that is not known is an `Unknown`, whatever its type says here, and raises NotKnown when it is asked something.
    Panes and commands meet that in one place each (HeapPane.drawn, Session.look); `unknown` tells beforehand.
    """

    def doubt(self, fact: Fact) -> str:
        """Why a fact is not known, so that its values are None, or why it is only derived; empty where it is known."""
        ...

    @property
    def kind(self) -> Kind:
        """What sort of heap it is."""
        ...

    @property
    def profile(self) -> Profile:
        """The version of Go that the heap is one of: size classes, names of lists."""
        ...

    @property
    def spans(self) -> Spans:
        """Its spans."""
        ...

    @property
    def slots(self) -> Slots:
        """What lies in them."""
        ...

    @property
    def pointers(self) -> Pointers:
        """What is stored in objects."""
        ...

    @property
    def lists(self) -> Lists:
        """The lists on which spans hang."""
        ...

    @property
    def caches(self) -> Caches:
        """What the Ps allocate from."""
        ...

    @property
    def sums(self) -> Sums:
        """What is counted."""
        ...

    @property
    def extents(self) -> Extents:
        """Where there is memory."""
        ...


Answer = TypeVar("Answer")


def known(ask: Callable[[], Answer]) -> Answer | None:
    """The answer to a question, None where it is not known."""
    try:
        return ask()
    except NotKnown:
        return None


def unknown(world: World, *needed: Facet) -> str:
    """Why one of these facets is not known, the first of them; empty where all are."""
    for name in needed:
        facet: object = getattr(world, name)
        if isinstance(facet, Unknown):
            return facet.why
    return ""
