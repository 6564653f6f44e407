"""The door from a heap that was read to one that goes on: World → Heap, for Go 1.10.

A still of which everything needed is known becomes an allocator in the state that was read.  What the runtime keeps besides, such
as the order in which spans will be swept, is `Unseen`; a still that was read from elsewhere need not have it.
"""

from array import array
from typing import Final

from gomem_core.both.slots import MSPAN_IN_USE, MSPAN_MANUAL, ptr_words_code
from gomem_core.classic.engine import ClassicEngine
from gomem_core.classic.laid import cover, hang
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mbitmap import init_bits
from gomem_core.classic.mcache import MCache
from gomem_core.classic.mspan import MSPAN_FREE, MSpan
from gomem_core.classic.unseen import line_up
from gomem_core.go.amd64 import PAGE_SIZE, PTR_SIZE, TINY_SIZE, U64_MAX
from gomem_core.world.facts import SESSION_DOUBTS, TAKEN_UP_DOUBTS, Fact
from gomem_core.world.faults import CannotTakeUp, InvariantError, Throw
from gomem_core.world.records import PtrWords, SpanInfo, State
from gomem_core.world.still import COUNTERS, Still
from gomem_core.world.unseen import Unseen
from gomem_core.world.world import Facet, unknown

_STATES: Final[dict[State, int]] = {"inuse": MSPAN_IN_USE, "manual": MSPAN_MANUAL, "free": MSPAN_FREE}
_FACETS: Final[tuple[Facet, ...]] = ("spans", "slots", "lists", "caches", "sums", "extents")
_FACTS: Final = (
    *(Fact.SPAN, Fact.SPANCLASS, Fact.ALLOC_COUNT, Fact.ALLOC_BITS, Fact.FREEINDEX, Fact.GCMARK_BITS, Fact.LIVE, Fact.SWEEPGEN),
    *(Fact.HEAP_BITS, Fact.CENTRAL, Fact.FREE, Fact.MCACHE, Fact.NEEDZERO, Fact.NPRELEASED, Fact.UNUSEDSINCE, Fact.MSPAN),
)


def lacking(still: Still) -> list[str]:
    """What of a heap is not known, or contradicts itself, without which it cannot go on: a sentence each."""
    found = [f"{facet}: {why}" for facet in _FACETS if (why := unknown(still, facet))]
    found += [f"{fact}: {why}" for fact in _FACTS if (why := still.doubt(fact))]
    if not unknown(still, "spans") and still.spans.disputes:
        found.append(f"spans: of {len(still.spans.disputes)} what was read contradicts other things that were read")
    return [*dict.fromkeys(found)]


def heap_of(still: Still) -> ClassicEngine:
    """A heap in the state that the still shows, which goes on from there.

    What it does not tell of pacing is off: GOGC, and sweeping as payment.  Raises CannotTakeUp.
    """
    lacks = lacking(still)
    if lacks:
        raise CannotTakeUp(lacks)
    heap = ClassicEngine()
    try:
        _Seed(heap, still).fill()
        heap.check("full")
    except (InvariantError, Throw, LookupError, ValueError) as e:  # it was read from anywhere
        raise CannotTakeUp([f"what the still says does not fit together: {e}"]) from e
    if still.doubt(Fact.SIZE):
        heap.world.doubts = {**SESSION_DOUBTS, **TAKEN_UP_DOUBTS}
    return heap


# --- From a still -----------------------------------------------------------------------------------------------------------


class _Seed:
    """Fills one empty heap."""

    def __init__(self, heap: Heap, still: Still) -> None:
        self._heap = heap
        self._still = still
        self._spans: dict[int, MSpan] = {}  # by base

    def fill(self) -> None:
        """Do all of it."""
        self._place()
        self._make_spans()
        cover(self._heap, self._spans.values())
        self._hang_lists()
        self._store_pointers()
        self._count()
        self._cache()
        self._refer()
        unseen = self._still.unseen
        line_up(self._heap, self._spans, unseen if isinstance(unseen, Unseen) else None)
        self._left_over()

    def _place(self) -> None:
        h, extents = self._heap.mheap, self._still.extents
        (arena,) = extents.arenas.parts
        used = {region.name: region.used_end - region.used_start for region in extents.regions}
        h.arena_start, h.arena_used = arena.start, arena.used
        h.arena_end = arena.end + PAGE_SIZE
        h.bitmap_mapped = used["heap: bitmap"]
        h.spans_len = used["heap: spans"] // PTR_SIZE
        self._heap.zerobase = self._still.slots.zerobase

    def _make_spans(self) -> None:
        bits = self._still.slots.columns()
        columns = zip(bits.alloc_bits, bits.gcmark_bits or (), bits.root_bits or (), bits.ptr_words, strict=True)
        for info, (alloc, marks, roots, runs) in zip(self._still.spans.each(), columns, strict=True):
            s = self._spans[info.base] = _span(info)
            if info.state == "inuse":
                s.alloc_bits, s.gcmark_bits, s.root_bits = alloc, marks, roots
                s.limit = info.base + self._asked(info)
                _describe(s, runs)

    def _asked(self, info: SpanInfo) -> int:
        """Bytes of a span in use up to its limit: a large object ends where the program asked for it, as far as that is known."""
        objects = self._still.objects
        oid = objects.find_addr(info.base) if not info.sizeclass else None
        size = None if oid is None else objects.size(oid)
        return info.nelems * info.elemsize if size is None else size

    def _hang_lists(self) -> None:
        h, still = self._heap.mheap, self._still
        names = still.profile.heap_lists
        assert names is not None
        lists = {on.name.rpartition(".")[2]: on for on in (*h.free, *h.busy, h.busylarge)}
        for (spanclass, name), bases in still.lists.chains().items():
            central = self._heap.central[spanclass]
            own = {"nonempty": central.nonempty, "empty": central.empty}
            hang(own[name] if name in own else lists[name], [self._spans[base] for base in bases])
        for info in still.spans.each():
            if info.list_name == names.free_large:
                h.freelarge.insert(self._spans[info.base])
        for spanclass, one in still.lists.mcentrals().items():
            central = self._heap.central[spanclass]
            central.nmalloc, central.nlock = one.nmalloc or 0, one.nlock or 0

    def _store_pointers(self) -> None:
        if unknown(self._still, "pointers"):
            return
        stored = self._still.pointers.stored
        for slot in stored.holders():
            info = self._still.spans.at(slot)
            assert info is not None
            s = self._spans[info.base]
            if s.pointers is None:
                s.pointers = {}
            s.pointers[s.object_index(slot)] = dict(stored.of_slot(slot))

    def _count(self) -> None:
        h, sums = self._heap.mheap, self._still.sums
        for name in COUNTERS:
            value = sums.counters[name]
            if value is not None:
                setattr(self._heap.stats, name, [*value] if isinstance(value, list) else value)
        h.sweepgen, h.sweepdone = sums.sweepgen, sums.sweepdone
        h.pages_in_use = sum(s.npages for s in self._spans.values() if s.state == MSPAN_IN_USE)
        gc = self._heap.gc
        gc.gcpercent = -1 if sums.rest.gcpercent is None else sums.rest.gcpercent
        gc.heapminimum = gc.minimum()
        if self._still.doubt(Fact.PACER) or gc.gcpercent < 0:
            gc.gcpercent = -1
            self._heap.stats.gc_trigger = self._heap.stats.next_gc = U64_MAX

    def _cache(self) -> None:
        heap, records = self._heap, self._still.caches.mcaches()
        heap.mcaches[:] = [MCache(record.p, heap.stats) for record in records]
        for cache, record in zip(heap.mcaches, records, strict=True):
            cache.tiny, cache.tinyoffset = record.tiny, record.tinyoffset
            for spanclass, base, _ in record.cached:
                s = self._spans[base]
                s.incache, s.counted = True, s.alloc_count
                cache.put(spanclass, s)
            if record.current:
                heap.use_p(record.p)

    def _refer(self) -> None:
        """Count the references to tiny blocks."""
        objects = self._still.objects
        for oid in objects.living():
            o = objects.info(oid)
            if 0 < (o.size or 0) < TINY_SIZE and not o.ptrdata:
                self._heap.refer_to_block(o.addr & -TINY_SIZE)

    def _left_over(self) -> None:
        """Entries of the table of pages inside free spans, as far as it is known what they point to."""
        gone = {s.start_addr: s for s in self._heap.mheap.spanalloc.free_list}
        for page, count, base in self._still.spans.left_over():
            s = self._spans.get(base) or gone.get(base)
            if s is not None:
                self._heap.mheap.spans.set_range(page, count, s)


def _span(info: SpanInfo) -> MSpan:
    s = MSpan(info.ptr or 0)
    s.init(info.base, info.npages)
    s.state = _STATES[info.state]
    s.sweepgen = info.sweepgen or 0
    s.needzero = int(info.needzero or 0)
    s.npreleased = info.npreleased or 0
    s.unusedsince = info.unusedsince or 0
    if info.state == "inuse":
        s.spanclass, s.elemsize = info.spanclass, info.elemsize
        s.cut(info.nelems)
        s.place_at(info.freeindex or 0, info.alloc_count)
    return s


def _describe(s: MSpan, runs: PtrWords | None) -> None:
    """Write the span's part of the heap bitmap."""
    init_bits(s)
    if s.keeps_words and runs is not None and not isinstance(runs, bool | bytes):
        s.ptr_words = array(ptr_words_code(s.spanclass), runs)
    s.list_words()
