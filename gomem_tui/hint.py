"""What the footer says while a line is being typed: what an alloc would do, or the form of the command."""

from typing import Final

from gomem_core.files.journal import Summary
from gomem_core.lang import BY_WORD, Names, ParseError, complete, parse
from gomem_core.session.console import Console
from gomem_core.session.resume import called
from gomem_core.session.session import Session
from gomem_tui.render.words import clip

_WRONG: Final = "✗ {fault}"
_NAME: Final = 18  # cells of a session's name


def hint(line: str, desk: Console, names: Names | None = None) -> str:
    """One line; nothing for an empty prompt.

    What is wrong is told as soon as it cannot become right by typing on.
    """
    line = line.lstrip().removeprefix(":")  # a colon before it is habit
    words = line.split()
    if not words:
        return ""
    spec = BY_WORD.get(words[0])
    try:
        command = parse(line)
    except ParseError as fault:
        command = None
        if not _may_become_right(fault, line, names):
            return _WRONG.format(fault=fault)
    if spec is None:
        return ""
    wrong = None if command is None else desk.fault(command, line)
    if wrong is not None and not _may_become_right(wrong, line, names):
        return _WRONG.format(fault=wrong)
    foreseen = desk.session.ahead.foretell(command) if wrong is None else ""
    return foreseen or f"{spec.form}   {spec.summary}"


def _may_become_right(fault: ParseError, line: str, names: Names | None) -> bool:
    """Whether the fault is in the word that is being typed, and that word is the beginning of one that could stand there."""
    if not fault.width:  # something is missing
        return True
    if fault.column + fault.width <= len(line):
        return False
    offered = complete(line, len(line), names)
    return any(one.start < fault.column and one.text != line[one.start :] for one in offered)


def progress(session: Session, seconds: float, stop: str) -> str:
    """What is told while another thread works; it may be a moment old.  `stop` is the key that stops it."""
    now = session.under_way()
    part = f"{now.done:,} of {now.of:,}" if now.of > 1 else f"{now.objects:,} objects ever"
    done = f"step {now.step:,} of {now.steps:,}, {part}"
    return f"working for {seconds:.0f} s: {done}; {stop} stops it"


def forked(left: str, name: str) -> str:
    """What is told when something was typed where steps lay ahead: of the branch that was left, and of the new one."""
    return f"New branch {name}; the old steps stay on branch {left}."


def offer(journal: Summary, now: int, resume: str) -> str:
    """What is told at the start when a session was killed; `now` in ns, `resume` is what to type.  Fits 80 columns."""
    name = clip(called(journal), _NAME) or "A session"
    return f"{name} was killed {_ago((now - journal.stamp.modified) // 10**9)}: {resume} goes on, any step ignores it."


def taken_up_by(journal: str) -> str:
    """What is told at the end."""
    return f"To continue this session: gomem --resume {journal}"


def _ago(seconds: int) -> str:
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    return f"{seconds // 3600} h ago" if seconds < 2 * 86400 else f"{seconds // 86400} days ago"
