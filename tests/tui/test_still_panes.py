"""What panes show of a still is what they show of the heap it was taken from, cell for cell."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.queries.account import Account
from gomem_core.queries.advise import advise
from gomem_core.queries.links import LinkIndex
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.world.objectinfo import Objects
from gomem_core.world.still import Place, Still
from gomem_core.world.world import World
from gomem_tui.render.advise import render_advise
from gomem_tui.render.arena import render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.header import render_header
from gomem_tui.render.heap import render_heap
from gomem_tui.render.layout import render_layout
from gomem_tui.render.lines import Line, Port, Scene, Selection
from gomem_tui.render.mcache import render_mcache
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.objects import Rows, render_objects
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.render.spans import render_spans
from tests.core.test_diff import SCRIPTS, played
from tests.versions import ANY_VERSION

SIZES = st.sampled_from([(80, 24), (120, 40), (200, 60), (59, 9)])


def pictures(
    world: World, objects: Objects, account: Account, links: LinkIndex, port: Port, scene: Scene, history: Sequence[str]
) -> dict[str, list[Line]]:
    """Every pane."""
    order = SpanOrder(world, lambda: account)
    wasteful = SpanOrder(world, lambda: account)
    wasteful.arrange("waste", True)
    wasteful.filter("state:inuse")
    rows = Rows(objects, ObjectOrder(world, objects), history, len(objects) - 1)
    return {
        "spans": render_spans(world, order, port, scene),
        "spans by waste": render_spans(world, wasteful, port, scene),
        **{f"arena {lens}": render_arena(world, port, scene, Chart(lens, zoom)) for lens in LENSES for zoom in (0, 3)},
        "bitmap": render_bitmap(world, port, scene, objects),
        "mcentral": render_mcentral(world, port, scene),
        "mcache": render_mcache(world, port, scene),
        "heap": render_heap(world, port, scene, account, [0, 1, 2]),
        "layout": render_layout(world, port, scene, objects),
        "advise": render_advise(advise(world), port, 1),
        "objects": render_objects(world, port, scene, rows, links),
        "header": [render_header(world, (1, 0, 1), "a name", port.width)],
    }


@given(lines=SCRIPTS, size=SIZES, where=st.floats(0, 1), spanclass=st.integers(0, 133), version=ANY_VERSION)
def test_every_pane_shows_the_same_of_a_still(
    lines: list[str], size: tuple[int, int], where: float, spanclass: int, version: str
) -> None:
    session = played(lines, version)
    start, end = session.world.extents.arenas.start, session.world.extents.arenas.end
    addr = start + int((end - start) * where)
    scene = Scene(Selection(addr, spanclass), step=session.step)
    port = Port(*size, active=True)
    still = Still.of(session.world, session.objects, Place("", session.step))
    links = LinkIndex(still)
    account = Account(still, still.objects)
    expected = pictures(session.world, session.objects, session.account, session.links, port, scene, session.history)
    found = pictures(still, still.objects, account, links, port, scene, session.history)
    for pane, lines_of_pane in expected.items():
        if pane != "header":  # which says what sort of heap it is
            assert found[pane] == lines_of_pane, pane
