"""A console behind the second of three commands, a file with branches, and what is said of what is typed."""

from gomem_core.classic.image import capture
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from tests.inside import heap_of

SCRIPT = """\
alloc 48 as a
alloc 48 as b
expect served mcache
mark two
drop a
say look
gc
branch other from 1
alloc 64 as c
mark there
alloc 40000 as d
branch third from 2 of other
gc
"""


def begun() -> Console:
    """Behind the second of three commands."""
    console = Console(narrate=True)
    for line in ("alloc 48 as a", "alloc 48 as b", "alloc 40000 as c", "back"):
        assert console.submit(line).ok
    return console


def at(console: Console, number: int) -> bool:
    """Whether it stands after so many steps, with the heap that these make."""
    fresh = Console(narrate=False)
    for line in console.session.steps[:number]:
        fresh.session.submit(line)
    return console.session.step == number and capture(heap_of(console.session)) == capture(heap_of(fresh.session))


def answer(outcome: Outcome) -> str:
    assert outcome.error is None, outcome.error.message
    assert outcome.result is not None
    return outcome.result.summary


def complaint(outcome: Outcome) -> tuple[str, int]:
    """What is wrong, and where in the line."""
    assert outcome.result is None
    assert outcome.error is not None
    return outcome.error.message, outcome.error.column
