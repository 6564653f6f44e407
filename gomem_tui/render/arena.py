"""The arena page map: a cell for one page, or for a power of two of them, through a lens."""

from functools import lru_cache
from typing import Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.release import CHUNK
from gomem_core.go.versions import Profile
from gomem_core.report import format_bytes
from gomem_core.world.arenas import Arenas
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import World
from gomem_tui.render.lines import (
    MANY,
    Line,
    Port,
    Scene,
    Span,
    address_cells,
    changed_elsewhere,
    fit_all,
    rule,
    short,
    shown_rows,
)
from gomem_tui.render.pagecells import GOES_ON, Cells, Chart, Lens, class_glyph
from gomem_tui.render.pagegrid import Grid, GridRow, page_range
from gomem_tui.render.readout import readout, readout_several
from gomem_tui.render.reflow import notice
from gomem_tui.render.spans import changed_bases
from gomem_tui.render.words import join_lines

MAX_ZOOM: Final = 18  # 2^18 pages a cell: the whole 512 GB are 256 cells

_ADDRESS: Final = 12  # cells for the address in front of a row, where it is not longer
_FOOT: Final = 3  # readout and legend below the map
_CHUNK: Final = "┌"  # a chunk begins: 512 pages that the heap grows by
_ARENA: Final = "┏"  # an arena begins, and a chunk too
_LEGENDS: Final[dict[Lens, tuple[str, ...]]] = {
    "class": ("▓ large", "· free", "░ given back"),
    "used": ("▁…█ slots taken", "· free", "░ given back"),
    "list": ("· free", "░ given back"),
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


def grid(world: World, port: Port, zoom: int) -> tuple[Grid, int]:
    """Where the cells stand, as many in a row as a power of two, so that row addresses are round; and columns for each of them.

    Two columns where the whole map fits in that way, else one.
    """
    return _grid(world.extents.arenas, port.width, port.height, zoom)


@lru_cache(maxsize=4)  # a step asks several times, and the arenas seldom are others
def _grid(arenas: Arenas, width: int, height: int, zoom: int) -> tuple[Grid, int]:
    room = max(1, width - label_cells(arenas) - 1)
    per_row = 1 << (room.bit_length() - 1)
    if per_row > 1 and (wide := Grid(arenas, zoom, per_row // 2)).rows <= map_rows(height):
        return wide, 2
    return Grid(arenas, zoom, per_row), 1


def label_cells(arenas: Arenas) -> int:
    """Cells for the sign and the address in front of a row."""
    return 1 + address_cells(arenas, _ADDRESS)


def render_arena(world: World, port: Port, scene: Scene, chart: Chart, key: str = "") -> list[Line]:
    """Title rule, the rows of the map from row port.top, a readout of the selected page, a legend; `key` opens all of it."""
    arenas, (cells, spread) = world.extents.arenas, grid(world, port, chart.zoom)
    rows = map_rows(port.height)
    elsewhere = changed_elsewhere(map(cells.row_of, changed_bases(world, scene)), port.top, rows)
    position = shown_rows(port.top + 1, min(port.top + rows, cells.rows), cells.rows)
    apart = f"{len(arenas.parts)} arenas" if len(arenas.parts) > 1 else ""
    notes = [f"lens: {chart.lens}", f"{format_bytes(cells.cell_bytes)} a cell", elsewhere]
    lines = [rule("2 Arena", [*notes, position or f"{arenas.pages} pages mapped", apart], port)]
    selected = world.spans.at(scene.selection.addr)
    cursor = cells.cell(scene.selection.addr) if selected is not None else -1
    painter = Cells(world, scene, chart, selected, cursor, port.active)
    width = label_cells(arenas) - 1
    for number in range(port.top, min(port.top + rows, cells.rows)):
        row = cells.row(number)
        lines.append(_row(row, painter, spread, width, _border(world.profile, row.cells)))
    if not arenas.pages and not chart.zoom:
        lines += notice("Nothing is mapped yet: the first allocation makes the arena grow.", port.width)
    lines += [()] * (port.height - _FOOT - len(lines))
    told = "" if selected is None else _readout(world, selected, cursor, cells.cell_bytes, port.width - 3)
    lines.append(((f" ▸ {told}" if told else "", "select"),))
    lines += [((f" {text}", "label"),) for text in join_lines(_legend(world.profile, scene, chart, key), port.width - 1)]
    return fit_all(lines, port)


def _border(profile: Profile, cells: range) -> str:
    """What marks a row with which an arena or a chunk begins; nothing where a row is longer than these."""
    if profile.reservation or not cells:
        return ""
    for nbytes, sign in ((profile.arena_bytes, _ARENA), (CHUNK, _CHUNK)):
        if cells.start % nbytes == 0 and len(cells) * cells.step <= nbytes:
            return sign
    return ""


def _row(row: GridRow, painter: Cells, spread: int, width: int, border: str) -> Line:
    """Cells after the address of the first one, which has `width` cells; or how much lies between two arenas."""
    if row.gap:
        return ((" " * (1 + width), "text"), (f"… {format_bytes(row.gap)} unused …", "label"))
    drawn = painter.row(row.cells)
    sign = next((cell.mark for cell, _ in drawn if cell.mark), "") if spread == 1 else ""  # else each cell has its own
    address = f"{f'{short(row.cells.start)} {border}':<{width}}"[:width]
    spans: list[Span] = [(sign, "new"), (address, "label")] if sign else [(f" {address}", "label")]
    for cell, count in drawn:
        spans += cell.spans(spread, count)
    return tuple(spans)


def _legend(profile: Profile, scene: Scene, chart: Chart, key: str) -> list[str]:
    """What the cells' signs mean, the one that matters most first."""
    many = len(scene.touched.spans)
    changed = "+ changed" if many <= MANY else f"{many} spans changed"
    zoomed = (*_SEVERAL[chart.lens], "╌ unmapped") if chart.zoom else ()
    borders = () if profile.reservation else (f"{_CHUNK} chunk", f"{_ARENA} arena")
    signs = [*_profile_signs(profile, chart.lens), *_LEGENDS[chart.lens], f"{GOES_ON} goes on", *zoomed, *borders]
    if key:
        signs[0] += f" ({key} lists all)"
    return [scene.legend, *signs] if scene.comparing else [*signs, changed]


def _profile_signs(profile: Profile, lens: Lens) -> list[str]:
    """The signs that depend on the version of Go."""
    cached = ["○ page cache"] if profile.heap_lists is None else []
    if lens == "class":
        return [f"1-{class_glyph(profile.largest_class)} size class", *cached]
    if lens == "list":
        large = ["B large"] if profile.heap_lists is not None else []
        return ["M mcache", *(f"{one.sign} {one.name}" for one in profile.central_lists), *large, *cached]
    return []


def _readout(world: World, selected: SpanInfo, cell: int, nbytes: int, width: int) -> str:
    """What the selected cell covers, which begins at `cell`."""
    first, last = page_range(world.extents.arenas, cell, nbytes)
    end = cell + (last + 1 - first << PAGE_SHIFT)
    low, high = world.spans.number(cell), world.spans.number(end - 1)
    if low == high:
        return readout(selected, first, last, width)
    return readout_several(high - low + 1, first, last, (cell, end), width)
