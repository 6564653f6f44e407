"""Events of which there are few, one after the other: stops, collections, regions of the program, stacks of goroutines."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from gomem_core.film.columns import Table
from gomem_core.film.tables import NEVER, Mark, Stop, Tables
from gomem_core.formats.gotrace import events as e
from gomem_core.formats.gotrace.decode import Events, Ints

STARTED: Final = "a collection begins to mark"
MARKED: Final = "a collection has marked"
NO_STACK: Final = "a stack was freed that was not there"
_UNNAMED: Final = "?"  # a text that the trace lost
_STACK_UNIT: Final = 2_048  # bytes: stacks are numbered by these
_MOST_ORDER: Final = 48
_OF_COLLECTIONS: Final = {e.GC_BEGIN: STARTED, e.GC_END: MARKED}


class Rare:
    """Takes them into `tables`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._names: dict[str, int] = {}
        self._why: str | None = None  # of the stop that was asked for and has not begun
        self._stacks: dict[int, int] = {}  # number of a place → the stack there
        self._regions: dict[int, list[int]] = {}  # goroutine → its regions that have not ended

    def add(self, events: Events, numbers: Ints, strings: Mapping[int, str]) -> None:
        """Take in what there is of them among these events."""
        kind = events.kind
        stacks = np.flatnonzero(kind >= e.STACK)
        self._add_stacks(events.take(stacks), numbers[stacks])
        regions = np.flatnonzero((kind == e.REGION_BEGIN) | (kind == e.REGION_END))
        self._add_regions(events.take(regions), numbers[regions], strings)
        which = np.flatnonzero(np.isin(kind, (e.STW_BEGIN, e.PROCS_CHANGE, *_OF_COLLECTIONS)))
        rows = zip(kind[which].tolist(), events.first[which].tolist(), numbers[which].tolist(), strict=True)
        for code, first, event in rows:
            if code == e.STW_BEGIN:
                self._why = strings.get(first, _UNNAMED)
            elif code in _OF_COLLECTIONS:
                self._tables.marks.append(Mark(event, _OF_COLLECTIONS[code]))
            elif self._why is not None:  # only now nothing else runs: every start of the world writes down how many Ps it has
                self._tables.stops.append(Stop(event, self._why))
                self._why = None

    def _add_stacks(self, events: Events, numbers: Ints) -> None:
        tables, table = self._tables, self._tables.stacks
        rows: list[tuple[int, int, int]] = []
        gone: dict[int, int] = {}
        columns = (events.kind, events.first, events.second, numbers)
        for kind, place, order, event in zip(*(column.tolist() for column in columns), strict=True):
            there = self._stacks.pop(place, None)
            if there is not None:  # Go 1.23 does not tell of every stack that is freed
                gone[there] = event
            if kind == e.STACK_FREE:
                tables.anomalies[NO_STACK] += there is None
                continue
            self._stacks[place] = len(table) + len(rows)
            nbytes = 1 << (order - 1) if 0 < order < _MOST_ORDER else 0
            rows.append((min(tables.heap_start + place * _STACK_UNIT, (1 << 63) - 1), nbytes, event))
        base, nbytes_, born = np.array(rows, np.int64).reshape(-1, 3).T
        table.append(base=base, nbytes=nbytes_, born=born, freed=np.full(len(rows), NEVER))
        _end(table, "freed", gone)

    def _add_regions(self, events: Events, numbers: Ints, strings: Mapping[int, str]) -> None:
        table = self._tables.regions
        rows: list[tuple[int, int, int]] = []
        ended: dict[int, int] = {}
        columns = (events.kind, events.second, events.goroutine, numbers)
        for kind, name, goroutine, event in zip(*(column.tolist() for column in columns), strict=True):
            own = self._regions.setdefault(goroutine, [])
            if kind == e.REGION_BEGIN:
                own.append(len(table) + len(rows))
                rows.append((event, min(goroutine, NEVER), self._name(strings.get(name, _UNNAMED))))
            elif own:
                ended[own.pop()] = event
        begin, goroutine_, name_ = np.array(rows, np.int64).reshape(-1, 3).T
        table.append(begin=begin, end=np.full(len(rows), NEVER), goroutine=goroutine_, name=name_)
        _end(table, "end", ended)

    def _name(self, text: str) -> int:
        number = self._names.get(text)
        if number is None:
            number = self._names[text] = len(self._tables.names)
            self._tables.names.append(text)
        return number


def _end(table: Table, column: str, rows: Mapping[int, int]) -> None:
    """Note by which event rows ended."""
    if rows:
        table[column][[*rows]] = [*rows.values()]
