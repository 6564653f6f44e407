"""The references of a program that is read to its objects: from stacks, global variables, the runtime."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from bisect import bisect_left

from gomem_core.named import NamedTuple


class Roots(NamedTuple):
    """References from outside the heap into slots, by slot and then by label."""

    labels: tuple[str, ...]  # where they are, in words for people
    slot: array[int]  # address of the slot to which each leads
    label: array[int]  # number of its label

    def of(self, slot: int) -> list[str]:
        """The places from which the slot at this address is referred to."""
        found = []
        for at in range(bisect_left(self.slot, slot), len(self.slot)):
            if self.slot[at] != slot:
                break
            found.append(self.labels[self.label[at]])
        return found
