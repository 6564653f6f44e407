"""The mcaches: what each P allocates from without a lock, its cached spans in two groups and its tiny block."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gomem_core.arch import TINY_SIZE
from gomem_core.diff_tables import GLYPHS
from gomem_core.figures import CacheSums, cache_sums
from gomem_core.records import McacheInfo
from gomem_core.sizeclasses import CLASSES, is_noscan
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Port, Scene, Span, bar, fit, fit_all, rule, short
from gomem_tui.render.words import clip, join_fitting
from gomem_tui.style import Token

_BAR: Final = 6
_COLUMN: Final = 39  # cells of one group's rows
_KINDS: Final = ("scan", "noscan")
_HINT: Final = "    nothing cached: an allocation fetches a span"
_LEGEND: Final = ("bars: free slots", "▓ byte taken", "· byte free", "+ this step")


@dataclass(frozen=True, slots=True)
class Cached:
    """One cached span: its class, base and free slots."""

    spanclass: int
    base: int
    nfree: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the pane: a P's heading or its tiny block (no `cells`), headings of groups (no `spans`), or cached spans."""

    cache: McacheInfo
    what: str  # "P", "tiny", "heading", "spans" or "empty"
    groups: tuple[int, ...] = ()  # 0: scan, 1: noscan
    spans: tuple[Cached | None, ...] = ()


def groups_beside(width: int) -> bool:
    """Whether the two groups stand side by side."""
    return width >= 2 * _COLUMN


def mcache_rows(view: HeapView, width: int) -> list[Row]:
    """All rows of the pane, of which it shows some."""
    rows: list[Row] = []
    for cache in view.mcaches():
        rows += [Row(cache, "P"), Row(cache, "tiny")]
        cached = [Cached(*one) for one in cache.cached]
        scan, noscan = ([one for one in cached if is_noscan(one.spanclass) == kind] for kind in (False, True))
        if not cached:
            rows.append(Row(cache, "empty"))
        elif groups_beside(width):
            rows.append(Row(cache, "heading", (0, 1)))
            for i in range(max(len(scan), len(noscan))):
                rows.append(Row(cache, "spans", (0, 1), (_get(scan, i), _get(noscan, i))))
        else:
            for group, spans in enumerate((scan, noscan)):
                rows += [Row(cache, "heading", (group,))] if spans else []
                rows += [Row(cache, "spans", (group,), (one,)) for one in spans]
    return rows


def _get(spans: Sequence[Cached], i: int) -> Cached | None:
    return spans[i] if i < len(spans) else None


def mcache_page(height: int) -> int:
    """Rows in a pane of this height; a legend has the last line."""
    return max(1, height - 2)


def column_of(x: int, width: int) -> int:
    """The group whose column has cell x."""
    return 1 if groups_beside(width) and x >= _COLUMN else 0


def render_mcache(view: HeapView, port: Port, scene: Scene) -> list[Line]:
    """Title rule, the rows from number port.top, and a legend."""
    rows = mcache_rows(view, port.width)
    current = next((c for c in view.mcaches() if c.current), None)
    ps = sum(row.what == "P" for row in rows)
    notes = [f"{ps} {'P' if ps == 1 else 'Ps'}", f"P{current.p} allocates" if current is not None else "", "no locks here"]
    lines = [rule("5 mcache", notes, port)]
    selected = view.span_at(scene.selection.addr)
    base = selected.base if selected is not None else -1
    for row in rows[port.top : port.top + mcache_page(port.height)]:
        lines.append(_line(row, view, port, scene, base))
    lines += [()] * (port.height - 1 - len(lines))
    legend = [*_LEGEND[:-1], scene.legend or _LEGEND[-1]]
    lines.append(((" " + join_fitting(legend, port.width - 1), "label"),))
    return fit_all(lines, port)


def _line(row: Row, view: HeapView, port: Port, scene: Scene, selected: int) -> Line:
    match row.what:
        case "P":
            return _p_line(row.cache, port.width, scene)
        case "tiny":
            return _tiny_line(row.cache, port.width, scene)
        case "empty":
            return ((clip(_HINT, port.width), "label"),)
        case "heading":
            text = "".join(_heading(_KINDS[group]) for group in row.groups)
            return ((text, "label"),)
        case _:
            pieces: list[Span] = []
            for one in row.spans:
                pieces += fit(() if one is None else _cached(one, view, port.active, scene, selected), _COLUMN)
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


def _heading(kind: str) -> str:
    return f"   {'cls':>3} {'size':>5} {kind + ' span':<11} free".ljust(_COLUMN)


def _cached(one: Cached, view: HeapView, active: bool, scene: Scene, selected: int) -> Line:
    info = view.span_at(one.base)
    nelems = info.nelems if info is not None else 0
    chosen, news = one.base == selected, scene.mark(one.base)
    head: Token = ("cursor" if active else "select") if chosen else "new" if news else "text"
    mark = ("▸" if chosen else " ") + (news or " ")
    tone: Token = "low" if one.nfree else "dim"
    return (
        (mark, "new" if news and not chosen else head),
        (f" {one.spanclass >> 1:>3} {CLASSES[one.spanclass >> 1].size:>5} {short(one.base):<11}", head),
        (" ", "text"),
        (bar(one.nfree / nelems if nelems else 0.0, _BAR), tone),
        (f" {one.nfree}/{nelems}" if one.nfree else f" full/{nelems}", tone),
    )
