"""What differs between two stills, compared with what two looks at the heap itself say."""

import json
from typing import Any, Final, NamedTuple, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.queries.difference import Difference, There, difference
from gomem_core.queries.figures import figures
from gomem_core.queries.side import Side
from gomem_core.session.session import Session
from gomem_core.world.changes import Touched
from gomem_core.world.records import SpanInfo
from gomem_core.world.still import Place, Still
from tests.effort import effort
from tests.inside import machine_of
from tests.versions import ANY_VERSION, session_of

SIZES = st.sampled_from([0, 1, 5, 8, 15, 16, 24, 48, 1024, 8192, 32768, 40000, 300000])
LINES = st.one_of(
    st.builds("alloc {} times {}".format, SIZES, st.integers(1, 40)),
    st.builds("alloc {} scan".format, st.sampled_from([8, 16, 48, 1024, 40000])),
    st.builds(lambda a, n: f"drop o{a}..o{a + n}", st.integers(1, 40), st.integers(0, 20)),
    st.builds("link o{}.0 o{}".format, st.integers(1, 30), st.integers(1, 30)),
    st.builds("unlink o{}.0".format, st.integers(1, 30)),
    st.builds("churn 60 seed {} sizes {}".format, st.integers(0, 9), st.sampled_from(["small", "mixed", "web"])),
    st.builds("gc sweep {}".format, st.integers(0, 4)),
    st.sampled_from(["gc", "gc", "gc mark", "gc sweep", "flush", "drop all", "freeos", "scavenge 0s", "gogc off", "gogc 50"]),
    st.sampled_from(["procs 3", "p 1", "procs 1", "show spans", "memstats"]),
)
SCRIPTS = st.lists(LINES, max_size=12)


def now(session: Session) -> Side:
    still = Still.of(session.world, session.objects, Place("", session.step))
    return Side(still, figures(session.world, session.account))


def played(lines: list[str], version: str = "1.10") -> Session:
    session = session_of(version)
    for line in lines:
        session.submit(line)
    return session


def between(first: str, then: str) -> Difference:
    """What the commands of `then` change; all of both can be done."""
    session = Session(narrate=True)
    for line in filter(None, first.split("/")):
        assert session.submit(line).ok, line
    before = now(session)
    for line in filter(None, then.split("/")):
        assert session.submit(line).ok, line
    return difference(before, now(session), There("m1"))


def data_of(d: Difference) -> dict[str, Any]:
    """As a program reads it."""
    return cast("dict[str, Any]", json.loads(json.dumps(d.result.data)))


# What differs of spans to which nothing happened, because something did to others: it is told, and not marked.
BOOKKEEPING: Final[dict[str, Any]] = {
    **dict.fromkeys(("freeindex", "sweepgen", "next_base", "prev_base"), 0),
    **dict.fromkeys(("needzero", "unusedsince", "ptr")),
}


class Look(NamedTuple):
    """The heap as its view shows it at one time, gathered in another way than a still is."""

    spans: dict[int, tuple[SpanInfo, Any]]
    slots: dict[int, Any]
    central: dict[int, Any]
    tiny: dict[int, tuple[int, int]]
    links: dict[tuple[int, int], int]


def look(session: Session) -> Look:
    world, objects = session.world, session.objects
    infos = world.spans.rows()
    slots: dict[int, Any] = {}
    links: dict[tuple[int, int], int] = {}
    for info in infos:
        for slot in world.slots.rows(info.base):
            if not slot.allocated:
                continue
            held = [objects.info(oid) for oid in objects.in_slot(slot.addr, info.elemsize)]
            known = [(o.name, o.addr, o.size, o.kind, objects.is_alive(o.oid)) for o in held]
            slots[slot.addr] = info.elemsize, slot.state, known
            links |= {(slot.addr, word): target for word, target in world.pointers.stored_in(slot.addr)}
    lists, names = world.lists, world.profile.central_names
    chains = {c: (lists.central(c), *(lists.chain(c, name) for name in names)) for c in world.profile.central_classes}
    spans = {info.base: (info._replace(**BOOKKEEPING), world.slots.sets(info.base)) for info in infos}
    return Look(spans, slots, chains, {c.p: (c.tiny, c.tinyoffset) for c in world.caches.mcaches()}, links)


def unlike(a: dict[Any, Any], b: dict[Any, Any]) -> set[Any]:
    return {key for key in {*a, *b} if a.get(key) != b.get(key)}


def check_marks(d: Difference, a: Look, b: Look) -> None:
    assert d.touched.spans == unlike(a.spans, b.spans)
    assert d.fates == {
        base: "new" if base not in a.spans else "gone" if base not in b.spans else "changed" for base in d.touched.spans
    }
    assert d.touched.central == unlike(a.central, b.central)
    tiny = {b.tiny[p][0] for p in unlike(a.tiny, b.tiny) if p in b.tiny and b.tiny[p][0]}
    linked = {addr for addr, _ in unlike(a.links, b.links)}
    assert d.touched.slots == unlike(a.slots, b.slots) | tiny | linked


@given(first=SCRIPTS, then=SCRIPTS, version=ANY_VERSION)
def test_what_two_looks_see_differently_is_marked_and_nothing_else(first: list[str], then: list[str], version: str) -> None:
    session = played(first, version)
    before, seen = now(session), look(session)
    for line in then:
        session.submit(line)
    check_marks(difference(before, now(session), There("m1")), seen, look(session))


@settings(max_examples=effort(4, 200))
@given(common=SCRIPTS, there=SCRIPTS, here=SCRIPTS, version=ANY_VERSION)
def test_the_same_holds_for_two_futures(common: list[str], there: list[str], here: list[str], version: str) -> None:
    one, other = played(common + there, version), played(common + here, version)
    check_marks(difference(now(one), now(other), There(branch="future2")), look(one), look(other))


@given(lines=SCRIPTS, version=ANY_VERSION)
def test_nothing_differs_from_itself(lines: list[str], version: str) -> None:
    session = played(lines, version)
    d = difference(now(session), now(session), There("here"))
    assert d.empty
    assert d.touched == Touched()
    assert not d.fates
    assert d.result.lines() == [f"nothing differs between step {session.step} (bookmark here) and step {session.step}"]


# What of an engine's image a look at the heap shows; the rest follows from it, or is how the engine finds its way.
SHOWN = ["columns", "bit_sets", "lists", "mcaches", "pointers", "stats", "p", "central", "gc"]
SHOWN_SINCE = ["columns", "bit_sets", "queues", "pages", "mcaches", "page_caches", "pointers", "stats", "p", "pacer"]


def shown(session: Session, version: str) -> list[object]:
    image = machine_of(session).engine.capture()
    return [*(getattr(image, name) for name in (SHOWN if version == "1.10" else SHOWN_SINCE)), session.objects.living()]


@given(first=SCRIPTS, then=st.lists(LINES, max_size=2), version=ANY_VERSION)
def test_where_nothing_differs_the_heap_is_the_same(first: list[str], then: list[str], version: str) -> None:
    session = played(first, version)
    before, image = now(session), shown(session, version)
    for line in then:
        session.submit(line)
    if image == shown(session, version):
        assert len(session.objects) == dict(before.counters)["objects_made"]
        assert difference(before, now(session), There()).empty
    else:
        assert not difference(before, now(session), There()).empty


@given(lines=SCRIPTS, more=SCRIPTS, version=ANY_VERSION)
def test_a_still_stays_as_it_was(lines: list[str], more: list[str], version: str) -> None:
    session = played(lines, version)
    before = now(session)
    for line in more:
        session.submit(line)
    again = now(played(lines, version))
    assert before.still == again.still
    assert (before.figures, before.counters) == (again.figures, again.counters)


# --- Figures ---------------------------------------------------------------------------------------------------------------


def changes(d: Difference, key: str, name: str) -> dict[str, int]:
    rows = data_of(d).get(key, [])
    assert all(row["now"] - row["then"] == row["difference"] != 0 for row in rows if isinstance(row["difference"], int))
    return {row[name]: row["difference"] for row in rows if isinstance(row["difference"], int)}


def added(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    sums = {name: a.get(name, 0) + b.get(name, 0) for name in {*a, *b}}
    return {name: n for name, n in sums.items() if n}


@settings(max_examples=effort(4, 200))
@given(first=SCRIPTS, second=SCRIPTS, third=SCRIPTS, version=ANY_VERSION)
def test_differences_add_up(first: list[str], second: list[str], third: list[str], version: str) -> None:
    lines = [line for line in first + second + third if not line.startswith("gogc")]  # never + 3 is not a sum
    cuts = (len(lines) // 3, 2 * len(lines) // 3)
    a, b, c = (now(played(lines[:cut], version)) for cut in (*cuts, len(lines)))
    for key, name in (("counters", "counter"), ("account", "part"), ("lists", "list")):
        parts = [changes(difference(x, y, There()), key, name) for x, y in ((a, b), (b, c), (a, c))]
        assert added(parts[0], parts[1]) == parts[2]


@given(lines=SCRIPTS, version=ANY_VERSION)
def test_from_nothing_the_figures_are_those_of_the_heap(lines: list[str], version: str) -> None:
    session = played(lines, version)
    d = difference(now(session_of(version)), now(session), There("start"))
    counters = {row["counter"]: row["now"] for row in data_of(d).get("counters", [])}
    for name in ("heap_live", "heap_inuse", "heap_released", "numgc", "nserved_mcache", "tinyallocs"):
        assert counters.get(name, 0) == getattr(session.world.sums.stats, name)
    assert counters.get("nheap_lock", 0) == (session.world.sums.stats.nheap_lock if version == "1.10" else 0)
    assert changes(d, "account", "part") == {name: n for name, n in session.account.read()._asdict().items() if n}
    assert data_of(d)["same"] or data_of(d)["counts"].get("objects", 0) <= 1000  # so the data is complete
    living = sorted(row["name"] for row in data_of(d).get("objects", []) if row["now"] == "alive")
    assert living == sorted(map(session.objects.name, session.objects.living()))


# --- Direction -------------------------------------------------------------------------------------------------------------

OPPOSITE = {"new": "gone", "gone": "new", "changed": "changed"}


@given(first=SCRIPTS, then=SCRIPTS, version=ANY_VERSION)
def test_back_is_there_mirrored(first: list[str], then: list[str], version: str) -> None:
    session = played(first, version)
    a = now(session)
    for line in then:
        session.submit(line)
    b = now(session)
    there, back = difference(a, b, There("a")), difference(b, a, There("b"))
    assert back.fates == {base: OPPOSITE[fate] for base, fate in there.fates.items()}
    assert back.touched.spans == there.touched.spans
    assert back.touched.central == there.touched.central
    tiny = {c.tiny for m in (a, b) for c in m.mcaches}
    assert back.touched.slots - tiny == there.touched.slots - tiny
    assert mirrored(data_of(back)) == data_of(there)


def mirrored(data: dict[str, Any]) -> dict[str, Any]:
    """The data read the other way round."""
    turned = dict(data) | {"then": data["now"], "now": data["then"], "name": "a"}
    for key in turned.keys() & {"objects", "links", "mcache"}:
        turned[key] = [row | {"then": row["now"], "now": row["then"]} for row in data[key]]
    for key in turned.keys() & {"account", "counters", "lists"}:
        turned[key] = [
            row | {"then": row["now"], "now": row["then"], "difference": row["difference"] and -row["difference"]}
            for row in data[key]
        ]
    for key in turned.keys() & {"mcentral"}:
        turned[key] = [{k: v[::-1] if isinstance(v, list) else v for k, v in row.items()} for row in data[key]]
    for row in turned["classes"]:
        row["bytes_then"], row["bytes_now"] = row["bytes_now"], row["bytes_then"]
        row["objects_then"], row["objects_now"] = row["objects_now"], row["objects_then"]
    turned["classes"].sort(  # what grew most first
        key=lambda row: (row["bytes_then"] - row["bytes_now"], row["class"], row["kind"] == "noscan")
    )
    for row in turned.get("spans", []):
        row["fate"] = OPPOSITE[row["fate"]]
        row.update({"changes": {k: v[::-1] for k, v in row["changes"].items()}} if row["changes"] else {})
    return turned
