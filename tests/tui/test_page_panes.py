"""The panes of a heap of Go 1.21 and later: what that version has in its spans and its caches, drawn, and pictures of them."""

from collections.abc import Callable
from functools import cache

import pytest

from gomem_core.queries.spanorder import SpanOrder
from gomem_core.session.stills import still_of
from gomem_core.world.changes import Touched
from gomem_tui.render.arena import render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.heap import render_heap
from gomem_tui.render.layout import render_layout
from gomem_tui.render.lines import Line, Port, Scene, Selection, plain
from gomem_tui.render.mcache import render_mcache
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.pagecells import Chart
from gomem_tui.render.spans import render_spans
from gomem_tui.render.why import Story, render_why
from tests.tui.golden import check_picture
from tests.tui.test_render_properties import fits
from tests.versions import profile_of, session_of

SIZES = [(80, 24), (120, 40)]
SCRIPT = (
    *("alloc 48 scan times 200 as s", "alloc 1024 scan times 20 as h", "alloc 48 times 400 as n", "alloc 40000 scan as l"),
    *("alloc 600000 as b", "link h.2.0 s.3", "drop s.1..s.90 n.1..n.150 b", "gc mark", "alloc 100 times 90", "procs 2", "p 1"),
    *("alloc 5 as t", "freeos", "drop n.160..n.330", "gc mark", "alloc 48 scan"),
)


class Drawn:
    """A session that has done SCRIPT, and its panes."""

    def __init__(self, version: str) -> None:
        self.session = session_of(version)
        for line in SCRIPT:
            outcome = self.session.submit(line)
            assert outcome.ok, outcome.error
        self.outcome = outcome
        self.version = version
        self.world = self.session.world
        self.order = SpanOrder(self.world, lambda: self.session.account)
        self.scene = self.selecting("s.150", 10)

    def addr(self, name: str) -> int:
        """Where the object with this name lies."""
        oid = self.session.objects.find_name(name)
        assert oid is not None
        return self.session.objects.info(oid).addr

    def selecting(self, name: str, spanclass: int) -> Scene:
        """What is marked, with this object selected."""
        touched = self.outcome.touched if self.outcome is not None else Touched()
        return Scene(Selection(self.addr(name), spanclass), touched, last=self.session.step, before=self.outcome.before)


PANES: dict[str, Callable[[Drawn, Port], list[Line]]] = {
    "spans": lambda d, port: render_spans(d.world, d.order, port, d.scene),
    "arena": lambda d, port: render_arena(d.world, port, d.scene, Chart("class")),
    "arena by list": lambda d, port: render_arena(d.world, port, d.scene, Chart("list")),
    "bitmap": lambda d, port: render_bitmap(d.world, port, d.scene, d.session.objects),
    "mcentral": lambda d, port: render_mcentral(d.world, port, d.scene),
    "mcache": lambda d, port: render_mcache(d.world, port, d.scene),
    "heap": lambda d, port: render_heap(d.world, port, d.scene, d.session.account, d.session.trail.heap_live),
    "layout": lambda d, port: render_layout(d.world, port, d.scene, d.session.objects),
    "why": lambda d, port: render_why(Story(d.outcome, profile=profile_of(d.version)), port),
    "log": lambda d, port: render_why(Story(d.outcome, log=True, profile=profile_of(d.version)), port),
}


@cache
def drawn(version: str) -> Drawn:
    return Drawn(version)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("version", ["1.22", "1.27"])
@pytest.mark.parametrize("pane", PANES)
def test_pane(pane: str, version: str, size: tuple[int, int]) -> None:
    lines = PANES[pane](drawn(version), Port(*size, active=True))
    fits(lines, Port(*size, active=True))
    check_picture(lines, pane, f"go{version}", size)


# --- Words that the runtime keeps for itself -----------------------------------------------------------------------------------


def words(version: str, name: str, top: int, rows: int = 16) -> list[str]:
    """The signs of four words each of some rows of the span that holds an object."""
    d = drawn(version)
    scene = d.selecting(name, 10)
    lines = [plain(line) for line in render_bitmap(d.world, Port(80, rows + 4, top), scene, d.session.objects)]
    return ["".join(line[14:26].replace("│", "").split()) for line in lines[2 : 2 + rows]]


LAST = 8192 // 32 - 16  # the first of the last 16 rows: half a kilobyte


def test_the_end_of_a_span_is_told_apart() -> None:
    # 48 bytes with pointers: 1.21 fills the page, 1.22 has 128 bytes of pointer bits, 1.27 these and 128 bytes of marks.
    old, new, newest = (words(version, "s.150", LAST) for version in ("1.21", "1.22", "1.27"))
    assert [row for row in old if {"b", "k"} & {*row}] == []
    assert [row == "bbbb" for row in new] == [False] * 12 + [True] * 4
    assert [row == "bbbb" for row in newest] == [False] * 8 + [True] * 4 + [False] * 4
    assert newest[12:] == ["kkkk"] * 4
    assert words("1.22", "n.1", LAST) == words("1.21", "n.1", LAST)  # without pointers
    assert words("1.27", "n.1", LAST)[11:] == ["····"] + ["kkkk"] * 4


def test_a_header_is_no_pointer_of_the_object() -> None:
    old, new = (words(version, "h.2", 0, 40) for version in ("1.21", "1.27"))
    assert "T" not in "".join(old)
    # A slot of 1152 bytes is 36 rows; its first word is the type, the object's first word the next one.
    assert [number for number, row in enumerate(new) if "T" in row] == [0, 36]
    assert new[0].startswith("T")


@pytest.mark.parametrize(
    ("version", "name", "told"),
    [
        ("1.21", "s.150", "◆ may be a pointer  · is none  → a pointer is stored  │ slot"),
        ("1.22", "s.150", "◆ may be a pointer  · is none  → a pointer is stored  │ slot  b pointer bits"),
        ("1.27", "s.150", "◆ may be a pointer  · is none  → a pointer is stored  │ slot  b pointer bits  k marks"),
        ("1.27", "h.2", "◆ may be a pointer  · is none  → a pointer is stored  │ slot  T the type"),
        ("1.27", "n.160", "noscan: no pointers here, so no bits are kept  │ slot  k marks"),
        ("1.27", "l", "◆ may be a pointer  · is none  → a pointer is stored  │ slot"),
    ],
)
def test_signs_are_explained_where_they_stand(version: str, name: str, told: str) -> None:
    d = drawn(version)
    lines = render_bitmap(d.world, Port(120, 20), d.selecting(name, 10), d.session.objects)
    assert plain(lines[-2]).strip() == told


def test_a_still_knows_what_is_stored_too() -> None:
    d = drawn("1.27")
    lines = render_bitmap(still_of(d.session), Port(120, 20), d.scene, d.session.objects)
    assert "→ a pointer is stored" in plain(lines[-2])


def test_a_page_cache_is_drawn_as_64_cells() -> None:
    d = drawn("1.27")
    lines = [plain(line) for line in render_mcache(d.world, Port(120, 40), d.scene)]
    told = [line for line in lines if " pages " in line]
    caches = [cache.pages for cache in d.world.caches.mcaches()]
    assert len(told) == len(caches) == 2
    for line, pages in zip(told, caches, strict=True):
        assert pages is not None
        cells = line.split()[2]
        assert len(cells) == 64
        assert [cell != "·" for cell in cells] == [pages.free >> i & 1 == 1 for i in range(64)]
