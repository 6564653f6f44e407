"""What statements cost: imports, large maps, and that each is planned once."""

import subprocess
import sys
import time
from typing import Any, Final

import pytest

from gomem_core.cli.measure import no_collector
from gomem_core.go import heapbits
from gomem_core.gotypes.statements import plan
from gomem_core.lang import parse
from gomem_core.session.console import Console
from tests.gotypes.statementsessions import console_of, done


def test_the_parser_is_imported_when_go_is_typed() -> None:
    code = (
        "import sys\nfrom gomem_core.session.console import Console\nc = Console(narrate=False)\n"
        "for line in ('go 1.27', 'alloc 48 as a', 'drop a', 'gc', 'goto 1'): c.submit(line)\n"
        "print('tree_sitter' in sys.modules); c.submit('new(int)'); print('tree_sitter' in sys.modules)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "True"]


_MILLION: Final = "make(map[string]int, 1000000)"
_TABLES: Final = ("alloc 48 head", "alloc 16K scan", "alloc 32 scan times 2048", "alloc 25600 scan times 2048")


@pytest.mark.parametrize(
    ("version", "narrate"), [("1.21", True), ("1.23", True), ("1.24", True), ("1.27", True), ("1.27", False)]
)
def test_a_large_map_costs_little_more_than_its_objects(version: str, narrate: bool) -> None:
    """As in the explorer, and where nobody follows; there three objects take less than it takes to read a line of Go."""

    def cost(*lines: str) -> float:
        console = Console(narrate=narrate)
        done(console, f"go {version}", "gogc off", "new(int)")
        began = time.process_time()
        done(console, *lines)
        return time.process_time() - began

    rows = done(console_of(version), _MILLION)["objects"]
    objects = _TABLES if len(rows) > 3 else tuple(f"alloc {o['size']} scan" for o in rows)
    with no_collector():  # whose work depends on all that the tests before have left
        assert min(cost(_MILLION) / cost(*objects) for _ in range(8)) < 2


@pytest.mark.parametrize("version", ["1.21", "1.23", "1.27"])
def test_the_words_of_a_large_map_are_not_gone_through(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of its words are pointers was once worked out one by one: 2 ms for the seven million of its buckets."""

    def worked_out(_pattern: heapbits.Pattern, words: int) -> int:
        raise AssertionError(f"{words} words are gone through")

    monkeypatch.setattr(heapbits, "_repeated", worked_out)
    done(console_of(version), f"{_MILLION} as m", "insert m 3")


def test_what_is_typed_is_planned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    console, plans = console_of("1.27"), []
    was = plan.Plan.ask_pairs

    def ask_pairs(*args: Any) -> int:
        plans.append(args)
        return was(*args)

    monkeypatch.setattr(plan.Plan, "ask_pairs", ask_pairs)
    line = f"{_MILLION} as m"
    command = parse(line)
    assert command is not None
    assert str(console.foresee(command, line)).startswith("4098 objects, 5")
    assert len(plans) == 1
