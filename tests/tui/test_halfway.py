"""Inside of a command the heap is in states that it never has between commands; every pane shows them too."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.timeline import Timeline
from gomem_core.go.release import ALWAYS, Release
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.queries.reach import object_at
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.session.session import Session
from gomem_tui.render.arena import render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.heap import render_heap
from gomem_tui.render.layout import render_layout
from gomem_tui.render.lines import Port, Scene, Selection
from gomem_tui.render.mcache import render_mcache
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.objects import Rows, render_objects
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.render.spans import render_spans
from gomem_tui.render.why import Story, render_why
from tests.core.test_time import some_lines
from tests.effort import effort
from tests.tui.test_render_properties import PORTS, fits
from tests.versions import ANY_VERSION, profile_of

EVERYTHING = [
    *("alloc 48 scan as a times 200", "alloc 5", "alloc 9", "alloc 40000 as big", "link a.1.0 a.2", "procs 2", "p 1"),
    *("alloc 3 times 9", "drop a.3..a.200", "drop big", "gc mark", "alloc 48 scan", "gc sweep", "alloc 2M as x", "drop x"),
    *("gc", "freeos", "alloc 100K", "alloc 48"),
]
MANY = effort(25, 60)  # events of one command


class Standing:
    """A session that goes anywhere in some lines, with all that panes want to know."""

    def __init__(self, lines: list[str], release: Release = ALWAYS) -> None:
        self.session = Session(narrate=True, timeline=Timeline(lines, release=release))
        self.order = SpanOrder(self.session.world, lambda: self.session.account)

    def goto(self, step: int, event: int) -> None:
        """Stand there."""
        self.session.goto(step, event)
        self.order.look_again(self.session.take_stale())

    def check_panes(self, port: Port, page: int) -> None:
        """All of them fill the port."""
        session, world, outcome = self.session, self.session.world, self.session.outcome
        addr = world.extents.arenas.start + page * 8192 + 48
        info = world.spans.at(addr)
        touched = outcome.touched if outcome is not None else Scene().touched
        object_at(world, session.objects, addr)
        before = outcome.before if outcome is not None else None
        chosen = Selection(addr, info.spanclass if info is not None else 8)
        scene = Scene(chosen, touched, session.step, last=session.step + 1, before=before)
        fits(render_spans(world, self.order, port, scene), port)
        for zoom, lens in enumerate(LENSES):
            fits(render_arena(world, port, scene, Chart(lens, zoom // 3)), port)
        fits(render_bitmap(world, port, scene, session.objects), port)
        fits(render_mcentral(world, port, scene), port)
        fits(render_mcache(world, port, scene), port)
        fits(render_heap(world, port, scene, session.account, [1, 2]), port)
        fits(render_layout(world, port, scene, session.objects), port)
        selected = 0 if len(session.objects) else -1
        rows = Rows(session.objects, ObjectOrder(world, session.objects), session.history, selected)
        fits(render_objects(world, port, scene, rows, session.links), port)
        for log in (False, True):
            fits(render_why(Story(outcome, log=log, profile=world.profile), port), port)


def test_after_every_event() -> None:
    standing = Standing(EVERYTHING)
    for step in range(len(EVERYTHING)):
        standing.goto(step, 0)
        for event in range(1, min(MANY, standing.session.events_ahead()) + 1):
            standing.goto(step, event)
            standing.check_panes(Port(100, 30), (0, 1, 5)[event % 3])


@settings(max_examples=effort(12, 60))
@given(
    r=st.randoms(use_true_random=False),
    places=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 80)), max_size=8),
    port=PORTS,
    version=ANY_VERSION,
)
def test_anywhere_in_anything(r: Random, places: list[tuple[int, int]], port: Port, version: str) -> None:
    release = Release(profile_of(version))
    lines = some_lines(r, 30, release)
    standing = Standing(lines, release)
    for step, event in places:
        standing.goto(min(step, len(lines)), event)
        standing.check_panes(port, r.randrange(200))
