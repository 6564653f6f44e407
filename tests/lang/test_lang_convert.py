"""Scripts of recordings, turned into the command language."""

from pathlib import Path

import pytest

from gomem_core.lang import parse
from gomem_core.lang.commands import Alloc, ByName, Drop, Gogc, Link
from gomem_core.recordings.convert import INTRODUCTION, ScriptError, convert

RECORDINGS = Path(__file__).parents[1] / "recordings"


def converted(script: str) -> list[str]:
    lines = list(convert(script.splitlines(keepends=True)))
    assert tuple(lines[: len(INTRODUCTION)]) == INTRODUCTION
    return lines[len(INTRODUCTION) :]


def test_every_op() -> None:
    script = """\
B 0
g
s
a 48 n
a 32768 s
a 16 h
a 0 n
l 1 4 0
u 1 4
d 0
m
w 3
f
v 0
v 300000000000
v 1500
M
b 2
p 100
p -1
# a note

B 1
"""
    assert converted(script) == [
        "# B 0   background sweeping: no counterpart, sessions sweep when asked or when in need",
        "gc",
        "# s   snapshot: no counterpart",
        "alloc 48",
        "alloc 32K scan",
        "alloc 16 head",
        "alloc 0",
        "link o2.4 o1",
        "unlink o2.4",
        "drop o1",
        "gc mark",
        "gc sweep 3",
        "freeos",
        "scavenge 0s",
        "scavenge 5m",
        "scavenge 1500ns",
        "memstats",
        "show bitmap o3",
        "gogc 100",
        "gogc off",
        "# a note",
        "",
        "# B 1   background sweeping: no counterpart, sessions sweep when asked or when in need",
    ]


def test_kinds_that_make_no_difference_are_written_as_the_language_allows() -> None:
    lines = converted("a 0 s\na 0 h\na 8 h\n")
    assert [parse(line) for line in lines] == [Alloc(0), Alloc(0), Alloc(8, "scan")]
    assert ["# a 0 s" in lines[0], "# a 0 h" in lines[1], "# a 8 h" in lines[2]] == [True] * 3


def test_introduction() -> None:
    assert [parse(line) for line in INTRODUCTION if parse(line)] == [Gogc(-1)]
    assert "Addresses differ" in INTRODUCTION[0]


@pytest.mark.parametrize(
    ("script", "line", "problem"),
    [
        ("a 48 n\nx 1\n", 2, "x is not an op; expected one of a, d, l"),
        ("a 48\n", 1, "expected a SIZE n|s|h"),
        ("a 48 n 3\n", 1, "expected a SIZE n|s|h"),
        ("a 48 q\n", 1, "q is not a kind; expected n, s or h"),
        ("a -1 n\n", 1, "-1 is not a SIZE; expected decimal digits"),
        ("a 13 s\n", 1, "13 is not a multiple of 8"),
        ("a 9223372036854775808 n\n", 1, "at most 9223372036854775807"),
        ("a 48 n\nd 1\n", 2, "there is no object 1; expected an ID below 1"),
        ("d 0\na 48 n\n", 1, "there is no object 0"),
        ("a 48 s\nl 0 x 0\n", 2, "x is not a SLOT"),
        ("a 48 s\nl 0 0 1\n", 2, "there is no object 1"),
        ("a 48 s\nu 0 99999999999\n", 2, "between 0 and 68719476736"),
        ("g 1\n", 1, "expected g"),
        ("w x\n", 1, "x is not a N"),
        ("v -1\n", 1, "-1 is not a NS"),
        ("v 99999999999999999999\n", 1, "an age is at most"),
        ("p x\n", 1, "x is not a PCT"),
        ("p 100000001\n", 1, "between 0 and 100000000"),
        ("B 2\n", 1, "expected 0 or 1"),
        ("b 0\n", 1, "there is no object 0"),
        ("\x00\n", 1, "\\x00 is not an op"),
        ("\u00e9\n", 1, "\u00e9 is not an op"),
        ("a \u0664 n\n", 1, "is not a SIZE"),
        ("a " + "9" * 5000 + " n\n", 1, "is not a SIZE"),
        ("# " + "x" * 20000 + "\n", 1, "at most 10000 characters"),
    ],
)
def test_bad_lines(script: str, line: int, problem: str) -> None:
    with pytest.raises(ScriptError) as caught:
        list(convert(script.splitlines(keepends=True)))
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert str(caught.value) == f"line {line}: {caught.value.problem}"
    assert len(str(caught.value)) < 200


def test_lines_before_a_bad_one_are_delivered() -> None:
    lines = convert(["g", "?"])
    assert [next(lines) for _ in range(len(INTRODUCTION) + 1)][-1] == "gc"
    with pytest.raises(ScriptError):
        next(lines)


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.txt")), ids=lambda path: path.stem)
def test_scripts_of_the_recordings(path: Path) -> None:
    script = path.read_text().splitlines()
    lines = converted("\n".join(script))
    assert len(lines) == len(script)
    births = 0
    dropped: set[str] = set()
    for old, new in zip(script, lines, strict=True):
        command, words = parse(new), old.split()
        again = old in dropped
        assert (command is None) == (words[0] in ("s", "B") or again)
        if words[0] == "d":
            dropped.add(old)
        if again:
            assert new.startswith("#")
        elif words[0] == "a":
            births += 1
            assert isinstance(command, Alloc)
            assert (command.size, command.name, command.times) == (int(words[1]), None, 1)
        elif words[0] == "d":
            assert command == Drop((ByName(f"o{int(words[1]) + 1}"),))
        elif words[0] == "l":
            src, dst = ByName(f"o{int(words[1]) + 1}"), ByName(f"o{int(words[3]) + 1}")
            assert command == Link(src, int(words[2]), dst)
    assert births
