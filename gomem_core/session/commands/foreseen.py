"""What a statement of Go would allocate, by planning only: for the line that is shown while one is being typed."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from gomem_core.foreign import brief
from gomem_core.go.placement import placement
from gomem_core.go.versions import Profile
from gomem_core.gotypes.errors import GoError
from gomem_core.lang.commands import AllocType, Statement
from gomem_core.report import counted, format_bytes
from gomem_core.session.commands.context import CommandError, Context
from gomem_core.session.commands.statements import planned

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.plan import Request

_SHOWN: Final = 4  # sorts of objects
_WIDEST: Final = 32  # characters of a type's name
_NOTHING: Final = "no object in the heap"


def foresee_statement(context: Context, command: Statement | AllocType) -> str:
    """One line: how many objects of which types, and the bytes of their slots; nothing where it cannot be done."""
    try:
        done = planned(context, command)
    except (GoError, CommandError):
        return ""
    requests = done.plan.requests
    if not requests:
        return _NOTHING
    profile = context.world.profile
    slots = sum(_slot(profile, one) for one in requests)
    count = f"{counted(command.times * len(requests), 'object')}, {format_bytes(command.times * slots)} of slots"
    return f"{count}: {_sorts(profile, requests)}"


def _sorts(profile: Profile, requests: "Sequence[Request]") -> str:
    """What is asked for, in order; objects of one type in a row are told together."""
    found = [(request, len([request, *more])) for _, (request, *more) in groupby(requests, key=lambda one: one.element)]
    told = []
    for request, many in found[:_SHOWN]:
        size, slot = request.element.size, _slot(profile, request)
        kind = "scan" if request.element.ptr_bytes else "noscan"
        times = f"{many} × " if many > 1 else ""
        told.append(f"{times}{brief(request.element.name, _WIDEST)} {size} B in {slot} {kind}")
    return ", ".join(told) + (", …" if len(found) > _SHOWN else "")


def _slot(profile: Profile, request: "Request") -> int:
    place = placement(profile, request.element.size, not request.element.ptr_bytes)
    return 0 if place is None else place.elemsize
