"""Who keeps an object alive: the paths are real, and there is one exactly where the program can reach the object."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.both.view_pointers import PointerView
from gomem_core.queries.links import LinkIndex
from gomem_core.queries.reach import fate, find_paths, object_at, slot_of
from gomem_core.session.session import Session
from tests.versions import ANY_VERSION, session_of

NAMES = st.sampled_from([f"o{n}" for n in range(1, 13)])
LINES = st.one_of(
    st.builds("link {}.{} {}".format, NAMES, st.integers(0, 5), NAMES),
    st.builds("link {}.{} {}".format, NAMES, st.integers(0, 5), NAMES),
    st.builds("unlink {}.{}".format, NAMES, st.integers(0, 5)),
    st.builds("drop {}".format, NAMES),
    st.sampled_from(["gc mark", "gc sweep 1", "gc", "alloc 48 scan", "alloc 5"]),
)


def played(*lines: str) -> Session:
    session = Session()
    for line in lines:
        assert session.submit(line).ok, line
    return session


def path(session: Session, name: str) -> list[str] | None:
    """Names of the objects on the way to it."""
    oid = session.objects.find_name(name)
    assert oid is not None
    found = find_paths(session.world, session.objects, [oid]).get(oid)
    return None if found is None else [session.objects.name(one) for one in found]


def fates(session: Session) -> dict[str, str]:
    everyone = range(len(session.objects))
    paths = find_paths(session.world, session.objects, everyone)
    return {session.objects.name(oid): fate(session.world, session.objects, oid, paths) for oid in everyone}


CHAIN = ("alloc 48 scan as a", "alloc 48 scan as b", "alloc 64 as c", "link a.0 b", "link b.2 c", "drop b c")


def test_a_path_leads_from_a_root_along_the_links() -> None:
    session = played(*CHAIN)
    assert path(session, "a") == ["a"]
    assert path(session, "b") == ["a", "b"]
    assert path(session, "c") == ["a", "b", "c"]


def test_the_shortest_path_is_told() -> None:
    session = played(*CHAIN[:-1], "link a.5 c", "drop b c")
    assert path(session, "c") == ["a", "c"]


def test_a_tiny_object_is_kept_by_another_in_its_block() -> None:
    session = played("alloc 5 as t", "alloc 5 as u", "drop t")
    assert path(session, "t") == ["u", "t"]


def test_what_becomes_of_objects() -> None:
    session = played(*CHAIN, "alloc 32 as g", "drop g", "alloc 0 as z")
    assert fates(session) == {"a": "rooted", "b": "linked", "c": "linked", "g": "garbage", "z": "zero"}
    session.submit("gc mark")
    assert fates(session)["g"] == "dead"
    session.submit("gc sweep")
    assert fates(session)["g"] == "swept"
    session.submit("unlink a.0")
    assert (fates(session)["b"], fates(session)["c"]) == ("garbage", "garbage")


def test_memory_used_again_belongs_to_the_new_object() -> None:
    session = played("alloc 48 as old", "drop old", "gc", "alloc 48 as new")
    assert fates(session) == {"old": "swept", "new": "rooted"}
    session = played("alloc 8 as a", "alloc 8 as b", "alloc 24 as keep", "drop a b", "gc", "alloc 3 as c")
    assert fates(session) == {"a": "swept", "b": "swept", "keep": "rooted", "c": "rooted"}


def test_the_object_at_an_address() -> None:
    session = played("alloc 5 as t", "alloc 5 as u", "alloc 100000 as big")
    for name, offset, found in (("t", 0, "t"), ("t", 4, "t"), ("u", 1, "u"), ("big", 99999, "big"), ("u", 9, "t")):
        oid = session.objects.find_name(name)
        assert oid is not None
        at = object_at(session.world, session.objects, session.objects.info(oid).addr + offset)
        assert at is not None
        assert session.objects.name(at) == found
    assert object_at(session.world, session.objects, 0) is None


@given(lines=st.lists(LINES, max_size=40), version=ANY_VERSION)
def test_there_is_a_path_exactly_where_the_program_can_reach(lines: list[str], version: str) -> None:
    session = session_of(version, narrate=False)
    for line in ("alloc 48 scan times 12", "alloc 1000 scan", *lines):
        session.submit(line)  # some cannot be done
    world, objects = session.world, session.objects
    everyone = range(len(objects))
    paths = find_paths(world, objects, everyone)
    for oid in everyone:
        slot = slot_of(world, objects, oid)
        assert (oid in paths) == (slot is not None and slot.state != "dead" and world.pointers.is_reachable(slot.addr))
        if oid in paths:
            assert paths[oid][-1] == oid
            assert objects.is_alive(paths[oid][0])
            assert find_paths(world, objects, [oid]) == {oid: paths[oid]}
        for source, target in zip(paths.get(oid, [oid]), paths.get(oid, [oid])[1:], strict=False):
            at, to = slot_of(world, objects, source), slot_of(world, objects, target)
            assert at is not None
            assert to is not None
            linked = {world.slots.base_of(pointer) for _, pointer in world.pointers.stored_in(at.addr)}
            assert to.addr in linked or to == at  # a tiny block shared


AGAIN = st.one_of(
    LINES,
    LINES,
    st.sampled_from(["drop all", "gc", "alloc 16 scan times 300", "alloc 64 scan times 9", "alloc 9K scan", "alloc 40K scan"]),
)


@given(lines=st.lists(AGAIN, max_size=40), reads=st.integers(1, 4), version=ANY_VERSION)
def test_links_kept_from_events_are_those_that_are_stored(lines: list[str], reads: int, version: str) -> None:
    session = session_of(version)
    world, objects, links = session.world, session.objects, LinkIndex(session.world)
    for number, line in enumerate(["alloc 48 scan times 12", *lines]):
        for event in session.submit(line).events:
            links.follow(event)
        if number % reads == 0:
            stored = [(target, source) for source in world.pointers.holders() for _, target in world.pointers.stored_in(source)]
            for target in {target for target, _ in stored} | {objects.info(oid).addr for oid in range(len(objects))}:
                assert links.sources(target) == sorted({source for to, source in stored if to == target})
            everyone = range(len(objects))
            assert find_paths(world, objects, everyone, links) == find_paths(world, objects, everyone)


def test_only_links_on_the_way_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(narrate=True)
    links = LinkIndex(session.world)
    links.sources(0)
    pairs = [f"link o{n}.0 o{n + 1}" for n in range(1, 400, 2)]
    for line in ("alloc 48 scan times 400", *pairs, "link o1.1 o400", "drop o2 o4 o400"):
        for event in session.submit(line).events:
            links.follow(event)
    asked: list[int] = []
    stores = PointerView.stores

    def counted(pointers: PointerView[Any], addr: int, target: int) -> bool:
        asked.append(addr)
        return stores(pointers, addr, target)

    monkeypatch.setattr(PointerView, "stores", counted)
    monkeypatch.delattr(PointerView, "holders")
    two, four, last = (session.objects.find_name(name) or 0 for name in ("o2", "o4", "o400"))
    paths = find_paths(session.world, session.objects, [two, four, last], links)
    assert paths == {two: [0, 1], four: [2, 3], last: [0, 399]}
    assert len(asked) == 4, "o1 and o3 for one each, o1 and o399 for the last"


@pytest.mark.parametrize("count", [10, 2000])
def test_what_is_rooted_costs_no_walk(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    session = played(f"alloc 48 times {count}")
    monkeypatch.delattr(PointerView, "holders")
    assert len(find_paths(session.world, session.objects, range(5))) == 5
