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
from gomem_tui.render.words import clip, join_fitting
from gomem_tui.style import Token

_ALWAYS, _SELECTED, _RESERVED, _LEGEND, _GAPS, _AIR = range(6)  # what a row is for: the last ones go first
_BAR: Final = 10
_SIZES: Final = 19
_ARROWS: Final = {"up": "↑", "down": "↓", "": " "}
_KEYS: Final = ("█ mapped", "░ reserved", "┊ nobody's", "↑↓ grows", "bars: log scale, 4K to all")
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
    for level in (_AIR, _GAPS, _LEGEND, _RESERVED, _SELECTED):
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
        self._new = {"heap: arena": any(view.arena[0] <= base < view.arena[1] for base in scene.touched.spans)}

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
        return [*used, *selected, *self._rest(r, r.start, r.used_start)]

    def _range(self, start: int, end: int) -> str:
        return f"  {short(start):>12} – {short(end):<12} " if self._to else f" {short(start):>12} "

    def _used(self, r: Region) -> _Row:
        nbytes, reserved = r.used_end - r.used_start, r.end - r.start
        tone: Token = _TONES.get(r.name, "top")
        sizes = format_bytes(nbytes) if nbytes == reserved else f"{format_bytes(nbytes)} of {format_bytes(reserved)}"
        name = r.name.removeprefix("heap: ")
        if not self._to:
            name = {"environment, arguments": "env, args"}.get(name, name)
        spans: list[Span] = [
            (self._range(r.used_start, r.used_end), "text"),
            ("█" if nbytes else "░", tone if nbytes else "dim"),
            (_ARROWS[r.grows] + " ", "key"),
            (f"{name:<23}" if self._to else f"{name:<10}", tone),
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
        return [_Row(_RESERVED, ((self._range(start, end), "dim"), ("░  ", "dim"), (text, "dim")))]

    def _gap(self, nbytes: int) -> _Row:
        blank = " " * len(self._range(0, 0))
        return _Row(_GAPS, ((blank, "dim"), ("┊  ", "dim"), (f"{format_bytes(nbytes)} of nobody", "dim")))

    def _selected(self, r: Region) -> list[_Row]:
        if not self._addr or not r.name.startswith("heap"):
            return []
        start = self._view.arena[0]
        page = (self._addr - start) >> PAGE_SHIFT
        told = {
            "heap: arena": self._place,
            "heap: bitmap": lambda: (start - 1 - (self._addr - start) // BITMAP_BYTES_PER_ARENA_BYTE, self._byte_told()),
            "heap: spans": lambda: (r.start + page * PTR_SIZE, self._entry_told(page)),
        }
        addr, text = told[r.name]()
        token: Token = "cursor" if self._port.active and r.name == "heap: arena" else "select"
        at = f"▸ {short(addr):>12}"
        blank = " " * (len(self._range(0, 0)) - len(at))
        room = self._port.width - len(at) - len(blank) - 3
        return [_Row(_SELECTED, ((at, token), (blank, "text"), ("├  ", "select"), (clip(text, room), "select")))]

    def _place(self) -> tuple[int, str]:
        """What lies at the selected address."""
        info, slot = self._view.span_at(self._addr), self._view.slot_at(self._addr)
        if info is None or slot is None:
            state = info.state if info is not None else ""
            return self._addr, f"{state} span"
        addr = slot.addr if slot.slot < info.nelems else self._addr
        oid = object_at(self._view, self._objects, self._addr)
        if oid is not None:
            o = self._objects.info(oid)
            return o.addr, f"{o.name}, {o.size} B {o.kind}, slot {slot.slot} of its span"
        word = "free slot" if slot.state == "free" else "slot"
        return addr, f"{word} {slot.slot} of {info.elemsize} B"

    def _byte_told(self) -> str:
        first = self._addr - (self._addr - self._view.arena[0]) % BITMAP_BYTES_PER_ARENA_BYTE
        words = [w for w in self._view.words(first, 4) if w.addr < first + BITMAP_BYTES_PER_ARENA_BYTE]
        if not words:
            return "its bitmap byte: means nothing in a free span"
        bits = "".join(str(int(w.scan)) for w in reversed(words)) + "".join(str(int(w.pointer)) for w in reversed(words))
        return f"its bitmap byte {bits}: words {short(first)} to +{BITMAP_BYTES_PER_ARENA_BYTE - PTR_SIZE}"

    def _entry_told(self, page: int) -> str:
        base, valid = self._view.spans_entry(page)
        if not base:
            return f"its entry spans[{page}]: nil"
        left = "" if valid else ", left over"
        return f"its entry spans[{page}] → span {short(base)}{left}"


def _log_share(nbytes: int, reserved: int) -> float:
    """How far the mapped part has come from one page of the operating system to all, on a logarithmic scale."""
    if nbytes < PHYS_PAGE_SIZE:
        return 0.0
    return max(log2(nbytes / PHYS_PAGE_SIZE) / log2(reserved / PHYS_PAGE_SIZE), 0.01)
