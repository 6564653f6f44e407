"""A real heap as something to be explored: looks at it in a row, of a core file one, of a process as many as are asked for."""

from gomem_core.outside.corefile import CoreFile
from gomem_core.outside.errors import Gone, OutsideError
from gomem_core.outside.libc import used_again
from gomem_core.outside.look import look_at_core, look_at_process
from gomem_core.outside.process import Process
from gomem_core.outside.program import find_program
from gomem_core.outside.world import world_of
from gomem_core.world.still import Still
from gomem_core.world.strip import LookFailed, Strip


def strip_of_core(core: CoreFile, version: str | None = None) -> Strip:
    """The heap in a core file, by whose name it is called, without its folder.  Raises OutsideError."""
    with used_again():
        still = world_of(look_at_core(core, find_program(core, version)))
    still.place = still.place._replace(title=still.place.title.rpartition("/")[2])
    return Strip([still])


def strip_of_process(pid: int, stop: bool = True, version: str | None = None) -> Strip:
    """The heap of a running process; without `stop` it is never stopped.  Raises OutsideError."""
    process = Process(pid)
    program = find_program(process, version)

    looks = 0

    def look() -> Still:
        nonlocal looks
        with used_again():
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
