"""What was appended is read back, whatever happened to the process in between."""

import errno
import os
import pwd
import resource
import signal
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gomem_core import __version__
from gomem_core.journal import Journal, JournalError, find, prune, read, unfinished, writing
from gomem_core.journal.file import lock

HEADER = b'["gomem-journal", 1, {"started": "2026-11-23T22:50:00+00:00", "pid": 123, "gomem": "0.1.0", "kind": "run"}]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journals"


def plain(path: Path) -> list[list[object]]:
    """The records of a journal as they were appended."""
    return [[record.verb, *record.values] for record in read(path).records]


def made(folder: Path, name: str, content: bytes = b'["do", "x"]\n', header: bytes = HEADER, age: int = 0) -> Path:
    """A journal made by hand, last written `age` seconds ago."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.journal"
    path.write_bytes(header + content)
    when = time.time() - age
    os.utime(path, (when, when))
    return path


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}


def whole_records(lines: list[bytes], cut: int) -> int:
    """How many of the lines are within the first `cut` bytes; only the line feed may be missing."""
    ends = [sum(map(len, lines[: i + 1])) for i in range(len(lines))]
    return sum(end - 1 <= cut for end in ends)


# --- there and back ---


def test_what_is_appended_is_in_the_file_at_once_in_the_form_that_was_agreed(folder: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    journal = Journal.create("explorer", folder)
    journal.append("load", "demo", ["alloc 48", "gc"])
    journal.append("goto", 12, 0)
    first, *rest = journal.path.read_bytes().split(b"\n")  # before it is closed
    assert rest == [b'["load", "demo", ["alloc 48", "gc"]]', b'["goto", 12, 0]', b""]
    assert first.startswith(b'["gomem-journal", 1, {"started": "')
    journal.close(ended=True)
    assert journal.path.read_bytes().endswith(b'["goto", 12, 0]\n["end"]\n')
    assert journal.problem == ""

    found = read(journal.path)
    assert [(r.line, r.verb, r.values) for r in found.records] == [
        (2, "load", ["demo", ["alloc 48", "gc"]]),
        (3, "goto", [12, 0]),
    ]
    assert (found.ended, found.torn, found.locked, found.id) == (True, False, False, journal.id)
    assert found.header.kind == "explorer"
    assert found.header.pid == os.getpid()
    assert found.header.gomem == __version__
    assert before <= found.header.started <= datetime.now(UTC)


def test_the_id_is_the_time_in_utc_and_three_letters(folder: Path) -> None:
    journal = Journal.create("run", folder)
    started = read(journal.path).header.started
    assert journal.path == folder / f"{journal.id}.journal"
    assert journal.id[:16] == f"{started:%Y%m%d-%H%M%S}-"
    assert len(journal.id) == 19
    assert journal.id[16:].isalnum()
    journal.close(ended=False)


def test_nobody_else_may_look(folder: Path) -> None:
    journal = Journal.create("run", folder)
    journal.close(ended=False)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
VERB = st.text(st.characters(), max_size=8).filter(lambda verb: verb != "end")


@given(records=st.lists(st.tuples(VERB, st.lists(JSON, max_size=4)), max_size=8), ended=st.booleans())
@example(records=[("do", ["\ud800 \udcff \u2028 \x85 \r\n \0 \x1b[2J ä 𝄞"])], ended=False)
def test_every_text_and_number_comes_back(records: list[tuple[str, list[object]]], ended: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal.create("run", Path(folder))
        for verb, values in records:
            journal.append(verb, *values)
        journal.close(ended)
        assert [(r.verb, r.values) for r in read(journal.path).records] == records
        assert [r.line for r in read(journal.path).records] == list(range(2, len(records) + 2))
        assert journal.path.read_bytes().count(b"\n") == 1 + len(records) + ended  # one line each, whatever is in it


def test_mistakes_of_the_program_are_loud_and_write_nothing(folder: Path) -> None:
    journal = Journal.create("run", folder)
    before = journal.path.read_bytes()
    for bad, error in ((object(), TypeError), (float("nan"), ValueError), (10**5000, ValueError)):
        with pytest.raises(error):
            journal.append("do", bad)
    with pytest.raises(ValueError, match="close"):
        journal.append("end")
    assert journal.path.read_bytes() == before
    journal.close(ended=False)
    journal.close(ended=True)  # twice is once
    with pytest.raises(ValueError, match="closed"):
        journal.append("do", "gc")
    assert journal.path.read_bytes() == before


# --- killed ---


def child(work: Callable[[], None]) -> int:
    """Do `work` in a forked process, which ends without any of pytest's endings; returns its number."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(1)
    return pid


def test_all_that_was_shown_before_a_kill_is_read_back(folder: Path) -> None:
    random = Random(10)
    cut_off = 0
    for _ in range(200):
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
    assert cut_off < 200  # the kills came at different moments
    assert len(names(folder)) == 200


LINES = [HEADER, b'["do", "alloc 48"]\n', b'["load", "d", ["\\ud83d\\ude00", "]"]]\n', b'["goto", 1, [[2], {"a": 3}]]\n']


@pytest.mark.parametrize("lines", [LINES, [*LINES, b'["end"]\n'], [*LINES, '["mark", "ä€𝄞"]\n'.encode()]])
def test_cut_anywhere_a_journal_reads_back_to_its_first_records(lines: list[bytes], folder: Path) -> None:
    path = made(folder, "a", b"", b"".join(lines))
    everything = plain(path)
    for cut in range(len(b"".join(lines)) + 1):
        path.write_bytes(b"".join(lines)[:cut])
        if cut < len(HEADER):
            with pytest.raises(JournalError, match=r"a\.journal:1: not a journal: expected a first line"):
                read(path)
            continue
        whole = whole_records(lines, cut) - 1
        found = read(path)
        assert [[r.verb, *r.values] for r in found.records] == everything[:whole]
        assert found.ended == (whole > len(everything))
        ends = [len(b"".join(lines[:i])) for i in range(1, len(lines) + 1)]
        assert found.torn == (cut not in ends and cut + 1 not in ends)
        assert path.read_bytes() == b"".join(lines)[:cut]  # reading changes nothing

        journal = Journal.reopen(found)
        journal.append("do", "more")
        journal.close(ended=False)
        assert plain(path) == [*everything[:whole], ["do", "more"]]


@given(junk=st.binary(max_size=200), whole=st.integers(0, 4))
@example(junk=b"[" * 100_000, whole=1)
@example(junk=b"[" * 100_000 + b"\n", whole=1)
@example(junk=b'["do", ' + b"1" * 5000 + b"]\n", whole=1)
@example(junk=b'\xef\xbb\xbf["do"]\n', whole=1)
@example(junk=b'["do"]\0', whole=1)
def test_any_bytes_are_a_journal_or_an_error(junk: bytes, whole: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.journal"
        path.write_bytes(b"".join(LINES[:whole]) + junk)
        complaint = None
        try:
            assert len(read(path).records) >= whole - 1 >= 0
        except JournalError as e:
            complaint = e
        if complaint is not None:
            assert str(complaint).startswith(f"{path}:{complaint.line}: ")
            assert str(complaint).isprintable()
            assert complaint.line > whole
        unfinished(Path(folder))
        prune(Path(folder), keep=0)


EXPECTED = 'expected a record, a JSON array that begins with a word, such as ["do", "gc"]; found '


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"do gc\n", 2, EXPECTED + "'do gc'"),
        (b"\n", 2, EXPECTED + "''"),
        (b'["do"]\n[]\n', 3, EXPECTED + "'[]'"),
        (b'["do"]\n[1]\n["do"]\n', 3, EXPECTED + "'[1]'"),
        (b'{"do": 1}\n', 2, EXPECTED + """'{"do": 1}'"""),
        (b'["do"] ["do"]\n', 2, EXPECTED + """'["do"] ["do"]'"""),
        (b'["do", NaN]\n', 2, EXPECTED + """'["do", NaN]'"""),
        (b'["do", "\xff"]\n', 2, EXPECTED + """'["do", "\\ufffd"]'"""),
        (b'["do"]\n["d\0', 3, EXPECTED + """'["d\\x00'"""),
        (b'["' + b"x" * 100 + b"\n", 2, EXPECTED + """'["%s'…""" % ("x" * 58)),
        (b'["end"]\n["do"]\n', 3, """expected nothing behind ["end"]; found '["do"]'"""),
    ],
)
def test_a_line_that_is_no_record_is_named(content: bytes, line: int, message: str, folder: Path) -> None:
    path = made(folder, "a", content)
    with pytest.raises(JournalError) as caught:
        read(path)
    assert (caught.value.line, caught.value.message) == (line, message)
    assert str(caught.value) == f"{path}:{line}: {message}"
    assert path.read_bytes() == HEADER + content


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"", "not a journal: expected a first line such as"),
        (HEADER[:-1], "not a journal"),
        (b"alloc 48\n", "not a journal.*found 'alloc 48'"),
        (HEADER.replace(b" 1,", b" 0,"), "not a journal"),
        (HEADER.replace(b"run", b"walk"), "not a journal"),
        (HEADER.replace(b"+00:00", b""), "not a journal"),
        (HEADER.replace(b"2026", b"soon"), "not a journal"),
        (HEADER.replace(b" 1,", b" 2,"), "written by a later gomem: version 2 of the journal; this one reads version 1"),
        (b'["gomem-journal", 7]\n', "written by a later gomem: version 7"),
    ],
)
def test_a_first_line_of_something_else_is_refused(header: bytes, message: str, folder: Path) -> None:
    with pytest.raises(JournalError, match=rf"a\.journal:1: {message}"):
        read(made(folder, "a", header=header, content=b""))


def test_what_is_no_file_is_refused_at_once(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / "fifo.journal")
    (folder / "folder.journal").mkdir()
    for name, message in (
        ("fifo", "not a plain file"),
        ("folder", "Is a directory"),
        ("gone", "No such file"),
        ("\0", "null byte"),
    ):
        with pytest.raises(JournalError, match=f"cannot be read: .*{message}") as caught:
            read(folder / f"{name}.journal")
        assert str(caught.value).isprintable()
    with pytest.raises(JournalError, match="not a plain file"):
        read(Path("/dev/zero"))
    assert unfinished(folder) == []
    prune(folder, keep=0)
    assert names(folder) == {"fifo", "folder"}


def test_a_file_of_more_than_a_gigabyte_is_not_even_begun(folder: Path) -> None:
    path = made(folder, "a")
    os.truncate(path, (1 << 30) + 1)  # takes no room
    with pytest.raises(JournalError, match="1073741825 bytes long; expected at most 1073741824"):
        read(path)


def test_a_million_records_are_read_in_five_seconds(folder: Path) -> None:
    path = made(folder, "a", b"".join(b'["do", "alloc %d x%d"]\n' % (i % 5000, i) for i in range(1_000_000)))
    start = time.process_time()
    found = read(path)
    assert time.process_time() - start < 5
    assert len(found.records) == 1_000_000
    assert found.records[-1] == (1_000_001, "do", ["alloc 4999 x999999"])


# --- several at once ---


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


# --- which there are ---


def test_unfinished_ones_are_listed_the_one_written_last_first(folder: Path) -> None:
    made(folder, "20260101-000000-old", age=10)
    made(folder, "20260102-000000-mid", b'["do", "x"]\n["do", "y"]\n["do', age=30)
    made(folder, "20260103-000000-new", age=20, header=HEADER.replace(b"run", b"explorer"))
    made(folder, "20260104-000000-end", b'["do", "x"]\n["end"]\n')
    made(folder, "20260105-000000-nothing", b"")
    made(folder, "20260106-000000-killed", b"", b"")
    made(folder, "20260107-000000-killed", b"", HEADER[:30])
    made(folder, "20260108-000000-later", header=HEADER.replace(b" 1,", b" 2,"))
    made(folder, "20260109-000000-other", b"", b"my diary")
    (folder / "notes.txt").write_text("x")
    there = unfinished(folder)
    assert [(summary.id[-3:], summary.records, summary.bytes) for summary in there] == [
        ("old", 1, len(HEADER) + 12),
        ("new", 1, len(HEADER) + 5 + 12),
        ("mid", 2, len(HEADER) + 28),
    ]
    assert [summary.header.kind for summary in there] == ["run", "explorer", "run"]
    assert there[0].header.started == datetime(2026, 11, 23, 22, 50, tzinfo=UTC)
    assert find(None, folder) == folder / "20260101-000000-old.journal"
    there[0].path.unlink()
    assert there[0].records == 0


def test_what_only_looks_like_an_end_is_none(folder: Path) -> None:
    made(folder, "a", b'["do", "[\\"end\\"]"]\n')
    made(folder, "b", b'["do", "' + b"x" * 100 + b'\\n[\\"end\\"]"]\n')
    made(folder, "c", b'["do"]\n[ "end" ]')
    assert {summary.id for summary in unfinished(folder)} == {"a", "b"}
    assert [read(folder / f"{name}.journal").ended for name in "abc"] == [False, False, True]


def test_a_journal_is_found_by_the_beginning_of_its_id(folder: Path) -> None:
    made(folder, "20260101-000000-abc", age=3)
    made(folder, "20260102-000000-abd", b'["end"]\n', age=2)
    made(folder, "20260102-000000-abd2", b"", age=1)
    assert find("20260101", folder).stem == "20260101-000000-abc"
    assert find("20260102-000000-abd", folder).stem == "20260102-000000-abd"  # though it begins another
    with pytest.raises(JournalError) as caught:
        find("20260102", folder)
    several = "several journals begin with '20260102'; there are: 20260102-000000-abd2 (empty), 20260102-000000-abd (ended)"
    assert str(caught.value) == f"{folder}: {several}"
    with pytest.raises(JournalError) as caught:
        find("2027", folder)
    assert caught.value.message == (
        "no journal begins with '2027'; there are: "
        "20260102-000000-abd2 (empty), 20260102-000000-abd (ended), 20260101-000000-abc (unfinished)"
    )


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "\0", "\udcff\x1b[2J", "b/../a", "."])
def test_an_id_leads_nowhere_else(name: str, folder: Path, tmp_path: Path) -> None:
    made(folder, "x")
    made(folder / "b", "y")
    made(tmp_path, "a")
    with pytest.raises(JournalError, match="no journal begins with") as caught:
        find(name, folder)
    assert str(caught.value).isprintable()


def test_many_are_not_all_named(folder: Path) -> None:
    for number in range(8):
        made(folder, f"a{number}", age=number)
    with pytest.raises(JournalError, match=r"; there are: a0 .*, a4 \(unfinished\) and 3 more$"):
        find("a", folder)


def test_one_of_a_later_version_is_found_by_its_id_to_be_told_so(folder: Path) -> None:
    made(folder, "a", header=HEADER.replace(b" 1,", b" 2,"))
    with pytest.raises(JournalError, match="written by a later gomem"):
        read(find("a", folder))


def test_without_a_directory_there_are_none(folder: Path) -> None:
    assert unfinished(folder) == []
    prune(folder)
    with pytest.raises(JournalError, match="no journals can be found here: No such file or directory"):
        find(None, folder)
    folder.mkdir()
    with pytest.raises(JournalError, match="no session was left unfinished; there are none"):
        find(None, folder)


def test_a_long_list_of_long_journals_is_made_quickly(folder: Path) -> None:
    for number in range(250):
        os.truncate(made(folder, f"a{number}"), 1 << 30)  # takes no room, but would take minutes to read
    start = time.process_time()
    assert len(unfinished(folder)) == 250
    assert time.process_time() - start < 0.5


def test_the_oldest_that_were_ended_are_deleted_and_what_was_never_begun(folder: Path) -> None:
    for number in range(60):
        made(folder, f"e{number}", b'["do", "x"]\n["end"]\n', age=number)
        made(folder, f"u{number}", age=100 + number)
    for number in range(60, 203):
        made(folder, f"u{number}", age=100 + number)
    made(folder, "nothing", b"")
    made(folder, "killed", b"", b"")
    made(folder, "torn", b"", HEADER[:-1])
    stays = {
        made(folder, "later", header=HEADER.replace(b" 1,", b" 2,")).stem,
        made(folder, "longlater", b"", HEADER[:20] + b"x" * 5000).stem,
        made(folder, "other", b"", b"my diary").stem,
        made(folder, "bad", b"\0\0\n").stem,
    }
    prune(folder)
    kept = names(folder)
    assert kept >= stays
    assert {name for name in kept if name[0] == "e"} == {f"e{number}" for number in range(50)}
    assert {name for name in kept if name[0] == "u"} == {f"u{number}" for number in range(199)}  # "bad" is one of them
    assert not kept & {"nothing", "killed", "torn"}
    prune(folder, keep=3)
    assert {name for name in names(folder) if name[0] == "e"} == {"e0", "e1", "e2"}


# --- where nothing can be written ---


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
    assert journal.path.stat().st_size == size + room
    found = read(journal.path)
    assert [record.values for record in found.records] == [["one"]]
    assert (found.torn, found.ended, found.locked) == (room > 0, False, False)


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
    assert journal.path.read_bytes().count(b"\n") == 1


def test_a_journal_does_not_grow_beyond_what_is_read(folder: Path) -> None:
    path = made(folder, "a", b'["do"]\n')
    os.truncate(path, (1 << 30) - 10)  # takes no room
    journal = Journal(path, os.open(path, os.O_RDWR | os.O_APPEND), (1 << 30) - 10)
    journal.append("x")  # 6 bytes
    assert journal.problem == ""
    journal.append("y")
    assert journal.problem.endswith("it would be longer than 1073741824 bytes")
    journal.close(ended=True)
    assert path.stat().st_size == (1 << 30) - 4


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
    assert "\\udcff\\x1b" in journal.problem
    journal = Journal.reopen(read(journal.path))
    journal.append("do", "gc")
    journal.close(ended=False)
    assert find(None, folder) == journal.path
    for impossible in ("a\0b", "a\ud800b"):
        with pytest.raises(OSError, match="not a path"):
            Journal.create("run", tmp_path / impossible)
