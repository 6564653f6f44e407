"""The explorer's tables as their user goes through them: filters, matches, orders, the page that stays."""

from gomem_tui.explorer.prompt import Prompt
from tests.tui.driven import explorer, shown


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
        assert app.stage.arrangement.current == "arena", "the pane stays"


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
