"""Cells of the page map: what one page, or a power of two of them, looks like through a lens."""

from bisect import bisect_left
from typing import Final, Literal

from gomem_core.frozen import frozen
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.versions import Profile
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import World
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Scene, Span
from gomem_tui.render.spans import kind_tone

Lens = Literal["class", "used", "list", "swept", "given back", "last change"]
LENSES: Final[tuple[Lens, ...]] = ("class", "used", "list", "swept", "given back", "last change")
GOES_ON: Final = "▒"  # a span's pages after its first: so one sees where it ends

_NO_GLYPH: Final = "?"
_CLASS_GLYPHS: Final = f"{_NO_GLYPH}123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZΓΔΘΛΞΠΣΦΨΩ"
_FIRST_GREEK: Final = _CLASS_GLYPHS.index("Γ")
_LEVELS: Final = "▁▂▃▄▅▆▇█"
_UNUSED: Final = "·░"
_LONG_AGO: Final = ":"
_PAGE_CACHED: Final = "○"
_EVER: Final = 1 << 62  # steps
_SEVERAL_LISTS: Final = "*"
_SAMPLES: Final = 16  # spans looked at for a cell that covers many


def class_glyph(number: int) -> str:
    """The letter of a size class, from 1; ? where there are more classes than letters."""
    return _CLASS_GLYPHS[number] if number < len(_CLASS_GLYPHS) else _NO_GLYPH


def class_glyphs(profile: Profile) -> str:
    """The letters of all size classes in their order, in short."""
    return f"1-9 a-z A-Z {_CLASS_GLYPHS[_FIRST_GREEK : profile.largest_class + 1]}"


@frozen
class Chart:
    """The way the map is drawn: through which lens, and 2^zoom pages a cell."""

    lens: Lens = "class"
    zoom: int = 0


@frozen
class Cell:
    """What is drawn for a cell."""

    glyph: str
    token: Token
    mark: str = ""  # that something changed here
    joined: bool = False  # to the cell before: the same span goes on

    def spans(self, columns: int, count: int) -> tuple[Span, ...]:
        """Returns `count` such cells (of one that is selected, or has a sign, there is one): in two columns each after its sign.

        In one column a letter stays and has the colour of what is new.  Where nothing is in use, no letter would be lost:
        there the sign replaces the dot.
        """
        if columns == 1:
            glyph = self.mark if self.mark and self.glyph in _UNUSED else self.glyph
            return ((glyph * count, "new" if self.mark and self.token not in ("cursor", "select") else self.token),)
        if self.joined and not self.mark:
            if self.token == "cursor":
                return ((GOES_ON, "select"), (self.glyph, "cursor"))
            return (((GOES_ON + self.glyph) * count, self.token),)
        return ((self.mark or " ", "new"), (" ".join(self.glyph * count), self.token))


class Cells:
    """Draws cells of one map."""

    def __init__(self, world: World, scene: Scene, chart: Chart, selected: SpanInfo | None, cursor: int, active: bool) -> None:
        """`cursor`: where the selected cell begins, -1: none is selected."""
        self._world = world
        self._scene = scene
        self._chart = chart
        self._selected = selected
        self._cursor = cursor
        self._active = active
        self._changed = sorted(scene.few)
        self._marks = bool(scene.fates if scene.comparing else scene.touched.spans)
        self._signs = {one.name: one.sign for one in world.profile.central_lists}

    def row(self, cells: range) -> list[tuple[Cell, int]]:
        """The cells that begin at the given addresses; neighbours that are alike come as one, with their number.

        So a step takes a third of the time: most of what a map shows is the inside of spans.
        """
        found: list[tuple[Cell, int]] = []
        info: SpanInfo | None = None
        at = cells.start
        while at < cells.stop:
            if info is None or at >= info.base + info.nbytes:
                info = self._world.spans.at(at)
            if info is None:  # and so are all that follow
                found.append((Cell("╌", "dim"), (cells.stop - at) // cells.step))
                break
            inside = min(cells.stop, at + (info.base + info.nbytes - at) // cells.step * cells.step)
            if inside > at:
                self._add_inside(found, info, range(at, inside, cells.step))
                at = inside
            else:
                found.append((self._several(at, at + cells.step), 1))
                at += cells.step
        return found

    def _add_inside(self, found: list[tuple[Cell, int]], info: SpanInfo, cells: range) -> None:
        """Add cells that lie within one span: those are alike up to the next that is selected or in which something changed."""
        at, step = cells.start, cells.step
        if not self._is_special(at, cells.stop):
            if at == info.base:
                found.append((self._drawn(info, at, 0), 1))
                at += step
            if at < cells.stop:
                found.append((self._drawn(info, at, 0), (cells.stop - at) // step))
            return
        while at < cells.stop:
            changed = self._first_changed(at, at + step)
            alike = at + step
            if not changed and at not in (self._cursor, info.base):
                ends = self._first_changed(alike, cells.stop) or cells.stop
                if at < self._cursor < ends:
                    ends = self._cursor
                alike = max(alike, ends - (ends - at) % step)
            found.append((self._drawn(info, at, changed), (alike - at) // step))
            at = alike

    def _drawn(self, info: SpanInfo, first: int, base: int) -> Cell:
        """A cell of a span, in which the span at `base` changed (0: none)."""
        in_use, goes_on = info.state != "free", first > info.base
        glyph = GOES_ON if in_use and goes_on else self._glyph(info, self._ago(info.base))
        mark = self._scene.mark(base) if base == info.base or self._scene.comparing else ""
        new = in_use and self._scene.mark(info.base) != ""
        token: Token = "new" if new or (mark and not in_use) else kind_tone(info)
        return Cell(glyph, self._tone(first, info, token), mark, joined=in_use and goes_on)

    def _several(self, first: int, end: int) -> Cell:
        """A cell that covers several spans, or one and unmapped space: told from some of them."""
        world = self._world
        used_end = min(end, world.extents.arenas.at(first).used)
        low, high = world.spans.number(first), world.spans.number(used_end - 1)
        step = max(1, (high - low + 1) // _SAMPLES)
        infos = world.spans.rows(low, high + 1, step)
        pages = [info.npages for info in infos]
        pages[0] -= max(first - infos[0].base, 0) >> PAGE_SHIFT
        pages[-1] -= max(infos[-1].base + infos[-1].nbytes - used_end, 0) >> PAGE_SHIFT
        mark = self._scene.mark(self._first_changed(first, end))
        new = mark or (self._marks and any(self._scene.mark(info.base) for info in infos))
        ago = min(self._ago(info.base) for info in infos) if self._chart.lens == "last change" else 0
        parts = list(zip(infos, pages, strict=True))
        glyph = self._glyph_of_several(parts, (used_end - first) / (end - first), ago)
        return Cell(glyph, self._tone(first, None, "new" if new else "dim" if glyph == "·" else "mid"), mark)

    def _is_special(self, first: int, end: int) -> bool:
        """Whether from `first` on and before `end` something changed, or is selected."""
        return first <= self._cursor < end or self._first_changed(first, end) != 0

    def _first_changed(self, first: int, end: int) -> int:
        """The first of few changed spans that begins, or began, from `first` on and before `end`; 0: none."""
        number = bisect_left(self._changed, first)
        return self._changed[number] if number < len(self._changed) and self._changed[number] < end else 0

    def _ago(self, base: int) -> int:
        """Steps since something happened to the span; _EVER when nothing is known of it."""
        step = self._scene.changed.get(base)
        return _EVER if step is None else self._scene.step - step

    def _tone(self, first: int, info: SpanInfo | None, token: Token) -> Token:
        """The colour of the selection, if the cell has to do with it."""
        if first == self._cursor:
            return "cursor" if self._active else "select"
        if info is not None and self._selected is not None and info.base == self._selected.base:
            return "select"
        return token

    def _glyph(self, info: SpanInfo, ago: int) -> str:
        """What the first cell of a span shows."""
        lens = self._chart.lens
        if lens == "last change":
            return str(ago) if ago < 10 else _LONG_AGO
        if info.state == "free":
            if info.is_cached and lens in ("class", "list"):
                return _PAGE_CACHED
            return "░" if info.npreleased == info.npages and lens != "swept" else "·"
        if info.state == "manual":
            return "m"
        match lens:
            case "used":
                return _level(info.used)
            case "list":
                return self._list_glyph(info)
            case "swept":
                return UNKNOWN if info.swept is None else "~" if info.waits else "s"
            case "given back":
                return "▓"
            case _:
                return class_glyph(info.sizeclass) if info.sizeclass else "▓"

    def _list_glyph(self, info: SpanInfo) -> str:
        return "M" if info.is_cached else UNKNOWN if info.list_name is None else self._signs.get(info.list_name, "B")

    def _glyph_of_several(self, parts: list[tuple[SpanInfo, int]], mapped: float, ago: int) -> str:
        """What a cell shows that covers so many pages of these spans, and perhaps others; `mapped`: the share of it that is."""
        lens = self._chart.lens
        if lens == "last change":
            return str(ago) if ago < 10 else _LONG_AGO
        used = [(info, pages) for info, pages in parts if info.state != "free"]
        all_pages, pages_used = sum(pages for _, pages in parts), sum(pages for _, pages in used)
        released = sum(pages * (info.npreleased or 0) / info.npages for info, pages in parts)
        if lens == "given back" and released and used:
            return _level(released / all_pages)
        if not used:
            return "░" if released == all_pages and lens != "swept" else "·"
        match lens:
            case "used":
                return _level(sum(info.used * pages for info, pages in used) / pages_used)
            case "list":
                lists = {self._list_glyph(info) for info, _ in used}
                return lists.pop() if len(lists) == 1 else _SEVERAL_LISTS
            case "swept":
                return (
                    UNKNOWN
                    if any(info.swept is None for info, _ in used)
                    else "~"
                    if any(info.waits for info, _ in used)
                    else "s"
                )
            case "given back":
                return "▓"
            case _:
                return _level(pages_used / all_pages * mapped)


def _level(share: float) -> str:
    return _LEVELS[min(len(_LEVELS) - 1, int(share * len(_LEVELS)))]
