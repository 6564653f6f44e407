"""Suggests the known word that a misspelt one was probably meant to be."""

from collections.abc import Iterable
from typing import Final

_SHORTEST: Final = 3  # characters of a beginning that is taken for the whole word
_LONGEST: Final = 24  # characters; longer words are not compared with the known ones: it would be slow and find nothing


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word probably meant: the same but for capitals, a typing error or two away, or the only one that begins so."""
    from difflib import get_close_matches  # noqa: PLC0415 -- only a mistake needs it

    if len(word) > _LONGEST:
        return None
    known_as = {choice.lower(): choice for choice in known}
    lower = word.lower()
    close = [lower] if lower in known_as else get_close_matches(lower, known_as, 1)
    if not close and len(lower) >= _SHORTEST:
        begun = [choice for choice in known_as if choice.startswith(lower)]
        close = begun if len(begun) == 1 else []
    return known_as[close[0]] if close else None


def did_you_mean(complaint: str, meant: str | None) -> str:
    """The complaint, and what was probably meant, if that is known."""
    return f"{complaint}; did you mean {meant}?" if meant else complaint
