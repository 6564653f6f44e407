"""A session that goes on from a heap of which only the slots are known does not claim to know how much of them was asked for."""

import pytest

from gomem_core.queries.account import Account
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.queries.waste import class_waste_data
from gomem_core.session.console import Console
from gomem_core.session.session import Session
from gomem_core.session.snapshot import snapshot
from gomem_core.session.stills import still_of
from gomem_core.world.facts import Fact
from gomem_core.world.world import World
from gomem_tui.render.heap import render_heap
from gomem_tui.render.lines import Port, Scene, plain
from tests.outside.corefiles import unpacked

TYPED = (
    *("alloc 100 as x", "alloc 33 times 900 as y", "alloc 3 times 50", "alloc 40K as l", "gc mark", "drop x"),
    *("drop y every 2", "gc mark", "gc"),
)


@pytest.fixture
def console() -> Console:
    taken = Console(True)
    for line in (f"open {unpacked('cache-1.27.3-pie.core')}", "take-up"):
        assert taken.submit(line).ok, line
    return taken


def whole_slots(world: World) -> int:
    """Bytes of all slots with an object that is not dead, one span after the other."""
    nbytes = 0
    for info in world.spans.each():
        if info.state == "inuse":
            sets = world.slots.sets(info.base)
            assert sets is not None
            nbytes += sets[1].bit_count() * info.elemsize
    return nbytes


@pytest.mark.parametrize("at_once", [False, True])
def test_whole_slots_count_and_their_waste_is_not_known(console: Console, at_once: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if at_once:
        monkeypatch.setattr("gomem_core.queries.account._MANY", 3)
        monkeypatch.setattr("gomem_core.queries.account._IMPORT", 3)
    session = console.session
    for line in ("", *TYPED):
        assert not line or console.submit(line).ok, line
        for account in (session.account, Account(session.world, session.objects)):
            balance = account.read()
            assert (balance.slot_waste, balance.requested) == (None, whole_slots(session.world)), line
            assert balance.total == session.world.extents.arenas.nbytes, line
            assert {share.slot_waste for _, share in account.by_class()} == {None}
            spans = [account.of_span(info.base) for info in session.world.spans.each()]
            assert {share.slot_waste for share in spans if share is not None} == {None}
    session.goto(2)
    assert session.account.read().requested == whole_slots(session.world)


def test_it_is_said(console: Console) -> None:
    assert console.submit("alloc 33 times 9 as y").ok
    world, objects = console.session.world, console.session.objects
    account = snapshot(console)["account"]
    assert account is not None
    assert account["slot_waste"] is None
    shown = [plain(line) for line in render_heap(world, Port(160, 50), Scene(), console.session.account, [])]
    (line,) = [line for line in shown if "slot waste" in line and "known" in line]
    assert line.split("slot waste")[1].split()[0] == "?"
    assert "not known of what was taken up" in line
    result = console.submit("show waste").result
    assert result is not None
    assert "slot waste: of what was taken up only the slots are known" in " ".join(result.details)
    assert {row["slot_waste"] for row in class_waste_data(console.session.account)} == {None}
    spans = SpanOrder(world, lambda: console.session.account)
    spans.filter("slot_waste>=0%")
    assert len(spans) == 0
    # What came since has its size, by which it is found and sorted.
    assert objects.size(objects.find_name("y.1") or 0) == 33
    order = ObjectOrder(world, objects)
    order.filter("size=33")
    assert len(order) == 9


def test_its_still_is_as_doubtful_and_so_is_what_goes_on_from_that(console: Console) -> None:
    assert console.submit("alloc 33 times 9 as y").ok
    still = still_of(console.session, whole=True)
    then = Account(still, still.objects).read()
    assert then == console.session.account.read()
    again = Session(narrate=True, base=still)
    assert again.world.doubt(Fact.SIZE) == console.session.world.doubt(Fact.SIZE) != ""
    assert again.account.read() == then


def test_a_session_of_which_all_is_known_knows_it_when_it_goes_on() -> None:
    before = Session(narrate=True)
    before.submit("alloc 33 times 9")
    after = Session(narrate=True, base=still_of(before, whole=True))
    assert after.world.doubt(Fact.SIZE) == ""
    assert after.account.read().slot_waste == 9 * (48 - 33)
