"""The arena page map: a cell for one page, or for a power of two of them, through a lens."""

from typing import Final

from gomem_core.go.amd64 import ARENA_SIZE, PAGE_SHIFT
from gomem_core.go.versions import Profile
from gomem_core.report import format_bytes
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import Whole
from gomem_tui.render.lines import MANY, Line, Port, Scene, Span, changed_elsewhere, fit_all, rule, short, shown_rows
from gomem_tui.render.pagecells import GOES_ON, Cells, Chart, Lens, class_glyph
from gomem_tui.render.readout import readout, readout_several
from gomem_tui.render.reflow import notice
from gomem_tui.render.spans import changed_bases
from gomem_tui.render.words import join_lines

MAX_ZOOM: Final = 18  # 2^18 pages a cell: the whole 512 GB are 256 cells

_ARENA_PAGES: Final = ARENA_SIZE >> PAGE_SHIFT
LABEL: Final = 13  # cells for the address in front of a row
_FOOT: Final = 3  # readout and legend below the map
_LEGENDS: Final[dict[Lens, tuple[str, ...]]] = {
    "class": ("▓ large", "· free", "░ given back"),
    "used": ("▁…█ slots taken", "· free", "░ given back"),
    "list": ("B large", "· free", "░ given back"),
    "swept": ("s swept", "~ waits to be swept", "· free"),
    "given back": ("▓ in use", "· free", "░ given back to the OS"),
    "last change": ("0-9 steps ago", ": longer ago"),
}
# What a cell shows that covers several spans, beside the above.
_SEVERAL: Final[dict[Lens, tuple[str, ...]]] = {
    "class": ("▁…█ several: share in use",),
    "used": (),
    "list": ("* several lists",),
    "swept": (),
    "given back": ("▁…█ several: share given back",),
    "last change": (),
}


def map_rows(height: int) -> int:
    """Rows of the map itself in a pane of this height."""
    return max(1, height - 1 - _FOOT)


def cell_count(world: Whole, zoom: int) -> int:
    """Cells of the whole map: the mapped pages; from the first zoom on, all that could ever be mapped."""
    return world.extents.pages if zoom == 0 else _ARENA_PAGES >> zoom


def layout(world: Whole, port: Port, zoom: int) -> tuple[int, int]:
    """Map cells in a row, a power of two so that row addresses are round, and columns for each of them.

    Two columns where the whole map fits in that way, else one.
    """
    room = max(1, port.width - LABEL - 1)
    per_row = 1 << (room.bit_length() - 1)
    if per_row > 1 and per_row // 2 * map_rows(port.height) >= cell_count(world, zoom):
        return per_row // 2, 2
    return per_row, 1


def render_arena(world: Whole, port: Port, scene: Scene, chart: Chart, key: str = "") -> list[Line]:
    """Title rule, the rows of the map from row port.top, a readout of the selected page, a legend; `key` opens all of it."""
    per_row, spread = layout(world, port, chart.zoom)
    size = format_bytes(1 << (PAGE_SHIFT + chart.zoom))
    count, rows, start = cell_count(world, chart.zoom), map_rows(port.height), world.extents.arena[0]
    elsewhere = _changed_elsewhere(world, scene, chart.zoom, per_row, port)
    position = shown_rows(port.top + 1, min(port.top + rows, -(-count // per_row)), -(-count // per_row))
    notes = [f"lens: {chart.lens}", f"{size} a cell", elsewhere, position or f"{world.extents.pages} pages mapped"]
    lines = [rule("2 Arena", notes, port)]
    selected = world.spans.at(scene.selection.addr)
    cursor = (scene.selection.addr - start) >> PAGE_SHIFT + chart.zoom if selected is not None else -1
    painter = Cells(world, scene, chart, selected, cursor, port.active)
    for row in range(port.top, port.top + rows):
        cells = range(row * per_row, min((row + 1) * per_row, count))
        if not cells:
            break
        drawn = painter.row(cells)
        sign = next((cell.mark for cell in drawn if cell.mark), "") if spread == 1 else ""  # else each cell has its own
        address = f"{short(start + (cells.start << chart.zoom + PAGE_SHIFT)):<{LABEL - 1}}"
        spans: list[Span] = [(sign, "new"), (address, "label")] if sign else [(f" {address}", "label")]
        for cell in drawn:
            spans += cell.spans(spread)
        lines.append(tuple(spans))
    if not world.extents.pages and not chart.zoom:
        lines += notice("Nothing is mapped yet: the first allocation makes the arena grow.", port.width)
    lines += [()] * (port.height - _FOOT - len(lines))
    told = "" if selected is None else _readout(world, selected, cursor, chart.zoom, port.width - 3)
    lines.append(((f" ▸ {told}" if told else "", "select"),))
    lines += [((f" {text}", "label"),) for text in join_lines(_legend(world.profile, scene, chart, key), port.width - 1)]
    return fit_all(lines, port)


def _changed_elsewhere(world: Whole, scene: Scene, zoom: int, per_row: int, port: Port) -> str:
    cells = (base - world.extents.arena[0] >> PAGE_SHIFT + zoom for base in changed_bases(world, scene))
    return changed_elsewhere((cell // per_row for cell in cells), port.top, map_rows(port.height))


def _legend(profile: Profile, scene: Scene, chart: Chart, key: str) -> list[str]:
    """What the cells' signs mean, the one that matters most first."""
    many = len(scene.touched.spans)
    changed = "+ changed" if many <= MANY else f"{many} spans changed"
    zoomed = (*_SEVERAL[chart.lens], "╌ unmapped") if chart.zoom else ()
    signs = [*_profile_signs(profile, chart.lens), *_LEGENDS[chart.lens], f"{GOES_ON} goes on", *zoomed]
    if key:
        signs[0] += f" ({key} lists all)"
    return [scene.legend, *signs] if scene.comparing else [*signs, changed]


def _profile_signs(profile: Profile, lens: Lens) -> list[str]:
    """The signs that depend on the version of Go."""
    if lens == "class":
        return [f"1-{class_glyph(profile.largest_class)} size class"]
    return ["M mcache", *(f"{one.sign} {one.name}" for one in profile.central_lists)] if lens == "list" else []


def _readout(world: Whole, selected: SpanInfo, cell: int, zoom: int, width: int) -> str:
    """What the selected cell covers."""
    start = world.extents.arena[0]
    first, last = cell << zoom, min((cell + 1 << zoom), world.extents.pages) - 1
    low, high = world.spans.number(start + (first << PAGE_SHIFT)), world.spans.number(start + (last << PAGE_SHIFT))
    if low == high:
        return readout(selected, first, last, width)
    addrs = (start + (first << PAGE_SHIFT), start + (last + 1 << PAGE_SHIFT))
    return readout_several(high - low + 1, first, last, addrs, width)
