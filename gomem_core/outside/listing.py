"""Which processes are Go programs whose heap may be read: a look at each from afar, without stopping any."""

import os
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from gomem_core.outside.errors import OutsideError
from gomem_core.outside.process import Process
from gomem_core.outside.program import Program, find_program

_OF_GO: Final = {".go.buildinfo", ".gopclntab", ".data.rel.ro.gopclntab", ".go.module"}  # sections that only Go's linker makes


class Found(NamedTuple):
    """A Go program that may be read."""

    pid: int
    command: str  # its command line, foreign text
    go: str  # the version as it says it
    heap_inuse: int
    moved: bool  # heap_inuse changed while it was read


def go_processes() -> Iterator[Found]:
    """Those that this user may read, by pid; whatever else there is, is left out."""
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            found = _look(pid)
        except OutsideError:
            continue
        if found is not None:
            yield found


def _look(pid: int) -> Found | None:
    process = Process(pid)
    if process.exe is None or not _OF_GO & process.exe.sections().keys():
        return None
    program = find_program(process)
    first, again = _heap_inuse(process, program), _heap_inuse(process, program)
    return Found(pid, process.words, program.version, again, first != again)


def _heap_inuse(process: Process, program: Program) -> int:
    """The sum that Go keeps of it (heapStatsDelta.inHeap); it is cheap, and as exact as its moment allows."""
    size = program.at["heapStatsDelta"]
    read = process.gather(np.array([program.memstats], np.uint64), np.array([3 * size]))
    deltas = read.piece(0, 3 * size).view(np.int64).reshape(3, -1)
    return int(deltas[:, program.at["heapStatsDelta.inHeap"] // 8].sum())
