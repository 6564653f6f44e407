"""The panes as plain text: the renderers' lines, in words where those use signs."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.lang.pattern import TooCostly
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.queries.reach import object_at
from gomem_core.queries.roworder import finish
from gomem_core.queries.typeorder import no_types
from gomem_core.report import counted
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.records import STATES, SpanField, SpanInfo
from gomem_core.world.world import Spans
from gomem_tui.panes.model import Model
from gomem_tui.render import advise, bitmap, heap, layout, mcache, mcentral, objects, spans, sums, types
from gomem_tui.render.lines import Line, Port, plain, short
from gomem_tui.render.reflow import reflow
from gomem_tui.render.spoken import fitted, spoken_table, spoken_text, spoken_title
from gomem_tui.render.why import Story, why_text

ROWS: Final = 20  # of a pane, where nobody says how many
_HEAP_ROWS: Final = 24
_REGION_ROWS: Final = 4  # of the layout, at most: what is mapped, what is not, the selected place, what lies between
_WHY_ROWS: Final = 24  # events that are told around the one where a session stands halfway
_ONE_COLUMN: Final = 77  # columns from which the mcache's groups would stand side by side, less one
_OTHER_EVENT: Final = re.compile(" +[0-9]+ ")  # how lines of events begin, but for the one where the session stands
_NO_NOTES: Final = 80  # columns up to which the layout has no notes at the right, which would be broken off
_SORTED_BY: Final[tuple[SpanField, ...]] = ("base", "npages", "state", "spanclass", "swept", "cached_by", "npreleased")
_IN_USE: Final = STATES.index("inuse")
_SMALL: Final = 2  # the first class of small objects
_MARKS: Final = "> is selected, + was changed by the last command."
_BITMAP: Final = {
    "◆": "P",
    "◇": "p",
    "▫": "s",
    "→": "=",
    "·": ".",
    "│": "|",
    "●m": " taken, marked",
    "✗m": " unreached, unswept, marked",
    "○m": " free, marked",
    "●": " taken",
    "✗": " unreached, unswept",
    "○": " free",
    "†": "dropped ",
}
_SPANS: Final = {"~ waits": "waits to be swept", "~ ": "unswept, ", "~": "unswept", "░ ": "given back, "}
_MCACHE: Final = {"● ": "", "○ ": ""}
_MCENTRAL: Final = {"ᴹ": " (in an mcache)"}
_BOXES: Final = re.compile(r"▪+…? ([0-9.kM]+)")
_HEAP: Final = {"s manual": "  manual", "= arena": "  arena", **dict.fromkeys("█▓✗▒▚░", " "), "· free pages": "  free pages"}
_LAYOUT: Final = {
    **dict.fromkeys(("█↑", "░↑"), "grows up,  "),
    **dict.fromkeys(("█↓", "░↓"), "grows down,"),
    "█ ": "           ",
    **dict.fromkeys(("░  ", "┊  ", "├  "), ""),
}
_OBJECTS: Final = {f" {sign} ": "   " for sign in "●◐†✗∅"} | {f"{mark} · ": f"{mark}   " for mark in " +-≠"}


def why_lines(model: Model, width: int, brief: bool = False) -> list[str]:
    """What Why tells: of what was done last, of a line that was wrong, of a difference, and above it what a move answered.

    `brief`: halfway in a command only the event told last, not those around it.
    """
    brief = brief and model.outcome is not None and model.outcome.event > 0
    lines = why_text(_story(model), Port(width, 1 if brief else _WHY_ROWS))
    if brief:
        lines = [line for line in lines if not line or _OTHER_EVENT.fullmatch(line[0][0]) is None]
    return spoken_text(lines, width)


def log_lines(model: Model, width: int) -> list[str]:
    """Every decision of the last command."""
    story = Story(model.outcome, log=True, profile=model.world.profile)
    return ["Event log.", *spoken_text(why_text(story, Port(width, ROWS)), width)]


def _story(model: Model) -> Story:
    answer = model.answer.result if model.answer is not None and model.difference is None else None
    return Story(
        *(model.outcome, model.unmet, model.difference),
        title=model.console.script.title,
        beginning="",  # keys do nothing here
        answer=answer,
        profile=model.world.profile,
    )


def pane_lines(model: Model, name: str, width: int, rows: int = ROWS) -> list[str]:
    """One pane, with its title as a sentence; `rows` of it around what is selected, where it has more.

    `width` is that of its lines, at least 60.
    """
    if name == "why":
        return ["Pane 6 Why", *(why_lines(model, width) or ["Nothing was done yet."])]
    if name == "arena":
        return fitted(_arena(model, rows), width)
    _work_out(model, name)
    title, *lines = _DRAW[name](model, width, rows)
    text = spoken_table(lines, _WORDS[name], width)
    marked = any(line[:1] in (">", "+") or line[1:2] == "+" for line in text)
    return [*fitted([spoken_title(title)], width), *text, *([_MARKS] if marked else [])]


def _work_out(model: Model, name: str) -> None:
    """Look at all rows of a table now; an explorer leaves many to another thread, but nobody draws this again."""
    order = {"spans": model.order, "objects": model.objects, "types": model.types}.get(name)
    if order is None:
        return
    order.catch_up()
    if order.behind:
        try:
            finish(order.work())()
        except TooCostly as problem:
            order.give_up(problem)


def _top(at: int, rows: int, count: int) -> int:
    """The first of `rows` rows among which row number `at` is."""
    return max(0, min(at - rows // 2, count - rows))


def _without_boxes(line: Line) -> Line:
    """The line with its numbers where the boxes begin that stand before them, so that all are one below the other."""
    return tuple((_BOXES.sub(lambda found: found[1].ljust(len(found[0])), text), token) for text, token in line)


def _rest(shown: int, count: int, what: str, name: str) -> list[Line]:
    """A word on what is not shown."""
    if shown >= count:
        return []
    return [((f"{shown} of {count} {what}; pane {name} {count} prints all.", "label"),)]


def _spans(model: Model, width: int, rows: int) -> list[Line]:
    order, count = model.order, len(model.order)
    shown = min(rows, count)
    port = Port(width, shown + 2 if count else 4, _top(max(0, order.number(model.scene.selection.addr)), shown, count))
    return spans.render_spans(model.world, order, port, model.scene) + _rest(shown, count, "spans", "spans")


def _bitmap(model: Model, width: int, rows: int) -> list[Line]:
    world, addr = model.world, model.scene.selection.addr
    info = world.spans.at(addr)
    count = info.nbytes // bitmap.ROW_BYTES if info is not None and info.elemsize else 0
    shown = min(rows, count)
    at = (addr - info.base) // bitmap.ROW_BYTES if info is not None else 0
    lines = bitmap.render_bitmap(
        world, Port(width, max(shown, 1) + 4, _top(at, shown, count)), model.scene, model.session.objects
    )
    return [*lines[:-1], *_rest(shown, count, "rows", "bitmap")] if count else lines


def _mcentral(model: Model, width: int, rows: int) -> list[Line]:
    """The classes that were asked; all of them, where there is room for all."""
    asked = model.world.lists.asked()
    classes = mcentral.listed_classes(model.world, asked)
    shown = len(classes) if rows >= len(classes) else min(rows, len(asked))
    spanclass = model.scene.selection.spanclass
    at = classes.index(spanclass) if spanclass in classes else 0
    port = Port(width, shown + 2 + len(model.world.profile.central_lists), _top(at, shown, len(classes)))
    lines = mcentral.render_mcentral(model.world, port, model.scene)
    return [_without_boxes(line) for line in lines] + _rest(shown, len(classes), "classes", "mcentral")


def _mcache(model: Model, width: int, rows: int) -> list[Line]:
    width = min(width, _ONE_COLUMN)
    count = len(mcache.mcache_rows(model.world, width))
    shown = min(rows, count)
    lines = mcache.render_mcache(model.world, Port(width, count + 3), model.scene)
    return lines[: 2 + shown] + _rest(shown, count, "rows", "mcache")


def _heap(model: Model, width: int, rows: int) -> list[Line]:
    if sums.has_sums_only(model.world):
        shown = min(max(_HEAP_ROWS, rows), sums.count_rows(model.world))
        return sums.render_sums(model.world, Port(width, shown + 9))
    port = Port(width, max(_HEAP_ROWS, min(rows, _HEAP_ROWS + len(heap.wasteful(model.session.account)))))
    return heap.render_heap(model.world, port, model.scene, model.session.account, model.heap_live)


def _layout(model: Model, width: int, rows: int) -> list[Line]:
    width = min(width, _NO_NOTES)
    most = _REGION_ROWS * (len(model.world.extents.layout()) + 1)
    port = Port(width, max(_HEAP_ROWS, min(rows, most)))
    lines = layout.render_layout(model.world, port, model.scene, model.session.objects)
    title: Line = ((plain(lines[0]).replace("── bars: log scale ", ""), "title"),)  # there are none in plain text
    return [title, *(line for line in lines[1:] if "█ mapped" not in plain(line))]


def _objects(model: Model, width: int, rows: int) -> list[Line]:
    session, table = model.session, model.session.objects
    found = object_at(model.world, table, model.scene.selection.addr)
    oid = -1 if found is None else found
    shown = min(rows, len(table))
    top = _top(len(table) - 1 - oid, shown, len(table)) if oid >= 0 else 0
    port = Port(width, max(shown, 3) + 5, top)
    drawn = objects.Rows(
        table, ObjectOrder(model.world, table), session.history, oid
    )  # the newest first, whatever a screen shows
    lines = objects.render_objects(model.world, port, model.scene, drawn, session.links)
    return lines + _rest(shown, len(table), "objects", "objects")


def _types(model: Model, width: int, rows: int) -> list[Line]:
    """Returns as many of the types as there is room for, most bytes first; or why there are none."""
    strip = model.session.strip
    why = no_types(model.world if strip is None else strip.shown, model.session.objects)
    if why:
        return [
            (("0 Types", "label"),),
            *((("  ", "text"), *line) for line in reflow([(f"{UNKNOWN} {why}", "unknown")], width - 4)),
        ]
    found, order = model.types.rows(), model.types
    shown = min(rows, len(found))
    lines = types.render_types(found, order, order.by, Port(width, shown + 2), None, order.nbytes)
    course = order.course
    told: list[Line] = [] if course is None or not found else [((f" {types.risen(course, found, None)}", "text"),)]
    return lines + _rest(shown, len(found), f"{order.by}s", "types") + told


def _advise(model: Model, width: int, _rows: int) -> list[Line]:
    """Returns all of it: it is a page."""
    advice = model.advice.read()
    if advice is None:
        finish(model.advice.work())()
        advice = model.advice.read()
    count = len(advise.advice_rows(advice, width)) if advice is not None else 1
    return advise.render_advise(advice, Port(width, count + 2), -1)


def _arena(model: Model, rows: int) -> list[str]:
    """The page map in words: neighbouring spans of one sort are told together."""
    runs = list(_runs(model.world.spans))
    title = f"Pane 2 Arena: {counted(model.world.extents.arenas.pages, 'page')} mapped, 8.0K each"
    if not runs:
        return [title, "  The arena is empty: nothing was allocated yet."]
    page = model.world.extents.arenas.page
    lines = [f"  from page {page(base)}, {short(base)}: {counted(n, 'page')}, {sort}" for base, n, sort in runs[:rows]]
    if len(runs) > rows:
        lines.append(f"{rows} of {len(runs)} stretches; pane arena {len(runs)} prints all.")
    return [title, *lines]


def _runs(spans: Spans) -> Iterator[tuple[int, int, str]]:
    """(base, pages, sort) of each stretch of pages of one sort; told by columns, since there may be 100,000 spans."""
    sorts: dict[object, str] = {}
    base, pages, last = 0, 0, None
    columns = zip(*map(spans.column, _SORTED_BY), strict=True)
    for row, (start, npages, state, spanclass, swept, cached_by, released) in enumerate(columns):
        own = (spanclass, swept) if state == _IN_USE else (state, cached_by, released == npages)
        if own != last or start != base + (pages << PAGE_SHIFT) or (spanclass < _SMALL and state == _IN_USE):
            if pages:
                yield base, pages, sorts[last]
            if own not in sorts:
                sorts[own] = _sort(spans.rows(row, row + 1)[0])
            base, pages, last = start, 0, own
        pages += npages
    if pages:
        yield base, pages, sorts[last]


def _sort(info: SpanInfo) -> str:
    if info.state != "inuse":
        cached = f", in the page cache of P{info.cached_by}" if info.is_cached else ""
        return f"{info.state}{cached}{', given back to the OS' if info.npreleased == info.npages else ''}"
    waits = ", waits to be swept" if info.waits else ""
    if not info.sizeclass:
        return f"one large object, {info.kind}{waits}"
    return f"class {info.sizeclass}, slots of {info.elemsize} B, {info.kind}{waits}"


_DRAW: Final[dict[str, Callable[[Model, int, int], list[Line]]]] = {
    "spans": _spans,
    "bitmap": _bitmap,
    "mcentral": _mcentral,
    "mcache": _mcache,
    "heap": _heap,
    "layout": _layout,
    "objects": _objects,
    "types": _types,
    "advise": _advise,
}
_WORDS: Final = {
    "spans": _SPANS,
    "bitmap": _BITMAP,
    "mcentral": _MCENTRAL,
    "mcache": _MCACHE,
    "heap": _HEAP,
    "layout": _LAYOUT,
    "objects": _OBJECTS,
    "types": {**dict.fromkeys("▏▎▍▌▋▊▉█", ""), "▸": ">"},
    "advise": {"…": "to", **dict.fromkeys("▁▂▃▄▅▆▇█", "")},  # the bars say the same as the numbers beside them
}
