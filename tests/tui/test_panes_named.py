"""Panes have their names, keys and titles from one list (lang/panes.py): whatever else goes by panes agrees with it."""

from typing import get_args

import pytest

from gomem_core.go.versions import GO_1_10
from gomem_core.lang.moves import Pane
from gomem_core.lang.panes import KEYS, PANES, TITLES, read_pane
from gomem_core.session.console import Console
from gomem_tui.panes.model import Model
from gomem_tui.panes.panes import Panes
from gomem_tui.plain.panes import pane_lines
from gomem_tui.render.help import help_lines
from gomem_tui.render.lines import plain
from gomem_tui.settings.keys import STANDARD


def test_the_list_has_all_panes_with_a_key_each() -> None:
    assert {*get_args(Pane)} == {*PANES} == {*KEYS} == {*TITLES}
    assert len({*KEYS.values()}) == len(PANES)
    assert [read_pane(word) for word in (*PANES, *KEYS.values())] == [*PANES, *PANES]


def test_there_is_a_pane_for_each() -> None:
    panes = Panes(Model(Console(True), lambda: None), STANDARD, lambda: 80)
    assert sorted(pane.id for pane in panes.all) == sorted(PANES)


@pytest.mark.parametrize("name", PANES)
def test_each_is_gone_to_by_its_key_and_named_by_its_title(name: Pane) -> None:
    (key,) = (key for key in STANDARD.keys if key.action == f"pane('{name}')")
    assert (key.id, key.keys, key.label) == (f"pane_{name}", (KEYS[name],), TITLES[name])
    model = Model(Console(True), lambda: None)
    model.arrived()
    assert pane_lines(model, name, 80)[0].startswith(f"Pane {KEYS[name]} {TITLES[name]}")
    drawn = Panes(model, STANDARD, lambda: 80).named(name).draw(80, 24)
    assert plain(drawn[0])[2:].startswith(f"{KEYS[name]} {TITLES[name]} ")


@pytest.mark.parametrize("name", PANES)
def test_the_help_of_a_pane_says_of_enter_what_it_does_there(name: Pane) -> None:
    page = " ".join(" ".join(plain(line).split()) for line in help_lines(STANDARD, GO_1_10, name, 200))
    own, _, others = page.partition("Keys everywhere")
    all_of_them = "In Heap: go to the mcentral of the selected class. In Objects: follow a link"
    does = {
        "heap": "enter Go to the mcentral of the selected class.",
        "objects": "enter Follow a link, which left and right choose.",
        "types": "enter Show the objects of the selected type.",
        "advise": "enter Show the spans of which the line speaks.",
    }
    assert (does[name] in own) if name in does else ("enter " not in own)
    assert all_of_them not in own
    assert (all_of_them in others) == (name not in does)
