"""Pictures of the explorer, made without a terminal: as SVG and as plain text.  Same session, same bytes."""

import asyncio
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

from gomem_core.console import Console
from gomem_tui.app import Explorer
from gomem_tui.arrangement import PANES
from gomem_tui.paint import text_of

_NO_XML: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what an XML file must not contain
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")


class Picture(NamedTuple):
    """What the screen shows, as the contents of files: each ends with a newline."""

    svg: str
    text: str  # a line for each row, without blanks at its end


def picture_of(app: Explorer) -> Picture:
    """What a running explorer shows now."""
    # Blanks as blanks: some viewers drop leading no-break spaces, and columns no longer align.
    svg = app.export_screenshot().replace("<text ", '<text xml:space="preserve" ').replace("&#160;", " ")
    rows = [_CONTROL.sub("?", row).rstrip() for row in text_of(app.screen)]
    return Picture(_NO_XML.sub("?", svg), "".join(f"{row}\n" for row in rows))


def shoot(console: Console, size: tuple[int, int], panes: Sequence[str] = (), zoom: bool = False) -> Picture:
    """The explorer on a session, on a screen of `size` columns and rows, after going to these panes."""
    with _in_colour():
        return asyncio.run(_shoot(console, size, panes, zoom))


@contextmanager
def _in_colour() -> Iterator[None]:
    """NO_COLOR speaks of terminals.  A picture that is written to a file is the same wherever it is made."""
    wish = os.environ.pop("NO_COLOR", None)
    try:
        yield
    finally:
        if wish is not None:
            os.environ["NO_COLOR"] = wish


async def _shoot(console: Console, size: tuple[int, int], panes: Sequence[str], zoom: bool) -> Picture:
    app = Explorer(console)
    async with app.run_test(size=size) as pilot:
        for name in panes:
            app.action_pane(next(number for number, pane in PANES.items() if pane == name))
        if zoom:
            app.action_zoom()
        app.model.arrived()
        await pilot.pause()
        return picture_of(app)
