"""An app drawn as a look says: in its colours and signs, and of each frame only the cells that differ."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, cast

from rich.console import RenderableType
from textual.app import App
from textual.events import Event, InputEvent, Resize
from textual.geometry import NULL_REGION, Offset, Region, Size
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.widget import Widget
from textual.worker import WorkerFailed

from gomem_core.cli.crash import sentence
from gomem_core.cli.output import BAD_INPUT, INTERNAL, NO_MEMORY, say
from gomem_tui.draw.chrome import LineScrollBar, textual_theme
from gomem_tui.draw.style import styles
from gomem_tui.draw.updates import CellUpdate, Lines, UpdatePainter
from gomem_tui.explorer.linepane import LinePane
from gomem_tui.render.lines import Line
from gomem_tui.settings.look import Look, theme_on
from gomem_tui.terminal.driver import BackgroundTold, TerminalDriver
from gomem_tui.terminal.ending import Signals, quiet

_RESERVE: Final = 1 << 20  # bytes, to end with where there is no memory left


class _Ground(Screen[None]):
    """The screen below all others."""

    def on_resize(self, event: Resize) -> None:
        """Textual tells its screens only now."""
        if event.size == self.size:
            cast("DrawnApp", self.app).is_as_before()


class DrawnApp(App[int]):
    """What the explorer and the menu of lessons have in common; `token_styles` is for panes."""

    def __init__(self, look: Look) -> None:
        super().__init__(ansi_color=True, driver_class=TerminalDriver)
        self.animation_level = "none"
        self.no_color = look.depth == "none"
        self._painter = UpdatePainter(look)
        self._take(look)
        ScrollBar.renderer = LineScrollBar
        self._unpainted: list[tuple[Widget, Sequence[tuple[int, Line]]]] = []
        self._writes_at_end = False  # what is painted is written at the end of what is being done
        self._seen: Size | None = None  # the size that was told last
        self._was_other = False
        self._cursor_told: Offset | None = None  # where the terminal's cursor is between two pictures
        self.ending = False  # what is typed is for nobody any more
        self.error: BaseException | None = None  # that ended it
        self._reserve: bytearray | None = bytearray(_RESERVE)

    def _take(self, look: Look) -> None:
        """Draw in this look from now on; what was drawn stays until it is drawn anew."""
        self.look = look
        self.token_styles = styles(look.theme, look.depth)
        self._painter.take(look)
        theme = textual_theme(look)
        self.register_theme(theme)
        self.set_reactive(DrawnApp.theme, theme.name)
        self.stylesheet.set_variables(self.get_css_variables())

    def _stand_on(self, background: tuple[float, float, float]) -> None:
        """Take the theme for a background, where nothing else has decided."""
        if self.look.asks:
            self._take(replace(self.look, theme=theme_on(background), asks=False))
            for screen in self.screen_stack:
                for pane in screen.query(LinePane):
                    pane.restyle()
            self.refresh_css(animate=False)

    def run_to_end(self, mouse: bool) -> int | None:
        """Run until it ends; returns what it was ended with.

        An error of gomem's own is told on stderr, and leads to the exit code 70; where memory ran out, to 3.
        """
        signals = Signals(self._stop_listening, self.hang_up, self._has_screen)

        async def run() -> int | None:
            signals.loop = asyncio.get_running_loop()
            return await self.run_async(mouse=mouse)

        with quiet(), signals:
            code = asyncio.run(run())
        if signals.code:
            return signals.code
        if self.error is None:
            return code
        if isinstance(self.error, MemoryError):
            say(NO_MEMORY)
            return BAD_INPUT
        say(sentence(self.error))
        return INTERNAL

    def hang_up(self, code: int) -> None:
        """A signal wants gomem to end."""
        self.exit(code)

    def exit(self, result: int | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End; what was typed after that is for nobody."""
        self._stop_listening()
        super().exit(result, return_code, message)

    def _has_screen(self) -> bool:
        return isinstance(self._driver, TerminalDriver) and self._driver.has_screen

    def _stop_listening(self) -> None:
        """The end does not wait for keys that wait themselves."""
        self.ending = True

    async def on_event(self, event: Event) -> None:
        """Take every event but what is still typed at the end."""
        if isinstance(event, BackgroundTold):
            self._stand_on(event.colour)
        elif not (self.ending and isinstance(event, InputEvent)):
            await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        """Textual's private way to the end after an error."""
        found = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(found, MemoryError):
            self.run_out_of_memory()
            return
        self.error = self.error or found
        super()._handle_exception(error)

    def run_out_of_memory(self) -> None:
        """End: there is nothing left to go on with, but for what was kept for this."""
        self._reserve = None
        self.error = MemoryError()
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """End, without the traceback that Textual would work out with the contents of all variables: it is not for users."""
        self._close_messages_no_wait()

    def get_default_screen(self) -> Screen[Any]:
        """Textual asks for it."""
        return _Ground(id="_default")

    def on_resize(self, event: Resize) -> None:
        """Textual draws nothing where the size is what it was, but a terminal cuts off what it shows while it is smaller.

        Of two signals close together the second can be handled in the middle of the first, which then tells its older size last.
        At the start Textual tells the size twice, before anything is drawn.
        """
        if isinstance(self._driver, TerminalDriver) and (now := self._driver.size_now()) != event.size:
            self.post_message(Resize(now, now))
        if event.size == self._seen and self._painter.knows(event.size):
            self.awake()
        self._was_other = self._was_other or self._seen not in (None, event.size)
        self._seen = event.size

    def is_as_before(self) -> None:
        """The size is what it was when all was drawn; perhaps it was another one in between, too shortly to be drawn."""
        if self._was_other:
            self._was_other = False
            self.awake()

    def on_mount(self) -> None:
        """Forget what the terminal shows whenever gomem is suspended: another program has it then."""
        self.app_suspend_signal.subscribe(self, lambda _: self._painter.forget(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self.awake(), immediate=True)

    def awake(self) -> None:
        """What the terminal shows is not known: draw everything."""
        self._painter.forget()
        self.screen.refresh(layout=True)

    def paint(self, widget: Widget, lines: Sequence[tuple[int, Line]]) -> None:
        """Write lines that changed in these rows of a widget, with what else changes now, and without Textual's compositor.

        That looks at all widgets in all rows, which takes twice as long as all else that a step makes necessary.
        """
        if not self._unpainted and not self._writes_at_end:
            self.call_later(self._paint_all)
        self._unpainted.append((widget, lines))

    def _paint_all(self) -> None:
        """Write it, where all is painted, widgets are shown and nothing lies over them; else Textual has to know what changed."""
        unpainted, self._unpainted = self._unpainted, []
        if not unpainted:
            return
        knows = self._painter.knows(self.screen.size) and not self._batch_count
        places = self.screen._compositor.visible_widgets if knows else {}
        placed: list[tuple[int, int, Line]] = []
        for widget, lines in unpainted:
            region, clip = places.get(widget, (NULL_REGION, NULL_REGION))
            if region.size == widget.outer_size and clip.contains_region(region):
                left, top = region.offset
                placed += [(left, top + y, line) for y, line in lines]
            else:
                widget.refresh(*(Region(0, y, widget.outer_size.width, 1) for y, _ in lines))
        if placed:
            self._display(self.screen, Lines(placed))

    def _display(self, screen: Screen[Any], renderable: RenderableType | Lines | None) -> None:
        """Textual's private way out; see paint.py.

        Where nothing differs, Textual would move the cursor to where it is: twice at the start, the last time 15 ms after all
        that is seen.
        """
        update = self._painter.reduce(renderable, screen.size)
        is_shown = self._running and not (self._batch_count or self.is_headless)
        if is_shown and isinstance(update, CellUpdate) and not update.sequences and self.cursor_position == self._cursor_told:
            return
        self._cursor_told = self.cursor_position
        super()._display(screen, cast("RenderableType | None", update))
        if is_shown:
            time.sleep(0)  # lets the thread that writes have Python now: what comes after the first picture takes long
