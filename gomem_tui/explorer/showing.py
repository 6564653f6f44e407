"""What an explorer shows, as a record that another one can show: which panes, how sorted, what is selected, what was typed.

The heap itself is not in it: whoever shows the record stands at the same step of the same session (gomem_core/session/echo.py).
"""

from collections.abc import Mapping
from typing import Any, Final

from gomem_core.frozen import frozen
from gomem_core.lang import ParseError, read_line
from gomem_core.lang.moves import Diff, DiffBranch, Pause
from gomem_core.lang.panes import PANES
from gomem_core.lang.pattern import TooCostly
from gomem_core.queries.spanfilter import BadFilter
from gomem_core.report import Result
from gomem_core.session.commands.table import LOOKS
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_core.session.session import Session
from gomem_tui.explorer.arrangement import Arrangement
from gomem_tui.panes.model import Model
from gomem_tui.panes.panes import Panes
from gomem_tui.render.lines import Selection

_AGAIN: Final = (*(LOOKS - {Pause}), Diff, DiffBranch)  # commands that change nothing, and are soon answered anew
_MOST_TOLD: Final = 200  # lines of other answers

Json = dict[str, Any]
"""A record; Any: what is in it is looked at one by one."""


@frozen
class Place:
    """Where a session stands, and how long it is: two that agree in this have the same steps, unless records were lost."""

    step: int
    event: int
    steps: int
    branch: str

    @classmethod
    def of(cls, session: Session) -> "Place":
        """Where a session stands."""
        return cls(session.step, session.event, len(session.steps), session.branches.name)


# --- Telling it -----------------------------------------------------------------------------------------------------------


def record_of(model: Model, panes: Panes, arrangement: Arrangement, said: str, typing: bool) -> Json:
    """What is shown; `said` is what stands in the footer, and while somebody is `typing` no pane has the keyboard."""
    place, selection = Place.of(model.session), model.scene.selection
    shown = {*arrangement.shown(), "why"}
    own = {pane.id: told for pane in panes.all if pane.id in shown and (told := pane.own())}
    orders = {
        name: [order.sort, order.descending, order.text]
        for name, order in model.orders.items()
        if (order.sort, order.descending, order.text) != model.first_orders[name]
    }
    record: Json = {
        "at": [place.step, place.event, place.steps, place.branch],
        "select": [selection.addr, selection.spanclass],
        "panes": [*arrangement.recent],
    }
    optional = {"zoom": arrangement.zoomed, "own": own, "orders": orders, "typed": _typed(model), "said": said, "typing": typing}
    return record | {name: value for name, value in optional.items() if value}


def _typed(model: Model) -> list[object]:
    """How the answer is had that is shown to what was typed last; nothing where none is shown."""
    typed = model.typed
    if typed is None:
        return []
    if typed is model.session.outcome:
        return ["step"]
    if typed.error is not None:
        error = typed.error
        return ["wrong", typed.line, error.column, error.width, error.message, [*error.expected], error.suggestion]
    if isinstance(typed.command, _AGAIN):
        return ["again", typed.line]
    lines = typed.result.lines()[:_MOST_TOLD] if typed.result is not None else []
    return ["told", typed.line, *lines]


# --- Showing it -----------------------------------------------------------------------------------------------------------


def place_of(record: Json) -> Place | None:
    """Where the session stood of which a record tells; None: it does not tell."""
    match record.get("at"):
        case [int(step), int(event), int(steps), str(branch)]:
            return Place(step, event, steps, branch)
    return None


def stands_at(desk: Console, record: Json) -> bool:
    """Whether a session is the one of which a record tells: of one that was read, every moment is as near."""
    place = place_of(record)
    if place is None or (desk.session.strip is not None and not desk.script.on):
        return True
    return place == Place.of(desk.session)


def answer_of(record: Json, model: Model) -> Outcome | None:
    """The answer to what was typed, worked out anew where that changes nothing; a difference is shown from then on."""
    model.console.difference = None
    step = model.session.step
    match record.get("typed"):
        case ["step"]:
            return model.session.outcome
        case ["wrong", str(line), int(column), int(width), str(message), [*expected], (str() | None) as suggestion]:
            error = ParseError(column, width, message, tuple(map(str, expected)), suggestion)
            return Outcome(line, None, step, error=error)
        case ["again", str(line)]:
            return _again(line, model)
        case ["told", str(line), *lines]:
            first, *rest = [*map(str, lines)] or [""]
            return Outcome(line, None, step, Result(first, details=tuple(rest)))
    return None


def _again(line: str, model: Model) -> Outcome | None:
    typed = read_line(line)
    return model.do(typed) if isinstance(typed.command, _AGAIN) else None


def arrange(record: Json, arrangement: Arrangement) -> Arrangement:
    """The same panes in a terminal of the size of this arrangement."""
    same = Arrangement()
    same.size, same.telling = arrangement.size, arrangement.telling
    for name in record.get("panes", ()):
        if name in PANES:
            same.choose(name)
    same.zoomed = record.get("zoom") is True
    return same


def sort(record: Json, model: Model) -> None:
    """Sort and filter the tables likewise; what cannot be had stays as it is."""
    told = record.get("orders", {})
    for name, order in model.orders.items():
        match told.get(name, [*model.first_orders[name]]):
            case [str(by), bool(descending), str(text)]:
                if (order.sort, order.descending) != (by, descending):
                    order.arrange(by, descending)
                try:
                    order.filter(text)
                    order.settle()
                except BadFilter:
                    continue
                except TooCostly:
                    order.refuse()


def select(record: Json, model: Model, panes: Panes) -> None:
    """Select the same, and let the panes show the same part of it where they have the same room."""
    match record.get("select"):
        case [int(addr), int(spanclass)]:
            model.point_at(Selection(addr, spanclass))
    own: Mapping[str, object] = record.get("own", {})
    for pane in panes.all:
        told = own.get(pane.id, {})
        if pane.has_room and isinstance(told, dict):
            pane.take(told)
