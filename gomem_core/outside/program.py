"""Where a Go program keeps its heap: its version, its mheap, its Ps, its types.  Found without symbols where it was stripped.

A fact is taken from the program's memory wherever it can be, since the executable may be missing, and of a core file even wrong.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from itertools import pairwise
from typing import Final

import numpy as np

from gomem_core.foreign import brief
from gomem_core.formats.buildinfo import releases_in, version_in
from gomem_core.formats.elf import PF_W, PF_X
from gomem_core.frozen import bundle
from gomem_core.go.structs import SPAN_CLASSES, minors, offsets
from gomem_core.go.versions import Profile, profile_named
from gomem_core.outside.arrays import Bools, Words, distinct
from gomem_core.outside.errors import KNOWN, Damaged, NotGo, UnknownVersion
from gomem_core.outside.memory import TOP, Memory, Unreadable
from gomem_core.outside.pacing import find_controller, is_controller
from gomem_core.outside.segments import MOST_SCANNED, Image, Source, image_of, readable, unpacked

MOST_PS: Final = 4096
_MOST_MSPANS: Final = 1 << 26
_LOOKS: Final = 4  # at a struct that changes while the program runs
_MOST_TEXTS: Final = 32  # versions named in a program that is taken for each of them
_SYMBOLS: Final = ("runtime.mheap_", "runtime.allp", "runtime.gcphase", "runtime.gcController")
_MONOTONIC: Final = ("text", "etext", "noptrdata", "enoptrdata", "data", "edata", "bss", "ebss")  # of a moduledata, in this order


@bundle
class Program:
    """A Go program, and where its variables are; addresses, as they are in memory."""

    source: Source
    version: str  # as the program says it
    minor: str  # such as 1.27
    profile: Profile
    mheap: int
    memstats: int
    allp: int  # of the slice
    gcphase: int | None
    controller: int | None  # gcController; None: not found
    types: tuple[int, int]  # moduledata: types and etypes; (0, 0): not found
    at: Mapping[str, int] = field(repr=False)  # offsets of its version (go.structs)


def find_program(source: Source, version: str | None = None) -> Program:
    """Finds the heap of a program; `version` overrides what the program says, such as go1.26.

    Raises NotGo, UnknownVersion, and Damaged where it is a Go program whose heap is not where it should be.
    """
    try:
        return _found_in(image_of(source), version)
    except (NotGo, Damaged):
        for image in unpacked(source):
            with suppress(NotGo, Damaged):
                return _found_in(image, version)
        raise


def _found_in(image: Image, version: str | None) -> Program:
    said = version or _version_told(image)
    if said is not None:
        return _fitted(image, said, image.data())
    data = image.data()
    for text in _versions_among_texts(image):  # it may name others than its own: that whose structs fit is it
        with suppress(Damaged, UnknownVersion):
            return _fitted(image, text, data)
    title = image.source.title
    raise NotGo(f"{title} is not a Go program, or does not tell its version: --go-version names the one it was built with")


def _fitted(image: Image, version: str, data: list[tuple[int, Words]]) -> Program:
    """The program, taken for one of this version."""
    source, profile = image.source, profile_named(version)
    minor = profile.name.removeprefix("go") if profile is not None else ""
    if profile is None or minor not in minors():
        raise UnknownVersion(
            f"{source.title} is a program of {brief(version)}, whose heap is not known here: {KNOWN} are; "
            "--go-version names the one to take it for"
        )
    at, symbols = offsets(minor), _symbols(image)
    mheap = _mheap(image, data, at, symbols)
    stat = _word(source, mheap + at["mheap.spanalloc"] + at["fixalloc.stat"])
    return Program(
        source=source,
        version=version,
        minor=minor,
        profile=profile,
        mheap=mheap,
        memstats=stat - at["mstats.mspan_sys"],
        allp=symbols.get("runtime.allp") or _allp(source, data, mheap, at),
        gcphase=symbols.get("runtime.gcphase"),
        controller=_controller(image, data, at, symbols),
        types=_moduledata(image, data, at),
        at=at,
    )


def _version_told(image: Image) -> str | None:
    """The version by the build information; None where there is none."""
    for start, end in image.where(PF_W):
        for _, piece in readable(image.source, start, min(end, start + MOST_SCANNED)):
            if (found := version_in(piece)) is not None:
                return found
    return version_in(image.exe.data) if image.exe is not None else None


def _versions_among_texts(image: Image) -> list[str]:
    """The versions of Go that are named in read-only data, those with a patch release first."""
    found: set[str] = set()
    for start, end, flags in image.ranges:
        if not flags & (PF_W | PF_X):
            for _, piece in readable(image.source, start, min(end, start + MOST_SCANNED)):
                found |= releases_in(piece)
    return sorted(found, key=lambda text: (text.count("."), text), reverse=True)[:_MOST_TEXTS]


def _symbols(image: Image) -> dict[str, int]:
    exe = image.exe
    return {name: value + image.bias for name, value in exe.symbols(_SYMBOLS).items()} if exe is not None else {}


def _word(memory: Memory, addr: int) -> int:
    try:
        return int.from_bytes(memory.read(addr, 8), "little")
    except Unreadable:
        return 0


def _mheap(image: Image, data: list[tuple[int, Words]], at: Mapping[str, int], symbols: Mapping[str, int]) -> int:
    """mheap_, by its symbol, else by the pointer to its own lock that it holds; its spanalloc must count in memstats.

    In a large program other words may look so by accident: then it is that with a table of spans.
    """
    distance = at["mheap.pages"] + at["pageAlloc.mheapLock"]

    def is_one(addr: int) -> bool:
        stat = _word(image.source, addr + at["mheap.spanalloc"] + at["fixalloc.stat"])
        return _word(image.source, addr + distance) == addr and image.holds(stat, PF_W)

    named = symbols.get("runtime.mheap_")
    if named is not None and is_one(named):
        return named
    found: list[int] = []
    for start, words in data:
        own = np.arange(len(words), dtype=np.uint64) * np.uint64(8) + np.uint64(start)
        found += [int(words[row]) for row in np.flatnonzero(words + np.uint64(distance) == own)[:64].tolist()]
    found = [addr for addr in found if is_one(addr)]
    if found:
        return next((addr for addr in found if _has_spans(image.source, addr, at)), found[0])
    raise Damaged(
        f"the heap of {image.source.title} is not where that of {KNOWN} is; --go-version names another version to take it for"
    )


def _has_spans(memory: Memory, mheap: int, at: Mapping[str, int]) -> bool:
    """Whether there is a table of spans where this mheap has its own."""
    pointer, length, capacity = (_word(memory, mheap + at["mheap.allspans"] + 8 * i) for i in range(3))
    return 0 < length <= capacity <= _MOST_MSPANS and _word(memory, pointer) > 0


def _controller(image: Image, data: list[tuple[int, Words]], at: Mapping[str, int], symbols: Mapping[str, int]) -> int | None:
    """gcController, by its symbol, else by its values, which are read anew where they do not fit: the program runs meanwhile."""
    named, size = symbols.get("runtime.gcController"), at["gcControllerState"]
    for _ in range(_LOOKS):
        if named is None:
            found = find_controller(data, at)
            if found is not None:
                return found
            data = image.data()
            continue
        struct = image.source.gather(np.array([named], np.uint64), np.array([size]))
        if struct.ok.all() and is_controller(struct.piece(0, size), at):
            return named
    return None


def _moduledata(image: Image, data: list[tuple[int, Words]], at: Mapping[str, int]) -> tuple[int, int]:
    """The extent of the types, of the first moduledata: the struct in which the bounds of all sections stand in a row."""
    offset = [at[f"moduledata.{name}"] // 8 for name in _MONOTONIC]
    last = max(*offset, at["moduledata.etypes"] // 8)
    texts, writable = image.where(PF_X), image.where(PF_W)
    for _, words in data:
        count = len(words) - last
        if count <= 0 or not texts:
            continue
        columns = [words[place : place + count] for place in offset]
        likely = _within(columns[0], texts) & _within(columns[1] - np.uint64(1), texts)
        likely &= _within(columns[2], writable) & _within(columns[-1] - np.uint64(1), writable)
        for before, after in pairwise(columns):
            likely &= before <= after
        for row in np.flatnonzero(likely)[:64].tolist():
            begin, end = (int(words[row + at[f"moduledata.{name}"] // 8]) for name in ("types", "etypes"))
            if begin < end and image.holds(begin) and image.holds(int(words[row])):  # the latter: pcHeader
                return begin, end
    return 0, 0


def _within(words: Words, ranges: list[tuple[int, int]]) -> Bools:
    found = np.zeros(len(words), np.bool_)
    for start, end in ranges:
        found |= (words >= start) & (words < end)
    return found


def _allp(source: Source, data: list[tuple[int, Words]], mheap: int, at: Mapping[str, int]) -> int:
    """The slice allp, by what it points to: Ps that are numbered from 0 and have an mcache full of spans.

    Many slices look like it from afar; an mcache whose 136 spans are all known is no accident.
    """
    spans = _all_spans(source, mheap, at)
    for start, words in data:
        if len(words) < 3:
            continue
        pointer, length, capacity = words[:-2], words[1:-1], words[2:]
        likely = (length > 0) & (length <= capacity) & (length <= MOST_PS) & (capacity <= MOST_PS) & (pointer > 4096)
        rows = np.flatnonzero(likely & (pointer < TOP) & (pointer & np.uint64(7) == 0))
        firsts = source.gather(pointer[rows], np.full(len(rows), 8, np.int64)).column(0, "<u8")
        heads = source.gather(firsts, np.full(len(rows), 96, np.int64))
        mcache = heads.column(at["p.mcache"], "<u8")
        fits = heads.ok & (heads.column(at["p.id"], "<u4") == 0) & (heads.column(at["p.status"], "<u4") <= 4) & (mcache > 4096)
        for row in np.flatnonzero(fits).tolist():
            if _are_ps(source, int(pointer[rows[row]]), int(length[rows[row]]), spans, at):
                return start + 8 * int(rows[row])
    raise Damaged(f"the Ps of {source.title} were not found")


def _all_spans(source: Source, mheap: int, at: Mapping[str, int]) -> Words:
    """Addresses of all mspans, sorted."""
    pointer, length = (_word(source, mheap + at["mheap.allspans"] + 8 * i) for i in range(2))
    if not 0 < length <= _MOST_MSPANS:
        raise Damaged(f"{source.title} has a table of {length} spans, which no heap has")
    try:
        return np.sort(np.frombuffer(source.read(pointer, length * 8), np.uint64))
    except Unreadable:
        raise Damaged(f"the table of spans of {source.title} cannot be read") from None


def _are_ps(source: Source, pointer: int, length: int, spans: Words, at: Mapping[str, int]) -> bool:
    try:
        ps = np.frombuffer(source.read(pointer, length * 8), np.uint64)
    except Unreadable:
        return False
    heads = source.gather(ps, np.full(length, 96, np.int64))
    if not heads.ok.all() or np.any(heads.column(at["p.id"], "<u4") != np.arange(length)):
        return False
    mcaches: Words = heads.column(at["p.mcache"], "<u8")
    used = mcaches[mcaches > 0]
    caches = source.gather(used, np.full(len(used), at["mcache"], np.int64))
    cached = caches.table(at["mcache.alloc"], SPAN_CLASSES).ravel()
    others = distinct(cached[~np.isin(cached, spans)].view(np.int64))  # only the one empty span is in no table
    return bool(len(used)) and bool(caches.ok.all()) and len(others) <= 1 and (others > 0).all().item()
