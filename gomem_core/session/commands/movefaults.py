"""What is wrong with a move through the session, which is known without making it."""

from collections.abc import Callable
from typing import Any, Final

from gomem_core.lang import format_command
from gomem_core.lang.moves import Back, Branch, Compare, Diff, DiffBranch, Forward, Go, Goto, Select, Stop, TakeUp, Time
from gomem_core.session.commands.context import CommandError
from gomem_core.session.document import Desk
from gomem_core.session.engine import lacking
from gomem_core.session.readheap import refusal_of
from gomem_core.session.session import Session
from gomem_core.suggest import nearest


def step_of(session: Session, target: Stop) -> int:
    """The step meant by a number, a bookmark, `start` or `end`, or a time of a film.  Raises CommandError."""
    last = len(session.steps)
    if isinstance(target, Time):
        return _event_at(session, target)
    if isinstance(target, int) and session.has_looks:
        if not 1 <= target <= last + 1:
            raise CommandError(f"there is no look {target}; looks go from 1 to {last + 1}", str(target))
        return target - 1
    if isinstance(target, int):
        if target > last:
            what = "step" if session.reel is None else "event"
            raise CommandError(f"there is no {what} {target}; {what}s go from 0 to {last}", str(target))
        return target
    if target in ("start", "end"):
        return 0 if target == "start" else last
    if target in session.bookmarks:
        return session.bookmarks[target]
    elsewhere = session.branches.elsewhere(target)
    if elsewhere is not None:
        raise CommandError(f"the bookmark {target} is on branch {elsewhere}: type branch {elsewhere}, then goto {target}", target)
    raise CommandError(f"no step is marked {target}", target, nearest(target, session.bookmarks))


def _event_at(session: Session, time: Time) -> int:
    """The event of a film that was the last at that time."""
    reel = session.reel
    if reel is None:
        raise CommandError("only a film has times: steps have numbers", str(time))
    return reel.event_at(time.ns)


def check_target(desk: Desk, command: Goto | Diff) -> None:
    """Raise CommandError if there is no such step."""
    step_of(desk.session, command.target)


def check_behind(desk: Desk, _command: Back) -> None:
    """Raise CommandError at the beginning."""
    if not desk.session.step and not desk.session.event:
        raise CommandError("this is the beginning; nothing lies before it")


def check_ahead(desk: Desk, _command: Forward) -> None:
    """Raise CommandError at the end."""
    if desk.session.at_end:
        raise CommandError("this is the end; no step lies ahead")


def check_branch(desk: Desk, command: Branch | DiffBranch) -> None:
    """Raise CommandError if there is no such branch besides the current one."""
    others = desk.session.branches.others
    if command.name is not None and command.name not in others:
        names = ", ".join(others) or "none so far"
        message = f"there is no other branch called {command.name}; there are: {names}"
        raise CommandError(message, command.name, nearest(command.name, others))


def check_select(desk: Desk, command: Select) -> None:
    """Raise CommandError if there is no such object, or nothing at an address."""
    addr = desk.session.address_of(command.target)
    if addr is None:
        raise CommandError(f"no object is called {command.target}", str(command.target))
    if desk.session.world.spans.at(addr) is None:
        raise CommandError(f"no span is at {addr:#x}", format_command(command).removeprefix("select "))


def check_take_up(desk: Desk, _command: TakeUp) -> None:
    """Raise CommandError if something is not known without which the heap cannot go on, or if it is in no file."""
    strip, kept = desk.session.strip, desk.kept
    if strip is None:
        raise CommandError("this heap is modelled already: commands change it")
    if desk.session.reel is not None:
        raise CommandError(refusal_of(strip))
    missing = lacking(strip.shown)
    if missing:
        raise CommandError(f"this heap cannot be taken up: {'; '.join(missing)}")
    if kept is None or strip.at + 1 != kept.looks:
        raise CommandError("a session goes on from the last look in a file, and this is none: save it first")


def check_go(desk: Desk, command: Go) -> None:
    """Raise CommandError if the steps here cannot be done on another version of Go, or are done on this one already."""
    session, release = desk.session, command.release
    if release is None:
        return
    if session.strip is not None:
        raise CommandError(f"there are no steps to be done again: this heap was read ({session.strip.shown.go_told})")
    if session.base is not None:
        raise CommandError(
            f"this session goes on from a heap of {session.world.profile.name}, which no other version can go on from"
        )
    if release == session.release:
        raise CommandError(f"this session is of {release.profile.name} already")


def check_compare(desk: Desk, _command: Compare) -> None:
    """Raise CommandError if the steps here are not such as can be done on another version of Go."""
    name = desk.session.world.profile.name
    if desk.session.strip is not None:
        told = desk.session.strip.shown.go_told
        raise CommandError(f"there are no steps to be done on other versions: this heap was read ({told})")
    if desk.session.base is not None:
        raise CommandError(f"this session goes on from a heap of {name}, and no other version can do that")


# Any: the key says which command the function takes, which a dict's type cannot express.
CHECK_MOVES: Final[dict[type, Callable[[Desk, Any], None]]] = {
    Back: check_behind,
    Forward: check_ahead,
    Goto: check_target,
    Diff: check_target,
    DiffBranch: check_branch,
    Branch: check_branch,
    Select: check_select,
    TakeUp: check_take_up,
    Go: check_go,
    Compare: check_compare,
}
