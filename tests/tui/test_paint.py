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

from gomem_tui.paint import Painter

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
    painter = Painter()
    for update in told:
        pyte.Stream(ours).feed(painter.paint(update, console()))
        for y, piece in enumerate(update.render_segments(console()).split("\n")):
            assert y < ROWS + 1
            pyte.Stream(theirs).feed(piece)
        assert ours.display == theirs.display
        assert cells(ours) == cells(theirs)


def test_wide_characters_are_written_whole() -> None:
    painter, screen = Painter(), pyte.Screen(8, 1)
    for text in ("ab世界cd", "ab世x cd", "世界世界", "a世界世b"):
        pyte.Stream(screen).feed(painter.paint(LayoutUpdate([[Strip([Segment(text, Style())])]], Region(0, 0, 8, 1)), console()))
        assert screen.display[0].rstrip() == text


def test_nothing_is_written_for_what_is_there_already() -> None:
    painter = Painter()
    update = LayoutUpdate([[Strip([Segment("abc", Style.parse("color(3)"))])]], Region(0, 0, 3, 1))
    assert painter.paint(update, console()) == "\x1b[1;1H\x1b[33mabc\x1b[0m"
    assert painter.paint(update, console()) == ""
    painter.forget()
    assert painter.paint(update, console()) != ""


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        ("aaaaaaaaaa", "aaaaXaaaaa", "\x1b[1;5HX"),
        ("aaaaaaaaaa", "XaaaaaaaaX", "\x1b[1;1HX\x1b[8CX"),
        ("aaaaaaaaaa", "XaaXaaaaaa", "\x1b[1;1HXaaX"),
    ],
)
def test_only_what_differs_is_written(before: str, after: str, written: str) -> None:
    painter = Painter()
    region = Region(0, 0, 10, 1)
    painter.paint(LayoutUpdate([[Strip([Segment(before, Style())])]], region), console())
    assert painter.paint(LayoutUpdate([[Strip([Segment(after, Style())])]], region), console()) == written


def test_no_colour_means_no_colour() -> None:
    plain = Console(force_terminal=True, color_system=None, width=COLUMNS)
    update = LayoutUpdate([[Strip([Segment("abc", Style.parse("bold color(3)"))])]], Region(0, 0, 3, 1))
    assert Painter().paint(update, plain) == "\x1b[1;1Habc"
