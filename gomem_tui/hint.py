"""What the footer says while a line is being typed: what an alloc would do, or the form of the command."""

from typing import Final

from gomem_core.files.journal import Summary
from gomem_core.lang import BY_WORD, Names, ParseError, complete, parse
from gomem_core.lang.gostatements import STATEMENT, TYPED
from gomem_core.regex import regex
from gomem_core.session.console import Console
from gomem_core.session.resume import called
from gomem_core.session.session import Session
from gomem_tui.render.words import clip

_WRONG: Final = "✗ {fault}"
_ASSIGNED: Final = regex(r"[ \t]*[A-Za-z_]\w*[ \t]*(?::=|\+=|=)[ \t]*")
_LAST_WORD: Final = regex(r"\w+$")
_TEXT: Final = regex(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|'(?:[^'\\]|\\.)*'")
_BRACKETS: Final = regex(r"[]()[{}\"'`]")
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_WORDS: Final = regex(r"^alloc\b|\b(?:new|make|append|string|any|func)(?=\()|&|^[ \t]*go\b")
_MEANT: Final = {"&": "new", "go": "func"}
_OF_NAMES: Final = ("undefined: ", "cannot use generic type ")  # complaints about a name
_STATEMENT: Final = "VALUE [as NAME] [times N]   A statement of Go: it makes the objects that Go makes."
_NAME: Final = 18  # cells of a session's name


def hint(line: str, desk: Console, names: Names | None = None) -> str:
    """One line; nothing for an empty prompt.

    What is wrong is told as soon as it cannot become right by typing on.
    """
    line = line.lstrip().removeprefix(":")  # a colon before it is habit
    if _ASSIGNED.fullmatch(line) or STATEMENT.match(line) or TYPED.match(line):
        return _of_statement(line, desk)
    words = line.split()
    if not words:
        return ""
    spec = BY_WORD.get(words[0])
    try:
        command = parse(line)
    except ParseError as fault:
        command = None
        if not _may_become_right(fault, line, names) and not (words[0] == "type" and _closing(line) != ""):
            return _WRONG.format(fault=fault)
    if spec is None:
        return ""
    foreseen = "" if command is None else desk.foresee(command, line)
    if isinstance(foreseen, ParseError):
        if not _may_become_right(foreseen, line, names):
            return _WRONG.format(fault=foreseen)
        foreseen = ""
    return foreseen or f"{spec.form}   {spec.summary}"


def _of_statement(line: str, desk: Console) -> str:
    """What a statement would allocate, with its brackets closed where they are not yet; or what is wrong with it, or its form."""
    closing = _closing(line)
    whole = line + (closing or "")
    form = _form(line)
    if closing is None or _ASSIGNED.fullmatch(line):
        return form
    try:
        command = parse(whole)
    except ParseError as fault:
        return form if closing or not fault.width or fault.column + fault.width > len(line) else _WRONG.format(fault=fault)
    foreseen = "" if command is None else desk.foresee(command, whole)
    if not isinstance(foreseen, ParseError):
        return foreseen or form
    word = _LAST_WORD.search(line)
    of_name = foreseen.message.startswith(_OF_NAMES)
    is_typed_yet = of_name and word is not None and foreseen.column == word.start() + 1  # a name that may go on
    return form if is_typed_yet or (closing and not of_name) else _WRONG.format(fault=foreseen)


def _closing(line: str) -> str | None:
    """The brackets that close those which are open; None inside a text."""
    found: list[str] = []
    for bracket in _BRACKETS.findall(_TEXT.sub("", line)):
        if bracket in "\"'`":
            return None
        if bracket in _PAIRS:
            found.append(_PAIRS[bracket])
        elif found and found[-1] == bracket:
            found.pop()
    return "".join(reversed(found))


def _form(line: str) -> str:
    """How the statement goes on, by the innermost word that says so."""
    words = _WORDS.findall(line)
    spec = BY_WORD[_MEANT.get(words[-1], words[-1])] if words else None
    return _STATEMENT if spec is None else f"{spec.form}   {spec.summary}"


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
