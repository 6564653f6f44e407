"""Order and filter follow the heap from its events alone, whatever the commands."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.go.events import Event
from gomem_core.lang import parse
from gomem_core.modern.engine import ModernEngine
from gomem_core.queries.account import Account
from gomem_core.queries.spanfilter import BadFilter, read_filter
from gomem_core.queries.spanorder import SORTS, SpanOrder
from gomem_core.session.commands.context import Context
from gomem_core.session.commands.table import EXECUTE
from gomem_core.session.session import Session
from gomem_core.world.changes import Stale
from gomem_core.world.objects import ObjectTable
from tests.versions import VERSIONS, profile_of, session_of

LINES = [
    "alloc 48 scan times 90",
    "alloc 5000 times 9",
    "alloc 40000",
    "alloc 2M",
    "alloc 100 times 30",
    "alloc 33 times 40",
    "alloc 3",
    "drop all",
    "gc",
    "gc mark",
    "gc sweep 2",
    "flush",
    "freeos",
    "churn 40",
    "procs 2",
    "p 1",
]
FILTERS = [
    "",
    "waste>1%",
    "waste<30% state:inuse",
    "class:4",
    "state:free",
    "used<50% kind:noscan",
    "pages>=2",
    "nonempty|free",
    "waits",
    "waste > 1% scan",
    "[1-9]%$",
    "c42000[0-4]",
    "c00000[0-4]",
    "partialu|full",
    "P0 cache",
    "given back",
]


@given(
    commands=st.lists(st.sampled_from(LINES), max_size=25),
    sort=st.sampled_from(list(SORTS)),
    text=st.sampled_from(FILTERS),
    descending=st.booleans(),
    seed=st.integers(0, 9),
    version=st.sampled_from(VERSIONS),
)
def test_the_rows_are_those_of_a_table_made_anew(
    commands: list[str], sort: str, text: str, descending: bool, seed: int, version: str
) -> None:
    session = session_of(version)
    order = SpanOrder(session.world, lambda: session.account)
    order.arrange(sort, descending)
    anew = Account(session.world, session.objects)
    test = read_filter(text, lambda: anew)
    order.filter(text)
    chance = random.Random(seed)
    for line in commands:
        session.submit(line)
        order.look_again(session.take_stale())
        if chance.random() < 0.5:
            continue  # several commands may pass between two looks
        key = SORTS[sort]
        anew = Account(session.world, session.objects)
        passing = [s for s in session.world.spans.rows() if test is None or test(s)]
        expected = sorted(passing, key=lambda s: (key(s, anew), s.base), reverse=descending)
        assert order.rows(0, 10_000) == expected
        assert len(order) == len(expected)
        for number, info in enumerate(expected):
            assert order.number(info.base) == number


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(SORTS))
def test_beside_any_span_is_the_next_that_passes(sort: str, descending: bool) -> None:
    session = Session(narrate=True)
    for line in ("alloc 48 scan times 300", "alloc 5000 times 9", "alloc 40000", "alloc 100 times 90", "alloc 200"):
        session.submit(line)
    order = SpanOrder(session.world, lambda: session.account)
    order.arrange(sort, descending)
    order.filter("pages:1")
    everything = sorted(session.world.spans.rows(), key=lambda s: (SORTS[sort](s, session.account), s.base), reverse=descending)
    passing = [s for s in everything if s.npages == 1]
    assert 3 < len(passing) < len(everything)
    for at, info in enumerate(everything):
        behind = sum(s.npages == 1 for s in everything[: at + 1])
        before = sum(s.npages == 1 for s in everything[:at]) - 1
        assert order.beside(info.base + 5, 1) == behind
        assert order.beside(info.base + 5, -1) == before


def test_what_does_not_pass_has_no_row() -> None:
    session = Session(narrate=True)
    session.submit("alloc 48")
    order = SpanOrder(session.world, lambda: session.account)
    order.filter("state:free")
    assert order.number(0xC420000000) == -1
    assert order.number(0xC420002000) == 0


def passing(session: Session, text: str) -> set[int]:
    """Pages of the spans that pass."""
    test = read_filter(text, lambda: session.account)
    assert test is not None
    return {(s.base - session.world.extents.arenas.start) >> 13 for s in session.world.spans.rows() if test(s)}


def test_words_are_found_as_the_table_has_them() -> None:
    session = Session(narrate=True)
    for line in ("alloc 48 times 171", "alloc 1000", "alloc 40000", "alloc 100", "drop o175", "gc mark", "alloc 1000"):
        session.submit(line)  # pages: 0, 1 class 4; 2 class 31, which is cached and swept; 3 large; 8 class 8
    assert passing(session, "waits") == {0, 1, 3, 8}
    assert passing(session, "swept") == {2}
    assert passing(session, "P0 cache") == {2}
    assert passing(session, "mcache") == {2}
    assert passing(session, "empty$") == {0, 1, 8}
    assert passing(session, "^empty$") == {0}
    assert passing(session, "^nonempty$") == {1, 8}
    assert passing(session, "busy") == {3}
    assert passing(session, "^free$") == {9}
    assert passing(session, "^L$") == {3}
    assert passing(session, "waits list:empty") == {0}
    session.submit("gc sweep")
    assert passing(session, "waits") == set()


def test_what_a_span_does_not_have_never_passes() -> None:
    session = Session(narrate=True)
    session.submit("alloc 48")
    for text in ("class:0", "class<66", "class!=3", "used<50%", "waste<100%", "size<1G", "kind!=noscan"):
        assert 1 not in passing(session, text), text
    assert passing(session, "state:free") == {1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class:99", "99 is not a number for class; it is between 0 and 67"),
        ("(", '"(" is not a regular expression: missing ), unterminated subpattern'),
        ("state:open", "open is not a state; it is one of inuse, free, manual"),
        ("used<many", "many is not a percentage"),
        ("scan clas:5", "clas is not a field of spans; there are class, size, kind, state, pages,"),
        ("list:half", "half is not a list; it is one of nonempty, empty, partial, partialu, full,"),
    ],
)
def test_a_bad_filter_says_what_is_wrong_and_fits_a_line(text: str, said: str) -> None:
    session = Session(narrate=True)
    with pytest.raises(BadFilter) as caught:
        read_filter(text, lambda: session.account)
    assert str(caught.value)[: len(said)] == said
    assert len(said) < 80


def test_the_columns_name_the_orders() -> None:
    assert [*SORTS] == ["base", "pages", "class", "size", "kind", "used", "list", "waste", "sweepgen"]
    session = Session(narrate=True)
    for line in ("alloc 48", "alloc 100", "gc mark", "alloc 48"):
        session.submit(line)
    order = SpanOrder(session.world, lambda: session.account)
    order.arrange("sweepgen", False)
    assert [s.swept for s in order.rows(0, 2)] == [False, True]


def test_stretches_of_free_pages_are_followed_too_event_by_event() -> None:
    heap = ModernEngine(profile_of("1.27"))
    world, objects = heap.world, ObjectTable()
    context, account = Context(heap, world, objects), Account(world, objects)
    order, cached = (SpanOrder(world, lambda: account) for _ in range(2))
    order.arrange("pages", descending=True)
    cached.filter("cache state:free")
    stale = Stale()

    def listen(event: Event) -> None:
        account.follow(event)
        stale.follow(event)
        look(event)

    def look(where: object) -> None:  # some events tell what is about to be done: all that a command told up to there counts
        order.look_again(stale)
        cached.look_again(stale)
        rows = world.spans.rows()
        assert order.rows(0, 10_000) == sorted(rows, key=lambda s: (s.npages, s.base), reverse=True), where
        assert cached.rows(0, 10_000) == [s for s in rows if s.state == "free" and s.is_cached], where

    heap.set_trace(listen)
    lines = (
        *(
            "gc",
            "alloc 3072 head",
            "alloc 8200",  # takes pages of which some were given back: two rows become none
            "alloc 48",
            "alloc 100",
            "alloc 40000 times 3 as x",
            "alloc 200000 as b",
            "alloc 6M as y",
            "drop x.2 y",
            "gc",
            "procs 2",
        ),
        *(
            "p 1",
            "alloc 300",
            "procs 1",
            "alloc 400000",
            "drop b",
            "gc mark",
            "alloc 60000",
            "gc",
            "scavenge 0s",
            "alloc 70000",
            "flush",
        ),
    )
    for line in lines:
        command = parse(line)
        stale = Stale()
        EXECUTE[type(command)](context, command)
        look(line)
