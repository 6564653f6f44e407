"""Make the pictures in screenshots/ from the running explorer.  Run as a script, from anywhere."""

import asyncio
import sys
from pathlib import Path

from gomem_core import lessons
from gomem_core.files.step import parse_step
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.picture import picture_of
from gomem_tui.opening import demo_script
from gomem_tui.settings.look import Look
from gomem_tui.settings.options import Options

REAL = Path(lessons.__file__).with_name("real_heap.still")
REAL_KEYS = ["w", "1", *["down"] * 66]


def typed(line: str) -> list[str]:
    """The keys of a line at the prompt."""
    return ["colon", *({" ": "space"}.get(char, char) for char in line), "enter"]


FILM = Path(lessons.__file__).with_name("cache.trace.gz")
FILM_KEYS = [*typed("goto 4ms"), *typed("diff 1ms"), "7", "0"]
FOLDER = Path(__file__).resolve().parents[1] / "screenshots"


def upto(command: str) -> list[str]:
    """Keys that step through the built-in script up to this command."""
    texts = [parse_step(step).line for step in demo_script().steps]
    return ["space"] * (texts.index(command) + 1)


SWEPT = upto("alloc 48 scan as again")
MARKED = upto("gc mark")

# name: columns, rows, keys pressed
PICTURES: dict[str, tuple[int, int, list[str]]] = {
    "explorer": (120, 40, upto("alloc 48 scan as many times 200")),
    "explorer-80x24": (80, 24, ["space"]),
    "everything": (200, 60, SWEPT),
    "tall": (60, 40, MARKED),
    "halfway": (120, 40, [*upto("alloc 40000 as photo"), *["full_stop"] * 60]),
    "difference": (120, 40, [*MARKED, "m", "greater_than_sign", *["colon", "d", "i", "f", "f", "space", "m", "1", "enter"]]),
    "help": (100, 30, ["space", "3", "question_mark"]),
    **{
        name: (100, 28, [*keys, number, "z"])
        for number, name, keys in (
            ("1", "spans", MARKED),
            ("2", "arena", MARKED),
            ("3", "bitmap", [*upto("alloc 64 head as buffer2")]),
            ("4", "mcentral", SWEPT),
            ("5", "mcache", upto("alloc 48 scan as other")),
            ("6", "why", upto("alloc 48 scan as many times 200")),
            ("7", "heap", SWEPT),
            ("8", "layout", MARKED),
            ("9", "objects", MARKED),
            ("w", "advise", MARKED),
        )
    },
}


async def picture(
    columns: int,
    rows: int,
    keys: list[str],
    look: Look = Look(),  # noqa: B008 -- it is immutable
    file: Path | None = None,
) -> str:
    """The explorer on its built-in script, or on a file, after these keys, as SVG."""
    app = Explorer(Console(True, demo_script() if file is None else open_file(file)), Options(look=look))
    async with app.run_test(size=(columns, rows)) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        return picture_of(app).svg


def main() -> int:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.svg"):
        old.unlink()
    for name, keys, file in (("real", REAL_KEYS, REAL), ("film", FILM_KEYS, FILM)):
        (FOLDER / f"{name}.svg").write_text(asyncio.run(picture(120, 40, keys, file=file)), encoding="utf-8")
    for name, (columns, rows, keys) in PICTURES.items():
        (FOLDER / f"{name}.svg").write_text(asyncio.run(picture(columns, rows, keys)), encoding="utf-8")
        print(f"screenshots/{name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
