"""A heap dump with the call sites that a profile of the same program tells."""

from pathlib import Path

import pytest

from gomem_core.queries.amounts import amounts, stack_at
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file, open_joined
from gomem_core.world.sites import Stack
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_tui.__main__ import main
from tests.written.realfiles import NAMES, REAL

_NAME = "go1.27.3-lru"


def _path(name: str, kind: str) -> Path:
    return REAL / f"{name}.{kind}"


def _still(name: str, kind: str) -> Still:
    opened = open_file(_path(name, kind))
    assert isinstance(opened, Strip)
    return opened.shown


def _lines(stack: Stack) -> list[int]:
    """As Go's own profile has them: without the runtime's functions that allocate, and where goroutines begin."""
    whole = [site for site in stack if site.function != "runtime.goexit"]
    kept = [*whole]
    while kept and kept[0].function.startswith(("runtime.", "internal/runtime/")):
        del kept[0]
    return [site.line for site in kept or whole]  # a stack of nothing else is left as it is


@pytest.mark.parametrize("name", NAMES)
def test_a_dump_and_a_profile_of_one_program_meet(name: str) -> None:
    """The lines of a stack are what both tell, and nothing else of the dump changes."""
    dump, profile = _still(name, "heapdump.gz"), _still(name, "allocs.pb.gz")
    still = open_joined(_path(name, "allocs.pb.gz"), _path(name, "heapdump.gz")).shown
    assert still.sites is not None
    assert dump.sites is not None
    assert profile.sites is not None
    assert amounts(still, "site") == amounts(profile, "site")
    assert amounts(still, "type") == amounts(dump, "type")
    assert still.sites.slots.keys() == dump.sites.slots.keys()
    known = 0
    for slot, number in dump.sites.slots.items():
        stack, own = stack_at(still, slot), dump.sites.stacks[number]
        if stack in profile.sites.stacks:
            known += 1
            assert [site.line for site in stack] == _lines(own)
        else:
            assert stack == own
    assert f"of {len(dump.sites.slots)} sampled ones {known} have one" in still.place.note


def test_a_function_that_was_inlined_has_its_own_name() -> None:
    """The program calls `phase`, main.go line 70, which the compiler puts into `lru`: the dump has that name twice."""
    dump = _still(_NAME, "heapdump.gz")
    still = open_joined(_path(_NAME, "heap.pb.gz"), _path(_NAME, "heapdump.gz")).shown
    assert dump.sites is not None
    seen = 0
    for slot in dump.sites.slots:
        own = [(site.function, site.line) for site in stack_at(dump, slot)]
        if ("main.lru", 70) in own:
            seen += 1
            assert ("main.phase", 70) in [(site.function, site.line) for site in stack_at(still, slot)]
    assert seen > 40


def test_show_object_tells_the_line_and_the_note_how_it_is_known() -> None:
    joined = open_joined(_path(_NAME, "heap.pb.gz"), _path(_NAME, "heapdump.gz"))
    assert joined.shown.sites is not None
    slot = next(slot for slot in joined.shown.sites.slots if any(site.line == 75 for site in stack_at(joined, slot)))
    outcome = Console(True, joined).submit(f"show object {slot:#x}")
    assert outcome.result is not None
    assert any("main.lru.func1 work.go:75" in line for line in outcome.result.lines())


@pytest.mark.parametrize(
    ("beside", "dump", "why"),
    [
        (f"{_NAME}.heapdump.gz", f"{_NAME}.heapdump.gz", "neither an execution trace nor a heap profile"),
        (
            "go1.26.6-lru.heap.pb.gz",
            f"{_NAME}.heapdump.gz",
            "of 16 call stacks in the profile 0 are in the dump",
        ),
        (f"{_NAME}.heap.pb.gz", f"{_NAME}.heap.pb.gz", "only a heap dump has objects"),
    ],
)
def test_what_does_not_belong_together_is_refused(beside: str, dump: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "--json", str(REAL / beside), str(REAL / dump)]) == 3
    assert why in capsys.readouterr().err
