"""Which images stay when memory is short."""

import pytest

from gomem_core.classic.image import capture
from gomem_core.classic.malloc import Heap
from gomem_core.session.checkpoints import Checkpoint, Checkpoints

IMAGE = capture(Heap())


def at(step: int) -> Checkpoint:
    """A checkpoint in a session in which each step is one unit of work."""
    return Checkpoint(step, step, IMAGE, ("what", step), 0, True)


def test_wherever_the_cursor_goes_no_place_gets_far_from_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gomem_core.session.checkpoints.MOST_WORK", 100)
    monkeypatch.setattr("gomem_core.session.checkpoints.MOST_LOOSE", 0)
    monkeypatch.setattr("gomem_core.session.checkpoints.MOST_BYTES", 200_000)
    kept = Checkpoints(at(0))
    for step in range(100, 20_000, 100):
        kept.add(at(step), step, inside=False)
    for step in [*range(33, 9_000, 90), *range(30, 5_000, 170)]:
        kept.add(at(step), step, inside=True)
    steps = [one.step for one in kept.between(0, 20_000)]
    assert kept.nbytes <= 200_000
    assert max(b - a for a, b in zip(steps, [*steps[1:], 20_000], strict=True)) <= 400


def test_what_is_packed_is_the_same_and_smaller() -> None:
    one = at(3)
    before = one.nbytes
    one.pack()
    assert one.is_packed
    assert one.contents() == (IMAGE, ("what", 3))
    assert one.nbytes < before


def test_only_stretches_on_the_way_are_between() -> None:
    kept = Checkpoints(at(0))
    for step in (10, 20, 30):
        kept.add(at(step), step, inside=False)
    assert [one.step for one in kept.between(10, 20)] == [10]
    assert [one.step for one in kept.between(25, 10)] == [10, 20]
    assert [one.step for one in kept.between(20, 20)] == []
