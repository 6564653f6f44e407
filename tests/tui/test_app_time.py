"""The explorer while another thread works on the session, and with files and lines that nobody should have typed."""

import os
from pathlib import Path
from threading import Event

import pytest
from textual.geometry import Offset
from textual.pilot import Pilot

from gomem_core.files.journal import read
from gomem_core.files.journal.file import journal_directory
from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_core.world.world import World
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.linepane import Bar
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.panes.model import Model
from gomem_tui.render.lines import Line, plain

HEAVY = "alloc 8 times 9000000"  # half a minute, if nobody stops it


def explorer(text: str, journal: bool = False) -> Explorer:
    return Explorer(Console(True, read_script("t", text, "t"), "explorer" if journal else None))


def shown(app: Explorer, pane: str) -> str:
    return "\n".join(map(plain, app.query_one(f"#{pane}", PaneWidget)._lines))


async def done(pilot: Pilot[int]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def stop(pilot: Pilot[int]) -> None:
    await pilot.press("escape")
    await done(pilot)


def begin_work(app: Explorer) -> Event:
    """Another thread begins to work, until the event is set; the computer has time for the tests meanwhile."""
    over = Event()
    app.work.do(lambda: over.wait(20), lambda _: app.time_actions.arrived(), True)
    assert app.work.busy
    return over


async def type_line(pilot: Pilot[int], text: str) -> None:
    if pilot.app.focused is None:
        await pilot.press("colon")
    pilot.app.query_one(Prompt).value = text
    await pilot.press("enter")
    await pilot.pause()


def watched(app: Explorer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows when somebody looks at the heap while another thread changes it."""
    found: list[str] = []
    console = app.model.console

    def world(model: Model) -> World:
        if app.work.busy:
            found.append("looked")
        return model.session.world

    def header(width: int) -> Line:
        if app.work.busy:
            found.append("header or scrub bar")
        return (("x" * width, "text"),)

    assert console.session.world is app.model.world
    monkeypatch.setattr(Model, "world", property(world))
    monkeypatch.setattr(app.query_one("#header", Bar), "_line", header)
    monkeypatch.setattr(app.query_one("#scrub", Bar), "_line", header)
    return found


# --- While another thread works ---------------------------------------------------------------------------------------


async def test_a_resize_while_it_works_keeps_what_was_shown_and_looks_at_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = explorer("alloc 48 as a\nalloc 64 as b")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        looked = watched(app, monkeypatch)
        over = begin_work(app)
        for size in ((100, 30), (30, 8), (80, 24), (120, 45)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        spans = app.widgets.shows("spans")
        rows = ["".join(segment.text for segment in spans.render_line(y)) for y in range(4)]
        assert "c420000000" in rows[2]
        assert {len(row) for row in rows} == {spans.size.width}
        assert looked == []
        await pilot.press("escape")
        over.set()
        await done(pilot)
        assert "c420000000" in shown(app, "spans")
        assert "page 0" in shown(app, "arena")
        assert app.message == "Stopped at step 1."


async def test_typing_and_clicking_while_it_works_look_at_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = explorer("alloc 48 as a\nalloc 64 as b")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space")
        await pilot.pause()
        await pilot.press("colon")
        looked = watched(app, monkeypatch)
        over = begin_work(app)
        await pilot.press(*"drop", "space", "a", "tab")
        await pilot.click("#spans", offset=Offset(5, 3))
        await pilot.press("enter")
        await pilot.pause()
        assert looked == []
        over.set()
        await done(pilot)
        assert app.model.session.step == 2
        assert (app.work.busy, app.query_one(Prompt).value) == (False, "drop a")


async def test_keys_that_are_there_already_when_work_begins_draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = explorer("alloc 48")
    async with app.run_test(size=(80, 24)) as pilot:
        looked = watched(app, monkeypatch)
        app.time_actions.step()
        over = begin_work(app)
        await pilot.pause()
        assert looked == []
        over.set()
        await done(pilot)
        assert "c420000000" in shown(app, "spans")


async def test_escape_stops_all_lines_that_were_pasted() -> None:
    app = explorer("")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        app.query_one(Prompt).post_message(Prompt.Entered(["alloc 8", HEAVY, "alloc 16", "alloc 32"]))
        await pilot.pause()
        while not (app.work.busy and app.model.session.step == 1):  # the second line is being done
            await pilot.pause()
        await stop(pilot)
        assert list(app.model.session.history) == ["alloc 8"]
        assert app.message == "2 more pasted lines were not run; stopped; nothing changed"


async def test_an_escape_that_comes_too_late_stops_nothing_else() -> None:
    app = explorer("alloc 8\nalloc 16")
    async with app.run_test(size=(80, 24)) as pilot:

        def work() -> None:
            app.desk.stop.asked = True  # as if it had come when all was done

        app.work.do(work, lambda _: None, True)
        await done(pilot)
        await pilot.press("space")
        await pilot.pause()
        assert app.model.session.step == 1


async def test_who_quits_while_it_works_leaves_a_complete_journal() -> None:
    app = explorer(f"alloc 8\n{HEAVY}", journal=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space")
        assert app.work.busy
        await pilot.press("q")
        await app.workers.wait_for_complete()
    assert app.return_code == 0
    (journal,) = journal_directory().iterdir()
    found = read(journal)
    assert found.ended
    assert found.records[-1].values == [1, 0]


async def test_five_hundred_pasted_lines_are_five_hundred_steps() -> None:
    app = explorer("")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        app.query_one(Prompt).post_message(Prompt.Entered([f"alloc {n} as x{n}" for n in range(1, 501)]))
        await done(pilot)
        assert app.model.session.step == 500
        assert "500 › alloc 500 as x500" in shown(app, "why")


# --- Lines and files that nobody should have typed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("open ~nobody-of-that-name/x.gomem", "no home directory is known for ~nobody-of-that-name"),
        ("save ~nobody-of-that-name/x.gomem", "no home directory is known for ~nobody-of-that-name"),
        ("open {d}/pipe", "it is a pipe, not a file"),
        ("open {d}", "Is a directory"),
        ("open {d}/binary", "not a text file"),
        ("open {d}/later", "this file is of version 99; this gomem reads 1"),
        ("open {long}", "File name too long"),
        ("save {long}", "File name too long"),
        ("save {d}/no/x", "No such file or directory"),
        ("save {d}/later", "is there already; save under another name"),
        ("resume", "no session was left unfinished"),
        ("diff end", "end"),
        ("goto 3", "there is no step 3; steps go from 0 to 2"),
    ],
)
async def test_what_cannot_be_done_is_told_and_changes_nothing(line: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"alloc 8\n\0\xff")
    (tmp_path / "later").write_text("gomem 99\nalloc 8\n")
    os.mkfifo(tmp_path / "pipe")
    app = explorer("alloc 48 as a\nalloc 48 as b", journal=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await type_line(pilot, line.format(d=tmp_path, long="x" * 300))
        await done(pilot)
        assert told in " ".join(shown(app, "why").split())
        assert (app.model.session.step, len(app.model.session.steps)) == (1, 2)
        await pilot.press("escape", "space")
        await pilot.pause()
        assert "2 › alloc 48 as b" in shown(app, "why")


async def test_a_step_that_fails_is_told_and_stepping_goes_on_both_ways() -> None:
    app = explorer("alloc 8 as a\nlink q.1 z\ndrop nothing\nalloc 32 as b")
    async with app.run_test(size=(80, 24)) as pilot:
        told = []
        for key in ["space"] * 4 + ["b"] * 3:
            await pilot.press(key)
            await pilot.pause()
            told.append(shown(app, "why"))
        assert "q" in told[1]
        assert "✗" in told[1]
        assert "✗" in told[2]
        assert "b = 0x" in told[3]
        assert told[4:] == [told[2], told[1], told[0]]


@pytest.mark.parametrize("text", ["", "# only\n\n# comments\n", "say hello there\n"])
async def test_a_script_without_commands_can_be_stepped_and_typed_into(text: str) -> None:
    app = explorer(text)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "full_stop", "comma", "b", "b", "right_curly_bracket", "left_curly_bracket")
        await pilot.press("greater_than_sign", "less_than_sign", "m")
        await pilot.pause()
        assert "step 0 is the bookmark m1" in app.message
        await type_line(pilot, "alloc 48 as mine")
        assert app.model.session.step == 1
        assert app.is_running


async def test_what_never_comes_true_leads_to_the_end_and_says_so() -> None:
    app = explorer("alloc 48 as a\nalloc 48 as b")
    async with app.run_test(size=(80, 24)) as pilot:
        await type_line(pilot, "until heap_live > 100G")
        assert app.model.session.step == 2
        assert "comes true in no further step" in app.message


async def test_where_no_step_lies_ahead_or_before_that_is_said() -> None:
    app = explorer("alloc 48\nalloc 48\nalloc 48")
    async with app.run_test(size=(80, 24)) as pilot:
        for key, told in (
            ("left_curly_bracket", "This is the beginning: in no step before spans moved."),
            ("less_than_sign", "This is the beginning."),
            ("right_curly_bracket", ""),  # the first object takes a span
            ("right_curly_bracket", "This is the end: in no step ahead spans moved."),
            ("greater_than_sign", "This is the end: no step lies ahead."),
        ):
            await pilot.press(key)
            await done(pilot)
            assert app.message == told


@pytest.mark.parametrize("word", ["q", "quit", " exit "])
async def test_who_types_that_he_wants_to_leave_leaves(word: str) -> None:
    app = explorer("alloc 48", journal=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        journal = app.desk.journal
        assert journal is not None
        await type_line(pilot, word)
        await pilot.pause()
        assert app.return_code == 0
    assert app.desk.ended == journal.id
    assert read(journal.path).ended


async def test_who_leaves_without_having_done_anything_is_told_nothing() -> None:
    app = explorer("alloc 48", journal=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
    assert app.desk.ended == ""


async def test_an_answer_to_who_looks_keeps_what_the_last_step_changed_marked() -> None:
    app = explorer("alloc 48\nalloc 40000")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space")
        before, marked = shown(app, "spans").split("\n")[1:], app.model.scene.touched
        assert "+c420002000" in "".join(before)
        await type_line(pilot, "show classes")
        assert "size classes" in shown(app, "why")
        assert (shown(app, "spans").split("\n")[1:], app.model.scene.touched) == (before, marked)
        assert app.model.session.step == 2
