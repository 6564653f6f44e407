"""What the rows of a table are, in an order and through a filter: worked out at once, or, for many rows, in slices by a thread.

What is wanted replaces what is shown when all rows were looked at; until then the rows stay as they were.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from math import inf
from time import perf_counter
from typing import Any, Final

from gomem_core.lang.pattern import TooCostly
from gomem_core.named import NamedTuple

Take = Callable[[], None]
# To be called before the work goes on.  It looks at neither the heap nor what is kept from one work to the next: both may change
# meanwhile, and then the work is in vain.
Step = Callable[[], object] | None
Work = Generator[Step, None, Take]  # stops after each slice; returns what makes its rows those that are shown

MANY: Final = 2_000  # rows from which on numpy pays, whose import takes a tenth of a second
SLICE: Final = 200  # rows: one or two milliseconds
SLICE_SECONDS: Final = 0.003  # ... but where a costly filter needs longer
PATIENCE: Final = 0.02  # seconds of work at once; what takes longer is left to somebody else


class Choice(NamedTuple):
    """An order, a filter as typed, and what the filter was read to; None where it lets all rows pass."""

    sort: str
    descending: bool
    text: str = ""
    test: Any = None  # of a kind that the table knows


class RowOrder(ABC):
    """Rows by which a table is shown; without `at_once` they are worked out whenever they are read."""

    def __init__(self, first: Choice, at_once: int | None = None) -> None:
        self._wanted = self._shown = self._fallback = first
        self._at_once = at_once  # where there are more rows, somebody has to do `work`
        self._is_slow = False  # ... or where it was begun and took too long
        self.problem: TooCostly | None = None  # that somebody is to be told of
        self._all = True  # look at all rows again

    # --- For each kind of rows ------------------------------------------------------------------------------------------

    @abstractmethod
    def _read(self, text: str) -> object:
        """What tells which rows the filter lets pass; None: all.  Raises BadFilter."""

    @abstractmethod
    def _is_plain(self, choice: Choice) -> bool:
        """Whether the rows of this choice need no work."""

    @abstractmethod
    def total(self) -> int:
        """How many rows there are without a filter."""

    @abstractmethod
    def work(self) -> Work:
        """Look at all rows; the heap must stand still meanwhile.  Raises TooCostly."""

    def prepare(self) -> Work | None:
        """What makes the next filter quick where there are many rows; None where nothing does."""
        return None

    # --- Choosing ---------------------------------------------------------------------------------------------------------

    @property
    def sort(self) -> str:
        """The column by which rows are sorted."""
        return self._wanted.sort

    @property
    def descending(self) -> bool:
        """Whether the greatest comes first."""
        return self._wanted.descending

    @property
    def text(self) -> str:
        """The filter as typed."""
        return self._wanted.text

    @property
    def plain(self) -> bool:
        """Whether the rows that are shown need no work."""
        return self._is_plain(self._shown)

    def arrange(self, sort: str, descending: bool) -> None:
        """Choose the order, one of the table's columns."""
        self._want(self._wanted._replace(sort=sort, descending=descending))

    def filter(self, text: str) -> None:
        """Choose what is among the rows, as typed; nothing: every row.  Raises BadFilter, with nothing changed."""
        text = text.strip()
        if text != self.text:
            self._want(self._wanted._replace(text=text, test=self._read(text) if text else None))

    def hold(self) -> None:
        """Remember this choice, to which `refuse` goes back."""
        self._fallback = self._wanted

    def refuse(self) -> None:
        """What is wanted cannot be had: want what was held, or, where that is what was refused, no filter."""
        same = self._wanted.text == self._fallback.text
        self._want(self._fallback._replace(text="", test=None) if same else self._fallback)
        self.hold()

    def _want(self, choice: Choice) -> None:
        self._all = self._all or choice.sort != self._shown.sort or choice.text != self._shown.text
        self._wanted, self._is_slow = choice, False
        if self._is_plain(choice) or not self._all:
            self._all = self._all or (self._is_plain(choice) and not self._is_plain(self._shown))
            self._shown = choice

    # --- Working it out -----------------------------------------------------------------------------------------------------

    @property
    def behind(self) -> bool:
        """Whether somebody has to do `work` before what is wanted is shown."""
        return self._is_late and self._at_once is not None and (self._is_slow or self.total() > self._at_once)

    @property
    def _is_late(self) -> bool:
        return self._all and not self._is_plain(self._wanted)

    def catch_up(self) -> None:
        """The same before rows are read; a filter that takes too long is given up, and `problem` says so."""
        try:
            self.settle()
        except TooCostly as problem:
            self.give_up(problem)

    def give_up(self, problem: TooCostly) -> None:
        """What is wanted takes too long."""
        self.problem = problem
        self.refuse()

    def settle(self) -> None:
        """Work the rows out now, unless they are too many for that or it turns out to take long.  Raises TooCostly."""
        if self._is_late and not self.behind:
            take = finish_in(inf if self._at_once is None else PATIENCE, self.work())
            if take is None:
                self._is_slow = True
            else:
                take()

    def _leave(self) -> None:
        """Leave it to somebody else to look at all rows, since those that changed take too long."""
        self._all = self._is_slow = True

    def _taken(self, choice: Choice) -> bool:
        """Show what was worked out for a choice, unless another is wanted by now; tells whether it is shown."""
        if choice is not self._wanted:
            return False
        self._shown = choice
        self._all = self._is_slow = False
        return True


def finish(work: Work) -> Take:
    """Do all of the work.  Raises TooCostly."""
    take = finish_in(inf, work)
    assert take is not None
    return take


def finish_in(seconds: float, work: Work) -> Take | None:
    """Do all of the work; returns None where it takes longer.  Raises TooCostly."""
    end = perf_counter() + seconds
    while perf_counter() < end:
        try:
            compute = next(work)
        except StopIteration as done:
            take: Take = done.value
            return take
        if compute is not None:
            compute()
    return None
