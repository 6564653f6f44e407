"""Whole screens as pictures.  To accept what is drawn now: GOMEM_UPDATE_GOLDEN=1, then look at the pictures."""

import os
import re
from pathlib import Path

import pytest

from tests.screenshots import picture, upto

PICTURES = Path(__file__).with_name("pictures")
CASES: dict[str, tuple[int, int, list[str]]] = {
    "start, 80x24": (80, 24, []),
    "refill, 120x40": (120, 40, upto("alloc 48 scan as many times 200")),
    "marked, objects and layout, 120x40": (120, 40, [*upto("gc mark"), "9", "8"]),
    "tall, 60x40": (60, 40, upto("gc mark")),
    "everything, 200x60": (200, 60, upto("alloc 48 scan as again")),
}


def without_names(svg: str) -> str:
    """Rich names its classes after a checksum; the drawing is the same whatever they are called."""
    return re.sub(r"terminal-\d+", "terminal", svg)


@pytest.mark.parametrize("name", CASES)
async def test_whole_screen(name: str) -> None:
    drawn = without_names(await picture(*CASES[name]))
    path = PICTURES / f"{name}.svg".replace(" ", "_")
    if os.environ.get("GOMEM_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")
