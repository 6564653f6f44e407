"""What can be known of a heap, fact by fact: of each a world says whether it knows it, and if not, why.

A value that a world lacks is None, and is drawn as ?.  One that it has although it doubts the fact was derived from others, and
is drawn with ≈ before it.  In both cases `World.doubt` has the sentence, so that nothing looks like a fact that is none.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from gomem_core.world.records import SpanField

UNKNOWN: Final = "?"
DERIVED: Final = "≈"


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
    NEEDZERO = "needzero"
    NPRELEASED = "npreleased"
    UNUSEDSINCE = "unusedsince"
    MSPAN = "mspan"  # the address of the struct
    SPANS = "mheap.spans"  # entries of the spans array
    MSTATS = "mstats"
    GOGC = "gogc"
    SIZE = "size"  # as the program asked for it
    NAME = "name"
    ROOT = "root"
    POINTER = "pointer"  # what is stored in objects
    TYPE = "type"
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

Doubts = Mapping[Fact, str]  # a sentence for each fact that is not known, or only derived

SESSION_DOUBTS: Final[Doubts] = {
    Fact.TYPE: "a command allocates bytes of which some are pointers, and no type",
    Fact.GOROUTINE: "a session has Ps, and no goroutines that run on them",
}
STILL_DOUBTS: Final[Doubts] = {
    **SESSION_DOUBTS,
    Fact.TIME: "a still is one moment, without a before and an after",
    Fact.STORY: "a still does not keep the steps that led to it",
}
