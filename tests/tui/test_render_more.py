"""The panes mcache, Heap, Layout and Objects: they fill any port, and look as pictured."""

import re
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.queries.account import Account
from gomem_core.queries.advicefigures import Advice
from gomem_core.queries.advise import advise
from gomem_core.queries.figures import figures
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.queries.shares import Balance, Held, Share
from gomem_core.session.trail import GC, GROW
from gomem_core.world.records import Region
from gomem_tui.render import heap_parts
from gomem_tui.render.advise import render_advise
from gomem_tui.render.compared import Compared
from gomem_tui.render.header import render_header
from gomem_tui.render.heap import plan, render_heap, wasteful
from gomem_tui.render.layout import render_layout
from gomem_tui.render.lines import Line, Port, Scene, plain, shown_rows
from gomem_tui.render.mcache import mcache_rows, render_mcache
from gomem_tui.render.objects import Rows, object_rows, render_objects
from gomem_tui.render.scrub import Track, render_scrub, step_at
from gomem_tui.render.words import clip, join_fitting
from tests.tui.golden import SIZES, STATES, check_picture
from tests.tui.states import SCRIPTS, State, state
from tests.tui.test_render_properties import PORTS, fits
from tests.versions import ANY_VERSION

LINKED = (
    "alloc 48 scan as a\nalloc 48 scan as b\nalloc 64 as c\nlink a.0 b\nlink b.2 c\ndrop b c\n"
    "alloc 5 as t\nalloc 5 as u\ndrop t\nalloc 32 as g\ndrop g\ngc mark\nalloc 32 as d\ndrop d\nalloc 0 as z"
)


def account(s: State) -> Account:
    return Account(s.session.world, s.session.objects)


def draw_heap(s: State, port: Port, scene: Scene, lived: Sequence[int]) -> list[Line]:
    return render_heap(s.session.world, port, scene, account(s), lived)


def draw_objects(s: State, port: Port, selected: int) -> list[Line]:
    order = ObjectOrder(s.session.world, s.session.objects)
    return render_objects(s.session.world, port, s.scene, Rows(s.session.objects, order, s.session.history, selected))


@cache
def advice(name: str, version: str) -> Advice:
    return advise(state(name, version).session.world)


PANES: dict[str, Callable[[State, Port], list[Line]]] = {
    "mcache": lambda s, port: render_mcache(s.session.world, port, s.scene),
    "heap": lambda s, port: draw_heap(s, port, s.scene, [0, 8192, 30000, 20000, s.session.world.sums.stats.heap_live]),
    "layout": lambda s, port: render_layout(s.session.world, port, s.scene, s.session.objects),
    "objects": lambda s, port: draw_objects(s, port, 0),
    "advise": lambda s, port: render_advise(advise(s.session.world), port, 0, False, "enter shows its spans"),
}


@pytest.mark.parametrize("name", SCRIPTS)
@given(
    port=PORTS,
    page=st.integers(-1, 1 << 26),
    offset=st.integers(0, 8191),
    spanclass=st.integers(0, 133),
    lived=st.lists(st.integers(0, 1 << 40), max_size=300),
    selected=st.integers(-1, 3000),
    version=ANY_VERSION,
)
def test_every_pane_fills_its_port_exactly(
    name: str, port: Port, page: int, offset: int, spanclass: int, lived: list[int], selected: int, version: str
) -> None:
    s = state(name, version)
    scene = s.selecting(s.session.world.extents.arenas.start + page * 8192 + offset, spanclass)
    fits(render_mcache(s.session.world, port, scene), port)
    fits(draw_heap(s, port, scene, lived), port)
    fits(render_layout(s.session.world, port, scene, s.session.objects), port)
    fits(draw_objects(s, port, selected), port)
    fits(render_advise(advice(name, version), port, selected, selected < 0), port)


@given(port=PORTS, selected=st.integers(-1, 9), version=ANY_VERSION)
def test_objects_of_every_fate_fill_it_too(port: Port, selected: int, version: str) -> None:
    fits(draw_objects(State(LINKED, version), port, selected), port)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("pane", PANES)
def test_pane(pane: str, name: str, size: tuple[int, int]) -> None:
    check_picture(PANES[pane](state(name), Port(*size, active=True)), pane, name, size)


# --- What they must show ------------------------------------------------------------------------------------------------


def texts(lines: list[Line]) -> str:
    return "\n".join(plain(line).rstrip() for line in lines)


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("size", [(60, 5), (60, 7), (60, 12), (60, 16), (80, 24), (109, 50), (110, 28), (120, 40), (200, 60)])
def test_the_plan_tells_where_the_wasteful_classes_are(name: str, size: tuple[int, int]) -> None:
    s = state(name)
    chosen = plan(*size)
    lines = draw_heap(s, Port(*size), s.scene, [1])
    classes = wasteful(account(s))
    assert plain(lines[chosen.waste - 1]).startswith("  cls   size kind")
    for i, (spanclass, _) in enumerate(classes[: chosen.rows]):
        number = plain(lines[chosen.waste + i])[2:5].strip()
        assert number == (str(spanclass >> 1) if spanclass > 1 else "L")
    assert chosen.waste + chosen.rows <= size[1]
    assert chosen.rows >= 1


@given(parts=st.lists(st.integers(0, 1 << 40), min_size=8, max_size=8).filter(any), width=st.integers(10, 300))
def test_the_stacked_bar_shows_all_that_is_there(parts: list[int], width: int) -> None:
    empty = state("empty").session
    now = figures(empty.world, empty.account)._replace(balance=Balance(*parts))
    bar = heap_parts.stacked(Compared(Scene(), now), width)
    assert sum(len(text) for text, _ in bar) == width - 1
    assert all(bool(text) == bool(n) for (text, _), n in zip(bar[1:], parts, strict=True))


@pytest.mark.parametrize("size", [(60, 14), (80, 24), (120, 40), (200, 60)])
def test_a_fragmented_class_stands_first_and_says_how_few_spans_would_do(size: tuple[int, int]) -> None:
    s = State("alloc 512 as x times 4000\nalloc 33 times 9\ndrop x.2..x.2000 x.2002..x.3999\ngc")
    lines = [plain(line) for line in draw_heap(s, Port(*size), s.scene, [1])]
    row = lines[plan(*size).waste]
    assert row[2:].split()[:3] == ["25", "512", "noscan"]
    assert "22.5K" in row, "24 KB less 3 × 512 bytes are free slots"
    assert "3→1" in row
    headings = lines[plan(*size).waste - 1]
    assert "slot waste" in headings
    assert "free slots" in headings
    if size[0] >= 80:
        assert "25: 3 objects in 3 spans; 1 would hold them" in lines[0]


def test_columns_of_the_wasteful_do_not_touch() -> None:
    """1082 spans would hold what 1083 do, and each number has a blank before it."""
    share, scene = Share(9_000 * 64, 294_605, 0, 0, 0), state("mid-gc").scene  # 287.7K are wasted
    for spans, needed, told in ((1083, 1082, "1083→1082"), (10_083, 10_082, "10k→10k"), (1_200_000, 900, "1M→900")):
        row = plain(heap_parts.waste_row(12, share, Held(spans, 9_000, needed, 0, 64), scene, False, 80))
        assert row.endswith(f" {told}")


def test_at_its_smallest_the_account_is_whole() -> None:
    text = texts(draw_heap(state("mid-gc"), Port(60, 12), state("mid-gc").scene, [5]))
    assert all(name in text for _, name, _ in heap_parts.PARTS)
    assert all(word in text for word in ("= arena", "trigger", "goal", "GOGC"))


def test_tiny_blocks_are_shown_byte_by_byte() -> None:
    text = texts(render_mcache(state("many Ps").session.world, Port(80, 24), state("many Ps").scene))
    assert "▓▓▓▓▓···········" in text
    assert "P2 allocates now" in text


@pytest.mark.parametrize("width", [60, 78, 80])
def test_free_slots_of_the_smallest_slots_fit_their_column(width: int) -> None:
    s = State("alloc 8 scan\nalloc 48")
    (row,) = [plain(line) for line in render_mcache(s.session.world, Port(width, 24), s.scene) if "/1024" in plain(line)]
    assert " 1023/1024 " in f"{row} "


def test_a_full_span_has_no_slot_free() -> None:
    assert " 0/8\n" in texts(render_mcache(State("alloc 1024 times 8").session.world, Port(80, 24), Scene()))


def test_both_groups_show_every_cached_span() -> None:
    world = state("churned").session.world
    cached = sorted(base for cache in world.caches.mcaches() for _, base, _ in cache.cached)
    for width in (60, 80, 200):
        rows = mcache_rows(world, width)
        assert sorted(one.base for row in rows for one in row.spans if one is not None) == cached


def test_the_layout_links_three_regions() -> None:
    s = State("alloc 48 scan times 171 as x")
    start = s.session.world.extents.arenas.start
    lines = render_layout(s.session.world, Port(80, 24), s.selecting(start + 8192), s.session.objects)
    marked = [plain(line).split()[:2] for line in lines if plain(line).startswith("▸")]
    assert [int(at, 16) for at in (words[-1] if words[0] == "▸" else words[1] for words in marked)] == [
        start + 8192,
        start - 1 - 256,
        0xC000000008,
    ]


@pytest.mark.parametrize("width", [59, 60, 77, 78, 120])
def test_a_long_name_of_a_region_leaves_its_size_alone(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    s = State("alloc 48")
    extents = s.session.world.extents
    low, high = 0x7F0000000000, 0x7F0000002000
    regions = [Region("vvar_vclock_and_more", low, high, low, high, "", ""), *extents.layout()]
    monkeypatch.setattr(type(extents), "layout", lambda _: regions)
    lines = render_layout(s.session.world, Port(width, 24), s.scene, s.session.objects)
    (row,) = [row for row in map(plain, lines) if "vvar" in row]
    assert row.split()[-1] == "8.0K"
    assert row.split()[-2].startswith("vvar_vcl")


def test_the_layout_goes_from_high_to_low() -> None:
    s = state("churned")
    lines = render_layout(
        s.session.world, Port(60, 40), s.selecting(s.session.world.extents.arenas.start + 8192), s.session.objects
    )
    found = [plain(line)[2:15].strip() for line in lines[1:]]
    addresses = [int(text, 16) for text in found if text and all(c in "0123456789abcdef" for c in text)]
    assert len(addresses) > 10
    assert addresses == sorted(addresses, reverse=True)


def test_objects_tell_what_keeps_them_alive() -> None:
    s = State(LINKED)
    port = Port(60, 20)
    for selected, words in (
        (2, "root a → b → c"),
        (3, "u shares its tiny block"),
        (5, "swept"),
        (6, "next collection"),
        (0, ".0 → b"),
    ):
        assert words in texts(draw_objects(s, port, selected)[-3:])
    table = texts(draw_objects(s, port, -1))
    for words in ("◐ c", "kept by b", "† d", "unreachable", "● a", "∅ z"):
        assert words in table


def test_only_rows_on_screen_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    s = State("alloc 48 times 5000")
    looked: list[int] = []
    info = s.session.objects.info
    monkeypatch.setattr(s.session.objects, "info", lambda oid: looked.append(oid) or info(oid))  # type: ignore[func-returns-value]
    draw_objects(s, Port(80, 24, top=1000), 7)
    assert len(set(looked)) <= object_rows(24) + 1


@given(text=st.text(alphabet="ab ,", max_size=40), width=st.integers(0, 30))
def test_clip_never_cuts_inside_a_word(text: str, width: int) -> None:
    cut = clip(text, width)
    assert len(cut) <= width
    first = text.split(" ", maxsplit=1)[0]
    if cut != text and len(first) + 2 <= width and cut.endswith(" …"):
        assert text.startswith(cut[:-2])


def test_parts_that_do_not_fit_are_left_out() -> None:
    assert join_fitting(["one", "two", "three"], 9) == "one  two"
    assert join_fitting(["one"], 2) == ""


def test_the_scrub_bar_tells_what_was_done_from_what_waits() -> None:
    """Three cells from step to step; the last step that was done ends the line, and a dashed one begins."""

    def bar(step: int, done: int) -> str:
        return plain(render_scrub(Track(step, 0, 3, bytes(done + 1), {}), 17)).strip()

    assert bar(0, 0) == "●╌╌╌╌╌╌╌╌╌"
    assert bar(1, 2) == "━━━●───╌╌╌"
    assert bar(1, 3) == "━━━●──────"
    assert bar(3, 3) == "━━━━━━━━━●"


def test_a_short_pane_keeps_two_wasteful_classes_and_the_account() -> None:
    for width, height in ((80, 7), (80, 10), (59, 7), (59, 10), (59, 13)):
        s = state("mid-gc")
        text = texts(draw_heap(s, Port(width, height), s.scene, [5]))
        assert "= arena" in text
        assert len(re.findall(r"^.{2} +(?:L|\d+) +\w+ +(?:no)?scan ", text, re.MULTILINE)) == 2


def test_where_four_panes_are_shown_heap_tells_who_served_and_what_is_free() -> None:
    s = state("mid-gc")
    text = texts(draw_heap(s, Port(59, 13), s.scene, [5]))
    stats = s.session.world.sums.stats
    for words in (f"mcache {stats.nserved_mcache}", f"OS {stats.nserved_os}", "locks", "OS calls", "free spans 125 pages ×1"):
        assert words in text
    assert all(name in text for name in ("heap_sys", "heap_inuse", "heap_idle"))


def test_large_free_spans_have_a_row_for_each_length() -> None:
    s = State("alloc 2M as a\nalloc 2M\nalloc 2M as b\nalloc 2M\nalloc 3M as c\nalloc 1M\ndrop a b c\ngc")
    text = texts(draw_heap(s, Port(120, 60), s.scene, [5]))
    rows = [(int(n), int(count)) for n, count in re.findall(r"large, (\d+) pages +(\d+)", text)]
    assert rows == [(256, 2), (384, 1)]  # a and b, and c


def test_an_empty_heap_has_no_history() -> None:
    assert "a line grows here" in plain(heap_parts.sparkline([0], 80))
    assert plain(heap_parts.sparkline([0, 8192], 80)).endswith("at most 8.0K, steps: 1")


def test_the_layout_keeps_the_selected_place_on_a_small_terminal() -> None:
    s = state("one span")
    lines = [plain(line) for line in render_layout(s.session.world, Port(80, 10), s.scene, s.session.objects)]
    assert "bars: log scale" in lines[0]
    assert sum(line.startswith("▸") for line in lines) == 3  # the object, its bitmap byte, its span's entry
    for name in ("env, args", "stack", "arena", "bitmap", "spans", "globals"):  # the lowest has no room
        assert any(f" {name} " in line for line in lines)


@pytest.mark.parametrize("width", [59, 66, 80, 120])
def test_objects_tell_which_step_made_them(width: int) -> None:
    s = State("alloc 8 scan as other\nalloc 48 scan as holder\nlink holder.0 other\nlink holder.1 other")
    rows = texts(draw_objects(s, Port(width, 20), -1)).splitlines()
    assert rows[2].split("rooted")[1].split()[:2] == (["2", "2"] if width >= 66 else ["2"])
    assert ("1 alloc 8 scan as other" in rows[3]) == (width >= 96)


def test_rows_out_of_sight_are_told() -> None:
    s = State("alloc 48 times 40")
    assert "rows 6–10 of 40" in texts(draw_objects(s, Port(80, 10, top=5), -1))
    assert "rows" not in texts(draw_objects(s, Port(80, 60), -1))
    assert shown_rows(1, 9, 9) == ""
    assert shown_rows(3, 7, 9) == "rows 3–7 of 9"


def test_a_flag_hides_nothing_where_there_is_room() -> None:
    did = bytes([0, GROW, 0, GC, 0])
    assert plain(render_scrub(Track(4, 0, 4, did, {"grown": 1, "plain": 2}), 40)).strip() == "━━━━▲⚑━━⚑━━━◆━━━●"
    many = bytes([GROW, *[0] * 99])
    (flag,) = [token for text, token in render_scrub(Track(99, 0, 99, many, {"start": 0}), 60) if text == "⚑"]
    assert flag == "top"  # the colour of growth


@pytest.mark.parametrize(
    ("width", "words"), [(80, "go1.10"), (80, "1 P"), (80, "in future2"), (60, "in future2"), (120, "▏ GCs 0")]
)
def test_the_header_tells_the_future_and_the_version(width: int, words: str) -> None:
    line = plain(render_header(state("one span").session.world, (1, 0, 9), "", width, branch="future2"))
    assert words in line
    assert len(line) == width


@pytest.mark.parametrize("version", ["1.10", "1.21", "1.27"])
@pytest.mark.parametrize("load", ["", "alloc 10000", "alloc 100K", "alloc 1000M times 3\ngc\nalloc 999M"])
def test_at_80_columns_the_gauge_stays_beside_figures_and_a_name(version: str, load: str) -> None:
    """How many Ps there are goes first, and then what the program is called."""
    world = State(load, version).session.world
    line = plain(render_header(world, (12, 3, 27), "Who has a slot?", 80))
    assert re.search(r"step 12.3/27  heap_live \S+( B)? GC at \S+ ▕.{4,8}▏ GCs \d ", line)
    assert "Who has" in line
    assert "1 P" not in line
    wide = plain(render_header(world, (12, 3, 27), "Who has a slot?", 120))
    assert re.match(r" gomem go\S+  1 P  step .*▕.{8}▏ GCs \d .*Who has a slot\?", wide)


@pytest.mark.parametrize("name", ["one span", "mid-gc", "many Ps"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_header_tells_that_a_session_is_read_only(name: str, width: int) -> None:
    world = state(name).session.world
    line = plain(render_header(world, (100, 20, 900), "a long title of it", width, read_only=True))
    assert " read-only " in line
    assert f" GCs {world.sums.stats.numgc}" in line
    assert len(line) == width
    assert "read-only" not in plain(render_header(world, (1, 0, 9), "", width))


@pytest.mark.parametrize(("total", "width"), [(1, 60), (3, 80), (27, 80), (77, 80), (78, 80), (1000, 60), (100_000, 120)])
def test_a_column_of_the_scrub_bar_leads_to_where_the_sign_of_the_place_stands_then(total: int, width: int) -> None:
    def sign(step: int) -> int:
        return plain(render_scrub(Track(step, 0, total, bytes(total + 1), {}), width)).index("●")

    columns = {sign(step) for step in range(0, total + 1, max(1, total // 500))}
    for x in columns:
        step = step_at(total, width, x)
        assert step is not None
        assert sign(step) == x
        assert step == 0 or sign(step - 1) < x  # the first of those that share the column
    assert step_at(total, width, max(columns)) == total
    assert [step_at(total, width, x) for x in (0, width - 1)] == [None, None]
    assert step_at(0, width, 1) is None
