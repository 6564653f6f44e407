"""What a typed line costs: counted in Python calls, which are the same on every machine."""

import sys

import pytest

from gomem_core.session.console import Console


@pytest.mark.parametrize(("release", "most"), [("1.10", 200), ("1.27", 255)])
def test_a_typed_allocation_takes_few_calls(release: str, most: int) -> None:
    console = Console(narrate=True)
    console.submit(f"go {release}")
    assert console.session.release.version == release
    for line in ["alloc 48 scan"] * 3:
        assert console.submit(line).error is None
    calls: list[str] = []

    def note(frame: object, event: str, _arg: object) -> None:
        if event == "call":
            calls.append(str(frame))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        outcome = console.submit("alloc 48 scan")
    finally:
        sys.setprofile(before)
    assert outcome.error is None
    assert 50 < len(calls) <= most
