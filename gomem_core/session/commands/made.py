"""What statements of Go are answered with: the objects that they made, and what became of the value."""

from typing import TYPE_CHECKING, Final, NamedTuple

from gomem_core.report import Result, Served, counted, format_bytes, hexed, told
from gomem_core.session.commands.context import UNREAD, Context

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.run import Done
    from gomem_core.gotypes.statements.values import Value
    from gomem_core.schema import results
    from gomem_core.world.records import Allocated

_TOLD: Final = 1_000  # objects told one by one in the data
_SAID: Final = 12  # and in text
_ALLOCATED: Final = "{name}  {size} B in {slot} ({kind}), {addr}: {rule}"
_SHARED: Final = "{name}  {size} B in a tiny block that is there, {addr}: {rule}"


class Made(NamedTuple):
    """What one statement made: objects with who served them, and the name of its result."""

    done: "Done"
    objects: "list[tuple[int, Allocated]]"
    name: str | None


def answer(context: Context, made: list[Made]) -> Result:
    """Returns what is said of statements that were done, all alike."""
    if context.passed:
        return UNREAD
    objects = [one for each in made for one in each.objects]
    info, name = context.objects.info, context.objects.name
    rows: list[results.MadeObject] = [
        {
            "name": name(oid),
            "addr": hexed(one.addr),
            "size": context.objects.size(oid),
            "slot": one.elemsize,
            "scan": not one.spanclass & 1,
            "type": info(oid).type,
            "served": one.served,
        }
        for oid, one in objects[:_TOLD]
    ]
    value, length, capacity = made[-1].done.value, None, None
    if value is not None and _has_length(value):
        length, capacity = value.length, value.capacity if str(value.type).startswith("[]") else None
    data: results.Made = {
        "objects": rows,
        "count": len(objects),
        "type": None if value is None else str(value.type),
        "name": made[-1].name,
        "len": length,
        "cap": capacity,
        "gc": sum(one.gc_started for _, one in objects),
        "garbage": sum(len(each.done.plan.garbage) for each in made),
    }
    details = [_said(row, context.values.rules.get(oid, "")) for row, (oid, _) in zip(rows[:_SAID], objects, strict=False)]
    if len(objects) > _SAID:
        details.append(f"and {counted(len(objects) - _SAID, 'object')} more")
    served = Served(objects[-1][1].addr, objects[-1][1].served) if objects else None
    return Result(_summary(made, [one for _, one in objects]), data, details=tuple(details), served=served)


def _said(row: "results.MadeObject", rule: str) -> str:
    kind = "scan" if row["scan"] else "noscan"
    form = _SHARED if row["served"] == "tiny" else _ALLOCATED
    return form.format(name=row["name"], size=row["size"], slot=row["slot"], kind=kind, addr=row["addr"], rule=rule)


def _summary(made: list[Made], objects: "list[Allocated]") -> str:
    last = made[-1]
    value = last.done.value
    what = "" if value is None else f"{value.type}{_measure(value)}"
    head = " is ".join(part for part in (last.name, what) if part) or "done"
    if not objects:
        why = f": {value.known}" if value is not None and isinstance(value.known, str) and str(value.type) == "any" else ""
        return f"{head}; no object in the heap{why}"
    nbytes = sum(one.elemsize for one in objects if not one.tiny_combined)
    facts = [f"{head}; {counted(len(objects), 'object')}, {format_bytes(nbytes)} of slots"]
    if collections := sum(one.gc_started for one in objects):
        facts.append(told(collections, "a collection ran", "{n} collections ran"))
    return "; ".join(facts)


def _has_length(value: "Value") -> bool:
    return value.map is not None or str(value.type).startswith("[]") or str(value.type) == "string"


def _measure(value: "Value") -> str:
    if value.map is not None:
        return told(value.length, " with {n} entry", " with {n} entries")
    if str(value.type).startswith("[]"):
        return f" of {value.length}, capacity {value.capacity}"
    return ""
