"""What a statement of Go would allocate, by planning only: for the line that is shown while one is being typed."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from gomem_core.foreign import brief
from gomem_core.go.placement import placement
from gomem_core.go.versions import Profile
from gomem_core.gotypes.errors import GoError
from gomem_core.lang.commands import AllocType, Statement
from gomem_core.report import counted, format_bytes
from gomem_core.session.commands.context import Context, refused
from gomem_core.session.commands.statements import check_name, check_variables, planned

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.plan import Request

_SHOWN: Final = 4  # sorts of objects
_WIDEST: Final = 32  # characters of a type's name
_NOTHING: Final = "no object in the heap"


def foresee_statement(context: Context, command: Statement | AllocType) -> str:
    """One line: how many objects of which types, and the bytes of their slots; nothing where these are too many.

    Raises CommandError if it cannot be done.
    """
    from gomem_core.gotypes.statements.plan import TooMany  # noqa: PLC0415 -- only who types Go waits for it

    try:
        done = planned(context, command)
    except TooMany:  # which is told when it is entered
        return ""
    except GoError as e:
        raise refused(command.text, e) from e
    if command.name is not None and command.times == 1:
        check_name(context, command.name, done)
    check_variables(context, done)
    requests = done.plan.requests
    if not requests:
        return _NOTHING
    profile = context.world.profile
    slots = sum(n * _slot(profile, size, noscan) for (size, noscan), n in _sizes(requests).items())
    count = f"{counted(command.times * len(requests), 'object')}, {format_bytes(command.times * slots)} of slots"
    return f"{count}: {_sorts(profile, requests)}"


def _sorts(profile: Profile, requests: "Sequence[Request]") -> str:
    """What is asked for, in order; objects of one type in a row are told together."""
    told = []
    for one, alike in islice(groupby(requests, key=attrgetter("element")), _SHOWN + 1):
        many, noscan = len([*alike]), not one.ptr_bytes
        times = f"{many} × " if many > 1 else ""
        kind = "noscan" if noscan else "scan"
        told.append(f"{times}{brief(one.name, _WIDEST)} {one.size} B in {_slot(profile, one.size, noscan)} {kind}")
    return ", ".join(told[:_SHOWN]) + (", …" if len(told) > _SHOWN else "")


def _sizes(requests: "Sequence[Request]") -> Counter[tuple[int, bool]]:
    """How many objects there are of which size, with pointers or without."""
    return Counter((one.size, not one.ptr_bytes) for one, _ in requests)


def _slot(profile: Profile, size: int, noscan: bool) -> int:
    place = placement(profile, size, noscan)
    return 0 if place is None else place.elemsize
