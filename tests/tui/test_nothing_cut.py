"""At the widths that layouts give to panes nothing is cut without a word: fit() puts … at the end of a line that is too long."""

import re

import pytest

from gomem_tui.render.lines import Port, fit, plain
from tests.tui.states import SCRIPTS, state
from tests.tui.test_golden import PANES as HEAP_PANES
from tests.tui.test_render_more import PANES as MORE_PANES

WIDTHS = (58, 59, 60, 62, 78, 80, 118, 120, 186, 200)  # half of 118, 120; 60, 80, 120, 200 columns; a third of 186
HEIGHTS = (7, 10, 14, 22, 38)


SHOWN = [(pane, name) for pane in (*HEAP_PANES, *MORE_PANES) for name in SCRIPTS]
SHOWN.remove(("bitmap", "churned"))  # names of a slot's objects are cut: there may be any number


@pytest.mark.parametrize(("pane", "name"), SHOWN)
def test_no_line_is_cut(pane: str, name: str) -> None:
    for width in WIDTHS:
        for height in HEIGHTS:
            port = Port(width, height, active=True)
            lines = HEAP_PANES[pane](state(name), port) if pane in HEAP_PANES else MORE_PANES[pane](state(name), port)
            cut = [plain(line) for line in lines if re.search(r"[^ ]…$", plain(line))]
            assert not cut, f"{width}×{height}"


def test_a_cut_line_says_so() -> None:
    assert plain(fit((("abcdef", "text"), ("gh", "dim")), 6)) == "abcde…"
    assert plain(fit((("abcdef", "text"), ("gh", "dim")), 7)) == "abcdef…"
    assert plain(fit((("abcdef", "text"), ("gh", "dim")), 8)) == "abcdefgh"
    assert plain(fit((("abcdef", "text"), ("  ", "dim")), 6)) == "abcdef"  # blanks are nothing
    assert plain(fit((("日本", "text"),), 3)) == "日…"
    assert plain(fit((("日本", "text"),), 2)) == " …"
