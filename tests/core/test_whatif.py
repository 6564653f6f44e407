"""The what-if line foretells what the allocator then does."""

import re
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.go.allevents import kinds_meant
from gomem_core.go.pageevents import PagesTaken
from gomem_core.lang import parse
from gomem_core.lang.commands import Alloc
from gomem_core.session.session import Session
from gomem_core.session.whatif import what_if
from tests.inside import heap_of, machine_of
from tests.versions import VERSIONS, session_of

SCRIPTS = [
    [],
    ["alloc 48 scan times 170"],
    ["alloc 48 scan times 171", "drop o3", "flush"],
    ["churn 200 sizes web", "flush"],
    ["churn 300 sizes mixed", "gc"],
    ["alloc 40000 times 30", "drop o2..o9", "gc"],
    ["alloc 5", "alloc 4"],
    ["procs 2", "alloc 24 scan", "p 1"],
]
LINES = [
    "alloc 48 scan times 200",
    "alloc 48 times 90",
    "alloc 8192 times 9",
    "alloc 1000 times 30",
    "alloc 40000 times 4",
    "alloc 900000",
    "alloc 5",
    "churn 60",
    "drop o2..o40",
    "drop o10..o199",
    "gc",
    "gc mark",
    "gc sweep 1",
    "gc sweep 5",
    "flush",
    "procs 2",
    "p 1",
]
SIZES = [0, 5, 12, 47, 48, 1000, 8192, 30000, 40000, 900_000, 3_000_000]


def foretold(session: Session, line: str) -> str:
    return what_if(cast("Alloc", parse(line)), machine_of(session).engine)


def check_foretold(session: Session, line: str) -> None:
    """What is said before the first object is made, against what then happened to it."""
    said = foretold(session, line)
    outcome = session.submit(line)
    assert outcome.result is not None
    data = outcome.result.data
    kinds, first = {same for kind in outcome.told.kinds for same in kinds_meant(kind)}, cast("Alloc", outcome.command).times == 1
    words = {
        "zero": ["size 0"],
        "tiny": ["half-used block"],
        "mcache": ["no lock", "without a lock"],
        "mcentral": ["mcentral has span", "mcentral sweeps span", "that decides"],
        "mheap": ["mheap cuts", "whole", "that decides", "the page cache of P", "mheap takes the lowest"],
        "os": ["arena grows", "the heap grows", "that decides"],
    }
    assert any(word in said for word in words[str(data["served"])]), (said, data["served"])
    if "that decides" in said:
        assert "sweep" in kinds or not session.world.sums.sweepdone or not first or "sweep_debt" in kinds or "reclaim" in kinds
    elif first:
        assert ("mcentral sweeps" in said) <= ("sweep" in kinds)
    base = re.search(r"span ([0-9a-f]{9,})", said)
    if base is not None:
        assert int(base[1], 16) == int(str(data["span"]), 16)
    slot = re.search(r"slot (\d+)", said)
    if slot is not None and base is not None:
        header = 8 * said.startswith("with 8 B for its type, ")
        assert int(str(data["addr"]), 16) == int(base[1], 16) + int(slot[1]) * cast("int", data["elemsize"]) + header
    whole = " whole" in said
    assert whole <= ("span_split" not in kinds or not first)
    assert ("mheap cuts" in said) <= ("span_split" in kinds)
    pages = [event.src for event in outcome.events if isinstance(event, PagesTaken) and not event.use]
    for words_of, src in (("the page cache of P", "cache"), ("mheap takes the lowest", "heap"), ("the heap grows", "heap+grow")):
        assert (words_of in said) <= (pages[:1] == [src]), said
    room = re.search(r"(only )?(\d+) without a lock", said)
    if room is not None and not data["gc"]:
        hits = cast("dict[str, int]", data["served_counts"])["mcache"]
        assert hits >= int(room[2])
        assert (room[1] is None) == (len(cast("dict[str, int]", data["served_counts"])) == 1)
    assert ("may start a collection" in said) >= bool(data.get("gc", 0))
    assert ("so the first of" in said) <= (not first)


@pytest.mark.parametrize("script", SCRIPTS, ids=[" / ".join(s) or "empty" for s in SCRIPTS])
@given(
    size=st.integers(0, 2_000_000) | st.integers(0, 2048),
    kind=st.sampled_from(["noscan", "scan"]),
    version=st.sampled_from(VERSIONS),
)
def test_who_serves_is_who_was_foretold(script: list[str], size: int, kind: str, version: str) -> None:
    session = session_of(version)
    for line in script:
        assert session.submit(line).ok
    assert not session.world.sums.unswept_count
    line = f"alloc {max(8, size // 8 * 8) if kind == 'scan' else size} {kind}"
    assert "decides" not in foretold(session, line)
    check_foretold(session, line)


@given(
    lines=st.lists(st.sampled_from(LINES), max_size=15),
    size=st.sampled_from(SIZES),
    kind=st.sampled_from(["noscan", "scan"]),
    times=st.sampled_from([1, 1, 2, 100, 300]),
    version=st.sampled_from(VERSIONS),
)
def test_also_in_the_middle_of_a_sweep_and_for_many(lines: list[str], size: int, kind: str, times: int, version: str) -> None:
    session = session_of(version)
    for line in lines:
        session.submit(line)
    check_foretold(session, f"alloc {max(8, size // 8 * 8) if kind == 'scan' else size} {kind} times {times}")


def test_where_sweeping_decides_it_says_so() -> None:
    session = Session()
    for line in ("alloc 1000 times 16", "gc mark"):  # two full spans, in which the sweep may find room
        assert session.submit(line).ok
    assert "spans to sweep: that decides" in foretold(session, "alloc 1000")
    assert "mheap sweeps first: that decides" in foretold(session, "alloc 100000")


def test_a_span_to_be_swept_gives_the_first_slot_that_was_not_marked() -> None:
    session = Session()
    for line in ("alloc 48 scan times 200", "drop o1..o100", "drop o175", "gc mark"):
        assert session.submit(line).ok
    said = foretold(session, "alloc 48 scan")  # 170 slots a span: o175 had slot 4 of the second
    assert said == "class 4 (48 B, 0 % waste) · mcentral sweeps span c420002000: slot 4"


def test_a_class_that_is_swept_waits_for_no_other() -> None:
    session = Session()
    for line in ("gogc 5", "alloc 48 scan times 90", "alloc 1000 times 3", "alloc 2000 times 2", "alloc 8192 times 3000"):
        assert session.submit(line).ok
    assert session.submit("gc mark").ok
    assert "that decides" in foretold(session, "alloc 48 scan")  # whoever takes a span sweeps many first
    for line in ("alloc 48 scan", "flush", "alloc 1000", "alloc 2000"):
        assert session.submit(line).ok
    assert heap_of(session).sweeper.owes(8192, 0)
    assert foretold(session, "alloc 48 scan") == "class 4 (48 B, 0 % waste) · mcentral has span c420000000, slot 91"
    check_foretold(session, "alloc 48 scan")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("alloc 0", "size 0: no memory, the address of a global"),
        ("alloc 600G", "panic: makeslice: len out of range"),
        ("alloc 24 scan", "class 3 (32 B, 25 % waste) · the arena grows by 1.0M: span c420000000, slot 0"),
        ("alloc 5", "tiny: a new 16 B block · the arena grows by 1.0M: span c420000000, slot 0"),
        ("alloc 33000", "large: 5 pages (19 % waste) · the arena grows by 1.0M: span c420000000"),
        ("alloc 5M", "large: 640 pages (0 % waste) · the arena grows by 5.0M: span c420000000 · may start a collection"),
        (
            "alloc 24 scan times 9",
            "class 3, 9 × 32 B (25 % waste) · the arena grows by 1.0M: span c420000000, slot 0 · so the first of 9",
        ),
        ("alloc 500G", "large: 65536000 pages (0 % waste) · the arena grows by 500.0G: span c420000000 · may start a collection"),
    ],
)
def test_in_an_empty_heap(line: str, said: str) -> None:
    assert foretold(Session(), line) == said


def test_an_exact_fit_is_taken_whole() -> None:
    session = Session()
    for line in ("alloc 8192", "alloc 1000", "drop o1", "gc"):  # leaves the first page free, and the rest behind the second
        session.submit(line)
    assert foretold(session, "alloc 48").split(" · ")[1] == "mheap takes the free span c420000000 whole: slot 0"
    assert foretold(session, "alloc 40000").split(" · ")[1] == "mheap cuts it from the free span c420004000 of 126 pages"
    assert foretold(session, "alloc 9000").split(" · ")[1] == "mheap cuts span c420004000 from 126 free pages: slot 0"
    assert foretold(session, "alloc 8192 times 4") == (
        "class 50, 4 × 8192 B (0 % waste) · mheap takes the free span c420000000 whole: slot 0 · so the first of 4"
    )


def test_many_objects_as_far_as_the_cached_span_has_slots() -> None:
    session = Session()
    session.submit("alloc 1000")  # class 30: 8 slots a span
    assert foretold(session, "alloc 1000 times 7").endswith("P0's span c420000000, slot 1 and on: 7 without a lock")
    assert foretold(session, "alloc 1000 times 8").endswith("P0's span c420000000, slot 1 and on: only 7 without a lock")


def test_at_the_end_of_the_arena() -> None:
    session = Session()
    session.submit("gogc off")
    session.submit("alloc 511G")
    assert "out of memory" in foretold(session, "alloc 2G")
    assert not session.submit("alloc 2G").ok


@pytest.mark.parametrize(
    ("before", "line", "said"),
    [
        ((), "alloc 24 scan", "class 3 (24 B, 0 % waste) · the heap grows by 4.0M: span c000000000, slot 0"),
        ((), "alloc 5M", "large: 640 pages (0 % waste) · the heap grows by 8.0M: span c000000000 · may start a collection"),
        (
            ("alloc 48",),
            "alloc 1024 scan",
            "with 8 B for its type, class 33 (1152 B, 11 % waste) · the page cache of P0 has span c000002000: slot 0, no lock",
        ),
        (("alloc 48",), "alloc 32761", "large: 4 pages (0 % waste) · the page cache of P0 has 4 pages at c000002000: no lock"),
        (
            ("alloc 48",),
            "alloc 200000",
            "large: 25 pages (2 % waste) · mheap takes the lowest 25 pages free in a row: c000002000",
        ),
        (("alloc 48 times 9", "flush"), "alloc 48", "class 5 (48 B, 0 % waste) · mcentral has span c000000000, slot 9"),
        (("alloc 48", "flush", "gc mark"), "alloc 48", "class 5 (48 B, 0 % waste) · mcentral sweeps span c000000000: slot 1"),
        (
            ("alloc 48", "gc mark"),
            "alloc 24",
            "class 3 (24 B, 0 % waste) · the page cache of P0 has span c00000a000: slot 0, no lock",
        ),
    ],
)
def test_since_1_21_pages_are_foretold_by_where_they_are(before: tuple[str, ...], line: str, said: str) -> None:
    session = session_of("1.27")
    for done in before:
        assert session.submit(done).ok
    assert foretold(session, line) == said
    check_foretold(session, line)
