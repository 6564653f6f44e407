"""The lines of the event log through a filter: for Why."""

from collections.abc import Callable, Sequence
from time import perf_counter

from gomem_core.go.versions import Profile
from gomem_core.lang.filters import LOG
from gomem_core.lang.pattern import BadPattern, Pattern
from gomem_core.queries.roworder import SLICE_SECONDS, Choice, RowOrder, Work
from gomem_core.queries.spanfilter import BadFilter
from gomem_core.session.outcome import Outcome
from gomem_tui.render.halfway import log_text


class LogOrder(RowOrder):
    """Rows: the numbers of the events, from 1, in whose lines each word of a filter is found, a regular expression."""

    def __init__(self, outcome: Callable[[], Outcome | None], profile: Profile, at_once: int) -> None:
        super().__init__(Choice("event", descending=False), at_once)
        self._outcome = outcome  # of what was done last
        self._profile = profile
        self._rows: list[int] = []

    def _read(self, text: str) -> tuple[Pattern, ...]:
        try:
            return tuple(Pattern(word) for word in text.split())
        except BadPattern as problem:
            raise BadFilter(f"A filter of {LOG} {problem}") from problem

    def _is_plain(self, choice: Choice) -> bool:
        return choice.test is None

    def total(self) -> int:
        """Return how many events are kept."""
        outcome = self._outcome()
        return 0 if outcome is None else len(outcome.events)

    def look_again(self) -> None:
        """Note that something else was done last."""
        self._all = True

    def numbers(self) -> Sequence[int] | None:
        """Return the events that pass; None: all."""
        self.catch_up()
        return None if self.plain else self._rows

    def work(self) -> Work:
        """Look at all lines.  Raises TooCostly."""
        wanted, outcome = self._wanted, self._outcome()
        rows: list[int] = []
        until = 0.0
        for number in range(1, self.total() + 1):
            if perf_counter() > until:
                yield None
                until = perf_counter() + SLICE_SECONDS
            if outcome is not None:
                line = log_text(outcome, self._profile, number)
                if all(pattern.found_in(line) for pattern in wanted.test or ()):
                    rows.append(number)
        yield None

        def take() -> None:
            if self._taken(wanted):
                self._rows = rows

        return take
