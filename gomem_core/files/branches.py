"""Turns a session file into the branches of a session, and back.

In a file the branch that a session stands in comes first, with all its steps; the others begin somewhere in it, or in each other.
"""

from collections.abc import Iterable
from dataclasses import replace

from gomem_core.files.lines import Lines
from gomem_core.files.script import BranchText, Script
from gomem_core.files.scriptdata import LineNumbers
from gomem_core.files.step import parse_step
from gomem_core.files.timeline import MAIN, Branch, Timeline, free_name

Marks = dict[int, list[str]]  # step -> its names


def timeline_of(script: Script) -> Timeline:
    """The steps of a script, none of them done; its marks and other branches."""
    others = [branch.name for branch in script.branches]
    name = script.future or (MAIN if MAIN not in others else free_name(others))
    head = [line.split()[1] for line in script.head if _is_mark(line)]
    timeline = Timeline(script.steps, name, _marks(script.steps, 0) | ({0: head} if head else {}), script.go)
    for b in script.branches:
        parent = None if b.go is not None else b.parent or name
        timeline.add(Branch(b.name, parent, b.start, Lines(b.steps), _marks(b.steps, b.start), b.go or script.go))
    return timeline


def script_of(timeline: Timeline, origin: Script) -> Script:
    """The script of a session: with the marks where they are now, and what it was called and said of it at its origin."""
    way = timeline.way(timeline.name)
    marks = {step: names for branch, end in way for step, names in branch.marks.items() if step <= end}
    head = [line for line in origin.head if not _is_mark(line)] + _mark_lines(marks, 0)
    steps = _marked(timeline.steps, marks, 0)
    here = {branch.name: end for branch, end in way}
    comments = {branch.name: branch.head for branch in origin.branches}
    branches = [_branch(timeline.branches[name], here, comments.get(name, [])) for name in timeline.others]
    return replace(
        origin,
        steps=steps,
        head=head,
        tail=list(origin.tail),
        branches=branches,
        future="" if timeline.name == MAIN else timeline.name,
        go=timeline.release,
        numbers=LineNumbers(),
    )


def _branch(branch: Branch, here: dict[str, int], comments: list[str]) -> BranchText:
    """Another branch; `here` are those that the current one comes from, and the last step of each that it has."""
    start = here.get(branch.name, branch.start)  # the steps before that are written already
    parent = branch.parent if branch.name not in here and start > here.get(branch.parent or "", -1) else None
    steps = _marked(branch.steps[start - branch.start :], branch.marks, start)
    on = branch.release if branch.parent is None and branch.name not in here else None
    return BranchText(branch.name, start, parent, steps, list(comments), on)


def _marks(steps: Lines, before: int) -> Marks:
    read = ((before + 1 + at, parse_step(source).marks) for at, source in steps.having("mark") if "\nmark" in source)
    return {number: list(marks) for number, marks in read if marks}


def _marked(steps: Iterable[str], marks: Marks, before: int) -> Lines:
    """Steps with the marks that they have now, and no others."""
    return Lines(_with_marks(source, marks, number) for number, source in enumerate(steps, before + 1))


def _with_marks(source: str, marks: Marks, number: int) -> str:
    if "mark" not in source and number not in marks:  # most of them
        return source
    lines = [line for line in source.split("\n") if not _is_mark(line)]
    return "\n".join(lines + _mark_lines(marks, number))


def _mark_lines(marks: Marks, number: int) -> list[str]:
    return [f"mark {name}" for name in marks.get(number, ())]


def _is_mark(line: str) -> bool:
    return line.split(maxsplit=1)[:1] == ["mark"]
