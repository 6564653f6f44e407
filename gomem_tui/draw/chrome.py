"""What Textual draws by itself (prompt, help, palette, scroll bars), in the colours of a look."""

from typing import Any, Final

from rich.color import Color, ColorType
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBarRender
from textual.theme import BUILTIN_THEMES, Theme

from gomem_tui.draw.style import Token, styles
from gomem_tui.settings.look import Look

_TOKENS: Final[tuple[Token, ...]] = ("text", "dim", "label", "key", "select", "cursor", "strong")
"""Returns the variables that app.tcss names: $gomem-TOKEN, its background -on, its attributes -look."""
_THUMB: Final = "┃"
_TRACK: Final = "│"


def textual_theme(look: Look) -> Theme:
    """Textual's theme for a look.  It is one of its "ansi" themes: those leave the background to the terminal."""
    drawn = styles(look.theme, look.depth)
    variables = dict(BUILTIN_THEMES["ansi-light" if look.theme == "light" else "ansi-dark"].variables)
    for token in _TOKENS:
        style = drawn[token]
        variables[f"gomem-{token}"] = _css(style.color)
        variables[f"gomem-{token}-on"] = _css(style.bgcolor)
        variables[f"gomem-{token}-look"] = _attributes(style)
    for name in ("scrollbar", "scrollbar-hover", "scrollbar-active"):
        variables[name] = variables["gomem-key"]
        variables[name.replace("scrollbar", "scrollbar-background")] = "ansi_default"
    name = f"gomem-{look.theme}-{look.depth}"
    return Theme(name=name, primary="ansi_default", ansi=True, dark=look.theme != "light", variables=variables)


def _css(color: Color | None) -> str:
    """Returns a colour as Textual's stylesheets write it."""
    if color is None or color.is_default:
        return "ansi_default"
    return f"ansi_{color.name}" if color.type == ColorType.STANDARD else color.get_truecolor().hex


def _attributes(style: Style) -> str:
    return " ".join(name for name in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, name)) or "none"


class LineScrollBar(ScrollBarRender):
    """A thin line with a thick part, told by glyphs: Textual's own is told by colours alone."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = Color.default(),  # noqa: ARG003, B008 -- Textual's signature; a colour is immutable
        bar_color: Color = Color.default(),  # noqa: B008
    ) -> Segments:
        """The bar's cells; a mouse takes hold of the thick ones, and scrolls on the thin ones."""
        start = end = size
        if window_size and size and virtual_size > window_size:
            length = max(1, round(size * window_size / virtual_size))
            start = round((size - length) * position / (virtual_size - window_size))
            end = start + length

        def cell(y: int) -> Segment:
            action = "scroll_up" if y < start else "grab" if y < end else "scroll_down"
            meta: dict[str, Any] = {"@mouse.down": action}
            glyph = _THUMB if action == "grab" else _TRACK
            return Segment(glyph * (thickness if vertical else 1), Style(color=bar_color, meta=meta))

        return Segments([cell(y) for y in range(size)], new_lines=vertical)
