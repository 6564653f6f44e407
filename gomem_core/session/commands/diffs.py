"""What `diff` does: compares the heap here with a step of this session, with another branch, or with what a file holds.

Nothing is left changed: the session stands where it stood, and another branch or file is done in a session of its own.
"""

from dataclasses import replace

from gomem_core.files.script import ScriptError
from gomem_core.foreign import brief
from gomem_core.lang.moves import Diff, DiffBranch, DiffFile
from gomem_core.queries.difference import There, difference
from gomem_core.queries.growth import NotAlike, grown, is_written
from gomem_core.queries.side import Side
from gomem_core.report import Result
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.movefaults import check_branch, step_of
from gomem_core.session.document import Desk
from gomem_core.session.stills import beside, file_place, side_at, side_of, still_of
from gomem_core.world.reel import Reel, time_text


def diff(desk: Desk, command: Diff) -> Result:
    """Compare with a step of this branch."""
    session = desk.session
    there, here, event = step_of(session, command.target), session.step, session.event
    session.goto(here)
    now = side_of(session)
    try:
        with session.only_looking():
            session.goto(there)
        then = side_of(session)
    finally:
        session.goto(here, event)
    bookmark = command.target if isinstance(command.target, str) and command.target in session.bookmarks else ""
    when = "" if session.reel is None else _when(session.reel, then.step, now.step)
    return _compared(desk, then, now, There(bookmark, when=when))


def diff_branch(desk: Desk, command: DiffBranch) -> Result:
    """Compare with a step of another branch."""
    check_branch(desk, command)
    other = beside(desk.session, command.name, desk.stop, desk.progress)
    other.goto(step_of(other, command.target))
    bookmark = command.target if isinstance(command.target, str) and command.target in other.bookmarks else ""
    return _with(desk, side_of(other), There(bookmark, command.name))


def diff_file(desk: Desk, command: DiffFile) -> Result:
    """Compare with what a file holds."""
    try:
        then = side_at(file_place(command.path), desk.stop, desk.progress)
    except RuntimeError as e:
        raise CommandError(f"no home directory is known for {command.path.partition('/')[0]}", command.path) from e
    except ScriptError as e:
        raise CommandError(str(e).partition("\n")[0], command.path) from e
    here = desk.script.name or "this still" if desk.session.strip is not None else ""
    now = still_of(desk.session)
    if is_written(then.still) or is_written(now):  # sums are compared, and there is nothing that panes could mark
        try:
            return grown(then.still, now, (brief(command.path), brief(here)), desk.stop)
        except NotAlike as e:
            raise CommandError(str(e), command.path) from e
    return _with(desk, then, There(file=brief(command.path), here=brief(here)))


def _with(desk: Desk, then: Side, there: There) -> Result:
    """Compare the step here, as a whole, with a side that was taken elsewhere."""
    session = desk.session
    here, event = session.step, session.event
    session.goto(here)
    try:
        now = side_of(session)
    finally:
        session.goto(here, event)
    return _compared(desk, then, now, there)


def _when(reel: Reel, then: int, now: int) -> str:
    """Between which times two events of a film lie."""
    return f"from {time_text(reel.time(then))} {'back ' if then > now else ''}to {time_text(reel.time(now))}"


def _compared(desk: Desk, then: Side, now: Side, there: There) -> Result:
    session = desk.session
    found = desk.difference = difference(then, now, there, desk.stop)
    if session.event:
        told = f"step {session.step} as a whole, not {session.step}.{session.event}: {found.result.summary}"
        return replace(found.result, summary=told)
    return found.result
