"""Steps that are passed by in rows leave behind what the same steps leave behind that are done one by one."""

import inspect
import sys
from contextlib import suppress
from random import Random
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.timeline import Timeline
from gomem_core.go.release import Release
from gomem_core.lang import ParseError, parse
from gomem_core.lang.commands import Alloc, ByName, Drop
from gomem_core.lang.plainlines import end_of_row, read_plain_lines
from gomem_core.session.passing import Passing
from gomem_core.session.session import Session
from tests.core.test_time import state
from tests.effort import effort
from tests.inside import machine_of
from tests.versions import VERSIONS, profile_of

NAMES = ["a", "a1", "a2", "obj", "b-1", "o1", "o2", "o7", "gc", "nobody"]
ODD = [
    *(
        "gc",
        "alloc 40000",
        "alloc 0",
        "alloc 12 scan",
        "alloc 8 head",
        "alloc 48 times 3",
        "drop a a1",
        "drop all",
        "drop 0xc420000000",
    ),
    *(
        "alloc 30000",
        "drop 0xc420000000",
        "alloc 29999",
        "alloc  48",
        "alloc 48 # said",
        "say it\nalloc 48",
        "alloc 48 as a\nmark here",
        "drop some",
    ),
    *("link a.0 a1", "alloc 48 as a.1", "drop a.1", "procs 2", "p 1", "gogc 50", "alloc 24 every 4", "alloc 32 head as a2"),
]


def some_lines(r: Random, count: int) -> list[str]:
    """Mostly plain steps, many of which fail."""
    lines = []
    for _ in range(count):
        name = f" as {r.choice(NAMES)}" if r.random() < 0.5 else ""
        match r.randrange(8):
            case 0 | 1:
                lines.append(f"alloc {r.choice((1, 5, 15, 16, 48, 1024, 4096, 9000))}{name}")
            case 2 | 3:
                lines.append(f"alloc {r.choice((8, 48, 512, 520, 8192))} {r.choice(('scan', 'noscan', 'head'))}{name}")
            case 4 | 5 | 6:
                lines.append(f"drop {r.choice(NAMES)}")
            case _:
                lines.append(r.choice(ODD))
    return lines


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=effort(8, 150))
@given(r=st.randoms(use_true_random=False), narrate=st.booleans())
def test_in_a_row_or_one_by_one(version: str, r: Random, narrate: bool) -> None:
    lines = [line for line in some_lines(r, r.randint(2, 120)) if is_step(line)]
    release = Release(profile_of(version))
    session, slow = (Session(narrate=narrate, timeline=Timeline([*lines], release=release)) for _ in range(2))
    session.goto(len(lines))
    while slow.forward() is not None:
        pass
    assert state(session) == state(slow)
    for _ in range(3):  # again, from an image on the way or from the beginning
        session.goto(r.randint(0, len(lines)))
        session.goto(len(lines))
        assert state(session) == state(slow)
    session.check("full")


def is_step(line: str) -> bool:
    """Whether the line can stand in a script at all."""
    try:
        return all(parse(part) is not None for part in line.split("\n"))
    except ParseError:
        return False


@given(
    st.lists(st.one_of(st.sampled_from(ODD), st.from_regex(r"(alloc|drop) [0-9a-zO.-]{1,7}( (scan|head))?( as [a-zO0-9]{1,3})?")))
)
def test_lines_read_in_a_row_are_what_the_parser_reads(lines: list[str]) -> None:
    for line, plain in zip(lines, read_plain_lines(lines), strict=True):
        surely = "\n" not in line and end_of_row(f"{line}\n", 0) > 0
        try:
            command = parse(line) if "\n" not in line else None
        except ParseError:
            command = None
        assert not surely or isinstance(command, Alloc | Drop)
        match command:
            case Alloc(size, kind, name, 1) if plain.size:
                ptrdata = {"scan": size, "noscan": 0, "head": 8}[kind]
                assert plain == (size, ptrdata, name or "", "")
            case Drop((ByName(name),), None, None) if plain.dropped:
                assert plain == (0, 0, "", name)
            case _:
                reserved = command is None and "\n" not in line and (plain.name or plain.dropped)
                assert plain.size == 0 or reserved  # the name is one that nobody may give, which is looked for where it is given


def test_most_steps_go_in_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"alloc 48 as a{n}" if n % 3 else f"drop a{n - 1}" for n in range(1, 1001)]
    session = Session(narrate=True, timeline=Timeline(lines))
    one_by_one: list[int] = []
    machine = machine_of(session)
    pass_one = machine._pass

    def noted(before: tuple[int, ...]) -> tuple[int, ...]:
        one_by_one.append(machine.at)
        return pass_one(before)

    monkeypatch.setattr(machine, "_pass", noted)
    session.goto(1000)
    assert not one_by_one


@pytest.mark.parametrize("narrate", [False, True])
@pytest.mark.parametrize("lines_run", range(200, 250))  # those of two steps, an allocation and a drop
def test_interrupted_anywhere_in_a_row(lines_run: int, narrate: bool) -> None:
    """Whoever presses ctrl+c stands after a whole step, from which all goes on as if nothing had been."""
    steps = [f"alloc {16 * (n % 9 + 1)} as a{n}" if n % 3 else f"drop a{n - 1}" for n in range(1, 31)]
    session, slow = (Session(narrate=narrate, timeline=Timeline([*steps])) for _ in range(2))
    slow.goto(30)
    code, left = Passing.first_time, lines_run
    text, start = inspect.getsourcelines(code)
    end = start + next(n for n, line in enumerate(text) if line.strip() == "finally:")

    def trace(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal left
        if frame.f_code is not code.__code__:
            return None
        left -= event == "line" and frame.f_lineno < end
        if left == 0 and event == "line":
            left = -1
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with suppress(KeyboardInterrupt):
            session.goto(30)
    finally:
        sys.settrace(before)
    assert session.step < 30
    assert len(session.trail.marks) == len(session.trail.heap_live)
    session.goto(30)
    assert state(session) == state(slow)


@pytest.mark.parametrize("kind", ["", "noscan", "scan", "head"])
def test_a_row_has_sizes_that_fit_their_kind(kind: str) -> None:
    least = {"": 0, "noscan": 0, "scan": 8, "head": 16}[
        kind
    ]  # words of 8 bytes, of which a head is one, and something follows it
    for size in range(31_000):
        line = f"alloc {size} {kind}".rstrip() + "\n"
        fits = size < 30_000 and size >= least and (least == 0 or size % 8 == 0)
        assert end_of_row(line, 0) == (len(line) if fits else 0)


def test_a_row_ends_before_what_may_be_wrong() -> None:
    right = ["alloc 48 scan", "alloc 16 as a", "drop a", "alloc 8 as all-of-them", "drop o12", "alloc 29999"]
    wrong = [
        "alloc 12 scan",
        "alloc 0 scan",
        "alloc 000 scan",
        "alloc 8 head",
        "alloc 8 as o1",
        "alloc 8 as all",
        "drop ALL",
        "alloc 8 x",
        "alloc 30000",
        "gc",
        "",
        " alloc 8",
    ]
    begin = "".join(f"{line}\n" for line in right)
    assert end_of_row(begin, 0) == len(begin)
    for line in wrong:
        assert end_of_row(f"{begin}{line}\n{begin}", 0) == len(begin)
        assert end_of_row(f"{line}\n{begin}", len(line) + 1) == len(line) + 1 + len(begin)
    assert end_of_row("alloc 8", 0) == 0
    assert end_of_row("", 0) == 0
