"""The parts of the Heap pane that tell of bytes: the collector's gauge, the account, and which classes waste most."""

from collections.abc import Callable, Sequence
from typing import Final

from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.sizeclasses import is_noscan
from gomem_core.named import NamedTuple
from gomem_core.queries.shares import Balance, Held, Share
from gomem_core.report import format_bytes, signed
from gomem_core.world.world import World
from gomem_tui.draw.style import Token
from gomem_tui.render.compared import Compared, Sum, shown
from gomem_tui.render.lines import Line, Scene, Span, bar, fit
from gomem_tui.render.words import clip, join_fitting

_CELL: Final = 19  # cells of one figure with its name
_COLUMNS: Final = 3  # of such cells, where there is room
_WIDEST: Final = 26  # cells of one, where there is more
_MEMSTATS: Final = 74  # columns for all of HeapSys, HeapInuse, HeapIdle, HeapReleased
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
_ALL: Final[tuple[tuple[str, str, Token], ...]] = (*PARTS, ("=", "arena", "text"))
_MAIN: Final = ("requested", "dead", "free slots", "free pages", "given back", "arena")  # where there is no room for all
_NOTES: Final = (
    "asked for by live objects",
    "ends of their slots",
    "unreached, not yet swept",
    "for objects of their class",
    "after the last slots",
    "stacks, work buffers",
    "in spans nobody uses",
    "to the OS, addresses stay",
)
_READ_NOTES: Final = {  # of a heap that is read
    "live slots": "of objects that live, whole",
    "taken": "what lives is not known",
    "?": "not known of this heap",
    "taken up": "not known of what was taken up",
}
_PAGE_NOTES: Final = {"free pages": "nobody's, for any span", "arena": "mapped for the heap"}  # where bits tell which are free
_END_NOTE: Final = "ends of spans, their bits"  # where the runtime keeps bits behind the slots
_USED: Final = "arena_used − arena_start"
_ALL_USED: Final = "used, of all arenas"
_TOLD: Final = {
    "collections": "collections: {n}",
    "none": "no collection yet",
    "swept": "all swept",
    "sweeping": "~ sweeping: spans wait",
    "marked": "the last marked {nbytes}",
    "swept lives": "all swept: what is allocated lives",
    "marked lives": "~ sweeping: marks tell what lives",
    "marking": "one is marking: what lives is not known yet",
    "taken": "what lives is not known: some of it may be dead",
    "sums": "heap_sys {sys}, heap_inuse {inuse}, heap_idle {idle}",
    "was": "was {was}",
    "trend": " {now}, {change} in {looks} looks{live}",
    "trend live": "; live {change}",
    "spark": " at most {most}, steps: {steps}",
}


def heading(text: str, width: int) -> Line:
    """A quiet rule above a part."""
    return ((f" {text} ", "label"), ("┄" * max(0, width - len(text) - 3), "dim"), (" ", "text"))


# --- The collector ------------------------------------------------------------------------------------------------------


def _percent(n: int) -> str:
    return "off" if n < 0 else str(n)


def gauge(c: Compared, world: World, width: int) -> list[Line]:
    """heap_live against trigger and goal; what the collector does."""
    now = c.now
    live, trigger, goal = c.sum("heap_live", "live"), c.sum("gc_trigger", "trigger"), c.sum("next_gc", "goal")
    gogc = c.sum("gcpercent", "GOGC")
    name = "heap_live" if live.now is None else "live"  # a heap that is read may know what lives, and not what the pacer counts
    head: list[Span] = [(c.sign(live), "new"), (f"{name} {c.text(live, format_bytes)} ", "text")]
    if now.gc_trigger == U64_MAX:
        first: Line = (*head, (c.sign(gogc, trigger), "new"), ("GOGC off: only gc collects", "label"))
        return [first, _collections(c, world, width)]
    told: list[Span] = []
    for s, form in ((trigger, format_bytes), (goal, format_bytes), (gogc, _percent)):
        told += [(c.sign(s), "new"), (f"{s.name} {shown(s.now, form)}", "label")]
    if now.heap_live is None or now.gc_trigger is None or now.next_gc is None:
        return [(*head, *told), _collections(c, world, width)]
    cells = max(4, min(32, width - 3 - sum(len(text) for text, _ in (*head, *told))))
    share = now.heap_live / max(now.next_gc, 1)
    at = min(cells - 1, int(now.gc_trigger / max(now.next_gc, 1) * cells))
    drawn = bar(share, cells)
    pictured: list[Span] = [("▕", "dim"), (drawn[:at], "mid"), ("┃", "new"), (drawn[at + 1 :], "mid"), ("▏", "dim")]
    return [(*head, *pictured, *told), _collections(c, world, width)]


def _collections(c: Compared, world: World, width: int) -> Line:
    """How many there were, and whether the last one is done."""
    sums = (c.sum("numgc"), c.sum("sweepdone"), c.sum("heap_marked"))
    parts = [_TOLD["none"]]
    if c.now.numgc and c.now.balance.slot_waste is None and world.kind != "session":
        lives = "marking" if c.now.balance.dead is None else "swept lives" if c.now.sweepdone else "marked lives"
        lives = "taken" if c.now.sweepdone is None else lives
        parts = [_TOLD["collections"].format(n=c.text(sums[0], str)), _TOLD[lives]]
    elif c.now.numgc:
        state = _TOLD["swept" if c.now.sweepdone else "sweeping"]
        marked = _TOLD["marked"].format(nbytes=shown(c.now.heap_marked, format_bytes))
        parts = [_TOLD["collections"].format(n=c.text(sums[0], str)), state, marked]
    return ((c.sign(*sums), "new"), (join_fitting(parts, width - 2, " · "), "label"))


class Looks(NamedTuple):
    """Bytes in each of the last looks at a heap: HeapInuse, and what the last collection before it found alive."""

    inuse: Sequence[int]
    marked: Sequence[int | None]


def _trend(looks: Looks, width: int) -> Line:
    """HeapInuse in each of the last looks, the latest to the right, and how it and what lives have changed since the first."""
    last = looks.inuse[-max(1, min(64, width - 50)) :]
    first, now = looks.marked[0], looks.marked[-1]
    live = "" if first is None or now is None else _TOLD["trend live"].format(change=signed(now - first, "bytes"))
    change = signed(looks.inuse[-1] - looks.inuse[0], "bytes")
    told = _TOLD["trend"].format(now=format_bytes(looks.inuse[-1]), change=change, looks=len(looks.inuse), live=live)
    drawn = _levels(last)
    return ((" HeapInuse ", "label"), (drawn[:-1], "low"), (drawn[-1:], "new"), (told, "label"))


def _levels(numbers: Sequence[int]) -> str:
    """A column of eighths for each, of the highest."""
    most = max(numbers)
    return "".join(_LEVELS[min(len(_LEVELS) - 1, n * len(_LEVELS) // (most + 1))] for n in numbers)


def sparkline(lived: Sequence[int] | Looks, width: int) -> Line:
    """heap_live after each of the last steps, the latest to the right; of a heap that is read, how looks at it differ."""
    if isinstance(lived, Looks) and len(lived.inuse) > 1:
        return _trend(lived, width)
    if isinstance(lived, Looks) or not lived:
        return ((" heap_live: one moment draws no line", "label"),)
    room = max(1, min(64, width - 36))
    last = lived[-room:]
    most = max(last, default=0)
    if not most:
        return ((" heap_live: a line grows here, a cell a step", "label"),)
    drawn = _levels(last)
    told = _TOLD["spark"].format(most=format_bytes(most), steps=len(last) - (len(last) == len(lived)))
    return ((" heap_live ", "label"), (drawn[:-1], "low"), (drawn[-1:], "new"), (told, "label"))


def memstats(c: Compared, width: int) -> Line:
    """What MemStats calls HeapSys, HeapInuse, HeapIdle and HeapReleased; where there is no room the last one is left out.

    It is told twice then: the account has it as "given back".
    """
    sums = [c.sum(name) for name in ("heap_sys", "heap_inuse", "heap_idle", "heap_released")]
    if width < _MEMSTATS:
        del sums[-1]
    return c.line_up("", sums, five, width, 1)[0]


def memstats_note(c: Compared) -> str:
    """The same for a title, where there is no line for it."""
    now = c.now
    sys, inuse, idle = (shown(n, five) for n in (now.heap_sys, now.heap_inuse, now.heap_idle))
    return _TOLD["sums"].format(sys=sys, inuse=inuse, idle=idle)


# --- The account --------------------------------------------------------------------------------------------------------


def stacked(c: Compared, width: int) -> Line:
    """The used arena as one bar: every part that is not 0 has at least a cell, if there are enough."""
    balance = c.now.balance
    if not balance.total:
        return ((" the arena is empty: nothing to account for", "label"),)
    spans: list[Span] = [(c.sign(*c.balance()), "new")]
    for cells, (glyph, _, token) in zip(_cells(balance, max(1, width - 2)), PARTS, strict=True):
        spans.append((glyph * cells, token))
    return tuple(spans)


def _cells(parts: Balance, width: int) -> list[int]:
    """Widths in proportion, whole cells, which add up; a part above 0 takes its first cell from the largest."""
    total, sizes = parts.total, [n or 0 for n in parts]
    cells = [n * width // total for n in sizes]
    by_rest = sorted(range(len(parts)), key=lambda i: sizes[i] * width % total, reverse=True)
    for i in by_rest[: width - sum(cells)]:
        cells[i] += 1
    for i, n in enumerate(sizes):
        most = max(cells)
        if n and not cells[i] and most > 1:
            cells[cells.index(most)] -= 1
            cells[i] = 1
    return cells


def account_rows(width: int, few: bool = False) -> int:
    """Lines of account_grid."""
    return -(-len(_MAIN if few else _ALL) // _columns(width))


def _columns(width: int) -> int:
    return max(1, min(_COLUMNS, width // _CELL))


def account_grid(c: Compared, width: int, few: bool = False) -> list[Line]:
    """The parts and their sum, several a line; `few`: only the main ones."""
    columns = _columns(width)
    cell = min(_WIDEST, width // columns)
    room = cell - 14  # for the value
    cells: list[Line] = []
    for s, (glyph, name, token) in zip(c.balance(), _ALL, strict=True):
        if few and name not in _MAIN:
            continue
        text = f"{glyph} {_called(name, c.now.balance):<10} {c.text(s, five, room):>5}"
        cells.append(fit(((c.sign(s), "new"), (text, _tone(s, name, token))), cell))
    return [tuple(span for one in cells[i : i + columns] for span in one) for i in range(0, len(cells), columns)]


def _called(name: str, balance: Balance) -> str:
    """The name of a part of the account: what was asked for is not known of a heap that is read, and at times not what lives."""
    if name != "requested" or balance.slot_waste is not None:
        return name
    return "taken" if balance.dead is None else "live slots"


def _tone(s: Sum, name: str, token: Token) -> Token:
    return "unknown" if s.now is None else token if s.now or name == "arena" else "dim"


def five(nbytes: int) -> str:
    """format_bytes in at most five cells."""
    text = format_bytes(nbytes)
    return text if len(text) <= 5 else text[:-3] + text[-1]


def account_table(c: Compared, world: World, width: int) -> list[Line]:
    """The parts one below the other, with their shares and what they are, and the sum, which is the used arena."""
    total = max(c.now.balance.total, 1)
    lines: list[Line] = []
    missing = _READ_NOTES["taken up" if world.kind == "session" else "?"]
    arenas = sum(name == "heap: arena" for name, _ in c.now.mapped)
    notes = (*_NOTES, _USED if arenas == 1 else _ALL_USED)
    profile = world.profile
    by_version = _PAGE_NOTES if profile.heap_lists is None and arenas == 1 else {}
    if profile.heap_bits == "span":
        by_version = {**by_version, "tails": _END_NOTE}
    for s, (glyph, name, token), note in zip(c.balance(), _ALL, notes, strict=True):
        name = _called(name, c.now.balance)
        share = f"{100 * s.now / total:>7.1f} %" if s.now is not None else " " * 9
        figures = f"{glyph} {name:<11}{shown(s.now, format_bytes):>8}{share}"
        note = _READ_NOTES.get(name, by_version.get(name, note)) if s.now is not None else missing
        tone = _tone(s, name, token)
        if c.scene.comparing and s.now != s.was:
            note = _TOLD["was"].format(was=shown(s.was, format_bytes))
        told = clip(note, width - len(figures) - 4)
        lines.append(((c.sign(s), "new"), (figures, tone), (f"  {told}", "label" if s.now else "dim")))
    return lines


# --- Who wastes most ----------------------------------------------------------------------------------------------------


class _Column(NamedTuple):
    """A column about a wasteful class: heading, cells with the blank before it, token, and what it shows."""

    heading: str
    cells: int
    token: Token
    text: Callable[[Share, Held], str]


_HEAD: Final = 20  # cells of class, size and kind
_WASTED: Final = _Column("wasted", 7, "text", lambda share, _: format_bytes(share.wasted))
_FREE: Final = _Column("free slots", 11, "mid", lambda share, _: _some(share.free_slots))
_SLOTS: Final = _Column("slot waste", 11, "high", lambda share, _: shown(share.slot_waste, _some))
_DEAD: Final = _Column("dead", 7, "error", lambda share, _: shown(share.dead, _some))
_TAILS: Final = _Column("tails", 7, "top", lambda share, _: _some(share.tails))
_SHARE: Final = _Column("share", 7, "text", lambda share, _: f"{share.percent(share.wasted):.1f}%")
_SPANS: Final = _Column("spans", 10, "text", lambda _, held: _spans(held))
_ORDER: Final = (_WASTED, _SHARE, _FREE, _SLOTS, _DEAD, _TAILS, _SPANS)
_WANTED: Final = (_WASTED, _FREE, _SLOTS, _SPANS, _DEAD, _TAILS, _SHARE)  # as far as there is room


def _spans(held: Held, form: Callable[[int], str] = str) -> str:
    """How many there are, and how many would hold the same objects."""
    return f"{form(held.spans)}→{form(held.needed)}" if held.needed < held.spans else form(held.spans)


def _chosen(width: int) -> tuple[_Column, ...]:
    room, taken = width - _HEAD, []
    for column in _WANTED:
        if column.cells <= room:
            taken.append(column)
            room -= column.cells
    return tuple(column for column in _ORDER if column in taken)


def waste_heading(width: int) -> Line:
    """Headings of the wasteful classes."""
    headings = "".join(f"{column.heading:>{column.cells}}" for column in _chosen(width))
    return ((f"  {'cls':>3} {'size':>6} {'kind':<7}{headings}", "label"),)


def waste_row(spanclass: int, share: Share, held: Held, scene: Scene, active: bool, width: int) -> Line:
    """One of them."""
    chosen = spanclass == scene.selection.spanclass
    mark = scene.sign(scene.before is not None and scene.before.shares.get(spanclass) != share)
    head: Token = ("cursor" if active else "select") if chosen else "new" if mark else "text"
    number, size = (str(spanclass >> 1), str(held.elemsize)) if spanclass > 1 else ("L", "large")
    columns = _chosen(width)
    return (
        ("▸" if chosen else " ", head),
        (mark or " ", "new" if mark and not chosen else head),
        (f"{number:>3} {size:>6} {'noscan' if is_noscan(spanclass) else 'scan':<7}", head),
        *((_cell(c, share, held), head if c is _WASTED else c.token) for c in columns),
    )


def _cell(column: _Column, share: Share, held: Held) -> str:
    """What the column says, aligned to the right behind at least one blank; what is too long for that is told shorter."""
    text = column.text(share, held)
    if column is _SPANS and len(text) >= column.cells:
        text = _spans(held, _thousands)
    return f"{text:>{column.cells}}"


def _thousands(n: int) -> str:
    """A number in at most four cells."""
    return str(n) if n < 1_000 else f"{n / 1_000:.0f}k" if n < 999_500 else f"{n / 1_000_000:.0f}M"


def _some(n: int) -> str:
    return format_bytes(n) if n else "–"
