"""A loaded script: its commands one by one, and the comments that stand before each."""

from dataclasses import dataclass
from pathlib import Path

from gomem_core.lang import ParseError, parse


class ScriptError(Exception):
    """A script that cannot be loaded; the message says file, line and column."""


@dataclass(frozen=True, slots=True)
class Line:
    """A command of the script with the comments before it."""

    number: int  # 1-based
    text: str
    notes: tuple[str, ...]


class Script:
    """Lines to be done, and how many of them are done."""

    def __init__(self, name: str, lines: list[Line]) -> None:
        self.name = name
        self.lines = lines
        self.done = 0

    @property
    def following(self) -> Line | None:
        """The next command, None at the end."""
        return self.lines[self.done] if self.done < len(self.lines) else None


def load_script(path: Path) -> Script:
    """Read a script and check every line.  Raises ScriptError."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        raise ScriptError(f"{path}:{line}: not a text file (byte {e.start} is not UTF-8)") from e
    except OSError as e:
        raise ScriptError(f"{path}: {e.strerror or e}") from e
    return read_script(path.name, text, str(path))


def demo_script() -> Script:
    """The built-in script."""
    return read_script("demo", Path(__file__).with_name("demo.gomem").read_text(encoding="utf-8"), "demo")


def read_script(name: str, text: str, where: str) -> Script:
    """A script from its text; `where` stands in messages.  Raises ScriptError."""
    lines: list[Line] = []
    notes: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            command = parse(line)
        except ParseError as e:
            raise ScriptError(f"{where}:{number}:{e.column}: {e.message}\n{e.render(line)}") from e
        if command is not None:
            lines.append(Line(number, line, tuple(notes)))
            notes = []
        elif line.strip():
            notes.append(line.strip().lstrip("#").strip())
        else:
            notes = []
    return Script(name, lines)
