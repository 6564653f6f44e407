"""What was appended is read back; what is not a journal is refused, with the line that is to blame."""

import os
import stat
import tempfile
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gomem_core import __version__
from gomem_core.files.journal import Journal, JournalError, prune, read, unfinished
from tests.core.journals import HEADER, made, names, plain


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


def whole_records(lines: list[bytes], cut: int) -> int:
    """How many of the lines are within the first `cut` bytes; only the line feed may be missing."""
    ends = [sum(map(len, lines[: i + 1])) for i in range(len(lines))]
    return sum(end - 1 <= cut for end in ends)


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
        (b'["end"]\n["do"]\n', 3, """expected nothing after ["end"]; found '["do"]'"""),
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


def test_a_first_line_without_end_is_refused_after_a_bounded_read(folder: Path) -> None:
    path = made(folder, "a", header=b'["gomem-journal", 1, "')
    with path.open("r+b") as file:
        file.truncate(600 << 20)  # a hole, which takes no room on the disk
    tracemalloc.start()
    try:
        with pytest.raises(JournalError, match="not a journal: expected a first line such as"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()
