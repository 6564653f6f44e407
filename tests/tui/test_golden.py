"""Pictures of single panes as text with style tokens.  To accept what is drawn now: GOMEM_UPDATE_GOLDEN=1, then read the diff."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gomem_tui.render.arena import Chart, render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.lines import Line, Port
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.spans import render_spans
from gomem_tui.render.why import render_why
from tests.tui.states import State, state

GOLDEN = Path(__file__).with_name("golden")

PANES: dict[str, Callable[[State, Port], list[Line]]] = {
    "spans": lambda s, port: render_spans(s.session.view, s.order, port, s.scene),
    "arena": lambda s, port: render_arena(s.session.view, port, s.scene, Chart("class")),
    "arena by list": lambda s, port: render_arena(s.session.view, port, s.scene, Chart("list")),
    "bitmap": lambda s, port: render_bitmap(s.session.view, port, s.scene, s.session.objects),
    "mcentral": lambda s, port: render_mcentral(s.session.view, port, s.scene),
    "why": lambda s, port: render_why(s.outcome, ["what the script says"], port),
}


def drawn(line: Line) -> str:
    """The text, and behind it its tokens with the cells they start at."""
    text = "".join(t for t, _ in line)
    at = 0
    tokens = []
    for piece, token in line:
        tokens.append(f"{at}:{token}")
        at += len(piece)
    return f"{text}|  {' '.join(tokens)}"


@pytest.mark.parametrize("size", [(60, 14), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["empty", "one span", "full", "fragmented", "mid-gc"])
@pytest.mark.parametrize("pane", PANES)
def test_pane(pane: str, name: str, size: tuple[int, int]) -> None:
    lines = PANES[pane](state(name), Port(*size, active=True))
    text = "\n".join(map(drawn, lines)) + "\n"
    path = GOLDEN / f"{pane}, {name}, {size[0]}x{size[1]}.txt".replace(" ", "_")
    if os.environ.get("GOMEM_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
