"""Lines that a Go program writes to stderr with GODEBUG=gctrace=1 and scavtrace=1, between lines of its own.

The shape is the same from Go 1.19 on.  Bytes are told in whole megabytes, rounded down, times in two or three digits.
"""

import re
from typing import Final

from gomem_core.named import NamedTuple

_N: Final = r"(\d{1,15})"
_T: Final = r"(\d{1,9}(?:\.\d{1,9})?(?:e[-+]\d{1,3})?)"
_CYCLE: Final = re.compile(
    rf"gc {_N} @{_T}s {_N}%: {_T}\+{_T}\+{_T} ms clock, {_T}\+{_T}/{_T}/{_T}\+{_T} ms cpu, "
    rf"{_N}->{_N}->{_N} MB, {_N} MB goal, (?:{_N} MB stacks, {_N} MB globals, )?{_N} P( \(forced\))?"
)
_SCAVENGE: Final = re.compile(rf"scav {_N} KiB work \(bg\), {_N} KiB work \(eager\), {_N} KiB now, {_N}% util( \(forced\))?")
_MOST: Final = 100_000  # cycles
_LONGEST: Final = 400  # characters of such a line


class Cycle(NamedTuple):
    """One collection; sizes in bytes of whole megabytes, times in milliseconds; None is what this version does not tell."""

    number: int
    at: float  # seconds since the program began
    percent: int  # of all processor time that was spent on collections since then
    clock: tuple[float, float, float]  # sweep termination, mark, mark termination; the world stands still in the first and last
    cpu: tuple[float, float, float, float, float]  # the same, with marking by assists, by dedicated workers, by idle Ps
    start: int  # bytes of the heap when it began
    end: int  # ... when marking ended
    live: int  # marked
    goal: int
    stacks: int | None
    globals: int | None
    ps: int
    forced: bool
    scavenged: int  # bytes given back to the operating system since the cycle before


class GcTrace(NamedTuple):
    """All cycles that were told; `more`: there are others behind them, of which gomem reads no more."""

    cycles: tuple[Cycle, ...]
    more: bool


def read_gctrace(text: str) -> GcTrace | None:
    """The cycles in the lines of a text; None: it tells none."""
    found: list[Cycle] = []
    scavenged = 0
    for line in text.splitlines():
        if not line.startswith(("gc ", "scav ")) or len(line) > _LONGEST:
            continue
        if scav := _SCAVENGE.fullmatch(line):
            scavenged += (int(scav[1]) + int(scav[2])) << 10
        elif cycle := _CYCLE.fullmatch(line):
            if len(found) == _MOST:
                return GcTrace(tuple(found), more=True)
            found.append(_cycle(cycle, scavenged))
            scavenged = 0
    return GcTrace(tuple(found), more=False) if found else None


def _cycle(m: re.Match[str], scavenged: int) -> Cycle:
    start, end, live, goal = (int(m[n]) << 20 for n in range(12, 16))
    stacks, globals_ = (None if m[n] is None else int(m[n]) << 20 for n in (16, 17))
    clock, cpu = (tuple(float(m[n]) for n in numbers) for numbers in (range(4, 7), range(7, 12)))
    return Cycle(
        int(m[1]),
        float(m[2]),
        int(m[3]),
        (clock[0], clock[1], clock[2]),
        (cpu[0], cpu[1], cpu[2], cpu[3], cpu[4]),
        start,
        end,
        live,
        goal,
        stacks,
        globals_,
        int(m[18]),
        m[19] is not None,
        scavenged,
    )
