"""Maps: which kind a version has, and what both kinds have in common."""

from collections.abc import Callable
from dataclasses import replace

from gomem_core.gotypes.model import Type
from gomem_core.gotypes.statements import maps_buckets, maps_swiss
from gomem_core.gotypes.statements.maps_swiss import Table
from gomem_core.gotypes.statements.plan import Handle, Plan
from gomem_core.gotypes.statements.shapes import Shapes, part
from gomem_core.gotypes.statements.values import MapState, Value


def make_map(plan: Plan, shapes: Shapes, t: Type, hint: int) -> Value:
    """make(map[K]V, hint): a map that has no entries yet.  Raises GoError."""
    if shapes.language.swiss_maps:
        return _value(t, maps_swiss.make_map(plan, shapes, part(t), part(t, 1), hint))
    return _value(t, maps_buckets.make_map(plan, shapes, part(t), part(t, 1), hint))


def insert(plan: Plan, shapes: Shapes, value: Value, n: int) -> Value:
    """The map with `n` entries more, one after the other, all with keys that it has not yet.  Raises GoError."""
    if isinstance(value.map, maps_swiss.Tables):
        return _value(value.type, maps_swiss.insert(plan, shapes, value.map, n))
    if isinstance(value.map, maps_buckets.Buckets):
        return _value(value.type, maps_buckets.insert(plan, shapes, value.map, n))
    raise TypeError(f"not a map: {value.type}")


def settled_map(state: MapState, real: Callable[[Handle], int]) -> MapState:
    """The same map after its objects were allocated."""
    if isinstance(state, maps_swiss.Tables):
        return replace(
            state,
            header=real(state.header),
            group=None if state.group is None else real(state.group),
            directory=None if state.directory is None else real(state.directory),
            tables=tuple([Table(real(t.table), real(t.groups), t.slots, t.depth, t.turn) for t in state.tables]),
            even=None if state.even is None else state.even._replace(first=real(state.even.first), step=1),
            held=tuple(map(real, state.held)),
        )
    return replace(
        state,
        header=real(state.header),
        buckets=None if state.buckets is None else real(state.buckets),
        extra=None if state.extra is None else real(state.extra),
        held=tuple(map(real, state.held)),
    )


def _value(t: Type, state: MapState) -> Value:
    return Value(t, pointers=((0, state.header),), made=tuple(state.objects()), length=state.used, map=state)
