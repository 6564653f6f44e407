"""`gomem classes`: the table, and what becomes of one size."""

import json
from typing import Any

import pytest

from gomem_core.go.placement import placement
from gomem_core.go.versions import GO_1_10
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
    assert [row[:7] for row in rows] == [list(row) for row in SIZE_CLASSES]
    assert [row[7:] for row in rows] == [[row[4], 0, 0, 0] for row in SIZE_CLASSES], "slots for pointers, two reserves, a header"


def test_the_table_as_text(capsys: Capture) -> None:
    assert main(["classes"]) == 0
    summary, heading, *rows = capsys.readouterr().out.splitlines()
    assert summary.startswith("go1.10: 66 of 66 size classes")
    assert heading.split()[:3] == ["class", "size", "pages"]
    assert [row.split()[:2] for row in rows] == [[str(c[0]), str(c[1])] for c in SIZE_CLASSES]


def test_a_size_between_classes(capsys: Capture) -> None:
    record = explained("33", capsys)
    # The class above 32 has slots of 48 bytes: 15 of them, 31.25 %, stay empty; 170 slots leave 32 bytes of the page.
    assert record == {
        "go": "1.10",
        "size": 33,
        "noscan": {
            "way": "small",
            "class": 4,
            "spanclass": 9,
            "elemsize": 48,
            "header": 0,
            "slot_waste": 15,
            "slot_waste_percent": 31.25,
            "npages": 1,
            "span_bytes": PAGE,
            "nelems": 170,
            "reserve": 0,
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
        found = placement(GO_1_10, size, True)
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


# Slots of a span of one page: of 1.21, of 1.22 to 1.25 (noscan, scan), of 1.26 and 1.27 likewise (facts of the real runtimes).
SLOTS = {
    8: (1024, (1024, 1008), (1024, 1008)),
    16: (512, (512, 504), (504, 496)),
    24: (341, (341, 336), (336, 330)),
    64: (128, (128, 126), (126, 124)),
    512: (16, (16, 15), (15, 15)),
}


@pytest.mark.parametrize("size", SLOTS)
def test_slots_of_each_version_with_and_without_pointers(size: int, capsys: Capture) -> None:
    old, middle, new = SLOTS[size]
    for version, slots in {"1.21": (old, old), "1.22": middle, "1.25": middle, "1.26": new, "go1.27.3": new}.items():
        assert main(["classes", "--json", "--go", version, f"{max(16, size)}" if size > 8 else "8"]) == 0
        record = json.loads(capsys.readouterr().out)
        found = [record[kind]["nelems"] for kind in ("noscan", "scan")]
        assert found[1] == slots[1], version
        assert size == 8 or found[0] == slots[0], version  # 8 bytes without pointers are tiny


@pytest.mark.parametrize(
    ("version", "size", "kind", "way", "elemsize", "header", "reserve"),
    [
        ("1.21", "1K", "scan", "small", 1024, 0, 0),
        ("1.22", "512", "scan", "small", 512, 0, 128),  # up to here bits, above a header
        ("1.22", "520", "scan", "small", 576, 8, 0),
        ("1.22", "1K", "scan", "small", 1152, 8, 0),
        ("1.22", "1K", "noscan", "small", 1024, 0, 0),
        ("1.27", "512", "scan", "small", 512, 0, 256),
        ("1.27", "520", "scan", "small", 576, 8, 0),
        ("1.21", "32K", "noscan", "small", 32768, 0, 0),
        ("1.22", "32760", "scan", "small", 32768, 8, 0),
        ("1.22", "32K", "noscan", "large", 32768, 0, 0),
        ("1.22", "32K", "scan", "large", 32768, 0, 0),
        ("1.22", "24", "noscan", "small", 24, 0, 0),
        ("1.10", "24", "noscan", "small", 32, 0, 0),
    ],
)
def test_sizes_of_other_versions(
    version: str, size: str, kind: str, way: str, elemsize: int, header: int, reserve: int, capsys: Capture
) -> None:
    assert main(["classes", "--json", "--go", version, size]) == 0
    record = json.loads(capsys.readouterr().out)
    found = record[kind]
    assert record["go"] == version
    assert (found["way"], found["elemsize"], found["header"], found["reserve"]) == (way, elemsize, header, reserve)
    asked = record["size"]
    assert found["slot_waste"] == elemsize - header - asked


def test_the_version_stands_in_the_first_line_and_comes_from_the_environment_too(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOMEM_GO", "1.27")
    for words, head in ((["1K"], "go1.27: an object of 1024 bytes"), ([], "go1.27: 67 of 67"), (["--go", "1.22"], "go1.22: 67")):
        assert main(["classes", *words]) == 0
        assert capsys.readouterr().out.startswith(head)
    assert main(["classes", "--go", "1.28"]) == 2
    assert "gomem does not know a Go 1.28" in capsys.readouterr().err
