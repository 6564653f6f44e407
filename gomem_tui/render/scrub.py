"""The scrub bar: all steps of the session on one line, where it stands, and where the heap grew or was collected."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gomem_core.session.stepmarks import GC, GROW
from gomem_tui.render.lines import Line, Span, fit


class Track(NamedTuple):
    """What the bar shows: the steps done, events of the next, steps in all, what each did (stepmarks.py), named steps."""

    step: int
    event: int
    total: int
    did: bytes | bytearray
    names: Mapping[str, int]


def _holding(bit: int) -> bytes:
    """Returns a table for bytes.translate: 1 where a byte has the bit."""
    return bytes(byte & bit != 0 for byte in range(256))


_GC: Final = _holding(GC)
_GROW: Final = _holding(GROW)
_COLLECTED: Final[Span] = ("◆", "high")  # what the steps of a cell did: the most telling of it
_GREW: Final[Span] = ("▲", "top")
_PAST: Final[Span] = ("━", "mid")
_UNDONE: Final[Span] = ("─", "dim")
_AHEAD: Final[Span] = ("╌", "dim")
_FLAG: Final = "⚑"
_PLAIN: Final = "━─╌"  # cells of steps in which nothing grew or was collected
_LEGEND: Final = (("▲", "grew"), ("◆", "collected"), ("⚑", "marked"))


def render_scrub(track: Track, width: int, empty: str = " no steps yet") -> Line:
    """One line of `width` cells: a cell is a step, or several where there are more; the last cells say what the signs mean.

    `empty` is said where there is no step.
    """
    legend = _legend(width)
    cells, pitch = _cells(track.total, width, legend)
    if cells < 2:
        return fit(((empty, "label"),), width) if not track.total else fit((), width)
    here = track.step * (cells - 1) // track.total
    named = {step * (cells - 1) // track.total for step in track.names.values()}
    spans: list[Span] = [(" ", "text")]
    collected, grew = track.did.translate(_GC), track.did.translate(_GROW)
    for cell in range(cells):
        first = -(-cell * track.total // (cells - 1))
        end = max(first + 1, -(-(cell + 1) * track.total // (cells - 1)))
        if collected.find(1, first, end) >= 0:
            glyph, token = _COLLECTED
        elif grew.find(1, first, end) >= 0:
            glyph, token = _GREW
        else:
            glyph, token = _AHEAD if first >= len(track.did) else _PAST if first <= track.step else _UNDONE
        if cell == here:
            glyph, token = ("◐" if track.event else "●"), "focus"
        line = "━" if cell < here else "─" if cell < (len(track.did) - 1) * (cells - 1) // track.total else "╌"
        fill = line * (pitch - 1) if cell + 1 < cells else ""
        flag = ""
        if cell in named and glyph in _PLAIN:
            glyph, token = _FLAG, "select"
        elif cell in named and (fill or cell + 1 == cells):  # it stands after what the step did
            flag, fill = _FLAG, fill[1:]
        elif cell in named and cell != here:  # in that one's colour: there is room for one of them only
            glyph = _FLAG
        spans.append((glyph, token))
        if flag or fill:
            spans += [(flag, "select"), (fill, "mid" if cell < here else "dim")]
    used = sum(len(text) for text, _ in spans)
    spans += [(" " * max(0, width - used - len(legend) - 1), "text"), (legend, "label")]
    return fit(tuple(spans), width)


def step_at(total: int, width: int, x: int) -> int | None:
    """The first of the steps that column x of the bar stands for, of `total`; None where it shows no steps."""
    cells, pitch = _cells(total, width, _legend(width))
    cell = (x - 1) // pitch
    return -(-cell * total // (cells - 1)) if cells > 1 and 0 <= cell < cells else None


def _legend(width: int) -> str:
    return "  ".join(f"{glyph} {word}" for glyph, word in _LEGEND) if width >= 100 else ""


def _cells(total: int, width: int, legend: str) -> tuple[int, int]:
    """How many cells stand for so many steps, and how far they are from each other: few steps have room between them."""
    room = width - len(legend) - (3 if legend else 2)
    cells = max(0, min(room, total + 1))
    return cells, min(room // cells, 4) if cells == total + 1 else 1
