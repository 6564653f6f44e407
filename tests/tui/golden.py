"""Pictures of single panes as text with style tokens.  To accept what is drawn now: GOMEM_UPDATE_GOLDEN=1, then read the diff."""

import os
from pathlib import Path
from typing import Final, cast, get_args

from gomem_tui.draw.cells import spaced
from gomem_tui.draw.style import Token
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


def read(text: str) -> Line:
    """The line of which `drawn` made this text."""
    shown, _, told = text.rpartition("|  ")
    starts = [(int(at), cast("Token", token)) for at, token in (piece.split(":") for piece in told.split())]
    ends = [at for at, _ in starts[1:]] + [len(shown)]
    return tuple((shown[at:end], token) for (at, token), end in zip(starts, ends, strict=True))


def cells(line: Line) -> list[tuple[str, Token | None]]:
    """What one sees, however it is cut into pieces: blanks belong to the text around them, as where a look underlines."""
    underlined = frozenset(get_args(Token)) - {"cursor"}  # whose background shows on all blanks
    return [(char, token) for text, token in spaced(line, underlined) for char in text]


def check_picture(lines: list[Line], pane: str, state: str, size: tuple[int, int]) -> None:
    """The lines are those of the picture kept, cell for cell."""
    text = "\n".join(map(drawn, lines)) + "\n"
    path = GOLDEN / f"{pane}, {state}, {size[0]}x{size[1]}.txt".replace(" ", "_")
    if os.environ.get("GOMEM_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kept = path.read_text(encoding="utf-8")
    assert text == kept or list(map(cells, lines)) == [cells(read(line)) for line in kept.splitlines()], text
