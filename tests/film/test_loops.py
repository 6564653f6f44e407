"""The loops that mypyc compiles give the same columns as those of numpy, to the last number."""

import random

import numpy as np
import pytest

from gomem_core.film import checkpoints, swift
from gomem_core.film.frames import PlainFrames
from gomem_core.film.reading import Reading
from gomem_core.film.swift import SwiftFrames
from gomem_core.film.tables import BLOCK, Tables
from gomem_core.formats.gotrace import merge, ordered
from gomem_core.formats.gotrace.batches import batches
from tests.film.recorded import film, trace

_TOLD = ("types", "type_sizes", "names", "stops", "marks", "counts", "faults", "total", "events", "before", "begins", "ends")


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints stand so near that small traces have some."""
    monkeypatch.setattr(checkpoints, "_APART", BLOCK)


def _read(data: bytes, way: type[PlainFrames | SwiftFrames]) -> Tables:
    profile = film("go1.27.3-std-list").profile
    tables = Tables()
    for _ in Reading(data, tables, profile, way(data, tables, profile)).steps():
        pass
    return tables


def _differences(one: Tables, other: Tables) -> list[str]:
    found = [name for name in _TOLD if getattr(one, name) != getattr(other, name)]
    found += ["anomalies"] if +one.anomalies != +other.anomalies else []
    for (name, table), (_, again) in zip(one.files(), other.files(), strict=True):
        found += [f"{name}.{column}" for column in table.columns if not np.array_equal(table[column], again[column])]
    return found


@pytest.mark.parametrize(
    "name", ["go1.23.9-tiny", "go1.25.5-grow", "go1.26.6-lru", "go1.27.3-pool", "go1.27.3-std-sort", "go1.27.3-trees"]
)
def test_they_agree_on_every_column(name: str) -> None:
    assert _differences(_read(trace(name), PlainFrames), _read(trace(name), SwiftFrames)) == []


def test_slices_of_any_length_lead_to_the_same_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    data = trace("go1.27.3-std-sort")
    whole = _read(data, PlainFrames)
    monkeypatch.setattr(ordered, "_SLICE", 700)
    monkeypatch.setattr(merge, "SLICE", 333)  # which a compiled loop does not notice
    assert _differences(whole, _read(data, PlainFrames)) == []
    assert _differences(whole, _read(data, SwiftFrames)) == []


@pytest.mark.parametrize("limit", ["_MOST_SLOTS", "_MOST_AT_FIRST"])
@pytest.mark.parametrize("name", ["go1.23.9-phases", "go1.27.3-phases"])
def test_where_slots_take_too_much_memory_the_other_way_takes_over(
    name: str, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two generations, with what is there by then; or from the beginning where the first one is large."""
    data, profile, tables = trace(name), film("go1.27.3-std-list").profile, Tables()
    monkeypatch.setattr(swift, limit, 1)
    frames = SwiftFrames(data, tables, profile)
    plain = [frames.plain is not None for _ in Reading(data, tables, profile, frames).steps()]
    assert plain == sorted(plain)
    assert plain[-1]
    assert plain[0] == (limit == "_MOST_AT_FIRST")
    assert _differences(_read(data, PlainFrames), tables) == []


def test_an_event_that_there_is_not_ends_its_batch_and_no_other() -> None:
    data = bytearray(trace("go1.27.3-std-sort"))
    longest = max(batches(bytes(data)), key=lambda batch: batch.end - batch.start if batch.holds == "events" else 0)
    data[longest.start : longest.end] = (bytes([200, 1]) * longest.end)[: longest.end - longest.start]
    one, other = _read(bytes(data), PlainFrames), _read(bytes(data), SwiftFrames)
    assert one.faults == [f"byte {longest.start}: a batch of events cannot be read to its end: there is no event 200"]
    assert _differences(one, other) == []


def test_damage_is_told_by_both() -> None:
    """What they make of contradictions may differ in detail, but both say that there are some, and neither fails."""
    rng, data = random.Random(7), trace("go1.27.3-std-list")
    for _ in range(40):
        damaged = bytearray(data)
        for _ in range(rng.choice((1, 4, 30))):
            at = rng.randrange(16, len(damaged))
            damaged[at : at + rng.randrange(2)] = bytes(rng.randrange(256) for _ in range(rng.randrange(3)))
        one, other = _read(bytes(damaged), PlainFrames), _read(bytes(damaged), SwiftFrames)
        assert (one.faults, one.total, one.events) == (other.faults, other.total, other.events)
        assert bool(+one.anomalies) == bool(+other.anomalies)
        assert (other.lives["born"] <= other.lives["freed"]).all()
