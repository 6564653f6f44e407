"""Sessions that are killed, and several at once."""

import fcntl
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from gomem_core.files.journal import Journal, JournalError, find, prune, read, unfinished, writing
from gomem_core.files.journal.file import is_locked, lock
from tests.core.journals import HEADER, child, made, names, plain
from tests.effort import effort

KILLS = effort(50, 200)


def test_all_that_was_shown_before_a_kill_is_read_back(folder: Path) -> None:
    random = Random(10)
    cut_off = 0
    for _ in range(KILLS):
        shown, show = os.pipe()

        def work(show: int = show) -> None:
            journal = Journal.create("run", folder)
            for number in range(1_000_000):
                journal.append("do", number, "x" * (number % 300))
                os.write(show, number.to_bytes(4, "little"))

        pid = child(work)
        os.close(show)
        reported = os.read(shown, 4)  # it is under way
        time.sleep(random.uniform(0, 0.01))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        while block := os.read(shown, 1 << 16):
            reported += block
        os.close(shown)
        last = int.from_bytes(reported[-4:], "little")

        path = find(None, folder)
        found = read(path)
        assert not found.ended
        assert not found.locked
        numbers = [record.values[0] for record in found.records]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) - (last + 1) in {0, 1}
        cut_off += len(numbers) - (last + 1)

        journal = Journal.reopen(found)
        journal.append("do", "afterwards")
        journal.close(ended=True)
        again = read(path)
        assert [r.values[0] for r in again.records] == [*numbers, "afterwards"]
        assert again.ended
    assert cut_off < KILLS  # the kills came at different moments
    assert len(names(folder)) == KILLS


def test_a_journal_that_is_written_is_left_alone_by_all_others(folder: Path) -> None:
    journal = Journal.create("run", folder)
    journal.append("do", "gc")
    found = read(journal.path)
    assert found.locked
    assert unfinished(folder) == []
    prune(folder, keep=0)
    with pytest.raises(JournalError, match=f"no session was left unfinished; there are: {journal.id} \\(at work\\)$"):
        find(None, folder)
    with pytest.raises(JournalError, match="another gomem is writing it"):
        Journal.reopen(found)
    journal.append("do", "gc 2")
    assert plain(find(journal.id, folder)) == [["do", "gc"], ["do", "gc 2"]]
    journal.close(ended=False)

    assert [summary.id for summary in unfinished(folder)] == [journal.id]
    again = Journal.reopen(read(journal.path))
    assert unfinished(folder) == []
    assert read(journal.path).locked
    again.close(ended=False)


def test_a_process_that_is_killed_lets_go_of_its_journal(folder: Path) -> None:
    ready, tell = os.pipe()

    def work() -> None:
        journal = Journal.create("run", folder)
        journal.append("do", "gc")
        os.write(tell, journal.id.encode())
        signal.pause()

    pid = child(work)
    name = os.read(ready, 100).decode()
    assert read(find(name, folder)).locked
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert [summary.id for summary in unfinished(folder)] == [name]
    Journal.reopen(read(find(name, folder))).close(ended=True)


def test_who_reads_a_journal_that_changes_before_it_is_reopened_must_read_again(folder: Path) -> None:
    path = made(folder, "a")
    first, second = read(path), read(path)
    journal = Journal.reopen(first)
    journal.append("do", "y")
    journal.close(ended=False)
    with pytest.raises(JournalError, match="it has changed since it was read; read it again"):
        Journal.reopen(second)
    found = read(path)
    assert plain(path) == [["do", "x"], ["do", "y"]]
    path.unlink()
    with pytest.raises(JournalError, match="cannot be continued: No such file or directory"):
        Journal.reopen(found)


def test_what_was_ended_can_be_gone_on_with(folder: Path) -> None:
    path = made(folder, "a", b'["do", "x"]\n["end"]\n')
    journal = Journal.reopen(read(path))
    journal.close(ended=False)
    assert [summary.id for summary in unfinished(folder)] == ["a"]
    journal = Journal.reopen(read(path))
    journal.append("do", "y")
    journal.close(ended=True)
    assert path.read_bytes() == HEADER + b'["do", "x"]\n["do", "y"]\n["end"]\n'


def test_sessions_that_begin_at_once_keep_apart_while_others_prune(folder: Path) -> None:
    def work() -> None:
        for number in range(45):  # 180 in all, fewer than are kept
            journal = Journal.create("run", folder)
            journal.append("do", number)
            journal.close(ended=False)

    children = [child(work) for _ in range(4)]
    while children:
        prune(folder, keep=0)
        children = [pid for pid in children if os.waitpid(pid, os.WNOHANG)[0] == 0]
    numbers = [record for path in folder.iterdir() for record in plain(path)]
    assert sorted(numbers, key=str) == sorted([["do", number] for number in range(45)] * 4, key=str)


def test_one_that_is_pruned_between_its_making_and_its_lock_is_made_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pruned: list[str] = []

    def late(fd: int) -> bool:
        if not pruned:
            pruned.extend(names(folder))
            prune(folder)
            assert names(folder) == set()
        return lock(fd)

    monkeypatch.setattr(writing, "lock", late)
    journal = Journal.create("run", folder)
    journal.append("do", "gc")
    journal.close(ended=False)
    assert len(pruned) == 1
    assert plain(journal.path) == [["do", "gc"]]


def test_one_that_is_deleted_while_it_is_reopened_is_not_gone_on_with(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(folder, "a")
    found = read(path)

    def late(fd: int) -> bool:
        path.unlink()
        return lock(fd)

    monkeypatch.setattr(writing, "lock", late)
    with pytest.raises(JournalError, match="it has changed since it was read"):
        Journal.reopen(found)


def test_a_session_in_which_nothing_happened_yet_keeps_its_journal(folder: Path) -> None:
    journal = Journal.create("run", folder)
    prune(folder, keep=0)
    journal.append("do", "gc")
    assert plain(journal.path) == [["do", "gc"]]
    journal.close(ended=False)


def test_who_looks_stands_in_nobodys_way(folder: Path) -> None:
    path = made(folder, "a")
    with path.open("rb") as looking:
        assert not is_locked(looking.fileno())
        journal = Journal.reopen(read(path))
        assert is_locked(looking.fileno())
        journal.close(ended=False)

        fcntl.flock(looking.fileno(), fcntl.LOCK_SH)  # in the middle of its look
        done = threading.Timer(0.05, fcntl.flock, (looking.fileno(), fcntl.LOCK_UN))
        done.start()
        Journal.reopen(read(path)).close(ended=False)
        done.join()


def test_a_name_that_is_taken_is_not_taken_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    taken = [made(folder, f"{now + timedelta(seconds=i):%Y%m%d-%H%M%S}-aaa") for i in range(30)]
    drawn = iter([b"\0\0\0", b"\0\0\0", b"\1\1\1"])
    monkeypatch.setattr(os, "urandom", lambda _size: next(drawn, b"\0\0\0"))
    journal = Journal.create("run", folder)
    journal.close(ended=False)
    assert journal.id.endswith("-bbb")
    with pytest.raises(FileExistsError, match="no free name found for a journal"):
        Journal.create("run", folder)
    assert all(plain(path) == [["do", "x"]] for path in taken)
