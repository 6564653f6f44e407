"""Every command of the README works, and its tables say what the code says."""

import re
import shlex
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from gomem_core.files.script import read_script
from gomem_core.lang import parse
from gomem_core.lang.filters import filters_reader
from gomem_core.lessons import find_lesson, lessons
from gomem_core.session.console import Console
from gomem_core.session.session import Session
from gomem_tui.__main__ import main
from gomem_tui.settings.config import ConfigError, parse_config
from gomem_tui.settings.keynames import shown
from gomem_tui.settings.keys import STANDARD
from gomem_tui.settings.settings import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL = [
    line.partition("   #")[0].strip() for block in re.findall(r"```sh\n(.*?)```", README, re.S) for line in block.splitlines()
]
LANGUAGE = re.findall(r"```\n(alloc .*?)```", README, re.S)[0].splitlines()


@pytest.mark.parametrize("command", [line for line in SHELL if line.startswith("gomem ")])
def test_command(command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO()))  # nobody answers
    killed = Console(narrate=False, kind="run")  # a session to be resumed
    killed.submit("alloc 48")
    killed.leave(ended=False)
    try:
        code = main(shlex.split(command)[1:])
    except SystemExit as e:  # argparse's way to end after --help and --version
        code = e.code if isinstance(e.code, int) else 1
    assert code in (0, None)
    assert capsys.readouterr().out.strip()


def test_the_set_up_commands_are_the_two_that_ci_runs() -> None:
    assert [line for line in SHELL if not line.startswith("gomem ")] == [
        "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/gomem",
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest",
    ]


def test_the_language_lines_run_one_after_the_other() -> None:
    session = Session()
    for line in LANGUAGE:
        assert parse(line) is not None
        outcome = session.submit(line)
        assert outcome.ok, (line, outcome.error)


def test_the_lines_of_go_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("server.go").write_text("package server\n\ntype conn struct { busy bool }\n")
    console = Console(narrate=False)
    console.begin(read_script("s", "go 1.27\n", "s"))
    for line in re.findall(r"```\n(type node .*?)```", README, re.S)[0].splitlines():
        outcome = console.submit(line)
        assert outcome.ok, (line, outcome.error)
    assert console.session.objects.size(0) == 32


def test_the_filters_of_types_are_understood() -> None:
    read = filters_reader("objects")
    found = [read(text)[0] for text in re.findall(r"`(type:[^`]+)`", README)]
    assert [(one.field, one.value) for one in found] == [("type", "node"), ("type", "pair[int, bool]")]


def test_the_moves_are_understood() -> None:
    for line in re.findall(r"```\n(back .*?)```", README, re.S)[0].splitlines():
        assert parse(line) is not None


def test_the_session_file_holds_what_it_expects() -> None:
    (text,) = re.findall(r"```\n(gomem 1\n.*?)```", README, re.S)
    script = read_script("tour", text, "README.md")
    desk = Console(True, script)
    steps = 0
    while (outcome := desk.forward()) is not None:
        assert outcome.ok
        assert desk.unmet(outcome) == []
        steps += 1
    assert (steps, desk.session.bookmarks) == (2, {"cached": 2})


def keys_table() -> str:
    rows = [f"| {' '.join(f'`{shown(key)}`' for key in k.keys)} | {k.help} |" for k in STANDARD.keys]
    return "| key | what it does |\n|---|---|\n" + "\n".join(rows) + "\n"


def test_the_table_of_keys_is_the_live_one() -> None:
    assert re.findall(r"<!-- keys -->\n(.*?)<!-- /keys -->", README, re.S) == [keys_table()]


def test_the_configuration_is_one() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    config = parse_config(text, Path("README.md"))
    assert set(config.settings) == {setting.name for setting in SETTINGS}
    assert {name: config.keyboard.names(name) for name in config.keyboard.changed()} == {
        "step": ["n", "space"],
        "step_back": ["ctrl+b"],
        "next_match": ["f3"],
        "explain_quit": [],
    }


def test_a_mistake_in_the_configuration_is_told_as_shown() -> None:
    (told,) = re.findall(r"```\n(config\.toml:.*?)\n```", README)
    with pytest.raises(ConfigError) as e:
        parse_config("[explorer]\n\nmose = false", Path("config.toml"))
    assert str(e.value) == told


def test_the_table_of_settings_is_the_live_one() -> None:
    rows = []
    for setting in SETTINGS:
        options = (
            f"`{setting.option}` `--no-{setting.option[2:]}`" if setting.is_flag else f"`{setting.option} {setting.name.upper()}`"
        )
        rows.append(f"| `{setting.name}` | {options} | `{setting.variable}` |\n")
    table = "".join(["| setting | option | variable |\n|---|---|---|\n", *rows])
    assert re.findall(r"<!-- settings -->\n(.*?)<!-- /settings -->", README, re.S) == [table]


def test_what_changed_since_2018_is_told_in_lesson_12_too() -> None:
    table = README.partition("<!-- since -->\n")[2].partition("<!-- /since -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    versions = [row[2] for row in rows]
    assert versions == sorted(versions, key=lambda version: int(version.removeprefix("1.")))
    told = re.findall(r"^say - (1\.[0-9]+): ", find_lesson("popular_and_real").file.read_text(encoding="utf-8"), re.M)
    assert [*dict.fromkeys(told)] == [*dict.fromkeys(versions)]
    assert {row[3] for row in rows} <= {"–", *(str(lesson.number) for lesson in lessons())}


def test_pictures_are_there() -> None:
    for path in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / path).stat().st_size > 1000
