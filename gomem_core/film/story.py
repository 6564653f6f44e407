"""What is said of an event of a film: what happened, which goroutine did it, in which region, and what of that is inferred."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.film.columns import fewer, upto
from gomem_core.film.film import Film
from gomem_core.film.tables import NEVER, NO_CLASS
from gomem_core.formats.gotrace.decode import Ints
from gomem_core.report import format_bytes
from gomem_core.world.reel import Told, time_text

_TELLS: Final = {
    "born": "{type} allocated at {addr}",
    "shared": "{type} allocated in the tiny block at {addr}",
    "freed": "{type} freed at {addr}",
    "span": "span {addr} taken: {pages}, {what}",
    "span freed": "span {addr} given back: {pages}, {what}",
    "stack": "stack of {size} allocated at {addr}",
    "stack freed": "stack of {size} freed at {addr}",
    "heap_live": "the pacer counts {size} (heap_live)",
    "heap_goal": "the next collection is to end at {size} (heap goal)",
    "region": "region {name} begins",
    "region end": "region {name} ends",
    "stop": "the world stands still: {why}",
    "other": "the world is stopped, or started again",
    "start": "the film begins",
}


class Stories:
    """Tells of the events of one film."""

    def __init__(self, film: Film) -> None:
        self._film = film

    def line(self, event: int) -> str:
        """What happened, in a few words."""
        return self.told(event).line

    def told(self, event: int) -> Told:
        """All that there is to be said."""
        if event <= 0:
            return Told(_TELLS["start"], self._start())
        found = self._object(event) or self._span(event) or self._few(event) or Told(_TELLS["other"])
        return Told(found.line, (self._when(event), *found.details), found.spans, found.slots)

    def _when(self, event: int) -> str:
        return f"at {time_text(self._film.time(event))}, event {event:,} of {self._film.events:,}"

    def _start(self) -> tuple[str, ...]:
        tables = self._film.tables
        spans = f"{tables.spans_before:,} spans" if tables.spans_before else "nothing"
        there = f"what was there when the trace began: {spans}"
        return (f"{there}, {tables.before:,} objects, dead ones too that were not swept yet" if tables.before else there,)

    # --- Objects ----------------------------------------------------------------------------------------------------------

    def _object(self, event: int) -> Told | None:
        tables = self._film.tables
        lives, shares = tables.lives, tables.shares
        life = _of(lives["born"], event)
        if life is not None:
            lines = [self._by(int(lives["goroutine"][life]), event), self._where(life), self._ended(life, event)]
            return self._told_of(life, _TELLS["born"], int(lives["type"][life]), lines)
        share = _of(shares["event"], event)
        if share is not None:
            life = int(shares["life"][share])
            born = int(lives["born"][life])
            lines = [self._by(int(shares["goroutine"][share]), event), self._where(life)]
            lines.append(
                f"the block is there since event {born:,}; MemStats counts such an object in Mallocs and in Frees at once"
            )
            return self._told_of(life, _TELLS["shared"], int(shares["type"][share]), lines)
        died, gone = self._film.checkpoints.died(event - 1), tables.deaths["life"]
        life = int(gone[died]) if died < len(gone) else None
        if life is None or int(lives["freed"][life]) != event:
            return None
        born = int(lives["born"][life])
        began = "before the trace" if life < tables.before else f"{self._age(born, event)} before (event {born:,})"
        lines = [
            self._where(life),
            f"allocated {began}, {self._by(int(lives['goroutine'][life]), born)}"
            if life >= tables.before
            else f"allocated {began}",
            "freed by sweeping: nothing reached it in the mark before; when it died before that, a trace does not tell",
        ]
        return self._told_of(life, _TELLS["freed"], int(lives["type"][life]), lines)

    def _told_of(self, life: int, text: str, number: int, lines: list[str]) -> Told:
        tables = self._film.tables
        span = int(tables.lives["span"][life])
        base = int(tables.spans["base"][span])
        addr = base + int(tables.lives["slot"][life]) * int(tables.spans["elemsize"][span])
        name = tables.types[number] or "an object of unknown type"
        return Told(text.format(type=name, addr=f"{addr:#x}"), tuple(filter(None, lines)), frozenset({base}), frozenset({addr}))

    def _by(self, goroutine: int, event: int) -> str:
        """Which goroutine did it, and in which region."""
        if not goroutine:
            return "by the runtime, or by a goroutine that the trace does not tell"
        region = self.region(goroutine, event)
        return f"by goroutine {goroutine}" + (f", in region {region}" if region else "")

    def region(self, goroutine: int, event: int) -> str:
        """The innermost region in which a goroutine was at an event; nothing where it was in none."""
        regions = self._film.tables.regions
        began = upto(regions["begin"], event)
        inside = (regions["goroutine"][:began] == goroutine) & (regions["end"][:began] > event)
        found = np.flatnonzero(inside)
        return self._film.tables.names[int(regions["name"][found[-1]])] if len(found) else ""

    def _where(self, life: int) -> str:
        tables = self._film.tables
        span, slot = int(tables.lives["span"][life]), int(tables.lives["slot"][life])
        size, spanclass = int(tables.spans["elemsize"][span]), int(tables.spans["spanclass"][span])
        kind = "noscan" if spanclass & 1 else "scan"
        what = f"size class {spanclass >> 1} {kind}" if spanclass > 1 else f"a large object, {kind}"
        return f"slot {slot} of span {int(tables.spans['base'][span]):#x}: {format_bytes(size)}, {what}"

    def _ended(self, life: int, event: int) -> str:
        freed = int(self._film.tables.lives["freed"][life])
        if freed > self._film.events:
            return "it is not freed in what was read of the trace"
        return f"it will be swept {self._age(event, freed)} later, at event {freed:,}"

    def _age(self, first: int, last: int) -> str:
        return time_text(self._film.time(last) - self._film.time(first))

    # --- Spans, and the rest ----------------------------------------------------------------------------------------------

    def _span(self, event: int) -> Told | None:
        spans = self._film.tables.spans
        born = _of(spans["born"], event)
        span = _of_unsorted(spans["freed"], event) if born is None else born
        if span is None:
            return None
        base, npages, spanclass = int(spans["base"][span]), int(spans["npages"][span]), int(spans["spanclass"][span])
        if spanclass == NO_CLASS:
            what = "for stacks or for work of the collector, which a trace does not tell apart"
        elif spanclass > 1:
            slots = format_bytes(int(spans["elemsize"][span]))
            what = f"size class {spanclass >> 1} {'noscan' if spanclass & 1 else 'scan'}, slots of {slots}"
        else:
            what = "for one large object"
        pages = f"{npages:,} pages" if npages > 1 else "1 page"
        text = _TELLS["span" if born is not None else "span freed"].format(addr=f"{base:#x}", pages=pages, what=what)
        return Told(text, self._beside(born, event), frozenset({base}))

    def _beside(self, born: int | None, event: int) -> tuple[str, ...]:
        """What can be inferred of a span that was taken: the object that comes next in it is why."""
        if born is None:
            return ()
        lives = self._film.tables.lives
        start = fewer(lives["born"], event)
        nearby = lives["span"][start : start + 64]
        found = np.flatnonzero(nearby == born)
        if not len(found):
            return ()
        life = start + int(found[0])
        name = self._film.tables.types[int(lives["type"][life])] or "an object of unknown type"
        return (f"inferred: the heap grew for the first object in it, {name} at event {int(lives['born'][life]):,}",)

    def _few(self, event: int) -> Told | None:
        tables = self._film.tables
        stop = next((stop for stop in tables.stops if stop.event == event), None)
        if stop is not None:
            figures = (f"{name} {value:,}" for name, value in self._film.account(event)._asdict().items())
            exact = f"nothing else runs, so what MemStats would say follows: {', '.join(figures)}"
            return Told(_TELLS["stop"].format(why=stop.why), (exact,))
        mark = next((mark for mark in tables.marks if mark.event == event), None)
        if mark is not None:
            return Told(mark.what)
        for name, table in (("heap_live", tables.heap_live), ("heap_goal", tables.heap_goal)):
            row = _of(table["event"], event)
            if row is not None:
                return Told(_TELLS[name].format(size=format_bytes(int(table["bytes"][row]))))
        return self._region(event) or self._stack(event)

    def _region(self, event: int) -> Told | None:
        regions = self._film.tables.regions
        began = _of(regions["begin"], event)
        row = _of_unsorted(regions["end"], event) if began is None else began
        if row is None:
            return None
        text = _TELLS["region" if began is not None else "region end"]
        line = text.format(name=self._film.tables.names[int(regions["name"][row])])
        return Told(line, (f"of goroutine {int(regions['goroutine'][row])}",))

    def _stack(self, event: int) -> Told | None:
        stacks = self._film.tables.stacks
        born = _of(stacks["born"], event)
        row = _of_unsorted(stacks["freed"], event) if born is None else born
        if row is None:
            return None
        text = _TELLS["stack" if born is not None else "stack freed"]
        return Told(text.format(size=format_bytes(int(stacks["nbytes"][row])), addr=f"{int(stacks['base'][row]):#x}"))


def _of(events: NDArray[Any], event: int) -> int | None:
    """The row of an event in a column that is sorted."""
    found = fewer(events, event)
    return found if found < len(events) and int(events[found]) == event else None


def _of_unsorted(events: NDArray[Any], event: int) -> int | None:
    """The row of an event in a column that is not."""
    if event >= NEVER:
        return None
    found: Ints = np.flatnonzero(events == event)
    return int(found[0]) if len(found) else None
