"""The process from high to low addresses, as a picture: what is mapped, what is only reserved, and which way it grows.

The selected place is shown three times: in the arena, its byte of the bitmap, its entry of spans.  That links the regions.
"""

from dataclasses import dataclass
from math import log2
from typing import Final

from gomem_core.arch import BITMAP_BYTES_PER_ARENA_BYTE, PAGE_SHIFT, PHYS_PAGE_SIZE, PTR_SIZE
from gomem_core.objects import ObjectTable
from gomem_core.reach import object_at
from gomem_core.records import Region
from gomem_core.report import format_bytes
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Port, Scene, Span, bar, fit_all, rule, short
from gomem_tui.render.words import clip, join_fitting, size_text
from gomem_tui.style import Token

_ALWAYS, _SELECTED, _RESERVED, _STACK, _LEGEND, _GAPS, _AIR = range(7)  # what a row is for: the last ones go first
_BAR: Final = 10
_SIZES: Final = 19
_ARROWS: Final = {"up": "↑", "down": "↓", "": " "}
_KEYS: Final = ("█ mapped", "░ reserved", "┊ unused", "↑↓ grows", "bars: log scale, 4K to all")
_NAMES: Final = {
    "environment, arguments": "env, args",
    "heap: arena": "arena",
    "heap: bitmap": "bitmap",
    "heap: spans": "spans",
}
_TONES: Final[dict[str, Token]] = {"heap: arena": "low", "heap: bitmap": "mid", "heap: spans": "high"}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row, and what it is for."""

    level: int
    line: Line


def render_layout(view: HeapView, port: Port, scene: Scene, objects: ObjectTable) -> list[Line]:
    """Title rule, and as much of the picture as there is room for."""
    notes = ["high addresses above", f"{format_bytes(sum(_mapped(view)))} mapped for the heap"]
    picture = _Picture(view, port, scene, objects)
    rows = picture.rows()
    room = port.height - 1
    for level in (_AIR, _GAPS, _LEGEND, _STACK, _RESERVED, _SELECTED):
        if len(rows) > room:
            rows = [row for row in rows if row.level != level]
    return fit_all([rule("8 Layout", notes, port), *(row.line for row in rows)], port)


def _mapped(view: HeapView) -> list[int]:
    return [r.used_end - r.used_start for r in view.layout() if r.name.startswith("heap")]


class _Picture:
    """Makes the rows for one heap and one selection."""

    def __init__(self, view: HeapView, port: Port, scene: Scene, objects: ObjectTable) -> None:
        self._view = view
        self._port = port
        self._objects = objects
        self._addr = scene.selection.addr if view.span_at(scene.selection.addr) is not None else 0
        self._to = port.width >= 78  # whether both ends of a range are shown
        info = view.span_at(self._addr)
        self._mark = scene.mark(info.base) if info is not None else ""

    def rows(self) -> list[_Row]:
        """All rows, from high addresses to low."""
        rows: list[_Row] = []
        above: Region | None = None
        for region in self._view.layout():
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
        return f"  {short(start):>12} – {short(end):<12} " if self._to else f"  {short(start):>12} "

    def _used(self, r: Region) -> _Row:
        nbytes, reserved = r.used_end - r.used_start, r.end - r.start
        tone: Token = _TONES.get(r.name, "top")
        sizes = format_bytes(nbytes) if nbytes == reserved else f"{format_bytes(nbytes)} of {format_bytes(reserved)}"
        name = _NAMES.get(r.name, r.name)
        spans: list[Span] = [
            (self._range(r.used_start, r.used_end), "text"),
            ("█" if nbytes else "░", tone if nbytes else "dim"),
            (_ARROWS[r.grows] + " ", "key"),
            (f"{name:<15}" if self._to else f"{name:<10}", tone),
            (f"{sizes:<{_SIZES}}", "text"),
        ]
        if r.grows:
            spans.append((bar(_log_share(nbytes, reserved), _BAR), tone))
        room = self._port.width - sum(len(text) for text, _ in spans) - 2
        if len(r.note) <= room:
            spans.append((f"  {r.note}", "label"))
        return _Row(_ALWAYS, tuple(spans))

    def _rest(self, r: Region, start: int, end: int) -> list[_Row]:
        if start == end:
            return []
        text = f"{format_bytes(end - start)} reserved, not mapped"
        line: Line = ((self._range(start, end), "dim"), ("░  ", "dim"), (text, "dim"))
        return [_Row(_RESERVED if r.name in _TONES else _STACK, line)]

    def _gap(self, nbytes: int) -> _Row:
        blank = " " * len(self._range(0, 0))
        return _Row(_GAPS, ((blank, "dim"), ("┊  ", "dim"), (f"{format_bytes(nbytes)} unused", "dim")))

    def _selected(self, r: Region) -> list[_Row]:
        if not self._addr or not r.name.startswith("heap"):
            return []
        addr, text = self._told(r)
        token: Token = "cursor" if self._port.active and r.name == "heap: arena" else "select"
        at = f"▸{(self._mark if r.name == 'heap: arena' else '') or ' '}{short(addr):>12}"
        blank = " " * (len(self._range(0, 0)) - len(at))
        room = self._port.width - len(at) - len(blank) - 3
        return [_Row(_SELECTED, ((at, token), (blank, "text"), ("├  ", "select"), (clip(text, room), "select")))]

    def _told(self, r: Region) -> tuple[int, str]:
        """Where the selected place shows in a region of the heap, and what is there."""
        offset = self._addr - self._view.arena[0]
        if r.name == "heap: bitmap":
            return r.end - 1 - offset // BITMAP_BYTES_PER_ARENA_BYTE, self._byte_told(offset)
        if r.name == "heap: spans":
            page = offset >> PAGE_SHIFT
            return r.start + page * PTR_SIZE, self._entry_told(page)
        return self._addr, self._place_told()

    def _place_told(self) -> str:
        info, slot = self._view.span_at(self._addr), self._view.slot_at(self._addr)
        if info is None or slot is None:
            free = info is not None and info.state == "free"
            return "a free page" if free else "behind the last slot of its span"
        if slot.state == "free":
            return f"free slot {slot.slot} of {info.elemsize} B"
        oid = object_at(self._view, self._objects, self._addr)
        if oid is None:
            return f"slot {slot.slot} of {info.elemsize} B"
        o = self._objects.info(oid)
        inside = f", byte {self._addr - o.addr} of it" if self._addr != o.addr else ""
        return f"{o.name}, {size_text(o.size)} {o.kind}{inside}"

    def _byte_told(self, offset: int) -> str:
        first = self._addr - offset % BITMAP_BYTES_PER_ARENA_BYTE
        words = self._view.words(first, BITMAP_BYTES_PER_ARENA_BYTE // PTR_SIZE)
        if not words:
            return "its bitmap byte: of a free span, it means nothing"
        scan = "".join(str(int(w.scan)) for w in reversed(words))
        pointer = "".join(str(int(w.pointer)) for w in reversed(words))
        return f"scan {scan} ptr {pointer}, words from {short(first)}"

    def _entry_told(self, page: int) -> str:
        base, valid = self._view.spans_entry(page)
        if not base:
            return f"spans[{page}] is nil"
        return f"spans[{page}] → span {short(base)}{'' if valid else ', left over'}"


def _log_share(nbytes: int, reserved: int) -> float:
    """How far the mapped part has come from one page of the operating system to all, on a logarithmic scale."""
    if nbytes < PHYS_PAGE_SIZE:
        return 0.0
    return max(log2(nbytes / PHYS_PAGE_SIZE) / log2(reserved / PHYS_PAGE_SIZE), 0.01)
