"""Heap dumps as debug.WriteHeapDump writes them (runtime/heapdump.go): records of varints, and with each object what it holds.

Read in one pass and with nothing believed: every length is held against what is left of the file, and a dump that ends too early
gives what came before.  What objects hold stays where it is, in the bytes of the file; of pointers in it there are only offsets.
Addresses and sizes are bytes.  The format is the same from Go 1.7 on.
"""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from mmap import mmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.named import NamedTuple

Buffer = bytes | mmap
Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]

HEADER: Final = b"go1.7 heap dump\n"
MEMSTATS: Final = (  # in the order of the record
    *("Alloc", "TotalAlloc", "Sys", "Lookups", "Mallocs", "Frees", "HeapAlloc", "HeapSys", "HeapIdle", "HeapInuse"),
    *("HeapReleased", "HeapObjects", "StackInuse", "StackSys", "MSpanInuse", "MSpanSys", "MCacheInuse", "MCacheSys"),
    *("BuckHashSys", "GCSys", "OtherSys", "NextGC", "LastGC", "PauseTotalNs"),
)
(_END, _OBJECT, _OTHER_ROOT, _TYPE, _GOROUTINE, _FRAME, _PARAMS, _FINALIZER, _ITAB, _THREAD, _MEMSTATS, _QUEUED) = range(12)
(_DATA, _BSS, _DEFER, _PANIC, _BUCKET, _SAMPLE) = range(12, 18)
_PAUSES: Final = 256
_POINTER: Final = 1  # the only kind of field
_MOST_OBJECTS: Final = 20_000_000
_MOST_RECORDS: Final = 2_000_000  # of each other sort
_MOST_DEPTH: Final = 1000  # frames of a bucket
_SLICE: Final = 20_000  # objects after which it is told how far the reading is


class DumpError(Exception):
    """It is no heap dump that can be read; the text says what was found, and what was expected."""


class _Cut(Exception):
    """The file ends within a record, or goes on with something that is none; the text says which, and where."""


class Goroutine(NamedTuple):
    """A goroutine, and what the runtime keeps for it."""

    goid: int
    g: int  # the address of its struct
    status: int
    system: bool
    waiting: str  # what it waits for, empty: for nothing
    pointers: tuple[int, ...]  # to its context, its first defer, its panic; 0 where there is none


class Frame(NamedTuple):
    """A function on a stack, and the pointers that its frame holds."""

    goroutine: int  # number among the goroutines, -1: none was told before it
    function: str
    pointers: Words


class Segment(NamedTuple):
    """The pointers in global variables: `addr` is where each lies."""

    name: str  # data or bss
    addr: Words
    pointers: Words


class Finalizer(NamedTuple):
    """What is to be called when nothing refers to an object any more; `queued`: nothing does, and it is yet to be called."""

    obj: int
    function: int  # address of the func value
    queued: bool


class Frames(NamedTuple):
    """A bucket of the memory profile: what one call site allocated of one size."""

    size: int  # mean size of the objects, as the profile has it
    stack: tuple[tuple[str, str, int], ...]  # (function, file, line), the innermost first
    allocs: int
    frees: int


@dataclass
class HeapDump:
    """All records of a dump; `fault` says what is wrong with its end, empty: it is whole."""

    go: str = ""
    arch: str = ""
    arena_start: int = 0
    arena_end: int = 0
    ncpu: int = 0
    addr: Numbers = field(default_factory=lambda: np.empty(0, np.int64))  # of each object, in the order of the file
    size: Numbers = field(default_factory=lambda: np.empty(0, np.int64))  # bytes of its slot
    at: Numbers = field(default_factory=lambda: np.empty(0, np.int64))  # where in the file its contents stand
    layout: Numbers = field(default_factory=lambda: np.empty(0, np.int64))  # number of the list of its pointers' offsets
    layouts: list[Numbers] = field(default_factory=list)  # number 0: no pointers
    types: dict[int, str] = field(default_factory=dict)  # address of a type → its name
    goroutines: list[Goroutine] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    finalizers: list[Finalizer] = field(default_factory=list)
    others: list[tuple[str, int]] = field(default_factory=list)  # other roots: what, address
    defers: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)  # address of the g, pointers
    memstats: dict[str, int] | None = None
    buckets: dict[int, Frames] = field(default_factory=dict)
    samples: list[tuple[int, int]] = field(default_factory=list)  # address of an object, bucket
    fault: str = ""

    def pointers(self, data: Buffer) -> tuple[Numbers, Numbers, Words]:
        """All pointers that objects hold, but nil: (number of the object, offset in it, where it leads); `data`: the file.

        In the order of the file, and within an object by offset.
        """
        if len(data) < 8:
            return _NONE, _NONE, _NO_WORDS
        words: Words = np.ndarray((len(data) - 7,), "<u8", data, strides=(1,))
        found: list[tuple[Numbers, Numbers, Words]] = []
        order = np.argsort(self.layout, kind="stable")
        ends = np.searchsorted(self.layout[order], np.arange(len(self.layouts) + 1))
        for number, offsets in enumerate(self.layouts):
            objects = order[ends[number] : ends[number + 1]]
            if not len(offsets) or not len(objects):
                continue
            targets = words[self.at[objects][:, None] + offsets].ravel()
            there = np.flatnonzero(targets)
            found.append((objects[there // len(offsets)], offsets[there % len(offsets)], targets[there]))
        if not found:
            return _NONE, _NONE, _NO_WORDS
        objects, offsets, targets = (np.concatenate(parts) for parts in zip(*found, strict=True))
        # Two orders by number alone are quicker than one by pairs, and each object has one layout, whose offsets are in order.
        by_object = np.argsort(objects, kind="stable")
        return objects[by_object], offsets[by_object], targets[by_object]


_NONE: Final = np.empty(0, np.int64)
_NO_WORDS: Final = np.empty(0, np.uint64)


def is_heap_dump(data: Buffer) -> bool:
    """Whether these bytes begin as a heap dump does."""
    return data[: len(HEADER)] == HEADER


def read_heap_dump(data: Buffer, reached: Callable[[int], object] | None = None) -> HeapDump:
    """The records of a dump, as far as it can be read; `reached` is told now and then how many bytes were, and may raise.

    Raises DumpError where nothing of it can be shown.
    """
    if not is_heap_dump(data):
        raise DumpError(f"not a heap dump: it does not begin with the line {HEADER[:-1].decode()}")
    reader = _Reader(data, reached)
    try:
        reader.read()
    except _Cut as e:
        reader.dump.fault = str(e)
    return reader.taken()


class _Reader:
    """Reads one record after the other."""

    def __init__(self, data: Buffer, reached: Callable[[int], object] | None) -> None:
        self.dump = HeapDump(layouts=[_NONE])
        self._data = data
        self._at = len(HEADER)
        self._record = self._at  # where the record begins that is being read
        self._reached = reached
        self._addr, self._size, self._content, self._layout = (array("q") for _ in range(4))
        self._layouts: dict[bytes, int] = {b"\0": 0}  # a list of fields as it stands in the file → its number
        self._likely: dict[int, bytes] = {}  # size of a slot → the list of fields that its last object had
        self._counts = dict.fromkeys(range(_SAMPLE + 1), 0)

    def taken(self) -> HeapDump:
        """The dump, with its columns."""
        dump = self.dump
        dump.addr, dump.size, dump.at, dump.layout = (
            np.frombuffer(column, np.int64) if column else _NONE
            for column in (self._addr, self._size, self._content, self._layout)
        )
        return dump

    def read(self) -> None:
        """Read all records up to the end.  Raises _Cut, and DumpError for another machine's dump."""
        records: dict[int, Callable[[], None]] = {
            _OTHER_ROOT: self._other_root,
            _TYPE: self._type,
            _GOROUTINE: self._goroutine,
            _FRAME: self._frame,
            _PARAMS: self._params,
            _FINALIZER: lambda: self._finalizer(queued=False),
            _QUEUED: lambda: self._finalizer(queued=True),
            _ITAB: lambda: self._skip(2),
            _THREAD: lambda: self._skip(3),
            _MEMSTATS: self._memstats,
            _DATA: lambda: self._segment("data"),
            _BSS: lambda: self._segment("bss"),
            _DEFER: self._defer,
            _PANIC: self._panic,
            _BUCKET: self._bucket,
            _SAMPLE: self._sample,
        }
        while True:
            self._record = self._at
            tag = self._number()
            if tag == _OBJECT:
                self._objects()
            elif tag == _END:
                return
            elif tag in records:
                self._count(tag)
                records[tag]()
            else:
                raise _Cut(f"at byte {self._record} a record of sort {tag} begins, and there are only sorts 0 to {_SAMPLE}")

    def _count(self, tag: int) -> None:
        self._counts[tag] += 1
        if self._counts[tag] > _MOST_RECORDS:
            raise _Cut(f"there are more than {_MOST_RECORDS} records of sort {tag}, of which gomem reads no more")
        if self._reached is not None and not self._counts[tag] % _SLICE:
            self._reached(self._at)

    # --- Parts of records ---------------------------------------------------------------------------------------------------

    def _ends(self) -> _Cut:
        return _Cut(f"it ends too early, within the record that begins at byte {self._record}")

    def _number(self) -> int:
        data, at, found, shift = self._data, self._at, 0, 0
        try:
            while (byte := data[at]) >= 128:
                found |= (byte & 127) << shift
                shift += 7
                at += 1
                if shift > 63:
                    raise _Cut(f"at byte {self._at} there is a number of more than 64 bits")
        except IndexError:
            raise self._ends() from None
        self._at = at + 1
        return (found | byte << shift) & 0xFFFFFFFFFFFFFFFF

    def _skip(self, numbers: int) -> None:
        for _ in range(numbers):
            self._number()

    def _bytes(self) -> int:
        """The place of some bytes, behind which it goes on."""
        size = self._number()
        at = self._at
        if size > len(self._data) - at:
            raise self._ends()
        self._at = at + size
        return at

    def _text(self, most: int = 4096) -> str:
        at = self._bytes()
        return self._data[at : min(self._at, at + most)].decode(errors="replace")

    def _fields(self, size: int) -> Numbers:
        """Offsets of the pointers in so many bytes."""
        found: list[int] = []
        while kind := self._number():
            offset = self._number()
            if kind != _POINTER:
                raise _Cut(f"at byte {self._at} there is a field of sort {kind}, and only sort {_POINTER} is known, a pointer")
            if offset + 8 > size:
                raise _Cut(f"at byte {self._at} there is a pointer at offset {offset} of {size} bytes")
            found.append(offset)
        return np.array(sorted(set(found)), np.int64)

    def _pointers(self, at: int, size: int) -> tuple[Numbers, Words]:
        """Offsets and values of the pointers in bytes that stand at a place, those of nil left out."""
        offsets = self._fields(size)
        whole = np.frombuffer(self._data[at : at + size], np.uint8)
        if not len(offsets):
            return offsets, _NO_WORDS
        words = np.ascontiguousarray(whole[offsets[:, None] + np.arange(8)]).view("<u8").ravel().astype(np.uint64)
        there = words != 0
        return offsets[there], words[there]

    # --- Records ------------------------------------------------------------------------------------------------------------

    def _objects(self) -> None:
        """An object, and those that follow: nearly all of the file."""
        data, likely, layouts = self._data, self._likely, self._layouts
        while True:
            addr = self._number()
            start = self._bytes()
            size, fields = self._at - start, self._at
            # A list of fields tells by itself where it ends: what begins like one that is known is that one.
            raw = likely.get(size, b"\0")
            if data[fields : fields + len(raw)] == raw:
                self._at = fields + len(raw)
            elif data[fields : fields + 1] == b"\0":
                raw = b"\0"
                self._at = fields + 1
            else:
                offsets = self._fields(size)
                raw = bytes(data[fields : self._at])
                if raw not in layouts:
                    layouts[raw] = len(self.dump.layouts)
                    self.dump.layouts.append(offsets)
                likely[size] = raw
            if addr >= 1 << 47 or not size:
                raise _Cut(f"at byte {self._record} there is an object of {size} bytes at {addr:#x}, which cannot be")
            self._addr.append(addr)
            self._size.append(size)
            self._content.append(start)
            self._layout.append(layouts[raw])
            if not len(self._addr) % _SLICE:
                if len(self._addr) >= _MOST_OBJECTS:
                    raise _Cut(f"it has more than {_MOST_OBJECTS} objects, of which gomem reads no more")
                if self._reached is not None:
                    self._reached(self._at)
            self._record = self._at
            if data[self._at : self._at + 1] != b"\1":
                return
            self._at += 1

    def _params(self) -> None:
        dump, big, size = self.dump, self._number(), self._number()
        dump.arena_start, dump.arena_end = self._number(), self._number()
        dump.arch, dump.go, dump.ncpu = self._text(), self._text(200), self._number()
        if big or size != 8:
            order = "big-endian" if big else "little-endian"
            raise DumpError(f"a dump of a program with {order} pointers of {size} bytes; little-endian ones of 8 are read")

    def _other_root(self) -> None:
        self.dump.others.append((self._text(), self._number()))

    def _type(self) -> None:
        addr, _, name, _ = self._number(), self._number(), self._text(1000), self._number()
        self.dump.types[addr] = name

    def _goroutine(self) -> None:
        g, _, goid, _, status, system, _, _ = (self._number() for _ in range(8))
        waiting, context, _, first_defer, panic = self._text(200), *(self._number() for _ in range(4))
        self.dump.goroutines.append(Goroutine(goid, g, status, bool(system), waiting, (context, first_defer, panic)))

    def _frame(self) -> None:
        self._skip(3)
        at = self._bytes()
        size = self._at - at
        self._skip(3)
        name = self._text(1000)
        _, pointers = self._pointers(at, size)
        self.dump.frames.append(Frame(len(self.dump.goroutines) - 1, name, pointers))

    def _finalizer(self, queued: bool) -> None:
        obj, function = self._number(), self._number()
        self._skip(3)
        self.dump.finalizers.append(Finalizer(obj, function, queued))

    def _memstats(self) -> None:
        found = {name: self._number() for name in MEMSTATS}
        self._skip(_PAUSES)
        self.dump.memstats = found | {"NumGC": self._number()}

    def _segment(self, name: str) -> None:
        addr, at = self._number(), self._bytes()
        offsets, pointers = self._pointers(at, self._at - at)
        self.dump.segments.append(Segment(name, offsets.astype(np.uint64) + np.uint64(addr), pointers))

    def _defer(self) -> None:
        found = [self._number() for _ in range(7)]  # the record, g, sp, pc, func value, its entry, the next one
        self.dump.defers.append((found[1], (found[0], found[4], found[6])))

    def _panic(self) -> None:
        found = [self._number() for _ in range(6)]  # the record, g, type and data of what was thrown, its defer, the next one
        self.dump.defers.append((found[1], (found[0], found[3], found[5])))

    def _bucket(self) -> None:
        number, size, depth = self._number(), self._number(), self._number()
        if depth > _MOST_DEPTH:
            raise _Cut(f"at byte {self._record} there is a call stack of {depth} frames; {_MOST_DEPTH} at most were expected")
        stack = tuple((self._text(1000), self._text(), self._number()) for _ in range(depth))
        self.dump.buckets[number] = Frames(size, stack, self._number(), self._number())

    def _sample(self) -> None:
        self.dump.samples.append((self._number(), self._number()))
