"""The spans of a still, as columns, and the lists on which they hang; see still.py."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any, Final, Protocol, get_args

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple
from gomem_core.world.arenas import Arenas
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.lazycolumn import WordColumn
from gomem_core.world.lengths import by_length
from gomem_core.world.records import STATES, CentralInfo, SpanColumns, SpanField, SpanInfo
from gomem_core.world.world import Spans

TRUTHS: Final = ("swept", "needzero")  # columns of bools
_MAY_LACK: Final = ("needzero", "unusedsince", "ptr")  # columns of a world in which -1 stands for what is not known
_INSTEAD: Final[dict[SpanField, int]] = {"npreleased": 0, "swept": 1}  # in columns of numbers, of what is not known; else -1
SPAN_FIELDS: Final[tuple[SpanField, ...]] = get_args(SpanField)


class StillSpans:
    """Spans in address order."""

    def __init__(
        self,
        columns: SpanColumns,
        left_over: Sequence[tuple[int, int, int]],
        arenas: Arenas,
        profile: Profile,
        disputes: Mapping[int, str] | None = None,
        states: array[int] | memoryview | None = None,
    ) -> None:
        """`profile`: of their version; `disputes`: base of a span → what was read of it and contradicts something else.

        `states`: the column of states as `column` has it, where somebody knows it.
        """
        self._numbers: dict[str, memoryview] = {} if states is None else {"state": memoryview(states)}
        self.disputes = {} if disputes is None else dict(disputes)
        self._columns = columns
        self._left_over = tuple(left_over)
        self._arenas = arenas
        self._has_free_entries = profile.heap_lists is not None

    @classmethod
    def of(cls, spans: Spans, arenas: Arenas, profile: Profile) -> StillSpans:
        """The spans of any world."""
        if isinstance(spans, StillSpans):
            return spans
        found: dict[str, Any] = {}  # Any: each column has a type of its own
        for name in SPAN_FIELDS:
            column = array("q")
            column.frombytes(spans.column(name).cast("B"))
            if name == "state":
                found[name] = tuple([STATES[number] for number in column])
            elif name == "list_name":
                found[name] = tuple([spans.list_names[number] for number in column])
            elif name in _MAY_LACK and -1 in column:
                found[name] = tuple([None if n < 0 else bool(n) if name in TRUTHS else n for n in column])
            else:
                found[name] = tuple(map(bool, column)) if name in TRUTHS else column
        return cls(SpanColumns(**found), spans.left_over(), arenas, profile)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, StillSpans)
            and self._columns == other._columns
            and self._left_over == other._left_over
            and self.disputes == other.disputes
        )

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    @property
    def count(self) -> int:
        """Number of spans."""
        return len(self._columns.base)

    @cached_property
    def list_names(self) -> tuple[str, ...]:
        """The names of lists that occur, in order; empty: on none."""
        column = self._columns.list_name
        there = column.distinct() if isinstance(column, WordColumn) else {*column}
        return tuple(sorted({"", *(UNKNOWN if name is None else name for name in there)}))

    def rows(self, start: int = 0, stop: int | None = None, step: int = 1) -> list[SpanInfo]:
        """Spans number start to stop, in address order; every `step`-th of them."""
        if stop == start + 1 and 0 <= start < self.count:  # what is asked for most of the time
            return [self.row(start)]
        return [SpanInfo(*row) for row in zip(*(column[start:stop:step] for column in self._columns), strict=True)]

    def columns(self) -> SpanColumns:
        """All spans at once, in address order."""
        return self._columns

    def column(self, name: SpanField, start: int = 0, stop: int | None = None) -> memoryview:
        """One field of spans number start to stop, as Spans says."""
        if name not in self._numbers:
            self._numbers[name] = memoryview(self._coded(name))
        return self._numbers[name][start:stop]

    def _coded(self, name: SpanField) -> array[int] | memoryview:
        """Returns all of a field as numbers."""
        column: Sequence[Any] = getattr(self._columns, name)  # Any: of words or numbers
        words: Sequence[str] = STATES if name == "state" else self.list_names if name == "list_name" else ()
        if not words and isinstance(column, array | memoryview):
            return column
        numbers: dict[Any, int] = {word: number for number, word in enumerate(words)}
        numbers[None] = numbers.get(UNKNOWN, _INSTEAD.get(name, -1))
        if isinstance(column, WordColumn):
            return column.coded(lambda one: numbers.get(one, one))
        return array("q", [numbers.get(one, one) for one in column])

    def each(self) -> Iterator[SpanInfo]:
        """All spans in address order, made one at a time."""
        return (SpanInfo(*row) for row in zip(*self._columns, strict=True))

    def at(self, addr: int) -> SpanInfo | None:
        """The span whose pages hold `addr`; None where none does."""
        number = self.number(addr)
        return None if number < 0 else self.row(number)

    def row(self, number: int) -> SpanInfo:
        """Span number `number`."""
        return SpanInfo._make([column[number] for column in self._columns])

    def number(self, base: int) -> int:
        """Position in address order of the span that holds `base`; -1 where none does."""
        columns = self._columns
        number = bisect_right(columns.base, base) - 1
        inside = number >= 0 and base < columns.base[number] + (columns.npages[number] << PAGE_SHIFT)
        return number if inside else -1

    def entry(self, page: int) -> tuple[int, bool]:
        """spans[page]: the base of the span it points to (0: nil), and whether that is valid or left over."""
        info = self.at(self._arenas.address(page))
        if info is None or (info.state == "free" and not self._has_free_entries):
            return 0, False
        first = self._arenas.page(info.base)
        if info.state != "free" or page in (first, first + info.npages - 1):
            return info.base, True
        at = bisect_right(self._left_over, (page, 1 << 63, 0)) - 1
        start, count, base = self._left_over[at] if at >= 0 else (0, 0, 0)
        return (base, False) if page < start + count else (0, False)

    def disputed(self, base: int) -> str:
        """What was read of the span at `base` and contradicts something else; empty where nothing does."""
        return self.disputes.get(base, "")

    def left_over(self) -> list[tuple[int, int, int]]:
        """Entries of the spans array inside free spans: (page, number of entries, the base) of each run."""
        return [*self._left_over]


Chains = dict[tuple[int, str], "array[int]"]
"""Bases of the spans that hang on a list, front to back, by span class (0: no mcentral's) and name of the list."""


class Places(NamedTuple):
    """Where spans hang on their lists; by the number of each span."""

    place: array[int]  # from 1; 0 on none
    length: array[int]  # how many that list has


class Hanging(Protocol):
    """What hangs on which list; each is asked for once, when somebody wants to see it."""

    def chains(self) -> Chains:
        """The spans of each list that is not empty."""
        ...

    def places(self) -> Places:
        """The place of each span."""
        ...


class StillLists:
    """The lists on which spans hang; their order is told by the neighbours of each span."""

    def __init__(
        self,
        spans: StillSpans,
        central: Mapping[int, CentralInfo],
        profile: Profile,
        hanging: Hanging | None = None,
    ) -> None:
        """`hanging` tells what hangs on which list, where somebody knows a quicker way than to look at each span's neighbours."""
        self._hanging = hanging
        self._central = dict(central)
        self._spans = spans
        self._names = profile.heap_lists
        self._classes = profile.central_classes
        self._central_names = frozenset(profile.central_names)
        self._padding = profile.padding

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StillLists) and self._central == other._central

    __hash__ = None  # type: ignore[assignment]  # it holds a dict

    @cached_property
    def _chains(self) -> Chains:
        return self._look_at_neighbours() if self._hanging is None else self._hanging.chains()

    @cached_property
    def _places(self) -> Places:
        return self._count() if self._hanging is None else self._hanging.places()

    def _look_at_neighbours(self) -> Chains:
        following: dict[int, int] = {}
        chains: Chains = {}
        columns, tree = self._spans.columns(), None if self._names is None else self._names.free_large
        links = zip(columns.base, columns.spanclass, columns.list_name, columns.next_base, columns.prev_base, strict=True)
        for base, spanclass, name, next_base, prev_base in links:
            if name and name not in (tree, self._padding) and next_base is not None:
                following[base] = next_base
                if not prev_base:
                    chains[spanclass if name in self._central_names else 0, name] = array("q", [base])
        for chain in chains.values():
            while base := following[chain[-1]]:
                chain.append(base)
        return chains

    def _count(self) -> Places:
        places, counts = (array("q", [0]) * self._spans.count for _ in range(2))
        numbers = {base: number for number, base in enumerate(self._spans.columns().base)}
        for chain in self._chains.values():
            for place, base in enumerate(chain, 1):
                places[numbers[base]], counts[numbers[base]] = place, len(chain)
        return Places(places, counts)

    def chains(self) -> dict[tuple[int, str], list[int]]:
        """Bases of the spans of each list, front to back, by span class (0 for lists that are not an mcentral's) and name."""
        return {key: chain.tolist() for key, chain in self._chains.items()}

    def mcentrals(self) -> dict[int, CentralInfo]:
        """Every mcentral, by its span class."""
        return dict(self._central)

    def central(self, spanclass: int) -> CentralInfo:
        """The mcentral of a span class."""
        return self._central[spanclass]

    def asked(self) -> list[int]:
        """The span classes whose mcentral was ever asked for a span; where that is not counted, those that have any."""
        return [spanclass for spanclass in self._classes if self._central[spanclass].asked]

    def chain(self, spanclass: int, name: str, limit: int = 1 << 60) -> list[int]:
        """Bases of at most `limit` spans of one of its lists, front to back."""
        return self._list(spanclass, name)[:limit].tolist()

    def _list(self, spanclass: int, name: str) -> array[int]:
        return self._chains.get((spanclass, name), array("q"))

    def last(self, spanclass: int, name: str) -> int:
        """Base of the last span of one of its lists, 0: it is empty."""
        chain = self._list(spanclass, name)
        return chain[-1] if chain else 0

    def place(self, base: int, limit: int) -> int:
        """Place, from 1, of the span at `base` in the list it hangs on; 0: on none, or more than `limit` from both its ends."""
        number = self._spans.number(base)
        place, count = (self._places.place[number], self._places.length[number]) if number >= 0 else (0, 0)
        return place if place <= limit or count - place < limit else 0

    def free_lists(self) -> list[tuple[int, int]]:
        """(pages, number of spans) of each free list that is not empty, shortest first; large spans are not in these."""
        if self._names is None:
            return [(npages, len(bases)) for npages, bases in sorted(self._free_runs.items())]
        named = ((name, len(chain)) for (_, name), chain in self._chains.items() if name.startswith(f"{self._names.free}["))
        return sorted((int(name.partition("[")[2][:-1]), count) for name, count in named)

    def free_list(self, npages: int, limit: int = 1 << 60) -> list[int]:
        """Bases of at most `limit` free spans of exactly `npages` pages, as Lists says."""
        if self._names is None:
            return self._free_runs.get(npages, [])[:limit]
        return self._list(0, f"{self._names.free}[{npages}]")[:limit].tolist()

    @cached_property
    def _free_runs(self) -> dict[int, list[int]]:
        """Bases of the longest stretches of free pages that every P can take, by their length, where no list has them."""
        return free_runs(self._spans.columns())

    def free_large(self) -> list[SpanInfo]:
        """The free spans of 128 pages and more, best fit first."""
        if self._names is None:
            return []
        large = self._names.free_large
        return sorted((i for i in self._spans.each() if i.list_name == large), key=lambda info: (info.npages, info.base))

    def free_large_lengths(self, most: int) -> list[tuple[int, int, int]]:
        """(pages, number of spans, base of the first) of each length of large free spans, shortest first, as Lists says."""
        return by_length(((info.npages, info.base) for info in self.free_large()), most)


def _places(words: Sequence[str], word: str) -> Iterator[int]:
    """Where this word stands among others."""
    at = -1
    with suppress(ValueError):  # from there on it stands nowhere
        while True:
            at = words.index(word, at + 1)
            yield at


def free_runs(columns: SpanColumns) -> dict[int, list[int]]:
    """Bases of the longest stretches of free pages that every P can take, by their length.

    Where it is not known what a P has for itself, all free pages count.
    """
    found: dict[int, list[int]] = {}
    start = end = 0
    for number in _places(columns.state, "free"):  # few of many spans
        if columns.cached_by[number] not in (-1, None) or columns.list_name[number]:
            continue
        base, nbytes = columns.base[number], columns.npages[number] << PAGE_SHIFT
        if base != end:
            if end > start:
                found.setdefault((end - start) >> PAGE_SHIFT, []).append(start)
            start = base
        end = base + nbytes
    if end > start:
        found.setdefault((end - start) >> PAGE_SHIFT, []).append(start)
    return found
