"""The door from a heap that was read to one that goes on: World → Heap, for Go 1.21 to 1.27.

A still of which everything needed is known becomes an allocator in the state that was read.  What the runtime keeps besides is
`ModernUnseen`; a still that was read from elsewhere need not have it.
"""

from array import array
from typing import Final

from gomem_core.both.slots import MSPAN_IN_USE, MSPAN_MANUAL, ptr_words_code
from gomem_core.go.amd64 import PAGE_SHIFT, PAGE_SIZE, PTR_SIZE, TINY_SIZE, U64_MAX
from gomem_core.go.heapbits import Mask, mask_of_bits
from gomem_core.go.release import modelled
from gomem_core.modern.engine import ModernEngine
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mbitmap import init_bits
from gomem_core.modern.mpagecache import PageCache
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.pallocbits import CHUNK_PAGES, CHUNK_SHIFT
from gomem_core.modern.unseen import take_over
from gomem_core.world.facts import MODERN_DOUBTS, TAKEN_UP_DOUBTS, Fact
from gomem_core.world.faults import CannotTakeUp, InvariantError, Throw
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.records import PtrWords, SpanInfo
from gomem_core.world.still import COUNTERS, Still
from gomem_core.world.unseen import ModernUnseen
from gomem_core.world.world import Facet, unknown

_CHUNK: Final = CHUNK_PAGES << PAGE_SHIFT
_FACETS: Final[tuple[Facet, ...]] = ("spans", "slots", "lists", "caches", "sums", "extents")
_FACTS: Final = (
    *(Fact.SPAN, Fact.SPANCLASS, Fact.ALLOC_COUNT, Fact.ALLOC_BITS, Fact.FREEINDEX, Fact.GCMARK_BITS, Fact.LIVE, Fact.SWEEPGEN),
    *(Fact.CENTRAL, Fact.FREE, Fact.MCACHE, Fact.PCACHE, Fact.NPRELEASED, Fact.MSTATS),
)


def lacking(still: Still) -> list[str]:
    """What of a heap is not known, or contradicts itself, without which it cannot go on: a sentence each."""
    if still.profile not in modelled():
        return [f"{still.profile.name} is not modelled: only heaps of {', '.join(one.name for one in modelled())} can go on"]
    found = [f"{facet}: {why}" for facet in _FACETS if (why := unknown(still, facet))]
    found += [f"{fact}: {why}" for fact in _FACTS if (why := still.doubt(fact))]
    if not unknown(still, "spans") and still.spans.disputes:
        found.append(f"spans: of {len(still.spans.disputes)} what was read contradicts other things that were read")
    return [*dict.fromkeys(found)]


def heap_of(still: Still) -> ModernEngine:
    """A heap in the state that the still shows, which goes on from there.

    Objects of which it is not known who refers to them are referred to for ever.  Raises CannotTakeUp.
    """
    lacks = lacking(still)
    if lacks:
        raise CannotTakeUp(lacks)
    heap = ModernEngine(still.profile)
    try:
        fill(heap, still)
        heap.check("full")
    except (InvariantError, Throw, LookupError, ValueError) as e:  # it was read from anywhere
        raise CannotTakeUp([f"what the still says does not fit together: {e}"]) from e
    if still.doubt(Fact.SIZE):
        heap.world.doubts = {**MODERN_DOUBTS, **TAKEN_UP_DOUBTS}
    return heap


def fill(heap: Heap, still: Still) -> None:
    """Put an empty heap into the state that the still shows.

    Objects of which it is not known who refers to them are referred to for ever.  Raises ValueError, LookupError and Throw where
    what the still says does not fit together.
    """
    _Seed(heap, still).fill()


class _Seed:
    """Fills one empty heap."""

    def __init__(self, heap: Heap, still: Still) -> None:
        self._heap = heap
        self._still = still
        self._spans: dict[int, MSpan] = {}  # by base

    def fill(self) -> None:
        """Do all of it."""
        self._heap.procs(max(1, len(self._still.caches.mcaches())))
        self._lay_pages()
        self._make_spans()
        self._queue()
        self._store_pointers()
        self._count()
        self._cache()
        self._refer()
        take_over(self._heap, self._spans, self._still.unseen if isinstance(self._still.unseen, ModernUnseen) else None)
        self._flush_stale()

    def _lay_pages(self) -> None:
        """Describe all chunks; which pages are free and given back is told by the rows that are no spans."""
        h, still = self._heap.mheap, self._still
        parts = [part for part in still.extents.arenas.parts if part.pages]
        for part in parts:
            if part.start % _CHUNK or part.used % _CHUNK:
                raise ValueError(f"pages from {part.start:#x} to {part.used:#x} are no whole chunks")
            h.pages.grow(part.start, (part.used - part.start) // _CHUNK)
        end = parts[-1].used if parts else h.grown_to
        h.grown_to, h.arena_end = end, max(end, parts[-1].end if parts else h.arena_end)
        free, back = [0] * len(h.pages.free), [0] * len(h.pages.free)
        for info in still.spans.each():
            if info.state != "free":
                continue
            is_padding = info.list_name == still.profile.padding != ""
            page = h.pages.page_of(info.base)
            if is_padding:
                h.padding = info.npages
            elif not info.is_cached:  # else a P's page cache has taken it
                _mark(free, page, info.npages)
            if info.npreleased and not info.is_cached:
                _mark(back, page, info.npages)
        h.pages.describe(free, back)

    def _make_spans(self) -> None:
        bits, h = self._still.slots.columns(), self._heap.mheap
        count = self._still.spans.count
        missing: tuple[None, ...] = (None,) * count
        columns = zip(bits.alloc_bits, bits.gcmark_bits or missing, bits.root_bits or missing, bits.ptr_words, strict=True)
        for info, (alloc, marks, roots, runs) in zip(self._still.spans.each(), columns, strict=True):
            if info.state == "free":
                continue
            s = self._spans[info.base] = _span(info)
            h.spans.set_range(h.pages.page_of(info.base), info.npages, s)
            if info.state == "inuse":
                s.alloc_bits = alloc
                s.gcmark_bits = (marks or 0) if info.waits else 0
                taken = s.allocated_bits()
                s.root_bits = (s.gcmark_bits & taken if info.waits else taken) if roots is None else roots
                init_bits(s, self._heap.profile)
                _describe(s, runs)
        h.nspans = len(self._spans)
        h.pages_in_use = sum(s.npages for s in self._spans.values() if s.state == MSPAN_IN_USE)

    def _queue(self) -> None:
        """Line spans up in the queues of their mcentrals."""
        h = self._heap.mheap
        h.sweepgen, h.sweepdone = self._still.sums.sweepgen, self._still.sums.sweepdone
        names = self._still.profile.central_names
        for (spanclass, name), bases in self._still.lists.chains().items():
            if name not in names:
                continue  # what it says of pages set aside is no list
            c = self._heap.central[spanclass]
            queues = (c.partial_swept, c.partial_unswept, c.full_swept, c.full_unswept)
            queue = queues[names.index(name)]
            for base in bases:
                queue.push(self._spans[base])
        in_use = [s for s in self._spans.values() if s.state == MSPAN_IN_USE]
        h.nspans = len(self._spans)
        h.nmanual = h.nspans - len(in_use)
        h.nunswept = sum([s.sweepgen not in (h.sweepgen, h.sweepgen + 3) for s in in_use])

    def _store_pointers(self) -> None:
        if unknown(self._still, "pointers"):
            return
        stored = self._still.pointers.stored
        for slot in stored.holders():
            info = self._still.spans.at(slot)
            if info is None:
                raise ValueError(f"a pointer is stored at {slot:#x}, where no span is")
            s = self._spans[info.base]
            if s.pointers is None:
                s.pointers = {}
            s.pointers[s.object_index(slot)] = dict(stored.of_slot(slot))

    def _count(self) -> None:
        heap, sums, stats = self._heap, self._still.sums, self._heap.stats
        for name in COUNTERS:
            value = sums.counters[name]
            if value is not None:
                setattr(stats, name, [*value] if isinstance(value, list) else value)
        pacer = heap.gc.pacer
        pacer.gcpercent = -1 if sums.rest.gcpercent is None else sums.rest.gcpercent
        pacer.heapminimum = pacer.minimum()
        if self._still.doubt(Fact.PACER) or pacer.gcpercent < 0:
            pacer.gcpercent = -1
            pacer.commit(True)
        elif stats.gc_trigger < U64_MAX:
            pacer.trigger = stats.gc_trigger

    def _cache(self) -> None:
        heap, records = self._heap, self._still.caches.mcaches()
        if [record.p for record in records] != [*range(len(records))]:
            raise ValueError("Ps are not numbered from 0 on")
        for cache, record in zip(heap.mcaches, records, strict=False):
            cache.tiny, cache.tinyoffset = record.tiny, record.tinyoffset
            for spanclass, base, _ in record.cached:
                s = self._spans[base]
                cache.put(spanclass, s)
                s.counted = s.alloc_count  # take_over tells the books of all of them
            if record.pages is not None:
                heap.mheap.page_caches[record.p] = PageCache(*record.pages)
            if record.current:
                heap.use_p(record.p)

    def _refer(self) -> None:
        """Count the references to tiny blocks: of a block that is being filled, whoever put objects into it keeps one."""
        if not isinstance(self._still.rows, ObjectColumns):
            for block in {cache.tiny for cache in self._heap.mcaches if cache.tiny}:
                self._heap.refer_to_block(block)
            return
        objects = self._still.objects
        for oid in objects.living():
            o = objects.info(oid)
            if 0 < (o.size or 0) < TINY_SIZE and not o.ptrdata:
                self._heap.refer_to_block(o.addr & -TINY_SIZE)

    def _flush_stale(self) -> None:
        """Empty caches from before the last mark: when marking has just ended, every P does so before it runs on."""
        heap = self._heap
        for cache in heap.mcaches:
            if any(s.sweepgen == heap.mheap.sweepgen + 1 for s in cache.alloc if s is not cache.emptymspan):
                cache.release_all(heap.central, cache.p)


def _mark(bits: list[int], page: int, npages: int) -> None:
    """Set the bits of `npages` pages, which may lie in several chunks."""
    while npages:
        chunk, first = page >> CHUNK_SHIFT, page & CHUNK_PAGES - 1
        count = min(npages, CHUNK_PAGES - first)
        bits[chunk] |= (1 << count) - 1 << first
        page, npages = page + count, npages - count


def _span(info: SpanInfo) -> MSpan:
    s = MSpan(info.base, info.npages)
    s.state = MSPAN_IN_USE if info.state == "inuse" else MSPAN_MANUAL
    s.sweepgen = info.sweepgen or 0
    s.needzero = int(info.needzero or 0)
    if info.state == "inuse":
        s.spanclass, s.elemsize = info.spanclass, info.elemsize
        s.cut(info.nelems)
        s.place_at(info.freeindex or 0, info.alloc_count)
    return s


def _describe(s: MSpan, runs: PtrWords | None) -> None:
    """Write which words of its objects may hold pointers, as far as that is known."""
    if not s.keeps_words or runs is None or isinstance(runs, bool):
        s.list_words()
    elif isinstance(runs, bytes):
        s.ptr_words, masks = _runs_of(s, runs)
        s.ptr_masks = masks or None
    else:
        s.ptr_words = array(ptr_words_code(s.spanclass), runs)


def _runs_of(s: MSpan, bits: bytes) -> tuple["array[int]", dict[int, Mask]]:
    """Runs of pointers, from a bit a word of the span; and the words of those objects whose pointers are no run."""
    words, count = s.elemsize // PTR_SIZE, (s.npages * PAGE_SIZE) // PTR_SIZE
    digits = f"{int.from_bytes(bits, 'little'):0{count}b}"[::-1]  # by slices: shifting a number of this length takes longer
    known: dict[str, int] = {}
    runs = array(ptr_words_code(s.spanclass))
    masks: dict[int, Mask] = {}
    for index in range(s.nelems):
        of = digits[index * words : (index + 1) * words]
        run = known.get(of)
        if run is None:
            ones = of.count("1")
            run = known[of] = ones if of.startswith("1" * ones) else -1
        if run < 0:
            masks[index] = mask_of_bits(int(of[::-1], 2))
            run = 0
        runs.append(run)
    return runs, masks
