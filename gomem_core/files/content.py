"""What a file holds, as bytes: bounded, and with gzip seen through.  Files are known by their content, not by their names."""

import zlib
from pathlib import Path
from typing import Final

from gomem_core.files.step import ScriptError
from gomem_core.foreign import brief, named, unread

MAX_BYTES: Final = 256 << 20  # of a file, and of what a gzip file holds; a million steps take a tenth
GZIP: Final = b"\x1f\x8b"
_STILL: Final = b'{"gomem_still":'


def read_content(path: Path) -> bytes:
    """The bytes of a file, or those that were compressed into it.  Raises ScriptError."""
    name = named(path)
    if _is_named_pipe(path):  # nobody could stop who waits for what another program writes
        raise ScriptError(f"{name}: it is a pipe, not a file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as e:
        raise ScriptError(f"{brief(path)}: {unread(e)}") from e
    if len(data) > MAX_BYTES:
        larger = f"the file is larger than {MAX_BYTES >> 20} MB, which gomem does not read"
        raise ScriptError(f"{name}: {larger}, but for traces, heap dumps and core files that are not packed")
    return _unpacked(name, data) if data.startswith(GZIP) else data


def is_still(data: bytes) -> bool:
    """Whether these bytes, uncompressed, are those of a still; what reads it is imported for stills only."""
    return data.startswith(_STILL)


def is_large(path: Path) -> bool:
    """Whether a file is larger than `read_content` reads."""
    try:
        return path.is_file() and path.stat().st_size > MAX_BYTES
    except (OSError, ValueError):
        return False


def _unpacked(name: str, data: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        found = unpacking.decompress(data, MAX_BYTES + 1)
    except zlib.error as e:
        raise ScriptError(f"{name}: damaged: it begins as a gzip file and cannot be unpacked") from e
    if len(found) > MAX_BYTES:
        limit = f"more than {MAX_BYTES >> 20} MB, which gomem does not read of a gzip file"
        raise ScriptError(f"{name}: it unpacks to {limit}; traces, heap dumps and core files are read unpacked, however large")
    if not unpacking.eof:
        raise ScriptError(f"{name}: damaged: the gzip file ends too early")
    if unpacking.unused_data:
        raise ScriptError(f"{name}: damaged: there is something after the end of the gzip file")
    return found


def packed(data: bytes) -> bytes:
    """The bytes as those of a gzip file, the same for the same bytes: it has no time in it."""
    packing = zlib.compressobj(wbits=31)
    return packing.compress(data) + packing.flush()


def _is_named_pipe(path: Path) -> bool:
    """Whether it is a pipe with a name of its own, not one that a shell has opened, as /dev/stdin."""
    try:
        return path.is_fifo() and path.resolve().parts[1:2] not in (("dev",), ("proc",))
    except (OSError, ValueError):
        return False
