"""Pictures of single panes as text with style tokens.  To accept what is drawn now: GOMEM_UPDATE_GOLDEN=1, then read the diff."""

import os
from pathlib import Path
from typing import Final

from gomem_tui.render.lines import Line

GOLDEN: Final = Path(__file__).with_name("golden")
SIZES: Final = [(60, 14), (80, 24), (120, 40), (200, 60)]
STATES: Final = ["empty", "one span", "full", "fragmented", "mid-gc"]


def drawn(line: Line) -> str:
    """The text, and behind it its tokens with the cells they start at."""
    text = "".join(t for t, _ in line)
    at = 0
    tokens = []
    for piece, token in line:
        tokens.append(f"{at}:{token}")
        at += len(piece)
    return f"{text}|  {' '.join(tokens)}"


def check_picture(lines: list[Line], pane: str, state: str, size: tuple[int, int]) -> None:
    """The lines are those of the picture kept."""
    text = "\n".join(map(drawn, lines)) + "\n"
    path = GOLDEN / f"{pane}, {state}, {size[0]}x{size[1]}.txt".replace(" ", "_")
    if os.environ.get("GOMEM_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
