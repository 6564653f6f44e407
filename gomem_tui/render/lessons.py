"""The menu of lessons as lines of text."""

from collections.abc import Collection, Sequence
from textwrap import wrap
from typing import Final

from gomem_core.lessons import Lesson
from gomem_tui.render.lines import Line, Port, fit, fit_all
from gomem_tui.render.words import clip
from gomem_tui.settings.keys import Keyboard

_BELOW: Final = 3  # rows below the list: two for what the selected lesson is about, one for the keys
_LEAST: Final = (60, 16)  # columns and rows, as the explorer's
_HELP: Final = (  # keys by the ids of their actions; a sentence whose keys were taken away is left out
    *("{open} or a second click opens a lesson.", "Its number selects it.", "✓ was walked to its end."),
    "{back} and {quit} leave.",
)
_KEYS: Final = (("{open}", "open"), ("{up} {down}", "choose"), ("{help}", "help"), ("{quit}", "quit"))


def shown_lessons(at: int, count: int, height: int) -> range:
    """The indices of the lessons for which there is room on a screen of this height: the selected one and one below it."""
    rows = min(count, max(1, height - 1 - _BELOW))
    first = max(0, min(at - rows + 2, count - rows))
    return range(first, first + rows)


def lesson_at(row: int, at: int, count: int, height: int) -> int | None:
    """The index of the lesson that this row of the screen shows while number `at` is selected."""
    shown = shown_lessons(at, count, height)
    return shown[row - 1] if 1 <= row <= len(shown) else None


def render_lessons(
    there: Sequence[Lesson], done: Collection[str], at: int, keyboard: Keyboard, helping: bool, port: Port
) -> list[Line]:
    """Heading, a line for each lesson, what the selected one begins with (or the keys' help), and the keys."""
    width = port.width
    columns, rows = _LEAST
    if width < columns or port.height < rows:
        text = f"the menu needs {columns}×{rows}; this terminal has {width}×{port.height}"
        return fit_all([((line, "error"),) for line in wrap(text, max(1, width))], port)
    count = sum(lesson.name in done for lesson in there)
    walked = "none walked to its end yet" if not count else f"{count} of {len(there)} walked to the end"
    shown = shown_lessons(at, len(there), port.height)
    if len(shown) < len(there):
        walked += f"   {there[shown[0]].number}–{there[shown[-1]].number} of {len(there)} shown"
    lines: list[Line] = [((" gomem learn", "heading"), (f"   {walked}".ljust(width - 18), "label"), ("steps ", "label"))]
    lines += [_row(there[index], there[index].name in done, index == at, width) for index in shown]
    room = port.height - len(lines) - 1
    told = " ".join(filter(None, map(keyboard.filled, _HELP))) if helping else there[at].opening
    texts = wrap(told, width - 4)
    if len(texts) > 2 and room < len(texts) + 1:
        texts = [texts[0], clip(" ".join(texts[1:]), width - 4)]
    about: list[Line] = [((f"   {text}", "label" if helping else "text"),) for text in texts]
    if room > len(about):
        about.insert(0, ())
    lines += [*about, *[()] * (room - len(about))]
    return fit_all([*lines, _keys(keyboard)], port)


def _row(lesson: Lesson, done: bool, selected: bool, width: int) -> Line:
    room = width - 13
    before = f" {'▸' if selected else ' '}{'✓' if done else ' '} {lesson.number:>2}  "
    text = f"{before}{clip(lesson.title, room):<{room}}  {lesson.steps:>2} "
    if selected:
        return fit(((text, "cursor"),), width)
    return fit(((text[:3], "good"), (text[3 : 8 + room], "text"), (text[8 + room :], "label")), width)


def _keys(keyboard: Keyboard) -> Line:
    named = ((keyboard.filled(keys), label) for keys, label in _KEYS)
    return tuple(span for keys, label in named if keys for span in ((f" {keys}", "key"), (f" {label}  ", "label")))
