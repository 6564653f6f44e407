"""Why a heap cannot be read: the text of each is a sentence to be shown, without a full stop, and nothing was changed."""

from typing import Final

from gomem_core.go.structs import minors

KNOWN: Final = f"Go {minors()[0]} to {minors()[-1]} on linux/amd64"


class OutsideError(Exception):
    """A heap outside cannot be read; one of the classes below."""


class NotPermitted(OutsideError):
    """The operating system does not let this user look at the process."""


class Gone(OutsideError):
    """There is no such process, or no longer."""


class NotGo(OutsideError):
    """It is no Go program, or none that can be read here: another language, another processor."""


class UnknownVersion(OutsideError):
    """It is a Go program, of a version whose structs are not known, or whose version is not."""


class Damaged(OutsideError):
    """What was read contradicts itself, or is cut off: a truncated core, a pointer to nowhere."""


class WrongExecutable(OutsideError):
    """The executable is not the one of the core file."""


class NotStopped(OutsideError):
    """The threads of the program could not be stopped in time."""
