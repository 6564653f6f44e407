"""Objects that begin one word into their slot, behind their type: they are found from their slots (Go 1.22 and later).

All figures follow from: slots of 1152 bytes, of which 1024 were asked for, 7 in a page of 8192 bytes.
"""

import pytest

from gomem_core.files.timeline import Timeline
from gomem_core.go.release import Release
from gomem_core.go.versions import GO_1_22, GO_1_26, Profile
from gomem_core.queries.account import Account
from gomem_core.queries.reach import find_paths, object_at
from gomem_core.queries.spancolumns import SpanColumns
from gomem_core.queries.wastesums import PARTS
from gomem_core.session.session import Session
from gomem_core.session.stills import side_of

pytestmark = pytest.mark.parametrize("profile", [GO_1_22, GO_1_26], ids=lambda profile: profile.name)


def played(profile: Profile, *lines: str) -> Session:
    session = Session(narrate=True, timeline=Timeline(release=Release(profile)))
    for line in lines:
        outcome = session.submit(line)
        assert outcome.ok, f"{line}: {outcome.error}"
    return session


def test_the_account_knows_what_was_asked_for(profile: Profile) -> None:
    session = played(profile, "alloc 1024 scan times 7")
    balance = Account(session.world, session.objects).read()
    assert (balance.requested, balance.slot_waste, balance.tails) == (7 * 1024, 7 * 128, 128)


def test_so_do_the_sums_of_all_spans_at_once(profile: Profile) -> None:
    session = played(profile, "alloc 1024 scan times 7", "alloc 1024 times 2")
    columns = SpanColumns(session.world, lambda: Account(session.world, session.objects))
    for stop in columns.load(PARTS):
        if stop is not None:
            stop()
    assert columns["requested"].tolist()[:2] == [7 * 1024, 2 * 1024]
    assert columns["slot_waste"].tolist()[:2] == [7 * 128, 0]


def test_a_link_keeps_one_alive_and_is_told(profile: Profile) -> None:
    session = played(profile, "alloc 1024 scan as a times 3", "link a.1.0 a.2", "link a.2.5 a.3", "drop a.2 a.3")
    objects = session.objects
    numbers = [objects.find_name(f"a.{n}") for n in (1, 2, 3)]
    assert find_paths(session.world, objects, [2]) == {2: numbers}
    shown = session.submit("show object a.3").result
    assert shown is not None
    assert shown.data["slot"] == 2
    assert shown.data["slot_state"] == "allocated"


def test_any_byte_of_the_slot_leads_to_it(profile: Profile) -> None:
    session = played(profile, "alloc 1024 scan as a times 2")
    begin = session.address_of("a.2")
    assert begin == 0xC000000000 + 1152 + 8
    for addr in (begin - 8, begin, begin + 1023, begin + 1143):
        assert object_at(session.world, session.objects, addr) == 1
    assert "it lies inside a.2" in str(session.submit(f"drop {begin + 8:#x}").error)


def test_the_last_one_in_a_slot_counts_whether_it_has_its_type_in_front_or_not(profile: Profile) -> None:
    # One page, first with objects without pointers, then with some; 59 other pages are taken before it is used again.
    session = played(profile, "alloc 1152 as a", "drop a", "gc", "alloc 120K times 3", "alloc 112K", "alloc 1024 scan as b")
    base = 0xC000000000
    assert session.address_of("a") == base
    assert session.address_of("b") == base + 8
    assert [session.objects.name(oid) for oid in session.objects.in_slot(base, 1152)] == ["b"]


def test_a_comparison_knows_which_are_garbage(profile: Profile) -> None:
    side = side_of(played(profile, "alloc 1024 scan as a times 3", "drop a.2"))
    assert [row[0] for row in side.garbage] == ["a.2"]
