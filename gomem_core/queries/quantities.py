"""The quantities that `until` and `expect` ask for, computed from the heap as it is now.

lang/quantities.py says what each means.  Most cost nothing; a few go through the lists of all span classes or through the
spans that wait, so that `until` can ask after every command.
"""

from collections.abc import Callable
from typing import Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.sizeclasses import CENTRAL_CLASSES
from gomem_core.queries.show import STAT_NOTES
from gomem_core.world.objects import ObjectTable
from gomem_core.world.world import World

Measure = Callable[[World, ObjectTable], int]


def measure(quantity: str, view: World, objects: ObjectTable) -> int:
    """A quantity now.  Raises KeyError for a name that is none."""
    return MEASURES[quantity](view, objects)


def _counter(name: str) -> Measure:
    """One of the running counters."""

    def read(view: World, _objects: ObjectTable) -> int:
        value: int = getattr(view.stats, name)
        return value

    return read


def _mapped(view: World, region: str) -> int:
    """Bytes of a region of the layout that are mapped."""
    return sum(r.used_end - r.used_start for r in view.layout() if r.name == region)


def _refills(view: World) -> int:
    """mcentral gave a span it had, or the heap cut one that is not for a single large object."""
    stats = view.stats
    return stats.nserved_central + stats.nheap_alloc - stats.nlargealloc


def _spans_free(view: World) -> int:
    return sum(count for _, count in view.free_lists()) + len(view.free_large())


def _spans_inuse(view: World) -> int:
    """Every span for small objects is on a list of its mcentral, also while it is cached; large objects have one each."""
    small = (view.central(spanclass) for spanclass in CENTRAL_CLASSES)
    return sum(c.nonempty + c.empty for c in small) + view.stats.nlargealloc - view.stats.nlargefree


MEASURES: Final[dict[str, Measure]] = {
    "spans": lambda view, _: view.span_count,
    "spans_inuse": lambda view, _: _spans_inuse(view),
    "spans_free": lambda view, _: _spans_free(view),
    "pages": lambda view, _: view.pages,
    "pages_inuse": lambda view, _: view.stats.heap_inuse >> PAGE_SHIFT,
    "pages_free": lambda view, _: view.stats.heap_idle >> PAGE_SHIFT,
    "released_pages": lambda view, _: view.stats.heap_released >> PAGE_SHIFT,
    "arena_used": lambda view, _: view.arena[1] - view.arena[0],
    "bitmap_mapped": lambda view, _: _mapped(view, "heap: bitmap"),
    "spans_mapped": lambda view, _: _mapped(view, "heap: spans"),
    "unswept": lambda view, _: view.unswept_count,
    "cached": lambda view, _: sum(len(mcache.cached) for mcache in view.mcaches()),
    "objects": lambda _, objects: objects.alive,
    "heap_objects": lambda view, _: view.mem_stats().HeapObjects,
    "mallocs": lambda view, _: view.mem_stats().Mallocs,
    "frees": lambda view, _: view.mem_stats().Frees,
    "heap_alloc": lambda view, _: view.mem_stats().HeapAlloc,
    "total_alloc": lambda view, _: view.mem_stats().TotalAlloc,
    **{name: _counter(name) for name in STAT_NOTES},
    "grows": lambda view, _: view.stats.nheap_grow,
    "refills": lambda view, _: _refills(view),
    "central_locks": lambda view, _: view.central_locks,
}
