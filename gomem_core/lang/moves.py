"""What moves the explorer along a session's history, and what a session file says besides commands.

Plain data like the commands of commands.py; a step is the number of commands done before a state, 0 at the
start.  None of these changes the heap by itself.
"""

from typing import Literal

from gomem_core.frozen import frozen
from gomem_core.go.release import Release

Served = Literal["zero", "tiny", "mcache", "mcentral", "mheap", "os"]
Pane = Literal["spans", "arena", "bitmap", "mcentral", "mcache", "why", "heap", "layout", "objects", "types", "advise"]
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]


# --- Moves --------------------------------------------------------------------------------------------------


@frozen
class Back:
    """Go `n` steps back, at least 1."""

    n: int = 1


@frozen
class Forward:
    """Go `n` steps forward, at least 1, over steps that were gone back from."""

    n: int = 1


@frozen
class Time:
    """A place in a film: ns since it began."""

    ns: int

    def __str__(self) -> str:
        whole, rest = divmod(self.ns, 10**9)
        return f"{whole}.{rest:09}".rstrip("0").rstrip(".") + "s"


Stop = int | str | Time  # a step by its number; what a mark's name, "start" or "end" stand for; a time of a film


@frozen
class Goto:
    """Go to a step, or `event` events further."""

    target: Stop
    event: int = 0


@frozen
class UntilEvent:
    """Go forward until a command tells an event of this kind (the `kind` of a class in events.py or pageevents.py)."""

    kind: str


@frozen
class UntilQuantity:
    """Go forward until a quantity of quantities.py compares so with `value` (bytes, or a count)."""

    quantity: str
    op: Comparison
    value: int


@frozen
class UntilType:
    """Go forward until the bytes of all objects of a type compare so with `value`."""

    name: str
    op: Comparison
    value: int


@frozen
class Diff:
    """Compare with the state at a step, a mark or a time."""

    target: Stop


@frozen
class DiffBranch:
    """Compare with the state at a step or a bookmark of another branch."""

    name: str
    target: int | str


@frozen
class DiffFile:
    """Compare with what the file `path`, as typed, holds: a still, or a session as it is at its end."""

    path: str


@frozen
class Branch:
    """Take up the branch called `name`; None lists the branches this session has."""

    name: str | None


# --- Sessions as files --------------------------------------------------------------------------------------


@frozen
class Save:
    """Write the session to the file `path`, as typed."""

    path: str


@frozen
class Open:
    """Take the session in the file `path`, as typed, in place of this one."""

    path: str


@frozen
class Resume:
    """Take up the journal `id` of a session that was killed; None: the last one, or tell which there are."""

    id: str | None


@frozen
class TakeUp:
    """Go on from the heap that is looked at, as from one that is modelled."""


@frozen
class Go:
    """Do all steps on another version of Go, as a new branch; None: tell which versions there are."""

    release: Release | None


@frozen
class Compare:
    """Do the steps up to here on several versions of Go, and tell what differs; none: on 1.10, this one and today's."""

    releases: tuple[Release, ...] = ()


@frozen
class WhatIf:
    """Do the commands in `text`, which semicolons divide, as if they came next; tell what differs then, and change nothing."""

    text: str


# --- Directives: they may stand in a session file -----------------------------------------------------------


@frozen
class Mark:
    """Give the state here a name."""

    name: str


@frozen
class Say:
    """A line of Markdown, exactly as typed; "" is an empty line."""

    text: str


@frozen
class Pause:
    """A stop without a command."""


@frozen
class Focus:
    """Show these panes."""

    panes: tuple[Pane, ...]


@frozen
class Select:
    """Select, in all panes, what lies at an address, or the object of a name."""

    target: int | str


@frozen
class Expect:
    """Base of what a lesson or test expects of the state after the command before it."""


@frozen
class ExpectServed(Expect):
    """The last object of the command was served by `who`."""

    who: Served


@frozen
class ExpectQuantity(Expect):
    """A quantity of quantities.py compares so with `value` (bytes, or a count)."""

    quantity: str
    op: Comparison
    value: int


@frozen
class ExpectAddr(Expect):
    """The object called `name` lies at address `addr`."""

    name: str
    addr: int


@frozen
class ExpectEvent(Expect):
    """The command told an event of this kind."""

    kind: str


@frozen
class ExpectNoEvent(Expect):
    """The command told no event of this kind."""

    kind: str


@frozen
class ExpectError(Expect):
    """The command fails with a message that contains `text`; "" is any message."""

    text: str


Expectation = ExpectServed | ExpectQuantity | ExpectAddr | ExpectEvent | ExpectNoEvent | ExpectError
Directive = Mark | Say | Pause | Focus | Select | Expectation
Move = (
    Back
    | Forward
    | Goto
    | UntilEvent
    | UntilQuantity
    | UntilType
    | Diff
    | DiffBranch
    | DiffFile
    | Branch
    | Save
    | Open
    | Resume
    | TakeUp
    | Go
    | Compare
    | WhatIf
)
