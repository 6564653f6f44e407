"""What the word at the cursor can become."""

from collections.abc import Iterator
from itertools import count

import pytest

from gomem_core.lang import Completion, complete, parse

OBJECTS = ("big", "b", "list.1", "list.2", "o1", "o12")


def names(prefix: str) -> Iterator[str]:
    return (name for name in OBJECTS if name.startswith(prefix))


def words(text: str) -> list[str]:
    """Completions where `|` stands in the text, as texts."""
    cursor = text.index("|")
    return [item.text for item in complete(text.replace("|", ""), cursor, names)]


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
    "invariants",
    "back",
    "forward",
    "goto",
    "until",
    "mark",
    "diff",
    "branch",
    "save",
    "open",
    "resume",
    "say",
    "pause",
    "focus",
    "expect",
    "help",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|", COMMANDS),
        ("  |", COMMANDS),
        ("al|", ["alloc"]),
        ("  f|", ["find", "freeos", "flush", "forward", "focus"]),
        ("s|", ["show", "scavenge", "save", "say"]),
        ("p|", ["p", "procs", "pause"]),
        ("a|oc 48", ["alloc"]),
        ("xyz|", []),
        ("xyz |", []),
        ("alloc |", []),
        ("alloc 48 |", ["noscan", "scan", "head", "as", "times"]),
        ("a 48 |", ["noscan", "scan", "head", "as", "times"]),
        ("alloc 48 s|", ["scan"]),
        ("alloc 48 scan |", ["as", "times"]),
        ("alloc 48 as |", []),
        ("alloc 48 as b |", ["noscan", "scan", "head", "times"]),
        ("alloc 48 times 3 scan as b |", []),
        ("alloc 48 oops |", ["noscan", "scan", "head", "as", "times"]),
        ("alloc 48 | times 3", ["noscan", "scan", "head", "as", "times"]),
        ("drop |", ["all", *OBJECTS]),
        ("drop b|", ["big", "b"]),
        ("drop b o|", ["o1", "o12"]),
        ("drop a|", ["all"]),
        ("link l|", ["list.1.", "list.2."]),
        ("link list.1.0 l|", ["list.1", "list.2"]),
        ("link list.1.0 b |", []),
        ("unlink bi|", ["big."]),
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
        ("show spans |", ["class:", "size:", "kind:", "state:", "pages:", "used>", "waste>", "list:"]),
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
        ("focus why w|", ["why"]),
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
    assert complete("drop bi", 7, names) == [Completion("big", 5, 7, "object")]


def test_the_replaced_word_ends_at_a_comment() -> None:
    (item,) = complete("gc ma#x", 5)
    assert (item.text, item.start, item.end) == ("mark", 3, 5)


def test_cursor_outside_of_the_text() -> None:
    assert complete("al", 99) == complete("al", 2)
    assert complete("al", -1) == complete("al", 0)


def test_no_names_without_a_callback() -> None:
    assert [item.text for item in complete("drop ", 5)] == ["all"]
    assert complete("link ", 5, None) == []


def test_a_session_with_endless_names_gets_an_answer() -> None:
    asked: list[str] = []

    def endless(prefix: str) -> Iterator[str]:
        asked.append(prefix)
        return (f"o{number}" for number in count(1))

    found = complete("drop o", 6, endless)
    assert 10 <= len(found) <= 1000
    assert [item.text for item in found[:2]] == ["o1", "o2"]
    assert asked == ["o"]


def test_names_are_asked_for_only_where_an_object_can_stand() -> None:
    def never(prefix: str) -> Iterator[str]:
        raise AssertionError(prefix)

    for text in ("", "al", "alloc 4", "alloc 48 as ", "gc ", "show ", "churn 1 sizes ", "help "):
        complete(text, len(text), never)


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
