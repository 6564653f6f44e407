"""Long lists and large numbers in the mcentral pane."""

from collections.abc import Callable

import pytest

from gomem_core.classic.view_lists import ListView
from gomem_core.world.records import CentralInfo
from gomem_tui.render.lines import Port, plain
from gomem_tui.render.mcentral import render_mcentral
from tests.tui.states import State


@pytest.mark.parametrize("width", [59, 80])
def test_columns_never_touch(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    s = State("alloc 48 scan")
    whole: Callable[[ListView, int], CentralInfo] = ListView.central
    for lengths in ((0, 1000, 1000), (99_999, 99_999, 99_999), (100_000, 100_000, 367_042), (67_000_000, 9, 67_000_000)):
        with monkeypatch.context() as patch:
            patch.setattr(
                ListView,
                "central",
                lambda lists, c, n=lengths: CentralInfo(c, n[:2], 0, n[2]) if c == 8 else whole(lists, c),
            )
            words = plain(render_mcentral(s.session.world, Port(width, 24), s.scene)[2]).split()
        numbers = [word for word in words[4:] if word[0].isdigit()]
        assert len(numbers) == 2 + (lengths[0] > 0)
        assert all(len(number) <= 5 for number in numbers)


def test_places_in_a_list_are_looked_for_near_its_ends_only() -> None:
    s = State("alloc 8192 times 100")
    world, spanclass = s.session.world, s.session.world.spans.rows(0, 1)[0].spanclass
    chain = world.lists.chain(spanclass, "empty")
    assert [world.lists.place(base, 1000) for base in chain] == list(range(1, 101))
    assert [world.lists.place(base, 10) for base in chain] == [*range(1, 11), *[0] * 80, *range(91, 101)]
    assert world.lists.last(spanclass, "empty") == chain[-1]
    assert world.lists.last(spanclass, "nonempty") == 0
