"""Session files: text that a person can read, write and compare, and that replays to the same heap, to the bit.

    gomem 1                        the version, which may be missing
    title A small lesson
    go 1.27                        the version of Go; without this line it is 1.10
    on heap.still                  the heap it is about, beside this file; without it the steps make one
    take-up                        that heap goes on, so that commands change it; without this line it is looked at
    future mine                    what the steps below are called; main, if it does not stand here
    types node.go                  declares what a file of Go source does
    | //line node.go:3             and what the session keeps of that file, once it was read
    | type node struct {
    | 	next *node
    | }
    # What is after a # is a comment; right before a command it is told with it.
    say The **first** object of its class asks everybody.
    alloc 48 scan as a
    expect served os
    branch other from 1            another branch: what else was done after step 1
    drop a
    branch older from 0 go 1.10    another one, from the start on another version of Go
    alloc 48 scan as a

What belongs to a step stands in step.py.  Nothing is executed here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gomem_core.files.content import is_still, read_content
from gomem_core.files.keeping import keep_types
from gomem_core.files.lines import Lines
from gomem_core.files.reader import OpenFault, Reader
from gomem_core.files.scriptdata import VERSION, BranchText, Script
from gomem_core.files.step import ScriptError, Step, is_comment, located, parse_step
from gomem_core.foreign import named
from gomem_core.go.release import ALWAYS
from gomem_core.lang import ParseError
from gomem_core.lang.plainlines import end_of_row
from gomem_core.regex import regex

__all__ = [
    "VERSION",
    "BranchText",
    "Script",
    "ScriptError",
    "Step",
    "is_story",
    "load_script",
    "load_text",
    "parse_step",
    "read_script",
    "write_script",
]

_RETURNS: Final = regex(r"\r+\n")  # before the ends of lines
_BOM: Final = b"\xef\xbb\xbf"


# --- Writing ------------------------------------------------------------------------------------------------------------


def write_script(script: Script) -> str:
    """The text of a session file, which read_script reads back to an equal script."""
    lines = [f"gomem {VERSION}"]
    if script.title:
        lines.append(f"title {script.title}")
    if script.future:
        lines.append(f"future {script.future}")
    if script.go != ALWAYS:
        lines.append(f"go {script.go.text}")
    if script.on:
        lines.append(f"on {script.on}")
    if script.taken_up:
        lines.append("take-up")
    if script.head:
        lines += ["", *script.head, ""]
    _write_steps(lines, script.steps)
    for branch in script.branches:
        of = f" of {branch.parent}" if branch.parent is not None else ""
        on = f" go {branch.go.text}" if branch.go is not None else ""
        lines += ["", *branch.head, f"branch {branch.name} from {branch.start}{of}{on}"]
        _write_steps(lines, branch.steps)
    if script.tail:
        lines += ["", *script.tail, ""]  # the last empty line keeps them from being told
    return "\n".join(lines) + "\n"


def _write_steps(lines: list[str], steps: Lines) -> None:
    """Steps that begin with something said stand apart from what is before them."""
    for block in steps.blocks():
        if isinstance(block, str):  # each of its steps is one line
            lines.append(block)
            continue
        for source in block:
            if (
                "\n" in source
                and lines[-1]
                and (is_comment(source) or source.lstrip(" \t").startswith(("say", "focus", "select")))
            ):
                lines.append("")
            lines.append(source)


# --- Reading ------------------------------------------------------------------------------------------------------------


def load_script(path: Path) -> Script:
    """Read a session file.  Raises ScriptError, whatever is wrong with it."""
    return read_script(path.name, load_text(path), str(path))


def load_text(path: Path) -> str:
    """The text of a session file, which may still be none.  Raises ScriptError."""
    return text_of(named(path), read_content(path))


def text_of(name: str, data: bytes) -> str:
    """The text that a file's bytes are; `name` stands in messages.  Raises ScriptError."""
    if is_still(data):
        raise ScriptError(f"{name}: a still, not a session file; gomem open shows it")
    nul = data.find(b"\0")
    if nul >= 0:
        number = data.count(b"\n", 0, nul) + 1
        raise ScriptError(f"{name}:{number}: not a text file (byte {nul} is 0)")
    try:
        return data.removeprefix(_BOM).decode()
    except UnicodeDecodeError as e:
        at = e.start + len(data) - len(e.object)
        number = data.count(b"\n", 0, at) + 1
        raise ScriptError(f"{name}:{number}: not a text file (byte {at} is not UTF-8)") from e


def read_script(name: str, text: str, where: str) -> Script:
    """A script from the text of a file; `where` stands in messages.  Raises ScriptError."""
    reader = Reader(name)
    text = text.removeprefix("\ufeff")
    if text and text[-1] != "\n":  # which makes no empty line
        text += "\n"
    number, line = 0, ""
    try:
        for number, row in _rows(reader, _RETURNS.sub("\n", text) if "\r" in text else text):
            line, _, more = row.partition("\n")
            reader.read_row(number, line, more)
        reader.finish()
    except OpenFault as e:
        raise located(where, e.number, e.line, e.error) from e.error
    except ParseError as e:
        raise located(where, number, line, e) from e
    script = reader.script
    script.folder = str(Path(where).parent)
    keep_types(script.steps, script.numbers, script.folder, where)
    for branch in script.branches:
        keep_types(branch.steps, branch.numbers, script.folder, where)
    return script


def _rows(reader: Reader, text: str) -> Iterator[tuple[int, str]]:
    """All lines, with the number of the first: those that allocate or drop one object each in rows, the others one by one.

    What a line is may depend on those before it, which are to be read when it is asked for.
    """
    number, place = 1, 0
    while place < len(text):
        end = end_of_row(text, place) if reader.takes_rows else place
        if end == place:
            end = text.index("\n", place) + 1
        yield number, text[place : end - 1]
        number += text.count("\n", place, end)
        place = end


def is_story(script: Script) -> bool:
    """Whether it tells something from its first step on, as a lesson does."""
    return bool(script.steps) and bool(parse_step(script.steps[0]).says)
