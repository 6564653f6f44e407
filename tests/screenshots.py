"""Make the pictures in screenshots/ from the running explorer.  Run as a script, from anywhere."""

import asyncio
import sys
from pathlib import Path

from gomem_core.console import Console
from gomem_core.step import parse_step
from gomem_tui.app import Explorer
from gomem_tui.demo import demo_script
from gomem_tui.picture import picture_of

FOLDER = Path(__file__).resolve().parents[1] / "screenshots"


def upto(command: str) -> list[str]:
    """Keys that step through the built-in script up to this command."""
    texts = [parse_step(step).line for step in demo_script().steps]
    return ["space"] * (texts.index(command) + 1)


# name: columns, rows, keys pressed
PICTURES: dict[str, tuple[int, int, list[str]]] = {
    "explorer": (120, 40, upto("alloc 48 scan as many times 200")),
    "explorer-80x24": (80, 24, ["space"]),
    "after-a-sweep": (120, 40, upto("alloc 48 scan as again")),
    "heap-layout-objects": (120, 40, [*upto("gc mark"), "7", "9", "8"]),
    "everything": (200, 60, upto("alloc 48 scan as again")),
    "bitmap-80x24": (80, 24, [*upto("alloc 64 head as buffer"), "3"]),
}


async def picture(columns: int, rows: int, keys: list[str]) -> str:
    """The explorer on its built-in script after these keys, as SVG."""
    app = Explorer(Console(True, demo_script()))
    async with app.run_test(size=(columns, rows)) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        return picture_of(app).svg


def main() -> int:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, (columns, rows, keys) in PICTURES.items():
        (FOLDER / f"{name}.svg").write_text(asyncio.run(picture(columns, rows, keys)), encoding="utf-8")
        print(f"screenshots/{name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
