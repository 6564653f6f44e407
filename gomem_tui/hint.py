"""What the footer says while a line is being typed: what an alloc would do, or the form of the command."""

from typing import Final

from gomem_core.lang import BY_WORD, ParseError, parse
from gomem_core.lang.commands import Alloc, Churn
from gomem_core.view import HeapView
from gomem_core.whatif import what_if

_MANY: Final = 20_000  # operations


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


def takes_long(text: str) -> bool:
    """Whether doing these lines will keep the explorer busy for more than a blink."""
    operations = 0
    for line in text.split("\n"):
        try:
            command = parse(line)
        except ParseError:
            break
        match command:
            case Alloc(times=n) | Churn(n=n):
                operations += n
            case _:
                pass
    return operations > _MANY
