"""A heap of which little is known, as one read from a trace: spans and slots, and nothing that the allocator keeps for itself."""

from typing import Any

from gomem_core.world.facts import STILL_DOUBTS, Fact
from gomem_core.world.records import SpanColumns
from gomem_core.world.still import Facets, Place, Still
from gomem_core.world.still_spans import StillSpans
from gomem_core.world.world import Unknown
from tests.madeup import made_up

NO_LISTS = Unknown("a trace does not say on which lists spans hang")
NO_CACHES = Unknown("a trace does not say what the Ps have cached")
NO_SUMS = Unknown("a trace begins in the middle, so nothing was counted from the beginning")
DOUBTS = {
    **STILL_DOUBTS,
    Fact.SPANCLASS: "a trace has the sizes of slots, and the class is the one of that size",
    **dict.fromkeys((Fact.FREEINDEX, Fact.GCMARK_BITS, Fact.SWEEPGEN, Fact.NEEDZERO), "a trace does not have it"),
    **dict.fromkeys((Fact.NPRELEASED, Fact.UNUSEDSINCE, Fact.MSPAN, Fact.SPANS), "a trace does not have it"),
    **dict.fromkeys((Fact.CENTRAL, Fact.FREE), NO_LISTS.why),
    Fact.MCACHE: NO_CACHES.why,
    **dict.fromkeys((Fact.MSTATS, Fact.GOGC), NO_SUMS.why),
}
LACKS = (
    *("freeindex", "sweepgen", "swept", "cached_by", "list_name", "next_base", "prev_base"),
    *("needzero", "npreleased", "unusedsince", "ptr"),
)


def poor() -> Still:
    """The made-up heap, without what a trace would not tell."""
    rich = made_up()
    columns: dict[str, Any] = rich.spans.columns()._asdict()
    columns |= dict.fromkeys(LACKS, (None,) * rich.spans.count)
    spans = StillSpans(SpanColumns(**columns), [], rich.extents.arenas, rich.profile)
    rich.slots._spans = spans
    facets = Facets(spans, rich.slots, rich.pointers, NO_LISTS, NO_CACHES, NO_SUMS, rich.extents)
    return Still(Place("poor", 0), rich.profile, facets, rich.rows, DOUBTS)
