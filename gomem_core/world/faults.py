"""What an allocator raises, whichever it is: when memory is over, when a caller is wrong, and when it is wrong itself."""

from collections.abc import Sequence


class OutOfMemory(Exception):
    """The arena cannot grow by `ask` bytes; the message is the runtime's."""

    def __init__(self, ask: int, in_use: int) -> None:
        self.ask = ask
        self.in_use = in_use
        super().__init__(
            f"runtime: out of memory: cannot allocate {ask}-byte block ({in_use} in use)\nfatal error: out of memory"
        )


class Refused(Exception):
    """A command that was done in part, and of which the rest cannot be done: all of it is undone."""


class NotAnObject(Exception):
    """An address does not mean what the caller says; nothing was changed."""


class CannotTakeUp(Exception):
    """A heap lacks something without which it cannot go on; `lacks` has a sentence for each."""

    def __init__(self, lacks: Sequence[str]) -> None:
        self.lacks = tuple(lacks)
        super().__init__("; ".join(lacks))


class Throw(Exception):
    """The allocator found itself in an impossible state; the message starts with the invariant's name (Go's throw)."""


class InvariantError(AssertionError):
    """A heap that cannot be; `name` is the invariant's."""

    def __init__(self, name: str, detail: str) -> None:
        self.name = name
        super().__init__(f"invariant {name}: {detail}")
