"""The mcaches: what each P allocates from without a lock, its cached spans in two groups and its tiny block."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final, Literal

from gomem_core.frozen import frozen
from gomem_core.go.amd64 import TINY_SIZE
from gomem_core.go.sizeclasses import is_noscan, kind_of
from gomem_core.queries.difference_sections import GLYPHS
from gomem_core.queries.figures import CacheSums, cache_sums
from gomem_core.world.records import McacheInfo, PageCache
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
    fit,
    fit_all,
    rule,
    short,
    shown_rows,
)
from gomem_tui.render.words import clip, join_fitting

_BAR: Final = 6
_PAGES: Final = 64  # of a page cache
_CELLS_BEFORE: Final = 8  # blanks before its pages in a row of their own
_PAGES_FROM: Final = 111  # columns from which its pages stand behind its address
_ADDRESS: Final = 11  # cells for an address, where it is not longer
_COLUMN: Final = 28  # cells of one group's rows besides
_FRAME: Final = 3  # title rule, headings, legend
_HINT: Final = "    nothing cached: an allocation fetches a span"
_LEGEND: Final = ("bars: free slots", "▓ byte taken", "· byte free")
_PAGES_LEGEND: Final = ("▪ free page", "░ given back", "· other page", "▓ byte taken", "· byte free", "bars: free slots")


@frozen
class Cached:
    """One cached span: its class, base and free slots."""

    spanclass: int
    base: int
    nfree: int


@frozen
class Row:
    """A row: a P's heading, its tiny block, its page cache, cells of that, or cached spans, one or (None: no more) two."""

    cache: McacheInfo
    what: Literal["P", "tiny", "pages", "cells", "empty", "spans"]
    spans: tuple[Cached | None, ...] = ()
    cells: range = range(0)  # pages of the page cache


def _address(world: World) -> int:
    """Cells for an address."""
    return address_cells(world.extents.arenas, _ADDRESS)


def _beside(address: int, width: int) -> bool:
    """Whether the two groups, scan and noscan, stand side by side, where an address has so many cells."""
    return width >= 2 * (_COLUMN + address)


def _heading(address: int, width: int) -> str:
    if not _beside(address, width):
        return f"  {'cl':>2} {'size':>6} {'kind':<7}{'span':<{address}}free"
    groups = (f"  {'cl':>2} {'size':>5} {kind:<{address}}free" for kind in ("scan", "noscan"))
    return "".join(group.ljust(_COLUMN + address) for group in groups)


def mcache_rows(world: World, width: int) -> list[Row]:
    """All rows of the pane, of which it shows some."""
    rows: list[Row] = []
    for cache in world.caches.mcaches():
        rows += [Row(cache, "P"), Row(cache, "tiny"), *_page_rows(cache, width)]
        cached = [Cached(*one) for one in cache.cached]
        scan, noscan = ([one for one in cached if is_noscan(one.spanclass) == kind] for kind in (False, True))
        if not cached:
            rows.append(Row(cache, "empty"))
        elif _beside(_address(world), width):
            rows += [Row(cache, "spans", pair) for pair in zip_longest(scan, noscan)]
        else:
            rows += [Row(cache, "spans", (one,)) for one in (*scan, *noscan)]
    return rows


def _page_rows(cache: McacheInfo, width: int) -> list[Row]:
    """Rows for the page cache: one where there is room for all of it, else its pages below, in one row or two."""
    if cache.pages is None:
        return []
    rows = [Row(cache, "pages")]
    if width < _PAGES_FROM and cache.pages.free:
        half = _PAGES if width >= _CELLS_BEFORE + _PAGES else _PAGES // 2
        rows += [Row(cache, "cells", cells=range(first, first + half)) for first in range(0, _PAGES, half)]
    return rows


def mcache_page(height: int) -> int:
    """Rows in a pane of this height."""
    return max(1, height - _FRAME)


def is_pinned(rows: Sequence[Row], top: int, height: int) -> bool:
    """Whether the heading of a P that began further up stands in the place of row number `top`, so that it stays in sight."""
    return mcache_page(height) > 2 and top < len(rows) and rows[top].what != "P"


def column_of(world: World, x: int, width: int) -> int:
    """The group whose column has cell x."""
    address = _address(world)
    return 1 if _beside(address, width) and x >= _COLUMN + address else 0


def render_mcache(world: World, port: Port, scene: Scene) -> list[Line]:
    """Title rule, headings, the rows from number port.top, and a legend."""
    address = _address(world)
    rows, page = mcache_rows(world, port.width), mcache_page(port.height)
    current = next((c for c in world.caches.mcaches() if c.current), None)
    ps = sum(row.what == "P" for row in rows)
    allocates = f"P{current.p} allocates" if current is not None else ""
    position = shown_rows(port.top + 1, min(port.top + page, len(rows)), len(rows))
    few = scene.few
    changed = (i for i, row in enumerate(rows) for one in row.spans if one is not None and one.base in few)
    elsewhere = changed_elsewhere(changed, port.top, page) if position and not scene.comparing else ""
    notes = ["1 P" if ps == 1 else f"{ps} Ps", allocates, elsewhere, position or "no locks here"]
    lines = [rule("5 mcache", notes, port)]
    lines.append(((_heading(address, port.width), "label"),))
    selected = world.spans.at(scene.selection.addr)
    base = selected.base if selected is not None else -1
    for number, row in enumerate(rows[port.top : port.top + page]):
        pinned = not number and is_pinned(rows, port.top, port.height)
        lines.append(_p_line(row.cache, port.width, scene) if pinned else _line(row, world, port, scene, base, address))
    lines += [()] * (port.height - 1 - len(lines))
    legend = (*(_PAGES_LEGEND if any(row.what == "pages" for row in rows) else _LEGEND), scene.legend or "+ this step")
    lines.append(((" " + join_fitting(legend, port.width - 1), "label"),))
    return fit_all(lines, port)


def _line(row: Row, world: World, port: Port, scene: Scene, selected: int, address: int) -> Line:
    match row.what:
        case "P":
            return _p_line(row.cache, port.width, scene)
        case "tiny":
            return _tiny_line(row.cache, port.width, scene)
        case "pages":
            return _pages_line(row.cache, port.width, scene)
        case "cells":
            return ((" " * _CELLS_BEFORE, "text"), (_page_cells(row.cache, row.cells), "low"))
        case "empty":
            return ((clip(_HINT, port.width), "label"),)
        case _:
            beside = _beside(address, port.width)
            pieces: list[Span] = []
            for one in row.spans:
                cells = () if one is None else _cached(one, world, port, scene, selected, address)
                pieces += fit(cells, _COLUMN + address) if beside else cells
            return tuple(pieces)


def _p_line(cache: McacheInfo, width: int, scene: Scene) -> Line:
    free = sum(nfree for _, _, nfree in cache.cached)
    count = len(cache.cached)
    spans = "1 span cached" if count == 1 else f"{count} spans cached"
    parts = [f"P{cache.p} allocates now" if cache.current else f"P{cache.p}", spans]
    if free:
        parts.append(f"{free} slots free without a lock")
    mark = "● " if cache.current else "○ "
    return (
        (_changed(cache, scene) or " ", "new"),
        (mark, "good" if cache.current else "dim"),
        (join_fitting(parts, width - 3, " · "), "title"),
    )


def _before(cache: McacheInfo, scene: Scene) -> CacheSums | None:
    """The same cache before what is marked, if that is known."""
    return scene.before.caches[cache.p] if scene.before is not None and cache.p < len(scene.before.caches) else None


def _changed(cache: McacheInfo, scene: Scene) -> str:
    """What marks a P: that it is new, or that its cache is not what it was."""
    before = _before(cache, scene)
    if scene.before is not None and before is None:
        return GLYPHS["new"]
    return scene.sign(before is not None and before != cache_sums(cache))


def _tiny_line(cache: McacheInfo, width: int, scene: Scene) -> Line:
    before = _before(cache, scene)
    now = cache_sums(cache)
    new = scene.sign(before is not None and (now.tiny, now.tinyoffset) != (before.tiny, before.tinyoffset))
    if not cache.tiny:
        return ((f" {new or ' '}", "new"), (clip("  no tiny block: the next tiny object takes one", width - 2), "dim"))
    taken = cache.tinyoffset
    pieces: list[Span] = [
        (f" {new or ' '}", "new"),
        ("  tiny ", "label"),
        (short(cache.tiny), "new" if new else "text"),
        (" ", "text"),
        ("▓" * taken, "new" if new else "high"),
        ("·" * (TINY_SIZE - taken), "dim"),
    ]
    told = ["full" if taken == TINY_SIZE else f"offset {taken} of {TINY_SIZE}"]
    if taken < TINY_SIZE:
        told.append(f"free from {short(cache.tiny + taken)}")
    room = width - 1 - sum(len(text) for text, _ in pieces)
    pieces.append((" " + join_fitting(told, room, ", "), "text"))
    return tuple(pieces)


def _pages_line(cache: McacheInfo, width: int, scene: Scene) -> Line:
    """The pages that the P has taken from the heap, to cut spans from: how many of 64, and where there is room which."""
    pages, before = cache.pages or PageCache(0, 0, 0), _before(cache, scene)
    new = scene.sign(before is not None and before.pages != cache.pages)
    free, back = pages.free.bit_count(), (pages.free & pages.scavenged).bit_count()
    head: Line = ((f" {new or ' '}", "new"),)
    if not free:
        return (*head, (clip("  no pages cached: a span of few pages takes some", width - 2), "dim"))
    told = [f"{free} of 64 free", f"{back} given back" if back else ""]
    pieces: list[Span] = [*head, ("  pages ", "label"), (short(pages.base), "new" if new else "text"), (" ", "text")]
    room = width - 1 - sum(len(text) for text, _ in pieces)
    if width >= _PAGES_FROM:
        pieces += [(_page_cells(cache, range(_PAGES)), "low"), (" ", "text")]
        room -= _PAGES + 1
    pieces.append((join_fitting([part for part in told if part], room, ", "), "text"))
    return tuple(pieces)


def _page_cells(cache: McacheInfo, cells: range) -> str:
    """A sign for each of these pages of the page cache: free, given back, or not among those it owns."""
    pages = cache.pages or PageCache(0, 0, 0)
    signs = ("░" if pages.scavenged >> i & 1 else "▪" for i in cells)
    return "".join(sign if pages.free >> i & 1 else "·" for i, sign in zip(cells, signs, strict=True))


def _cached(one: Cached, world: World, port: Port, scene: Scene, selected: int, address: int) -> Line:
    info = world.spans.at(one.base)
    nelems = info.nelems if info is not None else 0
    chosen, news = one.base == selected, scene.mark(one.base)
    head: Token = ("cursor" if port.active else "select") if chosen else "new" if news else "text"
    mark = ("▸" if chosen else " ") + (news or " ")
    tone: Token = "low" if one.nfree else "dim"
    sizeclass, size = one.spanclass >> 1, world.profile.classes[one.spanclass >> 1].size
    kind, base = kind_of(one.spanclass), short(one.base)
    return (
        (mark, "new" if news and not chosen else head),
        (f"{sizeclass:>2} {size:>5} " if _beside(address, port.width) else f"{sizeclass:>2} {size:>6} {kind:<7}", head),
        (base, head),
        (" " * (address - len(base)), "text"),
        (bar(one.nfree / nelems if nelems else 0.0, _BAR), tone),
        (f" {one.nfree}/{nelems}", tone),
    )
