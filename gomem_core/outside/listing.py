"""Which processes are Go programs whose heap may be read: a look at each from afar, without stopping any."""

import os
from collections.abc import Iterator

import numpy as np

from gomem_core.formats.buildinfo import GO_SECTIONS
from gomem_core.named import NamedTuple
from gomem_core.outside.errors import NotPermitted, OutsideError
from gomem_core.outside.process import Process
from gomem_core.outside.program import Program, find_program


class Found(NamedTuple):
    """A Go program that may be read."""

    pid: int
    command: str  # its command line, foreign text
    go: str  # the version as it says it
    heap_inuse: int
    moved: bool  # heap_inuse changed while it was read


class Refused:
    """Processes that this user may not read: of each the sentence that says why, and what would help."""

    def __init__(self) -> None:
        self.go: list[str] = []  # Go programs
        self.unknown: list[str] = []  # whose executable may not be read, either


def go_processes(refused: Refused | None = None) -> Iterator[Found]:
    """Those that this user may read, by pid; those that may not be read go to `refused`, and whatever else there is nowhere."""
    refused = refused or Refused()
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            process = Process(pid)
        except NotPermitted as e:
            refused.unknown += [str(e)] if _has_words(pid) else []
            continue
        except OutsideError:
            continue
        try:
            found = _look(process)
        except NotPermitted as e:
            refused.go.append(str(e))
            continue
        except OutsideError:
            continue
        if found is not None:
            yield found


def _has_words(pid: int) -> bool:
    """Whether it has a command line, which everybody may read: threads of the kernel have none."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return bool(file.read(1))
    except OSError:
        return False


def _look(process: Process) -> Found | None:
    sections = process.exe.sections().keys() if process.exe is not None else ()
    if process.exe is None or (sections and not GO_SECTIONS & sections):  # what was packed has none
        return None
    program = find_program(process)
    first, again = _heap_inuse(process, program), _heap_inuse(process, program)
    return Found(process.pid, process.words, program.version, again, first != again)


def _heap_inuse(process: Process, program: Program) -> int:
    """The sum that Go keeps of it (heapStatsDelta.inHeap); it is cheap, and as exact as its moment allows."""
    size = program.at["heapStatsDelta"]
    read = process.gather(np.array([program.memstats], np.uint64), np.array([3 * size]))
    deltas = read.piece(0, 3 * size).view(np.int64).reshape(3, -1)
    return int(deltas[:, program.at["heapStatsDelta.inHeap"] // 8].sum())
