"""What an app shows, as SVG and as plain text, in its own look."""

import re
from io import StringIO
from typing import Final, NamedTuple

from rich.console import Console
from rich.segment import Segment, Segments
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME, TerminalTheme

from gomem_tui.drawn import DrawnApp
from gomem_tui.look import Theme
from gomem_tui.paint import drawn_as

# What an XML file must not contain, and what no viewer could show.
_NO_XML: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_PAPER: Final[dict[Theme, TerminalTheme]] = {"light": DEFAULT_TERMINAL_THEME}  # black on white; the others are seen on dark


class Picture(NamedTuple):
    """What the screen shows, as the contents of files: each ends with a newline."""

    svg: str
    text: str  # a line for each row, without blanks at its end


def picture_of(app: DrawnApp) -> Picture:
    """What a running app shows now."""
    strips = drawn_as(app.screen, app.look)
    rows = [_CONTROL.sub("?", strip.text).rstrip() for strip in strips]
    width, height = app.size
    console = Console(
        width=width,
        height=height,
        file=StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    pieces = [piece for strip in strips for piece in (*strip, Segment.line())]
    console.print(Segments(pieces[:-1]))
    svg = console.export_svg(title=app.title, theme=_PAPER.get(app.look.theme, SVG_EXPORT_THEME))
    # Blanks as blanks: some viewers drop leading no-break spaces, and columns no longer align.
    svg = svg.replace("<text ", '<text xml:space="preserve" ').replace("&#160;", " ")
    return Picture(_NO_XML.sub("?", svg), "".join(f"{row}\n" for row in rows))
