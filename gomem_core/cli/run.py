"""`gomem run`: do the lines of a script or the steps of a session file, and print what they answer."""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from gomem_core.cli.args import RESUMED_WITHOUT_JOURNAL
from gomem_core.cli.chosen import asked, lists, wanted
from gomem_core.cli.crash import kept
from gomem_core.cli.output import BAD_INPUT, FAILED, INTERNAL, OK, BadInput, UsageError, emit, emit_json, say
from gomem_core.cli.progress import working
from gomem_core.cli.sessionfile import SessionFile
from gomem_core.cli.source import STDIN, Line, display_name, gathered, lines_of_texts, read_lines
from gomem_core.files.journal import JournalError, prune
from gomem_core.files.script import Script, ScriptError
from gomem_core.files.step import Step, located, parse_step
from gomem_core.go.release import ALWAYS, Release
from gomem_core.lang import ParseError
from gomem_core.lang.moves import Expect, ExpectError, Focus, Pause
from gomem_core.report import Result
from gomem_core.session.commands.moves import where
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome, error_data
from gomem_core.session.resume import resume
from gomem_core.world.faults import InvariantError, Throw

if TYPE_CHECKING:
    from gomem_core.schema import sessions as schema

_FEW_LINES = 40  # of a script that stands in a file: more are not repeated in a report, the file has them
_SUFFIX = ".gomem"  # of session files; others are known by their first line


def execute(args: argparse.Namespace) -> int:
    """Run the script or the lines given with -c, in a new session or in one that is taken up again."""
    if lists(args):
        return OK
    release = asked(args)
    texts: list[str] | None = args.commands
    script: str | None = args.script
    which: str | None = args.resume
    if which == STDIN and script is None:  # no journal is called so
        script, which = which, ""
    if texts is None and script is None and which is None:
        raise UsageError("nothing to run: give a SCRIPT, - for stdin, -c LINE or --resume")
    if texts is not None and script is not None:
        raise UsageError("either a SCRIPT or -c LINE, not both")
    if which is not None and args.no_journal:
        raise UsageError(RESUMED_WITHOUT_JOURNAL)
    if which is not None and script is not None and script.endswith(_SUFFIX):
        raise UsageError("a session file begins a session of its own; --resume goes on with the lines of other files")
    if which is not None and release is not None:
        raise UsageError("--resume goes on with the version of Go that the journal has; the command go changes it")
    run = Run("-c" if script is None else display_name(script), args.json, args.keep_going, script not in {None, STDIN})
    if which is None:
        return _begin(run, texts, script, not args.no_journal, release or (None if run.in_file else wanted(args, os.environ)))
    return _go_on(run, which or None, None if texts is None and script is None else _lines(texts, script))


def _lines(texts: list[str] | None, script: str | None) -> Iterator[Line]:
    return gathered(lines_of_texts(texts) if texts is not None else read_lines(script or STDIN))


def _begin(run: "Run", texts: list[str] | None, script: str | None, journal: bool, release: Release | None) -> int:
    """A session of its own, which begins when the first line is there; `release` is the version of Go that options say."""
    lines = _lines(texts, script)
    file = None
    try:
        if script is not None and script.endswith(_SUFFIX):
            file = SessionFile.load(script)
        else:
            first = next(lines, None)
            if first is None:
                return OK
            lines = chain((first,), lines)
            if _begins_session_file(first):
                file = SessionFile(run.name, "\n".join(_texts(run.name, lines)))
    except ScriptError as e:
        say(str(e))
        return BAD_INPUT
    if journal:
        prune()
        run.console.keep("run")
    if file is None:
        run.console.begin(Script("", go=release or ALWAYS))
    else:
        run.console.begin(file.on_release(release))
    return _to_the_end(run, lambda: run.do(lines) if file is None else run.play(file))


def _go_on(run: "Run", which: str | None, lines: Iterator[Line] | None) -> int:
    """A session that was killed, or any other one that has a journal."""
    try:
        with working(run.console.progress):
            found = resume(run.console, which)
    except JournalError as e:
        raise BadInput(str(e)) from e
    run.console.keep("run")  # if another session should be opened
    if lines is None:
        run.tell_where(found.id)
        run.tell_problem()
        run.console.leave(found.ended)  # as it was: nothing was done
        return OK

    def go_on() -> int:
        run.tell_where(found.id)
        run.tell_problem()
        return run.do(lines)

    return _to_the_end(run, go_on, found.ended)


def _to_the_end(run: "Run", work: Callable[[], int], ended_before: bool = True) -> int:
    """Do the work; a run that ends by itself leaves nothing to take up again, also when nobody reads any more of it.

    A session that was taken up and only looked at is left as it was: `ended_before`.
    """
    ended = False
    try:
        with working(run.console.progress):
            status = work()
        ended = not run.broken
    except BrokenPipeError:
        ended = True
        raise
    finally:
        run.console.leave(ended if run.console.has_written else ended and ended_before)
        run.tell_problem()
    return status


def _begins_session_file(line: Line) -> bool:
    return line.text.split(maxsplit=1)[:1] == ["gomem"]


def _texts(name: str, lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        if line.fault is not None:
            raise located(name, line.number, line.text, line.fault)
        yield line.text


class Run:
    """One session, and where its answers and complaints go."""

    def __init__(self, name: str, as_json: bool, keep_going: bool, in_file: bool = False) -> None:
        self.name = name
        self.as_json = as_json
        self.keep_going = keep_going
        self.in_file = in_file
        self.console = Console(narrate=False)
        self.console.scripted = in_file
        self.broken = False  # gomem itself is wrong

    def do(self, lines: Iterable[Line]) -> int:
        """Do the lines until one is wrong, or all of them; returns the exit code."""
        status = OK
        for line in lines:
            outcome = self._attempt(line, self._submit)
            if outcome is None:
                return INTERNAL
            if outcome.said is not None:
                _talk(outcome.said)
            found = self._report(line, outcome)
            status = max(status, found)
            if found == BAD_INPUT and not self.keep_going:
                break
        return status

    def play(self, file: SessionFile) -> int:
        """Do the steps of a session file, which lie ahead, until one goes wrong that should not; returns the exit code."""
        session, status = self.console.session, self._check(file, 0, None)
        for number in file.script.numbers:
            step = parse_step(session.steps[session.step])
            line = Line(number, step.line)
            _talk(step)
            outcome = self._attempt(line, lambda _line: self.console.forward())
            if outcome is None:
                return INTERNAL
            found = self._report(line, outcome, any(isinstance(expect, ExpectError) for _, expect in step.expects))
            status = max(status, found, self._check(file, number, outcome))
            if found == BAD_INPUT and not self.keep_going:
                break
        return status

    def _submit(self, line: Line) -> Outcome:
        if line.fault is not None:
            return Outcome(line.text, None, self.console.session.step, error=line.fault)
        return self.console.submit(line.text)

    def _attempt(self, line: Line, work: Callable[[Line], Outcome | None]) -> Outcome | None:
        """What became of a line; None if it showed that gomem is wrong."""
        try:
            return work(line)
        except (KeyboardInterrupt, MemoryError):
            raise
        except Exception as e:  # whatever it is: no line may bring gomem to this
            self.broken = True
            self._report_impossible(line, e)
            return None

    def _check(self, file: SessionFile, number: int, outcome: Outcome | None) -> int:
        """Tell which expectations do not come true after the command in line `number` of a session file."""
        status = OK
        for unmet in file.unmet(self.console, number, outcome):
            self._report_unmet(Line(unmet.number, file.line(unmet.number)), str(unmet))
            status = FAILED
        return status

    # --- What is told ---------------------------------------------------------------------------------------------------

    def tell_where(self, journal: str) -> None:
        """Tell where the resumed session stands."""
        result = where(self.console)
        if self.as_json:
            emit_json(_done(None, f"resume {journal}", result))
        else:
            emit(f"{journal}: {result.summary}")

    def tell_problem(self) -> None:
        """What is wrong with the journal, once."""
        problem = self.console.take_problem()
        if problem:
            say(f"gomem: {problem}")

    def _report(self, line: Line, outcome: Outcome, foreseen: bool = False) -> int:
        """Tell what became of a line; returns what it means for the exit code.  `foreseen`: it should fail."""
        self.tell_problem()
        if outcome.error is None:
            if outcome.result is not None and not isinstance(outcome.command, Focus | Pause):
                self._report_result(line, outcome.result)
            return FAILED if is_unmet(outcome) else OK
        if isinstance(outcome.command, Expect):
            self._report_unmet(line, outcome.error.message)
            return FAILED
        if foreseen:
            if self.as_json:
                emit_json(_failed(line, error_data(outcome.error)))
            say(f"{self.name}:{line.number}: it fails, as expected: {outcome.error.message}")
            return OK
        self._report_error(line, outcome.error)
        return BAD_INPUT

    def _report_result(self, line: Line, result: Result) -> None:
        if self.as_json:
            emit_json(_done(line.number, line.text, result))
        else:
            emit("\n".join(result.lines()))

    def _report_unmet(self, line: Line, message: str) -> None:
        if self.as_json:
            emit_json(_failed(line, error_data(ParseError(1, len(line.text), message))))
        say(f"{self.name}:{line.number}: {message}")

    def _report_error(self, line: Line, error: ParseError) -> None:
        if self.as_json:
            emit_json(_failed(line, error_data(error)))
        # The message stands after the place, as editors expect it; the picture below need not repeat it.
        indented = "\n".join(f"  {row}" for row in error.render_place(line.text).split("\n"))
        say(f"{self.name}:{line.number}:{error.column}: {error.message}\n{indented}")

    # --- Should not happen ----------------------------------------------------------------------------------------------

    def _report_impossible(self, line: Line, e: Exception) -> None:
        """Say loudly that gomem is wrong, and give all it takes to see it again."""
        name = impossible_state(e)
        if self.as_json:
            emit_json(_failed(line, error_data(ParseError(1, len(line.text), str(e)), name)))
        say(f"{self.name}:{line.number}: IMPOSSIBLE STATE: invariant {name} does not hold\n  {e}")
        say(f"gomem is wrong here, not the script; {kept(e)} and the lines that lead to it:")
        done = self.console.session.history
        if self.in_file and len(done) > _FEW_LINES:
            say(f"  the first {line.number} lines of {self.name}")
        else:
            say("\n".join(f"  {text}" for text in (*done, line.text)))


def is_unmet(outcome: Outcome) -> bool:
    """Whether it is an `until` that came to the end without what it looked for."""
    return outcome.result is not None and not outcome.result.found


def _talk(step: Step) -> None:
    """What is said before a step."""
    for text in step.says:
        say(text)


def impossible_state(e: Exception) -> str:
    """The name of the invariant that was violated; the exception's own where none was named."""
    if isinstance(e, InvariantError):
        return e.name
    if isinstance(e, Throw):
        return str(e).partition(":")[0]
    return type(e).__name__


def _done(number: int | None, text: str, result: Result) -> Mapping[str, object]:
    """The record of a line; its type is schema's Done, with the result that belongs to the command."""
    return {"line": number, "command": text, "ok": True, "result": result.data}


def _failed(line: Line, error: "schema.Error") -> "schema.Failed":
    return {"line": line.number, "command": line.text, "ok": False, "error": error}
