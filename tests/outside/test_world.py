"""A real heap is a world like any other: what its panes are told is what the program said of itself."""

import gzip
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Final

import numpy as np
import pytest

from gomem_core.files.stillfile import read_still, still_bytes
from gomem_core.outside import spancolumns
from gomem_core.outside.errors import OutsideError
from gomem_core.outside.strips import strip_of_core
from gomem_core.outside.world import world_of
from gomem_core.queries import show_one
from gomem_core.queries.account import Account
from gomem_core.queries.figures import figures
from gomem_core.queries.side import Side
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.world.facts import SPAN_FACTS, Fact
from gomem_core.world.world import NotKnown, unknown
from gomem_tui.render.lines import Port, Scene, plain
from gomem_tui.render.spans import render_spans
from tests.effort import effort
from tests.outside.corefiles import NAMES, WITH_EXE, truth
from tests.outside.test_core_faults import damaged, what_is_read
from tests.outside.test_cores import expected, look
from tests.outside.worlds import DRAWN, account, drawn, world

WHOLE: Final = [name for name in NAMES if truth(name)["kind"] != "cache"]  # those of which MemStats is all the truth


# --- What it says of the heap -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_spans_cover_all_pages_and_their_slots_are_what_the_program_counted(name: str) -> None:
    w, (stats, by_size) = world(name), expected(name)
    spans, found = w.spans.rows(), Counter[int]()
    end = 0
    for arena in w.extents.arenas.parts:
        end = arena.start
        for info in spans:
            if arena.start <= info.base < arena.used:
                assert info.base == end
                end += info.nbytes
        assert end == arena.used
    for info in spans:
        assert info.alloc_count == (w.slots.sets(info.base) or (0, 0))[0].bit_count()
        found[info.elemsize if info.sizeclass else 0] += info.alloc_count
    assert [(size, found[size]) for size, _, _ in by_size[1:]] == [(size, made - gone) for size, made, gone in by_size[1:]]
    assert sum(found.values()) == stats["HeapObjects"] == len(w.objects) == w.sums.mem_stats().HeapObjects
    assert (w.kind, w.place.of, w.place.go, w.place.note) == ("core", "core", truth(name)["go"], w.place.note)
    assert w.spans.disputes == {}


@pytest.mark.parametrize("name", WHOLE)
def test_the_account_adds_up_to_what_memstats_says(name: str) -> None:
    w, (stats, _), balance = world(name), expected(name), account(name).read()
    assert balance.total == w.extents.arenas.nbytes
    assert balance.given_back == stats["HeapReleased"]
    assert balance.free_pages + balance.given_back == stats["HeapIdle"]
    in_use = balance.requested + (balance.dead or 0) + balance.free_slots + balance.tails
    assert in_use == stats["HeapInuse"]
    assert balance.requested + (balance.dead or 0) == stats["HeapAlloc"]
    assert balance.slot_waste is None
    assert (balance.dead is None) == (truth(name)["gcphase"] != 0)
    assert balance.manual == w.extents.arenas.nbytes - stats["HeapSys"]  # stacks and work buffers
    counted = figures(w, account(name))
    assert (counted.heap_sys, counted.heap_inuse, counted.heap_idle) == (stats["HeapSys"], stats["HeapInuse"], stats["HeapIdle"])
    assert (counted.nserved_mcache, counted.central_locks, counted.nheap_lock) == (None,) * 3


@pytest.mark.parametrize("name", NAMES)
def test_sums_of_all_spans_at_once_are_those_of_each(name: str) -> None:
    shares: dict[int, list[int]] = {}
    for info in world(name).spans.rows():
        share = account(name).of_span(info.base)
        assert (share is None) == (info.state != "inuse")
        if share is not None:
            sums = shares.setdefault(info.spanclass, [0] * 5)
            shares[info.spanclass] = [a + (b or 0) for a, b in zip(sums, share, strict=True)]
    assert {c: [part or 0 for part in share] for c, share in account(name).shares().items()} == shares


@pytest.mark.parametrize("name", NAMES)
def test_what_the_program_held_and_dropped(name: str) -> None:
    w = world(name)
    named = 0
    for witness in truth(name)["witnesses"]:
        slot, oid = w.slots.at(witness["addr"]), w.objects.find_addr(witness["addr"])
        if witness["state"] == "live":
            assert slot is not None
            assert slot.state == "allocated"
            assert oid is not None
            o = w.objects.info(oid)
            assert o.addr == witness["addr"], "behind the type, where that stands in the slot"
            assert (o.kind == "scan") == bool(witness["scan"])
            if o.type:
                named += 1
                assert o.type == witness["type"]
        elif witness["state"] == "dropped" and truth(name)["kind"] == "sweep" and slot is not None and slot.state == "allocated":
            assert w.objects.find_addr(slot.addr) is not None, "the slot was given to another"
            info = w.spans.at(slot.addr)
            assert info is not None
            assert not info.waits
    has_types = name in WITH_EXE and any(one["scan"] and one["size"] > 512 for one in truth(name)["witnesses"])
    assert bool(named) >= has_types


@pytest.mark.parametrize("name", NAMES)
def test_every_object_is_found_by_number_and_by_address(name: str) -> None:
    w = world(name)
    count = len(w.objects)
    step = max(1, count // 50)
    addrs = [*w.objects.column("addr")]
    assert addrs == sorted(set(addrs))
    for oid in range(0, count, step):
        o = w.objects.info(oid)
        assert (o.addr, w.objects.find_addr(o.addr)) == (addrs[oid], oid)
        assert w.objects.in_slot(o.addr & ~7, 16) in ([oid], [])
    assert [*w.objects.column("addr", 3, 9)] == addrs[3:9]
    with pytest.raises(NotKnown, match="what refers to an object is not looked for"):
        w.objects.alive  # noqa: B018 -- asking is enough


@pytest.mark.parametrize("name", NAMES)
def test_lists_are_queues_of_all_spans_that_no_cache_has(name: str) -> None:
    w = world(name)
    on_lists = 0
    for spanclass in w.profile.central_classes:
        central = w.lists.central(spanclass)
        assert (central.nmalloc, central.nlock) == (None, None)
        for name_of_list, length in zip(w.profile.central_names, central.lengths, strict=True):
            chain = w.lists.chain(spanclass, name_of_list)
            assert len(chain) == length
            on_lists += length
            for place, base in enumerate(chain, 1):
                info = w.spans.at(base)
                assert info is not None
                assert (info.list_name, info.spanclass, info.cached_by) == (name_of_list, spanclass, -1)
                assert w.lists.place(base, 1 << 30) == place
                assert (info.waits, info.alloc_count < info.nelems) in (
                    {"partial": ((False, True),), "full": ((False, False),)}.get(name_of_list) or ((True, True), (True, False))
                )
    cached = [base for cache in w.caches.mcaches() for _, base, _ in cache.cached]
    in_use = [info for info in w.spans.rows() if info.state == "inuse"]
    assert sorted(cached) == sorted(info.base for info in in_use if info.is_cached)
    assert on_lists + len(cached) == len(in_use)
    assert [cache.p for cache in w.caches.mcaches()] == [*range(truth(name)["gomaxprocs"])]


@pytest.mark.parametrize("name", NAMES)
def test_page_caches_hold_the_free_pages_that_they_say(name: str) -> None:
    w = world(name)
    for cache_ in w.caches.mcaches():
        assert cache_.pages is not None
        pages = [cache_.pages.base + 8192 * i for i in range(64) if cache_.pages.free >> i & 1]
        for page in pages:
            info = w.spans.at(page)
            assert info is not None
            assert (info.state, info.cached_by) == ("free", cache_.p)
        assert sum(i.npages for i in w.spans.rows() if i.state == "free" and i.cached_by == cache_.p) == len(pages)
    runs = {npages: len(w.lists.free_list(npages)) for npages, _ in w.lists.free_lists()}
    assert runs == dict(w.lists.free_lists())
    free = sum(i.npages for i in w.spans.rows() if i.state == "free" and not i.is_cached and not i.list_name)
    assert sum(npages * count for npages, count in runs.items()) == free


@pytest.mark.parametrize("name", NAMES)
def test_pointer_bits_are_where_the_version_has_them(name: str) -> None:
    w = world(name)
    seen: set[object] = set()
    for info in w.spans.rows():
        if info.state != "inuse":
            continue
        words = w.slots.words(info.base, 4)
        pointers = {word.pointer for word in words}
        kind = info.kind if info.kind == "noscan" or w.profile.heap_bits == "arena" else info.elemsize <= 512
        seen.add(kind)
        if kind == "noscan":
            assert pointers == {False}
        elif kind is False:
            assert pointers == {None}, "told by the type of each object"
            assert w.doubt(Fact.HEAP_BITS)
        else:
            assert None not in pointers
        at = {None: {None}, True: {info.base + 8192 - w.profile.span_end(info.spanclass)}}[True if kind is True else None]
        assert {word.byte_addr for word in words} == at
        assert {(word.scan, word.value) for word in words} == {(None, None)}
    assert len(seen) > 1
    eight = next(info for info in w.spans.rows() if info.spanclass == 2)
    assert all(word.pointer for word in w.slots.words(eight.base, eight.alloc_count)), "8 bytes of scan are one pointer"


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_is_known_or_has_its_sentence(name: str) -> None:
    w = world(name)
    doubts = {fact: w.doubt(fact) for fact in Fact}
    assert all(sentence == "" or (len(sentence) > 10 and sentence[-1] != ".") for sentence in doubts.values())
    for info in w.spans.rows():
        for field, fact in SPAN_FACTS.items():
            assert getattr(info, field) is not None or doubts[fact], field
    assert bool(doubts[Fact.LIVE]) == (truth(name)["gcphase"] != 0)
    assert unknown(w, "pointers") == doubts[Fact.POINTER]
    for name_of_fact in (Fact.SIZE, Fact.NAME, Fact.ROOT, Fact.SERVED, Fact.LOCKS, Fact.TYPE):
        assert doubts[name_of_fact]
    for name_of_fact in (
        Fact.SPAN,
        Fact.ALLOC_BITS,
        Fact.GCMARK_BITS,
        Fact.SWEEPGEN,
        Fact.CENTRAL,
        Fact.MCACHE,
        Fact.PCACHE,
        Fact.PACER,
    ):
        assert not doubts[name_of_fact]


@pytest.mark.parametrize("name", NAMES)
def test_the_layout_is_that_of_the_process(name: str) -> None:
    w = world(name)
    regions = w.extents.layout()
    assert all(a.start >= b.end for a, b in pairwise(regions)), "from high addresses to low"
    heap = [region for region in regions if region.name == "heap: arena"]
    assert sum(region.used_end - region.used_start for region in heap) == w.extents.arenas.nbytes
    assert {"code", "globals"} <= {region.name for region in regions}


# --- Kept in a file -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAWN)
def test_it_is_kept_in_a_file(name: str) -> None:
    w = world(name)
    data = still_bytes(w)
    again = read_still(gzip.decompress(data))
    assert again == w
    assert (again.kind, again.place, again.doubts) == ("still", w.place, w.doubts)
    assert still_bytes(again) == data
    assert Account(again, again.objects).read() == account(name).read()
    assert again.objects.column("addr") == w.objects.column("addr")
    assert [again.objects.info(n) for n in range(40)] == [w.objects.info(n) for n in range(40)]
    assert Side(again).raw_spans == Side(w).raw_spans


# --- What contradicts itself --------------------------------------------------------------------------------------------------


def test_what_contradicts_itself_is_shown_as_such() -> None:
    """A class that there is not, counts beyond the slots, a span twice on lists, overlapping spans, pages that nobody has."""
    snapshot = look("sweep-1.27.3")
    spans = snapshot.spans
    small = np.flatnonzero((spans.state == 1) & (spans.npages == 1) & (spans.cached_by < 0))
    bad_class, bad_count, outside, gone, longer = small[[3, 5, 7, 9, 11]].tolist()
    spanclass, alloc_count, base, npages = (
        spans.spanclass.copy(),
        spans.alloc_count.copy(),
        spans.base.copy(),
        spans.npages.copy(),
    )
    spanclass[bad_class] = 240
    alloc_count[bad_count] = 10_000
    base[outside] = 0x7FFF00000000
    npages[longer] = 2  # and the next one begins in it
    disputed = np.zeros(len(spans), bool)
    disputed[[bad_class, bad_count, longer]] = True
    chunk = snapshot.chunks.alloc.copy()
    highest = int(np.argmax(base))
    torn = replace(
        spans,
        spanclass=spanclass,
        alloc_count=alloc_count,
        base=base,
        npages=npages,
        disputed=disputed,
        nelems=np.where(np.arange(len(spans)) == gone, 0, spans.nelems),
    )
    assert highest == outside
    central = snapshot.central
    twice = replace(
        central,
        **{name: np.append(getattr(central, name), getattr(central, name)[:4]) for name in ("spanclass", "listed", "span")},
    )
    w = world_of(replace(snapshot, spans=torn, central=twice, chunks=replace(snapshot.chunks, alloc=chunk), one_moment=False))
    found = w.spans.disputes
    assert found[int(base[bad_class])] == spancolumns.IMPOSSIBLE
    assert found[int(base[bad_count])] == spancolumns.IMPOSSIBLE
    assert found[int(base[longer])] == spancolumns.TORN
    assert found[int(spans.base[outside])] == spancolumns.LOST
    assert w.place.note == "not one moment"
    assert sum(info.nbytes for info in w.spans.rows()) == w.extents.arenas.nbytes == Account(w, w.objects).read().total
    assert read_still(gzip.decompress(still_bytes(w))) == w
    acc = Account(w, w.objects)
    order = SpanOrder(w, lambda: acc)
    for width in (70, 120):
        rows = [plain(line) for line in render_spans(w, order, Port(width, w.spans.count + 2), Scene())]
        torn_rows = [row for row in rows[2:] if "!" in row]
        assert sorted(int(row.split()[0], 16) for row in torn_rows) == sorted(found)
        assert width > 100 or "! disputed" in rows[0]
    picture = drawn(w, 120, 40)
    assert "not one moment" in picture["header"]
    assert f"{len(found)} spans disputed" in picture["header"]
    assert show_one.show_span(int(base[longer]), w, w.objects).lines()[-1].endswith(spancolumns.TORN)


@pytest.mark.parametrize("name", ["cache-1.22.10", "sweep-1.27.3"])
def test_whatever_is_damaged_it_is_refused_or_shown_whole(name: str) -> None:
    """Words that a look reads become others; what is shown adds up, is drawn, and can be kept."""
    draw, read = Random(name), what_is_read(name)
    shown = contradicting = 0
    for number in range(effort(16, 400)):
        edits = []
        for _ in range(draw.choice((1, 1, 2, 8))):
            offset, size = draw.choice(read)
            new = (bytes(8), b"\xff" * 8, draw.randrange(1 << 12).to_bytes(8, "little"), draw.randbytes(8))
            edits.append((offset + 8 * draw.randrange(max(size // 8, 1)), draw.choice(new)))
        try:
            w = strip_of_core(damaged(name, edits)).shown
        except OutsideError:
            continue
        shown += 1
        contradicting += bool(w.spans.disputes)
        assert sum(info.nbytes for info in w.spans.rows()) == w.extents.arenas.nbytes == Account(w, w.objects).read().total
        assert not [pane for pane, text in drawn(w, 80, 24).items() if re.search(r"\bNone\b", text)]
        for oid in range(0, len(w.objects), max(1, len(w.objects) // 5)):
            assert w.objects.find_addr(w.objects.addr(oid)) == oid
        if not number % 4:
            assert read_still(gzip.decompress(still_bytes(w))) == w
    assert shown > 5
    assert contradicting
