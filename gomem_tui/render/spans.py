"""The spans table: a row a span, in the order and through the filter that were chosen."""

from functools import lru_cache
from typing import Final

from gomem_core.named import NamedTuple
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.report import format_bytes
from gomem_core.world.facts import DERIVED, UNKNOWN, Fact
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import World
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import (
    Line,
    Port,
    Scene,
    Span,
    address_cells,
    bar,
    changed_elsewhere,
    fit_all,
    rule,
    short,
    shown_rows,
    working,
)
from gomem_tui.render.reflow import notice
from gomem_tui.render.words import short_count

_ADDRESS: Final = 11  # cells for an address, where it is not longer
_BAR: Final = 4
_NARROW_BAR: Final = 3
_UNSWEPT: Final = "~ waits"
_GIVEN_BACK: Final = "░ given back"
_DISPUTED: Final = "! disputed"
_LISTED: Final = 11  # cells of a list's name, with a sign before it and a blank between them
_Doubts = tuple[bool, bool, bool]  # its size is only derived; that it is free, too; what was read of it contradicts itself
_LAST: Final = ("waste", "sweepgen")  # what narrow tables have for the list, when sorted by it


def render_spans(world: World, order: SpanOrder, port: Port, scene: Scene) -> list[Line]:
    """Title rule, headings, then the rows from number port.top."""
    count, shown, address = world.spans.count, span_rows(port.height), _address(world)
    infos = order.rows(port.top, port.top + shown)
    lines = [rule("1 Spans", _notes(world, order, infos, port, scene), port)]
    lines.append((("".join(column.text for column in _columns(port.width, order.sort, address)), "label"),))
    selected = world.spans.at(scene.selection.addr)
    derived, guessed = bool(world.doubt(Fact.SPANCLASS)), bool(world.doubt(Fact.SPAN))
    for info in infos:
        chosen = selected is not None and selected.base == info.base
        disputed = world.spans.disputed(info.base) != ""
        lines.append(_row(info, port, chosen, scene.mark(info.base), order, address, (derived, guessed, disputed)))
    if not count:
        lines += notice("The arena is empty: nothing was allocated yet.", port.width)
    elif not len(order):
        lines += notice(f"No span passes the filter {order.text}", port.width)
    return fit_all(lines, port)


def _notes(world: World, order: SpanOrder, infos: list[SpanInfo], port: Port, scene: Scene) -> list[str]:
    """What the title rule tells, what matters most first."""
    count, size = world.spans.count, format_bytes(world.extents.arenas.nbytes)
    position = shown_rows(port.top + 1, port.top + len(infos), len(order)) if infos else ""
    if order.text:
        total, more = [f"{len(order)} of {count}", position], [f"filter {order.text}"]
    else:
        total, more = ([position], [f"{size} mapped"]) if position else ([f"{count} in {size}"], [])
    changed = (row for base in changed_bases(world, scene) if (row := order.number(base)) >= 0)
    elsewhere = changed_elsewhere(changed, port.top, len(infos))
    by = f"by {order.sort} {'↓' if order.descending else '↑'}"
    return [
        working(order),
        *total,
        scene.legend,
        elsewhere,
        by,
        *more,
        *_legend(world, infos, _room(port.width, _address(world))),
    ]


def changed_bases(world: World, scene: Scene) -> list[int]:
    """The spans that the last step changed and that are still there, if these are few; none while a difference is shown."""
    return [
        base for base in scene.few if (info := world.spans.at(base)) is not None and info.base == base and not scene.comparing
    ]


def _address(world: World) -> int:
    return address_cells(world.extents.arenas, _ADDRESS)


def _room(width: int, address: int) -> int:
    """The width that a table would have to have in which addresses are short, to have as much room for the other columns."""
    return width - (address - _ADDRESS)


def _legend(world: World, infos: list[SpanInfo], room: int) -> list[str]:
    """What the signs before a list's name mean, where rows have them and no room for words."""
    if _roomy(room):
        return []
    torn = [_DISPUTED] if any(world.spans.disputed(info.base) for info in infos) else []
    unswept = [_UNSWEPT] if any(info.waits for info in infos) else []
    return [*torn, *unswept, *([_GIVEN_BACK] if any(info.npreleased for info in infos) else [])]


def span_rows(height: int) -> int:
    """How many spans a pane of this height shows."""
    return max(1, height - 2)


class _Column(NamedTuple):
    """A column: the order it stands for, its heading, its width."""

    sort: str
    heading: str
    cells: int
    right: bool = False  # aligned to the right, with a blank after it

    @property
    def text(self) -> str:
        """The heading in its cells."""
        return f"{self.heading:>{self.cells - 1}} " if self.right else f"{self.heading:<{self.cells}}"


def sort_at(world: World, x: int, width: int, sort: str) -> str:
    """The order, one of SORTS, whose column has cell x of a table that is now in order `sort`."""
    columns = _columns(width, sort, _address(world))
    for column in columns:
        if x < column.cells:
            return column.sort
        x -= column.cells
    return columns[-1].sort


@lru_cache(maxsize=16)  # each row asks for them
def _columns(width: int, sort: str, address: int) -> tuple[_Column, ...]:
    room = _room(width, address)
    columns = [
        _Column("base", "  base", 2 + address),
        _Column("pages", "pages", 6, right=True),
        _Column("class", "cl", 3, right=True),
        _Column("size", "size", 7, right=True),
        _Column("kind", "kind", 7),
        _Column("used", "used", _bar(room) + 10),
    ]
    if _roomy(room):
        last = [_Column("list", "on list", 10), _Column("waste", "waste", 7, right=True), _Column("sweepgen", "sweepgen", 9)]
    else:
        last = [_Column(sort, sort, 10) if sort in _LAST else _Column("list", "on list", 10)]
    return (*columns, *last)


def _roomy(room: int) -> bool:
    """Room for the waste, and for sweepgen in words."""
    return room >= 80


def _bar(room: int) -> int:
    return _BAR if room >= 84 else _NARROW_BAR if room >= 59 else 0


def list_text(info: SpanInfo) -> str:
    """Names the list that the span hangs on, in a word or two, of at most nine cells."""
    if info.is_cached:
        return f"P{info.cached_by} cache"
    return UNKNOWN if info.list_name is None else info.list_name


def kind_tone(info: SpanInfo) -> Token:
    """One of the quiet tones: free, small, medium, big slots, large objects."""
    if info.state != "inuse":
        return "dim"
    if info.sizeclass == 0:
        return "top"
    return "low" if info.elemsize <= 128 else "mid" if info.elemsize <= 1024 else "high"


def _row(info: SpanInfo, port: Port, chosen: bool, news: str, order: SpanOrder, address: int, doubts: _Doubts) -> Line:
    """One span."""
    derived, guessed, disputed = doubts
    tone = kind_tone(info)
    text: Token = "text" if info.state == "inuse" else "dim"
    sizeclass = str(info.sizeclass) if info.sizeclass else "L" if info.state == "inuse" else ""
    size = str(info.elemsize) if info.sizeclass else format_bytes(info.elemsize) if info.elemsize else ""
    if size and derived:
        size = f"{DERIVED}{size}"
    mark = ("▸" if chosen else " ") + (news or " ")
    head: Token = ("cursor" if port.active else "select") if chosen else "new" if news else text
    used = f"{info.alloc_count}/{info.nelems}" if info.nelems else ""
    room = _room(port.width, address)
    cells = _bar(room)
    spans: list[Span] = [
        (mark, "new" if news and not chosen else head),
        (f"{short(info.base):<{address}}", head),
        (f"{short_count(info.npages):>5} ", text),
        (f"{sizeclass:>2} {size:>6} ", tone),
        (f"{info.kind or DERIVED * guessed + info.state:<7}", tone),
        (bar(info.used, cells) if info.nelems else " " * cells, tone),
        (f"{used:>9} " if cells else f"{used:<10}", text),
    ]
    if _roomy(room):
        spans.append((f"{list_text(info):<10}", text if info.list_name is not None else "unknown"))
        spans += [(_DISPUTED, "error")] if disputed else _details(info, order)
    elif order.sort == "waste":
        spans.append((_waste(info, order), text))
    elif order.sort == "sweepgen":
        spans.append((f"{info.sweepgen} ~", "new") if info.waits else _sweepgen(info))
    else:
        before = sum(column.cells for column in _columns(port.width, order.sort, address)[:-1])
        gap = " " if port.width - before >= _LISTED else ""
        spans += [
            ("!", "error") if disputed else _sign(info),
            (f"{gap}{list_text(info)}", text if info.list_name is not None else "unknown"),
        ]
    return tuple(spans)


def _details(info: SpanInfo, order: SpanOrder) -> list[Span]:
    """Waste and sweepgen; of a free span, what of it is given back."""
    if info.npreleased:
        return [(f" {short_count(info.npreleased)} given back", "label")]
    return [(f"{_waste(info, order):>6} ", "text"), _sweepgen(info)]


def _waste(info: SpanInfo, order: SpanOrder) -> str:
    return order.waste(info).text if info.state == "inuse" else ""


def _sweepgen(info: SpanInfo) -> Span:
    if info.waits:
        return f"{info.sweepgen} ~ waits", "new"
    if info.swept is None:
        return UNKNOWN, "unknown"
    return (f"{info.sweepgen} swept" if info.state == "inuse" else ""), "text"


def _sign(info: SpanInfo) -> Span:
    """Returns the sign before the list's name: what else there is to know about the span."""
    return ("~", "new") if info.waits else ("░" if info.npreleased else " ", "label")
