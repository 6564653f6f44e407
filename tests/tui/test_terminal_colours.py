"""Every byte of a tour, in each theme and depth: no colour that was not asked for, no sign that was not."""

import re
from pathlib import Path
from typing import Any, cast

import pytest
from _pytest.mark.structures import ParameterSet

from tests.tui.terminal import Terminal

SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
COLOURS = {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}


def also(*values: object) -> ParameterSet:
    """A case for .ci/thorough: another has shown the same way through the code."""
    return pytest.param(*values, marks=pytest.mark.thorough)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLORTERM", "NO_COLOR", "COLORFGBG", "GOMEM_THEME", "GOMEM_ASCII", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


def tour(*args: str, **env: str) -> bytes:
    """Start, steps, prompt with completion and a mistake, help, palette, zoom, back, leave: all that was written."""
    terminal = Terminal(*args, columns=120, rows=40, **cast("Any", env))
    terminal.wait_for("does")
    for keys in ("   ", ".", ",", "z", "z", ":al\t", " 48 as x\r", "nonsense\r"):
        terminal.send(keys)
        terminal.settle()
    terminal.escape()
    for keys in ("?", "j"):
        terminal.send(keys)
        terminal.settle(0.3)
    terminal.escape()
    terminal.send("\x10")  # ctrl+p
    terminal.settle(0.5)
    terminal.escape()
    terminal.send("b")
    terminal.settle()
    terminal.send("q")
    assert terminal.exit_code() == 0
    return terminal.bytes


def settings(written: bytes) -> list[list[int]]:
    return [[int(n) for n in re.split(rb"[;:]", codes) if n] for codes in SGR.findall(written)]


def depths(written: bytes) -> set[str]:
    """Which sorts of colours were set."""
    found = set()
    for codes in settings(written):
        while codes:
            code = codes.pop(0)
            if code in (38, 48):
                sort = codes.pop(0)
                found.add({5: "256", 2: "truecolor"}[sort])
                del codes[: 1 if sort == 5 else 3]
            elif code in COLOURS:
                found.add("16")
    return found


def test_over_ssh_there_are_256_colours_and_not_one_of_another_sort_and_light_differs_from_dark() -> None:
    dark, light = tour(), tour("--theme", "light")
    for written in (dark, light):
        assert depths(written) <= {"256", "16"}
        assert "256" in depths(written)
    assert settings(light) != settings(dark)


@pytest.mark.thorough
def test_all_colours_where_the_terminal_has_them() -> None:
    assert depths(tour(COLORTERM="truecolor")) <= {"256", "16", "truecolor"}


@pytest.mark.parametrize("env", [{"TERM": "xterm"}, also({"TERM": "linux"}), also({"GOMEM_THEME": "terminal"})], ids=str)
def test_the_terminals_own_sixteen(env: dict[str, str]) -> None:
    assert depths(tour(**env)) == {"16"}


@pytest.mark.parametrize(
    "env", [also({"NO_COLOR": "1"}), {"NO_COLOR": "1", "COLORTERM": "truecolor"}, also({"GOMEM_THEME": "mono"})], ids=str
)
def test_no_colour_is_not_one_colour_code(env: dict[str, str]) -> None:
    assert depths(tour(**env)) == set()


def test_an_unknown_theme_names_the_near_one() -> None:
    terminal = Terminal("--theme", "drak")
    assert terminal.exit_code() == 2
    assert b"dark" in terminal.bytes


@pytest.mark.parametrize("how", [also({"GOMEM_ASCII": "1"}), {"LANG": "C", "LC_ALL": "C"}], ids=str)
def test_ascii_is_ascii(how: dict[str, str]) -> None:
    written = tour(**how)
    assert max(written) < 0x80, sorted({chr(c) for c in written.decode("utf-8", "replace").encode("utf-16-le")[::2] if c > 0x7F})


@pytest.mark.parametrize(
    ("how", "allowed"),
    [({"NO_COLOR": "1", "GOMEM_ASCII": "1"}, set()), also({"GOMEM_THEME": "terminal"}, {"16"}), ({}, {"16", "256"})],
    ids=["none", "sixteen", "all"],
)
def test_the_menu_of_lessons_keeps_to_it_too(how: dict[str, str], allowed: set[str]) -> None:
    terminal = Terminal("learn", **cast("Any", how))
    terminal.wait_for("enter open")
    terminal.send("j?")
    terminal.wait_for("esc and q leave.")
    terminal.send("q")
    assert terminal.exit_code() == 0
    assert depths(terminal.bytes) <= allowed
    assert terminal.bytes.isascii() == ("GOMEM_ASCII" in how)


def test_a_name_that_is_no_theme_in_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gomem").mkdir()
    (tmp_path / "gomem" / "config.toml").write_text('[explorer]\ntheme = "lihgt"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    terminal = Terminal()
    assert terminal.exit_code() == 3
    assert b"config.toml:2: " in terminal.bytes
    assert b"light" in terminal.bytes
