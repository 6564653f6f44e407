"""What a click does: as a rule, what a key does to what lies there."""

from textual.widget import Widget

from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.pane_actions import PaneActions
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.explorer.parts import Runs
from gomem_tui.explorer.prompt_actions import PromptActions
from gomem_tui.explorer.stage import Stage
from gomem_tui.explorer.time_actions import TimeActions
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.explorer.work import Work


class Clicks:
    """Takes clicks on the explorer's own screen."""

    def __init__(
        self,
        widgets: Widgets,
        stage: Stage,
        work: Work,
        time: TimeActions,
        prompt: PromptActions,
        panes: PaneActions,
        footer: Footer,
        app: Runs,
    ) -> None:
        self._widgets = widgets
        self._stage = stage
        self._work = work
        self._time = time
        self._prompt = prompt
        self._panes = panes
        self._footer = footer
        self._app = app

    async def click(self, clicked: Widget | None, x: int, y: int) -> None:
        """Focus a pane and select what was clicked; type; go to a step of the scrub bar; do what a key of the footer does."""
        if clicked is self._footer:
            await self._click_footer(x)
        elif clicked is None or self._work.busy:
            return
        elif isinstance(clicked, PaneWidget):
            if clicked.pane.id != self._stage.arrangement.current:
                self._panes.pane(clicked.pane.id)
            if not clicked.pane.unknown:
                clicked.pane.pick(x, y)
        elif clicked is self._widgets.scrub:
            step = self._widgets.bars.step_at(clicked.size.width, x)
            if step is not None:
                self._time.goto(step)
        elif self._prompt.row in clicked.ancestors_with_self:
            self._prompt.open()

    async def _click_footer(self, x: int) -> None:
        """Put a message away, as a key does; then the keys can be clicked."""
        if self._footer.message and not self._work.busy:
            self._footer.say("")
        elif not self._footer.message:
            action = self._footer.action_at(x)
            if action:
                await (self._prompt.prompt if self._stage.typing else self._app).run_action(action)
