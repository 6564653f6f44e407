"""Writes heap dumps as runtime/heapdump.go does: to make up heaps whose links are known, and damaged files."""

import struct
from collections.abc import Iterable, Mapping, Sequence

HEADER = b"go1.7 heap dump\n"
GO = "go1.27.3"


def number(value: int) -> bytes:
    """A varint."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return number(len(raw)) + raw


def numbers(*values: int) -> bytes:
    return b"".join(map(number, values))


def fields(offsets: Iterable[int]) -> bytes:
    return b"".join(numbers(1, offset) for offset in offsets) + b"\0"


def params(go: str = GO, big: int = 0, pointer: int = 8) -> bytes:
    return numbers(6, big, pointer, 0xC000000000, 0xC004000000) + text("amd64") + text(go) + number(2)


def thing(addr: int, size: int, pointers: Mapping[int, int] | Sequence[int] = ()) -> bytes:
    """An object; `pointers` by offset, or in its words from the first on."""
    found = dict(pointers) if isinstance(pointers, Mapping) else {8 * n: to for n, to in enumerate(pointers)}
    contents = bytearray(size)
    for offset, to in found.items():
        struct.pack_into("<Q", contents, offset, to)
    return numbers(1, addr) + text(bytes(contents)) + fields(found)


def words(values: Sequence[int]) -> bytes:
    return text(struct.pack(f"<{len(values)}Q", *values)) + fields(range(0, 8 * len(values), 8))


def segment(addr: int, pointers: Sequence[int], tag: int = 12) -> bytes:
    """Global variables; tag 12: data, 13: bss."""
    return numbers(tag, addr) + words(pointers)


def goroutine(goid: int, g: int = 0, pointers: tuple[int, int, int] = (0, 0, 0)) -> bytes:
    context, first_defer, panic = pointers
    return numbers(4, g, 0, goid, 0, 4, 0, 0, 0) + text("chan receive") + numbers(context, 0, first_defer, panic)


def frame(function: str, pointers: Sequence[int]) -> bytes:
    sp_depth_child, pcs = numbers(5, 0xC000001000, 0, 0), numbers(1, 2, 3)
    packed = struct.pack(f"<{len(pointers)}Q", *pointers)
    return sp_depth_child + text(packed) + pcs + text(function) + fields(range(0, len(packed), 8))


def finalizer(obj: int, function: int, queued: bool = False) -> bytes:
    return numbers(11 if queued else 7, obj, function, 0, 0, 0)


def memstats(**values: int) -> bytes:
    names = (
        *("Alloc", "TotalAlloc", "Sys", "Lookups", "Mallocs", "Frees", "HeapAlloc", "HeapSys", "HeapIdle", "HeapInuse"),
        *("HeapReleased", "HeapObjects", "StackInuse", "StackSys", "MSpanInuse", "MSpanSys", "MCacheInuse", "MCacheSys"),
        *("BuckHashSys", "GCSys", "OtherSys", "NextGC", "LastGC", "PauseTotalNs"),
    )
    return numbers(10, *(values.get(name, 0) for name in names), *[0] * 256, values.get("NumGC", 0))


def dumped(*records: bytes, go: str = GO) -> bytes:
    """A whole dump of these records."""
    return HEADER + params(go) + b"".join(records) + number(0)
