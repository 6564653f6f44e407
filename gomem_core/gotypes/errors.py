"""What is wrong with Go source, in the words of Go's compiler."""

from gomem_core.named import NamedTuple


class Place(NamedTuple):
    """A place in source: line and column, both counted from 1; columns are bytes, as Go counts them."""

    file: str
    line: int
    column: int


class GoError(Exception):
    """Source that Go refuses, or that cannot be sized; `notes` are the lines that its compiler prints below."""

    def __init__(self, message: str, place: Place | None = None, notes: tuple[str, ...] = ()) -> None:
        self.message = message
        self.place = place
        self.notes = notes
        super().__init__("; ".join((message, *notes)))


class Undefined(GoError):
    """A name that nothing declares, or not yet."""


class Unsized(GoError):
    """A type that Go accepts and whose size is not known here: of a package that was not read."""


class DependsOnParameter(Unsized):
    """A generic type, whose size depends on what stands for its parameters."""
