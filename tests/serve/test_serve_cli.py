"""The command line of `gomem serve`: what it does not let itself be asked for."""

import os
import sys
from pathlib import Path

import pytest

from gomem_tui.__main__ import main

Capture = pytest.CaptureFixture[str]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGj5yeEpT5qNGoUJ0H0Tgn2pQqs3ZX5Y8pYF3nS8y9bG ada\n"


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("gomem_tui.commands.serve.is_terminal", lambda _stream: True)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--solo", "--presenter", "k"], 2, "not allowed with"),
        (["--solo", "--anyone"], 2, "--anyone lets people follow"),
        (["--solo", "--resume"], 2, "nobody presents"),
        (["--resume", "x", "--no-journal"], 2, "--no-journal cannot be meant"),
        (["4", "--resume"], 2, "either WHAT or --resume"),
        (["--host", "0.0.0.0"], 2, "--authorized-keys FILE, or --anyone"),
        (["--host", "::"], 2, "--authorized-keys FILE, or --anyone"),
        (["--host", "no.such.invalid", "--anyone"], 2, "has no address or name"),
        (["--port", "65536"], 2, "not a port"),
        (["--seats", "0"], 2, "number of seats"),
        (["--seats", "1000"], 2, "number of seats"),
        (["--idle", "1y"], 2, "not a time"),
        (["--theme", "drak"], 2, "none of"),
        ([], 3, "there is no key in ~/.ssh"),
        (["--authorized-keys", "nosuch"], 3, "nosuch: cannot be read: "),
        (["--authorized-keys", "junk"], 3, "no public key"),
        (["--anyone", "nosuch.gomem"], 3, "neither a file nor a lesson"),
        (["--anyone", "--resume", "nosuch"], 3, "no journal"),
        (["--anyone", "."], 3, "Is a directory"),
    ],
)
def test_mistakes_are_told_before_anything_listens(words: list[str], code: int, told: str, capsys: Capture) -> None:
    Path("junk").write_text("junk")
    assert main(["serve", *words]) == code
    assert told in capsys.readouterr().err
    assert not Path(os.environ["XDG_STATE_HOME"]).exists()


def test_a_presenter_here_needs_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert main(["serve", "--anyone"]) == 2
    monkeypatch.setattr("gomem_tui.commands.serve.is_terminal", lambda _stream: False)
    monkeypatch.setenv("TERM", "xterm")
    assert main(["serve", "--anyone"]) == 2
    assert capsys.readouterr().err.count("--presenter KEYFILE and --solo do without") == 2


def test_without_the_extra_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    for name in [name for name in sys.modules if name.startswith(("asyncssh", "gomem_tui.serve"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    assert main(["serve", "--anyone"]) == 3
    assert "pip install 'gomem[serve]'" in capsys.readouterr().err
