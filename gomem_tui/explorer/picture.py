"""What an app shows, as SVG and as plain text, in its own look."""

import re
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.segment import Segment, Segments
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME, TerminalTheme

from gomem_core.named import NamedTuple
from gomem_tui.draw.updates import drawn_as
from gomem_tui.explorer.drawn import DrawnApp
from gomem_tui.settings.look import Theme

# What an XML file must not contain, and what no viewer could show.
_NO_XML: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CONTROL: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
# Rich fills these in.  No font is fetched, and none may join characters: 0x is a zero and an x.
_STYLE: Final = """
  <style>
    .{unique_id}-matrix {{ font: 20.25px "DejaVu Sans Mono", "Noto Sans Mono", Menlo, Consolas, monospace;
      font-variant-ligatures: none; font-feature-settings: "liga" 0, "calt" 0; line-height: {line_height}px; }}
    .{unique_id}-title {{ font: bold 18px sans-serif; }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
    {lines}
  </defs>
"""
_SCREEN: Final = """
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
  </g>
</svg>
"""
_FRAMED: Final = '<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">' + _STYLE + "  {chrome}" + _SCREEN
_BARE: Final = (
    '<svg viewBox="{terminal_x} {terminal_y} {terminal_width} {terminal_height}" xmlns="http://www.w3.org/2000/svg">'
    + _STYLE
    + '  <rect x="{terminal_x}" y="{terminal_y}" width="{terminal_width}" height="{terminal_height}" fill="PAPER"/>'
    + _SCREEN
)
_PAPER: Final[dict[Theme, TerminalTheme]] = {"light": DEFAULT_TERMINAL_THEME}  # black on white; the others are seen on dark


class Picture(NamedTuple):
    """What the screen shows, as the contents of files: each ends with a newline."""

    svg: str
    text: str  # a line for each row, without blanks at its end


def picture_of(app: DrawnApp, frame: bool = True) -> Picture:
    """What a running app shows now; `frame`: the SVG has a window's frame around it."""
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
    theme = _PAPER.get(app.look.theme, SVG_EXPORT_THEME)
    form = _FRAMED if frame else _BARE.replace("PAPER", theme.background_color.hex)
    svg = console.export_svg(title=app.title, theme=theme, code_format=form)
    # Blanks as blanks: some viewers drop leading no-break spaces, and columns no longer align.
    svg = svg.replace("<text ", '<text xml:space="preserve" ').replace("&#160;", " ")
    return Picture(_NO_XML.sub("?", svg), "".join(f"{row}\n" for row in rows))


def write_picture(svg: str, text: str, name: str, step: int) -> Path:
    """Write the screen as NAME.svg and NAME.txt in the current directory; returns the path without the ending.

    The name has the script's and the step; files that are there are never overwritten.  Raises OSError.
    """
    script = re.sub(r"[^\w-]+", "-", name.partition(".")[0]) or "session"
    stem = f"gomem-{script}-step{step}"
    path = Path(stem)
    number = 2
    while any(path.with_name(f"{path.name}{ending}").exists() for ending in (".svg", ".txt")):
        path = Path(f"{stem}-{number}")
        number += 1
    path.with_name(f"{path.name}.svg").write_text(svg, encoding="utf-8")
    path.with_name(f"{path.name}.txt").write_text(text, encoding="utf-8")
    return path
