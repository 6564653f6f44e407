"""The bitmap pane: pointer and scan bits of the selected span's words, and what its slots hold.

A row is one byte of the bitmap, which describes four words: 32 bytes of the arena.
"""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, set_cell_size

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.versions import BITS_IN_SPAN, Profile
from gomem_core.queries.difference_sections import GLYPHS
from gomem_core.queries.wordnames import named_word
from gomem_core.regex import regex
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.objectinfo import Objects
from gomem_core.world.records import SlotInfo, SpanInfo, WordInfo
from gomem_core.world.world import World, unknown
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import (
    MANY,
    Line,
    Port,
    Scene,
    Span,
    address_cells,
    changed_elsewhere,
    fit_all,
    rule,
    short,
    shown_rows,
)
from gomem_tui.render.reflow import notice
from gomem_tui.render.words import cut, join_fitting, size_text

ROW_BYTES: Final = 32
_WORDS: Final = ROW_BYTES // PTR_SIZE
_ADDRESS: Final = 12  # cells for an address, where it is not longer
_BYTE: Final = 12  # cells for the address of a byte of the bitmap
_HEAD: Final = 2  # title rule, headings
_FOOT: Final = 2  # legend
_LEAST, _WIDEST_FIELD, _SLOTS = 5, 22, 10  # cells of a field's name, and what slots need beside four of them
_WORD: Final = 3  # cells of a word: the border of its slot, its bits, whether a pointer is stored in it
_BITS: Final = ("◆ pointer and scan bit", "◇ pointer bit", "▫ scan bit", "· none", "→ a pointer is stored", "│ a slot begins")
_BITS_BRIEF: Final = ("◆ both bits", "◇ pointer", "▫ scan", "· none", "→ stored", "│ slot")
_NO_BITS: Final = ("noscan: no pointers here, so no bits are kept", "│ slot")
_NO_BITS_BRIEF: Final = ("noscan: no pointers, no bits", "│ slot")
_ONE_BIT: Final = ("◆ may be a pointer", "· is none", "→ a pointer is stored", "│ slot")
_ONE_BIT_BRIEF: Final = ("◆ pointer", "· none", "→ stored", "│ slot")
_READ_BITS: Final = ("◆ may be a pointer", "· is none", "│ slot", "what is stored there is not read")
_TYPE, _SPAN_BITS, _MARKS = "T", "b", "k"  # words that the runtime keeps for itself
_KEPT: Final = {_TYPE: "T the type", _SPAN_BITS: "b pointer bits", _MARKS: "k marks"}
_TYPED: Final = ("? told by the object's type, not by bits", "│ slot")
_LEAST_NAME: Final = 6  # cells of a part of a name that says anything
_NUMBER: Final = regex(r"\.?[0-9]+$")
_STATES: Final = ("● taken", "○ free", "✗ dead, unswept", "m marked", "† dropped", "+ this step")
_STATE_SIGNS: Final = {"allocated": "●", "dead": "✗", "free": "○"}


def bitmap_rows(height: int) -> int:
    """Rows of words in a pane of this height."""
    return max(1, height - _HEAD - _FOOT)


def stride(info: SpanInfo, height: int) -> int:
    """Bytes of what the cursor is on in a pane of this height: a slot, or one row where the pane cannot show a whole slot."""
    return info.elemsize if info.elemsize <= bitmap_rows(height) * ROW_BYTES else ROW_BYTES


def render_bitmap(world: World, port: Port, scene: Scene, objects: Objects) -> list[Line]:
    """Title rule, headings, then bitmap byte number port.top of the selected span and following, and a legend."""
    info = world.spans.at(scene.selection.addr)
    if info is None or not info.elemsize:
        told = notice("Select a span in use: the bits of its words show here.", port.width)
        return fit_all([rule("3 Bitmap", [], port), *told], port)
    lines = [rule("3 Bitmap", _notes(info, port, scene), port)]
    rows, start = bitmap_rows(port.height), info.base + port.top * ROW_BYTES
    words = world.slots.words(start, rows * _WORDS) if start < info.base + info.nbytes else []
    drawn = _Rows(world, info, port, scene, objects)
    below = drawn.lines(words) if words else []
    lines += [drawn.heading(), *below]
    lines += [()] * (port.height - _FOOT - len(lines))
    lines += [((f" {join_fitting(parts, port.width - 1)}", "label"),) for parts in (_legend(world, info, port.width), _STATES)]
    return fit_all(lines, port)


def _legend(world: World, info: SpanInfo, width: int) -> tuple[str, ...]:
    """What the signs of words mean."""
    profile = world.profile
    kept = _kept_words(profile, info)
    if info.kind == "noscan":
        return (*(_NO_BITS if len("  ".join((*_NO_BITS, *kept))) < width else _NO_BITS_BRIEF), *kept)
    if profile.heap_bits != "two bits":
        told = profile.heap_bits == "arena" or info.elemsize <= BITS_IN_SPAN
        if unknown(world, "pointers"):
            return (*(_READ_BITS if told else _TYPED), *kept)
        return (*_ONE_BIT, *kept) if len("  ".join((*_ONE_BIT, *kept))) < width else (*_ONE_BIT_BRIEF, *kept)
    return _BITS if len("  ".join(_BITS)) < width else _BITS_BRIEF


def _kept_words(profile: Profile, info: SpanInfo) -> list[str]:
    """What the signs mean that stand for words of the runtime in such a span."""
    end, marks = profile.span_end(info.spanclass), profile.marks_end(info.spanclass)
    signs = (_TYPE * profile.has_header(info.spanclass), _SPAN_BITS * (end > marks), _MARKS * (marks > 0))
    return [_KEPT[sign] for sign in signs if sign]


def _notes(info: SpanInfo, port: Port, scene: Scene) -> list[str]:
    """What the title rule tells, what matters most first: in a slot longer than the pane, where in it one is."""
    rows, count = bitmap_rows(port.height), info.nbytes // ROW_BYTES
    position = shown_rows(port.top + 1, min(port.top + rows, count), count)
    slots = scene.touched.slots if len(scene.touched.slots) <= MANY else set()
    offsets = (addr - info.base for addr in slots if info.base <= addr < info.base + info.nbytes)
    elsewhere = changed_elsewhere((offset // ROW_BYTES for offset in offsets), port.top, rows)
    sort = f"{info.kind} slots of {size_text(info.elemsize)}"
    long = stride(info, port.height) < info.elemsize
    return [scene.legend, f"span {short(info.base)}", elsewhere, *((position, sort) if long else (sort, position))]


class _Rows:
    """Draws rows of one span."""

    def __init__(self, world: World, info: SpanInfo, port: Port, scene: Scene, objects: Objects) -> None:
        self._world = world
        self._info = info
        self._first = 0  # the number of the first slot that is seen
        self._seen: list[SlotInfo] = []  # it and those after it
        profile = world.profile
        self._has_header = profile.has_header(info.spanclass)
        self._end = info.base + info.nbytes - (profile.span_end(info.spanclass) if info.nelems else 0)
        self._marks = info.base + info.nbytes - (profile.marks_end(info.spanclass) if info.nelems else 0)
        self._width = port.width
        self._address = address_cells(world.extents.arenas, _ADDRESS)
        self._scene = scene
        self._objects = objects
        self._tone: Token = "cursor" if port.active else "select"
        self._slot = self._begin(scene.selection.addr, info.elemsize)
        self._step = stride(info, port.height)
        self._cursor = self._begin(scene.selection.addr, self._step)
        self._cells = 0  # of a row, before the slots
        self._field = 0  # cells for the name of what lies in a word; 0: of none it is known
        self._lies: dict[int, str] = {}  # of words, by address
        self._fresh: set[int] = set()  # slots with pointer bits of an object that was not there before, by address

    def _begin(self, addr: int, size: int) -> int:
        """Returns where the part of `size` bytes begins that holds the address."""
        return addr - (addr - self._info.base) % size

    def lines(self, words: Sequence[WordInfo]) -> list[Line]:
        """Returns rows of four words; the first also tells of the slot that began above it."""
        base, elemsize = self._info.base, self._info.elemsize
        self._first = (words[0].addr - base) // elemsize
        self._seen = self._world.slots.rows(base, self._first, (words[-1].addr - base) // elemsize + 1)
        self._fresh = self._freshly_written()
        self._lies = self._named_words(words)
        if any(self._lies.values()):
            room = (self._width - 2 - self._address - _WORDS * _WORD - 1 - _SLOTS) // _WORDS
            self._field = min(_WIDEST_FIELD, room, max(map(cell_len, self._lies.values())) + 1) if room >= _LEAST else 0
        self._cells = 2 + self._address + _WORDS * _WORD + 1 + (_WORDS * self._field or _BYTE + 1)
        return [self._row(words[i : i + _WORDS], first=not i) for i in range(0, len(words), _WORDS)]

    def heading(self) -> Line:
        """What stands above the columns, once the lines are drawn."""
        wide = _WORDS * self._field
        title = "what lies in them" if wide > len("what lies in them") else "fields"
        between = f"{title:<{wide}}" if wide else f"{'bitmap byte':<{_BYTE}} "
        heading = f"  {'words from':<{self._address}}{'four words':<13}{between}"
        room = self._width - len(heading)
        return ((f"{heading}{'slots that begin' if room >= len('slots that begin') else 'slots'}", "label"),)

    def _freshly_written(self) -> set[int]:
        """The slots that are seen whose bits are those of an object that was not there before."""
        if self._info.kind != "scan" or not self._scene.touched.slots:
            return set()
        slots = [slot.addr for slot in self._seen if slot.addr in self._scene.touched.slots]
        size, objects, scene = self._info.elemsize, self._objects, self._scene
        return {addr for addr in slots if any(_is_new(oid, scene, objects) for oid in objects.in_slot(addr, size))}

    def _is_written(self, w: WordInfo) -> bool:
        """Whether a pointer was stored in the word, or its bits are those of an object that was not there before."""
        return w.addr in self._scene.touched.words or self._begin(w.addr, self._info.elemsize) in self._fresh

    def _named_words(self, words: Sequence[WordInfo]) -> dict[int, str]:
        """The names of what lies in words of objects whose type is known."""
        found: dict[int, str] = {}
        for slot in self._seen:
            for oid in self._here(slot):
                o, end = self._objects.info(oid), min(slot.addr + self._info.elemsize, self._end)
                for w in words if o.type else ():
                    if w.addr < end and (name := named_word(o, w.addr, self._has_header, self._scene.word_name)):
                        found[w.addr] = name
        return found

    def _fields(self, words: Sequence[WordInfo]) -> list[Span]:
        """What lies in the words of a row."""
        found: list[Span] = []
        for w in words:
            token: Token = "select" if self._slot <= w.addr < self._slot + self._info.elemsize else "text"
            found.append((f"{field_cells(self._lies.get(w.addr, ''), self._field - 1):<{self._field}}", token))
        return [*found, (" " * self._field * (_WORDS - len(words)), "text")]

    def _row(self, words: Sequence[WordInfo], first: bool) -> Line:
        addr = words[0].addr
        here = addr <= self._cursor < addr + ROW_BYTES
        changes = self._fresh or self._scene.touched.words  # seldom
        written = self._scene.sign(True) if changes and any(map(self._is_written, words)) else ""
        cursor: Span = ("▸" if here else " ", self._tone if here else "text")
        spans: list[Span] = [cursor, (written or " ", "new"), (f"{short(addr):<{self._address}}", "text")]
        for word in words:
            spans += self._word(word)
        spans.append((" " * ((_WORDS - len(words)) * _WORD + 1), "text"))
        byte = words[0].byte_addr
        spans += self._fields(words) if self._field else [(f"{short(byte) if byte is not None else '':<{_BYTE}} ", "dim")]
        return (*spans, *self._slots(addr, first, self._width - self._cells))

    def _kept(self, addr: int) -> str:
        """The sign of a word that the runtime keeps for itself; nothing for those of objects."""
        if addr >= self._end:
            return _MARKS if addr >= self._marks else _SPAN_BITS
        return _TYPE if self._has_header and (addr - self._info.base) % self._info.elemsize == 0 else ""

    def _bits(self, w: WordInfo) -> str:
        """The sign of a word of objects."""
        if self._info.kind != "scan":
            return "·"
        if w.pointer is None:
            return UNKNOWN
        if w.scan is None:
            return "◆" if w.pointer else "·"
        return ("◆" if w.scan else "◇") if w.pointer else "▫" if w.scan else "·"

    def _word(self, w: WordInfo) -> list[Span]:
        glyph = self._kept(w.addr) or self._bits(w)
        token: Token = "high" if w.value else "unknown" if glyph == UNKNOWN else "dim" if glyph in "·▫" else "low"
        if self._cursor <= w.addr < self._cursor + self._step:
            token = self._tone
        elif self._slot <= w.addr < self._slot + self._info.elemsize:
            token = "select"
        begins = w.addr < self._end and (w.addr - self._info.base) % self._info.elemsize == 0
        return [("│" if begins else " ", "dim"), (glyph, token), ("→" if w.value else " ", "high")]

    def _slots(self, addr: int, first: bool, room: int) -> list[Span]:
        """The slots that begin in the row; what they hold is told as far as there is room."""
        info = self._info
        begin = -(-(addr - info.base) // info.elemsize)
        end = -(-(addr + ROW_BYTES - info.base) // info.elemsize)
        spans: list[Span] = []
        if first and begin == end <= info.nelems:
            begin -= 1
            spans.append(("…", "dim"))
        slots = self._seen[begin - self._first : end - self._first]
        heads = [self._head(slot) for slot in slots]
        free = room - len(spans) - sum(len(head) + 3 for head in heads)  # a mark, and blanks around the names
        if free < 0:  # they follow each other: one number tells all
            heads = [head if not number else head.lstrip("0123456789") for number, head in enumerate(heads)]
        for number, (slot, head) in enumerate(zip(slots, heads, strict=True)):
            names = some_names(self._names(slot), max(0, free) // (len(slots) - number))
            free -= cell_len(names)
            new = _mark(slot, self._here(slot), self._scene, self._objects)
            token: Token = "select" if slot.addr == self._slot else "new" if new else "dim" if slot.state == "free" else "text"
            spans += [(new or " ", "new"), (head, "error" if slot.state == "dead" else token)]
            spans.append((f" {names} " if names else " ", token))
        return spans

    def _head(self, slot: SlotInfo) -> str:
        return f"{slot.slot}{_STATE_SIGNS[slot.state]}{'m' if slot.marked else ''}"

    def _here(self, slot: SlotInfo) -> list[int]:
        return self._objects.in_slot(slot.addr, self._info.elemsize) if slot.allocated else []

    def _names(self, slot: SlotInfo) -> list[str]:
        here = map(self._objects.info, self._here(slot))
        named = ((o, o.name or o.type) for o in here)
        return [("" if self._objects.is_alive(o.oid) else "†") + name for o, name in named if name]


def _mark(slot: SlotInfo, here: list[int], scene: Scene, objects: Objects) -> str:
    """What marks a slot: in a difference the glyph of what happened to it, else + when the last step changed it."""
    changed = slot.addr in scene.touched.slots
    if not scene.comparing:
        dropped = any(objects.info(oid).dropped == scene.last for oid in here)
        died = scene.touched.marked and slot.state == "dead"
        freed = slot.state == "free" and scene.touched.was_freed(slot.addr)
        return scene.sign(changed or dropped or died or freed)
    if not changed:
        return ""
    if not slot.allocated:
        return GLYPHS["gone"]
    return GLYPHS["new" if here and all(_is_new(oid, scene, objects) for oid in here) else "changed"]


def _is_new(oid: int, scene: Scene, objects: Objects) -> bool:
    """Whether the object was made by the last step, or since the other moment of a difference."""
    o = objects.info(oid)
    return scene.objects.get(o.key) == "new" if scene.comparing else o.born == scene.last


def field_cells(name: str, room: int) -> str:
    """The name of a field in so many cells: of a long one the beginning, and what tells its words apart, such as .len."""
    part = name[name.rfind(".") :] if "." in name else ""
    if cell_len(name) <= room or not 0 < len(part) <= room // 2:
        return cut(name, room)
    return f"{set_cell_size(name, room - 1 - len(part))}…{part}"


def some_names(names: Sequence[str], room: int) -> str:
    """Whole names, as many as fit into `room` cells, and how many there are besides; a part of a single one, else …."""
    for count in range(len(names), 0, -1):
        left = len(names) - count
        text = " ".join(names[:count]) + (f" +{left} more" if left else "")
        if cell_len(text) <= room:
            return text
    if len(names) == 1 and room >= _LEAST_NAME:
        return _squeezed(names[0], room)
    return "…" if names and room else ""


def _squeezed(name: str, room: int) -> str:
    """A name without its middle: its beginning, and the number by which it differs from others."""
    number = _NUMBER.search(name)
    end = number[0] if number is not None and len(number[0]) <= room - 3 else ""
    head = set_cell_size(name, room - 1 - len(end)).rstrip()
    return f"{head}…{end}"
