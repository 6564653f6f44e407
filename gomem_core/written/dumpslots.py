"""The slots of a heap dump: which of its objects are any, and in which spans they lie.

A dump has objects and no spans.  Its writer walks whole spans by the size of their slots, so that the bits at the end of a page
of small slots come out as objects, too: those are left out here.  The span of an object follows from its size and address, since
a size has one class, and slots of a class that begin a multiple of a page apart are never in one span.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gomem_core.formats.heapdump import HeapDump
from gomem_core.go.amd64 import PAGE_SHIFT, PAGE_SIZE
from gomem_core.go.versions import BITS_IN_SPAN, INLINE_MARK_BYTES, INLINE_MARKS, Profile

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_NO_GREEN_TEA: Final = "nogreenteagc"  # in a version: its spans have no inline marks
_BITMAP_SHARE: Final = 64  # bytes of a page for which there is a byte of pointer bits


@dataclass(frozen=True, eq=False)
class DumpSlots:
    """The objects of a dump in address order, and the spans in which they lie; bytes."""

    number: Ints  # of each object, its place in the dump
    addr: Ints
    span: Ints  # number of its span
    slot: Ints  # number of its slot there
    base: Ints  # of each span
    npages: Ints
    elemsize: Ints
    nelems: Ints
    spanclass: Ints
    phantoms: int  # ends of pages that the writer took for objects
    strays: int  # objects that fit into no span, or lie over others: only a damaged dump has any

    def find(self, addr: NDArray[np.uint64]) -> Ints:
        """The place in this table of the object that holds each address, -1: none does."""
        at = np.searchsorted(self.addr.astype(np.uint64), addr, "right") - 1
        if not len(self.addr):
            return np.full(len(addr), -1, np.int64)
        size = self.elemsize[self.span[at]].astype(np.uint64)
        inside = (at >= 0) & (addr - self.addr[at].astype(np.uint64) < size)
        return np.where(inside, at, -1)


def slots_of(dump: HeapDump, profile: Profile) -> DumpSlots:
    """The slots of a dump; `profile` is that of its version."""
    order = np.argsort(dump.addr, kind="stable")
    addr, size, has_pointers = dump.addr[order], dump.size[order], dump.layout[order] > 0
    sizes = np.array([c.size for c in profile.classes], np.int64)
    pages = np.array([c.npages for c in profile.classes], np.int64)
    c = np.searchsorted(sizes, size)
    small = c < len(sizes)
    c = np.where(small, c, 0)
    fits = np.where(small, sizes[c] == size, (size % PAGE_SIZE == 0) & (addr % PAGE_SIZE == 0))
    npages = np.where(small, pages[c], size >> PAGE_SHIFT)
    base = _bases(addr, size, c, profile)
    fits &= base >= 0
    scan = _scan(base, has_pointers)
    nelems = np.where(small, _nelems(size, npages, scan, profile, profile.inline_marks and _NO_GREEN_TEA not in dump.go), 1)
    slot = np.where(fits, (addr - base) // np.maximum(size, 1), 0)
    phantom = fits & small & (size <= BITS_IN_SPAN) & (slot >= nelems)
    fits &= ~phantom
    end = np.where(fits, addr + size, 0)
    apart = np.ones(len(addr), bool)
    apart[1:] = addr[1:] >= np.maximum.accumulate(end)[:-1]
    fits &= apart & (slot < nelems)
    return _table(order, addr, base, slot, npages, size, nelems, 2 * c + ~scan, fits, int(phantom.sum()))


def _bases(addr: Ints, size: Ints, c: Ints, profile: Profile) -> Ints:
    """Where the span of each object begins, -1: it can lie in none; a large object (class 0) is a span of its own."""
    page = addr & -PAGE_SIZE
    base = np.where(c == 0, addr, -1)
    for back in range(max(one.npages for one in profile.classes)):
        start = page - back * PAGE_SIZE
        one = np.array([k.npages > back for k in profile.classes])[c] & (base < 0) & (start >= 0)
        slot, rest = np.divmod(addr - start, np.maximum(size, 1))
        room = np.array([(k.npages << PAGE_SHIFT) // k.size if k.size else 0 for k in profile.classes])[c]
        base = np.where(one & (rest == 0) & (slot < room), start, base)
    return base


def _scan(base: Ints, has_pointers: Bools) -> Bools:
    """Whether any object of the span that begins there holds pointers."""
    _, span = np.unique(base, return_inverse=True)
    return np.bincount(span, has_pointers, len(base) + 1)[span] > 0


def _nelems(size: Ints, npages: Ints, scan: Bools, profile: Profile, inline_marks: bool) -> Ints:
    """Slots in a span of small objects: its end may have pointer bits, and marks (Profile.span_end)."""
    nbytes = npages << PAGE_SHIFT
    marks = np.where(inline_marks & (size >= INLINE_MARKS.start) & (size < INLINE_MARKS.stop), INLINE_MARK_BYTES, 0)
    bits = np.where((profile.heap_bits == "span") & scan & (size <= BITS_IN_SPAN), nbytes // _BITMAP_SHARE, 0)
    found: Ints = (nbytes - marks - bits) // np.maximum(size, 1)
    return found


def _table(
    order: Ints,
    addr: Ints,
    base: Ints,
    slot: Ints,
    npages: Ints,
    size: Ints,
    nelems: Ints,
    spanclass: Ints,
    fits: Bools,
    phantoms: int,
) -> DumpSlots:
    """The objects that fit, of which those are left out whose spans would overlap others."""
    rows = np.flatnonzero(fits)
    first = np.ones(len(rows), bool)
    first[1:] = base[rows][1:] != base[rows][:-1]
    span = np.cumsum(first) - 1
    heads = rows[first]
    ends = base[heads] + (npages[heads] << PAGE_SHIFT)
    good = np.ones(len(heads), bool)
    good[1:] = base[heads][1:] >= np.maximum.accumulate(ends)[:-1]
    good &= np.bincount(span, (size[rows] != size[heads][span]), len(heads)) == 0 if len(heads) else good
    keep = good[span] if len(heads) else first
    renumbered = np.cumsum(good) - 1
    rows, heads = rows[keep], heads[good]
    return DumpSlots(
        number=order[rows],
        addr=addr[rows],
        span=renumbered[span[keep]],
        slot=slot[rows],
        base=base[heads],
        npages=npages[heads],
        elemsize=size[heads],
        nelems=nelems[heads],
        spanclass=spanclass[heads],
        phantoms=phantoms,
        strays=len(addr) - phantoms - len(rows),
    )
