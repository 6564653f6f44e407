"""The header line: where the session is, and how full the heap."""

from gomem_core.arch import U64_MAX
from gomem_core.report import format_bytes
from gomem_core.view import HeapView
from gomem_tui.render.lines import Line, Span, bar, fit


def render_header(view: HeapView, step: int, script: tuple[int, int] | None, name: str, width: int) -> Line:
    """Name, P, step, position in the script, heap_live against the collector's trigger, collections; less where narrow."""
    ps = view.mcaches()
    current = next(c.p for c in ps if c.current)
    trigger = view.stats.gc_trigger
    live = view.stats.heap_live
    wide = width >= 100
    spans: list[Span] = [(" gomem ", "focus"), ("go1.10 " if wide else "", "label"), (f" P{current} of {len(ps)} ", "text")]
    spans.append((f" step {step} ", "text"))
    if script is not None:
        done, total = script
        spans += [("▕", "dim"), (bar(done / total if total else 1.0, 6), "low"), ("▏", "dim"), (f"{done}/{total} ", "label")]
    spans.append((f" heap_live {format_bytes(live)} ", "text"))
    if trigger == U64_MAX:
        spans.append(("GC off ", "label"))
    else:
        spans.append((f"GC at {format_bytes(trigger)} ", "label"))
        if wide:
            spans += [("▕", "dim"), (bar(live / trigger, 8), "mid"), ("▏", "dim")]
    spans.append((f"GCs {view.stats.numgc}{'' if view.sweepdone else ' sweeping'} ", "text"))
    spans.append((f"  {name}", "label"))
    return fit(tuple(spans), width)
