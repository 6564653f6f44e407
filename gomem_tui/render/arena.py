"""The arena page map: a cell a page, through a lens."""

from typing import Final, Literal

from gomem_core.arch import PAGE_SHIFT
from gomem_core.records import SpanInfo
from gomem_core.report import format_bytes
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Port, Scene, fit_all, rule, short
from gomem_tui.render.spans import kind_tone, list_text
from gomem_tui.style import Token

Lens = Literal["class", "used", "list"]
LENSES: Final[tuple[Lens, ...]] = ("class", "used", "list")

_CLASS_GLYPHS: Final = "?123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZΓΔΘΛΞ"
_LEVELS: Final = "▁▂▃▄▅▆▇█"
LABEL: Final = 12  # cells for the address in front of a row
_FOOT: Final = 3  # readout and legend below the map
_LEGENDS: Final[dict[Lens, str]] = {
    "class": "1-Ξ size class  ▓ large  · free  ░ given back  + new",
    "used": "▁…█ slots taken  · free  ░ given back  + new",
    "list": "M mcache  N nonempty  E empty  B large  · free  + new",
}


def pages_a_row(width: int) -> int:
    """Pages in a row: a power of two, so that row addresses are round."""
    room = max(1, width - LABEL - 1)
    return 1 << (room.bit_length() - 1)


def map_rows(height: int) -> int:
    """Rows of the map itself in a pane of this height."""
    return max(1, height - 1 - _FOOT)


def _spread(view: HeapView, port: Port) -> int:
    """Cells a page: two where the whole arena fits in that way, else one."""
    per_row = pages_a_row(port.width) // 2
    return 2 if per_row and per_row * map_rows(port.height) >= view.pages else 1


def layout(view: HeapView, port: Port) -> tuple[int, int]:
    """Pages a row and cells a page, for this heap and pane."""
    spread = _spread(view, port)
    return pages_a_row(port.width) // spread, spread


def render_arena(view: HeapView, port: Port, scene: Scene, lens: Lens) -> list[Line]:
    """Title rule, the rows of the map from row port.top, then a readout of the selected page and a legend."""
    per_row, spread = layout(view, port)
    notes = [f"lens: {lens}", "1 page (8 KB) a cell", f"{view.pages} pages"]
    lines = [rule("2 Arena", notes, port)]
    start = view.arena[0]
    selected = view.span_at(scene.selection.addr)
    selected_page = (scene.selection.addr - start) >> PAGE_SHIFT if selected is not None else -1
    rows = map_rows(port.height)
    for row in range(port.top, port.top + rows):
        first = row * per_row
        if first >= view.pages:
            break
        pages = range(first, min(first + per_row, view.pages))
        cells: list[tuple[str, Token]] = [(f" {short(start + (first << PAGE_SHIFT)):<{LABEL - 1}}", "label")]
        for page, info in _pages(view, pages):
            cells.append(_cell(page, info, scene, lens, start, selected, selected_page, port.active))
            if spread == 2:
                cells.append((" ", "text"))
        lines.append(tuple(cells))
    if not view.pages:
        lines += [(), (("  Nothing is mapped yet: the first allocation makes the arena grow.", "label"),)]
    lines += [()] * (port.height - _FOOT - len(lines))
    lines += [_readout(selected, selected_page), ((" " + _LEGENDS[lens], "label"),)]
    return fit_all(lines, port)


def _pages(view: HeapView, pages: range) -> list[tuple[int, SpanInfo]]:
    """Each page with the span it belongs to."""
    start = view.arena[0]
    found: list[tuple[int, SpanInfo]] = []
    number = view.span_number(start + (pages.start << PAGE_SHIFT))
    page = pages.start
    for info in view.spans(number, number + len(pages)):
        end = ((info.base - start) >> PAGE_SHIFT) + info.npages
        while page < min(end, pages.stop):
            found.append((page, info))
            page += 1
    return found


def _cell(
    page: int,
    info: SpanInfo,
    scene: Scene,
    lens: Lens,
    start: int,
    selected: SpanInfo | None,
    selected_page: int,
    active: bool,
) -> tuple[str, Token]:
    first = start + (page << PAGE_SHIFT) == info.base
    new = info.base in scene.touched.spans
    glyph = "+" if new and first else _glyph(info, lens)
    if page == selected_page:
        return glyph, "cursor" if active else "select"
    if selected is not None and info.base == selected.base:
        return glyph, "select"
    if new and info.state == "inuse":
        return glyph, "new"
    return glyph, kind_tone(info)


def _glyph(info: SpanInfo, lens: Lens) -> str:
    if info.state == "free":
        return "░" if info.npreleased == info.npages else "·"
    if info.state == "manual":
        return "s"
    if lens == "used":
        return _LEVELS[min(len(_LEVELS) - 1, int(info.used * len(_LEVELS)))]
    if lens == "list":
        return "M" if info.cached_by >= 0 else {"nonempty": "N", "empty": "E"}.get(info.list_name, "B")
    return _CLASS_GLYPHS[info.sizeclass] if info.sizeclass else "▓"


def _readout(info: SpanInfo | None, page: int) -> Line:
    if info is None:
        return ()
    base = info.base
    text = f" ▸ page {page}: "
    if info.state == "inuse" and info.sizeclass:
        text += f"span {short(base)}, {info.elemsize} B {info.kind}, {info.alloc_count}/{info.nelems}, {list_text(info)}"
    elif info.state == "inuse":
        text += f"a large object of {info.npages} pages from {short(base)}, {info.kind}"
    else:
        text += f"{info.state}, {info.npages} pages ({format_bytes(info.nbytes)}) from {short(base)}, {list_text(info)}"
    return ((text, "select"),)
