"""A heap of Go 1.21 to 1.27 as a recording's snapshot tells it, to be compared with one."""

from collections.abc import Iterable
from typing import Any, Final

from gomem_core.both.slots import MSPAN_IN_USE
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mspan import MSpan
from gomem_core.modern.pallocbits import CHUNK_PAGES
from gomem_core.recordings.format import Record

_IN_USE: Final = 1
Comparable = dict[str, Any]  # name of a part → what it is


def comparable_snapshot(record: Record) -> Comparable:
    """What of a snapshot is compared, by name; numbers are ints, bit sets too."""
    found: Comparable = {"sweepgen": record["sweepgen"], "cur_arena": [int(addr, 16) for addr in record["cur_arena"]]}
    for base, npages, state, *rest in record["spans"]:
        if state == _IN_USE:
            *numbers, bits = rest
            found[f"span {base}"] = (npages, state, *numbers, _bits(bits))
        else:
            found[f"span {base}"] = (npages, state)
    for number, p in enumerate(record["p"]):
        base, free, scavenged = (int(value, 16) for value in p["pcache"])
        found[f"P {number} page cache"] = (base, free, scavenged) if free else ()
        found[f"P {number} tiny"] = (int(p["tiny"], 16), p["tinyoffset"])
        found[f"P {number} mcache"] = {spanclass: int(base, 16) for spanclass, base in p["mcache"]}
    found["central"] = {(spanclass, queue): [int(base, 16) for base in bases] for spanclass, queue, bases in record["central"]}
    for base, taken, scavenged in record["chunks"]:
        found[f"chunk {base}"] = _bits(taken), _bits(scavenged)
    return found


def _bits(text: str) -> int:
    """A bit set written as bytes, the low bit first."""
    return int.from_bytes(bytes.fromhex(text), "little")


def heap_snapshot(heap: Heap) -> Comparable:
    """The same of a heap."""
    h = heap.mheap
    found: Comparable = {"sweepgen": h.sweepgen, "cur_arena": [h.grown_to, h.arena_end]}
    found |= {f"span {s.start_addr:#x}": _span(s) for s in h.all_spans()}
    for number, (c, pages) in enumerate(zip(heap.mcaches, h.page_caches, strict=True)):
        found[f"P {number} page cache"] = (pages.base, pages.free, pages.scavenged) if pages.free else ()
        found[f"P {number} tiny"] = (c.tiny, c.tinyoffset)
        found[f"P {number} mcache"] = {n: s.start_addr for n, s in enumerate(c.alloc) if s is not c.emptymspan}
    queues = [((c.spanclass, n), queue) for c in heap.central for n, queue in enumerate((*c.partial, *c.full))]
    found["central"] = {place: _bases(queue) for place, queue in queues if queue}
    for chunk, free in enumerate(h.pages.free):
        base = h.pages.chunk_base(chunk)
        if base:
            found[f"chunk {base:#x}"] = ~free & (1 << CHUNK_PAGES) - 1, h.pages.scavenged[chunk]
    return found


def _bases(spans: Iterable[MSpan]) -> list[int]:
    return [s.start_addr for s in spans]


def _span(s: MSpan) -> tuple[int, ...]:
    if s.state != MSPAN_IN_USE:
        return (s.npages, s.state)
    numbers = (s.spanclass, s.elemsize, s.nelems, s.freeindex, s.alloc_count, s.sweepgen, s.needzero)
    return (s.npages, s.state, *numbers, s.alloc_bits)
