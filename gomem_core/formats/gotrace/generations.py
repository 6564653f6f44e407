"""Generations of an execution trace: about a second each, with the tables that belong to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gomem_core.formats.gotrace.batches import (
    Batch,
    Buffer,
    Damaged,
    Info,
    TypeRow,
    batches,
    info_of,
    strings_of,
    ticks_per_second,
    types_of,
)


@dataclass
class Generation:
    """Where the events of one generation stand, and what their numbers of strings and types mean."""

    number: int
    batches: list[Batch] = field(default_factory=list)  # of events
    ticks_per_second: int | None = None
    strings: dict[int, str] = field(default_factory=dict)
    types: dict[int, TypeRow] = field(default_factory=dict)
    info: Info | None = None
    faults: list[str] = field(default_factory=list)  # what of it could not be read, a sentence each
    begins: int = 0  # ticks: the earliest of its batches
    end: int = 0  # byte of the trace


def generations(data: Buffer) -> Iterator[Generation]:
    """Every generation; what is damaged is told in its `faults`, and what comes before that is in its tables."""
    now: Generation | None = None
    found = batches(data)
    while True:
        try:
            batch = next(found, None)
        except Damaged as fault:
            now = now or Generation(0)
            now.faults.append(f"{fault}; what stands before that is read")
            batch = None
        if now is not None and (batch is None or batch.holds == "end" or batch.generation != now.number):
            yield now
            now = None
        if batch is None:
            return
        if batch.holds == "end":
            continue
        now = now or Generation(batch.generation)
        now.end = batch.end
        _take(now, data, batch)


def _take(now: Generation, data: Buffer, batch: Batch) -> None:
    """Read one batch."""
    try:
        match batch.holds:
            case "events":
                now.batches.append(batch)
                now.begins = min(now.begins or batch.time, batch.time)
            case "strings":
                now.strings.update(strings_of(data, batch))
            case "types":
                now.types.update((row.number, row) for row in types_of(data, batch))
            case "sync":
                now.ticks_per_second = ticks_per_second(data, batch) or now.ticks_per_second
            case "info":
                now.info = info_of(data, batch)
            case _:
                pass
    except Damaged as fault:
        now.faults.append(f"{fault}; the rest of that table is left out")
