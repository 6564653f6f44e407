"""Taking up a session again from its journal.

The records, each written when it happened:

    on PATH SIZE NS     the heap from which the session goes on is in this file, which then had that size and time of change
    load NAME TEXT      the session began with the steps of this session file
    try SOURCE          a step was typed that takes long; what follows tells whether it was done
    do SOURCE           a step was typed and done where the session stood
    goto STEP EVENT     it then stood there
    line STEP LINE      a directive was added to a step
    mark NAME STEP      a step got a name
    branch NAME         another branch was taken up
    go V                all was done again on this version of Go, on a branch of its own
    file PATH SIZE NS   the session was read from this file, or saved in it, which then had that size and time of change

Reading them changes the list of steps only.  The heap follows at the end, in one go.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from gomem_core.files.branches import timeline_of
from gomem_core.files.journal import Found, Journal, JournalError, Record, Summary, find, read
from gomem_core.files.ownfiles import OwnFiles, Stamp, stamp_of
from gomem_core.files.script import Script, ScriptError, read_script
from gomem_core.files.step import SCENES, misplaced, parse_step
from gomem_core.files.timeline import Timeline, UnknownBranch
from gomem_core.foreign import brief
from gomem_core.lang import ParseError, parse
from gomem_core.lang.errors import WordError
from gomem_core.lang.moves import Expect, Go
from gomem_core.lang.names import read_mark_name
from gomem_core.session.begun import begun
from gomem_core.session.document import Desk


def resume(desk: Desk, which: str | None) -> Found:
    """Go on with the session of a journal, by its ID or the beginning of it; None: the one that was killed last.

    A desk that is read-only looks at the session only: nothing is written to the journal, which stays as it was.

    Raises JournalError, with nothing changed.
    """
    found = read(find(which))
    told = _Told(found.path)
    for record in found.records:
        told.take(record)
    journal = None if desk.read_only else Journal.reopen(found)
    try:
        session = begun(told.script, told.timeline, desk.narrates, desk.stop, desk.progress)
        session.goto(told.step, told.event)
    except BaseException:
        if journal is not None:
            journal.close(ended=found.ended)
        raise
    desk.take_up(session, told.script, journal, told.files, told.lost)
    return found


def called(journal: Summary) -> str:
    """What the session of a journal is called: the title of the file it began with, else the file's name; nothing without one."""
    match journal.first_record():
        case ["load", str(name), str(text)]:
            top = text[:_TOP].splitlines()
            return next((line.removeprefix("title ") for line in top if line.startswith("title ")), name)
    return ""


_TOP: Final = 20_000  # characters among which a title stands


class _Told:
    """The session as far as its journal was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.script = Script("")
        self.timeline = Timeline()
        self.files = OwnFiles()
        self.step = 0
        self.event = 0
        self.lost = ""  # the command that was being tried when the journal ends

    def take(self, record: Record) -> None:
        """Do to the list of steps what was recorded.  Raises JournalError."""
        known = _RECORDS.get(record.verb)
        if known is None:
            raise self._wrong(record, f"this gomem knows no record {brief(record.verb)}")
        form, do = known
        if tuple(map(type, record.values)) != form:
            expected = " ".join([record.verb, *(kind.__name__ for kind in form)])
            raise self._wrong(record, f"expected {expected}")
        self.lost = ""
        try:
            do(self, *record.values)
        except (ParseError, WordError) as e:
            raise self._wrong(record, e.message) from e
        except UnknownBranch as e:
            raise self._wrong(record, f"there is no other branch called {brief(e)}") from e
        except (ValueError, OSError, ScriptError) as e:
            raise self._wrong(record, str(e).partition("\n")[0]) from e

    def _wrong(self, record: Record, why: str) -> JournalError:
        return JournalError(self._path, record.line, f"written by a later gomem, or damaged: {why}")

    def on(self, path: str, size: int, modified: int) -> None:
        if stamp_of(Path(path)) != Stamp(size, modified):
            raise ValueError(f"the session goes on from the heap in {path}, which is not there as it was")

    def load(self, name: str, text: str) -> None:
        self.script = read_script(name, text, name)
        self.timeline = timeline_of(self.script)
        self.step = self.event = 0

    def attempt(self, source: str) -> None:
        self.lost = parse_step(source).line.strip()

    def do(self, source: str) -> None:
        step = parse_step(source)
        if isinstance(step.command, SCENES):  # which only a file about a film can hold, and that is loaded as a whole
            raise misplaced(step.line)
        self.timeline.cursor = self.step
        self.timeline.put(source)
        self.step, self.event = self.timeline.cursor, 0

    def goto(self, step: int, event: int) -> None:
        if event < 0:
            raise ValueError(f"there is no event {event}")
        self.timeline.goto(step)
        self.step, self.event = step, event

    def line(self, step: int, line: str) -> None:
        if not 1 <= step <= len(self.timeline.steps):
            raise ValueError(f"there is no step {step}")
        if not isinstance(parse(line), Expect):
            raise ValueError("only an expectation is added to a step")
        self.timeline.add_line(step, line)

    def mark(self, name: str, step: int) -> None:
        read_mark_name(name)
        if not 0 <= step <= len(self.timeline.steps):
            raise ValueError(f"there is no step {step}")
        self.timeline.mark(name, step)

    def branch(self, name: str) -> None:
        self.timeline.switch(name)
        self.step, self.event = self.timeline.cursor, 0

    def go(self, text: str) -> None:
        command = parse(f"go {text}")
        if not isinstance(command, Go) or command.release is None:
            raise ValueError("which version of Go is not said")
        name = self.timeline.again_on(command.release)
        if name != self.timeline.name:
            self.timeline.switch(name)
        self.step, self.event = self.timeline.cursor, 0

    def file(self, path: str, size: int, modified: int) -> None:
        self.files.know(Path(path), Stamp(size, modified))


# The records: the types of their values, and what they do to the list of steps.
_RECORDS: Final[dict[str, tuple[tuple[type, ...], Callable[..., None]]]] = {
    "on": ((str, int, int), _Told.on),
    "load": ((str, str), _Told.load),
    "try": ((str,), _Told.attempt),
    "do": ((str,), _Told.do),
    "goto": ((int, int), _Told.goto),
    "line": ((int, str), _Told.line),
    "mark": ((str, int), _Told.mark),
    "branch": ((str,), _Told.branch),
    "go": ((str,), _Told.go),
    "file": ((str, int, int), _Told.file),
}
