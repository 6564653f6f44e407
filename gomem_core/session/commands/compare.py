"""`compare`: the same commands on several versions of Go."""

from collections.abc import Iterable
from functools import partial

from gomem_core.go.release import ALWAYS, Release, today
from gomem_core.lang.moves import Compare, ExpectError
from gomem_core.queries.samecommands import Ran, compared, ran
from gomem_core.report import Result
from gomem_core.session.commands.movefaults import check_compare
from gomem_core.session.document import Desk
from gomem_core.session.outcome import Outcome
from gomem_core.session.session import Session


def compare(desk: Desk, command: Compare) -> Result:
    """Do the steps up to here on each of the versions, in sessions of their own; nothing changes here.  Raises Stopped."""
    check_compare(desk, command)
    session = desk.session
    releases = command.releases or tuple(dict.fromkeys((ALWAYS, session.release, today())))
    return on_versions(desk, desk.script.title or desk.script.name or "this session", releases, session.step)


def on_versions(desk: Desk, of: str, releases: Iterable[Release], steps: int) -> Result:
    """Do the first steps of the branch that a session stands in on each of these versions, and compare.  Raises Stopped."""
    return compared(of, steps, [_ran(desk, release, steps) for release in releases])


def _ran(desk: Desk, release: Release, steps: int) -> Ran:
    session = desk.session
    timeline = session.branches.alone(session.branches.name, release)
    other = Session(timeline=timeline, stop=desk.stop, progress=desk.progress)
    failed = []
    while other.step < steps:
        outcome = other.forward()
        assert outcome is not None
        if outcome.error is not None and not _foreseen(outcome):
            failed.append((other.step, outcome.error.message))
    return ran(f"go{release.text}", other.world, other.objects, failed, partial(other.submit, "memstats"))


def _foreseen(outcome: Outcome) -> bool:
    """Whether the session file expects the error."""
    return outcome.said is not None and any(isinstance(expect, ExpectError) for _, expect in outcome.said.expects)
