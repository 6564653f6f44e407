#!/usr/bin/env bash
# Textual 8.2.8: an Esc that arrives together with a punctuation mark or Enter vanishes without a trace.
#
# The guess: what a terminal sends for Esc, then ":", within its escape time (tmux waits 500 ms by default) is read as escape and colon,
# or as alt+colon.  Seen: only "colon" is left, so an application cannot know that Esc was pressed; Esc and Enter are plain "enter".
# With a letter it is alt+letter, and with a digit it is a sign of a Mac's keyboard: Esc 7 is a pilcrow, which an input field types.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q textual==8.2.8
cat > "$work/keys.py" <<'PY'
import sys
from textual import __version__
from textual._xterm_parser import XTermParser

def keys(data: str) -> list[str]:
    parser = XTermParser(False)
    return [event.key for fed in (data, "") for event in parser.feed(fed)]  # feed("") is the end: nothing waits any more

expected = {"\x1b:": ["colon"], "\x1b\r": ["enter"], "\x1bx": ["alt+x"], "\x1b7": ["pilcrow_sign"], "\x1b": ["escape"]}
seen = {data: keys(data) for data in expected}
print("textual", __version__, seen)
sys.exit(seen != expected)
PY
"$work/venv/bin/python" "$work/keys.py" && echo "still so" || { echo "changed"; exit 1; }
