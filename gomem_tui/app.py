"""The explorer: composition of panes, prompt and keys around one session."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Final, cast

os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")  # else Textual leaves a mouse mode switched on at exit

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap
from textual.containers import Container
from textual.events import Click, Event, Resize
from textual.events import Key as KeyEvent
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.widget import Widget
from textual.widgets import Input, Static

from gomem_core.console import Console
from gomem_core.journal import JournalError, killed_last, prune
from gomem_core.lang import Names
from gomem_core.lang.moves import Focus
from gomem_core.offers import offers
from gomem_core.outcome import Outcome
from gomem_core.script import ScriptError
from gomem_core.step import PAUSE
from gomem_tui.arrangement import NEEDS, PANES, WHY, Arrangement
from gomem_tui.chrome import LineScrollBar, textual_theme
from gomem_tui.hint import forked, hint, offer, taken_up_by, takes_long
from gomem_tui.keynames import shown
from gomem_tui.opening import open_console
from gomem_tui.options import Options
from gomem_tui.output import write_picture
from gomem_tui.paint import Painter, text_of
from gomem_tui.panes.bars import Bar, footer_line
from gomem_tui.panes.base import HeapPane, LinePane
from gomem_tui.panes.heap import ArenaPane, BitmapPane, McentralPane, SpansPane
from gomem_tui.panes.more import HeapStatsPane, LayoutPane, McachePane, ObjectsPane
from gomem_tui.panes.why import WhyPane
from gomem_tui.prompt import Prompt, PromptRow
from gomem_tui.render.header import render_header
from gomem_tui.render.lines import Line
from gomem_tui.render.scrub import Track, render_scrub
from gomem_tui.screens.help import HelpScreen
from gomem_tui.style import styles
from gomem_tui.travel import Traveller

DEFAULT: Final = Options()
LEAVE: Final = ("q", "quit", "exit")  # what habit types into the prompt


def key_provider() -> type:
    """What the palette offers; imported when it is opened first, for the palette is a tenth of the time to the first picture."""
    from gomem_tui.palette import KeyProvider  # noqa: PLC0415 -- see above

    return KeyProvider


class Explorer(Traveller):
    """The terminal app."""

    TITLE = "gomem"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[Any]] = {key_provider}
    AUTO_FOCUS = None  # only the prompt ever has Textual's focus, and only while somebody types

    def __init__(self, desk: Console, options: Options = DEFAULT) -> None:
        super().__init__(desk, options.keyboard)
        self._bindings = BindingsMap(  # no others, not even Textual's own: a key that was taken away does nothing
            Binding(name, key.action, key.label, show=False, priority=key.goes_first(name))
            for key in self.keyboard.keys
            for name in key.keys
        )
        self.options = options
        self._pressed = ""  # shown to an audience
        self.animation_level = "none"
        look = options.look
        self.token_styles = styles(look.theme, look.depth)
        self.no_color = look.depth == "none"
        theme = textual_theme(look)
        self.register_theme(theme)
        self.set_reactive(Explorer.theme, theme.name)
        self.stylesheet.set_variables(self.get_css_variables())
        ScrollBar.renderer = LineScrollBar
        self._painter = Painter(look)
        self.arrangement = Arrangement()
        self._stale = False  # the panes are about to look again

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
        yield WhyPane(self.model, self.keyboard)
        yield Bar(self._scrub, id="scrub")
        yield PromptRow(self._offers)
        yield Bar(self._footer, id="footer")
        yield Static("", id="too-small")

    def on_mount(self) -> None:
        """Start where the first key shows something."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):  # leave the terminal as it was
            loop.add_signal_handler(number, self._hang_up, 128 + number)
        self.app_suspend_signal.subscribe(self, lambda _: self._painter.forget(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self._awake(), immediate=True)
        self._prompt.placeholder = self._placeholder()
        self.model.arrived()  # a session that was taken up again stands somewhere already
        self._show_current()
        self.call_after_refresh(self._tell_of_journals)

    def _hang_up(self, code: int) -> None:
        """Somebody wants gomem to end; what takes long would keep it."""
        self.model.session.machine.stop = self.busy
        self.exit(code)

    def _tell_of_journals(self) -> None:
        """Offer the session that was killed last; old journals go."""
        problem = self.desk.take_problem()
        if problem:
            self.say(problem)
        elif self.desk.journal is not None:
            prune()
            killed = killed_last()
            if killed is not None and not self.model.session.step:
                self.say(offer(killed, time.time_ns(), ":resume"))

    def _offers(self) -> Names | None:
        """What completion can take from the session; nothing while another thread works on it."""
        session = self.model.session
        return None if self.busy else offers(session.view, session.objects, session.timeline)

    @property
    def _row(self) -> PromptRow:
        return self.query_one(PromptRow)

    @property
    def _prompt(self) -> Prompt:
        return self._row.prompt

    @property
    def _pane(self) -> HeapPane:
        """The pane that has the keyboard."""
        return self.query_one(f"#{self.arrangement.name}", HeapPane)

    def _header(self, width: int) -> Line:
        session = self.model.session
        place = (session.step, session.event, len(session.timeline.steps))
        return render_header(self.model.view, place, self.desk.script.title or self.desk.script.name, width)

    def _footer(self, width: int) -> Line:
        return footer_line(self.keyboard, self.message, self._prompt.has_focus, width, self._pressed)

    def _scrub(self, width: int) -> Line:
        session = self.model.session
        timeline, marks = session.timeline, session.machine.marks
        return render_scrub(Track(session.step, session.event, len(timeline.steps), marks, timeline.marks), width)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Textual's private way out; see paint.py."""
        super()._display(screen, cast("RenderableType | None", self._painter.reduce(renderable, screen.size)))

    def _awake(self) -> None:
        """Another program had the terminal."""
        self._painter.forget()
        self.screen.refresh(layout=True)

    # --- Showing --------------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """The heap or the selection changed: what the footer said is over, unless it speaks of what is being typed."""
        if not self._prompt.has_focus:
            self.message = ""
        self.look_again()

    def look_again(self) -> None:
        """The panes look again once all keys that are there already are done."""
        if not self._stale:
            self._stale = True
            self.call_later(self._redraw_all)

    def _redraw_all(self) -> None:
        """Every pane scrolls to the selection and repaints what differs."""
        self._stale = False
        if self.busy:  # then they look again when that is done
            return
        for widget in self.query(LinePane):
            if isinstance(widget, HeapPane) and widget.id != "why":
                widget.reveal()
            widget.redraw()

    def say(self, message: str) -> None:
        """Show a message in the footer until the next key."""
        self.message = message
        self.query_one("#footer", Bar).redraw()

    def on_resize(self, event: Resize) -> None:
        """Choose a layout; focus, scroll and selection stay."""
        self.arrangement.size = width, height = event.size
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
        self._row.closed(self._placeholder())
        self.say("")
        self._show_current()

    def _show_current(self) -> None:
        """Show the panes that there is room for, and mark the one that has the keyboard."""
        self.screen.set_class(self.options.presenting, "presenting")
        for name, has in self.arrangement.classes().items():
            self.screen.set_class(has, name)
        shown = self.arrangement.shown()
        for number, name in PANES.items():
            pane = self.query_one(f"#{name}", HeapPane)
            pane.active = number == self.arrangement.current and not self._prompt.has_focus
            if number != WHY:
                pane.set_class(number not in shown, "off")
            pane.redraw()

    def _placeholder(self) -> str:
        session = self.model.session
        if session.timeline.following is None:
            return "this is the end; type a command, for example alloc 48 scan"
        line = session.line(session.step + 1).strip()
        key = self.keyboard.name("step") or "next"
        return f"{key} reads on" if line == PAUSE else f"{key} does: {line}"

    # --- The prompt -------------------------------------------------------------------------------------------------------

    def worked(self) -> None:
        """The session stands elsewhere: Why begins at its top, the prompt says what comes next, a lesson points at panes."""
        self.query_one(WhyPane).reveal()
        outcome = self.model.session.outcome
        if outcome is not None and outcome.said is not None and not outcome.event:
            self._focus(outcome.said.focus)
        self.screen.set_class(outcome is not None and outcome.said is not None and bool(outcome.said.says), "told")
        self._prompt.placeholder = self._placeholder()

    def answered(self, outcome: Outcome) -> None:
        """Show what a typed line led to: in the panes, or, what they have no room for, in the footer."""
        self.model.arrived(outcome)
        if isinstance(outcome.command, Focus) and outcome.ok:
            self._focus(outcome.command.panes)
        elif outcome.error is not None and not self.query_one(WhyPane).display:
            self.say(str(outcome.error))
        elif self.model.answer is not None and outcome.result is not None:
            self.say(outcome.result.summary)

    def _focus(self, names: Iterable[str]) -> None:
        """Show these panes, as far as there is room; the last one gets the keyboard."""
        for name in names:
            self.action_pane(next(number for number, pane in PANES.items() if pane == name))

    def on_input_changed(self, event: Input.Changed) -> None:
        """While a command is being typed the footer says what it would do, or what it looks like."""
        if self.busy:
            return
        about = self.model.filter(event.value) if self._row.filtering else hint(event.value, self.model.view)
        self.say(self._prompt.alternatives(self.size.width - 1) or about)

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Do what was typed or pasted; a wrong line stays to be mended, and ends a pasted script."""
        if self._row.filtering:
            self.set_focus(None)
            return
        if event.lines[0].strip() in LEAVE and len(event.lines) == 1:
            self.call_later(self.action_quit)
            return
        if self.busy:
            self.say(f"working; {self.keyboard.name('back')} stops it")
            self._mend(event.lines[0])
            return
        long = takes_long("\n".join(event.lines), self.model.session)
        self.work(lambda: self._submit_all(event.lines), lambda done: self._typed(event, done), long)

    def _submit_all(self, lines: list[str]) -> list[Outcome]:
        """Do one line after the other, up to the first that is wrong."""
        done: list[Outcome] = []
        for line in lines:
            done.append(self.model.submit(line))
            if not done[-1].ok or self.stopped:
                break
        return done

    def _typed(self, event: Prompt.Entered, done: list[Outcome]) -> None:
        self.answered(done[-1])
        future = self.desk.take_left()
        if future and not self.message:
            self.say(forked(future, self.model.session.timeline.name))
        right = done[-1].ok
        if not right:
            self._mend(event.lines[len(done) - 1])
        if right and event.problem:
            self.say(event.problem)
        if left := len(event.lines) - len(done):
            which = "behind the wrong one" if not right else "behind the one that was stopped"
            self.say(f"{left} pasted lines {which} were not done")

    def _mend(self, line: str) -> None:
        """Offer a line again that was wrong or came too early, unless another one is being typed already."""
        if not self._prompt.value:
            with self._prompt.prevent(Input.Changed):  # its hint would replace what is said here
                self._prompt.value = line
            self._prompt.cursor_position = len(line)

    def action_prompt(self) -> None:
        """Type a command; in the prompt a colon is a colon, but for one at its beginning, which is habit."""
        if not self._prompt.has_focus:
            self._row.open()
        elif self._prompt.value:
            self._prompt.insert_text_at_cursor(":")

    async def action_back(self) -> None:
        """One level back."""
        if self.busy:
            self.stop_working()
        elif self._prompt.has_focus:
            if self._row.filtering:
                self.model.filter("")
            self._prompt.value = ""  # what was typed can be had again from the history
            self.set_focus(None)
        elif self.model.order.text:
            self.say(self.model.filter(""))
        else:
            self.arrangement.zoomed = False
            self._arranged()

    def action_turn(self, step: int) -> None:
        """Focus the next pane, or the one before; in the prompt, complete, and walk through what fits."""
        if self._prompt.has_focus:
            self._prompt.complete(step)
            self.say(self._prompt.alternatives(self.size.width - 1) or self.message)
        else:
            self.action_pane(self.arrangement.neighbour(step))

    def action_pane(self, number: int) -> None:
        """Focus a pane by its number."""
        before = self.arrangement.shown()
        self.arrangement.choose(number)
        self.set_focus(None)
        self._show_current()
        if self.arrangement.shown() != before:
            self.call_after_refresh(self.look_again)

    def action_zoom(self) -> None:
        """One pane gets all the room."""
        self.arrangement.zoomed = not self.arrangement.zoomed
        self._arranged()

    async def action_help(self) -> None:
        """Keys and commands."""
        await self.push_screen(HelpScreen(self.keyboard))

    def action_move(self, rows: int, columns: int) -> None:
        """Move in the pane."""
        self._pane.move(rows, columns)

    def action_page(self, by: int) -> None:
        """Move in the pane by what it shows; to an audience, these are a clicker's keys."""
        if not self.options.presenting:
            self._pane.move(by * self._pane.page())
        elif by > 0:
            self.action_step()
        else:
            self.action_step_back()

    def action_edge(self, by: int) -> None:
        """Move to the pane's first or last row."""
        self._pane.move(by * HeapPane.FAR)

    def action_sort(self, by: int) -> None:
        """Another order of the spans table."""
        self.query_one(SpansPane).sort(by)

    def action_filter(self) -> None:
        """Type a filter of the spans table; it works while it is being typed."""
        self.action_pane(1)
        self._row.open_for_filter(self.model.order.text)

    def action_match(self, step: int) -> None:
        """The filter's next match, or the one before."""
        self.say(self.query_one(SpansPane).match(step))

    def action_lens(self) -> None:
        """The arena's next lens."""
        self.query_one(ArenaPane).next_lens()

    def action_enter(self) -> None:
        """From a class of the Heap pane to its mcentral."""
        if self.arrangement.name == "heap":
            self.action_pane(4)

    def action_map_zoom(self, by: int) -> None:
        """More or fewer pages a cell of the arena."""
        self.query_one(ArenaPane).zoom(by)

    def action_event_log(self) -> None:
        """Why: the ladder or the events."""
        self.query_one(WhyPane).toggle_log()

    def action_copy(self) -> None:
        """The address of what is selected, to the clipboard."""
        addr = self.model.scene.selection.addr
        if addr:
            self._copy(f"{addr:#x}", f"{addr:#x}")
        else:
            self.say("Nothing is selected.")

    def action_copy_pane(self) -> None:
        """What the pane shows, to the clipboard."""
        self._copy(self._pane.text(), f"the {self.arrangement.name} pane")

    def _copy(self, text: str, what: str) -> None:
        self.copy_to_clipboard(text)
        self.say(f"Copied {what}, if this terminal lets programs copy (OSC 52).")

    def action_picture(self) -> None:
        """What the screen shows, as two files."""
        try:
            path = write_picture(self.export_screenshot(), text_of(self.screen), self.desk.script.name, self.model.session.step)
        except OSError as e:
            self.say(f"No picture was written: {e.strerror or e}")
        else:
            self.say(f"Written: {path}.svg and {path.name}.txt")

    def action_explain_quit(self) -> None:
        """Tell how to quit."""
        stop, leave = self.keyboard.name("back"), " or ".join(self.keyboard.names("quit"))
        self.say(f"{stop} stops what is being done." if self.busy else f"{leave} quits; {stop} leaves the prompt.")

    async def action_quit(self) -> None:
        """Leave.  The journal of a session that is left so is complete."""
        if self.busy:
            self.leaving = True
            self.stop_working()
            return
        self.desk.leave()
        self.exit(0)

    async def on_event(self, event: Event) -> None:
        """An audience sees which keys are pressed; keys that are there before they can be done are done in their order.

        Textual asks for `:` at once, for others after a detour, on which `space:` found the prompt open and the space was lost.
        """
        if isinstance(event, KeyEvent) and not event.is_forwarded and self.is_running:
            if self.options.presenting:
                self._pressed = shown(event.key)
                self.query_one("#footer", Bar).redraw()
            if self.focused is None and len(self.screen_stack) == 1:
                for first in (True, False):
                    if await self._check_bindings(event.key, priority=first):
                        return
        await super().on_event(event)

    def on_click(self, event: Click) -> None:
        """Focus a pane, and select what was clicked."""
        widget: Widget | None = event.widget
        if isinstance(widget, HeapPane) and not self.busy:
            number = next(n for n, name in PANES.items() if name == widget.id)
            if number != self.arrangement.current:
                self.action_pane(number)
            widget.pick(event.x, event.y)


def run_explorer(
    path: Path | None, journal: bool = True, resumed: str | None = None, read_only: bool = False, options: Options = DEFAULT
) -> int:
    """Open the explorer on a script, on the built-in one, or on the session of a journal ("": the one killed last).

    Returns the exit code, 3 for a bad script or journal, 1 when gomem itself was wrong.
    """
    try:
        console = open_console(path, journal, resumed, read_only)
    except (ScriptError, JournalError) as e:
        print(f"gomem: {e}", file=sys.stderr)
        return 3
    app = Explorer(console, options)
    code = app.run(mouse=options.mouse)
    if console.ended:
        print(taken_up_by(console.ended), file=sys.stderr)
    return app.return_code or 0 if code is None else code  # None: an exception ended it
