"""What differs between two moments: compared with what two looks at the heap itself say, and as text for small cases."""

import json
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.diff import Difference, diff
from gomem_core.image import capture
from gomem_core.moment import Moment, moment
from gomem_core.news import Touched
from gomem_core.records import SpanInfo
from gomem_core.session import Session
from tests.core.facts import ARENA, PAGE

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


def now(session: Session) -> Moment:
    return moment(session.view, session.objects, session.account.read(), session.step)


def played(lines: list[str]) -> Session:
    session = Session(narrate=True)
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
    return diff(before, now(session), "m1")


def data_of(d: Difference) -> dict[str, Any]:
    """As a program reads it."""
    return cast("dict[str, Any]", json.loads(json.dumps(d.result.json())))


class Look(NamedTuple):
    """The heap as its view shows it at one time, gathered in another way than a moment is."""

    spans: dict[int, tuple[SpanInfo, Any]]
    slots: dict[int, Any]
    central: dict[int, Any]
    tiny: dict[int, tuple[int, int]]
    links: dict[tuple[int, int], int]


def look(session: Session) -> Look:
    view, objects = session.view, session.objects
    infos = view.spans()
    slots: dict[int, Any] = {}
    links: dict[tuple[int, int], int] = {}
    for info in infos:
        for slot in view.slots(info.base):
            if not slot.allocated:
                continue
            held = [objects.info(oid) for oid in objects.in_slot(slot.addr, info.elemsize)]
            known = [(o.name, o.addr, o.size, o.kind, objects.is_alive(o.oid)) for o in held]
            slots[slot.addr] = info.elemsize, slot.state, known
            links |= {(slot.addr, word): target for word, target in view.links(slot.addr)}
    chains = {c: (view.central(c), view.central_chain(c, "nonempty"), view.central_chain(c, "empty")) for c in range(2, 134)}
    spans = {info.base: (info, view.slot_sets(info.base)) for info in infos}
    return Look(spans, slots, chains, {c.p: (c.tiny, c.tinyoffset) for c in view.mcaches()}, links)


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


@given(first=SCRIPTS, then=SCRIPTS)
def test_what_two_looks_see_differently_is_marked_and_nothing_else(first: list[str], then: list[str]) -> None:
    session = played(first)
    before, seen = now(session), look(session)
    for line in then:
        session.submit(line)
    check_marks(diff(before, now(session), "m1"), seen, look(session))


@given(common=SCRIPTS, there=SCRIPTS, here=SCRIPTS)
def test_the_same_holds_for_two_futures(common: list[str], there: list[str], here: list[str]) -> None:
    one, other = played(common + there), played(common + here)
    check_marks(diff(now(one), now(other), "m1", forked=True), look(one), look(other))


@given(lines=SCRIPTS)
def test_nothing_differs_from_itself(lines: list[str]) -> None:
    session = played(lines)
    d = diff(now(session), now(session), "here")
    assert d.empty
    assert d.touched == Touched()
    assert not d.fates
    assert d.result.lines() == [f"nothing differs between step {session.step} (mark here) and step {session.step}"]


@given(first=SCRIPTS, then=st.lists(LINES, max_size=2))
def test_where_nothing_differs_the_heap_is_the_same(first: list[str], then: list[str]) -> None:
    session = played(first)
    before, image, living = now(session), capture(session._heap), session.objects.living()
    for line in then:
        session.submit(line)
    after = capture(session._heap)
    same = [image.columns, image.bit_sets, image.lists, image.mcaches, image.pointers, image.stats, image.p, living]
    others = [after.columns, after.bit_sets, after.lists, after.mcaches, after.pointers, after.stats, after.p]
    others.append(session.objects.living())
    if same == others and image.central == after.central and image.gc == after.gc:
        assert len(session.objects) == dict(before.counters)["objects_made"]
        assert diff(before, now(session), "").empty
    else:
        assert not diff(before, now(session), "").empty


@given(lines=SCRIPTS, more=SCRIPTS)
def test_a_moment_stays_as_it_was(lines: list[str], more: list[str]) -> None:
    session = played(lines)
    before = now(session)
    for line in more:
        session.submit(line)
    assert before == now(played(lines))


# --- Figures ---------------------------------------------------------------------------------------------------------------


def changes(d: Difference, key: str, name: str) -> dict[str, int]:
    rows = data_of(d).get(key, [])
    assert all(row["now"] - row["then"] == row["difference"] != 0 for row in rows if isinstance(row["difference"], int))
    return {row[name]: row["difference"] for row in rows if isinstance(row["difference"], int)}


def added(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    sums = {name: a.get(name, 0) + b.get(name, 0) for name in {*a, *b}}
    return {name: n for name, n in sums.items() if n}


@given(first=SCRIPTS, second=SCRIPTS, third=SCRIPTS)
def test_differences_add_up(first: list[str], second: list[str], third: list[str]) -> None:
    lines = [line for line in first + second + third if not line.startswith("gogc")]  # never + 3 is no sum
    cuts = (len(lines) // 3, 2 * len(lines) // 3)
    a, b, c = now(played(lines[: cuts[0]])), now(played(lines[: cuts[1]])), now(played(lines))
    for key, name in (("counters", "counter"), ("account", "what"), ("lists", "list")):
        parts = [changes(diff(x, y, ""), key, name) for x, y in ((a, b), (b, c), (a, c))]
        assert added(parts[0], parts[1]) == parts[2]


@given(lines=SCRIPTS)
def test_from_nothing_the_figures_are_those_of_the_heap(lines: list[str]) -> None:
    session = played(lines)
    d = diff(now(Session(narrate=True)), now(session), "start")
    counters = {row["counter"]: row["now"] for row in data_of(d).get("counters", [])}
    for name in ("heap_live", "heap_inuse", "heap_released", "numgc", "nheap_lock", "nserved_mcache", "tinyallocs"):
        assert counters.get(name, 0) == getattr(session.view.stats, name)
    assert changes(d, "account", "what") == {
        name.replace("_", " "): n for name, n in session.account.read()._asdict().items() if n
    }
    assert data_of(d)["same"] or data_of(d)["counts"].get("objects", 0) <= 1000  # so the data is complete
    living = sorted(row["object"] for row in data_of(d).get("objects", []) if row["is"] == "alive")
    assert living == sorted(map(session.objects.name, session.objects.living()))


# --- Direction -------------------------------------------------------------------------------------------------------------

OPPOSITE = {"new": "gone", "gone": "new", "changed": "changed"}


@given(first=SCRIPTS, then=SCRIPTS)
def test_back_is_there_mirrored(first: list[str], then: list[str]) -> None:
    session = played(first)
    a = now(session)
    for line in then:
        session.submit(line)
    b = now(session)
    there, back = diff(a, b, "a"), diff(b, a, "b")
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
        turned[key] = [row | {"was": row["is"], "is": row["was"]} for row in data[key]]
    for key in turned.keys() & {"account", "counters", "lists"}:
        turned[key] = [
            row | {"then": row["now"], "now": row["then"], "difference": row["difference"] and -row["difference"]}
            for row in data[key]
        ]
    for key in turned.keys() & {"mcentral"}:
        turned[key] = [{k: v[::-1] if isinstance(v, list) else v for k, v in row.items()} for row in data[key]]
    for row in turned.get("spans", []):
        row["fate"] = OPPOSITE[row["fate"]]
        row.update({"changes": {k: v[::-1] for k, v in row["changes"].items()}} if "changes" in row else {})
    return turned


# --- Text ------------------------------------------------------------------------------------------------------------------

# A span of class 4 is one page, 170 slots of 48 bytes and 32 bytes of tail; the arena grows by a megabyte, 128 pages.  mcentral
# counts all free slots of a span it hands out as taken, and takes its lock again after mheap has cut a span for it.
FIRST_OBJECT = """\
between step 0 (mark m1) and step 1: 2 spans new; 1 object born; heap_live +8.0K; arena +1.0M

spans
   base          pages  what
+  0xc420000000  1      class 4 scan, 1 of 170 used, list mcache P0
+  0xc420002000  127    free, list free[127]

mcentrals
class  size  kind  nonempty  empty  nmalloc  locks  note
    4    48  scan         0    0→1    0→170    0→2

mcaches
p   what          was  is
P0  class 4 scan  –    0xc420000000, 169 free

lists of mheap, in spans
list       then  now  difference
free[127]     0    1          +1

byte account
what        then      now  difference
requested      0       48         +48
free slots     0     7.9K       +7.9K
tails          0       32         +32
free pages     0  1016.0K    +1016.0K

counters
counter        then      now  difference
arena             0  1048576    +1048576
objects_made      0        1          +1
objects_alive     0        1          +1
heap_sys          0  1048576    +1048576
heap_inuse        0     8192       +8192
heap_idle         0  1040384    +1040384
heap_live         0     8192       +8192
nserved_os        0        1          +1
nheap_lock        0        1          +1
nheap_alloc       0        1          +1
nheap_grow        0        1          +1

objects
object  size  address       made at step  was        is
a         48  0xc420000000             1  not there  alive"""

# Dropping tells the runtime nothing: only the program's own books change.
DROPPED = """\
between step 1 (mark m1) and step 2: 1 object dropped

counters
counter        then  now  difference
objects_alive     3    2          -1

objects
object  size  address       made at step  was    is
b.2       48  0xc420000030             1  alive  dropped"""

# A mark empties the mcache: the span goes to nonempty, and its 167 free slots of 48 bytes are not counted as taken any more.
# Two of three objects are live.  Go starts with heap_marked = 4 MB / (1 + 7/8) and next_gc twice that; the goal is 4 MB at least.
MARKED = """\
between step 2 (mark m1) and step 3: 1 span changed; heap_live -7.9K; collections +1

spans
   base          pages  what
~  0xc420000000  1      dead 0→1, list mcache P0→nonempty, swept→waits to be swept

mcentrals
class  size  kind  nonempty  empty  nmalloc  locks  note
    4    48  scan       0→1    1→0    170→3    2→3

mcaches
p   what          was                     is
P0  class 4 scan  0xc420000000, 167 free  –

byte account
what       then  now  difference
requested   144   96         -48
dead          0   48         +48

counters
counter           then      now  difference
heap_live         8192       96       -8096
heap_marked    2236962       96    -2236866
next_gc        4473924  4194304     -279620
numgc                0        1          +1
nmcache_flush        0        1          +1
sweepgen             0        2          +2
sweepdone          yes       no"""

# What was dead is freed by the sweep, for which mcentral's lock is taken.
SWEPT = """\
between step 3 (mark m1) and step 4: 1 span changed; 1 object freed

spans
   base          pages  what
~  0xc420000000  1      used 3→2 of 170, dead 1→0, waits to be swept→swept

mcentrals
class  size  kind  nonempty  empty  nmalloc  locks  note
    4    48  scan         1      0        3    3→4

byte account
what        then   now  difference
dead          48     0         -48
free slots  7.8K  7.9K         +48

counters
counter     then  now  difference
nsmallfree     0    1          +1
sweepdone     no  yes

objects
object  size  address       made at step  was      is
b.2       48  0xc420000030             1  dropped  not there"""

LINKED = """\
between step 2 (mark m1) and step 5: 1 link changed

links
word   address       was    is
b.1.0  0xc420000000  → b.3  → b.2"""

SET = """\
between step 0 (mark m1) and step 1: neither spans nor objects differ

counters
counter        then    now  difference
gc_trigger  4194304  never
next_gc     4473924  never
nheap_lock        0      1          +1
gogc            100    off"""

SECOND_P = """\
between step 0 (mark m1) and step 2: 1 object born

mcaches
p   what       was  is
P1  there      –    yes
P1  allocates  –    no

counters
counter        then  now  difference
objects_made      0    1          +1
objects_alive     0    1          +1
nzero             0    1          +1

objects
object  size  address   made at step  was        is
o1         0  0x59d5f0             1  not there  alive"""


@pytest.mark.parametrize(
    ("first", "then", "text"),
    [
        ("", "alloc 48 scan as a", FIRST_OBJECT),
        ("alloc 48 scan as b times 3", "drop b.2", DROPPED),
        ("alloc 48 scan as b times 3/drop b.2", "gc mark", MARKED),
        ("alloc 48 scan as b times 3/drop b.2/gc mark", "gc sweep", SWEPT),
        ("alloc 48 scan as b times 3/link b.1.0 b.3", "link b.1.0 b.2/link b.1.1 b.1/unlink b.1.1", LINKED),
        ("", "gogc off", SET),
        ("", "alloc 0/procs 2", SECOND_P),
        ("alloc 48", "show spans/find 0x0", "nothing differs between step 1 (mark m1) and step 3"),
    ],
    ids=["alloc", "drop", "mark", "sweep", "link", "gogc", "procs", "looking"],
)
def test_text(first: str, then: str, text: str) -> None:
    assert "\n".join(between(first, then).result.lines()) == text


def test_spans_cut_merged_and_given_back() -> None:
    rows = between("alloc 40960 as big/alloc 1M", "drop big/gc").result.lines()
    assert rows[3:6] == [
        "   base          pages  what",
        "~  0xc420000000  5      large noscan, 1 of 1 used, list busy[5] → free, list free[5]",
        "only in bookkeeping: 1 span (freeindex, sweepgen)",  # the other large object was swept too
    ]
    d = between("alloc 40960 as big", "drop big/gc")  # its five pages and the 123 behind them are one free span again
    assert d.fates == {ARENA: "changed", ARENA + 5 * PAGE: "gone"}
    assert d.result.lines()[4:6] == [
        "~  0xc420000000  5→128  large noscan, 1 of 1 used, list busy[5] → free, list freelarge",
        "-  0xc42000a000  123    free, list free[123]",
    ]
    assert between("alloc 40960", "freeos").result.lines()[4] == "~  0xc42000a000  123    given back 0→123 pages"


def test_a_mark_that_lies_ahead() -> None:
    session = Session(narrate=True)
    before = now(session)
    session.submit("alloc 48 scan as a")
    result = diff(now(session), before, "m1").result
    assert result.summary == (
        "step 1 (mark m1) lies ahead of step 0; compared with it, here: "
        "2 spans only there; 1 object alive only there; heap_live -8.0K; arena -1.0M"
    )
    assert "-  0xc420000000  1      class 4 scan, 1 of 170 used, list mcache P0" in result.lines()
    assert result.lines()[-1] == "a         48  0xc420000000             1  alive  not there"


def test_in_another_future_an_object_is_known_by_name_and_address() -> None:
    there, here = played(["gogc 50", "alloc 48 as a"]), played(["alloc 48 as a", "gogc 50"])
    assert diff(now(there), now(here), "m1").result.lines() == [
        "step 2 (mark m1) lies in another future than step 2; compared with it, here: "
        "1 span different; 1 object made at another step",
        "",
        "spans",
        "only in bookkeeping: 1 span (unusedsince)",  # what is left of the arena is free since the alloc
        "",
        "objects",
        "the same in both but made at another step: 1",
    ]
    other = diff(now(played(["alloc 48 as a"])), now(played(["alloc 48 as b"])), "")
    assert other.result.lines() == [
        "step 1 lies in another future than step 1; compared with it, here: 1 object alive only here, 1 alive only there",
        "",
        "objects",
        "object  size  address       made at step  was        is",
        "a         48  0xc420000000             1  alive      not there",
        "b         48  0xc420000000             1  not there  alive",
    ]
    forked = diff(now(played(["alloc 48 as a"])), now(played(["gogc 100", "alloc 48 as a"])), "m1", forked=True)
    assert forked.result.summary.startswith("step 1 (mark m1) lies in another future than step 2; compared with it, here: ")
    assert other.touched.slots == {ARENA}
    assert not other.touched.spans


def test_a_slot_used_again_by_another_of_the_same_name_is_told() -> None:
    d = between("alloc 48 as a/alloc 48 as b/drop a/gc", "alloc 48 as a")
    assert [(row["object"], row["was"], row["is"]) for row in data_of(d)["objects"]] == [("a", "not there", "alive")]
    d = between("alloc 48 as a/alloc 48 as b/drop a", "gc/alloc 48 as a")
    assert "1 object born, 1 freed;" in d.result.summary
    assert [(row["object"], row["was"], row["is"]) for row in data_of(d)["objects"]] == [("a", "dropped", "alive")]
    d = between("alloc 48 as a", "drop a/gc/alloc 48 as a")
    assert "1 object made at another step" in d.result.summary


def test_long_tables_are_cut_for_people_and_longer_ones_for_programs() -> None:
    d = between("gogc off", "alloc 8192 times 1200")  # a span each; 1200 of the 1280 pages of 10 megabytes, and one free span
    lines = d.result.lines()
    assert lines[0] == "between step 1 (mark m1) and step 2: 1201 spans new; 1200 objects born; heap_live +9.4M; arena +10.0M"
    spans, objects = lines[lines.index("spans") :], lines[lines.index("objects") :]
    assert spans[22] == "… and 1181 more"
    assert objects[21:] == [f"o20     8192  {ARENA + 19 * PAGE:#x}             2  not there  alive", "… and 1180 more"]
    data = data_of(d)
    assert (len(data["spans"]), len(data["objects"])) == (1000, 1000)
    assert (data["counts"]["spans"], data["counts"]["objects"]) == (1201, 1200)
    assert len(d.touched.spans) == 1201


def test_data() -> None:
    data = data_of(between("alloc 48 scan as a", "alloc 48 scan as b"))
    assert data["same"] is False
    assert (data["then"], data["now"], data["name"]) == (1, 2, "m1")
    assert data["spans"] == [
        {
            "base": "0xc420000000",
            "fate": "changed",
            "changes": {"alloc_count": [1, 2], "freeindex": [1, 2], "allocated": ["0x1", "0x3"], "live": ["0x1", "0x3"]},
        }
    ]
    assert data["objects"] == [
        {"object": "b", "size": 48, "address": "0xc420000030", "made_at_step": 2, "was": "not there", "is": "alive"}
    ]
    assert data["mcache"] == [
        {"p": "P0", "what": "class 4 scan", "was": "0xc420000000, 169 free", "is": "0xc420000000, 168 free"}
    ]
