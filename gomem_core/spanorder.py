"""The spans in another order than by address, or only some of them: kept up to date from the heap's narration.

Events tell which spans to look at again; reading moves those few to where they belong.  Only what changes all spans, a mark or a
new choice of order, costs time in proportion to their number.
"""

from bisect import bisect_left, insort
from collections.abc import Callable
from typing import Final

from gomem_core.account import Account
from gomem_core.news import Stale
from gomem_core.records import SpanInfo
from gomem_core.report import Cell
from gomem_core.spanfilter import Test, Waste, read_filter, span_waste
from gomem_core.view import HeapView

Key = Callable[[SpanInfo, Account], Cell]

# By the names of the table's columns.
SORTS: Final[dict[str, Key]] = {
    "base": lambda s, _: s.base,
    "pages": lambda s, _: s.npages,
    "class": lambda s, _: s.sizeclass,
    "size": lambda s, _: s.elemsize,
    "kind": lambda s, _: s.kind or s.state,
    "used": lambda s, _: s.used,
    "list": lambda s, _: s.list_name,
    "waste": lambda s, account: span_waste(s, account).all,
    "sweepgen": lambda s, _: s.sweepgen,
}


class SpanOrder:
    """Rows: the spans that pass a filter, in an order."""

    def __init__(self, view: HeapView, account: Callable[[], Account]) -> None:
        self._view = view
        self._account = account  # of the session there is: `open` and `resume` exchange it
        self.sort = "base"
        self.descending = False
        self.text = ""  # of the filter
        self._test: Test | None = None
        self._keys: dict[int, Cell] = {}  # by base, of the spans among the rows
        self._rows: list[tuple[Cell, int]] = []  # (key, base), ascending
        self._dirty: set[int] = set()
        self._all = True  # look at all of them again

    @property
    def plain(self) -> bool:
        """All spans by address, ascending: then the view's own index serves."""
        return self.sort == "base" and not self.descending and self._test is None

    def arrange(self, sort: str, descending: bool) -> None:
        """Choose the order, a key of SORTS."""
        self._all = self._all or sort != self.sort
        self.sort, self.descending = sort, descending

    def filter(self, text: str) -> None:
        """Choose what is among the rows, as typed (read_filter); nothing: every span.  Raises BadFilter, with nothing changed."""
        text = text.strip()
        if text == self.text:
            return
        self._test = read_filter(text, self._account)
        self.text = text
        self._all = True

    def look_again(self, stale: Stale) -> None:
        """These spans may have changed."""
        self._all = self._all or stale.all
        self._dirty |= stale.bases

    def waste(self, info: SpanInfo) -> Waste:
        """What span_waste says of it."""
        return span_waste(info, self._account())

    def __len__(self) -> int:
        if self.plain:
            return self._view.span_count
        self._update()
        return len(self._rows)

    def rows(self, start: int, stop: int) -> list[SpanInfo]:
        """Rows number start to stop."""
        if self.plain:
            return self._view.spans(start, stop)
        self._update()
        count = len(self._rows)
        numbers = range(start, min(stop, count))
        bases = (self._rows[count - 1 - n if self.descending else n][1] for n in numbers)
        return [info for base in bases if (info := self._view.span_at(base)) is not None]

    def number(self, addr: int) -> int:
        """The row of the span that holds `addr`; -1 when it is not among them."""
        if self.plain:
            return self._view.span_number(addr)
        self._update()
        info = self._view.span_at(addr)
        if info is None or info.base not in self._keys:
            return -1
        at = bisect_left(self._rows, (self._keys[info.base], info.base))
        return len(self._rows) - 1 - at if self.descending else at

    def beside(self, addr: int, step: int) -> int:
        """The row next to the span that holds `addr` (1: behind, -1: before), whether it passes the filter or not.

        -1 or the number of rows where there is none on that side.
        """
        at = self.number(addr)
        if at >= 0:
            return at + step
        info = self._view.span_at(addr)
        before = 0 if info is None else bisect_left(self._rows, (self._key(info), info.base))
        if self.descending:
            before = len(self._rows) - before
        return before if step > 0 else before - 1

    def _update(self) -> None:
        if self._all:
            passing = (s for s in self._view.each() if self._test is None or self._test(s))
            self._keys = {s.base: self._key(s) for s in passing}
            self._rows = sorted((k, base) for base, k in self._keys.items())
        else:
            for base in self._dirty:
                self._look_at(base)
        self._dirty.clear()
        self._all = False

    def _key(self, info: SpanInfo) -> Cell:
        return SORTS[self.sort](info, self._account())

    def _look_at(self, base: int) -> None:
        info = self._view.span_at(base)
        stays = info is not None and info.base == base and (self._test is None or self._test(info))
        now = self._key(info) if info is not None and stays else None
        before = self._keys.get(base)
        if before == now and (before is None) == (not stays):
            return
        if before is not None:
            del self._rows[bisect_left(self._rows, (before, base))]
            del self._keys[base]
        if now is not None:
            self._keys[base] = now
            insort(self._rows, (now, base))
