"""What the moves and directives do that are typed: a table from the type of a parsed line to the function that does it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gomem_core.account import Account
from gomem_core.comparisons import COMPARE
from gomem_core.desk import Desk
from gomem_core.execute import CommandError
from gomem_core.figures import figures
from gomem_core.journal import JournalError
from gomem_core.lang import format_command
from gomem_core.lang.moves import (
    Back,
    Branch,
    Diff,
    Expect,
    ExpectAddr,
    ExpectError,
    ExpectEvent,
    ExpectNoEvent,
    ExpectQuantity,
    ExpectServed,
    Focus,
    Forward,
    Goto,
    Mark,
    Open,
    Resume,
    Save,
    UntilEvent,
    UntilQuantity,
)
from gomem_core.near import nearest
from gomem_core.quantities import measure
from gomem_core.report import Cell, Column, Json, Result, Table, counted
from gomem_core.resume import resume
from gomem_core.script import ScriptError, load_script
from gomem_core.step import parse_step
from gomem_core.timeline import UnknownBranch

if TYPE_CHECKING:
    from gomem_core.moment import Moment

_BRANCH_COLUMNS: Final = (Column("future", "text"), Column("from"), Column("steps"), Column("first", "text"))


# --- Along the steps ----------------------------------------------------------------------------------------------------


def _back(desk: Desk, command: Back) -> Result:
    session = desk.session
    if not session.step and not session.event:
        raise CommandError("this is the beginning; nothing lies before it")
    steps = command.n - 1 if session.event else command.n  # the first leads to the beginning of the command that is half done
    return go(desk, max(0, session.step - steps))


def _forward(desk: Desk, command: Forward) -> Result:
    session, last = desk.session, len(desk.session.timeline.steps)
    if session.step == last:
        raise CommandError("this is the end; no step lies ahead")
    return go(desk, min(last, session.step + command.n))


def _goto(desk: Desk, command: Goto) -> Result:
    return go(desk, step_of(desk, command.target))


def go(desk: Desk, step: int, event: int = 0) -> Result:
    """Stand there, and write it down.  Raises Stopped."""
    desk.session.goto(step, event)
    desk.moved()
    return where(desk)


def where(desk: Desk) -> Result:
    """Where the session stands."""
    session = desk.session
    last = len(session.timeline.steps)
    data: dict[str, Json] = {"step": session.step, "event": session.event, "of": last}
    if session.event and session.outcome is not None:
        total = len(session.outcome.events)
        return Result(f"step {session.step} of {last} and {session.event} of {total} events: {session.outcome.line}", data)
    if not session.step:
        return Result(f"step 0 of {last}: the heap is empty", data)
    return Result(f"step {session.step} of {last}: {session.line(session.step)}", data | {"line": session.line(session.step)})


def step_of(desk: Desk, target: int | str) -> int:
    """The step meant by a number, a mark, `start` or `end`.  Raises CommandError."""
    timeline = desk.session.timeline
    last = len(timeline.steps)
    if isinstance(target, int):
        if target > last:
            raise CommandError(f"there is no step {target}: they are 0 to {last}", str(target))
        return target
    if target in ("start", "end"):
        return 0 if target == "start" else last
    if target in timeline.marks:
        return timeline.marks[target]
    elsewhere = next((branch.name for branch in timeline.branches.values() if target in branch.marks), None)
    if elsewhere is not None:
        raise CommandError(f"the mark {target} lies in the future {elsewhere}; branch {elsewhere} takes that up", target)
    raise CommandError(f"no step is marked {target}", target, nearest(target, timeline.marks))


def _until_event(desk: Desk, command: UntilEvent) -> Result:
    def met() -> bool:
        outcome = desk.session.outcome
        return outcome is not None and command.kind in outcome.told.kinds

    with desk.session.machine.listening():
        return _until(desk, met, f"no further step tells {command.kind}")


def _until_quantity(desk: Desk, command: UntilQuantity) -> Result:
    session = desk.session

    def met() -> bool:
        return COMPARE[command.op](measure(command.quantity, session.view, session.objects), command.value)

    return _until(desk, met, f"{format_command(command).removeprefix('until ')} comes true in no further step")


def _until(desk: Desk, met: Callable[[], bool], otherwise: str) -> Result:
    """Go forward at least a step, until something is so."""
    session = desk.session
    if session.timeline.following is None:
        raise CommandError("this is the end; no step lies ahead")
    try:
        while session.forward() is not None:
            if met():
                return where(desk)
    finally:
        desk.moved()
    found = where(desk)
    return Result(f"{otherwise}; this is the end, {found.summary}", {**found.json(), "found": False})


# --- Marks, other futures -----------------------------------------------------------------------------------------------


def _mark(desk: Desk, command: Mark) -> Result:
    session = desk.session
    step = session.step
    session.timeline.marks[command.name] = step
    desk.record("mark", command.name, step)
    return Result(
        f"step {step} is called {command.name} now: goto {command.name} leads back", {"mark": command.name, "step": step}
    )


def _diff(desk: Desk, command: Diff) -> Result:
    from gomem_core.diff import diff  # noqa: PLC0415 - with what it imports 8 ms, which `gomem run` need not spend

    session = desk.session
    there, here, event = step_of(desk, command.target), session.step, session.event
    session.goto(here)
    now = _moment(desk)
    reached = session.timeline.reached
    try:
        session.goto(there)
        then = _moment(desk)
    finally:
        session.goto(here, event)
        session.timeline.reached = reached  # steps that were only done to be looked at wait still
    name = command.target if isinstance(command.target, str) else ""
    found = desk.difference = diff(then, now, name)
    return found.result


def _moment(desk: Desk) -> "Moment":
    from gomem_core.moment import moment  # noqa: PLC0415 - see _diff

    session = desk.session
    account = session.account if desk.narrates else Account(session.view, session.objects)
    return moment(session.view, session.objects, figures(session.view, account), session.step)


def _branch(desk: Desk, command: Branch) -> Result:
    session = desk.session
    if command.name is None:
        branches = session.timeline.branches.values()
        firsts = [parse_step(b.steps[0]).line if b.steps else "" for b in branches]
        rows: list[tuple[Cell, ...]] = [(b.name, b.start, len(b.steps), first) for b, first in zip(branches, firsts, strict=True)]
        summary = f"this future is called {session.timeline.name}; {counted(len(rows), 'other future')}"
        return Result(summary, {"current": session.timeline.name}, table=Table(_BRANCH_COLUMNS, rows) if rows else None)
    try:
        session.switch(command.name)
    except UnknownBranch:
        names = ", ".join(session.timeline.branches) or "none so far"
        message = f"there is no other future called {command.name}; there are: {names}"
        raise CommandError(message, command.name, nearest(command.name, session.timeline.branches)) from None
    desk.record("branch", command.name)
    desk.moved()
    return Result(f"this is the future {command.name} now; {where(desk).summary}", where(desk).json())


# --- Files --------------------------------------------------------------------------------------------------------------


def _save(desk: Desk, command: Save) -> Result:
    path = _path(command.path)
    try:
        if path.exists() and path not in desk.own_files:
            raise CommandError(f"{command.path} is there already; save under another name", command.path)
        desk.save(path)
    except OSError as e:
        raise CommandError(f"cannot write {command.path}: {e.strerror or e}", command.path) from e
    steps = len(desk.session.timeline.steps)
    return Result(f"{counted(steps, 'step')} saved in {command.path}", {"path": command.path, "steps": steps})


def _open(desk: Desk, command: Open) -> Result:
    path = _path(command.path)
    try:
        if path.is_fifo():  # nobody could stop who waits for what another program writes
            raise ScriptError(f"{path}: it is a pipe, not a file")
        script = load_script(path)
    except OSError as e:
        raise CommandError(f"cannot read {command.path}: {e.strerror or e}", command.path) from e
    except ScriptError as e:
        raise CommandError(str(e).partition("\n")[0], command.path) from e
    desk.begin(script)
    desk.own_files.add(path)
    steps = len(script.steps)
    return Result(f"{counted(steps, 'step')} of {command.path} ahead", {"path": command.path, "steps": steps})


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
    return Result(f"taken up again: {where(desk).summary}", where(desk).json())


# --- Directives ---------------------------------------------------------------------------------------------------------


def _focus(_desk: Desk, command: Focus) -> Result:
    return Result(f"panes: {', '.join(command.panes)}", {"panes": [*command.panes]})


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
        session.timeline.add_line(session.step, line)
        desk.record("line", session.step, line)
    return Result(f"so it is: {expected}", {"expected": expected})


# Any: the key says which line the function takes, which a dict's type cannot express.
MOVES: Final[dict[type, Callable[[Any, Any], Result]]] = {
    Back: _back,
    Forward: _forward,
    Goto: _goto,
    UntilEvent: _until_event,
    UntilQuantity: _until_quantity,
    Mark: _mark,
    Diff: _diff,
    Branch: _branch,
    Save: _save,
    Open: _open,
    Resume: _resume,
    Focus: _focus,
    **dict.fromkeys((ExpectServed, ExpectQuantity, ExpectAddr, ExpectEvent, ExpectNoEvent, ExpectError), _expect),
}
