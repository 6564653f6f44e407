"""Which panes are shown, and which one has the keyboard: for a terminal of any size, with or without zoom."""

from typing import Final

NEEDS: Final = (60, 16)  # columns and rows below which nothing sensible can be shown
WIDE: Final = (118, 32)  # from here on four panes are shown beside Why
HUGE: Final = (186, 52)  # from here on all of them
TALL: Final = 36  # rows from here on: terminals too narrow for four panes show two, above each other
ROOMY: Final = 24  # rows from here on: Why shows its ladder and the answer

WHY: Final = 6
PANES: Final = {
    1: "spans",
    2: "arena",
    3: "bitmap",
    4: "mcentral",
    5: "mcache",
    WHY: "why",
    7: "heap",
    8: "layout",
    9: "objects",
    10: "advise",
    11: "types",
}
ADVISE: Final = 10
TYPES: Final = 11
# Where four panes are shown, these share a place: the one that was looked at last has it.
PLACES: Final = ((1, 9, TYPES), (2, 8), (3,), (4, 5, 7, ADVISE))
HALVES: Final = ((1, 9, TYPES), (2, 8, 3, 4, 5, 7, ADVISE))  # the same where two are
FIGURES: Final = (7, ADVISE)  # and these two where all others are, and those two
LISTS: Final = (9, TYPES)


class Arrangement:
    """Numbers of panes; the explorer's screen gets the classes that `classes` tells."""

    def __init__(self) -> None:
        self.current = 1  # has the keyboard
        self.upper = 1  # what small terminals and zoom show beside Why
        self.zoomed = False
        self.telling = False  # Why has an answer, or a script's words: it stands below a pane that has all the room
        self.size = (80, 24)
        self._placed = [numbers[0] for numbers in PLACES]
        self._halves = [numbers[0] for numbers in HALVES]
        self._figures = FIGURES[0]
        self._lists = LISTS[0]
        self._recent: list[int] = []

    @property
    def name(self) -> str:
        """The pane that has the keyboard, by its id."""
        return PANES[self.current]

    @property
    def hides_why(self) -> bool:
        """Whether another pane has all the room, unless Why has something to tell."""
        return self.has_one and self.current != WHY

    @property
    def has_one(self) -> bool:
        """Whether one pane has all the room: it is zoomed, or it is a page of text, in a terminal that is small for it."""
        return self.zoomed or (self.current == ADVISE and self._below(WIDE) and not self._is_tall)

    def choose(self, number: int) -> None:
        """Give a pane the keyboard."""
        self.current = number
        self._recent = [*(other for other in self._recent if other != number), number]
        if number != WHY:
            self.upper = number
            self._placed = _taking(number, PLACES, self._placed)
            self._halves = _taking(number, HALVES, self._halves)
            self._figures = number if number in FIGURES else self._figures
            self._lists = number if number in LISTS else self._lists

    @property
    def recent(self) -> tuple[int, ...]:
        """The panes in the order in which they were chosen last: to choose them so makes another arrangement like this one."""
        return tuple(self._recent)

    def neighbour(self, step: int) -> int:
        """The pane so many further, round and round."""
        numbers = list(PANES)
        return numbers[(numbers.index(self.current) + step) % len(numbers)]

    def shown(self) -> set[int]:
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
            "on-why": self.current == WHY,
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


def _taking(number: int, places: tuple[tuple[int, ...], ...], now: list[int]) -> list[int]:
    """The panes in these places once pane `number` has the one that it shares."""
    return [number if number in share else pane for share, pane in zip(places, now, strict=True)]
