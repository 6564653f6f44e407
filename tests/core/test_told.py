"""However much a command tells, its costliest allocation is kept whole enough to say who was asked."""

from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gomem_core.go import events as e
from gomem_core.go import pageevents as pe
from gomem_core.session.session import Session
from gomem_core.session.told import Sweeps
from tests.effort import effort
from tests.versions import VERSIONS, session_of

LINES = [
    "alloc 47",
    "alloc 47 times 200",
    "alloc 5 times 7",
    "alloc 40000 times 3",
    "alloc 600000",
    "alloc 48 scan times 3000",
    "gogc 20",
    "drop all",
    "gc",
    "gc mark",
    "flush",
]
# What the allocation tells that was served by each, and what those tell that had to go further.
DEEPER: dict[str, list[type[e.Event]]] = {
    "tiny": [e.TinyShared],
    "mcache": [e.McacheHit],
    "mcentral": [e.CentralPick],
    "mheap": [e.Picked],
    "os": [e.Grow],
}
DEEPER_SINCE: dict[str, list[type[e.Event]]] = DEEPER | {
    "mcentral": [pe.SpanCached],
    "mheap": [pe.PagesTaken],
    "os": [pe.HeapGrown],
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=effort(12, 200))
@given(
    lines=st.lists(st.sampled_from(LINES), max_size=12), kept=st.sampled_from([0, 7, 20_000]), version=st.sampled_from(VERSIONS)
)
def test_the_costliest_allocation_is_the_one_that_went_furthest(
    lines: list[str], kept: int, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gomem_core.session.told.EVENTS_KEPT", kept)
    session, known = session_of(version), DEEPER if version == "1.10" else DEEPER_SINCE
    for line in lines:
        outcome = session.submit(line)
        costliest = outcome.told.climbs.costliest
        if not line.startswith("alloc"):
            continue
        assert outcome.result is not None
        assert len(outcome.events) == min(kept, outcome.events_total)
        assert outcome.events_total == sum(outcome.told.kinds.values())
        data = outcome.result.data
        served = cast("dict[str, int]", data.get("served_counts", {data["served"]: 1}))
        order = list(known)
        deepest = max(served, key=order.index)
        kinds = {type(event) for event in costliest}
        near: set[type[e.Event]] = {e.TinyShared, e.McacheHit}  # equally cheap: the last of them is kept
        assert kinds & near if set(known[deepest]) <= near else kinds >= set(known[deepest])
        deeper = [kind for other in order[order.index(deepest) + 1 :] for kind in known[other] if kind not in near]
        assert not kinds & set(deeper)
        assert sum(isinstance(event, e.McacheHit | e.McacheMiss | e.TinyShared | e.ClassChosen) for event in costliest) <= 2


def test_sweeping_before_an_allocation_does_not_push_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_core.session.told.EVENTS_KEPT", 100)
    session = Session(narrate=True)
    for line in ("alloc 8192 times 300", "gc mark"):
        session.submit(line)
    outcome = session.submit("alloc 47")  # the heap sweeps them all before it hands out pages, and frees none
    assert outcome.events_total > 100
    assert outcome.result is not None
    assert outcome.result.data["served"] == "mheap"
    climbed = outcome.told.climbs.costliest
    assert sum(event.spans for event in climbed if isinstance(event, Sweeps)) == 300
    assert [type(event) for event in climbed if not isinstance(event, Sweeps)] == [
        *(e.ClassChosen, e.McacheMiss, e.CentralMiss, e.Picked),
        *([e.SpanSplit] if "span_split" in outcome.told.kinds else []),
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=effort(15, 300), deadline=None)
@given(lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=8), version=st.sampled_from(VERSIONS))
def test_what_is_only_counted_is_what_would_be_told_one_by_one(
    lines: list[str], version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that tells more than is kept counts objects that are born alike; another session is told of each of them."""
    monkeypatch.setattr("gomem_core.session.told.EVENTS_KEPT", 20)
    counted = session_of(version)
    outcomes = [counted.submit(line) for line in lines]
    monkeypatch.setattr("gomem_core.session.told.EVENTS_KEPT", 10**9)
    whole = session_of(version)
    for line, few in zip(lines, outcomes, strict=True):
        all_of_it = whole.submit(line)
        assert few.result == all_of_it.result
        assert (few.told.total, few.told.kinds) == (all_of_it.told.total, all_of_it.told.kinds)
        assert few.told.climbs.costliest == all_of_it.told.climbs.costliest
        assert few.touched == all_of_it.touched
    assert counted.account.read() == whole.account.read()
    assert counted.world.spans.rows() == whole.world.spans.rows()
    stale, all_stale = counted.take_stale(), whole.take_stale()
    assert (stale.bases, stale.all) == (all_stale.bases, all_stale.all)
