"""Going through time in a real pseudo-terminal: what was done is there again after a kill, and the way back shows the same."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gomem_core.files.journal import read, unfinished
from gomem_core.files.journal.file import journal_directory
from tests.tui.longscript import STEPS, long_script
from tests.tui.terminal import Terminal

SCRIPT = """\
alloc 48 scan as a
alloc 100 as b
alloc 33000 as big
drop a
gc
alloc 2M as vast
"""
FORKED = "New branch future2; the old steps stay on branch main."


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "mine.gomem"
    path.write_text(SCRIPT)
    return str(path)


def panes(terminal: Terminal) -> list[str]:
    """All of the screen but the scrub bar, the prompt and the footer."""
    return terminal.rows(0, -3)


def journals() -> list[Path]:
    """Those there are, the oldest first."""
    return sorted(journal_directory().glob("*.journal"))


def only_session() -> str:
    """The ID of the only session in which something happened."""
    (name,) = (path.stem for path in journals() if read(path).records)
    return name


def leave(terminal: Terminal) -> None:
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_a_killed_session_is_offered_and_taken_up_where_it_stood(script: str) -> None:
    terminal = Terminal(script)
    terminal.wait_for("space does: alloc 48 scan as a")
    terminal.send("   b")
    terminal.wait_for("step 2/6")
    terminal.send("...")
    terminal.wait_for("step 2.3/6")
    terminal.send("bb")
    terminal.wait_for("step 1/6")
    terminal.send(":alloc 64 as mine\r")
    terminal.wait_for(FORKED)
    terminal.escape()
    before = panes(terminal)
    assert "step 2/2" in before[0]
    assert any("2 › alloc 64 as mine" in row for row in before)
    terminal.kill()

    terminal = Terminal()
    terminal.wait_for("mine.gomem was killed just now: :resume goes on, any step ignores it.")
    terminal.line("resume")
    terminal.wait_for("step 2/2")
    assert panes(terminal)[1:] == before[1:]
    terminal.kill()

    terminal = Terminal("--resume")
    terminal.wait_for("step 2/2")
    terminal.settle()
    assert panes(terminal) == before
    name = only_session()
    assert f"gomem: taking up the session {name} …".encode() in terminal.bytes  # before the screen, which may take long
    leave(terminal)
    assert f"To continue this session: gomem --resume {name}".encode() in terminal.bytes
    assert unfinished() == []


def test_a_position_halfway_in_a_command_is_taken_up(script: str) -> None:
    terminal = Terminal(script)
    terminal.wait_for("space does")
    terminal.send(" ....")
    terminal.wait_for("step 1.4/6")
    terminal.settle()
    before = panes(terminal)
    terminal.kill()
    terminal = Terminal("--resume", unfinished()[0].id[:-1])
    terminal.wait_for("step 1.4/6")
    terminal.settle()
    assert panes(terminal) == before
    terminal.send(",,,, ")
    terminal.wait_for("step 2/6")
    leave(terminal)


def test_two_explorers_at_once_do_not_disturb_each_other(script: str) -> None:
    first, second = Terminal(script), Terminal(script)
    for terminal in (first, second):
        terminal.wait_for("space does")
        terminal.send(" ")
        terminal.wait_for("step 1/6")
    assert [read(path).locked for path in journals()] == [True, True]
    own = next(path for path in journals() if read(path).header.pid == first.pid)
    second.send(f":resume {own.stem}\r")
    second.wait_for("another gomem is writing it")
    second.escape()
    assert "step 1/6" in second.shows(0)
    second.send(" ")
    second.wait_for("step 2/6")
    first.send("  ")
    first.wait_for("step 3/6")
    assert [read(path).records[-1].values for path in journals() if path == own] == [[3, 0]]
    leave(first)
    leave(second)
    assert unfinished() == []


def test_where_no_journal_can_be_written_that_is_said_and_all_works(script: str, tmp_path: Path) -> None:
    place = tmp_path / "state"
    place.write_text("a file, where a directory should be")
    terminal = Terminal(script, XDG_STATE_HOME=str(place))
    terminal.wait_for("no journal is kept")
    assert "Not a directory" in terminal.shows(-1)
    terminal.send("   b")
    terminal.wait_for("step 2/6")
    terminal.send(":resume\r")
    terminal.wait_for("no journals can be found here")
    terminal.escape()
    leave(terminal)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_the_right_to_write(script: str, tmp_path: Path) -> None:
    place = tmp_path / "state"
    place.mkdir(mode=0o500)
    terminal = Terminal(script, XDG_STATE_HOME=str(place))
    terminal.wait_for("no journal is kept, since none can be written: Permission denied")
    leave(terminal)


def test_who_quits_is_offered_nothing(script: str) -> None:
    terminal = Terminal(script)
    terminal.wait_for("space does")
    terminal.send("  ")
    terminal.wait_for("step 2/6")
    leave(terminal)
    assert [read(path).ended for path in journals()] == [True]
    terminal = Terminal(script)
    terminal.wait_for("space does")
    terminal.settle(0.4)
    assert "killed" not in "\n".join(terminal.rows())
    leave(terminal)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_leaves_a_journal_to_be_taken_up_and_the_terminal_as_it_was(script: str, number: signal.Signals) -> None:
    terminal = Terminal(script)
    terminal.wait_for("space does")
    terminal.send("  ")
    terminal.wait_for("step 2/6")
    os.kill(terminal.pid, number)
    assert terminal.exit_code() == 128 + number
    assert terminal.left_on() == set()
    assert terminal.modes[b"1049"] is False
    assert len(unfinished()) == 1
    terminal = Terminal("--resume")
    terminal.wait_for("step 2/6")
    leave(terminal)


@pytest.mark.parametrize("keys", ["", ":alloc 4", "?", "\x10"])
def test_a_terminal_that_is_closed_leaves_a_journal_to_be_taken_up(script: str, keys: str) -> None:
    terminal = Terminal(script)
    terminal.wait_for("space does")
    terminal.send("  ")
    terminal.wait_for("step 2/6")
    terminal.send(keys)
    terminal.settle(0.3)
    os.close(terminal.fd)
    end = time.monotonic() + 20
    while not os.waitpid(terminal.pid, os.WNOHANG)[0]:  # it ends by itself
        assert time.monotonic() < end
        time.sleep(0.05)
    assert len(unfinished()) == 1
    terminal = Terminal("--resume")
    terminal.wait_for("step 2/6")
    leave(terminal)


def test_without_a_journal_nothing_is_written(script: str) -> None:
    terminal = Terminal("--no-journal", script)
    terminal.wait_for("space does")
    terminal.send(" ")
    terminal.wait_for("step 1/6")
    leave(terminal)
    assert not journal_directory().exists()


# --- A long session -------------------------------------------------------------------------------------------------


@pytest.fixture
def long(tmp_path: Path) -> str:
    path = tmp_path / "long.gomem"
    path.write_text(long_script())
    return str(path)


def at(terminal: Terminal, place: str) -> None:
    terminal.wait_for(f" step {place}/{STEPS} ")
    terminal.settle()


def as_it_is(terminal: Terminal) -> list[str]:
    """What does not depend on how far the panes are scrolled: the header, the selected span, Why."""
    rows = panes(terminal)
    why = next(y for y, row in enumerate(rows) if "6 Why" in row)
    wide = len(terminal.screen.display[0]) >= 110
    spans = [row[:59].rstrip() if wide else row for row in rows[2 : why - 13 if wide else why]]
    selected = [row for row in spans if row.startswith("▸")]
    assert len(selected) == 1 or " 0 in 0 " in rows[1]
    return [rows[0], *selected, *rows[why:]]


def test_a_long_session_forks_dies_and_is_there_again(long: str) -> None:
    terminal = Terminal(long, columns=120, rows=40)
    at(terminal, "0")
    terminal.send(" " * 220)
    at(terminal, "220")
    terminal.send("b" * 20)
    at(terminal, "200")
    terminal.line("alloc 5000 scan as other")
    terminal.send("b ")
    terminal.wait_for(" step 201/201 ")
    terminal.line("gc")
    terminal.wait_for(" step 202/202 ")
    terminal.settle()
    there = panes(terminal)
    terminal.kill()
    terminal = Terminal("--resume", columns=120, rows=40)
    terminal.wait_for(" step 202/202 ")
    terminal.settle()
    assert as_it_is(terminal)[0] == there[0]
    assert as_it_is(terminal)[2:] == there[there.index(next(row for row in there if "6 Why" in row)) :]
    terminal.line("branch main")
    at(terminal, "200")
    terminal.send(">")
    at(terminal, str(STEPS))
    leave(terminal)


# --- While it works ---------------------------------------------------------------------------------------------------


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Terminal]:
    """An explorer that will be at work for a long time."""
    path = tmp_path / "heavy.gomem"
    path.write_text("alloc 48 as a\nalloc 8 times 90000000\n")
    terminal = Terminal(str(path))
    terminal.wait_for("space does")
    terminal.send("  ")
    terminal.wait_for("working for 1 s")
    yield terminal
    assert terminal.left_on() == set()


def test_a_signal_ends_it_soon_while_it_works(busy: Terminal) -> None:
    os.kill(busy.pid, signal.SIGTERM)
    assert busy.exit_code() == 128 + signal.SIGTERM
    assert [len(read(journal.path).records) for journal in unfinished()] == [3 + 1]


def test_it_can_be_left_while_it_works(busy: Terminal) -> None:
    leave(busy)
    assert unfinished() == []


def test_it_answers_while_it_works(busy: Terminal) -> None:
    busy.resize(120, 40)
    busy.settle()
    busy.send("\x03")
    busy.wait_for("esc stops what is being done")
    busy.escape()
    busy.wait_for("Stopped at step 1.")  # so it was at work still
    assert "4 mcentral" in "\n".join(busy.rows())
    leave(busy)
