"""The objects in an order and through a filter, against what other code says of each object."""

import random
from collections.abc import Callable

import pytest

from gomem_core.queries.objectorder import FATES, ObjectOrder
from gomem_core.queries.reach import fate, find_paths
from gomem_core.queries.roworder import finish
from gomem_core.session.session import Session

RANK = ["rooted", "linked", "garbage", "dead", "swept", "zero"]


@pytest.fixture(scope="module")
def session() -> Session:
    """Objects of all fates: chains of links, dropped and kept, garbage, dead ones, swept ones, tiny ones, one of size 0."""
    s = Session(narrate=True)
    rng = random.Random(7)
    lines = ["alloc 64 times 20", "drop all", "gc"]
    lines += [f"alloc {rng.choice([5, 8, 48, 64, 3000, 40000])}{rng.choice(['', ' scan'])} as x{n}" for n in range(40)]
    lines += [line for n in range(12) for line in (f"alloc 64 scan as c{n}", *([f"link c{n - 1}.1 c{n}"] if n else []))]
    lines += [f"drop c{n}" for n in range(1, 12)] + [f"drop x{n}" for n in range(0, 40, 2)]
    lines += ["gc mark", *(f"drop x{n}" for n in range(1, 40, 6)), "alloc 0 as zero"]
    for line in lines:
        s.submit(line)
    return s


def fates(s: Session) -> list[str]:
    count = range(len(s.objects))
    paths = find_paths(s.world, s.objects, count)
    return [fate(s.world, s.objects, oid, paths) for oid in count]


def rows(order: ObjectOrder) -> list[int]:
    return [order.oid(row) for row in range(len(order))]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", ["step", "size", "state"])
def test_rows_are_in_order_and_found_again(session: Session, sort: str, descending: bool) -> None:
    order, found = ObjectOrder(session.world, session.objects), fates(session)
    assert len(set(found)) >= 5
    order.arrange(sort, descending)
    keys: dict[str, Callable[[int], int]] = {
        "step": lambda oid: oid,
        "size": lambda oid: session.objects.info(oid).size or 0,
        "state": lambda oid: RANK.index(found[oid]),
    }
    got = rows(order)
    assert sorted(got) == list(range(len(session.objects)))
    values = [keys[sort](oid) for oid in got]
    assert values == sorted(values, reverse=descending)
    assert [order.number(oid) for oid in got] == list(range(len(got)))


def test_filters_by_state_size_kind_and_name(session: Session) -> None:
    order, found = ObjectOrder(session.world, session.objects), fates(session)
    for fate_name, word in FATES.items():
        order.filter(f"state:{word}")
        assert {found[oid] for oid in rows(order)} <= {fate_name}
        assert len(order) == found.count(fate_name)
    order.filter("size>=1K kind:scan")
    assert sorted(rows(order)) == [
        oid for oid in range(len(found)) if ((o := session.objects.info(oid)).size or 0) >= 1024 and o.kind == "scan"
    ]
    order.filter("^c1")
    assert {session.objects.info(oid).name for oid in rows(order)} == {"c1", "c10", "c11"}
    assert order.number(0) == -1


def test_work_that_is_not_taken_changes_nothing(session: Session) -> None:
    order = ObjectOrder(session.world, session.objects, at_once=10)
    order.filter("state:swept")
    assert order.behind
    assert len(order) == len(session.objects), "what was shown stays"
    late = order.work()
    next(late)
    order.filter("state:rooted")
    finish(late)()
    assert order.behind, "nobody wants that any more"
    finish(order.work())()
    assert not order.behind
    before = rows(order)
    order.hold()
    order.filter("state:dead")
    order.refuse()
    assert (order.text, rows(order)) == ("state:rooted", before)


FILTERS = [
    "",
    "size>=1K",
    "size!=64 kind:scan",
    "kind:head",
    "kind!=noscan step>30",
    "dropped<60",
    "dropped!=70",
    "^c1",
    "o1\\d$",
]
FILTERS += [
    "state:swept",
    "state!=rooted size<4K",
    "c42000[0-4]",
    "[^0]\\s",
    "\\A[cx]",
    "size>9223372036854775807",
    "x state:dead",
]


@pytest.mark.parametrize("sort", ["step", "size", "state"])
@pytest.mark.parametrize("text", FILTERS)
def test_columns_give_the_rows_of_one_look_after_the_other(session: Session, text: str, sort: str) -> None:
    one_by_one, at_once = (ObjectOrder(session.world, session.objects, many=many) for many in (1 << 30, 0))
    for order in (one_by_one, at_once):
        order.arrange(sort, False)
        order.filter(text)
    assert rows(at_once) == rows(one_by_one)
    every = range(len(session.objects))
    assert [at_once.number(oid) for oid in every] == [one_by_one.number(oid) for oid in every]
