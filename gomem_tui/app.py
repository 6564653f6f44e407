"""The explorer: composition of panes, prompt and keys around one session."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, Final, cast

os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")  # else Textual leaves a mouse mode switched on at exit

from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.events import Click, Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from gomem_tui.hint import hint, takes_long
from gomem_tui.keys import KEYS
from gomem_tui.paint import Painter
from gomem_tui.panes.bars import Bar, footer_line
from gomem_tui.panes.base import HeapPane, LinePane
from gomem_tui.panes.heap import ArenaPane, BitmapPane, McentralPane, SpansPane
from gomem_tui.panes.model import Model
from gomem_tui.panes.more import HeapStatsPane, LayoutPane, McachePane, ObjectsPane
from gomem_tui.panes.why import WhyPane
from gomem_tui.prompt import Prompt
from gomem_tui.render.header import render_header
from gomem_tui.render.lines import Line
from gomem_tui.screens.help import HelpScreen
from gomem_tui.script import Script, ScriptError, demo_script, load_script

NEEDS: Final = (60, 16)  # columns and rows below which nothing sensible can be shown
WIDE: Final = (110, 32)  # from here on all panes are shown at once

ROOMY: Final = 24  # rows from here on: Why shows its ladder and the answer

HUGE: Final = (186, 52)  # from here on every pane is shown at once

WHY: Final = 6
PANES: Final = {
    1: "spans",
    2: "arena",
    3: "bitmap",
    4: "mcentral",
    5: "mcache",
    WHY: "why",
    7: "heap",
    8: "layout",
    9: "objects",
}
# Where four panes are shown, these share a place: the one that was looked at last has it.
PLACES: Final = ((1, 9), (2, 8), (3,), (4, 5, 7))


def key_provider() -> type:
    """What the palette offers; imported when it is opened first, for the palette is a tenth of the time to the first picture."""
    from gomem_tui.palette import KeyProvider  # noqa: PLC0415 -- see above

    return KeyProvider


class Explorer(App[int]):
    """The terminal app."""

    TITLE = "gomem"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[Any]] = {key_provider}
    AUTO_FOCUS = None  # only the prompt ever has Textual's focus, and only while somebody types
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(key.keys), key.action, key.label, show=False, priority=key.first) for key in KEYS
    ]

    def __init__(self, script: Script) -> None:
        super().__init__(ansi_color=True)
        self.animation_level = "none"
        self._painter = Painter()
        self.script = script
        self.model = Model(self.look_again)
        self.message = ""
        self._stale = False  # the panes are about to look again
        self.filtering = False  # the prompt takes a filter, not a command
        self.current = 1  # number of the pane that has the keyboard
        self.upper = 1  # number of the pane that small terminals show beside Why
        self.placed = [numbers[0] for numbers in PLACES]

    # --- Composition --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, panes, Why, prompt, footer; and a word for terminals that are too small."""
        yield Bar(self._header, id="header")
        with Container(id="panes"):
            yield SpansPane(self.model)
            yield ObjectsPane(self.model)
            yield ArenaPane(self.model)
            yield LayoutPane(self.model)
            yield BitmapPane(self.model)
            yield McentralPane(self.model)
            yield McachePane(self.model)
            yield HeapStatsPane(self.model, lambda: self.model.session.account, lambda: self.model.heap_live)
        yield WhyPane(self.model)
        with Horizontal(id="prompt-row"):
            yield Static(":", id="colon")
            yield Prompt(self.model.session.objects.names)
        yield Bar(lambda width: footer_line(self.message, self._prompt.has_focus, width), id="footer")
        yield Static("", id="too-small")

    def on_mount(self) -> None:
        """Start where the first key shows something."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):  # leave the terminal as it was
            loop.add_signal_handler(number, self.exit, 128 + number)
        self.app_suspend_signal.subscribe(self, lambda _: self._painter.forget(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self._awake(), immediate=True)
        self._prompt.placeholder = self._placeholder()
        self._show_current()

    @property
    def _one_pane(self) -> bool:
        """Whether only the current pane is shown."""
        return self.screen.has_class("small") or self.screen.has_class("zoomed")

    @property
    def _prompt(self) -> Prompt:
        return self.query_one(Prompt)

    def _pane(self, number: int) -> HeapPane:
        return self.query_one(f"#{PANES[number]}", HeapPane)

    def _header(self, width: int) -> Line:
        done = (self.script.done, len(self.script.lines))
        return render_header(self.model.view, self.model.session.step, done, self.script.name, width)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Textual's private way out; see paint.py."""
        super()._display(screen, cast("RenderableType | None", self._painter.reduce(renderable, screen.size)))

    def _awake(self) -> None:
        """Another program had the terminal."""
        self._painter.forget()
        self.screen.refresh(layout=True)

    # --- Showing --------------------------------------------------------------------------------------------------------

    def look_again(self) -> None:
        """Something changed: the panes look again once all keys that are there already are done."""
        if not self._prompt.has_focus:
            self.message = ""
        if not self._stale:
            self._stale = True
            self.call_later(self._redraw_all)

    def _redraw_all(self) -> None:
        """Every pane scrolls to the selection and repaints what differs."""
        self._stale = False
        for pane in self.query(HeapPane):
            if pane.id != "why":
                pane.reveal()
        for widget in self.query(LinePane):
            widget.redraw()

    def say(self, message: str) -> None:
        """Show a message in the footer until the next key."""
        self.message = message
        self.query_one("#footer", Bar).redraw()

    def on_resize(self, event: Resize) -> None:
        """Choose a layout; focus, scroll and selection stay."""
        width, height = event.size
        self.screen.set_class(width < NEEDS[0] or height < NEEDS[1], "tiny")
        self.screen.set_class(width < WIDE[0] or height < WIDE[1], "small")
        self.screen.set_class(height < ROOMY, "short")
        self.screen.set_class(width >= HUGE[0] and height >= HUGE[1], "huge")
        text = f"gomem needs {NEEDS[0]}×{NEEDS[1]}; this terminal has {width}×{height}"
        self.query_one("#too-small", Static).update(text)
        self._arranged()

    def _arranged(self) -> None:
        """The layout changed: mark the current pane anew, and draw everything when sizes are known."""
        self._show_current()
        self.call_after_refresh(self.look_again)

    def on_descendant_focus(self) -> None:
        """The prompt took the keyboard."""
        self._show_current()

    def on_descendant_blur(self) -> None:
        """The prompt gave it back."""
        if self.filtering:
            self.filtering = False
            self._prompt.remembers = True
            self.query_one("#colon", Static).update(":")
            self._prompt.value = ""
            self._prompt.placeholder = self._placeholder()
        self.say("")
        self._show_current()

    def _show_current(self) -> None:
        """Mark the pane that has the keyboard, which is the one that small terminals and zoom show."""
        if self.current != WHY:
            self.upper = self.current
            self.placed = [self.upper if self.upper in numbers else now for numbers, now in zip(PLACES, self.placed, strict=True)]
        self.screen.set_class(self.current == WHY, "on-why")
        shown = self._shown()
        for number, name in PANES.items():
            pane = self.query_one(f"#{name}", HeapPane)
            pane.active = number == self.current and not self._prompt.has_focus
            if number != WHY:
                pane.set_class(number not in shown, "off")
            pane.redraw()

    def _shown(self) -> set[int]:
        """Numbers of the panes that the layout has room for, beside Why."""
        if self._one_pane:
            return {self.upper}
        return set(PANES) if self.screen.has_class("huge") else set(self.placed)

    def _placeholder(self) -> str:
        following = self.script.following
        if following is None:
            return "the script is at its end; type a command, for example alloc 48 scan"
        return f"space does: {following.text.strip()}"

    # --- Actions: see keys.py ---------------------------------------------------------------------------------------------

    def action_step(self) -> None:
        """Do the next command of the script."""
        line = self.script.following
        if line is None:
            self.say("The script is at its end; : types a command.")
            return
        self.script.done += 1
        self._after_a_word(line.text, lambda: self._do(line.text, line.notes))

    def _after_a_word(self, text: str, do: Callable[[], object]) -> None:
        """Do a command at once, or, when it will take long, once the screen says so."""
        if takes_long(text):
            self.say(f"working: {text.strip()} …")
            self.call_after_refresh(do)
        else:
            do()

    def _do(self, text: str, notes: Iterable[str]) -> bool:
        self.message = ""
        self.model.notes = list(notes)
        self.query_one(WhyPane).reveal()
        self._prompt.placeholder = self._placeholder()
        outcome = self.model.submit(text)
        if outcome.error is not None and not self.query_one(WhyPane).display:
            self.say(str(outcome.error))
        return outcome.ok

    def on_input_changed(self, event: Input.Changed) -> None:
        """While a command is being typed the footer says what it would do, or what it looks like."""
        if self.filtering:
            self.say(self.model.filter(event.value))
        else:
            self.say(hint(event.value, self.model.view))

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Do what was typed or pasted; a wrong line stays to be mended, and ends a pasted script."""
        if self.filtering:
            self.set_focus(None)
            return
        self._after_a_word("\n".join(event.lines), lambda: self._do_typed(event))

    def _do_typed(self, event: Prompt.Entered) -> None:
        for number, line in enumerate(event.lines):
            if not self._do(line, ()):
                with self._prompt.prevent(Input.Changed):  # its hint would replace what is said here
                    self._prompt.value = line
                if left := len(event.lines) - number - 1:
                    self.say(f"{left} pasted lines behind the wrong one were not done")
                return
        self._prompt.value = ""
        if event.problem:
            self.say(event.problem)

    def action_prompt(self) -> None:
        """Type a command; in the prompt a colon is a colon, but for one at its beginning, which is habit."""
        if not self._prompt.has_focus:
            self._prompt.can_focus = True
            self.screen.set_focus(self._prompt)  # at once: the next keys may be there already
        elif self._prompt.value:
            self._prompt.insert_text_at_cursor(":")

    async def action_back(self) -> None:
        """One level back."""
        if self._prompt.has_focus:
            if self.filtering:
                self.model.filter("")
            self.set_focus(None)
        elif self.model.order.text:
            self.say(self.model.filter(""))
        else:
            self.screen.remove_class("zoomed")
            self._arranged()

    def action_next_pane(self) -> None:
        """Focus the next pane; in the prompt, take the completion."""
        if self._prompt.has_focus:
            self._prompt.action_cursor_right()
        else:
            self._turn(1)

    def action_previous_pane(self) -> None:
        """Focus the pane before."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        numbers = list(PANES)
        self.action_pane(numbers[(numbers.index(self.current) + step) % len(numbers)])

    def action_pane(self, number: int) -> None:
        """Focus a pane by its number."""
        self.current = number
        self.set_focus(None)
        before = self._shown()
        self._show_current()
        if self._shown() != before:
            self.call_after_refresh(self.look_again)

    def action_zoom(self) -> None:
        """One pane gets all the room."""
        self.screen.toggle_class("zoomed")
        self._arranged()

    async def action_help(self) -> None:
        """Keys and commands."""
        await self.push_screen(HelpScreen())

    def action_cursor_up(self) -> None:
        """Move in the pane."""
        self._pane(self.current).move(-1)

    def action_cursor_down(self) -> None:
        """Move in the pane."""
        self._pane(self.current).move(1)

    def action_cursor_left(self) -> None:
        """Move in the pane."""
        self._pane(self.current).move(0, -1)

    def action_cursor_right(self) -> None:
        """Move in the pane."""
        self._pane(self.current).move(0, 1)

    def action_page_up(self) -> None:
        """Move in the pane."""
        pane = self._pane(self.current)
        pane.move(-pane.page())

    def action_page_down(self) -> None:
        """Move in the pane."""
        pane = self._pane(self.current)
        pane.move(pane.page())

    def action_top(self) -> None:
        """Move in the pane."""
        self._pane(self.current).move(-HeapPane.FAR)

    def action_bottom(self) -> None:
        """Move in the pane."""
        self._pane(self.current).move(HeapPane.FAR)

    def action_sort(self, by: int) -> None:
        """Another order of the spans table."""
        self.query_one(SpansPane).sort(by)

    def action_filter(self) -> None:
        """Type a filter of the spans table; it works while it is being typed."""
        self.action_pane(1)
        self.filtering = True
        self._prompt.remembers = False
        self.query_one("#colon", Static).update("/")
        self._prompt.placeholder = "class:5  state:free  used<50%  or a regular expression"
        self._prompt.value = self.model.order.text
        self.action_prompt()

    def action_lens(self) -> None:
        """The arena's next lens."""
        self.query_one(ArenaPane).next_lens()

    def action_enter(self) -> None:
        """From a class of the Heap pane to its mcentral."""
        if PANES[self.current] == "heap":
            self.action_pane(4)

    def action_map_zoom(self, by: int) -> None:
        """More or fewer pages a cell of the arena."""
        self.query_one(ArenaPane).zoom(by)

    def action_event_log(self) -> None:
        """Why: the ladder or the events."""
        self.query_one(WhyPane).toggle_log()

    def action_explain_quit(self) -> None:
        """Tell how to quit."""
        self.say("q or ctrl+q quits; esc leaves the prompt.")

    async def action_quit(self) -> None:
        """Leave."""
        self.exit(0)

    def on_click(self, event: Click) -> None:
        """Focus a pane, and select what was clicked."""
        widget: Widget | None = event.widget
        if isinstance(widget, HeapPane):
            number = next(n for n, name in PANES.items() if name == widget.id)
            if number != self.current:
                self.action_pane(number)
            widget.pick(event.x, event.y)


def run_explorer(path: Path | None) -> int:
    """Open the explorer on a script, or on the built-in one; returns the exit code, 3 for a bad script."""
    try:
        script = demo_script() if path is None else load_script(path)
    except ScriptError as e:
        print(f"gomem: {e}", file=sys.stderr)
        return 3
    code = Explorer(script).run()
    return code or 0
