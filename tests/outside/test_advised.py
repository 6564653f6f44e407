"""Advice on real heaps: what a program said of itself (ReadMemStats) is what the lines add up to."""

import re
from dataclasses import replace
from functools import cache

import pytest

from gomem_core.outside.world import world_of
from gomem_core.queries.advicefigures import Advice
from gomem_core.queries.advicelines import lines_of
from gomem_core.queries.advise import advise
from gomem_core.queries.graphs import types_of
from gomem_core.report import format_bytes
from gomem_core.world.still import Still
from tests.core.facts import MODERN_SIZES, modern_slots_of_span
from tests.core.test_advise import by_hand, sums
from tests.outside.corefiles import NAMES, truth
from tests.outside.goprograms import Running, built, running
from tests.outside.test_attach import look as look_at
from tests.outside.test_cores import expected, look

WORK_BUFFERS = 32 << 10  # the collector takes them from the heap in such pieces: they are no stacks


@cache
def world(name: str) -> Still:
    return world_of(look(name))


@cache
def advice(name: str) -> Advice:
    return advise(world(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_lines_add_up_to_what_the_program_told(name: str) -> None:
    found, (stats, _) = advice(name), expected(name)
    assert found.objects == stats["HeapAlloc"]
    assert found.object_count == stats["HeapObjects"]
    assert found.stacks - stats["StackInuse"] in range(0, 10 * WORK_BUFFERS, WORK_BUFFERS)
    assert found.given_back is not None
    if truth(name)["kind"] != "cache":  # these went on for a while after they had told
        assert found.objects + found.free_slots + found.tails + found.idle_slots == stats["HeapInuse"]
        assert found.given_back == stats["HeapReleased"]
        assert found.free_pages + found.idle_pages + found.given_back == stats["HeapIdle"]
        assert found.held == stats["HeapSys"] + found.stacks


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("mark")])
def test_a_loop_over_the_spans_finds_the_same(name: str) -> None:
    wanted = by_hand(world(name))
    rooms = wanted.pop("rooms")
    assert sums(advice(name)) == wanted
    assert {one.spanclass: (one.spans, one.objects, one.free) for one in advice(name).classes} == rooms


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("mark")])
def test_while_a_collection_marks_what_lives_is_not_known(name: str) -> None:
    found = advice(name)
    assert (found.live, found.dead, found.live_count) == (None, None, None)
    (line,) = (line for line in lines_of(found) if line.what == "live")
    assert "a collection is marking" in line.text


def kept(name: str, header: int) -> dict[int, int]:
    """Objects that the program kept, by size, of those whose types stand in the heap."""
    return {made["size"]: made["kept"] for made in truth(name)["made"] if made["scan"] and made["size"] > header}


def test_types_of_what_lives_are_told_where_the_heap_has_them() -> None:
    found = advise(world_of(look("frag-1.27.3", exe=True)))
    wanted = {f"main.T{size}": count for size, count in kept("frag-1.27.3", 512).items()}
    assert len(wanted) == 3
    assert {one.name: one.objects for one in found.types if one.name.startswith("main.")} == wanted
    told = [line.text for line in lines_of(found) if line.what == "live type"]
    assert told[0] == f"of type main.T3000: {wanted['main.T3000']} objects"
    assert [one.nbytes for one in found.types] == sorted((one.nbytes for one in found.types), reverse=True)
    assert advice("frag-1.27.3").types == (), "names stand in the executable"


def test_types_of_what_keeps_nearly_empty_spans_are_told() -> None:
    """Of each class whose types are known, all that lives in half-empty spans: counted slot by slot, as the program kept it."""
    w = world_of(look("frag-1.27.3", exe=True))
    found, types = advise(w), types_of(w)
    wanted: dict[tuple[int, str], int] = {}
    for info in w.spans.rows():
        if info.state == "inuse" and info.alloc_count < info.nelems and not info.is_cached:
            for slot in w.slots.rows(info.base):
                if slot.state == "allocated" and slot.addr in types:
                    key = info.spanclass, types[slot.addr]
                    wanted[key] = wanted.get(key, 0) + 1
    assert len(wanted) >= 3
    assert {(room.spanclass, one.name): one.objects for room in found.classes for one in room.types} == wanted
    told = [line.text for line in lines_of(found)]
    pinned = {room.spanclass: room for room in found.classes if room.types}
    some = next(room for room in list(found.classes)[:3] if room.spanclass in pinned and room.needed < room.spans)
    assert f"in these, of type {some.types[0].name}: {some.types[0].objects} objects" in told


def test_a_memory_limit_gives_back_what_the_remedy_says() -> None:
    """Below what is kept Go gives free pages back as it goes on, above that it leaves them."""
    with running(built("server", "1.27"), N="2000") as program:
        program.ask("g")
        before = advise(world_of(look_at(program.pid)))
    kept = before.held - (before.given_back or 0)
    assert any(f"with a GOMEMLIMIT below {format_bytes(kept)} Go does so" in line.text for line in lines_of(before))
    left = []
    for limit in (kept * 3 // 4, kept * 4):
        with running(built("server", "1.27"), N="2000", GOMEMLIMIT=f"{limit}B") as program:
            program.ask("g")
            left.append(advise(world_of(look_at(program.pid))).free_pages)
    assert left[0] < before.free_pages // 4
    assert left[1] > before.free_pages // 2


SPREAD = (64, 128, 192, 256, 320, 384, 448, 512, 576, 640, 704, 768, 896, 1024)  # of which each P of the program has an object


def test_with_a_lower_gomaxprocs_fewer_ps_keep_slots() -> None:
    free = sum(size * (modern_slots_of_span(2 * MODERN_SIZES.index(size) + 3, 27) - 1) for size in SPREAD)
    kept = {}
    for ps in (16, 2):
        with running(built("spread", "1.27"), GOMAXPROCS=str(ps)) as program:
            found = advise(world_of(look_at(program.pid)))
        assert len(found.idle) + found.one_runs == ps
        kept[ps] = found.idle_slots
        assert kept[ps] >= len(found.idle) * free
    assert kept[2] < kept[16] / 2


def test_of_spans_that_wait_to_be_swept_only_what_lives_counts_by_type() -> None:
    snapshot = look("sweep-1.27.3")
    names = {one: f"type {one:x}" for one in snapshot.types.type.tolist()}
    found = advise(world_of(replace(snapshot, types=replace(snapshot.types, names=names))))
    by_slot = {one.nbytes // one.objects: one.objects for one in found.types}
    for size, count in kept("sweep-1.27.3", 512).items():
        slot = next(one for one in sorted(by_slot) if one >= size + 8)
        assert by_slot[slot] == count, size


def test_spans_with_one_object_each_stand_out() -> None:
    """The program kept about one object in each span: most spans have less than a tenth of their slots taken."""
    for name in (name for name in NAMES if name.startswith("frag")):
        found = advice(name)
        assert found.occupancy[0] > found.half_empty / 2
        assert found.needed < found.half_empty / 3
        assert found.free_slots > 4 * found.objects


def without_idle_slots(program: Running, letter: str) -> Advice:
    """The advice on it after a collection, which takes slots back; on a busy machine a P may have taken some again by then."""
    for _ in range(10):
        program.ask(letter)
        found = advise(world_of(look_at(program.pid)))
        if not found.idle_slots:
            return found
    raise AssertionError("the next collection takes the slots back")


FREED = [("1.21", "server"), ("1.24", "many"), ("1.27", "server"), ("1.27", "many")]


@pytest.mark.parametrize(("minor", "name"), FREED)
def test_what_is_advised_helps(minor: str, name: str) -> None:
    """The program does what the remedies say, and is looked at again; what nothing helps against stays."""
    with running(built(name, minor), N="2000") as program:
        collected = without_idle_slots(program, "g")
        assert collected.free_pages > 100_000
        assert collected.chunks.beside > 0
        told = {line.text: line.filter for line in lines_of(collected) if line.what == "remedy"}
        (unmoved,) = (text for text in told if "no setting helps" in text)
        (at_once,) = (text for text in told if "debug.FreeOSMemory() gives it back at once" in text)
        after = without_idle_slots(program, "f")
        assert after.free_pages < collected.free_pages // 4, "also beside objects; some comes free just afterwards"
        assert after.chunks.full < collected.free_pages // 4
        assert abs(after.half_empty - collected.half_empty) <= 2
        assert format_bytes(collected.held - (collected.given_back or 0)) in at_once
        rooms = by_hand(world_of(look_at(program.pid)))["rooms"]
        number, kind = re.findall(r"class (\d+), .* (scan|noscan)", unmoved)[0]
        spans, objects, _ = rooms[2 * int(number) + (kind == "noscan")]
        assert re.search(rf"{spans:,} spans? where", unmoved)
        assert f"{objects:,} object" in unmoved
        assert told[unmoved] == f"class:{number} kind:{kind} used<100%"


def test_dead_objects_go_by_a_collection() -> None:
    found = advice("sweep-1.27.3")
    assert found.dead
    assert any("runtime.GC() does so at once" in line.text for line in lines_of(found))
    assert not any("runtime.GC()" in line.text for line in lines_of(advice("frag-1.22.10-sw")))


def test_stacks_are_worth_a_word_where_they_are_much() -> None:
    for name in NAMES:
        found = advice(name)
        told = [line for line in lines_of(found) if "goroutines wait for" in line.text]
        assert len(told) == (found.stacks >= found.held / 10)
    assert any(advice(name).stacks >= advice(name).held / 10 for name in NAMES)
