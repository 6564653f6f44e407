"""Advice on heap dumps: it tells who holds what is in the way of free pages."""

from gomem_core.go.amd64 import PAGE_SIZE
from gomem_core.queries.advicelines import lines_of
from gomem_core.queries.advise import advise, result_of
from gomem_core.written.dump import world_of_dump
from tests.written.dumpfile import dumped, frame, goroutine, memstats, segment, thing

HEAP, CHUNK = 0xC000000000, 4 << 20
LARGE = HEAP + 8 * PAGE_SIZE
FAR = HEAP + 2 * CHUNK - PAGE_SIZE  # at the end of the second chunk
MADE_UP = dumped(
    goroutine(1),
    frame("main.main", [HEAP]),
    thing(HEAP, 1024, {0: 0x5000, 8: HEAP + PAGE_SIZE}),
    thing(HEAP + PAGE_SIZE, 48),
    thing(HEAP + PAGE_SIZE + 48, 48),  # nothing refers to it
    thing(LARGE, 512),
    thing(FAR, 64),
    thing(FAR + 64, 64, [FAR]),
    segment(0x600000, [LARGE, FAR + 64]),
    memstats(),
)
GARBAGE_FIRST = dumped(
    *(thing(HEAP, 64), thing(FAR, 64), thing(FAR + 64, 64)),
    segment(0x600000, [FAR + 64, HEAP]),
    memstats(),
)


def test_what_is_in_the_way_is_told_with_the_root_that_holds_most_of_it() -> None:
    """By way of main.main 1024 + 48 bytes are held in the first chunk, 512 by a variable; both in the second by another one."""
    advice = advise(world_of_dump(MADE_UP, "small"))
    lines = [line for line in lines_of(advice) if line.what == "pin"]
    assert sorted(line.text for line in lines) == [
        f"chunk {HEAP:x}: beside 3 objects in 3 spans; to 2 of them a way leads from main.main (goroutine 1)",
        f"chunk {HEAP + CHUNK:x}: beside 2 objects in 1 span; to 2 of them a way leads from global 0x600008 (data)",
    ]
    assert all(line.doubt and line.filter for line in lines), "pages follow from objects; enter shows the spans"
    pins = result_of(advice).data["pins"]
    assert isinstance(pins, list)
    assert sorted((pin["root"], pin["held"]) for pin in pins) == [("global 0x600008 (data)", 2), ("main.main (goroutine 1)", 2)]


def test_the_object_in_the_way_is_the_one_that_is_reached() -> None:
    told = [line.text for line in lines_of(advise(world_of_dump(GARBAGE_FIRST, "small"))) if line.what == "pin"]
    root = "; to it a way leads from global"
    assert sorted(told) == [
        f"chunk {HEAP:x}: beside 1 object in 1 span, at {HEAP:x}{root} 0x600008 (data)",
        f"chunk {HEAP + CHUNK:x}: beside 1 object in 1 span, at {FAR + 64:x}{root} 0x600000 (data)",
    ]
