"""The list of steps that a session is, the cursor in it, and the other branches.

Plain data: nothing is executed here.  A step is the text of a command with the directives that belong to it (script.py).

The futures are a tree: each begins somewhere in another one and has steps of its own after that.  `steps` are all steps of the
current one, from the very beginning.  Who types a command where steps lie ahead, whether they were done or not, begins another
future; the one that was left stays as it was, and `switch` leads back to it.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from itertools import count
from typing import Final

MAIN: Final = "main"


class UnknownBranch(Exception):
    """There is no other branch of that name."""


@dataclass(slots=True)
class Future:
    """`steps` follow the first `start` steps of the future `parent`; the one where all begin has no parent."""

    name: str
    parent: str | None = None
    start: int = 0
    steps: list[str] = field(default_factory=list)
    marks: dict[int, list[str]] = field(default_factory=dict)  # step -> its names; of its own steps, at the root also of step 0


class Timeline:
    """Keeps all branches, and a place in one of them."""

    def __init__(self, steps: list[str] | None = None, name: str = MAIN, marks: dict[int, list[str]] | None = None) -> None:
        """One future with these steps, none of them done."""
        self.name = name
        self.steps = [] if steps is None else steps
        self.cursor = 0  # steps done, seen from where the session stands
        self.futures = {name: Future(name, None, 0, list(self.steps), marks or {})}  # each after the one in which it begins
        self._marks: dict[str, int] | None = None  # None: to be looked for

    @property
    def following(self) -> str | None:
        """The step after the cursor; None at the end."""
        return self.steps[self.cursor] if self.cursor < len(self.steps) else None

    @property
    def others(self) -> list[str]:
        """The names of the other futures."""
        return [name for name in self.futures if name != self.name]

    @property
    def marks(self) -> dict[str, int]:
        """Name -> step, of the current future; of two steps with one name, the later."""
        if self._marks is None:
            way = self.way(self.name)
            places = [place for future, end in way for place in sorted(future.marks.items()) if place[0] <= end]
            self._marks = {name: step for step, names in places for name in names}
        return self._marks

    # --- Along the current future ---------------------------------------------------------------------------------------

    def put(self, step: str) -> None:
        """A step was typed at the cursor, which goes after it; what lies ahead stays, as another future."""
        if self.cursor < len(self.steps):
            future = self.add(Future(free_name(self.futures), self.name, self.cursor))
            del self.steps[self.cursor :]
            self.name = future.name
            self._marks = None
        self.futures[self.name].steps.append(step)
        self.steps.append(step)
        self.cursor += 1

    def go(self, step: int) -> None:
        """Move the cursor.  Raises ValueError."""
        if not 0 <= step <= len(self.steps):
            raise ValueError(f"there is no step {step}; steps go from 0 to {len(self.steps)}")
        self.cursor = step

    def add_line(self, step: int, line: str) -> None:
        """A directive was added to a step, in all futures that have it."""
        owner = self._owner(self.name, step)
        owner.steps[step - owner.start - 1] += f"\n{line}"
        self.steps[step - 1] = owner.steps[step - owner.start - 1]

    def mark(self, name: str, step: int) -> None:
        """Give a step a name, in all futures that have it; the step of this future that had it loses it."""
        for future, end in self.way(self.name):
            for at, names in future.marks.items():
                if at <= end and name in names:
                    names.remove(name)
        self._owner(self.name, step).marks.setdefault(step, []).append(name)
        self._marks = None

    # --- The other futures ----------------------------------------------------------------------------------------------

    def add(self, future: Future) -> Future:
        """Enter another future; one that begins where its parent does, or before, hangs on the parent's parent."""
        if future.parent is not None:
            future.parent = self._owner(future.parent, future.start).name
        self.futures[future.name] = future
        return future

    def switch(self, name: str) -> None:
        """Take up another future; the cursor stays where both have it.  Raises UnknownBranch."""
        shared = self.shared_with(name)
        self.cursor = min(self.cursor, shared)
        self.steps[shared:] = self._behind(name, shared)
        self.name = name
        self._marks = None

    def shared_with(self, name: str) -> int:
        """How many steps another future and the current one begin with in common.  Raises UnknownBranch."""
        if name not in self.futures or name == self.name:
            raise UnknownBranch(name)
        one, other = self.futures[self.name], self.futures[name]
        ends = [one.start + len(one.steps), other.start + len(other.steps)]
        while one is not other:  # each begins after its parent, so the one that begins later is not the other's parent
            if one.parent is not None and (other.parent is None or one.start >= other.start):
                ends[0], one = one.start, self.futures[one.parent]
            elif other.parent is not None:
                ends[1], other = other.start, self.futures[other.parent]
        return min(ends)

    def line(self, name: str) -> list[str]:
        """All steps of a future, from the very beginning."""
        return self._behind(name, 0)

    def elsewhere(self, mark: str) -> str | None:
        """A future that has a mark of this name which the current one has not."""
        return next((f.name for f in self.futures.values() if any(mark in names for names in f.marks.values())), None)

    def tour(self) -> list[tuple[Future, set[int]]]:
        """All futures, each after the one in which it begins, and the steps of its own after which others begin.

        From one to the next it is seldom far: of those that begin in the same future, the one that begins last comes first.
        """
        inside: dict[str, list[Future]] = {name: [] for name in self.futures}
        waiting: list[Future] = []
        for future in self.futures.values():
            (waiting if future.parent is None else inside[future.parent]).append(future)
        tour = []
        while waiting:
            future = waiting.pop()
            others = sorted(inside[future.name], key=lambda other: other.start, reverse=True)
            tour.append((future, {other.start for other in others}))
            waiting += reversed(others)
        return tour

    # --- The tree -------------------------------------------------------------------------------------------------------

    def way(self, name: str) -> list[tuple[Future, int]]:
        """The futures that a future's steps come from, the root first, each with the number of the last step from it."""
        future = self.futures[name]
        way = [(future, future.start + len(future.steps))]
        while future.parent is not None:
            end, future = future.start, self.futures[future.parent]
            way.append((future, end))
        return way[::-1]

    def _behind(self, name: str, step: int) -> list[str]:
        """The steps of a future after one of its steps; no more of the tree is looked at than these lie in."""
        future = self.futures[name]
        pieces, end = [future.steps[max(step - future.start, 0) :]], future.start
        while end > step and future.parent is not None:
            future = self.futures[future.parent]
            pieces.append(future.steps[max(step - future.start, 0) : end - future.start])
            end = future.start
        return [one for piece in reversed(pieces) for one in piece]

    def _owner(self, name: str, step: int) -> Future:
        """Which future a step of the future `name` comes from; step 0 is the root's."""
        future = self.futures[name]
        while future.start >= step and future.parent is not None:
            future = self.futures[future.parent]
        return future


def free_name(taken: Container[str]) -> str:
    """The first of future2, future3 … that is not taken."""
    return next(name for name in (f"future{n}" for n in count(2)) if name not in taken)
