"""`gomem convert` of a trace: the same load as a session, so that it can be tried on any version of the allocator."""

from collections import Counter
from pathlib import Path

import pytest

from gomem_core.film.convert import session_lines
from gomem_core.film.reel import FilmReel
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_core.world.world import World
from gomem_tui.__main__ import main
from tests.film.recorded import FOLDER, film


def _done(path: Path) -> Console:
    console = Console(False, open_file(path))
    session = console.session
    while (outcome := session.forward()) is not None:
        assert outcome.ok, (outcome.line, outcome.error)
    return console


@pytest.mark.parametrize("name", ["go1.27.3-lru", "go1.23.9-phases", "go1.25.5-grow", "go1.27.3-jsonrt"])
def test_the_session_ends_with_the_objects_of_the_film(name: str, tmp_path: Path) -> None:
    """All that was swept was dropped and collected; each object of the rest lies in a slot as large as the one it had."""
    path = tmp_path / "load.gomem"
    path.write_text("\n".join(session_lines(film(name))) + "\n")
    world = _done(path).session.world
    made, there = (_taken(one) for one in (world, FilmReel(film(name)).moment(film(name).events)))
    assert made == there
    assert world.profile.name == film(name).profile.name


def _taken(world: World) -> dict[int, int]:
    """Objects of each span class but that of tiny blocks: those of several goroutines share others where one P allocates all."""
    found: Counter[int] = Counter()
    for info in world.spans.each():
        allocated = world.slots.sets(info.base)
        if info.state == "inuse" and info.spanclass != 5 and allocated is not None:
            found[info.spanclass] += allocated[0].bit_count()
    return dict(+found)


def test_there_are_as_many_operations_as_asked_for_and_the_file_says_that_more_follow(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(FOLDER / "go1.27.3-lru.trace.gz"), "--ops", "500"]) == 0
    lines = capsys.readouterr().out.splitlines()
    made = 0
    for line in lines:
        words = line.split()
        if words[:1] == ["alloc"]:
            made += int(words[-1]) if "times" in words else 1
    assert made <= 500
    assert "500 operations" in lines[-1]
    assert any("garbage dies late" in line for line in lines)
    assert lines[0] == "gomem 1"


def test_what_is_no_trace_and_no_script_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"go 1.19 trace\0\0\0")
    assert main(["convert", str(path)]) == 3
    assert "Go 1.23 and later" in capsys.readouterr().err
