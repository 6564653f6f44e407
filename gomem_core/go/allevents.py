"""All events that any allocator tells: those of all versions, and those of Go 1.21 and later."""

from typing import Final

from gomem_core.go import events, pageevents
from gomem_core.go.events import Event

ALL_EVENTS: Final = tuple(
    kind
    for module in (events, pageevents)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event and kind.__module__ == module.__name__
)

# Events of Go 1.10 and of later versions that say the same: who asks for a kind of event means either.
_SAME: Final = (
    (events.Grow, pageevents.HeapGrown),
    (events.CacheSpan, pageevents.SpanCached),
    (events.UncacheSpan, pageevents.SpanUncached),
    (events.CentralMiss, pageevents.CentralEmpty),
    (events.Sweep, pageevents.SpanSwept),
    (events.Reclaim, pageevents.PagesReclaimed),
    (events.BitsWritten, pageevents.SpanBitsWritten),
)
_MEANT: Final = {kind.kind: tuple(one.kind for one in pair) for pair in _SAME for kind in pair}


def kinds_meant(kind: str) -> tuple[str, ...]:
    """The kinds of events that say the same as `kind` in some version, itself among them."""
    return _MEANT.get(kind, (kind,))
