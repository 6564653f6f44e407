"""The notes of a Linux core file: the mapped files, the auxiliary vector, the command.  All of it is untrusted."""

from typing import Final

import numpy as np

from gomem_core.named import NamedTuple

NT_PRPSINFO: Final = 3
NT_AUXV: Final = 6
NT_FILE: Final = 0x46494C45
AT_PHDR, AT_PHENT, AT_PHNUM, AT_ENTRY = 3, 4, 5, 9
_MOST_FILES: Final = 1 << 20


class MappedFile(NamedTuple):
    """A part of a file in memory: addresses, where in the file that is, and the file's name."""

    start: int
    end: int
    offset: int
    name: bytes


def auxiliary(contents: bytes) -> dict[int, int]:
    """The auxiliary vector, as NT_AUXV and /proc/PID/auxv have it: value by type; the first of a type counts."""
    pairs = np.frombuffer(contents[: len(contents) // 16 * 16], "<u8").reshape(-1, 2)
    found: dict[int, int] = {}
    for kind, value in pairs[:256]:
        if not kind:
            break
        found.setdefault(int(kind), int(value))
    return found


def mapped_files(contents: bytes) -> list[MappedFile]:
    """What NT_FILE says; empty where it cannot be."""
    if len(contents) < 16:
        return []
    count, page_size = (int(number) for number in np.frombuffer(contents[:16], "<u8"))
    if count > _MOST_FILES or 16 + count * 24 > len(contents):
        return []
    places = np.frombuffer(contents[16 : 16 + count * 24], "<u8").reshape(-1, 3).tolist()
    names = contents[16 + count * 24 :].split(b"\0")
    return [MappedFile(start, end, at * page_size, name) for (start, end, at), name in zip(places, names, strict=False)]


def command_of(contents: bytes) -> bytes:
    """The command line in NT_PRPSINFO (pr_psargs), at most 80 bytes; empty where there is none."""
    return contents[56:136].partition(b"\0")[0].strip()
