"""Measure the explorer as its user feels it, beside a hello-world Textual app in the same run.  Run as a script.

120×40, 256 colours.  Prints a table; with --json one object.  Times are of this machine and this moment: the ratios carry over.
"""

import argparse
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

import pyte

from gomem_tui.opening import demo_script

ROOT = Path(__file__).resolve().parents[1]
COLUMNS, ROWS = 120, 40
STATE = tempfile.TemporaryDirectory(prefix="gomem-measured-")
QUIET = 0.12  # s without output: settled
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    BINDINGS = [("q", "quit", "quit")]
    def compose(self):
        yield Static("hello world")
Hello().run()
"""


TABLE = """
from textual.app import App
from textual.widgets import DataTable
class Table(App):
    def compose(self):
        yield DataTable(cursor_type="row")
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("name", "address", "size", "kind", "used", "list", "waste", "sweepgen")
        for n in range(1000):
            table.add_row(f"row {n}", f"{0xc420000000 + n * 8192:x}", n % 67 * 16, "scan", f"{n % 170}/170", "empty", n % 50, 0)
Table().run()
"""
LOAD = ("alloc 48 scan", "alloc 2048", "alloc 1024 scan", "alloc 100", "alloc 8192")  # two of five need another span, often


class Program:
    """A program in a pseudo-terminal, timed from its start."""

    def __init__(self, *argv: str) -> None:
        self.start = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            # A state of its own: what is killed here leaves journals, and each start looks at all that there are.
            environ = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": STATE.name}
            # PYTHONDONTWRITEBYTECODE: an installed gomem is compiled, as Textual is; else its sources are compiled at each start.
            for name in ("COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "PYTHONDONTWRITEBYTECODE"):
                environ.pop(name, None)
            os.execvpe(argv[0], argv, environ)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def until_quiet(self, first: float, quiet: float = QUIET) -> tuple[bytes, float]:
        """What is written until nothing came for `quiet` s (`first` s for the first byte), and when the last byte came."""
        data, last, limit = b"", time.perf_counter(), first
        while select.select([self.fd], [], [], limit)[0]:
            try:
                piece = os.read(self.fd, 65536)
            except OSError:
                break
            if not piece:
                break
            data, last, limit = data + piece, time.perf_counter(), quiet
        return data, last

    def first_paint(self) -> float:
        """ms until the screen is as it then stays."""
        data, last = self.until_quiet(20, 0.7)
        screen = pyte.Screen(COLUMNS, ROWS)
        pyte.ByteStream(screen).feed(data.replace(b"\x1b[?2026$p", b"").replace(b"\x1b[?2048$p", b""))
        return (last - self.start) * 1000

    def key(self, keys: str) -> tuple[float, int]:
        """ms from the key to the last byte, and how many bytes."""
        begin = time.perf_counter()
        os.write(self.fd, keys.encode())
        data, last = self.until_quiet(2)
        return (last - begin) * 1000 if data else 0.0, len(data)

    def memory(self) -> float:
        """Peak resident MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def end(self) -> None:
        """Away with it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def explorer(*args: str) -> Program:
    return Program(sys.executable, "-m", "gomem_tui", *args)


def steps(program: Program, count: int) -> dict[str, float]:
    """Figures of `count` steps."""
    timed = [program.key(" ") for _ in range(count)]
    times, sizes = [t for t, _ in timed], [n for _, n in timed]
    return {
        "step median ms": statistics.median(times),
        "step p95 ms": sorted(times)[int(0.95 * (count - 1))],
        "step median bytes": statistics.median(sizes),
        "step max bytes": max(sizes),
    }


def measure(runs: int) -> dict[str, float]:
    """All figures."""
    figures: dict[str, float] = {}
    hello, ours = [], []
    for _ in range(runs):  # by turns, so that both see the same noise
        program = Program(sys.executable, "-c", HELLO)
        hello.append(program.first_paint())
        program.end()
        program = explorer()
        ours.append(program.first_paint())
        if len(ours) < runs:
            program.end()
    figures["hello: first paint ms"] = min(hello)
    figures["first paint ms"] = min(ours)
    figures["first paint / hello"] = min(ours) / min(hello)
    before = time.perf_counter()
    data, _ = program.until_quiet(2)
    figures["idle bytes"] = len(data)
    figures["idle s"] = time.perf_counter() - before
    figures |= steps(program, len(demo_script().steps))
    figures["focus bytes"] = max(program.key("\t")[1] for _ in range(3))
    figures["RSS MB"] = program.memory()
    program.end()
    with tempfile.NamedTemporaryFile("w", suffix=".gomem") as script:
        script.write("alloc 48 scan\n" * 60)
        script.flush()
        program = explorer(script.name)
        program.first_paint()
        figures["50 steps at once ms"] = program.key(" " * 50)[0]
        program.end()
    figures |= beside_a_table()
    figures |= many_spans()
    return figures


def beside_a_table(count: int = 100) -> dict[str, float]:
    """A step beside moving the cursor of a stock DataTable, which does not scroll: key by key, so that both see one noise."""
    with tempfile.NamedTemporaryFile("w", suffix=".gomem") as script:
        script.write("".join(f"{line}\n" for line in LOAD) * count)
        script.flush()
        table, ours = Program(sys.executable, "-c", TABLE), explorer(script.name)
        table.first_paint()
        ours.first_paint()
        timed = []
        for number in range(count):
            arrow = "\x1b[B" if number // 30 % 2 == 0 else "\x1b[A"
            timed.append((table.key(arrow), ours.key(" ")))
        table.end()
        ours.end()
    moved, stepped = zip(*timed, strict=True)
    (move, move_bytes), (step, step_bytes) = (map(statistics.median, zip(*figures, strict=True)) for figures in (moved, stepped))
    return {
        "DataTable: cursor median ms": move,
        "step beside it, median ms": step,
        "step / DataTable, ms": step / move,
        "DataTable: cursor median bytes": move_bytes,
        "step beside it, median bytes": step_bytes,
        "step / DataTable, bytes": step_bytes / move_bytes,
    }


def many_spans() -> dict[str, float]:
    """The same steps in a heap of 100 and of 100,000 spans."""
    found: dict[str, dict[str, float]] = {}
    memory = 0.0
    for spans in (100, 100_000):
        with tempfile.NamedTemporaryFile("w", suffix=".gomem") as script:
            script.write(f"gogc off\nalloc 8192 times {spans}\n" + "alloc 8192\nalloc 48 scan\nalloc 100\n" * 8)
            script.flush()
            program = explorer(script.name)
            program.first_paint()
            program.key(" ")
            os.write(program.fd, b" ")
            program.until_quiet(60, 1)
            found[str(spans)] = steps(program, 24)
            memory = program.memory()
            program.end()
    few, many = found["100"], found["100000"]
    return {
        "100 spans: step median ms": few["step median ms"],
        "100000 spans: step median ms": many["step median ms"],
        "100000 / 100 spans": many["step median ms"] / few["step median ms"],
        "100000 spans: RSS MB": memory,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    figures = measure(args.runs)
    if args.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:<32}{value:>10.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
