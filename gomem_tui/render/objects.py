"""The objects: what the program ever allocated, newest first, whether it still has it, and what keeps it alive."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from gomem_core.named import NamedTuple
from gomem_core.queries.amounts import site_name, stack_at
from gomem_core.queries.difference_sections import GLYPHS
from gomem_core.queries.graphs import graph_of
from gomem_core.queries.kept import fate_sentence
from gomem_core.queries.links import LinkIndex
from gomem_core.queries.objectorder import KEEPS, ObjectOrder, counts_slots
from gomem_core.queries.reach import Fate, fate, find_paths, object_at, slot_of
from gomem_core.world.facts import UNKNOWN, Fact, or_unknown
from gomem_core.world.objectinfo import ObjectInfo, Objects
from gomem_core.world.records import SlotInfo
from gomem_core.world.world import World, known, unknown
from gomem_tui.draw.style import Token
from gomem_tui.render import filmobjects
from gomem_tui.render.lines import MARKS, Line, Port, Scene, Span, address_cells, fit_all, rule, short, shown_rows, working
from gomem_tui.render.reflow import notice
from gomem_tui.render.words import clip, cut, join_fitting, size_text

if TYPE_CHECKING:
    from gomem_core.queries.slotgraph import Held

_HEAD: Final = 2  # title rule, headings
_FOOT: Final = 3  # about the selected object
_LINKS: Final = 8  # of an object that are told
_NAME: Final = 12
_TYPE: Final = 20  # cells more for the name of a type
_ADDRESS: Final = 12  # cells for an address, where it is not longer
_MADE: Final = 36  # cells for the line that made the selected object
_STATE, _SHORT_STATE = 15, 7
_STEP: Final = 5  # cells for the step of birth
_COUNTED: Final = 66  # columns from which there is room for the number of links
_KINDS: Final = 74  # and for the kind
_KIND, _SHORT_TYPE, _LONG_TYPE = 8, 14, 24  # cells for it, or for the type
_LINES: Final = 96  # and for the line that made it

_LOOKS: Final[dict[Fate, tuple[str, Token]]] = {
    "rooted": ("●", "text"),
    "linked": ("◐", "high"),
    "garbage": ("†", "label"),
    "dead": ("✗", "error"),
    "swept": ("·", "dim"),
    "zero": ("∅", "dim"),
    "taken": ("●", "text"),
}
_STATES: Final[dict[Fate, str]] = {
    "rooted": "rooted",
    "linked": "kept by {holder}",
    "garbage": "unreachable",
    "dead": "dead, unswept",
    "swept": "swept",
    "zero": "no memory",
    "taken": "taken",
}
# Which slot of which span, as far as there is room; its size stands in the row, too, and the address tells the span.
_PLACES: Final = ("slot {slot} of {span}, {size} B", "slot {slot} of {span}", "{slot} of {span}", "slot {slot}")
_TOLD: Final = {  # about the selected object, in whole sentences
    "noscan": "links: none, it was allocated noscan",
    "no links": "links: none",
    "no links yet": "links: none yet; words that can hold a pointer: {words}",
    "links": "links: {links}",
    "many links": "links: {links}  and {more} more",
    "made": "step {step}: {line}",
    "dropped": "dropped at step {step}",
    "slot": "slot {slot} of span {span}",
    "place": _PLACES[0],
    "type": f"type: {UNKNOWN} {{why}}",
    "unknown": f"links: {UNKNOWN} {{why}}",
}


def object_rows(height: int) -> int:
    """Rows of objects in a pane of this height."""
    return max(1, height - _HEAD - (_FOOT if height >= _HEAD + _FOOT + 3 else 0))


class Rows(NamedTuple):
    """What the table is made of; `history` are the lines that were done, `selected` is the number of an object, -1: none."""

    objects: Objects
    order: ObjectOrder
    history: Sequence[str]
    selected: int
    link: int = 0  # which link of the selected object would be followed
    held: "Held | None" = None  # what each object keeps, where that is known by now
    time: Callable[[int], int] | None = None  # when an event of a film was, ns


def render_objects(world: World, port: Port, scene: Scene, table: Rows, links: LinkIndex | None = None) -> list[Line]:
    """Title rule, headings, the objects from row port.top, and about the selected one; `links` is find_paths's."""
    objects, order, selected, link = table.objects, table.order, table.selected, table.link
    count, rows = len(order), object_rows(port.height)
    has_types = said_types(objects)
    lines = [rule("9 Objects", _notes(world, table, port, scene), port), _heading(world, port.width, has_types)]
    shown = [oid for row in range(port.top, min(port.top + rows, count)) if (oid := order.oid(row)) >= 0]
    chosen = [selected] if 0 <= selected < len(objects) else []
    drawn = _Table(world, scene, table, port, find_paths(world, objects, {*shown, *chosen}, links))
    for oid in shown:
        lines.append(drawn.row(oid, oid == selected))
    if not len(objects):
        lines += notice("The program has allocated nothing yet.", port.width)
    elif not count:
        lines += notice(f"No object passes the filter {order.text}", port.width)
    if rows < port.height - _HEAD:
        lines += [()] * (port.height - _FOOT - len(lines))
        for oid in chosen:
            lines += drawn.about(oid, link)
        if not chosen and (why := world.doubt(Fact.TYPE_NAME)):
            lines.append(((clip(f" {_TOLD['type'].format(why=why)}", port.width), "label"),))
    return fit_all(lines, port)


def _notes(world: World, table: Rows, port: Port, scene: Scene) -> list[str]:
    """What the title rule tells, what matters most first."""
    objects, order, is_read = table.objects, table.order, bool(world.doubt(Fact.NAME))
    count = len(order)
    place = shown_rows(port.top + 1, min(port.top + object_rows(port.height), count), count) if count else ""
    rooted = known(lambda: objects.alive)
    all_of_them = f"{len(objects)} in slots" if is_read else f"{len(objects)} ever"
    all_of_them += "" if rooted is None else f", {rooted} rooted"
    total = f"{count} of {len(objects)}" if order.text else all_of_them
    sort = "address" if order.sort == "step" and is_read else order.sort
    sort = "slot" if sort == "size" and counts_slots(world) else sort
    by = "newest first" if sort == "step" and order.descending else f"by {sort} {'↓' if order.descending else '↑'}"
    notes = [working(order), scene.legend, f"filter {order.text}" if order.text else "", total, place, by]
    return [*notes, "" if scene.comparing else MARKS]


def said_types(objects: Objects) -> bool:
    """Whether a session said the types of some of its objects: then they take the place of kinds."""
    return len(getattr(objects, "type_names", ())) > 1  # a table of them, that of a still, or what hands on to one


def sort_at(world: World, x: int, width: int, has_types: bool = False) -> str:
    """The order whose column has cell x of the headings; what has none sorts by step."""
    text = "".join(part for part, _ in _heading(world, width, has_types))
    if world.kind == "film":
        return filmobjects.sort_at(text, x)
    if x < text.index("size") - 4:
        return "step"
    if x < text.index("size") + 6:
        return "size"
    if 0 <= text.find(KEEPS) - 2 <= x < text.find(KEEPS) + len(KEEPS):
        return KEEPS
    state = text.index("state")
    return "state" if state <= x < state + _STATE else "step"


def _cells(world: World, width: int) -> tuple[int, int]:
    """Cells for names and for addresses: what an address needs more, names get less; types are longer where there is room."""
    address = address_cells(world.extents.arenas, _ADDRESS)
    longer = _TYPE if world.doubt(Fact.NAME) and width >= _LINES + _TYPE else 0
    if world.kind != "film" and graph_of(world) is None and not _has_steps(world) and width >= _COUNTED:
        longer += _STEP
    return _NAME + longer + _ADDRESS - address, address


def _has_steps(world: World) -> bool:
    """Whether objects can have a step in which they were born."""
    return not world.doubt(Fact.NAME)


def _sort_cells(width: int, has_types: bool) -> int:
    """Cells for the kind of an object, or for its type."""
    if not has_types:
        return _KIND if width >= _KINDS else 0
    return _LONG_TYPE if width >= _LINES + _LONG_TYPE else _SHORT_TYPE


def _state_cells(width: int, has_types: bool) -> int:
    """Cells for what became of it, of which the sign in front tells as well: where there is little room, types have it."""
    return _STATE if not has_types or width >= _KINDS + _SHORT_TYPE - _KIND else _SHORT_STATE


def _heading(world: World, width: int, has_types: bool = False) -> Line:
    (name, address), typed = _cells(world, width), bool(world.doubt(Fact.NAME))
    if world.kind == "film":
        return ((filmobjects.heading(name, address), "label"),)
    text = f"     {'type' if typed else 'name':<{name}} {'address':<{address}}{'size':>6}  "
    text += f"{'type' if has_types else 'kind':<{sort}}" if (sort := _sort_cells(width, has_types)) else ""
    text += f"{'state':<{_state_cells(width, has_types)}}"
    if _state_cells(width, has_types) == _SHORT_STATE:
        return ((text, "label"),)
    text += f"{'links':>5} " if width >= _COUNTED else ""
    text += f"{KEEPS:>7}" if graph_of(world) is not None else f"{'step':>{_STEP}}" if _has_steps(world) else ""
    text += (" place" if typed else " made by") if width >= _LINES else ""
    return ((text, "label"),)


class _Table:
    """Draws rows of one table; `paths` is what find_paths found for the objects that are drawn."""

    def __init__(
        self,
        world: World,
        scene: Scene,
        table: Rows,
        port: Port,
        paths: dict[int, list[int]],
    ) -> None:
        self._world = world
        self._scene = scene
        self._objects = table.objects
        self._history = table.history
        self._held = table.held
        self._time = table.time
        self._graph = graph_of(world)
        self._port = port
        self._paths = paths
        self._has_types = said_types(table.objects)
        self._no_links = unknown(world, "pointers")  # why nothing is known of them

    def row(self, oid: int, chosen: bool) -> Line:
        """One object."""
        width, o = self._port.width, self._objects.info(oid)
        name, address = _cells(self._world, width)
        if self._world.kind == "film":
            return filmobjects.row(self._world, o, chosen, self._port, (name, address), self._time)
        slot = slot_of(self._world, self._objects, oid)
        what = fate(self._world, self._objects, oid, self._paths)
        glyph, tone = _LOOKS[what]
        mark = object_mark(self._scene, self._objects, o, slot, what)
        head: Token = ("cursor" if self._port.active else "select") if chosen else "new" if mark else tone
        spans: list[Span] = [
            ("▸" if chosen else " ", head),
            (mark or " ", "new" if mark and not chosen else head),
            (f" {glyph} ", tone),
            (f"{cut(o.name or o.type or self._site(slot) or UNKNOWN, name):<{name}} {short(o.addr):<{address}}", head),
            (f"{self._size(o):>6}  ", tone),
        ]
        if sort := _sort_cells(width, self._has_types):
            spans.append((f"{cut((self._has_types and o.type) or o.kind, sort - 1):<{sort}}", tone))
        path = self._paths.get(oid, [oid])
        state = _STATES[what].format(holder=self._objects.name(path[-2]) if len(path) > 1 else "")
        if self._graph is not None and what == "linked":  # its holder would rarely have room
            state = "linked"
        cells = _state_cells(width, self._has_types)
        spans.append((f"{clip(state, cells - 1):<{cells}}", tone))
        if cells == _SHORT_STATE:
            return tuple(spans)
        if width >= _COUNTED:
            if self._no_links and o.kind != "noscan":
                spans.append((f"{UNKNOWN:>5} ", "unknown"))
            else:
                links = len(self._world.pointers.stored_in(o.addr)) if slot is not None and o.ptrdata else 0
                spans.append((f"{links or '–':>5} ", tone if links else "dim"))
        if self._graph is not None:
            spans.append((f"{self._keeps(oid):>7}", tone if self._held is not None else "unknown"))
        elif _has_steps(self._world):
            spans.append((f"{or_unknown(o.born):>{_STEP}}", "label" if o.born is not None else "unknown"))
        if width >= _LINES:
            room = width - 1 - sum(len(text) for text, _ in spans)
            spans.append((" " + clip(self._line(o, slot, room), room), "label"))
        return tuple(spans)

    def _size(self, o: ObjectInfo) -> str:
        """What the program asked for; where that is not known the most that it can be, which is what its slot has room for."""
        if o.size is not None:
            return size_text(o.size)
        slot = self._world.slots.at(o.addr)
        return UNKNOWN if slot is None else f"≤{size_text(slot.addr + self._world.slots.elemsize_at(o.addr) - o.addr)}"

    def _site(self, slot: SlotInfo | None) -> str:
        """The line that allocated what is in a slot, where a program that was read noted it."""
        stack = stack_at(self._world, slot.addr) if self._graph is not None and slot is not None else ()
        return f"@{site_name(stack)}" if stack else ""

    def _keeps(self, oid: int) -> str:
        """Bytes that would be freed with the object."""
        if self._held is None:
            return "…"
        return size_text(kept) if (kept := self._held.retained[oid + 1]) else "–"

    def _line(self, o: ObjectInfo, slot: SlotInfo | None, room: int) -> str:
        """The line that made the object; where nobody typed it, the slot that it has, alike for all that have so much room."""
        if o.born is None:
            info = self._world.spans.at(o.addr)
            if slot is None or info is None:
                return ""
            longest = {"slot": "9999", "span": "f" * self._world.extents.arenas.digits, "size": "32768"}
            form = next((one for one in _PLACES if len(one.format(**longest)) <= room), _PLACES[-1])
            return form.format(slot=slot.slot, span=short(info.base), size=info.elemsize)
        return self._history[o.born - 1].strip() if 0 < o.born <= len(self._history) else ""

    def about(self, oid: int, link: int) -> list[Line]:
        """Three lines: what the object is, what it links to, what keeps it alive."""
        o = self._objects.info(oid)
        slot = slot_of(self._world, self._objects, oid)
        what = fate(self._world, self._objects, oid, self._paths)
        info = self._world.spans.at(o.addr)
        parts = [f"▸ {self._objects.name(oid)}", *([o.type] if o.type and o.name else []), f"{self._size(o)} {o.kind}"]
        if o.born is not None:
            made = _TOLD["made"].format(step=o.born, line=self._line(o, slot, self._port.width))
            parts.append(clip(made.removesuffix(": "), _MADE))
        if slot is not None and info is not None:
            key = "slot" if o.born is not None else "place"
            parts.append(_TOLD[key].format(slot=slot.slot, span=short(info.base), size=info.elemsize))
        if o.dropped is not None and o.dropped > 0:
            parts.append(_TOLD["dropped"].format(step=o.dropped))
        why = fate_sentence(self._world, self._objects, oid, self._paths)
        links = self._links(o, link) if slot is not None else _TOLD["no links"]
        room = self._port.width - 1
        return [
            ((" " + join_fitting(parts, room, " · "), "select"),),
            ((" " + clip(links, room), "text"),),
            ((" " + clip(why, room), _LOOKS[what][1]),),
        ]

    def _links(self, o: ObjectInfo, link: int) -> str:
        """The links of an object, of which the one that would be followed is marked where there are several."""
        if not o.type and self._world.doubt(Fact.TYPE_NAME):  # what helps comes before what nothing helps with
            return _TOLD["type"].format(why=self._world.doubt(Fact.TYPE_NAME))
        if self._no_links and o.kind != "noscan":
            return _TOLD["unknown"].format(why=self._no_links)
        words = o.words
        links = self._world.pointers.stored_in(o.addr) if words else []
        first = max(0, min(link - _LINKS + 1, len(links) - _LINKS))
        told = "  ".join(
            f"{'▸' if number == link and len(links) > 1 else ''}.{word}{self._field(o, word)} → {self._name_at(target)}"
            for number, (word, target) in enumerate(links[first : first + _LINKS], first)
        )
        key = "links" if links else "no links yet" if words else "noscan"
        if len(links) > _LINKS:
            key = "many links"
        return _TOLD[key].format(words=len(words), links=told, more=len(links) - _LINKS)

    def _field(self, o: ObjectInfo, word: int) -> str:
        """The field that lies in a word, behind a blank; nothing where that is not known."""
        name = self._scene.word_name(o.type, word) if o.type else ""
        return f" {name}" if name else ""

    def _name_at(self, addr: int) -> str:
        oid = object_at(self._world, self._objects, addr)
        return short(addr) if oid is None else self._objects.name(oid)


def object_mark(scene: Scene, objects: Objects, o: ObjectInfo, slot: SlotInfo | None, what: Fate) -> str:
    """What marks the object: + it is new, - it was dropped or freed, ≠ something else about it changed; else nothing.

    `slot` holds it still, None: no slot does; `what` became of it so far.
    """
    touched = scene.touched
    aimed_at = what in ("linked", "garbage") and o.addr in touched.targets
    if scene.comparing:
        found = scene.objects.get(o.key)
        changed = slot is not None and slot.addr in touched.slots
        return GLYPHS[found] if found is not None else GLYPHS["changed"] if changed or aimed_at else ""
    if o.born == scene.last and scene.last > 0:  # 0: before the first step, or before the trace
        return GLYPHS["new"]
    if o.dropped == scene.last or (what == "swept" and _freed_now(scene, objects, o)):
        return GLYPHS["gone"]
    died = what == "dead" and touched.marked
    written = slot is not None and bool(o.ptrdata) and slot.addr in touched.slots
    return GLYPHS["changed"] if died or written or aimed_at else ""


def _freed_now(scene: Scene, objects: Objects, o: ObjectInfo) -> bool:
    """Whether its slot was taken by it, and not by one that was born later, until the last step."""
    if not scene.touched.was_freed(o.addr):
        return False
    later = objects.find_addr(o.addr)
    return later == o.oid or (later is not None and objects.info(later).born == scene.last)
