"""The byte account adds up after any commands, and is kept up to date by looking only at what changed."""

from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.both.view_slots import SlotView
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.queries.account import Account
from gomem_core.queries.shares import Balance, Held, Share
from gomem_core.queries.waste import holding
from gomem_core.session.session import Session
from gomem_core.world.changes import Stale
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import NotKnown, World
from tests.core.facts import SIZE_CLASSES
from tests.versions import VERSIONS, session_of

SIZES = st.sampled_from([0, 1, 3, 8, 12, 15, 16, 24, 48, 64, 500, 1024, 3000, 8192, 9000, 32768, 32769, 40000, 300000])
LINES = st.one_of(
    st.builds("alloc {} times {}".format, SIZES, st.integers(1, 40)),
    st.builds("alloc {}".format, SIZES),
    st.builds("alloc {} scan".format, st.sampled_from([8, 16, 48, 1024, 40000])),
    st.builds("drop o{}".format, st.integers(1, 60)),
    st.builds(lambda a, n: f"drop o{a}..o{a + n}", st.integers(1, 60), st.integers(1, 30)),
    st.builds("link o{}.0 o{}".format, st.integers(1, 40), st.integers(1, 40)),
    st.builds("churn 60 seed {} sizes {}".format, st.integers(0, 9), st.sampled_from(["small", "mixed", "web", "large"])),
    st.builds("gc sweep {}".format, st.integers(0, 4)),
    st.sampled_from(["gc", "gc mark", "gc mark", "gc sweep", "flush", "drop all", "freeos", "scavenge 0s", "gogc off"]),
    st.sampled_from(["procs 3", "p 1", "p 2", "procs 1", "alloc 200G", "alloc 600G", "alloc 400G times 2"]),
)


class Watched:
    """A session with an account that hears its events."""

    def __init__(self, version: str = "1.10") -> None:
        self.session = session_of(version)
        self.account = Account(self.session.world, self.session.objects)

    def type(self, line: str) -> None:
        outcome = self.session.submit(line)
        for event in outcome.events:
            self.account.follow(event)

    def anew(self) -> Account:
        return Account(self.session.world, self.session.objects)


def by_slots(world: World) -> tuple[int, int, int, int, int, int]:
    """Bytes of live and dead and free slots, tails, free pages and pages given back, slot by slot."""
    live = dead = free = tails = pages = released = 0
    for info in world.spans.rows():
        if info.state == "free":
            released += (info.npreleased or 0) << PAGE_SHIFT
            pages += (info.npages - (info.npreleased or 0)) << PAGE_SHIFT
            continue
        if info.state == "manual":
            continue
        tails += info.nbytes - info.nelems * info.elemsize
        for slot in world.slots.rows(info.base):
            live += info.elemsize * (slot.state == "allocated")
            dead += info.elemsize * (slot.state == "dead")
            free += info.elemsize * (slot.state == "free")
    return live, dead, free, tails, pages, released


@given(lines=st.lists(LINES, max_size=25), reads=st.integers(1, 5), version=st.sampled_from(VERSIONS))
def test_it_adds_up_and_equals_one_made_anew(lines: list[str], reads: int, version: str) -> None:
    w = Watched(version)
    for i, line in enumerate(lines):
        w.type(line)
        if i % reads == 0:  # several commands between two readings are as good as one
            check(w)
    check(w)


def check(w: Watched) -> None:
    world = w.session.world
    check_held(w)
    balance = w.account.read()
    assert balance.total == world.extents.arenas.end - world.extents.arenas.start
    assert balance == w.anew().read()
    assert w.account.by_class() == w.anew().by_class()
    assert min(part or 0 for part in balance) >= 0
    assert balance.manual == sum(info.nbytes for info in world.spans.rows() if info.state == "manual")
    live, *rest = by_slots(world)
    assert balance.requested + (balance.slot_waste or 0) == live
    assert [balance.dead, balance.free_slots, balance.tails, balance.free_pages, balance.given_back] == rest


@given(lines=st.lists(LINES.filter(lambda line: "link" not in line and "churn" not in line), max_size=20))
def test_after_a_collection_what_is_requested_is_what_the_program_has(lines: list[str]) -> None:
    w = Watched()
    for line in lines:
        words = line.split()
        if words[0] == "alloc" and words[1].isdigit() and 0 < int(words[1]) < 16:
            continue  # a dropped tiny object stays with the others of its block
        w.type(line)
    w.type("gc")
    objects = w.session.objects
    assert w.account.read().requested == sum(objects.info(oid).size or 0 for oid in objects.living())


def wasted_by_slots(session: Session, info: SpanInfo) -> int:
    """Bytes of the span that no allocated object asked for, slot by slot and object by object."""
    wasted = info.nbytes - info.nelems * info.elemsize
    for slot in session.world.slots.rows(info.base):
        if slot.state != "allocated":
            wasted += info.elemsize
        else:
            held = session.objects.in_slot(slot.addr, info.elemsize)
            wasted += info.elemsize - sum(session.objects.info(oid).size or 0 for oid in held)
    return wasted


@given(lines=st.lists(LINES, max_size=25), reads=st.integers(1, 5), asked=st.sets(st.integers(0, 40)), first=st.booleans())
def test_one_span_can_be_asked_for_at_any_time(lines: list[str], reads: int, asked: set[int], first: bool) -> None:
    w = Watched()
    if first:
        w.account.read()
    for i, line in enumerate(lines):
        w.type(line)
        if i % reads:
            continue
        for number, info in enumerate(w.session.world.spans.rows()):
            if number not in asked:
                continue
            share = w.account.of_span(info.base)
            assert (share is None) == (info.state != "inuse")
            assert share == w.anew().of_span(info.base)
            if share is not None:
                assert share.total == info.nbytes
                assert share.wasted == wasted_by_slots(w.session, info)
                assert share.percent(share.wasted) == pytest.approx(100 * share.wasted / info.nbytes)
    check(w)


def test_a_span_s_waste_is_ends_of_slots_and_dead_slots_and_tail() -> None:
    w = Watched()
    for line in ("alloc 33 times 10", "drop o1..o4", "gc mark"):
        w.type(line)
    start = w.session.world.extents.arenas.start
    share = w.account.of_span(start)  # 170 slots of 48 bytes, the tail has 32
    assert share == Share(requested=6 * 33, slot_waste=6 * 15, dead=4 * 48, free_slots=160 * 48, tails=32)
    assert share.wasted == 90 + 192 + 160 * 48 + 32
    assert w.account.of_span(start + 8192) is None
    assert w.account.of_span(0) is None


def test_an_empty_heap_has_an_empty_account() -> None:
    assert Watched().account.read() == Balance(0, 0, 0, 0, 0, 0, 0, 0)
    assert Watched().account.by_class() == []


def test_tiny_objects_count_what_they_asked_for() -> None:
    w = Watched()
    w.type("alloc 5 times 2")
    w.type("alloc 1 as t")
    balance = w.account.read()
    assert (balance.requested, balance.slot_waste) == (11, 5)


def test_a_tiny_block_forgets_what_was_there_before_it_was_swept() -> None:
    w = Watched()
    for line in ("alloc 8 times 2", "drop all", "alloc 16 as keep", "gc", "alloc 3"):
        w.type(line)
    assert w.account.read().requested == 16 + 3


def test_the_dead_are_dead_until_they_are_swept() -> None:
    w = Watched()
    seen = []
    for line in ("alloc 48 times 10", "drop o1..o4", "gc mark", "gc sweep"):
        w.type(line)
        seen.append((w.account.read().requested, w.account.read().dead))
    assert seen == [(480, 0), (480, 0), (288, 192), (288, 0)]


def test_large_objects_waste_the_end_of_their_last_page() -> None:
    w = Watched()
    w.type("alloc 40000")
    assert w.account.by_class() == [(1, Share(40000, 960, 0, 0, 0))]


def test_those_who_waste_most_come_first() -> None:
    w = Watched()
    w.type("churn 500")
    wasted = [share.wasted for _, share in w.account.by_class()]
    assert wasted == sorted(wasted, reverse=True)
    assert sum(wasted) == sum(w.account.read()[i] or 0 for i in (1, 2, 3, 4))


def test_three_of_four_thousand_objects_keep_their_spans() -> None:
    """The case of a fragmented heap: 3 × 512 B keep 24 KB, which was "no class wastes a byte"."""
    w = Watched()
    for line in ("alloc 512 as x times 4000", "drop x.2..x.2000 x.2002..x.3999"):
        w.type(line)
    assert w.account.by_class() == [(51, Share(4000 * 512, 0, 0, 0, 0))], "nobody knows yet what was dropped"
    w.type("gc mark")
    assert w.account.by_class() == [(51, Share(1536, 0, 3997 * 512, 0, 0))], "known to be dead, and not free before the sweep"
    assert w.account.held() == {51: Held(spans=250, live=3, needed=1, cached=0, elemsize=512)}
    w.type("gc sweep")
    assert w.account.by_class() == [(51, Share(1536, 0, 0, 3 * 8192 - 1536, 0))]
    assert w.account.held() == {51: Held(spans=3, live=3, needed=1, cached=0, elemsize=512)}
    assert holding(51, w.account.held()[51]) == "3 objects in 3 spans; 1 would hold them"
    w.type("alloc 512")  # the P caches a span of its class: of 16 slots two are taken
    assert w.account.held() == {51: Held(spans=3, live=4, needed=1, cached=14 * 512, elemsize=512)}
    assert w.account.of_span(w.session.world.extents.arenas.start) == Share(2 * 512, 0, 0, 14 * 512, 0)


def check_held(w: Watched) -> None:
    """Against a count of every slot, the table of size classes as Go's source has it, and the fewest spans by trial."""
    world = w.session.world
    per_span = {number: objects for number, _, _, _, objects, _, _ in SIZE_CLASSES}
    if world.profile.name != "go1.10":  # its table is in test_versions.py; here a span says how many slots it has
        per_span = {info.spanclass: info.nelems for info in world.spans.rows() if info.sizeclass}
    counted: dict[int, list[int]] = {}
    for info in world.spans.rows():
        if info.state == "inuse":
            counts = counted.setdefault(info.spanclass, [0, 0, 0])
            states = [slot.state for slot in world.slots.rows(info.base)]
            counts[0] += 1
            counts[1] += states.count("allocated")
            counts[2] += states.count("free") * info.elemsize * info.is_cached
    held = w.account.held()
    assert {spanclass: [one.spans, one.live, one.cached] for spanclass, one in held.items()} == counted
    for spanclass, one in held.items():
        each = per_span.get(spanclass >> 1 if world.profile.name == "go1.10" else spanclass, 1)
        assert one.needed == next(n for n in range(one.spans + 1) if n * each >= one.live)
        share = w.account.shares()[spanclass]
        assert one.cached is not None
        assert one.cached <= share.free_slots
        assert share.wasted == share.total - share.requested
    assert sum(share.total for share in w.account.shares().values()) == world.sums.mem_stats().HeapInuse


def test_what_a_silent_session_does_not_keep_is_unknown_and_says_why() -> None:
    session = Session(narrate=False)
    session.submit("alloc 48 scan as a")
    with pytest.raises(NotKnown, match="does not narrate"):
        session.account.read()
    with pytest.raises(NotKnown, match="does not narrate"):
        session.links.sources(0xC420000000)


@pytest.mark.parametrize("line", ["alloc 48", "alloc 8192", "alloc 5", "drop o7", "gc sweep 1", "alloc 1M"])
def test_a_step_looks_at_few_spans_however_many_there_are(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    w = Watched()
    w.type("gogc off")
    w.type("alloc 8192 times 2000")
    w.account.read()
    w.session.account.read()  # which each step reads before it
    looked: list[int] = []
    look = SlotView.sets

    def counted(slots: SlotView[Any], base: int) -> tuple[int, int] | None:
        looked.append(base)
        return look(slots, base)

    monkeypatch.setattr(SlotView, "sets", counted)
    w.type(line)
    w.account.read()
    assert len(looked) <= 3


def test_asking_for_one_span_looks_at_one(monkeypatch: pytest.MonkeyPatch) -> None:
    w = Watched()
    for line in ("gogc off", "alloc 8192 times 500", "drop o7"):
        w.type(line)
    looked: list[int] = []
    look = SlotView.sets
    monkeypatch.setattr(SlotView, "sets", lambda slots, base: looked.append(base) or look(slots, base))  # type: ignore[func-returns-value]
    bases = [w.session.world.extents.arenas.start + n * 8192 for n in (3, 6, 400)]
    for line in ("alloc 8192", "gc mark", "alloc 8192", "flush"):
        w.type(line)
        looked.clear()
        for base in bases:
            w.account.of_span(base)
        assert set(looked) <= set(bases)
        dropped = w.account.of_span(bases[1])
        if line == "gc mark":
            assert dropped is not None
            assert dropped.dead == 8192


def test_another_thread_may_ask_for_a_span_while_the_sums_are_read() -> None:
    session = Session(narrate=True)
    session.submit("alloc 8192 times 40")
    world, asked = session.world, list[Thread]()
    account = Account(world, session.objects)
    account.read()
    bases = [info.base for info in world.spans.rows() if info.state == "inuse"]
    stale = Stale()
    stale.bases.update(bases)
    account.look_again(stale)
    slot_sets = world.slots.sets

    def meanwhile(base: int) -> tuple[int, int] | None:
        if not asked:
            asked.append(Thread(target=lambda: [account.of_span(one) for one in bases]))
            asked[0].start()
            asked[0].join(0.2)  # it has asked by then, or waits
        return slot_sets(base)

    world.slots.sets = meanwhile  # type: ignore[method-assign]
    read = account.read()
    asked[0].join()
    assert read == account.read() == Account(session.world, session.objects).read()
