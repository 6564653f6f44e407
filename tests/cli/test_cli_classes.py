"""`gomem classes`: the table, and what becomes of one size."""

import json
from typing import Any

import pytest

from gomem_core.cli.classes import placement
from gomem_tui.__main__ import main
from tests.core.facts import PAGE, SIZE_CLASSES, SIZES

Capture = pytest.CaptureFixture[str]


def explained(size: str, capsys: Capture) -> dict[str, Any]:
    assert main(["classes", "--json", size]) == 0
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    return record


def test_the_table_has_every_class(capsys: Capture) -> None:
    assert main(["classes", "--json"]) == 0
    rows = [list(json.loads(line).values()) for line in capsys.readouterr().out.splitlines()]
    assert rows == [list(row) for row in SIZE_CLASSES]


def test_the_table_as_text(capsys: Capture) -> None:
    assert main(["classes"]) == 0
    summary, heading, *rows = capsys.readouterr().out.splitlines()
    assert "66 size classes" in summary
    assert heading.split()[:3] == ["class", "size", "pages"]
    assert [row.split()[:2] for row in rows] == [[str(c[0]), str(c[1])] for c in SIZE_CLASSES]


def test_a_size_between_classes(capsys: Capture) -> None:
    record = explained("33", capsys)
    # The class above 32 has slots of 48 bytes: 15 of them, 31.25 %, stay empty; 170 slots leave 32 bytes of the page.
    assert record == {
        "size": 33,
        "noscan": {
            "way": "small",
            "class": 4,
            "spanclass": 9,
            "elemsize": 48,
            "slot_waste": 15,
            "slot_waste_percent": 31.25,
            "npages": 1,
            "span_bytes": PAGE,
            "nelems": 170,
            "tail_waste": 32,
        },
        "scan": None,  # pointers come in words
    }


@pytest.mark.parametrize(
    ("size", "kind", "way", "sizeclass", "spanclass", "elemsize"),
    [
        ("1", "noscan", "tiny", 2, 5, 16),
        ("15", "noscan", "tiny", 2, 5, 16),
        ("8", "noscan", "tiny", 2, 5, 16),
        ("8", "scan", "small", 1, 2, 8),  # what has pointers is never tiny
        ("16", "noscan", "small", 2, 5, 16),
        ("16", "scan", "small", 2, 4, 16),
        ("1K", "scan", "small", 31, 62, 1024),
        ("32K", "noscan", "small", 66, 133, 32768),
        ("32769", "noscan", "large", 0, 1, 40960),
        ("33000", "noscan", "large", 0, 1, 40960),
        ("1.5M", "scan", "large", 0, 0, 1572864),
        ("0x100000", "noscan", "large", 0, 1, 1 << 20),
    ],
)
def test_sizes(size: str, kind: str, way: str, sizeclass: int, spanclass: int, elemsize: int, capsys: Capture) -> None:
    found = explained(size, capsys)[kind]
    assert (found["way"], found["class"], found["spanclass"], found["elemsize"]) == (way, sizeclass, spanclass, elemsize)


def test_no_size_takes_no_memory(capsys: Capture) -> None:
    record = explained("0", capsys)
    assert record["noscan"]["way"] == record["scan"]["way"] == "nothing"
    assert record["noscan"]["elemsize"] == 0


def test_every_small_size_goes_to_the_smallest_class_that_holds_it() -> None:
    at = 0
    for size in range(16, 32769):
        while SIZES[at] < size:
            at += 1
        found = placement(size, True)
        assert found is not None
        assert (found.elemsize, found.waste) == (SIZES[at], SIZES[at] - size)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ("0", "takes no memory"),
        ("7", "several share a 16-byte block"),
        ("33", "serves 33 to 48 bytes; found in size_to_class8[5]"),
        ("1016", "size_to_class8[127]"),
        ("1017", "size_to_class128[0]"),
        ("32K", "size_to_class128[248]"),
        ("32769", "whole pages from mheap"),
    ],
)
def test_explanations(size: str, said: str, capsys: Capture) -> None:
    assert main(["classes", size]) == 0
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("size", ["x", "3e", "-5", "1.3", "", "4 8", "600G", "8G8", "1" * 50])
def test_what_is_no_size_is_a_usage_error(size: str, capsys: Capture) -> None:
    assert main(["classes", size]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "gomem classes: error: " in err
