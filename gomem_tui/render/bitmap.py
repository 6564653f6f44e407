"""The bitmap pane: pointer and scan bits of the selected span's words, and what its slots hold.

A row is one byte of the bitmap, which describes four words: 32 bytes of the arena.
"""

from typing import Final

from gomem_core.arch import PTR_SIZE
from gomem_core.diff_tables import GLYPHS
from gomem_core.objects import ObjectTable
from gomem_core.records import SlotInfo, SpanInfo, WordInfo
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Port, Scene, Span, fit_all, rule, short
from gomem_tui.render.reflow import notice
from gomem_tui.style import Token

ROW_BYTES: Final = 32
_WORDS: Final = ROW_BYTES // PTR_SIZE
_HEAD: Final = 2  # title rule, headings
_FOOT: Final = 2  # legend


def bitmap_rows(height: int) -> int:
    """Rows of words in a pane of this height."""
    return max(1, height - _HEAD - _FOOT)


def render_bitmap(view: HeapView, port: Port, scene: Scene, objects: ObjectTable) -> list[Line]:
    """Title rule, headings, then bitmap byte number port.top of the selected span and following, and a legend."""
    info = view.span_at(scene.selection.addr)
    if info is None or not info.elemsize:
        told = notice("Select a span in use: the bits of its words show here.", port.width)
        return fit_all([rule("3 Bitmap", [], port), *told], port)
    notes = [scene.legend, f"span {short(info.base)}", f"slots of {info.elemsize} B", info.kind]
    lines = [rule("3 Bitmap", [note for note in notes if note], port)]
    lines.append(((f"  {'words from':<12}{'four words':<12}{'bitmap byte':<12} slots that begin", "label"),))
    rows = bitmap_rows(port.height)
    start = info.base + port.top * ROW_BYTES
    words = view.words(start, rows * _WORDS) if start < info.base + info.nbytes else []
    for i in range(0, len(words), _WORDS):
        lines.append(_row(words[i : i + _WORDS], info, port, scene, view, objects))
    lines += [()] * (port.height - _FOOT - len(lines))
    noscan = info.kind == "noscan"
    words_legend = (
        " noscan: no pointers here, so no bits are kept" if noscan else " ◆ pointer, scan on  ◇ pointer  → one is stored  · none"
    )
    lines.append(((words_legend, "label"),))
    lines.append(((" ● taken  ○ free  ✗ dead, unswept  m marked  † dropped", "label"),))
    return fit_all(lines, port)


def _row(words: list[WordInfo], info: SpanInfo, port: Port, scene: Scene, view: HeapView, objects: ObjectTable) -> Line:
    first = words[0]
    slot_at = (scene.selection.addr - info.base) // info.elemsize * info.elemsize + info.base
    written = scene.sign(any(_written(w, info, scene, objects) for w in words))
    spans: list[Span] = [(f" {written or ' '}", "new"), (f"{short(first.addr):<12}", "text")]
    for w in words:
        begins = (w.addr - info.base) % info.elemsize == 0
        inside = slot_at <= w.addr < slot_at + info.elemsize
        spans.append(("│" if begins else " ", "dim"))
        spans.append(_word(w, info, inside, port.active))
    spans.append((" " * (4 - len(words)) * 2 + "    ", "text"))
    spans.append((f"{short(first.byte_addr):<12} ", "dim"))
    begin = -(-(first.addr - info.base) // info.elemsize)  # first slot that begins at or behind this row
    end = -(-(first.addr + ROW_BYTES - info.base) // info.elemsize)
    for slot in view.slots(info.base, begin, min(end, info.nelems)):
        spans += _slot(slot, info, scene, objects, slot.addr == slot_at)
    return tuple(spans)


def _word(w: WordInfo, info: SpanInfo, inside: bool, active: bool) -> Span:
    glyph = "·"
    token: Token = "dim"
    if info.kind == "scan" and w.pointer:
        glyph = "→" if w.value else "◆" if w.scan else "◇"
        token = "high" if w.value else "low"
    elif info.kind == "scan" and w.scan:
        glyph = "▫"
    if inside:
        token = "cursor" if active else "select"
    return glyph, token


def _slot(slot: SlotInfo, info: SpanInfo, scene: Scene, objects: ObjectTable, chosen: bool) -> list[Span]:
    glyph = {"allocated": "●", "dead": "✗", "free": "○"}[slot.state]
    here = objects.in_slot(slot.addr, info.elemsize) if slot.allocated else []
    new = _mark(slot, here, scene, objects)
    names = ""
    if here:
        shown = [("" if objects.is_alive(oid) else "†") + objects.name(oid) for oid in here[:3]]
        names = " ".join(shown) + ("…" if len(here) > len(shown) else "")
    mark = "m" if slot.marked else ""
    token: Token = "select" if chosen else "new" if new else "dim" if slot.state == "free" else "text"
    tone: Token = "error" if slot.state == "dead" else token
    return [(new or " ", "new"), (f"{slot.slot}{glyph}{mark}", tone), (f" {names} " if names else " ", token)]


def _mark(slot: SlotInfo, here: list[int], scene: Scene, objects: ObjectTable) -> str:
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


def _is_new(oid: int, scene: Scene, objects: ObjectTable) -> bool:
    """Whether the object was made by the last step, or since the other moment of a difference."""
    o = objects.info(oid)
    return scene.objects.get((o.name, o.addr, o.size, o.ptrdata, o.born)) == "new" if scene.comparing else o.born == scene.last


def _written(w: WordInfo, info: SpanInfo, scene: Scene, objects: ObjectTable) -> bool:
    """Whether a pointer was stored in the word, or its bits are those of an object that was not there before."""
    if w.addr in scene.touched.words:
        return True
    slot = w.addr - (w.addr - info.base) % info.elemsize
    if info.kind != "scan" or slot not in scene.touched.slots:
        return False
    return any(_is_new(oid, scene, objects) for oid in objects.in_slot(slot, info.elemsize))
