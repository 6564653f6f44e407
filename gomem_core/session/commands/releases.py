"""`go`: the session on another version of Go, and which versions there are."""

from typing import TYPE_CHECKING, Final

from gomem_core.go.release import at_random, modelled
from gomem_core.go.versions import Profile
from gomem_core.lang.moves import Go
from gomem_core.report import Column, Result, Table
from gomem_core.session.commands.movefaults import check_go
from gomem_core.session.document import Desk

if TYPE_CHECKING:
    from gomem_core.schema import versions as schema

_COLUMNS: Final = (Column("go", "text"), Column("exact in", "text"), Column("simplified", "text"))
_RESERVED: Final = (
    "every address, list and bit, sweeping, the trigger, MemStats",
    "large free spans by best fit, no treap; the world stops to mark",
)
_PAGED: Final = (
    "every address, page, queue and bit, caches of pages, sweeping, MemStats",
    "what the runtime allocates for itself; nothing collects or scavenges by the clock",
)


def go(desk: Desk, command: Go) -> Result:
    """Do all steps again on another version, or tell which there are."""
    if command.release is None:
        return versions(desk.session.world.profile)
    check_go(desk, command)
    desk.again_on(command.release)
    desk.moved()
    session = desk.session
    data: schema.OnVersion = {
        "go": session.release.text,
        "branch": session.branches.name,
        "step": session.step,
        "of": len(session.steps),
    }
    where = (
        f"step {session.step} of {len(session.steps)}, on the branch {session.branches.name}" if session.steps else "no steps yet"
    )
    return Result(f"this is {session.world.profile.name} now: {where}", data)


def versions(current: Profile | None) -> Result:
    """Which versions a session can be of, and what each of them is exact in."""
    there = modelled()
    rows = [(profile.name.removeprefix("go"), *(_RESERVED if profile.reservation else _PAGED)) for profile in there]
    here = f"this heap is of {current.name}; " if current is not None else ""
    data: schema.Versions = {
        "current": current.name.removeprefix("go") if current is not None else "",
        "rows": [{"go": profile.name.removeprefix("go"), "at_random": at_random(profile)} for profile in there],
    }
    return Result(f"{here}a session can be one of:", data, Table(_COLUMNS, [*rows]))
