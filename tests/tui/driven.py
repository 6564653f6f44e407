"""The explorer on a session, driven by keys, for tests."""

from textual.pilot import Pilot

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.panewidget import PaneWidget
from gomem_tui.opening import demo_script
from gomem_tui.render.lines import plain

SIZES = [(80, 24), (120, 40)]


def explorer(text: str | None = None) -> Explorer:
    return Explorer(Console(True, demo_script() if text is None else read_script("demo", text, "demo")))


def shown(app: Explorer, pane: str) -> str:
    return "\n".join(map(plain, app.query_one(f"#{pane}", PaneWidget)._lines))


async def type_line(pilot: Pilot[int], text: str) -> None:
    if pilot.app.focused is None:
        await pilot.press("colon")
    for char in text:
        await pilot.press({" ": "space", ".": "full_stop", "_": "underscore"}.get(char, char))
    await pilot.press("enter")
    await pilot.pause()
