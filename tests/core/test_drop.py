"""`drop` by stride, share and size: which objects go, the same each time, and back again."""

from pathlib import Path
from typing import Any

import pytest

from gomem_core.classic.image import capture
from gomem_core.files.script import Script
from gomem_core.lang import ParseError, format_command, parse
from gomem_core.session.console import Console
from gomem_core.session.resume import resume
from gomem_core.session.session import Session
from tests.inside import heap_of

MADE = ("alloc 512 as x times 40", "alloc 48 as b", "alloc 100 times 8", "alloc 8 as x")


def played(*lines: str) -> Session:
    session = Session()
    for line in (*MADE, *lines):
        outcome = session.submit(line)
        assert outcome.ok, outcome.error
    return session


def dropped(session: Session, line: str) -> list[str]:
    outcome = session.submit(line)
    assert outcome.result is not None, outcome.error
    names = outcome.result.data["names"]
    assert isinstance(names, list)
    assert outcome.result.data["dropped"] == len(names)
    return [str(name) for name in names]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("drop x every 10", ["x.10", "x.20", "x.30", "x.40"]),  # x itself is the youngest, number 41
        ("drop x every 41", ["x"]),
        ("drop o3 x.7 b x.2 every 2", ["x.7", "o3"]),  # by age: x.2 x.7 b o3
        ("drop size<64", ["b", "x"]),
        ("drop x size!=512", ["x"]),
        ("drop all every 4 size<=100", ["o3", "o7"]),  # b o1 … o8 x
        ("drop o2..o7 every 3", ["o4", "o7"]),
        ("drop x.1..x.3 size=512", ["x.1", "x.2", "x.3"]),
        ("drop all size>1M", []),
        ("drop 0%", []),
        ("drop all every 51", []),
        ("drop o1..o8 100%", [f"o{n}" for n in range(1, 9)]),
        ("drop x", ["x"]),  # without a choice a name is one object, as ever
    ],
)
def test_what_a_choice_takes(line: str, names: list[str]) -> None:
    session = played()
    alive = session.objects.alive
    assert dropped(session, line) == names
    assert session.objects.alive == alive - len(names)


def test_a_name_that_is_no_object_means_its_numbered_ones_only_where_something_chooses() -> None:
    session = played("drop x")
    error = session.submit("drop x").error
    assert error is not None
    session = Session()
    session.submit("alloc 16 as y times 7")
    error = session.submit("drop y").error
    assert error is not None
    assert (error.message, error.suggestion) == ("no object is called y", "y.1..y.7")
    assert dropped(session, "drop y every 1") == [f"y.{n}" for n in range(1, 8)]
    error = session.submit("drop y every 1").error
    assert error is not None
    assert error.message == "none of y.1..y.7 is there to be dropped"


@pytest.mark.parametrize(
    ("percent", "count"), [("75", 30), ("50", 20), ("1.25", 1), ("1.2", 0), ("3.75", 2), ("99", 40), ("100", 40)]
)
def test_a_share_is_exact_to_the_nearest_object(percent: str, count: int) -> None:
    session = Session()
    session.submit("alloc 512 times 40")
    assert len(dropped(session, f"drop {percent}%")) == count


def test_a_seed_chooses_the_same_each_time_and_another_one_others() -> None:
    chosen = [tuple(dropped(played(), f"drop 50% seed {seed}")) for seed in (1, 1, 2, 3)]
    assert chosen[0] == chosen[1]
    assert len(set(chosen)) == 3
    assert tuple(dropped(played(), "drop 50%")) == chosen[0], "seed 1 unless given"


def test_each_object_is_as_likely_as_any_other() -> None:
    counts = dict.fromkeys((f"o{n}" for n in range(1, 11)), 0)
    for seed in range(300):
        session = Session()
        session.submit("alloc 64 times 10")
        for name in dropped(session, f"drop 30% seed {seed}"):
            counts[name] += 1
    assert sum(counts.values()) == 900
    assert all(60 < count < 120 for count in counts.values()), counts  # 90 each, a standard deviation of 8


def test_there_and_back_and_there_again() -> None:
    session = played("drop x every 4", "drop 40% seed 9 size>=100", "gc", "drop all every 3")
    there = capture(heap_of(session)), session.objects.names(limit=1000)
    for step in (5, 8, 4, 6, 8, 0, 8):
        session.goto(step)
    assert (capture(heap_of(session)), session.objects.names(limit=1000)) == there
    again = played("drop x every 4", "drop 40% seed 9 size>=100", "gc", "drop all every 3")
    assert capture(heap_of(again)) == there[0]


def test_a_journal_and_a_session_file_keep_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first = Console(narrate=False)
    first.keep("run")
    first.begin(Script(""))
    for line in (*MADE, "drop x every 4", "drop 75% seed 1 size<600", "gc"):
        assert first.submit(line).ok
    there = capture(heap_of(first.session))
    assert first.submit(f"save {tmp_path / 'kept.gomem'}").ok
    first.leave(ended=False)
    second = Console(narrate=True)
    resume(second, None)
    assert capture(heap_of(second.session)) == there
    third = Console(narrate=True)
    assert third.submit(f"open {tmp_path / 'kept.gomem'}").ok
    third.submit("goto end")
    assert capture(heap_of(third.session)) == there
    assert "drop 75% seed 1 size<600" in (tmp_path / "kept.gomem").read_text()


def test_what_is_typed_is_foreseen() -> None:
    session = played()
    for line in ("drop x every 10", "drop 50% seed 4", "drop all", "drop b o1", "drop size>1M", "drop nobody every 2"):
        command = parse(line)
        before = session.objects.alive
        assert command is not None
        told = session.ahead.foresee(command, line)
        foreseen: Any = told.message if isinstance(told, ParseError) else told
        assert session.objects.alive == before, "it only looks"
        outcome = session.submit(line)
        if outcome.result is None:
            assert outcome.error is not None
            assert foreseen == outcome.error.message
            continue
        data = outcome.result.data
        if data["dropped"]:
            of = f" of {data['of']}" if "all" not in line and "o1" not in line else ""
            assert foreseen.startswith(f"drops {data['dropped']}{of} object")
            assert isinstance(data["names"], list)
            assert foreseen.endswith(str(data["names"][-1]))
            session.goto(session.step - 1)
        else:
            assert foreseen == outcome.result.summary


def test_written_and_read_again_it_drops_the_same() -> None:
    for line in ("d x every 3", "drop size<=512 25% seed 3", "drop o1..o8 x.1..x.9 every 2 size > 64"):
        command = parse(line)
        assert command is not None
        assert dropped(played(), line) == dropped(played(), format_command(command))
