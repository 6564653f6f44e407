"""The way of tab through what a word can become."""

from typing import Final

from gomem_core.frozen import mutable
from gomem_core.lang import Names, complete
from gomem_core.lang.completion import MOST

_GAP: Final = "  "
_MORE: Final = "…"


@mutable
class Walk:
    """The alternatives of one word: the line is `before`, one of them, `after`."""

    before: str
    typed: str  # what they have in common as far as it is known
    after: str
    words: list[str]
    at: int = -1  # the one that is taken; -1: only what they have in common

    @property
    def value(self) -> str:
        """The line as it is now."""
        return self.before + self._word + self.after

    @property
    def cursor(self) -> int:
        """The cursor's place, after the word."""
        return len(self.before + self._word)

    @property
    def _word(self) -> str:
        return self.typed if self.at < 0 else self.words[self.at]

    def step(self, by: int) -> None:
        """Take the next one, or the one before, round and round."""
        self.at = (self.at + by) % len(self.words) if self.at >= 0 else 0 if by > 0 else len(self.words) - 1

    def shown(self, width: int) -> str:
        """The alternatives side by side, the one that is taken marked; as many as fit, that one among them."""
        words = [f"▸{word}" if i == self.at else f" {word}" for i, word in enumerate(self.words)]
        first = 0
        fitting = _fitting(words, width)
        while first + len(fitting) <= self.at:
            first += 1
            fitting = _fitting(words[first:], width)
        before = [_MORE] if first else []
        behind = [_MORE] if first + len(fitting) < len(words) else []
        return _GAP.join([*before, *fitting, *behind])


def _fitting(words: list[str], width: int) -> list[str]:
    """Returns as many as fit, from the first on, with room for the signs that there are more; at least one."""
    room = width - 2 * len(_GAP + _MORE)
    found: list[str] = []
    for word in words:
        room -= len(word) + len(_GAP)
        if room < 0 and found:
            break
        found.append(word)
    return found


def begin(context: str, value: str, cursor: int, names: Names | None) -> Walk | None:
    """The alternatives of the word at the cursor, with what they have in common typed; None where there is nothing to complete.

    `context` is what the language sees before the line: nothing, or the command that a filter belongs to.
    """
    found = complete(context + value, len(context) + cursor, names)
    if not found:
        return None
    start, end = found[0].start - len(context), found[0].end - len(context)
    words = [one.text for one in found]
    walk = Walk(value[:start], value[start:cursor], value[end:], words)
    if len(words) < MOST:  # else there may be others
        common = _common(words)
        walk.typed = max(walk.typed, common, key=len)
    if len(words) == 1:
        walk.at = 0
    return walk


def _common(words: list[str]) -> str:
    """What all words begin with: the first and the last in the alphabet differ earliest."""
    low, high = min(words), max(words)
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return low[:same]
