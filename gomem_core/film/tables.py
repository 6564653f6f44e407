"""What a film consists of: tables whose columns are files.  Events are numbered from 1; 0 is what was there before the first."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gomem_core.film.columns import Table
from gomem_core.named import NamedTuple

NEVER: Final = (1 << 32) - 1  # in columns of event numbers: not so far
NO_CLASS: Final = (1 << 16) - 1  # a span class: of a span that holds no objects
MOST_TYPES: Final = (1 << 16) - 1

SPANS: Final[dict[str, DTypeLike]] = {
    "base": "<i8",
    "npages": "<u4",
    "spanclass": "<u2",
    "born": "<u4",
    "freed": "<u4",
    "elemsize": "<i8",  # bytes of a slot
}
LIVES: Final[dict[str, DTypeLike]] = {  # of objects, in the order in which they were born: 20 bytes each
    "born": "<u4",
    "freed": "<u4",  # the event that freed it, which a sweep does
    "span": "<u4",  # number in SPANS
    "slot": "<u2",
    "type": "<u2",  # number in Names.types
    "goroutine": "<u4",
}
SHARES: Final[dict[str, DTypeLike]] = {
    "event": "<u4",
    "life": "<u4",
    "type": "<u2",
    "goroutine": "<u4",
}  # tiny objects in a block
DEATHS: Final[dict[str, DTypeLike]] = {"life": "<u4"}  # numbers in LIVES, in the order in which they were freed
STACKS: Final[dict[str, DTypeLike]] = {"base": "<i8", "nbytes": "<i8", "born": "<u4", "freed": "<u4"}
PASSED: Final[dict[str, DTypeLike]] = {"ticks": "<u2"}  # between an event and the one before it, 65535 for more: see LONG
LONG: Final[dict[str, DTypeLike]] = {"event": "<u4", "ticks": "<i8"}  # what passed besides the 65535
BLOCKS: Final[dict[str, DTypeLike]] = {  # of BLOCK events each, and of what is left in the last
    "first": "<u4",  # its first event
    "ticks": "<i8",  # when that was
    "before": "<i8",  # bytes in allocated slots before it
    "least": "<i8",  # and after any of its events
    "most": "<i8",
}
FIGURES: Final[dict[str, DTypeLike]] = {"event": "<u4", "bytes": "<i8"}  # what the program told of itself
REGIONS: Final[dict[str, DTypeLike]] = {"begin": "<u4", "end": "<u4", "goroutine": "<u4", "name": "<u4"}
CHECKPOINTS: Final[dict[str, DTypeLike]] = {  # what there was after an event, kept for moments behind it: see checkpoints.py
    "event": "<u4",
    "spans": "<i8",  # where its part of each of the tables below ends
    "bits": "<i8",
    "sums": "<i8",
}
CHECKPOINT_SPANS: Final[dict[str, DTypeLike]] = {"span": "<u4"}  # with objects, in address order
CHECKPOINT_BITS: Final[dict[str, DTypeLike]] = {"taken": "<u1"}  # a bit for each of their slots
CHECKPOINT_SUMS: Final[dict[str, DTypeLike]] = {  # by key, as types.py has them
    "objects": "<i8",
    "nbytes": "<i8",
    "born": "<f8",  # ticks since the beginning, of all of them together
    "ever": "<i8",
    "ever_bytes": "<i8",
}
BLOCK_SHIFT: Final = 10
BLOCK: Final = 1 << BLOCK_SHIFT


class Stop(NamedTuple):
    """A moment at which the world stood still."""

    event: int
    why: str  # as the trace says it


class Mark(NamedTuple):
    """A phase of a collection begins or ends."""

    event: int
    what: str


class Tables:
    """All that is known of a film; it grows while a trace is read."""

    def __init__(self, folder: Path | None = None, counts: dict[str, int] | None = None) -> None:
        """`folder` None: files without names."""
        at = counts or {}

        def table(name: str, columns: dict[str, DTypeLike]) -> Table:
            return Table(columns, folder, name, at.get(name, 0))

        self.spans: Final = table("spans", SPANS)
        self.lives: Final = table("lives", LIVES)
        self.shares: Final = table("shares", SHARES)
        self.deaths: Final = table("deaths", DEATHS)
        self.stacks: Final = table("stacks", STACKS)
        self.passed: Final = table("passed", PASSED)
        self.long: Final = table("long", LONG)
        self.blocks: Final = table("blocks", BLOCKS)
        self.heap_live: Final = table("heap_live", FIGURES)
        self.heap_goal: Final = table("heap_goal", FIGURES)
        self.regions: Final = table("regions", REGIONS)
        self.checkpoints: Final = table("checkpoints", CHECKPOINTS)
        self.checkpoint_spans: Final = table("checkpoint_spans", CHECKPOINT_SPANS)
        self.checkpoint_bits: Final = table("checkpoint_bits", CHECKPOINT_BITS)
        self.checkpoint_sums: Final = table("checkpoint_sums", CHECKPOINT_SUMS)
        self.types: list[str] = [""]  # names by number; 0: not known
        self.type_sizes: list[int] = [0]  # bytes, beside `types`
        self.names: list[str] = []  # of regions
        self.stops: list[Stop] = []
        self.marks: list[Mark] = []
        self.anomalies: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()  # events of each kind, as Go's tools name them
        self.faults: list[str] = []  # what could not be read, a sentence each
        self.total = 0  # events of the trace, with those that no heap is made of
        self.events = 0  # of the film
        self.before = 0  # lifetimes that began before the first event
        self.spans_before = 0
        self.heap_start = 0
        self.begins = 0  # ticks: when the trace began
        self.ends = 0  # ticks: the last event of the film
        self.ticks_per_second = 0
        self.version = 0  # of the trace

    def files(self) -> Iterator[tuple[str, Table]]:
        """Every table with its name."""
        return ((name, value) for name, value in vars(self).items() if isinstance(value, Table))

    def bury(self, ended: list[NDArray[Any]]) -> None:
        """Enter lifetimes that ended, of which it stands in `lives` by which event.  Raises OSError."""
        lives = np.concatenate([np.zeros(0, np.int64), *ended])
        freed = self.lives["freed"][lives]
        if (freed[1:] < freed[:-1]).any():  # of those that ended with their spans
            lives = lives[np.argsort(freed, kind="stable")]
        self.deaths.append(life=lives)

    def flush(self) -> None:
        """Bring what was appended into the files; where that fails, it is told when it is read."""
        with suppress(OSError):
            for _, table in self.files():
                table.flush()

    @property
    def nbytes(self) -> int:
        """Bytes of all files."""
        return sum(table.nbytes for _, table in self.files())
