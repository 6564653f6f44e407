"""Where panes lie in a follower's terminal: as the explorer's style sheet has it (explorer/app.tcss), without Textual."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from gomem_core.named import NamedTuple
from gomem_tui.explorer.arrangement import NEEDS, Arrangement

_BARS: Final = 3  # rows: header, status, footer
_WHY_ROWS: Final = {"short": 8, "huge": 12}  # in others 10
_GUTTER: Final = 1  # columns between panes beside each other
_TALLEST: Final = "spans"  # has two rows of the grid where all panes are shown


class Room(NamedTuple):
    """A place on the screen, in cells."""

    x: int
    y: int
    width: int
    height: int


class Rooms(NamedTuple):
    """The places of the panes that are seen, by their ids, and the row of the scrub bar; None: there is none."""

    panes: dict[str, Room]
    scrub: int | None


def is_tiny(size: tuple[int, int]) -> bool:
    """Whether nothing sensible can be shown."""
    return size[0] < NEEDS[0] or size[1] < NEEDS[1]


def rooms(arrangement: Arrangement, order: Sequence[str], why_rows: int | None) -> Rooms:
    """The places of the panes: these have the ids in `order`, and fill the room in it; Why has its own, or `why_rows`."""
    width, height = arrangement.size
    classes = arrangement.classes()
    below = 0 if classes["short"] else 1
    left = height - _BARS - below
    scrub = None if classes["short"] else height - _BARS
    if classes["zoomed"] and classes["on-why"]:
        return Rooms({"why": Room(0, 1, width, left)}, scrub)
    has_why = classes["telling"] or not classes["zoomed"]
    own = next((rows for name, rows in _WHY_ROWS.items() if classes[name]), 10)
    rows = min(left, why_rows if why_rows is not None else own) if has_why else 0
    shown = [name for name in order if name in arrangement.shown()]
    found = _panes(shown, classes, width, left - rows)
    if has_why:
        found["why"] = Room(0, 1 + left - rows, width, rows)
    return Rooms(found, scrub)


def _panes(shown: Sequence[str], classes: dict[str, bool], width: int, height: int) -> dict[str, Room]:
    if classes["small"] or classes["zoomed"]:
        rows = _shares(height, len(shown), 0)
        return {name: Room(0, 1 + y, width, high) for name, (y, high) in zip(shown, rows, strict=True)}
    across = 3 if classes["huge"] else 2
    columns, rows = _shares(width, across, _GUTTER), _shares(height, across, 0)
    found: dict[str, Room] = {}
    taken: set[int] = set()  # cells of the grid, row by row
    cell = 0
    for name in shown:
        while cell in taken:
            cell += 1
        taken.add(cell)
        (x, wide), (y, high) = columns[cell % across], rows[cell // across]
        if classes["huge"] and name == _TALLEST:
            taken.add(cell + across)
            high = sum(rows[cell // across + 1]) - y
        found[name] = Room(x, 1 + y, wide, high)
    return found


def _shares(total: int, count: int, gutter: int) -> list[tuple[int, int]]:
    """Equal parts of some cells with gaps between: where each begins, and how many cells it has."""
    share = Fraction(max(0, total - gutter * (count - 1)), count)
    begins = [(share + gutter) * n for n in range(count)]
    return [(int(begin), int(begin + share) - int(begin)) for begin in begins]
