"""Pictures of the panes of the heap, and of Why; see golden.py."""

from collections.abc import Callable

import pytest

from gomem_tui.render.arena import render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.lines import Line, Port
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.pagecells import Chart
from gomem_tui.render.spans import render_spans
from gomem_tui.render.why import Story, render_why
from tests.tui.golden import SIZES, STATES, check_picture
from tests.tui.states import State, state

PANES: dict[str, Callable[[State, Port], list[Line]]] = {
    "spans": lambda s, port: render_spans(s.session.world, s.order, port, s.scene),
    "arena": lambda s, port: render_arena(s.session.world, port, s.scene, Chart("class")),
    "arena by list": lambda s, port: render_arena(s.session.world, port, s.scene, Chart("list")),
    "bitmap": lambda s, port: render_bitmap(s.session.world, port, s.scene, s.session.objects),
    "mcentral": lambda s, port: render_mcentral(s.session.world, port, s.scene),
    "why": lambda s, port: render_why(Story(s.noted("what the script says")), port),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("pane", PANES)
def test_pane(pane: str, name: str, size: tuple[int, int]) -> None:
    check_picture(PANES[pane](state(name), Port(*size, active=True)), pane, name, size)
