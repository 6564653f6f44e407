"""Commands that only look: show, find, advise, invariants, help."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from gomem_core.gotypes.errors import GoError
from gomem_core.lang import help_text
from gomem_core.lang.commands import Advise, ByAddr, ByName, Find, Fit, Help, Invariants, Layout, Ref, Show, ShowOne
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import Pause
from gomem_core.lang.numbers import read_size
from gomem_core.lang.pattern import TooCostly
from gomem_core.queries import show, show_one
from gomem_core.queries.graphs import graph_of, hold_now
from gomem_core.regex import regex
from gomem_core.report import Result, told
from gomem_core.session.commands.context import CommandError, Context, refused
from gomem_core.world.world import World

if TYPE_CHECKING:
    from gomem_core.schema import looking

_HEX: Final = regex(r"[0-9a-f]+")  # as panes show addresses


def _show(context: Context, command: Show) -> Result:
    try:
        return show.show(command.topic, command.filters, context.world, context.objects, context.stop)
    except TooCostly as e:
        raise CommandError(str(e), e.pattern) from e


def _show_one(context: Context, command: ShowOne) -> Result:
    _check_one(context, command)
    match command.what, command.target:
        case "class", int(number):
            return show_one.show_class(number, context.world.profile)
        case "page", int(page):
            return show_one.show_page(page, context.world)
        case "span", int(number):
            return show_one.show_span(context.world.spans.rows(number, number + 1)[0].base, context.world, context.objects)
        case _, target:
            addr = 0 if isinstance(target, int) else _addr(context, target)
    match command.what:
        case "page":
            return show_one.show_page(context.world.extents.arenas.page(addr), context.world)
        case "bitmap":
            return show_one.show_bitmap(addr, context.world, context.objects, context.word_name)
        case "span":
            return show_one.show_span(addr, context.world, context.objects)
        case _:
            if (graph := graph_of(context.world)) is not None:
                hold_now(graph, context.stop)
            return show_one.show_object(_object(context, command.target), context.world, context.objects, context.links)


def _addr(context: Context, target: Ref) -> int:
    """The address meant: any, or that of an object."""
    target = _known_or_bare(context, target)
    return target.addr if isinstance(target, ByAddr) else context.objects.info(_object(context, target)).addr


def _known_or_bare(context: Context, target: Ref) -> Ref:
    """The same, but the address in the heap where no object has a name that is one."""
    if isinstance(target, ByName) and context.objects.find_name(target.name) is None and _HEX.fullmatch(target.name):
        addr = int(target.name, 16)
        return ByAddr(addr) if _is_in_heap(context.world, addr) else target
    return target


def _object(context: Context, target: ByName | ByAddr | int) -> int:
    """The object meant, which may be dropped already when it has a name of its own."""
    if isinstance(target, ByName | ByAddr):
        target = _known_or_bare(context, target)
    if isinstance(target, ByName):
        oid = context.objects.find_name(target.name)
        return context.living(target) if oid is None else oid
    if isinstance(target, ByAddr):
        slot = context.world.slots.at(target.addr)
        for oid in context.objects.in_slot(slot.addr, context.world.slots.elemsize_at(slot.addr)) if slot is not None else ():
            if (o := context.objects.info(oid)).size is None or o.holds(target.addr):
                return oid
        return context.living(target)
    raise TypeError(f"{target} names no object")


def _is_in_heap(world: World, addr: int) -> bool:
    return any(r.start <= addr < r.end for r in world.extents.layout() if r.name.startswith("heap"))


def _find(context: Context, command: Find) -> Result:
    return show_one.find(_addr(context, command.target), context.world, context.objects, context.links)


def _advise(context: Context, _command: Advise) -> Result:
    from gomem_core.queries import advise  # noqa: PLC0415 -- few ask for it, and `gomem run` starts sooner without

    return advise.result_of(advise.advise(context.world, context.stop))


def _layout(context: Context, command: Layout) -> Result:
    try:
        return context.declared.described(context.world.profile, command.text)
    except GoError as e:
        raise refused(command.text, e) from e


def _fit(context: Context, command: Fit) -> Result:
    from gomem_core.gotypes.fit import LONGEST, fit_size, fit_type  # noqa: PLC0415 -- the same

    if command.text[0].isdigit():
        try:
            size = read_size(command.text)
        except WordError as e:
            raise CommandError(e.message, command.text, e.suggestion) from e
        if size > LONGEST:
            raise CommandError(f"Go panics (makeslice: len out of range) beyond {LONGEST} bytes", command.text)
        return fit_size(size)
    try:
        return fit_type(command.text, context.declared.types)
    except GoError as e:
        raise refused(command.text, e) from e


def _invariants(context: Context, command: Invariants) -> Result:
    held = context.engine.check(command.level)
    data: looking.Held = {"level": command.level, "held": [*held]}
    return Result(f"{len(held)} invariants hold ({command.level})", data, details=tuple(held))


def _help(context: Context, command: Help) -> Result:
    text = help_text(command.topic, is_read=context.strip is not None)
    data: looking.Help = {"help": text}
    return Result("", data, details=tuple(text.splitlines()))


def _pause(_world: Context, _command: Pause) -> Result:
    return Result("")


def _check_one(context: Context, command: ShowOne) -> None:
    """Raise CommandError if the object is unknown, if this version of Go has no such class, or if there is no page."""
    arenas, largest = context.world.extents.arenas, context.world.profile.largest_class
    if command.what == "class" and isinstance(command.target, int) and command.target > largest:
        message = f"{command.target} is not a class number of {context.world.profile.name}; it is between 0 and {largest}"
        raise CommandError(message, str(command.target), str(largest))
    if command.what == "page" and isinstance(command.target, ByAddr) and arenas.is_between(command.target.addr):
        addr = f"{command.target.addr:#x}"
        raise CommandError(f"{addr} lies between two arenas: there is no page", addr)
    if command.what == "span" and isinstance(command.target, int) and command.target >= context.world.spans.count:
        count = context.world.spans.count
        message = told(count, "there is {n} span, and the first has number 0", "there are {n} spans, and the first has number 0")
        raise CommandError(message, str(command.target))
    if isinstance(command.target, ByName) and isinstance(_known_or_bare(context, command.target), ByName):
        _object(context, command.target)


def _check_find(context: Context, command: Find) -> None:
    """Raise CommandError if the object is unknown."""
    _addr(context, command.target)


CHECK_LOOK: Final[dict[type, Callable[[Context, Any], None]]] = {ShowOne: _check_one, Find: _check_find}
EXECUTE_LOOK: Final[dict[type, Callable[[Context, Any], Result]]] = {
    Show: _show,
    ShowOne: _show_one,
    Find: _find,
    Advise: _advise,
    Layout: _layout,
    Fit: _fit,
    Invariants: _invariants,
    Help: _help,
    Pause: _pause,
}
