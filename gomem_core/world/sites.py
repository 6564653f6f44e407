"""Call sites: which stacks of a program allocated how much, of which sizes, as far as it took samples of that."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array

from gomem_core.named import NamedTuple


class CallSite(NamedTuple):
    """A line of a program; a function that is not known is empty."""

    function: str
    file: str
    line: int

    @property
    def name(self) -> str:
        """The function, the last part of its file's path, and the line."""
        file = self.file.rpartition("/")[2]
        return f"{self.function or '?'} {file}:{self.line}" if file else self.function or "?"


Stack = tuple[CallSite, ...]  # the innermost first


class Sites(NamedTuple):
    """A row for each stack and size of objects, in columns; bytes are those of slots."""

    stacks: tuple[Stack, ...]
    stack: array[int]  # number of the row's stack
    size: array[int]  # bytes of one object, 0: not known
    inuse_objects: array[int]
    inuse_bytes: array[int]
    alloc_objects: array[int]  # those that were freed since are among them
    alloc_bytes: array[int]
    rate: int  # about one object in so many bytes was looked at, 0: not known
    scaled: bool  # whether numbers stand for all objects, not only for those that were looked at
    slots: dict[int, int]  # address of a slot whose object was looked at → number of its stack
