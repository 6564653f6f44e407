"""The operands that commands are declared with, and the builders that check how their values fit together."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from gomem_core.go.versions import MOST_CLASSES
from gomem_core.lang import dropped, filters, names, numbers
from gomem_core.lang.commands import Alloc, ByName, Drop, Kind, Link, Ref, Topic, Unlink
from gomem_core.lang.errors import WordError, shown
from gomem_core.lang.grammar import Completer, Names, Operand
from gomem_core.lang.moves import ExpectNoEvent, Focus, Pane, Select
from gomem_core.suggest import nearest

_REFS = ("NAME", "0xADDR")
_WORDS_OFFERED = 16  # numbers of words, in completion
_WORDS_TRIED = 1000

# --- Operands -----------------------------------------------------------------------------------------------


def count(field: str, label: str, low: int, high: int, what: str) -> Operand:
    """A whole number."""
    meaning = f"a {what} from {low} to {high}"

    def read(word: str) -> int:
        return numbers.read_count(word, low, high, what)

    return Operand(field, label, meaning, read)


def optional(operand: Operand) -> Operand:
    """The same operand where it can be left out."""
    return replace(operand, required=False)


def offer(words: Mapping[str, str]) -> Completer:
    """Completion out of certain words, given with their help."""

    def complete(_prefix: str, _names: Names | None) -> Iterable[tuple[str, str]]:
        return words.items()

    return complete


def choice(field: str, words: Mapping[str, str]) -> Operand:
    """One of certain words, given with their help."""
    known = tuple(words)

    def read(word: str) -> str:
        if word in words:
            return word
        raise WordError(f"{shown(word)} is not one of {', '.join(known)}", nearest(word, known), expected=known)

    return Operand(
        field,
        "|".join(known),
        "one of " + ", ".join(known),
        read,
        offer(words),
        choices=known,
    )


def trimmed(text: str) -> str:
    """A text as typed, without the blanks around it."""
    return text.strip(" \t")


def literal(word: str) -> Operand:
    """A fixed word, which the builder gets as the field of that name."""

    def read(typed: str) -> str:
        if typed != word:
            raise WordError(f"{shown(typed)} stands where the word {word} has its place")
        return word

    return Operand(word, word, f"the word {word}", read, offer({word: "the word that belongs here"}))


def _complete_objects(prefix: str, names: Names | None) -> Iterable[tuple[str, str]]:
    for name in names.objects(prefix) if names is not None else ():
        yield name, "object"


def _complete_places(prefix: str, names: Names | None) -> Iterable[tuple[str, str]]:
    """A.SLOT: the words of an object that is named already, then objects that have such words."""
    if names is None:
        return
    owner, dot, digits = prefix.rpartition(".")
    numbers_of_words = map(str, names.words(owner)[:_WORDS_TRIED] if dot else ())
    for number in islice((n for n in numbers_of_words if n.startswith(digits)), _WORDS_OFFERED):
        yield f"{owner}.{number}", "word that can hold a pointer"
    for name in names.holders(prefix):
        yield f"{name}.", "object that can hold pointers"


def _complete_addresses(prefix: str, names: Names | None) -> Iterable[tuple[str, str]]:
    """Completes addresses, but only after a 0: nobody wants to walk through addresses where a number can stand."""
    return names.addresses(prefix) if names is not None and prefix[:1] == "0" else ()


def _complete_anywhere(prefix: str, names: Names | None) -> Iterable[tuple[str, str]]:
    return _complete_addresses(prefix, names) if prefix[:1] == "0" else _complete_objects(prefix, names)


def _read_fourth(word: str) -> Kind:
    if word != "4":
        raise WordError("only every 4 can be said: every fourth word holds a pointer", "4", expected=("4",))
    return "every4"


EVERY_FOURTH = Operand("kind", "4", "the number 4", _read_fourth, offer({"4": "every fourth word"}), ("4",))
SIZE = Operand("size", "SIZE", "a size such as 48, 0x30, 32K or 1.5M", numbers.read_size)
LIVE_SIZE = Operand("live", "SIZE", SIZE.meaning, numbers.read_size)
NEW_NAME = Operand("name", "NAME", "a new name: a letter, then letters, digits, _ or -", names.read_new_name)
DROPPED = Operand(
    "dropped",
    "TARGET",
    "a NAME, 0xADDR, a range such as o3..o9, or all",
    dropped.read_drop,
    choices=("NAME", "0xADDR", "o3..o9", "x.1..x.3", "all"),
    many=True,
    rest="code",
    parts=dropped.PARTS,
    complete_behind=dropped.complete_drop,
    written="TARGET... [every K|N% [seed S]] [size OP SIZE]",
)
PLACE = Operand("place", "A.SLOT", "an object and a word number, such as a.0", names.read_place, _complete_places)
OBJECT = Operand("dst", "B", "an object: NAME, oN, NAME.N or 0xADDR", names.read_ref, _complete_objects, _REFS)
SHOWN_OBJECT = Operand("target", "NAME|0xADDR", OBJECT.meaning, names.read_shown, _complete_objects, _REFS)
SHOWN_PLACE = replace(SHOWN_OBJECT, complete=_complete_anywhere)
SHOWN_SPAN = replace(
    SHOWN_PLACE,
    label="N|NAME|0xADDR",
    meaning="the number of a span, 0 is the first, an object or an address",
    read=names.read_span,
    choices=("N", *_REFS),
)
SHOWN_PAGE = Operand(
    "target", "N|0xADDR", "a page number, 0 at the arena's start, or 0xADDR", names.read_page, _complete_addresses
)
SHOWN_CLASS = count("target", "N", 0, MOST_CLASSES - 1, "class number")
WHERE = Operand(
    "target",
    "NAME|0xADDR",
    "an object, or an address such as 0xc420000000",
    names.read_where,
    _complete_anywhere,
    _REFS,
)
ADDRESS = Operand("addr", "0xADDR", "an address such as 0xc420000000", numbers.read_addr)
AGE = Operand("age_ns", "AGE", "an age such as 30s or 5m", numbers.read_age, required=False)
PERCENT = Operand(
    "percent",
    "PCT|off",
    "a percentage such as 100, or off",
    numbers.read_gogc,
    choices=("PCT", "off"),
    complete=offer({"off": "no automatic collections", "100": "aim at twice what the last mark found"}),
)


def show_filters(topic: Topic) -> tuple[Operand, ...]:
    """The filter operand of a topic of `show`; none where there is nothing to filter."""
    if not filters.TOPICS[topic]:
        return ()
    read = filters.filters_reader(topic)

    def complete(prefix: str, _names: Names | None) -> Iterable[tuple[str, str]]:
        return filters.complete_filter(topic, prefix)

    return (Operand("filters", "FILTER", "a filter", read, complete, required=False, many=True, rest="code"),)


# --- Builders -----------------------------------------------------------------------------------------------


def build_alloc(size: int, kind: Kind = "noscan", name: str | None = None, times: int = 1) -> Alloc:
    """An Alloc, if the size suits the kind: objects with pointers consist of whole words."""
    if kind != "noscan":
        least = 8 if kind == "scan" else 16
        if size < least or size % 8:
            fitting = str(max(least, (size + 7) // 8 * 8))
            expected = (f"a multiple of 8 from {least}",)
            raise WordError(_misfit(size, kind, least), fitting, expected=expected).of("size")
    return Alloc(size, kind, name, times)


def _misfit(size: int, kind: Kind, least: int) -> str:
    word = "every 4" if kind == "every4" else kind
    if size % 8:
        return f"{size} is not a multiple of 8; {word} objects consist of 8-byte words"
    what = "of at least one 8-byte word" if kind == "scan" else "of a pointer word and at least one more"
    return f"{size} is less than {least}; {word} objects consist {what}"


def build_drop(dropped: Drop) -> Drop:
    """The Drop that its operand is as a whole."""
    return dropped


def build_link(place: tuple[Ref, int], dst: Ref) -> Link:
    """A Link out of the place A.SLOT."""
    return Link(place[0], place[1], dst)


def build_unlink(place: tuple[Ref, int]) -> Unlink:
    """An Unlink out of the place A.SLOT."""
    return Unlink(place[0], place[1])


def build_focus(panes: tuple[Pane, ...]) -> Focus:
    """A Focus that names each pane once."""
    return Focus(tuple(dict.fromkeys(panes)))


def build_select(target: Ref) -> Select:
    """A Select of the name or the address."""
    return Select(target.name if isinstance(target, ByName) else target.addr)


def build_no_event(event: str, kind: str) -> ExpectNoEvent:
    """An ExpectNoEvent; `event` is only the word that makes it readable."""
    del event
    return ExpectNoEvent(kind)
