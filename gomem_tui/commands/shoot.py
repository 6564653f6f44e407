"""The explorer's picture, made without a terminal.  Same session, same bytes."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from gomem_core.lang.moves import Pane
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.picture import Picture, picture_of
from gomem_tui.settings.look import Look
from gomem_tui.settings.options import Options

_USUAL: Final = Look()


def shoot(
    console: Console,
    size: tuple[int, int],
    panes: Sequence[Pane] = (),
    zoom: bool = False,
    look: Look = _USUAL,
    frame: bool = True,
) -> Picture:
    """The explorer on a session, on a screen of `size` columns and rows, after going to these panes.

    `frame`: the SVG has a window's frame around it.
    """
    with _in_colour():
        return asyncio.run(_shoot(console, size, panes, zoom, look, frame))


@contextmanager
def _in_colour() -> Iterator[None]:
    """NO_COLOR speaks of terminals.  A picture that is written to a file is the same wherever it is made."""
    wish = os.environ.pop("NO_COLOR", None)
    try:
        yield
    finally:
        if wish is not None:
            os.environ["NO_COLOR"] = wish


async def _shoot(console: Console, size: tuple[int, int], panes: Sequence[Pane], zoom: bool, look: Look, frame: bool) -> Picture:
    app = Explorer(console, Options(look=look))
    async with app.run_test(size=size) as pilot:
        app.stage.point_at(panes)
        if zoom:
            app.stage.zoom(True)
        app.model.arrived()
        await pilot.pause()
        return picture_of(app, frame)
