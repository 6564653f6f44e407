"""What a heap does not know is said, never drawn as 0 or as nothing; what it only derived is marked."""

import re
from typing import Final

import pytest

from gomem_core.classic.engine import ClassicEngine
from gomem_core.queries import show_one
from gomem_core.queries.account import Account
from gomem_core.queries.data import span_data
from gomem_core.queries.spanfilter import read_filter
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.session.console import Console
from gomem_core.world.facts import SPAN_FACTS, Fact
from gomem_core.world.records import SpanInfo
from gomem_core.world.strip import Strip
from gomem_core.world.world import NotKnown, Unknown, World, unknown
from gomem_tui.explorer.app import Explorer
from gomem_tui.panes.base import HeapPane
from gomem_tui.render.arena import render_arena
from gomem_tui.render.header import render_header
from gomem_tui.render.legend import legend_lines
from gomem_tui.render.lines import Port, Scene, Selection, plain
from gomem_tui.render.pagecells import Chart
from gomem_tui.render.spans import render_spans
from gomem_tui.settings.keys import STANDARD
from tests.core.test_diff import played
from tests.core.test_still import still_of
from tests.madeup import PROFILE, made_up
from tests.poor import DOUBTS, LACKS, NO_CACHES, NO_LISTS, NO_SUMS, poor
from tests.tui.screen import text_of

WORLD: Final = poor()
ACCOUNT: Final = Account(WORLD, WORLD.objects)
SIZES: Final = [(80, 24), (120, 40), (200, 60)]
SMALL: Final = next(info for info in WORLD.spans.rows() if info.sizeclass == 3)


def test_what_is_unknown_is_false_and_has_a_sentence() -> None:
    assert not Unknown("why")
    assert unknown(WORLD, "spans", "slots") == ""
    assert unknown(WORLD, "spans", "lists", "caches") == NO_LISTS.why
    with pytest.raises(NotKnown, match=NO_SUMS.why):
        WORLD.sums.mem_stats()
    with pytest.raises(AttributeError):
        Unknown("why").__array__  # noqa: B018 -- what Python asks by itself is no question to a heap


@pytest.mark.parametrize(
    ("line", "why"),
    [
        *(("show stats", NO_SUMS), ("show mcentral", NO_LISTS), ("show mcache", NO_CACHES), ("show free", NO_LISTS)),
    ],
)
def test_a_command_that_asks_for_what_is_not_known_says_so(line: str, why: Unknown) -> None:
    outcome = Console(True, Strip([WORLD])).submit(line)
    assert outcome.error is not None
    assert outcome.error.message == why.why


@pytest.mark.parametrize("world", [ClassicEngine().world, made_up(), still_of(played(["alloc 48"])), WORLD])
def test_every_world_answers_for_every_fact(world: World) -> None:
    doubts = {fact: world.doubt(fact) for fact in Fact}
    assert all(sentence == "" or (len(sentence) > 10 and sentence[-1] != ".") for sentence in doubts.values())
    for info in world.spans.rows():
        for field, fact in SPAN_FACTS.items():
            if getattr(info, field) is None:
                assert doubts[fact], field


def test_every_field_of_a_span_has_its_fact() -> None:
    assert {*SPAN_FACTS} == {*SpanInfo._fields}
    assert all(DOUBTS[fact] for name, fact in SPAN_FACTS.items() if name in LACKS)


def test_spans_are_drawn_with_question_marks_and_never_with_zeros() -> None:
    order = SpanOrder(WORLD, lambda: ACCOUNT)
    for width in (59, 80, 120):
        title, _, *rows = map(plain, render_spans(WORLD, order, Port(width, 20), Scene(Selection(SMALL.base))))
        assert "waits" not in title
        row = next(row for row in rows if f"{SMALL.base:x}" in row)
        assert re.search(rf"≈{SMALL.elemsize} ", row)
        assert re.search(r" \?", row)
        assert "None" not in "".join(rows)
    order.arrange("sweepgen", True)
    assert len(order.rows(0, 10)) == 10


def test_the_map_says_what_it_does_not_know() -> None:
    for lens in ("list", "swept"):
        lines = "\n".join(map(plain, render_arena(WORLD, Port(80, 24), Scene(), Chart(lens, 0))))
        assert "?" in lines
        assert not re.search(r"[sNEPpFf~](?=▒)", lines.partition("\n")[2].partition(" ▸")[0])
    assert any("not known of this heap" in plain(line) for line in legend_lines(STANDARD, PROFILE, "swept", 80))


def test_the_header_has_no_figures_that_it_does_not_know() -> None:
    line = plain(render_header(WORLD, (0, 0, 0), "x", 120))
    assert "heap_live ?" in line
    assert " P " not in line
    assert "GC" not in line


def test_show_and_json_say_so_too() -> None:
    rows = dict(show_one.show_span(SMALL.base, with_sums(), WORLD.objects).table.rows)  # type: ignore[union-attr, arg-type]
    for field in ("list", "needzero", "given back", "mspan struct", "freeindex", "sweepgen", "cached by"):
        assert rows[field] in {f"? {sentence}" for sentence in DOUBTS.values()}, field
    data = span_data(SMALL)
    nulls = {name for name, value in data.items() if value is None}
    assert nulls >= {"freeindex", "sweepgen", "swept", "cached_by", "list", "needzero", "npreleased", "ptr"}


def test_a_filter_finds_what_is_not_known_by_its_sign_only() -> None:
    for text, expected in (("list:nonempty", False), ("?waits", False), ("pages>0", True)):
        test = read_filter(text, lambda: ACCOUNT) if text[0] != "?" else None
        if test is not None:
            assert test(SMALL) is expected, text


def with_sums() -> World:
    """The same heap, with figures of the heap itself: what `show span` names beside the span's own."""
    world = poor()
    world.sums = made_up().sums
    return world


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_pane_of_the_explorer_says_what_it_cannot_show(size: tuple[int, int]) -> None:
    app = Explorer(Console(True, Strip([WORLD])))
    far = HeapPane.FAR
    async with app.run_test(size=size) as pilot:
        for number in "12345789w":
            why = {"4": NO_LISTS.why, "5": NO_CACHES.why, "7": NO_SUMS.why}.get(number, "")
            await pilot.press(number)
            await pilot.press("down", "right", "pagedown", "end", "home", "up")
            pane = app.stage.pane
            assert pane.unknown == why
            text = " ".join(pane.text().split())
            assert not why or f"? {why}" in text, number
            assert "None" not in text
            if not why:
                pane.move(far)
                pane.move(-far)
        await pilot.click(f"#{app.stage.pane.id}")
        assert any("poor" in row or "a still of step 0" in row for row in text_of(app.screen))
