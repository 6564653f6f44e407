"""`gomem verify --live`, and real heaps that are taken up: what the model says beforehand, and what a real Go does then."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gomem_core.both import slots, tiny
from gomem_core.go.versions import GO_1_26
from gomem_core.modern import malloc
from gomem_core.modern.seed import heap_of
from gomem_core.recordings import goprogram, live
from gomem_core.recordings.goprogram import ALLOC_NOSCAN, ALLOC_SCAN, LiveError, Request, Runner, build, known_as, toolchain_of
from gomem_core.recordings.liveload import Load
from gomem_core.session.console import Console
from gomem_core.session.opened import open_process
from gomem_core.world.interrupt import Progress
from gomem_tui.__main__ import main
from gomem_tui.explorer.app import Explorer
from tests.outside.goprograms import CACHE, VERSIONS, built, need, running, toolchain
from tests.tui.test_app_still import typed

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COLUMNS = ("addresses", "events", "snapshots", "heapbits", "memstats")
ALL = [pytest.param(minor, marks=() if minor in ("1.21", "1.27") else pytest.mark.thorough) for minor in VERSIONS]
SPARE = goprogram.SLOTS - 2  # a slot of the runner that no load comes to in so few operations


@pytest.fixture(autouse=True)
def build_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go keeps what it has compiled where the other tests' programs have it, too."""
    monkeypatch.setenv("GOCACHE", str(CACHE / "gocache"))


def go_of(minor: str) -> str:
    need(minor)
    return str(toolchain(minor))


def verified(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    assert main(["verify", "--json", *words]) == code
    out, err = capsys.readouterr()
    assert err == ""
    found: dict[str, Any] = json.loads(out)
    return found


def is_equal(report: dict[str, Any]) -> bool:
    return all(report[name]["compared"] == report[name]["equal"] for name in COLUMNS) and report["first_difference"] is None


# --- A real Go does what the model says ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minor", "seed"), [("1.21", 7), ("1.27", 8)])
def test_a_short_run_is_exact(minor: str, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    report = verified(capsys, "--live", go_of(minor), "--ops", "400", "--seed", str(seed))
    assert is_equal(report), report
    assert report["go"] == f"go{VERSIONS[minor]}"
    assert report["ops"] == 400
    assert report["known_as"] is None
    assert report["addresses"]["compared"] > 200
    assert report["snapshots"]["compared"] == report["stops"] - report["own_stops"] > 10
    assert report["collections"] >= 1
    assert report["events"]["compared"] > 100  # objects that a collection keeps, or frees
    assert report["heapbits"]["compared"] > 10


@pytest.mark.thorough
@pytest.mark.parametrize("minor", VERSIONS)
def test_ten_thousand_operations_are_exact(minor: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = verified(capsys, "--live", go_of(minor), "--ops", "10000", "--seed", "3")
    assert is_equal(report), report
    assert report["own_stops"] <= 0.01 * report["stops"]
    assert report["collections"] > 20
    assert report["memstats"]["compared"] > 20


def test_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--live", go_of("1.27"), "--ops", "60"]) == 0
    heading, row, load, own = capsys.readouterr().out.splitlines()
    assert heading.split() == ["file", "go", "ops", *COLUMNS, "result"]
    assert row.split()[1:3] == [f"go{VERSIONS['1.27']}", "60"]
    assert row.split()[-1] == "equal"
    assert load.startswith("seed 1: ")
    assert own == "the runtime did nothing for itself in between"


@pytest.mark.parametrize("command", re.findall(r"^gomem (verify --live .*?)(?:   #.*)?$", README, re.M))
def test_a_command_of_the_readme(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, live, go, *rest = command.split()
    assert (live, go, rest) in (("--live", "go", []), ("--live", "go", ["--ops", "10000", "--seed", "7"]))
    assert main(["verify", "--live", go_of("1.27"), *rest, "--ops", "30"]) == 0  # fewer: that has been shown
    assert " equal" in capsys.readouterr().out


def test_the_load_is_the_same_for_a_seed() -> None:
    one, same, other = ([*Load(GO_1_26, seed).batches(500)] for seed in (5, 5, 6))
    assert one == same != other
    assert sum(map(len, one)) == 500


# --- What differs is told, and what the runtime does for itself is no difference --------------------------------------------


def test_a_model_that_is_wrong_is_found_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(tiny, "tiny_offset", lambda offset, _size: (offset + 7) & ~7)  # as if every tiny object had 8 bytes
    assert main(["verify", "--live", go_of("1.21"), "--ops", "120", "--seed", "2"]) == 1
    *_, blank, where, expected, got = capsys.readouterr().out.splitlines()
    assert blank == ""
    assert where.startswith("seed 2, stop ")
    assert ": alloc noscan " in where
    assert expected.startswith("  expected address 0xc0")
    assert got.startswith("  got      address 0xc0")


def test_a_model_that_cannot_go_on_is_wrong(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(malloc.Heap, "drop", lambda *_: slots.throw("dropped_is_there", "it is not"))
    report = verified(capsys, "--live", go_of("1.21"), "--ops", "150", code=1)
    difference = report["first_difference"]
    assert (difference["what"], difference["got"]) == ("the model", "Throw: dropped_is_there: it is not")
    assert report["ops"] < 150


class Disturbed:
    """A runner that allocates something of its own before a few of the batches, as the runtime may."""

    def __init__(self, runner: Runner, size: int, batches: Sequence[int]) -> None:
        self.pid = runner.pid
        self._runner, self._size, self._batches = runner, size, batches
        self._asked = 0

    def ask(self, requests: Sequence[Request]) -> list[int]:
        if requests[0][0] != goprogram.YIELD:
            self._asked += 1
            if self._asked in self._batches:
                self._runner.ask([(ALLOC_NOSCAN, SPARE, self._size, 0)])
        return self._runner.ask(requests)


@pytest.mark.parametrize(
    ("size", "told"), [(5000, "1 object of 5376 bytes"), (3, "1 tiny object in a block"), (70_000, "1 object of whole pages")]
)
def test_allocations_of_others_are_counted(size: int, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tools = toolchain_of(go_of("1.21"))
    with goprogram.running(build(tools, tmp_path)) as runner:
        # A tiny object shares a block only behind another one.
        disturbed: Any = Disturbed(runner, size, (5,))
        one = live.Live(disturbed, tools, 1)
        if size < 16:
            monkeypatch.setattr(one._load, "batches", lambda _: [[(ALLOC_NOSCAN, n, 1, 0)] for n in range(12)])
        one.run(150, Progress())
        report = one.report
    assert report.first_difference is None
    assert report.all_equal
    assert report.own_stops == 1
    assert not report.is_disturbed
    assert told in report.of_the_runtime[0]


def test_too_much_of_that_is_no_success(tmp_path: Path) -> None:
    tools = toolchain_of(go_of("1.21"))
    with goprogram.running(build(tools, tmp_path)) as runner:
        disturbed: Any = Disturbed(runner, 5000, (2, 4, 6))
        one = live.Live(disturbed, tools, 1)
        one.run(150, Progress())
    assert one.report.own_stops == 3
    assert one.report.all_equal
    assert one.report.is_disturbed  # 3 of about 10 stops


# --- What cannot be compared ------------------------------------------------------------------------------------------------


def fake(tmp_path: Path, version: str, rest: str, system: str = "linux") -> str:
    """A go command that says of itself what is wanted."""
    path = tmp_path / "go"
    told = json.dumps({"GOVERSION": version, "GOOS": system, "GOARCH": "amd64"})
    path.write_text(f"#!/bin/sh\nif [ $1 = env ]; then echo '{told}'; exit; fi\n{rest}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("go", "error"),
    [
        ("nosuchgo", "nosuchgo cannot be run: No such file or directory"),
        ("/", "/ cannot be run: Permission denied"),
        ("/bin/true", "/bin/true is not the go command: it told '' of itself"),
        ("/bin/false", "/bin/false could not tell its version: exit code 1"),
    ],
)
def test_no_go(go: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--live", go]) == 3
    assert capsys.readouterr() == ("", f"gomem: {error}\n")


@pytest.mark.parametrize(
    ("version", "rest", "system", "error"),
    [
        ("go1.27.3", "echo ./main.go:1: no; echo disk full >&2; exit 1", "linux", "could not build the runner: disk full"),
        ("go1.20.1", "", "linux", "is go1.20.1, and real heaps are known from go1.21 to go1.27"),
        ("devel", "", "linux", "says of itself devel, which is no version of Go"),
        ("go1.27.3", "", "windows", "builds for windows/amd64, and only heaps of linux/amd64 are modelled"),
        ("go1.27.3", "printf '#!/bin/sh\\nexit 7' > $3; chmod +x $3", "linux", "the runner has ended (7)"),
    ],
)
def test_a_go_that_does_not_do(
    version: str, rest: str, system: str, error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--live", fake(tmp_path, version, rest, system)]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gomem: ")
    assert err.endswith(f"{error}\n")
    assert err.count("\n") == 1


def test_a_later_go_is_tried_as_the_latest_that_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert known_as("go", "devel go1.30-abcdef") == "go1.27"
    fake(tmp_path, "go1.30.1", f'exec {go_of("1.27")} "$@"')
    monkeypatch.chdir(tmp_path)
    report = verified(capsys, "--live", "./go", "--ops", "40")
    assert (report["go"], report["known_as"], is_equal(report)) == ("go1.30.1", "go1.27", True)


def test_without_permission(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("gomem_core.outside.hold._ptrace", None)
    assert main(["verify", "--live", go_of("1.21")]) == 3
    assert capsys.readouterr() == ("", "gomem: this system has no ptrace, with which a process is held still\n")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--live", "go", "x.jsonl"], "either recordings or --live GO, not both"),
        (["--ops", "10", "x.jsonl"], "--ops and --seed are for --live GO: a recording has its own operations"),
        (["--live", "go", "--ops", "0"], "0 is not a number from 1 to 999999999"),
        ([], "FILE, or --live GO"),
    ],
)
def test_command_lines_that_mean_nothing(words: list[str], error: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", *words]) == 2
    assert error in capsys.readouterr().err


def test_a_runner_that_ends_is_told(tmp_path: Path) -> None:
    tools = toolchain_of(go_of("1.21"))
    with goprogram.running(build(tools, tmp_path)) as runner:
        assert runner.ask([(99, 0, 0, 0)]) == [1]  # it does not know that
        with pytest.raises(LiveError, match="the runner has ended"):
            runner.ask([(goprogram.LINK, 5, 0, 6)])  # there is no such object


# --- A real heap is taken up ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minor", ALL)
async def test_a_running_program_is_taken_up_in_the_explorer(minor: str, tmp_path: Path) -> None:
    """The explorer says where the next objects will lie; then the program allocates them."""
    with goprogram.running(build(toolchain_of(go_of(minor)), tmp_path)) as runner:
        for _ in range(20):  # until what the last collection needed is given back
            runner.ask([(goprogram.YIELD, 0, 0, 0)])
        console = Console(True, open_process(runner.pid))
        app = Explorer(console)
        async with app.run_test(size=(120, 40)) as pilot:
            before = console.submit("take-up").error
            assert before is not None
            assert "save it first" in before.message
            lines = ("take-up", "alloc 4096 scan as a", "alloc 30000 as b", "alloc 24 scan as c")
            for line in (f"save {tmp_path / 'heap.still'}", *lines):
                await typed(pilot, line)
                if line == "take-up":
                    assert "so they are never freed; another arena is taken right behind the last one" in app.message
        said = [console.session.address_of(name) for name in "abc"]
        requests = [(ALLOC_SCAN, 0, 4096, 0), (ALLOC_NOSCAN, 1, 30000, 0), (ALLOC_SCAN, 2, 24, 0)]
        assert runner.ask(requests) == said
        assert console.session.check("full")


@pytest.mark.parametrize("minor", ALL)
def test_a_program_with_several_ps_goes_on(minor: str) -> None:
    """What its MemStats are is what the allocator counts, and then it does all that it can be asked for."""
    with running(built("many", minor), N="300") as program:
        still = open_process(program.pid).shown
    heap = heap_of(still)
    assert len(heap.mcaches) > 1
    told = heap.mem_stats()._asdict()
    known = still.sums.mem_stats()._asdict()
    counted = [name for name, value in told.items() if value is not None]
    assert {name: told[name] for name in counted} == {name: known[name] for name in counted}
    heap.collect()
    heap.use_p(1)
    heap.alloc(5000, 5000)
    heap.procs(1)
    heap.check("full")
    heap.free_os_memory()
    heap.alloc(100)
    heap.check("full")
