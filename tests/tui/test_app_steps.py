"""The explorer as its user goes through a session: steps, branches, bookmarks, what a file points at."""

from gomem_tui.explorer.prompt import Prompt
from tests.tui.driven import explorer, shown, type_line

POINTING = "focus spans\nalloc 48 as a\nalloc 64 as b\nfocus heap\npause\nfocus bitmap\nselect a\npause\n"


async def test_steps_go_back_and_forward_by_command_event_and_change() -> None:
    app = explorer("alloc 48 as a\nalloc 48 as b\nalloc 64 as c\ndrop a\ngc")
    async with app.run_test(size=(120, 40)) as pilot:
        session = app.model.session

        async def press(*keys: str) -> tuple[int, int]:
            await pilot.press(*keys)
            await pilot.pause()
            return session.step, session.event

        assert await press("space", "space", "space") == (3, 0)
        assert "alloc 64 as c" in shown(app, "why")
        assert await press("b") == (2, 0)
        assert "alloc 48 as b" in shown(app, "why")
        assert await press("backspace", "u") == (0, 0)
        assert "arena is empty" in shown(app, "spans")
        assert await press("b") == (0, 0)
        assert app.message == "This is the beginning."
        assert await press("full_stop") == (0, 1)
        assert await press("full_stop", "comma", "comma") == (0, 0)
        assert await press("space", "comma") == (0, len(session.outcome.events) if session.outcome else 0)
        assert await press("space") == (1, 0)
        assert await press("right_curly_bracket") == (3, 0)
        assert await press("right_curly_bracket") == (5, 0)
        assert await press("left_curly_bracket") == (3, 0)
        assert await press("less_than_sign") == (0, 0)
        assert await press("greater_than_sign") == (5, 0)
        assert await press("full_stop") == (5, 0)
        assert app.message == "This is the end."


async def test_typing_in_the_past_leaves_the_other_future() -> None:
    app = explorer("alloc 48 as a\nalloc 48 as b\nalloc 48 as c")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "b")
        await type_line(pilot, "alloc 64 as other")
        session = app.model.session
        assert session.steps == ["alloc 48 as a", "alloc 64 as other"]
        assert session.branches.others == ["main"]
        await type_line(pilot, "branch main")
        assert "this is the branch main now" in app.message
        await pilot.press("escape", "greater_than_sign")
        await pilot.pause()
        assert list(session.history) == ["alloc 48 as a", "alloc 48 as b", "alloc 48 as c"]


async def test_m_marks_a_step_and_goto_leads_back() -> None:
    app = explorer("alloc 48\nalloc 64\nalloc 80")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "m", "space", "m")
        assert app.message.startswith("step 2 is the bookmark m2")
        await type_line(pilot, "goto m1")
        assert app.model.session.step == 1
        await type_line(pilot, "diff end")
        assert app.model.difference is not None
        assert "lies ahead" in shown(app, "why")
        assert app.model.session.step == 1


async def test_escape_stops_what_takes_long_and_nothing_changed() -> None:
    app = explorer("alloc 48\nalloc 8 times 9000000")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        for key in ("space", "space", "b", "1", "escape"):  # of those behind the second only the last is heard
            app.simulate_key(key)  # the pilot would wait up to a second for a busy thread, at each key
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert (app.work.busy, app.model.session.step, len(app.model.session.objects)) == (False, 1, 1)
        await pilot.press("b", "space")
        await pilot.pause()
        assert "alloc 48" in shown(app, "why")


async def test_a_long_command_says_that_it_works_and_pasted_lines_behind_a_wrong_one_are_told() -> None:
    app = explorer("alloc 8 times 30000")
    async with app.run_test(size=(80, 24)) as pilot:
        app.time_actions.step()
        assert app.message.startswith("working for 0 s: step 0 of 1")
        assert app.work.busy
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert not app.work.busy
        assert app.model.session.step == 1
        await pilot.press("colon")
        app.query_one(Prompt).post_message(Prompt.Entered(["alloc 8", "alocc", "alloc 9", "alloc 10"]))
        await pilot.pause()
        assert app.message.startswith("2 more pasted lines were not run; column 1: alocc is not a command")


async def test_a_read_only_session_is_gone_through_and_not_changed() -> None:
    app = explorer("alloc 48\nalloc 64")
    app.desk.read_only = True
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await type_line(pilot, "alloc 8")
        assert app.model.session.steps == ["alloc 48", "alloc 64"]
        assert "read-only" in shown(app, "why")
        await pilot.press("ctrl+u")
        await type_line(pilot, "goto end")
        assert app.model.session.step == 2


async def test_walking_back_shows_the_pane_that_was_pointed_at() -> None:
    app = explorer(POINTING)
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, pane in ((("space", "space", "space"), "heap"), (("b",), "spans"), (("4", "b"), "spans")):
            await pilot.press(*keys)
            assert app.stage.arrangement.current == pane
        await pilot.press("4", "space")
        assert app.stage.arrangement.current == "mcentral", "nothing else is pointed at: it stays where one went by hand"


async def test_a_step_and_a_typed_line_select() -> None:
    app = explorer(POINTING)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space")
        assert app.model.scene.selection.addr == 0xC420002000
        await pilot.press("space", "space")
        assert app.model.scene.selection.addr == 0xC420000000
        await type_line(pilot, "select b")
        assert app.model.scene.selection.addr == 0xC420002000
        await pilot.press("escape", "b", "space")
        assert app.model.scene.selection.addr == 0xC420000000


async def test_a_session_that_is_opened_in_its_middle_points_at_once() -> None:
    app = explorer(POINTING)
    app.model.session.goto(3)
    async with app.run_test(size=(80, 24)):
        assert app.stage.arrangement.current == "heap"
