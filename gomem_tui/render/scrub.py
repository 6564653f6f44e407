"""The scrub bar: all steps of the session on one line, where it stands, and where the heap grew or was collected."""

from collections.abc import Iterator, Mapping
from typing import Final

from gomem_core.named import NamedTuple
from gomem_core.session.trail import GC, GROW
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Span, fit


class Track(NamedTuple):
    """What the bar shows: the steps done, events of the next, steps in all, what each did (session/trail.py), named steps."""

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
_HERE: Final = ("●", "◐")  # between two steps; inside of one
_PAST: Final = "━"
_UNDONE: Final = "─"
_AHEAD: Final = "╌"
_FLAG: Final = "⚑"
_LEGEND: Final = (("▲", "grew"), ("◆", "collected"), ("⚑", "marked"))


def render_scrub(track: Track, width: int, empty: str = " no steps yet") -> Line:
    """One line of `width` cells: a cell is a step, or several where there are more; the last cells say what the signs mean.

    `empty` is said where there is no step.
    """
    legend = _legend(width)
    cells, pitch = _cells(track.total, width, legend)
    if cells < 2:
        return fit(((empty, "label"),), width) if not track.total else fit((), width)
    here, reached = _cell(track.step, track.total, cells), _cell(len(track.did) - 1, track.total, cells)
    line = _PAST * (here * pitch) + _UNDONE * ((reached - here) * pitch + 1)
    line = line.ljust((cells - 1) * pitch + 1, _AHEAD)
    spans: list[Span] = [(" ", "text")]
    drawn = 0
    for at, glyph, token in _signs(track, cells, pitch, here):
        if at > drawn:
            spans.append((line[drawn:at], "mid" if drawn < here * pitch else "dim"))
        spans.append((glyph, token))
        drawn = at + 1
    spans.append((line[drawn:], "dim"))
    used = 1 + max(drawn, len(line))
    spans += [(" " * max(0, width - used - len(legend) - 1), "text"), (legend, "label")]
    return fit(tuple(spans), width)


def _signs(track: Track, cells: int, pitch: int, here: int) -> list[tuple[int, str, Token]]:
    """What stands on the line, by the column: where the session stands, what steps did, and named steps."""
    did = dict.fromkeys(_marked(track.did.translate(_GROW), track.total, cells), _GREW)
    did |= dict.fromkeys(_marked(track.did.translate(_GC), track.total, cells), _COLLECTED)
    did[here] = (_HERE[track.event > 0], "focus")
    named = {_cell(step, track.total, cells) for step in track.names.values()}
    signs: dict[int, Span] = {cell * pitch: sign for cell, sign in did.items()}
    for cell in named:
        if cell not in did:
            signs[cell * pitch] = (_FLAG, "select")
        elif pitch > 1 or cell + 1 == cells:  # it stands after what the step did
            signs[cell * pitch + 1] = (_FLAG, "select")
        elif cell != here:  # in that one's colour: there is room for one of them only
            signs[cell * pitch] = (_FLAG, did[cell][1])
    return [(at, *sign) for at, sign in sorted(signs.items())]


def _marked(steps: bytes | bytearray, total: int, cells: int) -> Iterator[int]:
    """The cells that have a step with 1 among those of `total` that were done."""
    step = steps.find(1)
    while step >= 0:
        cell = _cell(step, total, cells)
        yield cell
        step = steps.find(1, _first(cell + 1, total, cells))


def _cell(step: int, total: int, cells: int) -> int:
    """The cell that stands for a step, of `total`."""
    return step * (cells - 1) // total


def _first(cell: int, total: int, cells: int) -> int:
    """The first of the steps that a cell stands for."""
    return -(-cell * total // (cells - 1))


def step_at(total: int, width: int, x: int) -> int | None:
    """The first of the steps that column x of the bar stands for, of `total`; None where it shows no steps."""
    cells, pitch = _cells(total, width, _legend(width))
    cell = (x - 1) // pitch
    return _first(cell, total, cells) if cells > 1 and 0 <= cell < cells else None


def _legend(width: int) -> str:
    return "  ".join(f"{glyph} {word}" for glyph, word in _LEGEND) if width >= 100 else ""


def _cells(total: int, width: int, legend: str) -> tuple[int, int]:
    """How many cells stand for so many steps, and how far they are from each other: few steps have room between them."""
    room = width - len(legend) - (3 if legend else 2)
    cells = max(0, min(room, total + 1))
    return cells, min(room // cells, 4) if cells == total + 1 else 1
