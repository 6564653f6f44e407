"""Stills on the command line: written by export, opened, compared, and refused where they are damaged."""

import gzip
import json
import sys
from pathlib import Path

import pytest

from gomem_core.session.readheap import READ
from gomem_tui.__main__ import main
from tests.cli.process import gomem

Capture = pytest.CaptureFixture[str]

# 48 bytes are size class 4, 170 slots in a page; the second step takes two of the second span, and the third drops one of them.
SESSION = """\
gomem 1
title Two spans
alloc 48 scan as a
alloc 48 times 2 as b
drop b.1
gc
"""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("two.gomem").write_text(SESSION)
    assert main(["export", "two.gomem", "--still", "--at", "2", "-o", "before"]) == 0
    assert main(["export", "two.gomem", "--still", "-o", "after"]) == 0
    return tmp_path


@pytest.mark.usefixtures("there")
def test_open_says_what_a_file_holds(capsys: Capture) -> None:
    assert main(["open", "--json", "before"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {name: found[name] for name in ("kind", "title", "step", "objects", "alive", "numgc")} == {
        "kind": "still", "title": "Two spans", "step": 2, "objects": 3, "alive": 3, "numgc": 0,
    }  # fmt: skip
    assert main(["open", "--json", "two.gomem"]) == 0
    session = json.loads(capsys.readouterr().out)
    assert (session["kind"], session["step"], session["alive"], session["numgc"]) == ("session", 4, 2, 1)


@pytest.mark.usefixtures("there")
def test_advise_says_why_it_is_so_big(capsys: Capture) -> None:
    """Two objects of 48 bytes live, in a span each, since only one of them may hold pointers; a session stands at its end."""
    for file, kind in (("after", "still"), ("two.gomem", "session")):
        assert main(["advise", file]) == 0
        first, *rest = capsys.readouterr().out.splitlines()
        assert first.startswith("1.0M in 3 spans; taken: 96 B, <1%")
        assert "15.8K  free slots of 2 half-empty spans; 2 would hold the objects" in "\n".join(rest)
        assert main(["advise", file, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["file"], found["kind"], found["live"], found["half_empty"]) == (file, kind, 96, 2)
    assert main(["advise", "nosuch"]) == 3
    assert capsys.readouterr().err == "gomem: nosuch: cannot be read: No such file or directory\n"


@pytest.mark.usefixtures("there")
def test_what_is_no_text_is_not_run_or_converted_and_shows_no_garbage(capsys: Capture) -> None:
    for words in (["run", "--no-journal", "after"], ["convert", "after"], ["run", "--no-journal", sys.executable]):
        assert main(words) == 3
        out, err = capsys.readouterr()
        assert out == ""
        assert err == f"gomem: {words[-1]}: not a text file, as a script is; gomem open shows what it holds\n"


@pytest.mark.usefixtures("there")
def test_a_list_without_types_is_one_by_class(capsys: Capture) -> None:
    assert main(["top", "after"]) == 0
    assert capsys.readouterr().out.startswith("96 B in 2 objects, by size classes\n")
    assert main(["top", "--by", "type", "after"]) == 3


@pytest.mark.usefixtures("there")
def test_diff_compares_any_two_files(capsys: Capture) -> None:
    for now in ("after", "two.gomem"):
        assert main(["diff", "before", now]) == 0
        first, *rest = capsys.readouterr().out.splitlines()
        assert first.startswith(f"between before and {now}: ")
        assert "1 object dropped, 1 object freed" in first
        assert "collections +1" in first
        assert "b.1       48  0xc420002000             2  alive  not there" in rest
    assert main(["diff", "after", "two.gomem", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True
    assert main(["run", "--no-journal", "-c", "alloc 48 as few times 30", "-c", "save many.gomem"]) == 0
    capsys.readouterr()
    for words in ([], ["--all"]):
        assert main(["diff", "before", "many.gomem", *words]) == 0
        told = capsys.readouterr().out
        assert ("\n… and 13 more\n" in told) == (not words)  # the first 20 of 33: 30 that are new, and the 3 of before
        assert told.count(" alive\n") + told.count(" not there\n") == (33 if words else 20)
    assert main(["diff", "after", "after"]) == 0
    assert capsys.readouterr().out == "nothing differs between after and after\n"


@pytest.mark.usefixtures("there")
def test_a_still_is_looked_at_and_nothing_is_done_to_it(capsys: Capture) -> None:
    lines = ("open before", "show object b.1", "find a", "diff file after", "diff file two.gomem", "gc", "save again")
    assert main(["run", "--no-journal", "-k", "--json", *(word for line in lines for word in ("-c", line))]) == 3
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["ok"] for record in records] == [True, True, True, True, True, False, True]
    assert records[0]["result"]["kind"] == "still"
    assert records[1]["result"]["alive"]
    assert records[3]["result"]["counts"] == records[4]["result"]["counts"]
    assert records[5]["error"]["message"] == READ
    assert Path("again").read_bytes() == Path("before").read_bytes()


@pytest.mark.usefixtures("there")
def test_a_still_is_drawn_as_its_session_was(capsys: Capture) -> None:
    pictures = []
    for file, at in (("two.gomem", "2"), ("before", "end")):
        assert main(["export", file, "--text", "--at", at, "--size", "120x40", "--focus", "spans", "--focus", "mcentral"]) == 0
        pictures.append(capsys.readouterr().out.splitlines())
    session, still = pictures
    assert "a still of step 2" in still[0]
    # What the last step did, and what was selected by it, is the session's alone: a still has no last step.
    unmarked = str.maketrans("▸+", "  ")
    assert [line.translate(unmarked) for line in session[2:9]] == [line.translate(unmarked) for line in still[2:9]]


@pytest.mark.usefixtures("there")
def test_plain_text_shows_a_still(capsys: Capture) -> None:
    result = gomem("before", "--plain", stdin=b"\nshow spans\nalloc 48\n")
    text = result.stdout.decode()
    assert "Two spans" in text
    assert "This heap was read at one moment: there are no steps." in text
    assert "0xc420002000" in text
    assert READ.split(":")[0] in " ".join(text.split())
    assert result.returncode == 3
    capsys.readouterr()


@pytest.mark.usefixtures("there")
def test_a_still_has_no_steps_to_go_to(capsys: Capture) -> None:
    for line in ("goto 0", "back", "until gc", "mark m", "branch", "diff 0"):
        assert main(["run", "--no-journal", "-c", "open before", "-c", line]) == 3, line
        assert "this heap was read at one moment: there are no steps" in capsys.readouterr().err
    assert main(["run", "--no-journal", "-c", "open before", "-c", "invariants"]) == 3
    assert "invariants are the allocator's" in capsys.readouterr().err
    assert main(["export", "before", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["step"] == 2
    assert main(["check", "before"]) == 3
    assert "a still, not a session file; gomem open shows it" in capsys.readouterr().err


def test_a_session_file_may_be_compressed(there: Path, capsys: Capture) -> None:
    (there / "two.gz").write_bytes(gzip.compress(SESSION.encode()))
    assert main(["diff", "two.gz", "two.gomem"]) == 0
    assert capsys.readouterr().out == "nothing differs between two.gz and two.gomem\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x1f\x8b", "the gzip file ends too early"),
        (b"\x1f\x8bnothing", "damaged: it begins as a gzip file and cannot be unpacked"),
        (gzip.compress(b'{"gomem_still": 1}', mtime=0)[:-9], "damaged"),
        (b'{"gomem_still": 1}', "not a still that gomem can read: kind is missing"),
        (gzip.compress(b"alloc 48", mtime=0) + b"x", "there is something after the end of the gzip file"),
        (b'{"gomem_still": 2}', "gomem_still: version 1 was expected"),
        (b'{"gomem_still":', "not a still that gomem can read: it is not JSON"),
    ],
)
def test_a_damaged_still_is_refused_everywhere(tmp_path: Path, capsys: Capture, content: bytes, message: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    for words in (["open", "--json"], ["export", "--json"], ["diff", str(file)], ["run", "--no-journal", "-c"]):
        last = f"open {file}" if "-c" in words else str(file)
        assert main([*words, last]) == 3
        said = capsys.readouterr().err
        assert message in said
        assert str(file) in said


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_core.files.content.MAX_BYTES", 1 << 20)
    file = tmp_path / "large"
    file.write_bytes(gzip.compress(bytes(2 << 20)))
    assert main(["open", "--json", str(file)]) == 3
    assert "unpacks to more than 1 MB" in capsys.readouterr().err


def test_a_still_is_not_written_on_a_screen(there: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_tui.commands.export.is_terminal", lambda _: True)
    assert main(["export", str(there / "two.gomem"), "--still"]) == 2
    assert "-o names a file" in capsys.readouterr().err
