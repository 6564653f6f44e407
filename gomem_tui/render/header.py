"""The header line: where the session is, and how full the heap."""

from typing import Final, Literal

from gomem_core.go.amd64 import U64_MAX
from gomem_core.report import format_bytes
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.world import World, unknown
from gomem_tui.render.lines import Line, Span, bar, fit
from gomem_tui.render.words import clean, clip

Form = Literal["step", "still", "look", "core", "one look"]
"""What sort of place it is: a step of a session or of a lesson, a still of a session, a look at a process …"""

_NAME: Final = 12  # cells, less than which tell nothing of a longer name
_GAUGE: Final = 8
_TOLD: Final = {
    "one P": " 1 P ",
    "Ps": " P{p} of {count} Ps ",
    "step": " step {step}/{total} ",
    "half step": " step {step}.{event}/{total} ",
    "still": " a still of step {step} ",
    "look": " look {look}/{looks} ",
    "core": " a core file ",
    "one look": " one look ",
    "branch": "in {branch} ",
    "read-only": " read-only ",
    "live": " heap_live {live} ",
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
    place: tuple[int, int, int],
    name: str,
    width: int,
    branch: str = "",
    read_only: bool = False,
    form: Form = "step",
) -> Line:
    """Name, P, place, heap_live against the trigger, collections; less where narrow.

    `place` is a step, events of the next, and steps in all; of a still the step at which it was taken.  `branch` is the one the
    session is in, nothing for the main one.  `read_only`: nothing can be changed.
    """
    name = clean(name)
    parts = _parts(world, place, branch, read_only, form)
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


def _parts(world: World, place: tuple[int, int, int], branch: str, read_only: bool, form: Form) -> dict[str, list[Span]]:
    """Returns all that could be shown, in order."""
    step, event, total = place
    at = _TOLD["half step" if event else form].format(step=step, event=event, total=total, look=step + 1, looks=total + 1)
    return {
        "gomem": [(" gomem ", "focus")],
        "go": [(f"{world.profile.name} ", "label")],
        "P": _ps(world),
        "step": [(at, "new" if event else "text")],
        "branch": [(_TOLD["branch"].format(branch=branch), "new")] if branch else [],
        "read-only": [(_TOLD["read-only"], "new")] if read_only else [],
        **_pacing(world),
    }


def _ps(world: World) -> list[Span]:
    """Which P allocates; nothing where that is not known."""
    if unknown(world, "caches"):
        return []
    ps = world.caches.mcaches()
    current = next(c.p for c in ps if c.current)
    return [(_TOLD["one P" if len(ps) == 1 else "Ps"].format(p=current, count=len(ps)), "text")]


def _pacing(world: World) -> dict[str, list[Span]]:
    """How full the heap is, against the trigger, and how often it was collected."""
    if unknown(world, "sums"):
        return {"live": [(_TOLD["live"].format(live=UNKNOWN), "unknown")], "trigger": [], "gauge": [], "GCs": []}
    trigger, live, count = world.sums.stats.gc_trigger, world.sums.stats.heap_live, world.sums.stats.numgc
    never = trigger == U64_MAX
    gauge: list[Span] = [] if never else [("▕", "dim"), (bar(live / trigger, _GAUGE), "mid"), ("▏ ", "dim")]
    reached = _TOLD["off" if never else "trigger"].format(trigger=format_bytes(trigger))
    return {
        "live": [(_TOLD["live"].format(live=format_bytes(live)), "text")],
        "trigger": [(reached, "label")],
        "gauge": gauge,
        "GCs": [(_TOLD["GCs" if world.sums.sweepdone else "sweeping"].format(count=count), "text")],
    }


def _cells(parts: dict[str, list[Span]]) -> int:
    return sum(len(text) for part in parts.values() for text, _ in part)
