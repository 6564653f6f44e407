"""Taking out of the explorer what it shows: to the clipboard, or as a picture."""

import os
from collections.abc import Mapping
from typing import Final

from gomem_core.foreign import visible
from gomem_tui.explorer.drawn import DrawnApp
from gomem_tui.explorer.footer import Footer
from gomem_tui.explorer.parts import Actions
from gomem_tui.explorer.stage import Stage
from gomem_tui.panes.model import Model


class CopyActions:
    """Copies what an app shows."""

    def __init__(self, model: Model, stage: Stage, footer: Footer, app: DrawnApp) -> None:
        self._model = model
        self._stage = stage
        self._footer = footer
        self._app = app
        self.actions: Final[Actions] = {"copy": self.copy, "copy_pane": self.copy_pane, "picture": self.picture}

    def copy(self) -> None:
        """Copy the address of what is selected to the clipboard."""
        addr = self._model.scene.selection.addr
        if addr:
            self._copy(f"{addr:#x}", f"{addr:#x}")
        else:
            self._footer.say("Nothing is selected.")

    def copy_pane(self) -> None:
        """Copy what the pane shows to the clipboard."""
        self._copy(self._stage.pane.text(), f"the {self._stage.arrangement.current} pane")

    def picture(self) -> None:
        """Write what the screen shows as two files."""
        if self._model.console.visitors is not None:
            self._footer.say("Visitors have no files here: a picture would be one of the host's.")
            return
        from gomem_tui.explorer.picture import picture_of, write_picture  # noqa: PLC0415 -- the first picture does without

        try:
            path = write_picture(*picture_of(self._app), self._model.console.script.name, self._model.session.step)
        except OSError as e:
            self._footer.say(f"No picture was written: {e.strerror or e}")
        else:
            self._footer.say(f"Written: {path}.svg and {path.name}.txt")

    def _copy(self, text: str, what: str) -> None:
        self._app.copy_to_clipboard(visible(text))  # it may be pasted where a control character does something
        self._footer.say(f"Copied {what}, {_clipboard(os.environ)}.")


def _clipboard(environ: Mapping[str, str]) -> str:
    """What the clipboard depends on: a multiplexer between gomem and the terminal keeps OSC 52 for itself unless it is told."""
    if environ.get("TMUX"):
        return "if tmux has set -g set-clipboard on"
    if environ.get("STY"):
        return "but GNU screen hands no clipboard on"
    return "if the terminal takes OSC 52"
