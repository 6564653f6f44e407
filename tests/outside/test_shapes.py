"""Many objects are counted by type at once, and come out as they do one by one."""

from pathlib import Path

import pytest

from gomem_core.files.stillfile import still_bytes
from gomem_core.queries import amounts, shapesums
from gomem_core.queries.typeorder import TypeOrder
from gomem_core.session.opened import open_core_file, open_file
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from tests.outside.corefiles import NAMES, WITH_EXE, unpacked


def core(name: str) -> Still:
    exe = Path(unpacked(f"{name}.exe")) if name in WITH_EXE else None
    return open_core_file(Path(unpacked(f"{name}.core")), exe).shown


def one_by_one(still: Still, monkeypatch: pytest.MonkeyPatch) -> list[amounts.Amount]:
    monkeypatch.setattr(amounts, "_MANY", 1 << 60)
    return amounts.amounts(still, "type")


@pytest.mark.parametrize("at_once", [1000, 1 << 17])
@pytest.mark.parametrize("name", NAMES)
def test_a_core_has_the_same_types_and_shapes(name: str, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    still = core(name)
    expected = one_by_one(still, monkeypatch)
    monkeypatch.setattr(amounts, "_MANY", 0)
    monkeypatch.setattr(shapesums, "_AT_ONCE", at_once)
    assert amounts.amounts(still, "type") == expected
    assert sum(one.objects for one in expected) == len(still.objects) > 0


def test_a_still_from_a_file_has_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bits are integers there, one a span."""
    path = tmp_path / "kept.still"
    path.write_bytes(still_bytes(core(NAMES[0])))
    opened = open_file(path)
    assert isinstance(opened, Strip)
    expected = one_by_one(opened.shown, monkeypatch)
    monkeypatch.setattr(amounts, "_MANY", 0)
    assert amounts.amounts(opened.shown, "type") == expected


def test_the_pane_counts_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who changes the heap waits for a slice, not for all of them."""
    monkeypatch.setattr(amounts, "_MANY", 0)
    monkeypatch.setattr(shapesums, "_AT_ONCE", 100)
    still = core(NAMES[0])
    order = TypeOrder(lambda: still, 0)
    work, slices = order.work(), 0
    while True:
        try:
            assert next(work) is None
        except StopIteration as done:
            done.value()
            break
        slices += 1
    assert slices == -(-len(still.objects) // 100)
    assert sorted(order.rows()) == sorted(amounts.amounts(still, "type"))
