"""The objects: what the program ever allocated, newest first, whether it still has it, and what keeps it alive."""

from collections.abc import Sequence
from typing import Final

from gomem_core.arch import PTR_SIZE
from gomem_core.links import LinkIndex
from gomem_core.objects import ObjectInfo, ObjectTable
from gomem_core.reach import Fate, fate, find_paths, object_at, slot_of
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Port, Span, fit_all, rule, short
from gomem_tui.render.reflow import notice
from gomem_tui.render.words import clip, join_fitting, size_text
from gomem_tui.style import Token

_HEAD: Final = 2  # title rule, headings
_FOOT: Final = 3  # about the selected object
_LINKS: Final = 8  # of an object that are told
_PATH: Final = 8  # names of a path that are told
_NAME: Final = 12
_MADE: Final = 36  # cells for the line that made the selected object
_STATE: Final = 22

_LOOKS: Final[dict[Fate, tuple[str, Token]]] = {
    "rooted": ("●", "text"),
    "linked": ("◐", "high"),
    "garbage": ("†", "label"),
    "dead": ("✗", "error"),
    "swept": ("·", "dim"),
    "zero": ("∅", "dim"),
}
_NO_LINKS: Final = "links: none"
_STATES: Final[dict[Fate, str]] = {
    "rooted": "rooted",
    "linked": "kept by {holder}",
    "garbage": "dropped, unreachable",
    "dead": "dead, unswept",
    "swept": "swept",
    "zero": "no memory",
}
_WHY: Final[dict[Fate, str]] = {
    "rooted": "alive: the program refers to it, it is a root",
    "linked": "",  # its path is told
    "garbage": "unreachable: the next mark will pass it by",
    "dead": "dead: the last mark passed it by, the sweep has yet to come",
    "swept": "gone: its slot was swept",
    "zero": "takes no memory: objects of size 0 share this address",
}


def object_rows(height: int) -> int:
    """Rows of objects in a pane of this height."""
    return max(1, height - _HEAD - (_FOOT if height >= _HEAD + _FOOT + 3 else 0))


def render_objects(
    view: HeapView, port: Port, objects: ObjectTable, history: Sequence[str], selected: int, links: LinkIndex | None = None
) -> list[Line]:
    """Title rule, headings, the objects from row port.top, and about object number `selected` (-1: none).

    `history` are the lines that were done so far; what the last of them made or dropped is marked.
    `links` is find_paths's.
    """
    count = len(objects)
    notes = [f"{count} ever, {objects.alive} rooted", "newest first"]
    lines = [rule("9 Objects", notes, port), _heading(port.width)]
    rows = object_rows(port.height)
    shown = range(count - 1 - port.top, max(-1, count - 1 - port.top - rows), -1)
    chosen = [selected] if 0 <= selected < count else []
    paths = find_paths(view, objects, {*shown, *chosen}, links)
    for oid in shown:
        lines.append(_row(view, objects, history, port, oid, oid == selected, paths))
    if not count:
        lines += notice("The program has allocated nothing yet.", port.width)
    if rows < port.height - _HEAD:
        lines += [()] * (port.height - _FOOT - len(lines))
        for oid in chosen:
            lines += _about(view, objects, history, port.width, oid, paths)
    return fit_all(lines, port)


def _heading(width: int) -> Line:
    text = f"     {'name':<{_NAME}} {'address':<12}{'size':>6}  "
    if _kinds(width):
        text += f"{'kind':<8}"
    text += f"{'state':<{_STATE}}"
    if _made(width):
        text += "made by step"
    return ((text, "label"),)


def _kinds(width: int) -> bool:
    return width >= 72


def _made(width: int) -> bool:
    return width >= 96


def _row(
    view: HeapView,
    objects: ObjectTable,
    history: Sequence[str],
    port: Port,
    oid: int,
    chosen: bool,
    paths: dict[int, list[int]],
) -> Line:
    o = objects.info(oid)
    what = fate(view, objects, oid, paths)
    glyph, tone = _LOOKS[what]
    step = len(history)
    new, gone = o.born == step, o.dropped == step
    mark = "+" if new else "−" if gone else " "
    head: Token = ("cursor" if port.active else "select") if chosen else "new" if new or gone else tone
    spans: list[Span] = [
        ("▸" if chosen else " ", head),
        (mark, "new" if (new or gone) and not chosen else head),
        (f" {glyph} ", tone),
        (f"{_cut(o.name):<{_NAME}} {short(o.addr):<12}", head),
        (f"{size_text(o.size):>6}  ", tone),
    ]
    if _kinds(port.width):
        spans.append((f"{o.kind:<8}", tone))
    path = paths.get(oid, [oid])
    state = _STATES[what].format(holder=objects.name(path[-2]) if len(path) > 1 else "")
    spans.append((f"{clip(state, _STATE - 1):<{_STATE}}", tone))
    if _made(port.width):
        room = port.width - sum(len(text) for text, _ in spans)
        spans.append((clip(f"{o.born} {_line(history, o)}", room), "label"))
    return tuple(spans)


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _line(history: Sequence[str], o: ObjectInfo) -> str:
    """The line that made the object."""
    return history[o.born - 1].strip() if 0 < o.born <= len(history) else ""


def _about(
    view: HeapView, objects: ObjectTable, history: Sequence[str], width: int, oid: int, paths: dict[int, list[int]]
) -> list[Line]:
    """Three lines: what the object is, what it links to, what keeps it alive."""
    o = objects.info(oid)
    slot = slot_of(view, objects, oid)
    what = fate(view, objects, oid, paths)
    info = view.span_at(o.addr)
    parts = [f"▸ {o.name}", f"{size_text(o.size)} {o.kind}"]
    parts.append(clip(f"step {o.born}: {_line(history, o)}", _MADE))
    if slot is not None and info is not None:
        parts.append(f"slot {slot.slot} of span {short(info.base)}")
    if o.dropped > 0:
        parts.append(f"dropped at step {o.dropped}")
    why = _kept(view, objects, paths[oid]) if what == "linked" else _WHY[what]
    links = _links(view, objects, o) if slot is not None else _NO_LINKS
    room = width - 1
    return [
        ((" " + join_fitting(parts, room, " · "), "select"),),
        ((" " + clip(links, room), "text"),),
        ((" " + clip(why, room), _LOOKS[what][1]),),
    ]


def _links(view: HeapView, objects: ObjectTable, o: ObjectInfo) -> str:
    words = o.ptrdata // PTR_SIZE
    if not words:
        return "links: none, it was allocated noscan"
    links = view.links(o.addr)
    if not links:
        return f"links: none yet, {words} {'word' if words == 1 else 'words'} can hold a pointer"
    told = [f".{word} → {_name_at(view, objects, target)}" for word, target in links[:_LINKS]]
    more = f"  and {len(links) - _LINKS} more" if len(links) > _LINKS else ""
    return "links: " + "  ".join(told) + more


def _name_at(view: HeapView, objects: ObjectTable, addr: int) -> str:
    oid = object_at(view, objects, addr)
    return short(addr) if oid is None else objects.name(oid)


def _kept(view: HeapView, objects: ObjectTable, path: list[int]) -> str:
    """Which root keeps the last object of the path alive, and how."""
    names = [objects.name(oid) for oid in path]
    slots = [slot_of(view, objects, oid) for oid in path[-2:]]
    if slots[0] == slots[-1]:
        return f"alive: {names[-2]} shares its tiny block"
    if len(names) > _PATH:
        names[_PATH // 2 : -_PATH // 2] = [f"… {len(names) - _PATH} more …"]
    return f"alive: root {' → '.join(names)}"
