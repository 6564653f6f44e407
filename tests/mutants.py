"""Changes one line of gomem_core after the other (mutants.toml), and sees that the usual tests notice each.

    python tests/mutants.py [--tree PATH] [--likely] [NUMBER ...]

Works in a copy of the tree (this one, unless another is named).  A mutant's likely tests run first, then all tests
(not with --likely).
Exit code 1 if one survives, 2 if one cannot be made because its line is not there any more.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).resolve().parent
# Seconds of a run: a mutant may never end, and is noticed then.  Without one the slowest of the likely tests take a minute.
LONGEST_LIKELY: Final = 300
LONGEST: Final = 900
_TESTS_FAILED: Final = 1  # pytest's exit code
_COPIED: Final = ("gomem_core", "gomem_tui", "tests", "screenshots", "README.md", "pyproject.toml")


class Mutant(NamedTuple):
    """One line of a file, another in its place, and the files of tests that are likely to notice."""

    file: str
    old: str
    new: str
    tests: list[str]


def mutants() -> list[Mutant]:
    """All there are."""
    with (HERE / "mutants.toml").open("rb") as file:
        return [Mutant(**one) for one in tomllib.load(file)["mutant"]]


def is_noticed(tree: Path, tests: list[str]) -> bool:
    """Whether a test fails there, or does not end."""
    words = ["-m", "pytest", "-x", "-n2" if not tests else "-n0", "-p", "no:cacheprovider", "-m", "not thorough", *tests]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "unshrunk"}
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as run:
        try:
            said, _ = run.communicate(timeout=LONGEST_LIKELY if tests else LONGEST)
        except subprocess.TimeoutExpired:
            return True
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)  # its workers, and what tests started: a loop there would not end either
    if run.returncode not in (0, _TESTS_FAILED):
        raise SystemExit(f"pytest could not run {' '.join(tests) or 'all tests'}:\n{said}")
    return run.returncode == _TESTS_FAILED


def is_killed(tree: Path, mutant: Mutant, only_likely: bool) -> bool:
    """Whether the tests notice the mutant in this tree, which then is as before.  Raises ValueError: no such line."""
    path = tree / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.file} has {text.count(mutant.old)} times, not once: {mutant.old}")
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        return is_noticed(tree, mutant.tests) or (not only_likely and is_noticed(tree, []))
    finally:
        path.write_text(text, encoding="utf-8")


def main() -> int:
    """Try the mutants that are asked for, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tree", type=Path, default=HERE.parent, help="whose gomem_core and tests (default: these)")
    parser.add_argument("--likely", action="store_true", help="run only the tests that are likely to notice")
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="of a mutant, from 1 (default: all)")
    args = parser.parse_args()
    survived = missing = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in _COPIED:
            source = args.tree / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, tree / name)
        for number, mutant in enumerate(mutants(), 1):
            if args.numbers and number not in args.numbers:
                continue
            start = time.monotonic()
            try:
                killed = is_killed(tree, mutant, args.likely)
            except ValueError as e:
                print(f"{number} cannot be made: {e}")
                missing += 1
                continue
            survived += not killed
            found = "killed" if killed else "SURVIVED"
            print(f"{number} {found} in {time.monotonic() - start:.0f} s: {mutant.file}: {mutant.new.strip()}", flush=True)
    return 2 if missing else 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
