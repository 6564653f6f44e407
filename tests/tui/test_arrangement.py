"""Which panes a terminal shows, without a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_tui.explorer.arrangement import ADVISE, HALVES, PANES, PLACES, TYPES, WHY, Arrangement


def arranged(size: tuple[int, int], *chosen: int, zoomed: bool = False) -> Arrangement:
    arrangement = Arrangement()
    arrangement.size = size
    for number in chosen:
        arrangement.choose(number)
    arrangement.zoomed = zoomed
    return arrangement


@pytest.mark.parametrize(
    ("size", "chosen", "zoomed", "shown"),
    [
        ((80, 24), (), False, {1}),
        ((80, 24), (5,), False, {5}),
        ((80, 24), (5, WHY), False, {5}),
        ((120, 40), (), False, {1, 2, 3, 4}),
        ((120, 40), (7, 9), False, {9, 2, 3, 7}),
        ((120, 40), (7, 5), False, {1, 2, 3, 5}),
        ((120, 40), (8,), True, {8}),
        ((200, 60), (), False, {*PANES} - {ADVISE, TYPES}),
        ((200, 60), (ADVISE,), False, {*PANES} - {7, TYPES}),
        ((200, 60), (TYPES,), False, {*PANES} - {9, ADVISE}),
        ((120, 40), (TYPES,), False, {TYPES, 2, 3, 4}),
        ((120, 40), (7, ADVISE), False, {1, 2, 3, ADVISE}),
        ((200, 30), (), False, {1}),
        ((60, 40), (), False, {1, 2}),
        ((60, 40), (3,), False, {1, 3}),
        ((60, 40), (3, 9, 7), False, {9, 7}),
        ((60, 40), (3, WHY), False, {1, 3}),
        ((60, 40), (3,), True, {3}),
        ((109, 36), (), False, {1, 2}),
        ((109, 35), (), False, {1}),
        ((118, 36), (), False, {1, 2, 3, 4}),
    ],
)
def test_shown(size: tuple[int, int], chosen: tuple[int, ...], zoomed: bool, shown: set[int]) -> None:
    assert arranged(size, *chosen, zoomed=zoomed).shown() == shown


@given(
    size=st.tuples(st.integers(0, 300), st.integers(0, 100)),
    chosen=st.lists(st.sampled_from(list(PANES)), max_size=8),
    zoomed=st.booleans(),
)
def test_the_pane_with_the_keyboard_is_shown(size: tuple[int, int], chosen: list[int], zoomed: bool) -> None:
    arrangement = arranged(size, *chosen, zoomed=zoomed)
    assert arrangement.current == WHY or arrangement.current in arrangement.shown()


@pytest.mark.parametrize("places", [PLACES, HALVES])
def test_every_pane_but_why_has_one_place(places: tuple[tuple[int, ...], ...]) -> None:
    assert sorted(number for share in places for number in share) == sorted(set(PANES) - {WHY})


def test_turning_goes_round() -> None:
    arrangement = Arrangement()
    for _ in PANES:
        arrangement.choose(arrangement.neighbour(1))
    assert arrangement.current == 1
    assert arrangement.neighbour(-1) == max(PANES)
