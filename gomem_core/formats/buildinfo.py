"""Go's build information: the version with which a program was built, as the linker leaves it in the program."""

import re
from typing import Final

from gomem_core.formats.elf import Buffer

GO_SECTIONS: Final = {".go.buildinfo", ".gopclntab", ".data.rel.ro.gopclntab", ".go.module"}  # that only Go's linker makes
MAGIC: Final = b"\xff Go buildinf:"
_HEADER: Final = 32  # bytes before the strings
_INLINE: Final = 2  # flag: the strings stand here; else two pointers to them, as before Go 1.18
_LONGEST: Final = 256  # bytes of a version, with the experiments appended to it
_RELEASE: Final = re.compile(rb"go1\.\d{1,2}(?:\.\d{1,2})?(?!\d)")


def version_at(data: Buffer, start: int) -> str | None:
    """The version in the build information at `start`, printable ASCII; None where there is none that can be read."""
    head = data[start : start + _HEADER]
    if len(head) < _HEADER or not head.startswith(MAGIC) or not head[15] & _INLINE:
        return None
    size, shift, at = 0, 0, start + _HEADER
    while True:  # a varint: the length of the string
        if at >= len(data) or shift > 14:
            return None
        size |= (data[at] & 0x7F) << shift
        at += 1
        if not data[at - 1] & 0x80:
            break
        shift += 7
    text = data[at : at + size]
    if not 0 < size <= _LONGEST or len(text) < size or not text.isascii():
        return None
    version = text.decode("ascii")
    return version if version.isprintable() else None


def version_in(data: Buffer) -> str | None:
    """The version in the first build information in `data` that has one; the linker aligns it to 16 bytes."""
    at = data.find(MAGIC)
    while at >= 0:
        version = version_at(data, at)
        if version is not None:
            return version
        at = data.find(MAGIC, at + 1)
    return None


def releases_in(data: bytes) -> set[str]:
    """Texts in `data` that look like a release of Go: a program without build information has its version among them.

    The runtime's own is a string among others without an end, so what follows it is cut.
    """
    return {text.decode("ascii") for text in _RELEASE.findall(data)}
