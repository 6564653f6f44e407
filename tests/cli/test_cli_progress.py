"""A command that takes long says on stderr how far it is, if a person watches; nothing else is written there."""

import io
import sys
from pathlib import Path

import pytest

from gomem_core.cli import progress
from gomem_core.cli.progress import told_at_once, working
from gomem_core.session.session import Session
from gomem_core.world.interrupt import Progress
from gomem_tui.__main__ import main

Capture = pytest.CaptureFixture[str]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_is_shown_on_a_terminal_and_gone_in_the_end(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_SLOW", 0)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert main(["run", "--no-journal", "-c", "churn 3000 sizes small", "-c", "alloc 48"]) == 0
    told = terminal.getvalue()
    assert " of 3,000" in told
    assert told.endswith(("\x1b[2K", "\x1b[?25h", "\x1b[1A\x1b[2K")), "the bar is taken away"
    assert capsys.readouterr().out.count("\n") == 2


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_nobody_watches(term: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(progress, "_SLOW", 0)
    monkeypatch.setenv("TERM", term)
    if term == "dumb":
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["run", "--no-journal", "-c", "churn 3000 sizes small"]) == 0
    assert (terminal.getvalue() if term == "dumb" else capsys.readouterr().err) == ""


def test_a_quick_command_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "_SLOW", 3600)
    counted = Progress()
    session = Session(progress=counted)
    with working(counted):
        assert session.submit("churn 3000").ok
    assert terminal.getvalue() == ""
    assert counted.watch is None


def test_a_file_that_takes_long_to_open_is_told_at_once_and_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    long, short = tmp_path / "long", tmp_path / "short"
    long.write_bytes(b"#" * 200 * 1024)
    short.write_bytes(b"#" * 1024)
    for path in (short, None, tmp_path / "nosuch"):
        with told_at_once(path):
            pass
    assert terminal.getvalue() == ""
    with told_at_once(long):
        assert terminal.getvalue() == "gomem: reading long, 200.0K …"
    assert terminal.getvalue().endswith("…\r\x1b[2K"), "it is taken away"
    monkeypatch.setenv("TERM", "dumb")
    with told_at_once(long):
        assert terminal.getvalue().count("reading") == 1
