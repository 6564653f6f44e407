#!/usr/bin/env bash
# asyncio (CPython 3.11.7, Linux) loses a signal for good when other threads keep its loop busy.
#
# The guess: loop.add_signal_handler runs its callback as soon as the loop has time again.
# Seen: the signal is one byte in the loop's self-pipe, and every call_soon_threadsafe puts a byte there too.  The pipe is a socket pair
# that holds some 278 such bytes.  While the loop is busy and it is full, the signal's byte is thrown away: the callback never runs, and
# the only trace is an "Exception ignored" on stderr.  uvloop 0.22.1 runs the callback in the same situation.
# What helps: signal.signal with a Python handler, which runs between bytecodes and does not need the pipe.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q uvloop==0.22.1
cat > "$work/flood.py" <<'PY'
import asyncio, os, platform, signal, sys
import uvloop

async def heard() -> tuple[int, int]:
    """How many signals were heard: sent behind 1000 wake-ups, and with none before it."""
    loop, calls = asyncio.get_running_loop(), []
    loop.add_signal_handler(signal.SIGUSR1, lambda: calls.append(1))
    for _ in range(1000):  # as a thread that reads keys does it, while the loop is busy with something else
        loop.call_soon_threadsafe(lambda: None)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.sleep(1)
    flooded = len(calls)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.sleep(1)
    return flooded, len(calls) - flooded

stock, other = asyncio.run(heard()), uvloop.run(heard())
print(f"CPython {platform.python_version()}: asyncio heard {stock}, uvloop {uvloop.__version__} heard {other} of (1, 1)")
sys.exit(0 if (stock, other) == ((0, 1), (1, 1)) else 1)
PY
"$work/venv/bin/python" "$work/flood.py" 2>/dev/null && echo "still so" || { echo "changed"; exit 1; }
