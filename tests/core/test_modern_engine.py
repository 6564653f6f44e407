"""The modern allocator by random operations: invariants hold, images are exact, its world and stills of it say the same."""

from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.both.slots import MSPAN_DEAD, MSPAN_IN_USE
from gomem_core.go.amd64 import PAGE_SIZE
from gomem_core.go.events import Event, SysUnused
from gomem_core.go.heapbits import sparse_ptrdata
from gomem_core.go.pageevents import PageCacheFilled, PagesTaken, SpanCached, SpanSwept
from gomem_core.go.versions import PROFILES, Profile
from gomem_core.modern.engine import ModernEngine
from gomem_core.modern.image import Image
from gomem_core.modern.invariants import check
from gomem_core.modern.mpagealloc import PageAlloc
from gomem_core.modern.mpagecache import PageCache
from gomem_core.modern.pallocbits import CHUNK_PAGES, Summary, find_run, longest_run, summarize
from gomem_core.world.facts import Fact
from gomem_core.world.faults import InvariantError, NotAnObject, OutOfMemory, Throw
from gomem_core.world.objects import ObjectTable
from gomem_core.world.still import Place, Still
from gomem_core.world.world import NotKnown

MODERN = PROFILES[1:]
SIZES = (1, 5, 8, 15, 16, 24, 48, 100, 512, 520, 1024, 3000, 8192, 32752, 32760, 32768, 40000, 130000, 1 << 20, 5 << 20)


class Driven:
    """An engine that is driven at random, and what its program knows: its objects, and what they link to."""

    def __init__(self, profile: Profile, r: Random) -> None:
        random_base = bool(profile.padding) and r.random() < 0.5
        self.engine = ModernEngine(profile, 0x1AAB02800000 if random_base else 0xC000000000, 298 if random_base else 0)
        self.r = r
        self.objects: dict[int, tuple[int, int]] = {}  # address of each the program refers to → size, ptrdata
        self.links: dict[int, dict[int, int]] = {}  # of objects, dropped ones too: word → target

    def step(self) -> None:
        r, e = self.r, self.engine
        x = r.random()
        if x < 0.55:
            for _ in range(r.choice((1, 1, 2, 40))):
                self.alloc()
        elif x < 0.78:
            for _ in range(min(len(self.objects), r.choice((1, 4, 60)))):
                addr = r.choice(list(self.objects))
                del self.objects[addr]
                e.drop(addr)
        elif x < 0.86:
            self.link()
        else:
            r.choice(
                (
                    *(e.collect, e.collect, e.mark, e.sweep_one, e.sweep_one, e.flush, e.free_os_memory),
                    *(lambda: e.scavenge(0), lambda: e.procs(r.randint(1, 4)), lambda: e.use_p(r.randrange(len(e.mcaches)))),
                    lambda: e.set_gc_percent(r.choice((-1, 50, 100, 400))),
                )
            )()

    def alloc(self) -> None:
        size = self.r.choice(SIZES)
        ptrdata = self.r.choice((0, size, 8, sparse_ptrdata(size))) if size % 8 == 0 else 0
        addr = self.engine.mallocgc(size, ptrdata)
        assert addr not in self.objects
        self.objects[addr] = size, ptrdata
        self.links.pop(addr, None)

    def link(self) -> None:
        holders = [addr for addr, (_, ptrdata) in self.objects.items() if ptrdata > 0]
        if holders:
            addr = self.r.choice(holders)
            word = self.r.randrange(self.objects[addr][1] // 8)
            target = self.r.choice((0, *self.objects))
            self.engine.write_pointer(addr, word, target)
            self.links.setdefault(addr, {})[word] = target

    def reachable(self) -> set[int]:
        found, todo = set(self.objects), list(self.objects)
        while todo:
            for target in self.links.get(todo.pop(), {}).values():
                if target and target not in found:
                    found.add(target)
                    todo.append(target)
        return found


@given(st.integers(0, 1 << 32), st.sampled_from(range(len(MODERN))))
def test_whatever_is_done_the_heap_stays_sound(seed: int, version: int) -> None:
    r = Random(seed)
    driven = Driven(MODERN[version], r)
    engine = driven.engine
    kept: tuple[Image, dict[int, tuple[int, int]], dict[int, dict[int, int]]] | None = None
    for _ in range(40):
        driven.step()
        if r.random() < 0.3:
            check(engine)
            check_rows(engine)
        if r.random() < 0.1:
            kept = engine.capture(), dict(driven.objects), {addr: dict(words) for addr, words in driven.links.items()}
        elif r.random() < 0.05 and kept is not None:
            engine.restore(kept[0])
            assert engine.capture() == kept[0]
            driven.objects, driven.links = dict(kept[1]), {addr: dict(words) for addr, words in kept[2].items()}
    check_objects(driven)
    check_still(engine)


def check_rows(engine: ModernEngine) -> None:
    """Rows tile the arenas, and are found by number and by address."""
    world = engine.world
    rows, at = world.spans.rows(), world.extents.arenas.start
    for number, row in enumerate(rows):
        assert row.base == at
        assert world.spans.number(at) == number
        assert world.spans.at(at + row.nbytes - 1) == row
        at += row.nbytes
    assert not rows or at == world.extents.arenas.end
    assert world.spans.count == len(rows)


def check_objects(driven: Driven) -> None:
    """No object lies in another; a collection keeps what is reachable, and of the rest at most each P's tiny block."""
    engine = driven.engine
    ranges = sorted((addr, addr + size) for addr, (size, _) in driven.objects.items())
    assert all(a[1] <= b[0] for a, b in pairwise(ranges))
    slots = {engine.world.slots.base_of(addr) for addr in driven.reachable()}
    tiny = {c.tiny for c in engine.mcaches if c.tiny}
    engine.collect()
    check(engine)
    found = {
        slot.addr for row in engine.world.spans.each() for slot in engine.world.slots.rows(row.base) if slot.state == "allocated"
    }
    assert found == slots | tiny


def check_still(engine: ModernEngine) -> None:
    """What a still says is what the heap says."""
    world = engine.world
    still = Still.of(world, ObjectTable(), Place("", 0))
    assert still.spans.rows() == world.spans.rows()
    for spanclass in engine.profile.span_classes:
        assert still.lists.central(spanclass) == world.lists.central(spanclass)
        for name in engine.profile.central_names:
            assert still.lists.chain(spanclass, name) == world.lists.chain(spanclass, name)
            assert still.lists.last(spanclass, name) == world.lists.last(spanclass, name)
    assert still.lists.free_lists() == world.lists.free_lists()
    assert still.caches.mcaches() == world.caches.mcaches()
    for row in world.spans.rows():
        assert still.slots.sets(row.base) == world.slots.sets(row.base)
        assert still.slots.rows(row.base) == world.slots.rows(row.base)
        assert still.slots.words(row.base, 40) == world.slots.words(row.base, 40)
        assert still.lists.place(row.base, 100) == world.lists.place(row.base, 100)
    assert still.sums.mem_stats() == world.sums.mem_stats()
    assert {fact for fact in Fact if world.doubt(fact)} <= {fact for fact in Fact if still.doubt(fact)}
    with pytest.raises(NotKnown, match="locks"):
        _ = still.sums.stats.nheap_lock


# --- Pages ------------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, CHUNK_PAGES - 1), st.integers(1, 80)), max_size=12))
def test_runs_of_pages_are_those_that_one_finds_by_looking(runs: list[tuple[int, int]]) -> None:
    free = 0
    for start, length in runs:
        free |= (1 << length) - 1 << start
    free &= (1 << CHUNK_PAGES) - 1
    text = "".join(str(free >> i & 1) for i in range(CHUNK_PAGES))
    for length in {1, CHUNK_PAGES, *(len(run) for run in text.split("0"))}:  # a run that fits exactly is the hardest to find
        for npages in range(max(length - 1, 1), min(length + 2, CHUNK_PAGES + 1)):
            assert find_run(free, npages) == text.find("1" * npages)
    assert longest_run(free) == max(map(len, text.split("0")))
    start = len(text) - len(text.lstrip("1"))
    assert summarize(free) == Summary(start, longest_run(free), len(text) - len(text.rstrip("1")))


@given(st.integers(0, (1 << 64) - 1), st.integers(0, (1 << 64) - 1), st.lists(st.integers(1, 15), max_size=20))
def test_a_page_cache_gives_the_lowest_run_away(free: int, scavenged: int, wanted: list[int]) -> None:
    cache = PageCache(0xC000000000, free, scavenged)
    is_free, back = [free >> i & 1 for i in range(64)], [scavenged >> i & 1 for i in range(64)]
    for npages in wanted:
        at = next((i for i in range(65 - npages) if all(is_free[i : i + npages])), -1)
        assert cache.is_empty() is not any(is_free)
        if at < 0:
            assert cache.alloc(npages) == (0, 0)
        else:
            assert cache.alloc(npages) == (0xC000000000 + at * PAGE_SIZE, sum(back[at : at + npages]))
            is_free[at : at + npages] = back[at : at + npages] = [0] * npages
        if npages % 2:  # not always: asked for its bits it has to note what was taken
            assert cache.free == sum(bit << i for i, bit in enumerate(is_free))
    assert cache.scavenged == sum(bit << i for i, bit in enumerate(back))


@given(st.integers(0, 1 << 32))
def test_the_lowest_run_is_found_across_chunks_and_never_across_a_gap(seed: int) -> None:
    r = Random(seed)
    pages, text, gaps = PageAlloc(), "", set[int]()
    base = 0xC000000000
    for _ in range(r.randint(1, 12)):
        if text and r.random() < 0.2:
            base += r.randint(1, 1 << 20) << 22
            gaps.add(len(text))
            text += "0" * CHUNK_PAGES
        chunks = r.randint(1, 9)
        pages.grow(base, chunks)
        base += chunks * CHUNK_PAGES * PAGE_SIZE
        text += "1" * (chunks * CHUNK_PAGES)
    for _ in range(60):
        npages = r.choice((1, 2, 15, 64, 300, 512, 513, 2000, 9000))
        at = text.find("1" * npages)
        assert pages.find(npages) == at
        if at >= 0:
            pages.alloc_range(at, npages)
            text = text[:at] + "0" * npages + text[at + npages :]
        start = r.randrange(len(text))
        length = min(r.randint(1, 700), len(text) - start)
        if "1" not in text[start : start + length] and not any(
            start < gap + CHUNK_PAGES and gap < start + length for gap in gaps
        ):
            pages.free_range(start, length)
            text = text[:start] + "1" * length + text[start + length :]
        address = pages.address(start) if not any(gap <= start < gap + CHUNK_PAGES for gap in gaps) else 0
        assert not address or pages.page_of(address) == pages.find_page(address) == start
    assert all(pages.chunk_base(gap // CHUNK_PAGES) == 0 for gap in gaps)
    assert pages.find_page(base) == pages.find_page(0xBFFFFFFFFF) == -1


def test_pages_that_are_taken_twice_or_freed_twice_stop_the_heap() -> None:
    pages = PageAlloc()
    pages.grow(0xC000000000, 1)
    pages.alloc_range(0, 3)
    with pytest.raises(Throw, match="taken_pages_free"):
        pages.alloc_range(2, 2)
    with pytest.raises(Throw, match="freed_pages_taken"):
        pages.free_range(2, 2)


# --- Decisions that the facts tell --------------------------------------------------------------------------------------------


def told_by(engine: ModernEngine, do: Callable[[], object]) -> list[Event]:
    told: list[Event] = []
    engine.set_trace(told.append)
    do()
    engine.set_trace(None)
    return told


def test_the_first_spans_of_an_empty_heap() -> None:
    """The cache finds nothing, the heap grows and is searched; the next span comes from the rest of the first 64 pages."""
    engine = ModernEngine(MODERN[-1])
    first = told_by(engine, lambda: engine.mallocgc(48))
    assert [(e.base, e.free) for e in first if isinstance(e, PageCacheFilled)] == [(0, 0)]
    assert [(e.base, e.src) for e in first if isinstance(e, PagesTaken)] == [(0xC000000000, "heap+grow")]
    second = told_by(engine, lambda: engine.mallocgc(64))
    assert [(e.base, e.free) for e in second if isinstance(e, PageCacheFilled)] == [(0xC000000000, (1 << 64) - 2)]
    assert [(e.base, e.src) for e in second if isinstance(e, PagesTaken)] == [(0xC000002000, "cache")]


def test_sixteen_pages_are_searched_for_in_the_heap() -> None:
    engine = ModernEngine(MODERN[-1])
    engine.mallocgc(48)
    engine.mallocgc(64)
    fifteen = told_by(engine, lambda: engine.mallocgc(15 * PAGE_SIZE))
    sixteen = told_by(engine, lambda: engine.mallocgc(16 * PAGE_SIZE))
    assert [e.src for e in (*fifteen, *sixteen) if isinstance(e, PagesTaken)] == ["cache", "heap"]


def test_where_pages_were_found_is_said_of_objects_not_of_the_collection_that_one_started() -> None:
    engine = ModernEngine(MODERN[-1])
    engine.mallocgc(48)
    found: list[Event] = []
    while not any(isinstance(e, PagesTaken) and e.use for e in found):  # until a collection takes its work buffer
        found = told_by(engine, lambda: engine.mallocgc(16 * PAGE_SIZE))
    assert [(e.src, e.use) for e in found if isinstance(e, PagesTaken)] == [("heap", ""), ("cache", "workbuf")]
    assert engine.pages_from == "heap"


@pytest.mark.parametrize(
    ("name", "size", "ptrdata", "header", "limit"),
    [("go1.21", 1024, 1024, 0, 32768), ("go1.22", 1024, 1024, 8, 32760), ("go1.27", 512, 512, 0, 32760)],
)
def test_where_an_object_begins_in_its_slot(name: str, size: int, ptrdata: int, header: int, limit: int) -> None:
    profile = next(profile for profile in MODERN if profile.name == name)
    engine = ModernEngine(profile)
    done = engine.alloc(size, ptrdata)
    assert done.addr - done.base == header
    assert engine.alloc(limit).spanclass > 1
    assert engine.alloc(limit + 1).spanclass == 1


def test_the_tiny_block_outlives_its_objects_by_one_collection() -> None:
    engine = ModernEngine(MODERN[-1])
    engine.drop(engine.mallocgc(5))
    engine.collect()
    assert engine.mem_stats().HeapObjects == 1
    engine.collect()
    assert engine.mem_stats().HeapObjects == 0


def test_queues_are_first_in_first_out() -> None:
    engine = ModernEngine(MODERN[-1])
    engine.set_gc_percent(-1)
    objects = [engine.mallocgc(8192) for _ in range(5)]
    two_each = [engine.mallocgc(4096) for _ in range(8)]
    assert [a for a in objects if a] == objects
    for addr in two_each[::2]:
        engine.drop(addr)
    engine.collect()
    again = told_by(engine, lambda: [engine.mallocgc(4096) for _ in range(4)])
    cached = [e for e in again if isinstance(e, SpanCached)]
    assert [e.base for e in cached] == [two_each[i] for i in (6, 0, 2, 4)]  # what was cached is swept first
    assert {e.src for e in cached} == {"partial_swept"}


def test_free_os_memory_gives_back_the_highest_run_first() -> None:
    engine = ModernEngine(MODERN[-1])
    objects = [engine.mallocgc(40000) for _ in range(40)]
    for addr in objects:
        engine.drop(addr)
    told = told_by(engine, engine.free_os_memory)
    bases = [e.base for e in told if isinstance(e, SysUnused)]
    assert bases == sorted(bases, reverse=True)
    assert bases
    assert [e.nfreed for e in told if isinstance(e, SpanSwept)] == [1] * 40


def test_addresses_end() -> None:
    engine = ModernEngine(MODERN[-1], base=(1 << 47) - (64 << 20))
    engine.mallocgc(60 << 20)
    before = engine.capture()
    with pytest.raises(OutOfMemory):
        engine.mallocgc(8 << 20)
    check(engine, "lists")
    assert engine.capture().pages == before.pages


def test_what_is_no_object_is_refused() -> None:
    engine = ModernEngine(MODERN[-1])
    addr = engine.mallocgc(1024, 1024)
    for wrong in (addr - 8, addr + 8, addr + PAGE_SIZE, 0x10):
        with pytest.raises(NotAnObject):
            engine.drop(wrong)
    with pytest.raises(ValueError, match="word 143"):
        engine.write_pointer(addr, 143, addr)
    with pytest.raises(ValueError, match="no object"):
        engine.mallocgc(8, 16)
    with pytest.raises(ValueError, match="no P 3"):
        engine.use_p(3)
    with pytest.raises(ValueError, match="at least one"):
        engine.procs(0)
    with pytest.raises(TypeError, match="not an image"):
        engine.restore(object())


# --- Each invariant is broken on purpose ----------------------------------------------------------------------------------------


def heap_with_all() -> ModernEngine:
    engine = ModernEngine(MODERN[-1], padding=5)
    engine.set_gc_percent(-1)
    holders = [engine.mallocgc(64, 64) for _ in range(200)]
    for a, b in pairwise(holders):
        engine.write_pointer(a, 0, b)
    for size in (5, 100, 4096, 4096, 40000, 200000):
        engine.mallocgc(size)
    gone = [engine.mallocgc(size) for size in (8192, 4096, 300000)]
    for addr in gone:
        engine.drop(addr)
    engine.mark()
    for size in (24, 7, 40000):
        engine.mallocgc(size)
    return engine


def in_use(engine: ModernEngine) -> Any:
    return next(s for s in engine.mheap.all_spans() if s.state == MSPAN_IN_USE and s.spanclass > 1)


def cached(engine: ModernEngine) -> Any:
    return next(s for s in engine.mcache.alloc if s is not engine.mcache.emptymspan)


def add(owner: Any, name: str, n: int) -> None:
    setattr(owner, name, getattr(owner, name) + n)


def look_too_far(s: Any) -> None:
    """One slot more counts as one of the run of free ones, as if it were not behind that."""
    s.run_end += s.elemsize
    s.free_behind -= 1


BREAKS: list[tuple[str, Callable[[ModernEngine], object]]] = [
    ("heap_sys_adds_up", lambda e: add(e.stats, "heap_idle", 8192)),
    ("heap_sys_adds_up", lambda e: add(e.stats, "heap_released", 1 << 30)),
    ("pages_in_use_counted", lambda e: add(e.mheap, "pages_in_use", 1)),
    ("arenas_hold_the_heap", lambda e: add(e.mheap, "grown_to", 1 << 30)),
    ("books_not_negative", lambda e: add(e.stats, "heap_live", -(1 << 40))),
    ("books_not_negative", lambda e: add(e.stats, "nlargefree", 1000)),
    ("tiny_block_sane", lambda e: add(e.mcache, "tinyoffset", 16)),
    ("sweep_phase_sane", lambda e: add(e.mheap, "sweepgen", 1)),
    ("sweep_phase_sane", lambda e: setattr(e.mheap, "sweepdone", True)),
    ("queues_right", lambda e: e.central[5].partial_swept.push(cached(e))),
    ("queues_right", lambda e: add(next(s for c in e.central for s in c.full_swept), "free_behind", 1)),
    ("mcaches_own_their_spans", lambda e: add(cached(e), "sweepgen", -3)),
    ("mcaches_own_their_spans", lambda e: e.mcache.put(9, cached(e))),
    ("mcaches_own_their_spans", lambda e: e.mcache.noscan.__setitem__(40, cached(e))),
    ("page_caches_apart", lambda e: add(e.mheap.page_caches[0], "base", 8192)),
    ("pages_accounted", lambda e: e.mheap.pages.free.__setitem__(0, e.mheap.pages.free[0] | 1)),
    ("pages_accounted", lambda e: setattr(e.mheap.work_buffer, "state", MSPAN_DEAD)),
    ("pages_accounted", lambda e: e.mheap.pages.scavenged.__setitem__(0, 0)),
    ("summaries_right", lambda e: e.mheap.pages.levels[0].__setitem__(0, Summary(1, 1, 1))),
    ("slots_counted", lambda e: add(in_use(e), "alloc_bits", 1 << 2000)),
    ("slots_counted", lambda e: look_too_far(in_use(e))),
    ("slots_counted", lambda e: setattr(cached(e), "gcmark_bits", 1)),
    ("every_span_is_somewhere", lambda e: next(c.full_swept for c in e.central if c.full_swept).clear()),
    ("tiny_refs_match", lambda e: in_use(e).set_tiny_refs(0, 1, 1)),
    ("mem_stats_match_slots", lambda e: add(e.stats, "nlargefree", -1)),
]


@pytest.mark.parametrize(("name", "breaks"), BREAKS)
def test_a_broken_heap_is_told_by_the_name_of_what_is_broken(name: str, breaks: Callable[[ModernEngine], object]) -> None:
    engine = heap_with_all()
    check(engine)
    breaks(engine)
    with pytest.raises(InvariantError) as e:
        check(engine)
    assert e.value.name == name


def test_a_pointer_to_what_is_free_is_told() -> None:
    engine = heap_with_all()
    s = next(s for s in engine.mheap.all_spans() if s.pointers and s.alloc_count < s.nelems)
    assert s.pointers is not None
    s.pointers[0] = {0: s.start_addr + (s.nelems - 1) * s.elemsize}
    s.root_bits |= 1
    with pytest.raises(InvariantError, match="reachable_is_allocated"):
        check(engine)
