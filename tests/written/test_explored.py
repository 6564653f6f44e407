"""Every key of the explorer on worlds of which little is known: nothing ends it, and it says what is not known."""

import re

import pytest

from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_tui.explorer.app import Explorer
from gomem_tui.panes.model import Model
from gomem_tui.panes.panes import Panes
from gomem_tui.render.lines import plain
from gomem_tui.settings.keys import STANDARD
from tests.tui.screen import text_of
from tests.written.realfiles import REAL

PANES = "25790w"
KEYS = ("down", "enter", "end", "backspace", "s", "space", "b", "n", "l", "plus")


@pytest.mark.parametrize("file", ["go1.27.3-jsonrt.heap.pb.gz", "go1.27.3-lru.gctrace.txt"])
async def test_no_key_ends_it(file: str) -> None:
    app = Explorer(Console(True, open_file(REAL / file), None))
    async with app.run_test(size=(80, 24)) as pilot:
        for pane in PANES:
            await pilot.press(pane, *KEYS, "slash", "escape")
        await pilot.press("1")
        assert app.is_running
        assert "?" in "\n".join(text_of(app.screen))
        await pilot.press("7")
        told = "what its samples stand for" if "heap.pb" in file else "gc 4 at 0.023 s"
        assert told in "\n".join(text_of(app.screen))


async def test_objects_of_a_dump_by_what_they_keep() -> None:
    app = Explorer(Console(True, open_file(REAL / "go1.27.3-lru.heapdump.gz"), None))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("9", "s", "s", "s", "z")
        shown = "\n".join(text_of(app.screen))
        assert "by keeps ↓" in shown
        rows = [line for line in shown.splitlines() if "382.3K" in line]
        assert len(rows) == 1  # the list of the program's cache, which keeps nearly all
        await pilot.press("home", "enter", "0")
        assert "0 Types" in "\n".join(text_of(app.screen))


@pytest.mark.parametrize("width", [96, 110, 120, 140])
def test_the_place_of_an_object_is_not_cut(width: int) -> None:
    model = Model(Console(True, open_file(REAL / "go1.27.3-trees.heapdump.gz"), None), lambda: None)
    model.arrived()
    lines = [plain(line) for line in Panes(model, STANDARD, lambda: 80).named("objects").draw(width, 40)]
    assert lines[1].rstrip().endswith(" place")
    at = lines[1].index("place")
    rows = [(line[lines[1].index("address") :].split()[0], line[at:].rstrip()) for line in lines[2:-3]]
    for addr, place in rows:
        found = re.fullmatch(r"(?:slot )?([0-9]+) of ([0-9a-f]+)(?:, ([0-9]+) B)?", place)
        assert found, place
        inside = int(addr, 16) - int(found[2], 16)
        assert inside // int(found[3]) == int(found[1]) if found[3] else inside >= 8 * int(found[1])
    assert len({bool(re.search(" B$", place)) for _, place in rows}) == 1


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("go1.27.3-jsonrt.heap.pb.gz", "Only sums of a heap: what lies where, they do not tell."),
        ("go1.27.3-lru.memstats.json.gz", "Only sums of a heap: what lies where, they do not tell."),
        ("go1.27.3-lru.gctrace.txt", "Only sums of a heap, of one collection after the other: space shows the next"),
        ("go1.27.3-lru.heapdump.gz", "One moment of a heap: nothing moves. w tells why it is so big"),
    ],
)
async def test_the_first_words_promise_nothing_that_the_heap_does_not_tell(file: str, told: str) -> None:
    app = Explorer(Console(True, open_file(REAL / file), None))
    async with app.run_test(size=(80, 24)) as pilot:
        assert told in " ".join(" ".join(text_of(app.screen)).split())
        await pilot.press("w")
        knows = "w tells" in told
        assert ("given back" in "\n".join(text_of(app.screen)) or "taken" in "\n".join(text_of(app.screen))) == knows


async def test_where_there_are_no_steps_the_footer_has_room_for_the_zoom() -> None:
    app = Explorer(Console(True, open_file(REAL / "go1.27.3-lru.heapdump.gz"), None))
    async with app.run_test(size=(80, 24)) as pilot:
        assert " z zoom " in text_of(app.screen)[-1]
        await pilot.press("9")
        assert " enter follow " in text_of(app.screen)[-1]
        assert text_of(app.screen)[-1].rstrip().endswith("q quit")


async def test_a_call_site_that_is_cut_keeps_its_line() -> None:
    app = Explorer(Console(True, open_file(REAL / "go1.27.3-trees.heap.pb.gz"), None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("0")
        rows = [line.rstrip() for line in text_of(app.screen)[3:11]]
    assert all(re.search(r" [a-z_]+\.go:[0-9]+$", row) for row in rows), rows
    assert any(re.search(r" trace\.\(\*traceMultiplex\w*… subscribe\.go:142$", row) for row in rows)
