"""The list of steps that a session is, the cursor in it, and the other branches.

Plain data: nothing is executed here.  A step is the text of a command with the directives that belong to it (script.py).

The branches are trees, one for each version of Go: each but the first of a tree begins somewhere in another one and has steps of
its own after that.  `steps` are all steps of the
current one, from the very beginning.  Who types a command where steps lie ahead, whether they were done or not, begins another
branch; the one that was left stays as it was, and `switch` leads back to it.
"""

from collections.abc import Container, Iterable
from dataclasses import field, replace
from itertools import chain, count
from typing import Final

from gomem_core.files.lines import Lines
from gomem_core.frozen import mutable
from gomem_core.go.release import ALWAYS, Release

MAIN: Final = "main"


class UnknownBranch(Exception):
    """There is no other branch of that name."""


@mutable
class Branch:
    """`steps` follow the first `start` steps of the branch `parent`; the one where all others begin has no parent: the root."""

    name: str
    parent: str | None = None
    start: int = 0
    steps: Lines = field(default_factory=Lines)
    marks: dict[int, list[str]] = field(default_factory=dict)  # step -> its names; of its own steps, at the root also of step 0
    release: Release = ALWAYS  # at the root: the version of Go


class Timeline:
    """Keeps all branches, and a place in one of them."""

    def __init__(
        self,
        steps: Iterable[str] = (),
        name: str = MAIN,
        marks: dict[int, list[str]] | None = None,
        release: Release = ALWAYS,
    ) -> None:
        """One branch with these steps, none of them done."""
        self.name = name
        self.steps = Lines(steps)
        self.cursor = 0  # steps done, seen from where the session stands
        self.branches = {
            name: Branch(name, None, 0, Lines(self.steps), marks or {}, release)
        }  # each after the one in which it begins
        self._marks: dict[str, int] | None = None  # None: to be looked for

    @property
    def following(self) -> str | None:
        """The step after the cursor; None at the end."""
        return self.steps[self.cursor] if self.cursor < len(self.steps) else None

    @property
    def others(self) -> list[str]:
        """The names of the other branches."""
        return [name for name in self.branches if name != self.name]

    @property
    def marks(self) -> dict[str, int]:
        """Name -> step, of the current branch; of two steps with one name, the later."""
        if self._marks is None:
            way = self.way(self.name)
            places = [place for branch, end in way for place in sorted(branch.marks.items()) if place[0] <= end]
            self._marks = {name: step for step, names in places for name in names}
        return self._marks

    @property
    def release(self) -> Release:
        """The version of Go that the current branch is done on."""
        return self.release_of(self.name)

    # --- Along the current branch ---------------------------------------------------------------------------------------

    def put(self, step: str) -> None:
        """A step was typed at the cursor, which goes after it; what lies ahead stays, as another branch."""
        if self.cursor < len(self.steps):
            branch = self.add(Branch(free_name(self.branches), self.name, self.cursor))
            self.steps.cut(self.cursor)
            self.name = branch.name
            self._marks = None
        self.branches[self.name].steps.append(step)
        self.steps.append(step)
        self.cursor += 1

    def goto(self, step: int) -> None:
        """Move the cursor.  Raises ValueError."""
        if not 0 <= step <= len(self.steps):
            raise ValueError(f"there is no step {step}; steps go from 0 to {len(self.steps)}")
        self.cursor = step

    def add_line(self, step: int, line: str) -> None:
        """A directive was added to a step, in all branches that have it."""
        owner = self._owner(self.name, step)
        owner.steps[step - owner.start - 1] += f"\n{line}"
        self.steps[step - 1] = owner.steps[step - owner.start - 1]

    def mark(self, name: str, step: int) -> None:
        """Give a step a name, in all branches that have it; the step of this branch that had it loses it."""
        for branch, end in self.way(self.name):
            for at, names in branch.marks.items():
                if at <= end and name in names:
                    names.remove(name)
        self._owner(self.name, step).marks.setdefault(step, []).append(name)
        self._marks = None

    # --- The other branches ----------------------------------------------------------------------------------------------

    def add(self, branch: Branch) -> Branch:
        """Enter another branch; one that begins where its parent does, or before, hangs on the parent's parent."""
        if branch.parent is not None:
            branch.parent = self._owner(branch.parent, branch.start).name
        self.branches[branch.name] = branch
        return branch

    def release_of(self, name: str) -> Release:
        """The version of Go that a branch is done on.  Raises UnknownBranch."""
        if name not in self.branches:
            raise UnknownBranch(name)
        return self.way(name)[0][0].release

    def on_another(self, name: str) -> bool:
        """Whether a branch is done on another version of Go than the current one.  Raises UnknownBranch."""
        return self.release_of(name) != self.release

    def again_on(self, release: Release) -> str:
        """The name of the branch that has the steps of the current one on a version of Go; it is made where there is none.

        While nothing was ever done there is nothing to be done again: the current branch itself is of that version then.
        """
        if not self.steps and len(self.branches) == 1:
            self.branches[self.name].release = release
            return self.name
        for name, branch in self.branches.items():
            if branch.parent is None and branch.release == release and branch.steps == self.steps:
                return name
        name = free_name(self.branches, f"go{release.version.replace('.', '-')}")
        self.branches[name] = replace(self.alone(self.name).branches[self.name], name=name, release=release)
        return name

    def switch(self, name: str) -> None:
        """Take up another branch; the cursor stays where both have it.  Raises UnknownBranch."""
        shared = self.shared_with(name)
        self.cursor = min(self.cursor, shared)
        self.steps.cut(shared)
        self.steps.extend(self._behind(name, shared))
        self.name = name
        self._marks = None

    def shared_with(self, name: str) -> int:
        """How many steps another branch and the current one begin with in common.  Raises UnknownBranch."""
        if name not in self.branches or name == self.name:
            raise UnknownBranch(name)
        one, other = self.branches[self.name], self.branches[name]
        ends = [one.start + len(one.steps), other.start + len(other.steps)]
        while one is not other:  # each begins after its parent, so the one that begins later is not the other's parent
            if one.parent is not None and (other.parent is None or one.start >= other.start):
                ends[0], one = one.start, self.branches[one.parent]
            elif other.parent is not None:
                ends[1], other = other.start, self.branches[other.parent]
            else:
                return 0  # on different versions of Go not even the beginning is the same
        return min(ends)

    def line(self, name: str) -> list[str]:
        """All steps of a branch, from the very beginning."""
        return self._behind(name, 0)

    def alone(self, name: str, release: Release | None = None) -> "Timeline":
        """A branch with all its steps and their names, as if there were no other; none of them done.  Raises UnknownBranch.

        It is done on another `release` of Go, if one is given.
        """
        if name not in self.branches:
            raise UnknownBranch(name)
        marks = {step: [*names] for branch, end in self.way(name) for step, names in branch.marks.items() if step <= end}
        return Timeline(self.line(name), name, marks, release or self.release_of(name))

    def elsewhere(self, mark: str) -> str | None:
        """A branch that has a mark of this name which the current one has not."""
        return next((f.name for f in self.branches.values() if any(mark in names for names in f.marks.values())), None)

    def tour(self) -> list[tuple[Branch, set[int]]]:
        """All branches, each after the one in which it begins, and the steps of its own after which others begin.

        From one to the next it is seldom far: of those that begin in the same branch, the one that begins last comes first.
        """
        inside: dict[str, list[Branch]] = {name: [] for name in self.branches}
        waiting: list[Branch] = []
        for branch in self.branches.values():
            (waiting if branch.parent is None else inside[branch.parent]).append(branch)
        tour = []
        while waiting:
            branch = waiting.pop()
            others = sorted(inside[branch.name], key=lambda other: other.start, reverse=True)
            tour.append((branch, {other.start for other in others}))
            waiting += reversed(others)
        return tour

    # --- The tree -------------------------------------------------------------------------------------------------------

    def way(self, name: str) -> list[tuple[Branch, int]]:
        """The branches that a branch's steps come from, the root first, each with the number of the last step from it."""
        branch = self.branches[name]
        way = [(branch, branch.start + len(branch.steps))]
        while branch.parent is not None:
            end, branch = branch.start, self.branches[branch.parent]
            way.append((branch, end))
        return way[::-1]

    def _behind(self, name: str, step: int) -> list[str]:
        """The steps of a branch after one of its steps; no more of the tree is looked at than these lie in."""
        branch = self.branches[name]
        pieces, end = [branch.steps[max(step - branch.start, 0) :]], branch.start
        while end > step and branch.parent is not None:
            branch = self.branches[branch.parent]
            pieces.append(branch.steps[max(step - branch.start, 0) : end - branch.start])
            end = branch.start
        return [one for piece in reversed(pieces) for one in piece]

    def _owner(self, name: str, step: int) -> Branch:
        """Which branch a step of the branch `name` comes from; step 0 is the root's."""
        branch = self.branches[name]
        while branch.start >= step and branch.parent is not None:
            branch = self.branches[branch.parent]
        return branch


def free_name(taken: Container[str], wanted: str = "") -> str:
    """The name wanted, else the first of future2, future3 … that is not taken.

    Journals rely on these names: a session is done again by them.
    """
    names = chain((wanted,) if wanted else (), (f"{f'{wanted}-' if wanted else 'future'}{n}" for n in count(2)))
    return next(name for name in names if name not in taken)
