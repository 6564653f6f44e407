"""What a session offers to completion is there, can be used, and is little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.lang import Names, complete
from gomem_core.session.candidates import offers
from gomem_core.session.session import Session
from tests.core.facts import ARENA, PAGE
from tests.versions import ANY_VERSION, session_of

SCRIPT = (
    "alloc 48 scan as node/alloc 48 as text/alloc 64 head as first/alloc 5 as t/alloc 6 as u/alloc 40 scan as gone/alloc 0 as z/"
    "drop gone/alloc 100 times 200/alloc 2M scan as big"
)


def played(script: str = SCRIPT, version: str = "1.10") -> tuple[Session, Names]:
    session = session_of(version, narrate=False)
    for line in script.split("/"):
        assert session.submit(line).ok, line
    return session, offers(session)


def test_links_begin_at_living_objects_with_pointers() -> None:
    _, names = played()
    assert list(names.holders("")) == ["node", "first", "big"]
    assert list(names.holders("t")) == []
    assert [len(names.words(name)) for name in ("node", "first", "big", "text", "gone", "t", "nobody", "", "0x", "o1")] == [
        *(6, 1, 2 << 17, 0, 0, 0, 0, 0, 0, 0)
    ]
    assert names.words(f"{ARENA:#x}") == range(6)


def test_objects_by_address() -> None:
    _, names = played()
    tiny = f"{ARENA + 3 * PAGE:x}"
    assert list(names.objects(f"0x{tiny[:-1]}")) == [f"0x{tiny}", f"0x{ARENA + 3 * PAGE + 6:x}"], (
        "5 bytes, then 6 at an even address"
    )
    assert list(names.holders("0xc4200000")) == [f"{ARENA:#x}"], "gone was dropped"
    assert list(names.objects("0xC42")) == []
    assert list(names.objects("0xc43")) == []
    assert list(names.objects("0x59")) == []


def test_addresses_are_few_and_have_the_lowest_and_the_highest_among_them() -> None:
    session, names = played()
    found = dict(names.addresses("0x"))
    assert found == dict(names.addresses("0")) == dict(names.addresses("0xc42"))
    assert len(found) <= 12
    bases = [info.base for info in session.world.spans.rows()]
    assert {f"{bases[0]:#x}", f"{bases[-1]:#x}"} <= set(found)
    assert found[f"{ARENA:#x}"] == "object node"
    assert found[f"{bases[-1]:#x}"] == "span"
    assert list(names.addresses(f"{ARENA:#x}")) == [(f"{ARENA:#x}", "object node")]


@pytest.mark.parametrize("prefix", ["0xc4200000000", "0xzz", "00", "0xc420000000000000", "0x1", "0X"])
def test_what_begins_no_address_of_the_heap_gets_none(prefix: str) -> None:
    assert list(played()[1].addresses(prefix)) == []


def test_an_empty_heap_offers_nothing() -> None:
    session = Session()
    names = offers(session)
    assert (list(names.objects("")), list(names.holders("0x")), list(names.addresses("0x"))) == ([], [], [])


def test_addresses_beyond_ten_digits() -> None:
    session, names = played("alloc 300G as huge/alloc 48 as after")
    oid = session.objects.find_name("after")
    assert oid is not None
    addr = f"{session.objects.info(oid).addr:#x}"
    assert len(addr) == 2 + 11
    assert (addr, "object after") in list(names.addresses("0x1"))
    assert (f"{ARENA:#x}", "object huge") in list(names.addresses("0x"))


WORDS = ["drop |", "drop node |", "show span 0x|", "find |", "find 0x|", "show object |", "show object 0x|", "show page 0x|"]
WORDS += ["show bitmap 0x|", "link node.0 |", "unlink first.|", "drop 0x|", "alloc 5 |", "alloc 8 |"]
MISSING = dict.fromkeys(WORDS, "") | {"link |": "0 node", "link 0xc|": "0 node", "link node.|": " text", "unlink |": "0"}
VALUES = {"as": " q", "times": " 2", "every": " 1", "size<": "64", "size>=": "0"}


@given(line=st.sampled_from(list(MISSING)), churned=st.integers(0, 60), version=ANY_VERSION)
def test_what_is_offered_can_be_done(line: str, churned: int, version: str) -> None:
    script = f"{SCRIPT}/churn {churned} live 8K sizes small" if churned else SCRIPT
    text = line.removesuffix("|")
    found = complete(text, len(text), played(script, version)[1])
    assert found
    for item in found[:: 1 + len(found) // 5]:
        session, _ = played(script, version)
        outcome = session.submit(text[: item.start] + item.text + MISSING[line] + VALUES.get(item.text, ""))
        assert outcome.ok, (outcome.line, outcome.error)
