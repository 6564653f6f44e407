"""The parts of the Heap pane that count: who served allocations, what that cost, and which free spans there are."""

from collections.abc import Mapping
from typing import Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.queries.figures import free_stretches
from gomem_core.report import counted, format_bytes
from gomem_core.world.facts import UNKNOWN, Fact
from gomem_core.world.world import World, unknown
from gomem_tui.draw.style import Token
from gomem_tui.render.compared import Compared, Sum
from gomem_tui.render.lines import Line, Scene, address_cells, bar, fit, short
from gomem_tui.render.reflow import reflow
from gomem_tui.render.words import clip, join_fitting, short_count

_SERVED: Final = {
    "tinyallocs": ("tiny block", "tiny"),
    "nserved_mcache": ("mcache", "mcache"),
    "nserved_central": ("mcentral", "mcentral"),
    "nserved_heap": ("mheap small", "mheap"),
    "nserved_large": ("mheap large", "large"),
    "nserved_os": ("OS", "OS"),
}
_ADDRESS: Final = 12  # cells for an address, where it is not longer
_LARGE_WALKED: Final = 1_000  # large free spans that are looked at
_TOLD: Final = {
    "head": "free spans",
    "pages": "free pages",
    "list": "{npages} pages ×{count}",
    "run": "{npages} in a row ×{count}",
    "large": "longer than 127 pages {nbytes}",
    "none": "none",
    "no page": "   no free page",
    "others": "   and spans of other lengths",
    "large row": "large, {npages} pages",
    "locks": "locks taken: mheap {mheap}, mcentral {mcentral}",
    "tiny frees": "Frees counts tiny objects that nobody freed: {n}",
    "calls": "OS calls: to grow the arena {grow}, to give back {release}",
}


# --- Counters -----------------------------------------------------------------------------------------------------------


def served_rows(width: int) -> int:
    """Lines of served_lines."""
    return 1 if width >= 78 else 2


def served_lines(c: Compared, world: World, width: int, rows: int) -> list[Line]:
    """Returns lines that say who served how many allocations."""
    if why := world.doubt(Fact.SERVED):
        return _not_counted(why, width, rows)
    sums = [c.sum(field, brief) for field, (_, brief) in _SERVED.items()]
    return c.line_up("served by", sums, short_count, width, rows)


def _not_counted(why: str, width: int, rows: int) -> list[Line]:
    """The sentence in so many lines."""
    text = f"{UNKNOWN} {why}"
    lines: list[Line] = [((" ", "text"), *line) for line in reflow([(text, "unknown")], width - 2)]
    if len(lines) > rows:
        lines = [((" " + clip(text, width - 2), "unknown"),)] if rows == 1 else [*lines[: rows - 1], ((" …", "unknown"),)]
    return lines + [()] * (rows - len(lines))


def _both(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def cost_line(c: Compared, width: int) -> Line:
    """How often locks were taken and the operating system was asked."""
    grow, release = c.sum("nheap_grow"), c.sum("nos_release")
    asked = Sum("OS calls", _both(grow.now, release.now), _both(grow.was, release.was))
    locks = (c.sum("nheap_lock", "mheap"), c.sum("central_locks", "mcentral"))
    return c.line_up("locks", [*locks, asked], short_count, width, 1)[0]


def counter_table(c: Compared, world: World, width: int) -> list[Line]:
    """The ladder with its counts, and what was paid, one below the other."""
    if why := world.doubt(Fact.SERVED):
        return _not_counted(why, width, len(_SERVED) + 2)
    sums = [c.sum(field, name) for field, (name, _) in _SERVED.items()]
    total = max(sum(s.now or 0 for s in sums), 1)
    cells = max(4, min(24, width - 36))
    lines: list[Line] = []
    for s in sums:
        count = c.text(s, str, 9)
        tone: Token = "text" if s.now else "dim"
        drawn = bar((s.now or 0) / total, cells)
        share = f"{100 * (s.now or 0) / total:>6.1f} %"
        lines.append(
            (
                (f"  {c.sign(s)}", "new"),
                (f"{s.name:<13}{count:>9} ", tone),
                (drawn, "low" if s.now else "dim"),
                (share, "label"),
            )
        )
    return [*lines, *_costs(c, width)]


def tiny_note(c: Compared, width: int) -> Line:
    """What MemStats makes of tiny objects that shared a block; empty where there are none."""
    text = _TOLD["tiny frees"].format(n=c.now.tinyallocs) if c.now.tinyallocs else ""
    return ((f"   {clip(text, width - 4)}", "label"),) if text else ()


def _costs(c: Compared, width: int) -> list[Line]:
    mheap, mcentral = c.sum("nheap_lock"), c.sum("central_locks")
    grow, release = c.sum("nheap_grow"), c.sum("nos_release")
    locks = _TOLD["locks"].format(mheap=c.text(mheap, str), mcentral=c.text(mcentral, str))
    calls = _TOLD["calls"].format(grow=c.text(grow, str), release=c.text(release, str))
    return [
        ((f"  {c.sign(mheap, mcentral)}", "new"), (clip(locks, width - 4), "text")),
        ((f"  {c.sign(grow, release)}", "new"), (clip(calls, width - 4), "text")),
    ]


# --- Free pages ---------------------------------------------------------------------------------------------------------


def _free_changed(c: Compared) -> str:
    before = c.scene.before
    changed = before is not None and (before.free, before.free_large) != (c.now.free, c.now.free_large)
    return c.scene.sign(changed) or " "


def free_summary(c: Compared, lists: bool, width: int) -> Line:
    """All free lists in a line; `lists`: there are any."""
    large = c.now.free_large or 0
    parts = [_TOLD["large"].format(nbytes=format_bytes(large))] if large else []
    parts += [_TOLD["list" if lists else "run"].format(npages=npages, count=count) for npages, count in c.now.free.items()]
    head = f"{_TOLD['head' if lists else 'pages']} "
    text = join_fitting(parts, width - len(head) - 4, ", ") if parts else _TOLD["none"]
    more = ", …" if parts and text != ", ".join(parts) else ""
    return ((_free_changed(c), "new"), (head, "label"), (text + more, "text"))


def free_table(c: Compared, world: World, rows: int, width: int) -> list[Line]:
    """The free lists by length, then the large free spans by length, as many as fit in `rows` lines."""
    small = _small(c.scene, world, c.now.free)
    large = _large(c.scene, world)
    what, count = ("in a row", "times") if world.profile.heap_lists is None else ("list", "spans")
    head = clip(f"{what:<18}{count:>6}  {'first':<{_address(world)}}{'each':>8}", width - 3)
    lines: list[Line] = [((f"  {_free_changed(c)}", "new"), (head, "label"))]
    room = rows - 1
    if len(small) + len(large) <= room:
        nothing: Line = ((_TOLD["no page"], "dim"),)
        return [*lines, *(small + large or [nothing])][:rows]
    kept = min(len(large), 2)
    lines += small[: max(0, room - 1 - kept)] + large[:kept]
    return [*lines[: rows - 1], ((_TOLD["others"], "dim"),)][:rows]


def _small(scene: Scene, world: World, free: Mapping[int, int]) -> list[Line]:
    before, lists = scene.before.free if scene.before is not None else free, world.profile.heap_lists
    return [
        _free_line(
            scene.sign(count != before.get(npages, 0)) or scene.mark(first),
            counted(npages, "page") if lists is None else f"{lists.free}[{npages}]",
            count,
            first,
            npages,
            _address(world),
        )
        for npages, count, first in free_stretches(world)
    ]


def _large(scene: Scene, world: World) -> list[Line]:
    """Large free spans, a line for each length."""
    if unknown(world, "lists"):
        return []
    return [
        _free_line(scene.mark(base), _TOLD["large row"].format(npages=npages), count, base, npages, _address(world))
        for npages, count, base in world.lists.free_large_lengths(_LARGE_WALKED)
    ]


def _address(world: World) -> int:
    """Cells for an address."""
    return address_cells(world.extents.arenas, _ADDRESS)


def _free_line(mark: str, name: str, count: int, first: int, npages: int, address: int) -> Line:
    text = f"{name:<18}{count:>6}  {short(first):<{address}}"
    return ((f"  {mark or ' '}", "new"), (text, "text"), (f"{format_bytes(npages << PAGE_SHIFT):>8}", "label"))


def beside(left: list[Line], right: list[Line], width: int, gap: int) -> list[Line]:
    """Two columns of lines as one; the left one gets `width` cells."""
    rows = max(len(left), len(right))
    left = left + [()] * (rows - len(left))
    right = right + [()] * (rows - len(right))
    return [(*fit(a, width), (" " * gap, "text"), *b) for a, b in zip(left, right, strict=True)]
