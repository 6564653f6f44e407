"""What an SVG is made of: no font from elsewhere, no character joined with its neighbour, a frame only where it is wanted."""

import re
from xml.etree import ElementTree

import pytest

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.commands.shoot import shoot

SCRIPT = "gomem 1\nsay See `0x10` here.\nalloc 48 scan as node\n"
NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("frame", [True, False])
def test_nothing_is_fetched_and_nothing_is_joined(frame: bool) -> None:
    console = Console(True, read_script("x", SCRIPT, "x"))
    console.forward()
    svg = shoot(console, (80, 24), frame=frame).svg
    assert re.findall(r"https?://[^\"' ]+", svg) == ["http://www.w3.org/2000/svg"]
    assert "@font-face" not in svg
    assert "font-variant-ligatures: none" in svg
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", svg))
    root = ElementTree.fromstring(svg)
    assert len(root.findall(f".//{NAMESPACE}circle")) == (3 if frame else 0)  # the buttons of a window
    shown = "".join(root.itertext())
    assert "0x10" in shown
    assert "`" not in shown


def test_without_a_frame_the_picture_is_the_screen_alone() -> None:
    root = ElementTree.fromstring(shoot(Console(True), (80, 24), frame=False).svg)
    x, y, width, height = (float(part) for part in root.attrib["viewBox"].split())
    paper = root.find(f"{NAMESPACE}rect")
    assert paper is not None
    assert [float(paper.attrib[name]) for name in ("x", "y", "width", "height")] == [x, y, width, height]
    assert width == pytest.approx(80 * 12.2, abs=2)
