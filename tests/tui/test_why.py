"""Why: narration, expectations, halfway, differences, answers."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gomem_core.files.script import read_script
from gomem_core.go import events
from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.versions import GO_1_10
from gomem_core.queries.difference import Difference
from gomem_core.queries.difference_sections import GLYPHS, Fate
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.report import Result
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_core.world.changes import Touched
from gomem_tui.render.arena import render_arena
from gomem_tui.render.ladder import ladder_so_far
from gomem_tui.render.layout import render_layout
from gomem_tui.render.lines import Line, Port, Scene, Selection, plain
from gomem_tui.render.mcache import render_mcache
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.render.sentences import COUNTED, tell
from gomem_tui.render.spans import render_spans
from gomem_tui.render.why import Story, render_why, standing_at, why_length, why_text
from tests.tui.golden import SIZES, check_picture
from tests.tui.states import state
from tests.tui.test_render_properties import PORTS, fits
from tests.versions import ANY_VERSION, profile_of

LESSON = """alloc 48 scan as a
say ## Who serves it?
say The **mcache** has no span of `class 4` noscan yet, so it asks *mcentral*, which has none either.
say
say - watch pane 4
say - then read [malloc.go](https://go.dev/src/runtime/malloc.go)
# and a note
alloc 48 as b
expect spans 5
expect served mcache
say That was **all**.
pause
mark m
alloc 48 times 200
drop a
gc
alloc 40000 as x
alloc 12 scan
expect error words
"""


def desk_at(step: int, event: int = 0, version: str = "1.10") -> Console:
    desk = Console(narrate=True, opened=read_script("lesson", f"go {version}\n{LESSON}", "lesson"))
    desk.session.goto(step, event)
    return desk


def story_at(step: int, event: int = 0, version: str = "1.10") -> Story:
    desk = desk_at(step, event, version)
    return Story(desk.session.outcome, desk.unmet(desk.session.outcome), profile=profile_of(version))


def difference(here: int, there: str, version: str = "1.10") -> tuple[Console, Difference]:
    desk = desk_at(7, version=version)
    desk.session.goto(here)
    assert desk.submit(f"diff {there}").ok
    assert desk.difference is not None
    return desk, desk.difference


def outcome_of(story: Story) -> Outcome:
    assert story.outcome is not None
    return story.outcome


def texts(lines: list[Line]) -> list[str]:
    return [plain(line).rstrip() for line in lines]


def told(story: Story, width: int = 80, height: int = 40) -> str:
    return "\n".join(texts(render_why(story, Port(width, height))))


STORIES: dict[str, Callable[[str], Story]] = {
    "narration": lambda version: story_at(2, 0, version),
    "halfway": lambda version: story_at(1, 5, version),
    "difference": lambda version: replace(story_at(7, 0, version), difference=difference(7, "m", version)[1]),
    "halfway log": lambda version: replace(story_at(1, 5, version), log=True),
    "answer": lambda version: replace(story_at(3, 0, version), answer=desk_at(7, version=version).submit("branch").result),
}


@cache
def story_named(name: str, version: str = "1.10") -> Story:
    return STORIES[name](version)


@pytest.mark.parametrize("size", [(80, 10), (120, 10), *SIZES], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", STORIES)
def test_story(name: str, size: tuple[int, int]) -> None:
    check_picture(render_why(story_named(name), Port(*size, active=True)), "why", name, size)


@pytest.mark.parametrize("name", STORIES)
@given(port=PORTS, version=ANY_VERSION)
def test_every_story_fits_any_port(name: str, port: Port, version: str) -> None:
    story = story_named(name, version)
    fits(render_why(story, port), port)
    assert why_length(story, port) == len(why_text(story, port))


# --- Narration, expectations --------------------------------------------------------------------------------------------


def test_narration_stands_above_the_ladder_and_notes_too() -> None:
    lines = texts(render_why(story_at(2), Port(80, 40)))
    order = [
        "Who serves it?",
        "so it asks mcentral,",
        "• watch pane 4",
        "# and a note",
        "step 2 › alloc 48 as b",
        "✗ expect",
        "1 size class",
    ]
    places = [next(i for i, line in enumerate(lines) if words in line) for words in order]
    assert places == sorted(places)


def test_what_was_not_asked_gives_way_to_what_is_said() -> None:
    desk = Console(narrate=True, opened=read_script("x", "alloc 48\nsay one\nsay\nsay two\nalloc 48", "x"))
    desk.session.goto(2)
    low, folded, high = (told(Story(desk.session.outcome), height=height) for height in (10, 11, 13))
    assert "4 mheap        not asked" in high
    assert "mcentral, mheap, OS: not asked" in folded
    assert "not asked" not in low
    assert "2 mcache     ●" in low
    assert "more lines" not in low


def test_where_there_is_room_narration_stands_beside_what_was_done() -> None:
    lines = texts(render_why(story_at(2), Port(120, 10)))[1:]
    assert lines[0].startswith(" Who serves it?")
    assert {line[40] for line in lines} == {"│"}
    assert [line[42:58] for line in lines[3:6]] == ["1 size class   4", "2 mcache       P", "3 mcentral     h"]
    assert "cached ones: 0" in lines[5]
    events = texts(render_why(story_at(1, 5), Port(120, 10)))[1:]
    assert events[4][40:74].rstrip() == "│ ▶  5 took the lock of mheap"
    assert all("│" not in line for line in texts(render_why(story_at(2), Port(120, 40))))


def test_a_long_pause_has_all_the_width() -> None:
    desk = Console(narrate=True, opened=read_script("x", "say word\nsay\n" * 9 + "pause", "x"))
    desk.session.goto(1)
    assert "│" not in told(Story(desk.session.outcome), 120, 10)


def test_unmet_expectations_say_what_was_found() -> None:
    text = told(story_at(2))
    assert "✗ expect spans 5 — found spans = 3" in text
    assert "✗ expect served mcache — found mheap" in text


def test_a_pause_is_narration_alone() -> None:
    lines = texts(render_why(story_at(3), Port(80, 20)))
    assert [line for line in lines[1:] if line] == [" That was all."]


def test_a_bare_pause_shows_itself() -> None:
    desk = Console(narrate=True)
    assert "1 › pause" in told(Story(desk.submit("pause")))
    desk.submit("expect spans 0")
    assert "1 › pause" in told(Story(desk.session.goto(1)))


def test_a_step_that_fails_shows_its_error() -> None:
    text = told(story_at(8))
    assert "✗ alloc 12 scan" in text
    assert "^" in text


def test_nothing_said_reaches_the_terminal_raw() -> None:
    desk = Console(narrate=True, opened=read_script("x", "# \x1b[31mred\nsay &#27;]0;x&#7;\nalloc 48", "x"))
    desk.session.goto(1)
    for line in render_why(Story(desk.session.outcome, [("expect \x1b", "\x9b")]), Port(80, 20)):
        assert plain(line).isprintable()


# --- Halfway ------------------------------------------------------------------------------------------------------------


def test_halfway_the_title_says_where_and_the_events_are_marked() -> None:
    story = story_at(1, 5)
    title, *lines = texts(render_why(story, Port(80, 10)))
    assert "event 5 of 12 inside: alloc 48 as b" in title
    assert [line for line in lines if "▶" in line] == [line for line in lines if line.startswith(" ▶  5 took the lock of mheap")]
    tokens = [line[1][1] for line in render_why(story, Port(80, 20))[1:13]]
    assert tokens == ["text"] * 4 + ["new"] + ["dim"] * 7


@pytest.mark.parametrize("event", range(1, 13))
@pytest.mark.parametrize("height", [2, 4, 8, 10, 40])
def test_the_event_one_stands_at_is_always_in_sight(event: int, height: int) -> None:
    shown = texts(render_why(story_at(1, event), Port(80, max(height, 4))))
    assert sum(line.startswith(f" ▶ {event:>2} ") for line in shown) == 1


def test_halfway_in_a_narrow_pane_the_title_is_cut_between_words() -> None:
    assert "event 5 of 12 …" in told(story_at(1, 5), width=30)


def test_the_ladder_goes_as_far_as_was_told() -> None:
    whole = outcome_of(story_at(1, 99)).events
    sentences = [[rung.sentence for rung in ladder_so_far(whole[:n], GO_1_10)] for n in (0, 1, 2, 4, 6)]
    assert sentences[0] == []
    assert sentences[1][1:] == ["not asked so far"] * 4
    assert sentences[2][1:] == ["P0 holds no span of this class"] + ["not asked so far"] * 3
    assert sentences[3][2].startswith("has no span with a free slot")
    assert sentences[4][4] == "not asked"
    text = told(story_at(1, 2), height=40)
    assert "4 mheap        not asked so far" in text
    assert "not asked" not in told(story_at(1, 2), height=16)


def test_the_log_marks_where_it_stands() -> None:
    story = replace(story_at(1, 5), log=True)
    lines = texts(why_text(story, Port(80, 10)))
    assert [i for i, line in enumerate(lines) if line.startswith("▶")] == [4] == [standing_at(story)]
    assert standing_at(story_at(1, 5)) == standing_at(replace(story_at(2), log=True)) == 0


# --- Sentences ------------------------------------------------------------------------------------------------------------


def every_event() -> list[events.Event]:
    kinds = [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, events.Event)]
    return [kind(*(_value(field.type) for field in fields(kind))) for kind in kinds if kind is not events.Event]


def _value(kind: object) -> object:
    return {int: 7, bool: True, str: "mheap"}[kind]  # type: ignore[index]


def test_every_event_has_a_sentence() -> None:
    sentences = [tell(event, GO_1_10) for event in every_event()]
    assert len(sentences) > 25
    assert all(text and "{" not in text for text in sentences)
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (events.ClassChosen(40, 9, 48), "40 B goes into class 4, slots of 48 B: 8 B wasted"),
        (events.ClassChosen(40000, 1, 40960), "40000 B is more than 32 KB: large, 5 pages of its own"),
        (events.McacheMiss(1, 9, 0), "P1 holds no span of this class"),
        (events.McacheMiss(1, 9, 0xC420000000), "P1's span c420000000 of this class is full"),
        (events.LockTaken("mheap", -1), "took the lock of mheap"),
        (events.LockTaken("mcentral", 9), "took the lock of the mcentral of class 4 noscan"),
        (events.GcStart(1, 5 << 20, 4 << 20), "the heap reached its trigger of 4.0M: a collection starts"),
        (events.GcStart(3, 5, 4), "a collection starts, since somebody asked for it"),
        (events.Pacing(U64_MAX, U64_MAX, 0, 0), "no collection starts by itself"),
        (events.Mapped("arena", 0xC420000000, 1 << 20), "mapped 1.0M of the region arena, from c420000000 on"),
        (events.BitsCleared(0xC420000000, 1, 255), "set the bitmap of the fresh span c420000000 to 0xff"),
        (events.SpanAlloc(0xC420000000, 1, 8, 0, 0, 1, 0), "span c420000000 of 1 page serves class 4 scan now"),
        (events.SpanAlloc(0xC420000000, 5, 1, 1, 0, 1, 0), "span c420000000 of 5 pages serves one large object now"),
        (events.SysUnused(0xC420000000, 5), "the OS has the memory of 5 pages from c420000000 on again; they stay free"),
        (events.Scavenged(8192, 16384), "gave 8.0K back to the OS, 16.0K in all"),
    ],
)
def test_sentences(event: events.Event, sentence: str) -> None:
    assert tell(event, GO_1_10) == sentence


# --- Differences, answers -------------------------------------------------------------------------------------------------


def test_a_difference_is_all_there_wherever_one_scrolls() -> None:
    found = difference(7, "m")[1]
    lines = texts(why_text(Story(None, difference=found), Port(200, 10)))
    for text in found.result.details:
        assert f" {text}".rstrip() in lines
    assert found.result.summary.split(";")[0] in lines[0]
    narrow = why_text(Story(None, difference=found), Port(60, 10))
    words = " ".join(" ".join(texts(narrow)).split())
    assert all(" ".join(text.split()) in words for text in found.result.details)
    assert all(cell_len(plain(line)) <= 60 for line in narrow)


def test_the_answer_diff_gives_is_not_told_twice() -> None:
    found = difference(7, "m")[1]
    once = why_text(Story(None, difference=found), Port(80, 10))
    assert why_text(Story(None, difference=found, answer=found.result), Port(80, 10)) == once
    assert len(why_text(Story(None, difference=found, answer=Result("other")), Port(80, 10))) == len(once) + 2


@pytest.mark.parametrize("story", [Story(), story_at(2), story_at(1, 3)], ids=["nothing", "step", "halfway"])
def test_an_answer_stands_on_top(story: Story) -> None:
    answer = Result("two futures", details=("one", "two"))
    assert texts(why_text(replace(story, answer=answer), Port(80, 20)))[:4] == ["   two futures", "   one", "   two", ""]


def test_panes_mark_what_is_new_gone_and_changed() -> None:
    desk, found = difference(7, "m")
    world = desk.session.world
    base = world.extents.arenas.start
    scene = Scene(Selection(base + 0x2000, 9), found.touched, comparing=True, fates=found.fates)
    order = SpanOrder(world, lambda: desk.session.account)
    rows = texts(render_spans(world, order, Port(80, 20), scene))
    assert "+ new" in rows[0]
    assert "≠ changed" in rows[0]
    assert [row[1] for row in rows[2:7]] == ["≠", "≠", "≠", "+", "+"]
    chart = texts(render_arena(world, Port(80, 20), scene, Chart()))
    assert chart[1][13:21:2] == "≠≠≠+"  # each stands before its page's glyph
    assert chart[1][14:22:2] == "·44▓"
    assert chart[-2].startswith(" + new  - gone  ≠ changed")
    chains = texts(render_mcentral(world, Port(80, 20), scene))
    assert chains[-2].split() == ["≠nonempty", "→", f"≠{base + 0x4000:x}", "→", "nil"]
    assert chains[2].startswith(" ≠")


def test_the_map_marks_where_spans_were_that_are_gone() -> None:
    desk, found = difference(3, "7")
    gone = [base for base, fate in found.fates.items() if fate == "gone"]
    world = desk.session.world
    assert gone == [world.extents.arenas.start + 0x6000, world.extents.arenas.start + 0x10000]
    scene = Scene(Selection(world.extents.arenas.start, 9), found.touched, comparing=True, fates=found.fates)
    cells = texts(render_arena(world, Port(80, 20), scene, Chart()))[1][13::2]
    assert [i for i, cell in enumerate(cells) if cell == "-"] == [3, 8]
    zoomed = texts(render_arena(world, Port(80, 20), scene, Chart(zoom=1)))[1].split()[1]
    assert [i for i, cell in enumerate(zoomed) if cell == "-"] == [4]  # pages 8 and 9


def test_without_a_difference_marks_are_as_ever() -> None:
    desk = desk_at(2)
    outcome = desk.session.outcome
    assert outcome is not None
    order = SpanOrder(desk.session.world, lambda: desk.session.account)
    rows = texts(render_spans(desk.session.world, order, Port(80, 20), Scene(touched=outcome.touched)))
    assert [row[1] for row in rows[2:5]] == [" ", "+", "+"]
    assert "new" not in rows[0]


@given(
    port=PORTS,
    fates=st.dictionaries(st.integers(0, 200), st.sampled_from(list(GLYPHS))),
    page=st.integers(0, 200),
    version=ANY_VERSION,
)
def test_panes_fill_any_port_in_any_difference(port: Port, fates: dict[int, Fate], page: int, version: str) -> None:
    session = state("fragmented", version).session
    world, start = session.world, session.world.extents.arenas.start
    bases = {start + number * 8192: fate for number, fate in fates.items()}
    scene = Scene(Selection(start + page * 8192, 8), Touched(set(bases)), comparing=True, fates=bases)
    order = SpanOrder(world, lambda: session.account)
    for zoom, lens in enumerate(LENSES):
        fits(render_arena(world, port, scene, Chart(lens, zoom // 2)), port)
    fits(render_spans(world, order, port, scene), port)
    fits(render_mcentral(world, port, scene), port)
    fits(render_mcache(world, port, scene), port)
    fits(render_layout(world, port, scene, session.objects), port)


def test_every_kind_of_event_has_a_name_where_it_is_counted() -> None:
    assert set(COUNTED) == {kind.kind for kind in events.Event.__subclasses__()}
