"""The lessons that come with gomem: session files, NN_name.gomem, which stand beside this file and are walked in their order."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final

from gomem_core.files.script import Script, read_script
from gomem_core.files.step import parse_step
from gomem_core.foreign import brief
from gomem_core.frozen import frozen
from gomem_core.suggest import did_you_mean, nearest

if TYPE_CHECKING:
    from gomem_core.schema import settings as schema

__all__ = ["Lesson", "UnknownLesson", "find_lesson", "lessons"]

_FILE: Final = re.compile(r"([0-9]+)_(\w+)\.gomem")
_DIGITS: Final = 9  # of a number that is looked for
_SENTENCE: Final = re.compile(r".+?[.?!](?=\s|$)", re.DOTALL)


class UnknownLesson(Exception):
    """There is no such lesson; the message says which there are."""


@frozen
class Lesson:
    """A lesson, read and not yet begun."""

    number: int
    name: str  # what `gomem learn NAME` takes, as does the number
    script: Script
    overridden: str = ""  # what is told first: that its version of Go is not its own

    @property
    def file(self) -> Traversable:
        """Its text."""
        return files(__name__) / self.script.name

    @property
    def title(self) -> str:
        """What it is about."""
        return self.script.title

    @property
    def steps(self) -> int:
        """Returns how many times space must be pressed to reach its end."""
        return len(self.script.steps)

    @property
    def opening(self) -> str:
        """The first sentence it says, without marks of emphasis and code."""
        says = parse_step(self.script.steps[0]).says if self.script.steps else ()
        sentence = _SENTENCE.match(" ".join(says).strip())
        return re.sub(r"[*`]", "", sentence[0]) if sentence else ""

    def json(self, walked: bool) -> "schema.Lesson":
        """Returns it as plain data; `walked` says whether it was walked to its end."""
        return {
            "number": self.number,
            "name": self.name,
            "title": self.title,
            "steps": self.steps,
            "opening": self.opening,
            "walked": walked,
        }


@cache
def lessons() -> tuple[Lesson, ...]:
    """Returns all lessons in order.  Raises ScriptError for one that cannot be read."""
    found = []
    for file in files(__name__).iterdir():
        if parts := _FILE.fullmatch(file.name):
            script = read_script(file.name, file.read_text(encoding="utf-8"), str(file))
            found.append(Lesson(int(parts[1]), parts[2], script))
    return tuple(sorted(found, key=lambda lesson: lesson.number))


def _only(found: Iterable[str]) -> str | None:
    """The one that was found; None where there are none or several."""
    first, *more = [*found, None]
    return first if len(more) == 1 else None


def find_lesson(which: str) -> Lesson:
    """The lesson of this number, name or file name, however it is written.  Raises UnknownLesson, ScriptError."""
    there = lessons()
    word = which.strip().lower().removesuffix(".gomem").replace("-", "_").replace(" ", "_")
    number, _, rest = word.partition("_")
    if number.isdecimal() and rest:
        word = rest
    for lesson in there:
        if word == lesson.name or (word.isdecimal() and len(word) <= _DIGITS and int(word) == lesson.number):
            return lesson
    if word.isdecimal():
        raise UnknownLesson(f"there is no lesson {brief(word)}; they are {there[0].number} to {there[-1].number}")
    names = [lesson.name for lesson in there]
    near = nearest(word, names) or _only(name for name in names if word and word in name.split("_"))
    if near is None:
        raise UnknownLesson(f"there is no lesson '{brief(which)}'; gomem learn --list tells which there are")
    raise UnknownLesson(did_you_mean(f"there is no lesson '{brief(which)}'", near))
