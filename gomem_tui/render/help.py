"""The help: first the pane that has the keyboard, what it shows and which keys it has, then the other keys, words, commands."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gomem_core.go.amd64 import MAX_MHEAP_LIST
from gomem_core.go.versions import ALL_CENTRAL_LISTS, CentralList, HeapLists, Profile
from gomem_core.lang.filters import FIELDS, SEARCHED
from gomem_core.lang.helptext import REFUSED
from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import TITLES
from gomem_core.lang.registry import OF_AN_ALLOCATOR, REGISTRY
from gomem_tui.render.lines import Line, Span
from gomem_tui.render.pagecells import class_glyphs
from gomem_tui.render.reflow import reflow
from gomem_tui.settings.keynames import shown
from gomem_tui.settings.keys import FILTERED, Key, Keyboard

_TERM: Final = 18  # cells for a term, or for keys, before what is said of them

_ABOUT: Final = (
    "gomem is a heap explorer: commands go to an allocator that makes the choices of Go {version}'s runtime. One selection links "
    "the panes, ▸ marks it; + marks what the last step changed."
)
_SMALL: Final = "Small terminals show one pane and Why; from 118×32 on four are shown, from 186×52 on all."

_BITS_ALONE: Final = (
    ("free", "pages that bits alone tell of, on no list; P0 cache: P0 has taken them, to cut spans from without a lock"),
)
_NUMBERS: Final = {2: "two", 3: "three", 4: "four"}
_SCRUB: Final = (
    ("━ ● ╌", "the line above the prompt: steps that were done, where you stand, steps that wait"),
    ("▲ ◆ ⚑", "the arena grew, a collection marked, a step with a name"),
    ("+ - ≠", "while a difference is shown: new, gone, changed since the other moment"),
)


def _panes(profile: Profile) -> dict[str, tuple[str, tuple[tuple[str, str], ...]]]:
    """What each pane shows, in a sentence, and what its words and signs mean."""
    lists, heap = profile.central_lists, profile.heap_lists
    return {
        "spans": (
            "A row for each span: pages in a row that serve slots of one size, or one large object, or nothing.",
            (
                ("cl, L", "the size class of its slots; L: one large object"),
                ("used", "slots that are taken, of all"),
                ("P0 cache", "P0's mcache has it: P0 allocates from it without a lock"),
                *_lists_of_spans(lists),
                *(_own_lists(heap) if heap is not None else _BITS_ALONE),
                (
                    "waste 1+88%",
                    "share of bytes that no live object asked for: ends of slots, dead slots and tail; free slots",
                ),
                ("~", "marked, not swept yet: dead objects still have their slots"),
                ("░", "given back to the operating system; the addresses stay"),
            ),
        ),
        "arena": (
            "A cell for each page of the arena, or for several of them, seen through a lens.",
            (
                (
                    class_glyphs(profile),
                    f"size classes 1 to {profile.largest_class} in this order (gomem classes lists them)",
                ),
                ("▓ · ░", "a large object, a free page, one given back to the operating system"),
                ("▒", "the page goes on with the span before it"),
                ("+4", "the span that begins here was changed by the last step"),
            ),
        ),
        "bitmap": (
            "The heap bitmap of the selected span: a row is one of its bytes, which describes four words. Its bytes are "
            "used from the region's end downwards.",
            (
                ("◆ ◇ ▫ ·", "both bits: a pointer may be there, and there is more to scan; pointer bit; scan bit; none"),
                ("→", "a pointer is stored in the word"),
                ("│", "a slot begins"),
                ("● ○ ✗", "a slot that is taken, free, or was not reached by the last mark and waits to be swept"),
                ("m †", "reached by the last mark; the program has dropped the object"),
            ),
        ),
        "mcentral": (
            f"For each span class the {_NUMBERS.get(len(lists), len(lists))} lists of spans that all Ps share, and below them "
            "the chains of the selected one.",
            (
                *((one.name, _spans_on(one, " (ᴹ)")) for one in lists),
                ("locks", "how often the lock of this mcentral was taken"),
            ),
        ),
        "mcache": (
            "What each P allocates from without a lock: one span for each span class, and a half-used block for tiny objects. "
            "A P is what a thread must hold to run Go code.",
            (("tiny", "16 bytes shared by objects of less than 16 bytes without pointers"),),
        ),
        "why": (
            "The last command, its answer, and the ladder: who was asked for memory, what each had to say, and the Go function "
            "that decides.",
            (("●", "this one served"),),
        ),
        "heap": (
            "What became of each byte of the arena, what the collector waits for, who served, which pages are free, "
            "which classes waste most.",
            (
                (
                    "live, trigger",
                    "heap_live as the collector counts it, a span in an mcache in full; at the trigger it collects",
                ),
                ("requested", "what living objects asked for"),
                ("slot waste", "ends of slots that objects do not fill"),
                ("free slots", "slots that hold nothing; they serve objects of their class only"),
                ("spans 9→1", "the class has 9 spans, and 1 would hold its objects"),
                ("tails", "what is left after the last slot of a span"),
                ("tiny", "shared a block; MemStats counts each in Frees at once, though nobody freed it"),
                ("manual", "spans for stacks and the collector's own work"),
            ),
        ),
        "layout": (
            "The whole process from high addresses to low, with the mapped part of each region and the side to which it grows.",
            (),
        ),
        "types": (
            "Which types hold the bytes; of objects of unknown type, which slots; of a heap profile, which lines allocated.",
            (
                ("bytes, objects", "what is there: dead objects too, until they are swept"),
                ("keeps", "what would be freed without all objects of the type, where it is known what refers to what"),
                ("ever", "bytes that were ever allocated, as far as the recording or the profile goes back"),
                ("rate", "bytes a second that were allocated since the recording began"),
                ("age", "how old the objects are on average that are there"),
            ),
        ),
        "advise": (
            "Why the heap is so big: where its bytes are, and which few objects keep most of them.",
            (
                (
                    "live, dead",
                    "slots of objects that the last mark reached, or that came later; of others, until they are swept",
                ),
                ("half-empty", "spans with free slots: these serve objects of their class only"),
                ("chunk", "4 MB, for which later versions of Go keep one page bitmap"),
                ("huge page", "2 MB, which the kernel may map as one: what lies in it keeps all of it in memory"),
                ("?, ≈", "not known; derived from something else"),
            ),
        ),
        "objects": (
            "Every object that was ever allocated, what links to it, and what keeps it alive.",
            (
                ("● ◐ †", "the program has it; something living links to it; neither: the next collection frees it"),
                ("✗ ·", "dead, but not swept yet; gone"),
            ),
        ),
    }


def _own_lists(heap: HeapLists) -> tuple[tuple[str, str], ...]:
    """What spans hang on the heap's own lists."""
    more = f"those of {MAX_MHEAP_LIST} pages or more"
    return (
        (f"{heap.busy}[5]", f"the heap's list of large objects of 5 pages; {heap.busy_large}: {more}"),
        (f"{heap.free}[5]", f"the heap's list of free spans of 5 pages; {heap.free_large}: {more}"),
    )


def _lists_of_spans(lists: Sequence[CentralList]) -> Iterator[tuple[str, str]]:
    """What spans hang on the lists of an mcentral."""
    other = "its mcentral's other list: " if len(lists) == 2 else "its mcentral's list of "
    for number, one in enumerate(lists):
        yield one.name, (other if number else "its mcentral's list of ") + _spans_on(one)


def _spans_on(one: CentralList, sign: str = "") -> str:
    return f"{one.spans}, and those that an mcache has{sign}" if one.cached else one.spans


def help_lines(keyboard: Keyboard, profile: Profile, pane: Pane, width: int, is_read: bool = False) -> list[Line]:
    """The whole page for the pane of this name, in lines of at most `width` cells; `is_read`: of a heap that is only read."""
    about, words = _panes(profile)[pane]
    there = [key for key in keyboard.keys if key.keys]
    return [
        *reflow([(_closing(keyboard), "label")], width),
        *_section(TITLES[pane], width, about),
        *_rows(words, width),
        *_rows(_keys((key for key in there if key.is_of(pane)), pane), width),
        *_rows(_filters(pane, profile), width),
        *_section("Keys everywhere", width),
        *_rows(_keys(key for key in there if key.scope == "app"), width),
        *_section("Keys of other panes", width),
        *_rows(_keys(key for key in there if key.scope != "app" and not key.is_of(pane)), width),
        *_section("Signs", width, _ABOUT.format(version=profile.name.removeprefix("go")), _SMALL),
        *_rows(_SCRUB, width),
        *_section("Commands", width, "One per line, typed after a colon; help COMMAND explains one."),
        *_rows(_commands(is_read), width),
        *(_section("Commands that are refused here", width, REFUSED, ", ".join(_refused())) if is_read else ()),
    ]


def _closing(keyboard: Keyboard) -> str:
    return keyboard.filled("{back} closes this page, {down} and {page_down} scroll it.")


def _keys(keys: Iterable[Key], pane: Pane | None = None) -> Iterator[tuple[str, str]]:
    """Keys and what they do, in this pane or in each."""
    return ((" ".join(map(shown, key.keys)), key.help if pane is None else key.help_in(pane)) for key in keys)


def _filters(pane: str, profile: Profile) -> Iterator[tuple[str, str]]:
    """What a filter of the pane can ask for."""
    if pane == "why":
        yield "/ anything", "in the event log, a regular expression that is found in the line, whatever the case"
    if pane not in FILTERED:
        return
    others = {one.name for one in ALL_CENTRAL_LISTS} - {*profile.central_names}
    for field in (one for one in FIELDS[pane] if one.name not in others):
        yield f"/ {field.name}{field.sign}", f"{field.help}: {field.meaning}"
    if pane in SEARCHED:
        yield "/ anything else", "a regular expression that is found in the row, whatever the case"


def _commands(is_read: bool) -> Iterator[tuple[str, str]]:
    return ((spec.name, spec.summary) for spec in REGISTRY if not is_read or spec.name not in OF_AN_ALLOCATOR)


def _refused() -> Iterator[str]:
    return (spec.name for spec in REGISTRY if spec.name in OF_AN_ALLOCATOR)


def _section(title: str, width: int, *sentences: str) -> list[Line]:
    head: list[Line] = [(), ((title, "heading"),)]
    return head + [line for text in sentences for line in reflow([(text, "text")], width)]


def _rows(rows: Iterable[tuple[str, str]], width: int) -> Iterator[Line]:
    """Terms, and beside them, broken to the width, what they mean."""
    indent: Span = (" " * _TERM, "text")
    for term, meaning in rows:
        lines: Sequence[Line] = reflow([(meaning, "text")], max(20, width - _TERM))
        if len(term) + 3 > _TERM:
            yield (("  " + term, "key"),)
        for number, line in enumerate(lines):
            first = number == 0 and len(term) + 3 <= _TERM
            yield (((f"  {term}".ljust(_TERM), "key") if first else indent), *line)
