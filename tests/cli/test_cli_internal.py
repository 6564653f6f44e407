"""An error in gomem itself: exit code 70 and a sentence, whatever was being done; the traceback is in a file, one of few."""

import argparse
import io
import sys
from pathlib import Path

import pytest

from gomem_core.cli import crash, run
from gomem_tui import __main__ as entry
from gomem_tui.__main__ import main
from gomem_tui.cli import SUBCOMMANDS
from gomem_tui.plain.talk import PlainTalk

Capture = pytest.CaptureFixture[str]


class Wrong(Exception):
    """What nobody expects; its text is no business of the user's."""


def broken(*_: object) -> int:
    raise Wrong("a\x1b[31m secret")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "gomem"


def told(directory: Path) -> str:
    """The sentence, by what lies in the directory."""
    (file,) = directory.iterdir()
    assert "raise Wrong" in file.read_text()
    return f"gomem: something is wrong in gomem itself (Wrong); please report it with {file}\n"


@pytest.mark.parametrize("words", [[name] for name in SUBCOMMANDS] + [[]], ids=str)
def test_each_subcommand(words: list[str], state: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(entry, "run_subcommand", broken)
    monkeypatch.setattr(entry, "_explore", broken)
    assert main(words) == 70
    assert capsys.readouterr() == ("", told(state / "errors"))


def test_within_a_subcommand(state: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def execute(_: argparse.Namespace) -> int:
        return broken()

    monkeypatch.setattr(run, "execute", execute)
    assert main(["run", "-c", "gc"]) == 70
    assert capsys.readouterr() == ("", told(state / "errors"))


def test_plain_mode_tells_how_the_session_is_taken_up_again(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    take = PlainTalk._take

    def take_one(self: PlainTalk, line: object) -> None:
        take(self, line) if self.model.session.step == 0 else broken()  # type: ignore[arg-type]

    monkeypatch.setattr(PlainTalk, "_take", take_one)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"alloc 48\nalloc 64\n")))
    assert main(["--plain"]) == 70
    err = capsys.readouterr().err
    (journal,) = (state / "journals").iterdir()
    assert f"To continue this session: gomem --resume {journal.stem}\n" in err
    assert err.endswith(told(state / "errors"))
    assert "Traceback" not in err


def test_only_the_last_tracebacks_are_kept(state: Path) -> None:
    directory = state / "errors"
    directory.mkdir(parents=True)
    for number in range(40):
        (directory / f"20200101-{number:06}-1.txt").write_text("old")
    (directory / "notes").write_text("not ours")
    crash.kept(Wrong())
    names = sorted(file.name for file in directory.glob("*.txt"))
    assert len(names) == 20
    assert names[0] == "20200101-000021-1.txt"
    assert (directory / "notes").exists()


def test_where_no_traceback_can_be_kept_the_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(entry, "_explore", broken)
    assert main([]) == 70
    assert capsys.readouterr().err == (
        "gomem: something is wrong in gomem itself (Wrong); the traceback could not be kept: Not a directory\n"
    )
