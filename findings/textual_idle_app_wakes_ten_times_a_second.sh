#!/usr/bin/env bash
# Textual 8.2.8: an app that shows a word and waits for a key wakes ten times a second.
#
# The guess: without timers, animations or a blinking cursor an idle app sleeps until a key arrives, as its event loop does.
# Seen: the thread that reads the terminal looks every 0.1 s at whether the app has ended, so that the process wakes ten times a second
# as long as it runs.  An asyncio program that lets its loop read the same terminal does not wake at all.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q textual==8.2.8
cat > "$work/hello.py" <<'PY'
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("hello")

Hello().run()
PY
cat > "$work/bare.py" <<'PY'
import asyncio
import os

async def main():
    asyncio.get_running_loop().add_reader(0, lambda: os.read(0, 100))
    print("hello", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
PY
cat > "$work/count.py" <<'PY'
import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

def wakes(pid: int) -> int:
    """How often its threads went to sleep by themselves."""
    told = [(task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int(text.split("\nvoluntary_ctxt_switches:")[1].split()[0]) for text in told)

def a_second(program: str) -> float:
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, program])
    while select.select([terminal], [], [], 2)[0]:  # until it has nothing more to say
        os.read(terminal, 65536)
    before = wakes(pid)
    time.sleep(4)
    found = (wakes(pid) - before) / 4
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return found

textual, bare = a_second(sys.argv[1]), a_second(sys.argv[2])
print(f"wakes a second: textual {textual:.1f}, bare asyncio {bare:.1f}")
sys.exit(not (textual >= 8 and bare <= 1))
PY
"$work/venv/bin/python" "$work/count.py" "$work/hello.py" "$work/bare.py" && echo "still so" || { echo "changed"; exit 1; }
