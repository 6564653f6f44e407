"""The explorer: one app around a session, made of parts, to which it hands what Textual tells it."""

import gc
import os
from collections.abc import Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Final

os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")  # else Textual leaves a mouse mode switched on at exit

from textual.actions import parse
from textual.app import ComposeResult
from textual.binding import Binding, BindingsMap
from textual.containers import Container
from textual.dom import DOMNode
from textual.events import Click, Event, Key, Paste, Resize
from textual.message import Message
from textual.widgets import Input

from gomem_core.session.console import Console
from gomem_core.world.world import NotKnown
from gomem_tui.explorer.clicks import Clicks
from gomem_tui.explorer.copy_actions import CopyActions
from gomem_tui.explorer.drawn import DrawnApp
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.later import import_later
from gomem_tui.explorer.pane_actions import PaneActions
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.explorer.parts import Actions, Part
from gomem_tui.explorer.projector import Projector
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.explorer.prompt_actions import PromptActions
from gomem_tui.explorer.screen_actions import WHILE_COVERED, ScreenActions
from gomem_tui.explorer.screens.over import Over, TooSmall
from gomem_tui.explorer.stage import Stage
from gomem_tui.explorer.table_actions import TableActions
from gomem_tui.explorer.time_actions import TimeActions
from gomem_tui.explorer.typist import Typing, Typist
from gomem_tui.explorer.visit import SessionVisit, Visit
from gomem_tui.explorer.watch import Watch
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.explorer.work import WHILE_BUSY, Work
from gomem_tui.panes.bars import Where
from gomem_tui.panes.model import Model
from gomem_tui.settings.keynames import shown
from gomem_tui.settings.options import EVERY, Options
from gomem_tui.terminal.driver import PasteTooLong

if TYPE_CHECKING:
    from gomem_tui.explorer.audience import Audience

DEFAULT: Final = Options()


class Explorer(DrawnApp):
    """The terminal app."""

    TITLE = "gomem"
    CSS_PATH = "app.tcss"
    AUTO_FOCUS = None  # only the prompt ever has Textual's focus, and only while somebody types

    def __init__(self, desk: Console, options: Options = DEFAULT, visit: Visit | None = None) -> None:
        super().__init__(options.look)
        self.desk = desk
        self.options = options
        self.keyboard = keyboard = options.keyboard
        self._bindings = BindingsMap(  # no others, not even Textual's own: a key that was taken away does nothing
            Binding(name, key.action, key.label, show=False, priority=key.goes_first(name))
            for key in keyboard.keys
            for name in key.keys
        )
        self._visit = visit = visit or SessionVisit(desk)
        self._stale = False  # the panes are about to look again
        self._moved = False  # ... since the heap or the selection changed, not only the layout
        self._greeted = False  # the first picture is there

        self.model = model = Model(desk, self.changed)
        self.widgets = widgets = Widgets(model, keyboard, lambda: self.size.width)
        self.footer = footer = Footer(keyboard, self._where)
        self.stage = stage = Stage(model, widgets, options.presenting, self)
        self.work = work = Work(model, widgets, footer, self)
        self.looking = watch = Watch(options.every or EVERY, work, footer, self)
        self.projector = projector = Projector(model, work, footer, self, self, options.speed)
        self.time_actions = time = TimeActions(model, work, footer, watch, projector)
        self.prompt_actions = prompt = PromptActions(model, widgets, stage, work, footer, visit, options, self)
        self.table_actions = tables = TableActions(model, widgets, stage, prompt.row, footer, self)
        self.pane_actions = panes = PaneActions(model, widgets, stage, time, prompt, footer, options.presenting)
        self.copy_actions = copies = CopyActions(model, stage, footer, self)
        ways_out = (
            *(work.stop, projector.stop_reading, prompt.give_up, tables.stop_sifting),
            *(prompt.put_away, tables.clear_filter, lambda: stage.zoom(False)),
        )
        self.screen_actions = screens = ScreenActions(model, widgets, stage, work, footer, ways_out, options.audience >= 0, self)
        self.parts: tuple[Part, ...] = (time, prompt, tables, panes, copies, screens)
        self._actions: Actions = {action: do for part in self.parts for action, do in part.actions.items()}
        self.audience = self._meet() if options.audience >= 0 else None  # those who see what is shown here
        self.typist = Typist(options, stage, work, panes, self._wake, self.on_event)
        self.clicks = Clicks(widgets, stage, work, time, prompt, panes, footer, self)

    def _meet(self) -> "Audience":
        from gomem_tui.explorer.audience import Audience  # noqa: PLC0415 -- few explorers serve anybody

        return Audience(self.model, self.widgets, self.stage, self.work, self.footer, self)

    # --- Composition --------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, panes, Why, prompt, footer; and a word for terminals that are too small."""
        self.stage.begin(self.size)
        yield self.widgets.header
        with Container(id="panes"):
            yield from self.widgets.heap_panes
        yield self.widgets.why
        yield self.widgets.scrub
        yield self.prompt_actions.row
        yield self.footer
        yield TooSmall(id="too-small")

    def on_mount(self) -> None:
        """Start where the first key shows something."""
        self.prompt_actions.announce()
        self.model.arrived()  # a session that was taken up again stands somewhere already
        self.stage.follow_session()
        if self.options.panes:
            self.stage.point_at(self.options.panes)
        self.stage.show()
        self.call_after_refresh(self._greet)

    def _greet(self) -> None:
        """Say how it began.  The first picture is there."""
        import_later(self.call_later, self._search_for_garbage)
        self._greeted = True
        self.table_actions.catch_up()
        greeting = self._visit.greeting()
        if greeting:
            self.footer.say(greeting)
        if self.options.every:
            self.looking.begin()
        self.projector.begin_reading()
        if self.audience is not None:
            self.audience.begin(self.options.audience)

    def _search_for_garbage(self) -> None:
        """Let Python do so from now on: what stands now stays, and need not be looked at."""
        if not gc.isenabled():  # __main__ saw to that
            gc.freeze()
            gc.enable()

    def hang_up(self, code: int) -> None:
        """End for a signal, which does not wait for what takes long."""
        self.work.hang_up()
        super().hang_up(code)

    def _stop_listening(self) -> None:
        """Let nothing that waits or works hold up the end."""
        super()._stop_listening()
        self.model.sifter.leave()
        self.typist.end()
        self.projector.end()
        self.projector.stop_reading()

    def run_to_end(self, mouse: bool) -> int | None:
        """Run until it ends, and tell how the session is taken up again."""
        code = super().run_to_end(mouse)
        self._visit.ended(code or 0)
        return code

    # --- Showing --------------------------------------------------------------------------------------------------------

    @property
    def message(self) -> str:
        """What the footer says; "" while it shows keys."""
        return self.footer.message

    def _where(self) -> Where:
        """What the footer's keys depend on."""
        if self.stage.typing:
            return Where("prompt")
        session, read, pane = self.model.session, self.model.is_read, self.stage.arrangement.current
        returns_to, quits_to = self.pane_actions.returns_to, self._visit.quits_to
        return Where(pane, returns_to, not session.is_one_moment, not read, session.has_looks, quits_to)

    def changed(self) -> None:
        """Draw another heap or selection: what the footer said is over, unless it speaks of what is being typed."""
        if not self.stage.typing:
            self.footer.message = ""
        self._moved = True
        self.look_again()

    def look_again(self) -> None:
        """Draw the panes anew, once all keys that are there already are done."""
        if not self._stale:
            self._stale = True
            if not self._writes_at_end:
                self.call_later(self._redraw_all)

    def _redraw_all(self) -> None:
        """Let every pane scroll to the selection and repaint what differs."""
        self._stale = False
        if self.work.busy:  # then they look again when that is done
            return
        moved, self._moved = self._moved, False
        for line_pane in (*self.widgets.lines, self.footer):
            if isinstance(line_pane, PaneWidget) and line_pane is not self.widgets.why and line_pane.has_room:
                if moved:
                    line_pane.pane.follow()
                elif not line_pane.pane.unknown:
                    line_pane.pane.reveal()
            line_pane.redraw()
        if self._greeted:  # a thread that works out big tables would hold up the first picture
            self.table_actions.catch_up()

    def worked(self) -> None:
        """Show where the session stands: at the panes that it points at, in Why from its top, in the prompt what comes next."""
        self.stage.follow_session()
        self.stage.make_room_for_why()
        self.widgets.panes.why.follow()
        self.prompt_actions.announce()
        self._visit.arrived()

    def on_resize(self, event: Resize) -> None:
        """Choose a layout."""
        self.stage.resized(event.size)
        if not self.prompt_actions.row.filtering:
            self.prompt_actions.announce()

    def on_descendant_focus(self) -> None:
        """Show which keys hold: the prompt took the keyboard."""
        self.stage.show()
        self.footer.redraw()

    def on_descendant_blur(self) -> None:
        """Show which keys hold: the prompt gave it back."""
        self.stage.show()
        self.footer.redraw()

    # --- Actions --------------------------------------------------------------------------------------------------------

    async def run_action(
        self,
        action: str | tuple[str, str, tuple[object, ...]],
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Let a part do an action of the explorer's; Textual does those of widgets, and its own app's."""
        target, name, parameters = parse(action) if isinstance(action, str) else action
        own = target == "app" or (not target and (default_namespace is None or default_namespace is self))
        if not own or name not in self._actions:
            return await super().run_action(action, default_namespace, namespaces)
        if not self.check_action(name, parameters):
            return False
        try:
            done = self._actions[name](*parameters)
            if isawaitable(done):
                await done
        except NotKnown as e:  # the heap does not know what that needs, such as pages of one of which only sums are told
            self.footer.say(f"{str(e)[:1].upper()}{str(e)[1:]}.")
        return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow stopping only while another thread works, and below what covers the panes, which has own keys, only leaving."""
        del parameters
        return (not self.work.busy or action in WHILE_BUSY) and (not self.stage.covered or action in WHILE_COVERED)

    # --- Keys, pastes, clicks -------------------------------------------------------------------------------------------

    def post_message(self, message: Message) -> bool:
        """Let what is typed wait in its own queue."""
        if not isinstance(message, Key | Paste) or message.is_forwarded:
            return super().post_message(message)
        return self.typist.add(message)

    def _wake(self) -> bool:
        return super().post_message(Typing())

    async def on_typing(self) -> None:
        """Do what was typed, and show what came of it: at once, since Textual takes a fifth of a millisecond for each message."""
        self._writes_at_end = True
        try:
            await self.typist.work_off()
            if self._stale:
                self._redraw_all()
        finally:
            self._writes_at_end = False
        self._paint_all()
        if self.audience is not None:
            self.audience.tell()  # after it is seen here, which so takes no longer than without anybody

    async def on_event(self, event: Event) -> None:
        """Do keys at once, and so in their order; show an audience which are pressed.

        Textual hands a key on from widget to widget until one knows it, letters a shorter way than others: typed fast, enter came
        after the next letter.  Here only what is above the explorer, its help and its palette, gets keys in that way.
        """
        if isinstance(event, Key) and not event.is_forwarded and self.is_running and not self.ending:
            if self.options.presenting:
                self.screen_actions.show_pressed(shown(event.key))
            if not self.stage.covered:
                await self._press(event)
                return
            if isinstance(self.screen, Over) and event.key in self.screen.closing:
                await self.screen.dismiss(None)  # here and not later: the next key is for what is below
                return
        if isinstance(event, PasteTooLong):
            self.screen_actions.tell(self.prompt_actions.pasted(None))
        elif isinstance(event, Paste) and not event.is_forwarded and not self.stage.typing:
            await self._pasted_elsewhere(event.text)
        else:
            await super().on_event(event)

    async def _press(self, event: Key) -> None:
        """Do what a key does now: those that go first, then typing, then the others.  What was said before is over."""
        if self.looking.end() or self.projector.end():  # any key does that; one that would look, or lead out, nothing else
            self.footer.say("")
            if event.key in self.keyboard.bound({"step", "last_step", "back"}):
                return
        if self.message and not self.stage.typing and not self.work.busy:
            self.footer.say("")
        if await self._check_bindings(event.key, priority=True):
            return
        if self.stage.typing and event.is_printable and not event.key.startswith(("alt+", "ctrl+")):  # a chord is not text
            self.prompt_actions.type_in(event.character or "")
        elif not await self._check_bindings(event.key) and not self.work.busy and event.is_printable:
            ways = self.keyboard.filled("{prompt} types a command, {help} tells the keys.")
            self.footer.say(f"{shown(event.key)} does nothing here; {ways}" if ways else "")

    async def _pasted_elsewhere(self, text: str) -> None:
        """The palette takes a paste as one line, of which Textual would take the first alone; others tell how to go on."""
        screen = self.screen
        if isinstance(screen, Over) and isinstance(screen.focused, Input):
            await super().on_event(Paste(" ".join(text.split())))
        elif isinstance(screen, Over) and text.strip():
            screen.say(f"Paste ignored. {screen.leaving(self.keyboard.name_anywhere('quit'))}".strip())
        else:
            self.screen_actions.tell(self.prompt_actions.pasted(text))

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Do lines that were pasted."""
        self.prompt_actions.entered(event.lines)

    def on_prompt_full(self) -> None:
        """Say that the line has no room for more."""
        self.prompt_actions.full()

    async def on_click(self, event: Click) -> None:
        """Do what a click does."""
        await self.clicks.click(event.widget, event.x, event.y)
