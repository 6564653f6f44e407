"""The header line: where the session is, and how full the heap."""

from collections.abc import Sequence
from typing import Final

from gomem_core.go.amd64 import U64_MAX
from gomem_core.report import counted, format_bytes
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.still import Still
from gomem_core.world.world import Unknown, World, known, unknown
from gomem_tui.render.lines import Line, Span, bar, fit
from gomem_tui.render.words import clean, clip

_NAME: Final = 10  # cells, less than which tell nothing of a longer name
_GAUGE: Final = (4, 8)  # at least and at most
_VERSION: Final = 30  # of a version with experiments
_TOLD: Final = {
    "P": " P{p} of {count} Ps ",
    "step": " step {step}/{total} ",
    "half step": " step {step}.{event}/{total} ",
    "step kept": " a still of step {step} ",
    "kept": " a still of a {of} ",
    "read": " {of} ",
    "film": " film {time}, event {step:,}/{total:,} ",
    "look": " look {look}/{looks} ",
    "branch": "in {branch} ",
    "read-only": " read-only ",
    "nobody": " no followers yet ",
    "who": " {count}",
    "live": " heap_live {live} ",
    "in use": " HeapAlloc {alloc}, HeapInuse {inuse} ",
    "trigger": "GC at {trigger} ",
    "off": "GC off ",
    "GCs": "GCs {count} ",
    "sweeping": "GCs {count} sweeping ",
}
# What is left out where not all fits with a part of the name, in this order: how many Ps there are, and what this program is
# called, is known; the gauge shows at a glance what the figures before it tell.
_BEFORE_NAME: Final = ("Ps", "gomem", "gauge")
# ... and where not all fits without the name: which P allocates the mcache pane tells, too, and the Heap pane has the trigger.
_SPARE: Final = ("P", "trigger")
_SPARE_READ: Final = ("P", "trigger", "go")  # which Go a program was built with may be what one looks for


def render_header(
    world: World,
    place: tuple[int, int, int],
    name: str,
    width: int,
    branch: str = "",
    read_only: bool = False,
    still: Still | None = None,
    film: str | None = None,
    who: Sequence[str] | None = None,
    come: str = "",
) -> Line:
    """Name, P, place, heap_live against the trigger, collections; less where narrow.

    `place` is a step, events of the next, and steps in all; of looks at a heap likewise.  `branch` is the one the session is in,
    nothing for the main one.  `read_only`: nothing can be changed.  `still` is what is shown of a heap that is read,
    `film` the time at which one stands in a film.  `who` are those that look on, None where nobody can;
    `come` tells how one becomes one of them.
    """
    name = clean(name)
    is_read = still is not None and still.place.of != "session"
    parts = _parts(world, place, branch, read_only, still, is_read)
    if film is not None:
        step, _, total = place
        parts["step"] = [(_TOLD["film"].format(step=step, total=total, time=film), "text")]
    if who is not None:
        parts["who"] = [(_TOLD["nobody"] if not who else _TOLD["who"].format(count=counted(len(who), "follower")), "new")]
    least = min(len(name), _NAME) + 2 if name else 0
    room = width - sum([len(text) for part in parts.values() for text, _ in part])
    for spare in (*_BEFORE_NAME, *(_SPARE_READ if is_read else _SPARE)):
        if room < (least if spare in _BEFORE_NAME else 0):
            room += sum([len(text) for text, _ in parts.pop(spare, [])])
    if parts.get("gauge"):
        more = min(room - least, _GAUGE[1] - _GAUGE[0])
        parts["gauge"] = _gauge(world, _GAUGE[0] + more)
        room -= more
    spans = [span for part in parts.values() for span in part]
    told = ": " + ", ".join(who) if who else f"{come} " if come and who is not None else ""
    if told and room >= _NAME:
        names = clip(clean(told), room)
        spans.append((names, "label"))
        room -= len(names)
    if room - 2 >= min(len(name), _NAME):
        spans.append((f"  {clip(name, room - 2)}", "label"))
    return fit(tuple(spans), width)


def _parts(
    world: World, place: tuple[int, int, int], branch: str, read_only: bool, still: Still | None, is_read: bool
) -> dict[str, list[Span]]:
    """Returns all that could be shown, in order."""
    go = world.profile.name if still is None else clean(still.go_told)
    return {
        "gomem": [(" gomem ", "focus")],
        "go": [(f"{clip(go, _VERSION)} ", "label")],
        **_ps(world),
        **_at(place, still),
        "branch": [(_TOLD["branch"].format(branch=branch), "new")] if branch else [],
        "read-only": [(_TOLD["read-only"], "new")] if read_only else [],
        **_pacing(world, is_read),
    }


def _at(place: tuple[int, int, int], still: Still | None) -> dict[str, list[Span]]:
    """The step; of a heap that is read what was looked at, which look is shown, and what is to be told of that moment."""
    step, event, total = place
    if still is None:
        at = _TOLD["half step" if event else "step"].format(step=step, event=event, total=total)
        return {"step": [(at, "new" if event else "text")]}
    of, kept = still.place.of, still.kind == "still"
    what = _TOLD["step kept" if of == "session" else "kept" if kept else "read"].format(step=still.place.step, of=of)
    look = _TOLD["look"].format(look=step + 1, looks=total + 1) if total or still.kind == "process" else ""
    disputes = {} if isinstance(still.facets.spans, Unknown) else still.spans.disputes
    told = [still.place.note, f"{counted(len(disputes), 'span')} disputed" if disputes else ""]
    return {"step": [(what, "text"), (look, "text")], "note": [(f" {text} ", "new") for text in told if text]}


def _ps(world: World) -> dict[str, list[Span]]:
    """Which P allocates, or only how many there are; nothing where that is not known."""
    if unknown(world, "caches"):
        return {}
    ps = world.caches.mcaches()
    current = next((c.p for c in ps if c.current), None)
    if current is None or len(ps) == 1:  # in a heap that was read several may allocate at once
        return {"Ps": [(f" {counted(len(ps), 'P')} ", "text")]}
    return {"P": [(_TOLD["P"].format(p=current, count=len(ps)), "text")]}


def _pacing(world: World, is_read: bool) -> dict[str, list[Span]]:
    """How full the heap is, against the trigger, and how often it was collected; one that is read in the words of MemStats."""
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
    live, trigger = known(lambda: stats.heap_live), known(lambda: stats.gc_trigger)
    figures = _TOLD["live"].format(live=UNKNOWN if live is None else format_bytes(live))
    if is_read or live is None:
        alloc, inuse = known(lambda: world.sums.mem_stats().HeapAlloc), known(lambda: stats.heap_inuse)
        if alloc is None or inuse is None:  # a line of gctrace, whose words tell more
            return {"live": [], "trigger": [], "gauge": [], **told}
        figures = _TOLD["in use"].format(alloc=format_bytes(alloc), inuse=format_bytes(inuse))
    reached: list[Span] = []
    if trigger == U64_MAX:
        reached = [(_TOLD["off"], "label")]
    elif trigger is not None and live is not None:
        reached = [(_TOLD["trigger"].format(trigger=format_bytes(trigger)), "label")]
    return {"live": [(figures, "text")], "trigger": reached, "gauge": _gauge(world, _GAUGE[0]), **told}


def _gauge(world: World, cells: int) -> list[Span]:
    """How near the next collection is, as a bar; nothing where that is not known, or none comes by itself."""
    stats = world.sums.stats
    live, trigger = known(lambda: stats.heap_live), known(lambda: stats.gc_trigger)
    if live is None or trigger is None or trigger == U64_MAX:
        return []
    return [("▕", "dim"), (bar(live / max(trigger, 1), cells), "mid"), ("▏ ", "dim")]
