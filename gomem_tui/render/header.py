"""The header line: where the session is, and how full the heap."""

from typing import Final

from gomem_core.arch import U64_MAX
from gomem_core.report import format_bytes
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Span, bar, fit
from gomem_tui.render.words import clip

_NAME: Final = 12  # cells, less than which tell nothing of a longer name


def render_header(view: HeapView, place: tuple[int, int, int], name: str, width: int) -> Line:
    """Name, P, place (step, events of the next, steps in all), heap_live against the trigger, collections; less where narrow."""
    ps = view.mcaches()
    current = next(c.p for c in ps if c.current)
    trigger = view.stats.gc_trigger
    live = view.stats.heap_live
    wide = width >= 100
    step, event, total = place
    spans: list[Span] = [(" gomem ", "focus"), ("go1.10 " if wide else "", "label"), (f" P{current} of {len(ps)} ", "text")]
    spans.append((f" step {step}", "text"))
    if event:
        spans.append((f".{event}", "new"))
    spans.append((f"/{total} ", "label"))
    spans.append((f" heap_live {format_bytes(live)} ", "text"))
    if trigger == U64_MAX:
        spans.append(("GC off ", "label"))
    else:
        spans.append((f"GC at {format_bytes(trigger)} ", "label"))
        if wide:
            spans += [("▕", "dim"), (bar(live / trigger, 8), "mid"), ("▏", "dim")]
    spans.append((f"GCs {view.stats.numgc}{'' if view.sweepdone else ' sweeping'} ", "text"))
    room = width - sum(len(text) for text, _ in spans)
    while room < 0 and spans[0][1] != "text":  # what the program is called is known
        room += len(spans.pop(0)[0])
    if room < 0:  # and which P allocates, the mcache pane tells
        room += len(spans.pop(0)[0])
    if room - 2 >= min(len(name), _NAME):
        spans.append((f"  {clip(name, room - 2)}", "label"))
    return fit(tuple(spans), width)
