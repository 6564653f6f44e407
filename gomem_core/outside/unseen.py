"""What a real heap keeps that no pane asks for, and that decides how it goes on."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from typing import Final

import numpy as np

from gomem_core.go.amd64 import PAGE_SHIFT, U64_MAX
from gomem_core.go.pageevents import RECLAIMED_ALL
from gomem_core.go.structs import ARENA_SIZE
from gomem_core.outside.arrays import Ints
from gomem_core.outside.figures import small_allocs, waits
from gomem_core.outside.snapshot import Snapshot
from gomem_core.world.unseen import ModernUnseen

_ADDRESSES: Final = 1 << 47  # those that a program can have


def unseen_of(snapshot: Snapshot) -> ModernUnseen | None:
    """Returns all of it, from one look; None where it cannot be right, as in a damaged core file."""
    found = _read(snapshot)
    start, end = found.cur_arena
    counts = (found.pages_swept, found.swept_basis, found.sweep_heap_live_basis, found.reclaim_credit, *found.smallalloc)
    possible = (
        0 <= start <= end <= _ADDRESSES
        and all(0 <= base < _ADDRESSES and 0 <= used <= ARENA_SIZE for base, used in found.zeroed_base.items())
        and all(0 <= count < 1 << 62 for count in counts)
        and 0 <= found.sweep_pages_per_byte < 1e18
        and found.reclaim_index <= RECLAIMED_ALL
    )
    return found if possible else None


def _read(snapshot: Snapshot) -> ModernUnseen:
    arenas, sweeping, pacing = snapshot.arenas, snapshot.sweeping, snapshot.pacing
    return ModernUnseen(
        zeroed_base=dict(zip(arenas.base.tolist(), arenas.zeroed_base.tolist(), strict=True)),
        cur_arena=snapshot.cur_arena,
        smallalloc=array("q", small_allocs(snapshot).tolist()),
        page_marks=array("q", _marked(snapshot).tolist()),
        pages_swept=sweeping.pages_swept,
        swept_basis=sweeping.pages_swept_basis,
        sweep_heap_live_basis=sweeping.sweep_heap_live_basis,
        sweep_pages_per_byte=sweeping.sweep_pages_per_byte,
        reclaim_index=sweeping.reclaim_index,
        reclaim_credit=sweeping.reclaim_credit,
        trigger=U64_MAX if pacing is None else pacing.trigger(),
    )


def _marked(snapshot: Snapshot) -> Ints:
    """Bases of the spans that wait to be swept and whose first page has a mark."""
    base = snapshot.spans.base[waits(snapshot)]
    arenas = snapshot.arenas
    if not len(arenas) or not len(base):
        return base[:0]
    place = np.maximum(np.searchsorted(arenas.base, base, "right") - 1, 0)
    page = (base - arenas.base[place]) >> PAGE_SHIFT
    inside = (page >= 0) & (page < ARENA_SIZE >> PAGE_SHIFT)
    page = np.where(inside, page, 0)
    marks = arenas.page_marks[place, page // 8] >> (page % 8).astype(np.uint8) & 1
    found: Ints = base[inside & (marks == 1)]
    return found
