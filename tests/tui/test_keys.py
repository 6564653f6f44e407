"""Keys: their names, who has which, and what the explorer does and shows when a configuration gives actions others."""

import string
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.command import Hit
from textual.keys import _character_to_key
from textual.widgets import Input

from gomem_core.files.script import read_script
from gomem_core.go.versions import GO_1_10
from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import PANES
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.linepane import Bar
from gomem_tui.explorer.palette import ActionProvider
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.explorer.screens.help import HelpScreen
from gomem_tui.panes.bars import Where, footer_action, footer_line
from gomem_tui.render.help import help_lines
from gomem_tui.render.lines import plain
from gomem_tui.settings.keynames import KeyNameError, is_typed, read_key, shown
from gomem_tui.settings.keys import IDS, STANDARD, Keyboard
from gomem_tui.settings.options import Options
from tests.tui.screen import text_of
from tests.tui.terminal import Terminal

# --- Names --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("char", [*string.ascii_letters, *string.digits, *string.punctuation, " ", "ä", "§"])
def test_a_character_is_called_as_textual_calls_it(char: str) -> None:
    assert read_key(char) == _character_to_key(char)
    assert is_typed(read_key(char))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("space", "space"), ("esc", "escape"), ("Escape", "escape"), ("page-down", "pagedown"), ("pagedown", "pagedown")),
        *(("ctrl+p", "ctrl+p"), ("Ctrl+P", "ctrl+p"), ("full_stop", "full_stop"), ("↑", "up"), ("shift+tab", "shift+tab")),
        *(("shift+a", "A"), ("f12", "f12"), ("alt+x", "alt+x"), ("shift+ctrl+left", "ctrl+shift+left"), ("ctrl+space", "ctrl+@")),
    ],
)
def test_names_are_read(text: str, name: str) -> None:
    assert read_key(text) == name


@pytest.mark.parametrize(
    ("text", "near"),
    [
        *(("spcae", "space"), ("ctrl+spcae", "ctrl+space"), ("escpae", "escape"), ("hyper+x", None), ("", None), ("\t", None)),
        *(("ctrl+i", "tab"), ("ctrl+m", "enter"), ("ctrl+[", "escape"), ("ctrl+h", "backspace")),  # the same to a terminal
        *(("b,backspace", None), ("ctrl+", None), ("ctrl+ctrl+x", None), ("shift+1", None)),
    ],
)
def test_what_is_no_key(text: str, near: str | None) -> None:
    with pytest.raises(KeyNameError) as e:
        read_key(text)
    assert e.value.suggestion == near


def test_what_is_shown_can_be_read() -> None:
    for key in STANDARD.keys:
        for name in key.keys:
            assert read_key(shown(name)) == name


def test_the_prompt_has_all_keys_that_edit_a_line() -> None:
    """Those of Textual's input, but for what copies, which is not typing, and what no terminal sends."""
    theirs = {binding.key for binding in Binding.make_bindings([*Input.BINDINGS, *Prompt.BINDINGS])}
    assert {key for key in theirs if not is_typed(key)} == {"ctrl+c", "super+c", "super+backspace"}


# --- The keyboard -------------------------------------------------------------------------------------------------------


def test_ids_and_keys_are_used_once() -> None:
    assert len(set(IDS)) == len(IDS)
    names = [name for key in STANDARD.keys for name in key.keys]
    assert len(set(names)) == len(names)


def test_a_key_goes_from_who_has_it_by_default() -> None:
    keyboard = Keyboard({"step": ["n", "b"]})
    assert keyboard.names("step") == ["n", "b"]
    assert keyboard.names("step_back") == ["u"]
    assert keyboard.names("next_match") == []
    assert keyboard.changed() == {"step": ("space",), "step_back": ("b", "u"), "next_match": ("n",)}
    assert STANDARD.changed() == {}


def test_texts_name_the_keys_that_hold() -> None:
    keyboard = Keyboard({"back": ["f2"], "event_back": ["x"], "pane_objects": ["0"]})
    helps = {key.id: key.help for key in keyboard.keys}
    assert helps["last_step"] == "Do all steps that are left; f2 stops."
    assert {name for name, *_ in keyboard.footer()} >= {". x", "tab 1-0"}
    assert plain(footer_line(keyboard, "", Where("prompt"), 80)).split()[-2:] == ["f2", "leave"]


def test_a_footer_without_the_keys_that_are_gone() -> None:
    keyboard = Keyboard({"step": [], "event_back": []})
    shown_now = " ".join(plain(footer_line(keyboard, "", Where("spans"), 80)).split())
    assert shown_now == "b back . event : command tab 1-9 panes ? help q quit"


@pytest.mark.parametrize(
    ("width", "pressed", "told"),
    [
        (80, "", "space step b back . , event : command tab 1-9 panes ? help q quit"),
        (73, "", "space step b back . , event : command tab 1-9 panes ? help q quit"),
        (60, "", "space step b back . , event : command ? help q quit"),
        (60, "page-down", "space step b back : command ? help q quit page-down"),
    ],
)
def test_a_narrow_footer_keeps_what_one_cannot_do_without(width: int, pressed: str, told: str) -> None:
    line = plain(footer_line(STANDARD, "", Where("spans"), width, pressed))
    assert " ".join(line.split()) == told
    assert len(line) == width
    assert "…" not in line


def test_a_message_that_is_too_long_ends_between_words() -> None:
    line = plain(footer_line(STANDARD, "one two three four", Where("spans"), 13))
    assert line.rstrip() == " one two …"


@pytest.mark.parametrize(("typing", "width", "pressed"), [(False, 80, ""), (False, 60, ""), (False, 80, "space"), (True, 60, "")])
def test_a_click_on_a_key_of_the_footer_means_its_action(typing: bool, width: int, pressed: str) -> None:
    where = Where("prompt" if typing else "spans")
    text = plain(footer_line(STANDARD, "", where, width, pressed))
    found = list(dict.fromkeys(footer_action(STANDARD, where, width, pressed, x) for x in range(width)))
    if typing:
        assert found == ["submit", "app.turn(1)", "older", "app.back", ""]
    else:
        assert set(found) > {"step", "step_back", "help", "quit"}
        assert footer_action(STANDARD, Where("spans"), width, pressed, text.index(" step")) == "step"
        assert footer_action(STANDARD, Where("spans"), width, pressed, text.index("? help")) == "help"
        assert footer_action(STANDARD, Where("spans"), width, pressed, text.index("q quit")) == "quit"


# --- The explorer -------------------------------------------------------------------------------------------------------

OTHERS = Keyboard({
    "step": ["f5"], "step_back": ["space"], "quit": ["x", "ctrl+x"], "back": ["f2"], "prompt": ["i"], "next_pane": ["f3"],
    "previous_pane": ["tab"], "help": ["f4"], "palette": [], "down": ["w"],
})  # fmt: skip


def explorer(keyboard: Keyboard = OTHERS) -> Explorer:
    return Explorer(Console(True, read_script("demo", "alloc 48\nalloc 48\nalloc 48", "demo")), Options(keyboard=keyboard))


async def test_other_keys_hold_and_the_old_ones_do_not() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f5", "f5", "b", "u")
        assert app.model.session.step == 2
        await pilot.press("space")  # a default key of step, now step_back's
        assert app.model.session.step == 1
        await pilot.press("q", "ctrl+q", "ctrl+p", "question_mark", "colon")
        assert app.is_running
        assert not app.screen.is_modal
        assert not app.query_one(Prompt).has_focus
        app.footer.say("")
        assert plain(app.footer.line(80)).split()[:4] == ["f5", "step", "space", "back"]
        await pilot.press("x")
        await pilot.pause()
    assert app.return_code == 0


async def test_the_prompt_takes_what_is_typed() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "i", "x", "space", "w", "colon", "q")
        assert app.query_one(Prompt).value == "ix w:q"
        await pilot.press("ctrl+u", "a", "l", "l", "f3")
        assert app.query_one(Prompt).value == "alloc"
        await pilot.press("escape")
        assert app.query_one(Prompt).has_focus
        await pilot.press("f2")
        assert not app.query_one(Prompt).has_focus
        assert app.is_running


async def test_panes_turn_with_other_keys() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, pane in ((("f3", "f3"), "bitmap"), (("tab",), "arena")):
            await pilot.press(*keys)
            assert app.stage.arrangement.current == pane


@pytest.mark.parametrize("close", ["f2", "x", "f4"])
async def test_the_help_shows_other_keys_and_listens_to_them(close: str) -> None:
    page = "\n".join(map(plain, help_lines(OTHERS, GO_1_10, "spans", 100)))
    assert "  f5              Do the next step." in page
    assert "ctrl+p" not in page
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f4")
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("w", "escape", "q", "question_mark")
        assert app.screen.query_one("#help").scroll_offset.y == 1
        await pilot.press(close)
        assert not app.screen.is_modal
        assert app.is_running


async def test_the_palette_shows_other_keys() -> None:
    app = explorer()
    async with app.run_test():
        hits = [str(hit.text) async for hit in ActionProvider(app.screen).discover()]
        assert "step: Do the next step.  (f5)" in hits
        assert "palette: Find an action or a command by part of its name." in hits


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("quit", "quit: Leave gomem."),
        ("zoom", "zoom: Give one pane"),
        ("event log", "event log: Switch Why"),
        ("churn", ":churn N"),
    ],
)
async def test_the_palette_finds_what_is_called_so_first(typed: str, first: str) -> None:
    app = explorer()
    async with app.run_test():
        hits = [hit async for hit in ActionProvider(app.screen).search(typed)]
        best = max((hit for hit in hits if isinstance(hit, Hit)), key=lambda hit: hit.score)
        assert str(best.prompt).startswith(first)


async def test_the_palette_begins_a_command() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        hits = [hit async for hit in ActionProvider(app.screen).search("churn N")]
        max((hit for hit in hits if isinstance(hit, Hit)), key=lambda hit: hit.score).command()
        await pilot.press("5")
        assert app.query_one(Prompt).value == "churn 5"


@pytest.mark.parametrize("pane", [*PANES])
@pytest.mark.parametrize("width", [56, 76, 106])
def test_the_help_begins_with_the_pane_and_fits(pane: Pane, width: int) -> None:
    lines = [plain(line) for line in help_lines(STANDARD, GO_1_10, pane, width)]
    assert max(map(len, lines)) <= width
    assert lines[0] == "esc closes this page, ↓ and page-down scroll it."
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings[1].lower() == pane
    keys = {key.id for key in STANDARD.keys}
    assert len(keys) <= sum(line.startswith("  ") and line[2] != " " for line in lines)


async def test_question_mark_explains_the_pane_that_has_the_keyboard() -> None:
    app = Explorer(Console(True, read_script("x", "alloc 48", "x")), Options())
    async with app.run_test(size=(80, 24)) as pilot:
        for key, words in (("3", "The heap bitmap of the selected span"), ("7", "What became of each byte")):
            await pilot.press(key, "question_mark")
            await pilot.pause()
            assert words in "\n".join(text_of(app.screen))
            await pilot.press("escape")


async def test_messages_name_other_keys() -> None:
    app = explorer()
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.query_one(Prompt).placeholder == "f5 does: alloc 48  (V: all of it on go1.27)"
        await pilot.press("f5", "f5", "f5", "f5")
        assert app.message == "This is the end; i types a command."
        await pilot.press("ctrl+c")
        assert app.message == "x or ctrl+x quits; f2 leaves the prompt."
        assert app.query_one("#footer", Bar)


def test_over_a_terminal(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[explorer]\nmouse = false\n[keys]\nstep = "page-down"\nquit = ["ctrl+x"]\nnext_pane = "f3"\n')
    terminal = Terminal(GOMEM_CONFIG=str(config))
    terminal.wait_for("page-down does")
    terminal.wait_for("ctrl+x quit")
    terminal.send("\x1b[6~")
    terminal.wait_for("node = 0xc420000000")
    assert not terminal.modes.get(b"1000")
    terminal.send("q \x11")  # none of them means anything now
    terminal.settle()
    terminal.send("\x1bOR")
    terminal.wait_for("▌ 2 Arena")
    terminal.send("\x18")
    assert terminal.exit_code() == 0


def test_a_broken_configuration_is_told_before_the_screen_is_taken(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[keys]\nstpe = "x"\n')
    terminal = Terminal(columns=200, GOMEM_CONFIG=str(config))
    assert terminal.exit_code() == 3
    assert f'{config}:2: no action is called "stpe"; gomem keys lists them; did you mean step?' in terminal.bytes.decode()
    assert "gomem config check" in terminal.bytes.decode()
    assert b"\x1b[?1049h" not in terminal.bytes
    terminal = Terminal("--no-config", GOMEM_CONFIG=str(config))
    terminal.wait_for("space does")
    terminal.send("q")
    assert terminal.exit_code() == 0
