"""A desk that does after another one what that one records, as it happens: a resume that never ends.

The records are those of a journal (resume.py tells what they mean), and some more:

    stills DATA GOES STEP EVENT   looks at a heap, of which no file is known; GOES: it can be looked at again
    still DATA                    ... and was
    open PATH STEP EVENT SOURCE…  the heap that lies in this file, and what it was given before
    give SOURCE                   types were declared of the program whose heap was read

Nothing is written here.  What began alike and was told the same records is the same session, heap and all.
"""

import gzip
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from gomem_core.files.script import ScriptError, read_script
from gomem_core.files.step import parse_step
from gomem_core.files.stillfile import FieldError, read_strip, strip_bytes
from gomem_core.files.timeline import UnknownBranch
from gomem_core.foreign import brief
from gomem_core.lang import ParseError, parse
from gomem_core.lang.commands import Declare, Types
from gomem_core.lang.moves import Expect, Go
from gomem_core.session.console import Console
from gomem_core.session.document import Entry, Origin
from gomem_core.session.opened import open_file
from gomem_core.world.interrupt import Stopped
from gomem_core.world.reel import Reel
from gomem_core.world.still import Still, TypeSource
from gomem_core.world.strip import LOOK, LookFailed, Strip

_FAULTS = (ParseError, ScriptError, UnknownBranch, FieldError, LookFailed, Stopped, ValueError, OSError)


class Strayed(Exception):
    """A record cannot have been made by a session such as the one that echoes it: some are missing."""


class _Told(Strip):
    """Looks of which one is told."""

    def __init__(self, stills: Sequence[Still]) -> None:
        self._waiting: deque[Still] = deque()
        super().__init__(stills, self._next)

    def tell(self, still: Still) -> None:
        """The heap was looked at again."""
        self._waiting.append(still)

    def _next(self) -> Still:
        if not self._waiting:
            raise LookFailed("the next look was not told yet")
        return self._waiting.popleft()


# --- Records ------------------------------------------------------------------------------------------------------------


def whole(desk: Console) -> Entry:
    """All that was done at a desk, as one record, with which an echo begins."""
    session, strip = desk.session, desk.session.strip
    if strip is None or desk.script.on:
        return ("load", desk.script.name, desk.text(Path("/")), session.step, session.event, *desk.given)
    if desk.source is not None:
        return ("open", str(desk.source), session.step, session.event, *desk.given)
    if isinstance(strip, Reel):
        raise Strayed("this film lies in no file")
    return ("stills", _packed(strip.stills, session.declared), strip.goes_on, session.step, session.event)


def with_look(desk: Console, entry: Entry) -> Entry:
    """What was just recorded, or in its place the look itself, where it is one at a heap that no file has.

    Of that `packed` makes a record, which takes a while and is left for later.
    """
    strip = desk.session.strip
    if strip is None or desk.source is not None or entry[:1] != ("do",):
        return entry
    return ("still", strip.stills[-1])


def packed(entry: Entry) -> Entry:
    """What `with_look` returned, as a record."""
    match entry:
        case ("still", Still() as still):
            return ("still", _packed([still]))
    return entry


def thinned(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The records without those moves after which it moved on at once."""
    for entry, following in pairwise([*entries, ("",)]):
        if not entry[:1] == following[:1] == ("goto",):
            yield entry


def _packed(stills: Sequence[Still], declared: Sequence[TypeSource] = ()) -> str:
    return b64encode(strip_bytes(stills, declared)).decode()


def _unpacked(data: str) -> list[Still]:
    return read_strip(gzip.decompress(b64decode(data)))


# --- Doing the same -----------------------------------------------------------------------------------------------------


def begin(entry: Entry) -> Console:
    """A desk that stands where the one stood of which `whole` told.  Raises Strayed."""
    try:
        desk, step, event, given = _begun(entry)
        for source in given:
            _give(desk, str(source))
        desk.goto(step, event)
    except _FAULTS as e:
        raise Strayed(brief(str(e))) from e
    return desk


def _begun(entry: Entry) -> tuple[Console, int, int, Sequence[object]]:
    match entry:
        case ("load", str(name), str(text), int(step), int(event), *given):
            return Console(True, read_script(name, text, name)), step, event, given
        case ("open", str(path), int(step), int(event), *given):
            return Console(True, open_file(Path(path)), origin=Origin(Path(path), None)), step, event, given
        case ("stills", str(data), bool(goes_on), int(step), int(event)):
            stills = _unpacked(data)
            return Console(True, _Told(stills) if goes_on else Strip(stills)), step, event, ()
    raise Strayed(f"no beginning: {brief(str(entry))}")


def echo(desk: Console, entry: Entry) -> None:
    """Do what was recorded.  Raises Strayed; then the session is another one than the recorded one."""
    try:
        _do(desk, entry)
    except _FAULTS as e:
        raise Strayed(f"{brief(str(entry))}: {brief(str(e))}") from e


def _do(desk: Console, entry: Entry) -> None:
    session = desk.session
    match entry:
        case ("do", str(source)):
            _step(desk, source)
        case ("still", str(data)):
            if not isinstance(session.strip, _Told):
                raise Strayed("a look at a heap that is not looked at again")
            session.strip.tell(_unpacked(data)[0])
            desk.goto(len(session.steps))  # one is only taken behind all others, and how one came there need not be told
            _step(desk, LOOK)
        case ("give", str(source)):
            _give(desk, source)
        case ("goto", int(step), int(event)):
            desk.goto(step, event)
        case ("line", int(), str(line)) if isinstance(parse(line), Expect):
            session.add_line(line)
        case ("mark", str(name), int()):
            session.bookmark(name)
        case ("branch", str(name)):
            desk.switch(name)
        case ("go", str(text)):
            command = parse(f"go {text}")
            if not isinstance(command, Go) or command.release is None:
                raise Strayed("which version of Go is not said")
            desk.again_on(command.release)
        case ("try" | "on" | "load" | "file", *_):
            pass  # what takes long is about to be done; the others tell of files
        case _:
            raise Strayed("no record of this gomem")


def _give(desk: Console, source: str) -> None:
    step = parse_step(source)
    if not isinstance(step.command, Types | Declare) or desk.session.strip is None:
        raise Strayed("no declaration of types of a program whose heap was read")
    outcome = desk.give(step)
    if not outcome.ok:
        raise Strayed(str(outcome.error))


def _step(desk: Console, source: str) -> None:
    desk.difference = None
    outcome = desk.last = desk.session.do(parse_step(source))
    if not outcome.ok:
        raise Strayed(str(outcome.error))
