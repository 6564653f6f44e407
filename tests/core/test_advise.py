"""`advise`: its figures are those that a plain loop over all spans finds, in every world, and what is not known is said."""

from collections import Counter
from time import process_time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.queries.account import Account
from gomem_core.queries.advicefigures import Advice, Pin
from gomem_core.queries.advicelines import lines_of
from gomem_core.queries.advise import AdviceOrder, advise, result_of
from gomem_core.queries.roworder import Work, finish
from gomem_core.queries.show import show
from gomem_core.queries.spanfilter import read_filters
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.session.session import Session
from gomem_core.session.stills import still_of
from gomem_core.world.changes import Stale
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import World
from tests import versions
from tests.core.test_spanorder import LINES
from tests.effort import effort
from tests.madeup import made_up
from tests.poor import poor
from tests.versions import ANY_VERSION

EVERYTHING = Stale()
EVERYTHING.all = EVERYTHING.lost = True
PAGE = 8192
MB = 1 << 20
CHUNK, HUGE = 4 * MB, 2 * MB


def session_of(*lines: str) -> Session:
    session = Session(narrate=True)
    for line in lines:
        outcome = session.submit(line)
        assert outcome.ok, (line, outcome.error)
    return session


def sums(advice: Advice) -> dict[str, Any]:
    """Its figures by name."""
    names = (
        *("held", "objects", "live", "dead", "free_slots", "tails", "idle_slots", "stacks", "idle_pages", "free_pages"),
        *("given_back", "object_count", "live_count", "spans", "spans_in_use", "half_empty", "needed", "occupancy"),
    )
    held_by = {one.spanclass: (one.objects, one.nbytes) for one in advice.held_by}
    return {name: getattr(advice, name) for name in names} | {"held_by": held_by}


# --- The same by another way --------------------------------------------------------------------------------------------------


def by_hand(world: World) -> dict[str, Any]:
    """The figures, found span by span and slot by slot."""
    idle = {cache.p for cache in world.caches.mcaches() if not cache.current}
    found: dict[str, Any] = dict.fromkeys(sums(advise(world)), 0)
    tenths, full = [0] * 10, 0
    rooms: dict[int, list[int]] = {}
    held: Counter[int] = Counter()
    sizes: Counter[int] = Counter()
    for info in world.spans.each():
        nbytes, kept = info.npages * PAGE, info.cached_by in idle
        found["held"] += nbytes
        found["spans"] += 1
        if info.state == "manual":
            found["stacks"] += nbytes
        elif info.state == "free":
            assert info.npreleased is not None
            found["given_back"] += info.npreleased * PAGE
            found["idle_pages" if kept else "free_pages"] += nbytes - info.npreleased * PAGE
        else:
            states = [slot.state for slot in world.slots.rows(info.base)]
            taken, live = len(states) - states.count("free"), states.count("allocated")
            found["spans_in_use"] += 1
            found["object_count"] += taken
            found["live_count"] += live
            held[info.spanclass] += live
            sizes[info.spanclass] += live * info.elemsize
            found["objects"] += taken * info.elemsize
            found["live"] += live * info.elemsize
            found["dead"] += states.count("dead") * info.elemsize
            found["idle_slots" if kept else "free_slots"] += states.count("free") * info.elemsize
            found["tails"] += nbytes - len(states) * info.elemsize
            if taken == len(states):
                full += info.spanclass > 1
            elif not kept:
                tenths[10 * taken // len(states)] += 1
                room = rooms.setdefault(info.spanclass, [info.nelems, 0, 0, 0])
                for n, more in enumerate((1, live, states.count("free") * info.elemsize), 1):
                    room[n] += more
    found["occupancy"] = (*tenths, full)
    found["held_by"] = {spanclass: (count, sizes[spanclass]) for spanclass, count in held.items() if count}
    found["half_empty"] = sum(tenths)
    found["needed"] = sum((live + nelems - 1) // nelems for nelems, _, live, _ in rooms.values())
    return found | {"rooms": {spanclass: tuple(room[1:]) for spanclass, room in rooms.items()}}


def units_by_hand(world: World, size: int) -> dict[int, tuple[int, int, int]]:
    """Of each unit of memory: bytes that are free, spans that hold something there, objects in these; found page by page."""
    found: dict[int, list[Any]] = {}
    idle = {cache.p for cache in world.caches.mcaches() if not cache.current}
    for info in world.spans.each():
        objects = sum(slot.state == "allocated" for slot in world.slots.rows(info.base))
        left = 0 if info.state != "free" or info.cached_by in idle else info.npages - (info.npreleased or 0)
        for page in range(info.npages):
            unit = found.setdefault((info.base + page * PAGE) // size, [0, {}])
            unit[0] += (left * (page + 1) // info.npages - left * page // info.npages) * PAGE  # given back evenly
            if info.state != "free":
                unit[1][info.base] = objects
    return {number: (free, len(spans), sum(spans.values())) for number, (free, spans) in found.items()}


def test_a_loop_over_the_spans_finds_the_same() -> None:
    world = session_of(*MANY).world
    assert_by_hand(world)
    assert advise(world).dead, "it has all sorts of bytes"
    assert advise(world).idle_slots
    assert advise(world).given_back


MORE = [*LINES, "procs 3", "p 1", "p 2", "alloc 3M times 2", "gc mark", "scavenge 0s"]


@given(lines=st.lists(st.sampled_from(MORE), max_size=14), version=ANY_VERSION)
def test_of_any_heap(lines: list[str], version: str) -> None:
    session = versions.session_of(version)
    for line in lines:
        session.submit(line)
    assert_by_hand(session.world)


def test_of_a_still_and_of_a_heap_of_three_arenas_far_apart() -> None:
    session = session_of(*MANY)
    assert advise(still_of(session)) == advise(session.world)
    assert_by_hand(made_up())


def assert_by_hand(world: World) -> None:
    advice, wanted = advise(world), by_hand(world)
    rooms = wanted.pop("rooms")
    assert sums(advice) == wanted
    assert {one.spanclass: (one.spans, one.objects, one.free) for one in advice.classes} == rooms
    assert [one.free for one in advice.classes] == sorted((one.free for one in advice.classes), reverse=True)
    parts = (advice.objects, advice.free_slots, advice.tails, advice.idle_slots, advice.stacks, advice.idle_pages)
    assert sum(parts) + advice.free_pages + (advice.given_back or 0) == advice.held
    for units in (advice.chunks, advice.huge):
        there = units_by_hand(world, units.size)
        beside = {number: one for number, one in there.items() if one[0] and one[1]}
        assert units.whole == sum(free for free, spans, _ in there.values() if not spans)
        assert (units.beside, units.units) == (sum(free for free, _, _ in beside.values()), len(beside))
        nearly = [number for number in beside if in_use(world, number, units.size) * 512 >= 496 * units.size]
        assert units.full == sum(beside[number][0] for number in nearly)
        best = sorted(beside, key=lambda n: (max(beside[n][2], 1) / beside[n][0], -beside[n][0], n))
        few = units.few
        assert few.free == sum(beside[n][0] for n in best[: few.units])
        if few.units:
            assert 2 * few.free >= units.beside > 2 * sum(beside[n][0] for n in best[: few.units - 1])
        if units.size == CHUNK:
            pinned = [n for n in best if 2 * beside[n][0] >= CHUNK][:3]
            assert [(p.addr // CHUNK, p.free, p.spans, p.objects) for p in advice.pins] == [(n, *beside[n]) for n in pinned]


def in_use(world: World, number: int, size: int) -> int:
    """Bytes of a unit that are not free."""

    def inside(info: SpanInfo) -> int:
        return max(0, min(info.base + info.nbytes, (number + 1) * size) - max(info.base, number * size))

    return sum(inside(info) for info in world.spans.each() if info.state != "free")


# --- Programs that are fragmented on purpose ------------------------------------------------------------------------------------

MANY = (  # all sorts of bytes: dead and free slots, spans of idle Ps, free and given-back pages
    *("procs 3", "alloc 512 as x times 3000", "alloc 1000 scan as y times 500", "p 1", "alloc 48 as z times 3000"),
    *("alloc 5M as big", "alloc 200K as kept", "drop big", "drop y every 2", "gc", "freeos", "drop x every 3"),
    *("alloc 40 times 100", "p 2", "alloc 33K times 9", "drop z every 2", "gc mark", "alloc 512", "p 0"),
)
# 16 objects of 512 B a page, 8192 a chunk of 4 MB: three stay, one in the first chunk and two in the second; the arena has 2½.
PINNED = ("alloc 512 as x times 20000", "drop x.1..x.99 x.101..x.8199 x.8201..x.8299 x.8301..x.20000", "gc")


def test_three_objects_keep_ten_megabytes() -> None:
    advice = advise(session_of(*PINNED).world)
    assert (advice.held, advice.live, advice.live_count) == (10 * MB, 3 * 512, 3)
    assert (advice.free_slots, advice.half_empty, advice.needed) == (3 * (PAGE - 512), 3, 1)
    assert advice.occupancy == (3, *[0] * 10)
    assert advice.free_pages == 10 * MB - 3 * PAGE
    assert (advice.chunks.units, advice.chunks.whole, advice.chunks.beside) == (2, 2 * MB, 8 * MB - 3 * PAGE)
    assert (advice.huge.units, advice.huge.whole, advice.huge.beside) == (2, 6 * MB, 4 * MB - 3 * PAGE)
    first, second = advice.pins
    base = 0xC420000000
    assert first == Pin(base, CHUNK - PAGE, 1, 1, (base + 99 // 16 * PAGE,), base + 99 * 512)
    assert second == Pin(base + CHUNK, CHUNK - 2 * PAGE, 2, 2, tuple(base + n // 16 * PAGE for n in (8199, 8299)), 0)


def test_few_objects_count_for_what_they_keep() -> None:
    """One object of 488 pages has 24 free pages beside it in its chunk, and two small ones in the next chunk have 510."""
    lines = ("alloc 3904K as wall", "alloc 512 as x times 8576", "drop x.1..x.399 x.401..x.499 x.501..x.8576", "gc")
    advice = advise(session_of(*lines).world)
    assert (advice.chunks.units, advice.chunks.beside) == (2, (24 + 510) * PAGE)
    few = advice.chunks.few
    assert (few.units, few.free, few.spans, few.objects) == (1, 510 * PAGE, 2, 2)
    assert [(pin.addr, pin.objects) for pin in advice.pins] == [(0xC420000000 + CHUNK, 2)]


def test_what_is_said() -> None:
    assert result_of(advise(session_of(*PINNED).world)).lines() == [
        "10.0M in 7 spans; taken: 1.5K, <1%",
        " 1.5K  taken: 3 objects, marked by the last collection or allocated since, in 3 spans",
        "22.5K  free slots of 3 half-empty spans; 1 would hold the objects",
        "         by slots taken, 0 … 100%: 3 0 0 0 0 0 0 0 0 0; full: 0",
        "22.5K    class 25, 512 B noscan: 3 spans; 1 would hold 3 objects",
        "         → no setting helps, since Go moves no object; most to gain: 3 objects in class 25, 512 B noscan, "
        "which keep 3 spans where 1 would do",
        "10.0M  free pages; their spans are given back once free for 5 minutes",
        " 8.0M    of these in 2 chunks of 4.0M that also hold spans in use; 2.0M in wholly free ones",
        " 4.0M    chunk c420000000: beside 1 object in 1 span, at c42000c600",
        " 4.0M    chunk c420400000: beside 2 objects in 2 spans",
        " 4.0M    of these in 2 huge pages of 2.0M that also hold spans in use; 6.0M in wholly free ones",
        "         → debug.FreeOSMemory() gives it back at once",
    ]


def test_what_cannot_be_gained_is_not_told() -> None:
    """Of each of two classes there is one span with one object: fewer cannot hold them."""
    advice = advise(session_of("alloc 512", "alloc 48 scan", "flush").world)
    assert (advice.half_empty, advice.needed, len(advice.classes)) == (2, 2, 2)
    assert [line for line in lines_of(advice) if line.what == "class"] == []
    (more,) = (
        line
        for line in lines_of(advise(session_of("alloc 512 as x times 32", "drop x.1..x.15 x.18..x.32", "gc").world))
        if line.what == "class"
    )
    assert more.text == "class 25, 512 B noscan: 2 spans; 1 would hold 2 objects"


def test_classes_with_most_objects_are_told_where_there_are_several() -> None:
    advice = advise(session_of("alloc 512 times 3", "alloc 48 scan times 9", "alloc 40960", "alloc 16 scan", "alloc 3M").world)
    told = [(line.nbytes, line.text) for line in lines_of(advice) if line.what == "live class"]
    assert told == [
        (3 * MB + 40960, "large, noscan: 2 objects"),
        (3 * 512, "in class 25, 512 B noscan: 3 objects"),
        (9 * 48, "in class 4, 48 B scan: 9 objects"),
    ]
    assert [line for line in lines_of(advise(session_of("alloc 48 times 3").world)) if line.what == "live class"] == []


def test_shares_are_of_all_that_is_mapped() -> None:
    """An arena of 1 MB: a page with 16 objects of 512 bytes; all the rest was given back."""
    advice = advise(session_of("alloc 512 times 16", "freeos").world)
    assert (advice.held, advice.live, advice.given_back) == (MB, PAGE, MB - PAGE)
    assert result_of(advice).summary == "1.0M in 2 spans; taken: 8.0K, 1%; not given back: 8.0K"


def test_an_empty_heap_is_not_big() -> None:
    assert result_of(advise(Session().world)).lines() == ["0 B in 0 spans"]


def test_what_idle_ps_keep_is_told_apart_from_what_is_free_for_all() -> None:
    """One span of 16 slots each for the Ps 0 and 1, one object in each; P 1 runs."""
    session = session_of("procs 2", "alloc 512", "p 1", "alloc 512")
    advice = advise(session.world)
    assert (advice.idle_slots, advice.free_slots, advice.idle, advice.idle_spans) == (15 * 512, 15 * 512, (0,), 1)
    (line,) = (one for one in lines_of(advice) if one.what == "idle Ps")
    assert (line.nbytes, line.text) == (15 * 512, "kept by 1 idle P: free slots of 1 span")
    found = show("spans", read_filters("spans", line.filter), session.world, session.objects)
    assert found.summary == "1 of 3 spans, by base"
    assert advise(session_of("procs 2", "alloc 512", "p 1", "alloc 512", "flush").world).idle_slots == 0


def test_what_is_not_known_is_no_0_and_says_why() -> None:
    advice = advise(poor())
    data = result_of(advice).data
    assert [data[name] for name in ("live", "dead", "live_objects", "idle_slots", "idle_pages", "given_back")] == [None] * 6
    assert advice.objects == sum(info.alloc_count * info.elemsize for info in poor().spans.each())
    assert advice.objects + advice.free_slots + advice.tails + advice.stacks + advice.free_pages == advice.held
    said = {line.what: line for line in lines_of(advice)}
    for what in ("live", "idle Ps", "given back"):
        assert said[what].nbytes is None
        assert said[what].doubt in said[what].text
    assert "≈ a trace has the sizes of slots, and the class is the one of that size" in result_of(advice).lines()


def test_each_line_knows_its_spans() -> None:
    session = session_of(*MANY)
    world = session.world
    for line in lines_of(advise(world)):
        filters = read_filters("spans", line.filter)
        found = show("spans", filters, world, session.objects)
        assert found.table is not None
        assert found.table.rows, (line, "has spans")


def test_the_filter_of_a_pin_finds_the_spans_that_are_in_the_way() -> None:
    session = session_of(*PINNED)
    pin = advise(session.world).pins[1]
    line = next(one for one in lines_of(advise(session.world)) if one.what == "pin" and f"{pin.addr:x}" in one.text)
    found = show("spans", read_filters("spans", line.filter), session.world, session.objects)
    assert found.table is not None
    assert tuple(row[0] for row in found.table.rows) == pin.bases


# --- Keeping it up to date, and how long that takes -----------------------------------------------------------------------------


def test_it_is_worked_out_again_when_it_is_read_after_a_change() -> None:
    session = session_of(*MANY)
    session.take_stale()
    spans = SpanOrder(session.world, lambda: session.account)
    order = AdviceOrder(session.world, spans)
    assert order.read() == advise(session.world)
    for line in ("alloc 512 times 40", "p 1", "gc", "alloc 100K"):
        assert session.submit(line).ok
        spans.look_again(session.take_stale())
        order.look_again()
        assert order.read() == advise(session.world), line


def test_of_many_spans_it_is_left_to_others_and_only_when_it_was_asked_for() -> None:
    session = session_of(*MANY)
    order = AdviceOrder(session.world, SpanOrder(session.world, lambda: session.account), at_once=10)
    assert not order.behind, "nobody asked"
    assert order.read() is None
    assert order.behind
    finish(order.work())()
    assert not order.behind
    assert order.read() == advise(session.world)
    order.look_again()
    assert not order.behind
    assert order.read() is not None, "what it was before, meanwhile"
    assert order.behind
    order.refuse()
    assert not order.behind, "somebody did not want to wait"


def test_it_takes_a_fraction_of_what_a_filter_needs_before_its_first_keystroke() -> None:
    """Both have to read columns from the heap, which they share; what comes on top is meant here."""
    session = session_of(f"alloc 8192 times {effort(20_000, 100_000)}", "drop all every 3", "gc")
    spans = SpanOrder(session.world, lambda: Account(session.world, session.objects), many=0)

    def seconds(work: Work | None) -> float:
        assert work is not None
        before = process_time()
        finish(work)()
        return process_time() - before

    order = AdviceOrder(session.world, spans)
    finish(order.work())  # what is imported is not meant
    filters, advice = [], []
    for _ in range(3):
        spans.look_again(EVERYTHING)
        filters.append(seconds(spans.prepare()))
        advice.append(seconds(order.work()))
    assert min(advice) < 0.4 * min(filters), (advice, filters)
