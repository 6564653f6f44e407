"""Figures beside what they were: before the last step, or at the other moment of a difference."""

from collections.abc import Callable, Sequence

from gomem_core.frozen import frozen
from gomem_core.named import NamedTuple
from gomem_core.queries.figures import Figures
from gomem_core.world.facts import UNKNOWN
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Scene, Span


class Sum(NamedTuple):
    """A figure under the name that a pane gives it; `was` is the same as `now` where nothing changed, or nobody knows.

    None is what the heap does not know.
    """

    name: str
    now: int | None
    was: int | None


@frozen
class Compared:
    """The figures of now, and what the scene knows of those before."""

    scene: Scene
    now: Figures

    def sum(self, field: str, name: str = "") -> Sum:
        """One of them, under its own name or another one."""
        before = self.scene.before if self.scene.before is not None else self.now
        return Sum(name or field, getattr(self.now, field), getattr(before, field))

    def balance(self) -> list[Sum]:
        """The account, part by part, and all of it."""
        now = self.now.balance
        was = self.scene.before.balance if self.scene.before is not None else now
        parts = [Sum(name, a, b) for name, a, b in zip(now._fields, now, was, strict=True)]
        return [*parts, Sum("arena", now.total, was.total)]

    def sign(self, *sums: Sum) -> str:
        """The glyph that marks them when one of them changed, else a blank."""
        return self.scene.sign(any(s.now != s.was for s in sums)) or " "

    def text(self, s: Sum, form: Callable[[int], str], width: int = 1 << 10) -> str:
        """Its value; in a difference what it was, too, where both fit."""
        now = shown(s.now, form)
        both = f"{shown(s.was, form)}→{now}"
        return both if self.scene.comparing and s.now != s.was and len(both) <= width else now

    def line_up(self, head: str, sums: Sequence[Sum], form: Callable[[int], str], width: int, rows: int) -> list[Line]:
        """The figures side by side in `rows` lines, each after the cell that marks it; what they were only where all fits."""
        lines = self._packed(head, [f"{s.name} {self.text(s, form)}" for s in sums], sums, width, rows)
        if any(sum(len(text) for text, _ in line) > width for line in lines):
            lines = self._packed(head, [f"{s.name} {shown(s.now, form)}" for s in sums], sums, width, rows)
        return lines + [()] * (rows - len(lines))

    def _packed(self, head: str, texts: list[str], sums: Sequence[Sum], width: int, rows: int) -> list[Line]:
        """Returns lines with as many figures as fit; the last line takes what is left."""
        lead = f" {head} " if head else ""
        lines: list[list[Span]] = [[(lead, "label")]]
        used = len(lead)
        for s, text in zip(sums, texts, strict=True):
            if used + len(text) + 1 > width and len(lines) < rows:
                lines.append([(" " * len(lead), "text")])
                used = len(lead)
            tone: Token = "unknown" if s.now is None else "text" if s.now else "dim"
            lines[-1] += [(self.sign(s), "new"), (f"{text} ", tone)]
            used += len(text) + 2
        return [_without_end(line) for line in lines]


def shown(value: int | None, form: Callable[[int], str]) -> str:
    """A figure in its form, ? where it is not known."""
    return UNKNOWN if value is None else form(value)


def _without_end(line: list[Span]) -> Line:
    """Returns the line without the blank after the last figure."""
    text, token = line[-1]
    return (*line[:-1], (text.rstrip(" "), token))
