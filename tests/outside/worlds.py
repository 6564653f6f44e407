"""The worlds of the test cores, each read once, and what panes draw of one."""

from collections.abc import Callable
from functools import cache
from typing import Final

from gomem_core.outside.world import world_of
from gomem_core.queries.account import Account
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.world.still import Still
from gomem_tui.render.arena import MAX_ZOOM, render_arena
from gomem_tui.render.bitmap import render_bitmap
from gomem_tui.render.header import render_header
from gomem_tui.render.heap import render_heap
from gomem_tui.render.layout import render_layout
from gomem_tui.render.lines import Line, Port, Scene, Selection, fit_all, plain
from gomem_tui.render.mcache import render_mcache
from gomem_tui.render.mcentral import render_mcentral
from gomem_tui.render.objects import Rows, render_objects
from gomem_tui.render.pagecells import LENSES, Chart
from gomem_tui.render.spans import render_spans
from tests.outside.corefiles import WITH_EXE
from tests.outside.test_cores import look

DRAWN: Final = ("idle-1.21.13", "cache-1.22.10", "mark-1.26.6-pie", "sweep-1.27.3")  # of all versions that differ in kind


@cache
def world(name: str) -> Still:
    return world_of(look(name, exe=name in WITH_EXE))


@cache
def account(name: str) -> Account:
    return Account(world(name), world(name).objects)


def panes(w: Still) -> dict[str, Callable[[Port, Scene], list[Line]]]:
    acc, objects = Account(w, w.objects), w.objects
    order = SpanOrder(w, lambda: acc)
    kept = Rows(objects, ObjectOrder(w, objects), [], 5 if len(objects) > 5 else -1)
    return {
        "header": lambda port, scene: fit_all([render_header(w, (scene.step, 0, 0), "a core", port.width, still=w)], port),
        "spans": lambda port, scene: render_spans(w, order, port, scene),
        **{
            f"arena, {lens}": lambda port, scene, lens=lens: render_arena(w, port, scene, Chart(lens))  # type: ignore[misc]
            for lens in LENSES
        },
        **{
            f"arena, zoom {zoom}": lambda port, scene, zoom=zoom: render_arena(w, port, scene, Chart("class", zoom))  # type: ignore[misc]
            for zoom in (1, 5, MAX_ZOOM)
        },
        "bitmap": lambda port, scene: render_bitmap(w, port, scene, objects),
        "mcentral": lambda port, scene: render_mcentral(w, port, scene),
        "mcache": lambda port, scene: render_mcache(w, port, scene),
        "heap": lambda port, scene: render_heap(w, port, scene, acc, ()),
        "layout": lambda port, scene: render_layout(w, port, scene, objects),
        "objects": lambda port, scene: render_objects(w, port, scene, kept),
    }


def drawn(w: Still, width: int, height: int) -> dict[str, str]:
    scene = Scene(Selection(w.extents.arenas.start))
    return {name: "\n".join(map(plain, draw(Port(width, height), scene))) for name, draw in panes(w).items()}
