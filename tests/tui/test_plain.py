"""The explorer as plain text: what is printed for what is typed, without a terminal."""

import re
import sys
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.script import read_script
from gomem_core.lang import BY_WORD
from gomem_core.lang.panes import PANES
from gomem_core.session.console import Console
from gomem_tui.opening import open_console
from gomem_tui.panes.model import Model
from gomem_tui.plain.help import plain_help
from gomem_tui.plain.panes import pane_lines
from gomem_tui.plain.talk import PlainTalk, talk_plainly
from tests.cli.process import modules_of
from tests.tui.states import SCRIPTS
from tests.versions import ANY_VERSION

Capture = pytest.CaptureFixture[str]
Monkey = pytest.MonkeyPatch
_REPEATED = re.compile(r"([^\w\s.])\1{2,}")  # decoration; carets stand below what is wrong, dots are an ellipsis


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: Monkey) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def talk(
    monkeypatch: Monkey, capsys: Capture, *lines: str, script: Path | None = None, read_only: bool = False
) -> tuple[int, str]:
    """Exit code, and what was printed."""
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO("".join(f"{line}\n" for line in lines).encode())))
    code = talk_plainly(open_console(script, journal=False, read_only=read_only))
    return code, capsys.readouterr().out


def script_of(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "s.gomem"
    path.write_text("\n".join(("gomem 1", *lines, "")))
    return path


def test_an_empty_line_does_the_next_step(monkeypatch: Monkey, capsys: Capture) -> None:
    code, out = talk(monkeypatch, capsys, "", "")
    assert code == 0
    assert "Step 0 of 27. Next: alloc 48 scan as node\n" in out
    assert " 5 OS, served: the arena grew by 1.0M" in out
    assert " 2 mcache, served: P0's span c420000000 had 169 free slots: no lock needed" in out
    assert out.endswith("Step 2 of 27. Next: alloc 40 scan as short\n")


def test_the_whole_tour(monkeypatch: Monkey, capsys: Capture) -> None:
    code, out = talk(monkeypatch, capsys, *[""] * 28)
    assert code == 0
    for step in range(1, 28):
        assert f"\nStep {step} of 27" in out
    assert out.endswith("Step 27 of 27, the end.\nThis is the end. Type a command, for example: alloc 48 scan\n")


def test_a_wrong_line_is_shown_with_its_column_and_the_rest_is_done(monkeypatch: Monkey, capsys: Capture) -> None:
    code, out = talk(monkeypatch, capsys, "alloc 48 scn", "alloc 48 as fine")
    assert code == 3
    assert "Wrong, at column 10:\nalloc 48 scn\n         ^^^\n" in out
    assert "fine = 0xc420000000" in out


def test_an_expectation_that_fails_is_a_failed_check(monkeypatch: Monkey, capsys: Capture) -> None:
    code, out = talk(monkeypatch, capsys, "alloc 48", "expect served mcache", "expect served os")
    assert code == 1
    assert out.count("Wrong, at column") == 1


def test_moves(monkeypatch: Monkey, capsys: Capture) -> None:
    _, out = talk(
        monkeypatch, capsys, ">", "<", "goto 3", "back", "until gc_start", "mark here", "diff 3", "# a comment", "diff here"
    )
    assert "\nStep 27 of 27, the end.\n" in out
    assert out.count("Step 0 of 27. Next: alloc 48 scan as node\n") == 2
    assert "step 3 of 27: alloc 40 scan as short" in out
    assert "step 2 of 27: alloc 48 scan as tail" in out
    assert "mark here" in out
    assert " objects_alive         3      112        +109\n" in out
    assert "nothing differs between step 19 (bookmark here) and step 19" in out


def test_inside_of_a_command(monkeypatch: Monkey, capsys: Capture) -> None:
    _, out = talk(monkeypatch, capsys, ".", "next", ",", ",", ",", ".", "pane why")
    assert re.findall(r"^Step 0 of 27, event ([0-9]+) of 17 inside: alloc 48 scan as node$", out, re.MULTILINE) == [
        "1",
        "2",
        "1",
        "1",
    ]
    brief, whole = out.split("Pane 6 Why\n")
    assert " Here, event 1: 48 B is class 4 exactly, no waste (mallocgc)\n" in brief
    assert " Here, event 2: P0 holds no span of this class ((*mcache).refill)\n" in brief
    assert "This is the beginning.\n" in brief
    assert " Event 2: " not in brief
    assert " Event 17: " in whole
    assert " 4 mheap: not asked so far\n" in whole


def test_what_a_script_says(monkeypatch: Monkey, capsys: Capture, tmp_path: Path) -> None:
    script = script_of(
        tmp_path, "say # Classes", "say Go **rounds** up.", "say - one", "focus bitmap", "alloc 48", "expect served mcache"
    )
    _, out = talk(monkeypatch, capsys, "", script=script)
    assert " Classes\n" in out
    assert "Go rounds up." in out
    assert " - one" in out
    assert "Look at: pane bitmap" in out
    assert " Not as expected: expect served mcache - found os" in out


def test_another_future_is_told(monkeypatch: Monkey, capsys: Capture) -> None:
    _, out = talk(monkeypatch, capsys, "", "", "back", "alloc 16")
    assert "New branch future2; the old steps stay on branch main." in out


def test_numbers_of_spans_stand_where_boxes_were(monkeypatch: Monkey, capsys: Capture) -> None:
    """The lists of one class are five spans long and of another two: in the plain form both numbers begin below the heading."""
    _, out = talk(monkeypatch, capsys, "", "", "alloc 512 scan times 80", "alloc 48 scan times 340", "flush", "pane mcentral")
    lines = out[out.index("Pane 4 mcentral") :].splitlines()
    column = lines[1].index(" empty") + 1
    found = [line[column:].split()[0] for line in lines if " scan " in line]
    assert found == ["2", "5"], lines


def test_panes(monkeypatch: Monkey, capsys: Capture) -> None:
    _, out = talk(
        monkeypatch, capsys, "", "", "pane spans", "pane 3 2", "select tail", "pane objects", "focus mcentral", "pane why"
    )
    assert "Pane 1 Spans: 2 in 1.0M, by base ascending\n" in out
    assert re.search(r"^>\+?\s*c420000000 +1 +4 +48 scan +2/170 P0 cache +0\+98% 0 swept$", out, re.MULTILINE)
    assert "  c420000000  |P  p  P  P  c41fffffff    0 taken node\n" in out
    assert "2 of 256 rows; pane bitmap 256 prints all.\n" in out
    assert "selected 0xc420000030, in span 0xc420000000\n" in out
    assert re.search(r"^>\+? +tail +c420000030 +48 B +scan +rooted +- +2$", out, re.MULTILINE)
    assert "Pane 4 mcentral: 1 of 132 asked so far" in out
    assert "Pane 6 Why\n" in out


def test_the_arena_in_words(monkeypatch: Monkey, capsys: Capture) -> None:
    _, out = talk(monkeypatch, capsys, "alloc 8192 times 3", "alloc 40000", "alloc 40000", "pane arena")
    assert "  from page 0, c420000000: 3 pages, class 50, slots of 8192 B, noscan\n" in out
    assert "  from page 3, c420006000: 5 pages, one large object, noscan\n" in out
    assert "  from page 8, c420010000: 5 pages, one large object, noscan\n" in out
    assert "  from page 13, c42001a000: 115 pages, free\n" in out


@pytest.mark.parametrize("line", ["pane", "pane nosuch", "pane spans x", "pane spans 0", "pane spans 3 4", "help nosuch"])
def test_bad_words(line: str, monkeypatch: Monkey, capsys: Capture) -> None:
    code, out = talk(monkeypatch, capsys, line)
    assert code == 3
    assert len(out.splitlines()) <= 4
    assert out.splitlines()[1] == "Step 0 of 27. Next: alloc 48 scan as node"


def test_help_is_no_step(monkeypatch: Monkey, capsys: Capture) -> None:
    code, out = talk(monkeypatch, capsys, "help", "?", "help alloc", "keys", "")
    assert code == 0
    assert out.count("Commands, one a line") == 2
    assert "alloc SIZE [noscan|scan|head]" in out
    assert "Step 1 of 27" in out
    assert max(map(len, plain_help().splitlines())) <= 80


def test_read_only(monkeypatch: Monkey, capsys: Capture) -> None:
    code, out = talk(monkeypatch, capsys, "", "alloc 48", read_only=True)
    assert code == 3
    assert "this session is read-only" in out


def test_words_of_plain_text_hide_no_command(monkeypatch: Monkey, capsys: Capture, tmp_path: Path) -> None:
    words = PlainTalk(open_console(script_of(tmp_path), journal=False), typed=False)
    own = {*words._signs, *words._words, "quit", "exit", "q"}
    assert own & set(BY_WORD) == {"help", "h", "?"}
    del monkeypatch, capsys


def test_plain_text_needs_no_textual() -> None:
    imported = modules_of(["--plain", "--no-journal"])
    assert "gomem_tui.plain.talk" in imported
    assert "textual" not in imported


def everything(model: Model, width: int) -> Iterator[str]:
    for name in PANES:
        yield from pane_lines(model, name, width)


@pytest.mark.parametrize("name", SCRIPTS)
@settings(deadline=None, max_examples=4)
@given(width=st.integers(60, 100), version=ANY_VERSION)
def test_no_pane_has_codes_decoration_or_wide_lines(name: str, width: int, version: str) -> None:
    console = Console(True, read_script(name, f"go {version}\n", name))
    model = Model(console, lambda: None)
    for line in SCRIPTS[name].splitlines():
        model.arrived(model.submit(line))
    for text in everything(model, width):
        assert text.isprintable(), text
        assert len(text) <= width, text
        assert not _REPEATED.search(text), text
