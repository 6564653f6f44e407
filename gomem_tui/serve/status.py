"""The two lines at the bottom of a follower's screen, and what is shown before there is anything."""

from collections.abc import Iterator

from gomem_core.lang.panes import TITLES
from gomem_core.world.reel import time_text
from gomem_tui.explorer.arrangement import NEEDS
from gomem_tui.render.lines import Line, fit
from gomem_tui.render.words import clip
from gomem_tui.serve.keyboard import FOLLOWING
from gomem_tui.serve.view import Placed, View

_KEYS = (("next_pane", "panes"), ("down", "move"), ("sort", "sort"), ("zoom", "zoom"), ("help", "help"), ("quit", "leave"))


def status(view: View, here: bool, doing: str, said: str) -> Line:
    """What the presenter does, and whether this follower looks elsewhere."""
    if said:
        return ((f" {said}", "new"),)
    at = whereabouts(view)
    if not here:
        return ((f" The presenter is gone, and was {at}; {FOLLOWING.name('quit')} leaves.", "new"),)
    if view.own:
        pane = TITLES[view.presenters_pane]
        return ((f" The presenter is {at}, in {pane}; {FOLLOWING.name('back')} goes there.", "new"),)
    if doing:
        return ((" The presenter waits for ", "label"), (clip(doing, 60), "text"))
    told = view.record.get("said")
    if told:
        return ((" presenter: ", "label"), (str(told), "text"))
    if view.is_typing:
        return ((" The presenter is typing.", "label"),)
    return ((f" Following the presenter, who is {at}.", "label"),)


def whereabouts(view: View) -> str:
    """Returns where the presenter is, to stand after "is"."""
    session, place = view.model.session, view.presenter
    if session.reel is not None:
        return f"at {time_text(session.reel.time(place.step))}"
    if session.is_one_moment:
        return "here"
    if session.has_looks:
        return f"at look {place.step + 1:,}"
    return f"at step {place.step:,}{f'.{place.event}' if place.event else ''}"


def footer(view: View, width: int) -> Line:
    """The keys that a follower has; one that looks elsewhere is told the way back first."""
    keys = [("back", "to the presenter")] if view.own else []
    spans: list[tuple[str, str]] = []
    for name, label in (*keys, *_KEYS):
        spans += [(f" {_named(name)}", "key"), (f" {label} ", "label")]
    return fit(tuple(spans), width)  # type: ignore[arg-type]  # both are tokens


def _named(name: str) -> str:
    if name == "next_pane":
        return FOLLOWING.filled("{next_pane} {pane_spans}-{pane_objects}")
    return FOLLOWING.filled("{up} {down}") if name == "down" else FOLLOWING.name(name)


def waiting_room(size: tuple[int, int], here: bool) -> Iterator[Placed]:
    """What is shown before anything is presented."""
    width, height = size
    told = "The presenter is about to begin" if here else "The presenter is not here yet"
    told = f"{told}; {FOLLOWING.name('quit')} leaves." if width >= NEEDS[0] else told
    for y in range(height):
        yield 0, y, fit(((told.center(width)[:width] if y == height // 2 else "", "text"),), width)
