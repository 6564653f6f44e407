"""A program that can be looked at again and again: a modelled session that goes on by itself between two looks."""

from collections.abc import Sequence

from gomem_core.session.session import Session
from gomem_core.world.objects import ObjectTable
from gomem_core.world.still import Place, Still
from gomem_core.world.strip import LookFailed, Strip

WORK = ("alloc 48 scan times 300", "alloc 5000 times 4", "gc", "drop all", "gc", "alloc 100 times 9")


class Program:
    """Does one line of its work between two looks, and ends after the last."""

    def __init__(self, work: Sequence[str] = WORK) -> None:
        self.session = Session()
        self.work = work
        self.looks = 0

    def look(self) -> Still:
        """Look at it.  Raises LookFailed when it has ended."""
        if self.looks > len(self.work):
            raise LookFailed("the process has ended: 4711")
        if self.looks:
            assert self.session.submit(self.work[self.looks - 1]).ok
        self.looks += 1
        place = Place("program", self.looks, "process")
        return Still.of(self.session.world, ObjectTable(), place)  # from outside, objects have no names

    def strip(self) -> Strip:
        """The first look, and those that can be taken."""
        return Strip([self.look()], self.look)
