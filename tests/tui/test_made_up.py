"""Every pane shows a heap of a Go version that it has never heard of: more classes, other lists, arenas far apart."""

import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Final, cast

import pytest
from rich.cells import cell_len

from gomem_core.files.script import read_script
from gomem_core.lang.commands import Filter
from gomem_core.lang.moves import Pane
from gomem_core.queries import show, show_one
from gomem_core.queries.account import Account
from gomem_core.queries.advise import advise
from gomem_core.queries.figures import figures
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.session.candidates import offers
from gomem_core.session.console import Console
from gomem_core.session.session import Session
from gomem_core.world.changes import Touched
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.classorder import ClassOrder
from gomem_tui.panes.model import Model
from gomem_tui.plain.panes import pane_lines
from gomem_tui.render.advise import render_advise
from gomem_tui.render.arena import MAX_ZOOM, grid, render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.header import render_header
from gomem_tui.render.heap import render_heap
from gomem_tui.render.help import help_lines
from gomem_tui.render.layout import render_layout
from gomem_tui.render.legend import legend_lines
from gomem_tui.render.lines import Line, Port, Scene, Selection, fit_all, plain
from gomem_tui.render.mcache import render_mcache
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.objects import Rows, render_objects
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.render.spans import render_spans
from gomem_tui.settings.keys import STANDARD
from tests.madeup import APART, LAST, PROFILE, STARTS, made_up
from tests.tui.screen import text_of

SIZES: Final = [(80, 24), (120, 40), (200, 60)]
WIDTHS: Final = (59, 60, 80, 118, 120, 200)  # of panes, alone and beside each other
WORLD: Final = made_up()
ACCOUNT: Final = Account(WORLD, WORLD.objects)
ADVICE: Final = advise(WORLD)
ORDER: Final = SpanOrder(WORLD, lambda: ACCOUNT)
FAR: Final = next(info for info in WORLD.spans.rows() if info.base > STARTS[1] and info.list_name == "partialu")
HOLDER: Final = next(info for info in WORLD.spans.rows() if info.base > STARTS[2] and info.sizeclass == 4)
FREE: Final = next(info for info in WORLD.spans.rows() if info.base > STARTS[1] and info.npreleased)
SCENES: Final = [
    Scene(Selection(info.base, info.spanclass), Touched({info.base}, {info.base}), before=figures(WORLD, ACCOUNT))
    for info in (FAR, HOLDER, FREE, WORLD.spans.rows()[0])
]
Draw = Callable[[Port, Scene], list[Line]]


def arena(chart: Chart) -> Draw:
    return lambda port, scene: render_arena(WORLD, port, scene, chart)


def header(port: Port, scene: Scene) -> list[Line]:
    line = render_header(WORLD, (scene.step, 0, 9), "a name", port.width)
    return fit_all([line], port)


PANES: Final[dict[str, Draw]] = {
    "spans": lambda port, scene: render_spans(WORLD, ORDER, port, scene),
    **{f"arena, {lens}": arena(Chart(lens)) for lens in LENSES},
    **{f"arena, zoom {zoom}": arena(Chart("class", zoom)) for zoom in (1, 3, 7, MAX_ZOOM)},
    "bitmap": lambda port, scene: render_bitmap(WORLD, port, scene, WORLD.objects),
    "mcentral": lambda port, scene: render_mcentral(WORLD, port, scene),
    "mcache": lambda port, scene: render_mcache(WORLD, port, scene),
    "heap": lambda port, scene: render_heap(WORLD, port, scene, ACCOUNT, [1, 2, 3]),
    "layout": lambda port, scene: render_layout(WORLD, port, scene, WORLD.objects),
    "objects": lambda port, scene: render_objects(
        WORLD, port, scene, Rows(WORLD.objects, ObjectOrder(WORLD, WORLD.objects), ["alloc 48"] * 1000, 5)
    ),
    "advise": lambda port, scene: render_advise(ADVICE, port, scene.selection.spanclass % 8),  # a line
    "header": header,
}


def rows(pane: str, width: int, height: int = 24, scene: Scene = SCENES[0], top: int = 0) -> list[str]:
    return [plain(line) for line in PANES[pane](Port(width, height, top, active=True), scene)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("pane", PANES)
def test_every_pane_shows_it_and_cuts_nothing(pane: str, size: tuple[int, int]) -> None:
    for width in (size[0], max(59, size[0] // 2)):
        for scene in SCENES:
            for top in (0, 3, 40):
                lines = rows(pane, width, size[1], scene, top)
                assert len(lines) == size[1]
                assert {cell_len(line) for line in lines} == {width}
                cut = [line for line in lines if re.search(r"[^ ]…$", line)]
                assert not cut


_LIST: Final = r"[ ~░]?(partial|partialu|full|fullu|free\[\d+\]|freelarge|busy\[5\]|busylarge|P\d cache|) "
_FATE: Final = r"(rooted|unreachable|dead, unswept|no memory|swept|kept by \w+) "


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("pane", "below", "heading", "cell"),
    [  # `below`: lines after the table
        ("spans", 0, "kind", r"(scan|noscan|free|manual) "),
        ("spans", 0, "on list", _LIST),
        ("bitmap", 2, "bitmap byte", r"[0-9a-f]{10,12} "),
        ("objects", 3, "state", _FATE),
        ("mcentral", 4, "kind", r"(scan|noscan) "),
        ("mcentral", 4, "full ", r"(–|\d+|▪+…? \d+) "),
    ],
)
def test_columns_stand_below_their_headings(pane: str, below: int, heading: str, cell: str, width: int) -> None:
    """Wherever it is scrolled to: among the rows are addresses of ten and of twelve digits."""
    for top in (0, 20, 50):
        lines = rows(pane, width, 40, SCENES[1], top)
        at = lines[1].index(heading)
        table = [line for line in lines[2 : len(lines) - below] if line.strip()]
        assert len(table) > 20
        for line in table:
            assert line[at - 1] == " "
            assert re.match(cell, line[at:] + " "), line


@pytest.mark.parametrize("width", [59, 80, 120])
def test_cached_spans_stand_below_their_headings(width: int) -> None:
    lines = rows("mcache", width)
    cached = [line for line in lines if re.search(r" \d+/\d+", line)]
    assert len(cached) == 3
    at = lines[1].rindex("free")
    assert all(re.match(r"[█▏▎▍▌▋▊▉·]{6} \d+/\d+", line[at:]) for line in cached)


def test_the_map_begins_a_row_for_each_arena_and_says_how_much_lies_between() -> None:
    lines = rows("arena, class", 120, 60)
    gaps = [number for number, line in enumerate(lines) if "unused" in line]
    assert [lines[number].strip() for number in gaps] == ["… 45.0T unused …"] * 2
    for number, start in zip([0, *gaps], STARTS, strict=True):
        assert lines[number + 1][1:].startswith(f"{start:x} ")
    assert len(lines[1].split()[0]) == 10
    assert [line[12] for line in lines[1:6]] == ["┌", " ", " ", " ", " "], "where a chunk begins is said behind the address"
    assert {len(line[:14].rstrip(" ┌")) for line in lines[1:6]} == {11}
    assert " " not in {line[14] for line in lines[1:6]}, "cells begin in one column"
    assert "3 arenas" in lines[0]


@pytest.mark.parametrize("zoom", range(MAX_ZOOM + 1))
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_map_never_has_more_rows_than_the_arenas(zoom: int, width: int, height: int) -> None:
    cells, _ = grid(WORLD, Port(width, height), zoom)
    pages = (64 << 20) // 8192 * 3
    assert cells.rows <= -(-pages >> zoom) // cells.per_row + 3 + 3 + 2
    drawn = [cells.row(number) for number in range(cells.rows)]
    assert sum(bool(row.gap) for row in drawn) == 2
    for info in WORLD.spans.rows():
        row = drawn[cells.row_of(info.base)]
        assert row.cells.start <= info.base < row.cells.stop, "each span is where its row says"
        assert cells.cell(info.base) in row.cells


@pytest.mark.parametrize("zoom", [0, 1, 4, 9, MAX_ZOOM])
def test_keys_walk_over_all_arenas(zoom: int) -> None:
    cells, _ = grid(WORLD, Port(80, 24), zoom)
    last = WORLD.extents.arenas.end - 8192
    here, seen = STARTS[0], [STARTS[0]]
    while (there := cells.moved(here, 0, 1)) != here:
        here = there
        seen.append(here)
    assert here == last
    assert seen == sorted(seen)
    assert all(WORLD.spans.at(addr) is not None for addr in seen)
    assert {WORLD.extents.arenas.at(addr).start for addr in seen} == {*STARTS}
    here, down = STARTS[0], {STARTS[0]}
    for _ in range(cells.rows + 1):
        here = cells.moved(here, 1, 0)
        down.add(here)
    assert {*STARTS} <= down, "the first column of each arena"
    assert cells.moved(STARTS[1], -1, 0) < STARTS[1]
    assert cells.moved(last, -(1 << 62), 0) == STARTS[0]
    assert cells.moved(STARTS[0], 1 << 62, 0) == last


def test_a_click_between_two_arenas_picks_nothing() -> None:
    cells, _ = grid(WORLD, Port(80, 24), 3)
    for number in range(cells.rows):
        picked = cells.picked(number, 2)
        assert (picked is None) == bool(cells.row(number).gap)
        assert picked is None or WORLD.spans.at(picked) is not None
    assert cells.picked(cells.rows + 5, 0) == WORLD.extents.arenas.end - 8192


def test_pages_are_numbered_through_all_arenas() -> None:
    arenas = WORLD.extents.arenas
    before = sum(info.npages for info in WORLD.spans.rows() if info.base < STARTS[1])
    assert [arenas.page(start) for start in STARTS] == [0, before, 2 * before]
    for info in WORLD.spans.rows():
        assert arenas.address(arenas.page(info.base)) == info.base
    assert arenas.is_between(STARTS[0] + APART // 2)
    assert not any(arenas.is_between(addr) for addr in (0, STARTS[0], STARTS[1] + 8192, STARTS[2] + APART))
    assert (
        f"page {before}: span {STARTS[1]:x}"
        in rows("arena, class", 80, 24, replace(SCENES[0], selection=Selection(STARTS[1])))[-3]
    )


def test_what_the_version_calls_things_is_what_is_shown() -> None:
    assert "go9.99" in rows("header", 80)[0].split()
    for pane in ("mcentral", "arena, list", "spans"):
        text = "\n".join(rows(pane, 120, 60, SCENES[0]))
        assert all(re.search(rf"\b{name}\b", text) for name in PROFILE.central_names), pane
        assert "nonempty" not in text
    assert "Π▒▒" in rows("arena, class", 80)[1], "the letter of class 67"
    legend = "\n".join(plain(line) for line in legend_lines(STANDARD, PROFILE, "class", 80))
    assert re.search(r"Π +67 +40\.0K", legend)
    assert "on the list fullu of its mcentral: it may get some" in legend
    panes: tuple[Pane, ...] = ("spans", "arena", "mcentral")
    for name in panes:
        text = " ".join(" ".join(plain(line) for line in help_lines(STANDARD, PROFILE, name, 80)).split())
        assert "nonempty" not in text.partition("Keys everywhere")[0].partition(" / ")[0]
        assert "Go 9.99's runtime" in text
    assert "four lists of spans" in " ".join(plain(line) for line in help_lines(STANDARD, PROFILE, "mcentral", 200))


def test_tables_know_its_classes_and_lists() -> None:
    central = show.show("mcentral", (), WORLD, WORLD.objects)
    assert central.table is not None
    assert [column.name for column in central.table.columns][3:7] == [*PROFILE.central_names]
    assert [row[:7] for row in central.table.rows if row[0] == LAST] == [
        (LAST, 40960, "scan", 0, 0, 3, 3),
        (LAST, 40960, "noscan", 2, 0, 3, 3),
    ]
    some = show.show("mcentral", (Filter("fullu", ">", 0), Filter("class", "<", 67)), WORLD, WORLD.objects)
    assert some.table is not None
    assert [row[:3] for row in some.table.rows] == [(4, 48, "scan")]
    assert show.show("mcentral", (Filter("nonempty", ">=", 0),), WORLD, WORLD.objects).summary == "0 mcentrals"
    classes = show.show("classes", (), WORLD, WORLD.objects)
    assert classes.summary == "go9.99: 67 of 67 size classes; class 0 stands for objects over 40952 bytes"
    assert show_one.show_class(LAST, PROFILE).summary == "size class 67: slots of 40960 bytes"
    for topic in ("spans", "waste", "mcache", "free", "layout", "stats", "locks"):
        assert show.show(topic, (), WORLD, WORLD.objects).lines()
    page = WORLD.extents.arenas.page(FAR.base)
    assert f"page {page} at {FAR.base:#x} belongs to" in show_one.show_page(page, WORLD).summary
    found = show_one.find(FAR.base + 40, WORLD, WORLD.objects)
    assert found.details[0].startswith(f"page {page}, byte 40 of it")


def test_rows_of_classes_are_those_of_the_version() -> None:
    assert len(ClassOrder(WORLD).rows()) == 134


def test_addresses_of_any_length_are_offered() -> None:
    stands = SimpleNamespace(world=WORLD, objects=WORLD.objects, bookmarks={}, branches=SimpleNamespace(others=[]))
    names = offers(cast("Session", stands))
    assert {f"{STARTS[0]:#x}", f"{STARTS[1]:#x}", f"{STARTS[2]:#x}"} <= {word for word, _ in names.addresses("0x")}
    assert {word[:5] for word, _ in names.addresses("0x2d")} == {"0x2dc"}
    assert [word for word, _ in names.addresses(f"{HOLDER.base:#x}")] == [f"{HOLDER.base:#x}"]
    assert not [*names.addresses("0x3")]


def test_plain_text_tells_where_an_arena_begins() -> None:
    model = cast("Model", SimpleNamespace(world=WORLD))
    lines = pane_lines(model, "arena", 200, 1000)
    first = [line.strip() for line in lines if f"{STARTS[1]:x}:" in line]
    assert len(first) == 1, "no stretch goes on from one arena to another"
    assert first[0].startswith(f"from page {WORLD.extents.arenas.page(STARTS[1])}, ")


# --- The whole explorer -------------------------------------------------------------------------------------------------


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> Explorer:
    """An explorer in which this heap stands in the place of its session's."""

    def answers(value: object) -> property:
        return property(lambda _: value)

    monkeypatch.setattr(Model, "world", answers(WORLD))
    for name, value in (("world", WORLD), ("objects", WORLD.objects), ("account", ACCOUNT)):
        monkeypatch.setattr(Session, name, answers(value))
    return Explorer(Console(True, read_script("x", "", "x")))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_one_can_move_in_every_pane(explorer: Explorer, size: tuple[int, int]) -> None:
    far = HeapPane.FAR
    async with explorer.run_test(size=size) as pilot:
        for number in "123456789":
            await pilot.press(number)
            for pane in explorer.widgets.panes.all:
                for rows, columns in ((1, 0), (0, 1), (pane.page(), 0), (-1, 0), (0, -1), (far, 0), (-far, 0)):
                    if pane.has_room:
                        pane.move(rows, columns)
                    assert WORLD.spans.at(explorer.model.scene.selection.addr) is not None, f"{number} {pane.id}"
        await pilot.press("2", "end")
        assert explorer.model.scene.selection.addr == WORLD.extents.arenas.end - 8192
        assert any(f"{explorer.model.scene.selection.addr >> 20:x}" in row for row in text_of(explorer.screen))


async def test_left_and_right_walk_through_all_lists_of_a_class(explorer: Explorer) -> None:
    async with explorer.run_test(size=(120, 40)):
        pane = explorer.widgets.panes.mcentral
        for spanclass in (7, 8, 2 * LAST + 1):
            spans = [base for name in PROFILE.central_names for base in WORLD.lists.chain(spanclass, name)]
            assert len(spans) > 3
            explorer.model.select(spans[0])
            for base in spans[1:]:
                pane.move(0, 1)
                assert explorer.model.scene.selection.addr == base
            for base in reversed(spans[:-1]):
                pane.move(0, -1)
                assert explorer.model.scene.selection.addr == base


async def test_the_prompt_names_a_list_that_there_is(explorer: Explorer) -> None:
    async with explorer.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "slash")
        assert explorer.query_one(Prompt).placeholder == "class:5  kind:scan  partial>0"
