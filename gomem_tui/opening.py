"""Opens what is to be explored, on a screen or as plain text: a script, the built-in one, a lesson, or a killed session."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gomem_core.cli.chosen import on_release
from gomem_core.cli.output import UsageError, say
from gomem_core.cli.progress import opening
from gomem_core.files.journal import Kind, find
from gomem_core.files.ownfiles import stamp_of
from gomem_core.files.script import Script, load_script
from gomem_core.files.timeline import MAIN
from gomem_core.go.release import ALWAYS, Release
from gomem_core.session.console import Console
from gomem_core.session.document import Origin
from gomem_core.session.opened import open_file, open_joined
from gomem_core.session.resume import resume
from gomem_core.world.strip import Strip

if TYPE_CHECKING:
    from gomem_core.lessons import Lesson


def open_console(
    path: Path | None,
    journal: bool = True,
    resumed: str | None = None,
    read_only: bool = False,
    release: Release = ALWAYS,
    asked: bool = False,
    wait: bool = False,
    cache: bool = True,
    dump: Path | None = None,
) -> Console:
    """A console on a script's steps, none of them done, or where the session of a journal stood ("": the one killed last).

    `release` is the version of Go of what no file is of, and where it was `asked` for, of a session file, too.

    Where the session comes from a journal, `journal` says whether sessions that begin after it have one, too.
    With `wait`, a film is read to its end before; with `cache`, it is kept.  A heap `dump` is shown with what the trace `path`
    tells of its objects.  Raises ScriptError, JournalError and UsageError.
    """
    kind: Kind | None = "explorer" if journal else None
    if path is not None and dump is not None:
        console = Console(True, open_joined(path, dump, cache), kind)
        console.read_only = read_only
        return console
    if resumed is None:
        origin = None if path is None else Origin(path, stamp_of(path))
        opened, told = (demo_script(release), "") if path is None else _opened(path, wait, cache, release if asked else None)
        console = Console(True, opened, kind, origin)
        console.read_only = read_only
        console.tell(told)
        return console
    if asked:
        raise UsageError("--resume goes on with the version of Go that the journal has; :go changes it")
    console = Console(narrate=True)
    console.read_only = read_only  # before the journal is opened
    name = find(resumed or None).stem
    say(f"gomem: taking up the session {name} …")  # a long one keeps the screen waiting
    resume(console, name)
    console.keep(kind)
    return console


def _opened(path: Path, wait: bool, cache: bool, release: Release | None) -> tuple[Script | Strip, str]:
    """What a file holds, and what is to be told of it."""
    with opening(path) as reached:
        opened = open_file(path, wait, cache, reached)
    return _on_release(opened, release)


def _on_release(opened: Script | Strip, release: Release | None) -> tuple[Script | Strip, str]:
    if not isinstance(opened, Strip):
        return on_release(opened, release)
    if release is not None:
        raise UsageError(f"--go is for sessions: this heap is of {opened.shown.go_told}")
    return opened, ""


def demo_script(release: Release = ALWAYS) -> Script:
    """The built-in script: a tour in some dozens of steps."""
    return replace(load_script(Path(__file__).with_name("demo.gomem")), name="demo", go=release)


def open_lesson(lesson: "Lesson", journal: bool, read_only: bool) -> Console:
    """A console on the lesson's steps, none of them done.  It is not a file of the session's own: `save` leaves it alone."""
    console = Console(True, lesson.script, "explorer" if journal else None)
    console.read_only = read_only
    console.tell(lesson.overridden)
    return console


def at_end(lesson: "Lesson", console: Console) -> bool:
    """Whether all of the lesson is done.  Another branch is not the lesson, nor is what `open` put in its place."""
    session = console.session
    done = session.at_end and session.step >= lesson.steps
    return done and session.branches.name == MAIN and console.script is lesson.script
