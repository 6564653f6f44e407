"""The pages that belong to no span, as stretches of one sort: free, given back, in a P's page cache, or set aside."""

from typing import NamedTuple

from gomem_core.modern.mheap import MHeap
from gomem_core.modern.pallocbits import ALL, CHUNK_PAGES, CHUNK_SHIFT


class Stretch(NamedTuple):
    """Pages that lie side by side, from number `page` of the page allocator."""

    page: int
    npages: int
    given_back: bool
    cached_by: int  # the P that has them in its page cache, -1: none
    is_padding: bool


def stretches(h: MHeap, start: int, end: int) -> list[Stretch]:
    """Those among pages start to end, in order of pages."""
    found: list[Stretch] = []
    caches = _caches(h)
    for chunk in range(start >> CHUNK_SHIFT, -(-end // CHUNK_PAGES)):
        first = chunk << CHUNK_SHIFT
        asked = ALL & -(1 << max(start - first, 0)) & (1 << min(end - first, CHUNK_PAGES)) - 1
        free, scavenged = h.pages.free[chunk] & asked, h.pages.scavenged[chunk]
        sorts = [(free & scavenged, True, -1, False), (free & ~scavenged, False, -1, False), *caches.get(chunk, [])]
        if chunk == 0 and h.padding:
            sorts.append(((1 << h.padding) - 1, True, -1, True))
        here = [
            Stretch(first + at, length, given_back, cached_by, is_padding)
            for mask, given_back, cached_by, is_padding in sorts
            for at, length in _runs(mask & asked)
        ]
        here.sort()
        if found and here and _goes_on(found[-1], here[0]):
            here[0] = here[0]._replace(page=found[-1].page, npages=found.pop().npages + here[0].npages)
        found += here
    return found


def _caches(h: MHeap) -> dict[int, list[tuple[int, bool, int, bool]]]:
    """Pages in the Ps' page caches, by chunk: which ones, whether they are given back, and whose they are."""
    found: dict[int, list[tuple[int, bool, int, bool]]] = {}
    for p, cache in enumerate(h.page_caches):
        if cache.free:
            page = h.pages.page_of(cache.base)
            shift = page & CHUNK_PAGES - 1
            sorts = found.setdefault(page >> CHUNK_SHIFT, [])
            sorts.append(((cache.free & cache.scavenged) << shift, True, p, False))
            sorts.append(((cache.free & ~cache.scavenged) << shift, False, p, False))
    return found


def _runs(mask: int) -> list[tuple[int, int]]:
    """Where runs of ones begin, and how long they are."""
    if mask == ALL:
        return [(0, CHUNK_PAGES)]
    found: list[tuple[int, int]] = []
    while mask:
        start = (mask & -mask).bit_length() - 1
        rest = mask >> start
        length = (~rest & (rest + 1)).bit_length() - 1
        found.append((start, length))
        mask &= ~((1 << length) - 1 << start)
    return found


def _goes_on(a: Stretch, b: Stretch) -> bool:
    return a.page + a.npages == b.page and a[2:] == b[2:]
