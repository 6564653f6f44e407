"""What is said: Markdown as lines that fit, whatever the text and however narrow the pane."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gomem_tui.render.lines import Line, plain
from gomem_tui.render.markdown import render_markdown
from gomem_tui.render.reflow import chopped, reflow
from gomem_tui.render.words import clean

NASTY = "ab *_`#>-+1.)\n\t[](){}!<>\\|~&;:/@'\"中é\u0301\x1b\x07\u200d\u202e\ufe0f🇩👍🏽\u1100\u1161\ud800"
TEXTS = st.one_of(st.text(alphabet=NASTY, max_size=80), st.text(alphabet=st.characters(), max_size=80))


def texts(lines: list[Line]) -> list[str]:
    return [plain(line) for line in lines]


def drawn(text: str, width: int = 40) -> list[str]:
    return texts(render_markdown(text, width))


@given(text=TEXTS, width=st.one_of(st.integers(0, 14), st.integers(0, 300)))
def test_any_text_fits_any_width_and_says_nothing_to_the_terminal(text: str, width: int) -> None:
    for line in drawn(text, width):
        assert cell_len(line) <= width
        assert line.isprintable()


@given(words=st.lists(st.text(alphabet="ab中", min_size=1, max_size=9), min_size=1, max_size=20), width=st.integers(2, 60))
def test_a_paragraph_loses_nothing_when_it_is_reflowed(words: list[str], width: int) -> None:
    lines = drawn("\n".join(words), width)
    assert "".join(lines).replace(" ", "") == "".join(words)
    assert all(line == line.strip() for line in lines)


@given(words=st.lists(st.text(alphabet="ab", min_size=1, max_size=9), min_size=1, max_size=20), width=st.integers(9, 60))
def test_words_stay_whole_and_lines_are_as_full_as_they_can_be(words: list[str], width: int) -> None:
    lines = drawn(" ".join(words), width)
    assert " ".join(lines).split() == words
    for line, after in pairwise(lines):
        assert len(line) + 1 + len(after.split()[0]) > width


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("# One\ntwo", ["One", "two"]),
        ("one\ntwo", ["one two"]),
        ("one\n\n\ntwo", ["one", "", "two"]),
        ("one\\\ntwo", ["one", "two"]),
        ("- one\n- two\n  - three\n\nfour", ["• one", "• two", "  • three", "", "four"]),
        ("3. one\n4. two\n   more", ["3. one", "4. two more"]),
        ("-\n- b", ["• ", "• b"]),
        ("- a\n\n  b", ["• a", "  ", "  b"]),
        ("> one\n>\n> two\n\nthree", ["│ one", "│ ", "│ two", "", "three"]),
        ("```go\nx  :=  1\n\ny\n```", ["  x  :=  1", "  ", "  y"]),
        ("[Go](https://go.dev)", ["Go (https://go.dev)"]),
        ("<https://go.dev>", ["https://go.dev"]),
        ("![a map](map.png)", ["a map (map.png)"]),
        ("<b>x</b> <!-- y -->", ["<b>x</b> <!-- y -->"]),
        ("<script>\nx\n</script>", ["<script> x </script>"]),
        ("&#27;[31m &amp;", ["\ufffd[31m &"]),
        ("a `b  c` d", ["a b c d"]),
        ("a\u202eb\tc", [r"a\u202eb c"]),
        ("", []),
        (" \n\t", []),
    ],
)
def test_blocks(text: str, lines: list[str]) -> None:
    assert drawn(text) == lines


def test_what_is_stressed_is_told_by_its_style() -> None:
    (line,) = render_markdown("a **b c** *d* `e`", 40)
    assert line == (("a ", "text"), ("b c", "strong"), (" ", "text"), ("d", "emphasis"), (" ", "text"), ("e", "code"))
    assert render_markdown("# a", 40) == [(("a", "heading"),)]


def test_a_bullet_stands_before_the_first_line_only() -> None:
    assert drawn("- aa bb cc", 16) == ["• aa bb cc"]
    assert drawn("- aaaaaa bbbbbb cccccc", 16) == ["• aaaaaa bbbbbb", "  cccccc"]


def test_lists_in_lists_leave_room_for_their_text() -> None:
    deep = "\n".join("  " * depth + "- word" for depth in range(12))
    assert all("word" in line for line in drawn(deep, 20))


def test_long_words_and_code_are_cut_and_nothing_is_lost() -> None:
    assert drawn("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert chopped("中文字", 5) == ["中文", "字"]
    assert chopped("", 5) == [""]
    assert texts(reflow([("中文", "text")], 1)) == ["…", "…"]


def test_lines_may_break_between_wide_characters() -> None:
    assert drawn("ab 中文字", 7) == ["ab 中文", "字"]


def test_clean_keeps_what_is_harmless() -> None:
    assert clean("a\u00a0b\x1b\u200dé中\n") == r"a b\x1b\u200dé中 "
    assert clean("a\nb", keep="\n") == "a\nb"


def test_markdown_is_not_loaded_before_something_is_said() -> None:
    code = "import sys, gomem_tui.render.why; sys.exit('markdown_it' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
