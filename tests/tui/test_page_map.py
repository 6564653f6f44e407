"""The page map: borders of spans, marks beside glyphs, and what a cell says that covers several spans."""

from dataclasses import replace

import pytest

from gomem_core.world.changes import Touched
from gomem_tui.render.arena import render_arena
from gomem_tui.render.lines import Port, Scene, Selection, plain
from gomem_tui.render.pagecells import LENSES, Chart, Lens
from gomem_tui.render.readout import readout
from tests.tui.states import State

LABEL = 13  # cells before the map: a sign, an address of ten digits, blanks

TWO_SPANS = "alloc 8192\nalloc 8192\nalloc 100000 as big\nalloc 100000 as next\nalloc 20480"  # pages: 1, 1, 13, 13, 5


def drawn(s: State, port: Port, scene: Scene | None = None, chart: Chart | None = None) -> list[str]:
    return [plain(line).rstrip() for line in render_arena(s.session.world, port, scene or s.scene, chart or Chart())]


def untouched(s: State, page: int = 127) -> Scene:
    return Scene(Selection(s.session.world.extents.arenas.start + page * 8192))


def test_one_sees_where_spans_end() -> None:
    s = State(TWO_SPANS)
    close = drawn(s, Port(59, 6), untouched(s))[1]  # two rows: a column a page
    assert close[LABEL : LABEL + 32] == "OO▓" + "▒" * 12 + "▓" + "▒" * 12 + "Z▒▒▒"
    wide = drawn(s, Port(80, 24), untouched(s))[1]
    assert wide[LABEL : LABEL + 64] == " O O ▓" + "▒" * 24 + " ▓" + "▒" * 24 + " Z" + "▒" * 6
    assert "▒ goes on" in drawn(s, Port(59, 12))[-2]


@pytest.mark.parametrize("lens", LENSES)
def test_neighbours_are_apart_in_every_lens(lens: Lens) -> None:
    s = State(TWO_SPANS)
    line = drawn(s, Port(80, 24), untouched(s), Chart(lens))[1]
    assert line[LABEL : LABEL + 64].count("▒") == 24 + 24 + 6
    assert line[LABEL + 4] == line[LABEL + 4 + 26] == " "  # before both large objects


def test_a_mark_stands_beside_what_it_marks() -> None:
    s = State(TWO_SPANS)
    scene = replace(untouched(s), touched=Touched({s.session.world.extents.arenas.start + 8192}))
    assert drawn(s, Port(80, 24), scene)[1][LABEL : LABEL + 4] == " O+O"
    line = drawn(s, Port(59, 6), scene)[1]
    assert (line[0], line[LABEL : LABEL + 2]) == ("+", "OO")
    assert "+ changed" in "".join(drawn(s, Port(80, 24), scene)[-2:])


def test_where_much_changed_the_legend_says_how_much() -> None:
    s = State("alloc 8192 times 91")
    lines = drawn(s, Port(80, 24))
    assert "+" not in lines[1]
    assert f"{len(s.scene.touched.spans)} spans changed" in "".join(lines[-2:])


def test_what_changed_out_of_sight_is_told() -> None:
    s = State("alloc 8192 times 200\nalloc 8192")
    assert "+ below" in drawn(s, Port(59, 6))[0]
    assert "+ above" in drawn(s, Port(59, 6, top=7))[0]


ZOOMED = "alloc 40960 times 2 as x\nalloc 8192 times 6 as y\nalloc 100000 as z"  # pages 0-4, 5-9, 10 … 15, 16-28, free


@pytest.mark.parametrize(
    ("script", "lens", "cells"),
    [
        # four pages a cell: 0-3 in the first x, 4-7 in both, 8-11 in x and y, 12-15 in y, 16-27 in z, 28-31 in z and free
        ("", "class", "▓███▓▒▒▃···"),
        ("", "used", "█████▒▒█···"),
        ("", "list", "BB**B▒▒B···"),
        ("", "swept", "sssss▒▒s···"),
        ("\ndrop x.1..x.2\ngc mark", "swept", "~~~~~▒▒~···"),
        ("\ndrop z\ngc\nfreeos", "given back", "▓▓▓▓░░░░░░░"),
        ("", "last change", ":::::▒▒:"),
    ],
)
def test_several_spans_are_told_through_the_lens(script: str, lens: Lens, cells: str) -> None:
    s = State(ZOOMED + script)
    line = drawn(s, Port(80, 24), untouched(s), Chart(lens, 2))[1]
    assert line[LABEL:].startswith(cells)


def test_shares_of_several_spans() -> None:
    s = State(ZOOMED + "\ndrop z\ngc\nfreeos")  # 16 pages in use, the other 112 given back
    assert drawn(s, Port(80, 24), untouched(s), Chart("given back", 5))[1][LABEL:].startswith("▅░░░╌")
    s = State("alloc 4096 times 3\nalloc 8192")  # 2 of 2 slots, 1 of 2, 1 of 1; the fourth page is free
    assert drawn(s, Port(80, 24), untouched(s), Chart("used", 2))[1][LABEL] == "▇"  # 2.5 of 3: nearly seven eighths


def test_the_last_change_of_several_spans_is_that_of_the_one_touched_last() -> None:
    s = State(ZOOMED)
    scene = replace(
        untouched(s), step=9, changed={s.session.world.extents.arenas.start + page * 8192: page - 8 for page in (12, 13, 14)}
    )
    assert drawn(s, Port(80, 24), scene, Chart("last change", 2))[1][LABEL:].startswith(":::3:▒▒:")


def test_a_change_within_a_cell_of_several_spans_is_marked() -> None:
    s = State(ZOOMED)
    scene = replace(untouched(s), touched=Touched({s.session.world.extents.arenas.start + 13 * 8192}))
    line = drawn(s, Port(80, 24), scene, Chart("class", 2))[1]
    assert line[0] == "+", "in one column the sign stands before the row, and the cells keep theirs"
    assert line[LABEL:].startswith("▓███▓")


def test_the_readout_tells_what_the_cell_covers() -> None:
    s = State(ZOOMED)
    start = s.session.world.extents.arenas.start

    def told(page: int, zoom: int, width: int = 80) -> str:
        return drawn(s, Port(width, 24), untouched(s, page), Chart("class", zoom))[-3]

    assert told(12, 0) == " ▸ page 12: span c420018000, class 50, 8192 B noscan, 1 of 1 slots taken, empty"
    assert told(12, 0, 59) == " ▸ page 12: span c420018000, class 50 noscan, 1/1, empty"
    assert told(3, 0, 120) == f" ▸ page 3: span {start:x}, a large object of 5 pages (40.0K), noscan, busy[5]"
    assert told(30, 0, 120) == " ▸ page 30: span c42003a000, free, 99 pages (792.0K), on free[99]"
    assert told(12, 2) == " ▸ pages 12–15: 4 spans, c420018000 up to c420020000"
    assert told(21, 2).startswith(" ▸ pages 20–23: span c420020000, large object of 13 pages")
    assert told(127, 9) == f" ▸ pages 0–127: 10 spans, {start:x} up to c420100000"


@pytest.mark.parametrize("width", [48, 56, 75, 117])
@pytest.mark.parametrize("script", [ZOOMED, "alloc 2M as a\ndrop a\nfreeos", "alloc 8 times 1024\nalloc 100000 scan"])
def test_readouts_fit(script: str, width: int) -> None:
    for info in State(script).session.world.spans.rows():
        assert len(readout(info, 100, 127, width)) <= width
