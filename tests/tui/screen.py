"""What a screen of Textual shows, as text."""

from textual.screen import Screen


def text_of(screen: Screen[object]) -> list[str]:
    """The characters of each row."""
    return [strip.text for strip in screen._compositor.render_strips()]
