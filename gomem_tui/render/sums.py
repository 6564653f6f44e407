"""The Heap pane of a heap whose sums are known and of whose pages little is: MemStats, and objects by size class.

Of collections that a program told line by line (gctrace) it shows the lines, in words.
"""

from collections.abc import Sequence
from typing import Final

from gomem_core.queries.amounts import Amount, by_class
from gomem_core.report import format_bytes
from gomem_core.world.facts import UNKNOWN, Fact, or_unknown
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import World, known, unknown
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Port, Span, bar, fit_all, rule, shown_rows
from gomem_tui.render.words import clip

_BAR: Final = 16
_PAIR: Final = 36  # cells of a figure, of which as many stand in a line as have room
_ABOUT: Final = (  # field, and what it is
    ("HeapAlloc", "objects"),
    ("HeapInuse", "their spans"),
    ("HeapIdle", "free pages"),
    ("HeapReleased", "given back"),
    ("HeapSys", "mapped"),
    ("StackInuse", "stacks"),
    ("NextGC", "goal"),
    ("TotalAlloc", "ever"),
)
_NOT_TOLD: Final = "size classes above 18432 B and large objects are not told"


def has_sums_only(world: World) -> bool:
    """Whether so little is known of the pages of a heap that there is no account of them."""
    return bool(unknown(world, "spans", "extents") or world.doubt(Fact.SPAN))


def sum_rows(world: World, height: int, width: int) -> int:
    """Rows below the figures, in a pane of this height."""
    return max(1, height - _head(world, width))


def count_rows(world: World) -> int:
    """How many there are."""
    return len(_cycles(world)) or len(_classes(world))


def render_sums(world: World, port: Port) -> list[Line]:
    """Title rule, the figures, and the classes or collections from row port.top."""
    cycles, rows = _cycles(world), sum_rows(world, port.height, port.width)
    count = count_rows(world)
    place = shown_rows(port.top + 1, min(port.top + rows, count), count) if count else ""
    lines = [rule("7 Heap", [place], port)]
    if cycles:
        at = world.at if isinstance(world, Strip) else 0
        for number in range(port.top, min(port.top + rows, count)):
            chosen: Token = "select" if number == at else "text"
            lines.append(((f"{'▸' if number == at else ' '} {clip(cycles[number], port.width - 2)}", chosen),))
        return fit_all(lines, port)
    lines += _figures(world, port.width)
    lines.append((("  bytes                     objects  size class", "label"),))
    classes = _classes(world)
    most = max((one.nbytes for one in classes), default=0)
    lines += [_class(one, most) for one in classes[port.top : port.top + rows]]
    return fit_all(lines, port)


def _head(world: World, width: int) -> int:
    return 1 if _cycles(world) else 2 + len(_figures(world, width))


def _cycles(world: World) -> Sequence[str]:
    stills = world.stills if isinstance(world, Strip) else [world] if isinstance(world, Still) else []
    return [still.place.note for still in stills] if stills and stills[0].place.of == "gctrace" else []


def _classes(world: World) -> list[Amount]:
    still = world.shown if isinstance(world, Strip) else world
    found = known(lambda: by_class(still)) if isinstance(still, Still) else None
    return sorted(found or [], key=lambda one: -one.nbytes)


def _figures(world: World, width: int) -> list[Line]:
    """MemStats, a few in each line; then what of it is waste, and what is not told."""
    memory = known(world.sums.mem_stats)
    if memory is None:
        return []
    cells: list[list[Span]] = []
    for name, about in _ABOUT:
        value: int | None = getattr(memory, name)
        told = UNKNOWN if value is None else "never" if value >> 62 else format_bytes(value)
        cells.append([(f"  {name:<13}", "text"), (f"{told:>7}", "strong"), (f" {about:<{_PAIR - 23}}", "label")])
    each = max(1, width // _PAIR)
    lines: list[Line] = [tuple(span for cell in cells[at : at + each] for span in cell) for at in range(0, len(cells), each)]
    waste = memory.HeapInuse - memory.HeapAlloc
    share = f"{100 * waste / memory.HeapInuse:.0f}%" if memory.HeapInuse else UNKNOWN
    lines.append(
        (
            ("  in use ▕", "label"),
            (bar(memory.HeapAlloc / max(1, memory.HeapInuse), _BAR), "mid"),
            (f"▏ {format_bytes(waste)} of it, {share}, holds no object", "text"),
        )
    )
    objects = f"  {or_unknown(memory.HeapObjects)} objects, {or_unknown(memory.NumGC)} collections"
    marked = known(lambda: world.sums.stats.heap_marked)
    lines.append(((objects + (f", {format_bytes(marked)} live at the last" if marked is not None else ""), "text"),))
    if memory.BySize:
        lines.append(((f"  {_NOT_TOLD}", "unknown"),))
    return lines


def _class(one: Amount, most: int) -> Line:
    return (
        (f"  {format_bytes(one.nbytes):>7} ", "text"),
        (bar(one.nbytes / most if most else 0, _BAR), "mid"),
        (f" {one.objects:>8}  {one.name}", "text"),
    )
