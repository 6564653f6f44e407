"""`gomem bench`: that it measures what it says.  How fast the machine is, no test asks."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from gomem_core.classic import malloc
from gomem_core.cli import bench, measure, vsgo
from gomem_core.cli.measure import Effort
from gomem_tui.__main__ import main
from tests.cli.process import ROOT, environment
from tests.outside import goprograms

BRIEF = Effort(2, 300, 300)
MEASURED = cache(bench._measure)  # once for all tests


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_core.cli.bench.FULL", BRIEF)
    monkeypatch.setattr("gomem_core.cli.bench._measure", MEASURED)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    found = json.loads(out)
    goals = {row["operation"]: row["goal_calls"] for row in found["operations"]}
    assert [goal for goal in goals.values() if goal] == [40, 25, 40, 25, 40]
    assert len(goals) == 9
    assert all(row["ns"] > 0 and row["calls"] > 0 for row in found["operations"])
    assert all(row["spans"] == [100, 300] and row["ratio"] > 0 for row in found["growth"])
    kinds = ("alloc 64 B", "alloc 64 B scan", "alloc 8 B, tiny", "alloc 64 B, many at once", "drop 64 B", "link", "refill")
    assert {*kinds} < {row["operation"] for row in found["growth"]}
    # An mspan has more than a dozen fields of 8 bytes, and half of 8 KB would be no way to describe 8 KB.
    assert 150 < found["memory"]["span"] < 4096


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench"]) == 0
    out = capsys.readouterr().out
    for word in ("≤ 25", "≤ 40", "64 B noscan, mcache hit", "churn", "a million live objects", "100 spans", "300 spans"):
        assert word in out


@pytest.mark.parametrize(("size", "ptrdata"), [(8, 8), (64, 0), (1024, 1024)])
def test_only_hits_are_measured(size: int, ptrdata: int) -> None:
    assert measure.small_hits(size, ptrdata, BRIEF).ns > 0  # it counts them itself


def test_the_memory_of_a_million_is_scaled() -> None:
    # 64 B objects: 128 a span, so a million need 7812 spans, of some hundred bytes each.
    assert 7812 * 150 < measure.bytes_per_million(BRIEF, 64, 0) < 7812 * 4096


def test_it_needs_no_screen() -> None:
    code = "import sys, gomem_core.cli.bench; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    assert {"gomem_core.cli.measure", "gomem_core.session.engine"} <= (imported := set(done.stdout.split()))
    assert imported.isdisjoint({"textual", "rich", "numpy"})


def test_beside_a_real_program(capsys: pytest.CaptureFixture[str]) -> None:
    goprograms.need("1.27")
    go = goprograms.toolchain("1.27")
    assert main(["bench", "--quick", "--json", "--go", "1.27", "--vs-go", str(go)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["go"], found["real"]) == ("1.27", "go1.27.3")
    assert set(found["ns"]) == {"hit", "hit_scan", "tiny", "refill", "large", "gc"}
    for one in found["ns"].values():
        assert one["pure"] > one["go"] / 100, "both are measured in ns an operation"
        is_pure = malloc.__file__.endswith(".py")
        assert (one["compiled"] is None) == (one["compiled_at_once"] is None) == is_pure
    assert found["ns"]["hit"]["pure_at_once"] < found["ns"]["hit"]["pure"], "by a factor of five where nobody disturbs it"
    floor = found["floor"]["compiled"] or found["floor"]["pure"]
    assert 0 < floor["alloc"] < (found["ns"]["hit"]["compiled"] or found["ns"]["hit"]["pure"])
    assert floor["drop"] > 0
    assert found["ns"]["gc"]["go_at_once"] > 0
    # To clear 64 KB takes longer than to find 64 bytes.
    assert found["ns"]["large"]["go"] > found["ns"]["hit"]["go"] > 0


def test_the_pure_model_is_that_of_the_gomem_that_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever measures in the sources of another version, say in a checkout beside the installed one."""
    (tmp_path / "gomem_core").mkdir()
    (tmp_path / "gomem_core" / "__init__.py").write_text("raise SystemExit('this is another gomem')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert vsgo._pure(BRIEF, 1)["one"]["hit"] > 0


@pytest.mark.parametrize(
    ("go", "message"),
    [("/nonexistent/go", "cannot run /nonexistent/go: "), ("/bin/false", "/bin/false build fails: exit code 1")],
)
def test_what_is_no_toolchain_is_told(go: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--vs-go", go]) == 3
    assert message in capsys.readouterr().err
