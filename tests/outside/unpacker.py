"""Runs a static Go program from memory alone, as what a packer packed does: no file holds a page of it.

`python unpacker.py PROGRAM` maps its segments, copies them there, and goes to its entry, with the same environment and pipes.
"""

import ctypes
import mmap
import os
import sys
from pathlib import Path
from typing import Final

from gomem_core.formats.elf import PF_R, PF_W, PF_X, PT_LOAD, Elf

_AT_PAGESZ, _AT_RANDOM = 6, 25
_JUMP: Final = bytes.fromhex("4889fc ffe6")  # mov rsp, rdi; jmp rsi
_MAP_FIXED: Final = 0x100000  # MAP_FIXED_NOREPLACE: whatever is there already stays
_PAGE: Final = mmap.PAGESIZE

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def _mapped(addr: int, size: int) -> int:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | (_MAP_FIXED if addr else 0)
    found = _libc.mmap(addr, size, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
    assert found not in (None, ctypes.c_void_p(-1).value), os.strerror(ctypes.get_errno())
    return int(found)


def _load(program: Elf) -> None:
    for row in program.segments[program.segments["type"] == PT_LOAD]:
        start, offset = int(row["vaddr"]), int(row["offset"])
        first, end = start & -_PAGE, -(-(start + int(row["memsz"])) // _PAGE) * _PAGE
        _mapped(first, end - first)
        ctypes.memmove(start, bytes(program.data[offset : offset + int(row["filesz"])]), int(row["filesz"]))
        may = ((PF_R, mmap.PROT_READ), (PF_W, mmap.PROT_WRITE), (PF_X, mmap.PROT_EXEC))
        _libc.mprotect(first, end - first, sum(right for flag, right in may if int(row["flags"]) & flag))


def _stack(path: str) -> int:
    """Where a stack begins as the kernel hands it to a program: arguments, environment, auxiliary vector."""
    texts = [os.fsencode(path), *(key + b"=" + value for key, value in os.environb.items())]
    kept = [ctypes.create_string_buffer(text) for text in (*texts, b"sixteen bytes ...")]
    places = [ctypes.addressof(one) for one in kept]
    auxv = [_AT_PAGESZ, _PAGE, _AT_RANDOM, places[-1], 0, 0]
    words = [1, places[0], 0, *places[1:-1], 0, *auxv]
    size = 1 << 20
    top = (_mapped(0, size) + size - 8 * len(words)) & -16
    ctypes.memmove(top, (ctypes.c_uint64 * len(words))(*words), 8 * len(words))
    _kept.extend(kept)
    return top


_kept: list[object] = []


def main() -> None:
    """Become the program."""
    path = sys.argv[1]
    program = Elf(Path(path).read_bytes())
    _load(program)
    code = _mapped(0, _PAGE)
    ctypes.memmove(code, _JUMP, len(_JUMP))
    _libc.mprotect(code, _PAGE, mmap.PROT_READ | mmap.PROT_EXEC)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(code)(_stack(path), program.header.entry)


if __name__ == "__main__":
    main()
