"""The memory of a program that ended, from its core file; what was not dumped comes from the executable, where it is given."""

import mmap
import os
from pathlib import Path
from typing import Final

import numpy as np

from gomem_core.files.content import GZIP, read_content
from gomem_core.files.step import ScriptError
from gomem_core.foreign import named
from gomem_core.formats.buildinfo import GO_SECTIONS
from gomem_core.formats.corenotes import (
    NT_AUXV,
    NT_FILE,
    NT_PRPSINFO,
    MappedFile,
    auxiliary,
    command_of,
    mapped_files,
)
from gomem_core.formats.elf import EM_X86_64, ET_CORE, ET_DYN, ET_EXEC, PF_R, PF_W, PF_X, Elf, ElfError
from gomem_core.named import NamedTuple
from gomem_core.outside.arrays import Ints, Words
from gomem_core.outside.errors import Damaged, NotGo, WrongExecutable
from gomem_core.outside.memory import GAP, MOST_BYTES, TOP, Gathered, Unreadable
from gomem_core.outside.snapshot import MappedRange

_CROSSING: Final = 4096  # pieces across segments that are read one by one; more are damage
_KINDS: Final = {1: "an object file", ET_CORE: "a core file"}
_GO_BUILD_ID: Final = b"\x04\0\0\0Go\0\0"  # the end of the note's header: its type, its owner


class _Backed(NamedTuple):
    """Memory that stands in the executable."""

    start: int
    end: int
    offset: int


class CoreFile:
    """A core file of a Linux program, mapped."""

    def __init__(self, elf: Elf, title: str, exe: Elf | None = None, exe_title: str = "") -> None:
        """Raises NotGo for the core of another processor, Damaged where it is cut off, WrongExecutable."""
        self.title = title = named(title)
        if elf.header.machine != EM_X86_64:
            raise NotGo(f"{title} is the core file of a program for {elf.machine}, and only those for amd64 can be read")
        loaded = elf.loaded()
        cut = int(np.count_nonzero(loaded["offset"] + loaded["filesz"] > len(elf.data)))
        if cut:
            raise Damaged(
                f"{title} is cut off: {cut} of its {len(loaded)} segments end behind its last byte; "
                "a limit on the size of core files may have been met (ulimit -c unlimited)"
            )
        loaded = loaded[(loaded["vaddr"] < TOP) & (loaded["memsz"] <= TOP)]
        self.exe = exe
        self._loaded = loaded
        self._start = loaded["vaddr"].astype(np.int64)
        self._end = self._start + np.minimum(loaded["filesz"], loaded["memsz"]).astype(np.int64)
        self._offset = loaded["offset"].astype(np.int64)
        self._data = np.frombuffer(elf.data, np.uint8)
        notes = {note.type: note.contents for note in reversed([*elf.notes()]) if note.owner == b"CORE"}
        self.auxv = auxiliary(notes.get(NT_AUXV, b""))
        self.files = mapped_files(notes.get(NT_FILE, b""))
        self.command = command_of(notes.get(NT_PRPSINFO, b"")).decode("utf-8", "surrogateescape")
        self._backed = self._backing(exe, named(exe_title)) if exe is not None else []

    def _program_files(self) -> list[MappedFile]:
        """The mapped parts of the program's own file: the one in which its program headers lie."""
        entry = self.auxv.get(3, 0)
        name = next((file.name for file in self.files if file.start <= entry < file.end), None)
        return [file for file in self.files if file.name == name]

    def _backing(self, exe: Elf, title: str) -> list[_Backed]:
        """What stands in the executable.  Raises WrongExecutable, also where nothing tells that it is the right one."""
        if exe.header.type not in (ET_EXEC, ET_DYN):
            raise WrongExecutable(f"{title} is not an executable, but {_KINDS.get(exe.header.type, 'another kind of ELF file')}")
        mine = self._program_files()
        first = min((file.start for file in mine), default=0)
        ours, theirs = self._build_id(first), _build_id_in(exe.data)
        if theirs is None and not GO_SECTIONS & exe.sections().keys():
            raise WrongExecutable(
                f"{title} is not a Go program: it has neither Go's build id nor a section that Go's linker makes"
            )
        if theirs is None and ours is not None:
            raise WrongExecutable(f"{title} is not the executable of the core file: it has no build id of Go, and that one has")
        if ours is not None and ours != theirs:
            raise WrongExecutable(f"{title} is not the executable of the core file: their build ids differ")
        return [_Backed(file.start, file.end, file.offset) for file in mine]

    def _build_id(self, first: int) -> bytes | None:
        try:
            return _build_id_in(self.read(first, 4096)) if first else None
        except Unreadable:
            return None

    @property
    def is_whole(self) -> bool:
        """Whether the executable is there, too."""
        return self.exe is not None

    def mappings(self) -> tuple[MappedRange, ...]:
        """The parts of its address space, by address."""
        names = {file.start: os.fsdecode(file.name) for file in self.files}
        found = []
        for row in self._loaded:
            start, flags = int(row["vaddr"]), int(row["flags"])
            perms = "".join(letter if flags & bit else "-" for letter, bit in zip("rwx", (PF_R, PF_W, PF_X), strict=True))
            found.append(MappedRange(start, start + int(row["memsz"]), f"{perms}p", names.get(start, "")))
        return tuple(found)

    def read(self, addr: int, size: int) -> bytes:
        """`size` bytes at `addr`; raises Unreadable unless all of them were dumped, or stand in the executable."""
        if size < 0 or size > MOST_BYTES:
            raise Unreadable(addr, size)
        parts = []
        at, end = addr, addr + size
        while at < end:
            part = self._part(at, end)
            if not part:
                raise Unreadable(addr, size)
            parts.append(part)
            at += len(part)
        return b"".join(parts)

    def _part(self, at: int, end: int) -> bytes:
        if not 0 <= at < TOP:
            return b""
        which = int(np.searchsorted(self._start, at, "right")) - 1
        if which >= 0 and at < self._end[which]:
            offset = int(self._offset[which]) + at - int(self._start[which])
            return self._data[offset : offset + min(end, int(self._end[which])) - at].tobytes()
        for backed in self._backed:
            if self.exe is not None and backed.start <= at < backed.end:
                offset = backed.offset + at - backed.start
                return bytes(self.exe.data[offset : offset + min(end, backed.end) - at])
        return b""

    def gather(
        self,
        addrs: Words,
        sizes: Ints,
        gap: int = GAP,  # noqa: ARG002 -- there is nothing to merge for
        *,
        leads: bool = True,  # noqa: ARG002 -- all is read at once
    ) -> Gathered:
        """The pieces, copied one behind the other: those of one size at once."""
        wanted = (
            (addrs & np.uint64(7) == 0) & (addrs > 0) & (addrs < TOP) & (sizes > 0) & (sizes & 7 == 0) & (sizes <= MOST_BYTES)
        )
        size = np.where(wanted, sizes, 0)
        start = np.cumsum(size) - size
        if int(size.sum()) > MOST_BYTES:
            raise Damaged(f"its structs lead to {int(size.sum()) >> 30} GB of metadata, which no heap has")
        buffer = np.zeros(int(size.sum()), np.uint8)
        addr = np.where(wanted, addrs, 0).astype(np.int64)
        which = np.searchsorted(self._start, addr, "right") - 1
        inside = wanted & (which >= 0) & (addr + size <= self._end[which]) if len(self._start) else np.zeros(len(addr), np.bool_)
        offset = addr - self._start[which] + self._offset[which] if len(self._start) else addr
        whole = self._data[: len(self._data) // 8 * 8].view("<u8")
        direct = inside & (offset & 7 == 0) & (offset + size <= len(whole) * 8)
        words = buffer.view("<u8")
        for one in np.flatnonzero(np.bincount(size[direct] // 8)).tolist():
            rows = np.flatnonzero(direct & (size == one * 8))
            step = max(1, (1 << 22) // one)
            for first in range(0, len(rows), step):
                some = rows[first : first + step]
                index = np.arange(one)
                words[(start[some] // 8)[:, None] + index] = whole[(offset[some] // 8)[:, None] + index]
        ok = direct.copy()
        for row in np.flatnonzero(wanted & ~direct)[:_CROSSING].tolist():
            try:
                data = self.read(int(addr[row]), int(size[row]))
            except Unreadable:
                continue
            buffer[start[row] : start[row] + size[row]] = np.frombuffer(data, np.uint8)
            ok[row] = True
        return Gathered(buffer, start, ok)


def _build_id_in(data: bytes | mmap.mmap) -> bytes | None:
    """The Go build id in the first page of a program."""
    page = bytes(data[:4096])
    at = page.find(_GO_BUILD_ID)
    if at < 8:
        return None
    size = int.from_bytes(page[at - 4 : at], "little")
    return page[at + 8 : at + 8 + size] if size <= 256 else None


def open_core(path: str, exe: str | None = None) -> CoreFile:
    """The core file at `path`, seen through gzip; raises OSError where it cannot be read, and what CoreFile raises.

    What is not compressed stays mapped until nothing refers to it.
    """
    core = _elf(_contents(path), path)
    if core.header.type != ET_CORE:
        raise NotGo(f"{named(path)} is an ELF file, but not a core file")
    return CoreFile(core, path) if exe is None else CoreFile(core, path, _elf(_mapped(exe), exe), exe)


def _contents(path: str) -> bytes | mmap.mmap:
    mapped = _mapped(path)
    if mapped[: len(GZIP)] != GZIP:
        return mapped
    try:
        return read_content(Path(path))
    except ScriptError as e:
        raise Damaged(str(e)) from None


def _mapped(path: str) -> bytes | mmap.mmap:
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""


def _elf(data: bytes | mmap.mmap, path: str) -> Elf:
    try:
        return Elf(data)
    except ElfError as e:
        raise Damaged(f"{named(path)} cannot be read: {e}") from None
