"""The Advise pane: why the heap is so big, a line for each place where its bytes are; see queries/advicelines.py."""

from typing import Final

from gomem_core.queries.advicefigures import Advice
from gomem_core.queries.advicelines import AdviceLine, lines_of, percent, summary_of
from gomem_core.queries.advise import derived_from, number_of
from gomem_core.world.facts import DERIVED
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Port, Span, bar, fit, fit_all, rule, shown_rows
from gomem_tui.render.reflow import notice, reflow
from gomem_tui.render.words import join_fitting

_NUMBER: Final = 7  # cells: of bytes, with ≈ before them
_SHARE: Final = 5
_BAR: Final = 12
_WIDE: Final = 100  # columns from which there is room for bars
_STEPS: Final = "▁▂▃▄▅▆▇█"
_WORKING: Final = "looking at all spans …"
_EMPTY: Final = "The heap is empty: nothing was allocated yet."


def render_advise(advice: Advice | None, port: Port, chosen: int, behind: bool = False, hint: str = "") -> list[Line]:
    """Title rule, the first sentence, and the lines from row port.top; line number `chosen` is selected, -1: none.

    `advice` is None where it is still being worked out, and that of before where it is `behind`; `hint` says what enter does.
    """
    if advice is None or not advice.held:
        body = notice(_WORKING if advice is None else _EMPTY, port.width)
        return fit_all([rule("w Advise", [], port), *body], port)
    rows = advice_rows(advice, port.width)
    shown = rows[port.top : port.top + page_rows(port.height)]
    notes = [_WORKING if behind else "", shown_rows(port.top + 1, port.top + len(shown), len(rows)), hint]
    head: Line = ((f" {join_fitting(summary_of(advice), port.width - 1, '; ')}", "heading"),)
    return fit_all([rule("w Advise", notes, port), head, *(_marked(row, number == chosen, port) for number, row in shown)], port)


def page_rows(height: int) -> int:
    """Rows below the title and the first sentence."""
    return max(1, height - 2)


def advice_rows(advice: Advice, width: int) -> list[tuple[int, Line]]:
    """All rows, each with the number of its line, of which some need several; at the end what is only derived, with -1."""
    lines = lines_of(advice)
    rows = [(number, row) for number, line in enumerate(lines) for row in _rows(advice, line, width)]
    for sentence in derived_from(lines):
        rows += [(-1, ((" ", "text"), *row)) for row in reflow([(f"{DERIVED} {sentence}", "unknown")], width - 1)]
    return rows


def _rows(advice: Advice, line: AdviceLine, width: int) -> list[Line]:
    """One line of advice: number, share, and the sentence beside them, broken where it is too long."""
    wide = width >= _WIDE
    number: Token = "unknown" if line.doubt else "text" if line.more else "strong"
    first: list[Span] = [(f"{number_of(line):>{_NUMBER}}", number)]
    if line.what == "occupancy":
        first = [(" " * (_NUMBER + _SHARE - 10), "text"), (_sparks(advice.occupancy[:-1]), "low")]
    elif not line.more and line.nbytes is not None:
        first.append((f"{percent(line.nbytes, advice.held):>{_SHARE}}", "label"))
        if wide:
            first += [("  ", "text"), (bar(line.nbytes / advice.held, _BAR), "mid")]
    indent = 1 + _NUMBER + _SHARE + (_BAR + 2 if wide else 0) + 2 + 2 * line.more
    sentence = reflow([(line.text, "label" if line.more else "text")], width - indent)
    left = fit((("  ", "text"), *first), indent)
    return [(*(left if not n else (((" " * indent), "text"),)), *row) for n, row in enumerate(sentence)]


def _sparks(counts: tuple[int, ...]) -> str:
    """A column of eighths for each number; a blank for none."""
    most = max(counts) or 1
    return "".join(_STEPS[-(-n * len(_STEPS) // most) - 1] if n else " " for n in counts)


def _marked(row: Line, chosen: bool, port: Port) -> Line:
    if not chosen:
        return row
    token: Token = "cursor" if port.active else "select"
    return tuple((text, token) for text, _ in fit((("▸", "text"), *_behind_first(row)), port.width))


def _behind_first(row: Line) -> Line:
    """The row without its first cell, which is a blank."""
    text, token = row[0]
    return ((text[1:], token), *row[1:])
