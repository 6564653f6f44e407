"""Worlds of sums only: MemStats, expvar, runtime/metrics as one moment; lines of gctrace as a moment for each collection."""

from typing import Final

from gomem_core.formats.gctrace import Cycle, GcTrace
from gomem_core.formats.gocounters import Counted
from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.versions import PROFILES
from gomem_core.world.facts import Doubts, Fact
from gomem_core.world.records import MemStats
from gomem_core.world.still import COUNTERS, Facets, Place, Still, StillSums, SumRest
from gomem_core.world.strip import Strip
from gomem_core.world.world import Kind, Unknown

_NEVER: Final = 1 << 62  # from here on a goal is never reached
_NAMES: Final = {"heap_sys": "HeapSys", "heap_idle": "HeapIdle", "heap_inuse": "HeapInuse", "heap_released": "HeapReleased"}
_COUNTED: Final = "counters are sums: what lies where, and what refers to it, they do not tell"
_TRACED: Final = "lines of gctrace tell sums of whole megabytes, rounded down, and nothing of the heap itself"
COUNTED_DOUBTS: Final[Doubts] = dict.fromkeys(Fact, _COUNTED)
TRACED_DOUBTS: Final[Doubts] = dict.fromkeys(Fact, _TRACED)


def world_of_counters(counted: Counted, title: str) -> Still:
    """The moment at which a program counted."""
    fields = counted.fields
    never = U64_MAX if fields["NextGC"] >= _NEVER else fields["NextGC"]
    memory = MemStats(**(fields | {"NextGC": never}), BySize=counted.by_size)
    counters: dict[str, int | None] = dict.fromkeys(COUNTERS)
    counters |= {name: fields[field] for name, field in _NAMES.items()}
    counters |= {"stacks_inuse": fields["StackInuse"], "next_gc": never, "numgc": fields["NumGC"]}
    counters |= {"heap_marked": counted.live, "tinyallocs": counted.tiny}
    sums = StillSums(counters, memory, SumRest(None, counted.gogc, None, None, None), COUNTED_DOUBTS)
    return _still(Place(title, 0, "memstats", "", counted.source), sums, COUNTED_DOUBTS, "memstats")


def world_of_gctrace(trace: GcTrace, title: str) -> Strip:
    """A moment for each collection, as its line tells it."""
    return Strip([_cycle(cycle, title, step) for step, cycle in enumerate(trace.cycles)])


def _cycle(cycle: Cycle, title: str, step: int) -> Still:
    counters: dict[str, int | None] = dict.fromkeys(COUNTERS)
    counters |= {"numgc": cycle.number, "next_gc": cycle.goal, "heap_marked": cycle.live, "stacks_inuse": cycle.stacks}
    sums = StillSums(counters, None, SumRest(None, None, None, None, None), TRACED_DOUBTS)
    return _still(Place(title, step, "gctrace", "", _told(cycle)), sums, TRACED_DOUBTS, "gctrace")


def _told(cycle: Cycle) -> str:
    """The line in words."""
    stop, mark, end = cycle.clock
    parts = [
        f"gc {cycle.number} at {cycle.at:g} s{', forced' if cycle.forced else ''}",
        f"heap {_whole(cycle.start)} → {_whole(cycle.end)}, live {_whole(cycle.live)}, goal {_whole(cycle.goal)}",
        f"stood {stop + end:.3g} ms, marked for {mark:g} ms, {cycle.percent}% of all time",
    ]
    return "; ".join(parts)


def _whole(nbytes: int) -> str:
    """Whole megabytes, which were rounded down."""
    return f"{nbytes >> 20}M" if nbytes else "<1M"


def _still(place: Place, sums: StillSums, doubts: Doubts, kind: Kind) -> Still:
    unknown = Unknown(doubts[Fact.SPAN])
    facets = Facets(unknown, unknown, unknown, unknown, unknown, sums, unknown)
    return Still(place, PROFILES[-1], facets, {}, doubts, kind)
