"""A real heap as something to be explored: looks at it in a row, of a core file one, of a process as many as are asked for."""

from gomem_core.foreign import named
from gomem_core.formats.elf import ET_CORE, Elf, ElfError
from gomem_core.outside.corefile import CoreFile, open_core
from gomem_core.outside.errors import Damaged, NotGo, OutsideError
from gomem_core.outside.look import look_at_core, look_at_process
from gomem_core.outside.process import Process
from gomem_core.outside.program import find_program
from gomem_core.outside.world import world_of
from gomem_core.world.still import Still
from gomem_core.world.strip import LookFailed, Strip


def strip_of_core(path: str, exe: str | None = None, version: str | None = None) -> Strip:
    """The heap in a core file.  Raises OutsideError, OSError."""
    return _strip_of(open_core(path, exe), version)


def strip_of_bytes(data: bytes, path: str) -> Strip:
    """The heap in a core file that was compressed, from all its bytes.  Raises OutsideError."""
    try:
        elf = Elf(data)
    except ElfError as e:
        raise Damaged(f"{named(path)} cannot be read: {e}") from None
    if elf.header.type != ET_CORE:
        raise NotGo(f"{named(path)} is an ELF file, but not a core file")
    return _strip_of(CoreFile(elf, path, None), None)


def _strip_of(core: CoreFile, version: str | None) -> Strip:
    return Strip([world_of(look_at_core(core, find_program(core, version)))])


def strip_of_process(pid: int, stop: bool = True, version: str | None = None) -> Strip:
    """The heap of a running process; without `stop` it is never stopped.  Raises OutsideError."""
    process = Process(pid)
    program = find_program(process, version)

    def look() -> Still:
        return world_of(look_at_process(process, program, stop=stop))

    def look_again() -> Still:
        try:
            return look()
        except OutsideError as e:
            raise LookFailed(str(e)) from e

    return Strip([look()], look_again)
