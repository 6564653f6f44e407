"""The arena page map: a cell for one page, or for a power of two of them, through a lens."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final, Literal

from gomem_core.arch import ARENA_SIZE, PAGE_SHIFT
from gomem_core.diff_tables import GLYPHS
from gomem_core.records import SpanInfo
from gomem_core.report import counted, format_bytes
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Port, Scene, Span, fit_all, rule, short
from gomem_tui.render.reflow import notice
from gomem_tui.render.spans import kind_tone, list_text
from gomem_tui.style import Token

Lens = Literal["class", "used", "list", "swept", "given back", "last change"]
LENSES: Final[tuple[Lens, ...]] = ("class", "used", "list", "swept", "given back", "last change")
MAX_ZOOM: Final = 18  # 2^18 pages a cell: the whole 512 GB are 256 cells

_ARENA_PAGES: Final = ARENA_SIZE >> PAGE_SHIFT
_CLASS_GLYPHS: Final = "?123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZΓΔΘΛΞ"
_LEVELS: Final = "▁▂▃▄▅▆▇█"
LABEL: Final = 13  # cells for the address in front of a row
_FOOT: Final = 3  # a blank line, readout and legend below the map
_MANY: Final = 48  # spans: when a step touched more, + everywhere would hide what is there
_SAMPLES: Final = 16  # spans looked at for a cell that covers many
_LEGENDS: Final[dict[Lens, str]] = {
    "class": "1-Ξ size class  ▓ large  · free  ░ given back  + new",
    "used": "▁…█ slots taken  · free  ░ given back  + new",
    "list": "M mcache  N nonempty  E empty  B large  · free  + new",
    "swept": "s swept  ~ waits to be swept  · free  + new",
    "given back": "█ in use  · free  ░ given back to the OS  + new",
    "last change": "0-9 steps ago  : longer ago  + this step",
}
_ZOOMED_LEGEND: Final = "one span: lens  ▁…█ several: share in use  ╌ unmapped"


@dataclass(frozen=True, slots=True)
class Chart:
    """How the map is drawn: through which lens, and 2^zoom pages a cell."""

    lens: Lens = "class"
    zoom: int = 0


def map_rows(height: int) -> int:
    """Rows of the map itself in a pane of this height."""
    return max(1, height - 1 - _FOOT)


def cell_count(view: HeapView, zoom: int) -> int:
    """Cells of the whole map: the mapped pages; from the first zoom on, all that could ever be mapped."""
    return view.pages if zoom == 0 else _ARENA_PAGES >> zoom


def layout(view: HeapView, port: Port, zoom: int) -> tuple[int, int]:
    """Map cells in a row, a power of two so that row addresses are round, and columns for each of them.

    Two columns where the whole map fits in that way, else one.
    """
    room = max(1, port.width - LABEL - 1)
    per_row = 1 << (room.bit_length() - 1)
    if per_row > 1 and per_row // 2 * map_rows(port.height) >= cell_count(view, zoom):
        return per_row // 2, 2
    return per_row, 1


def render_arena(view: HeapView, port: Port, scene: Scene, chart: Chart) -> list[Line]:
    """Title rule, the rows of the map from row port.top, then a readout of the selected page and a legend."""
    per_row, spread = layout(view, port, chart.zoom)
    size = format_bytes(1 << (PAGE_SHIFT + chart.zoom))
    news = len(scene.touched.spans)
    told = f"{news} spans changed" if news > _MANY else f"{view.pages} pages mapped"
    lines = [rule("2 Arena", [f"lens: {chart.lens}", f"{size} a cell", told], port)]
    start = view.arena[0]
    selected = view.span_at(scene.selection.addr)
    page = (scene.selection.addr - start) >> PAGE_SHIFT if selected is not None else -1
    painter = _Cells(view, scene, chart, selected, page >> chart.zoom if page >= 0 else -1, port.active)
    count = cell_count(view, chart.zoom)
    for row in range(port.top, port.top + map_rows(port.height)):
        cells = range(row * per_row, min((row + 1) * per_row, count))
        if not cells:
            break
        spans: list[Span] = [(f" {short(start + (cells.start << chart.zoom + PAGE_SHIFT)):<{LABEL - 1}}", "label")]
        for cell in painter.row(cells):
            spans.append(cell)
            if spread == 2:
                spans.append((" ", "text"))
        lines.append(tuple(spans))
    if not view.pages and not chart.zoom:
        lines += notice("Nothing is mapped yet: the first allocation makes the arena grow.", port.width)
    lines += [()] * (port.height - _FOOT + 1 - len(lines))
    legend = _ZOOMED_LEGEND if chart.zoom else _LEGENDS[chart.lens]
    if scene.comparing:
        legend = f"{scene.legend}  {legend.partition('  + ')[0]}"
    lines += [_readout(selected, page), ((f" {legend}", "label"),)]
    return fit_all(lines, port)


class _Cells:
    """Draws cells of one map."""

    def __init__(self, view: HeapView, scene: Scene, chart: Chart, selected: SpanInfo | None, cursor: int, active: bool) -> None:
        self._view = view
        self._scene = scene
        self._chart = chart
        self._selected = selected
        self._cursor = cursor
        self._active = active
        few = scene.fates if len(scene.fates) <= _MANY else {}
        self._gone_bases = sorted(base for base, fate in few.items() if fate == "gone")

    def row(self, cells: range) -> list[Span]:
        """The given cells; what several of them share is looked up once."""
        start, zoom = self._view.arena[0], self._chart.zoom
        found: list[Span] = []
        info: SpanInfo | None = None
        for cell in cells:
            first = start + (cell << zoom + PAGE_SHIFT)
            end = start + (cell + 1 << zoom + PAGE_SHIFT)
            if info is None or first >= info.base + info.nbytes:
                info = self._view.span_at(first)
            if info is None:
                found.append(self._marked(cell, None, "╌", "dim"))
            elif end <= info.base + info.nbytes:
                found.append(self._one(cell, info, first, end))
            else:
                found.append(self._several(cell, first, end))
        return found

    def _one(self, cell: int, info: SpanInfo, first: int, end: int) -> Span:
        """A cell that lies within one span."""
        mark = self._scene.mark(info.base)
        shown = mark if first <= info.base else self._gone(first, end)
        if not shown or len(self._scene.touched.spans) > _MANY:
            shown = self._glyph(info)
        tone: Token = "new" if (mark and info.state == "inuse") or shown == GLYPHS["gone"] else kind_tone(info)
        return self._marked(cell, info, shown, tone)

    def _gone(self, first: int, end: int) -> str:
        """The mark of a span that began here and is gone, if there was one."""
        number = bisect_left(self._gone_bases, first)
        found = number < len(self._gone_bases) and self._gone_bases[number] < end
        return GLYPHS["gone"] if found else ""

    def _several(self, cell: int, first: int, end: int) -> Span:
        """A cell that covers several spans, or one and unmapped space: the share of its pages in use, from some of them."""
        view = self._view
        low, high = view.span_number(first), view.span_number(min(end, view.arena[1]) - 1)
        step = max(1, (high - low + 1) // _SAMPLES)
        looked_at = [info for n in range(low, high + 1, step) for info in view.spans(n, n + 1)]
        in_use = sum(info.npages for info in looked_at if info.state == "inuse")
        share = in_use / max(1, sum(info.npages for info in looked_at)) * (min(end, view.arena[1]) - first) / (end - first)
        new = any(first <= base < end for base in self._scene.touched.spans)
        return self._marked(cell, None, _level(share), "new" if new else "mid")

    def _marked(self, cell: int, info: SpanInfo | None, glyph: str, tone: Token) -> Span:
        """The cell in the colours of the selection, if it has to do with it."""
        if cell == self._cursor:
            return glyph, "cursor" if self._active else "select"
        if info is not None and self._selected is not None and info.base == self._selected.base:
            return glyph, "select"
        return glyph, tone

    def _glyph(self, info: SpanInfo) -> str:
        lens = self._chart.lens
        if lens == "last change":
            ago = self._scene.step - self._scene.changed.get(info.base, -10)
            return str(ago) if ago < 10 else ":"
        if info.state == "free":
            return "░" if info.npreleased == info.npages and lens != "swept" else "·"
        if info.state == "manual":
            return "m"
        match lens:
            case "used":
                return _level(info.used)
            case "list":
                return "M" if info.cached_by >= 0 else {"nonempty": "N", "empty": "E"}.get(info.list_name, "B")
            case "swept":
                return "s" if info.swept else "~"
            case "given back":
                return "█"
            case _:
                return _CLASS_GLYPHS[info.sizeclass] if info.sizeclass else "▓"


def _level(share: float) -> str:
    return _LEVELS[min(len(_LEVELS) - 1, int(share * len(_LEVELS)))]


def _readout(info: SpanInfo | None, page: int) -> Line:
    if info is None:
        return ()
    base = info.base
    text = f" ▸ page {page}: "
    if info.state == "inuse" and info.sizeclass:
        text += f"span {short(base)}, {info.elemsize} B {info.kind}, {info.alloc_count}/{info.nelems}, {list_text(info)}"
    elif info.state == "inuse":
        text += f"a large object of {counted(info.npages, 'page')} from {short(base)}, {info.kind}"
    else:
        text += (
            f"{info.state}, {counted(info.npages, 'page')} ({format_bytes(info.nbytes)}) from {short(base)}, {list_text(info)}"
        )
    return ((text, "select"),)
