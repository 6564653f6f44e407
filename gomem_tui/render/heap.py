"""The Heap pane: what became of every byte, what the collector waits for, who served, which pages are free, who wastes most.

How the parts are arranged depends on the size of the pane alone, so that nothing jumps when the heap changes.
"""

from collections.abc import Sequence
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.queries.account import Account
from gomem_core.queries.figures import figures
from gomem_core.queries.shares import Share
from gomem_core.queries.waste import holding
from gomem_core.world.world import World
from gomem_tui.render import heap_counts as counts
from gomem_tui.render import heap_parts as part
from gomem_tui.render.compared import Compared
from gomem_tui.render.layout import resident_note
from gomem_tui.render.lines import Line, Port, Scene, fit_all, rule, shown_rows

_WIDE: Final = 112  # columns, and rows, from which two columns of parts fit
_HIGH: Final = 28
_GAP: Final = 2
_LEFT: Final = 60  # columns that the left one needs at least
_LEFT_WANTED: Final = 65  # … and with which it has room for dead slots
_RIGHT: Final = 50  # columns in which nothing is cut of the right one
_LEAST: Final = 2  # rows of wasteful classes, before anything but the account is shown
_FREE: Final = 6  # lines of a table of free lists


@frozen
class Plan:
    """What a pane of some size shows, in lines; `waste` is the first line of the wasteful classes, `rows` how many there are."""

    columns: int
    left: int  # cells of the left column
    few: bool = False  # of the account only what the classes below do not tell
    gauge: int = 0
    memstats: bool = False
    spark: bool = False
    stacked: bool = False
    served: int = 0
    costs: bool = False
    free: int = 0
    air: bool = False
    waste: int = 0
    rows: int = 0


def plan(width: int, height: int) -> Plan:
    """Choose the parts: the account and the wasteful classes always, the others in order of what they tell."""
    room = height - 1
    if width >= _WIDE and height >= _HIGH:
        above = 1 + 2 + 1 + 1 + 2 + len(part.PARTS) + 1 + 1 + 2  # see _left
        left = max(_LEFT, (width - _GAP) // 2, min(_LEFT_WANTED, width - _GAP - _RIGHT))
        return Plan(columns=2, left=left, waste=above, rows=height - above)
    few = room < part.account_rows(width) + 2  # headings and a row of the wasteful, at least
    fixed = part.account_rows(width, few) + 1
    spare = room - fixed - _LEAST
    wanted = [("gauge", 1), ("served", counts.served_rows(width)), ("free", 1), ("memstats", 1), ("costs", 1), ("spark", 1)]
    wanted += [("stacked", 1), ("gauge", 1), ("rows", 2), ("air", 3), ("free", _FREE - 1)]
    taken: dict[str, int] = {}
    for name, lines in wanted:
        if spare >= lines:
            taken[name] = taken.get(name, 0) + lines
            spare -= lines
    first = 1 + fixed + sum(lines for name, lines in taken.items() if name != "rows")
    return Plan(
        columns=1,
        left=width,
        few=few,
        gauge=taken.get("gauge", 0),
        memstats="memstats" in taken,
        spark="spark" in taken,
        stacked="stacked" in taken,
        served=taken.get("served", 0),
        costs="costs" in taken,
        free=taken.get("free", 0),
        air="air" in taken,
        waste=first,
        rows=max(1, height - first),
    )


def wasteful(account: Account) -> list[tuple[int, Share]]:
    """The span classes that hold anything in vain, most first."""
    return [one for one in account.by_class() if one[1].wasted]


def render_heap(world: World, port: Port, scene: Scene, account: Account, lived: Sequence[int] | part.Looks) -> list[Line]:
    """Title rule and the parts that fit; of the wasteful classes those from number port.top.  `lived`: heap_live by step."""
    chosen = plan(port.width, port.height)
    count = len(wasteful(account))
    place = shown_rows(port.top + 1, min(port.top + chosen.rows, count), count) if count else ""
    c = Compared(scene, figures(world, account))
    sums = "" if chosen.memstats or chosen.columns == 2 else part.memstats_note(c)
    notes = [scene.legend, place, _holding(account, scene), resident_note(world), sums]
    lines = [rule("7 Heap", [note for note in notes if note], port)]
    if chosen.columns == 2:
        left = _left(c, port, world, account, lived, chosen)
        lines += counts.beside(left, _right(c, world, port.height - 1, port.width - chosen.left - _GAP), chosen.left, _GAP)
    else:
        lines += _single(c, world, port, account, lived, chosen)
    return fit_all(lines, port)


def _holding(account: Account, scene: Scene) -> str:
    """What the spans of the selected class hold, else those of the one that wastes most, and how few would be enough."""
    held = account.held()
    spanclass = scene.selection.spanclass
    if spanclass not in held:
        spanclass = next((number for number, _ in wasteful(account)), -1)
    if spanclass < 0:
        return ""
    return f"{f'class {spanclass >> 1}' if spanclass > 1 else 'large'}: {holding(spanclass, held[spanclass])}"


def _single(
    c: Compared, world: World, port: Port, account: Account, lived: Sequence[int] | part.Looks, chosen: Plan
) -> list[Line]:
    width = port.width
    air: list[Line] = [()] if chosen.air else []
    lines = part.gauge(c, world, width)[: chosen.gauge]
    lines += [part.sparkline(lived, width)] if chosen.spark else []
    lines += [part.memstats(c, width)] if chosen.memstats else []
    lines += [*air, *([part.stacked(c, width)] if chosen.stacked else []), *part.account_grid(c, width, chosen.few), *air]
    lines += counts.served_lines(c, world, width, chosen.served) if chosen.served else []
    lines += [counts.cost_line(c, width)] if chosen.costs else []
    if chosen.free > 1:
        lines += _filled(counts.free_table(c, world, chosen.free, width), chosen.free)
    elif chosen.free:
        lines.append(counts.free_summary(c, world.profile.heap_lists is not None, width))
    return [*lines, *air, *_waste(account, port, c.scene, chosen)]


def _filled(lines: list[Line], rows: int) -> list[Line]:
    return lines + [()] * (rows - len(lines))


def _waste(account: Account, port: Port, scene: Scene, chosen: Plan) -> list[Line]:
    rows, held = wasteful(account), account.held()
    lines = [part.waste_heading(chosen.left)]
    for spanclass, share in rows[port.top : port.top + chosen.rows]:
        lines.append(part.waste_row(spanclass, share, held[spanclass], scene, port.active, chosen.left))
    return lines if rows else [*lines, (("   no class holds a byte in vain", "dim"),)]


def _left(c: Compared, port: Port, world: World, account: Account, lived: Sequence[int] | part.Looks, chosen: Plan) -> list[Line]:
    width = chosen.left
    return [
        *part.gauge(c, world, width),
        part.sparkline(lived, width),
        part.memstats(c, width),
        part.heading("the arena, byte by byte", width),
        part.stacked(c, width),
        *part.account_table(c, world, width),
        (),
        part.heading("classes that hold most in vain", width),
        *_waste(account, port, c.scene, chosen),
    ]


def _right(c: Compared, world: World, rows: int, width: int) -> list[Line]:
    lines = [
        part.heading("how many allocations each of them served", width),
        *counts.counter_table(c, world, width),
        counts.tiny_note(c, width),
    ]
    lines.append(part.heading(f"free pages, in {'spans' if world.profile.heap_lists else 'stretches'} by length", width))
    return [*lines, *counts.free_table(c, world, max(1, rows - len(lines)), width)]
