"""An app drawn as a look says: in its colours and signs, and of each frame only the cells that differ."""

from typing import Any, cast

from rich.console import RenderableType
from textual.app import App
from textual.screen import Screen
from textual.scrollbar import ScrollBar

from gomem_tui.chrome import LineScrollBar, textual_theme
from gomem_tui.look import Look
from gomem_tui.paint import Painter
from gomem_tui.style import styles


class DrawnApp(App[int]):
    """What the explorer and the menu of lessons have in common; `token_styles` is for panes."""

    def __init__(self, look: Look) -> None:
        super().__init__(ansi_color=True)
        self.look = look
        self.animation_level = "none"
        self.token_styles = styles(look.theme, look.depth)
        self.no_color = look.depth == "none"
        theme = textual_theme(look)
        self.register_theme(theme)
        self.set_reactive(DrawnApp.theme, theme.name)
        self.stylesheet.set_variables(self.get_css_variables())
        ScrollBar.renderer = LineScrollBar
        self._painter = Painter(look)

    def on_mount(self) -> None:
        """While gomem sleeps, another program has the terminal."""
        self.app_suspend_signal.subscribe(self, lambda _: self._painter.forget(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self._awake(), immediate=True)

    def _awake(self) -> None:
        """Another program had the terminal."""
        self._painter.forget()
        self.screen.refresh(layout=True)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Textual's private way out; see paint.py."""
        super()._display(screen, cast("RenderableType | None", self._painter.reduce(renderable, screen.size)))
