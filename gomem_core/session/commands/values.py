"""What names of Go stand for, as commands need it: looked up, given, and dropped with the objects that belong to them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gomem_core.session.commands.context import Context

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.values import Value


def alive_value(context: Context, name: str) -> "Value | None":
    """The value of that name; None where there is none, or its object was dropped."""
    value = context.values.get(name)
    if value is None:
        return None
    main = value.main if value.main in value.made else value.boxed
    if main is not None and not context.objects.is_alive(main):
        return None
    oid = context.objects.find_name(name)
    if oid is not None and context.objects.is_alive(oid) and (context.objects.info(oid).born or 0) > context.values.since(name):
        return None  # by now it is that of another object
    return value


def own_name(context: Context, value: "Value") -> str:
    """The name of a result that got none: that of its object; "" where it has none of its own."""
    return context.objects.name(value.main) if value.main is not None and value.main in value.made else ""


def give_name(context: Context, name: str, value: "Value | None") -> None:
    """Note what a name stands for; what only belonged to its earlier value is garbage, and what others lead to is theirs."""
    old = alive_value(context, name)
    context.values.set(context.step, name, value)
    if old is not None:
        kept = frozenset(value.made) if value is not None else frozenset()
        for oid in _Leading(context).free(name, (handle for handle in old.made if handle not in kept)):
            forget(context, oid)


def forget(context: Context, oid: int) -> None:
    """The program has no use any more for an object."""
    if context.objects.is_alive(oid):
        context.engine.drop(context.objects.addr(oid))
        context.objects.drop(oid, context.step)


def with_parts(context: Context, oids: list[int]) -> list[int]:
    """The objects to be dropped, each with what belongs to the value that it is; not those to which other values lead.

    A goroutine only ends.
    """
    if not len(context.values):
        return oids
    found: dict[int, None] = {}
    leading = _Leading(context)
    for oid in oids:
        name = context.objects.name(oid)
        value = alive_value(context, name)
        if value is None or oid not in value.made:
            found[oid] = None
            continue
        context.values.set(context.step, name, None)
        handles = value.made
        if value.goroutine and value.main is not None:
            context.values.end(context.step, value)
            handles = tuple(handle for handle in handles if handle != value.main)
        found.update(dict.fromkeys(leading.free(name, sorted(handles, key=lambda handle: handle != oid))))
    return [oid for oid in found if context.objects.is_alive(oid)]


def drop_name(context: Context, name: str) -> list[int]:
    """Drop a value that has no object of its name; returns the objects that belonged to it."""
    value = alive_value(context, name)
    context.values.set(context.step, name, None)
    if value is None:
        return []
    if value.goroutine:
        context.values.end(context.step, value)
        return []
    return [oid for oid in _Leading(context).free(name, value.made) if context.objects.is_alive(oid)]


class _Leading:
    """Which values lead to an object: looked up for all of them at once, since thousands may be dropped by one command."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._names: dict[int, list[str]] = {}  # object -> names of the values that have a pointer to it
        for name, value in context.values.items():
            for _, handle in value.pointers:
                self._names.setdefault(handle, []).append(name)

    def free(self, name: str, handles: Iterable[int]) -> list[int]:
        """Those of these objects to which no value but that of this name leads; the others belong to that one from now on."""
        context, free = self._context, []
        for handle in dict.fromkeys(handles):
            known = None
            for other in reversed(self._names.get(handle, ())):
                if other != name and (known := alive_value(context, other)) is not None:
                    if handle not in known.made:
                        context.values.set(context.step, other, known.with_made((handle,)))
                    break
            if known is None:
                free.append(handle)
        return free
