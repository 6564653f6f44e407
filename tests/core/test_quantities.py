"""Quantities, each counted a second time from the rows that the view shows, from events, or from the commands typed."""

import pytest

from gomem_core.files.timeline import Timeline
from gomem_core.go.events import CacheSpan, Grow, LockTaken
from gomem_core.go.pageevents import HeapGrown, SpanCached
from gomem_core.go.release import Release
from gomem_core.go.versions import GO_1_10, GO_1_22, GO_1_26, Profile
from gomem_core.lang.conditions import COMPARE
from gomem_core.lang.moves import Comparison
from gomem_core.lang.quantities import QUANTITIES
from gomem_core.queries.quantities import MEASURES, measure
from gomem_core.session.session import Session

SCRIPTS = {
    "nothing": "",
    "one": "alloc 48",
    "mixed": "alloc 48 scan times 300\nalloc 5 times 9\nalloc 1M\nalloc 100K as big\nalloc 0\ndrop big\ngc\nalloc 33000",
    "marked": "alloc 48 scan times 500\nalloc 64 times 300\nalloc 1M\ndrop o1..o400\ngc mark\nalloc 48\ngc sweep 2",
    "waiting": "alloc 48 times 500\nalloc 64\nalloc 1M\nalloc 80 scan\ndrop o1..o300\ngc mark",
    "twice": "churn 3000\ngc mark\nchurn 200\ngc\ngc mark\nchurn 50",
    "given back": "alloc 3M as a\nalloc 2M as b\ndrop a\nfreeos",
    "several Ps": "procs 3\nalloc 48\np 1\nalloc 48\np 2\nalloc 48 scan\nalloc 64",
}


class Told:
    """A session after a script, and how often it told what."""

    def __init__(self, script: str, profile: Profile = GO_1_10) -> None:
        self.session = Session(narrate=True, timeline=Timeline(release=Release(profile)))
        self.count = {CacheSpan: 0, Grow: 0, HeapGrown: 0, LockTaken: 0, SpanCached: 0}
        self.central_locks = 0
        for line in script.splitlines():
            outcome = self.session.submit(line)
            assert outcome.ok, outcome.error
            assert len(outcome.events) == outcome.events_total
            for event in outcome.events:
                if type(event) in self.count:
                    self.count[type(event)] += 1
                if isinstance(event, LockTaken) and event.lock == "mcentral":
                    self.central_locks += 1

    def __getitem__(self, quantity: str) -> int:
        return measure(quantity, self.session.world, self.session.objects)


@pytest.fixture(params=list(SCRIPTS.values()), ids=list(SCRIPTS))
def told(request: pytest.FixtureRequest) -> Told:
    return Told(request.param)


def test_both_tables_have_the_same_names_in_the_same_order() -> None:
    assert list(MEASURES) == list(QUANTITIES)


def test_all_are_whole_numbers(told: Told) -> None:
    for name in QUANTITIES:
        assert type(told[name]) is int, name
        assert told[name] >= 0, name


def test_spans(told: Told) -> None:
    spans = told.session.world.spans.rows()
    assert told["spans"] == len(spans)
    for state, name in (("inuse", "spans_inuse"), ("free", "spans_free")):
        assert told[name] == sum(s.state == state for s in spans), name
    assert told["pages_inuse"] == sum(s.npages for s in spans if s.state == "inuse")
    assert told["pages_free"] == sum(s.npages for s in spans if s.state == "free")
    assert told["pages"] == sum(s.npages for s in spans)
    assert told["arena_used"] == 8192 * told["pages"]
    page = 4096  # of the operating system
    assert told["bitmap_mapped"] == -(-told["arena_used"] // 32 // 8192) * 8192  # 2 bits a word of 8 bytes, mapped 8 KB at a time
    assert told["spans_mapped"] == -(-8 * told["pages"] // page) * page  # 8 bytes a page of the arena
    assert told["released_pages"] == sum(s.npreleased or 0 for s in spans)
    assert told["unswept"] == sum(not s.swept for s in spans)
    assert told["cached"] == sum(s.is_cached for s in spans)


def test_what_was_told(told: Told) -> None:
    assert told["refills"] == told.count[CacheSpan]
    assert told["grows"] == told["nheap_grow"] == told.count[Grow]
    assert told["central_locks"] == told.central_locks
    assert told["nheap_lock"] == told.count[LockTaken] - told.central_locks


def test_memstats(told: Told) -> None:
    world = told.session.world
    stats = world.sums.mem_stats()
    assert (told["mallocs"], told["frees"]) == (stats.Mallocs, stats.Frees)
    assert told["heap_objects"] == (stats.Mallocs or 0) - (stats.Frees or 0)
    assert (told["heap_alloc"], told["total_alloc"]) == (stats.HeapAlloc, stats.TotalAlloc)
    slots = sum((s.nelems if s.is_cached else s.alloc_count) * s.elemsize for s in world.spans.rows() if s.state == "inuse")
    assert told["heap_alloc"] == slots


def test_every_counter_of_show_stats_can_be_asked_for(told: Told) -> None:
    table = told.session.submit("show stats").result
    assert table is not None
    assert table.table is not None
    for name, value, _ in table.table.rows:
        assert told[str(name)] == value


@pytest.mark.parametrize("profile", [GO_1_22, GO_1_26], ids=lambda profile: profile.name)
@pytest.mark.parametrize("script", [*SCRIPTS.values()], ids=[*SCRIPTS])
def test_spans_where_free_pages_are_none(script: str, profile: Profile) -> None:
    told = Told(script, profile)
    spans = told.session.world.spans.rows()
    assert told["spans_inuse"] == sum(s.state == "inuse" for s in spans)
    assert told["pages_inuse"] == sum(s.npages for s in spans if s.state == "inuse")
    assert told["pages_free"] == sum(s.npages for s in spans if s.state == "free")
    assert told["released_pages"] == sum(s.npreleased or 0 for s in spans)
    assert told["unswept"] == sum(not s.swept for s in spans)
    assert told["cached"] == sum(s.is_cached for s in spans if s.state == "inuse")
    assert told["refills"] == told.count[SpanCached]
    assert told["grows"] == told.count[HeapGrown]


def test_known_numbers() -> None:
    told = Told("alloc 48 as a\nalloc 100K\nalloc 0\ndrop a")
    assert (told["objects"], told["nzero"], told["numgc"], told["grows"]) == (2, 1, 0, 1)
    assert told["spans"] == 3  # one for the class, one for the large object, and the free rest of 1 MB
    assert told["arena_used"] == 1 << 20
    assert told["pages_inuse"] == 1 + 13
    assert told["gc_trigger"] == 4 << 20


def test_some_script_has_each_quantity_above_0() -> None:
    sessions = [Told(script) for script in SCRIPTS.values()]
    assert [name for name in QUANTITIES if not any(told[name] for told in sessions)] == []


@pytest.mark.parametrize(
    ("op", "below", "equal", "above"),
    [
        ("=", False, True, False),
        ("!=", True, False, True),
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
    ],
)
def test_comparisons(op: Comparison, below: bool, equal: bool, above: bool) -> None:
    assert tuple(COMPARE[op](left, 5) for left in (4, 5, 6)) == (below, equal, above)
