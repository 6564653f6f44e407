"""What the moves and directives do that are typed: a table from the type of a parsed line to the function that does it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gomem_core.files.journal import JournalError
from gomem_core.files.ownfiles import NotOurs, stamp_of
from gomem_core.files.script import ScriptError
from gomem_core.files.step import parse_step
from gomem_core.foreign import brief, named, unread
from gomem_core.go.allevents import kinds_meant
from gomem_core.lang import format_command
from gomem_core.lang.conditions import COMPARE
from gomem_core.lang.moves import (
    Back,
    Branch,
    Compare,
    Diff,
    DiffBranch,
    DiffFile,
    Expect,
    ExpectAddr,
    ExpectError,
    ExpectEvent,
    ExpectNoEvent,
    ExpectQuantity,
    ExpectServed,
    Focus,
    Forward,
    Go,
    Goto,
    Mark,
    Open,
    Resume,
    Save,
    Select,
    TakeUp,
    Time,
    UntilEvent,
    UntilQuantity,
    UntilType,
    WhatIf,
)
from gomem_core.queries.quantities import measure
from gomem_core.report import Column, Result, Table, counted, hexed
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.movefaults import check_ahead, check_behind, check_branch, check_select, step_of
from gomem_core.session.commands.releases import go
from gomem_core.session.commands.takeup import take_up
from gomem_core.session.document import Desk, Origin
from gomem_core.session.history import Branches
from gomem_core.session.opened import open_file
from gomem_core.session.resume import resume
from gomem_core.world.reel import Reel, ends_before, time_text
from gomem_core.world.strip import Strip

if TYPE_CHECKING:
    from gomem_core.schema import moving

_BRANCH_COLUMNS: Final = (Column("branch", "text"), Column("from"), Column("steps"), Column("first", "text"))


# --- Along the steps ----------------------------------------------------------------------------------------------------


def _back(desk: Desk, command: Back) -> Result:
    check_behind(desk, command)
    session = desk.session
    steps = command.n - 1 if session.event else command.n  # the first leads to the beginning of the command that is half done
    return goto(desk, max(0, session.step - steps))


def _forward(desk: Desk, command: Forward) -> Result:
    check_ahead(desk, command)
    session, last = desk.session, len(desk.session.steps)
    return goto(desk, min(last, session.step + command.n))


def _goto(desk: Desk, command: Goto) -> Result:
    step = step_of(desk.session, command.target)
    if command.event:
        return _goto_halfway(desk, step, command)
    found = goto(desk, step)
    if isinstance(command.target, Time) and desk.session.reel is not None:
        return replace(found, summary=f"{found.summary}; {_beside(desk.session.reel, step, command.target.ns)}")
    return found


def _beside(reel: Reel, event: int, ns: int) -> str:
    """Where a time lies, to which an event was the last one."""
    asked = f"nothing else happened up to {time_text(ns)}"
    after = f"; the next event is at {time_text(reel.time(event + 1))}" if event < reel.events else ""
    return ends_before(reel, ns) or f"{asked}{after}"


def goto(desk: Desk, step: int) -> Result:
    """Stand there, and write it down.  Raises Stopped."""
    desk.session.goto(step)
    desk.moved()
    return where(desk)


def _goto_halfway(desk: Desk, step: int, command: Goto) -> Result:
    """Stand after a step and some events of the next command; where there are not so many, nothing changed."""
    session, event = desk.session, command.event
    here, word = (session.step, session.event), f"{command.target}.{event}"
    with session.listening():
        with session.only_looking():
            session.goto(step)
            ahead = session.events_ahead()
        session.goto(*((step, event) if event <= ahead else here))
    if step == len(session.steps):
        raise CommandError(f"step {step} is the last one; there is no command after it, so no events", word)
    if event > ahead:
        raise CommandError(f"the command after step {step} has no event {event}: its events are 1 to {ahead}", word)
    desk.moved()
    return where(desk)


def where(desk: Desk) -> Result:
    """Where the session stands."""
    session = desk.session
    last = len(session.steps)
    data = place(desk)
    if session.reel is not None:
        at = time_text(session.reel.time(session.step))
        return Result(f"event {session.step:,} of {last:,}, at {at}: {session.reel.line(session.step)}", data)
    if session.has_looks:
        return Result(f"look {session.step + 1} of {last + 1}", data)
    if session.event and session.outcome is not None:
        total = len(session.outcome.events)
        return Result(f"step {session.step} of {last} and {session.event} of {total} events: {session.outcome.line}", data)
    if not session.step:
        begun = "the heap is empty" if session.base is None and session.strip is None else "the heap is as it was read"
        return Result(f"step 0 of {last}: {begun}", data)
    return Result(f"step {session.step} of {last}: {session.line(session.step)}", data)


def place(desk: Desk) -> "moving.Place":
    """The same as data."""
    session = desk.session
    command = session.line(session.step) if session.step and not session.event else None
    if session.event and session.outcome is not None:
        command = session.outcome.line
    return {"step": session.step, "event": session.event, "of": len(session.steps), "command": command}


def _until_event(desk: Desk, command: UntilEvent) -> Result:
    if desk.session.reel is not None:
        raise CommandError("a film has events of another kind: until waits for quantities and for types there", command.kind)
    kinds = kinds_meant(command.kind)

    def met() -> bool:
        outcome = desk.session.outcome
        return outcome is not None and not outcome.told.kinds.keys().isdisjoint(kinds)

    with desk.session.listening():
        return _until(desk, met, f"no further step has the event {command.kind}")


def _until_quantity(desk: Desk, command: UntilQuantity | UntilType) -> Result:
    session = desk.session
    if session.reel is not None:
        return _until_in_film(desk, command, session.reel)
    if isinstance(command, UntilType):
        raise CommandError("only a film knows the types of its objects over time", command.name)

    def met() -> bool:
        return COMPARE[command.op](measure(command.quantity, session.world, session.objects), command.value)

    return _until(desk, met, f"{format_command(command).removeprefix('until ')} comes true in no further step")


def _until_in_film(desk: Desk, command: UntilQuantity | UntilType, reel: Reel) -> Result:
    """The same where the moment is found without going through those before it."""
    if isinstance(command, UntilType):
        found = reel.until_type(command.name, command.op, command.value, desk.session.step)
    else:
        found = reel.until(command.quantity, command.op, command.value, desk.session.step)
    goto(desk, reel.events if found is None else found)
    if found is not None:
        return replace(where(desk), data=_until_data(desk, True))
    said = format_command(command).removeprefix("until ")
    text = f"{said} comes true in no further event; this is the end, event {reel.events:,}"
    return Result(text, _until_data(desk, False), found=False)


def _until(desk: Desk, met: Callable[[], bool], otherwise: str) -> Result:
    """Go forward at least a step, until something is so."""
    session = desk.session
    try:
        while session.forward() is not None:
            if met():
                return replace(where(desk), data=_until_data(desk, True))
    finally:
        desk.moved()
    return Result(f"{otherwise}; this is the end, step {session.step}", _until_data(desk, False), found=False)


def _until_data(desk: Desk, found: bool) -> "moving.Until":
    return {**place(desk), "found": found}


# --- Marks, other futures -----------------------------------------------------------------------------------------------


def _mark(desk: Desk, command: Mark) -> Result:
    session = desk.session
    step = session.step
    session.bookmark(command.name)
    desk.record("mark", command.name, step)
    data: moving.Bookmark = {"mark": command.name, "step": step}
    if session.event:
        told = (
            f"step {step} is the bookmark {command.name} now, since only whole steps have names; goto {command.name} goes there"
        )
        return Result(told, data)
    return Result(f"{session.place_name(step)} is the bookmark {command.name} now; goto {command.name} returns to it", data)


def _diff(desk: Desk, command: Diff | DiffBranch | DiffFile) -> Result:
    from gomem_core.session.commands import diffs  # noqa: PLC0415 - with what it imports 8 ms, which `gomem run` need not spend

    match command:
        case Diff():
            return diffs.diff(desk, command)
        case DiffBranch():
            return diffs.diff_branch(desk, command)
        case DiffFile():
            return diffs.diff_file(desk, command)


def _compare(desk: Desk, command: Compare) -> Result:
    from gomem_core.session.commands.compare import compare  # noqa: PLC0415 - likewise

    return compare(desk, command)


def _what_if(desk: Desk, command: WhatIf) -> Result:
    from gomem_core.session.commands.trial import what_if  # noqa: PLC0415 - likewise

    return what_if(desk, command)


def _branch(desk: Desk, command: Branch) -> Result:
    session = desk.session
    if command.name is None:
        rows = [_branch_row(session.branches, name) for name in session.branches.others]
        summary = f"this branch is called {session.branches.name}; {counted(len(rows), 'other branch')}"
        data: moving.Branches = {
            "current": session.branches.name,
            "rows": [{"branch": name, "from": at, "steps": steps, "first": first or None} for name, at, steps, first in rows],
        }
        return Result(summary, data, Table(_BRANCH_COLUMNS, [*rows]) if rows else None)
    check_branch(desk, command)
    left = session.branches.name
    try:
        desk.switch(command.name)
    finally:
        if desk.session.branches.name != left:  # also when it was stopped on the way to where it stood
            desk.record("branch", command.name)
    desk.moved()
    return Result(f"this is the branch {command.name} now; {where(desk).summary}", place(desk))


def _branch_row(branches: Branches, name: str) -> tuple[str, int, int, str]:
    """Returns where another branch leaves this one, how many steps it has after that, and the first of them."""
    start = branches.shared_with(name)
    steps = branches.line(name)[start:]
    return name, start, len(steps), parse_step(steps[0]).line if steps else ""


# --- Files --------------------------------------------------------------------------------------------------------------


def _save(desk: Desk, command: Save) -> Result:
    path = _path(command.path)
    try:
        desk.save(path)
    except NotOurs as e:
        raise CommandError(str(e), command.path) from e
    except OSError as e:
        raise CommandError(f"cannot write {brief(command.path)}: {e.strerror or e}", command.path) from e
    steps, kind = len(desk.session.steps), desk.session.world.kind
    data: moving.Saved = {"path": command.path, "kind": kind, "steps": steps}
    what = counted(steps, "step") if kind == "session" else f"{steps + 1} looks" if desk.session.has_looks else f"the {kind}"
    told = f"{what} saved in {command.path}"
    if kind == "film" and desk.given and not desk.script.on:
        told += ": as a trace, which keeps no declarations; --types FILE gives them again"
    return Result(told, data)


def _open(desk: Desk, command: Open) -> Result:
    path = _path(command.path)
    try:
        if path.is_fifo():  # nobody could stop who waits for what another program writes
            raise ScriptError(f"{named(path)}: it is a pipe, not a file")
        origin = Origin(path, stamp_of(path))
        opened = open_file(path)
    except OSError as e:
        raise CommandError(f"{brief(command.path)}: {unread(e)}", command.path) from e
    except ScriptError as e:
        raise CommandError(str(e).partition("\n")[0], command.path) from e
    if isinstance(opened, Strip):
        desk.look_at(opened, origin)
        told = f"{_shown(opened)}: {command.path}"
    else:
        desk.begin(opened, origin)
        told = f"{counted(len(opened.steps), 'step')} of {command.path} ahead"
    steps, before = len(desk.session.steps), desk.ended
    data: moving.Opened = {"path": command.path, "kind": desk.session.world.kind, "steps": steps, "before": before or None}
    return Result(f"{told}; resume {before} takes up the session before" if before else told, data)


def _shown(strip: Strip) -> str:
    """What is shown of a file that was opened."""
    if isinstance(strip, Reel):
        return f"a film of {counted(strip.events, 'event')} is shown at its start"
    looks = len(strip.stills)
    return "a still is shown" if looks == 1 else f"the first of {looks} looks is shown"


def _path(text: str) -> Path:
    """A path that was typed, in which ~ is a home directory.  Raises CommandError."""
    try:
        return Path(text).expanduser()
    except RuntimeError as e:
        raise CommandError(f"no home directory is known for {text.partition('/')[0]}", text) from e


def _resume(desk: Desk, command: Resume) -> Result:
    try:
        resume(desk, command.id)
    except JournalError as e:
        raise CommandError(str(e), command.id or "") from e
    return Result(f"taken up again: {where(desk).summary}", place(desk))


# --- Directives ---------------------------------------------------------------------------------------------------------


def _focus(_desk: Desk, command: Focus) -> Result:
    data: moving.Focused = {"panes": [*command.panes]}
    return Result(f"panes: {', '.join(command.panes)}", data)


def _select(desk: Desk, command: Select) -> Result:
    check_select(desk, command)
    addr = desk.session.address_of(command.target)
    span = desk.session.world.spans.at(addr) if addr is not None else None
    assert addr is not None
    assert span is not None
    data: moving.Selected = {"addr": hexed(addr), "span": hexed(span.base)}
    return Result(f"selected {addr:#x}, in span {span.base:#x}", data)


def _expect(desk: Desk, command: Expect) -> Result:
    session = desk.session
    outcome = desk.last if isinstance(command, ExpectError) else session.outcome
    of_the_step = session.step and not session.event and outcome is session.outcome
    found = desk.found_instead(command, outcome)
    expected = format_command(command).removeprefix("expect ")  # type: ignore[arg-type] # every expectation is a command
    if found:
        raise CommandError(f"expected {expected}; found {found}")
    if of_the_step:  # and so it stays, if the session is saved
        line = f"expect {expected}"
        session.add_line(line)
        desk.record("line", session.step, line)
    data: moving.Expected = {"expected": expected}
    return Result(f"so it is: {expected}", data)


# Any: the key says which line the function takes, which a dict's type cannot express.
MOVES: Final[dict[type, Callable[[Any, Any], Result]]] = {
    Back: _back,
    Forward: _forward,
    Goto: _goto,
    UntilEvent: _until_event,
    UntilQuantity: _until_quantity,
    UntilType: _until_quantity,
    Mark: _mark,
    Diff: _diff,
    DiffBranch: _diff,
    DiffFile: _diff,
    Branch: _branch,
    Save: _save,
    Open: _open,
    Resume: _resume,
    TakeUp: take_up,
    Go: go,
    Compare: _compare,
    WhatIf: _what_if,
    Focus: _focus,
    Select: _select,
    **dict.fromkeys((ExpectServed, ExpectQuantity, ExpectAddr, ExpectEvent, ExpectNoEvent, ExpectError), _expect),
}
