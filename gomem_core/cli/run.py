"""`gomem run`: do the commands of a script and print what they answer."""

import argparse
import traceback
from collections.abc import Iterable

from gomem_core.cli.output import BAD_INPUT, FAILED, OK, UsageError, emit, emit_json, say
from gomem_core.cli.source import STDIN, Line, display_name, lines_of_texts, read_lines
from gomem_core.invariants import InvariantError
from gomem_core.lang import ParseError
from gomem_core.report import Json
from gomem_core.runtime.mspan import Throw
from gomem_core.session import Outcome, Session

_FEW_LINES = 40  # of a script that stands in a file: more are not repeated in a report, the file has them


def execute(args: argparse.Namespace) -> int:
    """Run the script or the lines given with -c."""
    texts: list[str] | None = args.commands
    script: str | None = args.script
    if texts is None and script is None:
        raise UsageError("nothing to run: give a SCRIPT, - for stdin, or -c LINE")
    if texts is not None and script is not None:
        raise UsageError("either a SCRIPT or -c LINE, not both")
    if texts is not None:
        return Run("-c", args.json, args.keep_going).do(lines_of_texts(texts))
    script = script or ""
    return Run(display_name(script), args.json, args.keep_going, in_file=script != STDIN).do(read_lines(script))


class Run:
    """One session, and where its answers and complaints go."""

    def __init__(self, name: str, as_json: bool, keep_going: bool, in_file: bool = False) -> None:
        self.name = name
        self.as_json = as_json
        self.keep_going = keep_going
        self.in_file = in_file
        self.session = Session()

    def do(self, lines: Iterable[Line]) -> int:
        """Do the lines until one is wrong, or all of them; returns the exit code."""
        status = OK
        for line in lines:
            try:
                outcome = self._submit(line)
            except (KeyboardInterrupt, MemoryError):
                raise
            except Exception as e:  # whatever it is: no line may bring gomem to this
                self._report_impossible(line, e)
                return FAILED
            if outcome.error is not None:
                self._report_error(line, outcome.error)
                status = BAD_INPUT
                if not self.keep_going:
                    break
            elif outcome.result is not None:
                self._report_result(line, outcome)
        return status

    def _submit(self, line: Line) -> Outcome:
        if line.fault is not None:
            return Outcome(line.text, None, self.session.step, error=line.fault)
        return self.session.submit(line.text)

    def _report_result(self, line: Line, outcome: Outcome) -> None:
        if outcome.result is None:
            return
        if self.as_json:
            emit_json(self._record(line, True, "result", outcome.result.json()))
        else:
            emit("\n".join(outcome.result.lines()))

    def _report_error(self, line: Line, error: ParseError) -> None:
        if self.as_json:
            emit_json(self._record(line, False, "error", _error_json(error)))
        # The message stands behind the place, as editors expect it; the picture below need not repeat it.
        picture = ParseError(error.column, error.width, "", error.expected, error.suggestion).render(line.text)
        indented = "\n".join(f"  {row}" for row in picture.split("\n"))
        say(f"{self.name}:{line.number}:{error.column}: {error.message}\n{indented}")

    def _record(self, line: Line, ok: bool, key: str, value: dict[str, Json]) -> dict[str, Json]:
        return {"line": line.number, "command": line.text, "ok": ok, key: value}

    # --- Should not happen ----------------------------------------------------------------------------------------------

    def _report_impossible(self, line: Line, e: Exception) -> None:
        """Say loudly that gomem is wrong, and give all it takes to see it again."""
        name = impossible_state(e)
        if self.as_json:
            error: dict[str, Json] = {"column": 1, "message": str(e), "expected": [], "suggestion": None, "invariant": name}
            emit_json(self._record(line, False, "error", error))
        say(f"{self.name}:{line.number}: IMPOSSIBLE STATE: invariant {name} does not hold\n  {e}")
        if not isinstance(e, InvariantError | Throw):
            say("".join(traceback.format_exception(e)).rstrip())
        say("gomem is wrong here, not the script.  Please report it with the lines that lead to it:")
        done = self.session.history
        if self.in_file and len(done) > _FEW_LINES:
            say(f"  the first {line.number} lines of {self.name}")
        else:
            say("\n".join(f"  {text}" for text in (*done, line.text)))


def impossible_state(e: Exception) -> str:
    """The name of the invariant that was violated; the exception's own where none was named."""
    if isinstance(e, InvariantError):
        return e.name
    if isinstance(e, Throw):
        return str(e).partition(":")[0]
    return type(e).__name__


def _error_json(error: ParseError) -> dict[str, Json]:
    return {
        "column": error.column,
        "message": error.message,
        "expected": list(error.expected),
        "suggestion": error.suggestion,
    }
