#!/usr/bin/env bash
# mypyc (mypy 2.4.1), CPython 3.11: to call a compiled method from Python takes about as long as to call a Python method.
#
# The guess: a class that mypyc has compiled is called several times as fast, as its loops run several times as fast inside.
# Seen: of a method that does nothing, the call alone is all there is, and that is not cheaper: 0.7 to 1.3 times the Python one's.
# Since 3.11 Python calls Python without a C frame, while a compiled method unpacks, checks and boxes what crosses the border.  So what
# is called once an object gains little, and a batch call, which crosses once for many, gains all: below, a loop of a thousand inside
# takes less than a quarter of the time of the same loop in Python.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q mypy==2.4.1 setuptools==80.9.0
cat > "$work/work.py" <<'PY'
class Work:
    def __init__(self) -> None:
        self.total = 0

    def nothing(self, size: int, pointers: int) -> int:
        return 5

    def many(self, count: int) -> int:
        for n in range(count):
            self.total += n & 7
        return self.total
PY
cp "$work/work.py" "$work/plain.py"
(cd "$work" && "$work/venv/bin/mypyc" work.py > log 2>&1) || { cat "$work/log"; exit 1; }
cat > "$work/measure.py" <<'PY'
import gc
import sys
from time import perf_counter_ns

import plain
import work

assert work.__file__.endswith(".so")
gc.disable()


def call(do):
    start = perf_counter_ns()
    for _ in range(20000):
        do(64, 8)
    return perf_counter_ns() - start


def call_compiled(do):  # the same body: Python adapts a loop to what it calls
    start = perf_counter_ns()
    for _ in range(20000):
        do(64, 8)
    return perf_counter_ns() - start


def inside(do):
    start = perf_counter_ns()
    for _ in range(20):
        do(1000)
    return perf_counter_ns() - start


a, b = plain.Work(), work.Work()
calls = [(call(a.nothing), call_compiled(b.nothing)) for _ in range(60)]
loops = [(inside(a.many), inside(b.many)) for _ in range(60)]
python, compiled = (min(times) / 20000 for times in zip(*calls))
ratio = compiled / python
loop = min(mine for _, mine in loops) / min(plain for plain, _ in loops)
print(f"CPython {sys.version.split()[0]}: a call {python:.0f} ns, compiled {compiled:.0f} ns, {ratio:.2f} times; a loop inside {loop:.2f} times")
sys.exit(not (0.7 < ratio < 1.3 and loop < 0.25))
PY
cd "$work" && "$work/venv/bin/python" measure.py && echo "still so" || { echo "changed"; exit 1; }
