"""The parts of the Heap pane: each makes the lines of one subject, as wide and as many as it is told."""

from collections.abc import Sequence
from typing import Final

from gomem_core.account import Balance, Share
from gomem_core.arch import MAX_MHEAP_LIST, PAGE_SHIFT, U64_MAX
from gomem_core.report import format_bytes
from gomem_core.sizeclasses import CLASSES, is_noscan
from gomem_core.view import CENTRAL_CLASSES, HeapView
from gomem_tui.render.lines import Line, Scene, Span, bar, fit, short
from gomem_tui.render.words import clip, join_fitting
from gomem_tui.style import Token

_CELL: Final = 20  # cells of one figure with its name
_LEVELS: Final = "▁▂▃▄▅▆▇█"
PARTS: Final[tuple[tuple[str, str, Token], ...]] = (  # the account's, in its order
    ("█", "requested", "low"),
    ("▓", "slot waste", "high"),
    ("✗", "dead", "error"),
    ("▒", "free slots", "mid"),
    ("▚", "tails", "top"),
    ("s", "manual", "label"),
    ("·", "free pages", "label"),
    ("░", "given back", "dim"),
)
_NOTES: Final = (
    "asked for by live objects",
    "ends of their slots",
    "unreached, not yet swept",
    "room in spans in use",
    "behind the last slots",
    "stacks, work buffers",
    "in spans nobody uses",
    "to the OS, addresses stay",
)


def heading(text: str, width: int) -> Line:
    """A quiet rule above a part."""
    return ((f" {text} ", "label"), ("┄" * max(0, width - len(text) - 3), "dim"), (" ", "text"))


# --- The collector ------------------------------------------------------------------------------------------------------


def gauge(view: HeapView, width: int) -> list[Line]:
    """heap_live against trigger and goal; what the collector does."""
    stats = view.stats
    live = format_bytes(stats.heap_live)
    state = "all swept" if view.sweepdone else "~ sweeping: spans wait"
    done: list[str] = []
    if stats.numgc:
        done = ["1 collection" if stats.numgc == 1 else f"{stats.numgc} collections", state]
        done.append(f"the last marked {format_bytes(stats.heap_marked)}")
    if stats.gc_trigger == U64_MAX:
        first: Line = ((f" heap_live {live}", "text"), ("  GOGC off: only gc collects", "label"))
    else:
        told = f" trigger {format_bytes(stats.gc_trigger)} goal {format_bytes(stats.next_gc)} GOGC {view.gcpercent}"
        head = f" live {live} "
        cells = max(4, min(32, width - len(head) - len(told) - 3))
        at = min(cells - 1, int(stats.gc_trigger / max(stats.next_gc, 1) * cells))
        drawn = bar(stats.heap_live / max(stats.next_gc, 1), cells)
        first = (
            (head, "text"),
            ("▕", "dim"),
            (drawn[:at], "mid"),
            ("┃", "new"),  # the trigger
            (drawn[at + 1 :], "mid"),
            ("▏", "dim"),
            (told, "label"),
        )
    return [first, ((" " + join_fitting(done or ["no collection yet"], width - 2, " · "), "label"),)]


def sparkline(lived: Sequence[int], width: int) -> Line:
    """heap_live after each of the last steps, the latest to the right."""
    if not lived:
        return ((" heap_live: a line grows here, a cell a step", "label"),)
    room = max(1, min(64, width - 36))
    last = lived[-room:]
    most = max(*last, 1)
    steps = f"{len(last)} step{'' if len(last) == 1 else 's'}"
    drawn = "".join(_LEVELS[min(len(_LEVELS) - 1, n * len(_LEVELS) // (most + 1))] for n in last)
    told = f" {steps}, at most {format_bytes(most)}"
    return ((" heap_live ", "label"), (drawn[:-1], "low"), (drawn[-1:], "new"), (told, "label"))


# --- The account --------------------------------------------------------------------------------------------------------


def stacked(balance: Balance, width: int) -> Line:
    """The used arena as one bar: every part that is not 0 has at least a cell, if there are enough."""
    total = balance.total
    spans: list[Span] = [(" ", "text")]
    if not total:
        return ((" the arena is empty: nothing to account for", "label"),)
    for cells, (glyph, _, token) in zip(_cells(balance, max(1, width - 2)), PARTS, strict=True):
        spans.append((glyph * cells, token))
    return tuple(spans)


def _cells(parts: Sequence[int], width: int) -> list[int]:
    """Widths in proportion, whole cells, which add up; a part above 0 takes its first cell from the largest."""
    total = sum(parts)
    cells = [n * width // total for n in parts]
    by_rest = sorted(range(len(parts)), key=lambda i: parts[i] * width % total, reverse=True)
    for i in by_rest[: width - sum(cells)]:
        cells[i] += 1
    for i, n in enumerate(parts):
        most = max(cells)
        if n and not cells[i] and most > 1:
            cells[cells.index(most)] -= 1
            cells[i] = 1
    return cells


def account_grid(balance: Balance, width: int) -> list[Line]:
    """The parts and their sum, several a line."""
    cells: list[Span] = [
        (f" {glyph} {name:<10} {_six(n):>6}", token if n else "dim")
        for n, (glyph, name, token) in zip(balance, PARTS, strict=True)
    ]
    cells.append((f" = {'arena':<10} {_six(balance.total):>6}", "text"))
    return grid(cells, width)


def _columns(width: int) -> int:
    return max(1, min(3, width // _CELL))


def grid_rows(count: int, width: int) -> int:
    """Lines of a grid of so many cells."""
    return -(-count // _columns(width))


def grid(cells: Sequence[Span], width: int) -> list[Line]:
    """Cells beside each other, at most three a line."""
    columns = _columns(width)
    cell = min(26, width // columns)
    return [tuple((f"{text:<{cell}}", token) for text, token in cells[i : i + columns]) for i in range(0, len(cells), columns)]


def _six(nbytes: int) -> str:
    """format_bytes in at most six cells."""
    text = format_bytes(nbytes)
    return text if len(text) <= 6 else text[:-3] + text[-1]


def account_table(balance: Balance, width: int) -> list[Line]:
    """The parts one below the other, with their shares and what they are, and the sum, which is the used arena."""
    total = max(balance.total, 1)
    lines: list[Line] = []
    for n, (glyph, name, token), note in zip(balance, PARTS, _NOTES, strict=True):
        tone = token if n else "dim"
        figures = f" {glyph} {name:<11}{format_bytes(n):>8}{100 * n / total:>7.1f} %"
        lines.append(((figures, tone), (f"  {clip(note, width - len(figures) - 3)}", "label" if n else "dim")))
    lines.append(((f" = {'arena':<11}{format_bytes(balance.total):>8}  arena_used − arena_start", "text"),))
    return lines


# --- Who wastes most ----------------------------------------------------------------------------------------------------


def waste_heading(width: int) -> Line:
    """Headings of the wasteful classes."""
    part = f"{'share':>6} " if _shares(width) else ""
    text = f"  {'cls':>3} {'size':>6} {'kind':<6} {'wasted':>8} {part}{'slots':>7} {'tails':>7} {'dead':>7}"
    return ((text, "label"),)


def _shares(width: int) -> bool:
    return width >= 59


def waste_row(spanclass: int, share: Share, scene: Scene, active: bool, width: int) -> Line:
    """One of them."""
    chosen, new = spanclass == scene.selection.spanclass, spanclass in scene.touched.central
    head: Token = ("cursor" if active else "select") if chosen else "new" if new else "text"
    number, size = (str(spanclass >> 1), str(CLASSES[spanclass >> 1].size)) if spanclass > 1 else ("L", "large")
    part = 100 * share.wasted / max(share.total, 1)
    return (
        (("▸" if chosen else " ") + ("+" if new else " "), head),
        (f"{number:>3} {size:>6} {'noscan' if is_noscan(spanclass) else 'scan':<6} {format_bytes(share.wasted):>8}", head),
        (f" {part:>5.1f}% " if _shares(width) else " ", "text"),
        (f"{_some(share.slot_waste):>7} ", "high"),
        (f"{_some(share.tails):>7} ", "top"),
        (f"{_some(share.dead):>7}", "error"),
    )


def _some(n: int) -> str:
    return format_bytes(n) if n else "–"


# --- Counters -----------------------------------------------------------------------------------------------------------


def _served(view: HeapView) -> tuple[tuple[str, int], ...]:
    s = view.stats
    return (
        ("tiny block", s.tinyallocs),
        ("mcache", s.nserved_mcache),
        ("mcentral", s.nserved_central),
        ("mheap small", s.nserved_heap),
        ("mheap large", s.nserved_large),
        ("OS", s.nserved_os),
    )


def _costs(view: HeapView) -> tuple[tuple[str, int], ...]:
    s = view.stats
    return (
        ("mheap locks", s.nheap_lock),
        ("mcentral locks", sum(view.central(c).nlock for c in CENTRAL_CLASSES)),
        ("OS calls", s.nheap_grow + s.nos_release),
    )


COUNTERS: Final = 9


def counter_grid(view: HeapView, width: int) -> list[Line]:
    """Who served how many allocations, and what that cost, several a line."""
    return grid([(f" {name:<14}{_count(n):>5}", "text" if n else "dim") for name, n in (*_served(view), *_costs(view))], width)


def _count(n: int) -> str:
    """A number in at most five cells."""
    return str(n) if n < 100_000 else f"{n / 1_000:.0f}k" if n < 1_000_000 else f"{n / 1_000_000:.1f}M"


def counter_table(view: HeapView, width: int) -> list[Line]:
    """The ladder with its counts, and what was paid, one below the other."""
    served = _served(view)
    total = max(sum(n for _, n in served), 1)
    cells = max(4, min(24, width - 36))
    lines: list[Line] = [
        (
            (f"   {name:<13}{n:>9} ", "text" if n else "dim"),
            (bar(n / total, cells), "low" if n else "dim"),
            (f"{100 * n / total:>6.1f} %", "label"),
        )
        for name, n in served
    ]
    s = view.stats
    (_, mheap), (_, mcentral), _ = _costs(view)
    locks = join_fitting((f"locks taken: mheap {mheap}", f"mcentral {mcentral}"), width - 4, ", ")
    asked = join_fitting((f"OS calls: {s.nheap_grow} to grow the arena", f"{s.nos_release} to give back"), width - 4, ", ")
    return [*lines, ((f"   {locks}", "text"),), ((f"   {asked}", "text"),)]


# --- Free pages ---------------------------------------------------------------------------------------------------------


def free_summary(view: HeapView, width: int) -> Line:
    """All free lists in a line."""
    lists = view.free_lists()
    large = view.stats.heap_idle - (sum(npages * count for npages, count in lists) << PAGE_SHIFT)
    parts = [f"large {format_bytes(large)}"] if large else []
    parts += [f"{npages} × {count}" for npages, count in lists]
    head = " free, pages × spans: " if lists else " free spans: "
    text = join_fitting(parts, width - len(head) - 3, ", ") if parts else "none"
    more = ", …" if parts and text != ", ".join(parts) else ""
    return ((head, "label"), (text + more, "text"))


def free_table(view: HeapView, rows: int, width: int) -> list[Line]:
    """The free lists by length, then the large free spans by length, as many as fit in `rows` lines."""
    small: list[Line] = [
        _free_line(f"free[{npages}]", str(count), view.free_list(npages, 1)[0], npages) for npages, count in view.free_lists()
    ]
    large = _large(view, rows)
    lines: list[Line] = [((clip(f"   {'list':<18}{'spans':>6}  {'first':<12}{'each':>8}", width), "label"),)]
    room = rows - 1
    if len(small) + len(large) <= room:
        nothing: Line = (("   no free page", "dim"),)
        return [*lines, *(small + large or [nothing])][:rows]
    kept = min(len(large), 2)
    lines += small[: max(0, room - 1 - kept)] + large[:kept]
    return [*lines[: rows - 1], (("   and spans of other lengths", "dim"),)][:rows]


def _free_line(name: str, count: str, first: int, npages: int) -> Line:
    text = f"   {name:<18}{count:>6}  {short(first):<12}"
    return ((text, "text"), (f"{format_bytes(npages << PAGE_SHIFT):>8}", "label"))


def _large(view: HeapView, rows: int) -> list[Line]:
    """Large free spans, one of each length: the next longer one is found as an allocation would find it."""
    lines: list[Line] = []
    npages = MAX_MHEAP_LIST
    while len(lines) < rows and (info := view.span_at(view.find_free_span(npages))) is not None:
        npages = info.npages + 1
        lines.append(_free_line(f"large, {info.npages} pages", "", info.base, info.npages))
    return lines


def beside(left: list[Line], right: list[Line], width: int, gap: int) -> list[Line]:
    """Two columns of lines as one; the left one gets `width` cells."""
    rows = max(len(left), len(right))
    left = left + [()] * (rows - len(left))
    right = right + [()] * (rows - len(right))
    return [(*fit(a, width), (" " * gap, "text"), *b) for a, b in zip(left, right, strict=True)]
