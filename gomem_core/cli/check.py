"""`gomem check`: session files as tests, each step with what it expects."""

import argparse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from gomem_core.cli.chosen import asked, lists
from gomem_core.cli.crash import kept
from gomem_core.cli.output import BAD_INPUT, FAILED, INTERNAL, OK, UsageError, emit, emit_json, say
from gomem_core.cli.progress import working
from gomem_core.cli.run import impossible_state
from gomem_core.cli.sessionfile import SessionFile
from gomem_core.files.script import ScriptError
from gomem_core.foreign import named
from gomem_core.lang.commands import Level
from gomem_core.lang.moves import ExpectError, Select
from gomem_core.named import NamedTuple
from gomem_core.report import counted
from gomem_core.session.commands.context import CommandError
from gomem_core.session.commands.movefaults import check_select
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_core.world.interrupt import Progress

if TYPE_CHECKING:
    from gomem_core.schema.sessions import Check


def execute(args: argparse.Namespace) -> int:
    """Check all files, also those after a bad one; the highest exit code wins."""
    if lists(args):
        return OK
    if not args.files:
        raise UsageError("nothing to check: give a FILE")
    status, release = OK, asked(args)
    for path in args.files:
        try:
            file = SessionFile.load(path)
            file.on_release(release)
        except ScriptError as e:
            status = max(status, BAD_INPUT)
            if args.json:
                emit_json(_record(path, None, Failure(0, 0, str(e).partition("\n")[0])))
            say(str(e))
            continue
        checked = Checked(file)
        with working(checked.progress):
            failure = checked.run()
        if failure is not None:
            status = max(status, INTERNAL if checked.broken else FAILED)
        if args.json:
            emit_json(_record(path, checked, failure))
        else:
            emit(str(checked) if failure is None else f"{named(path)}:{failure}")
    return status


_FULL_EVERY: Final = 20  # steps at least between full checks at the ends of branches: one costs as much as several steps


class Failure(NamedTuple):
    """The first thing in a file that is not as it should be; `number` is its line, `column` is 0 where none is to blame."""

    number: int
    column: int
    message: str
    expected: str | None = None
    found: str | None = None
    invariant: str | None = None

    def __str__(self) -> str:
        place = f"{self.number}:{self.column}" if self.column else str(self.number)
        return f"{place}: {self.message}"


class Checked:
    """A session file that is done from its beginning to its end, then its other branches, each after the one it begins in."""

    def __init__(self, file: SessionFile) -> None:
        self._file = file
        self._console = Console(True, file.script)
        self._number = 0  # the line of the command done last; 0: none
        self.broken = False  # gomem itself is wrong
        self.steps = 0
        self._looked = 0  # steps before the last full check
        self.expectations = 0
        self.branches = 1 + len(file.script.branches)

    def __str__(self) -> str:
        branches = f", {counted(self.branches, 'branch')}" if self.branches > 1 else ""
        done = f"{counted(self.steps, 'step')}, {counted(self.expectations, 'expectation')}{branches}"
        return f"ok {named(self._file.where)}: {done}"

    @property
    def progress(self) -> Progress:
        """The progress of the command that is being done."""
        return self._console.progress

    def run(self) -> Failure | None:
        """Do all steps of all branches; stops at the first failure."""
        self.expectations = len(self._file.at_the_beginning())
        try:
            return next(self._failures(), None)
        except MemoryError:
            raise
        except Exception as e:  # whatever it is: no file may bring gomem to this
            self.broken = True
            say(f"gomem is wrong here, not the file; {kept(e)}")
            name = impossible_state(e)
            return Failure(self._number, 0, f"IMPOSSIBLE STATE: {e}", invariant=name)

    def _failures(self) -> Iterator[Failure]:
        session = self._console.session
        branches = session.branches
        numbers = {branch.name: branch.numbers for branch in self._file.script.branches}
        yield from self._unmet(None)
        for branch, begin in branches.tour():
            if branch.name != branches.name:
                self._console.switch(branch.name)
                self._console.session.goto(branch.start)
            yield from self._along(numbers.get(branch.name, self._file.script.numbers), begin)
        self._check("full")

    def _along(self, numbers: Iterable[int], begin: set[int]) -> Iterator[Failure]:
        """The steps that lie ahead, whose commands stand in these lines; after some of them other branches `begin`."""
        session = self._console.session
        for self._number in numbers:
            outcome = session.forward()
            self.steps += 1
            yield from self._of_step(outcome)
            self._check("cheap")
            if session.step in begin:
                session.remember()
        if self.steps - self._looked >= _FULL_EVERY:
            self._looked = self.steps
            self._check("full")

    def _check(self, level: Level) -> None:
        """Raise InvariantError where the heap is not consistent; one that was read was checked when it was."""
        if self._console.session.strip is None:
            self._console.session.check(level)

    def _of_step(self, outcome: Outcome | None) -> Iterator[Failure]:
        expects = [expect for _, expect in outcome.said.expects] if outcome is not None and outcome.said is not None else []
        self.expectations += len(expects)
        error = outcome.error if outcome is not None else None
        if error is not None and not any(isinstance(expect, ExpectError) for expect in expects):
            yield Failure(self._number, error.column, f"the step failed: {error.message}")
        yield from self._not_selected(outcome)
        yield from self._unmet(outcome)

    def _not_selected(self, outcome: Outcome | None) -> Iterator[Failure]:
        """What a step selects has to be there when it is done."""
        if outcome is None or outcome.said is None or outcome.said.select is None:
            return
        try:
            check_select(self._console, Select(outcome.said.select))
        except CommandError as e:
            yield Failure(self._file.select_line(self._number), len("select ") + 1, str(e))

    def _unmet(self, outcome: Outcome | None) -> Iterator[Failure]:
        for unmet in self._file.unmet(self._console, self._number, outcome):
            yield Failure(unmet.number, 0, str(unmet), unmet.expected, unmet.found)


def _record(path: str, checked: Checked | None, failure: Failure | None) -> "Check":
    """What is said of a file; `checked` None: it could not be read."""
    return {
        "file": path,
        "ok": failure is None,
        "steps": checked.steps if checked else None,
        "expectations": checked.expectations if checked else None,
        "branches": checked.branches if checked else None,
        "line": (failure.number or None) if failure else None,
        "column": (failure.column or None) if failure else None,
        "message": failure.message if failure else None,
        "expected": failure.expected if failure else None,
        "found": failure.found if failure else None,
        "invariant": failure.invariant if failure else None,
    }
