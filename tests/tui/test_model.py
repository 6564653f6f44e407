"""What the panes share, wherever the session goes: always something that can be drawn."""

from collections.abc import Callable
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.panes.arena import ArenaPane
from gomem_tui.panes.base import HeapPane, Size
from gomem_tui.panes.bitmap import BitmapPane
from gomem_tui.panes.heap import HeapStatsPane
from gomem_tui.panes.layout import LayoutPane
from gomem_tui.panes.mcache import McachePane
from gomem_tui.panes.mcentral import McentralPane
from gomem_tui.panes.model import Model
from gomem_tui.panes.objects import ObjectsPane
from gomem_tui.panes.spans import SpansPane
from gomem_tui.panes.why import WhyPane
from gomem_tui.render.lines import plain
from gomem_tui.settings.keys import STANDARD
from tests.effort import effort
from tests.tui.longscript import long_script
from tests.versions import ANY_VERSION

SIZES = [(40, 4), (59, 13), (80, 17), (120, 40)]
SHORT = f"""\
alloc 48 scan as a
alloc 48 scan as b
link a.1 b
alloc 100 as c times 80
drop a
alloc 40000 as big
p 4
gc mark
procs 2
alloc 3 as tiny
gc
drop all
gc
freeos
alloc 700K
alloc 3M
churn {effort(30, 200)} sizes mixed
"""
TYPED = [
    *("alloc 48 scan as x", "alloc 1M scan", "alloc 0", "alloc 8 times 30", "drop all", "drop o1", "gc", "gc mark", "gc sweep 2"),
    *(
        "freeos",
        "p 1",
        "procs 3",
        "churn 40 sizes small",
        "link x.0 x",
        "show spans",
        "mark here",
        "goto here",
        "goto 3",
        "back 2",
    ),
    *(
        "until grow",
        "until heap_live > 1M",
        "until gc_start",
        "diff start",
        "diff end",
        "branch",
        "branch main",
        "branch 2",
        "aloc",
        "",
    ),
    *("expect spans 3", "goto end", "goto start", "say hello", "forward 4"),
]


class Room:
    """Shows a pane in a size that is said, without a screen."""

    has_room = True

    def __init__(self) -> None:
        self.room = Size(0, 0)

    def redraw(self) -> None:
        """Every check draws."""

    def text(self) -> str:
        return ""


class Panes:
    """A model, and the panes that show it, without a screen."""

    def __init__(self, text: str) -> None:
        self.sizes = cycle(SIZES)
        self.model = model = Model(Console(True, read_script("t", text, "t")), lambda: None)
        self.panes: list[HeapPane] = [
            *(kind(model) for kind in (SpansPane, ArenaPane, BitmapPane, McentralPane, McachePane, LayoutPane, ObjectsPane)),
            HeapStatsPane(model, lambda: model.session.account, lambda: model.heap_live),
            WhyPane(model, STANDARD),
        ]
        self.room = Room()
        for pane in self.panes:
            pane.host = self.room

    def check(self) -> None:
        """The selection lies in the arena, and all can be drawn, each time at another of the sizes."""
        world, selection = self.model.world, self.model.scene.selection
        if world.extents.arenas.pages:
            start, used = world.extents.arenas.start, world.extents.arenas.end
            assert start <= selection.addr < used
            assert world.spans.at(selection.addr) is not None
        else:
            assert selection.addr == 0
        size = next(self.sizes)
        for pane in self.panes:
            self.room.room = Size(*size)
            if pane.id != "why":
                pane.reveal()
            lines = pane.draw(*size)
            assert [len(plain(line)) for line in lines] == [size[0]] * size[1], (pane.id, size)


def moves() -> st.SearchStrategy[tuple[str, int]]:
    kinds = ["forward", "go", "micro", "seek", "submit", "select", "filter", "log"]
    return st.tuples(st.sampled_from(kinds), st.integers(0, 1000))


def do(panes: Panes, kind: str, n: int) -> None:
    model = panes.model
    last = len(model.session.steps)
    way = 1 if n % 2 else -1
    does: dict[str, Callable[[], object]] = {
        "forward": model.forward,
        "go": lambda: model.goto(n % (last + 1), n // 50),
        "micro": lambda: model.micro(way),
        "seek": lambda: model.seek(way),
    }
    if kind in does:
        does[kind]()
        model.arrived()
    elif kind == "submit":
        model.arrived(model.submit(TYPED[n % len(TYPED)]))
    elif kind == "select":
        model.select(model.world.extents.arenas.start + n * 8191)
        model.select_class(n % 134)
    elif kind == "filter":
        model.filter(["", "class:4", "state:free", "used<50%"][n % 4])
    else:
        why = panes.panes[-1]
        assert isinstance(why, WhyPane)
        why.shows_log = not why.shows_log


@settings(max_examples=effort(5, 200))
@given(sequence=st.lists(moves(), max_size=40), version=ANY_VERSION)
def test_wherever_it_goes_the_selection_is_there_and_all_panes_draw(sequence: list[tuple[str, int]], version: str) -> None:
    panes = Panes(f"go {version}\n{SHORT}")
    panes.model.arrived()
    panes.check()
    for kind, n in sequence:
        do(panes, kind, n)
        panes.check()


def test_a_line_that_fails_halfway_in_a_command_leaves_nothing_selected_that_is_not_there() -> None:
    panes = Panes("alloc 48")
    panes.model.goto(0, 9)
    panes.model.arrived()
    panes.check()
    panes.model.arrived(panes.model.submit("p 1"))
    assert panes.model.session.event == 0
    panes.check()


@pytest.mark.parametrize("text", [SHORT, "\n".join(long_script().splitlines()[: effort(60, 110)])], ids=["short", "long"])
def test_all_panes_draw_behind_each_event(text: str) -> None:
    panes = Panes(text)
    model = panes.model
    events = 0
    while not model.session.at_end or model.session.event:
        model.micro(1)
        model.arrived()
        events += 1
        if events < effort(80, 300) or events % 13 == 0:  # the first are the most varied
            panes.check()
    assert model.session.step == len(model.session.steps)
    assert events > 2 * model.session.step
