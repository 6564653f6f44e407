"""Shell completions: bash really completes with them; zsh and fish at least read them, where there are such shells."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gomem_core.files.journal.file import SUFFIX, journal_directory
from gomem_core.lang.registry import BY_WORD, IN_A_SHELL, MEANT
from gomem_tui.__main__ import main
from gomem_tui.cli import SHELLS, SUBCOMMANDS
from gomem_tui.commands.words import all_commands
from tests.cli.process import SUBCOMMAND_NAMES

Capture = pytest.CaptureFixture[str]

SESSIONS = ["my lesson.gomem", "b.gomem", "sub"]
FILES = [*SESSIONS, "other.txt"]


@pytest.fixture
def script(tmp_path: Path, capsys: Capture) -> Path:
    """The script for bash, in a directory with some files."""
    assert main(["completions", "bash"]) == 0
    path = tmp_path / "script"
    path.write_text(capsys.readouterr().out)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "sub").mkdir()
    for name in ("my lesson.gomem", "b.gomem", "other.txt"):
        (tmp_path / "files" / name).touch()
    return path


def complete(script: Path, *words: str) -> list[str]:
    """What bash offers for the last word."""
    program = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gomem; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "-c", program, "bash", str(script), *words],
        cwd=script.parent / "files",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return [line for line in done.stdout.split("\n") if line]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([""], [*FILES, *SUBCOMMAND_NAMES]),  # gomem FILE shows whatever is in it
        (["c"], ["check", "classes", "compare", "convert", "core", "config", "completions"]),
        (["run", ""], SESSIONS),
        (["run", "--json", "m"], ["my lesson.gomem"]),
        (["run", "o"], ["other.txt"]),  # any file where no session file fits
        (["run", "--k"], ["--keep-going"]),
        (["run", "-c", ""], []),
        (["check", "b.gomem", "m"], ["my lesson.gomem"]),
        (["verify", "o"], ["other.txt"]),
        (["ot"], ["other.txt"]),
        *(([name, ""], FILES) for name in ("open", "export", "top", "advise", "diff", "core", "serve", "convert")),
        (["diff", "b.gomem", "o"], ["other.txt"]),
        (["open", "b.gomem", "o"], ["other.txt"]),
        (["verify", "--live", "o"], ["other.txt"]),  # a command, and no version
        (["verify", "--live", "1"], []),
        (["bench", "--vs-go", "o"], ["other.txt"]),
        (["bench", "--go", "1.2"], ["1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27"]),
        (["export", "b.gomem", "--focus", "m"], ["mcentral", "mcache"]),
        (["export", "-o", "o"], ["other.txt"]),
        (["config", ""], ["path", "show", "check", "cache"]),
        (["config", "check", "o"], ["other.txt"]),
        (["completions", "f"], ["fish"]),
        (["--no-mo"], ["--no-mouse"]),
        (["--theme", "l"], ["light"]),
        (["--theme", "=", "l"], ["light"]),
        (["--theme", "="], ["auto", "dark", "light", "neutral", "terminal", "mono"]),
        (["--theme", "dark", "b"], ["b.gomem"]),
        (["b.gomem", ""], []),
        (["b.gomem", "--rea"], ["--read-only"]),
    ],
    ids=" ".join,
)
def test_bash(words: list[str], offered: list[str], script: Path) -> None:
    assert sorted(complete(script, "gomem", *words)) == sorted(offered)


def test_bash_knows_journals(script: Path) -> None:
    directory = journal_directory()
    directory.mkdir(parents=True)
    assert complete(script, "gomem", "run", "--resume", "") == complete(script, "gomem", "run", "")
    for name in ("20260101-a", "20260102-b"):
        (directory / f"{name}{SUFFIX}").touch()
    assert complete(script, "gomem", "run", "--resume", "") == ["20260101-a", "20260102-b"]
    assert complete(script, "gomem", "--resume", "20260102") == ["20260102-b"]
    assert complete(script, "gomem", "--resume", "b.") == ["b.gomem"]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_knows_all_commands_and_options_and_can_be_read(shell: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["completions", shell]) == 0
    text = capsys.readouterr().out
    for command in all_commands():
        assert command.name in text
        for option in command.options:
            for name in option.names:
                assert (name if shell != "fish" else name.lstrip("-")) in text
    if shutil.which(shell):
        path = tmp_path / "script"
        path.write_text(text)
        done = subprocess.run([shell, "-n", str(path)], capture_output=True, timeout=60, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


OFFERED = [  # by fish and by zsh
    ("gomem ver", ["verify"]),
    ("gomem b", ["b.gomem", "bench"]),
    ("gomem run --k", ["--keep-going"]),
    ("gomem --theme l", ["light"]),
    ("gomem b.gomem --rea", ["--read-only"]),
    ("gomem config s", ["show"]),
    ("gomem check b.gomem m", ["my lesson.gomem"]),
    ("gomem verify o", ["other.txt"]),
    ("gomem ot", ["other.txt"]),
    ("gomem open o", ["other.txt"]),
    ("gomem run --resume 2026", ["20260101-a"]),
]


@pytest.fixture
def journal() -> None:
    journal_directory().mkdir(parents=True)
    (journal_directory() / f"20260101-a{SUFFIX}").touch()


def script_for(shell: str, folder: Path, capsys: Capture) -> Path:
    assert main(["completions", shell]) == 0
    path = folder / shell
    path.write_text(capsys.readouterr().out)
    return path


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish")
@pytest.mark.usefixtures("journal")
def test_fish(script: Path, capsys: Capture) -> None:
    path = script_for("fish", script.parent, capsys)
    program = "source $argv[1]; complete -C $argv[2]"
    for line, offered in OFFERED:
        done = subprocess.run(
            ["fish", "--no-config", "-c", program, str(path), line],
            cwd=script.parent / "files",
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert sorted({found.partition("\t")[0] for found in done.stdout.splitlines()}) == sorted(offered), line


# An interactive zsh, whose compadd also writes down what it is given; ctrl+x writes what became of the line and begins another.
ZSH = r"""
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; autoload -Uz compinit; compinit -u -D; source $SCRIPT'
zpty -w z 'compadd () { if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
    local -a hits; builtin compadd -A hits "$@"; (($#hits)) && print -rl -- $hits >> $OUT; builtin compadd "$@"; }'
zpty -w z 'over () { print -r -- "=$BUFFER" >> $OUT; zle kill-buffer; }; zle -N over; bindkey "^X" over'
zpty -w z 'bindkey "^I" complete-word; print = >> $OUT'
n=0
for line in '' "$@"; do
    [[ -z $line ]] || zpty -w -n z "$line"$'\t\x18'
    ((n += 1))
    until [[ $(grep -c '^=' $OUT) -ge $n ]]; do zpty -r -t z > /dev/null || sleep 0.02; done
done
"""


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
@pytest.mark.usefixtures("journal")
def test_zsh(script: Path, capsys: Capture) -> None:
    path, out = script_for("zsh", script.parent, capsys), script.parent / "out"
    out.touch()
    subprocess.run(
        ["zsh", "-f", "-c", ZSH, "zsh", *(line for line, _ in OFFERED)],
        cwd=script.parent / "files",
        env={**os.environ, "SCRIPT": str(path), "OUT": str(out), "TERM": "dumb"},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    found: list[list[str]] = [[]]
    for line in out.read_text().splitlines():
        if line.startswith("="):
            found.append([])
        else:
            found[-1].append(line.replace("\\ ", " "))
    assert [sorted(set(hits)) for hits in found[1:-1]] == [sorted(offered) for _, offered in OFFERED]


def test_all_subcommands_are_there() -> None:
    assert [command.name for command in all_commands()] == ["", *SUBCOMMANDS]
    assert tuple(SUBCOMMANDS) == SUBCOMMAND_NAMES


def test_each_subcommand_that_is_no_command_of_the_prompt_is_told_there() -> None:
    assert set(IN_A_SHELL) == set(SUBCOMMANDS) - set(BY_WORD) - set(MEANT)
