"""ELF files, 64-bit little-endian: segments, sections, symbols, notes.  All of it is untrusted; bytes and addresses.

The names of what is read are those of <elf.h>.
"""

import mmap
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.named import NamedTuple

Buffer = bytes | mmap.mmap

ET_EXEC, ET_DYN, ET_CORE = 2, 3, 4
EM_X86_64: Final = 62
PT_LOAD, PT_NOTE, PT_PHDR = 1, 4, 6
PF_X, PF_W, PF_R = 1, 2, 4
_MACHINES: Final = {3: "386", 8: "mips", 21: "ppc64", 40: "arm", 62: "amd64", 183: "arm64", 243: "riscv64", 258: "loong64"}
_MAGIC: Final = b"\x7fELF"
_HEADER: Final = 64  # bytes of an Elf64_Ehdr
_PN_XNUM: Final = 0xFFFF  # there are so many segments that the first section says how many
_MOST_SEGMENTS: Final = 1 << 20
_MOST_SECTIONS: Final = 1 << 16

SEGMENT: Final = np.dtype(
    [
        ("type", "<u4"),
        ("flags", "<u4"),
        ("offset", "<u8"),
        ("vaddr", "<u8"),
        ("paddr", "<u8"),
        ("filesz", "<u8"),
        ("memsz", "<u8"),
        ("align", "<u8"),
    ]
)
_SECTION: Final = np.dtype(
    [
        ("name", "<u4"),
        ("type", "<u4"),
        ("flags", "<u8"),
        ("addr", "<u8"),
        ("offset", "<u8"),
        ("size", "<u8"),
        ("link", "<u4"),
        ("info", "<u4"),
        ("addralign", "<u8"),
        ("entsize", "<u8"),
    ]
)
_SYMBOL: Final = np.dtype([("name", "<u4"), ("info", "u1"), ("other", "u1"), ("shndx", "<u2"), ("value", "<u8"), ("size", "<u8")])
_SHT_NOBITS: Final = 8
_FIELDS: Final = ((16, 2), (18, 2), (24, 8), (32, 8), (40, 8), (56, 2), (60, 2), (62, 2))  # of a Header: offset, bytes


class ElfError(Exception):
    """It is no ELF file of the kind that is read here; the text says what was found, and what was expected."""


class Section(NamedTuple):
    """A section of the file; `size` bytes at `offset`, or none in the file where it only takes room in memory (.bss)."""

    name: str
    addr: int
    offset: int
    size: int
    in_file: bool


class Note(NamedTuple):
    """A note: who defined it, its type, and where its contents lie."""

    owner: bytes
    type: int
    contents: bytes


class Header(NamedTuple):
    """What an ELF header says: type and machine (ET_…, EM_…), the entry point, and where the segments and sections are listed."""

    type: int
    machine: int
    entry: int
    phoff: int
    shoff: int
    phnum: int
    shnum: int
    shstrndx: int


def header_of(data: Buffer) -> Header:
    """Decodes the 64 bytes at the beginning; raises ElfError for anything but 64-bit little-endian ELF."""
    head = bytes(data[:_HEADER])
    if head[:4] != _MAGIC:
        raise ElfError("it does not begin with the four bytes of an ELF file")
    if len(head) < 6 or head[4] != 2:
        raise ElfError("it is a 32-bit ELF file, and 64 bits were expected")
    if head[5] != 1:
        raise ElfError("it is a big-endian ELF file, and little-endian was expected")
    if len(head) < _HEADER:
        raise ElfError(f"it ends after {len(head)} bytes, inside the header of an ELF file")

    def number(offset: int, size: int) -> int:
        return int.from_bytes(head[offset : offset + size], "little")

    found = Header(*(number(offset, size) for offset, size in _FIELDS))
    sizes = number(54, 2), number(58, 2)
    if (found.phnum and sizes[0] != SEGMENT.itemsize) or (found.shnum and sizes[1] != _SECTION.itemsize):
        raise ElfError(f"its tables have entries of {sizes[0]} and {sizes[1]} bytes, and 56 and 64 were expected")
    return found


class Elf:
    """An ELF file in a buffer, which it keeps and never changes."""

    def __init__(self, data: Buffer) -> None:
        """Reads the header and the tables of segments and sections; raises ElfError where they cannot be."""
        self.data = data
        self.header = header_of(data)
        self._sections = self._table(self.header.shoff, self._count_of_sections(), _SECTION, "sections", _MOST_SECTIONS)
        self.segments = self._table(self.header.phoff, self._count_of_segments(), SEGMENT, "segments", _MOST_SEGMENTS)

    def _first_section(self) -> NDArray[np.void]:
        return self._table(self.header.shoff, 1, _SECTION, "sections", 1)

    def _count_of_sections(self) -> int:
        if self.header.shoff and not self.header.shnum:  # too many for the field
            return int(self._first_section()["size"][0])
        return self.header.shnum

    def _count_of_segments(self) -> int:
        if self.header.phnum == _PN_XNUM and self.header.shoff:
            return int(self._first_section()["info"][0])
        return self.header.phnum

    def _table(self, offset: int, count: int, dtype: np.dtype[np.void], what: str, most: int) -> NDArray[np.void]:
        if count > most or offset + count * dtype.itemsize > len(self.data):
            raise ElfError(f"its table of {what} lies outside the file: {count} of them at {offset:#x}")
        return np.frombuffer(self.data[offset : offset + count * dtype.itemsize], dtype)

    @property
    def machine(self) -> str:
        """The processor that it is for, by Go's name for it where it has one."""
        return _MACHINES.get(self.header.machine, f"machine {self.header.machine}")

    def loaded(self) -> NDArray[np.void]:
        """Its segments that lie in memory (PT_LOAD), by address."""
        found: NDArray[np.void] = self.segments[self.segments["type"] == PT_LOAD]
        return np.sort(found, order="vaddr", kind="stable")

    def sections(self) -> dict[str, Section]:
        """Its sections by name; none where the table was stripped, or its names cannot be read."""
        table = self._sections
        if not 0 < self.header.shstrndx < len(table):
            return {}
        names = self._in_file(table[self.header.shstrndx])
        found = {}
        for row in table:
            start = int(row["name"])
            name = names[start : max(names.find(b"\0", start), start)].decode("latin-1")
            found[name] = Section(name, int(row["addr"]), int(row["offset"]), int(row["size"]), int(row["type"]) != _SHT_NOBITS)
        return found

    def _in_file(self, row: np.void) -> bytes:
        start = int(row["offset"])
        return bytes(self.data[start : start + int(row["size"])])

    def symbols(self, wanted: Iterable[str]) -> dict[str, int]:
        """Values of these symbols, as far as .symtab has them.

        Looks for the names in .strtab first, and then for these offsets in one column: a table of 100,000 costs milliseconds.
        """
        sections = self.sections()
        table, names = sections.get(".symtab"), sections.get(".strtab")
        if table is None or names is None:
            return {}
        strings = bytes(self.data[names.offset : names.offset + names.size])
        whole = min(table.size, max(len(self.data) - table.offset, 0)) // _SYMBOL.itemsize
        symbols = np.frombuffer(self.data[table.offset : table.offset + whole * _SYMBOL.itemsize], _SYMBOL)
        found = {}
        for name in wanted:
            at = strings.find(b"\0" + name.encode() + b"\0")
            hits = np.flatnonzero(symbols["name"] == at + 1) if at >= 0 else np.empty(0, np.int64)
            if len(hits):
                found[name] = int(symbols["value"][hits[0]])
        return found

    def notes(self) -> Iterator[Note]:
        """The notes of all note segments, in their order; ends at the first that does not fit."""
        for segment in self.segments[self.segments["type"] == PT_NOTE]:
            yield from notes_in(self._segment(segment))

    def _segment(self, segment: np.void) -> bytes:
        start = int(segment["offset"])
        return bytes(self.data[start : start + int(segment["filesz"])])


def notes_in(data: bytes) -> Iterator[Note]:
    """The notes that lie one after the other in `data`, names and contents padded to 4 bytes."""
    at = 0
    while at + 12 <= len(data):
        name_size, size, kind = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (0, 4, 8))
        name = at + 12
        start = name + (name_size + 3) // 4 * 4
        if start + size > len(data):
            return
        yield Note(data[name : name + name_size].rstrip(b"\0"), kind, data[start : start + size])
        at = start + (size + 3) // 4 * 4
