"""A follower whose terminal can only print: what Why tells of each step, and panes when they are asked for, as plain text."""

import os
import select
import socket
from contextlib import suppress
from typing import Final

from gomem_core.foreign import visible
from gomem_core.lang.errors import WordError
from gomem_core.lang.panes import read_pane
from gomem_core.session.console import Console
from gomem_core.world.world import NotKnown
from gomem_tui.explorer.showing import Json
from gomem_tui.plain.panes import ROWS, pane_lines, why_lines
from gomem_tui.render.reflow import wrapped
from gomem_tui.serve.heard import GONE, LEFT, Heard
from gomem_tui.serve.status import whereabouts

_WIDTHS: Final = (60, 100)  # columns: as in plain text elsewhere
_SETTLED: Final = 0.3  # seconds in which the presenter stands still, so that steps in a hurry are not told one by one
_HELP: Final = (
    "You hear what the presenter does. A pane's name (spans, arena, heap, ...) or its number prints it, why prints what the "
    "presenter's step did once more, and q leaves."
)


class PlainFollower:
    """Prints what changes, newest only; reads whole lines."""

    def __init__(self, descriptor: int, stream: socket.socket, desk: Console | None, here: bool) -> None:
        self._terminal = descriptor
        with suppress(OSError):
            os.set_blocking(descriptor, True)
        self._heard = Heard(stream, desk, here, (self._width, ROWS))
        self._told: object = None  # what was told last

    @property
    def _width(self) -> int:
        try:
            columns = os.get_terminal_size(self._terminal).columns - 1
        except OSError:
            columns = 0
        return max(_WIDTHS[0], min(columns or 79, _WIDTHS[1]))

    def run(self, look: Json) -> int:
        """Tell what the presenter does until the end; returns the exit code."""
        heard = self._heard
        stream = heard.stream.fileno()
        if heard.view is not None:  # else another follower takes its place when something is presented
            self._say(*wrapped(_HELP, self._width))
        heard.show(look)
        moved = True
        while heard.code is None:
            ready, _, _ = select.select([stream, self._terminal], [], [], _SETTLED if moved else None)
            if stream in ready:
                heard.receive()
                moved = True
            elif self._terminal in ready:
                self._read()
            else:
                self._tell()
                moved = False
        return heard.code

    def _read(self) -> None:
        try:
            typed = os.read(self._terminal, 4096)
        except OSError:
            typed = b""
        if not typed:
            self._heard.code = GONE
            return
        word = typed.decode("utf-8", "replace").split("\n")[0].strip()
        if word in ("q", "quit", "exit"):
            self._heard.code = LEFT
        elif word:
            self._answer(word)

    def _answer(self, word: str) -> None:
        view = self._heard.view
        if view is None:
            self._told = None
            return
        try:
            lines = pane_lines(view.model, read_pane(word), self._width)
        except (WordError, NotKnown) as e:
            lines = wrapped(f"{e}. {_HELP}" if isinstance(e, WordError) else f"{e}.", self._width)
        self._say(*lines)

    def _tell(self) -> None:
        """Tell where the presenter stands, if that was not told yet."""
        heard, view = self._heard, self._heard.view
        if view is None:
            here = "The presenter is about to begin." if heard.here else "The presenter is not here yet."
            told: object = here
            lines = [here]
        else:
            view.settle()
            told = (view.presenter, repr(view.record.get("typed")), heard.here, heard.doing)
            lines = [f"The presenter is {whereabouts(view)}.", *why_lines(view.model, self._width, brief=True)]
            if heard.doing:
                lines = [f"The presenter waits for {heard.doing}"]
            if not heard.here:
                lines = [f"The presenter is gone, and was {whereabouts(view)}."]
        if told != self._told:
            self._told = told
            self._say(*lines)

    def _say(self, *lines: str) -> None:
        with suppress(OSError):
            os.write(self._terminal, "".join(f"{visible(line)}\n" for line in lines).encode("utf-8", "replace"))
