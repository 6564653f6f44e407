"""What is installed: every package, and every file beside the modules that gomem reads at run time."""

import fnmatch
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SETUPTOOLS: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
ROOTS: Final = ("gomem_core", "gomem_tui")


def test_every_package_is_installed() -> None:
    found = {".".join(file.relative_to(ROOT).parent.parts) for root in ROOTS for file in (ROOT / root).rglob("__init__.py")}
    assert len(found) > 30
    assert sorted(SETUPTOOLS["packages"]) == sorted(found)


def test_every_module_lies_in_a_package() -> None:
    modules = [file for root in ROOTS for file in (ROOT / root).rglob("*.py")]
    assert [file for file in modules if not (file.parent / "__init__.py").exists()] == []


def test_every_other_file_is_installed_or_only_for_readers() -> None:
    left = []
    for root in ROOTS:
        patterns = SETUPTOOLS["package-data"][root]
        for file in (ROOT / root).rglob("*"):
            name = file.relative_to(ROOT / root).as_posix()
            if file.is_dir() or file.suffix in (".py", ".pyc", ".so") or name == "README.md":
                continue
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                left.append(f"{root}/{name}")
    assert left == []
