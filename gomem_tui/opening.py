"""What the explorer begins with, on a screen or as plain text: a script, the built-in one, or a session from its journal."""

from pathlib import Path

from gomem_core.console import Console
from gomem_core.journal import Kind
from gomem_core.resume import resume
from gomem_core.script import load_script
from gomem_tui.demo import demo_script


def open_console(path: Path | None, journal: bool = True, resumed: str | None = None, read_only: bool = False) -> Console:
    """A console on a script's steps, none of them done, or where the session of a journal stood ("": the one killed last).

    Where the session comes from a journal, `journal` says whether sessions that begin after it have one, too.
    Raises ScriptError and JournalError.
    """
    kind: Kind | None = "explorer" if journal else None
    if resumed is None:
        console = Console(True, demo_script() if path is None else load_script(path), kind)
        console.read_only = read_only
    else:
        console = Console(True)
        console.read_only = read_only  # before the journal is opened
        resume(console, resumed or None)
        console.keep(kind)
    if path is not None:
        console.own_files.add(path)
    return console
