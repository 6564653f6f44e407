"""Which of these files some bytes are, told by their content."""

import re
from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from gomem_core.formats.gctrace import read_gctrace
from gomem_core.formats.gocounters import CountersError, read_counters
from gomem_core.formats.heapprofile import ProfileError, is_heap_profile_text, is_profile
from gomem_core.world.strip import Strip
from gomem_core.written.counters import world_of_counters, world_of_gctrace
from gomem_core.written.profile import world_of_profile

_DUMP: Final = b"go1.7 heap dump\n"  # heapdump.HEADER, which is not asked since it needs numpy
_GCTRACE: Final = re.compile(rb"^gc \d+ @", re.MULTILINE)


Reached = Callable[[int], object]


class WrittenError(Exception):
    """The bytes are such a file, and cannot be read; the text says why."""


def open_written(data: bytes, title: str, reached: Reached | None = None) -> Strip | None:
    """The heap that these bytes, uncompressed, tell of; None: they are another sort of file.  Raises WrittenError.

    `reached` is told now and then how many bytes of a dump were read, and may raise.
    """
    try:
        return _dump(data, title, reached) if data.startswith(_DUMP) else _other(data, title)
    except (ProfileError, CountersError) as e:
        raise WrittenError(str(e)) from e


def open_large_dump(path: Path, reached: Reached | None = None) -> Strip:
    """The heap dump in a file that is too large to be read as a whole: it is mapped.  Raises WrittenError and OSError."""
    with path.open("rb") as file:
        return _dump(mmap(file.fileno(), 0, access=ACCESS_READ), path.name, reached)


def _dump(data: bytes | mmap, title: str, reached: Reached | None) -> Strip:
    from gomem_core.formats.heapdump import DumpError  # noqa: PLC0415 -- numpy, which the others do not need
    from gomem_core.written.dump import world_of_dump  # noqa: PLC0415 -- likewise

    try:
        return Strip([world_of_dump(data, title, reached)])
    except DumpError as e:
        raise WrittenError(str(e)) from e


def _other(data: bytes, title: str) -> Strip | None:
    if is_heap_profile_text(data) or is_profile(data):
        return Strip([world_of_profile(data, title)])
    counted = read_counters(data)
    if counted is not None:
        return Strip([world_of_counters(counted, title)])
    if b"@" in data and _GCTRACE.search(data):  # which few session files have: a fifth of the time that one of 60,000 lines takes
        trace = read_gctrace(data.decode(errors="replace"))
        if trace is not None:
            return world_of_gctrace(trace, title)
    return None
