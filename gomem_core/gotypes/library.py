"""What is known of the standard library: its exported types, as each version of Go has them.

The table was made by Go's own go/types, from the source of each version; a row stands for all versions until the next one.
"""

import gzip
import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from gomem_core.frozen import frozen

OLDEST: Final = 21  # minor version of Go from which on types were read
# Structs of Go 1.10 that are as they still were in 1.21, but for names of fields; of others of that time nothing is known.
_AS_IN_1_10: Final = {
    "bufio": ("ReadWriter", "Reader", "Writer"),
    "bytes": ("Reader",),
    "container/list": ("Element", "List"),
    "math/big": ("Int", "Rat"),
    "strings": ("Reader",),
    "sync": ("Cond", "Mutex", "RWMutex"),
    "time": ("Time",),
}
# Generic types: their declarations, as far as memory goes.
GENERIC: Final[dict[str, str]] = {
    "iter": "package iter\ntype Seq[V any] func()\ntype Seq2[K, V any] func()",
    "sync/atomic": "package atomic\ntype Pointer[T any] struct { _ [0]*T; _ struct{}; v *T }",
    "unique": "package unique\ntype Handle[T comparable] struct { value *T }",
    "weak": "package weak\ntype Pointer[T any] struct { _ [0]*T; u *T }",
}
GENERIC_SINCE: Final = {"iter": 23, "sync/atomic": 19, "unique": 23, "weak": 24}
CONSTANTS: Final[dict[str, int]] = {
    "crypto/aes.BlockSize": 16,
    "crypto/ed25519.PrivateKeySize": 64,
    "crypto/ed25519.PublicKeySize": 32,
    "crypto/md5.Size": 16,
    "crypto/sha1.Size": 20,
    "crypto/sha256.BlockSize": 64,
    "crypto/sha256.Size": 32,
    "crypto/sha256.Size224": 28,
    "crypto/sha512.BlockSize": 128,
    "crypto/sha512.Size": 64,
    "unicode/utf8.UTFMax": 4,
}
_USUAL: Final = {"rand": "math/rand", "template": "text/template", "scanner": "text/scanner", "pprof": "runtime/pprof"}


@frozen
class LibraryField:
    """A field of a struct of the library; `type` is how Go writes it."""

    name: str
    offset: int
    size: int
    align: int
    type: str
    mask: str


@frozen
class LibraryRow:
    """An exported type of the library in one version; `mask` has a character a word, up to the last pointer."""

    kind: str
    size: int
    align: int
    mask: str
    comparable: bool
    fields: tuple[LibraryField, ...]


@cache
def _table() -> dict[str, dict[str, list[list[Any]]]]:
    """Rows by path and name, each with the first version that it stands for, and without a kind where the type is gone."""
    with files("gomem_core.gotypes").joinpath("library.json.gz").open("rb") as raw, gzip.open(raw) as opened:
        found: dict[str, dict[str, list[list[Any]]]] = json.load(opened)
        return found


def is_library(path: str) -> bool:
    """Whether a package with this path belongs to the standard library, in some version."""
    return path in _table() or path in GENERIC


def find_path(name: str) -> str | None:
    """The path of the package that a name stands for where nothing is imported; container_list stands for container/list."""
    if name in _USUAL:
        return _USUAL[name]
    paths = [path for path in _table() if path.rpartition("/")[2] == name] or [p for p in _table() if p.replace("/", "_") == name]
    return min(paths, key=len, default=name if name in GENERIC else None)


@cache
def find(path: str, name: str, minor: int) -> LibraryRow | None:
    """The type in a version of Go, 1.`minor`; None where it has none, or, before 1.21, where that is not known."""
    found: list[Any] | None = None
    for since, *row in _table().get(path, {}).get(name, ()):
        if since <= max(minor, OLDEST):
            found = row if row[0] else None
    if found is None:
        return None
    kind, size, align, mask, comparable, fields = found
    if minor < OLDEST and kind == "struct" and name not in _AS_IN_1_10.get(path, ()):
        return None
    return LibraryRow(kind, size, align, mask, bool(comparable), tuple(LibraryField(*field) for field in fields))
