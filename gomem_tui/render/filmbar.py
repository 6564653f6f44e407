"""The scrub bar of a film: the curve of live bytes over its events, where it stands, collections, stops and bookmarks."""

from collections.abc import Mapping
from typing import Final

from gomem_core.world.reel import Reel
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Span, fit

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_HERE: Final = "●"
_COLLECTED: Final = "◆"
_STOPPED: Final = "╎"
_FLAG: Final = "⚑"
_LEGEND: Final = "▁█ bytes  ◆ collected  ╎ stopped"
_LEGEND_FROM: Final = 100  # columns


def render_film(reel: Reel, event: int, names: Mapping[str, int], width: int) -> Line:
    """One line of `width` cells, each as many events of what was read so far."""
    cells = _cells(width)
    if not reel.events or cells < 2:
        return fit(((" nothing read yet", "label"),), width)
    curve = reel.curve(cells)
    most = max(*curve.live, 1)
    here = _cell(event, reel, cells)
    flags = {_cell(at, reel, cells) for at in names.values()}
    spans: list[Span] = [(" ", "text")]
    for cell, live in enumerate(curve.live):
        token: Token = "mid" if cell < here else "dim"
        if cell == here:
            spans.append((_HERE, "focus"))
        elif cell in flags:
            spans.append((_FLAG, "select"))
        elif curve.collected[cell]:
            spans.append((_COLLECTED, "high"))
        elif curve.stopped[cell]:
            spans.append((_STOPPED, "label"))
        else:
            spans.append((_BLOCKS[min(live * len(_BLOCKS) // most, len(_BLOCKS) - 1)], token))
    if width >= _LEGEND_FROM:
        spans.append((f" {_LEGEND}", "label"))
    return fit(tuple(spans), width)


def event_at(reel: Reel, width: int, x: int) -> int | None:
    """The first of the events for which column x stands; None beside the bar."""
    cell, cells = x - 1, _cells(width)
    return -(-cell * (reel.events + 1) // cells) if reel.events and 0 <= cell < cells else None


def _cell(event: int, reel: Reel, cells: int) -> int:
    return min(event * cells // (reel.events + 1), cells - 1)


def _cells(width: int) -> int:
    return width - 2 - (len(_LEGEND) + 1 if width >= _LEGEND_FROM else 0)
