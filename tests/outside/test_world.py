"""A real heap is a world like any other: what its panes are told is what the program said of itself."""

import gzip
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any, Final

import numpy as np
import pytest
from rich.cells import cell_len

from gomem_core.files.stillfile import read_still, still_bytes
from gomem_core.outside import spancolumns
from gomem_core.outside.errors import OutsideError
from gomem_core.outside.strips import strip_of_core
from gomem_core.outside.world import world_of
from gomem_core.queries import show, show_one
from gomem_core.queries.account import Account
from gomem_core.queries.figures import figures
from gomem_core.queries.objectorder import ObjectOrder, cells
from gomem_core.queries.side import Side
from gomem_core.queries.slotcolumns import TypeNames, column, in_slots
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.report import format_bytes
from gomem_core.world.facts import SPAN_FACTS, Fact
from gomem_core.world.records import SpanInfo
from gomem_core.world.still import Still
from gomem_core.world.still_slots import StillSlots
from gomem_core.world.still_spans import StillLists
from gomem_core.world.world import NotKnown, unknown
from gomem_tui.render.arena import MAX_ZOOM, render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.header import render_header
from gomem_tui.render.heap import render_heap
from gomem_tui.render.layout import render_layout
from gomem_tui.render.lines import Line, Port, Scene, Selection, fit_all, plain
from gomem_tui.render.mcache import render_mcache
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.objects import Rows, render_objects
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.render.spans import render_spans
from gomem_tui.render.words import size_text
from tests.effort import effort
from tests.outside.corefiles import NAMES, WITH_EXE, truth
from tests.outside.test_core_faults import damaged, what_is_read
from tests.outside.test_cores import expected, look

SIZES: Final = [(80, 24), (120, 40), (200, 60)]
DRAWN: Final = ("idle-1.21.13", "cache-1.22.10", "mark-1.26.6-pie", "sweep-1.27.3")  # of all versions that differ in kind
WHOLE: Final = [name for name in NAMES if truth(name)["kind"] != "cache"]  # those of which MemStats is all the truth


@cache
def world(name: str) -> Still:
    return world_of(look(name, exe=name in WITH_EXE))


@cache
def account(name: str) -> Account:
    return Account(world(name), world(name).objects)


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


@pytest.mark.parametrize("name", DRAWN)
def test_the_quick_way_to_all_slots_is_the_same_as_the_plain_one(name: str) -> None:
    w = world(name)
    plainly = StillSlots(w.spans, w.slots.columns(), None, w.extents.arenas, 0, w.profile)
    count = w.spans.count
    for start, stop in ((0, count), (0, 0), (3, 4), (count // 3, count // 2), (count - 1, count)):
        assert w.slots.set_bytes(start, stop) == plainly.set_bytes(start, stop)
    counts = [[one.bit_count() for one in w.slots.sets(base) or (0, 0)] for base in w.spans.columns().base]
    assert [[*pair] for pair in zip(*w.slots.slot_counts(), strict=True)] == counts
    assert w.slots.slot_counts() == plainly.slot_counts()


@pytest.mark.parametrize("name", ["idle-1.21.13", "sweep-1.27.3"])
def test_objects_are_filtered_and_sorted_in_columns_as_one_by_one(name: str) -> None:
    w = world(name)
    once, each = (ObjectOrder(w, w.objects, many=many) for many in (0, 1 << 40))
    texts = ("state:dead", "state:taken kind:noscan", "state!=dead", "size>0", "size>=1K", "size:48 kind:scan", "dropped>0", "")
    for text in texts if len(w.objects) < 5000 else texts[:1]:
        for sort in ("state", "size") if not text else ("state",) if text == "state:dead" else ("step",):
            for order in (once, each):
                order.filter(text)
                order.arrange(sort, descending=False)
            rows = [once.oid(row) for row in range(len(once))]
            assert rows == [each.oid(row) for row in range(len(each))], (text, sort)
            if text == "state:dead":
                assert len(rows) == sum((a & ~b).bit_count() for a, b in map(slots_of(w), w.spans.rows()))
            if text == "dropped>0":
                assert rows == [], "what is not known passes nothing"


@pytest.mark.parametrize("name", NAMES)
def test_the_quick_way_to_what_hangs_on_lists_is_the_same_as_by_neighbours(name: str) -> None:
    w = world(name)
    plainly = StillLists(w.spans, w.lists.mcentrals(), w.profile)
    assert w.lists.chains() == plainly.chains()
    assert plainly.chains()
    bases = w.spans.columns().base
    for limit in (0, 1, 1 << 40):
        assert [w.lists.place(base, limit) for base in bases] == [plainly.place(base, limit) for base in bases]
    assert sum(map(len, plainly.chains().values())) == sum(1 for base in bases if w.lists.place(base, 1 << 40))


TEXTS = (
    "00",
    "^c000",
    "^0xc",
    "f8$",
    "0$",
    "^scan$",
    "noscan",
    "main",
    r"^main\.|\d00$",
    r"\?",
    "[^q]0000",
    r"\s0x",  # from one line to the next, in each of them
    r"[^q]can$",
    r"\n\?\s[^n]",
    r"\n0xc000[^q]+8\n",
    "c00 scan",
    "nothing",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", ["idle-1.21.13", "frag-1.27.3", "sweep-1.27.3"])
def test_text_is_found_in_thousands_of_objects_as_in_each(name: str, text: str) -> None:
    w = world(name)
    once, each = (ObjectOrder(w, w.objects, many=many) for many in (0, 1 << 40))
    for order in (once, each):
        order.filter(text)
    rows = [once.oid(row) for row in range(len(once))]
    assert rows == [each.oid(row) for row in range(len(each))]
    wanted = [re.compile(word, re.MULTILINE) for word in text.split()]
    said = [cells(w.objects.info(oid)) for oid in range(len(w.objects))]
    assert sorted(rows) == [oid for oid, row in enumerate(said) if all(one.search(row) for one in wanted)]
    places = [once.number(oid) for oid in range(0, len(w.objects), 97)]
    assert places == [rows.index(oid) if oid in rows else -1 for oid in range(0, len(w.objects), 97)]


@pytest.mark.parametrize("name", ["idle-1.21.13", "frag-1.27.3", "sweep-1.27.3"])
def test_fields_of_thousands_of_objects_are_those_of_each(name: str) -> None:
    w = world(name)
    of = in_slots(w.objects)
    assert of is not None
    count = len(of)
    types = TypeNames(of)
    for start, stop in ((0, count), (7, 8), (count // 3, count // 2), (count - 1, count + 5), (5, 5)):
        infos = [of.info(oid) for oid in range(start, min(stop, count))]
        assert column(of, "addr", start, stop).tolist() == [info.addr for info in infos]
        assert column(of, "slot", start, stop).tolist() == [w.slots.elemsize_at(info.addr) for info in infos]
        assert [n == 0 for n in column(of, "ptrdata", start, stop)] == [info.ptrdata == 0 for info in infos]
        assert [types.names[n] for n in types.places(start, stop)] == [info.type for info in infos]


@pytest.mark.parametrize("many", [0, 1 << 40])
def test_objects_are_filtered_by_their_slots_where_it_is_not_known_what_was_asked_for(many: int) -> None:
    w = world("idle-1.21.13")
    order = ObjectOrder(w, w.objects, many=many)
    slots = [w.slots.elemsize_at(w.objects.addr(oid)) for oid in range(len(w.objects))]
    for text, wanted in (("size>=1K", [slot >= 1024 for slot in slots]), ("size:48", [slot == 48 for slot in slots])):
        order.filter(text)
        rows = [order.oid(row) for row in range(len(order))]
        assert rows == [oid for oid, passes in enumerate(wanted) if passes]
        assert 0 < len(rows) < len(slots)


@pytest.mark.parametrize("many", [0, 1 << 40])
def test_objects_are_sorted_by_their_slots_where_it_is_not_known_what_was_asked_for(many: int) -> None:
    w = world("idle-1.21.13")
    order = ObjectOrder(w, w.objects, many=many)
    order.arrange("size", descending=True)
    rows = [order.oid(row) for row in range(len(order))]
    slots = [w.slots.elemsize_at(w.objects.addr(oid)) for oid in rows]
    assert slots == sorted(slots, reverse=True)
    assert sorted(rows) == [*range(len(w.objects))]
    assert slots[0] > slots[-1] > 0
    lines = [plain(line) for line in render_objects(w, Port(120, 20), Scene(), Rows(w.objects, order, [], -1))]
    assert "by slot ↓" in lines[0]
    shown = [f"≤{size_text(size)}" for size in slots[:3]]
    assert all(f" {size} " in line for size, line in zip(shown, lines[2:5], strict=True))


def test_the_objects_pane_says_how_names_of_types_are_had() -> None:
    for name, exe in (("frag-1.27.3", True), ("frag-1.27.3", False), ("idle-1.21.13", False)):
        w = world_of(look(name, exe=exe))
        helps = not exe and name != "idle-1.21.13"  # which has no types at all
        for selected in (-1, 0):
            lines = render_objects(w, Port(120, 20), Scene(), Rows(w.objects, ObjectOrder(w, w.objects), [], selected))
            assert ("gomem core CORE EXE" in "\n".join(map(plain, lines[-3:]))) == helps


def slots_of(w: Still) -> Callable[[SpanInfo], tuple[int, int]]:
    return lambda info: w.slots.sets(info.base) or (0, 0)


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


# --- Drawn --------------------------------------------------------------------------------------------------------------------


def panes(w: Still) -> dict[str, Callable[[Port, Scene], list[Line]]]:
    acc, objects = Account(w, w.objects), w.objects
    order = SpanOrder(w, lambda: acc)
    kept = Rows(objects, ObjectOrder(w, objects), [], 5 if len(objects) > 5 else -1)
    return {
        "header": lambda port, scene: fit_all([render_header(w, (scene.step, 0, 0), "a core", port.width, still=w)], port),
        "spans": lambda port, scene: render_spans(w, order, port, scene),
        **{
            f"arena, {lens}": lambda port, scene, lens=lens: render_arena(w, port, scene, Chart(lens))  # type: ignore[misc]
            for lens in LENSES
        },
        **{
            f"arena, zoom {zoom}": lambda port, scene, zoom=zoom: render_arena(w, port, scene, Chart("class", zoom))  # type: ignore[misc]
            for zoom in (1, 5, MAX_ZOOM)
        },
        "bitmap": lambda port, scene: render_bitmap(w, port, scene, objects),
        "mcentral": lambda port, scene: render_mcentral(w, port, scene),
        "mcache": lambda port, scene: render_mcache(w, port, scene),
        "heap": lambda port, scene: render_heap(w, port, scene, acc, ()),
        "layout": lambda port, scene: render_layout(w, port, scene, objects),
        "objects": lambda port, scene: render_objects(w, port, scene, kept),
    }


def drawn(w: Still, width: int, height: int) -> dict[str, str]:
    scene = Scene(Selection(w.extents.arenas.start))
    return {name: "\n".join(map(plain, draw(Port(width, height), scene))) for name, draw in panes(w).items()}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", DRAWN)
def test_every_pane_draws_it(name: str, size: tuple[int, int]) -> None:
    w = world(name)
    infos = w.spans.rows()
    kinds = {(i.state, i.kind, i.elemsize > 512): i for i in infos}
    scenes = [Scene(Selection(i.base, i.spanclass), before=figures(w, account(name))) for i in kinds.values()]
    for pane, draw in panes(w).items():
        for number, scene in enumerate(scenes):
            lines = draw(Port(size[0], size[1], number % 2 * 7, active=True), scene)
            assert len(lines) == size[1]
            assert {cell_len(plain(line)) for line in lines} == {size[0]}, pane
            assert not re.search(r"\bNone\b", "\n".join(map(plain, lines))), pane


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_not_known_is_drawn_as_such_and_never_as_0(name: str) -> None:
    w = world(name)
    marking = truth(name)["gcphase"] != 0
    for width, height in SIZES:
        text = drawn(w, width, height)
        assert re.search(r"slot waste +\?", text["heap"])
        assert re.search(r"dead +\? " if marking else r"dead +\d", text["heap"])
        assert ("taken " if marking else "live slots") in text["heap"]
        assert "requested" not in text["heap"]
        told = {"mark": "what lives is not known yet", "sweep": "~ sweeping: marks tell what lives"}
        assert told.get(truth(name)["kind"], "all swept: what is allocated lives") in text["heap"]
        assert f"goal {format_bytes(expected(name)[0]['NextGC'])} GOGC 100" in text["heap"]
        assert "? Go does not count which of mcache" in text["heap"]
        assert not re.search(r"\? Go does not count[^.\n]*, *$", text["heap"], re.MULTILINE), "it ends as a sentence or with …"
        rows = [line for line in text["objects"].splitlines()[2:-3] if line.strip()]
        assert rows
        assert all(" ? " in row for row in rows)
        assert "core" in text["header"]
        assert truth(name)["go"] in text["header"]
        assert format_bytes(expected(name)[0]["HeapAlloc"]) in text["header"]
        assert ("a collection is marking" in text["header"]) == marking
        assert "locks" not in text["mcentral"].splitlines()[1]
    for line in show.show("stats", (), w, w.objects).lines():
        if line.split()[:1] in (["nserved_mcache"], ["nheap_lock"]):
            assert line.split()[1] == "?"


@pytest.mark.parametrize("name", DRAWN)
def test_tables_answer_as_panes_do(name: str) -> None:
    w = world(name)
    topics: tuple[Any, ...] = ("spans", "waste", "mcentral", "mcache", "free", "layout", "classes")
    for topic in topics:
        assert show.show(topic, (), w, w.objects).lines()
    for info in w.spans.rows()[::7]:
        assert show_one.show_span(info.base, w, w.objects).lines()
        assert show_one.find(info.base + 8, w, w.objects).lines()
        assert show_one.show_bitmap(info.base, w, w.objects).lines()
    for oid in range(0, len(w.objects), max(1, len(w.objects) // 20)):
        lines = "\n".join(show_one.show_object(oid, w, w.objects).lines())
        assert re.search(r"size +\? a slot does not tell how much of it was asked for", lines)
        assert re.search(r"state +\? what refers to an object is not looked for", lines)


def test_of_a_span_that_is_on_two_lists_the_first_counts() -> None:
    """As queues are read that a program changes meanwhile: what was moved may be met again."""
    snapshot = look("frag-1.27.3")
    central = snapshot.central
    again = {name: np.concatenate([getattr(central, name), getattr(central, name)[::7]]) for name in ("span", "spanclass")}
    again["listed"] = np.concatenate([central.listed, (central.listed[::7] + 1) % 4])
    assert len(central.span) > 20
    assert world_of(replace(snapshot, central=replace(central, **again))).lists.chains() == world_of(snapshot).lists.chains()
