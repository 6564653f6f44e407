"""Says why heaps of several versions of Go differ after the same commands: the rows in which the versions differ, in sentences.

A row is told where the versions differ in it and where it mattered: a sentence has what each version does, those that do the same
together.  All else that differs follows from these.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from gomem_core.go.amd64 import PTR_SIZE, TINY_SIZE
from gomem_core.go.sizeclasses import make_span_class
from gomem_core.go.versions import BITS_IN_SPAN, INLINE_MARKS, PROFILES, Profile
from gomem_core.named import NamedTuple
from gomem_core.report import counted

_MOST: Final = 3  # sizes that a sentence names
_LEAST_LIMIT, _MOST_LIMIT = (limit({profile.small_limit for profile in PROFILES}) for limit in (min, max))
_OWN_CLASS: Final = range(TINY_SIZE + 1, 25)  # bytes of objects for which versions since 1.21 have a class, and 1.10 has not


class Request(NamedTuple):
    """What was asked of mallocgc: bytes, and whether without pointers."""

    size: int
    noscan: bool


class Case(NamedTuple):
    """A version, where its heap begins, and what was asked of it, as of all others."""

    profile: Profile
    start: int
    requests: Collection[Request]


class Reason(NamedTuple):
    """A row of the profiles that made a difference, and the sentence that tells it."""

    row: str
    sentence: str


Says = Callable[[Case], str]


def reasons(cases: Sequence[Case]) -> list[Reason]:
    """The rows in which these versions differ and that mattered."""
    found = []
    for row, about, says in _ROWS:
        said = [says(case) for case in cases]
        if len({*said}) > 1 and any(said):
            found.append(Reason(row, f"{about}: {_together(cases, said)}"))
    return found


def _together(cases: Sequence[Case], said: Sequence[str]) -> str:
    """What is so on each version, those on which the same is so in one part of the sentence."""
    by_text: dict[str, list[str]] = {}
    for case, text in zip(cases, said, strict=True):
        by_text.setdefault(text or "nothing of that", []).append(case.profile.name)
    return "; ".join(f"{text} ({', '.join(names)})" for text, names in by_text.items())


# --- What is so on a version in a row; nothing where it did not matter ---------------------------------------------------


def _growth(case: Case) -> str:
    if case.profile.reservation:
        return "1 MB or more at a time, in one arena"
    return f"chunks of 4 MB, in arenas of {case.profile.arena_bytes >> 20} MB"


def _free_pages(case: Case) -> str:
    if case.profile.heap_lists is not None:
        return "lists of free spans by length, best fit"
    return "a bit for each page, first fit, and up to 64 pages at a time for each P"


def _queues(case: Case) -> str:
    names = ", ".join(case.profile.central_names)
    return f"{names}: what comes back goes to the {'front' if case.profile.heap_lists is not None else 'end'}"


def _classes(case: Case) -> str:
    """Sizes that have a class of their own on some versions only."""
    sizes = sorted({r.size for r in _small(case) if r.size in _OWN_CLASS})
    return _listed([f"{size} B in a slot of {_slot(case.profile, size, True)} B" for size in sizes])


def _header(case: Case) -> str:
    """Objects before which their type stands on some versions."""
    told = []
    for r in _small(case):
        if not r.noscan and r.size > BITS_IN_SPAN:
            header = case.profile.header(r.size, False)
            both = f" and {header} B for its type" if header else ""
            slots = case.profile.nelems(make_span_class(case.profile.size_class(r.size, False), False))
            told.append(f"{r.size} B{both} in a slot of {_slot(case.profile, r.size, False)} B, {slots} a span")
    return _listed(told)


def _limit(case: Case) -> str:
    """Whether some are small on one version and large on another."""
    return f"up to {case.profile.small_limit} B" if any(_LEAST_LIMIT < r.size <= _MOST_LIMIT for r in case.requests) else ""


def _pointer_bits(case: Case) -> str:
    if not any(not r.noscan and r.size <= BITS_IN_SPAN for r in _small(case)):
        return ""
    return {
        "two bits": "two bits for each word, in one bitmap",
        "arena": "a bit for each word, in a table for each arena",
        "span": "a bit for each word, at the end of the span",
    }[case.profile.heap_bits]


def _preset(case: Case) -> str:
    if not any(r.size == PTR_SIZE and not r.noscan for r in case.requests):
        return ""
    return "once for the whole span" if case.profile.preset_one_word else "for each object"


def _marks(case: Case) -> str:
    if not any(r.size in INLINE_MARKS for r in _small(case)):
        return ""
    return "at the end of the span" if case.profile.inline_marks else "apart from the span"


def _slots(case: Case) -> str:
    """How many slots the spans have of which some versions keep a part for bits."""
    told = []
    for r in _small(case):
        number = case.profile.size_class(r.size, r.noscan)
        if number and r.size <= BITS_IN_SPAN and r.size not in _OWN_CLASS:
            nelems = case.profile.nelems(make_span_class(number, r.noscan))
            told.append(f"{nelems} of {case.profile.classes[number].size} B{'' if r.noscan else ' with pointers'}")
    return _listed([*dict.fromkeys(told)])


def _zero(case: Case) -> str:
    return "they are" if case.profile.scavenged_is_zero else "only beyond what the arena ever used"


def _small(case: Case) -> list[Request]:
    """The requests that a size class serves on all versions, the smallest first; tiny ones share a block."""
    return sorted(r for r in case.requests if 0 < r.size <= _LEAST_LIMIT and not (r.noscan and r.size < TINY_SIZE))


def _slot(profile: Profile, size: int, noscan: bool) -> int:
    return profile.classes[profile.size_class(size, noscan)].size


def _listed(parts: Sequence[str]) -> str:
    more = len(parts) - _MOST
    return ", ".join([*parts[:_MOST], *([f"and {counted(more, 'more size')}"] if more > 0 else [])])


_ROWS: Final[tuple[tuple[str, str, Says], ...]] = (
    ("arena_start", "where the heap begins", lambda case: f"{case.start:#x}"),
    ("reservation", "how it grows", _growth),
    ("heap_lists", "free pages", _free_pages),
    ("central_lists", "spans of a class", _queues),
    ("classes", "size classes", _classes),
    ("header", f"objects with pointers over {BITS_IN_SPAN} B", _header),
    ("small_limit", "small objects", _limit),
    ("heap_bits", "which words are pointers", _pointer_bits),
    ("preset_one_word", "that an object of one word is a pointer", _preset),
    ("inline_marks", "marks", _marks),
    ("span_end", "slots in a span", _slots),
    ("scavenged_is_zero", "whether pages that come back from the OS count as zero", _zero),
)
