"""What the explorer begins with, on a screen or as plain text: a script, the built-in one, or a session from its journal."""

from pathlib import Path

from gomem_core.console import Console
from gomem_core.resume import resume
from gomem_core.script import load_script
from gomem_tui.demo import demo_script


def open_console(path: Path | None, journal: bool = True, resumed: str | None = None, read_only: bool = False) -> Console:
    """A console on a script's steps, none of them done, or where the session of a journal stood ("": the one killed last).

    Raises ScriptError and JournalError.
    """
    script = demo_script() if path is None else load_script(path)
    console = Console(True, script if resumed is None else None, "explorer" if journal and resumed is None else None)
    if resumed is not None:
        resume(console, resumed or None)
    if path is not None:
        console.own_files.add(path)
    console.read_only = read_only
    return console
