"""Whether what was read can all be true at once: what the runtime keeps twice is compared.

A program that was stopped may have been in the midst of a change, and one that was not has changed while it was read: then
another look is taken, and what still contradicts itself is shown as disputed.
"""

from typing import Final

import numpy as np

from gomem_core.frozen import bundle
from gomem_core.go.structs import ARENA_SIZE, CHUNK_PAGES, INLINE_MARKS, PAGE_SIZE
from gomem_core.outside.arrays import Bools, Ints
from gomem_core.outside.parse import heap_sweepgen
from gomem_core.outside.rounds import Raw
from gomem_core.outside.snapshot import IN_USE, ArenaTable, Central, Chunks, Ps, SlotBits, Spans
from gomem_core.report import told

MOST_PADDING: Final = CHUNK_PAGES - 1  # pages of the first chunk that a random heap base leaves out


@bundle
class Checked:
    """What the checks found."""

    disputed: Bools  # a span each
    padding: int  # pages that are taken and belong to no span
    moved: bool  # the heap went on while it was read
    findings: tuple[str, ...]


def check(
    raw: Raw, spans: Spans, bits: SlotBits, ps: Ps, central: Central, lost: Ints, chunks: Chunks, arenas: ArenaTable
) -> Checked:
    """Compare all that is kept twice; `lost` are entries of swept lists that point to no span of their class."""
    used = spans.state == IN_USE
    places = (spans.cached_by >= 0).astype(np.int64)
    places += np.bincount(central.span, minlength=len(spans))
    cached = np.bincount(ps.cached[ps.cached >= 0], minlength=len(spans))[: len(spans)]
    places += np.maximum(cached - 1, 0)
    overlap = np.zeros(len(spans), np.bool_)
    overlap[1:] = spans.base[1:] < (spans.base + spans.npages * PAGE_SIZE)[:-1]
    by_span: list[tuple[Bools, str, str]] = [
        (bits.unread, "the bits of one span cannot be read", "the bits of {n} spans cannot be read"),
        (
            used & ((spans.nelems == 0) | (spans.freeindex > spans.nelems) | (spans.alloc_count > spans.nelems)),
            "one span has counts beyond its slots",
            "{n} spans have counts beyond their slots",
        ),
        (
            used & ~bits.unread & (bits.taken_counts != spans.alloc_count),
            "one span has another number of allocated slots than its bits say",
            "{n} spans have another number of allocated slots than their bits say",
        ),
        (
            raw.page_map.column(0, "<u8").astype(np.int64) != spans.ptr,
            "the page of one span is said to belong to another",
            "the pages of {n} spans are said to belong to others",
        ),
        (
            used != _first_pages(spans, arenas),
            "one span and its arena differ about its being in use",
            "{n} spans and their arenas differ about their being in use",
        ),
        (used & (places == 0), "one span is on no list and in no cache", "{n} spans are on no list and in no cache"),
        (used & (places > 1), "one span is in more than one place", "{n} spans are in more than one place"),
        (overlap, "one span overlaps the one before", "{n} spans overlap the one before"),
        (
            spans.inline_marks & (_class_byte(raw) != spans.spanclass),
            "the page of one span is of another class",
            "the pages of {n} spans are of another class",
        ),
    ]
    padding = _padding(spans, ps, chunks)
    findings = [told(int(np.count_nonzero(wrong)), one, many) for wrong, one, many in by_span if wrong.any()]
    moved = _moved(raw)
    if moved:
        findings.append("the heap went on while it was read")
    if int(raw.roots.piece(0, 8)[0]):
        findings.append("the lock of the heap was held: it was being changed")
    if lost.sum():
        n = int(lost.sum())
        findings.append(
            told(n, "one entry of a list points to no span of its class", "{n} entries of lists point to no span of their class")
        )
    first, last = (0, MOST_PADDING) if raw.program.profile.padding else (0, 0)
    if not first <= padding <= last:
        findings.append(told(padding, "one page is taken and belongs to no span", "{n} pages are taken and belong to no span"))
    disputed = np.zeros(len(spans), np.bool_)
    for wrong, _, _ in by_span:
        disputed |= wrong
    return Checked(disputed, padding, moved, tuple(findings))


def _moved(raw: Raw) -> bool:
    """Whether the sweepgen or the number of spans is not what it was at first."""
    sweepgen = raw.after.column(0, "<u4")[0]
    at = raw.program.at
    length = raw.after.column(at["mheap.allspans"] - at["mheap.sweepgen"] + 8, "<u8")[0]
    return int(sweepgen) != heap_sweepgen(raw) or int(length) != raw.all_spans


def _first_pages(spans: Spans, arenas: ArenaTable) -> Bools:
    """Whether pageInUse has the bit of the first page of each span."""
    if not len(arenas):
        return np.zeros(len(spans), np.bool_)
    row = np.maximum(np.searchsorted(arenas.base, spans.base, "right") - 1, 0)
    page = (spans.base - arenas.base[row]) // PAGE_SIZE
    inside = (page >= 0) & (page < ARENA_SIZE // PAGE_SIZE)
    page = np.where(inside, page, 0)
    found: Bools = arenas.in_use[row, page // 8] >> (page % 8).astype(np.uint8) & 1 == 1
    return inside & found


def _class_byte(raw: Raw) -> Ints:
    """The last byte of the page of each span, as far as it was read."""
    last = raw.tails.start + raw.tail_size - 1
    has = raw.tails.ok & (raw.tail_size >= INLINE_MARKS)
    return raw.tails.buffer.take(np.where(has, last, 0), mode="clip").astype(np.int64) if len(raw.tails.buffer) else last


def _padding(spans: Spans, ps: Ps, chunks: Chunks) -> int:
    """Pages that the bitmaps call taken, less those of spans and page caches."""
    taken = int(np.bitwise_count(chunks.alloc).sum())
    return taken - int(spans.npages.sum()) - int(np.bitwise_count(ps.page_free).sum())
