"""A file that the system does not give is told in the same words, whichever command asks for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gomem_core
import gomem_tui
from gomem_tui.__main__ import main

Capture = pytest.CaptureFixture[str]

ASKED = (
    ["{}"],
    ["open", "{}", "--text"],
    ["open", "{}", "--json"],
    ["run", "{}"],
    ["check", "{}"],
    ["export", "{}", "--text"],
    ["advise", "{}"],
    ["top", "{}"],
    ["diff", "good.gomem", "{}"],
    ["compare", "{}"],
    ["convert", "{}"],
    ["verify", "{}"],
    ["core", "{}", "--json"],
    ["core", "{}"],
    ["layout", "--types", "{}"],
    ["serve", "--solo", "--authorized-keys", "{}"],
    ["run", "-c", "open {}"],
    ["run", "--go", "1.27", "-c", "types {}"],
    ["run", "-c", "diff file {}"],
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.gomem").write_text("gomem 1\n")
    (tmp_path / "folder").mkdir()
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_a_file_that_is_not_there(words: list[str], capsys: Capture) -> None:
    assert main([word.format("no/such") for word in words]) == 3
    assert "no/such: cannot be read: No such file or directory\n" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("words", [words for words in ASKED if "types" not in " ".join(words)], ids=" ".join)
def test_a_folder(words: list[str], capsys: Capture) -> None:
    assert main([word.format("folder") for word in words]) == 3
    assert "folder: cannot be read: Is a directory\n" in capsys.readouterr().err


def _literals() -> Iterator[tuple[Path, int, str]]:
    for package in (gomem_core, gomem_tui):
        for file in Path(package.__path__[0]).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.JoinedStr):
                    yield file, node.lineno, ast.unparse(node)


def test_no_place_has_words_of_its_own() -> None:
    """Who shows what the system says of a file that is read does it by `unread`."""
    own = [f"{file.name}:{line}" for file, line, text in _literals() if "cannot read" in text]
    assert not own
