"""What can be known of a heap, fact by fact: of each a world says whether it knows it, and if not, why.

A value that a world lacks is None, and is drawn as ?.  One that it has although it doubts the fact was derived from others, and
is drawn with ≈ before it.  In both cases `World.doubt` has the sentence, so that nothing looks like a fact that is none.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from gomem_core.world.records import SpanField

UNKNOWN: Final = "?"
DERIVED: Final = "≈"
Value = TypeVar("Value", int, float, str)


def or_unknown(value: Value | None) -> Value | str:
    """The value, ? where it is not known: a cell of a table."""
    return UNKNOWN if value is None else value


class Fact(StrEnum):
    """A fact, by the name that Go's runtime has for it, where it has one."""

    SPAN = "span"  # base, pages, state
    SPANCLASS = "spanclass"  # and with it the size of slots
    ALLOC_COUNT = "allocCount"
    ALLOC_BITS = "allocBits"
    FREEINDEX = "freeindex"
    GCMARK_BITS = "gcmarkBits"
    SWEEPGEN = "sweepgen"
    HEAP_BITS = "heapBits"  # which words may hold pointers
    CENTRAL = "mcentral"
    FREE = "mheap.free"
    MCACHE = "mcache"
    PCACHE = "pcache"  # the page caches of the Ps
    NEEDZERO = "needzero"
    NPRELEASED = "npreleased"
    UNUSEDSINCE = "unusedsince"
    MSPAN = "mspan"  # the address of the struct
    SPANS = "mheap.spans"  # entries of the spans array
    MSTATS = "mstats"
    PACER = "gcController"  # heap_live, trigger, goal
    TRIGGER_RATIO = "trigger_ratio"
    GOGC = "gogc"
    SERVED = "served"  # how many allocations each of mcache, mcentral and mheap served, and how often the heap was asked
    LOCKS = "locks"  # how often locks were taken
    SIZE = "size"  # as the program asked for it
    NAME = "name"
    ROOT = "root"
    POINTER = "pointer"  # what is stored in objects
    LIVE = "live"  # which of the allocated objects a collection would keep
    TYPE = "type"
    TYPE_NAME = "type name"  # of types that the heap has
    GOROUTINE = "goroutine"
    TIME = "time"
    STORY = "story"  # why it looks so


SPAN_FACTS: Final[Mapping[SpanField, Fact]] = {
    "base": Fact.SPAN,
    "npages": Fact.SPAN,
    "state": Fact.SPAN,
    "spanclass": Fact.SPANCLASS,
    "elemsize": Fact.SPANCLASS,
    "nelems": Fact.SPANCLASS,
    "alloc_count": Fact.ALLOC_COUNT,
    "freeindex": Fact.FREEINDEX,
    "sweepgen": Fact.SWEEPGEN,
    "swept": Fact.SWEEPGEN,
    "cached_by": Fact.MCACHE,
    "list_name": Fact.CENTRAL,
    "next_base": Fact.CENTRAL,
    "prev_base": Fact.CENTRAL,
    "needzero": Fact.NEEDZERO,
    "npreleased": Fact.NPRELEASED,
    "unusedsince": Fact.UNUSEDSINCE,
    "ptr": Fact.MSPAN,
}

COUNTER_FACTS: Final[Mapping[str, Fact]] = {  # of the counters in counters.py; the others are MSTATS
    **dict.fromkeys(("heap_live", "heap_marked", "gc_trigger", "next_gc"), Fact.PACER),
    "trigger_ratio": Fact.TRIGGER_RATIO,
    **dict.fromkeys(("nserved_mcache", "nserved_central", "nserved_heap", "nserved_large", "nserved_os", "nzero"), Fact.SERVED),
    **dict.fromkeys(("nheap_alloc", "nheap_grow", "nmcache_flush", "nos_release", "nswept", "nswept_in_vain"), Fact.SERVED),
    "nheap_lock": Fact.LOCKS,
}

Doubts = Mapping[Fact, str]  # a sentence for each fact that is not known, or only derived

SESSION_DOUBTS: Final[Doubts] = {
    Fact.PCACHE: "Go 1.10 has no page caches: the Ps take pages from the heap's lists of free spans",
    Fact.TYPE: "a command allocates bytes of which some are pointers, and no type",
    Fact.GOROUTINE: "a session has Ps, and no goroutines that run on them",
}
ALWAYS_DOUBTED: Final[Doubts] = {  # of any still
    Fact.TIME: "a still is one moment, without a before and an after",
    Fact.STORY: "a still does not keep the steps that led to it",
}
TAKEN_UP_DOUBTS: Final[Doubts] = {  # of a session besides, if it goes on from a heap of which they were not known
    Fact.SIZE: "of what was taken up only the slots are known, not how much of them was asked for; what came since has its size",
}
STILL_DOUBTS: Final[Doubts] = {**SESSION_DOUBTS, **ALWAYS_DOUBTED}
MODERN_DOUBTS: Final[Doubts] = {  # of a session of Go 1.21 or later
    Fact.NEEDZERO: "a free page needs no answer before it is handed out; spans have one",
    Fact.MSPAN: "where the mspans lie is not modelled: no address in the heap depends on it",
    Fact.UNUSEDSINCE: "Go stopped to note how long pages are free",
    Fact.LOCKS: "which locks are taken is not modelled for this version of Go",
    Fact.TRIGGER_RATIO: "this version of Go has no trigger ratio",
    Fact.TYPE: SESSION_DOUBTS[Fact.TYPE],
    Fact.GOROUTINE: SESSION_DOUBTS[Fact.GOROUTINE],
}
