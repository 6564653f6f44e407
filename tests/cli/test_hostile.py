"""Names and contents that a terminal could obey never reach it: every subcommand with every sort of foreign text.

The payloads are harmless: a window title, a colour, text that runs backwards, a blank of no width.
"""

import base64
import gzip
import json
import os
import re
import tomllib
from pathlib import Path

import pytest

from gomem_core.cli.crash import sentence
from gomem_core.foreign import brief, named, visible
from gomem_tui.__main__ import main
from tests.tui.terminal import Terminal

BAD = "a\x1b]0;hi\x07\x9b31m\x85\u202eb\u200b\x7f"
SOFT = "a\u202eb\u200bc\u2066d"  # what a line of a session file may hold
SHOWN = r"a\x1b]0;hi\x07\x9b31m\x85\u202eb\u200b\x7f"
CONTROLS = "\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
UNSEEN = "\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
RAW = re.compile(f"[{CONTROLS}{UNSEEN}]")
RECORDINGS = Path(__file__).parents[1] / "recordings"


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a hostile name, in which all state and configuration lie too."""
    home = tmp_path / BAD
    home.mkdir()
    for name, part in (("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")):
        monkeypatch.setenv(name, str(home / part))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("GOMEM_CONFIG", raising=False)
    monkeypatch.chdir(home)
    return home


def written(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run gomem with these words: its exit code, and what came out, of which every character is looked at."""
    code = main(list(words))
    out, err = capsys.readouterr()
    for text in (out, err):
        assert RAW.search(text) is None, (words, text)
    assert code != 70, err
    return code, out, err


def test_what_is_made_visible() -> None:
    assert visible(BAD) == SHOWN
    assert visible("ein Ä, 漢字, 👍 and\ta\nline") == "ein Ä, 漢字, 👍 and\ta\nline"
    assert named("a\nb") == r"a\nb"
    assert visible(os.fsdecode(b"a\xff")) == r"a\xff"
    assert visible("a\ufe0fb\u3164c\u034f\U000e0041") == r"a\ufe0fb\u3164c\u034f\U000e0041"  # drawn, but as nothing


def test_long_names_keep_both_ends() -> None:
    assert brief("x" * 160) == "x" * 160
    cut = brief(f"begin{'x' * 5000}end")
    assert cut.startswith("beginxxx")
    assert cut.endswith("xxxend")
    assert len(cut) <= 160


LINES = "x\nFORGED: y"
LONG = "A" * 5000
ANYWHERE = (
    ["run", "{}"],
    ["run", "--resume", "{}"],
    ["run", "--{}"],
    ["run", "-c", "alloc {}"],
    ["run", "-c", "alloc 48", "-c", "save {}"],
    ["run", "-c", "open {}"],
    ["check", "{}"],
    ["verify", "{}"],
    ["convert", "{}"],
    ["classes", "{}"],
    ["export", "{}", "--text"],
    ["export", "x", "--svg", "--theme", "{}"],
    ["export", "x", "--text", "--at", "{}"],
    ["export", "x", "--text", "--size", "{}"],
    ["export", "x", "--text", "--focus", "{}"],
    ["learn", "{}"],
    ["keys", "{}"],
    ["config", "check", "{}"],
    ["config", "{}"],
    ["completions", "{}"],
    ["bench", "{}"],
    ["{}"],
    ["./{}"],
    ["--theme", "{}"],
    ["--resume", "{}"],
)


@pytest.mark.usefixtures("there")
def test_what_is_typed_forges_no_line_and_fills_no_screen(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ANYWHERE:
        for typed in (LINES, LONG, "9" * 5000):
            code, out, err = written(capsys, *(word.replace("{}", typed) for word in form))
            assert code in (2, 3), form
            told = f"{out}{err}"
            if typed != LINES:
                assert max(map(len, told.splitlines())) < 480, form  # the name's 160, and what is said
            elif "-c" not in form:  # there each is a line of its own
                assert not re.search("^FORGED", told, re.M), form


def test_a_file_whose_name_has_two_lines(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = f"{LINES}.gomem"
    for text in ("gomem 1\nalloc 48\nalloc q\n", "gomem 1\nalloc 48\nexpect spans = 99\n", "gomem 1\nalloc 48\n"):
        (there / name).write_text(text, encoding="utf-8")
        for words in (
            ["run", name],
            ["check", name],
            ["export", name, "--text"],
            ["--plain", name],
            ["verify", name],
            ["convert", name],
            ["config", "check", name],
        ):
            _, out, err = written(capsys, *words)
            assert not re.search("^FORGED", f"{out}{err}", re.M), words


def test_a_picture_shows_what_nobody_would_see(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As an escape, which has its own width: the line behind it ends where it should."""
    (there / "x.gomem").write_text(f"gomem 1\ntitle {SOFT}\nsay {SOFT} end\nalloc 48 # {SOFT}\n", encoding="utf-8")
    _, text, _ = written(capsys, "export", "x.gomem", "--text", "--at", "1")
    shown = r"a\u202eb\u200bc\u2066d"
    rows = text.splitlines()
    assert rows[0].endswith(f"  {shown}")
    assert any(row.strip().startswith(f"{shown} end") for row in rows)
    assert any(f"alloc 48 # {shown}" in row for row in rows)
    assert max(map(len, rows)) <= 120
    _, svg, _ = written(capsys, "export", "x.gomem", "--svg", "--at", "1")
    assert shown in svg


@pytest.mark.parametrize(
    "words",
    [
        ["run", BAD],
        ["run", "-c", f"alloc {BAD}"],
        ["run", "-c", f"say {BAD}"],
        ["run", "-c", f"title {BAD}"],
        ["run", "-c", BAD],
        ["run", "-c", "alloc 48", "-c", f"save {BAD}/x"],
        ["run", "-c", f"show spans {BAD}"],
        ["run", "-c", f"branch {BAD}"],
        ["run", "--json", "-c", f"say {BAD}", "-c", f"alloc {BAD}"],
        ["run", "--resume", BAD],
        ["run", f"--{BAD}"],
        ["check", BAD],
        ["verify", BAD],
        ["convert", BAD],
        ["classes", BAD],
        ["export", BAD, "--text"],
        ["export", BAD, "--svg", "--theme", BAD],
        ["export", BAD, "--text", "--at", BAD],
        ["export", BAD, "--text", "--size", BAD],
        ["export", BAD, "--text", "--focus", BAD],
        ["learn", BAD],
        ["learn", "--list", BAD],
        ["keys", BAD],
        ["config", "path"],
        ["config", "check"],
        ["config", "check", BAD],
        ["config", BAD],
        ["completions", BAD],
        ["bench", BAD],
        [BAD],
        [f"{BAD}/{BAD}"],
        ["--theme", BAD],
        ["--resume", BAD],
        ["--plain", BAD],
        ["open", BAD],
    ],
)
@pytest.mark.usefixtures("there")
def test_what_is_typed_comes_back_as_text(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    written(capsys, *words)


def test_a_file_with_a_hostile_name_and_content(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = f"{BAD}.gomem"
    Path(script).write_text(f"gomem 1\ntitle {BAD}\nsay {BAD}\nalloc 48 scan as node\nalloc {BAD}\n", encoding="utf-8")
    for words in (
        ["run", script],
        ["check", script],
        ["export", script, "--text"],
        ["export", script, "--svg"],
        ["export", script, "--json"],
        ["export", script, "--text", "-o", f"no/{BAD}"],
        ["--plain", script],
    ):
        written(capsys, *words)
    (there / "ok").mkdir()
    Path("ok/x.gomem").write_text(f"gomem 1\ntitle {SOFT}\nsay {SOFT}\nalloc 48 scan as node\n# {SOFT}\ngc\n", encoding="utf-8")
    for words in (["run", "ok/x.gomem"], ["check", "ok/x.gomem"], ["run", "--json", "ok/x.gomem"]):
        written(capsys, *words)
    for form in ("--text", "--svg"):
        code, out, _ = written(capsys, "export", "ok/x.gomem", form, "--at", "1")
        assert not code
        written(capsys, "export", "ok/x.gomem", form, "--at", "1", "-o", f"ok/{BAD}")
        assert RAW.search(Path(f"ok/{BAD}").read_text(encoding="utf-8")) is None
    code, out, _ = written(capsys, "export", "ok/x.gomem", "--json", "--at", "1")
    assert json.loads(out)["title"] == SOFT  # to programs it is what it is


@pytest.mark.usefixtures("there")
def test_recordings_and_their_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    with gzip.open(RECORDINGS / "11_links.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    for number, text in ((3, json.dumps({"op": BAD})), (5, BAD), (7, json.dumps({"ev": BAD, BAD: BAD}))):
        Path(f"{BAD}.jsonl").write_text("\n".join([*lines[:number], text, *lines[number:]]), encoding="utf-8")
        for extra in ([], ["--json"]):
            code, _, _ = written(capsys, "verify", *extra, f"{BAD}.jsonl")
            assert code
    changed = [line.replace('"alloc"', json.dumps(BAD)) for line in lines]
    Path(f"{BAD}.jsonl").write_text("\n".join(changed), encoding="utf-8")
    written(capsys, "verify", f"{BAD}.jsonl")
    Path("script").write_text(f"a 48\n{BAD} {BAD}\n", encoding="utf-8")
    written(capsys, "convert", "script")


def test_a_configuration(there: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    file = there / f"{BAD}.toml"
    monkeypatch.setenv("GOMEM_CONFIG", str(file))
    quoted = json.dumps(BAD)
    for text in (
        f"[explorer]\ntheme = {quoted}\n",
        f"[explorer]\n{quoted} = 1\n",
        f"[{quoted}]\n",
        f"[keys]\nstep = {quoted}\n",
        f"[keys]\n{quoted} = 'x'\n",
        f"[explorer]\ntheme = '{BAD}'\n",
    ):
        file.write_text(text, encoding="utf-8")
        for words in (["config", "path"], ["config", "check"], ["config", "show"], ["config", "show", "--json"], ["keys"], []):
            written(capsys, *words)
    file.write_text("[explorer]\nmouse = false\n")
    code, out, _ = written(capsys, "config", "show")
    assert not code
    assert tomllib.loads(out)


def test_a_journal(there: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journals = there / "state" / "gomem" / "journals"
    written(capsys, "run", "-c", "alloc 48")
    (journal,) = journals.glob("*")
    first = journal.read_text(encoding="utf-8").splitlines()[0]
    for record in (f"{BAD} 1", f'["{BAD}"]', json.dumps([BAD, BAD]), json.dumps(["branch", BAD, 1])):
        journal.write_text(f"{first}\n{record}\n", encoding="utf-8")
        written(capsys, "run", "--resume", journal.name.partition(".")[0], "-c", "show stats")
        written(capsys, "run", "--resume")


def test_nothing_is_written_past_the_edge() -> None:
    """A new message cannot forget it: only output.py writes, and talk.py its prompt, which is a constant."""
    packages = [Path(__file__).parents[2] / name for name in ("gomem_core", "gomem_tui")]
    files = [file for package in packages for file in package.rglob("*.py")]
    writers = {
        file.name for file in files if re.search(r"(?<!\.)\bprint\(|std(?:out|err)\.write\(|\bstream\.write\(", file.read_text())
    }
    assert writers == {"output.py", "talk.py"}


def test_the_explorer(tmp_path: Path) -> None:
    """Title, text, file name, errors, messages: in a pseudo-terminal, where only gomem's own sequences may come."""
    script = tmp_path / f"{BAD}.gomem"
    script.write_text(f"gomem 1\ntitle {SOFT}\nsay {SOFT} `{SOFT}`\nalloc 48 scan as node\nsay x\ngc\n", encoding="utf-8")
    terminal = Terminal(str(script), columns=120, rows=40, XDG_STATE_HOME=str(tmp_path / BAD), COLORFGBG="15;0")
    terminal.wait_for("space")
    terminal.send(" ")
    terminal.settle()
    terminal.send("6Y")  # Why, to the clipboard
    terminal.settle()
    terminal.line("drop nobody")
    terminal.send("\x1b")
    terminal.line(f"say {SOFT}")  # typed, which is drawn too
    terminal.send("\x1b?")
    terminal.settle()
    terminal.send("\x1bq")
    assert terminal.exit_code() == 0
    sent = terminal.bytes.decode("utf-8")
    copied = re.search(r"\x1b\]52;c;([^\x07]*)\x07", sent)
    assert copied is not None
    assert r"a\u202eb\u200bc\u2066d" in base64.b64decode(copied[1]).decode()
    sent = sent.replace(copied[0], "")
    # Textual asks for the common pointer at its start (OSC 22); a backspace is a step to the left, a vertical tab one down.
    own = re.sub(r"\x1b\]22;default\x07|\x1b(?:\[[0-9;?<>=$]*[a-zA-Z@`]|\[[0-9;?]*\$[a-z]|[=>78])|[\b\r\n\v\x0f\x0e]", "", sent)
    assert RAW.search(own) is None, RAW.findall(own)


def test_a_traceback(there: Path) -> None:
    told = sentence(ValueError(BAD))
    (file,) = (there / "state" / "gomem" / "errors").iterdir()
    assert RAW.search(told) is None
    assert str(named(file)) in told
    text = file.read_text(encoding="utf-8")
    assert RAW.search(text) is None
    assert f"ValueError: {SHOWN}" in text
