"""The command line as a whole: which words mean what, exit codes, streams, and what is imported."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gomem_core import __version__
from gomem_core.classic import malloc
from gomem_tui.__main__ import main
from gomem_tui.cli import SUBCOMMANDS
from gomem_tui.settings.options import Options
from tests.cli.process import SUBCOMMAND_NAMES, gomem, modules_of, shell

Capture = pytest.CaptureFixture[str]


# --- Help ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["--help"], ["-h"], *([name, "--help"] for name in SUBCOMMANDS)])
def test_help_goes_to_stdout(words: list[str], capsys: Capture) -> None:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: gomem")
    assert "exit codes: 0 fine, 1 a check failed, 2 usage, 3 bad input" in out
    assert err == ""


@pytest.mark.parametrize("words", [[], *([name] for name in SUBCOMMANDS)])
def test_help_fits_the_terminal(words: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    main([*words, "--help"])
    told, _, examples = capsys.readouterr().out.partition("\nexamples:\n")
    assert not [line for line in told.splitlines() if len(line) > 80]
    assert all(f"  {example}\n" in examples for name in words for example in SUBCOMMANDS[name].examples), "as they are typed"


def test_help_lists_every_subcommand(capsys: Capture) -> None:
    main(["--help"])
    out = capsys.readouterr().out
    assert all(f"\n  {name}" in out for name in SUBCOMMAND_NAMES)


def test_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    built = "pure Python" if malloc.__file__.endswith(".py") else "allocators compiled by mypyc"
    assert capsys.readouterr().out == f"gomem {__version__}, {built}\n" == f"gomem 0.1.0, {built}\n"


# --- First words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(("verfy", "verify"), ("Run", "run"), ("class", "classes"), ("benhc", "bench"), ("help", "--help")),
        *(("version", "--version"), ("leson", "learn"), ("lessons", "learn"), ("tutorial", "learn"), ("vers", "--version")),
    ],
)
def test_a_misspelt_subcommand_gets_a_suggestion(word: str, meant: str, capsys: Capture) -> None:
    assert main([word, "x"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f'"{word}" is neither a subcommand nor a file' in err
    assert f"did you mean `gomem {meant}`?" in err


def test_options_of_the_explorer_may_stand_before_a_subcommand(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--plain", "learn", "--list"]) == 0
    before = capsys.readouterr().out
    assert main(["learn", "--plain", "--list"]) == 0
    assert before == capsys.readouterr().out
    assert main(["--no-journal", "learn", "99"]) == 2
    assert "there is no lesson 99" in capsys.readouterr().err
    Path("learn").write_text("alloc 48\n")
    assert main(["--plain", "learn", "--list"]) == 0  # a subcommand wins over a file of that name
    assert before == capsys.readouterr().out


def test_an_unknown_word_lists_the_subcommands(capsys: Capture) -> None:
    assert main(["qqqqq"]) == 2
    assert (
        "subcommands: run, check, diff, compare, advise, top, classes, layout, verify, convert, attach, core, bench, open, "
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("name", ["nosuch.txt", "./run", "nosuch/verfy"])
def test_a_missing_script_is_bad_input(name: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([name]) == 3
    assert capsys.readouterr().err == f"gomem: {name}: cannot be read: No such file or directory\n"


def test_a_directory_is_bad_input(capsys: Capture, tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 3
    assert "Is a directory" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_script_is_bad_input(capsys: Capture, tmp_path: Path) -> None:
    script = tmp_path / "s.txt"
    script.touch(mode=0)
    assert main([str(script)]) == 3
    assert "Permission denied" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["-x"], ["--json", "verify", "x"], ["-"], ["./a", "./b"], ["", "x"], ["--resume", "--no-journal"]]
)
def test_what_means_nothing_is_a_usage_error(
    words: list[str], capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").touch()
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "gomem" in err


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "x", "-c", "gc"],
        ["run", "--nosuch"],
        ["run", "--resume", "--no-journal"],
        ["run", "x.gomem", "--resume"],
        ["check"],
        ["verify"],
        ["convert"],
        ["classes", "1", "2"],
        ["bench", "x"],
        ["export"],
        ["completions"],
        ["completions", "csh"],
    ],
)
def test_subcommands_say_how_they_are_used(words: list[str], capsys: Capture) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"usage: gomem {words[0]} ")
    assert f"gomem {words[0]}: error: " in err


def test_options_are_not_abbreviated(capsys: Capture) -> None:
    assert main(["run", "--keep", "-c", "gc"]) == 2
    assert "--keep" in capsys.readouterr().err


# --- The explorer -------------------------------------------------------------------------------------------------------


How = tuple[object, ...]  # what opening.open_console is asked for


class Opened(tuple[object, ...]):
    """Stands for the console that was opened: how that was asked for."""

    session = SimpleNamespace(world=None)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[How, Options]]:
    """What the explorer was opened on, and how, in place of an explorer."""
    seen: list[tuple[How, Options]] = []

    class Explorer:
        def __init__(self, console: How, options: Options) -> None:
            seen.append((console, options))

        def run_to_end(self, mouse: bool) -> int:
            assert mouse == seen[-1][1].mouse
            return 0

    class App:
        pass

    App.Explorer = Explorer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gomem_tui.explorer.app", App)
    monkeypatch.setattr("gomem_tui.opening.open_console", lambda *how, **_: Opened(how[:4]))
    monkeypatch.setattr("gomem_tui.panes.model.first_panes", lambda _world: ())
    monkeypatch.setattr("gomem_tui.commands.open.is_terminal", lambda _stream: True)
    monkeypatch.setenv("TERM", "xterm")
    return seen


@pytest.fixture
def opened(shown: list[tuple[How, Options]]) -> Iterator[list[object]]:
    """The scripts it was opened on, without further ado."""

    class Scripts(list[object]):
        def __eq__(self, other: object) -> bool:
            return [how[0] for how, _ in shown] == other

        __hash__ = None

    yield Scripts()
    for (_, journal, resumed, read_only), options in shown:
        assert (journal, resumed, read_only) == (True, None, False)
        assert (options.mouse, options.presenting) == (True, False)


def test_without_words_the_explorer_opens(opened: list[object]) -> None:
    assert main([]) == 0
    assert opened == [None]


def test_a_script_opens_in_the_explorer(opened: list[object], tmp_path: Path) -> None:
    script = tmp_path / "s.txt"
    script.touch()
    assert main([str(script)]) == 0
    assert opened == [script]


def test_a_subcommand_wins_over_a_file_of_its_name(
    opened: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("classes", "mine"):
        (tmp_path / name).touch()
    assert main(["classes", "33"]) == 0
    assert opened == []
    assert "33 bytes" in capsys.readouterr().out
    assert main(["./classes"]) == 0
    assert main(["mine"]) == 0
    assert opened == [Path("./classes"), Path("mine")]


@pytest.mark.parametrize(
    ("words", "term", "terminal"),
    [(["--plain"], "xterm", True), ([], "dumb", True), ([], "unknown", True), ([], "", True), ([], "xterm", False)],
)
def test_plain_text(words: list[str], term: str, terminal: bool, opened: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    class Plain:
        @staticmethod
        def talk_plainly(console: object) -> int:
            calls.append(console)
            return 0

    monkeypatch.setitem(sys.modules, "gomem_tui.plain.talk", Plain)
    monkeypatch.setattr("gomem_tui.commands.open.is_terminal", lambda _stream: terminal)
    monkeypatch.setenv("TERM", term)
    assert main([*words, "--read-only", "--resume", "x"]) == 0
    assert calls == [(None, True, "x", True)]
    assert opened == []


def test_the_explorer_needs_a_terminal_or_a_stdin(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert main([]) == 2
    assert "`gomem run SCRIPT`" in capsys.readouterr().err


def test_the_explorer_is_as_it_was_set(shown: list[tuple[How, Options]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[explorer]\nmouse = false\njournal = false\nread_only = true\n[keys]\nstep = 'n'\n")
    monkeypatch.setenv("GOMEM_CONFIG", str(file))
    monkeypatch.setenv("GOMEM_JOURNAL", "1")
    assert main(["--present", "--no-read-only"]) == 0
    ((how, options),) = shown
    assert how == (None, True, None, False)
    assert (options.mouse, options.presenting, options.keyboard.names("step")) == (False, True, ["n"])


@pytest.mark.parametrize(("text", "code"), [("[explorer]\nmouse = 3", 3), ("[explorer", 3), ("", 2)])
def test_a_broken_configuration_starts_nothing(
    text: str, code: int, opened: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    monkeypatch.setenv("GOMEM_CONFIG", str(file))
    assert main(["--theme", "drak"] if not text else []) == code
    assert opened == []
    err = capsys.readouterr().err
    assert (f"{file}:" in err) == bool(text)
    assert gc.isenabled()
    assert main(["--no-config"]) == 0


# --- Streams ------------------------------------------------------------------------------------------------------------


def test_a_reader_that_has_seen_enough() -> None:
    done = shell(
        "$gomem classes --json | head -1; echo ${PIPESTATUS[0]}; $gomem --help | true; $gomem run -c gc -c 'alloc x' | true"
    )
    assert done.stdout.count(b"\n") == 2
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    assert b"Broken" not in done.stderr


@pytest.mark.parametrize("command", ["classes", "run nosuch.txt", "run -c 'alloc x'", "classes x", "verify nosuch"])
def test_nobody_listens(command: str) -> None:
    """Closed streams change no exit code and cause no noise, except that data needs a stdout to go to."""
    status = shell(f"$gomem {command} >/dev/null 2>&1").returncode
    assert status == {"classes": 0, "classes x": 2}.get(command, 3)
    assert shell(f"$gomem {command} 2>&-").returncode == status
    assert shell(f"$gomem {command} 2>&1 >/dev/null | true; exit ${{PIPESTATUS[0]}}").returncode == status
    closed = shell(f"$gomem {command} >&-")
    assert closed.returncode == 3
    assert closed.stderr == b"gomem: there is no stdout to write to\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told() -> None:
    done = shell("$gomem classes > /dev/full")
    assert done.returncode == 3
    assert done.stderr == b"gomem: cannot go on: No space left on device\n"


def test_a_poor_encoding_ends_nothing() -> None:
    done = gomem("run", "-c", "alloc 8 times 2", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert b"o1 ? o2" in done.stdout


# --- Imports ------------------------------------------------------------------------------------------------------------

_LIGHT = [["--help"], ["--version"], *([name, "--help"] for name in SUBCOMMANDS)]
_WORK = [
    ["run", "-c", "alloc 48", "-c", "churn 100", "-c", "show spans", "-c", "invariants full"],
    ["run", "--json", "-c", "alloc 48"],
    ["check", "gomem_tui/demo.gomem"],
    ["classes"],
    ["classes", "33"],
    ["verify", "--json", "tests/recordings/15_tiny_swap.jsonl.gz"],
    ["convert", "tests/recordings/08_scavenge.txt"],
    ["keys"],
    ["config", "show"],
    ["completions", "zsh"],
    ["export", "gomem_tui/demo.gomem", "--json", "--at", "12.4"],
]


@pytest.mark.parametrize(
    ("commands", "unwanted"),
    [(_LIGHT, {"gomem_core.classic", "gomem_core.session.session", "gomem_core.lang"}), (_WORK, set())],
    ids=["help", "work"],
)
def test_imports(commands: list[list[str]], unwanted: set[str]) -> None:
    """No subcommand needs a screen, and help not even the allocator; one process does them all."""
    imported = modules_of(*commands)
    assert "gomem_core.cli.main" in imported
    assert imported.isdisjoint({"textual", "rich", "numpy"} | unwanted)
