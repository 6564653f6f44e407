"""Enter on a shape in Types leads to its objects, as it does on a type."""

import re
from pathlib import Path

import pytest

from gomem_core.session.console import Console
from gomem_core.session.opened import open_core_file
from gomem_tui.explorer.app import Explorer
from tests.outside.corefiles import unpacked
from tests.tui.screen import text_of

WIDE = (120, 40)


@pytest.mark.parametrize("name", ["cache-1.27.3-pie.core", "idle-1.21.13.core"])
async def test_enter_shows_its_objects(name: str) -> None:
    app = Explorer(Console(True, open_core_file(Path(unpacked(name)))))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.press("0", "g")
        rows = app.model.types.rows()
        shapes = {n: one for n, one in enumerate(rows) if re.match(r"\d+ B ", one.name)}
        assert len(shapes) > 5
        alike: dict[tuple[str, bool], int] = {}  # objects by size, and whether they have pointers
        for one in shapes.values():
            key = one.name.split()[0], one.name.endswith("without pointers")
            alike[key] = alike.get(key, 0) + one.objects
        assert len(alike) < len(shapes), "some differ by their words only"
        for n, one in shapes.items():
            size, without = one.name.split()[0], one.name.endswith("without pointers")
            await pilot.press("escape", "0")
            app.widgets.panes.types.select_row(n)
            await pilot.press("enter")
            assert app.stage.arrangement.current == "objects"
            objects = app.model.objects
            found = [app.model.session.objects.info(objects.oid(row)) for row in range(len(objects))]
            assert len(found) == alike[size, without], one.name
            for o in found:
                info = app.model.world.spans.at(o.addr)
                assert info is not None
                assert (str(info.elemsize), info.kind == "noscan", o.type) == (size, without, ""), one.name
            said = text_of(app.screen)[-1]
            assert ("of any shape" in said) == (not without and "with pointers" not in one.name), said
            assert "goes back to the types" in said
