"""Build a heap from a snapshot of a real runtime, and list the same fields of a heap for comparison."""

import struct
from collections import deque
from typing import Any

from gomem_core.both.slots import MSPAN_IN_USE, MSPAN_MANUAL
from gomem_core.classic.fixalloc import FixAlloc
from gomem_core.classic.freelarge import Treap, TreapNode
from gomem_core.classic.laid import cover, hang
from gomem_core.classic.malloc import Heap
from gomem_core.classic.mbitmap import init_bits
from gomem_core.classic.mspan import MSPAN_FREE, MSpan
from gomem_core.go.amd64 import ARENA_SIZE, MSPAN_SIZE, PAGE_SHIFT, PTR_SIZE
from gomem_core.recordings.format import Record

_STATES = {"inuse": MSPAN_IN_USE, "manual": MSPAN_MANUAL, "free": MSPAN_FREE}
_STATE_NAMES = {number: name for name, number in _STATES.items()}

# Fields of a snapshot, compared as they are, and where the heap keeps them.
_STATS_FIELDS = (
    "heap_live",
    "heap_marked",
    "next_gc",
    "gc_trigger",
    "heap_sys",
    "heap_idle",
    "heap_inuse",
    "heap_released",
)


class InputMissing(Exception):
    """The heap asks for an input (a priority, a chunk) that the real runtime did not need at this point."""


class Inputs:
    """What a recording feeds to the replay: random priorities of treap nodes, addresses of new chunks of mspan structs."""

    def __init__(self) -> None:
        self.priorities: deque[int] = deque()
        self.chunks: deque[int] = deque()

    def feed(self, record: Record) -> None:
        """Take what `record` brings, if it is an input."""
        if record["k"] == "treap_insert":
            self.priorities.append(int(record["priority"]))
        elif record["k"] == "fixalloc_chunk" and record["elem"] == MSPAN_SIZE:
            self.chunks.append(int(record["chunk"], 16))

    def priority(self) -> int:
        """The next recorded priority; raises InputMissing."""
        if not self.priorities:
            raise InputMissing("a treap insertion that the real runtime did not make")
        return self.priorities.popleft()

    def chunk(self, _number: int) -> int:
        """The next recorded chunk address; raises InputMissing."""
        if not self.chunks:
            raise InputMissing("a chunk of mspan structs that the real runtime did not need")
        return self.chunks.popleft()


def _double(bits: int) -> float:
    """The IEEE-754 double with these bits; raises ValueError."""
    try:
        value: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    except struct.error as e:
        raise ValueError(f"{bits!r} are not the bits of a double") from e
    return value


def _ints(texts: list[str]) -> list[int]:
    return [int(text, 16) for text in texts]


def heap_from_snapshot(snapshot: Record, inputs: Inputs) -> Heap:
    """A heap in exactly the state the snapshot describes; what is allocated then is referred to for ever.

    Raises KeyError, TypeError, ValueError or IndexError for a snapshot that lacks something, Throw for one that contradicts
    itself.
    """
    treap = Treap(inputs.priority)
    spanalloc = FixAlloc(inputs.chunk)
    heap = Heap(treap, spanalloc)
    structs = {int(d["ptr"], 16): _span(d) for d in snapshot["span_list"]}

    def span(ptr: str) -> MSpan:
        address = int(ptr, 16)
        if address not in structs:
            structs[address] = MSpan(address)  # a struct not in use, still on a stack
        return structs[address]

    _seed_stats(heap, snapshot)
    _seed_mheap(heap, snapshot)
    cover(heap, structs.values())
    spanalloc.chunk = int(snapshot["spanalloc"]["chunk"], 16)
    spanalloc.nchunk = snapshot["spanalloc"]["nchunk"]
    spanalloc.inuse = snapshot["spanalloc"]["inuse"]
    spanalloc.free_list = [span(ptr) for ptr in reversed(snapshot["spanalloc"]["free"])]

    for npages, ptrs in snapshot["free"].items():
        hang(heap.mheap.free[int(npages)], map(span, ptrs))
    for npages, ptrs in snapshot.get("busy", {}).items():
        hang(heap.mheap.busy[int(npages)], map(span, ptrs))
    hang(heap.mheap.busylarge, map(span, snapshot.get("busylarge", [])))
    for spanclass, lists in snapshot["central"].items():
        central = heap.central[int(spanclass)]
        central.nmalloc = lists["nmalloc"]
        hang(central.nonempty, map(span, lists["nonempty"]))
        hang(central.empty, map(span, lists["empty"]))
    heap.mheap.sweep_spans = [[span(ptr) for ptr in stack] for stack in snapshot["sweepSpans"]]
    treap.root = _treap([(span(d["ptr"]), d["priority"], d["depth"]) for d in snapshot["freelarge_preorder"]])

    heap.zerobase = int(snapshot["zerobase"], 16)
    heap.mcache.tiny = int(snapshot["tiny"], 16)
    heap.mcache.tinyoffset = snapshot["tinyoffset"]
    for spanclass, ptr in enumerate(snapshot.get("mcache", [])):
        if ptr != snapshot["emptymspan"]:
            heap.mcache.put(spanclass, span(ptr))
    heap.gc.gcpercent = snapshot["gcpercent"]
    heap.gc.heapminimum = snapshot["heapminimum"]
    return heap


def _span(d: Record) -> MSpan:
    s = MSpan(int(d["ptr"], 16))
    s.init(int(d["base"], 16), d["npages"])
    # A size that cannot be would take time and memory without end.
    _require(0 < s.npages <= ARENA_SIZE >> PAGE_SHIFT, f"span {d['base']} has {s.npages} pages")
    s.state = _STATES[d["state"]]
    s.sweepgen = d["sweepgen"]
    s.needzero = d["needzero"]
    s.npreleased = d.get("npreleased", 0)
    if s.state == MSPAN_IN_USE:
        s.spanclass = d["spanclass"]
        s.elemsize = d["elemsize"]
        fits = s.elemsize >= PTR_SIZE and 0 < d["nelems"] * s.elemsize <= s.npages << PAGE_SHIFT
        _require(fits, f"span {d['base']} has {d['nelems']} slots of {s.elemsize} bytes in {s.npages} pages")
        s.cut(d["nelems"])
        s.limit = int(d["limit"], 16)
        _require(0 <= d["freeindex"] <= s.nelems, f"span {d['base']} has freeindex {d['freeindex']} and {s.nelems} slots")
        s.place_at(d["freeindex"], d["allocCount"])
        s.counted = s.alloc_count
        s.incache = bool(d["incache"])
        s.alloc_bits = _bits(d["allocBits"], s.nelems)
        s.gcmark_bits = _bits(d["gcmarkBits"], s.nelems)
        s.root_bits = s.allocated_bits()
        init_bits(s)
        s.list_words()
    return s


def _require(holds: bool, problem: str) -> None:
    """Raises ValueError when a snapshot says what cannot be."""
    if not holds:
        raise ValueError(problem)


def _bits(words: list[str], nelems: int) -> int:
    """Words of 64 bits, lowest first, as one int; bits beyond the last slot mean nothing."""
    return sum(word << 64 * i for i, word in enumerate(_ints(words))) & ((1 << nelems) - 1)


def _seed_stats(heap: Heap, snapshot: Record) -> None:
    stats = heap.stats
    for name in (*_STATS_FIELDS, "stacks_inuse", "numgc", "largealloc", "nlargealloc"):
        setattr(stats, name, snapshot[name])
    stats.trigger_ratio = _double(snapshot["triggerRatio_bits"])
    # The runtime counts in the mcache first and adds up later; here there is one place.
    for name in ("largefree", "nlargefree", "tinyallocs"):
        setattr(stats, name, snapshot[name] + snapshot[f"local_{name}"])
    stats.nsmallfree = [a + b for a, b in zip(snapshot["nsmallfree"], snapshot["local_nsmallfree"], strict=True)]


def _seed_mheap(heap: Heap, snapshot: Record) -> None:
    h = heap.mheap
    h.arena_start = int(snapshot["arena_start"], 16)
    h.arena_used = int(snapshot["arena_used"], 16)
    h.arena_end = int(snapshot["arena_end"], 16)
    h.bitmap_mapped = snapshot["bitmap_mapped"]
    h.spans_len = snapshot["spans_len"]
    h.sweepgen = snapshot["sweepgen"]
    h.sweepdone = bool(snapshot["sweepdone"])
    h.pages_in_use = snapshot["pagesInUse"]
    h.pages_swept = snapshot["pagesSwept"]
    h.pages_swept_basis = snapshot["pagesSweptBasis"]
    h.sweep_heap_live_basis = snapshot["sweepHeapLiveBasis"]
    h.sweep_pages_per_byte = _double(snapshot["sweepPagesPerByte_bits"])


def _treap(preorder: list[tuple[MSpan, int, int]]) -> TreapNode | None:
    """Rebuild the tree: preorder and depths say where each node hangs, its key says on which side."""
    path: list[TreapNode] = []
    root: TreapNode | None = None
    for s, priority, depth in preorder:
        del path[depth:]
        parent = path[-1] if path else None
        node = TreapNode(s, s.ptr, priority, parent)
        if parent is None:
            root = node
        elif (s.npages, s.ptr) < (parent.npages, parent.span.ptr):
            parent.left = node
        else:
            parent.right = node
        path.append(node)
    return root


def comparable_snapshot(snapshot: Record) -> dict[str, Any]:
    """The compared fields of a recorded snapshot, in one flat dict (name → value) like that of `heap_snapshot`."""
    fields: dict[str, Any] = {name: snapshot[name] for name in _STATS_FIELDS}
    for name in ("sweepgen", "pagesInUse", "pagesSwept", "tinyoffset"):
        fields[name] = snapshot[name]
    fields["sweepdone"] = bool(snapshot["sweepdone"])
    fields["tiny"] = int(snapshot["tiny"], 16)
    fields["spanalloc.chunk"] = int(snapshot["spanalloc"]["chunk"], 16)
    fields["spanalloc.free"] = _ints(snapshot["spanalloc"]["free"])
    for i in (0, 1):
        fields[f"sweepSpans[{i}]"] = _ints(snapshot["sweepSpans"][i])
    fields["freelarge_preorder"] = [(int(d["ptr"], 16), d["priority"], d["depth"]) for d in snapshot["freelarge_preorder"]]
    for npages, ptrs in snapshot["free"].items():
        fields[f"free[{npages}]"] = _ints(ptrs)
    for spanclass, lists in snapshot["central"].items():
        if lists["nmalloc"] or lists["nonempty"] or lists["empty"]:
            fields[f"central[{spanclass}]"] = (lists["nmalloc"], _ints(lists["nonempty"]), _ints(lists["empty"]))
    for d in snapshot["span_list"]:
        fields[f"span {d['ptr']}"] = _comparable_span(d)
    return fields


def _comparable_span(d: Record) -> tuple[object, ...]:
    place = (int(d["base"], 16), d["npages"], d["state"])
    if d["state"] == "free":
        return (*place, d["npreleased"], d["needzero"])
    if d["state"] == "inuse":
        names = ("spanclass", "nelems", "allocCount", "sweepgen", "freeindex")
        return (*place, *(d[name] for name in names), bool(d["incache"]), _bits(d["allocBits"], d["nelems"]))
    return place


def heap_snapshot(heap: Heap) -> dict[str, Any]:
    """The same fields of a heap."""
    h = heap.mheap
    fields: dict[str, Any] = {name: getattr(heap.stats, name) for name in _STATS_FIELDS}
    fields |= {"sweepgen": h.sweepgen, "pagesInUse": h.pages_in_use, "pagesSwept": h.pages_swept}
    fields |= {"tinyoffset": heap.mcache.tinyoffset, "sweepdone": h.sweepdone, "tiny": heap.mcache.tiny}
    fields["spanalloc.chunk"] = h.spanalloc.chunk
    fields["spanalloc.free"] = [s.ptr for s in reversed(h.spanalloc.free_list)]
    for i in (0, 1):
        fields[f"sweepSpans[{i}]"] = [s.ptr for s in h.sweep_spans[i]]
    if isinstance(h.freelarge, Treap):
        fields["freelarge_preorder"] = [(node.span.ptr, node.priority, depth) for node, depth in h.freelarge.preorder()]
    for npages, free in enumerate(h.free):
        if free.count:
            fields[f"free[{npages}]"] = [s.ptr for s in free.spans()]
    for c in heap.central:
        if c.nmalloc or c.nonempty.count or c.empty.count:
            ptrs = [s.ptr for s in c.nonempty.spans()], [s.ptr for s in c.empty.spans()]
            fields[f"central[{c.spanclass}]"] = (c.nmalloc, *ptrs)
    for s in h.all_spans():
        place = (s.start_addr, s.npages, _STATE_NAMES[s.state])
        if s.state == MSPAN_FREE:
            fields[f"span {s.ptr:#x}"] = (*place, s.npreleased, s.needzero)
        elif s.state == MSPAN_IN_USE:
            slots = (s.spanclass, s.nelems, s.alloc_count, s.sweepgen, s.freeindex, s.incache, s.alloc_bits)
            fields[f"span {s.ptr:#x}"] = (*place, *slots)
        else:
            fields[f"span {s.ptr:#x}"] = place
    return fields
