"""The Heap pane: what became of every byte, what the collector waits for, who served, which pages are free, who wastes most.

How the parts are arranged depends on the size of the pane alone, so that nothing jumps when the heap changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gomem_core.account import Account, Share
from gomem_core.report import format_bytes
from gomem_core.view import HeapView
from gomem_tui.render import heap_parts as part
from gomem_tui.render.lines import Line, Port, Scene, fit_all, rule

_WIDE: Final = 112  # columns, and rows, from which two columns of parts fit
_HIGH: Final = 28
_GAP: Final = 2
_LEFT: Final = 60  # columns that the left one needs at least
_PARTS: Final = 9  # of the account, with its sum
_LEAST: Final = 2  # rows of wasteful classes
_FREE: Final = 6  # lines of a table of free lists


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pane of some size shows; `waste` is the first line of the wasteful classes, `rows` how many there are."""

    columns: int
    left: int  # cells of the left column
    gauge: int = 1
    spark: bool = False
    free: int = 0
    counters: bool = False
    air: bool = False
    waste: int = 0
    rows: int = 0


def plan(width: int, height: int) -> Plan:
    """Choose the parts: the account, the gauge and the wasteful classes always, the others in order of what they tell."""
    room = height - 1
    if width >= _WIDE and height >= _HIGH:
        above = 1 + 2 + 1 + 2 + _PARTS + 1 + 2  # see _left
        return Plan(2, max(_LEFT, (width - _GAP) // 2), 2, True, 0, True, True, above, height - above)
    fixed = 1 + 1 + part.grid_rows(_PARTS, width) + 1  # gauge, bar, grid, headings of the wasteful
    spare = room - fixed - _LEAST
    takes = {"spark": 1, "free": 1, "gauge": 1, "counters": part.grid_rows(part.COUNTERS, width), "rows": 2, "air": 4}
    taken: set[str] = set()
    for name, lines in takes.items():
        if spare >= lines:
            taken.add(name)
            spare -= lines
    free = 0 if "free" not in taken else _FREE if "air" in taken and spare >= _FREE else 1
    lines = sum(takes[name] for name in taken - {"rows", "free"}) + free
    first = 1 + fixed + lines
    return Plan(
        1,
        width,
        2 if "gauge" in taken else 1,
        "spark" in taken,
        free,
        "counters" in taken,
        "air" in taken,
        first,
        max(_LEAST, height - first),
    )


def wasteful(account: Account) -> list[tuple[int, Share]]:
    """The span classes that waste anything, most first."""
    return [one for one in account.by_class() if one[1].wasted]


def render_heap(view: HeapView, port: Port, scene: Scene, account: Account, lived: Sequence[int]) -> list[Line]:
    """Title rule and the parts that fit; of the wasteful classes those from number port.top.  `lived`: heap_live by step."""
    chosen = plan(port.width, port.height)
    stats = view.stats
    notes = [f"{format_bytes(stats.heap_inuse)} in use, {format_bytes(stats.heap_idle)} idle"]
    lines = [rule("7 Heap", notes, port)]
    if chosen.columns == 2:
        left = _left(view, port, scene, account, lived, chosen)
        lines += part.beside(left, _right(view, port.height - 1, port.width - chosen.left - _GAP), chosen.left, _GAP)
    else:
        lines += _single(view, port, scene, account, lived, chosen)
    return fit_all(lines, port)


def _single(view: HeapView, port: Port, scene: Scene, account: Account, lived: Sequence[int], chosen: Plan) -> list[Line]:
    width, balance = port.width, account.read()
    air: list[Line] = [()] if chosen.air else []
    lines = part.gauge(view, width)[: chosen.gauge]
    lines += [part.sparkline(lived, width)] if chosen.spark else []
    lines += [*air, part.stacked(balance, width), *part.account_grid(balance, width)]
    if chosen.counters:
        lines += [*air, *part.counter_grid(view, width)]
    if chosen.free > 1:
        lines += [*air, *_filled(part.free_table(view, chosen.free, width), chosen.free)]
    elif chosen.free:
        lines += [*air, part.free_summary(view, width)]
    return [*lines, *air, *_waste(account, port, scene, chosen)]


def _filled(lines: list[Line], rows: int) -> list[Line]:
    return lines + [()] * (rows - len(lines))


def _waste(account: Account, port: Port, scene: Scene, chosen: Plan) -> list[Line]:
    rows = wasteful(account)
    lines = [part.waste_heading(chosen.left)]
    lines += [part.waste_row(*one, scene, port.active, chosen.left) for one in rows[port.top : port.top + chosen.rows]]
    return lines if rows else [*lines, (("   no class wastes a byte", "dim"),)]


def _left(view: HeapView, port: Port, scene: Scene, account: Account, lived: Sequence[int], chosen: Plan) -> list[Line]:
    width, balance = chosen.left, account.read()
    return [
        *part.gauge(view, width),
        part.sparkline(lived, width),
        part.heading("the arena, byte by byte", width),
        part.stacked(balance, width),
        *part.account_table(balance, width),
        (),
        part.heading("classes that waste most", width),
        *_waste(account, port, scene, chosen),
    ]


def _right(view: HeapView, rows: int, width: int) -> list[Line]:
    lines = [part.heading("who served allocations", width), *part.counter_table(view, width), ()]
    lines.append(part.heading("free pages, in spans by length", width))
    return [*lines, *part.free_table(view, max(1, rows - len(lines)), width)]
