"""What films say, held against what the programs of which they are told of themselves, and what another reader counted."""

from typing import Any

import numpy as np
import pytest

from gomem_core.film.tables import NEVER
from tests.film.recorded import NAMES, TOLD, TRUTH, film

# Counted by `go tool trace -d=parsed` of Go 1.27.3, in the order of the events' numbers.
_COUNTED = {
    "go1.25.5-compile-list": (99, 495, 25, 1247, 48678, 0, 7, 133, 128),
    "go1.27.3-compile-list": (105, 484, 2, 1385, 51079, 0, 7, 20, 16),
    "go1.27.3-std-list": (63, 7, 0, 257, 314, 0, 6, 27, 24),
    "go1.27.3-std-sort": (59, 133, 38, 286, 11930, 4615, 6, 55, 50),
}
_KINDS = (
    *("Span", "SpanAlloc", "SpanFree", "HeapObject", "HeapObjectAlloc", "HeapObjectFree"),
    *("GoroutineStack", "GoroutineStackAlloc", "GoroutineStackFree"),
)
_TINY = {"int64", "uint8", "main.Five", "main.Three"}  # of Go 1.23 those that share a block leave no event
_NO_TYPES = {"goroutines", "float64 rows"}


@pytest.mark.parametrize("name", TOLD)
def test_objects_bytes_and_pages_are_those_of_memstats_at_both_ends_of_the_window(name: str) -> None:
    read = [stop for stop in film(name).tables.stops if stop.why == "read mem stats"]
    assert len(read) == 2
    for stop, told in zip(read, ("begin", "end"), strict=True):
        account = film(name).account(stop.event)
        assert account._asdict() == {field: TRUTH[name][told][field] for field in account._fields}


@pytest.mark.parametrize("name", NAMES)
def test_no_film_of_a_real_program_has_an_anomaly(name: str) -> None:
    tables = film(name).tables
    assert not +tables.anomalies
    assert not tables.faults


@pytest.mark.parametrize("name", _COUNTED)
def test_events_are_as_many_as_another_reader_counts(name: str) -> None:
    counts = film(name).tables.counts
    assert tuple(counts[kind] for kind in _KINDS) == _COUNTED[name]


@pytest.mark.parametrize("name", TOLD)
def test_objects_by_type_are_as_many_as_the_program_made(name: str) -> None:
    tables = film(name).tables
    made = np.bincount(tables.lives["type"][tables.before :], minlength=len(tables.types))
    made += np.bincount(tables.shares["type"], minlength=len(tables.types))
    by_type = dict(zip(tables.types, made.tolist(), strict=True))
    for kind, count in TRUTH[name]["counts"].items():
        if kind in _NO_TYPES or (name.startswith("go1.23") and kind in _TINY):
            continue
        again = 2 if kind == "main.Order" else 1  # jsonrt decodes as many again, which it does not count
        assert (kind, by_type[kind]) == (kind, count * again)


def test_go_1_23_leaves_out_tiny_objects_that_share_a_block_and_1_24_does_not() -> None:
    assert len(film("go1.23.9-tiny").tables.shares) == 0
    assert len(film("go1.24.11-tiny").tables.shares) > 500


@pytest.mark.parametrize("name", TOLD)
def test_mallocs_are_births_and_shares(name: str) -> None:
    """In the window the program allocates alone; of 1.23 the shares are missing, which go to Mallocs and to Frees alike."""
    tables, truth = film(name).tables, TRUTH[name]
    begin, end = (stop.event for stop in tables.stops if stop.why == "read mem stats")

    def between(events: Any) -> int:
        return int(np.count_nonzero((events > begin) & (events <= end)))

    shares = between(tables.shares["event"])
    mallocs, frees = (truth["end"][field] - truth["begin"][field] for field in ("Mallocs", "Frees"))
    missing = mallocs - between(tables.lives["born"]) - shares
    assert missing == frees - between(tables.lives["freed"]) - shares
    assert missing == 0 if not name.startswith("go1.23") else missing >= 0


@pytest.mark.parametrize("name", TOLD)
def test_every_witness_is_there_or_gone_as_the_program_says(name: str) -> None:
    tables = film(name).tables
    end = [stop for stop in tables.stops if stop.why == "read mem stats"][1].event
    spans, lives = film(name).spans_at(end), film(name).lives_at(end)
    there = {(int(tables.lives["span"][n]), int(tables.lives["slot"][n])): int(tables.lives["type"][n]) for n in lives}
    bases = tables.spans["base"][spans]
    for witness in TRUTH[name]["witnesses"]:
        addr = int(witness["addr"], 16)
        span = int(spans[np.searchsorted(bases, addr, side="right") - 1])
        size = int(tables.spans["elemsize"][span])
        slot = (addr - int(tables.spans["base"][span])) // size if size else -1
        found = there.get((span, slot))
        assert (found is not None) == (witness["state"] == "live"), witness
        if found is not None:
            assert size >= witness["size"]
            # A slice's type is that of its elements; of a tiny block only that of the first object in it.
            kind = {"[]byte": "uint8"}.get(witness["type"], witness["type"])
            assert tables.types[found] == kind or kind == "main.Three"


@pytest.mark.parametrize("name", TOLD)
def test_regions_are_the_phases_that_the_program_went_through(name: str) -> None:
    tables = film(name).tables
    assert [tables.names[n] for n in tables.regions["name"]] == TRUTH[name]["phases"]
    assert (tables.regions["end"] != NEVER).all()
    assert (tables.regions["begin"] < tables.regions["end"]).all()


@pytest.mark.parametrize("name", TOLD)
def test_collections_are_as_many_as_the_program_counted(name: str) -> None:
    tables = film(name).tables
    begin, end = (stop.event for stop in tables.stops if stop.why == "read mem stats")
    assert film(name).collections(end) - film(name).collections(begin) == TRUTH[name]["gcs_in_window"]


@pytest.mark.parametrize("name", NAMES)
def test_a_time_leads_to_the_event_and_an_event_to_its_time(name: str) -> None:
    one = film(name)
    times = [one.time(event) for event in range(1, one.events + 1, 97)]
    assert times == sorted(times)
    for time in times:
        event = one.event_at(time)
        assert one.time(event) == time
        assert event == one.events or one.time(event + 1) > time
    assert one.event_at(-1) == 0
    assert one.event_at(1 << 62) == one.events


@pytest.mark.parametrize("name", NAMES)
def test_the_sum_of_bytes_that_is_kept_along_the_way_is_that_of_the_objects(name: str) -> None:
    one = film(name)
    blocks = one.tables.blocks
    for block in range(0, len(blocks), max(1, len(blocks) // 5)):
        event = int(blocks["first"][block]) - 1
        assert one.account(event).HeapAlloc == int(blocks["before"][block])


@pytest.mark.parametrize("name", NAMES)
def test_only_what_the_scheduler_itself_allocates_has_no_goroutine(name: str) -> None:
    """A thread that is made, its goroutine, a timer: no other goroutine runs then."""
    tables = film(name).tables
    nobodys = tables.lives["type"][tables.before :][tables.lives["goroutine"][tables.before :] == 0]
    types = {tables.types[n] for n in nobodys}
    assert {kind for kind in types if "runtime." not in kind} <= {"uintptr"}
