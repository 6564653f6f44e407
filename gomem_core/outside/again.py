"""Reads a heap again that was read a moment before: what has to be asked for is known then, and only bytes are copied.

To work out where bits and caches lie takes longer than to read them.  So a program is read while it runs, and once more while it
stands, with the same questions.  Where nothing moved in between that decides about these, the answers are all there is to know.
Where something did, whatever else the spans now lead to is read as well, and what was copied is parsed anew once the program
runs on (image.py).
"""

import time
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final

import numpy as np

from gomem_core.go.structs import HEAP_BITS, INLINE_MARKS, MOST_WITHOUT_HEADER, PAGE_SIZE
from gomem_core.named import NamedTuple
from gomem_core.outside.arrays import Bools, Bytes, Ints, Words
from gomem_core.outside.errors import Damaged
from gomem_core.outside.hold import Held, held
from gomem_core.outside.image import Copied, Image, NotCopied, around, pages_of
from gomem_core.outside.memory import GAP, MEMORY_PAGE, Gathered, Ranges, in_pages, merged
from gomem_core.outside.process import Process
from gomem_core.outside.program import Program
from gomem_core.outside.rounds import Raw, read_raw, spines_of
from gomem_core.outside.snapshot import IN_USE

_ROOTS, _STRUCTS = 0, 2  # the questions about mheap, among others that change all the time, and about the structs of spans
_LEADING: Final = 3  # so many questions at first, whose answers decide about the others
_COPIES: Final = 3  # times that a program that works is copied, before it is read while it stands
_REHEARSALS: Final = 8  # of a program that works, until it is known where it keeps things
_ENOUGH_NS: Final = 100_000_000  # spent on them
_NAP: Final = 5e-3  # seconds between two of them


class _Question(NamedTuple):
    """What was asked, and how it is asked again: into a buffer of its own where the answers are to be compared."""

    ranges: Ranges
    found: Gathered
    buffer: Bytes
    ask: Callable[[], bool]


class Rehearsed:
    """A look at a running program that was taken to know what to ask for."""

    def __init__(self, process: Process, program: Program) -> None:
        """Reads the heap as it runs, and where it kept things before.  Raises OutsideError."""
        self._process = process
        self._program = program
        self._asked: list[tuple[Ranges, Gathered]] = []
        self._same = False
        self._moved: list[Copied] = []
        self._fields: _Fields | None = None
        self._raw = read_raw(self, program)
        known = [one for number, (one, _) in enumerate(self._asked) if number > _ROOTS and not one.exact]
        spines = spines_of(self._asked[_ROOTS][1], program)  # what is empty now may not be later
        process.kept.add(np.concatenate([pages_of(known), (spines // np.uint64(MEMORY_PAGE)).astype(np.int64)]))
        more = around(known, process.kept.pages)
        found = process.fetch(more.start, more.size, more)
        if not found.ok.all():
            process.kept.drop(more.those(~found.ok))
            more = more.those(found.ok)
            found = process.fetch(more.start, more.size, more)
        self._asked.append((more, found))
        self._whole = all(np.array_equal(found.ok, ranges.wanted) for ranges, found in self._asked)
        # Only now: these buffers may lie where arrays were that are gone, and fresh memory costs more than what is read into it.
        self._questions = [self._question(number, *asked) for number, asked in enumerate(self._asked)]

    def gather(self, addrs: Words, sizes: Ints, gap: int = GAP, *, leads: bool = True) -> Gathered:
        """Ask the process, and remember how it was asked; what leads nowhere is asked for only when it is copied."""
        leading = len(self._asked) < _LEADING
        ranges = in_pages(addrs, sizes) if gap and not leading else merged(addrs, sizes, gap)
        if leads:
            found = self._process.fetch(addrs, sizes, ranges)
        else:
            found = Gathered(_ready(int(ranges.size.sum())), ranges.piece_at, ranges.wanted)
        self._asked.append((ranges, found))
        return found

    def _question(self, number: int, ranges: Ranges, found: Gathered) -> _Question:
        buffer = _ready(len(found.buffer)) if number < _LEADING else found.buffer
        return _Question(ranges, found, buffer, self._process.prepared(ranges, buffer))

    def read(self, addr: int, size: int) -> bytes:
        """Ask the process."""
        return self._process.read(addr, size)

    def copy(self) -> bool:
        """Ask all of it once more; false where not all of it can be read.

        Does as little as can be: the program may stand still for as long as it takes.
        """
        if not self._whole:
            return False
        self._moved.clear()
        self._same = True
        for number, question in enumerate(self._questions):
            if not question.ask():
                return False
            self._same = self._same and (number >= _LEADING or self._is_same(number, question))
        if not self._same:
            self._follow()
        return True

    def stands(self) -> bool:
        """Whether nothing has moved yet that decides about what to ask for."""
        return self._whole and all(
            question.ask() and self._is_same(number, question) for number, question in enumerate(self._questions[:_LEADING])
        )

    def learn_to_follow(self) -> None:
        """Prepare for spans that change until it is copied.  Takes as much memory as their structs: none needs it that stands."""
        self._fields = _Fields(self._program, self._asked[_STRUCTS][1].part(0, self._raw.all_spans))

    @property
    def is_same(self) -> bool:
        """Whether nothing had moved when it was last copied."""
        return self._same

    def copied(self) -> list[Copied]:
        """All that was read when it was last copied."""
        return [Copied(one.ranges.start, one.ranges.size, one.buffer) for one in self._questions] + self._moved

    def answers(self) -> Raw:
        """What was read when it was last copied; raises NotCopied where it now leads to what was not read, Damaged."""
        if self._same:
            return _on(self._raw, {id(question.found.buffer): question.buffer for question in self._questions})
        image = Image(self.copied())
        try:
            raw = read_raw(image, self._program)
        finally:
            self._process.kept.add(image.pages)
        if image.misses:
            raise NotCopied
        return raw

    def _is_same(self, number: int, question: _Question) -> bool:
        found, buffer = question.found, question.buffer
        if number != _ROOTS:
            return np.array_equal(found.buffer.view(np.uint64), buffer.view(np.uint64))
        now = Gathered(buffer, found.start, found.ok)
        sizes = {0: self._program.at["mheap"], 2: 24}  # mheap, and the slice allp
        return all(np.array_equal(found.piece(n, size), now.piece(n, size)) for n, size in sizes.items())

    def _follow(self) -> None:
        """Reads what lies in pages of spans that changed: in the heap, where one cannot read along what may be needed.

        Words of structs are compared, and only those that differ looked at: to work out all of it would take as long as to copy.
        """
        if self._program.profile.heap_bits == "arena":
            return
        if self._fields is None:  # it stood a moment ago
            self.learn_to_follow()
        assert self._fields is not None
        new, rows, moved = self._fields.changed(self._questions[_STRUCTS].buffer)
        start, npages, kind, size = new[:4, rows]
        spanclass = kind >> self._fields.spanclass
        used = spanclass >> np.uint64(8) & np.uint64(0xFF) == IN_USE
        spanclass &= np.uint64(0xFF)
        small = np.flatnonzero(moved & used & (npages == 1))
        tails = start[small] + np.uint64(PAGE_SIZE - HEAP_BITS - INLINE_MARKS)
        room = np.minimum(npages, np.uint64(1 << 20)) * np.uint64(PAGE_SIZE)
        typed = used & (spanclass > 1) & (spanclass & np.uint64(1) == 0) & (size > MOST_WITHOUT_HEADER) & (size <= room)
        slots = _slots(start[typed], size[typed], room[typed])
        sizes = np.full(len(tails) + len(slots), 8, np.int64)
        sizes[: len(tails)] = HEAP_BITS + INLINE_MARKS
        along = Copied(np.concatenate([tails, slots]), sizes, np.empty(int(sizes.sum()), np.uint8))
        if np.array_equal(self._process.fill(*along), sizes):
            self._moved.append(along)


def _ready(size: int) -> Bytes:
    """A buffer whose memory is there: the program would stand still while the kernel hands it out."""
    buffer = np.empty(size, np.uint8)
    buffer[::MEMORY_PAGE] = 0
    return buffer


class _Fields:
    """Where in the structs of spans it says where the pointer bits, the inline marks and the types of a span's objects are."""

    def __init__(self, program: Program, structs: Gathered) -> None:
        at = program.at
        names = ("startAddr", "npages", "spanclass", "elemsize", "freeindex", "allocBits")
        offsets = np.array([at[f"mspan.{name}"] for name in names])
        self.spanclass = np.uint64(offsets[2] % 8 * 8)  # bits before it in its word; the state follows
        self._at = offsets[:, None] // 8 + structs.start // 8  # a row a field
        self._class = np.uint64(0xFFFF) << self.spanclass
        self._old = structs.buffer.view(np.uint64).take(self._at, mode="clip")
        self._new, self._differ = (_ready(self._old.nbytes).view(np.uint64).reshape(self._old.shape) for _ in range(2))

    def changed(self, structs: Bytes) -> tuple[Words, Ints, Bools]:
        """The fields as they are now, the spans in which one differs, and in which of these where they lie or what they hold."""
        new, differ = self._new, self._differ
        structs.view(np.uint64).take(self._at, out=new, mode="clip")
        np.bitwise_xor(self._old, new, out=differ)
        differ[2] &= self._class
        led = differ[0] | differ[1]
        led |= differ[2]
        rows = np.flatnonzero(np.bitwise_or.reduce(differ[3:], axis=0) | led)
        return new, rows, led[rows] > 0


def _slots(start: Words, size: Words, room: Words) -> Words:
    """The addresses of all slots of some spans that may begin with a type."""
    each = np.minimum(room // size, np.uint64(64)).astype(np.int64)
    nth = np.arange(int(each.sum())) - np.repeat(np.cumsum(each) - each, each)
    found: Words = np.repeat(start, each) + nth.astype(np.uint64) * np.repeat(size, each)
    return found


def read_held(process: Process, program: Program) -> tuple[Raw, Held]:
    """The heap while the program stands still, and how long that was; raises OutsideError."""
    for _ in range(_COPIES):
        rehearsed = prepared(process, program)
        if rehearsed is None:
            break
        with held(process.pid) as how_long:
            copied = rehearsed.copy()
        try:
            if copied:
                return rehearsed.answers(), how_long
        except (NotCopied, Damaged):  # a heap that is damaged is read anew, and says so
            continue
    with held(process.pid) as how_long:
        return read_raw(process, program), how_long


def prepared(process: Process, program: Program) -> Rehearsed | None:
    """A look that knows where a program that works keeps things; None where it runs so fast that what is read makes no sense."""
    began = time.monotonic_ns()
    rehearsed = None
    for number in range(_REHEARSALS):
        if number:
            time.sleep(_NAP)
        try:
            rehearsed = Rehearsed(process, program)
        except Damaged:
            continue
        if rehearsed.stands():
            break
        rehearsed.learn_to_follow()
        if time.monotonic_ns() - began > _ENOUGH_NS:
            break
    return rehearsed


def _on(raw: Raw, new: dict[int, Bytes]) -> Raw:
    """The same places, in other buffers; the structs of spans are what they were, and the buffer that they lay in can go."""

    def moved(found: Gathered) -> Gathered:
        return replace(found, buffer=new[id(found.buffer)])

    changed: dict[str, Any] = {
        one.name: moved(value) for one in fields(raw) if isinstance(value := getattr(raw, one.name), Gathered)
    }
    structs = raw.spans.structs
    return replace(raw, **changed, spans=replace(raw.spans, structs=structs.moved(new[id(structs.buffer)])))
