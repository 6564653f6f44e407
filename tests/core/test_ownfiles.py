"""Files that a session may write again: those it came from or was saved in, as long as nobody else wrote them."""

import os
from pathlib import Path

import pytest

from gomem_core.session.console import Console
from gomem_core.session.resume import resume


def summary(console: Console, line: str) -> str:
    outcome = console.submit(line)
    assert outcome.error is None, outcome.error.message
    assert outcome.result is not None
    return outcome.result.summary


def complaint(console: Console, line: str) -> str:
    error = console.submit(line).error
    assert error is not None
    return error.message


def opened(path: Path, kind: bool = False) -> Console:
    console = Console(True, kind="run" if kind else None)
    summary(console, f"open {path}")
    summary(console, "alloc 48")
    return console


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "s.gomem"
    path.write_text("gc\n")
    return path


def test_what_somebody_else_wrote_meanwhile_is_not_lost(path: Path) -> None:
    one, other = opened(path), opened(path)
    assert summary(one, f"save {path}") == f"1 step saved in {path}"
    saved = path.read_text()
    assert complaint(other, f"save {path}") == f"{path} was changed elsewhere meanwhile; save under another name"
    assert path.read_text() == saved
    summary(one, "gc")
    assert summary(one, f"save {path}") == f"2 steps saved in {path}"  # its own, as often as one likes
    assert summary(other, f"save {path}2").startswith("1 step saved")


def test_a_file_that_was_deleted_is_written_anew(path: Path) -> None:
    console = opened(path)
    path.unlink()
    assert summary(console, f"save {path}").startswith("1 step saved")


def test_a_file_is_the_same_however_it_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    (path.parent / "sub").mkdir()
    console = opened(Path("s.gomem"))
    for name in (str(path), "./s.gomem", "sub/../s.gomem"):
        assert summary(console, f"save {name}") == f"1 step saved in {name}"


def test_a_link_stays_one_and_so_does_who_may_read_the_file(path: Path) -> None:
    link = path.with_name("link.gomem")
    link.symlink_to(path.name)
    path.chmod(0o640)
    console = opened(link)
    summary(console, f"save {link}")
    assert link.is_symlink()
    assert path.read_text().endswith("alloc 48\n\nbranch main from 0\ngc\n")
    assert path.stat().st_mode & 0o7777 == 0o640
    assert sorted(os.listdir(path.parent)) == ["link.gomem", "s.gomem"]


def test_a_session_that_is_taken_up_knows_its_files_still(path: Path) -> None:
    console = opened(path, kind=True)
    other = path.with_name("other.gomem")
    summary(console, f"save {other}")
    console.leave(ended=False)
    again = Console(True)
    resume(again, None)
    assert summary(again, f"save {path}").startswith("1 step saved")
    assert summary(again, f"save {other}").startswith("1 step saved")
    again.leave(ended=False)
    path.write_text("mine now\n")
    last = Console(True)
    resume(last, None)
    assert complaint(last, f"save {path}") == f"{path} was changed elsewhere meanwhile; save under another name"


def test_a_loop_of_links_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    assert complaint(Console(True), f"save {tmp_path}/a").startswith(f"cannot write {tmp_path}/a: ")
