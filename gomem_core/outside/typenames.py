"""Names of types, from the type descriptors that the compiler leaves in a program (internal/abi.Type)."""

from typing import Final

import numpy as np

from gomem_core.foreign import named
from gomem_core.outside.arrays import Ints, Words
from gomem_core.outside.memory import Unreadable
from gomem_core.outside.program import Program

_TYPE: Final = 48  # bytes of an abi.Type
_TFLAG: Final = 20
_STR: Final = 40  # offset of the name from the beginning of all types
_EXTRA_STAR: Final = 2  # tflag: the name has a * in front that is not meant (TFlagExtraStar)
_MOST_NAMES: Final = 4096
_LONGEST: Final = 1024  # bytes of a name


def names_of(program: Program, types: Words) -> dict[int, str]:
    """Names of the types at these addresses, fit to be shown; those that cannot be read are left out."""
    begin, end = program.types
    wanted = np.sort(types)[:]
    wanted = wanted[np.r_[True, wanted[1:] != wanted[:-1]]] if len(wanted) else wanted
    wanted = wanted[(wanted >= begin) & (wanted < end) & (wanted > 0)][:_MOST_NAMES]
    sizes: Ints = np.full(len(wanted), _TYPE, np.int64)
    structs = program.source.gather(wanted, sizes)
    flags, names = structs.column(_TFLAG, "u1"), structs.column(_STR, "<i4")
    found = {}
    for addr, ok, flag, offset in zip(wanted.tolist(), structs.ok.tolist(), flags.tolist(), names.tolist(), strict=True):
        name = _name_at(program, begin + offset) if ok and offset > 0 else None
        if name is not None:
            found[addr] = named(name.removeprefix("*") if flag & _EXTRA_STAR else name)
    return found


def _name_at(program: Program, addr: int) -> str | None:
    """The text at a name: a byte of flags, the length as a varint, the bytes."""
    try:
        head = program.source.read(addr, 4)
        size, used = head[1] & 0x7F, 2
        if head[1] & 0x80:
            size, used = size | (head[2] & 0x7F) << 7, 3
        if not 0 < size <= _LONGEST or head[used - 1] & 0x80:
            return None
        return program.source.read(addr + used, size).decode("utf-8", "backslashreplace")
    except Unreadable:
        return None
