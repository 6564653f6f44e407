"""Which journals there are, which one is meant, which are deleted."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gomem_core.files.journal import JournalError, find, prune, read, unfinished
from tests.core.journals import HEADER, made, names


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
    assert [(summary.id[-3:], len(read(summary.path).records), summary.stamp.size) for summary in there] == [
        ("old", 1, len(HEADER) + 12),
        ("new", 1, len(HEADER) + 5 + 12),
        ("mid", 2, len(HEADER) + 28),
    ]
    assert [summary.header.kind for summary in there] == ["run", "explorer", "run"]
    assert there[0].header.started == datetime(2026, 11, 23, 22, 50, tzinfo=UTC)
    assert find(None, folder) == folder / "20260101-000000-old.journal"
    there[0].path.unlink()
    for summary in there[1:]:
        os.utime(summary.path, (1e9, 1e9))
    assert [summary.id[-3:] for summary in unfinished(folder)] == ["new", "mid"]  # at the same time: begun last first


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
    with pytest.raises(JournalError, match="no session was left unfinished; there are none"):
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


def test_who_did_something_else_since_is_not_offered_what_was_killed_before(folder: Path) -> None:
    assert prune(folder) is None
    made(folder, "20260101-000000-old", age=30)
    made(folder, "20260102-000000-new", age=20)
    made(folder, "20260103-000000-nothing", b"", age=10)  # began, and did nothing
    killed = prune(folder)
    assert killed is not None
    assert killed.path == find(None, folder) == folder / "20260102-000000-new.journal"
    made(folder, "20260104-000000-end", b'["do", "x"]\n["end"]\n', age=5)
    assert prune(folder) is None
    assert find(None, folder) == killed.path  # who asks for it still gets it


@pytest.mark.parametrize(
    ("content", "first"),
    [
        (b'["do", "x"]\n', ["do", "x"]),
        (b'["load", "a", "b"]\n["do", "x"]\n', ["load", "a", "b"]),
        (b'["load", "a', []),
        (b"7\n", []),
        (b"", []),
    ],
)
def test_what_happened_first(content: bytes, first: list[str], folder: Path) -> None:
    made(folder, "a", b'["do", "x"]\n')
    summary = unfinished(folder)[0]
    made(folder, "a", content)
    assert summary.first_record() == first
    summary.path.unlink()
    assert summary.first_record() == []
