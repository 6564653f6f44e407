"""A session stands on a film as on any heap: it goes along its events, and panes and commands ask what is there."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gomem_core.film.reel import FilmReel
from gomem_core.queries.account import Account
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_core.world.reel import Reel
from tests.film.recorded import FOLDER, NAMES, TRUTH, film, trace

_NAME = "go1.27.3-lru"


def _console(name: str = _NAME) -> Console:
    return Console(True, FilmReel(film(name)))


def _stops(name: str) -> list[int]:
    return [stop.event for stop in film(name).tables.stops if stop.why == "read mem stats"]


@pytest.mark.parametrize("name", NAMES)
def test_a_moment_is_a_world_whose_parts_agree(name: str) -> None:
    """Spans cover the arena without a gap or an overlap, and every byte of it is in the account."""
    one = film(name)
    reel = FilmReel(one)
    for event in (0, one.events // 3, *(stop.event for stop in one.tables.stops), one.events):
        moment, account = reel.moment(event), one.account(event)
        rows = moment.spans.rows()
        assert sum(info.npages for info in rows) == moment.extents.arenas.pages
        assert all(a.base + a.nbytes <= b.base for a, b in pairwise(rows))
        assert sum(info.alloc_count for info in rows) == account.HeapObjects == len(moment.objects)
        assert sum(info.alloc_count * info.elemsize for info in rows) == account.HeapAlloc
        assert sum(info.nbytes for info in rows if info.state == "inuse") == account.HeapInuse
        balance = Account(moment, moment.objects).read()
        assert balance.total == moment.extents.arenas.nbytes
        assert balance.requested == account.HeapAlloc
        for oid in range(0, len(moment.objects), max(1, len(moment.objects) // 20)):
            info = moment.objects.info(oid)
            slot = moment.slots.at(info.addr)
            assert slot is not None
            assert slot.state == "allocated"
            assert moment.objects.find_addr(info.addr) == oid
            assert info.born is not None
            assert info.born <= event


def test_a_time_leads_to_the_moment_at_which_the_program_read_its_memstats() -> None:
    console = _console()
    for stop, told in zip(_stops(_NAME), ("begin", "end"), strict=True):
        outcome = console.submit(f"goto {film(_NAME).time(stop)}ns")
        assert outcome.ok
        assert console.session.step == stop
        assert "the world stands still: read mem stats" in outcome.result.summary if outcome.result else False
        stats = console.session.world.sums.mem_stats()
        assert (stats.HeapObjects, stats.HeapAlloc, stats.HeapInuse) == tuple(
            TRUTH[_NAME][told][field] for field in ("HeapObjects", "HeapAlloc", "HeapInuse")
        )


def test_steps_are_allocations_and_frees_and_events_are_all() -> None:
    console, tables = _console(), film(_NAME).tables
    mine = {*tables.lives["born"].tolist(), *tables.lives["freed"].tolist(), *tables.shares["event"].tolist()}
    console.goto(500)
    seen = []
    for _ in range(50):
        console.forward()
        seen.append(console.session.step)
    assert seen == sorted(event for event in mine if 500 < event <= seen[-1])
    for event in reversed(seen[:-1]):
        console.backward()
        assert console.session.step == event
    console.goto(500)
    console.seek_event(1)
    assert console.session.step == 501
    console.seek_event(-1)
    assert console.session.step == 500


def test_changes_are_spans_collections_stops_and_regions() -> None:
    console, tables = _console(), film(_NAME).tables
    expected = {
        *tables.spans["born"].tolist(),
        *tables.spans["freed"].tolist(),
        *tables.regions["begin"].tolist(),
        *tables.regions["end"].tolist(),
        *(stop.event for stop in tables.stops),
        *(mark.event for mark in tables.marks),
    }
    found = []
    while console.seek(1):
        found.append(console.session.step)
    assert found == sorted(event for event in expected if 0 < event <= film(_NAME).events)
    assert console.session.step == film(_NAME).events


@pytest.mark.parametrize(("sign", "value"), [(">", 3_500_000), ("<", 2_600_000), (">=", 4_000_000)])
def test_until_stands_at_the_first_event_after_which_the_slots_hold_so_much(sign: str, value: int) -> None:
    """Held against a sum over all lifetimes, event by event."""
    console, tables = _console(), film(_NAME).tables
    sizes = tables.spans["elemsize"][tables.lives["span"]]
    change = np.zeros(film(_NAME).events + 1, np.int64)
    np.add.at(change, tables.lives["born"].astype(np.int64), sizes)
    gone = tables.lives["freed"] <= film(_NAME).events
    np.subtract.at(change, tables.lives["freed"][gone].astype(np.int64), sizes[gone])
    course = np.cumsum(change)
    met = {">": course > value, "<": course < value, ">=": course >= value}[sign]
    for start in (0, 1_000, 3_000, 6_000):
        console.goto(start)
        outcome = console.submit(f"until HeapAlloc {sign} {value}")
        after = np.flatnonzero(met[start + 1 :])
        assert outcome.result is not None
        assert outcome.result.found == bool(len(after))
        assert console.session.step == (start + 1 + int(after[0]) if len(after) else film(_NAME).events)


def test_until_a_type_holds_so_many_bytes() -> None:
    """main.Page has 64 bytes: two words of a string, three of a slice, a map, an int."""
    console, tables = _console(), film(_NAME).tables
    number = tables.types.index("main.Page")
    born = tables.lives["born"][tables.lives["type"] == number]
    outcome = console.submit('until type "main.Page" > 640')
    assert outcome.ok
    assert console.session.step == int(born[10])
    assert console.submit("until type main.Page > 1G").result.found is False  # type: ignore[union-attr]
    assert "no type foo" in str(console.submit("until type foo > 1").error)


def test_what_would_change_a_recorded_heap_is_refused_with_the_way_to_do_it() -> None:
    console = _console()
    for line in ("alloc 48", "gc", "take-up", "whatif alloc 48"):
        error = console.submit(line).error
        assert error is not None
        assert "gomem convert" in error.message
    assert "film" in str(console.submit("look").error)
    assert "film" in str(console.submit("until grow").error)
    assert console.session.step == 0


def test_an_event_that_has_a_name_is_called_an_event() -> None:
    console = _console()
    console.submit("goto 1234")
    result = console.submit("mark here").result
    assert result is not None
    assert result.summary == "event 1,234 is the bookmark here now; goto here returns to it"


def test_what_is_saved_of_a_film_is_its_trace_and_says_what_that_does_not_keep(tmp_path: Path) -> None:
    console = _console()
    for line, ending in (
        (None, ""),
        ("type pair struct { a, b int }", ": as a trace, which keeps no declarations; --types FILE gives them again"),
    ):
        if line is not None:
            assert console.submit(line).error is None
        path = tmp_path / f"of{len(ending)}.trace"
        result = console.submit(f"save {path}").result
        assert result is not None
        assert result.summary == f"the film saved in {path}{ending}"
        assert isinstance(open_file(path), Reel)


def test_two_moments_can_be_compared() -> None:
    console = _console()
    console.submit("goto end")
    outcome = console.submit("diff 1ms")
    assert outcome.ok, outcome.error
    assert outcome.result is not None
    assert "spans new" in outcome.result.summary
    assert console.session.step == film(_NAME).events


def test_advise_and_the_tables_of_spans_answer(tmp_path: Path) -> None:
    console = _console()
    console.submit("goto 5ms")
    for line in ("advise", "show spans", "show layout", "show waste", f"find {console.session.world.spans.rows()[0].base:#x}"):
        outcome = console.submit(line)
        assert outcome.ok, (line, outcome.error)
    saved = tmp_path / "again.trace"
    assert console.submit(f"save {saved}").ok
    assert saved.read_bytes() == trace(_NAME)
    assert console.submit(f"open {FOLDER / 'go1.27.3-std-list.trace.gz'}").ok
    assert console.session.world.kind == "film"
    assert len(console.session.steps) == film("go1.27.3-std-list").events


def test_every_event_tells_a_story() -> None:
    console = _console()
    for event in range(0, film(_NAME).events, 53):
        console.goto(event)
        outcome = console.session.outcome
        assert outcome is not None
        assert outcome.line
        assert outcome.result is not None
        assert len(outcome.result.details) >= 1
