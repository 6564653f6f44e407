"""The spans array: page → mspan (h.spans in Go's runtime/mheap.go).

The rule is the runtime's: every page of a span in use (or manual) points to it.  Where free pages are spans too, in Go 1.10, only
the first and the last entry of such a span are valid, those between are left over and may point anywhere.

Entries are kept in leaves of 512 pages: 4 KB of the real array, one page of the operating system.  A leaf whose entries are all
the same span is that span itself, so that a span of millions of pages costs one entry for each 4 MB.
"""

from typing import Final, Generic, TypeVar

from gomem_core.both.slots import Slots

S = TypeVar("S", bound=Slots)

LEAF_SHIFT: Final = 9
_LEAF: Final = 1 << LEAF_SHIFT  # compiled, a name that is not final is looked up each time
LEAF_MASK: Final = _LEAF - 1


class SpanTable(Generic[S]):
    """Sparse array of `MSpan | None`, indexed by a page number from 0 on."""

    __slots__ = ("leaves",)

    def __init__(self) -> None:
        self.leaves: dict[int, S | list[S | None]] = {}  # leaf number -> 512 entries, or the span of all

    def get(self, page: int) -> S | None:
        """The entry of `page`; None where nothing was ever written, and for pages below 0."""
        leaf = self.leaves.get(page >> LEAF_SHIFT)
        if isinstance(leaf, list):
            return leaf[page & LEAF_MASK]
        return leaf

    def set(self, page: int, s: S) -> None:
        """Write one entry."""
        leaf = self.leaves.get(page >> LEAF_SHIFT)
        entries = leaf if isinstance(leaf, list) else self._leaf(page >> LEAF_SHIFT)
        entries[page & LEAF_MASK] = s

    def set_range(self, page: int, npages: int, s: S) -> None:
        """Write the entries of `npages` pages from `page`."""
        end = page + npages
        first, behind = (page + _LEAF - 1) >> LEAF_SHIFT, end >> LEAF_SHIFT  # the leaves that are covered as a whole
        if first < behind:
            self.leaves.update(dict.fromkeys(range(first, behind), s))  # tens of thousands, for a span of hundreds of GB
        while page < end:
            number, at = page >> LEAF_SHIFT, page & LEAF_MASK
            if first <= number < behind:
                page = behind << LEAF_SHIFT
                continue
            count = min(_LEAF - at, end - page)
            self._leaf(number)[at : at + count] = [s] * count
            page += count

    def set_row(self, page: int, npages: int, row: list[S]) -> None:
        """Write the entries of spans of `npages` pages each, which lie one after the other from `page`, all in one leaf."""
        entries = row if npages == 1 else [s for s in row for _ in range(npages)]
        at = page & LEAF_MASK
        self._leaf(page >> LEAF_SHIFT)[at : at + len(entries)] = entries

    def clear_range(self, page: int, npages: int) -> None:
        """Forget the entries of `npages` pages from `page`."""
        end = page + npages
        while page < end:
            number, at = page >> LEAF_SHIFT, page & LEAF_MASK
            count = min(_LEAF - at, end - page)
            if count == _LEAF:
                self.leaves.pop(number, None)
            else:
                self._leaf(number)[at : at + count] = [None] * count
            page += count

    def next_page(self, page: int, end: int) -> int:
        """The first page from `page` on that has an entry; `end` where there is none before it."""
        while page < end:
            leaf, at = self.leaves.get(page >> LEAF_SHIFT), page & LEAF_MASK
            if isinstance(leaf, list):
                for n in range(at, min(_LEAF, at + end - page)):
                    if leaf[n] is not None:
                        return page + n - at
            elif leaf is not None:
                return page
            page += _LEAF - at
        return end

    def distinct(self) -> list[S]:
        """Returns every span that has entries, once, in order of pages; of a table without entries that are left over."""
        found: list[S] = []
        last: S | None = None
        for number in sorted(self.leaves):
            leaf = self.leaves[number]
            for s in leaf if isinstance(leaf, list) else (leaf,):
                if s is not last and s is not None:
                    found.append(s)
                    last = s
        return found

    def all_are(self, page: int, npages: int, s: S) -> bool:
        """Whether the entries of `npages` pages from `page` all point to `s`."""
        end = page + npages
        while page < end:
            leaf, at = self.leaves.get(page >> LEAF_SHIFT), page & LEAF_MASK
            count = min(_LEAF - at, end - page)
            if any(entry is not s for entry in leaf[at : at + count]) if isinstance(leaf, list) else leaf is not s:
                return False
            page += count
        return True

    def runs(self, page: int, npages: int) -> list[tuple[int, int, int]]:
        """Which of `npages` entries from `page` point to a span: (page, how many entries, base of the span) of each run."""
        found: list[tuple[int, int, int]] = []
        end = page + npages
        while page < end:
            leaf, at = self.leaves.get(page >> LEAF_SHIFT), page & LEAF_MASK
            count = min(_LEAF - at, end - page)
            entries = leaf[at : at + count] if isinstance(leaf, list) else [leaf]
            each = 1 if isinstance(leaf, list) else count
            for n, s in enumerate(entries):
                if s is None:
                    continue
                before = found[-1] if found else (0, 0, 0)
                if before[0] + before[1] == page + n and before[2] == s.start_addr:
                    found[-1] = (before[0], before[1] + each, s.start_addr)
                else:
                    found.append((page + n, each, s.start_addr))
            page += count
        return found

    def _leaf(self, number: int) -> list[S | None]:
        leaf = self.leaves.get(number)
        if isinstance(leaf, list):
            return leaf
        entries: list[S | None] = [leaf] * _LEAF
        self.leaves[number] = entries
        return entries
