"""The what-if line foretells what the allocator then does."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.lang import parse
from gomem_core.lang.commands import Alloc
from gomem_core.session import Session
from gomem_core.whatif import what_if

SCRIPTS = [
    [],
    ["alloc 48 scan times 170"],
    ["alloc 48 scan times 171", "drop o3", "flush"],
    ["churn 500 sizes web", "flush"],
    ["churn 800 sizes mixed", "gc"],
    ["alloc 40000 times 30", "drop o2..o9", "gc"],
    ["alloc 5", "alloc 4"],
    ["procs 2", "alloc 24 scan", "p 1"],
]


def foretold(session: Session, line: str) -> str:
    return what_if(cast("Alloc", parse(line)), session.view)


@pytest.mark.parametrize("script", SCRIPTS, ids=[" / ".join(s) or "empty" for s in SCRIPTS])
@given(size=st.integers(0, 2_000_000) | st.integers(0, 2048), kind=st.sampled_from(["noscan", "scan"]))
def test_who_serves_is_who_was_foretold(script: list[str], size: int, kind: str) -> None:
    session = Session()
    for line in script:
        assert session.submit(line).ok
    line = f"alloc {max(8, size // 8 * 8) if kind == 'scan' else size} {kind}"
    said = foretold(session, line)
    outcome = session.submit(line)
    assert outcome.result is not None
    data = outcome.result.json()
    words = {
        "tiny": "half-used block",
        "mcache": "no lock",
        "mcentral": "mcentral has span",
        "mheap": "mheap cuts",
        "os": "arena grows",
    }
    assert words.get(str(data["served"]), "size 0") in said
    if "no lock" in said:
        base, slot = said.split("span ")[1].split(", slot ")
        assert int(base, 16) == int(str(data["span"]), 16)
        assert int(str(data["addr"]), 16) == int(base, 16) + int(slot.split(":")[0]) * cast("int", data["elemsize"])
    if "mheap cuts" in said:
        assert int(said.split("free span ")[1].split(" ")[0], 16) == int(str(data["span"]), 16)
    assert ("may start a collection" in said) >= bool(data.get("gc", 0))


def test_where_sweeping_decides_it_says_so() -> None:
    session = Session()
    for line in ("alloc 48 scan times 200", "drop o1..o100", "gc mark"):
        assert session.submit(line).ok
    assert "spans to sweep: that decides" in foretold(session, "alloc 48 scan")
    assert "mheap sweeps first: that decides" in foretold(session, "alloc 100000")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("alloc 0", "size 0: no memory, the address of a global"),
        ("alloc 600G", "panic: makeslice: len out of range"),
        ("alloc 24 scan", "class 3 (32 B, 25 % waste) · the arena grows by 1.0M"),
        ("alloc 5", "tiny: a new 16 B block · the arena grows by 1.0M"),
        ("alloc 33000", "large: 5 pages (19 % waste) · the arena grows by 1.0M"),
        ("alloc 5M", "large: 640 pages (0 % waste) · the arena grows by 5.0M · may start a collection"),
    ],
)
def test_in_an_empty_heap(line: str, said: str) -> None:
    assert foretold(Session(), line) == said
