"""The sums of a heap that panes show: taken before a step, they tell afterwards which of them the step changed.

Nothing here depends on how many spans there are, once the account is up to date.
"""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.named import NamedTuple
from gomem_core.queries.account import Account
from gomem_core.queries.shares import Balance, Share
from gomem_core.world.records import McacheInfo, PageCache
from gomem_core.world.still_spans import StillSpans, free_runs
from gomem_core.world.world import NotKnown, Sums, World, known, unknown


class CacheSums(NamedTuple):
    """One P's caches: whether it allocates, its tiny block (address, 0: none; bytes taken), cached spans, free slots, pages."""

    current: bool
    tiny: int
    tinyoffset: int
    spans: int
    free_slots: int
    pages: PageCache | None


class Figures(NamedTuple):
    """Bytes, but for those that begin with n or end in locks, and those that say otherwise; names as in mstats.py.

    None is what the heap does not know.
    """

    balance: Balance
    shares: dict[int, Share]  # of each span class that has spans
    mapped: dict[tuple[str, int], int]  # of each region, by its name and where it starts
    free: dict[int, int]  # pages -> spans on that free list
    free_large: int | None  # in free spans of 128 pages and more, where these are on no list of their own length
    caches: tuple[CacheSums, ...]  # of each P
    heap_sys: int | None
    heap_inuse: int | None
    heap_idle: int | None
    heap_released: int | None
    heap_live: int | None
    heap_marked: int | None
    gc_trigger: int | None
    next_gc: int | None
    numgc: int | None
    tinyallocs: int | None
    nserved_mcache: int | None
    nserved_central: int | None
    nserved_heap: int | None
    nserved_large: int | None
    nserved_os: int | None
    nheap_grow: int | None
    nos_release: int | None
    gcpercent: int | None  # GOGC, -1: off
    sweepdone: bool | None
    nheap_lock: int | None
    central_locks: int | None


_COUNTERS: Final = Figures._fields[Figures._fields.index("heap_sys") : Figures._fields.index("gcpercent")]
# What is read together: of a session all that is in the first is known, and newer versions of Go know nothing of locks.
_SUMS: Final = *(f"stats.{name}" for name in _COUNTERS), "gcpercent", "sweepdone"
_LOCKS: Final = ("stats.nheap_lock", "central_locks")
_READ: Final = attrgetter(*_SUMS), attrgetter(*_LOCKS)


def free_stretches(world: World) -> list[tuple[int, int, int]]:
    """(pages, how many, the first) of free spans, shortest first; large ones on a list of their own are not among them.

    Where nothing is known of lists, of the stretches of free pages.
    """
    if not unknown(world, "lists"):
        lists = world.lists
        return [(npages, count, next(iter(lists.free_list(npages, 1)), 0)) for npages, count in lists.free_lists()]
    columns = world.spans.columns() if isinstance(world.spans, StillSpans) else None
    runs = {} if columns is None else free_runs(columns)
    return [(npages, len(bases), bases[0]) for npages, bases in sorted(runs.items())]


def figures(world: World, account: Account) -> Figures:
    """Returns the figures of this moment.  Reads the account, so only between commands are they exact.

    Raises NotKnown of a heap of which nothing is counted.
    """
    if why := unknown(world, "sums"):
        raise NotKnown(why)
    free = {npages: count for npages, count, _ in free_stretches(world)}
    sums, locks = _values(world.sums, _SUMS, _READ[0]), _values(world.sums, _LOCKS, _READ[1])
    idle, large = sums[_COUNTERS.index("heap_idle")], 0
    if world.profile.heap_lists is not None and idle is not None:
        large = idle - (sum([npages * count for npages, count in free.items()]) << PAGE_SHIFT)
    return Figures(
        account.read(),
        account.shares(),
        {(r.name, r.start): r.used_end - r.used_start for r in world.extents.layout()},
        free,
        large,
        () if unknown(world, "caches") else tuple([cache_sums(c) for c in world.caches.mcaches()]),
        *sums,
        *locks,
    )


def _values(sums: Sums, names: Sequence[str], of_all: Callable[[Sums], Any]) -> tuple[Any, ...]:  # Any: numbers and a truth
    """What they have under these names, None for what is not known."""
    try:
        found: tuple[Any, ...] = of_all(sums)
    except NotKnown:
        found = tuple(known(partial(attrgetter(name), sums)) for name in names)
    return found


def cache_sums(c: McacheInfo) -> CacheSums:
    """The sums of one of them."""
    return CacheSums(c.current, c.tiny, c.tinyoffset, len(c.cached), sum([nfree for _, _, nfree in c.cached]), c.pages)
