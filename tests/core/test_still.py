"""A still answers every question as the heap it was taken from did, and goes on doing so when that heap changes."""

from collections.abc import Callable, Generator
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.session.session import Session
from gomem_core.world.counters import Counters
from gomem_core.world.objectinfo import Objects
from gomem_core.world.still import Place, Still
from gomem_core.world.world import NotKnown, World
from tests.core.test_diff import LINES, SCRIPTS, played
from tests.versions import ANY_VERSION, VERSIONS, session_of

PAGE = 8192


def still_of(session: Session) -> Still:
    return Still.of(session.world, session.objects, Place("here", session.step))


def end_of(work: Generator[None, None, set[int]]) -> set[int]:
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: set[int] = done.value
            return found


def known(ask: Callable[[], object]) -> object:
    """The answer as text, which does not change any more, or why nobody knows it in this version."""
    try:
        return str(ask())
    except NotKnown as e:
        return f"not known: {e}"


def answers(world: World, objects: Objects) -> dict[str, object]:
    """What a world says to every question, at every span and slot and at addresses where there is nothing."""
    spans, slots, pointers, lists = world.spans, world.slots, world.pointers, world.lists
    rows = spans.rows()
    start, end = world.extents.arenas.start, world.extents.arenas.end
    bases = [info.base for info in rows]
    beside = [
        start - 1,
        start,
        end - 1,
        end,
        0,
        slots.zerobase,
        *(base + info.npages * PAGE - 1 for base, info in zip(bases, rows, strict=True)),
    ]
    taken = [slot.addr for info in rows for slot in slots.rows(info.base, 0, 40) if slot.allocated]
    addrs = [*bases, *beside, *taken, *(addr + 1 for addr in taken)]
    in_use = [info for info in rows if info.state == "inuse"]
    stats, sums = world.sums.stats, world.sums
    chains = [(c, which) for c in world.profile.central_classes for which in world.profile.central_names]
    return {
        "spans": (spans.count, rows, [*spans.each()], spans.rows(1, 3), spans.left_over()),
        "at": [spans.at(addr) for addr in addrs],
        "number": [spans.number(addr) for addr in addrs],
        "entries": [spans.entry(page) for page in range(-1, min(world.extents.arenas.pages + 2, 400))],
        "bits": [slots.bits(base) for base in bases],
        "sets": [slots.sets(base) for base in bases],
        "slots": [slots.rows(base) for base in bases],
        "slot columns": slots.columns(),
        "slot at": [slots.at(addr) for addr in addrs],
        "elemsize": [slots.elemsize_at(addr) for addr in addrs],
        "slot base": [slots.base_of(addr) for addr in taken],
        "words": [slots.words(info.base, 200) for info in in_use] + [slots.words(addr, 9) for addr in taken],
        "stored": [pointers.stored_in(addr) for addr in addrs],
        "holders": sorted(pointers.holders()),
        "roots": [pointers.is_root(addr) for addr in taken],
        "reachable": [pointers.is_reachable(addr) for addr in (*taken, slots.zerobase)],
        "reached": end_of(pointers.reached()),
        "kept": pointers.kept(),
        "stores": [pointers.stores(addr, to) for addr in pointers.holders() for to in (taken[0], taken[-1])] if taken else [],
        "central": [lists.central(c) for c in world.profile.central_classes],
        "chains": [(lists.chain(*one), lists.chain(*one, 2), lists.last(*one)) for one in chains],
        "places": [lists.place(base, limit) for base in bases for limit in (1, 3, 1000)],
        "free": [(npages, count, lists.free_list(npages), lists.free_list(npages, 1)) for npages, count in lists.free_lists()],
        "large": (lists.free_large(), [lists.free_large_lengths(n) for n in (1, 2, 3, 100)]),
        "caches": world.caches.mcaches(),
        "stats": {name: known(partial(getattr, stats, name)) for name in Counters.__annotations__},
        "locks": known(partial(getattr, sums, "central_locks")),
        "sums": [known(partial(getattr, sums, name)) for name in ("gcpercent", "sweepgen", "sweepdone", "unswept_count")],
        "memory": known(sums.mem_stats),
        "extents": (world.extents.arenas, world.extents.layout()),
        "objects": [objects.info(oid) for oid in range(len(objects))],
        "alive": (objects.alive, objects.living(), objects.unnamed),
        "by name": {name: objects.find_name(name) for name in ("o1", "o2", "o9", "o99", "x", "x.1", *objects.names())},
        "by address": [objects.find_addr(addr) for addr in addrs],
        "in slots": [objects.in_slot(addr, slots.elemsize_at(addr)) for addr in taken],
    }


@given(lines=SCRIPTS, version=ANY_VERSION)
def test_a_still_answers_as_the_heap_did(lines: list[str], version: str) -> None:
    session = played(lines, version)
    still = still_of(session)
    expected, found = answers(session.world, session.objects), answers(still, still.objects)
    for question, answer in expected.items():
        assert found[question] == answer, question


@given(first=SCRIPTS, then=st.lists(LINES, min_size=1, max_size=6), version=ANY_VERSION)
def test_a_still_stays_while_the_heap_goes_on(first: list[str], then: list[str], version: str) -> None:
    session = played(first, version)
    still, expected = still_of(session), answers(session.world, session.objects)
    for line in then:
        session.submit(line)
    assert answers(still, still.objects) == expected


@given(first=SCRIPTS, then=st.lists(LINES, max_size=3), version=ANY_VERSION)
def test_equal_stills_are_equal_heaps(first: list[str], then: list[str], version: str) -> None:
    session = played(first, version)
    before, seen = still_of(session), answers(session.world, session.objects)
    for line in then:
        session.submit(line)
    assert (still_of(session) == before) == (answers(session.world, session.objects) == seen)


def test_spans_can_be_asked_for_with_gaps() -> None:
    for version in VERSIONS:
        session = session_of(version)
        for size in (48, 512, 4096, 40960):
            assert session.submit(f"alloc {size} times 30").ok
        for world in (session.world, still_of(session)):
            rows = world.spans.rows()
            assert len(rows) > 15
            for start, stop, step in ((0, None, 3), (2, 11, 4), (5, 6, 7), (0, 0, 2), (1, len(rows), 1), (3, 900, 5)):
                assert world.spans.rows(start, stop, step) == rows[start:stop:step]


def test_a_free_page_has_an_entry_only_where_a_span_describes_it() -> None:
    """Since free pages are bits, spans[page] says nothing of them, in a still as in its heap."""
    for version, entry in (("1.10", True), ("1.27", False)):
        session = session_of(version)
        assert session.submit("alloc 48").ok
        free = next(info for info in session.world.spans.each() if info.state == "free" and not info.is_cached)
        page = session.world.extents.arenas.page(free.base)
        expected = (free.base, True) if entry else (0, False)
        assert session.world.spans.entry(page) == still_of(session).spans.entry(page) == expected
        outcome = session.submit(f"show page {page}")
        assert outcome.result is not None
        assert ("free pages have no entry" in outcome.result.details[-1]) == (not entry)
