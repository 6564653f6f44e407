"""Which panes are shown, and which one has the keyboard: for a terminal of any size, with or without zoom."""

from typing import Final

from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import PANES

NEEDS: Final = (60, 16)  # columns and rows below which nothing sensible can be shown
WIDE: Final = (118, 32)  # from here on four panes are shown beside Why
HUGE: Final = (186, 52)  # from here on all of them
TALL: Final = 36  # rows from here on: terminals too narrow for four panes show two, above each other
ROOMY: Final = 24  # rows from here on: Why shows its ladder and the answer

# Where four panes are shown, these share a place: the one that was looked at last has it.
PLACES: Final[tuple[tuple[Pane, ...], ...]] = (
    ("spans", "objects", "types"),
    ("arena", "layout"),
    ("bitmap",),
    ("mcentral", "mcache", "heap", "advise"),
)
# The same where two are.
HALVES: Final[tuple[tuple[Pane, ...], ...]] = (
    ("spans", "objects", "types"),
    ("arena", "layout", "bitmap", "mcentral", "mcache", "heap", "advise"),
)
FIGURES: Final[tuple[Pane, ...]] = ("heap", "advise")  # and these two where all others are, and those two
LISTS: Final[tuple[Pane, ...]] = ("objects", "types")


class Arrangement:
    """Names of panes; the explorer's screen gets the classes that `classes` tells."""

    def __init__(self) -> None:
        self.current: Pane = "spans"  # has the keyboard
        self.upper: Pane = "spans"  # what small terminals and zoom show beside Why
        self.zoomed = False
        self.telling = False  # Why has an answer, or a script's words: it stands below a pane that has all the room
        self.size = (80, 24)
        self._placed = [names[0] for names in PLACES]
        self._halves = [names[0] for names in HALVES]
        self._figures = FIGURES[0]
        self._lists = LISTS[0]
        self._recent: list[Pane] = []

    @property
    def hides_why(self) -> bool:
        """Whether another pane has all the room, unless Why has something to tell."""
        return self.has_one and self.current != "why"

    @property
    def has_one(self) -> bool:
        """Whether one pane has all the room: it is zoomed, or it is a page of text, in a terminal that is small for it."""
        return self.zoomed or (self.current == "advise" and self._below(WIDE) and not self._is_tall)

    def choose(self, name: Pane) -> None:
        """Give a pane the keyboard."""
        self.current = name
        self._recent = [*(other for other in self._recent if other != name), name]
        if name != "why":
            self.upper = name
            self._placed = _taking(name, PLACES, self._placed)
            self._halves = _taking(name, HALVES, self._halves)
            self._figures = name if name in FIGURES else self._figures
            self._lists = name if name in LISTS else self._lists

    @property
    def recent(self) -> tuple[Pane, ...]:
        """The panes in the order in which they were chosen last: to choose them so makes another arrangement like this one."""
        return tuple(self._recent)

    def neighbour(self, step: int) -> Pane:
        """The pane so many further, round and round."""
        names = list(PANES)
        return names[(names.index(self.current) + step) % len(names)]

    def shown(self) -> set[Pane]:
        """The panes that there is room for, beside Why."""
        if self.zoomed or (self._below(WIDE) and not self._is_tall):
            return {self.upper}
        if self._is_tall:
            return set(self._halves)
        return set(self._placed) if self._below(HUGE) else {*PANES} - {*FIGURES, *LISTS} | {self._figures, self._lists}

    def classes(self) -> dict[str, bool]:
        """Classes of the screen, and whether it has them."""
        return {
            "tiny": self._below(NEEDS),
            "small": self._below(WIDE),
            "tall": self._is_tall,
            "short": self.size[1] < ROOMY,
            "huge": not self._below(HUGE),
            "zoomed": self.has_one,
            "telling": self.telling,
            "on-why": self.current == "why",
        }

    def told_rows(self, wanted: int) -> int:
        """Rows of Why for a text that wants so many: those, or in large terminals one of few numbers."""
        levels = self._levels
        return next((rows for rows in levels if rows >= wanted), levels[-1])

    @property
    def most_told(self) -> int:
        """The most rows that Why takes for what a script tells."""
        return self._levels[-1]

    @property
    def is_steady(self) -> bool:
        """Whether there is room for Why to be as high all through a story as its longer steps need."""
        return not self._below(WIDE) and self.size[1] >= TALL

    @property
    def _levels(self) -> tuple[int, ...]:
        if self._below(WIDE) and not self._is_tall:  # one pane beside Why: every row that a story does not need is the table's
            return tuple(range(3, 10 if self.size[1] < ROOMY else 14))
        return (13, 16) if self.is_steady else (9, 13, 16)

    @property
    def _is_tall(self) -> bool:
        return self._below(WIDE) and self.size[1] >= TALL

    def _below(self, size: tuple[int, int]) -> bool:
        return self.size[0] < size[0] or self.size[1] < size[1]


def _taking(name: Pane, places: tuple[tuple[Pane, ...], ...], now: list[Pane]) -> list[Pane]:
    """The panes in these places once this one has the one that it shares."""
    return [name if name in share else pane for share, pane in zip(places, now, strict=True)]
