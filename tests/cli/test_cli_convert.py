"""`gomem convert`, and that what it prints can be run."""

import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from gomem_tui.__main__ import main

Capture = pytest.CaptureFixture[str]
RECORDINGS = Path(__file__).parent.parent / "recordings"


@pytest.mark.parametrize("script", sorted(RECORDINGS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_converted_script_runs(script: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["convert", str(script)]) == 0
    converted, err = capsys.readouterr()
    assert err == ""
    path = tmp_path / "converted.txt"
    path.write_text(converted)
    assert main(["run", str(path)]) == 0
    assert capsys.readouterr().err == ""


def test_stdin(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"a 48 s\nd 0\ng\n")))
    assert main(["convert", "-"]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == ["alloc 48 scan", "drop o1", "gc"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"a 48 s\nalloc 48\n", ":2: "),
        (b"a 48 s\nd 1\n", ":2: "),
        (b"a 48 s\n\xff\n", ":2:1: byte 0xff is not UTF-8"),
    ],
)
def test_a_wrong_line_leaves_stdout_empty(text: bytes, complaint: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes(text)
    assert main(["convert", str(path)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{path}{complaint}")


def test_what_cannot_be_read(tmp_path: Path, capsys: Capture) -> None:
    assert main(["convert", str(tmp_path)]) == 3
    assert main(["convert", str(tmp_path / "nosuch")]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 2


def test_an_empty_script(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "s.txt"
    path.touch()
    assert main(["convert", str(path)]) == 0
    assert "gogc off" in capsys.readouterr().out  # what every recording begins with
