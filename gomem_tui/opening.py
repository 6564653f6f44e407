"""What the explorer begins with, on a screen or as plain text: a script, the built-in one, or a session from its journal."""

from pathlib import Path

from gomem_core.cli.output import say
from gomem_core.files.journal import Kind, find
from gomem_core.files.ownfiles import stamp_of
from gomem_core.files.script import load_script
from gomem_core.session.console import Console
from gomem_core.session.document import Origin
from gomem_core.session.resume import resume
from gomem_tui.demo import demo_script


def open_console(path: Path | None, journal: bool = True, resumed: str | None = None, read_only: bool = False) -> Console:
    """A console on a script's steps, none of them done, or where the session of a journal stood ("": the one killed last).

    Where the session comes from a journal, `journal` says whether sessions that begin after it have one, too.
    Raises ScriptError and JournalError.
    """
    kind: Kind | None = "explorer" if journal else None
    if resumed is None:
        origin = None if path is None else Origin(path, stamp_of(path))
        script = demo_script() if path is None else load_script(path)
        console = Console(True, script, kind, origin)
        console.read_only = read_only
        return console
    console = Console(narrate=True)
    console.read_only = read_only  # before the journal is opened
    name = find(resumed or None).stem
    say(f"gomem: taking up the session {name} …")  # a long one keeps the screen waiting
    resume(console, name)
    console.keep(kind)
    return console
