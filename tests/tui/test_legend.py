"""Letters of the arena: they stay readable where something changed, and a page explains each of them."""

from gomem_core.files.script import read_script
from gomem_core.go.versions import GO_1_10
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.screens.help import HelpScreen
from gomem_tui.render.arena import render_arena
from gomem_tui.render.legend import legend_lines
from gomem_tui.render.lines import Port, plain
from gomem_tui.render.pagecells import LENSES, Chart, class_glyph
from gomem_tui.settings.keys import STANDARD
from tests.tui.screen import text_of

LABEL = 13  # cells before the map: a sign, an address of ten digits, blanks


async def test_a_letter_stays_readable_where_its_span_changed() -> None:
    """512 bytes are class 25, whose letter is p, 16 to a page; for 600 pages there is one column a cell, and no gap before it."""
    app = Explorer(Console(True, read_script("x", "alloc 512 times 9594 as x\nalloc 512", "x")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "2")
        await pilot.pause()
        port = Port(80, 14)
        scene = app.model.scene
        (row,) = [line for line in render_arena(app.model.world, port, scene, Chart()) if line[0][0] in ("+", "≠")]
        assert [text for text, token in row[2:] if token in ("new", "select", "cursor")] == ["p"]
        assert "+" not in plain(row)[LABEL:]


def test_every_letter_and_every_lens_is_explained() -> None:
    for width in (58, 78, 150):
        lines = [plain(line) for line in legend_lines(STANDARD, GO_1_10, "used", width)]
        assert all(len(line) <= width for line in lines)
        page = "\n".join(lines)
        assert all(f"Lens: {lens}" in page for lens in LENSES)
        words = page.split()
        for c in GO_1_10.classes[1:]:
            at = next(n for n, word in enumerate(words) if word == class_glyph(c.number) and words[n + 1] == str(c.number))
            assert words[at + 2].startswith((str(c.size), f"{c.size / 1024:.1f}K"))


async def test_the_key_opens_it_and_closes_it_and_esc_too() -> None:
    app = Explorer(Console(True, read_script("x", "alloc 48", "x")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "2")
        assert "L lists all" in "\n".join(text_of(app.screen))
        for closing in ("L", "escape"):
            await pilot.press("L")
            assert "Lens: class" in "\n".join(text_of(app.screen))
            assert isinstance(app.screen, HelpScreen)
            await pilot.press(closing)
            assert not isinstance(app.screen, HelpScreen)
