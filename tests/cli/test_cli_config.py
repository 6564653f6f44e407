"""The configuration: what is read from it, what is told of mistakes, and who outweighs whom."""

import json
import tomllib
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_tui.__main__ import main
from gomem_tui.settings.config import Config, ConfigError, config_path, effective, parse_config
from gomem_tui.settings.keynames import shown
from gomem_tui.settings.keys import IDS, STANDARD
from gomem_tui.settings.settings import SETTINGS, SettingError, declare_settings
from gomem_tui.settings.tomllines import lines_of

Capture = pytest.CaptureFixture[str]
FILE = Path("c.toml")


def asked(*words: str) -> Namespace:
    parser = ArgumentParser()
    declare_settings(parser)
    return parser.parse_args(words)


def told(text: str) -> list[str]:
    with pytest.raises(ConfigError) as e:
        parse_config(text, FILE)
    return str(e.value).splitlines()


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's configuration, which is not there yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("GOMEM_CONFIG", raising=False)
    (tmp_path / "gomem").mkdir()
    return tmp_path / "gomem" / "config.toml"


# --- Lines --------------------------------------------------------------------------------------------------------------


def test_lines() -> None:
    text = '''# [keys]
top = 1

[a]  # step = 2
"step" = [  # b
  "step", # step

  "b"]
b.c = { d = 1, e = {} }
s = """
[keys]
step = 1
"""
[x."y z".w]
k = 1
[[l]]
k = 1
[[l]]
k = 2
'''
    assert lines_of(text) == {
        ("top",): 2,
        ("a",): 4,
        ("a", "step"): 5,
        ("a", "b"): 9,
        ("a", "b", "c"): 9,
        ("a", "b", "c", "d"): 9,
        ("a", "b", "c", "e"): 9,
        ("a", "s"): 10,
        ("x",): 14,
        ("x", "y z"): 14,
        ("x", "y z", "w"): 14,
        ("x", "y z", "w", "k"): 15,
        ("l",): 16,
        ("l", "k"): 17,
    }
    assert lines_of(text.replace("\n", "\r\n")) == lines_of(text)


names = st.text("ab.\"]'[ =#\n", min_size=1, max_size=4)
values = st.one_of(
    st.integers(), st.booleans(), st.text("a\"'\n[]#= ", max_size=6), st.lists(st.text("a\n", max_size=3), max_size=3)
)


@given(st.dictionaries(names, st.dictionaries(names, values, max_size=4), max_size=4), st.data())
def test_lines_are_where_things_were_written(tables: dict[str, dict[str, object]], data: st.DataObject) -> None:
    lines: list[str] = []
    expected: dict[tuple[str, ...], int] = {}
    for table, items in tables.items():
        lines += ["# no = 1", ""][: data.draw(st.integers(0, 2))]
        lines.append(f"[{json.dumps(table)}]")
        expected[table,] = len(lines)
        for name, value in items.items():
            text = json.dumps(value)
            if isinstance(value, list):
                text = text.replace("[", "[\n").replace(", ", ",\n# [x]\n")
            begin = len(lines) + 1
            lines += f"{json.dumps(name)} = {text}".split("\n")
            expected[table, name] = begin
    assert lines_of("\n".join(lines)) == expected


# --- Mistakes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[explorer]\nthemme = 'dark'", '2: [explorer] has no setting "themme"; did you mean theme?'),
        (
            "[explorer]\n\ntheme = 'drak'",
            '3: theme is "auto", "dark", "light", "neutral", "terminal" or "mono", not "drak"; did you mean "dark"?',
        ),
        ("[explorer]\nmouse = 'no'", '2: mouse is true or false, not "no"'),
        ("[explorer]\njournal = 0", "2: journal is true or false, not 0"),
        ("[explorer]\nascii = [\n1]", '2: ascii is true, false or "auto", not a list'),
        ("[explorer]\nmouse.on = true", "2: mouse is true or false, not a section"),
        ("[explore]\n", '1: there is no section "explore", but [explorer] and [keys]; did you mean [explorer]?'),
        ("[colours]\n", '1: there is no section "colours", but [explorer] and [keys]'),
        ("theme = 'dark'", "1: theme belongs below [explorer]"),
        ("step = 'x'", "1: step belongs below [keys]"),
        ("keys = 3", "1: keys is a section: write [keys], and below it what belongs to it"),
        ("[[explorer]]\n", "1: explorer is a section: write [explorer], and below it what belongs to it"),
        ("[keys]\nstpe = 'x'", '2: no action is called "stpe"; gomem keys lists them; did you mean step?'),
        ("[keys]\nstep = 1", '2: the keys of step are a text like "space", or a list of such texts, not 1'),
        ("[keys]\nstep = ['a', 1]", '2: the keys of step are a text like "space", or a list of such texts, not a list'),
        ("[keys]\nstep = 'spcae'", '2: "spcae" is not a key; did you mean "space"?'),
        ("[keys]\nstep = 'b,x'", '2: "b,x" is not a key; several keys are a list, like ["b", "backspace"]'),
        ("[keys]\nstep = 'ctrl+i'", '2: a terminal sends the same for "ctrl+i" as for tab; did you mean "tab"?'),
        ("[keys]\nstep = ['a',\n'x']\nmark = 'X'\ncopy = 'x'", "5: x is a key of step already, in line 2"),
        ("[keys]\nstep = '.'\nmark = 'full_stop'", "3: . is a key of step already, in line 2"),
        ("[keys]\nzoom = 'tab'", "2: tab cannot be a key of zoom: it completes words in the prompt"),
        ("[keys]\nnext_pane = 'x'", "2: x cannot be a key of next_pane, which holds in the prompt, too: there it is typed"),
        ("[keys]\nquit = []", "2: quit would have no key, and nobody could leave"),
        ("[keys]\nstep = ['q', 'ctrl+q']", "2: quit would have no key, and nobody could leave"),
        ("[keys]\nback = ['x', '.']", "2: back needs a key that is not typed, like esc, or nobody could leave the prompt"),
        (
            "[keys]\nmark = 'f9'\nzoom = 'esc'",
            "3: back needs a key that is not typed, like esc, or nobody could leave the prompt",
        ),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    assert told(text) == [f"c.toml:{message}"]


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("[explorer]\ntheme = dark\n", "c.toml:2: "),
        ("[explorer]\nmouse = true\nmouse = false\n", "c.toml:3: "),
        ("a = 1\n\n[explorer\n", "c.toml:3: "),
        ("a = [1,\n\n", "c.toml:3: "),
        ("[" * 100_000, "c.toml"),
    ],
)
def test_bad_syntax(text: str, begin: str) -> None:
    (line,) = told(text)
    assert line.startswith(begin)


def test_all_mistakes_are_told_at_once_by_line() -> None:
    lines = told("[keys]\nstpe = 'x'\n[explorer]\nmouse = 1\nthemme = 1\n[zoo]")
    assert [line.split(":")[1] for line in lines] == ["2", "4", "5", "6"]


@given(
    st.recursive(st.one_of(st.booleans(), st.integers(), st.text(max_size=5)), lambda v: st.lists(v, max_size=3), max_leaves=4)
)
def test_no_value_is_too_strange(value: object) -> None:
    for name in ("explorer", "keys", "explorer.theme", "explorer.ascii", "keys.step", "keys.quit", "keys.next_pane"):
        try:
            config = parse_config(f"{name} = {json.dumps(value)}", FILE)
        except ConfigError as e:
            assert str(e).startswith("c.toml:1: ")  # noqa: PT017
        else:
            assert isinstance(config, Config)


@pytest.mark.parametrize("data", [b"\xff", b"#" * 300_000])
def test_a_file_that_is_no_text(data: bytes, mine: Path, capsys: Capture) -> None:
    mine.write_bytes(data)
    assert main(["keys"]) == 3
    assert capsys.readouterr().err.startswith(f"{mine}:")


# --- Who outweighs whom -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "environ", "text", "value", "source"),
    [
        ([], {}, "", True, "default"),
        ([], {}, "[explorer]\nmouse = false", False, "c.toml:2"),
        ([], {"GOMEM_MOUSE": "1"}, "[explorer]\nmouse = false", True, "environment, GOMEM_MOUSE"),
        ([], {"GOMEM_MOUSE": ""}, "[explorer]\nmouse = false", False, "c.toml:2"),
        (["--no-mouse"], {"GOMEM_MOUSE": "1"}, "", False, "option --no-mouse"),
        (["--mouse"], {"GOMEM_MOUSE": "off"}, "[explorer]\nmouse = false", True, "option --mouse"),
        (["--no-config"], {}, "[explorer]\nmouse = false", True, "default"),
    ],
)
def test_precedence(words: list[str], environ: Mapping[str, str], text: str, value: bool, source: str, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(text)
    chosen = effective(asked(*words), {"GOMEM_CONFIG": str(file), **environ}).settings["mouse"]
    assert (chosen.value, chosen.source.removeprefix(f"{tmp_path}/")) == (value, source)


def test_every_setting_can_be_set_in_all_three_ways(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    for setting in SETTINGS:
        named = {"theme": "light", "go": setting.words[-1] if setting.words else ""}.get(setting.name)
        word = named or (not setting.default if isinstance(setting.default, bool) else True)
        file.write_text(f"[explorer]\n{setting.name} = {json.dumps(word)}")
        option = [setting.option, named] if named else [setting.option if word else f"--no-{setting.option[2:]}"]
        found = [
            effective(asked(), {"GOMEM_CONFIG": str(file)}),
            effective(asked("--no-config"), {setting.variable: str(word).lower()}),
            effective(asked("--no-config", *option), {}),
        ]
        assert [it.settings[setting.name].value for it in found] == [word] * 3


@pytest.mark.parametrize(
    ("words", "environ", "message"),
    [
        (["--theme", "drak"], {}, '--theme: "drak" is none of auto, dark, light, neutral, terminal, mono; did you mean dark?'),
        ([], {"GOMEM_MOUSE": "maybe"}, 'GOMEM_MOUSE: "maybe" is none of 1, 0'),
        ([], {"GOMEM_ASCII": "atuo"}, 'GOMEM_ASCII: "atuo" is none of 1, 0, auto; did you mean auto?'),
    ],
)
def test_wrong_words(words: list[str], environ: Mapping[str, str], message: str) -> None:
    with pytest.raises(SettingError) as e:
        effective(asked("--no-config", *words), environ)
    assert str(e.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"[explorer]\nmouse = false\n{'.'.join('a' * 3000)} = 1\n", ':3: [explorer] has no setting "a"'),
        (f"# deep\n[{'.'.join('a' * 3000)}]\n", ':2: there is no section "a"'),
        (f"\n\ntheme = {'[' * 3000}{']' * 3000}\n", ":3: this is nested too deeply"),
        (f"\ntheme = {'{a = ' * 3000}1{'}' * 3000}\n", ":2: this is nested too deeply"),
        ("theme = [\n" + "[\n" * 3000 + "]" * 3001, ": this is nested too deeply"),
    ],
)
def test_what_is_nested_deeply_is_a_mistake_like_others(text: str, message: str, mine: Path, capsys: Capture) -> None:
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text(text)
    assert main(["config", "check"]) == 3
    assert message in capsys.readouterr().err


def test_the_place_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path({}) == tmp_path / "gomem" / "config.toml"
    assert config_path({"GOMEM_CONFIG": "x/y"}) == Path("x/y")
    with pytest.raises(ConfigError, match="No such file"):
        effective(asked(), {"GOMEM_CONFIG": str(tmp_path / "nosuch")})
    assert effective(asked(), {"GOMEM_CONFIG": "/dev/null"}).settings["mouse"].source == "default"


# --- The subcommands ----------------------------------------------------------------------------------------------------


def test_path(mine: Path, capsys: Capture) -> None:
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{mine}\n"


def test_check(mine: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["config", "check"]) == 0
    assert "there is no such file" in capsys.readouterr().out
    assert main(["config", "check", str(mine)]) == 3
    assert capsys.readouterr().err == f"{mine}: cannot be read: No such file or directory\n"
    mine.write_text("[explorer]\nmouse = false\n[keys]\nstep = 'n'\nstep_back = 'b'\n")
    assert main(["config", "check"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{mine}: fine; it sets 1 setting and the keys of 2 actions\n"
    assert err == f"{mine}: next_match had n and has none, since others took the rest\n"
    other = tmp_path / "other.toml"
    other.write_text("[keys]\nx = 1")
    assert main(["config", "check", str(other)]) == 3
    assert capsys.readouterr().err.startswith(f"{other}:2: ")


def test_show_is_a_configuration_that_says_the_same(mine: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    mine.write_text("[explorer]\nmouse = false\nascii = true\n[keys]\nstep = ['n', '↑']\nmark = []\n")
    monkeypatch.setenv("GOMEM_PRESENT", "yes")
    assert main(["config", "show", "--theme", "light"]) == 0
    out = capsys.readouterr().out
    told = {line.split(" = ")[0]: line.partition("  # ")[2] for line in out.splitlines() if " = " in line}
    assert told["theme"] == "option --theme"
    assert told["present"] == "environment, GOMEM_PRESENT"
    assert told["mouse"] == f"{mine}:2"
    assert told["journal"] == told["step_back"] == "default"
    assert told["step"] == f"{mine}:5"
    assert told["next_match"] == "default, but for keys that went to others"
    data = tomllib.loads(out)
    assert data["explorer"] == {
        "theme": "light",
        "ascii": True,
        "mouse": False,
        "journal": True,
        "present": True,
        "read_only": False,
        "go": "1.10",
    }
    assert list(data["keys"]) == list(IDS)
    first = parse_config(mine.read_text(), mine).keyboard
    assert parse_config(out, FILE).keyboard.keys == first.keys


@pytest.mark.parametrize("words", [["path", "x"], ["show", "x"], ["check", "--no-mouse"], ["nosuch"], []])
def test_usage(words: list[str], capsys: Capture) -> None:
    assert main(["config", *words]) == 2
    assert capsys.readouterr().err.startswith("usage: gomem config")


def test_keys(mine: Path, capsys: Capture) -> None:
    mine.write_text("[keys]\nstep = ['n', 'F5']\n")
    assert main(["keys"]) == 0
    out, err = capsys.readouterr()
    rows = {line[2:].split()[0]: line for line in out.splitlines()}
    assert list(rows) == list(IDS)
    assert rows["step"].split() == ["*", "step", "n", "f5", "Do", "the", "next", "step."]
    assert rows["next_match"].startswith("* next_match")
    assert rows["step_back"].startswith("  step_back")
    assert err == f"* step: by default space ({mine}:2)\n* next_match: by default n (n went to step)\n"


def test_keys_as_json(mine: Path, capsys: Capture) -> None:
    mine.write_text("[keys]\nstep = 'n'\n")
    assert main(["keys", "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert records[0] == {"id": "step", "keys": ["n"], "help": "Do the next step.", "rebound": True, "default": ["space"]}
    assert main(["keys", "--json", "--no-config"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["keys"] for record in records] == [[shown(name) for name in key.keys] for key in STANDARD.keys]
    assert not any(record["rebound"] for record in records)


def test_what_holds_as_json(capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[keys]\nstep = ["n"]\n')
    monkeypatch.setenv("GOMEM_CONFIG", str(path))
    monkeypatch.setenv("GOMEM_THEME", "light")
    assert main(["config", "show", "--json", "--no-mouse"]) == 0
    found = {(one["section"], one["name"]): one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["explorer", "theme"] == {
        "section": "explorer", "name": "theme", "value": "light", "source": "environment, GOMEM_THEME"
    }  # fmt: skip
    assert found["explorer", "mouse"]["value"] is False
    assert found["explorer", "mouse"]["source"] == "option --no-mouse"
    assert found["keys", "step"] == {"section": "keys", "name": "step", "value": ["n"], "source": f"{path}:2"}
    assert found["keys", "next_match"]["value"] == []
    assert found["keys", "step_back"]["value"] == ["b", "u"]


@pytest.mark.parametrize("what", ["path", "check"])
def test_json_is_for_what_holds(what: str, capsys: Capture) -> None:
    assert main(["config", what, "--json"]) == 2
    assert "--json is for gomem config show" in capsys.readouterr().err
