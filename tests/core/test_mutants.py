"""mutants.py: each of its lines is there, and a mutant that does not end is noticed."""

import time
from pathlib import Path

import pytest

from tests import mutants

ROOT = Path(__file__).parents[2]


def test_every_line_is_there_once_and_so_are_its_tests() -> None:
    for number, one in enumerate(mutants.mutants(), 1):
        assert (ROOT / one.file).read_text(encoding="utf-8").count(one.old) == 1, (number, one.file, one.old)
        assert one.new != one.old, number
        assert all((ROOT / file.partition("::")[0]).is_file() for file in one.tests), (number, one.tests)


LOOPS = """
import os, subprocess, sys
from pathlib import Path

def test_it() -> None:
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    Path("started").write_text(str(child.pid))
    while True:
        pass
"""


def test_one_that_loops_is_noticed_and_nothing_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "LONGEST_LIKELY", 8)
    (tmp_path / "test_loops.py").write_text(LOOPS)
    start = time.monotonic()
    assert mutants.is_noticed(tmp_path, ["test_loops.py"])
    assert time.monotonic() - start < 60
    child = Path("/proc", (tmp_path / "started").read_text(), "stat")
    end = time.monotonic() + 10
    while child.exists() and child.read_text().rpartition(")")[2].split()[0] not in "ZX":
        assert time.monotonic() < end, "it goes on"
        time.sleep(0.05)


@pytest.mark.parametrize(("test", "noticed"), [("assert True", False), ("assert False", True)])
def test_a_failing_test_notices(test: str, noticed: bool, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {test}\n")
    assert mutants.is_noticed(tmp_path, ["test_it.py"]) == noticed
