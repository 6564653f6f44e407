"""The page about the type of an object: how it lies in memory, and what would make it smaller."""

from collections.abc import Callable

from gomem_core.named import NamedTuple
from gomem_core.report import Result, Table
from gomem_core.world.facts import Fact
from gomem_core.world.objectinfo import ObjectInfo, Objects
from gomem_core.world.world import NotKnown, World
from gomem_tui.render.lines import Line
from gomem_tui.render.reflow import reflow
from gomem_tui.settings.keys import Keyboard

_NOTHING = "there is no object where the selection is: select one in Objects or in the bitmap"
_UNTYPED = "nothing says which type {name} has: it was allocated as so many bytes"


class TypePage(NamedTuple):
    """An object, and what is said of its type."""

    object: ObjectInfo
    layout: Result
    rule: str = ""  # why Go wanted the object, where a statement made it


def page_of(
    world: World, objects: Objects, addr: int, layout_of: Callable[[str], Result], rule_of: Callable[[int], str]
) -> TypePage:
    """The page about the object at an address.  Raises NotKnown, which says why there is none."""
    slot = world.slots.at(addr)
    here = objects.in_slot(slot.addr, world.slots.elemsize_at(slot.addr)) if slot is not None and slot.allocated else []
    found = [o for o in map(objects.info, here) if o.size is None or o.holds(addr) or len(here) == 1]
    if not found:
        raise NotKnown(_NOTHING)
    o = found[-1]
    if not o.type:
        why = _UNTYPED.format(name=o.name or f"{o.addr:#x}")
        raise NotKnown(why if world.kind == "session" else world.doubt(Fact.TYPE_NAME) or world.doubt(Fact.TYPE) or why)
    rule = rule_of(o.oid)
    try:
        return TypePage(o, layout_of(o.type), rule)
    except NotKnown as e:
        if not rule:
            raise
        return TypePage(o, Result(str(e)), rule)


def type_lines(keyboard: Keyboard, page: TypePage, width: int) -> list[Line]:
    """The page in lines of at most `width` cells."""
    o, layout, rule = page
    what = f"{o.name} at {o.addr:#x}" if o.name else f"the object at {o.addr:#x}"
    close = keyboard.filled("{back} closes this page.")
    lines = [*reflow([(f"{what} is a {o.type}. {close}", "label")], width), ()]
    if rule:
        lines += [*reflow([(f"Go wanted it: {rule}.", "text")], width), ()]
    lines += [*reflow([(layout.summary, "heading")], width), ()]
    if isinstance(layout.table, Table):
        head, *rows = layout.table.lines()
        lines += [((head, "label"),), *(((row, "text"),) for row in rows), ()]
    for detail in layout.details:
        lines += reflow([(detail, "text")], width)
    return lines
