"""The memory of a running program, read with process_vm_readv: nothing is ever written to it.

Linux only: elsewhere there is no process to be found.
"""

import ctypes
import errno
import mmap
import os
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from gomem_core.foreign import brief, named
from gomem_core.formats.corenotes import auxiliary
from gomem_core.formats.elf import EM_X86_64, Elf, ElfError
from gomem_core.outside.arrays import Bools, Bytes, Ints, Words
from gomem_core.outside.errors import Gone, NotGo, NotPermitted
from gomem_core.outside.kept import Kept
from gomem_core.outside.memory import GAP, TOP, Gathered, Ranges, Unreadable, merged
from gomem_core.outside.snapshot import MappedRange

YAMA: Final = "/proc/sys/kernel/yama/ptrace_scope"
_IOVECS: Final = 1024  # UIO_MAXIOV: one more, and nothing is read
_MOST_HOLES: Final = 1000  # ranges that cannot be read, before the rest is given up: they are damage
_PIECES: Final = 4096  # pieces behind holes that are asked for again, one by one

_libc = ctypes.CDLL(None, use_errno=True)
_readv = _libc.process_vm_readv if hasattr(_libc, "process_vm_readv") else None
if _readv is not None:
    _readv.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    _readv.restype = ctypes.c_ssize_t


def _needed(readv: Any) -> Any:  # a function of ctypes
    if readv is None:
        raise NotPermitted("this system has no process_vm_readv, with which memory of a process is read")
    return readv


class Process:
    """A running program."""

    def __init__(self, pid: int) -> None:
        """Raises Gone, NotPermitted, or NotGo for what is no program for amd64."""
        self.pid = pid
        self.title = f"{named(self.command)} ({pid})"
        self.auxv = auxiliary(self._contents("auxv"))
        self.kept = Kept()
        self.exe = self._executable()
        if self.exe is not None and self.exe.header.machine != EM_X86_64:
            raise NotGo(f"process {pid} is a program for {self.exe.machine}, and only those for amd64 can be read")

    @property
    def command(self) -> str:
        """What it calls itself: foreign text."""
        return self._contents("comm").decode("utf-8", "surrogateescape").rstrip("\n")

    @property
    def is_whole(self) -> bool:
        """Whether all of it can be read: it is there."""
        return True

    @cached_property
    def words(self) -> str:
        """Its command line, foreign text on one line; what it calls itself where it has none."""
        line = self._contents("cmdline").rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "surrogateescape")
        return line or f"[{self.command}]"

    def _contents(self, name: str) -> bytes:
        try:
            with open(f"/proc/{self.pid}/{name}", "rb") as file:
                return file.read()
        except OSError as e:
            self._refused(e.errno)

    def _executable(self) -> Elf | None:
        """The executable through its link, which holds even where the file was replaced or deleted; None if it cannot be read."""
        try:
            with open(f"/proc/{self.pid}/exe", "rb") as file:
                return Elf(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except ElfError as e:
            raise NotGo(f"process {self.pid} is not a program that can be read: {e}") from None
        except OSError as e:
            if e.errno == errno.ENOENT and os.path.exists(f"/proc/{self.pid}"):
                raise NotGo(f"process {self.pid} is a thread of the kernel, or has ended") from None
            self._refused(e.errno)
        except ValueError:  # an empty file
            return None

    def mappings(self) -> tuple[MappedRange, ...]:
        """The parts of its address space, by address, with what is in memory of each."""
        found: list[MappedRange] = []
        for line in self._contents("smaps").decode("utf-8", "surrogateescape").splitlines():
            where, *rest = line.split(maxsplit=5)
            if where == "Rss:":
                found[-1] = replace(found[-1], resident=int(rest[0]) << 10)
            elif not where.endswith(":"):
                start, _, end = where.partition("-")
                found.append(MappedRange(int(start, 16), int(end, 16), rest[0], rest[4] if len(rest) > 4 else ""))
        return tuple(found)

    def read(self, addr: int, size: int) -> bytes:
        """`size` bytes at `addr`; raises Unreadable unless all of them are there, Gone, NotPermitted."""
        if not 0 < addr <= addr + size < TOP:
            raise Unreadable(addr, size)
        buffer = np.empty(size, np.uint8)
        got = self.fill(np.array([addr], np.uint64), np.array([size], np.int64), buffer)
        if got[0] < size:
            raise Unreadable(addr, size)
        return buffer.tobytes()

    def gather(self, addrs: Words, sizes: Ints, gap: int = GAP, *, leads: bool = True) -> Gathered:  # noqa: ARG002 -- all is read
        """The pieces, from as few ranges as they make."""
        return self.fetch(addrs, sizes, merged(addrs, sizes, gap))

    def fetch(self, addrs: Words, sizes: Ints, ranges: Ranges) -> Gathered:
        """The pieces, from the ranges that they were merged to."""
        buffer = np.empty(int(ranges.size.sum()), np.uint8)
        got = self.fill(ranges.start, ranges.size, buffer)
        ok = ranges.wanted
        if np.any(got < ranges.size):
            ok = ok & (ranges.piece_at + sizes <= ranges.at[ranges.of] + got[ranges.of])
            self._one_by_one(addrs, sizes, ranges, buffer, ok)
        return Gathered(buffer, ranges.piece_at, ok)

    def prepared(self, ranges: Ranges, buffer: Bytes) -> Callable[[], bool]:
        """Prepares to read ranges into a buffer of their length: the call does that, and tells whether all could be read.

        It does nothing but that: the program may stand still for as long as it takes.
        """
        readv, pid = _needed(_readv), self.pid
        remote = np.stack([ranges.start, ranges.size.astype(np.uint64)], axis=1)
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(ranges.size)])
        first = np.arange(0, len(remote), _IOVECS)
        last = np.minimum(first + _IOVECS, len(remote))
        local = np.stack([ends[first], ends[last] - ends[first]], axis=1).astype(np.uint64)
        sizes = local[:, 1].tolist()
        local[:, 0] += np.uint64(buffer.ctypes.data)
        to = (local.ctypes.data + 16 * np.arange(len(first))).tolist()
        calls = [*zip(to, (remote.ctypes.data + 16 * first).tolist(), (last - first).tolist(), sizes, strict=True)]
        alive = local, remote, buffer  # what the calls point to

        def read() -> bool:
            return bool(alive) and all(readv(pid, to, 1, at, count, 0) == size for to, at, count, size in calls)

        return read

    def _one_by_one(self, addrs: Words, sizes: Ints, ranges: Ranges, buffer: Bytes, ok: Bools) -> None:
        """Ask for pieces one by one that lay behind a hole in their range."""
        for row in np.flatnonzero(ranges.wanted & ~ok)[:_PIECES].tolist():
            at, size = int(ranges.piece_at[row]), int(sizes[row])
            try:
                buffer[at : at + size] = np.frombuffer(self.read(int(addrs[row]), size), np.uint8)
            except Unreadable:
                buffer[at : at + size] = 0
            else:
                ok[row] = True

    def fill(self, start: Words, size: Ints, buffer: Bytes) -> Ints:
        """Read ranges into a buffer, one behind the other; returns how many bytes of each could be read from its beginning."""
        readv = _needed(_readv)
        count = len(start)
        got = np.zeros(count, np.int64)
        remote = np.empty((count, 2), np.uint64)
        remote[:, 0], remote[:, 1] = start, size
        local = np.empty(2, np.uint64)
        ends = np.cumsum(size)
        to, of, here = buffer.ctypes.data, remote.ctypes.data, local.ctypes.data
        first, holes, done = 0, 0, 0
        while first < count:
            last = min(first + _IOVECS, count)
            local[0], local[1] = to + done, int(ends[last - 1]) - done
            n = readv(self.pid, here, 1, of + 16 * first, last - first, 0)
            if n < 0:
                code = ctypes.get_errno()
                if code != errno.EFAULT:
                    self._refused(code)
                n = 0
            if n == int(local[1]):
                got[first:last] = size[first:last]
                first, done = last, int(ends[last - 1])
                continue
            bad = int(np.searchsorted(ends, done + n, "right"))  # the range in which it stopped
            got[first:bad] = size[first:bad]
            got[bad] = done + n - (int(ends[bad - 1]) if bad else 0)
            first, done, holes = bad + 1, int(ends[bad]), holes + 1
            if holes > _MOST_HOLES:
                break
        return got

    def _refused(self, code: int | None) -> NoReturn:
        if status_of(self.pid).get("State", "").startswith("Z"):
            raise Gone(f"process {self.pid} has ended: it is a zombie, of which nothing is left but its exit code")
        if code in (errno.EPERM, errno.EACCES):
            raise NotPermitted(why_not(self.pid))
        raise Gone(
            f"there is no process {self.pid}" if code in (errno.ENOENT, errno.ESRCH) else f"process {self.pid} cannot be read"
        )


def status_of(pid: int) -> dict[str, str]:
    """The lines of /proc/PID/status; empty where it cannot be read."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return {name: value.strip() for name, _, value in (line.partition(":") for line in file)}
    except OSError:
        return {}


def why_not(pid: int) -> str:
    """The sentence that says why a process may not be read, and what would help."""
    uids = status_of(pid).get("Uid", "").split()
    me = os.geteuid()
    core = "a core file of it can be read instead: gomem core FILE"
    if uids and me != 0 and str(me) not in uids:
        return f"process {pid} belongs to another user (uid {uids[0]}): sudo would help, or {core}"
    if me == 0:
        return (
            f"process {pid} may not be read, although this is root: a container without the capability SYS_PTRACE is like that "
            f"(docker run --cap-add SYS_PTRACE); {core}"
        )
    try:
        scope = brief(Path(YAMA).read_text(encoding="ascii").strip())
    except OSError:
        scope = "0"
    if scope != "0":
        return (
            f"process {pid} may not be read: kernel.yama.ptrace_scope is {scope}, so that only a parent may look at it; "
            f"sudo would help, or sudo sysctl kernel.yama.ptrace_scope=0; {core}"
        )
    return f"process {pid} may not be read: it may be undumpable, or have more privileges; sudo would help, or {core}"
