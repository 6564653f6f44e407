"""The spans in another order than by address, or only some of them: kept up to date from the heap's narration.

Events tell which spans to look at again; reading moves those few to where they belong.  Only what changes all spans, a mark or a
new choice of order, costs time in proportion to their number: there many spans are looked at all at once, in columns.
"""

from __future__ import annotations  # spancolumns.py is imported when it is first needed

from collections.abc import Callable, Generator
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Final

from gomem_core.lang.commands import Filter
from gomem_core.lang.pattern import TooCostly
from gomem_core.named import NamedTuple
from gomem_core.queries.account import Account
from gomem_core.queries.ranked import Ranked, ranked
from gomem_core.queries.roworder import MANY, PATIENCE, SLICE_SECONDS, Choice, RowOrder, Step, Work
from gomem_core.queries.spanfilter import Test, Waste, read_filters, span_test, span_waste
from gomem_core.report import Cell
from gomem_core.world.changes import Stale
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.records import STATES, SpanInfo
from gomem_core.world.world import World, unknown

if TYPE_CHECKING:
    from gomem_core.queries.spancolumns import SpanColumns

Key = Callable[[SpanInfo, Account], Cell]

# By the names of the table's columns.
SORTS: Final[dict[str, Key]] = {
    "base": lambda s, _: s.base,
    "pages": lambda s, _: s.npages,
    "class": lambda s, _: s.sizeclass,
    "size": lambda s, _: s.elemsize,
    "kind": lambda s, _: s.kind or s.state,
    "used": lambda s, _: s.used,
    "list": lambda s, _: UNKNOWN if s.list_name is None else s.list_name,
    "waste": lambda s, account: span_waste(s, account).all,
    "sweepgen": lambda s, _: -1 if s.sweepgen is None else s.sweepgen,
}


class SpanTest(NamedTuple):
    """A filter of spans, and the same as a test of one."""

    filters: tuple[Filter, ...]
    passes: Test


class SpanOrder(RowOrder):
    """Rows: the spans that pass a filter, in an order."""

    def __init__(self, world: World, account: Callable[[], Account], at_once: int | None = None, many: int = MANY) -> None:
        """`many`: where there are more spans, they are looked at all at once, in columns."""
        super().__init__(Choice("base", descending=False), at_once)
        self._world = world
        self._account = account  # of the session there is: `open` and `resume` exchange it
        self._many = many
        self._ranked = ranked(())  # by base
        self._dirty: set[int] = set()
        self._columns: SpanColumns | None = None
        kinds = sorted({*STATES, "scan", "noscan"})
        names = () if unknown(world, "spans") else world.spans.list_names
        self._ranks = {word: rank for words in (kinds, names) for rank, word in enumerate(words)}

    def _read(self, text: str) -> SpanTest | None:
        filters = read_filters("spans", text)
        return SpanTest(filters, span_test(filters, self._account)) if filters else None

    def _is_plain(self, choice: Choice) -> bool:
        """All spans by address, ascending: then the world's own index serves."""
        return choice.sort == "base" and not choice.descending and choice.test is None

    def total(self) -> int:
        """Spans of the arena."""
        return 0 if unknown(self._world, "spans") else self._world.spans.count

    def look_again(self, stale: Stale) -> None:
        """These spans may have changed."""
        self._all = self._all or stale.all
        self._dirty |= stale.bases
        if self._columns is not None:
            self._columns.look_again(stale)

    def waste(self, info: SpanInfo) -> Waste:
        """What span_waste says of it."""
        return span_waste(info, self._account())

    def __len__(self) -> int:
        self._update()
        return self._world.spans.count if self.plain else len(self._ranked)

    def rows(self, start: int, stop: int) -> list[SpanInfo]:
        """Rows number start to stop."""
        self._update()
        if self.plain:
            return self._world.spans.rows(start, stop)
        count = len(self._ranked)
        numbers = range(start, min(stop, count))
        bases = (self._ranked.at(count - 1 - n if self._shown.descending else n) for n in numbers)
        return [info for base in bases if (info := self._world.spans.at(base)) is not None]

    def number(self, addr: int) -> int:
        """The row of the span that holds `addr`; -1 when it is not among them."""
        self._update()
        if self.plain:
            return self._world.spans.number(addr)
        info = self._world.spans.at(addr)
        key = None if info is None else self._ranked.key(info.base)
        if info is None or key is None:
            return -1
        at = self._ranked.place(info.base, key)
        return len(self._ranked) - 1 - at if self._shown.descending else at

    def beside(self, addr: int, step: int) -> int:
        """The row next to the span that holds `addr` (1: after, -1: before), whether it passes the filter or not.

        -1 or the number of rows where there is none on that side.
        """
        at = self.number(addr)
        if at >= 0:
            return at + step
        info = self._world.spans.at(addr)
        before = 0 if info is None else self._ranked.place(info.base, self._key(info, self._shown))
        if self._shown.descending:
            before = len(self._ranked) - before
        return before if step > 0 else before - 1

    def work(self) -> Work:
        """Look at all spans; the heap must stand still meanwhile.  Raises TooCostly."""
        wanted = self._wanted
        if self._world.spans.count > self._many:
            rows = yield from self._all_at_once(wanted)
        else:
            rows = yield from self._one_by_one(wanted)

        def take() -> None:
            if self._taken(wanted):
                self._ranked = rows
                self._dirty.clear()

        return take

    def prepare(self) -> Work | None:
        """Make all columns that a filter may need."""
        return self._ready() if self._world.spans.count > self._many else None

    def _ready(self) -> Work:
        columns = yield from self.columns()
        yield from columns.prepare()
        return lambda: None

    def columns(self) -> Generator[Step, None, SpanColumns]:
        """The columns of all spans, told of all changes; which of them are needed, is to be loaded."""
        yield lambda: import_module("numpy")  # not while the screen may have to wait for it
        from gomem_core.queries.spancolumns import SpanColumns  # noqa: PLC0415 -- few need it, and numpy takes long to import

        if self._columns is None:
            self._columns = SpanColumns(self._world, self._account)
        return self._columns

    def _one_by_one(self, wanted: Choice) -> Generator[Step, None, Ranked]:
        found: list[tuple[int, float]] = []
        until = 0.0
        for span in self._world.spans.each():
            if perf_counter() > until:
                yield None
                until = perf_counter() + SLICE_SECONDS
            if wanted.test is None or wanted.test.passes(span):
                found.append((span.base, self._key(span, wanted)))
        yield None
        return ranked(found)

    def _all_at_once(self, wanted: Choice) -> Generator[Step, None, Ranked]:
        columns = yield from self.columns()
        from gomem_core.queries.spanmask import ranked_spans  # noqa: PLC0415 -- it needs numpy, too

        return (yield from ranked_spans(columns, wanted.test.filters if wanted.test else (), wanted.sort))

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

    def _key(self, info: SpanInfo, choice: Choice) -> float:
        """The key of a span as a number; words in alphabetical order."""
        key = SORTS[choice.sort](info, self._account())
        return self._ranks[key] if isinstance(key, str) else key

    def _look_at(self, base: int) -> None:
        info, test = self._world.spans.at(base), self._shown.test
        if info is None or info.base != base:
            self._ranked.put(base, None)
        if info is not None:
            stays = test is None or test.passes(info)
            self._ranked.put(info.base, self._key(info, self._shown) if stays else None)
