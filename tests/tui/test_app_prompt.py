"""The explorer as its user types into it: the prompt, its ghost text, pastes, what is said of wrong lines."""

import pytest
from textual.events import Key

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.prompt import Prompt
from tests.tui.driven import SIZES, explorer, shown, type_line


async def test_a_wrong_line_stays_in_the_prompt_and_changes_nothing() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await type_line(pilot, "aloc 4")
        assert app.model.session.step == 0
        assert app.query_one(Prompt).value == "aloc 4"
        assert "perhaps: alloc" in shown(app, "why")
        assert app.message.endswith("; esc leaves")
        await pilot.press("escape")
        assert not app.query_one(Prompt).has_focus
        await type_line(pilot, "")
        assert app.model.session.step == 0


async def test_a_wrong_line_stays_and_its_complaint_goes_with_it() -> None:
    app = explorer("alloc 48 as a")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await type_line(pilot, "drop nothere")
        assert app.query_one(Prompt).value == "drop nothere"
        assert "✗ drop nothere" in shown(app, "why")
        await pilot.press("escape")
        await pilot.pause()
        assert "✗" not in shown(app, "why")
        assert "alloc 48 as a" in shown(app, "why")


async def test_a_colon_after_a_line_that_was_wrong_begins_a_new_one() -> None:
    """It stays in the prompt to be mended, without ghost text; who begins anew with a colon does not type into it."""
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"drop x.1", "enter")
        await pilot.pause()
        assert app.prompt_actions.prompt.value == "drop x.1"
        assert not app.prompt_actions.prompt._suggestion
        await pilot.press("colon", *"alloc 48 as a", "enter")
        await pilot.pause()
        assert app.model.session.line(app.model.session.step) == "alloc 48 as a"
        await pilot.press("colon", *"drop y", "enter", "z", "colon")
        assert app.prompt_actions.prompt.value == "drop yz:", "mended, a colon is a colon"


async def test_a_long_complaint_is_cut_where_the_key_that_leaves_is_told() -> None:
    app = explorer()
    for width in (80, 120):
        async with app.run_test(size=(width, 24)) as pilot:
            await type_line(pilot, "diff 1 2")
            told = app.query_one(Footer).text()
            assert told.endswith("; esc leaves")
            assert ("…" in told) == (width == 80)
        app = explorer()


async def test_typed_commands_are_done_and_remembered() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await type_line(pilot, "alloc 40 as x")
        await type_line(pilot, "drop x")
        assert list(app.model.session.history) == ["alloc 40 as x", "drop x"]
        await pilot.press("colon", "up", "up")
        assert app.query_one(Prompt).value == "alloc 40 as x"
        await pilot.press("down")
        assert app.query_one(Prompt).value == "drop x"


async def test_keys_are_keys_again_behind_a_line_that_is_right() -> None:
    app = explorer("alloc 48\nalloc 64")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "colon", *"flush", "enter", "b")
        assert app.model.session.step == 2
        assert list(app.model.session.steps) == ["alloc 48", "alloc 64", "flush"]
        assert app.query_one(Prompt).value == ""


async def test_enter_that_was_typed_before_the_explorer_was_there_counts() -> None:
    """The terminal made a line feed of it."""
    app = explorer("")
    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.press("colon", *"gc", "ctrl+j")
        await pilot.pause()
        assert app.model.session.step == 1


async def test_keys_act_in_the_order_in_which_they_are_pressed() -> None:
    app = explorer("alloc 48\nalloc 64")
    keys = [*":alloc 47", "backspace", "8", "enter", *":alloc 80", "enter", "b", *":alloc 3", "left", "1", "end", "enter"]
    names = {" ": "space", ":": "colon"}
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("greater_than_sign")
        for key in keys:  # faster than anything is done
            app.post_message(Key(names.get(key, key), key if len(key) == 1 else None))
        await pilot.pause()
        await pilot.pause()
        assert list(app.model.session.history) == ["alloc 48", "alloc 64", "alloc 48", "alloc 13"]


async def test_keys_typed_in_the_prompt_do_not_step() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "space", "q", "1")
        assert app.query_one(Prompt).value == " q1"
        assert app.model.session.step == 0
        assert app.is_running


async def test_several_pasted_lines_are_a_script() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        app.query_one(Prompt).post_message(Prompt.Entered(["alloc 8 scan as a", "alloc 8 scan as b", "alocc", "alloc 7"]))
        await pilot.pause()
        assert list(app.model.session.history) == ["alloc 8 scan as a", "alloc 8 scan as b"]
        assert app.query_one(Prompt).value == "alocc"


async def test_the_footer_foretells_what_an_alloc_would_do() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"alloc", "space", "2", "4")
        await pilot.pause()
        assert app.message == "class 3 (32 B, 25 % waste) · the arena grows by 1.0M: span c420000000, slot 0"
        await pilot.press("escape")
        await pilot.pause()
        assert app.message == ""


async def test_tab_walks_through_what_a_word_can_become() -> None:
    app = explorer("alloc 48 scan as left\nalloc 48 scan as lever\nalloc 64 as level")
    async with app.run_test(size=(80, 24)) as pilot:

        async def press(*keys: str) -> tuple[str, str]:
            await pilot.press(*keys)
            await pilot.pause()
            return app.query_one(Prompt).value, app.message.strip()

        await pilot.press("space", "space", "space", "colon")
        assert await press(*"drop", "space", "l", "tab") == ("drop le", "left   lever   level")
        assert await press("tab") == ("drop left", "▸left   lever   level")
        assert await press("tab", "tab") == ("drop level", "left   lever  ▸level")
        assert await press("tab") == ("drop left", "▸left   lever   level")
        assert await press("shift+tab") == ("drop level", "left   lever  ▸level")
        said = (await press("space"))[1]
        assert said == "drops 1 object, 64 B asked for: level", "typing goes on: the hint is back"
        walked = "▸left   lever   every   50%   size<   size>="
        assert await press("tab") == ("drop level left", walked), "level is named already; then come ways to choose"
        await pilot.press("escape", "colon")
        app.query_one(Prompt).value = ""
        assert (await press(*"link", "space", "tab"))[0] == "link le"
        assert await press("tab", "tab") == ("link lever.", "left.  ▸lever.")
        assert (await press("backspace", "full_stop", "tab"))[0] == "link lever.0", "its words follow"
        assert await press("space", "l", "e", "v", "e", "l", "enter")
        assert app.model.session.history[-1] == "link lever.0 level"
        assert (await press("colon", *"flu", "tab"))[0] == "flush"
        assert (await press("space", "tab"))[0] == "flush ", "nothing fits"


async def test_shift_tab_begins_with_the_last_and_end_and_right_take_the_ghost_text() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        prompt = app.query_one(Prompt)
        await pilot.press("colon", *"gc", "space", "shift+tab")
        assert prompt.value == "gc sweep"
        for key in ("end", "right"):
            prompt.value = ""
            await pilot.press(*"inv")
            await pilot.pause()
            await pilot.press(key)
            await pilot.pause()
            assert prompt.value == "invariants"
            await pilot.press("home", "end")
            assert prompt.cursor_position == len("invariants")


async def test_the_next_step_in_the_prompt_is_cut_where_the_prompt_ends() -> None:
    app = Explorer(
        Console(True, read_script("x", "alloc 8 times 99 as a\ndrop " + " ".join(f"a.{n}" for n in range(1, 99)), "x"))
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        for width in (80, 120):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            assert app.prompt_actions.prompt.placeholder.endswith(" …")
            assert width - 20 < len(app.prompt_actions.prompt.placeholder) < width - 2


async def test_what_is_wrong_with_the_history_does_not_hide_a_short_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_tui.explorer.prompt.add_to_history", lambda _line: "the history is not kept: disk full")
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await type_line(pilot, "mark here")
        assert app.message == "step 1 is the bookmark here now; goto here returns to it; the history is not kept: disk full"
