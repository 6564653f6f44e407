"""Which panes a terminal shows, without a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import PANES
from gomem_tui.explorer.arrangement import HALVES, PLACES, Arrangement


def arranged(size: tuple[int, int], *chosen: Pane, zoomed: bool = False) -> Arrangement:
    arrangement = Arrangement()
    arrangement.size = size
    for name in chosen:
        arrangement.choose(name)
    arrangement.zoomed = zoomed
    return arrangement


@pytest.mark.parametrize(
    ("size", "chosen", "zoomed", "shown"),
    [
        ((80, 24), (), False, {"spans"}),
        ((80, 24), ("mcache",), False, {"mcache"}),
        ((80, 24), ("mcache", "why"), False, {"mcache"}),
        ((120, 40), (), False, {"spans", "arena", "bitmap", "mcentral"}),
        ((120, 40), ("heap", "objects"), False, {"objects", "arena", "bitmap", "heap"}),
        ((120, 40), ("heap", "mcache"), False, {"spans", "arena", "bitmap", "mcache"}),
        ((120, 40), ("layout",), True, {"layout"}),
        ((200, 60), (), False, {*PANES} - {"advise", "types"}),
        ((200, 60), ("advise",), False, {*PANES} - {"heap", "types"}),
        ((200, 60), ("types",), False, {*PANES} - {"objects", "advise"}),
        ((120, 40), ("types",), False, {"types", "arena", "bitmap", "mcentral"}),
        ((120, 40), ("heap", "advise"), False, {"spans", "arena", "bitmap", "advise"}),
        ((200, 30), (), False, {"spans"}),
        ((60, 40), (), False, {"spans", "arena"}),
        ((60, 40), ("bitmap",), False, {"spans", "bitmap"}),
        ((60, 40), ("bitmap", "objects", "heap"), False, {"objects", "heap"}),
        ((60, 40), ("bitmap", "why"), False, {"spans", "bitmap"}),
        ((60, 40), ("bitmap",), True, {"bitmap"}),
        ((109, 36), (), False, {"spans", "arena"}),
        ((109, 35), (), False, {"spans"}),
        ((118, 36), (), False, {"spans", "arena", "bitmap", "mcentral"}),
    ],
)
def test_shown(size: tuple[int, int], chosen: tuple[Pane, ...], zoomed: bool, shown: set[Pane]) -> None:
    assert arranged(size, *chosen, zoomed=zoomed).shown() == shown


@given(
    size=st.tuples(st.integers(0, 300), st.integers(0, 100)),
    chosen=st.lists(st.sampled_from(list(PANES)), max_size=8),
    zoomed=st.booleans(),
)
def test_the_pane_with_the_keyboard_is_shown(size: tuple[int, int], chosen: list[Pane], zoomed: bool) -> None:
    arrangement = arranged(size, *chosen, zoomed=zoomed)
    assert arrangement.current == "why" or arrangement.current in arrangement.shown()


@pytest.mark.parametrize("places", [PLACES, HALVES])
def test_every_pane_but_why_has_one_place(places: tuple[tuple[Pane, ...], ...]) -> None:
    assert sorted(name for share in places for name in share) == sorted(set(PANES) - {"why"})


def test_turning_goes_round() -> None:
    arrangement = Arrangement()
    for _ in PANES:
        arrangement.choose(arrangement.neighbour(1))
    assert arrangement.current == "spans"
    assert arrangement.neighbour(-1) == [*PANES][-1]
