"""What the explorer begins with, and what it does to the journal it was begun with."""

from pathlib import Path

import pytest

from gomem_core.files.journal import find, read
from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.explorer.app import Explorer
from gomem_tui.explorer.prompt import Prompt
from gomem_tui.opening import open_console


@pytest.fixture
def killed() -> Path:
    """The journal of a session that was killed behind two commands."""
    console = Console(True, read_script("s", "alloc 48 as a", "s"), "explorer")
    console.submit("forward")
    console.submit("alloc 64 as b")
    console.leave(ended=False)
    return find(None)


def test_a_killed_session_that_is_only_looked_at_stays_as_it_was(killed: Path) -> None:
    before = killed.read_bytes()
    console = open_console(None, resumed="", read_only=True)
    assert console.session.step == 2
    assert console.submit("back").ok
    console.moved()
    console.leave()
    assert killed.read_bytes() == before
    assert find(None) == killed


def test_a_session_at_work_can_be_looked_at(killed: Path) -> None:
    at_work = open_console(None, resumed="")
    looking = open_console(None, resumed=killed.name.partition(".")[0], read_only=True)
    assert looking.session.step == at_work.session.step == 2
    at_work.leave()


def test_a_killed_session_is_gone_on_with_in_its_journal(killed: Path) -> None:
    console = open_console(None, resumed="")
    assert console.submit("alloc 80 as c").ok
    console.leave()
    assert read(killed).records[-1].values == ["alloc 80 as c"]
    assert read(killed).ended


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize("journal", [True, False])
def test_what_is_opened_after_a_resumed_session_has_a_journal_unless_none_is_wanted(journal: bool) -> None:
    console = open_console(None, journal, resumed="")
    console.begin(read_script("t", "alloc 8", "t"))
    assert (console.journal is not None) == journal
    console.leave()


async def test_the_explorer_starts_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for variable in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    app = Explorer(open_console(None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"gc", "enter")
        await pilot.pause()
        assert list(app.model.session.history) == ["gc"]
        assert app.query_one(Prompt).value == ""
