"""What the word at the cursor can become."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Never

import pytest

from gomem_core.lang import Completion, Names, complete, parse

POINTERS = {"big": 12, "b": 0, "list.1": 2, "list.2": 1, "o1": 0, "o12": 4000}  # words that can hold pointers
OBJECTS = tuple(POINTERS)
PLACES = {"0xc420000000": "span", "0xc420000030": "object b", "0xc420002000": "span"}


def objects(prefix: str) -> Iterator[str]:
    if prefix.startswith("0"):
        return (addr for addr, what in PLACES.items() if addr.startswith(prefix) and what != "span")
    return (name for name in OBJECTS if name.startswith(prefix))


NAMES = Names(
    objects,
    lambda prefix: (name for name in OBJECTS if name.startswith(prefix) and POINTERS[name]),
    lambda ref: range(POINTERS.get(ref, 0)),
    lambda prefix: ((addr, what) for addr, what in PLACES.items() if addr.startswith(prefix)),
)


def words(text: str) -> list[str]:
    """Completions where `|` stands in the text, as texts."""
    cursor = text.index("|")
    return [item.text for item in complete(text.replace("|", ""), cursor, NAMES)]


COMMANDS = [
    "alloc",
    "drop",
    "link",
    "unlink",
    "churn",
    "gc",
    "gogc",
    "scavenge",
    "freeos",
    "flush",
    "memstats",
    "procs",
    "p",
    "show",
    "find",
    "advise",
    "layout",
    "fit",
    "invariants",
    "type",
    "types",
    "new",
    "make",
    "append",
    "insert",
    "string",
    "any",
    "func",
    "back",
    "forward",
    "goto",
    "until",
    "look",
    "mark",
    "diff",
    "branch",
    "save",
    "open",
    "resume",
    "take-up",
    "go",
    "compare",
    "whatif",
    "say",
    "pause",
    "focus",
    "select",
    "expect",
    "help",
]


WASTES = ["waste>", "slot_waste>", "free_slots>"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|", COMMANDS),
        ("  |", COMMANDS),
        ("al|", ["alloc"]),
        ("  f|", ["find", "freeos", "flush", "fit", "func", "forward", "focus"]),
        ("s|", ["show", "scavenge", "string", "save", "say", "select"]),
        ("p|", ["p", "procs", "pause"]),
        ("a|oc 48", ["alloc", "advise", "append", "any"]),
        ("xyz|", []),
        ("xyz |", []),
        ("alloc |", []),
        ("alloc 48 |", ["noscan", "scan", "head", "every 4", "as", "times"]),
        ("a 48 |", ["noscan", "scan", "head", "every 4", "as", "times"]),
        ("alloc 48 s|", ["scan"]),
        ("alloc 48 scan |", ["as", "times"]),
        ("alloc 48 as |", []),
        ("alloc 48 as b |", ["noscan", "scan", "head", "every 4", "times"]),
        ("alloc 48 times 3 scan as b |", []),
        ("alloc 48 oops |", ["noscan", "scan", "head", "every 4", "as", "times"]),
        ("alloc 48 | times 3", ["noscan", "scan", "head", "every 4", "as", "times"]),
        ("drop |", ["all", *OBJECTS, "every", "50%", "size<", "size>="]),
        ("drop b|", ["big", "b"]),
        ("drop b o|", ["o1", "o12"]),
        ("drop a|", ["all"]),
        ("link l|", ["list.1.", "list.2."]),
        ("link list.1.0 l|", ["list.1", "list.2"]),
        ("link list.1.0 b |", []),
        ("unlink bi|", ["big."]),
        ("link |", ["big.", "list.1.", "list.2.", "o12."]),
        ("link b|", ["big."]),
        ("link list.1.|", ["list.1.0", "list.1.1"]),
        ("unlink list.2.|", ["list.2.0"]),
        ("link list.1|", ["list.1."]),
        ("link big.|", [f"big.{n}" for n in range(12)]),
        ("link big.1|", ["big.1", "big.10", "big.11"]),
        ("link o12.|", [f"o12.{n}" for n in range(16)]),
        ("link o12.99|", ["o12.99", *(f"o12.{n}" for n in range(990, 1000))]),
        ("link b.|", []),
        ("link nobody.|", []),
        ("link big.0 0|", ["0xc420000030"]),
        ("drop 0xc4|", ["0xc420000030"]),
        ("drop b b|", ["big"]),
        ("drop b a|", []),
        ("drop all |", ["every", "50%", "size<", "size>="]),
        ("drop b every |", []),
        ("drop b every 4 |", ["size<", "size>="]),
        ("drop 75% |", ["seed", "size<", "size>="]),
        ("drop 75% seed |", []),
        ("drop 75% seed 3 s|", ["size<", "size>="]),
        ("drop size<64 |", ["every", "50%"]),
        ("alloc 12 |", ["noscan", "as", "times"]),
        ("alloc 8 |", ["noscan", "scan", "as", "times"]),
        ("alloc 12 s|", []),
        ("show span 0xc4200000|", ["0xc420000000", "0xc420000030"]),
        ("show bitmap 0xc42000200|", ["0xc420002000"]),
        ("show object 0x|", ["0xc420000030"]),
        ("show page 0|", list(PLACES)),
        ("find 0xc42|", list(PLACES)),
        ("find 0xd|", []),
        ("gc |", ["mark", "sweep"]),
        ("gc s|", ["sweep"]),
        ("gc mark |", []),
        ("gc sweep |", []),
        ("gogc |", ["off", "100"]),
        ("gogc o|", ["off"]),
        ("flush |", []),
        ("churn |", []),
        ("churn 10 |", ["seed", "live", "sizes"]),
        ("churn 10 sizes |", ["small", "mixed", "web", "large"]),
        ("churn 10 sizes web s|", ["seed"]),
        ("show m|", ["mcentral", "mcache"]),
        ("s sp|", ["spans", "span"]),
        ("show layout |", []),
        ("show span b|", ["big", "b"]),
        ("show page |", []),
        ("show spans |", ["class:", "size:", "kind:", "state:", "pages:", "used>", *WASTES, "list:"]),
        ("show spans class:5 k|", ["kind:"]),
        ("show spans kind:|", ["kind:scan", "kind:noscan"]),
        ("show spans kind!=n|", ["kind!=noscan"]),
        ("show spans class:|", []),
        ("show free |", ["pages:"]),
        ("find |", [*OBJECTS]),
        ("f b|", ["big", "b"]),
        ("invariants |", ["cheap", "lists", "full"]),
        ("inv f|", ["full"]),
        ("until gc|", ["gc", "gc_start", "gc_marked", "gc_trigger"]),
        ("until heap_l|", ["heap_live"]),
        ("until heap_live > |", []),
        ("goto |", ["start", "end"]),
        ("focus mc|", ["mcentral", "mcache"]),
        ("focus spans w|", ["why"]),
        ("expect e|", ["event", "error"]),
        ("expect served m|", ["mcache", "mcentral", "mheap"]),
        ("expect no |", ["event"]),
        ("expect no event gro|", ["grow"]),
        ("expect unsw|", ["unswept"]),
        ("say |", []),
        ("say al|", []),
        ("back |", []),
        ("help |", COMMANDS),
        ("help un|", ["unlink", "until"]),
        ("# al|", []),
        ("alloc 48 # s|", []),
        ("al| # x", ["alloc"]),
    ],
)
def test_completion(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_replaces_the_whole_word_at_the_cursor() -> None:
    (item,) = complete("  unlxx a.0", 5)
    assert (item.text, item.start, item.end) == ("unlink", 2, 7)
    assert complete("drop bi", 7, NAMES) == [Completion("big", 5, 7, "object")]


def test_the_replaced_word_ends_at_a_comment() -> None:
    (item,) = complete("gc ma#x", 5)
    assert (item.text, item.start, item.end) == ("mark", 3, 5)


def test_cursor_outside_of_the_text() -> None:
    assert complete("al", 99) == complete("al", 2)
    assert complete("al", -1) == complete("al", 0)


def test_no_names_without_a_callback() -> None:
    assert [item.text for item in complete("drop ", 5)] == ["all", "every", "50%", "size<", "size>="]
    assert complete("link ", 5, None) == []


def test_a_session_with_endless_names_gets_an_answer() -> None:
    asked: list[str] = []

    def endless(prefix: str) -> Iterator[str]:
        asked.append(prefix)
        return (f"o{number}" for number in count(1))

    found = complete("drop o", 6, replace(NAMES, objects=endless))
    assert 10 <= len(found) <= 1000
    assert [item.text for item in found[:2]] == ["o1", "o2"]
    assert asked == ["o"]


def test_names_are_asked_for_only_where_an_object_can_stand() -> None:
    def never(prefix: str) -> Never:
        raise AssertionError(prefix)

    for text in ("", "al", "alloc 4", "alloc 48 as ", "gc ", "show ", "churn 1 sizes ", "help "):
        complete(text, len(text), Names(never, never, never, never))


def test_completed_words_are_understood() -> None:
    for text in (
        "gc ",
        "invariants ",
        "help ",
        "churn 5 sizes ",
        "gogc ",
        "show classes waste>5 ",
        "alloc 48 ",
    ):
        for item in complete(text, len(text)):
            line = text + item.text
            # a keyword or a field still wants its value
            line += {"as": " z", "times": " 2"}.get(item.text, "")
            line += "1" if line.endswith((":", ">")) else ""
            assert parse(line) is not None
