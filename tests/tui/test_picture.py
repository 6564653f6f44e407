"""What P writes: the screen as it looks, in the colours and signs of the explorer's own look."""

import re
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest
from rich.color_triplet import ColorTriplet

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.settings.look import Look
from gomem_tui.settings.options import Options
from tests.tui.screen import text_of
from tests.tui.test_style import contrast

SVG: Final = "{http://www.w3.org/2000/svg}"
BLANKS: Final = "{http://www.w3.org/XML/1998/namespace}space"


async def pictured(folder: Path, monkeypatch: pytest.MonkeyPatch, look: Look) -> tuple[str, str, list[str]]:
    """The two files that P writes, and the rows of the screen before."""
    monkeypatch.chdir(folder)
    app = Explorer(Console(True, read_script("demo", "alloc 48 scan as a\nalloc 64", "demo")), Options(look=look))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "3")
        await pilot.pause()
        rows = [row.rstrip() for row in text_of(app.screen)]
        await pilot.press("P")
    svg, text = (folder / f"gomem-demo-step1.{ending}" for ending in ("svg", "txt"))
    return svg.read_text(encoding="utf-8"), text.read_text(encoding="utf-8"), rows


def background(svg: str) -> ColorTriplet:
    """The colour of the sheet: that of the first rectangle behind the definitions."""
    return triplet(next(fill for fill in re.findall(r'<rect fill="(#[0-9a-f]{6})" stroke', svg)))


def triplet(text: str) -> ColorTriplet:
    return ColorTriplet(*bytes.fromhex(text[1:]))


@pytest.mark.parametrize("look", [Look(), Look("light", "256"), Look("neutral", "256"), Look("mono", "none")], ids=str)
async def test_the_text_is_what_the_screen_shows(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, text, rows = await pictured(tmp_path, monkeypatch, look)
    assert text.splitlines() == rows


@pytest.mark.parametrize(
    "look", [Look(), Look("light", "256"), Look("light", "truecolor"), Look("neutral", "256"), Look("mono", "none")], ids=str
)
async def test_every_colour_stands_on_the_sheet(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    svg, _, _ = await pictured(tmp_path, monkeypatch, look)
    sheet = background(svg)
    assert (contrast(sheet, ColorTriplet(255, 255, 255)) < 1.1) == (look.theme == "light")
    boxes = set(re.findall(r'<rect fill="(#[0-9a-f]{6})" x=', svg))  # what is drawn behind text: the cursor's
    for colour in set(re.findall(r"-r\d+ \{ fill: (#[0-9a-f]{6})", svg)):
        on = [sheet, *map(triplet, boxes)]
        assert max(contrast(triplet(colour), background) for background in on) >= 3, colour


async def test_columns_are_aligned_and_leading_blanks_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    svg, _, rows = await pictured(tmp_path, monkeypatch, Look("light", "256"))
    assert "&#160;" not in svg
    assert "\xa0" not in svg
    drawn = [text for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if text.get("clip-path")]
    assert all(text.get(BLANKS) == "preserve" for text in drawn)
    for text in drawn:
        words = (text.text or "").rstrip("\n")
        column, row = round(float(text.get("x", "0")) / 12.2), round((float(text.get("y", "0")) - 20) / 24.4)
        assert rows[row][column:].startswith(words.rstrip()), words


async def test_without_colours_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    svg, _, _ = await pictured(tmp_path, monkeypatch, Look("mono", "none"))
    greys = set(re.findall(r"-r\d+ \{ fill: (#[0-9a-f]{6})", svg)) | set(re.findall(r'<rect fill="(#[0-9a-f]{6})" x=', svg))
    assert all(max(triplet(grey)) - min(triplet(grey)) < 8 for grey in greys)


async def test_in_ascii_both_files_are_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    svg, text, rows = await pictured(tmp_path, monkeypatch, Look("neutral", "256", ascii=True))
    assert svg.isascii()
    assert text.isascii()
    assert [len(row) for row in text.splitlines()] == [len(row) for row in rows]
