"""Decodes the events of all threads and brings them into their order, in one loop that mypyc compiles.

Uncompiled it does the same, slowly: decode.py and ordered.py are what is used then.  A compiled loop lets no other thread run, so
it stops after a slice of events and is called again.
"""

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from gomem_core.formats.gotrace.batches import Batch, Buffer
from gomem_core.formats.gotrace.events import (
    BEGINNING,
    GO_STATUS,
    GO_STATUS_STACK,
    KEPT,
    OBJECT,
    OBJECT_ALLOC,
    RUNS,
    RUNS_NONE,
    SNAPSHOT,
    SPAN,
    SPAN_ALLOC,
    STACK_FREE,
    VALUES,
)

SLICE: Final = 100_000  # events at most that are read before other threads may run
ROOM: Final = SLICE + 1_001  # rows of a slice at most
_HELD: Final = 1_000  # rows at most that wait until what was there before is told
_FAR: Final = 64  # bytes: no event is longer, unless its numbers are padded
_PAD: Final = bytes(_FAR)  # behind a batch
_NEVER: Final = 1 << 62  # as a time; one more still is a number of 64 bits
_LONGEST: Final = 63  # bits of a number
_LATE: Final = 56  # bits of a time that passes between two events

_SKIP: Final = 0
_RUN: Final = 1
_RUN_NONE: Final = 2
_STATUS: Final = 3
_KEEP: Final = 4  # from here on, rows
_OLD: Final = 5


def _what(kind: int) -> int:
    if kind in RUNS:
        return _RUN
    if kind in RUNS_NONE:
        return _RUN_NONE
    if kind in (GO_STATUS, GO_STATUS_STACK):
        return _STATUS
    return _KEEP if kind in KEPT or SPAN <= kind <= STACK_FREE else _SKIP


_WHAT: Final = bytes(_what(kind) for kind in range(256))
_VALUES: Final = bytes(VALUES.get(kind, 0) for kind in range(256))
_IS_OLD: Final = bytes(kind in SNAPSHOT for kind in range(256))
_IS_BEGINNING: Final = bytes(kind in BEGINNING for kind in range(256))


class _Thread:
    """Where a thread's batches are read: the kind and the time of its next event are known."""

    def __init__(self, m: int, batches: list[tuple[int, Batch]], last: int, running: int) -> None:
        self.m = m
        self.batches = batches  # with their places in the file, the next one last
        self.payload = b""
        self.place: i64 = 0  # of the batch
        self.start: i64 = 0  # byte of the file
        self.end: i64 = 0
        self.at: i64 = 0  # behind the time of the next event
        self.kind: i64 = -1
        self.raw: i64 = 0  # the time as the batch has it
        self.time: i64 = _NEVER
        self.last: i64 = last  # time of the event before
        self.not_before: i64 = last
        self.running: i64 = running


class Merge:
    """Rows of one slice: the first `count` entries of its columns, as those of decode.Events."""

    def __init__(self, data: Buffer) -> None:
        self.kind = vec[i64]([0] * ROOM)
        self.time = vec[i64]([0] * ROOM)
        self.first = vec[i64]([0] * ROOM)
        self.second = vec[i64]([0] * ROOM)
        self.goroutine = vec[i64]([0] * ROOM)
        self.count: i64 = 0
        self.total: i64 = 0  # events that were read of this generation, with those that are not kept
        self.read: i64 = 0  # bytes of it
        self.faults: list[str] = []
        self.last: dict[int, int] = {}  # thread → time of its last event
        self.running: dict[int, int] = {}  # thread → the goroutine on it
        self.begun = False  # what was there before was told
        self._data = data
        self._threads: list[_Thread] = []
        self._types = vec[i64]([0])
        self._held: list[tuple[int, int, int, int, int]] = []

    def begin(self, batches: list[Batch], types: list[int]) -> None:
        """Go through these batches next; `types` are the film's numbers of the types that the generation tells."""
        self.total = self.read = 0
        self.faults = []
        self._types = vec[i64](types)
        of: dict[int, list[tuple[int, Batch]]] = {}
        for place, batch in enumerate(batches):
            of.setdefault(batch.m, []).append((place, batch))
        self._threads = []
        for m, own in of.items():
            own.reverse()
            thread = _Thread(m, own, self.last.get(m, 0), self.running.get(m, 0))
            self._peek(thread)
            self._threads.append(thread)

    def run(self, most: int) -> bool:
        """Read on, a slice of at most `most` rows; whether more follows."""
        self.count = 0
        end: i64 = min(most, SLICE)
        budget: i64 = SLICE
        while budget > 0 and self.count < end:
            first, other = self._two_next()
            if first is None or first.time >= _NEVER:
                for thread in self._threads:
                    self.last[thread.m], self.running[thread.m] = int(thread.last), int(thread.running)
                self._threads = []
                self._release()
                return False
            if other is None:
                budget -= self._read(first, _NEVER, 0, end, budget)
            else:
                budget -= self._read(first, other.time, other.place, end, budget)
        return True

    def _two_next(self) -> tuple[_Thread | None, _Thread | None]:
        """The thread whose event comes next, and the one after that: by time, then by place in the file."""
        first: _Thread | None = None
        other: _Thread | None = None
        for thread in self._threads:
            if first is None or thread.time < first.time or (thread.time == first.time and thread.place < first.place):
                other = first  # in two statements: in one, mypyc takes it for granted that there is a first
                first = thread
            elif other is None or thread.time < other.time or (thread.time == other.time and thread.place < other.place):
                other = thread
        return first, other

    def _next_batch(self, thread: _Thread) -> bool:
        """Go to the thread's next batch, if there is one."""
        if not thread.batches:
            thread.time = _NEVER
            return False
        place, batch = thread.batches.pop()
        thread.payload = self._data[batch.start : batch.end] + _PAD
        thread.place, thread.start, thread.end, thread.at = place, batch.start, batch.end - batch.start, 0
        thread.raw, thread.not_before = batch.time, max(thread.last, 0)
        self.read += thread.end
        return True

    def _fault(self, thread: _Thread, why: str) -> None:
        """Leave the rest of the thread's batch out."""
        self.faults.append(f"byte {thread.start}: a batch of events cannot be read to its end: {why}")
        thread.at = thread.end

    def _peek(self, thread: _Thread) -> None:
        """Learn kind and time of the thread's next event; no more are told by the time _NEVER."""
        while True:
            if thread.at >= thread.end:
                thread.last = max(thread.last, thread.not_before)
                if not self._next_batch(thread):
                    return
                thread.last = max(thread.last, thread.raw)
                continue
            payload = thread.payload
            i = thread.at
            kind: i64 = payload[i]
            i += 1
            if _VALUES[kind] == 0:
                self._fault(thread, f"there is no event {kind}")
                continue
            x: i64 = payload[i]
            i += 1
            if x >= 128:
                x &= 127
                shift: i64 = 7
                more: i64 = 128
                while more >= 128 and i < thread.end:
                    more = payload[i]
                    i += 1
                    if shift < _LONGEST:
                        x |= (more & 127) << shift
                    shift += 7
            if not self._is_whole(thread, kind, i):
                continue
            if x >> _LATE or thread.raw + x >= _NEVER:
                self._fault(thread, "more time passes than there is")
                continue
            thread.raw += x
            thread.kind, thread.at = kind, i
            thread.time = max(thread.raw, thread.not_before)
            return

    def _is_whole(self, thread: _Thread, kind: i64, at: i64) -> bool:
        """Whether an event ends before its batch does; only the last ones of a batch are looked at."""
        if at + _FAR < thread.end:
            return True
        left: i64 = _VALUES[kind] - 1
        payload = thread.payload
        if at > thread.end or (at == thread.end and payload[at - 1] >= 128):
            self._fault(thread, "it ends in the middle of an event")
            return False
        while left > 0 and at < thread.end:
            if payload[at] < 128:
                left -= 1
            at += 1
        if left > 0:
            self._fault(thread, "it ends in the middle of an event")
        return left == 0

    def _read(self, thread: _Thread, until: i64, before: i64, end: i64, budget: i64) -> i64:  # noqa: PLR0912, PLR0915 -- a call costs more than an event
        """Read events of a thread as long as they come before another's; returns how many."""
        kinds, times, firsts, seconds, goroutines = self.kind, self.time, self.first, self.second, self.goroutine
        whats, values = _WHAT, _VALUES
        types, known = self._types, i64(len(self._types))
        payload, i, kind, now, raw = thread.payload, thread.at, thread.kind, thread.time, thread.raw
        not_before, safe, running, begun = thread.not_before, thread.end - _FAR, thread.running, self.begun
        place = thread.place
        if place < before:  # then it may read what is at the same time
            until += 1
        w = self.count
        stop = w + budget if w + budget < end else end
        left_out: i64 = 0
        done: i64 = 0
        last: i64 = 0
        while now < until and w + left_out < stop:
            what: i64 = whats[kind]
            left: i64 = values[kind] - 1
            done += 1
            if what != _SKIP and left > 0:
                one: i64 = payload[i]
                i += 1
                if one >= 128:
                    one &= 127
                    shift: i64 = 7
                    more: i64 = 128
                    while more >= 128:
                        more = payload[i]
                        i += 1
                        if shift < _LONGEST:
                            one |= (more & 127) << shift
                        shift += 7
                left -= 1
                two: i64 = 0
                if left > 0 and what != _RUN:
                    two = payload[i]
                    i += 1
                    if two >= 128:
                        two &= 127
                        shift = 7
                        more = 128
                        while more >= 128:
                            more = payload[i]
                            i += 1
                            if shift < _LONGEST:
                                two |= (more & 127) << shift
                            shift += 7
                    left -= 1
                if what == _STATUS or kind in (SPAN, SPAN_ALLOC):
                    three: i64 = payload[i]
                    i += 1
                    if three >= 128:
                        three &= 127
                        shift = 7
                        more = 128
                        while more >= 128:
                            more = payload[i]
                            i += 1
                            if shift < _LONGEST:
                                three |= (more & 127) << shift
                            shift += 7
                    left -= 1
                    if what == _STATUS:
                        if three in (2, 3) and two == thread.m:
                            running = one
                    else:
                        two = (two << 16) | (three & 0xFFFF)
                if what == _RUN:
                    running = one
            else:
                one = 0
                two = 0
            while left > 0:
                if payload[i] < 128:
                    left -= 1
                i += 1
            if what == _KEEP:
                if kind in (OBJECT, OBJECT_ALLOC):
                    two = types[two] if two < known else 0
                if not begun:
                    self.count = w
                    if self._is_kept_back(kind, now, one, two, running):
                        what = _OLD if _IS_OLD[kind] else _SKIP
                    w = self.count
                    begun = self.begun
            elif what == _RUN_NONE:
                running = 0
            if what >= _KEEP:
                kinds[w], times[w], firsts[w], seconds[w], goroutines[w] = kind, now, one, two, running
                w += 1
            else:
                left_out += 1
            last = now
            # The next event of the thread, mostly in the same batch.
            if i < safe:
                kind = payload[i]
                passed: i64 = payload[i + 1]
                if passed < 128 and values[kind]:
                    i += 2
                    raw += passed
                    now = raw if raw > not_before else not_before
                    continue
            thread.at, thread.raw, thread.last = i, raw, now
            self._peek(thread)
            if thread.place != place or thread.time == _NEVER:
                thread.running = running
                self.count = w
                self.total += done
                return done
            i, kind, now, raw = thread.at, thread.kind, thread.time, thread.raw
        if done:
            thread.last = max(thread.last, last)
        thread.at, thread.kind, thread.time, thread.raw, thread.running = i, kind, now, raw, running
        self.count = w
        self.total += done
        return done

    def _is_kept_back(self, kind: i64, time: i64, one: i64, two: i64, goroutine: i64) -> bool:
        """Whether a row has to wait until what was there before is told; ends that where it is."""
        if _IS_OLD[kind]:
            return True
        if not _IS_BEGINNING[kind] and len(self._held) < _HELD:
            self._held.append((int(kind), int(time), int(one), int(two), int(goroutine)))
            return True
        self._release()
        return False

    def _release(self) -> None:
        """Give out the rows that waited."""
        self.begun = True
        w = self.count
        for kind, time, one, two, goroutine in self._held:
            self.kind[w], self.time[w], self.first[w], self.second[w], self.goroutine[w] = kind, time, one, two, goroutine
            w += 1
        self._held = []
        self.count = w
