"""The mcentrals: a row a span class with its lists, and the chains of the selected one."""

from collections.abc import Sequence
from typing import Final

from gomem_core.go.sizeclasses import kind_of
from gomem_core.world.facts import Fact
from gomem_core.world.records import SpanInfo
from gomem_core.world.world import World
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Port, Scene, Span, changed_elsewhere, fit_all, rule, short, shown_rows
from gomem_tui.render.reflow import notice, reflow
from gomem_tui.render.words import short_count

_FIXED: Final = 19  # cells of a row without its lists
_LOCKS: Final = 6  # and of how often the lock was taken, where that is counted
_NUMBER: Final = 7  # cells of a list's length as a number, with blanks
_BOXES: Final = 10
_FEW_BOXES: Final = 5
_LEGEND_ROOM: Final = 11  # cells that are left for the legend before there are many boxes
_LINK: Final = 4  # cells of a span in a chain besides its address: whether it is cached, the arrows
_ENDS: Final = 8  # cells of what stands before and after the spans of a chain
_FAR: Final = 5_000  # spans from an end of a list up to which a place in it is looked for
_LEGEND: Final = " ᴹ cached"
_NOTHING: Final = {  # by whether it is counted who asked, and whether anybody did
    (True, True): "This mcentral was not asked yet.",
    (True, False): "No mcentral was asked yet: objects come from an mcache first.",
    (False, True): "No span of this class is on a list.",
    (False, False): "No span is on a list of an mcentral.",
}


def listed_classes(world: World, asked: Sequence[int]) -> list[int]:
    """All span classes in the order of the rows: those that were asked come first."""
    return [*asked, *(c for c in world.profile.central_classes if c not in asked)]


def central_rows(world: World, height: int) -> int:
    """Rows of classes in a pane of this height; below them each list has a line."""
    return max(1, height - 2 - len(world.profile.central_lists))


def render_mcentral(
    world: World,
    port: Port,
    scene: Scene,
    filtered: Sequence[int] | None = None,
    text: str = "",
    asked: Sequence[int] | None = None,
) -> list[Line]:
    """Title rule, headings, the classes from number port.top, then the chains of the selected class.

    `filtered` are those that pass the filter `text`; None: all.  `asked` are those that were asked, where that is known.
    """
    names = world.profile.central_names
    asked = world.lists.asked() if asked is None else asked
    rows = central_rows(world, port.height)
    classes = listed_classes(world, asked) if filtered is None else filtered
    position = shown_rows(port.top + 1, min(port.top + rows, len(classes)), len(classes))
    changed = (classes.index(spanclass) for spanclass in scene.touched.central if spanclass in classes)
    elsewhere = "" if scene.comparing else changed_elsewhere(changed, port.top, rows)
    count = len(world.profile.central_classes)
    counts = not world.doubt(Fact.LOCKS)  # whether it is counted how often they were asked
    total = f"{len(classes)} of {count}" if text else f"{len(asked)} of {count} {'asked so far' if counts else 'have spans'}"
    notes = [scene.legend, total, elsewhere, position, f"filter {text}" if text else ""]
    lines = [rule("4 mcentral", notes, port), _heading(world, port.width)]
    room = _boxes_shown(world, port.width), _list_cells(world, port.width)
    for spanclass in classes[port.top : port.top + rows]:
        lines.append(_row(world, spanclass, port, scene, room))
    if not classes:
        lines += notice(f"No class passes the filter {text}", port.width)
    lines += [()] * (port.height - len(names) - len(lines))
    if scene.selection.spanclass in asked:
        for name in names:
            lines.append(tuple(piece for piece, _ in _chain(world, scene, name, port.width)))
    else:
        told = _NOTHING[counts, bool(asked)]
        lines += [((" ", "text"), *line) for line in reflow([(told, "label")], port.width - 2)]
    return fit_all(lines, port)


def chain_base(world: World, scene: Scene, name: str, width: int, x: int) -> int:
    """The span that is drawn at cell x of a chain; 0 for none."""
    for (text, _), base in _chain(world, scene, name, width):
        if x < len(text):
            return base
        x -= len(text)
    return 0


def _boxes_shown(world: World, width: int) -> int:
    """Boxes for each list: many, few, or as many as there is room for; of one alone nothing can be told."""
    count = len(world.profile.central_lists)
    room = _room(world, width)
    if room >= count * (_BOXES + _NUMBER) + _LEGEND_ROOM:
        return _BOXES
    boxes = min(_FEW_BOXES, room // count - _NUMBER)
    return boxes if boxes > 1 else 0


def _list_cells(world: World, width: int) -> int:
    """Cells for each list."""
    boxes = _boxes_shown(world, width)
    return boxes + _NUMBER if boxes else max(_NUMBER, _room(world, width) // len(world.profile.central_lists))


def _room(world: World, width: int) -> int:
    """Cells for all lists."""
    return width - _FIXED - (0 if world.doubt(Fact.LOCKS) else _LOCKS)


def _heading(world: World, width: int) -> Line:
    cells = _list_cells(world, width)
    names = "".join(f"{_cut(name, cells - 1):<{cells}}" for name in world.profile.central_names)
    text = f"  {'cl':>2} {'size':>6} {'kind':<7}{names}{_locks(world, 'locks')}"
    return ((text, "label"), (_LEGEND if len(text) + len(_LEGEND) <= width else "", "label"))


def _row(world: World, spanclass: int, port: Port, scene: Scene, room: tuple[int, int]) -> Line:
    """A class; `room`: boxes and cells of each list."""
    c, (boxes, cells) = world.lists.central(spanclass), room
    chosen = spanclass == scene.selection.spanclass
    new = spanclass in scene.touched.central
    kind = kind_of(spanclass)
    text: Token = "text" if c.asked else "dim"
    number, size = (spanclass >> 1, world.profile.classes[spanclass >> 1].size) if spanclass > 1 else ("L", "large")
    head: Token = ("cursor" if port.active else "select") if chosen else "new" if new else text
    mark = ("▸" if chosen else " ") + (scene.sign(new) or " ")
    spans: list[Span] = [
        (mark, "new" if new and not chosen else head),
        (f"{number:>2} {size:>6} {kind:<7}", head),
    ]
    tones: tuple[Token, Token] = ("mid", "low") if c.asked else ("dim", "dim")
    spans += [(_boxes(n, boxes).ljust(cells), tones[number % 2]) for number, n in enumerate(c.lengths)]
    spans.append((_locks(world, short_count(c.nlock) if c.nlock else ""), "text"))
    return tuple(spans)


def _locks(world: World, text: str) -> str:
    """The text in the column of locks, where they are counted."""
    return "" if world.doubt(Fact.LOCKS) else f"{text:>{_LOCKS}}"


def _boxes(n: int, boxes: int) -> str:
    """A list's length as boxes and as a number, or as a number alone."""
    if not boxes or not n:
        return short_count(n) if n else "–"
    drawn = "▪" * n if n <= boxes else "▪" * (boxes - 1) + "…"
    return f"{drawn} {short_count(n)}"


def _cut(name: str, cells: int) -> str:
    return name if len(name) <= cells else f"{name[: cells - 1]}…"


def _chain(world: World, scene: Scene, name: str, width: int) -> list[tuple[Span, int]]:
    """A list as the doubly linked chain or the queue it is, with the base of the span that each piece stands for (0: none).

    It is drawn front to back, or, where it is longer than the line and the selected span hangs on it, around that span.
    """
    spanclass = scene.selection.spanclass
    c = world.lists.central(spanclass)
    count = dict(zip(world.profile.central_names, c.lengths, strict=True))[name]
    selected = world.spans.at(scene.selection.addr)
    if selected is not None and (selected.spanclass != spanclass or selected.list_name != name):
        selected = None
    label = f" {name:<9}"
    if selected is not None and (place := world.lists.place(selected.base, _FAR)):
        label = f" {name} {place} of {count} "
    room = max(1, (width - len(label) - _ENDS) // (world.extents.arenas.digits + _LINK + bool(scene.comparing)))
    before, bases, behind = _window(world, spanclass, name, selected, room)
    changed = scene.sign(spanclass in scene.touched.central)
    link, end = (" ⇄ ", " → nil") if world.profile.heap_lists is not None else (" ← ", "")  # the first of a queue goes first
    pieces: list[tuple[Span, int]] = [
        ((changed or " ", "new"), 0),
        ((label[1:], "label"), 0),
        ((f"…{link}" if before else "→ ", "dim"), 0),
    ]
    for number, base in enumerate(bases):
        if number:
            pieces.append(((link, "dim"), 0))
        if scene.comparing:
            pieces.append(((scene.mark(base), "new"), base))
        chosen = selected is not None and selected.base == base
        pieces.append(((short(base), "select" if chosen else "text"), base))
        info = world.spans.at(base)
        if info is not None and info.is_cached:
            pieces.append((("ᴹ", "new"), base))
    pieces.append(((f"{link}…" if behind else end if bases else "nil" if end else "nothing", "dim"), 0))
    return pieces


def _window(world: World, spanclass: int, name: str, selected: SpanInfo | None, room: int) -> tuple[bool, list[int], bool]:
    """Returns at most `room` neighbouring spans of a list, and whether there are more before and after them."""
    if selected is None:
        bases = world.lists.chain(spanclass, name, room + 1)
        return False, bases[:room], len(bases) > room
    before, behind = _neighbours(world, selected, -1, room), _neighbours(world, selected, 1, room)
    left = min(len(before), max(room // 2, room - 1 - len(behind)))
    right = room - 1 - left
    bases = [*reversed(before[:left]), selected.base, *behind[:right]]
    return len(before) > left, bases, len(behind) > right


def _neighbours(world: World, info: SpanInfo, direction: int, count: int) -> list[int]:
    """Returns at most `count` spans that follow on its list, nearest first; direction -1: that stand before it."""
    found: list[int] = []
    here: SpanInfo | None = info
    while here is not None and len(found) < count:
        base = here.next_base if direction > 0 else here.prev_base
        if not base:
            break
        found.append(base)
        here = world.spans.at(base)
    return found
