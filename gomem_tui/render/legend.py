"""The legend of the arena: what every letter and sign of the page map stands for."""

from typing import Final

from gomem_core.go.versions import Profile
from gomem_core.report import format_bytes
from gomem_core.world.facts import UNKNOWN
from gomem_tui.render.lines import Line, Span
from gomem_tui.render.pagecells import LENSES, Lens, class_glyph
from gomem_tui.render.reflow import reflow
from gomem_tui.settings.keys import Keyboard

_CELL: Final = 19  # cells for a letter, its class and its size
_SIGNS: Final[dict[Lens, tuple[tuple[str, str], ...]]] = {
    "class": (("▓", "a large object"), ("·", "free"), ("░", "free, and given back to the system")),
    "used": (("▁ … █", "slots taken, from few to all"), ("·", "free"), ("░", "free, and given back")),
    "list": (("·", "free"), ("░", "free, and given back")),
    "swept": (("s", "swept"), ("~", "waits to be swept"), ("·", "free")),
    "given back": (("▓", "in use"), ("·", "free"), ("░", "free, and given back"), ("▁ … █", "several: the share given back")),
    "last change": (("0 … 9", "steps since something happened there"), (":", "longer ago")),
}
_PAGE_CACHED: Final = ("○", "free, in the page cache of a P")
_BORDERS: Final = (
    ("┌", "behind an address: a chunk begins there, 512 pages in a row"),
    ("┏", "behind an address: an arena begins there, and with it a chunk"),
)
_ALL: Final = (
    ("▒", "the span goes on: a page after its first"),
    ("m", "a span that the runtime keeps for itself"),
    ("╌", "not mapped"),
    (UNKNOWN, "not known of this heap"),
    ("+ ≠ -", "before a cell, or before its row where cells have no gaps: the last command changed it"),
    ("▁ … █", "where a cell covers several spans: the share of it that is in use"),
    ("*", "where a cell covers several spans: they hang on several lists"),
)


def legend_lines(keyboard: Keyboard, profile: Profile, lens: Lens, width: int) -> list[Line]:
    """The whole page, beginning with the lens that is used, in lines of at most `width` cells."""
    first = keyboard.filled("{back} closes this page. In the arena, {lens} takes the next lens.")
    lines = reflow([(first, "label")], width) if first else []
    for one in (lens, *(other for other in LENSES if other != lens)):
        lines += [(), ((f"Lens: {one}", "heading"),)]
        if one == "class":
            lines += _classes(profile, width)
        if one == "list":
            lines += _rows(_central_signs(profile), width)
        lines += _rows(_SIGNS[one], width)
        if one in ("class", "list") and profile.heap_lists is None:
            lines += _rows((_PAGE_CACHED,), width)
    borders = () if profile.reservation else _BORDERS
    return [*lines, (), (("Through each of them", "heading"),), *_rows((*_ALL, *borders), width)]


def _central_signs(profile: Profile) -> tuple[tuple[str, str], ...]:
    """What stands for spans of size classes through the lens "list"."""
    lists = ((one.sign, f"on the list {one.name} of its mcentral: {one.each}") for one in profile.central_lists)
    large = (("B", "a large object, on a list of the heap"),) if profile.heap_lists is not None else ()
    return (("M", "cached in an mcache"), *lists, *large)


def _classes(profile: Profile, width: int) -> list[Line]:
    """A letter for each size class, with its number and the size of its slots, in columns that are read downwards."""
    columns = max(1, (width - 2) // _CELL)
    cells = [(class_glyph(c.number), f"{c.number:>3} {_size(c.size):>8}") for c in profile.classes[1:]]
    high = -(-len(cells) // columns)
    lines: list[Line] = [(("  letter, size class, slot", "label"),)]
    for y in range(high):
        line: list[Span] = [("  ", "text")]
        for glyph, text in cells[y::high]:
            line += [(glyph, "key"), (f"{text:<{_CELL - 1}}", "text")]
        lines.append(tuple(line))
    return lines


def _size(nbytes: int) -> str:
    return f"{nbytes} B" if nbytes < 10_000 else format_bytes(nbytes)


def _rows(rows: tuple[tuple[str, str], ...], width: int) -> list[Line]:
    found: list[Line] = []
    for sign, meaning in rows:
        first, *more = reflow([(meaning, "text")], max(20, width - 10))
        found.append(((f"  {sign:<8}", "key"), *first))
        found += [((" " * 10, "text"), *line) for line in more]
    return found
