"""A session file about a heap that lies beside it: it tells of it and points at it, and nothing is done to it."""

from pathlib import Path

import pytest

from gomem_core.cli.sessionfile import SessionFile
from gomem_core.files.script import ScriptError, load_script, write_script
from gomem_core.files.stillfile import strip_bytes
from gomem_core.session.console import Console
from tests.looks import Program

TEXT = """gomem 1
title A real heap
on heap.still

say It begins with **nothing**.
pause

say And then there is something.
select 0xc420000000
show spans
expect spans > 0
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    program = Program()
    program.look()
    (tmp_path / "heap.still").write_bytes(strip_bytes([program.look()]))
    path = tmp_path / "about.gomem"
    path.write_text(TEXT)
    return path


def test_its_steps_stand_on_the_heap_beside_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    console = Console(True, load_script(file), "explorer")
    assert console.session.world.spans.count > 2
    assert console.journal is None
    assert [console.forward() is not None for _ in range(3)] == [True, True, False]
    assert console.session.outcome is not None
    assert console.session.outcome.said is not None
    assert console.session.outcome.said.says == ("And then there is something.",)
    assert not console.unmet(console.session.outcome)
    console.goto(0)
    assert console.submit("alloc 48").error is not None


def test_it_is_written_as_it_was_read(file: Path) -> None:
    script = load_script(file)
    assert script.on == "heap.still"
    assert write_script(script) == TEXT
    assert Console(True, script).content().decode() == TEXT


def test_it_finds_the_heap_wherever_it_is_saved(file: Path) -> None:
    console = Console(True, load_script(file))
    for place, on in ((file.parent, "heap.still"), (file.parent / "below", str(file.parent / "heap.still"))):
        place.mkdir(exist_ok=True)
        assert console.submit(f"save {place / 'copy.gomem'}").ok
        again = load_script(place / "copy.gomem")
        assert again.on == on
        assert Console(True, again).session.world.spans.count > 2


def test_a_session_file_can_be_checked(file: Path) -> None:
    there = SessionFile.load(str(file))
    console = Console(False, there.script)
    console.goto(2)
    assert console.session.world.spans.count > 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("on x\non y\n", "the file with the heap stands once, before the first step"),
        ("pause\non y\n", "the file with the heap stands once, before the first step"),
        ("on  \n", "on: the name of a file with a heap is missing"),
        ("on heap.still\nalloc 48\n", "the heap in heap.still is only read: nothing can be done to it"),
        ("on heap.still\ngc\n", "the heap in heap.still is only read: nothing can be done to it"),
    ],
)
def test_what_is_wrong_in_it(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(ScriptError, match=said):
        load_script(file)


@pytest.mark.parametrize(("on", "said"), [("nothing", "No such file"), ("about.gomem", "a session file, and no heap")])
def test_a_heap_that_is_not_there(file: Path, on: str, said: str) -> None:
    file.write_text(f"on {on}\npause\n" if on != "about.gomem" else "on other.gomem\npause\n")
    (file.parent / "other.gomem").write_text("alloc 48\n")
    with pytest.raises(ScriptError, match=said):
        Console(True, load_script(file))
