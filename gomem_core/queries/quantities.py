"""The quantities that `until` and `expect` ask for, computed from the heap as it is now.

lang/quantities.py says what each means.  Most cost nothing; a few go through the lists of all span classes or through the
spans that wait, so that `until` can ask after every command.
"""

from collections.abc import Callable
from typing import Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.queries.show import STAT_NOTES
from gomem_core.world.facts import Fact
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import NotKnown, World, unknown

Measure = Callable[[World, Objects], int]


def measure(quantity: str, world: World, objects: Objects) -> int:
    """A quantity now.  Raises KeyError for a name that is none."""
    return MEASURES[quantity](world, objects)


def _counter(name: str) -> Measure:
    """One of the running counters."""

    def read(world: World, _objects: Objects) -> int:
        value: int = getattr(world.sums.stats, name)
        return value

    return read


def _of_mem_stats(name: str) -> Measure:
    """A field of MemStats that some heaps do not know."""

    def read(world: World, _objects: Objects) -> int:
        value: int | None = getattr(world.sums.mem_stats(), name)
        if value is None:
            raise NotKnown(world.doubt(Fact.MSTATS) or f"{name} is not known of this heap")
        return value

    return read


def _mapped(world: World, region: str) -> int:
    """Bytes of a region of the layout that are mapped."""
    return sum(r.used_end - r.used_start for r in world.extents.layout() if r.name == region)


def _refills(world: World) -> int:
    """mcentral gave a span it had, or the heap cut one that is not for a single large object."""
    stats = world.sums.stats
    return stats.nserved_central + stats.nheap_alloc - stats.nlargealloc


def _spans_free(world: World) -> int:
    if unknown(world, "lists"):
        return sum(info.state == "free" for info in world.spans.each())
    return sum(count for _, count in world.lists.free_lists()) + len(world.lists.free_large())


def _spans_inuse(world: World) -> int:
    """Spans with slots are on a list of their mcentral, large objects on lists of the heap; each version has exceptions."""
    if unknown(world, "lists"):
        return sum(info.state == "inuse" for info in world.spans.each())
    profile, stats = world.profile, world.sums.stats
    listed = sum(sum(world.lists.central(spanclass).lengths) for spanclass in profile.central_classes)
    if profile.heap_lists is None:  # large objects hang on lists of mcentrals, too, but cached spans on none
        return listed + _cached(world)
    return listed + stats.nlargealloc - stats.nlargefree


def _cached(world: World) -> int:
    return sum(len(mcache.cached) for mcache in world.caches.mcaches())


MEASURES: Final[dict[str, Measure]] = {
    "spans": lambda world, _: world.spans.count,
    "spans_inuse": lambda world, _: _spans_inuse(world),
    "spans_free": lambda world, _: _spans_free(world),
    "pages": lambda world, _: world.extents.arenas.pages,
    "pages_inuse": lambda world, _: world.sums.stats.heap_inuse >> PAGE_SHIFT,
    "pages_free": lambda world, _: world.sums.stats.heap_idle >> PAGE_SHIFT,
    "released_pages": lambda world, _: world.sums.stats.heap_released >> PAGE_SHIFT,
    "arena_used": lambda world, _: world.extents.arenas.nbytes,
    "bitmap_mapped": lambda world, _: _mapped(world, "heap: bitmap"),
    "spans_mapped": lambda world, _: _mapped(world, "heap: spans"),
    "unswept": lambda world, _: world.sums.unswept_count,
    "cached": lambda world, _: _cached(world),
    "objects": lambda _, objects: objects.alive,
    "heap_objects": lambda world, _: world.sums.mem_stats().HeapObjects,
    "mallocs": _of_mem_stats("Mallocs"),
    "frees": _of_mem_stats("Frees"),
    "heap_alloc": lambda world, _: world.sums.mem_stats().HeapAlloc,
    "total_alloc": _of_mem_stats("TotalAlloc"),
    **{name: _counter(name) for name in STAT_NOTES},
    "grows": lambda world, _: world.sums.stats.nheap_grow,
    "refills": lambda world, _: _refills(world),
    "central_locks": lambda world, _: world.sums.central_locks,
}
