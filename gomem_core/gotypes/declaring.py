"""Takes in declarations, and says of each declared type how large it is, or why that is not known."""

from typing import TYPE_CHECKING, Final

from gomem_core.foreign import brief
from gomem_core.gotypes.advice import place_of
from gomem_core.gotypes.describe import facts_of, placed, refusal
from gomem_core.gotypes.errors import DependsOnParameter, GoError, Place, Undefined, Unsized
from gomem_core.gotypes.syntax import TYPED, is_typed
from gomem_core.gotypes.types import Checked, GoTypes
from gomem_core.named import NamedTuple
from gomem_core.report import Cell, Column, Result, Table, counted, told

if TYPE_CHECKING:
    from gomem_core.schema import layouts as schema

_WIDEST: Final = 48  # characters of a type in a table
_FEW: Final = 12  # types that are told one by one


class Taken(NamedTuple):
    """What became of the types in a source."""

    sized: list[Checked]
    generic: list[str]  # which have a size for given arguments
    refused: list[tuple[str, GoError]]  # which have none

    @property
    def wrong(self) -> GoError | None:
        """The first that Go refuses, whatever is declared later."""
        return next((e for _, e in self.refused if not isinstance(e, Undefined | Unsized)), None)


def looked_at(types: GoTypes, names: list[str]) -> Taken:
    """Looks at declared types."""
    found = Taken([], [], [])
    for name in names:
        try:
            found.sized.append(types.declared(name))
        except DependsOnParameter:
            found.generic.append(name)
        except GoError as e:
            found.refused.append((name, e))
    return found


def answer(types: GoTypes, taken: Taken, what: str) -> Result:
    """Returns what a command answers that declared them; `what` are they of, for many."""
    names = [*(one.name for one in taken.sized), *taken.generic, *(name for name, _ in taken.refused)]
    data: schema.Declared = {
        "declared": names,
        "generic": taken.generic,
        "unsized": [refusal(types.profile, name, problem) for name, problem in taken.refused],
    }
    details = [f"generic, with a size for given arguments: {', '.join(taken.generic)}"] if taken.generic else []
    details += [f"{name}: {where(problem, name)}: {said(problem)}" for name, problem in taken.refused]
    rows: list[tuple[Cell, ...]] = []
    for one in taken.sized if len(taken.sized) <= _FEW else []:
        place = place_of(types.profile, one.shape.size, one.noscan)
        kind = "noscan" if one.noscan else "scan"
        rows.append((brief(one.name, _WIDEST), one.shape.size, kind, place.way, place.elemsize, place.header, place.waste))
    if len(names) == 1 and taken.sized:
        facts = facts_of(types, taken.sized[0])
        size, name = counted(facts.checked.shape.size, "byte"), brief(names[0], _WIDEST)
        better = ""
        if facts.order is not None and facts.order.size < facts.checked.shape.size:
            better = f"; in another order of its fields {facts.order.size}: layout {name} tells which"
        return Result(f"type {name}: {size}; an object: {placed(facts, facts.place)}{better}", dict(data))
    columns = (
        *(Column("type", "text"), Column("size"), Column("kind", "text"), Column("way", "text")),
        *(Column("slot"), Column("header"), Column("unused")),
    )
    summary = told(len(names), "{n} type declared", "{n} types declared") + what
    if len(taken.sized) > _FEW:
        summary += f": {len(taken.sized)} sized"
    return Result(summary, dict(data), Table(columns, rows) if rows else None, tuple(details))


def where(problem: GoError, name: str) -> str:
    """The place of a complaint, in a text called `name` where it has none."""
    place: Place | None = problem.place
    if place is None:
        return name
    if place.file == TYPED:
        return f"{name}, column {place.column}"
    return f"{place.file}, column {place.column}" if is_typed(place) else f"{place.file}:{place.line}:{place.column}"


def said(problem: GoError) -> str:
    """The complaint in a line."""
    return "; ".join((problem.message, *problem.notes))
