"""A film as a session: its allocations as commands, so that the same load can be tried on any version of the allocator."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from gomem_core.film.film import Film
from gomem_core.film.rare import MARKED
from gomem_core.film.tables import NO_CLASS
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.versions import Profile

OPERATIONS: Final = 200_000
_RANGES: Final = 40  # in a line
_TINY: Final = 16  # bytes of a tiny block
_HEAD: Final = (
    "title {title}, as commands",
    "go {release}",
    "",
    "# Made by `gomem convert` of an execution trace with alloc/free events.  What such a trace does not tell:",
    "# - which Go the program was built with: the version above is that of the trace's format, which later ones write as well;",
    "# - how much was asked for: the size of the type where that fits the slot, else the whole slot;",
    "# - which words hold pointers: all of a scan object, and nothing links to anything;",
    "# - which P allocated: all is done by one;",
    "# - when objects died: they are dropped before the collection whose sweep freed them, so garbage dies late here;",
    "# - for what the runtime took spans without objects: stacks and its own work are left out.",
    "gogc off",
)


def session_lines(film: Film, operations: int = OPERATIONS) -> Iterator[str]:
    """The lines of a session file with at most so many allocations and drops; the film must have been read to its end."""
    yield "gomem 1"
    for line in _HEAD:
        yield line.format(title=film.title, release=film.profile.name.removeprefix("go"))
    load = _Load(film)
    done = 0
    for before, after, dropped, collects in load.turns():
        room = operations - done
        yield from _allocs(load.texts[before : min(after, before + room)])
        if after - before + len(dropped) > room:
            yield from _cut(operations, len(load.texts))
            return
        yield from _drops(dropped)
        done += after - before + len(dropped)
        if collects:
            yield "gc"


def _cut(operations: int, allocations: int) -> Iterator[str]:
    yield f"# Here {operations:,} operations are done; the film goes on: it has {allocations:,} allocations.  --ops N takes more."


class _Load:
    """The allocations of a film in their order, and when which of them are dropped."""

    def __init__(self, film: Film) -> None:
        tables = film.tables
        lives, shares = tables.lives, tables.shares
        event = np.concatenate([lives["born"], shares["event"]]).astype(np.int64)
        order = np.argsort(event, kind="stable")
        life = np.concatenate([np.arange(len(lives)), shares["life"]])[order]
        kind = np.concatenate([lives["type"], shares["type"]])[order]
        self._event, self._life = event[order], life
        self._freed = lives["freed"][life].astype(np.int64)
        # What a sweep frees was there before the mark, and what is allocated during the mark stays: so its end can stand for it.
        self._marks = [mark.event for mark in tables.marks if mark.what == MARKED]
        self._last = film.events
        span = lives["span"][life]
        self.texts = _texts(
            film.profile, tables.type_sizes, kind, tables.spans["spanclass"][span], tables.spans["elemsize"][span]
        )

    def turns(self) -> Iterator[tuple[int, int, Ints, bool]]:
        """(first allocation, the one after the last, numbers to drop then, whether a collection follows) of each turn."""
        at = 0
        # What was swept before the first mark was dead when the film began.
        for mark, following in zip([0, *self._marks], [*self._marks, self._last + 1], strict=True):
            until = int(np.searchsorted(self._event, mark, side="right"))
            low = mark if mark else -1
            dropped = np.flatnonzero((self._freed > low) & (self._freed <= following) & (np.arange(len(self._freed)) < until))
            yield at, until, dropped + 1, mark > 0 or len(dropped) > 0
            at = until
        yield at, len(self._event), np.zeros(0, np.int64), False


def _texts(profile: Profile, sizes: Sequence[int], kind: Ints, spanclass: Ints, elemsize: Ints) -> list[str]:
    """What each allocation is as a command; there are few different ones."""
    known: dict[tuple[int, int, int], str] = {}
    found: list[str] = []
    for key in zip(kind.tolist(), spanclass.tolist(), elemsize.tolist(), strict=True):
        text = known.get(key)
        if text is None:
            text = known[key] = _text(profile, sizes[key[0]], key[1], key[2])
        found.append(text)
    return found


def _text(profile: Profile, size: int, spanclass: int, slot: int) -> str:
    """The command for an object of a type of `size` bytes (0: not known) in such a slot."""
    noscan = spanclass == NO_CLASS or spanclass & 1 == 1
    header = PTR_SIZE if spanclass != NO_CLASS and profile.has_header(spanclass) else 0
    smaller = profile.classes[(spanclass >> 1) - 1].size if spanclass > 1 else 0
    is_tiny = noscan and slot == _TINY and 0 < size < _TINY
    fits = is_tiny or (smaller if spanclass > 1 else slot - (1 << 13)) < size + header <= slot
    asked = size if fits and size else slot - header
    return f"alloc {asked} {'noscan' if noscan else 'scan'}"


def _allocs(texts: Sequence[str]) -> Iterator[str]:
    """Equal ones in a row become one command."""
    last, times = "", 0
    for text in (*texts, ""):
        if text == last:
            times += 1
            continue
        if last:
            yield last if times == 1 else f"{last} times {times}"
        last, times = text, 1


def _drops(numbers: Ints) -> Iterator[str]:
    """Ranges of numbers, some in a line."""
    if not len(numbers):
        return
    cuts = np.flatnonzero(np.diff(numbers) > 1)
    firsts = numbers[np.append(0, cuts + 1)].tolist()
    lasts = numbers[np.append(cuts, len(numbers) - 1)].tolist()
    ranges = [f"o{first}" if first == last else f"o{first}..o{last}" for first, last in zip(firsts, lasts, strict=True)]
    for start in range(0, len(ranges), _RANGES):
        yield f"drop {' '.join(ranges[start : start + _RANGES])}"
