"""What `gomem open --json` prints of a file that a program wrote of its heap: a dump, a profile, counters, lines of gctrace."""

from typing import TYPE_CHECKING

from gomem_core.queries.amounts import sites_of
from gomem_core.queries.data import mem_stats_data
from gomem_core.queries.graphs import graph_of
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import unknown

if TYPE_CHECKING:
    from gomem_core.schema.heap import MemStats
    from gomem_core.schema.opened import CountersSummary, DumpSummary, GcCycle, GcTraceSummary, ProfileSummary


def written_of(path: str, strip: Strip) -> "DumpSummary | ProfileSummary | CountersSummary | GcTraceSummary":
    """The figures of a file of one of these kinds."""
    match strip.kind:
        case "dump":
            return _dump(path, strip.shown)
        case "profile":
            return _profile(path, strip.shown)
        case "memstats":
            return _counters(path, strip.shown)
        case _:
            return {"file": path, "kind": "gctrace", "go": None, "cycles": [_cycle(still) for still in strip.stills]}


def _dump(path: str, still: Still) -> "DumpSummary":
    graph = graph_of(still)
    assert graph is not None  # a dump has all that it takes
    reached, nbytes = graph.reached()
    memory: MemStats | None = None if unknown(still, "sums") else mem_stats_data(still.sums.mem_stats())
    return {
        "file": path,
        "kind": "dump",
        "go": still.place.go or None,
        "note": still.place.note or None,
        "memstats": memory,
        "objects": {"count": len(graph.addr), "bytes": int(graph.size.sum())},
        "reachable": {"count": reached, "bytes": nbytes},
        "roots": 0 if still.roots is None else len(still.roots.slot),
    }


def _profile(path: str, still: Still) -> "ProfileSummary":
    sites = sites_of(still)
    return {
        "file": path,
        "kind": "profile",
        "go": still.place.go or None,
        "rate": sites.rate or None,
        "stacks": len(sites.stacks),
        "inuse": {"count": sum(sites.inuse_objects), "bytes": sum(sites.inuse_bytes)},
        "allocated": {"count": sum(sites.alloc_objects), "bytes": sum(sites.alloc_bytes)},
    }


def _counters(path: str, still: Still) -> "CountersSummary":
    sums = still.sums
    return {
        "file": path,
        "kind": "memstats",
        "go": still.place.go or None,
        "source": still.place.note,
        "memstats": mem_stats_data(sums.mem_stats()),
        "live": sums.counters["heap_marked"],
        "gogc": sums.rest.gcpercent,
    }


def _cycle(still: Still) -> "GcCycle":
    counters = still.sums.counters
    return {
        "number": counters["numgc"],
        "live": counters["heap_marked"],
        "goal": counters["next_gc"],
        "stacks": counters["stacks_inuse"],
        "told": still.place.note,
    }
