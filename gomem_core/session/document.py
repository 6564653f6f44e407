"""A session and what goes with it: the script it came from, the journal in which it is kept, the files it was saved in.

Everything that happens to the session is written into the journal before its effect is shown.  What a journal's records mean is
told in resume.py.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gomem_core.files.branches import timeline_of
from gomem_core.files.journal import Journal, Kind
from gomem_core.files.ownfiles import OwnFiles, Stamp, resolved, stamp_of
from gomem_core.files.script import Script, write_script
from gomem_core.files.timeline import Timeline
from gomem_core.go.release import ALWAYS, Release, today
from gomem_core.lang.errors import printable
from gomem_core.lang.moves import Expect, ExpectEvent, ExpectNoEvent
from gomem_core.named import NamedTuple
from gomem_core.session.begun import begun
from gomem_core.session.outcome import Outcome
from gomem_core.session.readheap import refusal_of
from gomem_core.session.session import Session
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.reel import Reel
from gomem_core.world.strip import LOOK, Strip

if TYPE_CHECKING:
    from gomem_core.queries.difference import Difference
    from gomem_core.session.visitors import Visitors

_READ_ONLY: Final = "this session is read-only: go through it with goto, back, forward, until, diff, focus and select"


Entry = tuple[object, ...]
"""A record: a verb and its values, as resume.py tells."""


class Origin(NamedTuple):
    """The file that a script was read from, as it was before that."""

    path: Path
    stamp: Stamp | None


class Kept(NamedTuple):
    """A file with looks at a heap, and how many of them it has."""

    path: Path
    looks: int


class Desk:
    """`kind` says who keeps the journal; None: there is none.

    A journal that cannot be written raises nothing: `take_problem` then says why, once, and everything goes on without.
    """

    def __init__(
        self, narrate: bool, opened: Script | Strip | None = None, kind: Kind | None = None, origin: Origin | None = None
    ) -> None:
        self._narrate = narrate
        self._kind = kind
        self._problem = ""
        self._left = ""
        self._beginning: list[tuple[str, *tuple[object, ...]]] = []  # what the session began with, until it is written down
        self._written: tuple[object, ...] = ()  # the last record
        self.read_only = False  # then lines may move through the session, and change nothing
        self.visitors: Visitors | None = None  # the rules for somebody who was let in from elsewhere
        self.scripted = False  # lines come from a script, in which those that only look are steps too
        self.journal: Journal | None = None
        self.heard: Callable[[Entry], object] | None = None  # is told each record as well, with or without a journal
        self.opened_at = 0  # how often something was opened here, so that one knows whether something else is shown
        self.source: Path | None = None  # the file with the heap that is shown, where that was read from one
        self.kept: Kept | None = None  # the file with the looks that are shown, where there is one
        self.ended = ""  # the ID of the session that was here last, if it can be taken up again
        self.stop = StopRequest()  # of whatever takes long, in this session and those that follow
        self.progress = Progress()  # of a command, likewise
        if isinstance(opened, Strip):
            self.look_at(opened, origin)
        else:
            self.begin(Script("") if opened is None else opened, origin)

    # --- Sessions -------------------------------------------------------------------------------------------------------

    def begin(self, script: Script, origin: Origin | None = None) -> None:
        """Begin a session whose steps are a script's.  What was there before is over; its journal can still be taken up.

        Raises ScriptError where the heap that the script is about cannot be read; then nothing changes.
        """
        session = begun(script, timeline_of(script), self._narrate, self.stop, self.progress)
        before, self.journal = self.journal, None
        self._set(session, script)
        self._begin_journal(script, origin)
        self._over(before)

    def look_at(self, strip: Strip, origin: Origin | None = None) -> None:
        """The same with looks at a heap, of which no journal is kept: nothing can happen to it.  Each but the first is a step."""
        before, self.journal = self.journal, None
        name = "" if origin is None else origin.path.name
        timeline = None if isinstance(strip, Reel) else Timeline([LOOK] * (len(strip.stills) - 1))
        self._set(Session(self._narrate, timeline, self.stop, self.progress, strip), Script(name, strip.shown.place.title))
        self._beginning = []
        if origin is not None:
            self.source = resolved(origin.path)
            self.own_files.know(*origin)
            self.kept = None if isinstance(strip, Reel) else Kept(resolved(origin.path), len(strip.stills))
        self._over(before)

    def _over(self, journal: Journal | None) -> None:
        """The session that was there before ends, only now, so that a kill leaves one of the two unfinished."""
        self.ended = ""
        if journal is not None:
            self._write_beginning()
            self._end(journal, ended=True)

    def _begin_journal(self, script: Script, origin: Origin | None) -> None:
        self._beginning = []
        if origin is not None:
            self.own_files.know(*origin)
        if self._kind is None or self.session.strip is not None:
            return
        try:
            self.journal = Journal.create(self._kind)
        except OSError as e:
            self._problem = f"no journal is kept, since none can be written: {e.strerror or e}"
        if script.on:  # a session that goes on from a heap needs that again
            path = resolved(self._on(script))
            script = replace(script, on=str(path))
            self._beginning.append(("on", str(path), *(stamp_of(path) or (0, 0))))
        if script.steps or script.name or script.on or script.go != ALWAYS:
            self._beginning.append(("load", script.name, write_script(script)))
        if origin is not None and origin.stamp is not None:
            self._beginning.append(("file", str(resolved(origin.path)), *origin.stamp))

    def keep(self, kind: Kind | None) -> None:
        """Set the kind of program that keeps the journals of sessions from here on; None: no journals."""
        self._kind = kind

    def take_up(self, session: Session, script: Script, journal: Journal | None, files: OwnFiles, lost: str = "") -> None:
        """Go on with a session that was read from its journal; without one nothing more is written there.

        `lost` is the command during which it was killed: `take_problem` tells of it.
        """
        self.leave()
        self._set(session, script)
        self.own_files = files
        self._beginning = []
        self._written = ()
        self.journal = journal
        if lost:
            self._problem = f"the session was killed during {printable(lost)}: that command is lost"

    def _set(self, session: Session, script: Script) -> None:
        self.session = session
        session.tell_on_the_way(self._on_the_way)
        self.script = script
        self.opened_at += 1
        self.source = None
        self.own_files = OwnFiles()
        strip = session.strip
        self.kept = None if strip is None or not script.on else Kept(resolved(self._on(script)), len(strip.stills))
        self.difference: Difference | None = None  # the answer to the last `diff`, until something else is done
        self.last: Outcome | None = None  # of the last line that was typed for the heap
        self.given: list[str] = []  # steps that declare types of the program whose heap was read, with what they declare

    def switch(self, name: str) -> None:
        """Take up another branch, and stand where the session stood as far as that branch goes.  Raises UnknownBranch, Stopped.

        Where it is on another version of Go, another session goes on with it.
        """
        step = self.session.step
        taken = self.session.taken_to(name)
        if taken is not self.session:
            self._go_on_with(taken, step)

    def again_on(self, release: Release) -> None:
        """Do all steps on another version of Go, as a branch of their own, up to where the session stands.  Raises Stopped."""
        step = self.session.step
        again = self.session.again_on(release)
        self.record("go", release.text)
        self._go_on_with(again, step)

    @property
    def other_release(self) -> Release:
        """Today's version of Go; in a session of that, the version it was of before, or was never of: 1.10."""
        session, newest = self.session, today()
        if session.release != newest:
            return newest
        releases = [session.branches.release_of(name) for name in session.branches.others]
        return next((release for release in reversed(releases) if release != newest), ALWAYS)

    def _go_on_with(self, session: Session, step: int) -> None:
        """Another session stands for this one, with the same branches."""
        self.session = session
        self.difference = self.last = None
        session.tell_on_the_way(self._on_the_way)
        session.goto(min(step, len(session.steps)))

    def tell(self, text: str) -> None:
        """Let `take_problem` tell this."""
        self._problem = self._problem or text

    def _on(self, script: Script) -> Path:
        """The file with the heap that a script is about."""
        return Path(script.folder, Path(script.on).expanduser())

    @property
    def has_written(self) -> bool:
        """Whether anything was written to the journal since the session began or was taken up."""
        return bool(self._written)

    @property
    def narrates(self) -> bool:
        """Whether its sessions do."""
        return self._narrate

    def leave(self, ended: bool = True) -> None:
        """Nothing more is done here; `ended`: by the user's wish, so that there is nothing to take up again."""
        self.ended = ""
        if self.journal is not None:
            self._end(self.journal, ended)
            self.journal = None

    def _end(self, journal: Journal, ended: bool) -> None:
        self.ended = "" if journal.empty or journal.problem else journal.id
        told = journal.problem
        journal.close(ended)
        self._problem = self._problem or ("" if told else journal.problem)

    # --- The journal ----------------------------------------------------------------------------------------------------

    def _write_beginning(self) -> None:
        """Write down what the session began with: only when something happens, else there is nothing to be taken up."""
        begun, self._beginning = self._beginning, []
        for record in begun:
            self._append(*record)

    def record(self, verb: str, *values: object) -> None:
        """Write something down before it is shown."""
        self._write_beginning()
        self._append(verb, *values)

    def _append(self, verb: str, *values: object) -> None:
        if self.journal is not None and not self.journal.problem:
            self.journal.append(verb, *values)
            self._written = (verb, *values)
            self._problem = self._problem or self.journal.problem
        if self.heard is not None:
            self.heard((verb, *values))

    def moved(self) -> None:
        """Write down where the session stands."""
        self.difference = None
        self.record("goto", self.session.step, self.session.event)

    def _on_the_way(self, step: int, trying: str) -> None:
        """Write how far the steps are that are done for the first time, and a typed command that will take long."""
        self._write_beginning()
        if step and self._written != ("goto", step, 0):
            self._append("goto", step, 0)
        if trying:
            self._append("try", trying)

    def gave_up(self) -> None:
        """Write that the command is over which was about to be tried, if one was: it failed or was stopped."""
        if self._written[:1] == ("try",):
            self.moved()

    def take_problem(self) -> str:
        """What went wrong with the journal since this was asked last; nothing most of the time."""
        problem, self._problem = self._problem, ""
        return problem

    def take_left(self) -> str:
        """The branch that was left, because something was typed where steps lay ahead, since this was asked last; or nothing."""
        left, self._left = self._left, ""
        return left

    # --- Files, expectations ----------------------------------------------------------------------------------------------

    @property
    def refusal(self) -> str:
        """Why nothing may be done to the heap here; empty where it may."""
        if self.session.strip is not None:
            return refusal_of(self.session.strip)
        return _READ_ONLY if self.read_only else ""

    def content(self, folder: Path | None = None) -> bytes:
        """The session, or all looks at a heap that is read, as the content of a file; `folder`: where that is to lie."""
        if self.session.strip is not None and not self.script.on:
            from gomem_core.files.stillfile import strip_bytes  # noqa: PLC0415 -- only who saves stills waits for it

            reel = self.session.reel
            return strip_bytes(self.session.strip.stills, self.session.declared) if reel is None else reel.content()
        return self.text(folder).encode()

    def text(self, folder: Path | None = None) -> str:
        """The session as the text of a session file, which lies in this folder; None: where it was read from."""
        script = self.session.script(self.script)
        if script.on and folder is not None and folder.resolve() != Path(script.folder).resolve():
            script.on = str(self._on(script).resolve())
        return write_script(script)

    def save(self, path: Path) -> None:
        """Write the session as a file, which is there as a whole or not at all.  Raises OSError, NotOurs."""
        stamp = self.own_files.write(path, self.content(path.parent))
        if self.session.strip is not None and not self.script.on:
            self.kept = None if self.session.reel is not None else Kept(resolved(path), len(self.session.strip.stills))
        if stamp is not None:
            self.record("file", str(resolved(path)), *stamp)

    def unmet(self, outcome: Outcome | None) -> list[tuple[str, str]]:
        """Returns the current step's expectations that are not met: each line, and what was found instead."""
        said = outcome.said if outcome is not None else None
        checked = [(line, self.found_instead(expect, outcome)) for line, expect in (said.expects if said else ())]
        return [(line, found) for line, found in checked if found]

    def found_instead(self, expect: Expect, outcome: Outcome | None) -> str:
        """What was found where an expectation of the step one stands after is not met; nothing when it is."""
        from gomem_core.session.expect import found_instead  # noqa: PLC0415 -- few steps expect anything

        session = self.session
        if isinstance(expect, ExpectEvent | ExpectNoEvent) and outcome is not None and not self._narrate and not session.event:
            with session.listening():  # a silent step tells its events when it is done again
                session.goto(session.step - 1)
                outcome = session.goto(session.step + 1)
        return found_instead(expect, outcome, session.world, session.objects)
