"""From a session file to the list of steps that a session is, and back."""

from gomem_core.script import BranchText, Script
from gomem_core.step import parse_step
from gomem_core.timeline import MAIN, Branch, Timeline


def timeline_of(script: Script) -> Timeline:
    """The steps of a script, none of them done; its marks and other futures."""
    timeline = Timeline(list(script.steps))
    timeline.marks = _marks(script.steps, 0) | dict.fromkeys(_names(script.head), 0)
    for b in script.branches:
        timeline.branches[b.name] = Branch(b.name, b.start, list(b.steps), b.start, _marks(b.steps, b.start), b.parent)
    if MAIN in timeline.branches:
        timeline.name = timeline.new_name()
    return timeline


def script_of(timeline: Timeline, origin: Script) -> Script:
    """The script of a session: with the marks where they are now, and what it was called and said of it at its origin."""
    head = [line for line in origin.head if not _is_mark(line)] + _mark_lines(timeline.marks, 0)
    branches = [
        BranchText(b.name, b.start, b.parent, [_marked(step, b.marks, b.start + n) for n, step in enumerate(b.steps, 1)])
        for b in _parents_first(timeline)
    ]
    steps = [_marked(step, timeline.marks, n) for n, step in enumerate(timeline.steps, 1)]
    return Script(origin.name, origin.title, steps, head, list(origin.tail), branches)


def _parents_first(timeline: Timeline) -> list[Branch]:
    """The branches in an order in which each stands behind the one it leaves."""
    found: list[Branch] = []
    names: set[str | None] = {None}
    left = list(timeline.branches.values())
    while left:
        ready = [b for b in left if b.parent in names]
        found += ready
        names |= {b.name for b in ready}
        left = [b for b in left if b.parent not in names]
    return found


def _marks(steps: list[str], before: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, source in enumerate(steps, before + 1):
        if "\nmark" in source:
            found |= dict.fromkeys(parse_step(source).marks, number)
    return found


def _marked(source: str, marks: dict[str, int], number: int) -> str:
    """A step with the marks that it has now, and no others."""
    lines = [line for line in source.split("\n") if not _is_mark(line)]
    return "\n".join(lines + _mark_lines(marks, number))


def _mark_lines(marks: dict[str, int], number: int) -> list[str]:
    return [f"mark {name}" for name, step in marks.items() if step == number]


def _is_mark(line: str) -> bool:
    return line.split(maxsplit=1)[:1] == ["mark"]


def _names(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines if _is_mark(line)]
