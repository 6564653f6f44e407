"""Regular expressions that users type, searched for by an engine that never goes back: google-re2.

Its time grows with the text, never exponentially, whatever the pattern; what still adds up over many rows is limited here.
"""

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import accumulate
from time import thread_time
from typing import Final, Protocol, cast

from gomem_core.regex import regex

LONGEST: Final = 200  # characters of a pattern
_MEMORY: Final = 1 << 20  # bytes for a compiled pattern; re2 refuses one that needs more
_ALLOWED: Final = 1.0  # seconds of processor time for any search
_PER_ROW: Final = 100e-6  # and for each row besides: ordinary patterns need a twentieth of that
# What could find the end of a line, or more than a line: classes that say what is not in them, \s, \n and the like, all flags.
_BEYOND_A_LINE: Final = regex(r"\\[^dSwbB\W]|\[\^|\[:|\(\?(?!:)|[\x00-\x1f]")
_BETWEEN: Final = b"\n\xff\n"
_NO_CHARACTER: Final = b"\xff"
_PROBE: Final = 16  # rows, the first of all, in each of which it is found: then it is found in most of them
_EVER: Final = -1
# What finds the ends of a text, or may be told by a flag that ^ and $ do.
_ENDS_OF_TEXT: Final = regex(r"\\[AzZC]|\(\?(?!:)")


class BadPattern(Exception):
    """Not a regular expression, or none that is searched for; the message goes on where the pattern was named."""


class TooCostly(Exception):
    """A search took more time than any ordinary one needs, and was stopped."""

    def __init__(self, pattern: str, rows: int) -> None:
        self.pattern = pattern
        super().__init__(f'the regular expression "{pattern}" takes too long: it was stopped after {rows:,} rows')


class _Found(Protocol):
    """What a search found."""

    def span(self) -> tuple[int, int]:
        """Where it begins and ends."""


class _Regexp(Protocol):
    """A compiled regular expression, of those methods that are used here."""

    def search(self, text: bytes, pos: int = 0) -> _Found | None:
        """Returns what is found first from a place on."""

    def finditer(self, text: bytes) -> Iterator[_Found]:
        """Returns all that is found, one after the other."""


class Pattern:
    """A regular expression, found whatever the case; ^ and $ are the ends of a line of the row.  Raises BadPattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._rows = 0
        self._spent = 0.0
        self._lines: _Regexp | None = None  # finds whole lines, as many as there are one after the other
        self._whole: _Regexp | None = None  # likewise whole rows, each of which ends with what is no character
        if len(text) > LONGEST:
            raise BadPattern(f"is too long: a regular expression has at most {LONGEST} characters")
        try:
            with warnings.catch_warnings(action="ignore"):  # of what later Pythons may take otherwise
                re.compile(text)  # its messages say where a pattern is wrong
        except (re.error, OverflowError, RecursionError) as problem:
            raise BadPattern(f"is not a regular expression: {problem}") from None
        self._search = self._compile(text).search

    @property
    def stays_in_line(self) -> bool:
        """Whether what it finds surely lies in one line, so that `runs` can search for it."""
        if self._lines is None and _BEYOND_A_LINE.search(self.text) is None:
            with suppress(BadPattern):  # it just does not fit in there
                self._lines = self._compile(f"^(?:.*(?:{self.text}).*\n)+")
        return self._lines is not None

    @property
    def knows_ends(self) -> bool:
        """Whether it may matter to it where the text begins and ends, and not only where lines do."""
        return _ENDS_OF_TEXT.search(self.text) is not None

    def _compile(self, text: str) -> _Regexp:
        import re2  # noqa: PLC0415 -- which nothing but a filter needs

        options = re2.Options()
        options.log_errors = False  # it would write them over the screen
        options.case_sensitive = False
        options.never_capture = True
        options.max_mem = _MEMORY
        try:
            return cast("_Regexp", re2.compile(f"(?m){text}".encode(), options))
        except (re2.error, UnicodeEncodeError) as problem:
            detail = problem.args[0].decode() if isinstance(problem, re2.error) else "it is not text"
            known = "look-around, back references and more than 1000 repetitions are not supported"
            raise BadPattern(f"cannot be searched for: {detail}; {known}") from None

    def found_in(self, row: str) -> bool:
        """Whether it is found in the row.  Raises TooCostly."""
        began = thread_time()
        found = self._search(row.encode(errors="replace")) is not None
        self._count(thread_time() - began, 1)
        return found

    def rows_with(self, rows: Sequence[bytes]) -> list[int]:
        """Places of the rows in which it is found: the same as `found_in` tells of each, but they are searched as one text.

        Between rows stands what is no character, so that nothing is found across; what touches a line feed beside it is looked at
        once more.  Raises TooCostly.
        """
        if self.knows_ends:
            return [n for n, row in enumerate(rows) if self.found_in(row.decode())]
        began = thread_time()
        found = self._one_after_other(rows)
        if found is None:
            known = self._in_runs(rows)
            others = [n for n in range(len(rows)) if n not in known]
            more = self._one_after_other([rows[n] for n in others], _EVER)
            found = sorted(known.union(others[n] for n in more or ()))
        self._count(thread_time() - began, len(rows))
        return found

    def _one_after_other(self, rows: Sequence[bytes], most: int = _PROBE) -> list[int] | None:
        """The same, found row by row; None where it is found in each of the first `most`, so that this would take long."""
        starts = [0, *accumulate([len(row) + len(_BETWEEN) for row in rows])]
        text = _BETWEEN.join(rows)
        found: list[int] = []
        n = 0  # the row from which on it is searched
        while n < len(rows) and (match := self._search(text, starts[n])) is not None:
            start, end = match.span()
            n = bisect_right(starts, start) - 1
            if end <= starts[n] + len(rows[n]) or self._search(rows[n]) is not None:
                found.append(n)
            n += 1
            if len(found) == n == most:
                return None
        return found

    def _in_runs(self, rows: Sequence[bytes]) -> set[int]:
        """Rows in which it is found, one run of them after the other; not all where it asks for the end of a line."""
        if self._whole is None:
            try:
                self._whole = self._compile(rf"(?:(?s:.)*(?:{self.text})(?s:.)*\C)+")
            except BadPattern:  # it just does not fit in there
                return set()
        starts = [*accumulate([len(row) + 1 for row in rows])]  # of the row behind each
        found: set[int] = set()
        for match in self._whole.finditer(_NO_CHARACTER.join([*rows, b""])):
            begin, end = match.span()
            found.update(range(bisect_right(starts, begin), bisect_right(starts, end - 1) + 1))
        return found

    def runs(self, lines: bytes) -> list[tuple[int, int]]:
        """Where it is found in one line after the other: start and end of each such run of lines, in bytes.

        Only for one that stays in a line; each line ends with a line feed.  That is quicker than to look at each line.
        Raises TooCostly.
        """
        assert self._lines is not None
        began = thread_time()
        found = [match.span() for match in self._lines.finditer(lines)]
        self._count(thread_time() - began, lines.count(b"\n"))
        return found

    def _count(self, seconds: float, rows: int) -> None:
        self._spent += seconds
        self._rows += rows
        if self._spent > _ALLOWED + self._rows * _PER_ROW:
            raise TooCostly(self.text, self._rows)
