"""One batch of events as columns.

A number ends at each byte without the highest bit, but for the byte that says which event it is, which may have that bit.  So an
event is found from the one before it, in a plain loop over numbers, and all the rest is done for a whole batch at once.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.formats.gotrace.events import (
    EXPERIMENTAL,
    GO_STATUS,
    GO_STATUS_STACK,
    KEPT,
    RUNS,
    RUNS_NONE,
    SPAN,
    SPAN_ALLOC,
    STATUS_ON_THREAD,
    VALUES,
)
from gomem_core.named import NamedTuple

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Bools = NDArray[np.bool_]

_MORE: Final = 0x80  # the bit of a byte after which the number goes on
_UNKNOWN: Final = 255  # numbers to go on by where it is not known which event it is; all from there on is left out
_STEPS: Final = bytes(VALUES.get(n, _UNKNOWN) + (n < EXPERIMENTAL and n in VALUES) for n in range(256))
_VALUES: Final = np.array([VALUES.get(n, 0) for n in range(256)], np.int64)
_IS_KEPT: Final = np.array([n in KEPT or (n >= EXPERIMENTAL and n in VALUES) for n in range(256)])
_IS_UNKNOWN: Final = np.array([n not in VALUES for n in range(256)])
_RUNS: Final = np.array([n in RUNS for n in range(256)])
_RUNS_NONE: Final = np.array([n in RUNS_NONE for n in range(256)])
_IS_STATUS: Final = np.array([n in (GO_STATUS, GO_STATUS_STACK) for n in range(256)])
_LOW: Final = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
_LONG: Final = 8  # bytes that are read at once
_ZEROS: Final = bytes(_LONG)


class Events(NamedTuple):
    """Columns of one length, an event each; what the arguments mean is in events.py."""

    kind: Bytes
    time: Ints  # ticks
    first: Ints  # the first argument
    second: Ints  # the second; of a span its pages, shifted by 16, and its kind and class
    goroutine: Ints  # the one that ran on the thread, 0: none, or not known

    def take(self, which: "Ints | Bools | slice") -> "Events":
        """Those of these numbers."""
        return Events(self.kind[which], self.time[which], self.first[which], self.second[which], self.goroutine[which])


class Decoded(NamedTuple):
    """What one batch told."""

    events: Events  # those that are kept
    total: int  # how many it had
    last: int  # time of the last one, ticks
    running: int  # the goroutine that runs on the thread after it
    fault: str  # what is wrong with the batch from some event on; "": nothing


def decode(payload: bytes, m: int, time: int, not_before: int, running: int) -> Decoded:
    """The events of a batch of thread `m` that begins at `time`, none of them earlier than `not_before`.

    `running` is the goroutine that ran on the thread before.
    """
    raw = np.frombuffer(payload + _ZEROS, np.uint8)
    ends = np.flatnonzero(raw[: len(payload)] < _MORE) + 1
    starts = np.empty(len(ends), np.int64)
    starts[:1] = 0
    starts[1:] = ends[:-1]
    at, fault = _event_starts(payload, raw, starts, len(ends))
    kinds = raw[starts[at]]
    unknown = np.flatnonzero(_IS_UNKNOWN[kinds])
    if len(unknown):
        fault = f"there is no event {kinds[unknown[0]]}"
        at, kinds = at[: unknown[0]], kinds[: unknown[0]]
    # Where the numbers of an event begin: behind its first byte, which is one of its own unless it has the highest bit.
    first = at + (kinds < EXPERIMENTAL)
    numbers = _Numbers(raw, starts, ends)
    passed = numbers.at(first, kinds >= EXPERIMENTAL)
    times = time + np.cumsum(passed)
    if len(passed) and (int(passed.max()) >> 56 or int(passed.min()) < 0):
        usable = int(np.argmax((passed >> 56 != 0) | (passed < 0)))
        at, kinds, first, times = at[:usable], kinds[:usable], first[:usable], times[:usable]
        fault = "more time passes than there is"
    np.maximum(times, not_before, out=times)
    running_now, last_running = _running(numbers, kinds, first, m, running)
    kept = np.flatnonzero(_IS_KEPT[kinds])
    events = _kept(numbers, kinds[kept], first[kept], times[kept], running_now[kept])
    last = int(times[-1]) if len(times) else max(time, not_before)
    return Decoded(events, len(kinds), last, last_running, fault)


def _event_starts(payload: bytes, raw: Bytes, starts: Ints, count: int) -> tuple[Ints, str]:
    """Number of the number with which each event begins; and what is wrong where they cannot be told to the end."""
    steps = raw[starts].tobytes().translate(_STEPS)
    found: list[int] = []
    add, at = found.append, 0
    while at < count:
        add(at)
        at += steps[at]
    fault = ""
    if at > count or (not count and payload) or (count and payload[-1] >= _MORE):
        fault = "it ends in the middle of an event"
        if found and at > count:
            at = found.pop()
            if steps[at] == _UNKNOWN:
                fault = f"there is no event {payload[starts[at]]}"
    return np.array(found, np.int64), fault


class _Numbers:
    """The numbers of a batch, decoded when they are asked for."""

    def __init__(self, raw: Bytes, starts: Ints, ends: Ints) -> None:
        self._raw = raw
        self._starts = starts
        self._ends = ends
        # Eight bytes from each byte on, wherever it lies: one word of memory for each number.
        self._words: Words = np.ndarray((len(raw) - _LONG + 1,), "<u8", raw, 0, (1,))

    def at(self, which: Ints, behind_kind: Bools | None = None) -> Ints:
        """Those numbers; `behind_kind`: whether the byte that says which event it is stands in the same number, before it."""
        start = self._starts[which]
        if behind_kind is not None:
            start = start + behind_kind
        length = self._ends[which] - start
        x = self._words[start]
        x &= _LOW[np.minimum(length, _LONG)]
        x &= np.uint64(0x7F7F7F7F7F7F7F7F)
        x = (x & np.uint64(0x007F007F007F007F)) | ((x & np.uint64(0x7F007F007F007F00)) >> np.uint64(1))
        x = (x & np.uint64(0x00003FFF00003FFF)) | ((x & np.uint64(0x3FFF00003FFF0000)) >> np.uint64(2))
        x = (x & np.uint64(0x000000000FFFFFFF)) | ((x & np.uint64(0x0FFFFFFF00000000)) >> np.uint64(4))
        for n in np.flatnonzero(length > _LONG).tolist():  # addresses of stacks, padded ones: seldom
            x[n] = _value(self._raw[start[n] : start[n] + length[n]].tobytes())
        return x.view(np.int64)


def _value(number: bytes) -> int:
    return sum((byte & 0x7F) << 7 * n for n, byte in enumerate(number)) & ((1 << 63) - 1)


def _running(numbers: _Numbers, kinds: Bytes, first: Ints, m: int, before: int) -> tuple[Ints, int]:
    """The goroutine that runs on the thread at each event, and the one after the last."""
    sets = _RUNS[kinds]
    to = np.zeros(len(kinds), np.int64)
    which = np.flatnonzero(sets)
    to[which] = numbers.at(first[which] + 1)
    status = np.flatnonzero(_IS_STATUS[kinds])
    if len(status):
        g, thread, state = (numbers.at(first[status] + n) for n in (1, 2, 3))
        here = np.isin(state, STATUS_ON_THREAD) & (thread == m)
        sets[status[here]] = True
        to[status[here]] = g[here]
    changes = np.flatnonzero(sets | _RUNS_NONE[kinds])
    last = np.zeros(len(kinds), np.int64)
    last[changes] = np.arange(1, len(changes) + 1)
    values = np.concatenate([[before], to[changes]])
    return values[np.maximum.accumulate(last)], int(values[-1])


def _kept(numbers: _Numbers, kinds: Bytes, first: Ints, times: Ints, goroutine: Ints) -> Events:
    """The arguments of those that are kept."""
    count = _VALUES[kinds]
    one, two = np.zeros(len(kinds), np.int64), np.zeros(len(kinds), np.int64)
    for n, column in enumerate((one, two), 1):
        which = np.flatnonzero(count > n)
        column[which] = numbers.at(first[which] + n)
    spans = np.flatnonzero((kinds == SPAN) | (kinds == SPAN_ALLOC))
    two[spans] = (two[spans] << 16) | (numbers.at(first[spans] + 3) & 0xFFFF)
    return Events(kinds, times, one, two, goroutine)
