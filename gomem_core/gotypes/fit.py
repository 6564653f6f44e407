"""How well a size, or a type, fits the slots of each version of Go."""

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal

from gomem_core.foreign import brief
from gomem_core.go.placement import Placement, placement
from gomem_core.go.versions import PROFILES, Profile
from gomem_core.gotypes.advice import place_of
from gomem_core.gotypes.errors import GoError, Unsized
from gomem_core.gotypes.types import GoTypes
from gomem_core.named import NamedTuple
from gomem_core.report import Cell, Column, Result, Table, counted

if TYPE_CHECKING:
    from gomem_core.schema import layouts as schema

_KINDS: Final[tuple[Literal["noscan", "scan"], ...]] = ("noscan", "scan")
_COLUMNS: Final = (
    *(Column("go", "text"), Column("kind", "text"), Column("size"), Column("way", "text"), Column("slot"), Column("header")),
    *(Column("unused"), Column("of slot", "percent"), Column("spare", "text")),
)


LONGEST: Final = max(profile.max_alloc for profile in PROFILES)  # bytes that any version allows


class Row(NamedTuple):
    """An object in one version of Go; without a place where its size is not known there."""

    go: str
    kind: Literal["noscan", "scan"]
    size: int | None
    place: Placement | None


def fit_size(size: int) -> Result:
    """Returns where an object of `size` bytes goes in each version that allows it, without and with pointers."""
    rows = [
        Row(profile.name.removeprefix("go"), kind, size, place)
        for kind in _KINDS
        for profile in PROFILES
        if size <= profile.max_alloc and (place := placement(profile, size, kind == "noscan")) is not None
    ]
    return _result(f"an object of {counted(size, 'byte')}", None, rows)


def fit_type(text: str, types: Callable[[Profile], GoTypes] = GoTypes) -> Result:
    """Returns where an object of a type goes in each version; `types` are those that were declared, as a version has them.

    Raises GoError where no version knows its size.
    """
    rows: list[Row] = []
    problem: GoError | None = None
    for profile in PROFILES:
        name = profile.name.removeprefix("go")
        try:
            checked = types(profile).typed(text)
        except GoError as e:
            if problem is None or not isinstance(e, Unsized):
                problem = e
            rows.append(Row(name, "noscan", None, None))
            continue
        place = place_of(profile, checked.shape.size, checked.noscan)
        rows.append(Row(name, "noscan" if checked.noscan else "scan", checked.shape.size, place))
    if problem is not None and all(row.place is None for row in rows):
        raise problem
    return _result(f"an object of type {brief(text)}", text, rows)


def _result(what: str, text: str | None, rows: list[Row]) -> Result:
    fits: list[schema.Fitting] = [
        {
            "go": row.go,
            "kind": row.kind if row.place is not None else None,
            "size": row.size,
            "way": row.place.way if row.place is not None else None,
            "slot": row.place.elemsize if row.place is not None else None,
            "header": row.place.header if row.place is not None else None,
            "slot_waste": row.place.waste if row.place is not None else None,
        }
        for row in rows
    ]
    data: schema.Fit = {"type": text, "fits": fits}
    return Result(f"{what}, by version of Go", dict(data), Table(_COLUMNS, [_merged(group) for group in _alike(rows)]))


def _alike(rows: list[Row]) -> list[list[Row]]:
    """Neighbouring versions in which all that is shown is the same."""

    def shown(row: Row) -> tuple[object, ...]:
        p = row.place
        return (row.kind, row.size, None if p is None else (p.way, p.elemsize, p.header, p.waste))

    return [list(group) for _, group in groupby(rows, key=shown)]


def _merged(group: list[Row]) -> tuple[Cell, ...]:
    first, last = group[0], group[-1]
    go = first.go if first is last else f"{first.go} – {last.go}"
    if first.place is None or first.size is None:
        return go, "–", "–", "not known", "–", "–", "–", "–", "–"
    p = first.place
    return go, first.kind, first.size, p.way, p.elemsize, p.header, p.waste, p.waste_percent, _spare(p)


def _spare(place: Placement) -> str:
    """What the end of the slot could still hold."""
    if place.way == "tiny":
        return "shared with others"
    return f"{counted(place.waste // 8, 'word')} more" if place.waste >= 8 else "–"
