"""`show waste`, `show span` and `gomem export` tell of fragmentation what the Heap pane tells."""

import json

import pytest

from gomem_core.queries.shares import Held
from gomem_core.queries.waste import holding
from gomem_core.session.session import Session

# The case of the issue: of 4000 objects of 512 B three stay, each alone in a span of 16.
FRAGMENTED = ("alloc 512 as x times 4000", "alloc 40 as y times 3", "drop x.2..x.2000 x.2002..x.3999", "gc")


def rows(line: str, *script: str) -> list[dict[str, object]]:
    session = Session()
    for typed in script:
        assert session.submit(typed).ok
    result = session.submit(line).result
    assert result is not None
    assert json.dumps(result.data)
    found = result.data["rows"]
    assert isinstance(found, list)
    return found


def test_the_class_that_holds_most_in_vain_stands_first() -> None:
    first, second = rows("show waste", *FRAGMENTED)
    wanted = {"elemsize": 512, "kind": "noscan", "spans": 3, "needed": 1, "objects": 3}
    wanted |= {"requested": 3 * 512, "slot_waste": 0, "free_slots": 3 * 8192 - 3 * 512, "in_mcaches": 0, "dead": 0, "tails": 0}
    assert {name: first[name] for name in wanted} == wanted
    assert first["wasted"] == 24 * 1024 - 3 * 512
    assert (second["elemsize"], second["slot_waste"], second["tails"]) == (48, 3 * 8, 32)
    assert second["free_slots"] == 8192 - 32 - 3 * 48
    assert second["in_mcaches"] == 0, "a collection empties the mcaches"


def test_free_slots_in_an_mcache_are_told_apart() -> None:
    (row,) = rows("show waste", "procs 2", "alloc 512", "p 1", "alloc 512")
    assert (row["spans"], row["needed"], row["free_slots"], row["in_mcaches"]) == (2, 1, 30 * 512, 30 * 512)
    (row,) = rows("show waste", "procs 2", "alloc 512", "p 1", "alloc 512", "flush")
    assert (row["free_slots"], row["in_mcaches"]) == (30 * 512, 0)


def test_unswept_garbage_is_dead_and_not_free() -> None:
    (row,) = rows("show waste", "alloc 512 times 16", "drop o1..o12", "gc mark")
    assert (row["objects"], row["dead"], row["free_slots"]) == (4, 12 * 512, 0)
    (row,) = rows("show waste", "alloc 512 times 16", "drop o1..o12", "gc mark", "gc sweep")
    assert (row["objects"], row["dead"], row["free_slots"]) == (4, 0, 12 * 512)


@pytest.mark.parametrize(
    ("filters", "sizes"),
    [("size:512", [512]), ("waste>97%", [48]), ("spans>1", [512]), ("kind:scan", []), ("class:25", [512]), ("", [512, 48])],
)
def test_filters(filters: str, sizes: list[int]) -> None:
    assert [row["elemsize"] for row in rows(f"show waste {filters}", *FRAGMENTED)] == sizes


def test_large_objects_have_no_size_in_common() -> None:
    script = ("alloc 40000", "alloc 48 scan")
    assert [row["class"] for row in rows("show waste size>0", *script)] == [4]
    assert [row["class"] for row in rows("show waste class:L", *script)] == [0]
    assert [row["elemsize"] for row in rows("show waste", *script)] == [48, None]


def test_the_table_fits_80_columns_and_says_what_is_cached_and_what_is_not_known() -> None:
    session = Session()
    for line in (*FRAGMENTED, "drop y.1 y.2", "gc mark", "alloc 512"):
        session.submit(line)
    result = session.submit("show waste").result
    assert result is not None
    assert result.table is not None
    assert max(map(len, result.table.lines())) <= 80
    text = "\n".join(result.lines())
    assert "7.0K of them are in mcaches" in text, "14 of 16 slots of 512 bytes"
    assert "dead slots were not reached by the last mark" in text
    assert "dropped since the last mark still counts as live" in text


def test_show_span_tells_both_kinds_of_waste() -> None:
    session = Session()
    for line in ("alloc 33 times 10", "drop o1..o4", "gc mark"):
        session.submit(line)
    result = session.submit("show span o5").result
    assert result is not None
    account = {"requested": 198, "slot_waste": 90, "dead": 192, "free_slots": 7680, "tails": 32, "wasted": 7994, "total": 8192}
    assert result.data["account"] == account
    text = "\n".join(result.lines())
    assert "97.6% of the span: slot waste 90, free slots 7680, dead 192, tail 32 bytes" in text


@pytest.mark.parametrize(
    ("spanclass", "held", "text"),
    [
        (51, Held(9, 12, 1, 0, 512), "12 objects in 9 spans; 1 would hold them"),
        (51, Held(9, 1, 1, 0, 512), "1 object in 9 spans; 1 would hold it"),
        (51, Held(1, 12, 1, 0, 512), "12 objects in 1 span"),
        (51, Held(2, 0, 0, 0, 512), "no object in 2 spans; none is needed"),
        (5, Held(3, 20, 1, 0, 16), "20 tiny blocks in 3 spans; 1 would hold them"),
        (1, Held(3, 3, 3, 0, 0), "3 objects in 3 spans"),
    ],
)
def test_how_few_spans_would_do(spanclass: int, held: Held, text: str) -> None:
    assert holding(spanclass, held) == text
