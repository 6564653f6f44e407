"""What `gomem open --json` prints of a file that a program wrote of its heap: a heap dump, a heap profile."""

from typing import TYPE_CHECKING, Final

from gomem_core.queries.amounts import sites_of
from gomem_core.queries.data import mem_stats_data
from gomem_core.queries.graphs import graph_of
from gomem_core.world.still import Still
from gomem_core.world.world import Kind, unknown

if TYPE_CHECKING:
    from gomem_core.schema.heap import MemStats
    from gomem_core.schema.outputs import DumpSummary, ProfileSummary

WRITTEN: Final[tuple[Kind, ...]] = ("dump", "profile")


def written_of(path: str, still: Still) -> "DumpSummary | ProfileSummary":
    """The figures of a file of one of these kinds."""
    return _dump(path, still) if still.kind == "dump" else _profile(path, still)


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
