"""The explorer as its user drives it: keys in, panes out."""

from pathlib import Path

import pytest
from textual.events import Key
from textual.geometry import Size
from textual.pilot import Pilot

from gomem_core.files.script import ScriptError, read_script
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.arrangement import PANES
from gomem_tui.explorer.linepane import Bar
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.opening import demo_script
from gomem_tui.render.lines import plain
from gomem_tui.settings.keys import Keyboard
from gomem_tui.settings.look import Look
from gomem_tui.settings.options import Options

SIZES = [(80, 24), (120, 40)]


def explorer(text: str | None = None) -> Explorer:
    return Explorer(Console(True, demo_script() if text is None else read_script("demo", text, "demo")))


def shown(app: Explorer, pane: str) -> str:
    return "\n".join(map(plain, app.query_one(f"#{pane}", PaneWidget)._lines))


async def type_line(pilot: Pilot[int], text: str) -> None:
    if pilot.app.focused is None:
        await pilot.press("colon")
    for char in text:
        await pilot.press({" ": "space", ".": "full_stop", "_": "underscore"}.get(char, char))
    await pilot.press("enter")
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_space_shows_an_object_and_who_served_it(size: tuple[int, int]) -> None:
    app = explorer()
    async with app.run_test(size=size) as pilot:
        assert "arena is empty" in shown(app, "spans")
        await pilot.press("space")
        await pilot.pause()
        assert "c420000000" in shown(app, "spans")
        assert "5 OS         ● the arena grew by 1.0M" in shown(app, "why")


@pytest.mark.parametrize("size", SIZES)
async def test_the_whole_demo_can_be_stepped(size: tuple[int, int]) -> None:
    app = explorer()
    async with app.run_test(size=size) as pilot:
        for _ in app.model.session.steps:
            await pilot.press("space")
            assert app.model.outcome is not None
            assert app.model.outcome.ok, app.model.outcome.error
        assert app.model.session.step == len(app.model.session.steps)
        await pilot.press("space")
        assert "This is the end" in app.message
        assert app.model.session.submit("invariants full").ok


async def test_selecting_a_span_in_one_pane_selects_it_in_all() -> None:
    app = explorer("alloc 48 scan as a\nalloc 100 as b\nalloc 48 as c")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "space")
        await pilot.press("1", "g")
        await pilot.pause()
        assert app.model.scene.selection.addr == 0xC420000000
        assert "span c420000000" in shown(app, "bitmap")
        assert "▸  4     48 scan" in shown(app, "mcentral")
        assert "▸ page 0: span c420000000" in shown(app, "arena")
        await pilot.press("2", "right")
        await pilot.pause()
        assert "▸ c420002000" in shown(app, "spans")
        assert "span c420002000" in shown(app, "bitmap")
        assert "▸  8    112 noscan" in shown(app, "mcentral")
        await pilot.press("4", "k", "right")
        await pilot.pause()
        assert "▸ c420004000" in shown(app, "spans").replace("▸+", "▸ ")


async def test_a_wrong_line_stays_in_the_prompt_and_changes_nothing() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await type_line(pilot, "aloc 4")
        assert app.model.session.step == 0
        assert app.query_one(Prompt).value == "aloc 4"
        assert "perhaps: alloc" in shown(app, "why")
        await pilot.press("escape")
        assert not app.query_one(Prompt).has_focus
        await type_line(pilot, "")
        assert app.model.session.step == 0


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


async def test_a_key_that_does_nothing_says_where_to_look() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x")
        assert app.message == "x does nothing here; : types a command, ? tells the keys."
        await pilot.press("down")
        assert app.message == ""


async def test_keys_typed_in_the_prompt_do_not_step() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "space", "q", "1")
        assert app.query_one(Prompt).value == " q1"
        assert app.model.session.step == 0
        assert app.is_running


@pytest.mark.parametrize("size", SIZES)
async def test_tab_goes_round_the_panes(size: tuple[int, int]) -> None:
    app = explorer()
    async with app.run_test(size=size) as pilot:
        seen = [app.stage.arrangement.current]
        for _ in PANES:
            await pilot.press("tab")
            seen.append(app.stage.arrangement.current)
        assert seen == [*PANES, 1]
        await pilot.press("shift+tab")
        assert app.stage.arrangement.current == list(PANES)[-1]


async def test_zoom_gives_one_pane_all_the_room_and_escape_takes_it_back() -> None:
    app = explorer()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "z")
        await pilot.pause()
        assert app.query_one("#bitmap").size == Size(120, 36)
        assert not app.query_one("#spans").display
        await pilot.press("escape")
        await pilot.pause()
        assert app.query_one("#spans").display
        assert app.stage.arrangement.current == 3


async def test_resizing_keeps_pane_selection_and_scroll_and_small_terminals_say_what_is_needed() -> None:
    app = explorer("alloc 100 times 9000\nalloc 5")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "1", "G")
        await pilot.pause()
        before = app.model.scene.selection
        for size in ((80, 24), (30, 8), (200, 60), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert (app.model.scene.selection, app.stage.arrangement.current) == (before, 1)
            tiny = size == (30, 8)
            assert app.query_one("#too-small").display == tiny
            if not tiny:
                assert "▸" in shown(app, "spans")


async def test_a_step_repaints_only_lines_that_changed() -> None:
    app = explorer("alloc 48 scan times 20\nalloc 48 scan\nalloc 48 scan")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space")
        await pilot.pause()
        before = {pane.id: list(pane._lines) for pane in app.query(PaneWidget)}
        await pilot.press("space")
        await pilot.pause()
        changed = {
            pane.id: sum(a != b for a, b in zip(before[pane.id], pane._lines, strict=True)) for pane in app.query(PaneWidget)
        }
        # One row of the table, nothing of the map but the readout, nothing of the lists; the words move on by a slot.
        assert changed["spans"] == 1
        assert changed["arena"] == 1
        assert changed["mcentral"] == 0


async def test_a_click_selects() -> None:
    app = explorer("alloc 48 scan\nalloc 100")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space")
        await pilot.click("#spans", offset=(5, 2))
        await pilot.pause()
        assert app.model.scene.selection.addr == 0xC420000000
        await pilot.click("#arena", offset=(15, 1))
        await pilot.pause()
        assert app.stage.arrangement.current == 2
        assert app.model.scene.selection.addr == 0xC420002000


async def test_help_opens_and_closes() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert len(app.screen_stack) == 2
        await pilot.press("escape")
        assert len(app.screen_stack) == 1


async def test_several_pasted_lines_are_a_script() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        app.query_one(Prompt).post_message(Prompt.Entered(["alloc 8 scan as a", "alloc 8 scan as b", "alocc", "alloc 7"]))
        await pilot.pause()
        assert list(app.model.session.history) == ["alloc 8 scan as a", "alloc 8 scan as b"]
        assert app.query_one(Prompt).value == "alocc"


def test_a_bad_script_is_refused_with_line_and_column() -> None:
    with pytest.raises(ScriptError, match="demo:2:7: "):
        read_script("demo", "alloc 8\nalloc -1", "demo")


async def test_a_filter_works_while_it_is_typed_and_escape_clears_it() -> None:
    app = explorer("alloc 48 scan\nalloc 100\nalloc 40000")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "space", "slash", *"class", "colon", "8")
        await pilot.pause()
        assert "1 of 4 ── by base ↑ ── filter class:8" in shown(app, "spans")
        await pilot.press("enter")
        await pilot.pause()
        assert "c420002000" in shown(app, "spans")
        assert "c420000000" not in shown(app, "spans")
        assert app.model.session.step == 3
        await pilot.press("slash", "escape")
        await pilot.pause()
        assert "4 in 1.0M" in shown(app, "spans")
        await pilot.press("slash", "left_parenthesis")
        await pilot.pause()
        assert "missing )" in app.message


async def test_a_filter_that_cannot_be_read_stays_to_be_mended_and_the_one_before_stays_in_force() -> None:
    app = explorer("alloc 48 scan\nalloc 100\nalloc 40000")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "space", "slash", *"class", "colon", *"8", "enter")
        await pilot.press("slash", *["backspace"] * 7, *"class", "colon", *"66")
        await pilot.pause()
        assert app.query_one(Prompt).value == "class:66"
        assert app.model.order.text == "class:66", "it works while it is being typed"
        await pilot.press("6", "enter")
        await pilot.pause()
        prompt = app.query_one(Prompt)
        assert (prompt.has_focus, prompt.value) == (True, "class:666")
        assert app.message == "666 is not a number for class; it is between 0 and 67"
        assert app.model.order.text == "class:8"
        await pilot.press("backspace", "backspace", "backspace", "4", "enter")
        await pilot.pause()
        assert not prompt.has_focus
        assert app.model.order.text == "class:4"


async def test_a_word_that_may_become_a_field_looks_at_no_span_before_its_sign() -> None:
    app = explorer("alloc 48 scan\nalloc 100")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "slash", *"state", "colon", *"inuse", "space", *"us")
        await pilot.pause()
        assert app.model.order.text == "state:inuse"
        await pilot.press("enter")
        await pilot.pause()
        assert app.model.order.text == "state:inuse us", "enter takes the word as it is"


async def test_a_link_selects_and_marks_the_object_and_why_tells_what_the_word_held() -> None:
    app = explorer("alloc 48 scan as a\nalloc 48 scan as b\nalloc 100\nlink b.5 a\nunlink b.5")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*["space"] * 4)
        await pilot.pause()
        assert app.model.scene.selection.addr == 0xC420000030
        assert "▸+c420000000" in shown(app, "spans")
        assert "+1● b" in shown(app, "bitmap")
        assert "word 5 of the object at c420000030 held nil and holds c420000000 now" in shown(app, "why")
        await pilot.press("space", "e")
        await pilot.pause()
        assert "pointer_written base c420000000  obj c420000030  word 5  value nil  old c420000000" in shown(app, "why")
        assert "the program's own store" in shown(app, "why")


async def test_n_goes_to_the_next_match_and_round() -> None:
    first, other, third = 0xC420000000, 0xC420002000, 0xC420004000
    app = explorer("alloc 48 scan\nalloc 100\nalloc 64 scan")
    async with app.run_test(size=(120, 40)) as pilot:

        async def press(key: str) -> tuple[int, str]:
            await pilot.press(key)
            await pilot.pause()
            return app.model.scene.selection.addr, app.message

        await pilot.press("space", "space", "space")
        at = app.model.scene.selection.addr
        assert await press("n") == (at, "Nothing is being searched: / filters, n goes to the next match.")
        await pilot.press("1", "g", "down")
        await pilot.press("slash", *"kind", "colon", *"scan", "enter", "2")
        await pilot.pause()
        assert app.model.scene.selection.addr == other, "filtering selects nothing"
        last = "That was the last match; this is the first."
        assert [await press("n") for _ in range(3)] == [(third, ""), (first, last), (third, "")]
        assert await press("N") == (first, "")
        assert await press("N") == (third, "That was the first match; this is the last.")
        assert app.stage.arrangement.current == 2, "the pane stays"


async def test_n_says_when_no_span_passes_the_filter() -> None:
    app = explorer("alloc 48 scan")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "slash", *"pages", "colon", "9", "9", "enter", "n")
        await pilot.pause()
        assert app.message == "No span passes the filter pages:99"
        await pilot.press("escape", "slash", *"pages", "colon", "1", "enter", "g", "n")
        await pilot.pause()
        assert app.message == "There is no other match."


async def test_the_table_can_be_sorted_by_each_column() -> None:
    app = explorer("alloc 48 scan\nalloc 100\nalloc 40000")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "space", "s")
        await pilot.pause()
        rows = shown(app, "spans").splitlines()[2:]
        assert "by pages ↑" in shown(app, "spans")
        assert [row.split()[1] for row in rows if "c42" in row] == ["1", "1", "5", "121"]
        await pilot.press("r")
        await pilot.pause()
        rows = shown(app, "spans").splitlines()[2:]
        assert [row.split()[1] for row in rows if "c42" in row] == ["121", "5", "1", "1"]


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


async def test_tab_completes_fields_of_a_filter() -> None:
    app = explorer("alloc 48 scan")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "slash", "w", "tab")
        await pilot.pause()
        assert app.query_one(Prompt).value == "waste>"
        await pilot.press("0", "space", *"kind", "tab", "tab", "tab")
        await pilot.pause()
        assert app.query_one(Prompt).value == "waste>0 kind:noscan"
        assert app.message.split() == ["kind:scan", "▸kind:noscan"]
        assert "0 of 2" in shown(app, "spans"), "the filter works while it is completed"


async def test_the_event_log_names_every_decision() -> None:
    app = explorer("alloc 48 scan")
    async with app.run_test(size=(120, 60)) as pilot:
        await pilot.press("space", "e", "6", "z")
        await pilot.pause()
        text = shown(app, "why")
        names = [line.split()[1] for line in text.splitlines()[1:] if line.split()]
        assert names[:3] == ["class_chosen", "mcache_miss", "lock_taken"]
        assert {"grow", "mapped", "span_split", "span_alloc", "cache_span", "slot_taken", "bits_written"} <= set(names)


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


async def test_selecting_a_class_selects_a_span_of_it_and_a_free_span_no_class() -> None:
    app = explorer("alloc 48 scan\nalloc 100")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space", "space", "4", "g")
        await pilot.pause()
        assert app.model.scene.selection.addr == 0xC420000000
        await pilot.press("1", "G")
        await pilot.pause()
        assert "free" in shown(app, "arena").splitlines()[-2]
        assert "▸" not in shown(app, "mcentral")


async def test_a_pane_that_was_hidden_shows_full_pages_when_it_comes() -> None:
    app = explorer("alloc 48 times 300")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "1", "g", "9")
        await pilot.pause()
        await pilot.pause()
        rows = [line for line in shown(app, "objects").splitlines()[2:] if "c42000" in line]
        assert len(rows) >= 6, "o1 was born first and stands last, with those before it above"


async def test_rows_stay_where_they_are_until_the_selection_leaves_the_page_and_then_half_a_page_comes() -> None:
    app = explorer("alloc 32 scan\n" * 30)  # a slot is a row of the bitmap
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.widgets.panes.bitmap
        await pilot.press("space")
        await pilot.pause()
        rows = pane.size.height - 4  # without title rule, headings and legend
        tops = [pane.top]
        for _ in range(29):
            await pilot.press("space")
            await pilot.pause()
            tops.append(pane.top)
            assert pane.top <= len(tops) - 1 < pane.top + rows
        jumps = [i for i in range(1, 30) if tops[i] != tops[i - 1]]
        assert jumps[0] == rows
        assert jumps[1] - jumps[0] == rows - rows // 2


async def test_the_rungs_of_why_stand_in_the_same_rows_with_and_without_a_note() -> None:
    app = explorer("# a note\nalloc 48 as a\nalloc 48 as b\ngc")
    async with app.run_test(size=(120, 40)) as pilot:
        rows = []
        for _ in range(2):
            await pilot.press("space")
            await pilot.pause()
            lines = shown(app, "why").splitlines()
            rows.append(next(y for y, line in enumerate(lines) if "1 size class" in line))
        assert rows == [3, 3]
    app = explorer("help")  # longer than the pane: nothing stays free
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        assert "help" in shown(app, "why").splitlines()[1]


async def test_what_is_selected_is_copied_by_escape_code_and_told() -> None:
    app = explorer("alloc 48 scan")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("y")
        assert app.message == "Nothing is selected."
        await pilot.press("space", "y")
        assert app.clipboard == "0xc420000000"
        assert app.message.startswith("Copied 0xc420000000")
        await pilot.press("Y")
        assert app.clipboard.splitlines()[2].split()[:2] == ["▸+c420000000", "1"]


async def test_a_picture_is_written_as_svg_and_text_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = explorer("alloc 48 scan")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "P", "P")
        await pilot.pause()
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            *("gomem-demo-step1-2.svg", "gomem-demo-step1-2.txt", "gomem-demo-step1.svg", "gomem-demo-step1.txt"),
        ]
        lines = (tmp_path / "gomem-demo-step1.txt").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 24
        assert lines[0].startswith(" gomem ")
        assert "<svg" in (tmp_path / "gomem-demo-step1.svg").read_text(encoding="utf-8")
        monkeypatch.chdir("/proc")
        await pilot.press("P")
        assert app.message.startswith("No picture was written: ")


async def test_to_an_audience_a_clicker_steps_and_keys_are_shown() -> None:
    app = Explorer(Console(True, read_script("demo", "alloc 48\nalloc 64", "demo")), Options(presenting=True))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert app.model.session.step == 2
        assert app.query_one("#footer", Bar).text().endswith(" page-down")
        assert app.query_one(Prompt).placeholder.startswith("this is the end")
        await pilot.press("pageup")
        await pilot.pause()
        assert app.model.session.step == 1
        assert app.query_one(Prompt).placeholder == "next (page-down): alloc 64"
        assert app.query_one("#why").size.height == 16


async def test_to_an_audience_the_next_step_is_announced_in_a_bright_style() -> None:
    script = read_script("demo", "alloc 48 scan as a\nsay More.\npause\nalloc 64", "demo")
    app = Explorer(Console(True, script), Options(presenting=True, look=Look("dark", "256")))
    async with app.run_test(size=(80, 24)) as pilot:
        prompt = app.query_one(Prompt)
        assert prompt.placeholder == "next (page-down): alloc 48 scan as a"
        drawn = prompt.get_component_rich_style("input--placeholder", partial=True)
        assert drawn.bold
        assert drawn.color is not None
        assert drawn.color.get_truecolor().hex == "#eeeeee"
        await pilot.press("pagedown")
        assert prompt.placeholder == "next (page-down): reading on"
        assert app.query_one("#spans").size.height >= 6


async def test_an_announcement_names_the_key_that_steps() -> None:
    for keys, named in ((Keyboard({"page_down": ["f7"]}), "f7"), (Keyboard({"page_down": []}), "space")):
        app = Explorer(Console(True, read_script("demo", "alloc 48", "demo")), Options(presenting=True, keyboard=keys))
        async with app.run_test(size=(80, 24)):
            assert app.query_one(Prompt).placeholder == f"next ({named}): alloc 48"


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


# --- What a session file points at ----------------------------------------------------------------------------------------

POINTING = "focus spans\nalloc 48 as a\nalloc 64 as b\nfocus heap\npause\nfocus bitmap\nselect a\npause\n"


async def test_walking_back_shows_the_pane_that_was_pointed_at() -> None:
    app = explorer(POINTING)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "space")
        assert app.stage.arrangement.name == "heap"
        await pilot.press("b")
        assert app.stage.arrangement.name == "spans"
        await pilot.press("4", "b")
        assert app.stage.arrangement.name == "spans"
        await pilot.press("4", "space")
        assert app.stage.arrangement.name == "mcentral", "nothing else is pointed at: it stays where one went by hand"


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
        assert app.stage.arrangement.name == "heap"


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
