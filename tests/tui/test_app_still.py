"""The explorer on a still: all panes, filters, `show`, `find` and `diff`; no steps, and no commands that change a heap."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from gomem_core.files.stillfile import still_bytes
from gomem_core.session.readheap import READ
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.opening import open_console
from gomem_tui.render.words import ONE_MOMENT
from tests.core.test_diff import played
from tests.core.test_still import still_of
from tests.tui.screen import text_of

LINES = ["alloc 48 scan as a", "alloc 48 times 300 as b", "link a.0 b.7", "drop b.1..b.40", "alloc 2M as big", "gc mark"]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a still of these lines, and one of all but the last two."""
    monkeypatch.chdir(tmp_path)
    Path("now").write_bytes(still_bytes(still_of(played(LINES))))
    Path("then").write_bytes(still_bytes(still_of(played(LINES[:-2]))))
    return tmp_path


def kind(app: Explorer) -> str:
    return app.model.world.kind


async def typed(pilot: Pilot[int], line: str) -> None:
    await pilot.press("colon")
    await pilot.pause()
    pilot.app.query_one("Prompt").value = line  # type: ignore[attr-defined]
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.usefixtures("there")
async def test_there_are_no_steps() -> None:
    app = Explorer(open_console(Path("now")))
    async with app.run_test(size=(100, 30)) as pilot:
        assert "a still of step 6" in text_of(app.screen)[0]
        assert app.desk.journal is None
        for key in (
            "space",
            "b",
            "full_stop",
            "comma",
            "right_curly_bracket",
            "left_curly_bracket",
            "greater_than_sign",
            "less_than_sign",
        ):
            await pilot.press(key)
            await app.workers.wait_for_complete()
            await pilot.pause()
            assert app.message == ONE_MOMENT, key
        assert app.model.session.step == 0


@pytest.mark.usefixtures("there")
async def test_it_is_looked_at_with_all_that_looks() -> None:
    app = Explorer(open_console(Path("now")))
    async with app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "alloc 48")
        assert READ in app.message or READ[:60] in app.widgets.panes.why.text()
        await pilot.press("escape")
        await typed(pilot, "select big")
        span = app.model.world.spans.at(app.model.scene.selection.addr)
        assert span is not None
        assert span.npages == 256
        await pilot.press("1", "slash", *"list:busy", "enter")
        await pilot.pause()
        assert len(app.model.order) == 1
        await typed(pilot, "find b.7")
        assert "big" not in app.widgets.panes.why.text().replace("why it is so big", "")
        await typed(pilot, "diff file then")
        assert app.model.difference is not None
        assert {row[0] for row in app.model.difference.objects} == {"big"}
        assert app.model.scene.comparing
        await pilot.press("9")
        await pilot.pause()
        assert "kept" not in app.message


@pytest.mark.usefixtures("there")
async def test_it_is_saved_as_what_it_is_and_another_file_takes_its_place() -> None:
    app = Explorer(open_console(Path("now")))
    Path("lines.gomem").write_text("alloc 48\nalloc 64\n")
    async with app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "save copy")
        assert Path("copy").read_bytes() == Path("now").read_bytes()
        await typed(pilot, "open then")
        assert kind(app) == "still"
        assert app.model.session.objects.find_name("big") is None
        await typed(pilot, "open lines.gomem")
        assert kind(app) == "session"
        await pilot.press("space")
        await pilot.pause()
        assert app.model.session.step == 1
        await typed(pilot, "open now")
        assert kind(app) == "still"
        assert app.desk.journal is None


@pytest.mark.usefixtures("there")
async def test_a_damaged_still_leaves_what_was_open() -> None:
    Path("bad").write_bytes(Path("now").read_bytes()[:-20])
    app = Explorer(open_console(Path("now")))
    async with app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "open bad")
        assert "damaged" in app.message + app.widgets.panes.why.text()
        assert app.model.session.objects.find_name("big") is not None


async def test_a_still_is_taken_up_and_goes_on(tmp_path: Path) -> None:
    """From then on the explorer has a session: commands change the heap, steps go back to where it was taken up."""
    path = tmp_path / "heap.still"
    path.write_bytes(still_bytes(still_of(played(LINES))))
    app = Explorer(open_console(path))
    async with app.run_test(size=(120, 40)) as pilot:
        spans = app.model.world.spans.count
        await typed(pilot, "alloc 4096 scan")
        assert READ in " ".join(" ".join(text_of(app.screen)).split())
        await typed(pilot, "take-up")
        assert kind(app) == "session"
        assert "step 0/0" in text_of(app.screen)[0]
        assert "the heap in heap.still goes on from here" in app.message
        assert app.model.world.spans.count == spans
        await typed(pilot, "alloc 4096 scan as new")
        assert "step 1/1" in text_of(app.screen)[0]
        there = played(LINES)
        there.submit("alloc 4096 scan as new")
        assert app.model.session.address_of("new") == there.address_of("new"), "as the session would have gone on"
        await pilot.press("escape", "b")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "step 0/1" in text_of(app.screen)[0]
        assert app.model.world.spans.count == spans
        assert app.query_one(Prompt).placeholder == "space does: alloc 4096 scan as new", "no other version can go on from it"
