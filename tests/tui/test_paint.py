"""The painter's bytes lead to the same screen as Textual's own, and there are fewer of them."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from gomem_tui.draw import sequences
from gomem_tui.draw.sequences import Runs
from gomem_tui.draw.updates import UpdatePainter
from gomem_tui.settings.look import Look

COLUMNS, ROWS = 24, 4
STYLES = [
    "",
    "color(81)",
    "bold color(215)",
    "bold color(16) on color(81)",
    "on color(52)",
    "underline",
    "reverse color(3)",
    "dim",
]
TEXTS = st.text(alphabet="ab ·█é ", min_size=1, max_size=9)


def console() -> Console:
    return Console(force_terminal=True, color_system="256", width=COLUMNS, legacy_windows=False)


def painted(painter: UpdatePainter, update: CompositorUpdate) -> str:
    """What is written to a terminal of COLUMNS and ROWS."""
    reduced = painter.reduce(update, (COLUMNS, ROWS))
    assert isinstance(reduced, CompositorUpdate)
    return reduced.render_segments(console())


@st.composite
def updates(draw: st.DrawFn) -> CompositorUpdate:
    """A whole screen, or parts of some lines."""

    def strip(width: int) -> Strip:
        pieces = draw(st.lists(st.tuples(TEXTS, st.sampled_from(STYLES)), max_size=5))
        return Strip([Segment(text, Style.parse(style)) for text, style in pieces]).adjust_cell_length(width, Style())

    if draw(st.booleans()):
        return LayoutUpdate([[strip(COLUMNS)] for _ in range(ROWS)], Region(0, 0, COLUMNS, ROWS))
    middle = draw(st.integers(1, COLUMNS - 1))
    chops = [{0: strip(middle), middle: strip(COLUMNS - middle)} for _ in range(ROWS)]
    spans = []
    for y in sorted(draw(st.sets(st.integers(0, ROWS - 1), min_size=1))):
        x1 = draw(st.integers(0, COLUMNS - 1))
        x2 = draw(st.integers(x1 + 1, COLUMNS))
        spans.append((y, x1, x2))
        if x2 + 1 < COLUMNS and draw(st.booleans()):  # another part of the line; between them lies what was never drawn, perhaps
            x1 = draw(st.integers(x2 + 1, COLUMNS - 1))
            spans.append((y, x1, draw(st.integers(x1 + 1, COLUMNS))))
    return ChopsUpdate(chops, spans, [[middle, COLUMNS] for _ in range(ROWS)])


def cells(screen: pyte.Screen) -> list[list[object]]:
    """What one sees: blanks have no foreground."""
    seen: list[list[object]] = []
    for y in range(ROWS):
        row: list[object] = []
        for x in range(COLUMNS):
            c = screen.buffer[y][x]
            blank = not c.data.strip() and not c.underscore and not c.reverse
            row.append((c.data or " ", "" if blank else c.fg, c.bg, c.reverse, c.underscore, False if blank else c.bold))
        seen.append(row)
    return seen


@given(st.lists(updates(), min_size=1, max_size=6))
def test_the_screen_is_the_same(told: list[CompositorUpdate]) -> None:
    ours, theirs = pyte.Screen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    painter = UpdatePainter()
    for update in told:
        pyte.Stream(ours).feed(painted(painter, update))
        for y, piece in enumerate(update.render_segments(console()).split("\n")):
            assert y < 2 * ROWS + 1  # the parts of the lines
            pyte.Stream(theirs).feed(piece)
        assert ours.display == theirs.display
        assert cells(ours) == cells(theirs)


def line(*pieces: tuple[str, str]) -> LayoutUpdate:
    """An update of the screen's first line, as far as the text goes."""
    strip = Strip([Segment(text, Style.parse(style)) for text, style in pieces])
    return LayoutUpdate([[strip]], Region(0, 0, strip.cell_length, 1))


def test_wide_characters_are_written_whole() -> None:
    painter, screen = UpdatePainter(), pyte.Screen(COLUMNS, ROWS)
    for text in ("ab世界cd", "ab世x cd", "世世世世", "a世界世b", "世界世界"):
        styled = [(char, f"color({1 + i % 2})") for i, char in enumerate(text)]
        pyte.Stream(screen).feed(painted(painter, line(*styled)))
        assert screen.display[0].rstrip() == text


def test_nothing_is_written_for_what_is_there_already() -> None:
    painter = UpdatePainter()
    assert painted(painter, line(("abc", "color(3)"))) == "\x1b[33m\x1b[1Habc\x1b[m"
    assert painted(painter, line(("abc", "color(3)"))) == ""
    painter.forget()
    assert painted(painter, line(("abc", "color(3)"))) != ""


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        ("aaaaaaaaaa", "aaaaXaaaaa", "\x1b[1;5HX"),
        ("aaaaaaaaaa", "XaaaaaaaaX", "\x1b[1HX\x1b[8CX"),
        ("aaaaaaaaaa", "XaaXaaaaaa", "\x1b[1HXaaX"),
        ("a█████aaaa", "X█████Xaaa", "\x1b[1HX\x1b[5CX"),  # cells count by their bytes
        ("abcdefghij", "a         ", "\x1b[1;2H\x1b[9X"),
        ("abcdefghij", "a        X", "\x1b[1;2H        X"),
        ("a" * COLUMNS, "a" + " " * (COLUMNS - 1), "\x1b[1;2H\x1b[K"),
        ("bb" + " " * (COLUMNS - 3) + "b", "b" + " " * (COLUMNS - 1), "\x1b[1;2H\x1b[K"),
        ("a" * COLUMNS, "b" + "a" * (COLUMNS - 2) + "b", "\x1b[1Hb\x1b[22Cb"),
    ],
)
def test_only_what_differs_is_written(before: str, after: str, written: str) -> None:
    painter = UpdatePainter()
    painted(painter, line((before, "")))
    assert painted(painter, line((after, ""))) == written


def test_a_colour_is_switched_on_once_a_frame() -> None:
    painter = UpdatePainter()
    painted(painter, LayoutUpdate([[Strip([Segment("." * COLUMNS)])]] * 2, Region(0, 0, COLUMNS, 2)))
    strip = Strip([Segment("ab", Style.parse("color(1)")), Segment("cd", Style.parse("color(2)")), Segment("." * (COLUMNS - 4))])
    written = painted(painter, LayoutUpdate([[strip]] * 2, Region(0, 0, COLUMNS, 2)))
    assert written == "\x1b[31m\x1b[1Hab\v\rab\x1b[32m\x1b[Acd\v\b\bcd\x1b[m"


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ((3, 0), (3, 1), "\v\b"),  # what was written leaves the cursor one column further on
        ((3, 0), (4, 3), "\v\v\v"),
        ((3, 0), (4, 4), "\x1b[4B"),
        ((3, 0), (0, 1), "\v\r"),
        ((20, 0), (5, 1), "\v\x1b[6G"),
        ((20, 0), (12, 1), "\v\x1b[9D"),
        ((3, 0), (12, 1), "\v\x1b[8C"),
        ((3, 2), (4, 1), "\x1b[A"),
        ((3, 0), (4, 0), ""),
        ((3, 5), (22, 0), "\x1b[1;23H"),
    ],
)
def test_the_shortest_way_is_taken(before: tuple[int, int], after: tuple[int, int], moved: str) -> None:
    (x, y), (to_x, to_y) = before, after
    runs: Runs = {"": [(y, x, x + 1, "a"), (to_y, to_x, to_x + 1, "b")]}
    told = sequences.written(runs, COLUMNS)
    assert told == f"\x1b[{y + 1};{x + 1}Ha{moved}b"
    screen = pyte.Screen(COLUMNS, 6)
    pyte.Stream(screen).feed(told)
    assert (screen.buffer[y][x].data, screen.buffer[to_y][to_x].data) == ("a", "b")


def test_behind_wide_characters_and_the_last_column_the_cursor_is_placed_anew() -> None:
    for text in ("世", "a" * COLUMNS):
        both = LayoutUpdate([[Strip([Segment(text)])], [Strip([Segment("b")])]], Region(0, 0, COLUMNS, 2))
        assert painted(UpdatePainter(), both) == f"\x1b[1H{text}\x1b[2Hb"
    both = LayoutUpdate([[Strip([Segment("世b")])], [Strip([Segment("abcde")])]], Region(0, 0, 5, 2))
    painter = UpdatePainter()
    painted(painter, both)
    after = LayoutUpdate([[Strip([Segment("界b")])], [Strip([Segment("abXde")])]], Region(0, 0, 5, 2))
    assert painted(painter, after) == "\x1b[1H界\x1b[2;3HX"  # \v would be shorter


def test_a_gap_that_was_never_drawn_is_jumped_over() -> None:
    both = ChopsUpdate([{0: Strip([Segment("a")]), 1: None, 2: Strip([Segment("b")])}], [(0, 0, 3)], [[1, 2, 3]])
    assert painted(UpdatePainter(), both) == "\x1b[1Ha\x1b[Cb"


def test_a_gap_in_another_colour_is_jumped_over() -> None:
    painter = UpdatePainter()
    painted(painter, line(("a", "color(1)"), ("|", "color(2)"), ("a", "color(1)")))
    after = line(("b", "color(1)"), ("|", "color(2)"), ("b", "color(1)"))
    assert painted(painter, after) == "\x1b[31m\x1b[1Hb\x1b[Cb\x1b[m"


def test_a_background_is_written_not_erased() -> None:
    painter = UpdatePainter()
    painted(painter, line(("a" * COLUMNS, "")))
    assert painted(painter, line((" " * COLUMNS, "on color(1)"))) == f"\x1b[41m\x1b[1H{' ' * COLUMNS}\x1b[m"


@pytest.mark.parametrize(
    ("look", "written"),
    [
        (Look("dark", "truecolor"), "\x1b[1;38;2;95;215;255;48;5;52m"),
        (Look("dark", "256"), "\x1b[1;38;5;81;48;5;52m"),
        (Look("terminal", "16"), "\x1b[1;96;41m"),
        (Look("mono", "none"), "\x1b[1m"),
    ],
)
def test_no_more_colours_than_the_look_has(look: Look, written: str) -> None:
    update = line(("abc", "bold #5fd7ff on color(52)"))
    assert painted(UpdatePainter(look), update) == f"{written}\x1b[1Habc\x1b[m"


def test_in_ascii_every_character_keeps_its_cells() -> None:
    update = line(("▸é→世ß", ""), ("…", "bold"), ("界", ""), ("|", ""))
    assert painted(UpdatePainter(Look(ascii=True)), update) == "\x1b[1H>e>???\x1b[C??|\x1b[1m\x1b[4D~\x1b[m"
