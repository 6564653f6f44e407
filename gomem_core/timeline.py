"""The list of steps that a session is, the cursor in it, and the other futures that were left.

Plain data: nothing is executed here.  A step is the text of a command with the directives that belong to it (script.py).  Steps
up to `reached` were done at least once; those behind it wait, as the rest of a script does.  Who types a command puts it in at
the cursor.  If steps behind the cursor were done before, they become a branch, another future, to which `switch` leads back.
"""

from dataclasses import dataclass, field
from typing import Final

MAIN: Final = "main"


class UnknownBranch(Exception):
    """There is no other future of that name."""


@dataclass(slots=True)
class Branch:
    """A future that was left: `steps` follow the first `start` steps of the line `parent` (None: of the current one)."""

    name: str
    start: int
    steps: list[str]
    reached: int  # steps of its line that were done, counted from the beginning
    marks: dict[str, int] = field(default_factory=dict)
    parent: str | None = None


class Timeline:
    """The current line of steps, and the branches."""

    def __init__(self, steps: list[str] | None = None) -> None:
        self.name = MAIN
        self.steps = steps if steps is not None else []
        self.cursor = 0  # steps done, seen from where the session stands
        self.reached = 0
        self.marks: dict[str, int] = {}  # name -> step
        self.branches: dict[str, Branch] = {}

    @property
    def following(self) -> str | None:
        """The step behind the cursor; None at the end."""
        return self.steps[self.cursor] if self.cursor < len(self.steps) else None

    def put(self, step: str) -> bool:
        """Put a step in at the cursor, which goes behind it; tells whether that left another future."""
        forks = self.cursor < self.reached
        if forks:
            self._leave(self.cursor)
            self.name = self.new_name()
        self.marks = self._shifted(self.marks)
        for other in [other for name, other in self.branches.items() if self.shared_with(name) > self.cursor]:
            other.start += 1
            other.marks = self._shifted(other.marks)
        self.steps.insert(self.cursor, step)
        self.cursor += 1
        self.reached = self.cursor
        return forks

    def _shifted(self, marks: dict[str, int]) -> dict[str, int]:
        """The same marks when a step is put in at the cursor."""
        return {name: at + (at > self.cursor) for name, at in marks.items()}

    def go(self, step: int) -> None:
        """Move the cursor; steps up to there count as done."""
        if not 0 <= step <= len(self.steps):
            raise ValueError(f"there is no step {step}: they are 0 to {len(self.steps)}")
        self.cursor = step
        self.reached = max(self.reached, step)

    def add_line(self, step: int, line: str) -> None:
        """A directive was added to a step."""
        self.steps[step - 1] += f"\n{line}"

    def shared_with(self, name: str) -> int:
        """How many steps a branch and the current line begin with in common.  Raises UnknownBranch."""
        if name not in self.branches:
            raise UnknownBranch(name)
        branch = self.branches[name]
        return branch.start if branch.parent is None else min(branch.start, self.shared_with(branch.parent))

    def switch(self, name: str) -> None:
        """Make a branch the current line; the cursor stays where both have it.  Raises UnknownBranch."""
        shared = self.shared_with(name)
        parent = self.branches[name].parent
        if parent is not None:
            self.switch(parent)
        branch = self.branches.pop(name)
        self._leave(branch.start)
        self.name = name
        self.steps += branch.steps
        self.reached = branch.reached if branch.reached > branch.start else min(self.reached, branch.start)
        self.marks |= branch.marks
        for other in self.branches.values():
            if other.parent == name:
                other.parent = None
        self.cursor = min(self.cursor, shared)

    def _leave(self, start: int) -> None:
        """What lies behind `start` becomes a branch with the current name, if anything does; so do the marks there."""
        if start == len(self.steps):
            return
        marks = {name: step for name, step in self.marks.items() if step > start}
        for other in self.branches.values():
            if other.parent is None and other.start > start:
                other.parent = self.name
        self.branches[self.name] = Branch(self.name, start, self.steps[start:], self.reached, marks)
        self.marks = {name: step for name, step in self.marks.items() if step <= start}
        del self.steps[start:]
        self.reached = min(self.reached, start)

    def new_name(self) -> str:
        """A name that no future has."""
        taken = {self.name, *self.branches}
        return next(str(n) for n in range(2, len(taken) + 3) if str(n) not in taken)
