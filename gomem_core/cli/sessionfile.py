"""A session file that is done without a terminal: where its lines stand, and which expectations do not come true."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from gomem_core.cli.chosen import on_release
from gomem_core.cli.output import say
from gomem_core.files.script import Script, ScriptError, load_text, read_script
from gomem_core.foreign import named
from gomem_core.go.release import Release
from gomem_core.lang import format_command, parse
from gomem_core.lang.moves import Expect
from gomem_core.named import NamedTuple
from gomem_core.session.document import Desk
from gomem_core.session.opened import open_file
from gomem_core.session.outcome import Outcome
from gomem_core.world.strip import Strip

_HELD: Final = {
    "session": "a session",
    "still": "a still",
    "process": "a still of a process",
    "core": "a core file",
    "dump": "a heap dump",
    "profile": "a heap profile",
    "memstats": "counters of a heap",
    "gctrace": "lines of gctrace",
    "film": "an execution trace",
}


def _held(path: Path) -> str:
    """What a file holds that is no session file; "" for what gomem does not know, or cannot read."""
    try:
        opened = open_file(path, wait=False, cache=False)
    except ScriptError:
        return ""
    return _HELD[opened.kind] if isinstance(opened, Strip) else ""


class Unmet(NamedTuple):
    """An expectation that did not come true, both sides in words; `number` is that of its line in the file, from 1."""

    number: int
    expected: str
    found: str

    def __str__(self) -> str:
        return f"expected {self.expected}; found {self.found}"


class SessionFile:
    """A session file and its text; `where` is its name in messages."""

    def __init__(self, where: str, text: str) -> None:
        """Read it.  Raises ScriptError."""
        self.where = where
        self.script = read_script(Path(where).name, text, where)
        self._lines = text.split("\n")

    @classmethod
    def load(cls, path: str) -> "SessionFile":
        """The file at a path.  Raises ScriptError."""
        try:
            return cls(path, load_text(Path(path)))
        except ScriptError as e:
            held = _held(Path(path))
            if held:
                raise ScriptError(f"{named(path)}: {held}, not a session file; gomem open shows it") from e
            raise

    def on_release(self, release: Release | None) -> Script:
        """The script on the version of Go that an option says; told on stderr where the file says another.  Raises UsageError."""
        self.script, told = on_release(self.script, release)
        if told:
            say(f"gomem: {told}")
        return self.script

    def line(self, number: int) -> str:
        """The text of a line, from 1."""
        return self._lines[number - 1].rstrip("\r")

    def at_the_beginning(self) -> list[Expect]:
        """What is expected of the heap before the first step."""
        commands = [parse(line) for line in self.script.head]
        return [command for command in commands if isinstance(command, Expect)]

    def unmet(self, desk: Desk, number: int, outcome: Outcome | None) -> Iterator[Unmet]:
        """What does not come true of the step one stands after, whose command stands in line `number`; 0: the beginning."""
        if outcome is None:
            expects = self.at_the_beginning()
        else:
            expects = [expect for _, expect in outcome.said.expects] if outcome.said is not None else []
        for n, expect in enumerate(expects):
            found = desk.found_instead(expect, outcome)
            if found:
                expected = format_command(expect).removeprefix("expect ")  # type: ignore[arg-type] # it is a command
                yield Unmet(self._expect_line(number, n), expected, found)

    def select_line(self, number: int) -> int:
        """The line with the `select` of the step whose command stands in line `number`: the last one before it counts."""
        return next(at for at in range(number, 0, -1) if self.line(at).split(maxsplit=1)[:1] == ["select"])

    def _expect_line(self, number: int, n: int) -> int:
        """The line of the n-th expectation (from 0) after line `number`.  Comments may stand between, other commands cannot."""
        behind = enumerate(islice(self._lines, number, None), number + 1)
        return next(islice((at for at, line in behind if line.split(maxsplit=1)[:1] == ["expect"]), n, None))
