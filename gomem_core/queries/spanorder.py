"""The spans in another order than by address, or only some of them: kept up to date from the heap's narration.

Events tell which spans to look at again; reading moves those few to where they belong.  Only what changes all spans, a mark or a
new choice of order, costs time in proportion to their number.
"""

from bisect import bisect_left, insort
from collections.abc import Callable
from time import perf_counter
from typing import Final

from gomem_core.lang.pattern import TooCostly
from gomem_core.queries.account import Account
from gomem_core.queries.roworder import PATIENCE, SLICE_SECONDS, Choice, RowOrder, Work
from gomem_core.queries.spanfilter import Test, Waste, read_filter, span_waste
from gomem_core.report import Cell
from gomem_core.world.changes import Stale
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import Whole

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


class SpanOrder(RowOrder):
    """Rows: the spans that pass a filter, in an order."""

    def __init__(self, world: Whole, account: Callable[[], Account], at_once: int | None = None) -> None:
        super().__init__(Choice("base", descending=False), at_once)
        self._world = world
        self._account = account  # of the session there is: `open` and `resume` exchange it
        self._keys: dict[int, Cell] = {}  # by base, of the spans among the rows
        self._rows: list[tuple[Cell, int]] = []  # (key, base), ascending
        self._dirty: set[int] = set()

    def _read(self, text: str) -> Test | None:
        return read_filter(text, self._account)

    def _is_plain(self, choice: Choice) -> bool:
        """All spans by address, ascending: then the world's own index serves."""
        return choice.sort == "base" and not choice.descending and choice.test is None

    def total(self) -> int:
        """Spans of the arena."""
        return self._world.spans.count

    def look_again(self, stale: Stale) -> None:
        """These spans may have changed."""
        self._all = self._all or stale.all
        self._dirty |= stale.bases

    def waste(self, info: SpanInfo) -> Waste:
        """What span_waste says of it."""
        return span_waste(info, self._account())

    def __len__(self) -> int:
        self._update()
        if self.plain:
            return self._world.spans.count
        return len(self._rows)

    def rows(self, start: int, stop: int) -> list[SpanInfo]:
        """Rows number start to stop."""
        self._update()
        if self.plain:
            return self._world.spans.rows(start, stop)
        count = len(self._rows)
        numbers = range(start, min(stop, count))
        bases = (self._rows[count - 1 - n if self._shown.descending else n][1] for n in numbers)
        return [info for base in bases if (info := self._world.spans.at(base)) is not None]

    def number(self, addr: int) -> int:
        """The row of the span that holds `addr`; -1 when it is not among them."""
        self._update()
        if self.plain:
            return self._world.spans.number(addr)
        info = self._world.spans.at(addr)
        if info is None or info.base not in self._keys:
            return -1
        at = bisect_left(self._rows, (self._keys[info.base], info.base))
        return len(self._rows) - 1 - at if self._shown.descending else at

    def beside(self, addr: int, step: int) -> int:
        """The row next to the span that holds `addr` (1: after, -1: before), whether it passes the filter or not.

        -1 or the number of rows where there is none on that side.
        """
        at = self.number(addr)
        if at >= 0:
            return at + step
        info = self._world.spans.at(addr)
        before = 0 if info is None else bisect_left(self._rows, (self._key(info), info.base))
        if self._shown.descending:
            before = len(self._rows) - before
        return before if step > 0 else before - 1

    def work(self) -> Work:
        """Look at all spans; the heap must stand still meanwhile.  Raises TooCostly."""
        wanted, test, key = self._wanted, self._wanted.test, SORTS[self._wanted.sort]
        keys: dict[int, Cell] = {}
        rows: list[tuple[Cell, int]] = []
        until = 0.0
        for span in self._world.spans.each():
            if perf_counter() > until:
                yield
                until = perf_counter() + SLICE_SECONDS
            if test is None or test(span):
                keys[span.base] = found = key(span, self._account())
                rows.append((found, span.base))
        yield
        rows.sort()

        def take() -> None:
            if self._taken(wanted):
                self._keys, self._rows = keys, rows
                self._dirty.clear()

        return take

    def _update(self) -> None:
        self.catch_up()
        if self._all or self.plain:
            return
        end = perf_counter() + PATIENCE
        try:
            for base in self._dirty:
                self._look_at(base)
                if self._at_once is not None and perf_counter() > end:
                    self._leave()
                    return
        except TooCostly as problem:
            self._all = True
            self.give_up(problem)
        self._dirty.clear()

    def _key(self, info: SpanInfo) -> Cell:
        return SORTS[self._shown.sort](info, self._account())

    def _look_at(self, base: int) -> None:
        info = self._world.spans.at(base)
        stays = info is not None and info.base == base and (self._shown.test is None or self._shown.test(info))
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
