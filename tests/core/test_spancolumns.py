"""Spans in columns: what they say, and that filters and orders on them are those of one span after the other."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.lang.filters import FIELDS
from gomem_core.lang.pattern import BadPattern, Pattern
from gomem_core.queries import spancolumns, wastesums
from gomem_core.queries.account import Account
from gomem_core.queries.fullspans import ClassTables
from gomem_core.queries.spancolumns import SpanColumns, grouped
from gomem_core.queries.spanfilter import BadFilter, read_filters, span_test, span_waste
from gomem_core.queries.spanorder import SORTS, SpanOrder
from gomem_core.queries.wastesums import PARTS
from gomem_core.session.session import Session
from gomem_core.world.records import STATES, SpanField, SpanInfo
from tests.core.test_spanorder import LINES
from tests.versions import ANY_VERSION, session_of

COMMANDS = st.lists(
    st.sampled_from(
        [
            *LINES,
            "alloc 5 times 20",
            "alloc 16 times 9",
            "alloc 8 scan times 3",
            "alloc 0",
            "drop o9",
            "scavenge 0s",
        ]
    ),
    max_size=18,
)


@st.composite
def conditions(draw: st.DrawFn) -> str:
    """A condition on any field of spans, with a value that some spans may have."""
    field = draw(st.sampled_from(FIELDS["spans"]))
    if field.choices:
        return f"{field.name}{draw(st.sampled_from([':', '=', '!=']))}{draw(st.sampled_from(field.choices))}"
    sign = draw(st.sampled_from([":", "!=", "<", "<=", ">", ">="]))
    values = ["0", "1", "3", "4", "31", "48", "1K", "8K", "128", "9223372036854775807", "0%", "50%", "99%", "2.5%", "L"]
    return f"{field.name}{sign}{draw(st.sampled_from(values))}"


PIECES = ["c", "4", "0", "2", "e", "x", "scan", "in", "/", "%", "P0", "L", "free", "swept", "waits", "given", "large", "^", "$"]
PIECES += [
    "[0-4]",
    "[^0]",
    ".",
    ".*",
    "a|b",
    "|",
    "\\d",
    "\\s",
    "\\w+",
    "\\b",
    "\\B",
    "\\S",
    "\\D",
    "\\W",
    "\\A",
    "\\n",
    "(?:",
    ")",
]
PIECES += ["(", "+", "?", "*", "{2}", "(?i)", "(?-m:", "(?s)", "[[:digit:]]", "\\.", "+0%", "\\x0a", "\\\\", "[a-f]"]
PATTERNS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)


def can_be_read(text: str) -> bool:
    try:
        read_filters("spans", text)
    except BadFilter:
        return False
    return True


FILTERS = st.lists(st.one_of(conditions(), PATTERNS), max_size=3).map(" ".join).filter(can_be_read)


def drained(work: Iterator[object]) -> None:
    for compute in work:
        if callable(compute):
            compute()


@given(
    commands=COMMANDS,
    text=FILTERS,
    then=FILTERS,
    sort=st.sampled_from([*SORTS]),
    descending=st.booleans(),
    seen=st.sets(st.integers(0, 17)),
)
def test_columns_give_the_rows_of_one_look_after_the_other(
    commands: list[str], text: str, then: str, sort: str, descending: bool, seen: set[int]
) -> None:
    session = Session(narrate=True)
    order = SpanOrder(session.world, lambda: session.account, many=0)
    order.arrange(sort, descending)
    for n, line in enumerate(commands):
        session.submit(line)
        order.look_again(session.take_stale())
        if n in seen:  # what is known by then is put right later
            order.filter(text if n % 2 else then)
            check(session, order)
    for filters in (text, then, ""):
        order.filter(filters)
        check(session, order)


def check(session: Session, order: SpanOrder) -> None:
    account = Account(session.world, session.objects)
    filters = read_filters("spans", order.text)
    test = span_test(filters, lambda: account) if filters else None
    key = SORTS[order.sort]
    passing = [s for s in session.world.spans.rows() if test is None or test(s)]
    expected = sorted(passing, key=lambda s: (key(s, account), s.base), reverse=order.descending)
    assert order.rows(0, 10_000) == expected
    assert [order.number(info.base) for info in expected] == [*range(len(expected))]


@given(commands=COMMANDS, cut=st.integers(0, 40))
def test_a_column_says_what_the_rows_say(commands: list[str], cut: int) -> None:
    session = Session(narrate=True)
    world = session.world
    for line in commands:
        session.submit(line)
        rows = world.spans.rows()
        for start, stop in ((0, len(rows)), (min(cut, len(rows)), len(rows))):
            for name, value in columns_of(rows[start:stop], world.spans.list_names).items():
                assert world.spans.column(name, start, stop).tolist() == value, name
        allocated, live = world.slots.set_bytes(0, len(rows))
        sets = [(world.slots.sets(s.base) or (0, 0), (s.nelems + 7) // 8) for s in rows]
        assert allocated == b"".join(taken.to_bytes(size, "little") for (taken, _), size in sets)
        assert live == b"".join(held.to_bytes(size, "little") for (_, held), size in sets)


def columns_of(rows: list[SpanInfo], list_names: tuple[str, ...]) -> dict[SpanField, list[int]]:
    plain: list[SpanField] = ["base", "npages", "spanclass", "elemsize", "nelems", "alloc_count", "swept", "cached_by"]
    found: dict[SpanField, list[int]] = {name: [getattr(s, name) for s in rows] for name in (*plain, "npreleased")}
    found["state"] = [STATES.index(s.state) for s in rows]
    found["list_name"] = [list_names.index(s.list_name) for s in rows]
    return found


@given(
    commands=st.lists(st.sampled_from([*LINES, "alloc 48 times 171", "alloc 8192 times 4", "drop o1..o9"]), max_size=18),
    halfway=st.integers(0, 30),
    version=ANY_VERSION,
)
def test_the_class_of_a_full_span_tells_what_it_tells(commands: list[str], halfway: int, version: str) -> None:
    session = session_of(version)
    for line in commands:
        session.submit(line)
    if session.step:
        session.goto(session.step - 1, halfway)
    world = session.world
    tables = ClassTables(world.profile)
    rows = world.spans.rows()
    none_waits = all(info.swept for info in rows)
    for n, info in enumerate(rows):
        told = world.slots.full(n, n + 1)
        full = tables.of(told)
        is_plain = info.spanclass > 1 and 0 < info.nelems == info.alloc_count and info.cached_by == -1
        assert full is not None or not is_plain or not none_waits or halfway, "whose slots are all taken is full"
        if full is not None:
            assert full.set_bytes() == world.slots.set_bytes(n, n + 1)
            for name, value in columns_of([info], world.spans.list_names).items():
                column = full.column(name)
                assert (column is None) == (name not in ("npages", "spanclass", "elemsize", "nelems"))
                assert column is None or column.tolist() == value, name
    whole = world.slots.full(0, len(rows))
    assert len(whole) == len(rows)
    several = [n for n in range(len(rows)) if whole[n] > 1]
    if several:
        full = tables.of(bytes([whole[n] for n in several]))
        assert full is not None
        assert full.set_bytes() == (b"".join([world.slots.set_bytes(n, n + 1)[0] for n in several]),) * 2


@given(commands=COMMANDS, halfway=st.integers(0, 30))
def test_columns_hold_halfway_in_a_command_too(commands: list[str], halfway: int) -> None:
    session = Session(narrate=True)
    for line in commands:
        session.submit(line)
    if session.step:
        session.goto(session.step - 1, halfway)
    rows = session.world.spans.rows()
    for name, value in columns_of(rows, session.world.spans.list_names).items():
        assert session.world.spans.column(name).tolist() == value, name
    assert session.world.spans.column("sweepgen").tolist() == [info.sweepgen for info in rows]


@given(commands=COMMANDS, known=st.booleans(), size=st.sampled_from([1, 2, 1_000]), version=ANY_VERSION)
def test_the_sums_of_all_spans_are_those_of_the_account(commands: list[str], known: bool, size: int, version: str) -> None:
    session = session_of(version)
    for line in commands:
        session.submit(line)
    account = Account(session.world, session.objects)
    if known:
        account.read()
    columns = SpanColumns(session.world, lambda: account)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spancolumns, "_SLICE", size)
        patch.setattr(wastesums, "_SPANS", size)
        drained(columns.load([*PARTS]))
    assert ("nelems" in columns._columns) == (not known), "where the account knows them, they are not worked out anew"
    rows = session.world.spans.rows()
    assert {*columns["base"].tolist()} == {s.base for s in rows}
    for n, info in enumerate(rows):
        share = account.of_span(info.base)
        found = tuple(int(columns[part][n]) for part in PARTS)
        assert found == ((0,) * len(PARTS) if share is None else tuple(getattr(share, part) for part in PARTS))
        waste = span_waste(info, account)
        percent = [float(columns.percent(part)[n]) for part in ("wasted", "slot_waste", "free_slots")]
        assert percent == [*waste], "the very same floats, since they are compared with what was typed"


@given(commands=COMMANDS, stops=st.lists(st.integers(0, 12), max_size=3), more=st.sampled_from(["", *LINES]))
def test_what_was_stopped_goes_on_or_begins_anew_where_the_heap_changed(commands: list[str], stops: list[int], more: str) -> None:
    session = Session(narrate=True)
    columns = SpanColumns(session.world, lambda: session.account)
    for line in commands:
        session.submit(line)
    session.take_stale()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spancolumns, "_SLICE", 3)
        for stop in stops:
            drained(islice(columns.prepare(), stop))
        if more:
            session.submit(more)
            columns.look_again(session.take_stale())
        drained(columns.prepare())
    rows = session.world.spans.rows()
    for name, value in columns_of(rows, session.world.spans.list_names).items():
        assert columns[name].tolist() == value, name
    account = Account(session.world, session.objects)
    shares = [account.of_span(info.base) for info in rows]
    assert columns["requested"].tolist() == [0 if share is None else share.requested for share in shares]


@given(rows=st.lists(st.tuples(*[st.one_of(st.integers(-3, 3), st.integers(-(1 << 62), 1 << 62))] * 4), max_size=30))
def test_groups_are_rows_that_are_equal(rows: list[tuple[int, ...]]) -> None:
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)] or [np.array([], np.int64)]
    first, group = grouped(columns)
    assert len({*group.tolist()}) == len({*rows}) == len(first)
    assert [rows[first[n]] for n in group] == rows


ACROSS = st.lists(st.sampled_from(["c", r"\s", "[^x]", "^", "$", r"\b", r"\B", r"\n", "a|4", ".", "x*"]), min_size=1).map("".join)


@given(
    pattern=st.one_of(PATTERNS, ACROSS),
    lines=st.lists(st.text("c420ex\\/ab %", max_size=6), min_size=1, max_size=9),
    often=st.sampled_from([0, 20]),  # a row that is there so often is searched for in runs, where it is found
)
def test_many_texts_at_once_are_searched_as_one_by_one(pattern: str, lines: list[str], often: int) -> None:
    try:
        found = Pattern(pattern)
    except BadPattern:
        return
    expected = [found.found_in(line) for line in lines]
    if found.stays_in_line:
        text = "".join(f"{line}\n" for line in lines).encode()
        runs = found.runs(text)
        inside = [any(a <= at < b for a, b in runs) for at in starts(lines)]
        assert inside == expected
    rows = ["\n".join(lines[n:]) for n in range(len(lines))]
    rows = [*lines[:1] * often, *rows]
    assert found.rows_with([row.encode() for row in rows]) == [n for n, row in enumerate(rows) if found.found_in(row)]


def starts(lines: list[str]) -> list[int]:
    return [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]
