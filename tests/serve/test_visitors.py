"""What a visitor types: nothing about files, and no more than a share of the machine."""

import io
import time
from pathlib import Path

import pytest

from gomem_core.files.journal import unfinished
from gomem_core.lang.registry import REGISTRY
from gomem_core.session import visitors
from gomem_core.session.console import Console
from gomem_core.session.visitors import Visitors
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.history import add_to_history
from gomem_tui.plain.talk import PlainTalk

FILES = {
    "save": "save {path}",
    "open": "open {path}",
    "resume": "resume",
    "diff": "diff file {path}",
    "types": "types {path}",
    "take-up": "take-up",
}


@pytest.fixture
def console() -> Console:
    console = Console(narrate=True)
    console.visitors = Visitors()
    return console


@pytest.fixture
def there(tmp_path: Path) -> Path:
    path = tmp_path / "there.gomem"
    path.write_text("alloc 48 as secret\n")
    return path


@pytest.mark.parametrize("line", [*FILES.values(), "whatif alloc 8; types {path}", "resume 2026", "open ~/{path}", "save ../x"])
def test_no_line_reaches_a_file(console: Console, there: Path, line: str) -> None:
    killed = Console(narrate=False, kind="run")  # a session of the host's
    killed.submit("alloc 48")
    killed.leave(ended=False)
    (journal,) = unfinished()
    before = {path: path.read_bytes() for path in there.parent.iterdir()}
    outcome = console.submit(line.format(path=there))
    assert outcome.error is not None
    assert "visitors have no files here" in outcome.error.message
    assert journal.id not in outcome.error.message
    assert {path: path.read_bytes() for path in there.parent.iterdir()} == before
    assert console.session.step == 0


def test_each_command_with_a_file_or_a_journal_is_known_here() -> None:
    """A new one has to be put into the list above, and into what is refused."""
    named = {
        spec.name
        for spec in REGISTRY
        for shape in spec.shapes
        for operand in shape.operands
        if operand.field in ("path", "id") or "FILE" in operand.label
    }
    assert named | {"take-up"} == set(FILES)


def test_a_heap_has_room_for_so_many_objects(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "OBJECTS", 1000)
    assert console.submit("alloc 8 times 990").ok
    for line in ("alloc 8 times 11", "churn 11", "churn 100000000"):
        outcome = console.submit(line)
        assert outcome.error is not None
        assert "has room for 1,000 objects" in outcome.error.message
    assert console.submit("alloc 8 times 10").ok
    assert not console.submit("alloc 8").ok
    assert console.submit("gc").ok
    assert console.submit("back").ok


def test_lines_that_come_too_fast_wait(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    for _ in range(100):
        console.submit("gc")
    assert sum(slept) > 0.5, "40 lines beyond the first 60, 30 a second"
    assert len(slept) >= 30


def test_lines_are_noted(console: Console) -> None:
    noted: list[str] = []
    console.visitors = Visitors(noted.append)
    for line in ("alloc 48", "save x", "allloc 8"):
        console.submit(line)
    assert noted == ["alloc 48", "save x"]


def test_plain_text_keeps_to_it(
    console: Console, there: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = f"open {there}\nsave {there}.new\nalloc 48 as mine\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
    PlainTalk(console, typed=False, lesson=True).run()
    out = capsys.readouterr().out
    assert out.count("visitors have no files here") >= 2
    assert "mine = 0x" in out
    assert "secret" not in out
    assert [*there.parent.iterdir()] == [there]


async def test_the_explorer_keeps_to_it(console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No picture, no sleep, no history of the host's: neither read nor written."""
    monkeypatch.chdir(tmp_path)
    add_to_history("alloc 48 as secret")
    app = Explorer(console)
    slept: list[object] = []
    monkeypatch.setattr(app, "action_suspend_process", lambda: slept.append(1))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("P")
        assert "Visitors have no files" in app.message
        await pilot.press("ctrl+z")
        assert "no shell" in app.message
        await pilot.press("colon", "up")
        assert app.prompt_actions.prompt.value == ""
        await pilot.press(*"gc", "enter")
        assert app.desk.session.step == 1
    other = Explorer(Console(narrate=True))
    async with other.run_test(size=(100, 30)) as pilot:
        await pilot.press("colon", "up")
        assert other.prompt_actions.prompt.value == "alloc 48 as secret"
    assert slept == []
    assert [*tmp_path.iterdir()] == []
