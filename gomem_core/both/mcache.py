"""The part that the mcaches of all versions have: a span for each span class, and a half-used tiny block (runtime/mcache.go)."""

from typing import Generic, TypeVar

from gomem_core.both.slots import Slots

S = TypeVar("S", bound=Slots)


class AnyMCache(Generic[S]):
    """The cache of P number `p`: `alloc[spanclass]`, even numbers with pointers (scan), odd ones without (noscan).

    An entry that caches nothing is `emptymspan`, which is always full, so that the fast path need not ask.
    """

    __slots__ = ("alloc", "emptymspan", "p", "tiny", "tinyoffset")

    def __init__(self, p: int, emptymspan: S, span_classes: int) -> None:
        self.p = p
        self.emptymspan = emptymspan
        self.alloc = [emptymspan] * span_classes
        self.forget_tiny()

    def forget_tiny(self) -> None:
        """Begin with a fresh tiny block."""
        self.tiny = 0  # address of the tiny block, 0: none
        self.tinyoffset = 0  # bytes of it that are taken
