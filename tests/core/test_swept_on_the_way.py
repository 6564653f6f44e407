"""An allocation that sweeps many spans, or starts a collection, says so: the answer, its data and the ladder, with the number."""

import re

from gomem_core.go.versions import GO_1_10
from gomem_core.lang.commands import Alloc
from gomem_core.session.outcome import Outcome
from gomem_core.session.session import Session
from gomem_core.session.told import sweeping
from gomem_tui.render.ladder import collection, ladder

MCENTRAL, MHEAP = 2, 3


def last(*lines: str) -> Outcome:
    """What became of the last line."""
    session = Session(narrate=True)
    outcomes = [session.submit(line) for line in lines]
    assert all(outcome.ok for outcome in outcomes)
    return outcomes[-1]


def facts(outcome: Outcome) -> tuple[object, object, object]:
    """The data, and the summary."""
    assert outcome.result is not None
    assert isinstance(outcome.command, Alloc)
    return outcome.result.data["swept"], outcome.result.data["swept_in_vain"], outcome.result.data["gc"]


def summary(outcome: Outcome) -> str:
    assert outcome.result is not None
    return outcome.result.summary


def rungs(outcome: Outcome) -> list[str]:
    return [rung.sentence for rung in ladder(outcome.told.climbs.costliest, GO_1_10)]


def test_mcentral_sweeps_all_its_full_spans_in_vain() -> None:
    # Two objects of 4096 B fill a page: 100 spans, all full, and mcentral looks into each before it asks the heap.
    outcome = last("alloc 4096 times 200", "gc mark", "alloc 4096")
    assert facts(outcome) == (100, 100, 0)
    assert "100 spans were swept on the way, all of them in vain" in summary(outcome)
    assert rungs(outcome)[MCENTRAL].endswith("; 100 spans were swept on the way, all of them in vain")
    assert "swept" not in rungs(outcome)[MHEAP]


def test_the_heap_sweeps_in_vain_before_it_takes_pages() -> None:
    outcome = last("alloc 8192 times 300", "gc mark", "alloc 47")
    assert facts(outcome) == (300, 300, 0)
    assert "300 spans were swept on the way, all of them in vain" in summary(outcome)
    # Some are swept before mcentral is asked, as what the new span owes to the last collection, the rest before the heap looks.
    numbers = [int(n) for rung in rungs(outcome) for n in re.findall(r"(\d+) spans were swept on the way, all of them", rung)]
    assert sum(numbers) == 300
    assert rungs(outcome)[MHEAP].endswith(f"; {numbers[-1]} spans were swept on the way, all of them in vain")


def test_some_in_vain_and_the_one_it_takes_apart() -> None:
    # mcentral sweeps from the front of `empty`, where the oldest span is: 9 full ones, then the tenth, which has a hole.
    outcome = last("gogc 1000", "alloc 4096 times 200", "drop o20", "gc mark", "alloc 4096")
    assert facts(outcome) == (10, 9, 0)
    assert "10 spans were swept on the way, 9 of them in vain" in summary(outcome)
    sentence = rungs(outcome)[MCENTRAL]
    assert "from the list empty and swept it" in sentence
    assert sentence.endswith("; 9 spans were swept on the way, all of them in vain")


def test_one_span_swept_to_be_used_is_no_news() -> None:
    outcome = last("gogc 1000", "alloc 4096 times 200", "drop o1", "gc mark", "alloc 4096")
    assert facts(outcome) == (1, 0, 0)
    assert "on the way" not in summary(outcome)
    assert "on the way" not in "".join(rungs(outcome))


def test_a_collection_that_an_allocation_starts() -> None:
    outcome = last("alloc 64K times 63", "alloc 64K")  # 64 times 64 KB are the 4 MB of the first trigger
    assert facts(outcome) == (0, 0, 1)
    assert "a collection ran" in summary(outcome)
    assert collection(outcome.told.climbs.costliest, GO_1_10) == "heap_live reached 4.0M, the trigger: a collection marked"
    assert collection(last("alloc 64K times 63").told.climbs.costliest, GO_1_10) == ""


def test_a_collection_sweeps_first_what_waits() -> None:
    # 2 KB of GOGC 1 are less than what the mark leaves room for, 10 KB: a large object reaches the trigger at once.
    outcome = last("alloc 8192 times 100", "gogc 1", "gc mark", "alloc 8192 times 2", "alloc 40K")
    swept, _, started = facts(outcome)
    assert started == 1
    assert outcome.told.kinds.get("sweep", 0) == swept


def test_the_words() -> None:
    assert [sweeping(1, 0), sweeping(1, 1), sweeping(2, 0), sweeping(3, 1), sweeping(3, 3)] == [
        "1 span was swept on the way",
        "1 span was swept on the way, in vain",
        "2 spans were swept on the way",
        "3 spans were swept on the way, 1 of them in vain",
        "3 spans were swept on the way, all of them in vain",
    ]
