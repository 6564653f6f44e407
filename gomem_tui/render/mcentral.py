"""The mcentrals: a row a span class with both its lists, and the chains of the selected one."""

from typing import Final

from gomem_core.sizeclasses import CLASSES, is_noscan
from gomem_core.view import CENTRAL_CLASSES, HeapView
from gomem_tui.render.lines import Line, Port, Scene, Span, fit_all, rule, short
from gomem_tui.render.reflow import notice
from gomem_tui.style import Token

_FOOT: Final = 2  # the two chains
_BOXES: Final = 10


def shown_classes(view: HeapView) -> list[int]:
    """Span classes whose mcentral was ever asked for a span."""
    return [c for c in CENTRAL_CLASSES if view.central(c).nlock]


def central_rows(height: int) -> int:
    """Rows of classes in a pane of this height."""
    return max(1, height - 2 - _FOOT)


def render_mcentral(view: HeapView, port: Port, scene: Scene) -> list[Line]:
    """Title rule, headings, the classes from number port.top, then the chains of the selected class."""
    classes = shown_classes(view)
    told = [scene.legend] if scene.comparing else []
    lines = [rule("4 mcentral", [*told, f"{len(classes)} of {len(CENTRAL_CLASSES)} span classes asked so far"], port)]
    lines.append(
        ((f"  {'cls':>3} {'size':>6} {'kind':<7}{'nonempty':<{_BOXES + 4}}{'empty':<{_BOXES + 4}}{'locks':>6}", "label"),)
    )
    rows = central_rows(port.height)
    for spanclass in classes[port.top : port.top + rows]:
        lines.append(_row(view, spanclass, port, scene))
    if not classes:
        lines += notice("No mcentral was asked yet: objects come from an mcache first.", port.width)
    lines += [()] * (port.height - _FOOT - len(lines))
    if scene.selection.spanclass in classes:
        for which in ("nonempty", "empty"):
            lines.append(_chain(view, scene, which, port.width))
    return fit_all(lines, port)


def _row(view: HeapView, spanclass: int, port: Port, scene: Scene) -> Line:
    c = view.central(spanclass)
    chosen = spanclass == scene.selection.spanclass
    new = spanclass in scene.touched.central
    kind = "noscan" if is_noscan(spanclass) else "scan"
    head: Token = ("cursor" if port.active else "select") if chosen else "new" if new else "text"
    mark = ("▸" if chosen else " ") + (scene.sign(new) or " ")
    return (
        (mark, "new" if new and not chosen else head),
        (f"{spanclass >> 1:>3} {CLASSES[spanclass >> 1].size:>6} {kind:<7}", head),
        (_boxes(c.nonempty), "mid"),
        (_boxes(c.empty), "low"),
        (f"{c.nlock:>6}", "text"),
    )


def _boxes(n: int) -> str:
    """A list's length as boxes and as a number."""
    boxes = "▪" * n if n <= _BOXES else "▪" * (_BOXES - 1) + "…"
    return f"{boxes or '–'} {n if n else ''}".ljust(_BOXES + 4)


def _chain(view: HeapView, scene: Scene, which: str, width: int) -> Line:
    """The list as the doubly linked chain it is, front to back, as far as there is room."""
    room = max(1, (width - 18) // (14 if scene.comparing else 13))
    bases = view.central_chain(scene.selection.spanclass, "nonempty" if which == "nonempty" else "empty", room + 1)
    changed = scene.sign(scene.selection.spanclass in scene.touched.central)
    spans: list[Span] = [(changed or " ", "new"), (f"{which:<9}", "label"), ("→ " if bases else "", "dim")]
    selected = view.span_at(scene.selection.addr)
    for i, base in enumerate(bases[:room]):
        if i:
            spans.append((" ⇄ ", "dim"))
        info = view.span_at(base)
        cached = info is not None and info.cached_by >= 0
        token: Token = "select" if selected is not None and selected.base == base else "text"
        if scene.comparing:
            spans.append((scene.mark(base), "new"))
        spans.append((short(base), token))
        if cached:
            spans.append(("ᴹ", "new"))
    spans.append((" → …" if len(bases) > room else " → nil" if bases else "→ nil", "dim"))
    return tuple(spans)
