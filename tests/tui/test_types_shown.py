"""Types in the explorer: names of fields in the bitmap, types in Objects, and the page about the selected object's."""

from pathlib import Path

import pytest
from textual.events import Paste
from textual.screen import Screen

from gomem_core.files.script import load_script, read_script
from gomem_core.session.console import Console
from gomem_core.world.world import NotKnown
from gomem_tui.__main__ import main
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.screens.help import HelpScreen
from gomem_tui.panes.model import Model
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.lines import Line, Port
from gomem_tui.render.objects import Rows, render_objects, said_types, sort_at
from gomem_tui.render.typepage import page_of, type_lines
from gomem_tui.settings.keys import STANDARD
from tests.tui.screen import text_of

STEPS = """go 1.27
type node struct { next *node; key string; vals [3]int32; ok bool }
new(node) as a
make([]*node, 65) as big
make(map[string]int, 20) as m
alloc 48 as plain
"""


@pytest.fixture(scope="module")
def model() -> Model:
    console = Console(narrate=True)
    console.begin(read_script("s", STEPS, "s"))
    console.goto(5)
    model = Model(console, lambda: None)
    model.arrived()
    return model


def text(lines: list[Line]) -> list[str]:
    return ["".join(part for part, _ in line).rstrip() for line in lines]


def bitmap(model: Model, name: str, width: int = 80, top: int = 0) -> list[str]:
    addr = model.session.address_of(name)
    assert addr is not None
    model.select(addr)
    return text(render_bitmap(model.world, Port(width, 14, top), model.scene, model.session.objects))


def test_words_of_the_bitmap_carry_names(model: Model) -> None:
    lines = bitmap(model, "a")
    assert lines[1] == "  words from  four words   what lies in them                       slots"  # ... that begin: no room
    assert lines[2] == "▸ c000000000  │◆  ◆  ·  ·  next      key       key.len   vals[0]    0● a"
    assert lines[3].startswith("  c000000020   ·  · │·  ·  vals,ok  ")  # 40 bytes in a slot of 48: its last word has no name


def test_beyond_the_end_of_a_type_the_names_come_again(model: Model) -> None:
    lines = bitmap(model, "big", 118, 16)  # 8 bytes of header, 65 words, 6 more up to 576
    assert lines[2].split("  ")[-4:] != []
    assert "[63]" in lines[2]
    assert "+[0]" in lines[2]
    assert "+[4]" in lines[3] or "+[5]" in lines[3]


def test_where_there_is_no_room_for_names_there_are_none(model: Model) -> None:
    assert "what lies" not in "\n".join(bitmap(model, "a", 50))
    assert "next" not in "\n".join(bitmap(model, "plain"))


@pytest.mark.parametrize("width", [59, 80, 122])
def test_objects_have_types(model: Model, width: int) -> None:
    objects = model.session.objects
    model.objects.settle()
    rows = Rows(objects, model.objects, model.session.history, 0)
    lines = text(render_objects(model.world, Port(width, 14), model.scene, rows))
    assert "type" in lines[1]
    assert "state" in lines[1]
    assert [line.split()[line.split().index("B") + 1] for line in lines if " a " in line and "●" in line] == ["node"]
    assert any("maps.Map" in line for line in lines)
    assert any("noscan" in line for line in lines if "plain" in line)
    assert said_types(objects)
    assert sort_at(model.world, lines[1].index("state"), width, has_types=True) == "state"


def test_links_say_from_which_field_they_lead() -> None:
    console = Console(narrate=True)
    lines = ("type node struct { n int; next *node }", "new(node) as a", "new(node) as b", "link a.1 b")
    console.begin(read_script("s", "\n".join(["go 1.27", *lines]), "s"))
    console.goto(4)
    model = Model(console, lambda: None)
    model.arrived()
    model.objects.settle()
    rows = Rows(model.session.objects, model.objects, model.session.history, 0)
    lines_shown = text(render_objects(model.world, Port(80, 14), model.scene, rows, model.session.links))
    assert " links: .1 next → b" in lines_shown


def test_the_types_pane_sums_them_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["go 1.27", "type node struct { next *node; n int }", "new(node) as n times 3", "new(int8) as a", "new(int8) as b"]
    path = tmp_path / "s.gomem"
    path.write_text("\n".join([*lines, "alloc 48", "drop n.1", "gc", "make([]node, 0, 65)", ""]))
    console = Console(narrate=True)
    console.begin(load_script(path))
    console.goto(8)
    model = Model(console, lambda: None)
    model.arrived()
    model.types.settle()
    found = [(one.name, one.objects, one.nbytes, one.alloc_objects) for one in model.types.rows()]
    assert found == [  # 65 x 16 bytes and a header need a slot of 1152; a dropped node was swept, and counts among all
        ("[65]node", 1, 1152, 1),
        ("no type said", 1, 48, 1),
        ("node", 2, 32, 3),
        ("int8", 2, 2, 2),
    ]
    assert main(["top", str(path), "--by", "type"]) == 0
    assert "no type said" in capsys.readouterr().out
    path.write_text("alloc 48\n")
    assert main(["top", str(path), "--by", "type"]) == 3
    assert "no object of this session has a type" in capsys.readouterr().err


def test_the_page_tells_layout_and_rule(model: Model) -> None:
    session = model.session
    addr = session.address_of("a")
    assert addr is not None
    page = page_of(model.world, session.objects, addr + 8, session.layout_of, session.rule_of)
    lines = text(type_lines(STANDARD, page, 78))
    assert lines[0] == "a at 0xc000000000 is a node. esc closes this page."
    assert "Go wanted it: newobject: as many bytes as the type has." in lines
    assert any(line.startswith("     8    16        –  ●") for line in lines)
    assert all(len(line) <= 78 for line in lines)


def test_the_page_says_why_there_is_none(model: Model) -> None:
    session = model.session
    plain = session.address_of("plain")
    assert plain is not None
    for addr, why in ((plain, "nothing says which type plain has"), (0xC000000F00, "there is no object where the selection is")):
        with pytest.raises(NotKnown, match=why):
            page_of(model.world, session.objects, addr, session.layout_of, session.rule_of)


@pytest.mark.parametrize("closing", ["t", "escape", "q"])
async def test_the_key_opens_the_page_and_closes_it(closing: str) -> None:
    app = Explorer(Console(True, read_script("s", STEPS, "s")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "t")
        assert isinstance(app.screen, HelpScreen)
        shown: Screen[object] = app.screen_stack[-1]
        assert "a at 0xc000000000 is a node." in "\n".join(text_of(shown))
        await pilot.press(closing)
        assert not isinstance(app.screen, HelpScreen)
        await pilot.press("space", "space", "space", "t")
        assert not isinstance(app.screen, HelpScreen)
        assert "nothing says which type plain has" in "\n".join(text_of(app.screen))


async def test_a_declaration_may_be_pasted() -> None:
    app = Explorer(Console(True, read_script("s", "go 1.27\n", "s")))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        app.prompt_actions.prompt.post_message(Paste("type node struct {\n\tnext *node // one\n\tok bool\n}\nnew(node) as a"))
        await pilot.pause()
        await pilot.pause()
        assert list(app.model.session.history) == ["type node struct { next *node; ok bool }", "new(node) as a"]


async def test_enter_shows_the_objects_of_a_type() -> None:
    console = Console(True, read_script("s", STEPS + "new(node) as b\n", "s"))
    console.goto(6)
    app = Explorer(console)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("0", "g", "enter")
        await pilot.pause()
        shown = "\n".join(text_of(app.screen))
        largest = "[4]map.group[string]int"  # room for 32 entries, of 24 bytes each
        assert f"Objects: type:{largest}" in shown
        await pilot.press("escape", "slash", *"type:node", "enter", "t")
        await pilot.pause()
        assert app.model.objects.text == "type:node"
        assert len(app.model.objects) == 2
        assert "node: 40 bytes" in "\n".join(text_of(app.screen))
