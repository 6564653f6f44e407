"""What keys do to the panes: which one has the keyboard, and what it shows."""

from typing import Final

from textual.actions import parse

from gomem_core.lang.moves import Pane
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Actions
from gomem_tui.explorer.prompt_actions import PromptActions
from gomem_tui.explorer.stage import Stage
from gomem_tui.explorer.time_actions import TimeActions
from gomem_tui.explorer.widgets import Widgets
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.entering import enter
from gomem_tui.panes.model import Model

_FROM: Final[dict[Pane, str]] = {"types": "types", "advise": "advice"}  # where enter shows some rows of another pane


class PaneActions:
    """Moves in the panes, and from pane to pane."""

    def __init__(
        self,
        model: Model,
        widgets: Widgets,
        stage: Stage,
        time: TimeActions,
        prompt: PromptActions,
        footer: Footer,
        presenting: bool,
    ) -> None:
        self._model = model
        self._panes = widgets.panes
        self._stage = stage
        self._time = time
        self._prompt = prompt
        self._footer = footer
        self._presenting = presenting
        self.actions: Final[Actions] = {
            "turn": self.turn,
            "pane": self.pane,
            "zoom": self.zoom,
            "move": self.move,
            "page": self.page,
            "edge": self.edge,
            "enter": self.enter,
            "come_back": self.come_back,
            "lens": widgets.panes.arena.next_lens,
            "map_zoom": widgets.panes.arena.zoom,
            "event_log": self.event_log,
        }

    # --- Which pane -------------------------------------------------------------------------------------------------------

    def turn(self, step: int) -> None:
        """Focus the next pane, or the one before; in the prompt, complete, and walk through what fits."""
        if self._stage.typing:
            self._prompt.complete(step)
        else:
            self.pane(self._stage.arrangement.neighbour(step))

    def pane(self, name: Pane) -> None:
        """Focus a pane."""
        stage = self._stage
        again = name == stage.arrangement.current and not stage.typing
        before = stage.arrangement.shown()
        stage.choose(name)
        pane = stage.pane
        if pane.asked_for(name in before, again):
            pane.redraw()

    def zoom(self) -> None:
        """Give one pane all the room, or no longer."""
        self._stage.zoom(not self._stage.arrangement.zoomed)

    # --- What it shows ----------------------------------------------------------------------------------------------------

    def move(self, rows: int, columns: int) -> None:
        """Move in the pane."""
        if not self._stage.pane.unknown:
            self._stage.pane.move(rows, columns)

    def page(self, by: int) -> None:
        """Move in the pane by what it shows; to an audience, these are a clicker's keys."""
        pane = self._stage.pane
        if not self._presenting:
            if not pane.unknown:
                pane.move(by * pane.page())
        elif by > 0:
            self._time.step()
        else:
            self._time.step_back()

    def edge(self, by: int) -> None:
        """Move to the pane's first or last row."""
        self.move(by * HeapPane.FAR, 0)

    def event_log(self) -> None:
        """Let Why tell all events, or no longer; it gets the rows that it needs for that."""
        self._panes.why.toggle_log()
        self._stage.make_room_for_why()

    def enter(self) -> None:
        """Go from what is selected to what it stands for, and say which keys lead back."""
        pane = self._stage.arrangement.current
        found = enter(self._panes, self._model, pane, self._stage.choose)
        back = f"; {{back}} shows all, {{pane_{pane}}} goes back to the {_FROM[pane]}" if found.filter else ""
        if told := found.said or found.shown + self._footer.keyboard.filled(back):
            self._footer.say(told)

    def come_back(self) -> None:
        """Go back: in Objects along the link that was followed last, else a step."""
        if self.returns_to:
            self._footer.say(self._panes.objects.come_back())
        else:
            self._time.step_back()

    @property
    def returns_to(self) -> str:
        """The object to which `come_back` leads; nothing where it is a step."""
        trail = self._panes.objects.trail if self._stage.arrangement.current == "objects" else []
        return self._model.session.objects.name(trail[-1]) if trail else ""

    # --- Several keys at once ---------------------------------------------------------------------------------------------

    def choose(self, action: str) -> None:
        """Do this action, one of those that choose a pane."""
        _, name, (which,) = parse(action)
        self.actions[name](which)

    def move_on(self, action: str, times: int) -> None:
        """Go on as this action, one of those that move in the pane, moved just now, so many times; at an edge nothing is left."""
        _, name, (by, *columns) = parse(action)
        pane = self._stage.pane
        if pane.unknown:
            return
        if name == "move":
            pane.move_on(int(str(by)), int(str(columns[0])), times)
        elif name == "page":
            pane.move_on(int(str(by)) * pane.page(), 0, times)
