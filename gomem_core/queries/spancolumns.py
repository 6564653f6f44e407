"""The spans of a world as arrays, one a field: so that a filter or an order looks at all of them at once.

A column is made when it is first asked for, in slices.  Later on only the spans that changed are looked at again; where many did,
or it is not told which, columns are made anew.  numpy, which is needed for that, takes a tenth of a second to import: therefore
this file is imported where columns are first needed.
"""

from collections.abc import Callable, Generator, Sequence
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gomem_core.queries.account import Account
from gomem_core.queries.fullspans import Bits, ClassTables, joined
from gomem_core.queries.wastesums import NEEDED, PARTS, Field, Ints, Part, Step, waste_sums
from gomem_core.world.changes import Stale
from gomem_core.world.facts import Fact
from gomem_core.world.records import STATES, SpanField, SpanInfo
from gomem_core.world.world import World

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Slices = Generator[Step, None, None]

_SLICE: Final = 1_000  # spans: two milliseconds for all columns, and their mspans stay in the processor's cache meanwhile
_MOST: Final = 500  # spans that are looked at again one by one: as long as a quarter of all columns of 100,000 spans
_FEW: Final = 500  # spans that the account looks at meanwhile: some 10 ms
_SPAN_FIELDS: Final[tuple[SpanField, ...]] = get_args(SpanField)
TOLD: Final[tuple[Field, ...]] = (  # what rows tell of a span, but for its address and waste; see SpanColumns.groups
    *("spanclass", "alloc_count", "state", "list_name", "cached_by", "nelems", "npreleased", "npages", "elemsize", "swept"),
)
_IN_USE: Final = STATES.index("inuse")


class SpanColumns:
    """Columns of one world.  `look_again` is told what changed; `load` brings columns up to date, then they can be read."""

    def __init__(self, world: World, account: Callable[[], Account]) -> None:
        """`account` knows the objects; what the spans waste is asked of it where few spans changed."""
        self.knows_sizes = not world.doubt(Fact.SIZE)  # whether it is known what a program asked for
        self._world = world
        self._account = account
        self._columns: dict[Field, Ints] = {}
        self._begun: dict[SpanField, tuple[Ints, int]] = {}  # those that are not complete, and so many of their spans
        self._changed: set[int] = set()  # bases of spans to look at again
        self._groups: tuple[Ints, Ints] | None = None
        self._tables = ClassTables(world.profile)

    def look_again(self, stale: Stale) -> None:
        """These spans may have changed."""
        self._changed |= stale.bases
        if self._changed or stale.all:
            self._begun.clear()
        if stale.all or len(self._changed) > _MOST:
            self._columns.clear()
            self._changed.clear()
            self._groups = None

    # --- Bringing columns up to date --------------------------------------------------------------------------------------

    def load(self, names: Sequence[Field]) -> Slices:
        """Bring these columns up to date, and those that they need; the heap must stand still meanwhile."""
        if self._changed:
            self._put_right()
            yield None
        yield from self._read(("base", *names))
        if {*PARTS} & {*names} - {*self._columns}:
            sums = _known_sums(self._account(), self["base"])
            yield None
            if sums is None:
                bits: list[Bits] = []
                yield from self._read(NEEDED, bits)
                sums = yield from waste_sums(self._world.profile, self._account().objects, dict(self._columns), *joined(bits))
            self._columns.update(sums.items())

    def prepare(self) -> Slices:
        """Get ready for any filter."""
        yield from self.load(("base", *TOLD, *PARTS))
        yield from self.groups()

    def _read(self, wanted: Sequence[Field], bits: list[Bits] | None = None) -> Slices:
        """Read those of these columns from the world that are not there; where it was stopped, it goes on next time.

        The slots of all spans are read into `bits`, as Slots.set_bytes has them.
        """
        names = [name for name in _SPAN_FIELDS if name in wanted and name not in self._columns]
        if not names and bits is None:
            return
        spans, slots = self._world.spans, self._world.slots
        count = spans.count
        for start in range(0, count, _SLICE):
            stop = min(count, start + _SLICE)
            full = None
            if bits is not None:
                full = self._tables.of(slots.full(start, stop))
                bits.append(slots.set_bytes(start, stop) if full is None else full.set_bytes())
            for name in names:
                column, done = self._begun.get(name, (None, 0))
                if column is None:
                    column = np.empty(count, np.int64)
                if done == start:
                    told = None if full is None else full.column(name)
                    column[start:stop] = spans.column(name, start, stop) if told is None else told
                    self._begun[name] = column, stop
            yield None
        for name in names:
            self._columns[name] = self._begun.pop(name)[0] if count else np.empty(0, np.int64)

    def _put_right(self) -> None:
        """Look at spans again that changed, came or went."""
        self._groups = None
        base = self._columns.get("base")
        if base is None:
            self._columns.clear()
            self._changed.clear()
            return
        found = {info.base: info for one in self._changed if (info := self._world.spans.at(one)) is not None}
        there = [found[one] for one in sorted(found)]
        bases = np.array(sorted(self._changed | found.keys()), np.int64)
        self._changed.clear()
        kept = np.ones(len(base), bool)
        places = np.searchsorted(base, bases)
        within = places < len(base)
        kept[places[within][base[places[within]] == bases[within]]] = False
        new = np.array([info.base for info in there], np.int64)
        at = np.searchsorted(base[kept], new)
        for name, column in self._columns.items():
            values = np.array([self._value(name, info) for info in there], np.int64)
            self._columns[name] = np.insert(column[kept], at, values)

    def _value(self, name: Field, info: SpanInfo) -> int:
        """The value of one span, as `Spans.column` and waste_sums have it."""
        if name in PARTS:
            share = self._account().of_span(info.base)
            return int(getattr(share, name)) if share is not None else 0
        value = getattr(info, name)
        if name == "state":
            return STATES.index(value)
        return self._world.spans.list_names.index(value) if name == "list_name" else int(value)

    # --- Reading them -------------------------------------------------------------------------------------------------------

    def __getitem__(self, name: Field) -> Ints:
        """A column that was loaded, in address order."""
        return self._columns[name]

    def in_use(self) -> Mask:
        """Which spans hold objects; needs "state"."""
        in_use: Mask = self["state"] == _IN_USE
        return in_use

    def words(self, name: Literal["state", "list_name"]) -> tuple[str, ...]:
        """What the numbers in this column mean."""
        return STATES if name == "state" else self._world.spans.list_names

    def used(self) -> Floats:
        """SpanInfo.used; needs "alloc_count" and "nelems"."""
        return _ratio(self["alloc_count"], self["nelems"])

    def percent(self, part: Literal["wasted", "slot_waste", "free_slots"]) -> Floats:
        """What share of its bytes is wasted, or a part of that, in percent; 0 where nothing is.  Needs PARTS.

        The same float as Share.percent gives.
        """
        total = self["total"]
        return _ratio(100 * (total - self["requested"] if part == "wasted" else self[part]), total)

    def info(self, row: int) -> SpanInfo:
        """The span in a row."""
        return self._world.spans.rows(row, row + 1)[0]

    def groups(self) -> Generator[Step, None, tuple[Ints, Ints]]:
        """The first row of each group of spans of which rows tell the same, and each span's group; needs TOLD."""
        if self._groups is None:
            swept = (~self.in_use() | (self["swept"] != 0)).astype(np.int64)
            columns = [*(self[name] for name in TOLD if name != "swept"), swept]
            found: list[tuple[Ints, Ints]] = []
            yield lambda: found.append(grouped(columns))
            self._groups = found[0]
        return self._groups


def _ratio(part: Ints, whole: Ints) -> Floats:
    """One divided by the other; 0 where the other is."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)


def grouped(columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The first row of each group of rows that are equal in all columns, and each row's group.

    The columns become one number a row: as digits, each to the base of its range.  Where that gets too large, numbers are
    exchanged for ranks among those that there are.
    """
    code, size = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
        digit, base = column - low, high - low + 1
        if size * base >= 1 << 62:
            _, code = _ranks(code)
            _, digit = _ranks(digit)
            size, base = (int(one.max()) + 1 for one in (code, digit))
        code, size = code * base + digit, size * base
    return _ranks(code)


def _ranks(code: Ints) -> tuple[Ints, Ints]:
    """The first row of each value, and the place of each row's value among all."""
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    begins = np.ones(len(code), bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    place = np.empty(len(code), np.int64)
    place[order] = np.cumsum(begins) - 1
    return order[begins], place


def _known_sums(account: Account, base: Ints) -> dict[Part, Ints] | None:
    """The sums of the spans at these ascending bases, as the account has them; None where it has yet to look at many.

    Spans that are not in use have 0.
    """
    sums = account.span_sums(_FEW)
    if sums is None:
        return None
    there = np.array(sums.base)
    places = np.flatnonzero(there)
    rows = np.searchsorted(base, there[places])
    found: dict[Part, Ints] = {}
    for name in PARTS:
        found[name] = np.zeros(len(base), np.int64)
        found[name][rows] = np.array(getattr(sums, name))[places]
    return found
