"""The header line: where the session is, and how full the heap."""

from typing import Final

from gomem_core.go.amd64 import U64_MAX
from gomem_core.report import counted, format_bytes
from gomem_core.world.facts import UNKNOWN, Fact
from gomem_core.world.still import Place, Still
from gomem_core.world.world import World, known, unknown
from gomem_tui.render.lines import Line, Span, bar, fit
from gomem_tui.render.words import clean, clip

_NAME: Final = 12  # cells, less than which tell nothing of a longer name
_GAUGE: Final = 8
_VERSION: Final = 30  # of a version with experiments
_TOLD: Final = {
    "one P": " 1 P ",
    "Ps": " P{p} of {count} Ps ",
    "step": " step {step}/{total} ",
    "half step": " step {step}.{event}/{total} ",
    "step kept": " a still of step {step} ",
    "kept": " a still of a {of} ",
    "read": " {of} ",
    "branch": "in {branch} ",
    "read-only": " read-only ",
    "live": " heap_live {live} ",
    "in use": " HeapAlloc {alloc}, HeapInuse {inuse} ",
    "trigger": "GC at {trigger} ",
    "off": "GC off ",
    "GCs": "GCs {count} ",
    "sweeping": "GCs {count} sweeping ",
}
# What is left out where not all fits, after the gauge: what the program is called is known, and which P allocates the mcache
# pane tells; the Heap pane has the trigger.
_SPARE: Final = ("gomem", "P", "go", "trigger")


def render_header(
    world: World,
    place: tuple[int, int, int] | Place,
    name: str,
    width: int,
    branch: str = "",
    read_only: bool = False,
) -> Line:
    """Name, P, place, heap_live against the trigger, collections; less where narrow.

    `place` is a step, events of the next, and steps in all; of a still, where it was taken.  `branch` is the one the session is
    in, nothing for the main one.  `read_only`: nothing can be changed.
    """
    name = clean(name)
    parts = _parts(world, place, branch, read_only)
    least = min(len(name), _NAME) + 2 if name else 0
    if _cells(parts) + least > width:
        del parts["gauge"]
    for spare in _SPARE:
        if _cells(parts) > width:
            del parts[spare]
    spans = [span for part in parts.values() for span in part]
    room = width - _cells(parts)
    if room - 2 >= min(len(name), _NAME):
        spans.append((f"  {clip(name, room - 2)}", "label"))
    return fit(tuple(spans), width)


def _parts(world: World, place: tuple[int, int, int] | Place, branch: str, read_only: bool) -> dict[str, list[Span]]:
    """Returns all that could be shown, in order."""
    go = clean(place.go) if isinstance(place, Place) and place.go else world.profile.name
    return {
        "gomem": [(" gomem ", "focus")],
        "go": [(f"{clip(go, _VERSION)} ", "label")],
        "P": _ps(world),
        **_at(world, place),
        "branch": [(_TOLD["branch"].format(branch=branch), "new")] if branch else [],
        "read-only": [(_TOLD["read-only"], "new")] if read_only else [],
        **_pacing(world),
    }


def _at(world: World, place: tuple[int, int, int] | Place) -> dict[str, list[Span]]:
    """The step; of a heap that is read what was looked at, and what is to be told of that moment."""
    if isinstance(place, Place):
        what = _TOLD["step kept" if place.of == "session" else "kept" if world.kind == "still" else "read"]
        contradictions = len(known(lambda: world.spans.disputes) or ()) if isinstance(world, Still) else 0
        disputed = f" {counted(contradictions, 'span')} disputed " if contradictions else ""
        note = f" {place.note} " if place.note else ""
        return {
            "step": [(what.format(step=place.step, of=place.of), "text")],
            "note": [(text, "new") for text in (note, disputed) if text],
        }
    step, event, total = place
    at = _TOLD["half step" if event else "step"].format(step=step, event=event, total=total)
    return {"step": [(at, "new" if event else "text")]}


def _ps(world: World) -> list[Span]:
    """Which P allocates; nothing where that is not known."""
    if unknown(world, "caches"):
        return []
    ps = world.caches.mcaches()
    current = next((c.p for c in ps if c.current), None)
    if current is None:  # several may allocate at once
        return [(f" {counted(len(ps), 'P')} ", "text")]
    return [(_TOLD["one P" if len(ps) == 1 else "Ps"].format(p=current, count=len(ps)), "text")]


def _pacing(world: World) -> dict[str, list[Span]]:
    """How full the heap is, against the trigger, and how often it was collected."""
    if unknown(world, "sums"):
        return {"live": [(_TOLD["live"].format(live=UNKNOWN), "unknown")], "trigger": [], "gauge": [], "GCs": []}
    stats = world.sums.stats
    count, done = known(lambda: stats.numgc), known(lambda: world.sums.sweepdone)
    told: dict[str, list[Span]] = (
        {}
        if count is None
        else {
            "GCs": [(_TOLD["sweeping" if done is False else "GCs"].format(count=count), "text")],
        }
    )
    if world.doubt(Fact.PACER):
        inuse, alloc = stats.heap_inuse, world.sums.mem_stats().HeapAlloc
        figures = _TOLD["in use"].format(alloc=format_bytes(alloc), inuse=format_bytes(inuse))
        return {"live": [(figures, "text")], "trigger": [], "gauge": [], **told}
    trigger, live = stats.gc_trigger, stats.heap_live
    never = trigger == U64_MAX
    gauge: list[Span] = [] if never else [("▕", "dim"), (bar(live / trigger, _GAUGE), "mid"), ("▏ ", "dim")]
    reached = _TOLD["off" if never else "trigger"].format(trigger=format_bytes(trigger))
    return {
        "live": [(_TOLD["live"].format(live=format_bytes(live)), "text")],
        "trigger": [(reached, "label")],
        "gauge": gauge,
        **told,
    }


def _cells(parts: dict[str, list[Span]]) -> int:
    return sum(len(text) for part in parts.values() for text, _ in part)
