"""Whatever the heap and however small or large the pane: exactly as many lines and cells as asked for, and no exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gomem_tui.render.arena import MAX_ZOOM, render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.header import render_header
from gomem_tui.render.lines import Line, Port, bar, fit, plain
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.render.spans import render_spans
from gomem_tui.render.why import Story, render_why
from tests.tui.states import SCRIPTS, state
from tests.versions import ANY_VERSION

PORTS = st.builds(
    Port,
    width=st.integers(0, 300),
    height=st.integers(0, 90),
    top=st.one_of(st.integers(0, 40), st.integers(0, 1 << 40)),
    active=st.booleans(),
)


def fits(lines: list[Line], port: Port) -> None:
    assert len(lines) == port.height
    assert {cell_len(plain(line)) for line in lines} <= {port.width}


@pytest.mark.parametrize("name", SCRIPTS)
@given(
    port=PORTS,
    page=st.integers(-1, 1 << 26),
    offset=st.integers(0, 8191),
    spanclass=st.integers(0, 133),
    version=ANY_VERSION,
    chart=st.builds(Chart, st.sampled_from(LENSES), st.sampled_from((0, 1, 3, 8, 12, 17, MAX_ZOOM))),
)
def test_every_pane_fills_its_port_exactly(
    name: str, port: Port, page: int, offset: int, spanclass: int, version: str, chart: Chart
) -> None:
    s = state(name, version)
    world = s.session.world
    scene = s.selecting(world.extents.arenas.start + page * 8192 + offset, spanclass)
    fits(render_spans(world, s.order, port, scene), port)
    fits(render_arena(world, port, scene, chart), port)
    fits(render_bitmap(world, port, scene, s.session.objects), port)
    fits(render_mcentral(world, port, scene), port)
    fits(render_why(Story(s.noted("a note", "and one that is rather long " * 9), profile=world.profile), port), port)


@given(width=st.integers(0, 300), done=st.integers(0, 9), version=ANY_VERSION)
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_header_is_one_line(name: str, width: int, done: int, version: str) -> None:
    line = render_header(state(name, version).session.world, (done, done % 3, 9), "a name", width)
    assert cell_len(plain(line)) == width


@given(text=st.text(max_size=40), width=st.integers(0, 30))
def test_fit_cuts_and_fills_whatever_the_text(text: str, width: int) -> None:
    text = "".join(c for c in text if c.isprintable())
    assert cell_len(plain(fit(((text, "text"), (text, "new")), width))) == width


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0.0, "····"), (1e-9, "▏···"), (0.25, "█···"), (0.5, "██··"), (0.53, "██▏·"), (1.0, "████"), (7.0, "████")],
)
def test_a_bar_shows_anything_above_nothing(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn
