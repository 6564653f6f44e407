"""What texts say of the collector's pacing is what the allocator does."""

import re

import pytest

from gomem_core.lang import help_text
from gomem_core.lang.operands import PERCENT
from gomem_core.session.session import Session

MB = 1 << 20


def pacing(*lines: str) -> tuple[int, int, int]:
    """heap_marked, gc_trigger and next_gc behind the lines."""
    session = Session()
    for line in lines:
        assert session.submit(line).ok, line
    stats = session.world.sums.stats
    return stats.heap_marked, stats.gc_trigger, stats.next_gc


def test_a_collection_begins_before_the_heap_has_doubled() -> None:
    # The facts of Go 1.10: the trigger is 1 + 7/8 of what was marked, the goal twice as much.
    assert pacing("alloc 8M", "gc") == (8388608, 15728640, 16777216)
    session = Session()
    for line in ("alloc 8M", "gc", "alloc 6M", "alloc 983040"):
        session.submit(line)
    before = session.world.sums.stats.numgc
    assert session.world.sums.stats.heap_live == 15728640 - 65536
    outcome = session.submit("alloc 64K")
    assert session.world.sums.stats.numgc == before + 1, "heap_live reached 15728640, short of twice 8388608"
    assert outcome.result is not None
    assert outcome.result.data["gc"] == 1


def test_help_names_the_numbers_of_the_allocator() -> None:
    text = " ".join(help_text("gogc").split())
    stated = re.search(r"with (\d+) MB marked the trigger is (\d+) MB and the goal (\d+) MB", text)
    assert stated is not None, text
    marked, trigger, goal = (int(n) * MB for n in stated.groups())
    assert pacing(f"alloc {marked}", "gc") == (marked, trigger, goal)


@pytest.mark.parametrize("percent", [25, 50, 100, 200, 1000])
def test_the_trigger_is_never_below_4_mb_times_gogc(percent: int) -> None:
    text = " ".join(help_text("gogc").split())
    stated = re.search(r"never below (\d+) MB \* PCT/100", text)
    assert stated is not None, text
    least = int(stated[1]) * MB * percent // 100
    assert least == (4 << 20) * percent // 100
    assert pacing("alloc 48", f"gogc {percent}", "gc")[1] == least, "with next to nothing marked"
    assert pacing("alloc 48M", f"gogc {percent}", "gc")[1] > least


def test_no_text_says_that_a_collection_begins_when_the_heap_has_doubled() -> None:
    assert PERCENT.complete is not None
    offered = dict(PERCENT.complete("", None))
    for text in (help_text("gogc"), offered["100"]):
        assert not re.search(r"(begins|collect|starts) when the heap has doubled", " ".join(text.split()))
    assert offered["100"] == "aim at twice what the last mark found"
