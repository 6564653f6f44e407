"""Regular expressions that users type, searched for by an engine that never goes back: google-re2.

Its time grows with the text, never exponentially, whatever the pattern; what still adds up over many rows is limited here.
"""

import re
import warnings
from collections.abc import Callable
from time import thread_time
from typing import Final, cast

LONGEST: Final = 200  # characters of a pattern
_MEMORY: Final = 1 << 20  # bytes for a compiled pattern; re2 refuses one that needs more
_ALLOWED: Final = 1.0  # seconds of processor time for any search
_PER_ROW: Final = 100e-6  # and for each row besides: ordinary patterns need a twentieth of that


class BadPattern(Exception):
    """Not a regular expression, or none that is searched for; the message goes on where the pattern was named."""


class TooCostly(Exception):
    """A search took more time than any ordinary one needs, and was stopped."""

    def __init__(self, pattern: str, rows: int) -> None:
        self.pattern = pattern
        super().__init__(f'the regular expression "{pattern}" takes too long: it was stopped after {rows:,} rows')


class Pattern:
    """A regular expression, found whatever the case; ^ and $ are the ends of a line of the row.  Raises BadPattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._rows = 0
        self._spent = 0.0
        if len(text) > LONGEST:
            raise BadPattern(f"is too long: a regular expression has at most {LONGEST} characters")
        try:
            with warnings.catch_warnings(action="ignore"):  # of what later Pythons may take otherwise
                re.compile(text)  # its messages say where a pattern is wrong
        except (re.error, OverflowError, RecursionError) as problem:
            raise BadPattern(f"is not a regular expression: {problem}") from None
        self._search = self._compile()

    def _compile(self) -> Callable[[bytes], object]:
        import re2  # noqa: PLC0415 -- which nothing but a filter needs

        options = re2.Options()
        options.log_errors = False  # it would write them over the screen
        options.case_sensitive = False
        options.never_capture = True
        options.max_mem = _MEMORY
        try:
            return cast("Callable[[bytes], object]", re2.compile(f"(?m){self.text}".encode(), options).search)
        except (re2.error, UnicodeEncodeError) as problem:
            detail = problem.args[0].decode() if isinstance(problem, re2.error) else "it is not text"
            known = "look-around, back references and more than 1000 repetitions are not supported"
            raise BadPattern(f"cannot be searched for: {detail}; {known}") from None

    def found_in(self, row: str) -> bool:
        """Whether it is found in the row.  Raises TooCostly."""
        began = thread_time()
        found = self._search(row.encode(errors="replace")) is not None
        self._spent += thread_time() - began
        self._rows += 1
        if self._spent > _ALLOWED + self._rows * _PER_ROW:
            raise TooCostly(self.text, self._rows)
        return found
