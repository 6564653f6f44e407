"""Reads the types in files of Go source, or in all files of a directory that are compiled for linux/amd64."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gomem_core.foreign import brief, unread
from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.kept import kept_of
from gomem_core.gotypes.syntax import LONGEST_SOURCE, source_of
from gomem_core.gotypes.types import GoTypes

_MOST_FILES: Final = 2000  # of a directory
_MOST_SOURCE: Final = 64 << 20  # characters of them
_MOST_KEPT: Final = 4 << 20  # characters of declarations that stand in a session
_SYSTEMS: Final = "aix|android|darwin|dragonfly|freebsd|hurd|illumos|ios|js|nacl|netbsd|openbsd|plan9|solaris|wasip1|windows|zos"
_MACHINES: Final = "386|arm|arm64|loong64|mips|mips64|mips64le|mipsle|ppc64|ppc64le|riscv|riscv64|s390x|sparc64|wasm"
_ELSEWHERE: Final = re.compile(rf"_({_SYSTEMS}|{_MACHINES})(_[a-z0-9]+)?\.go$|_test\.go$")
_BUILD: Final = re.compile(r"^//go:build (.+)$", re.MULTILINE)
_RELEASE: Final = re.compile(r"go1\.\d+")  # a version from which on a file is built: taken for granted
_TRUE: Final = {"linux", "amd64", "unix", "gc", "cgo"}


def read_types(types: GoTypes, path: Path) -> None:
    """Take in what a file declares, or what the files of a directory do.  Raises GoError, also where it cannot be read."""
    for text, name in _texts(path, brief(path)):
        types.add(text, name)


def kept_types(path: Path, name: str) -> str:
    """What a session keeps of the declarations in a file, which it calls so, or in a directory.  Raises GoError likewise."""
    kept = kept_of([source_of(text, file) for text, file in _texts(path, brief(name))])
    if not kept:
        raise GoError(f"{brief(path)} declares no types")
    if len(kept) > _MOST_KEPT:
        raise GoError(f"{brief(path)} declares more than the {_MOST_KEPT >> 20} MB that a session keeps")
    return kept


def _texts(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """Each file and what it is called."""
    try:
        if not path.is_dir():
            if path.exists() and not path.is_file():  # a pipe may never end
                raise GoError(f"{brief(path)} is neither a file nor a directory")
            yield _read(path), name
            return
        names = sorted(p for p in path.iterdir() if p.suffix == ".go" and not _ELSEWHERE.search(p.name))
    except (OSError, ValueError) as e:
        raise GoError(f"{brief(path)}: {unread(e)}") from e
    if not names:
        raise GoError(f"{brief(path)} holds no Go source for linux/amd64")
    if len(names) > _MOST_FILES:
        raise GoError(f"{brief(path)} holds more than {_MOST_FILES} files of Go source")
    left = _MOST_SOURCE
    for file in names:
        text = _read(file) if file.is_file() else ""
        left -= len(text)
        if left < 0:
            raise GoError(f"the files in {brief(path)} are longer than {_MOST_SOURCE >> 20} MB")
        if _is_built(text):
            yield text, brief(file.name)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST_SOURCE + 1)
    except (OSError, ValueError) as e:
        raise GoError(f"{brief(path)}: {unread(e)}") from e
    return data.removeprefix(b"\xef\xbb\xbf").decode(errors="replace")


def _is_built(text: str) -> bool:
    """Whether a file's //go:build line, if it has one, holds for linux/amd64; what is not understood holds."""
    if (line := _BUILD.search(text[: text.find("\npackage ") + 1])) is None:
        return True
    words = re.findall(r"[\w.]+|&&|\|\||[!()]", line[1])
    value, rest = _either(words, 0)
    return value or rest < len(words)


def _either(words: list[str], at: int) -> tuple[bool, int]:
    value, at = _both(words, at)
    while at < len(words) and words[at] == "||":
        other, at = _both(words, at + 1)
        value = value or other
    return value, at


def _both(words: list[str], at: int) -> tuple[bool, int]:
    value, at = _one(words, at)
    while at < len(words) and words[at] == "&&":
        other, at = _one(words, at + 1)
        value = value and other
    return value, at


def _one(words: list[str], at: int) -> tuple[bool, int]:
    if at >= len(words):
        return True, at
    if words[at] == "!":
        value, at = _one(words, at + 1)
        return not value, at
    if words[at] == "(":
        value, at = _either(words, at + 1)
        return value, at + 1
    return words[at] in _TRUE or _RELEASE.fullmatch(words[at]) is not None, at + 1
