"""Commands that are statements of Go: they make the objects that Go makes, give them names, and store pointers between them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from gomem_core.foreign import brief
from gomem_core.gotypes.errors import GoError
from gomem_core.lang.commands import AllocType, Insert, Statement
from gomem_core.report import Result
from gomem_core.session.commands.context import CommandError, Context, refused
from gomem_core.session.commands.made import MOST_TOLD, Made, Served, answer
from gomem_core.session.commands.values import alive_value, forget, give_name, own_name
from gomem_core.world.faults import Refused

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.plan import Plan
    from gomem_core.gotypes.statements.run import Done
    from gomem_core.gotypes.statements.shapes import Shapes
    from gomem_core.gotypes.statements.values import Value

_TOO_OLD: Final = (
    "what statements of Go allocate is known from Go 1.21 on, and this heap is {go}'s; type go 1.27, "
    "or write it before the first step of a file"
)
_FORESEEN: Final = 20_000  # objects up to which a statement is looked at while it is typed
_NO_SIZE: Final = "{text} is not a size, and objects of a type are known from Go 1.21 on; this heap is {go}'s"


class _Names:
    """What the session knows of names, for the rules."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def value(self, name: str) -> "Value | None":
        return alive_value(self._context, name)

    def ended_goroutine(self) -> int | None:
        return self._context.values.ended_goroutine()


def _statement(context: Context, command: Statement) -> Result:
    from gomem_core.gotypes.statements.run import run  # noqa: PLC0415 -- only who types Go waits for it

    names = _Names(context)
    return _done(context, command, lambda shapes: run(shapes, names, command.text))


def _alloc_type(context: Context, command: AllocType) -> Result:
    from gomem_core.gotypes.statements.run import bare  # noqa: PLC0415 -- likewise

    return _done(context, command, lambda shapes: bare(shapes, command.text))


def planned(context: Context, command: Statement | AllocType) -> "Done":
    """What a statement comes to here, once; nothing happens.  Raises GoError, and CommandError where none are known.

    Raises TooMany where finding out would keep somebody waiting who types.
    """
    from gomem_core.gotypes.statements.run import bare, run  # noqa: PLC0415 -- likewise

    shapes = _shapes_for(context, command)
    return run(shapes, _Names(context), command.text, _FORESEEN) if isinstance(command, Statement) else bare(shapes, command.text)


def _insert(context: Context, command: Insert) -> Result:
    from gomem_core.gotypes.statements.run import insert  # noqa: PLC0415 -- likewise

    shapes = _shapes(context)
    value = alive_value(context, command.name)
    if value is None:
        oid = context.objects.find_name(command.name)
        known = "it is an object without a type of Go" if oid is not None else "there is nothing of that name"
        raise CommandError(f"{command.name} is neither a map nor a slice: {known}", command.name)
    try:
        done = insert(shapes, value, command.name, command.n)
    except GoError as e:
        raise CommandError(str(e), command.name) from e
    return answer(context, [_make(context, done, None)])


def _done(context: Context, command: Statement | AllocType, work: "Callable[[Shapes], Done]") -> Result:
    """Do a statement as often as it says; the first time shows what is wrong with it."""
    shapes = _shapes_for(context, command)
    made: list[Made] = []
    many = command.times > 1
    if many and command.name is not None:
        _check_names(context, command.name, command.times)
    with context.progress.counting(command.times):
        for n in range(1, command.times + 1):
            name = f"{command.name}.{n}" if many and command.name is not None else command.name
            made.append(_one(context, work, shapes, command, name, again=n > 1))
            context.progress.step()
    return answer(context, made)


def _one(
    context: Context,
    work: "Callable[[Shapes], Done]",
    shapes: "Shapes",
    command: Statement | AllocType,
    name: str | None,
    again: bool,
) -> Made:
    """Do it once.  What Go refuses the first time has changed nothing; `again` it is undone like a lack of memory."""
    try:
        done = work(shapes)
    except GoError as e:
        if again:
            raise Refused(str(e)) from e
        raise refused(command.text, e) from e
    if name is not None:
        check_name(context, name, done)
    check_variables(context, done)
    return _make(context, done, name)


def _shapes(context: Context) -> "Shapes":
    """The types that are known here.  Raises CommandError where statements are not."""
    profile = context.world.profile
    if profile.language is None:
        raise CommandError(_TOO_OLD.format(go=profile.name))
    from gomem_core.gotypes.statements.shapes import Shapes  # noqa: PLC0415 -- likewise

    return Shapes(context.declared.types(profile), profile.language)


def _shapes_for(context: Context, command: Statement | AllocType) -> "Shapes":
    """The same; of `alloc T` it is told that T is no size either."""
    profile = context.world.profile
    if profile.language is None and isinstance(command, AllocType):
        raise CommandError(_NO_SIZE.format(text=brief(command.text), go=profile.name), command.text)
    return _shapes(context)


def check_name(context: Context, name: str, done: "Done") -> None:
    """Raise CommandError if the result of a statement cannot have that name."""
    if done.name is not None and done.name in done.changed and done.name != name:
        raise CommandError(f"the result is called {done.name} already", name)
    if done.value is None:
        raise CommandError("there is no result that could have a name", name)
    if context.objects.name_in_use(name) or (alive_value(context, name) is not None and done.name != name):
        raise CommandError(f"the name {name} is in use: drop that object first, or choose another name", name)


def check_variables(context: Context, done: "Done") -> None:
    """Raise CommandError if a new variable has the name of an object that came as no value of Go."""
    for name in done.changed:
        oid = context.objects.find_name(name)
        if oid is None or not context.objects.is_alive(oid) or alive_value(context, name) is not None:
            continue
        if (context.objects.info(oid).born or 0) > context.values.since(name):
            raise CommandError(f"the name {name} is in use: drop that object first, or choose another name", name)


def _check_names(context: Context, name: str, times: int) -> None:
    for n in range(1, times + 1):
        if context.objects.name_in_use(f"{name}.{n}") or alive_value(context, f"{name}.{n}") is not None:
            raise CommandError(f"the name {name}.{n} is in use: drop that object first, or choose another name", name)


def _make(context: Context, done: "Done", name: str | None) -> Made:
    """Allocate what a plan asks for, store its pointers, and note what names stand for now."""
    name = name or done.name
    plan, value = done.plan, done.value
    named = {-1 - value.main: name} if value is not None and value.main is not None and value.main < 0 else {}
    for other, changed in done.changed.items():
        main = changed.main if changed.main is not None else changed.boxed
        if main is not None and main < 0:
            named.setdefault(-1 - main, other)
    served = _allocate(context, plan, named)
    oids = range(served.first, served.first + len(served.addrs))
    _connect(context, plan, served.addrs)
    for handle in plan.garbage:
        forget(context, oids[-1 - handle] if handle < 0 else handle)
    name = _note(context, done, name, oids)
    context.values.rules.update(zip(oids, (request.rule for request in plan.requests), strict=True))
    return Made(done, served, name)


def _allocate(context: Context, plan: "Plan", named: dict[int, str | None]) -> Served:
    """Allocate what is asked for, in order, and enter it; `named` are the names of some."""
    alloc, made = context.engine.alloc, Served(len(context.objects))
    told, addrs, slots, collections = made.told, made.addrs, 0, 0  # a map may be of a million objects
    try:
        for (_, size, ptr_bytes, pattern), _ in plan.requests:
            made.last = one = alloc(size, ptr_bytes, pattern)
            addrs.append(one.addr)
            if len(addrs) <= MOST_TOLD:
                told.append(one)
            slots += 0 if one.tiny_combined else one.elemsize
            collections += one.gc_started
    finally:  # also where one stands halfway: so many are born
        made.slots, made.collections = slots, collections
        _enter(context, plan, addrs, named)
    return made


def _enter(context: Context, plan: "Plan", made: list[int], named: dict[int, str | None]) -> None:
    """Enter objects that lie at these addresses, those in a row without names together."""
    start = 0
    for i in (*(i for i in sorted(named) if named[i] is not None and i < len(made)), len(made)):
        if start < i:
            of = [request.element for request in plan.requests[start:i]]
            names = [one.name for one in of]
            context.objects.add_each(made[start:i], [one.size for one in of], [one.ptr_bytes for one in of], context.step, names)
        if i < len(made):
            one = plan.requests[i].element
            context.objects.add(made[i], one.size, one.ptr_bytes, context.step, named[i], of_type=one.name)
        start = i + 1


def _connect(context: Context, plan: "Plan", at: Sequence[int]) -> None:
    """Store the pointers between the objects that were made at these addresses, and others."""
    addr, write = context.objects.addr, context.engine.write_pointer
    for source, target in plan.copies:
        old, new = (at[-1 - h] if h < 0 else addr(h) for h in (source, target))
        for word, value in sorted(context.world.pointers.stored_in(old)):
            write(new, word, value)
    for of, leads in plan.rows:
        row = at[-1 - of] if of < 0 else addr(of)
        context.engine.write_pointers(row, [at[-1 - to] if to < 0 else addr(to) for to in leads])
    for handles, word in plan.pairs:
        places = [-1 - handle for handle in handles]
        context.engine.write_each([at[i] for i in places], word, [at[i + 1] for i in places])
    for of, word, goal in plan.links:
        value = 0 if goal is None else at[-1 - goal] if goal < 0 else addr(goal)
        write(at[-1 - of] if of < 0 else addr(of), word, value)


def _note(context: Context, done: "Done", name: str | None, oids: range) -> str | None:
    """Note what names stand for now; what only their earlier values needed is garbage.  Returns the name of the result."""
    from gomem_core.gotypes.statements.values import settled  # noqa: PLC0415 -- likewise

    new = {changing: settled(value, oids) for changing, value in done.changed.items()}
    if done.value is not None and (name is None or name not in new):
        value = done.value
        if name != done.name:  # what belongs to another name stays with that
            value = replace(value, made=tuple(handle for handle in value.made if handle < 0))
        value = settled(value, oids)
        name = name if name is not None else own_name(context, value)
        new[name] = value
    for changing, value in new.items():
        if value.goroutine and value.main is not None:
            context.values.begin_again(context.step, value.main)
        if changing:
            give_name(context, changing, value)
    return name or None


EXECUTE_STATEMENTS: Final[dict[type, Callable[[Context, Any], Result]]] = {
    Statement: _statement,
    AllocType: _alloc_type,
    Insert: _insert,
}
