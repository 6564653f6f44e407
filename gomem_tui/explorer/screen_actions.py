"""What lies over the panes, and the way out: of whatever one is in, and of gomem."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from gomem_core.world.world import NotKnown
from gomem_tui.explorer.drawn import DrawnApp
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Actions
from gomem_tui.explorer.screens.over import Over
from gomem_tui.explorer.stage import Stage
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.explorer.work import Work
from gomem_tui.panes.model import Model

WHILE_COVERED: Final = frozenset({"quit", "explain_quit", "suspend_process"})  # actions


class ScreenActions:
    """Opens screens, and leaves."""

    def __init__(
        self,
        model: Model,
        widgets: Widgets,
        stage: Stage,
        work: Work,
        footer: Footer,
        ways_out: Sequence[Callable[[], bool]],
        has_audience: bool,
        app: DrawnApp,
    ) -> None:
        self._model = model
        self._widgets = widgets
        self._stage = stage
        self._work = work
        self._footer = footer
        self._ways_out = ways_out  # of what one can be in, the innermost first; each tells whether one was
        self._has_audience = has_audience
        self._app = app
        self.actions: Final[Actions] = {
            "help": self.help,
            "legend": self.legend,
            "type_layout": self.type_layout,
            "command_palette": self.palette,
            "back": self.back,
            "quit": self.quit,
            "explain_quit": self.explain_quit,
            "suspend_process": self.suspend,
        }

    # --- Over the panes -----------------------------------------------------------------------------------------------------

    async def help(self) -> None:
        """Explain what the pane shows, its keys, all others, and the commands."""
        from gomem_tui.explorer.screens.help import HelpScreen  # noqa: PLC0415 -- the first picture does without
        from gomem_tui.render.help import help_lines  # noqa: PLC0415 -- the same

        keyboard, profile = self._footer.keyboard, self._model.world.profile
        is_read = self._model.session.strip is not None
        page = partial(help_lines, keyboard, profile, self._stage.arrangement.current, is_read=is_read)
        await self._cover(HelpScreen(keyboard, page))

    async def legend(self) -> None:
        """Explain every letter and sign of the arena."""
        from gomem_tui.explorer.screens.help import HelpScreen  # noqa: PLC0415 -- the first picture does without
        from gomem_tui.render.legend import legend_lines  # noqa: PLC0415 -- the same

        keyboard, profile = self._footer.keyboard, self._model.world.profile
        await self._cover(HelpScreen(keyboard, partial(legend_lines, keyboard, profile, self._widgets.panes.arena.chart.lens)))

    async def type_layout(self) -> None:
        """Show how the type of the selected object lies in memory."""
        from gomem_tui.explorer.screens.help import HelpScreen  # noqa: PLC0415 -- the first picture does without
        from gomem_tui.render.typepage import page_of, type_lines  # noqa: PLC0415 -- the same

        session = self._model.session
        try:
            addr = self._model.scene.selection.addr
            page = page_of(session.world, session.objects, addr, session.layout_of, session.rule_of)
        except NotKnown as e:
            self._footer.say(str(e))
            return
        await self._cover(HelpScreen(self._footer.keyboard, partial(type_lines, self._footer.keyboard, page)))

    async def palette(self) -> None:
        """Open the palette: all actions and commands, found by name or description."""
        from gomem_tui.explorer.palette import Palette  # noqa: PLC0415 -- a tenth of the time to the first picture

        await self._cover(Palette())

    async def _cover(self, screen: Over) -> None:
        """Open a screen over the panes; one at a time.  Awaited: keys typed after it are for it."""
        if not self._stage.covered:
            await self._app.push_screen(screen)
            self._stage.show()

    def tell(self, message: str) -> None:
        """Show a message where it is seen: what covers the panes has a place for it."""
        screen = self._app.screen
        if isinstance(screen, Over):
            screen.say(message)
        elif message:
            self._footer.say(message)

    def show_pressed(self, name: str) -> None:
        """Show an audience a key that was pressed, in the footer or in the frame of what covers it."""
        screen = self._app.screen
        if isinstance(screen, Over):
            screen.show_pressed(name)
        self._footer.show_pressed(name)

    # --- Out ----------------------------------------------------------------------------------------------------------------

    def back(self) -> None:
        """Go one level back."""
        for leave in self._ways_out:
            if leave():
                return

    def explain_quit(self) -> None:
        """Tell how to quit."""
        screen, keyboard = self._app.screen, self._footer.keyboard
        if isinstance(screen, Over):
            screen.say(screen.leaving(keyboard.name_anywhere("quit")))
            return
        stop, leave = keyboard.name("back"), " or ".join(keyboard.names("quit"))
        busy = self._work.busy
        self._footer.say(f"{stop} stops what is being done." if busy else f"{leave} quits; {stop} leaves the prompt.")

    def suspend(self) -> None:
        """Put gomem to sleep, where there is a shell that can wake it."""
        if self._model.console.visitors is not None:
            self.tell("Visitors cannot put gomem to sleep: there is no shell here.")
        elif self._has_audience:
            self.tell("gomem cannot be put to sleep while others may follow.")
        else:
            self._app.action_suspend_process()

    def quit(self) -> None:
        """Leave gomem.  The journal of a session that is left so is complete."""
        if self._work.stop():
            self._work.leaving = True
            return
        self._model.console.leave()
        self._app.exit(0)
