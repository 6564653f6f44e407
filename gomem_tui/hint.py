"""What the footer says while a line is being typed: what an alloc would do, or the form of the command."""

from gomem_core.lang import BY_WORD, ParseError, parse
from gomem_core.lang.commands import Alloc
from gomem_core.view import HeapView
from gomem_core.whatif import what_if


def hint(line: str, view: HeapView) -> str:
    """One line; nothing for an empty prompt."""
    words = line.split()
    if not words:
        return ""
    spec = BY_WORD.get(words[0])
    if spec is None:
        return ""
    try:
        command = parse(line)
    except ParseError:
        command = None
    if isinstance(command, Alloc):
        return what_if(command, view)
    return f"{spec.form}   {spec.summary}"
