"""What is said beside counters is true at that moment: no mark is spoken of before one ran, nor a free that nobody did."""

import pytest

from gomem_core.lang.quantities import QUANTITIES
from gomem_core.session.session import Session
from gomem_tui.render.heap import render_heap
from gomem_tui.render.lines import Port, Scene, plain


def after(*lines: str) -> Session:
    session = Session(narrate=True)
    for line in lines:
        assert session.submit(line).ok, line
    return session


def note(session: Session, counter: str) -> tuple[object, str]:
    """Value and note of a counter of `show stats`."""
    result = session.submit("show stats").result
    assert result is not None
    assert result.table is not None
    return next((row[1], str(row[2])) for row in result.table.rows if row[0] == counter)


def text(session: Session, line: str) -> str:
    result = session.submit(line).result
    assert result is not None
    return "\n".join(result.lines())


def test_before_the_first_mark_heap_marked_is_a_start_value() -> None:
    session = after("alloc 48")
    # The runtime fakes it as heapminimum / (1 + 7/8), so that the first trigger is 4 MB.
    assert (session.world.sums.stats.heap_marked, session.world.sums.stats.gc_trigger) == (int((4 << 20) / 1.875), 4 << 20)
    assert note(session, "heap_marked") == (
        2236962,
        "no mark has run: a start value, which makes the first trigger 4 MB at GOGC 100",
    )
    session.submit("gc")
    assert note(session, "heap_marked") == (48, "bytes the last mark found")
    assert "start value of 2236962" in QUANTITIES["heap_marked"].help


@pytest.mark.parametrize("line", ["show stats", "memstats"])
def test_tiny_objects_that_nobody_freed_are_told_among_the_frees(line: str) -> None:
    session = after("alloc 1 times 5")  # the first takes a block, four share it
    assert session.world.sums.mem_stats().Frees == 4
    said = "MemStats.Frees counts 4 tiny objects that nobody freed: they shared blocks, which may be in use"
    assert said in text(session, line)
    assert "nobody freed" not in text(after("alloc 1", "alloc 48"), line)


def test_the_heap_pane_says_so_too() -> None:
    session = after("alloc 1 times 5")
    lines = render_heap(session.world, Port(130, 40), Scene(), session.account, [])
    assert any("Frees counts tiny objects that nobody freed: 4" in plain(line) for line in lines)


def test_a_collection_frees_slots_not_the_tiny_objects_in_them() -> None:
    assert text(after("alloc 1 times 4", "drop all"), "gc").startswith("collected: freed 1 slot (16 B)")
