"""The types: which of them hold the bytes, now and ever, how fast they are made and how old they get."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from gomem_core.named import NamedTuple
from gomem_core.queries.amounts import Amount, By
from gomem_core.queries.courses import Rise, rise_of
from gomem_core.queries.roworder import RowOrder
from gomem_core.queries.typeorder import CALLERS
from gomem_core.report import counted, format_bytes, signed
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.reel import time_text
from gomem_core.world.typed import Course
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Port, Span, bar, fit_all, rule, shown_rows, working
from gomem_tui.render.reflow import notice
from gomem_tui.render.words import clip

_BAR: Final = 8
_NAMES: Final = 26  # cells at least for the sign of what is selected, blanks, and names, which are long
_LEAST_FUNCTION: Final = 8  # cells of its name, less than which tell nothing
_OVER_TIME: Final = "history"
_LEVELS: Final = " ▁▂▃▄▅▆▇█"
_TITLES: Final[dict[By, str]] = {"type": "0 Types", "site": "0 Sites", "class": "0 Classes"}
_WORDS: Final[dict[By, str]] = {"type": "type", "site": "call site", "class": "class"}


class _Column(NamedTuple):
    """A column: its heading, which is also its order, cells, and what it shows."""

    heading: str
    cells: int
    text: Callable[[Amount], str]
    known: Callable[[Amount], bool] = lambda _: True  # whether a heap of which this is a row knows it


def _age(one: Amount) -> str:
    """How old they are on average."""
    if one.age is None:
        return "–"
    for unit, ns in (("s", 10**9), ("ms", 10**6), ("µs", 10**3)):
        if one.age >= ns:
            return f"{one.age / ns:.1f} {unit}"
    return f"{one.age} ns"


def _rate(one: Amount) -> str:
    return UNKNOWN if one.rate is None else f"{format_bytes(int(one.rate))}/s"


_COLUMNS: Final = (
    _Column("bytes", 8, lambda one: format_bytes(one.nbytes)),
    _Column("change", 8, lambda one: signed(one.change or 0, "bytes"), lambda one: one.change is not None),
    _Column("objects", 10, lambda one: f"{one.objects:,}"),
    _Column("keeps", 8, lambda one: format_bytes(one.keeps or 0), lambda one: one.keeps is not None),
    _Column("ever", 8, lambda one: format_bytes(one.alloc_bytes or 0), lambda one: one.alloc_bytes is not None),
    _Column("rate", 10, _rate, lambda one: one.rate is not None),
    _Column("age", 9, _age, lambda one: one.rate is not None),
)


def type_rows(height: int, over_time: bool = False) -> int:
    """Rows that a pane of this height shows; `over_time`: with a line below them."""
    return max(1, height - 2 - over_time)


def render_types(
    rows: Sequence[Amount],
    order: RowOrder,
    by: By,
    port: Port,
    selected: tuple[str, int] | None,
    total: int,
    course: Course | None = None,
) -> list[Line]:
    """Title rule, headings, then the rows from number port.top; `total` is the bytes of all of them.

    With a `course`, how much there was over time, and below the rows when the selected type grew.
    """
    shown = rows[port.top : port.top + type_rows(port.height, course is not None)]
    columns = _columns(rows, port.width)
    place = shown_rows(port.top + 1, port.top + len(shown), len(rows)) if shown else ""
    sort = f"by {order.sort} {'↓' if order.descending else '↑'}" if order.sort != CALLERS else "by callers"
    notes = [working(order), f"filter {order.text}" if order.text else "", place, sort, f"{format_bytes(total)} in all"]
    lines = [rule(_TITLES[by], [note for note in notes if note], port), ((_heading(columns, by, course is not None), "label"),)]
    for one in shown:
        chosen = (one.name, one.row) == selected
        head: Token = ("cursor" if port.active else "select") if chosen else "text" if one.objects else "dim"
        cells = "".join(f"{column.text(one):>{column.cells}} " for column in columns)
        drawn = bar(one.nbytes / max(total, 1), _BAR) if course is None else _curve(course.nbytes.get(one.name, ()))
        share: Span = (f"{drawn:<{_BAR}} ", "low")
        room = max(4, port.width - 3 - len(cells) - _BAR)
        name = _site(one.name, room) if by == "site" else clip(one.name or UNKNOWN, room)
        lines.append((("▸" if chosen else " ", head), (cells, head), share, (name, head)))
    if not rows and not order.behind:
        lines += notice(f"No {_WORDS[by]} passes the filter {order.text}" if order.text else "Nothing is there.", port.width)
    if course is not None and shown:
        lines += [()] * (port.height - 1 - len(lines))
        lines.append(((f" {clip(risen(course, rows, selected), port.width - 2)}", "good"),))
    return fit_all(lines, port)


def _site(name: str, room: int) -> str:
    """A call site; where room is short, without the folders of its package, and as much of the function as fits."""
    called = name.lstrip(" ")
    indent = name[: len(name) - len(called)]
    function, _, line = called.rpartition(" ")
    if len(name) > room and function:
        function = function.rpartition("/")[2]
        longest = room - len(indent) - len(line) - 1
        if len(function) > longest > _LEAST_FUNCTION:
            function = f"{function[: longest - 1]}…"
        name = f"{indent}{function} {line}"
    return clip(name, room)


def risen(course: Course, rows: Sequence[Amount], selected: tuple[str, int] | None) -> str:
    """Between which moments the selected type grew most; without one, which of these grew most, and between which."""
    if selected is not None:
        found = rise_of(course, selected[0])
        return f"never more than at first: {selected[0]}" if found is None else _told_rise(found, selected[0])
    rises = [(rose, one.name) for one in rows if (rose := rise_of(course, one.name)) is not None]
    return f"{_told_rise(*max(rises))}, more than any other" if rises else "no type grew"


def _told_rise(rose: Rise, name: str) -> str:
    return f"{signed(rose.more, 'bytes')} from {time_text(rose.begins)} to {time_text(rose.ends)}: {name}"


def _curve(values: Sequence[int]) -> str:
    """How much there was over time, a cell a part of it: as high as its most, and nothing where there was none."""
    most = max(values, default=0)
    if not most:
        return ""
    starts = [len(values) * n // _BAR for n in range(_BAR + 1)]
    parts = (max(values[start : max(stop, start + 1)]) for start, stop in pairwise(starts))
    return "".join(_LEVELS[-(-(len(_LEVELS) - 1) * part // most)] for part in parts)


def _columns(rows: Sequence[Amount], width: int) -> list[_Column]:
    """Those of which something is known, as many as leave room for names."""
    known = [column for column in _COLUMNS if not rows or any(map(column.known, rows[:200]))]
    while len(known) > 2 and sum(column.cells + 1 for column in known) + _BAR + _NAMES > width:
        known.pop()
    return known


def _heading(columns: Sequence[_Column], by: By, over_time: bool) -> str:
    drawn = f"{_OVER_TIME if over_time else '':<{_BAR}} "
    return " " + "".join(f"{column.heading:>{column.cells}} " for column in columns) + drawn + _WORDS[by]


def sort_at(rows: Sequence[Amount], x: int, width: int) -> str:
    """The order whose column has cell x of the headings."""
    at = 1
    for column in _columns(rows, width):
        at += column.cells + 1
        if x < at:
            return column.heading
    return "type"


def told(rows: Sequence[Amount]) -> str:
    """What there is in all, in a sentence."""
    return f"{format_bytes(sum(one.nbytes for one in rows))} in {counted(sum(one.objects for one in rows), 'object')}"
