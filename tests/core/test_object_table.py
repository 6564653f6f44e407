"""The table of objects, as a list of them that is searched from behind would answer, wherever the session stands."""

from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.world.blocks import AddressRow, Blocks
from gomem_core.world.objects import ObjectTable, ReplayDiffers
from tests.effort import effort

R = st.randoms(use_true_random=False)
NAMES = (None, "a", "b", "list")


@dataclass
class Row:
    name: str
    addr: int
    size: int
    ptrdata: int
    born: int
    dropped: int = -1


@dataclass
class Step:
    """What one step of a session did."""

    made: list[tuple[list[AddressRow], int, int, str | None, bool]]  # addresses, size, ptrdata, name, numbered
    dropped: list[int]


class Plain:
    """The same as a list of rows, made anew from the steps."""

    def __init__(self, steps: list[Step]) -> None:
        self.rows: list[Row] = []
        unnamed = 0
        for step, done in enumerate(steps, 1):
            for addrs, size, ptrdata, name, numbered in done.made:
                for n, addr in enumerate((addr for each in addrs for addr in each), 1):
                    unnamed += name is None
                    called = f"o{unnamed}" if name is None else f"{name}.{n}" if numbered else name
                    self.rows.append(Row(called, addr, size, ptrdata, step))
            for oid in done.dropped:
                self.rows[oid] = replace(self.rows[oid], dropped=step)

    def last(self, **of: object) -> int | None:
        """The last row with these fields."""
        found = [oid for oid, row in enumerate(self.rows) if all(getattr(row, field) == value for field, value in of.items())]
        return found[-1] if found else None


def do(table: ObjectTable, number: int, step: Step) -> None:
    for addrs, size, ptrdata, name, numbered in step.made:
        if numbered or len(addrs) > 1 or len(addrs[0]) > 1:
            table.add_many(addrs, size, ptrdata, number, name)
        else:
            table.add(addrs[0][0], size, ptrdata, number, name)
    for oid in step.dropped:
        table.drop(oid, number)


def some_step(r: Random, table: ObjectTable) -> Step:
    if r.random() < 0.3 and table.alive:
        return Step([], r.sample(table.living(), r.randint(1, min(6, table.alive))))
    stride = r.choice((8, 16, 64, 512, 8192, 32768))
    addrs: list[AddressRow] = []
    for _ in range(r.choice((1, 1, 1, 2, 5))):
        start = 0xC000000000 + stride * r.randrange(40)
        if r.random() < 0.2:
            addrs.append(Blocks(start, r.choice((5, 7)), 2, r.choice((1, 2, 5, 1000))))
        else:
            addrs.append(range(start, start + stride * r.choice((1, 2, 5, 17, 40)), stride))
    many = r.random() < 0.6
    if not many:
        addrs = [addrs[0][:1]]
    name = r.choice(NAMES)
    size = r.choice((8, 16, 64, 512))
    return Step([(addrs, size, r.choice((0, size)), name, many and name is not None)], [])


def check(table: ObjectTable, steps: list[Step], r: Random) -> None:
    plain = Plain(steps)
    rows = plain.rows
    assert len(table) == len(rows)
    assert table.alive == sum(row.dropped < 0 for row in rows)
    assert table.living() == [oid for oid, row in enumerate(rows) if row.dropped < 0]
    start = r.randint(0, len(rows))
    stop = r.randint(start, len(rows))
    for field in ("addr", "size", "ptrdata", "born", "dropped"):
        assert list(table.column(field, start, stop)) == [getattr(row, field) for row in rows[start:stop]], field
    for oid in r.sample(range(len(rows)), min(5, len(rows))):
        info, row = table.info(oid), rows[oid]
        assert (info.name, info.addr, info.size, info.ptrdata, info.born, info.dropped) == tuple(vars(row).values())
        assert table.find_name(row.name) == plain.last(name=row.name)
        assert table.find_addr(row.addr) == plain.last(addr=row.addr)
        assert table.size(oid) == row.size
    for name in ("a", "b", "a.1", "a.9", "b.01", "b.0", "list.3", "o1", f"o{table.unnamed}", f"o{table.unnamed + 1}"):
        assert table.find_name(name) == plain.last(name=name), name
    addrs = [0xC000000000 + 64 * r.randrange(60) for _ in range(3)]
    assert [table.find_addr(addr) for addr in addrs] == [plain.last(addr=addr) for addr in addrs]
    slots = range(0xC000000000, 0xC000002000, 64)
    there = [plain.last(addr=addr) for addr in slots]
    assert table.bytes_at([*slots], 64) == sum(64 if oid is None else min(64, rows[oid].size) for oid in there)
    living = {row.name for row in rows if row.dropped < 0}
    shown = {row.name for oid, row in enumerate(rows) if row.dropped < 0 and plain.last(name=row.name) == oid}
    assert shown <= set(table.names(limit=10**6)) <= living
    assert set(table.names("list", limit=10**6)) == {name for name in table.names(limit=10**6) if name.startswith("list")}
    columns = table.columns()
    again = ObjectTable.of(columns)
    assert again.columns() == columns
    assert [again.info(oid) for oid in range(len(rows))] == [table.info(oid) for oid in range(len(rows))]


@given(r=R)
@settings(max_examples=effort(40, 1000), deadline=None)
def test_wherever_one_goes_the_table_is_as_if_made_anew(r: Random) -> None:
    table = ObjectTable()
    steps: list[Step] = []
    at = 0
    for _ in range(r.randint(1, 25)):
        match r.randrange(6):
            case 0 | 1 | 2:
                if at < len(steps) and r.random() < 0.5:  # the known way again
                    at += 1
                    do(table, at, steps[at - 1])
                else:
                    table.diverge()
                    new = some_step(r, table)
                    do(table, at + 1, new)
                    if at < len(steps) and r.random() < 0.4:  # it was only tried
                        table.goto(at)
                        table.put_back()
                    else:
                        table.cut()
                        steps = [*steps[:at], new]
                        at += 1
            case _:
                at = r.randint(0, len(steps))
                table.goto(at)
        check(table, steps[:at], r)
    for number in range(at + 1, len(steps) + 1):
        do(table, number, steps[number - 1])
    check(table, steps, r)


def test_a_row_of_objects_that_comes_out_otherwise_is_told() -> None:
    table = ObjectTable()
    table.add_many([range(0x1000, 0x1400, 64)], 64, 0, 1, "a")
    table.goto(0)
    with pytest.raises(ReplayDiffers, match="object 3 was born at 0x10c0 the first time, and now at 0x2000"):
        table.add_many([range(0x1000, 0x10C0, 64), range(0x2000, 0x2340, 64)], 64, 0, 1, "a")
    with pytest.raises(ReplayDiffers, match="object 0 was born at"):
        table.add_many([range(0x1000, 0x1400, 64)], 48, 0, 1, "a")
    table.add_many([range(0x1000, 0x1400, 64)], 64, 0, 1, "a")
    assert table.find_name("a.16") == 15


def test_a_million_objects_of_one_command_take_few_bytes() -> None:
    """Its address and by what it was dropped: 12 bytes each, whatever they are called."""
    import tracemalloc  # noqa: PLC0415 -- of this test only

    table = ObjectTable()
    tracemalloc.start()
    table.add_many([range(0xC000000000, 0xC000000000 + 64_000_000, 64)], 64, 0, 1, "a")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1_000_000 * 16
    assert (table.name(999_999), table.find_addr(0xC000000040)) == ("a.1000000", 1)


def test_tiny_objects_that_do_not_fill_their_blocks_take_few_bytes_too() -> None:
    import tracemalloc  # noqa: PLC0415 -- of this test only

    table = ObjectTable()
    tracemalloc.start()
    table.add_many([Blocks(0xC000000000 + span * 8192, 5, 3, 1536) for span in range(100)], 5, 0, 1, "a")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 100 * 1536 * 16
    assert table.find_addr(0xC000000000 + 8192 + 16 + 10) == 1536 + 3 + 2
    assert table.find_addr(0xC000000000 + 8192 + 15) is None
