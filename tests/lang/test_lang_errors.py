"""Bad lines: where the error is marked, what it says and what it suggests.

bad_lines.txt has a picture for each: the line, under it carets for the wrong part (or a bar where something
is missing), then a piece of the message and after an arrow the suggestion.
"""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from gomem_core.lang import MAX_LINE, ParseError, parse
from gomem_core.lang.errors import printable, shown

Case = tuple[str, int, int, str, str | None]

DRAWN = Path(__file__).with_name("bad_lines.txt").read_text("ascii")

# These cannot be drawn: characters that are wider than a cell, invisible, or not to be seen in a source file.
UNDRAWN: list[Case] = [
    # line, column, width, message, suggestion
    ("alloc\u00a048", 6, 1, "NO-BREAK SPACE", None),
    ("alloc \uff14\uff18", 7, 2, "FULLWIDTH DIGIT FOUR", "48"),
    ("alloc \u0664", 7, 1, "ARABIC-INDIC DIGIT FOUR", None),
    ("drop o3\u2026o9", 8, 1, "HORIZONTAL ELLIPSIS", ".."),
    ("alloc 48\x00", 9, 1, "'\\x00'", None),
    ("alloc 48 \ud800", 10, 1, "'\\ud800'", None),
    ("alloc 48 as \U0001f600", 13, 1, "'\U0001f600', GRINNING FACE", None),
    ("alloc \u00e9", 7, 1, "'\u00e9', LATIN SMALL LETTER E WITH ACUTE", None),
    ("\u6d77 48", 1, 1, "'\u6d77', CJK UNIFIED IDEOGRAPH-6D77", None),
    ("alloc a\u0301", 8, 1, "'\\u0301', COMBINING ACUTE ACCENT", None),  # alone it would sit on the quote
    ("\ufeffalloc 48", 1, 1, "'\\ufeff'", None),
    ("alloc 48\x0b", 9, 1, "'\\x0b'", None),
    ("alloc 1\nalloc 2", 8, 1, "a second one begins", None),
    ("# 1\nalloc 2", 4, 1, "a second one begins", None),
    ("alloc 1\ralloc 2", 8, 1, "a second one begins", None),
    ("\talloc\t48\tsacn", 11, 4, "sacn is not expected here", "scan"),
    ("alloc " + "9" * 5000, 7, 5000, "is too long", None),
    ("alloc 48 times " + "9" * 5000, 16, 5000, "is too long", None),
    ("scavenge " + "9" * 5000, 10, 5000, "is not an age", None),
    ("show spans waste>" + "9" * 5000, 18, 5000, "is not a percentage", None),
    ("find 0x" + "f" * 5000, 6, 5002, "is not an address", None),
    ("drop o" + "9" * 5000, 6, 5001, "is not an object", None),
    ("say a\x1bb", 6, 1, "'\\x1b'", None),
    ("  say \u2028", 7, 1, "LINE SEPARATOR", None),
    ("save \ud800", 6, 1, "'\\ud800'", None),
    ("say a\nb", 6, 1, "a second one begins", None),
    ("say " + "x" * MAX_LINE, MAX_LINE + 1, 4, "at most 10000 characters", None),
    ("expect error \x00", 14, 1, "'\\x00'", None),
    ("until spans > " + "9" * 5000, 15, 5000, "is too long", None),
    ("until " + "x" * 9000, 7, 9000, "neither an event", None),
    ("goto " + "9" * 5000, 6, 5000, "is too long", None),
    ("goto 7.x", 8, 1, "x is not a number", None),
    ("goto 2m", 6, 2, "is not a time of a film; its units are ns, us, ms and s", "120s"),
    ("goto 1.5h", 6, 4, "is not a time of a film", "5400s"),
    ("diff 10sec", 6, 5, "is not a time of a film", "10s"),
    ("goto .3", 6, 2, "is not a name for a bookmark", None),
    ("goto End.3", 6, 3, "End is written in lower case", "end"),
    ("mark " + "m" * 65, 6, 65, "at most 64", "m" * 64),
    ("x" * 9000, 1, 9000, "is not a command", None),
    ("#" * (MAX_LINE + 1), MAX_LINE + 1, 1, "at most 10000 characters", None),
    ("a" * 1_000_000, MAX_LINE + 1, 990_000, "this one has 1000000", None),
]


def drawn_cases() -> Iterator[Case]:
    for block in DRAWN.strip().split("\n\n"):
        line, marks, text = block.split("\n")
        message, _, suggestion = text.partition(" -> ")
        column = len(marks) - len(marks.lstrip()) + 1
        width = 0 if "|" in marks else marks.count("^")
        yield line, column, width, message, suggestion or None


ALL = [*drawn_cases(), *UNDRAWN]


def error_of(line: str) -> ParseError:
    with pytest.raises(ParseError) as caught:
        parse(line)
    return caught.value


@pytest.mark.parametrize(("line", "column", "width", "message", "suggestion"), ALL, ids=[case[0][:40] for case in ALL])
def test_bad_line(line: str, column: int, width: int, message: str, suggestion: str | None) -> None:
    error = error_of(line)
    assert message in error.message
    assert (error.column, error.width) == (column, width)
    assert error.suggestion == suggestion


@pytest.mark.parametrize("case", [case for case in ALL if case[4]], ids=lambda case: case[0][:40])
def test_suggestion_in_place_of_the_marked_part_mends_the_line(case: Case) -> None:
    line, column, width, _, suggestion = case
    assert suggestion is not None
    assert parse(line[: column - 1] + suggestion + line[column - 1 + width :]) is not None


def test_letters_are_shown_as_they_are_and_what_cannot_be_seen_as_an_escape() -> None:
    assert printable("caf\u00e9 \u6d77") == "caf\u00e9 \u6d77"
    assert printable("a\x00\x1b\ud800\u200b\u0301") == "a\\x00\\x1b\\ud800\\u200b\\u0301"
    assert shown("\u00e9t\u00e9") == "\u00e9t\u00e9"
    assert shown("\x07") == '"\\x07"'
    assert len(shown("\ud800" * 50)) <= 42, "an escape is as long as it looks"


def test_expected_says_what_could_stand_there() -> None:
    assert error_of("alloc 48 foo").expected == ("noscan", "scan", "head", "every", "as", "times", "end of line")
    assert error_of("alloc 48 scan times 2 foo").expected == ("as", "end of line")
    assert error_of("alloc").expected == (), "the message says it already"
    assert error_of("gc foo").expected == ("mark", "sweep", "end of line")
    assert error_of("flush foo").expected == ("end of line",)
    assert error_of("churn 1 sizes").expected == ("small", "mixed", "web", "large")
    assert error_of("show spans kind:x").expected == ("scan", "noscan")
    assert error_of("xyzzy").expected == ()
    assert error_of("xyzzy").message == "xyzzy is not a command; help lists them"
    assert {"spans", "locks", "bitmap"} <= set(error_of("show").expected)


def test_picture() -> None:
    line = "alloc 13 scan"
    assert error_of(line).render(line) == (
        "alloc 13 scan\n"
        "      ^^\n"
        "alloc: 13 is not a multiple of 8; scan objects consist of 8-byte words\n"
        "perhaps: 16\n"
        "expected: a multiple of 8 from 8"
    )
    assert str(error_of(line)) == (
        "column 7: alloc: 13 is not a multiple of 8; scan objects consist of 8-byte words (perhaps 16)"
    )


def test_picture_has_a_caret_where_something_is_missing() -> None:
    assert error_of("gogc  # x\n").render("gogc  # x\n").split("\n")[:2] == ["gogc  # x", "    ^"]


def test_picture_lines_up_under_tabs_and_wide_characters() -> None:
    assert error_of("\tzzz").render("\tzzz").split("\n")[:2] == [" zzz", " ^^^"]
    # each of the two wide characters fills two cells
    assert error_of("\u6d77\u6d77").render("\u6d77\u6d77").split("\n")[1] == "^^^^"


@pytest.mark.parametrize("case", ALL, ids=lambda case: case[0][:40])
def test_picture_fits_the_terminal_and_can_be_printed(case: Case) -> None:
    picture = error_of(case[0]).render(case[0])
    picture.encode("utf-8")
    lines = picture.split("\n")
    assert all(line.isprintable() and len(line) <= 82 for line in lines)
    assert "^" in lines[1]


def test_picture_of_a_long_line_shows_the_place() -> None:
    line = "drop " + "o1 " * 300 + "!!! " + "o1 " * 300
    first, second = error_of(line).render(line).split("\n")[:2]
    at = second.index("^")
    assert first[at : at + 3] == "!!!"
    assert second.count("^") == 3


def test_error_can_be_copied_and_so_sent_to_another_process() -> None:
    error = error_of("alloc 13 scan")
    again = copy.copy(error)
    assert (again.column, again.width, again.expected, str(again)) == (
        error.column,
        error.width,
        error.expected,
        str(error),
    )
