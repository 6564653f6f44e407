"""Where the segments of a program lie in memory, also of one that unpacked itself there."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

import numpy as np

from gomem_core.formats.corenotes import AT_ENTRY, AT_PHDR, AT_PHENT, AT_PHNUM
from gomem_core.formats.elf import EM_X86_64, PF_W, PT_LOAD, PT_PHDR, SEGMENT, Elf, ElfError, header_of
from gomem_core.frozen import bundle
from gomem_core.outside.arrays import Words
from gomem_core.outside.errors import NotGo
from gomem_core.outside.memory import TOP, Memory, Unreadable
from gomem_core.outside.snapshot import MappedRange

MOST_SCANNED: Final = 512 << 20  # bytes of a program's own data that are looked through
_MOST_SEGMENTS: Final = 256
_MOST_UNPACKED: Final = 64  # mappings that are asked whether a program begins there
_HEADER: Final = 64  # bytes of an ELF header


class Source(Memory, Protocol):
    """A program as it is found: memory, and what the operating system says of it."""

    @property
    def title(self) -> str:
        """What it is called, for people; on one line, foreign text made visible."""
        ...

    @property
    def exe(self) -> Elf | None:
        """Its executable, if it is there."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether what stands in the executable can be read, too."""
        ...

    @property
    def auxv(self) -> Mapping[int, int]:
        """The auxiliary vector that it was started with."""
        ...

    def mappings(self) -> tuple[MappedRange, ...]:
        """The parts of its address space, by address."""
        ...


@bundle
class Image:
    """The segments of a program in memory."""

    source: Source
    exe: Elf | None  # the file that has its symbols
    bias: int  # what addresses in that are moved by
    ranges: tuple[tuple[int, int, int], ...]  # start, end, flags

    def where(self, flag: int) -> list[tuple[int, int]]:
        """Returns the addresses, from and to, of segments with this flag (PF_…)."""
        return [(start, end) for start, end, flags in self.ranges if flags & flag]

    def holds(self, addr: int, flag: int = 0) -> bool:
        """Whether an address lies in a segment, or in one with this flag."""
        return any(start <= addr < end for start, end, flags in self.ranges if not flag or flags & flag)

    def data(self) -> list[tuple[int, Words]]:
        """Returns its writable data as words, a run of readable memory each: the address of the first, and they themselves."""
        found = []
        for start, end in self.where(PF_W):
            for at, piece in readable(self.source, start, min(end, start + MOST_SCANNED)):
                skip = -at % 8
                words = (
                    np.frombuffer(piece, np.uint64, count=(len(piece) - skip) // 8, offset=skip) if len(piece) > skip else None
                )
                if words is not None:
                    found.append((at + skip, words))
        return found


def readable(memory: Memory, start: int, end: int) -> list[tuple[int, bytes]]:
    """The runs of bytes from start to end that can be read: parts whose pages cannot are left out."""
    try:
        return [(start, memory.read(start, end - start))]
    except Unreadable:
        pages = range(start & -4096, end, 4096)
        if len(pages) <= 1:
            return []
        middle = pages[len(pages) // 2]
        return [*readable(memory, start, middle), *readable(memory, middle, end)] if start < middle < end else []


def image_of(source: Source) -> Image:
    """The program's segments, from its own headers in memory, or from its file."""
    auxv = source.auxv
    addr, count = auxv.get(AT_PHDR, 0), auxv.get(AT_PHNUM, 0)
    segments: Any = np.zeros(0, SEGMENT)
    if addr and 0 < count <= _MOST_SEGMENTS and auxv.get(AT_PHENT) == SEGMENT.itemsize:
        with suppress(Unreadable):
            segments = np.frombuffer(source.read(addr, count * SEGMENT.itemsize), SEGMENT)
    if len(segments):
        own = segments["vaddr"][segments["type"] == PT_PHDR]
        first = segments["vaddr"][segments["type"] == PT_LOAD]  # it holds them where they do not say so themselves
        bias = addr - int(own[0]) if len(own) else (addr & -4096) - int(first.min(initial=TOP))
    elif source.exe is not None:
        segments = source.exe.segments
        entry = auxv.get(AT_ENTRY, 0)
        bias = entry - source.exe.header.entry if entry else 0
    else:
        raise NotGo(f"{source.title} does not say where its program lies; its executable would")
    return Image(source, source.exe, bias, _ranges(segments, bias))


def _ranges(segments: Any, bias: int) -> tuple[tuple[int, int, int], ...]:  # Any: rows of SEGMENT
    loaded = segments[segments["type"] == PT_LOAD][:_MOST_SEGMENTS]
    found = []
    for row in loaded:
        start = int(row["vaddr"]) + bias
        end = start + int(row["memsz"])
        if 0 <= start < end <= TOP:
            found.append((start, end, int(row["flags"])))
    return tuple(found)


def unpacked(source: Source) -> Iterator[Image]:
    """Returns the programs that lie in memory and in no file, as a packer leaves them there; they have no symbols.

    What such a packer wrote to the disk knows nothing of them: its own segments only hold what unpacks.
    """
    nameless = [one for one in source.mappings() if not one.name or one.name.startswith("/memfd:")]
    for mapping in [one for one in nameless if one.perms[0] == "r"][:_MOST_UNPACKED]:
        with suppress(Unreadable, ElfError):
            header = header_of(source.read(mapping.start, _HEADER))
            if header.machine == EM_X86_64 and 0 < header.phnum <= _MOST_SEGMENTS:
                segments = np.frombuffer(source.read(mapping.start + header.phoff, header.phnum * SEGMENT.itemsize), SEGMENT)
                first = segments["vaddr"][segments["type"] == PT_LOAD]
                bias = mapping.start - (int(first.min(initial=TOP)) & -4096)
                yield Image(source, None, bias, _ranges(segments, bias))
