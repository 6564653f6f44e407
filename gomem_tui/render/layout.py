"""The process from high to low addresses, as a picture: what is mapped, what only has its addresses, and which way it grows.

The selected place is shown three times: in the arena, its byte of the bitmap, its entry of spans.  That links the regions.
"""

from math import log2
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.go.amd64 import BITMAP_BYTES_PER_ARENA_BYTE, PAGE_SHIFT, PHYS_PAGE_SIZE, PTR_SIZE
from gomem_core.queries.reach import object_at
from gomem_core.report import format_bytes
from gomem_core.world.objectinfo import Objects
from gomem_core.world.records import Region
from gomem_core.world.world import World
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Port, Scene, Span, bar, fit_all, rule, short
from gomem_tui.render.words import clip, cut, join_fitting, size_text

# What a row is for: where not all have room, the last ones go first, and of several the upper ones stay.
_HEAP, _SELECTED, _OTHERS, _UNMAPPED, _STACK, _LEGEND, _GAPS, _AIR = range(8)
_BAR: Final = 10
_SIZES: Final = 19
_ARROWS: Final = {"up": "↑", "down": "↓", "": " "}
_KEYS: Final = ("█ mapped", "░ not mapped", "┊ unused", "↑↓ grows", "bars: from 4K to all")
_TOLD: Final = {
    "mapped": "{nbytes} mapped for the heap",
    "resident": "RSS {all}, {heap} of it heap",
    "in memory": "{nbytes} in memory",
    "all": "{nbytes}",
    "part": "{nbytes} of {all}",
    "unmapped": "{nbytes} not mapped",
    "unused": "{nbytes} unused",
    "free page": "a free page",
    "behind": "after the last slot of its span",
    "free slot": "free slot {slot} of {size} B",
    "slot": "slot {slot} of {size} B",
    "object": "{name}, {size} {kind}",
    "in object": "{name}, {size} {kind}, byte {byte} of it",
    "no bits": "its bitmap byte: of a free span, it means nothing",
    "bits": "scan {scan} ptr {pointer}, words from {first}",
    "entry": "spans[{page}] → span {base}",
    "left over": "spans[{page}] → span {base}, left over",
    "nil": "spans[{page}] is nil",
}
_NAMES: Final = {
    "environment, arguments": "env, args",
    "heap: arena": "arena",
    "heap: bitmap": "bitmap",
    "heap: spans": "spans",
}
_TONES: Final[dict[str, Token]] = {"heap: arena": "low", "heap: bitmap": "mid", "heap: spans": "high"}


@frozen
class _Row:
    """A row, and what it is for."""

    level: int
    line: Line


def render_layout(world: World, port: Port, scene: Scene, objects: Objects) -> list[Line]:
    """Title rule, and as much of the picture as there is room for."""
    notes = [scene.legend, "bars: log scale", _TOLD["mapped"].format(nbytes=format_bytes(sum(_mapped(world))))]
    notes.append(resident_note(world))
    notes.append("high addresses above")
    rows = _Picture(world, port, scene, objects).rows()
    parts, rows = sum(row.level == _HEAP for row in rows), _kept(rows, port.height - 1)
    if (shown := sum(row.level == _HEAP for row in rows)) < parts:
        notes.insert(1, f"{shown} of {parts} parts of the heap")
    return fit_all([rule("8 Layout", [note for note in notes if note], port), *(row.line for row in rows)], port)


def _kept(rows: list[_Row], room: int) -> list[_Row]:
    """The rows there is room for, in their order."""
    by_need = sorted(range(len(rows)), key=lambda i: rows[i].level)
    return [rows[i] for i in sorted(by_need[: max(room, 0)])]


def resident_note(world: World) -> str:
    """How much of the process is in memory, and how much of that is heap; nothing where that is not known."""
    known = [(r.name, r.resident) for r in world.extents.layout() if r.resident is not None]
    heap = sum(nbytes for name, nbytes in known if name.startswith("heap"))
    rest = sum(nbytes for _, nbytes in known) - heap
    return _TOLD["resident"].format(all=format_bytes(heap + rest), heap=format_bytes(heap)) if known else ""


def _mapped(world: World) -> list[int]:
    return [r.used_end - r.used_start for r in world.extents.layout() if r.name.startswith("heap")]


class _Picture:
    """Makes the rows for one heap and one selection."""

    def __init__(self, world: World, port: Port, scene: Scene, objects: Objects) -> None:
        self._world = world
        self._port = port
        self._objects = objects
        self._addr = scene.selection.addr if world.spans.at(scene.selection.addr) is not None else 0
        self._to = port.width >= 78  # whether both ends of a range are shown
        info = world.spans.at(self._addr)
        self._mark = scene.mark(info.base) if info is not None else ""
        self._scene = scene

    def rows(self) -> list[_Row]:
        """All rows, from high addresses to low."""
        rows: list[_Row] = []
        above: Region | None = None
        for region in self._world.extents.layout():
            if above is not None and above.start > region.end:
                rows.append(self._gap(above.start - region.end))
            elif above is not None:
                rows.append(_Row(_AIR, ()))
            rows += self._region(region)
            above = region
        legend = join_fitting(_KEYS, self._port.width - 2)
        return [*rows, _Row(_AIR, ()), _Row(_LEGEND, (("  " + legend, "label"),))]

    def _region(self, r: Region) -> list[_Row]:
        """The mapped part, the reserved rest on the side to which it grows, and the selected place."""
        used = [self._used(r)]
        selected = self._selected(r)
        if r.grows == "up":
            return [*self._rest(r, r.used_end, r.end), *selected, *used]
        return [*selected, *used, *self._rest(r, r.start, r.used_start)]

    def _range(self, start: int, end: int) -> str:
        return f"{short(start):>12} – {short(end):<12} " if self._to else f"{short(start):>12} "

    def _grown(self, r: Region, nbytes: int) -> str:
        """What marks a region of which another part was mapped before."""
        before = self._scene.before
        was = nbytes if before is None else before.mapped.get((r.name, r.start), 0)
        return self._scene.sign(was != nbytes)

    def _used(self, r: Region) -> _Row:
        nbytes, reserved = r.used_end - r.used_start, r.end - r.start
        tone: Token = _TONES.get(r.name, "top")
        sizes = _TOLD["all" if nbytes == reserved else "part"].format(nbytes=format_bytes(nbytes), all=format_bytes(reserved))
        name = _NAMES.get(r.name, r.name)
        mark = self._grown(r, nbytes)
        spans: list[Span] = [
            (f" {mark or ' '}", "new"),
            (self._range(r.used_start, r.used_end), "new" if mark else "text"),
            ("█" if nbytes else "░", tone if nbytes else "dim"),
            (_ARROWS[r.grows] + " ", "key"),
            (f"{name:<14} " if self._to else f"{cut(name, 9):<9} ", tone),
            (f"{sizes:<{_SIZES}}", "text"),
        ]
        if r.grows:
            spans.append((bar(_log_share(nbytes, reserved), _BAR), tone))
        room = self._port.width - sum(len(text) for text, _ in spans) - 2
        notes = [] if r.resident is None else [_TOLD["in memory"].format(nbytes=format_bytes(r.resident))]
        if note := join_fitting([*notes, r.note], room, ", "):
            spans.append((f"  {note}", "label"))
        return _Row(_HEAP if r.name in _TONES else _OTHERS, tuple(spans))

    def _rest(self, r: Region, start: int, end: int) -> list[_Row]:
        if start == end:
            return []
        text = _TOLD["unmapped"].format(nbytes=format_bytes(end - start))
        mark = self._grown(r, r.used_end - r.used_start)
        line: Line = ((f" {mark or ' '}", "new"), (self._range(start, end), "dim"), ("░  ", "dim"), (text, "dim"))
        return [_Row(_UNMAPPED if r.name in _TONES else _STACK, line)]

    def _gap(self, nbytes: int) -> _Row:
        blank = " " * (2 + len(self._range(0, 0)))
        text = _TOLD["unused"].format(nbytes=format_bytes(nbytes))
        return _Row(_GAPS, ((blank, "dim"), ("┊  ", "dim"), (text, "dim")))

    def _selected(self, r: Region) -> list[_Row]:
        if not self._addr or not r.name.startswith("heap") or (r.name == "heap: arena" and not r.start <= self._addr < r.end):
            return []
        addr, text = self._told(r)
        token: Token = "cursor" if self._port.active and r.name == "heap: arena" else "select"
        at = f"▸{(self._mark if r.name == 'heap: arena' else '') or ' '}{short(addr):>12}"
        blank = " " * (2 + len(self._range(0, 0)) - len(at))
        room = self._port.width - len(at) - len(blank) - 3
        return [_Row(_SELECTED, ((at, token), (blank, "text"), ("├  ", "select"), (clip(text, room), "select")))]

    def _told(self, r: Region) -> tuple[int, str]:
        """Says where the selected place lies in a region of the heap, and what is there."""
        offset = self._addr - self._world.extents.arenas.start  # the only one, where these regions are
        if r.name == "heap: bitmap":
            return r.end - 1 - offset // BITMAP_BYTES_PER_ARENA_BYTE, self._byte_told(offset)
        if r.name == "heap: spans":
            page = offset >> PAGE_SHIFT
            return r.start + page * PTR_SIZE, self._entry_told(page)
        return self._addr, self._place_told()

    def _place_told(self) -> str:
        info, slot = self._world.spans.at(self._addr), self._world.slots.at(self._addr)
        if info is None or slot is None:
            free = info is not None and info.state == "free"
            return _TOLD["free page" if free else "behind"]
        oid = object_at(self._world, self._objects, self._addr) if slot.state != "free" else None
        if oid is None:
            key = "free slot" if slot.state == "free" else "slot"
            return _TOLD[key].format(slot=slot.slot, size=info.elemsize)
        o = self._objects.info(oid)
        if o.size is None:  # nor is more known of it than its place, and perhaps its type
            told = _TOLD["slot"].format(slot=slot.slot, size=info.elemsize)
            return f"{o.type}, {told}" if o.type else told
        key = "object" if self._addr == o.addr else "in object"
        return _TOLD[key].format(name=o.name, size=size_text(o.size), kind=o.kind, byte=self._addr - o.addr)

    def _byte_told(self, offset: int) -> str:
        first = self._addr - offset % BITMAP_BYTES_PER_ARENA_BYTE
        words = self._world.slots.words(first, BITMAP_BYTES_PER_ARENA_BYTE // PTR_SIZE)
        if not words:
            return _TOLD["no bits"]
        scan = "".join(str(int(w.scan is True)) for w in reversed(words))
        pointer = "".join(str(int(w.pointer is True)) for w in reversed(words))
        return _TOLD["bits"].format(scan=scan, pointer=pointer, first=short(first))

    def _entry_told(self, page: int) -> str:
        base, valid = self._world.spans.entry(page)
        return _TOLD["entry" if base and valid else "left over" if base else "nil"].format(page=page, base=short(base))


def _log_share(nbytes: int, reserved: int) -> float:
    """How far the mapped part has come from one page of the operating system to all, on a logarithmic scale."""
    if nbytes < PHYS_PAGE_SIZE:
        return 0.0
    return max(log2(nbytes / PHYS_PAGE_SIZE) / log2(reserved / PHYS_PAGE_SIZE), 0.01)
