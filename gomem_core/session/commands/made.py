"""What statements of Go are answered with: the objects that they made, and what became of the value."""

from typing import TYPE_CHECKING, Final

from gomem_core.named import NamedTuple
from gomem_core.report import Result, counted, format_bytes, hexed
from gomem_core.report import Served as Answered
from gomem_core.report import told as said
from gomem_core.session.commands.context import UNREAD, Context

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.run import Done
    from gomem_core.gotypes.statements.values import Value
    from gomem_core.schema import doing
    from gomem_core.world.records import Allocated

MOST_TOLD: Final = 1_000  # objects told one by one in the data
_SAID: Final = 12  # and in text
_ALLOCATED: Final = "{name}  {size} B in {slot} ({kind}), {addr}: {rule}"
_SHARED: Final = "{name}  {size} B in a tiny block that is there, {addr}: {rule}"


class Served:
    """The objects of one statement: the number of the first, where each lies, who served them as far as that is told."""

    def __init__(self, first: int) -> None:
        self.first = first
        self.addrs: list[int] = []
        self.told: list[Allocated] = []
        self.last: Allocated | None = None
        self.slots = 0  # bytes
        self.collections = 0


class Made(NamedTuple):
    """What one statement made, and the name of its result."""

    done: "Done"
    served: Served
    name: str | None


def answer(context: Context, made: list[Made]) -> Result:
    """Returns what is said of statements that were done, all alike."""
    if context.passed:
        return UNREAD
    name = context.objects.name
    told = [
        (each.served.first + i, one, request)
        for each in made
        for i, (one, request) in enumerate(zip(each.served.told, each.done.plan.requests, strict=False))
    ][:MOST_TOLD]
    rows: list[doing.MadeObject] = [
        {
            "name": name(oid),
            "addr": hexed(one.addr),
            "size": request.element.size,
            "slot": one.elemsize,
            "scan": not one.spanclass & 1,
            "type": request.element.name,
            "served": one.served,
        }
        for oid, one, request in told
    ]
    count = sum(len(each.served.addrs) for each in made)
    value, length, capacity = made[-1].done.value, None, None
    if value is not None and _has_length(value):
        length, capacity = value.length, value.capacity if str(value.type).startswith("[]") else None
    data: doing.Made = {
        "objects": rows,
        "count": count,
        "type": None if value is None else str(value.type),
        "name": made[-1].name,
        "len": length,
        "cap": capacity,
        "gc": sum(each.served.collections for each in made),
        "garbage": sum(len(each.done.plan.garbage) for each in made),
    }
    details = [_said(row, request.rule) for row, (_, _, request) in zip(rows[:_SAID], told, strict=False)]
    if count > _SAID:
        details.append(f"and {counted(count - _SAID, 'object')} more")
    one = next((each.served.last for each in reversed(made) if each.served.last is not None), None)
    last = None if one is None else Answered(one.addr, one.served)
    return Result(_summary(made, count), data, details=tuple(details), served=last)


def _said(row: "doing.MadeObject", rule: str) -> str:
    kind = "scan" if row["scan"] else "noscan"
    form = _SHARED if row["served"] == "tiny" else _ALLOCATED
    return form.format(name=row["name"], size=row["size"], slot=row["slot"], kind=kind, addr=row["addr"], rule=rule)


def _summary(made: list[Made], count: int) -> str:
    last = made[-1]
    value = last.done.value
    what = "" if value is None else f"{value.type}{_measure(value)}"
    first = made[0].name
    named = f"{first} … {last.name} are" if len(made) > 1 and first != last.name else f"{last.name} is"
    head = f"{named} {what}" if last.name and what else last.name or what or "done"
    if not count:
        why = f": {value.known}" if value is not None and isinstance(value.known, str) and str(value.type) == "any" else ""
        return f"{head}; no object in the heap{why}"
    nbytes = sum(each.served.slots for each in made)
    facts = [f"{head}; {counted(count, 'object')}, {format_bytes(nbytes)} of slots"]
    if collections := sum(each.served.collections for each in made):
        facts.append(said(collections, "a collection ran", "{n} collections ran"))
    return "; ".join(facts)


def _has_length(value: "Value") -> bool:
    return value.map is not None or str(value.type).startswith("[]") or str(value.type) == "string"


def _measure(value: "Value") -> str:
    if value.map is not None:
        return said(value.length, " with {n} entry", " with {n} entries")
    if str(value.type).startswith("[]"):
        return f" of {value.length}, capacity {value.capacity}"
    return ""
