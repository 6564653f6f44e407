"""The command drop: which objects it means, which of these it chooses, and what becomes of them."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING, Final

from gomem_core.lang.commands import ByName, ByRange, Drop, Every, Everything, Share, Target
from gomem_core.lang.conditions import COMPARE
from gomem_core.report import Result, counted, format_bytes, told
from gomem_core.session.commands.context import CommandError, Context

if TYPE_CHECKING:
    from gomem_core.schema import results

_NAMES_TOLD: Final = 1_000  # in the data
_FORESEEN: Final = 100_000  # living objects up to which it is told beforehand what a line would drop


def drop(world: Context, command: Drop) -> Result:
    """Forget the objects chosen."""
    meant = _meant(world, command)
    oids = _choose(world, command, meant)
    for oid in oids:
        world.heap.drop(world.objects.addr(oid))
        world.objects.drop(oid, world.step)
    names = [world.objects.name(oid) for oid in oids]
    data: results.Dropped = {"dropped": len(oids), "of": len(meant), "names": [*names[:_NAMES_TOLD]]}
    if not meant:
        return Result("there was nothing to drop", data)
    if not oids:
        return Result(_nothing(len(meant)), data)
    head = f"dropped {len(oids)} of {len(meant)}" if command.chooses else f"dropped {len(oids)}"
    one = "{head} ({shown}): garbage from now on unless something live links to it; freed when its span is swept"
    many = "{head} ({shown}): garbage from now on unless something live links to them; freed when their spans are swept"
    return Result(told(len(oids), one, many, head=head, shown=_shown(names)), data)


def check_drop(world: Context, command: Drop) -> None:
    """Raise CommandError if an object that it names is not there, or named twice."""
    _meant(world, command)


def foresee_drop(world: Context, command: Drop) -> str:
    """What the command would drop, in a line; nothing where that would take long to find out."""
    if world.objects.alive > _FORESEEN:
        return ""
    try:
        meant = _meant(world, command)
    except CommandError as e:
        return e.message
    oids = _choose(world, command, meant)
    if not oids:
        return _nothing(len(meant)) if meant else "there is nothing to drop"
    nbytes = sum(map(world.objects.size, oids))
    ends = (oids[0], oids[-1]) if len(oids) > 1 else oids
    names = " … ".join(map(world.objects.name, ends))
    what = f"{len(oids)} of {counted(len(meant), 'object')}" if command.chooses else counted(len(oids), "object")
    return f"drops {what}, {format_bytes(nbytes)} asked for: {names}"


def _nothing(meant: int) -> str:
    return f"nothing to drop: the choice takes none of {counted(meant, 'object')}"


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) < 6 else f"{names[0]} … {names[-1]}"


# --- Which objects are meant -------------------------------------------------------------------------------------------------


def _meant(world: Context, command: Drop) -> list[int]:
    """The living objects that its targets mean, in the order in which they are named; where it chooses, oldest first."""
    oids: dict[int, None] = {}  # a set that keeps the order
    for target in command.targets:
        for oid in _targets(world, target, command.chooses):
            if oid in oids:
                raise CommandError(f"{world.objects.name(oid)} is named twice", world.objects.name(oid))
            oids[oid] = None
    return sorted(oids) if command.chooses else list(oids)


def _targets(world: Context, target: Target, chooses: bool) -> list[int]:
    """The living objects that a target means; at least one, except for `all`."""
    match target:
        case Everything():
            return world.objects.living()
        case ByRange(prefix, first, last):
            return _range(world, prefix, first, last)
        case ByName(name) if chooses and (last := world.objects.numbered(name)):
            oid = world.objects.find_name(name)
            own = [oid] if oid is not None and world.objects.is_alive(oid) else []
            return own + _range(world, f"{name}.", 1, last, own)
        case ByName(name) if world.objects.find_name(name) is None and (last := world.objects.numbered(name)):
            raise CommandError(f"no object is called {name}", name, f"{name}.1..{name}.{last}")
        case _:
            return [world.living(target)]


def _range(world: Context, prefix: str, first: int, last: int, besides: Sequence[int] = ()) -> list[int]:
    """The living ones of a range; those dropped before are passed over, those never born are an error.

    None at all are an error too, if there are none `besides`.
    """
    word = f"{prefix}{first}..{prefix}{last}"
    if prefix == "o" and last > world.objects.unnamed:
        raise CommandError(f"there are objects o1 to o{world.objects.unnamed} so far, not all of {word}", word)
    last = min(last, len(world.objects))  # no object has a higher number
    found = (world.objects.find_name(f"{prefix}{n}") for n in range(first, last + 1))
    living = [oid for oid in found if oid is not None and world.objects.is_alive(oid)]
    if not living and not besides:
        raise CommandError(f"none of {word} is there to be dropped", word)
    return living


# --- Which of them are chosen ------------------------------------------------------------------------------------------------


def _choose(world: Context, command: Drop, meant: list[int]) -> list[int]:
    """The size chooses first, then every k-th or a share of what is left."""
    if command.size is not None:
        passes, size = COMPARE[command.size.comparison], command.size.size
        meant = [oid for oid in meant if passes(world.objects.size(oid), size)]
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
