"""The explorer: composition of panes, prompt and keys around one session."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Final, TypeVar, cast

os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")  # else Textual leaves a mouse mode switched on at exit

from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Click, Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from gomem_core.console import Console
from gomem_core.journal import JournalError, prune, unfinished
from gomem_core.lang.moves import Focus
from gomem_core.offers import offers
from gomem_core.outcome import Outcome
from gomem_core.resume import resume
from gomem_core.script import ScriptError, load_script
from gomem_tui.arrangement import NEEDS, PANES, WHY, Arrangement
from gomem_tui.demo import demo_script
from gomem_tui.hint import hint, offer, progress, takes_long, travels_long
from gomem_tui.keys import KEYS
from gomem_tui.paint import Painter
from gomem_tui.panes.bars import Bar, footer_line
from gomem_tui.panes.base import HeapPane, LinePane
from gomem_tui.panes.heap import ArenaPane, BitmapPane, McentralPane, SpansPane
from gomem_tui.panes.model import Model
from gomem_tui.panes.more import HeapStatsPane, LayoutPane, McachePane, ObjectsPane
from gomem_tui.panes.why import WhyPane
from gomem_tui.prompt import Prompt, PromptRow
from gomem_tui.render.header import render_header
from gomem_tui.render.lines import Line
from gomem_tui.render.scrub import Track, render_scrub
from gomem_tui.screens.help import HelpScreen

T = TypeVar("T")

_WHILE_BUSY: Final = frozenset({"back", "quit", "explain_quit", "suspend_process"})


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

    def __init__(self, desk: Console) -> None:
        super().__init__(ansi_color=True)
        self.animation_level = "none"
        self._painter = Painter()
        self.desk = desk
        self.model = Model(desk, self._changed)
        self.busy = False  # another thread changes the session: nobody may look at it
        self.message = ""
        self.arrangement = Arrangement()
        self._stale = False  # the panes are about to look again
        self._stopped = False  # what was being done last was stopped by esc
        self._leaving = False  # as soon as what is being done is over

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
        yield Bar(self._scrub, id="scrub")
        yield PromptRow(lambda: None if self.busy else offers(self.model.view, self.model.session.objects))
        yield Bar(lambda width: footer_line(self.message, self._prompt.has_focus, width), id="footer")
        yield Static("", id="too-small")

    def on_mount(self) -> None:
        """Start where the first key shows something."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):  # leave the terminal as it was
            loop.add_signal_handler(number, self._ended, 128 + number)
        self.app_suspend_signal.subscribe(self, lambda _: self._painter.forget(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self._awake(), immediate=True)
        self._prompt.placeholder = self._placeholder()
        self.model.arrived()  # a session that was taken up again stands somewhere already
        self._show_current()
        self.call_after_refresh(self._tell_of_journals)

    def _ended(self, code: int) -> None:
        """A signal says that it is over: the journal stays to be taken up."""
        self.model.session.machine.stop = self.busy
        self.exit(code)

    def _tell_of_journals(self) -> None:
        """Offer the session that was killed last; old journals go."""
        problem = self.desk.take_problem()
        if problem:
            self.say(problem)
        elif self.desk.journal is not None:
            prune()
            left = unfinished()
            if left and not self.model.session.step:
                self.say(offer(left[0]))

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
        return render_header(self.model.view, place, self.desk.script.name, width)

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

    def _changed(self) -> None:
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
        return f"space does: {session.line(session.step + 1).strip()}"

    # --- Actions: see keys.py ---------------------------------------------------------------------------------------------

    def action_step(self) -> None:
        """Do the next step."""
        session = self.model.session
        if session.timeline.following is None and not session.event:
            self.say("This is the end; : types a command.")
        else:
            self._travel(self.model.forward, takes_long(session.line(session.step + 1), session))

    def action_step_back(self) -> None:
        """Stand before the last step, or before the command that is half done."""
        session = self.model.session
        if not session.step and not session.event:
            self.say("This is the beginning.")
        else:
            self._travel(lambda: self.model.go(session.step if session.event else session.step - 1))

    def action_micro(self, direction: int) -> None:
        """One event further in the next command, or back."""
        session = self.model.session
        at_end = session.timeline.following is None and not session.event
        if at_end if direction > 0 else not (session.step or session.event):
            self.say("This is the end." if direction > 0 else "This is the beginning.")
        else:
            self._travel(lambda: self.model.micro(direction))

    def action_seek(self, direction: int) -> None:
        """The next step in which the heap's structure changed, or the one before."""
        self._travel(lambda: self.model.seek(direction), travels_long(self.model.session))

    def action_edge_step(self, direction: int) -> None:
        """The end of all steps, or the beginning."""
        session = self.model.session
        last = len(session.timeline.steps) if direction > 0 else 0
        self._travel(lambda: self.model.go(last), travels_long(session))

    def action_mark(self) -> None:
        """Give the step a name."""
        marks = self.model.session.timeline.marks
        name = next(f"m{n}" for n in range(1, len(marks) + 2) if f"m{n}" not in marks)
        self._type(f"mark {name}")

    def _travel(self, go: Callable[[], object], long: bool = False) -> None:
        """Move through the session, and show where it stands then."""
        self._work(go, lambda _: self._arrived(), long)

    def _arrived(self) -> None:
        self.model.arrived()
        if self._stopped:
            self.say(f"Stopped at step {self.model.session.step:,}.")

    def _work(self, do: Callable[[], T], then: Callable[[T], None], long: bool) -> None:
        """Change the session, in another thread if that takes long, and show what came of it."""

        def show(result: T) -> None:
            self.message = self.desk.take_problem()
            self.query_one(WhyPane).reveal()
            then(result)
            self._prompt.placeholder = self._placeholder()

        self._stopped = False
        if not long:
            show(do())
            return
        self._hold(True)
        session = self.model.session
        began = monotonic()
        ticker = self.set_interval(0.25, lambda: self.say(progress(session.machine, monotonic() - began)))

        async def work() -> None:
            try:
                result = await asyncio.to_thread(do)
            finally:
                ticker.stop()
            self.model.session.machine.stop = False  # esc may have come when nothing was left to be stopped
            self._hold(False)
            show(result)
            self.look_again()
            if self._leaving:
                await self.action_quit()

        self.say(progress(session.machine, 0))
        self.run_worker(work())

    def _hold(self, busy: bool) -> None:
        """While another thread works on the session nothing is drawn but the footer."""
        self.busy = busy
        for pane in self.query(LinePane):
            pane.held = busy and pane.id != "footer"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While another thread works on the session only that can be stopped."""
        del parameters
        return not self.busy or action in _WHILE_BUSY

    def _type(self, line: str) -> None:
        """Do a line as if it had been typed."""
        self._work(lambda: self.model.submit(line), self._answered, takes_long(line, self.model.session))

    def _answered(self, outcome: Outcome) -> None:
        self.model.arrived(outcome)
        told = outcome.error or self.model.answer
        if isinstance(outcome.command, Focus) and outcome.ok:
            for name in outcome.command.panes:
                self.action_pane(next(number for number, pane in PANES.items() if pane == name))
        elif outcome.error is not None and not self.query_one(WhyPane).display:
            self.say(str(told))
        elif self.model.answer is not None and outcome.result is not None:
            self.say(outcome.result.summary)

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
        if self.busy:
            self.say("working; esc stops it")
            return
        long = takes_long("\n".join(event.lines), self.model.session)
        future = self.model.session.timeline.name
        self._work(lambda: self._submit_all(event.lines), lambda done: self._typed(event, done, future), long)

    def _submit_all(self, lines: list[str]) -> list[Outcome]:
        """Do one line after the other, up to the first that is wrong."""
        done: list[Outcome] = []
        for line in lines:
            done.append(self.model.submit(line))
            if not done[-1].ok or self._stopped:
                break
        return done

    def _typed(self, event: Prompt.Entered, done: list[Outcome], future: str) -> None:
        self._answered(done[-1])
        self._tell_of_fork(future)
        right = done[-1].ok
        with self._prompt.prevent(Input.Changed):  # its hint would replace what is said here
            self._prompt.value = "" if right else event.lines[len(done) - 1]
        if right and event.problem:
            self.say(event.problem)
        if left := len(event.lines) - len(done):
            which = "behind the wrong one" if not right else "behind the one that was stopped"
            self.say(f"{left} pasted lines {which} were not done")

    def _tell_of_fork(self, future: str) -> None:
        """What was typed in the past left a future behind."""
        timeline = self.model.session.timeline
        if not self.message and timeline.name != future and future in timeline.branches:
            self.say(f"Another future begins here, {timeline.name}; the old one stays: branch {future} takes it up.")

    def action_prompt(self) -> None:
        """Type a command; in the prompt a colon is a colon, but for one at its beginning, which is habit."""
        if not self._prompt.has_focus:
            self._row.open()
        elif self._prompt.value:
            self._prompt.insert_text_at_cursor(":")

    async def action_back(self) -> None:
        """One level back."""
        if self.busy:
            self._stopped = self.model.session.machine.stop = True
        elif self._prompt.has_focus:
            if self._row.filtering:
                self.model.filter("")
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
        await self.push_screen(HelpScreen())

    def action_move(self, rows: int, columns: int) -> None:
        """Move in the pane."""
        self._pane.move(rows, columns)

    def action_page(self, by: int) -> None:
        """Move in the pane by what it shows."""
        self._pane.move(by * self._pane.page())

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

    def action_explain_quit(self) -> None:
        """Tell how to quit."""
        self.say("esc stops what is being done." if self.busy else "q or ctrl+q quits; esc leaves the prompt.")

    async def action_quit(self) -> None:
        """Leave.  The journal of a session that is left so is complete."""
        if self.busy:
            self._leaving = self._stopped = self.model.session.machine.stop = True
            return
        self.desk.leave()
        self.exit(0)

    def on_click(self, event: Click) -> None:
        """Focus a pane, and select what was clicked."""
        widget: Widget | None = event.widget
        if isinstance(widget, HeapPane) and not self.busy:
            number = next(n for n, name in PANES.items() if name == widget.id)
            if number != self.arrangement.current:
                self.action_pane(number)
            widget.pick(event.x, event.y)


def run_explorer(path: Path | None, journal: bool = True, resumed: str | None = None) -> int:
    """Open the explorer on a script, on the built-in one, or on the session of a journal ("": the one killed last).

    Returns the exit code, 3 for a bad script or journal.
    """
    try:
        script = demo_script() if path is None else load_script(path)
        console = Console(True, script if resumed is None else None, "explorer" if journal and resumed is None else None)
        if resumed is not None:
            resume(console, resumed or None)
    except (ScriptError, JournalError) as e:
        print(f"gomem: {e}", file=sys.stderr)
        return 3
    if path is not None:
        console.own_files.add(path)
    code = Explorer(console).run()
    return code or 0
