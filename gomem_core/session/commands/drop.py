"""The command drop: which objects it means, which of these it chooses, and what becomes of them."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING, Final

from gomem_core.lang.commands import ByName, ByRange, Drop, Every, Everything, Share, Target
from gomem_core.lang.conditions import COMPARE
from gomem_core.report import Result, counted, format_bytes, told
from gomem_core.session.commands.context import UNREAD, CommandError, Context
from gomem_core.session.commands.values import alive_value, drop_name, with_parts

if TYPE_CHECKING:
    from gomem_core.schema import doing

_NAMES_TOLD: Final = 1_000  # in the data
_VAGUE: Final = frozenset(
    ("some", "half", "few", "many", "most", "part", "any", "random")
)  # what people type who want to drop some
_VAGUE_MEANT: Final = "to drop only some objects of x: drop x 50%, drop x every 2, drop x.1..x.9"
_FORESEEN: Final = 100_000  # living objects up to which it is told beforehand what a line would drop


def drop(context: Context, command: Drop) -> Result:
    """Forget the objects chosen."""
    meant = _meant(context, command)
    chosen = _choose(context, command, meant)
    oids = with_parts(context, chosen)
    if command.targets == (Everything(),) and not command.chooses:
        context.values.clear(context.step)
    values = [target.name for target in command.targets if isinstance(target, ByName) and _is_only_value(context, target.name)]
    for name in values:
        oids += drop_name(context, name)
    context.engine.drop_many([context.objects.addr(oid) for oid in oids])
    for oid in oids:
        context.objects.drop(oid, context.step)
    if context.passed:
        return UNREAD
    names = [context.objects.name(oid) for oid in oids]
    data: doing.Dropped = {"dropped": len(oids), "of": len(meant), "names": [*names[:_NAMES_TOLD]]}
    if not meant and not oids:
        return Result("there was nothing to drop" if not values else f"forgot {', '.join(values)}", data)
    if not oids and not command.chooses:
        return Result(
            "forgot the names: a goroutine's struct waits for the next one, and other values lead to what is left", data
        )
    if not oids:
        return Result(_nothing(len(meant)), data)
    head = f"dropped {len(chosen)} of {len(meant)}" if command.chooses else f"dropped {len(oids)}"
    if command.chooses and len(chosen) != len(oids):
        head += f", {counted(len(oids), 'object')} with what belongs to them"
    one = "{head} ({shown}): garbage from now on unless something live links to it; freed when its span is swept"
    many = "{head} ({shown}): garbage from now on unless something live links to them; freed when their spans are swept"
    return Result(told(len(oids), one, many, head=head, shown=_shown(names)), data)


def check_drop(context: Context, command: Drop) -> None:
    """Raise CommandError if an object that it names is not there, or named twice."""
    _meant(context, command)


def foresee_drop(context: Context, command: Drop) -> str:
    """What the command would drop, in a line; nothing where that would take long to find out."""
    if context.objects.alive > _FORESEEN:
        return ""
    try:
        meant = _meant(context, command)
    except CommandError as e:
        return e.message
    oids = _choose(context, command, meant)
    if not oids:
        return _nothing(len(meant)) if meant else "there is nothing to drop"
    nbytes = sum(map(context.objects.size, oids))
    ends = (oids[0], oids[-1]) if len(oids) > 1 else oids
    names = " … ".join(map(context.objects.name, ends))
    what = f"{len(oids)} of {counted(len(meant), 'object')}" if command.chooses else counted(len(oids), "object")
    return f"drops {what}, {format_bytes(nbytes)} asked for: {names}"


def _nothing(meant: int) -> str:
    return f"nothing to drop: the choice takes none of {counted(meant, 'object')}"


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) < 6 else f"{names[0]} … {names[-1]}"


# --- Which objects are meant -------------------------------------------------------------------------------------------------


def _meant(context: Context, command: Drop) -> list[int]:
    """The living objects that its targets mean, in the order in which they are named; where it chooses, oldest first."""
    oids: dict[int, None] = {}  # a set that keeps the order
    for target in command.targets:
        for oid in _targets(context, target, command.chooses):
            if oid in oids:
                raise CommandError(f"{context.objects.name(oid)} is named twice", context.objects.name(oid))
            oids[oid] = None
    return sorted(oids) if command.chooses else list(oids)


def _targets(context: Context, target: Target, chooses: bool) -> list[int]:
    """The living objects that a target means; at least one, except for `all`."""
    match target:
        case Everything():
            return context.objects.living()
        case ByRange(prefix, first, last):
            return _range(context, prefix, first, last)
        case ByName(name) if chooses and (last := context.objects.numbered(name)):
            oid = context.objects.find_name(name)
            own = [oid] if oid is not None and context.objects.is_alive(oid) else []
            return own + _range(context, f"{name}.", 1, last, own)
        case ByName(name) if _is_only_value(context, name):
            return []
        case _:
            try:
                return [context.living(target)]
            except CommandError as e:
                raise _or_numbered(context, target, e) from None


def _or_numbered(context: Context, target: Target, error: CommandError) -> CommandError:
    """The complaint about one that is not there; where there are only numbered ones of its name, it suggests these."""
    if not isinstance(target, ByName) or context.objects.find_name(target.name) is not None:
        return error
    name, last = target.name, context.objects.numbered(target.name)
    if name in _VAGUE:
        return CommandError(f"no object is called {name}; {_VAGUE_MEANT}", name)
    return CommandError(f"no object is called {name}", name, f"{name}.1..{name}.{last}") if last else error


def _is_only_value(context: Context, name: str) -> bool:
    """Whether it names a value of Go that has no object of this name."""
    if not len(context.values):  # most sessions have none
        return False
    oid = context.objects.find_name(name)
    return (oid is None or not context.objects.is_alive(oid)) and alive_value(context, name) is not None


def _range(context: Context, prefix: str, first: int, last: int, besides: Sequence[int] = ()) -> list[int]:
    """The living ones of a range; those dropped before are passed over, those never born are an error.

    None at all are an error too, if there are none `besides`.
    """
    word = f"{prefix}{first}..{prefix}{last}"
    if prefix == "o" and last > context.objects.unnamed:
        raise CommandError(f"there are objects o1 to o{context.objects.unnamed} so far, not all of {word}", word)
    last = min(last, len(context.objects))  # no object has a higher number
    found = (context.objects.find_name(f"{prefix}{n}") for n in range(first, last + 1))
    living = [oid for oid in found if oid is not None and context.objects.is_alive(oid)]
    if not living and not besides:
        raise CommandError(f"none of {word} is there to be dropped", word)
    return living


# --- Which of them are chosen ------------------------------------------------------------------------------------------------


def _choose(context: Context, command: Drop, meant: list[int]) -> list[int]:
    """The size chooses first, then every k-th or a share of what is left."""
    if command.size is not None:
        passes, size = COMPARE[command.size.comparison], command.size.size
        meant = [oid for oid in meant if passes(context.objects.size(oid), size)]
    match command.pick:
        case Every(k):
            return meant[k - 1 :: k]
        case Share(percent, seed):
            wanted = (Decimal(repr(percent)) * len(meant) / 100).to_integral_value(ROUND_HALF_UP)
            return _drawn(meant, int(wanted), seed)
        case None:
            return meant


def _drawn(oids: list[int], wanted: int, seed: int) -> list[int]:
    """Exactly so many of them, each set of that size as probable as any other; only `random()` is used, as in churn.py."""
    draw = Random(seed).random
    chosen: list[int] = []
    for left, oid in zip(range(len(oids), 0, -1), oids, strict=True):
        if draw() * left < wanted - len(chosen):
            chosen.append(oid)
    return chosen
