"""Measure how fast a trace is read and how fast its moments are there, beside `go tool trace -d=parsed` in the same run.

    python -m tests.filmbench TRACE [--go GO] [--compiled CHECKOUT]

GO is a go command of 1.27, CHECKOUT a copy of the sources in which `GOMEM_COMPILE=1 python setup.py build_ext --inplace` was run.
Seconds are of the processor, so that other programs matter less; the ratios carry over to other machines.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
_READ: Final = """
import json, mmap, sys, time
from gomem_core.film.film import Film
from gomem_core.film.reel import FilmReel

def anonymous():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("RssAnon"))

def timed(do):
    began = time.process_time()
    do()
    return time.process_time() - began

def moments(reel):
    # Seconds at some moments: for what spans, account and map need, for types, for a page of objects, and for all of it.
    found = []
    for part in range(1, 20):
        event = reel.events * part // 20
        world = timed(lambda: (reel.moment(event).slots.set_bytes(0, 1 << 60), reel.film.account(event)))
        moment = reel.moment(event)
        types = timed(moment.by_type)
        objects = timed(lambda: [moment.objects.info(n) for n in range(min(50, len(moment.objects)))])
        found.append((world, types, objects, world + types + objects))
    columns = [sorted(column) for column in zip(*found)]
    return {name: (one[len(one) // 2], one[-1]) for name, one in zip(("moment", "types", "objects", "all"), columns)}

with open(sys.argv[1], "rb") as file:
    data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
film, most = Film(data, "it"), anonymous()
began, first = time.process_time(), 0.0
for _ in film.steps():
    most, first = max(most, anonymous()), first or time.process_time() - began
seconds = time.process_time() - began
reel = FilmReel(film)
print(json.dumps({
    "events": film.tables.total,
    "seconds": seconds,
    "first": first,
    "anonymous": most,
    "disk": (film.tables.lives.nbytes + film.tables.deaths.nbytes) / max(len(film.tables.lives), 1),
    "besides": (film.tables.nbytes - film.tables.lives.nbytes - film.tables.deaths.nbytes) / max(film.events, 1),
    **moments(reel),
}))
"""


def read(trace: str, sources: Path) -> dict[str, Any]:
    """What reading the trace took, with the gomem in a folder."""
    env = {**os.environ, "PYTHONPATH": str(sources)}
    done = subprocess.run([sys.executable, "-c", _READ, trace], cwd=sources, env=env, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def peer(trace: str, go: str) -> float:
    """Seconds of the processor that Go's own tool takes to print the events."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([go, "tool", "trace", "-d=parsed", trace], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _both(seconds: tuple[float, float]) -> str:
    """The median and the worst of several moments, for people."""
    median, worst = seconds
    return f"{median * 1e3:.0f} ms (at most {worst * 1e3:.0f})"


def main() -> None:
    """Measure what was asked for, one after the other, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trace", metavar="TRACE")
    parser.add_argument("--go", metavar="GO")
    parser.add_argument("--compiled", metavar="CHECKOUT", type=Path)
    args = parser.parse_args()
    began = time.monotonic()
    found = {"pure": read(args.trace, ROOT)}
    if args.compiled is not None:
        found["compiled"] = read(args.trace, args.compiled.resolve())
    beside = None if args.go is None else peer(args.trace, args.go)
    for name, one in found.items():
        ratio = "" if beside is None else f", {beside / one['seconds']:.0f} × go tool trace -d=parsed"
        print(f"{name}: {one['events']:,} events, {one['events'] / one['seconds'] / 1e6:.2f} M/s{ratio}")
        print(
            f"  the first events after {one['first'] * 1e3:.0f} ms; at most {one['anonymous'] / 1e6:.0f} MB anonymous memory; "
            f"{one['disk']:.0f} B a lifetime, {one['besides']:.1f} B an event besides\n"
            f"  a moment {_both(one['moment'])}, its types {_both(one['types'])}, 50 objects {_both(one['objects'])}; "
            f"together {_both(one['all'])}"
        )
    if beside is not None:
        rate = found["pure"]["events"] / beside / 1e6
        print(f"go tool trace -d=parsed: {beside:.1f} s, {rate:.2f} M/s; all took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
