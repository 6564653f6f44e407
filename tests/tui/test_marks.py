"""What the last step changed is marked in every pane: every line that differs from before carries a glyph that says so.

Each case is a heap and one more command.  The lines that differ from those before, and stand unmarked, are told with a reason.
"""

import re

import pytest

from gomem_tui.panes.model import Model
from tests.tui.test_model import Panes

WIDTH, HEIGHT = 110, 200  # all rows, one column
TITLES = {"spans": 2, "arena": 1, "bitmap": 2, "mcentral": 2, "mcache": 1, "heap": 1, "layout": 1, "objects": 2}
MARKS = "+-≠"
FREED = "alloc 48 scan as a times 200\nalloc 40000 as big\nalloc 3 as t\nlink a.1.0 a.2\ndrop a.2..a.9\ndrop big t"
CASES: dict[str, tuple[str, str]] = {
    "first object": ("", "alloc 48 scan as a"),
    "from the mcache": ("alloc 48 scan as a", "alloc 48 scan as b"),
    "with other slots of the span dead": (f"{FREED}\ngc", "alloc 48 scan as b"),
    "large": ("alloc 48", "alloc 100000 scan as big"),
    "large, the arena grows": ("alloc 48", "alloc 3M"),
    "a tiny block": ("alloc 48", "alloc 3"),
    "a tiny block shared": ("alloc 3", "alloc 5"),
    "size 0": ("alloc 48", "alloc 0"),
    "refill": ("alloc 48 times 170", "alloc 48"),
    "link": ("alloc 48 scan as a\nalloc 48 scan as b", "link a.5 b"),
    "link of what was dropped": ("alloc 48 scan as a\nalloc 48 as b\nlink a.0 b\ndrop b", "link a.1 b"),
    "unlink": ("alloc 48 scan as a\nalloc 48 as b\nlink a.0 b\ndrop b", "unlink a.0"),
    "drop": ("alloc 48 scan as a\nalloc 48 scan as b", "drop a"),
    "drop a tiny one": ("alloc 3 as a\nalloc 5 as b", "drop a"),
    "flush": ("alloc 48 scan as a times 20\nalloc 16\nalloc 3", "flush"),
    "more Ps": ("alloc 48", "procs 3"),
    "fewer Ps": ("alloc 48\nprocs 3\np 2\nalloc 48\nalloc 3", "procs 1"),
    "another P": ("alloc 48\nprocs 2", "p 1"),
    "mark": (FREED, "gc mark"),
    "sweep some": (f"{FREED}\ngc mark", "gc sweep 1"),
    "sweep others": (f"{FREED}\ngc mark\ngc sweep 1", "gc sweep 1"),
    "sweep the rest": (f"{FREED}\ngc mark", "gc sweep"),
    "collect": (FREED, "gc"),
    "collect again": (f"{FREED}\ngc\ndrop a.20..a.30", "gc"),
    "give back": (f"{FREED}\ngc", "freeos"),
    "give back again": ("alloc 300K as x\nalloc 8 as y\nalloc 300K as z\ndrop x\nfreeos\ndrop z\ngc", "freeos"),
    "pacing": ("alloc 48", "gogc 50"),
    "pacing off": ("alloc 48", "gogc off"),
    "merge": ("alloc 40000 as a\nalloc 40000 as b\nalloc 40000 as c\ndrop a b", "gc"),
    "churn": ("alloc 48", "churn 300 sizes web seed 3"),
    "memstats": ("alloc 48\nalloc 3", "memstats"),
}
# What may differ unmarked: (panes, what such a line contains, why).
EXCEPTIONS = [
    (("heap",), "heap_live ", "the sparkline is a clock: each step adds a cell to it"),
    (("spans", "arena"), "~ waits", "a mark lets every span wait: ~ says so, and marks on all of them would say nothing"),
    (("layout",), "├", "shows what is selected, and the selection follows the object"),
    (("arena",), "", "a picture of pages: the cell at which a span begins carries the mark, not the row"),
    (("mcache",), "nothing cached", "stands below the P, which is marked"),
    (("mcache",), " cls ", "the same: headings"),
    (("mcentral",), "not asked yet", "speaks of the class that is selected, which follows the object"),
    (("mcentral",), "→", "the chains of the class that is selected, which follows the object"),
    (
        ("spans",),
        " 16 noscan",
        "in a difference: where a tiny block took one more, only the waste differs; mcache and Objects mark it",
    ),
]


def drawn(panes: Panes) -> dict[str, list[str]]:
    """All lines of each pane, but for titles, headings and legends, which stay."""
    found: dict[str, list[str]] = {}
    for pane in panes.panes:
        if pane.id in TITLES:
            lines = pane.draw(WIDTH, HEIGHT)
            texts = ["".join(text for text, _ in line).rstrip() for line in lines[TITLES[pane.id] :]]
            about = next((y for y, text in enumerate(texts) if pane.id == "objects" and text.startswith(" ▸ ")), None)
            found[pane.id] = texts[:about]  # below its rows Objects speaks of what is selected, which follows the object
    return found


def unmarked(name: str, comparing: bool = False) -> list[tuple[str, str]]:
    """(pane, line) of lines that are there only after the step, with the same things selected, and carry no mark."""
    before, command = CASES[name]
    panes, old = Panes(before), Panes(before)
    model, steps = panes.model, len(panes.model.session.steps)
    for one in (model, old.model):
        one.goto(steps)
        one.arrived()
    for line in (command, f"diff {steps}") if comparing else (command,):
        outcome = model.submit(line)
        assert outcome.ok, line
        model.arrived(outcome)
    selected = model.scene.selection
    if old.model.world.spans.at(selected.addr) is not None:
        old.model.select(selected.addr)
    plain = drawn(old)
    was, now = (m.world.spans.at(selected.addr) for m in (old.model, model))
    if was is None or now is None or was.elemsize != now.elemsize or not now.elemsize:
        del plain["bitmap"]  # the bits of another span
    bare = {pane: set(map(without_marks, lines)) for pane, lines in plain.items()}
    return [
        (pane, line)
        for pane, lines in drawn(panes).items()
        for line in lines
        if pane in plain and line and without_marks(line) not in bare[pane] and not marked(line)
    ]


def without_marks(line: str) -> str:
    """The line as it would be unmarked.

    Of two things a step changes all there are, and marks would say nothing: an m stands beside what a collection reached, until
    it is swept, and a collection that sweeps everything gives each span the next sweepgen.
    """
    bare = "".join(" " if char in MARKS or char == "▸" else char for char in line)  # another row may be selected
    return re.sub(r"\d+ swept", "swept", bare.replace("●m", "●")).rstrip()


def marked(line: str) -> bool:
    """Whether the line carries a mark: in its first cells, or right before a figure or a slot in it."""
    return re.search(r"(^|[ ▸▏])[+≠-]\S?", line) is not None


def excused(pane: str, line: str) -> bool:
    return any(pane in panes and part in line for panes, part, _ in EXCEPTIONS)


@pytest.mark.parametrize("name", CASES)
def test_every_line_that_the_step_changed_is_marked(name: str) -> None:
    assert [one for one in unmarked(name) if not excused(*one)] == []


@pytest.mark.parametrize("name", CASES)
def test_every_line_that_differs_from_another_moment_is_marked(name: str) -> None:
    assert [one for one in unmarked(name, comparing=True) if not excused(*one)] == []


@pytest.mark.parametrize("name", CASES)
def test_marks_are_the_same_on_the_way_back(name: str) -> None:
    before, command = CASES[name]
    panes = Panes(f"{before}\n{command}\nalloc 64 as later\ngc".lstrip("\n"))
    model: Model = panes.model
    steps = len(model.session.steps)
    for step in range(1, steps - 1):
        model.goto(step)
    model.arrived()
    there = drawn(panes)
    scene = model.scene
    model.goto(steps)
    model.arrived()
    for step in range(steps - 1, steps - 3, -1):
        model.goto(step)
    model.arrived()
    model.select(scene.selection.addr)
    assert (model.scene.touched, model.scene.before, model.scene.last) == (scene.touched, scene.before, scene.last)
    assert drawn(panes) == there


def test_nothing_is_marked_where_nothing_changed() -> None:
    """A command that only looks."""
    panes = Panes("alloc 48 scan as a\nalloc 64\nshow spans")
    panes.model.goto(3)
    panes.model.arrived()
    assert not [(pane, line) for pane, lines in drawn(panes).items() for line in lines if line[1:2] in MARKS and line[1:2]]


# --- What the marks are ---------------------------------------------------------------------------------------------------


def after(script: str, *typed: str) -> Panes:
    """The panes after a script and what was typed then."""
    panes = Panes(script)
    panes.model.goto(len(panes.model.session.steps))
    for line in typed:
        outcome = panes.model.submit(line)
        assert outcome.ok, line
        panes.model.arrived(outcome)
    return panes


def lines_of(panes: Panes, name: str, width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    pane = next(pane for pane in panes.panes if pane.id == name)
    return ["".join(text for text, _ in line).rstrip() for line in pane.draw(width, height)]


def row_of(lines: list[str], word: str) -> str:
    """The one line that has the word."""
    below = next((y for y, line in enumerate(lines) if line.startswith(" ▸ ")), None)  # there Objects speaks of the selected one
    (found,) = [line for line in lines[:below] if word in line.split()]
    return found


SWEPT = "alloc 48 as a\nalloc 48 as b\nalloc 48 as c\ndrop a\ngc\ndrop b"


def test_objects_that_a_sweep_frees_are_gone_and_those_freed_before_are_not() -> None:
    died = lines_of(after(SWEPT, "gc mark"), "objects")
    assert row_of(died, "b").startswith(" ≠ ✗")
    freed = lines_of(after(SWEPT, "gc mark", "gc sweep"), "objects")
    assert row_of(freed, "b").startswith(" - ·")
    assert row_of(freed, "a").startswith("   ·")
    assert row_of(freed, "c")[1] == " "


def test_a_drop_marks_the_object_and_its_slot() -> None:
    panes = after("alloc 48 scan as a\nalloc 48 scan as b", "drop a")
    assert row_of(lines_of(panes, "objects"), "a")[1:4] == "- †"
    assert "+0● †a" in " ".join(lines_of(panes, "bitmap"))


def test_only_the_word_in_which_a_pointer_was_stored_is_marked() -> None:
    bitmap = lines_of(after("alloc 64 scan as a\nalloc 64 scan as b", "link a.5 b"), "bitmap")
    assert [line[1] for line in bitmap[2:6]] == [" ", "+", " ", " "]


def test_pages_given_back_are_marked_once() -> None:
    script = "alloc 300K as x\nalloc 8 as y\nalloc 300K as z\ndrop x\nfreeos\ndrop z"
    panes = after(script, "gc", "freeos")
    given = [line for line in lines_of(panes, "spans") if "given back" in line]
    assert [line[1] for line in given] == [" ", "+"]  # x's pages were given back before, z's and all behind them only now


@pytest.mark.parametrize(
    ("width", "told"), [(59, "≠█ requested +3.0K"), (80, "≠█ requested +48 B→3.0K"), (200, "≠█ requested .* was 48")]
)
def test_a_difference_tells_what_figures_were_where_there_is_room(width: int, told: str) -> None:
    panes = after("alloc 48", "alloc 1000 times 3", "diff 1")
    heap = "\n".join(lines_of(panes, "heap", width, 40))
    assert re.search(told, heap)
    assert "+ new  - gone  ≠ changed" in heap.partition("\n")[0]


def test_a_difference_marks_what_grew_and_the_p_that_is_new() -> None:
    panes = after("alloc 48", "alloc 3M", "procs 2", "diff 1")
    layout = lines_of(panes, "layout")
    assert [line[1] for line in layout if " arena " in line or " globals " in line] == ["≠", " "]
    assert [line[0] for line in lines_of(panes, "mcache") if line[1:3] in ("● ", "○ ")] == [" ", "+"]


def test_a_difference_tells_objects_born_dropped_and_linked() -> None:
    panes = after("alloc 48 scan as a\nalloc 48 scan as b\nalloc 64 as c", "drop b", "link a.0 c", "alloc 96 as d", "diff 3")
    objects = lines_of(panes, "objects")
    assert {word: row_of(objects[:6], word)[1] for word in "abcd"} == {"a": "≠", "b": "-", "c": " ", "d": "+"}


def test_halfway_the_step_before_is_marked_no_more() -> None:
    panes = after("alloc 48 as a\nalloc 100000 as b")
    panes.model.goto(1, 2)
    panes.model.arrived()
    assert row_of(lines_of(panes, "objects"), "a")[1] == " "


def test_after_a_long_way_the_marks_are_those_of_the_last_step() -> None:
    """Steps that are only passed on the way tell no sums; the one at which the way ends does."""
    script = "\n".join([*[f"alloc 48 as a{n}\ndrop a{n}" for n in range(400)], "gc", "alloc 100000", "alloc 48"])
    panes = Panes(script)
    for step in (802, 803, 500, 802):
        panes.model.goto(step)
        panes.model.arrived()
        before = panes.model.scene.before
        assert before is not None
        if step == 802:
            assert before.nserved_large == 0
            assert panes.model.world.sums.stats.nserved_large == 1
