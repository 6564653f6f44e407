"""Where nothing can be written."""

import errno
import os
import pwd
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gomem_core.files.journal import Journal, JournalError, find, prune, read, unfinished
from tests.core.journals import made, names, plain


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full: files cannot grow beyond `size` bytes.  (Python ignores SIGXFSZ.)"""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def nobody() -> Iterator[None]:
    """Not root, who may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("room", [0, 5])
def test_a_full_disk_stops_the_journal_and_not_the_session(room: int, folder: Path) -> None:
    journal = Journal.create("run", folder)
    journal.append("do", "one")
    size = journal.path.stat().st_size
    with files_of_at_most(size + room):
        journal.append("do", "two")
    problem = journal.problem
    assert problem.startswith(f"the journal is not kept any more: {journal.path}: ")
    assert problem.endswith("No space left on device" if room else "File too large")
    journal.append("do", "three")  # though there would be room again: what lacks its past is worth nothing
    assert unfinished(folder) == []  # it is still ours
    journal.close(ended=True)
    assert journal.problem == problem
    found = read(journal.path)
    assert [record.values for record in found.records] == [["one"]]
    assert (found.torn, found.ended, found.locked) == (False, True, False)


def test_what_is_left_when_it_is_killed_with_a_full_disk(folder: Path) -> None:
    journal = Journal.create("run", folder)
    journal.append("do", "one")
    with files_of_at_most(journal.path.stat().st_size + 5):
        journal.append("do", "two")
    journal.close(ended=False)
    found = read(journal.path)
    assert [record.values for record in found.records] == [["one"]]
    assert (found.torn, found.ended, found.locked) == (True, False, False)


@pytest.mark.parametrize("room", [0, 5])
def test_a_session_that_ends_on_a_full_disk_has_ended(room: int, folder: Path) -> None:
    journal = Journal.create("run", folder)
    journal.append("do", "one")
    journal.append("do", "two")
    with files_of_at_most(journal.path.stat().st_size + room):
        journal.append("do", "three")
        journal.close(ended=True)  # for which there is no room but in the place of a record
    found = read(journal.path)
    assert [record.values for record in found.records] == [["one"]]
    assert (found.torn, found.ended, found.locked) == (False, True, False)
    assert unfinished(folder) == []


@pytest.mark.parametrize("room", [0, 5])
def test_a_full_disk_leaves_no_half_a_journal(room: int, folder: Path) -> None:
    folder.mkdir()
    with files_of_at_most(room), pytest.raises(OSError, match=r"too large|No space") as caught:
        Journal.create("run", folder)
    assert caught.value.strerror
    assert names(folder) == set()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT])
def test_whatever_the_system_says_is_the_problem(error: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create("run", folder)

    def write(_fd: int, _data: bytes) -> int:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        journal.append("do", "gc")
    assert journal.problem == f"the journal is not kept any more: {journal.path}: {os.strerror(error)}"
    journal.append("do", "gc")
    journal.close(ended=True)
    assert plain(journal.path) == []
    assert read(journal.path).ended


def test_what_the_system_says_only_at_the_end_is_a_problem_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create("run", folder)
    close = os.close

    def late(fd: int) -> None:
        close(fd)
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    with monkeypatch.context() as patch:
        patch.setattr(os, "close", late)
        journal.close(ended=True)
    assert journal.problem.endswith(os.strerror(errno.EDQUOT))
    assert not read(journal.path).locked


def test_a_journal_does_not_grow_beyond_what_is_read(folder: Path) -> None:
    path = made(folder, "a", b'["do"]\n')
    os.truncate(path, (1 << 30) - 10)  # takes no room
    journal = Journal(path, os.open(path, os.O_RDWR | os.O_APPEND), (1 << 30) - 10)
    journal.append("x")  # 6 bytes
    assert journal.problem == ""
    journal.append("y")
    assert journal.problem.endswith("it would be longer than 1073741824 bytes")
    journal.close(ended=True)
    assert path.stat().st_size == (1 << 30) - 10 + len('["end"]\n')  # in the place of x


def test_a_home_that_may_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o555)
        monkeypatch.setenv("XDG_STATE_HOME", home)
        with nobody(), pytest.raises(PermissionError, match="Permission denied"):
            Journal.create("run")
        with nobody():
            assert unfinished() == []
            prune()


def test_a_journal_that_may_only_be_read_is_read_and_not_gone_on_with() -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        path = made(Path(home), "a")
        path.chmod(0o444)
        with nobody():
            found = read(path)
            with pytest.raises(JournalError, match="cannot be continued: Permission denied"):
                Journal.reopen(found)
            prune(Path(home), keep=0)
        path.chmod(0o000)
        with nobody(), pytest.raises(JournalError, match="cannot be read: Permission denied"):
            read(path)


def test_a_state_directory_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(NotADirectoryError, match="Not a directory"):
        Journal.create("run")
    assert unfinished() == []
    prune()
    with pytest.raises(JournalError, match="no journals can be found here: Not a directory"):
        find(None)


@pytest.mark.parametrize("relative", ["", "state"])
def test_no_home_at_all(relative: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setenv("XDG_STATE_HOME", relative)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match="there is no home directory, and XDG_STATE_HOME names no other"):
        Journal.create("run")
    assert unfinished() == []
    prune()
    with pytest.raises(JournalError, match="no journals can be found here: there is no home directory"):
        find(None)
    assert list(tmp_path.iterdir()) == []


def test_the_state_directory_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    journal = Journal.create("run")
    journal.append("do", "gc")
    journal.close(ended=False)
    assert journal.path.parent == tmp_path / ".local" / "state" / "gomem" / "journals"
    assert find(None) == journal.path


def test_a_path_that_is_no_utf_8(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b"))
    journal = Journal.create("run", folder)
    with files_of_at_most(0):
        journal.append("do", "gc")
    journal.close(ended=False)
    assert journal.problem.isprintable()
    assert r"\xff\x1b" in journal.problem
    journal = Journal.reopen(read(journal.path))
    journal.append("do", "gc")
    journal.close(ended=False)
    assert find(None, folder) == journal.path
    for impossible in ("a\0b", "a\ud800b"):
        with pytest.raises(OSError, match="not a path"):
            Journal.create("run", tmp_path / impossible)
