"""Wheels: pure by default, compiled where that is asked for and can be done; a gomem made of either says which it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

HERE = Path(__file__).parents[2]
PARTS = ("gomem_core", "gomem_tui", "pyproject.toml", "setup.py", "README.md", "LICENSE")
PICKY = """#!/bin/sh
case " $* " in *" -flto "*) echo "-flto is unknown here" >&2; touch "$(dirname "$0")/refused"; exit 1;; esac
exec cc "$@"
"""
SCRIPT = "gomem 1\ngo 1.27\nalloc 48 scan as a times 3\nexpect served mcache\ngc\n"


def run(*words: str | Path, **extra: str) -> str:
    """What a program prints, with these variables in its environment."""
    kept = {name: value for name, value in os.environ.items() if name not in ("CC", "GOMEM_COMPILE", "PYTHONPATH")}
    done = subprocess.run(words, capture_output=True, text=True, env=kept | extra, cwd=Path(words[0]).parent, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("asked", "compiler", "told", "tag"),
    [
        ("0", "any", "pure Python", "-py3-none-any.whl"),
        ("1", "any", "compiled by mypyc", ".whl"),
        ("1", "one without -flto", "compiled by mypyc", ".whl"),
        ("1", "none", "pure Python", ".whl"),
    ],
    ids=["pure", "compiled", "compiler without link-time optimization", "no compiler"],
)
def test_a_wheel_installs_and_says_what_it_is(asked: str, compiler: str, told: str, tag: str, tmp_path: Path) -> None:
    source, wheels, home = tmp_path / "source", tmp_path / "wheels", tmp_path / "venv"
    source.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (HERE / part).is_dir() else shutil.copy
        copy(HERE / part, source / part)
    path = os.environ["PATH"] if compiler != "none" else str(tmp_path / "nothing")
    picky = tmp_path / "cc"
    picky.write_text(PICKY)
    picky.chmod(0o755)
    own = {"CC": str(picky)} if compiler == "one without -flto" else {}
    pip = (sys.executable, "-m", "pip", "-q")
    run(*pip, "wheel", "--no-deps", "-w", wheels, source, GOMEM_COMPILE=asked, PATH=path, **own)
    assert (tmp_path / "refused").exists() == bool(own)
    (wheel,) = wheels.iterdir()
    assert wheel.name.endswith(tag)
    run(sys.executable, "-m", "venv", home)
    run(home / "bin" / "pip", "-q", "install", wheel)
    gomem = home / "bin" / "gomem"
    assert told in run(gomem, "--version")
    (tmp_path / "s.gomem").write_text(SCRIPT)
    assert "heap" in run(gomem, "run", tmp_path / "s.gomem")
