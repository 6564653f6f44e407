"""What a call costs at least: the yardstick of `gomem bench --vs-go`, compiled where the allocators are."""

from typing import Final

_ADDRESS: Final = 0xC000000000


class NoHeap:
    """Takes what an engine takes, and does nothing."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last = _ADDRESS

    def mallocgc(self, size: int, ptrdata: int = 0) -> int:  # noqa: ARG002 -- as an engine has it
        """Returns an address, always the same."""
        return self.last

    def drop(self, addr: int) -> None:
        """Do nothing."""
