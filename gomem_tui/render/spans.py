"""The spans table: a row a span, in the order and through the filter that were chosen."""

from typing import Final

from gomem_core.records import SpanInfo
from gomem_core.report import format_bytes
from gomem_core.spanorder import SpanOrder
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Port, Scene, bar, fit_all, rule, short
from gomem_tui.render.reflow import notice
from gomem_tui.style import Token

_BAR: Final = 4
_NARROW_BAR: Final = 3
_UNSWEPT: Final = "~ unswept"
_GIVEN_BACK: Final = "░ given back"


def render_spans(view: HeapView, order: SpanOrder, port: Port, scene: Scene) -> list[Line]:
    """Title rule, headings, then the rows from number port.top."""
    count = view.span_count
    total = f"{len(order)} of {count}" if order.text else f"{count} in {format_bytes(view.pages << 13)}"
    arrow = "↓" if order.descending else "↑"
    infos = order.rows(port.top, port.top + max(0, port.height - 2))
    told = [scene.legend] if scene.comparing else []
    filtered = [f"filter {order.text}"] if order.text else []
    notes = [total, *told, f"by {order.sort} {arrow}", *filtered, *_legend(infos, port.width)]
    lines = [rule("1 Spans", notes, port), _heading(port.width)]
    selected = view.span_at(scene.selection.addr)
    for info in infos:
        chosen = selected is not None and selected.base == info.base
        waste = order.waste(info) if _roomy(port.width) else 0.0
        lines.append(_row(info, port, chosen, scene.mark(info.base), waste))
    if not count:
        lines += notice("The arena is empty: nothing was allocated yet.", port.width)
    elif not len(order):
        lines += notice(f"No span passes the filter {order.text}", port.width)
    return fit_all(lines, port)


def _legend(infos: list[SpanInfo], width: int) -> list[str]:
    """What the signs before a list's name mean, where rows have them and no room for words."""
    if _roomy(width):
        return []
    unswept = [_UNSWEPT] if any(not info.swept for info in infos) else []
    return [*unswept, *([_GIVEN_BACK] if any(info.npreleased for info in infos) else [])]


def span_rows(height: int) -> int:
    """How many spans a pane of this height shows."""
    return max(1, height - 2)


def _wide(width: int) -> bool:
    return width >= 59


def _roomy(width: int) -> bool:
    """Room for the waste, and for sweepgen in words."""
    return width >= 84


def _heading(width: int) -> Line:
    text = f"  {'base':<11}{'pages':>5} {'cl':>2} {'size':>6} {'kind':<7}"
    text += f"{'used':<{_bar(width) + 10}} " if _wide(width) else f"{'used':<10} "
    text += f"{'on list':<10} {'waste':>6}  {'sweepgen'}" if _roomy(width) else "on list"
    return ((text, "label"),)


def _bar(width: int) -> int:
    return _BAR if _roomy(width) else _NARROW_BAR


def list_text(info: SpanInfo) -> str:
    """Where the span hangs, in a word or two."""
    if info.cached_by >= 0:
        return f"P{info.cached_by} cache"
    if info.list_name == "freelarge":
        return "large"
    return info.list_name


def _count(n: int) -> str:
    """A number in at most five cells."""
    return str(n) if n < 100_000 else f"{n / 1_000_000:.1f}M"


def kind_tone(info: SpanInfo) -> Token:
    """One of the quiet tones: free, small, medium, big slots, large objects."""
    if info.state != "inuse":
        return "dim"
    if info.sizeclass == 0:
        return "top"
    return "low" if info.elemsize <= 128 else "mid" if info.elemsize <= 1024 else "high"


def _row(info: SpanInfo, port: Port, chosen: bool, news: str, waste: float) -> Line:
    tone = kind_tone(info)
    text: Token = "text" if info.state == "inuse" else "dim"
    sizeclass = str(info.sizeclass) if info.sizeclass else "L" if info.state == "inuse" else ""
    size = str(info.elemsize) if info.sizeclass else format_bytes(info.elemsize) if info.elemsize else ""
    mark = ("▸" if chosen else " ") + (news or " ")
    head: Token = ("cursor" if port.active else "select") if chosen else "new" if news else text
    spans: list[tuple[str, Token]] = [
        (mark, "new" if news and not chosen else head),
        (f"{short(info.base):<11}", head),
        (f"{_count(info.npages):>5} ", text),
        (f"{sizeclass:>2} {size:>6} ", tone),
        (f"{info.kind or info.state:<7}", tone),
    ]
    used = f"{info.alloc_count}/{info.nelems}" if info.nelems else ""
    if _wide(port.width):
        cells = _bar(port.width)
        spans.append((bar(info.used, cells) if info.nelems else " " * cells, tone))
        spans.append((f"{used:>9} ", text))
    else:
        spans.append((f"{used:<10}", text))
    if not _roomy(port.width):
        return (*spans, _sign(info), (list_text(info), text))
    wasted = f"{waste:.1f}%" if info.state == "inuse" else ""
    swept = "" if info.state != "inuse" or not info.swept else f"{info.sweepgen} swept"
    spans.append((f" {list_text(info):<10} {wasted:>6}  {swept}", text))
    if not info.swept:
        spans.append((f"{info.sweepgen} ~ waits", "new"))
    if info.npreleased:
        spans.append((f"{info.npreleased} given back", "label"))
    return tuple(spans)


def _sign(info: SpanInfo) -> tuple[str, Token]:
    """Before the list's name: what else there is to know of the span."""
    return ("~", "new") if not info.swept else ("░" if info.npreleased else " ", "label")
