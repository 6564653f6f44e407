"""A real heap is drawn by every pane, and what is not known is drawn as such."""

import re
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pytest
from rich.cells import cell_len

from gomem_core.outside.world import world_of
from gomem_core.queries import show, show_one
from gomem_core.queries.figures import figures
from gomem_core.report import format_bytes
from gomem_tui.render.lines import Port, Scene, Selection, plain
from tests.outside.corefiles import truth
from tests.outside.test_cores import expected, look
from tests.outside.worlds import DRAWN, account, drawn, panes, world

SIZES: Final = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", DRAWN)
def test_every_pane_draws_it(name: str, size: tuple[int, int]) -> None:
    w = world(name)
    infos = w.spans.rows()
    kinds = {(i.state, i.kind, i.elemsize > 512): i for i in infos}
    scenes = [Scene(Selection(i.base, i.spanclass), before=figures(w, account(name))) for i in kinds.values()]
    for pane, draw in panes(w).items():
        for number, scene in enumerate(scenes):
            lines = draw(Port(size[0], size[1], number % 2 * 7, active=True), scene)
            assert len(lines) == size[1]
            assert {cell_len(plain(line)) for line in lines} == {size[0]}, pane
            assert not re.search(r"\bNone\b", "\n".join(map(plain, lines))), pane


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_not_known_is_drawn_as_such_and_never_as_0(name: str) -> None:
    w = world(name)
    marking = truth(name)["gcphase"] != 0
    for width, height in SIZES:
        text = drawn(w, width, height)
        assert re.search(r"slot waste +\?", text["heap"])
        assert re.search(r"dead +\? " if marking else r"dead +\d", text["heap"])
        assert ("taken " if marking else "live slots") in text["heap"]
        assert "requested" not in text["heap"]
        told = {"mark": "what lives is not known yet", "sweep": "~ sweeping: marks tell what lives"}
        assert told.get(truth(name)["kind"], "all swept: what is allocated lives") in text["heap"]
        assert f"goal {format_bytes(expected(name)[0]['NextGC'])} GOGC 100" in text["heap"]
        assert "? Go does not count which of mcache" in text["heap"]
        assert not re.search(r"\? Go does not count[^.\n]*, *$", text["heap"], re.MULTILINE), "it ends as a sentence or with …"
        rows = [line for line in text["objects"].splitlines()[2:-3] if line.strip()]
        assert rows
        assert all(" ? " in row for row in rows)
        assert "core" in text["header"]
        assert truth(name)["go"] in text["header"]
        assert format_bytes(expected(name)[0]["HeapAlloc"]) in text["header"]
        assert ("a collection is marking" in text["header"]) == marking
        assert "locks" not in text["mcentral"].splitlines()[1]
    for line in show.show("stats", (), w, w.objects).lines():
        if line.split()[:1] in (["nserved_mcache"], ["nheap_lock"]):
            assert line.split()[1] == "?"


@pytest.mark.parametrize("name", DRAWN)
def test_tables_answer_as_panes_do(name: str) -> None:
    w = world(name)
    topics: tuple[Any, ...] = ("spans", "waste", "mcentral", "mcache", "free", "layout", "classes")
    for topic in topics:
        assert show.show(topic, (), w, w.objects).lines()
    for info in w.spans.rows()[::7]:
        assert show_one.show_span(info.base, w, w.objects).lines()
        assert show_one.find(info.base + 8, w, w.objects).lines()
        assert show_one.show_bitmap(info.base, w, w.objects).lines()
    for oid in range(0, len(w.objects), max(1, len(w.objects) // 20)):
        lines = "\n".join(show_one.show_object(oid, w, w.objects).lines())
        assert re.search(r"size +\? a slot does not tell how much of it was asked for", lines)
        assert re.search(r"state +\? what refers to an object is not looked for", lines)


def test_of_a_span_that_is_on_two_lists_the_first_counts() -> None:
    """As queues are read that a program changes meanwhile: what was moved may be met again."""
    snapshot = look("frag-1.27.3")
    central = snapshot.central
    again = {name: np.concatenate([getattr(central, name), getattr(central, name)[::7]]) for name in ("span", "spanclass")}
    again["listed"] = np.concatenate([central.listed, (central.listed[::7] + 1) % 4])
    assert len(central.span) > 20
    assert world_of(replace(snapshot, central=replace(central, **again))).lists.chains() == world_of(snapshot).lists.chains()
