"""The part of the explorer that keys do to its panes: which one is shown and has the keyboard, and what it shows."""

import os
from collections.abc import Iterable, Mapping

from textual.actions import parse

from gomem_core.foreign import visible
from gomem_tui.explorer.arrangement import PANES, WHY
from gomem_tui.explorer.dialog import Dialog
from gomem_tui.explorer.picture import picture_of, write_picture
from gomem_tui.explorer.screens.over import Over
from gomem_tui.panes.arena import ArenaPane
from gomem_tui.panes.base import HeapPane
from gomem_tui.panes.heap import HeapStatsPane
from gomem_tui.panes.mcentral import McentralPane
from gomem_tui.panes.objects import ObjectsPane
from gomem_tui.panes.table import TablePane
from gomem_tui.panes.why import WhyPane


class PaneKeys(Dialog):
    """An explorer whose panes obey keys."""

    _turning = False  # another pane has the keyboard, which is about to be shown
    _rearranged = False  # ... and others are shown than before

    @property
    def pane(self) -> HeapPane:
        """The pane that has the keyboard."""
        return self.query_one(f"#{self.arrangement.name}", HeapPane)

    def point_at(self, names: Iterable[str]) -> None:
        """Show these panes, as far as there is room; the last one gets the keyboard."""
        for name in names:
            self._choose_pane(next(number for number, pane in PANES.items() if pane == name))

    @property
    def covered(self) -> bool:
        """Whether the help or the palette lies over the panes."""
        return len(self.screen_stack) > 1

    def show_current(self) -> None:
        """Show the panes that there is room for, and mark the one that has the keyboard; what covers them is shown or not."""
        panes, *over = self.screen_stack
        panes.set_class(self.options.presenting, "presenting")
        for name, has in self.arrangement.classes().items():
            panes.set_class(has, name)
        for screen in over:
            if isinstance(screen, Over):
                screen.fit(panes.has_class("tiny"))
        shown = self.arrangement.shown()
        for number, name in PANES.items():
            pane = self.query_one(f"#{name}", HeapPane)
            pane.active = number == self.arrangement.current and not self.typing
            if number != WHY:
                pane.set_class(number not in shown, "off")
            pane.redraw()

    def arranged(self) -> None:
        """The layout changed: mark the current pane anew, and draw everything when sizes are known."""
        self.show_current()
        self.call_after_refresh(self.look_again)

    # --- Which pane -------------------------------------------------------------------------------------------------------

    def action_turn(self, step: int) -> None:
        """Focus the next pane, or the one before; in the prompt, complete, and walk through what fits."""
        if self.typing:
            self.prompt.complete(step)
            self.say(self.prompt.alternatives(self.size.width - 1) or self.message)
        else:
            self.action_pane(self.arrangement.neighbour(step))

    def action_pane(self, number: int) -> None:
        """Focus a pane by its number."""
        again = number == self.arrangement.current and not self.typing
        before = self.arrangement.shown()
        self._choose_pane(number)
        pane = self.pane
        if number not in before:
            pane.start()
        elif again and isinstance(pane, TablePane) and pane.strays:
            pane.go_to_selected()
            pane.redraw()

    def _choose_pane(self, number: int) -> None:
        before = self.arrangement.shown()
        self.arrangement.choose(number)
        self.prompt.screen.set_focus(None)
        self._rearranged = self._rearranged or self.arrangement.shown() != before
        if not self._turning:
            self._turning = True
            self.call_later(self._turned)

    def _turned(self) -> None:
        """Show which pane has the keyboard, once all keys that are there already are done."""
        rearranged, self._turning, self._rearranged = self._rearranged, False, False
        self.show_current()
        if rearranged:
            self.call_after_refresh(self.look_again)

    def action_zoom(self) -> None:
        """One pane gets all the room."""
        self.arrangement.zoomed = not self.arrangement.zoomed
        self.arranged()

    # --- What it shows ----------------------------------------------------------------------------------------------------

    def action_move(self, rows: int, columns: int) -> None:
        """Move in the pane."""
        self.pane.move(rows, columns)

    def choose(self, action: str) -> None:
        """Do this action, one of those that choose a pane."""
        _, name, (number,) = parse(action)
        (self.action_pane if name == "pane" else self.action_turn)(int(str(number)))

    def move_on(self, action: str, times: int) -> None:
        """Go on as this action, one of those that move in the pane, moved just now, so many times; at an edge nothing is left."""
        _, name, (by, *columns) = parse(action)
        if name == "move":
            self.pane.move_on(int(str(by)), int(str(columns[0])), times)
        elif name == "page":
            self.pane.move_on(int(str(by)) * self.pane.page(), 0, times)

    def action_page(self, by: int) -> None:
        """Move in the pane by what it shows; to an audience, these are a clicker's keys."""
        if not self.options.presenting:
            self.pane.move(by * self.pane.page())
        elif by > 0:
            self.action_step()
        else:
            self.action_step_back()

    def action_edge(self, by: int) -> None:
        """Move to the pane's first or last row."""
        self.pane.move(by * HeapPane.FAR)

    def action_lens(self) -> None:
        """The arena's next lens."""
        self.query_one(ArenaPane).next_lens()

    def action_enter(self) -> None:
        """From a class of the Heap pane to its mcentral, from an object along a link."""
        if self.arrangement.name == "objects":
            self.say(self.query_one(ObjectsPane).follow_link())
        if self.arrangement.name == "heap":
            told = self.query_one(HeapStatsPane).no_mcentral()
            if told:
                self.say(told)
            else:
                self.query_one(McentralPane).go_to_selected()
                self._choose_pane(4)

    def action_come_back(self) -> None:
        """In Objects, back along the link that was followed last; else back a step."""
        if self.returns_to:
            self.say(self.query_one(ObjectsPane).come_back())
        else:
            self.action_step_back()

    @property
    def returns_to(self) -> str:
        """The object to which `come_back` leads; nothing where it is a step."""
        trail = self.query_one(ObjectsPane).trail if self.arrangement.name == "objects" else []
        return self.model.session.objects.name(trail[-1]) if trail else ""

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
        self._copy(self.pane.text(), f"the {self.arrangement.name} pane")

    def _copy(self, text: str, what: str) -> None:
        self.copy_to_clipboard(visible(text))  # it may be pasted where a control character does something
        self.say(f"Copied {what}, {_clipboard(os.environ)}.")

    def action_picture(self) -> None:
        """What the screen shows, as two files."""
        try:
            path = write_picture(*picture_of(self), self.desk.script.name, self.model.session.step)
        except OSError as e:
            self.say(f"No picture was written: {e.strerror or e}")
        else:
            self.say(f"Written: {path}.svg and {path.name}.txt")


def _clipboard(environ: Mapping[str, str]) -> str:
    """What the clipboard depends on: a multiplexer between gomem and the terminal keeps OSC 52 for itself unless it is told."""
    if environ.get("TMUX"):
        return "if tmux has set -g set-clipboard on"
    if environ.get("STY"):
        return "but GNU screen hands no clipboard on"
    return "if the terminal takes OSC 52"
