"""A real heap as something to be explored: looks at it in a row, of a core file one, of a process as many as are asked for."""

import ctypes
from typing import Final

from gomem_core.outside.corefile import CoreFile
from gomem_core.outside.errors import Gone, OutsideError
from gomem_core.outside.look import look_at_core, look_at_process
from gomem_core.outside.process import Process
from gomem_core.outside.program import find_program
from gomem_core.outside.world import world_of
from gomem_core.world.still import Still
from gomem_core.world.strip import LookFailed, Strip

_M_MMAP_THRESHOLD: Final = -3  # of mallopt
_LARGE: Final = 1 << 20  # bytes


def give_large_back() -> None:
    """Have memory of large arrays given back as soon as they are gone.

    glibc keeps what lies below blocks that are still used, once one block of that size was freed: with 5 million objects that
    was 160 MB after a few orders of them.  Another C library has no such setting, or does so anyway.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)


def strip_of_core(core: CoreFile, version: str | None = None) -> Strip:
    """The heap in a core file.  Raises OutsideError."""
    give_large_back()
    return Strip([world_of(look_at_core(core, find_program(core, version)))])


def strip_of_process(pid: int, stop: bool = True, version: str | None = None) -> Strip:
    """The heap of a running process; without `stop` it is never stopped.  Raises OutsideError."""
    give_large_back()
    process = Process(pid)
    program = find_program(process, version)

    looks = 0

    def look() -> Still:
        nonlocal looks
        still = world_of(look_at_process(process, program, stop=stop))
        looks += 1
        still.place = still.place._replace(step=looks)
        return still

    def look_again() -> Still:
        try:
            return look()
        except Gone:
            raise LookFailed(f"process {pid} has ended; the looks at it stay") from None
        except OutsideError as e:
            raise LookFailed(str(e)) from e

    return Strip([look()], look_again)
