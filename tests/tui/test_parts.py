"""The explorer's parts: the table of keys and what they do fit together, and an action does only what it may do now."""

from textual.actions import parse

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.settings.keys import STANDARD

TEXTUALS = {"suspend_process"}  # action that Textual's own app does


def explorer() -> Explorer:
    return Explorer(Console(True, read_script("x", "alloc 48\nalloc 48\nalloc 48", "x")))


def test_each_action_of_the_table_is_done_by_one_part() -> None:
    app = explorer()
    declared = [action for part in app.parts for action in part.actions]
    assert len(declared) == len(set(declared))
    assert {parse(key.action)[1] for key in STANDARD.keys} == {*declared, *TEXTUALS}
    assert all(callable(getattr(app, f"action_{action}")) for action in TEXTUALS)


async def test_an_action_without_a_target_is_the_explorers() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        assert await app.run_action("step")
        assert await app.run_action("app.step", app.query_one(Prompt))
        assert await app.run_action(("", "step", ()), app)
        await pilot.pause()
        assert app.model.session.step == 3


async def test_a_widgets_action_is_not_the_explorers() -> None:
    """The prompt has no such action: it does nothing, though the explorer has one of this name."""
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        assert not await app.run_action("step", app.query_one(Prompt))
        await pilot.press("colon", "a", "b")
        assert await app.run_action("home", app.query_one(Prompt))
        assert app.query_one(Prompt).cursor_position == 0
        assert app.model.session.step == 0


async def test_below_the_help_only_quitting_is_possible() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)):
        assert await app.run_action("help")
        for key in STANDARD.keys:
            action, parameters = parse(key.action)[1:]
            assert bool(app.check_action(action, parameters)) == (key.id in {"quit", "explain_quit", "suspend"}), key.id
        assert not await app.run_action("step")
        assert app.model.session.step == 0


async def test_while_another_thread_works_one_can_only_stop_or_leave() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)):
        app.work.busy = True
        for key in STANDARD.keys:
            action, parameters = parse(key.action)[1:]
            assert bool(app.check_action(action, parameters)) == (key.id in {"back", "quit", "explain_quit", "suspend"}), key.id
        assert not await app.run_action("step")
        app.work.busy = False
        assert app.model.session.step == 0


async def test_back_leaves_one_thing_after_the_other() -> None:
    """The prompt, an answer, a filter, the zoom; then there is nothing left to leave."""
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "z", "slash", *"pages>9", "enter")
        app.prompt_actions.entered(["show spans"])
        await pilot.press("colon", "x")
        await pilot.pause()

        def there() -> tuple[bool, bool, str, bool]:
            return (app.stage.typing, app.widgets.panes.why.answers, app.model.order.text, app.stage.arrangement.zoomed)

        seen = [there()]
        for _ in range(5):
            await pilot.press("escape")
            seen.append(there())
        assert seen == [
            (True, True, "pages>9", True),
            (False, True, "pages>9", True),
            (False, False, "pages>9", True),
            (False, False, "", True),
            (False, False, "", False),
            (False, False, "", False),
        ]
        assert app.is_running
