"""Whole screens as pictures.  To accept what is drawn now: GOMEM_UPDATE_GOLDEN=1, then look at the pictures."""

import os
import re
from pathlib import Path

import pytest

from gomem_tui.settings.look import Look
from tests.screenshots import MARKED, picture, upto

PICTURES = Path(__file__).with_name("pictures")
CASES: dict[str, tuple[int, int, list[str]]] = {
    "start, 80x24": (80, 24, []),
    "refill, 120x40": (120, 40, upto("alloc 48 scan as many times 200")),
    "marked, objects and layout, 120x40": (120, 40, [*upto("gc mark"), "9", "8"]),
    "tall, 60x40": (60, 40, upto("gc mark")),
    "everything, 200x60": (200, 60, upto("alloc 48 scan as again")),
}
LOOKS: dict[str, Look] = {
    "light": Look("light", "256"),
    "neutral": Look("neutral", "256"),
    "terminal": Look("terminal", "16"),
    "mono": Look("mono", "none"),
    "ascii": Look("dark", "256", ascii=True),
}


def without_names(svg: str) -> str:
    """Rich names its classes after a checksum; the drawing is the same whatever they are called."""
    return re.sub(r"terminal-\d+", "terminal", svg)


@pytest.mark.parametrize("name", CASES)
async def test_whole_screen(name: str) -> None:
    compare(name, await picture(*CASES[name]))


@pytest.mark.parametrize("name", LOOKS)
async def test_whole_screen_in_other_looks(name: str) -> None:
    compare(f"{name}, 120x40", await picture(120, 40, MARKED, LOOKS[name]))


def compare(name: str, svg: str) -> None:
    """The picture is the one kept."""
    drawn = without_names(svg)
    path = PICTURES / f"{name}.svg".replace(" ", "_")
    if os.environ.get("GOMEM_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")
