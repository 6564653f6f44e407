"""The sums of a heap that panes show: taken before a step, they tell afterwards which of them the step changed.

Nothing here depends on how many spans there are, once the account is up to date.
"""

from typing import NamedTuple

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.queries.account import Account, Balance, Share
from gomem_core.world.records import McacheInfo
from gomem_core.world.world import World


class CacheSums(NamedTuple):
    """One P's mcache: whether it allocates, its tiny block (address, 0: none, and bytes taken), cached spans and free slots."""

    current: bool
    tiny: int
    tinyoffset: int
    spans: int
    free_slots: int


class Figures(NamedTuple):
    """Bytes, but for those that begin with n or end in locks, and those that say otherwise; names as in mstats.py."""

    balance: Balance
    shares: dict[int, Share]  # of each span class that has spans
    mapped: dict[tuple[str, int], int]  # of each region, by its name and where it starts
    heap_sys: int
    heap_inuse: int
    heap_idle: int
    heap_released: int
    heap_live: int
    heap_marked: int
    gc_trigger: int
    next_gc: int
    gogc: int  # percent, -1: off
    numgc: int
    sweepdone: bool
    tinyallocs: int
    nserved_mcache: int
    nserved_central: int
    nserved_heap: int
    nserved_large: int
    nserved_os: int
    heap_locks: int
    central_locks: int
    nheap_grow: int
    nos_release: int
    free: dict[int, int]  # pages -> spans on that free list
    free_large: int  # in free spans of 128 pages and more, where these are on no list of their own length
    caches: tuple[CacheSums, ...]  # of each P


def figures(world: World, account: Account) -> Figures:
    """Returns the figures of this moment.  Reads the account, so only between commands are they exact."""
    stats = world.sums.stats
    free, lists = dict(world.lists.free_lists()), world.profile.heap_lists
    return Figures(
        balance=account.read(),
        shares=account.shares(),
        mapped={(r.name, r.start): r.used_end - r.used_start for r in world.extents.layout()},
        heap_sys=stats.heap_sys,
        heap_inuse=stats.heap_inuse,
        heap_idle=stats.heap_idle,
        heap_released=stats.heap_released,
        heap_live=stats.heap_live,
        heap_marked=stats.heap_marked,
        gc_trigger=stats.gc_trigger,
        next_gc=stats.next_gc,
        gogc=world.sums.gcpercent,
        numgc=stats.numgc,
        sweepdone=world.sums.sweepdone,
        tinyallocs=stats.tinyallocs,
        nserved_mcache=stats.nserved_mcache,
        nserved_central=stats.nserved_central,
        nserved_heap=stats.nserved_heap,
        nserved_large=stats.nserved_large,
        nserved_os=stats.nserved_os,
        heap_locks=stats.nheap_lock,
        central_locks=world.sums.central_locks,
        nheap_grow=stats.nheap_grow,
        nos_release=stats.nos_release,
        free=free,
        free_large=0 if lists is None else stats.heap_idle - (sum(n * count for n, count in free.items()) << PAGE_SHIFT),
        caches=tuple(cache_sums(c) for c in world.caches.mcaches()),
    )


def cache_sums(c: McacheInfo) -> CacheSums:
    """The sums of one of them."""
    return CacheSums(c.current, c.tiny, c.tinyoffset, len(c.cached), sum(nfree for _, _, nfree in c.cached))
