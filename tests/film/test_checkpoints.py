"""Moments that are made from what was kept of an earlier one are what the lifetimes say, wherever they lie."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from gomem_core.film import checkpoints
from gomem_core.film.film import Film
from gomem_core.film.reel import FilmReel
from gomem_core.film.tables import BLOCK, NO_CLASS
from tests.film.recorded import trace

_NAMES = ("go1.27.3-jsonrt", "go1.27.3-phases", "go1.27.3-std-sort")


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "_APART", BLOCK)
    monkeypatch.setattr(checkpoints, "_MOST", 1_000)


def _film(name: str) -> Film:
    return Film(trace(name), name).read()


def _events(one: Film) -> Iterator[int]:
    """Some before, on and behind checkpoints, in no order, so that none is made from the one asked before."""
    kept = one.tables.checkpoints["event"].tolist()
    assert len(kept) >= 3
    for event in (kept[-1], kept[0] - 1, kept[1] + 1, one.events, kept[0], 0, kept[-1] + 700, kept[2]):
        yield min(event, one.events)


@pytest.mark.parametrize("name", _NAMES)
def test_slots_and_sums_are_those_of_the_lifetimes(name: str) -> None:
    one = _film(name)
    rows, spans, profile = one.tables.lives, one.tables.spans, one.profile
    lives = {column: rows[column].astype(np.int64).tolist() for column in rows.columns}
    for event in _events(one):
        ever = [n for n, born in enumerate(lives["born"]) if born <= event]
        there = {n for n in ever if lives["freed"][n] > event}
        taken = one.checkpoints.taken(event)
        found = {
            (span, slot)
            for row, span in enumerate(taken.spans.tolist())
            for slot in range(8 * int(taken.first[row + 1] - taken.first[row]))
            if taken.bits[int(taken.first[row]) + slot // 8] >> slot % 8 & 1
        }
        assert found == {(lives["span"][n], lives["slot"][n]) for n in there}
        assert taken.counts.tolist() == [sum(span == mine for mine, _ in found) for span in taken.spans.tolist()]
        sums = one.checkpoints.sums(event)
        objects, nbytes = Counter[int](), Counter[int]()
        for n in there:
            spanclass = int(spans["spanclass"][lives["span"][n]])
            assert spanclass != NO_CLASS
            key = len(profile.span_classes) + lives["type"][n] if lives["type"][n] else spanclass
            objects[key] += 1
            nbytes[key] += int(spans["elemsize"][lives["span"][n]])
        assert {key: n for key, n in enumerate(sums.objects.tolist()) if n} == objects
        assert {key: n for key, n in enumerate(sums.nbytes.tolist()) if n} == nbytes
        shared = int(np.count_nonzero(one.tables.shares["event"] <= event))
        assert int(sums.ever.sum()) == len(ever) + shared


def test_ages_are_those_that_are_counted_without_any(monkeypatch: pytest.MonkeyPatch) -> None:
    one, event = _film("go1.27.3-phases"), 5 * BLOCK + 99
    monkeypatch.setattr(checkpoints, "_APART", 1 << 40)
    other = _film("go1.27.3-phases")
    assert len(one.tables.checkpoints) > 5
    assert not len(other.tables.checkpoints)
    assert FilmReel(one).moment(event).by_type() == FilmReel(other).moment(event).by_type()


def test_deaths_stand_in_their_order_and_none_is_missing() -> None:
    for name in _NAMES:
        tables = _film(name).tables
        freed = tables.lives["freed"]
        in_order = freed[tables.deaths["life"]]
        assert (in_order[1:] >= in_order[:-1]).all()
        assert sorted(tables.deaths["life"].tolist()) == np.flatnonzero(freed <= tables.events).tolist()


def test_they_are_farther_apart_where_they_would_take_more_than_some_bytes_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the first one, before which it is not known how large they are."""
    dense = len(_film("go1.25.5-compile-list").tables.checkpoints)
    monkeypatch.setattr(checkpoints, "_MOST", 2)
    tables = _film("go1.25.5-compile-list").tables
    parts = (tables.checkpoint_spans, tables.checkpoint_bits, tables.checkpoint_sums)
    assert 3 <= len(tables.checkpoints) < dense == (tables.events - 1) // BLOCK
    largest = 40 * int(np.diff(tables.checkpoints["sums"]).max()) + int(np.diff(tables.checkpoints["bits"]).max()) + 10_000
    assert sum(part.nbytes for part in parts) < 2 * tables.events + largest


@pytest.mark.parametrize("name", _NAMES)
def test_a_page_of_objects_is_the_same_as_all_of_them(name: str) -> None:
    one = _film(name)
    for event in (one.events // 3, one.events):
        all_ = FilmReel(one).moment(event).objects
        types = all_.column("type").tolist()
        for start in (0, len(types) // 2, len(types) - 1):
            page = FilmReel(one).moment(event).objects
            for oid in range(start, min(start + 40, len(types))):
                info = page.info(oid)
                assert info == all_.info(oid)
                assert info.type == one.tables.types[types[oid]]


def test_objects_that_end_with_their_spans_are_entered_where_these_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """No event of theirs tells it, so that they come behind all others of a slice."""
    tables = _film("go1.27.3-jsonrt").tables
    lives = np.array([5, 3, 9])
    tables.lives["freed"][lives] = [70, 50, 60]
    entered: list[list[int]] = []
    monkeypatch.setattr(tables.deaths, "append", lambda life: entered.append(life.tolist()))
    tables.bury([lives[:1], lives[1:]])
    assert entered == [[3, 9, 5]]
