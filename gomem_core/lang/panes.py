"""The panes, in the order in which tab goes through them: what each shows, its key and its title."""

from typing import Final

from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.moves import Pane
from gomem_core.suggest import nearest

PANES: Final[dict[Pane, str]] = {
    "spans": "every span of the arena",
    "arena": "the pages of the arena",
    "bitmap": "the heap bitmap",
    "mcentral": "the lists of each span class",
    "mcache": "what each P keeps for itself",
    "why": "who served the last object, and why",
    "heap": "free pages, the trigger, the byte account",
    "layout": "the process from high addresses to low",
    "objects": "names, sizes and links",
    "types": "objects and bytes by type, or by call site",
    "advise": "why the heap is so big",
}
KEYS: Final[dict[Pane, str]] = {name: {"advise": "w", "types": "0"}.get(name, str(n)) for n, name in enumerate(PANES, 1)}
# Go's own words stay as they are.
TITLES: Final[dict[Pane, str]] = {name: name if name in ("mcentral", "mcache") else name.capitalize() for name in PANES}
_BY_WORD: Final[dict[str, Pane]] = {word: name for name, key in KEYS.items() for word in (name, key)}


def read_pane(word: str) -> Pane:
    """A pane by its name, in any case of letters, or by its key."""
    name = _BY_WORD.get(word.lower())
    if name is None:
        raise WordError(f"{shown(word)} is not a pane", nearest(word, PANES))
    return name
