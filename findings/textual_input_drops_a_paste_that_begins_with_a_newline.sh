#!/usr/bin/env bash
# Textual 8.2.8: pasting text that begins with a line break into an Input inserts nothing at all.
#
# The guess: a one-line input takes the pasted text without its line breaks, or the first line that is not empty.
# Seen: it takes exactly what stands before the first line break; of "\nalloc 48" that is nothing, and nobody is told.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q textual==8.2.8
cat > "$work/paste.py" <<'PY'
import asyncio, sys
from textual import __version__
from textual.app import App
from textual.events import Paste
from textual.widgets import Input

class One(App[None]):
    def compose(self):
        yield Input()

async def pasted(text: str) -> str:
    app = One()
    async with app.run_test() as pilot:
        app.query_one(Input).post_message(Paste(text))
        await pilot.pause()
        return app.query_one(Input).value

async def main() -> int:
    seen = [await pasted(text) for text in ("alloc 48", "alloc 48\n", "\nalloc 48", "alloc 48\ndrop all")]
    print("textual", __version__, seen)
    return seen != ["alloc 48", "alloc 48", "", "alloc 48"]

sys.exit(asyncio.run(main()))
PY
"$work/venv/bin/python" "$work/paste.py" && echo "still so" || { echo "changed"; exit 1; }
