"""`layout` and `fit` in a session: of the version that the heap has, changing nothing, complaining at the right column."""

import pytest

from gomem_core.session.console import Console


def answer(console: Console, line: str) -> list[str]:
    outcome = console.submit(line)
    assert outcome.ok, outcome
    assert outcome.result is not None
    return outcome.result.lines()


def test_both_are_of_the_version_that_the_heap_has_and_are_no_steps() -> None:
    console = Console(True)
    assert answer(console, "layout [65]*int")[1].startswith("an object: a slot of 576 bytes (class 26, scan), 56 bytes unused")
    answer(console, "go 1.27")
    answer(console, "alloc 48")
    header = "an object: a slot of 576 bytes (class 27, scan), 8 bytes of header, 48 bytes unused"
    assert answer(console, "layout [65]*int")[1] == header
    assert answer(console, "fit []int")[2:] == [
        "1.10         scan    24  small    32       0       8    25.0%  1 word more",
        "1.21 – 1.27  scan    24  small    24       0       0     0.0%  –",
    ]
    assert len(console.session.steps) == 1


def test_a_type_of_the_library_is_another_one_in_other_versions() -> None:
    """As measured: 32 bytes up to Go 1.23, 48 from then on."""
    assert [row.split() for row in answer(Console(True), "fit sync.Map")[2:]] == [
        ["1.10", "–", "–", "not", "known", "–", "–", "–", "–", "–"],
        ["1.21", "–", "1.23", "scan", "32", "small", "32", "0", "0", "0.0%", "–"],
        ["1.24", "–", "1.27", "scan", "48", "small", "48", "0", "0", "0.0%", "–"],
    ]


@pytest.mark.parametrize(
    ("line", "message", "column"),
    [
        ("layout  struct{ a int; b nosuch }", "undefined: nosuch", 26),
        ("layout map[[]int]int  # a comment", "invalid map key type []int", 12),
        ("fit [-1]int", "invalid array length -1 (untyped int constant)", 6),
        ("fit 9Q", "Q is not a unit of size; the units are B, K, M, G and T", 5),
        ("fit 257T", "Go panics (makeslice: len out of range) beyond 281474976710656 bytes", 5),
        ("layout T", "undefined: T", 8),
    ],
)
def test_complaints_point_at_the_place(line: str, message: str, column: int) -> None:
    outcome = Console(True).submit(line)
    assert outcome.error is not None
    assert (outcome.error.message, outcome.error.column) == (message, column)
