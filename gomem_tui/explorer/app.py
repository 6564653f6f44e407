"""The explorer: composition of panes, prompt and keys around one session."""

import os
import time
from functools import partial
from pathlib import Path
from typing import Final

os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")  # else Textual leaves a mouse mode switched on at exit

from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap
from textual.containers import Container
from textual.events import Click, Event, Paste, Resize
from textual.events import Key as KeyEvent
from textual.widget import Widget
from textual.widgets import Input

from gomem_core.cli.output import BAD_INPUT, say
from gomem_core.files.journal import JournalError, killed_last, prune
from gomem_core.files.script import ScriptError, is_story
from gomem_core.files.timeline import MAIN
from gomem_core.session.console import Console
from gomem_tui.explorer.arrangement import PANES, Arrangement
from gomem_tui.explorer.focus import Pointing
from gomem_tui.explorer.prompt import PromptRow
from gomem_tui.explorer.screens.help import HelpScreen
from gomem_tui.explorer.screens.over import Over, TooSmall
from gomem_tui.explorer.typist import Typist
from gomem_tui.hint import offer, taken_up_by
from gomem_tui.opening import open_console
from gomem_tui.panes.arena import ArenaPane
from gomem_tui.panes.bars import Bar, Where, footer_action, footer_line
from gomem_tui.panes.base import HeapPane, LinePane
from gomem_tui.panes.bitmap import BitmapPane
from gomem_tui.panes.heap import HeapStatsPane
from gomem_tui.panes.layout import LayoutPane
from gomem_tui.panes.mcache import McachePane
from gomem_tui.panes.mcentral import McentralPane
from gomem_tui.panes.objects import ObjectsPane
from gomem_tui.panes.spans import SpansPane
from gomem_tui.panes.why import WhyPane
from gomem_tui.render.header import render_header
from gomem_tui.render.help import help_lines
from gomem_tui.render.legend import legend_lines
from gomem_tui.render.lines import Line
from gomem_tui.render.scrub import Track, render_scrub, step_at
from gomem_tui.settings.keynames import shown
from gomem_tui.settings.options import Options
from gomem_tui.terminal.driver import PasteTooLong

DEFAULT: Final = Options()
_WHILE_COVERED: Final = frozenset({"quit", "explain_quit", "suspend_process"})


class Explorer(Typist):
    """The terminal app."""

    TITLE = "gomem"
    CSS_PATH = "app.tcss"
    AUTO_FOCUS = None  # only the prompt ever has Textual's focus, and only while somebody types

    def __init__(self, desk: Console, options: Options = DEFAULT) -> None:
        super().__init__(desk, options)
        self._bindings = BindingsMap(  # no others, not even Textual's own: a key that was taken away does nothing
            Binding(name, key.action, key.label, show=False, priority=key.goes_first(name))
            for key in self.keyboard.keys
            for name in key.keys
        )
        self.options = options
        self._pressed = ""  # shown to an audience
        self.arrangement = Arrangement()
        self._pointing = Pointing()
        self._stale = False  # the panes are about to look again
        self._moved = False  # ... since the heap or the selection changed, not only the layout
        self._why_rows: int | None = None  # rows of Why, where it has not as many as its style sheet says

    # --- Composition --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, panes, Why, prompt, footer; and a word for terminals that are too small."""
        yield Bar(self._header, id="header")
        with Container(id="panes"):
            yield SpansPane(self.model)
            yield ObjectsPane(self.model)
            yield ArenaPane(self.model, self.keyboard)
            yield LayoutPane(self.model)
            yield BitmapPane(self.model)
            yield McentralPane(self.model)
            yield McachePane(self.model)
            yield HeapStatsPane(self.model, lambda: self.model.session.account, lambda: self.model.heap_live)
        yield WhyPane(self.model, self.keyboard)
        yield Bar(self._scrub, id="scrub")
        yield PromptRow(self.offered, self.entered, self.edited)
        yield Bar(self._footer, id="footer")
        yield TooSmall(id="too-small")

    def on_mount(self) -> None:
        """Start where the first key shows something."""
        self.prompt.placeholder = self.placeholder()
        self.model.arrived()  # a session that was taken up again stands somewhere already
        self.point_at(self._pointing.moved(self.model.session))
        self.show_current()
        self.call_after_refresh(self._tell_of_journals)

    def hang_up(self, code: int) -> None:
        """What takes long would keep gomem from ending."""
        self.desk.stop.asked = self.busy
        super().hang_up(code)

    def run_to_end(self, mouse: bool) -> int | None:
        """Run until it ends, and tell how the session is taken up again."""
        code = super().run_to_end(mouse)
        if code and self.desk.journal is not None:  # a signal or an error ended it
            self.desk.leave(ended=False)
        self.tell_of_ended(code or 0)
        return code

    def tell_of_ended(self, code: int) -> None:  # noqa: ARG002 -- to a lesson it matters how it ended
        """Say how to take the session up again that was here last."""
        if self.desk.ended:
            say(taken_up_by(self.desk.ended))

    def _tell_of_journals(self) -> None:
        """What is wrong with ours, or which one is left to be taken up; old journals go."""
        problem = self.desk.take_problem()
        if problem:
            self.say(problem)
        elif self.desk.journal is not None:
            prune()
            self.tell_of_killed()

    def tell_of_killed(self) -> None:
        """Offer the session that was killed last."""
        killed = killed_last()
        if killed is not None and not self.model.session.step:
            self.say(offer(killed, time.time_ns(), ":resume"))

    def _header(self, width: int) -> Line:
        session = self.model.session
        place = (session.step, session.event, len(session.steps))
        branch = session.branches.name if session.branches.name != MAIN else ""
        return render_header(
            self.model.world, place, self.desk.script.title or self.desk.script.name, width, branch, self.desk.read_only
        )

    def _footer(self, width: int) -> Line:
        return footer_line(self.keyboard, self.message, self._footer_keys(), width, self._pressed)

    def _footer_keys(self) -> Where:
        """What the footer's keys depend on."""
        if self.typing:
            return Where("prompt")
        return Where(self.arrangement.name, self.returns_to)

    def _scrub(self, width: int) -> Line:
        session = self.model.session
        track = Track(session.step, session.event, len(session.steps), session.trail.marks, session.bookmarks)
        return render_scrub(track, width)

    # --- Showing --------------------------------------------------------------------------------------------------------

    def changed(self) -> None:
        """The heap or the selection changed: what the footer said is over, unless it speaks of what is being typed."""
        if not self.typing:
            self.message = ""
        self._moved = True
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
        moved, self._moved = self._moved, False
        for widget in self.query(LinePane):
            if isinstance(widget, HeapPane) and widget.id != "why" and widget.has_room:
                if moved:
                    widget.follow()
                else:
                    widget.reveal()
            widget.redraw()
        self.catch_up()

    def say(self, message: str) -> None:
        """Show a message in the footer until the next key."""
        self.message = message
        self.query_one("#footer", Bar).redraw()

    def on_resize(self, event: Resize) -> None:
        """Choose a layout; focus, scroll and selection stay."""
        self.arrangement.size = event.size
        self.arranged()
        if not self.row.filtering:
            self.prompt.placeholder = self.placeholder()

    def on_descendant_focus(self) -> None:
        """The prompt took the keyboard: other keys hold."""
        self.show_current()
        self.query_one("#footer", Bar).redraw()

    def on_descendant_blur(self) -> None:
        """The prompt gave it back."""
        self.show_current()
        self.query_one("#footer", Bar).redraw()

    def arranged(self) -> None:
        """The layout changed: Why takes as much room as it needs now."""
        self._fit_why()
        super().arranged()

    def worked(self) -> None:
        """The session stands elsewhere: Why begins at its top, the prompt says what comes next, a lesson points at panes."""
        self.point_at(self._pointing.moved(self.model.session))
        self._make_room_for_why()
        self._fit_why()
        self.query_one(WhyPane).follow()
        self.prompt.placeholder = self.placeholder()

    def _make_room_for_why(self) -> None:
        """A pane that has all the room gives some of it to Why as long as that has something to tell."""
        telling = self.query_one(WhyPane).has_news
        if telling != self.arrangement.telling:
            self.arrangement.telling = telling
            if self.arrangement.zoomed:
                self.arranged()

    def _fit_why(self) -> None:
        """Give Why its rows: its style sheet's, or those that a story needs."""
        arrangement = self.arrangement
        below = arrangement.telling if arrangement.hides_why else not arrangement.zoomed
        wanted = self._told_rows() if below and not self.options.presenting else None
        if wanted != self._why_rows:  # else Textual would lay out everything anew
            self.query_one(WhyPane).styles.height = self._why_rows = wanted

    def _told_rows(self) -> int | None:
        """Rows for what a script tells; where there is room, the same for all of a story, so that nothing jumps."""
        arrangement, outcome = self.arrangement, self.model.session.outcome
        if outcome is not None and outcome.said is not None and outcome.said.says and not outcome.event:
            width = arrangement.size[0]  # not the app's: while it is resized, it has its old size
            return arrangement.told_rows(self.query_one(WhyPane).wanted(width, arrangement.most_told))
        return arrangement.told_rows(0) if arrangement.is_steady and is_story(self.desk.script) else None

    # --- Actions --------------------------------------------------------------------------------------------------------

    async def action_back(self) -> None:
        """One level back."""
        if self.busy:
            self.stop_working()
        elif self.typing:
            self.give_up()
        elif self.model.sifter.order is not None:
            self.stop_sifting(self.model.sifter.order)
        elif self.query_one(WhyPane).answers:
            self.model.put_away()
            self.worked()
        elif filtered := self.filtered_pane():
            self.say(self.model.filter("", pane=filtered))
            self.filtered(filtered)
        else:
            self.arrangement.zoomed = False
            self.arranged()

    async def action_help(self) -> None:
        """What the pane shows, its keys, all others, and the commands."""
        page = partial(help_lines, self.keyboard, self.model.world.profile, self.arrangement.name)
        await self._cover(HelpScreen(self.keyboard, page))

    async def action_legend(self) -> None:
        """Explain every letter and sign of the arena."""
        page = partial(legend_lines, self.keyboard, self.model.world.profile, self.query_one(ArenaPane).chart.lens)
        await self._cover(HelpScreen(self.keyboard, page))

    async def action_command_palette(self) -> None:  # type: ignore[override]  # awaited: keys typed after it are for it
        """Open the palette: all actions and commands, found by name or description."""
        from gomem_tui.explorer.palette import Palette  # noqa: PLC0415 -- a tenth of the time to the first picture

        await self._cover(Palette())

    async def _cover(self, screen: Over) -> None:
        """Open a screen over the panes; one at a time."""
        if not self.covered:
            await self.push_screen(screen)
            self.show_current()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What covers the panes has keys of its own: they do nothing to what is below."""
        return (not self.covered or action in _WHILE_COVERED) and super().check_action(action, parameters)

    def action_explain_quit(self) -> None:
        """Tell how to quit."""
        if isinstance(self.screen, Over):
            self.screen.say(self.screen.leaving(self.keyboard.name_anywhere("quit")))
            return
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
        """Keys are done at once, and so in their order; an audience sees which are pressed.

        Textual hands a key on from widget to widget until one knows it, letters a shorter way than others: typed fast, enter came
        after the next letter.  Here only what is above the explorer, its help and its palette, gets keys in that way.
        """
        if isinstance(event, KeyEvent) and not event.is_forwarded and self.is_running and not self.ending:
            if self.options.presenting:
                self._show_pressed(shown(event.key))
            if not self.covered:
                await self.press(event)
                return
            if isinstance(self.screen, Over) and event.key in self.screen.closing:
                await self.screen.dismiss(None)  # here and not later: the next key is for what is below
                return
        if isinstance(event, PasteTooLong):
            self._tell(self.pasted(None))
        elif isinstance(event, Paste) and not event.is_forwarded and not self.typing:
            await self._pasted_elsewhere(event.text)
        else:
            await super().on_event(event)

    async def _pasted_elsewhere(self, text: str) -> None:
        """The palette takes a paste as one line, of which Textual would take the first alone; others tell how to go on."""
        screen = self.screen
        if isinstance(screen, Over) and isinstance(screen.focused, Input):
            await super().on_event(Paste(" ".join(text.split())))
        elif isinstance(screen, Over) and text.strip():
            screen.say(f"Paste ignored. {screen.leaving(self.keyboard.name_anywhere('quit'))}".strip())
        else:
            self._tell(self.pasted(text))

    def _tell(self, message: str) -> None:
        """Show a message where it is seen: what covers the panes has a place for it."""
        if isinstance(self.screen, Over):
            self.screen.say(message)
        elif message:
            self.say(message)

    def _show_pressed(self, name: str) -> None:
        """Show a key that was pressed, in the footer or in the frame of what covers it."""
        self._pressed = name
        if isinstance(self.screen, Over):
            self.screen.show_pressed(name)
        self.query_one("#footer", Bar).redraw()

    async def press(self, event: KeyEvent) -> None:
        """Do what a key does now: those that go first, then typing, then the others.  What was said before is over."""
        if self.message and not self.typing and not self.busy:
            self.say("")
        if await self._check_bindings(event.key, priority=True):
            return
        if self.typing and event.is_printable and not event.key.startswith(("alt+", "ctrl+")):  # a chord is not text
            self.type_in(event.character or "")
        elif not await self._check_bindings(event.key) and not self.busy and event.is_printable:
            ways = self.keyboard.filled("{prompt} types a command, {help} tells the keys.")
            self.say(f"{shown(event.key)} does nothing here; {ways}" if ways else "")

    async def on_click(self, event: Click) -> None:
        """Focus a pane and select what was clicked; type; go to a step of the scrub bar; do what a key of the footer does."""
        widget: Widget | None = event.widget
        if isinstance(widget, Bar) and widget.id == "footer":
            await self._click_footer(event.x)
        elif widget is None or self.busy:
            return
        elif isinstance(widget, HeapPane):
            number = next(n for n, name in PANES.items() if name == widget.id)
            if number != self.arrangement.current:
                self.action_pane(number)
            widget.pick(event.x, event.y)
        elif isinstance(widget, Bar) and widget.id == "scrub":
            step = step_at(len(self.model.session.steps), self.size.width, event.x)
            if step is not None:
                self.go_to(step)
        elif self.row in widget.ancestors_with_self and not self.typing:
            self.row.open()

    async def _click_footer(self, x: int) -> None:
        """A message is over, as with a key; then the keys can be clicked."""
        if self.message and not self.busy:
            self.say("")
        elif not self.message:
            action = footer_action(self.keyboard, self._footer_keys(), self.size.width, self._pressed, x)
            if action:
                await self.run_action(action, self.prompt if self.typing else self)


def run_explorer(
    path: Path | None, journal: bool = True, resumed: str | None = None, read_only: bool = False, options: Options = DEFAULT
) -> int:
    """Open the explorer on a script, on the built-in one, or on the session of a journal ("": the one killed last).

    Returns the exit code: 3 for a bad script or journal, 70 when gomem itself was wrong, 128 + the number of a signal.
    """
    try:
        console = open_console(path, journal, resumed, read_only)
    except (ScriptError, JournalError) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    return Explorer(console, options).run_to_end(options.mouse) or 0
