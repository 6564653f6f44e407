"""What a step touched, gathered from its events: so that panes can point at it, each in its own way."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gomem_core import events as e


@dataclass(slots=True)
class Touched:
    """Addresses of spans and objects, and span classes of mcentrals, that the last step had to do with."""

    spans: set[int] = field(default_factory=set)  # bases: handed out, cached, split, merged, swept, grown, stored into
    slots: set[int] = field(default_factory=set)  # addresses of slots taken, or in which a pointer was stored
    central: set[int] = field(default_factory=set)  # span classes whose lists changed


def touched(told: Iterable[e.Event]) -> Touched:
    """Gather what the events of one step touched."""
    t = Touched()
    for event in told:
        match event:
            case e.SlotTaken():
                t.spans.add(event.base)
                t.slots.add(event.addr)
            case e.PointerWritten():
                t.spans.add(event.base)
                t.slots.add(event.obj)
            case e.TinyShared():
                t.slots.add(event.block)
            case e.CacheSpan() | e.UncacheSpan() | e.CentralPick():
                t.spans.add(event.base)
                t.central.add(event.spanclass)
            case e.CentralMiss():
                t.central.add(event.spanclass)
            case e.Sweep() if event.nfreed or event.nalloc == 0:
                t.spans.add(event.base)
                t.central.add(event.spanclass)
            case e.SpanSplit():
                t.spans |= {event.base, event.rest_base}
            case e.SpanAlloc() | e.SpanFree() | e.SpanMerge() | e.Grow():
                t.spans.add(event.base)
            case _:
                pass
    return t
