"""Regular expressions that are compiled when they are first used.

Compiling one takes a tenth of a millisecond and more: for the eighty of the explorer a thirtieth of the time to its first
picture, which needs ten of them.
"""

import re
from typing import Any, AnyStr, cast


class _Regex:
    """Stands for a compiled pattern: what is asked of it is asked of that, and then kept, so that it costs nothing more."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found


def regex(text: AnyStr, flags: int = 0) -> "re.Pattern[AnyStr]":
    """A pattern as `re.compile` makes it, for its methods; a wrong one raises `re.error` when it is first used."""
    return cast("re.Pattern[AnyStr]", _Regex(text, flags))
