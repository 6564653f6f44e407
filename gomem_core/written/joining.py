"""A heap dump beside a heap profile of the same program: addresses meet call sites, and numbers stand for all objects.

A dump has the stacks of the objects that the memory profile looked at, and counts only these; a profile has no addresses, and
numbers that are scaled up.  Both tell a stack by the same lines.  By its functions they do not: a dump calls a function that was
inlined as the one which holds it, and a profile leaves out the runtime's own at both ends.
"""

from typing import Final

from gomem_core.world.sites import Sites, Stack
from gomem_core.world.still import Still

_OWN: Final = ("runtime.", "internal/runtime/")
_BEGINS: Final = "runtime.goexit"
_LEAST: Final = 0.6  # of the stacks of a profile have to be in the dump, or they are of two programs
NOTE: Final = "≈ call sites are those of {profile}, which stand for all objects; of {all:,} sampled ones {known:,} have one"


class NotOfOneProgram(Exception):
    """Profile and dump do not belong together; the text says how that is known."""


def with_sites(profile: Still, dump: Still) -> Still:
    """The dump with the call sites of the profile, among them those of its objects.  Raises NotOfOneProgram."""
    if profile.sites is None or dump.kind != "dump":
        raise NotOfOneProgram("only a heap dump has objects whose call sites a profile can tell")
    if dump.sites is None:
        raise NotOfOneProgram("the dump has no objects that a memory profile looked at")
    places = _places(profile.sites)
    found = {places[lines] for stack in dump.sites.stacks if (lines := _lines(stack)) in places}
    if len(found) < _LEAST * len(places):
        raise NotOfOneProgram(
            f"they are of two programs: of {len(places):,} call stacks in the profile {len(found):,} are in the dump, too"
        )
    sites, known = _joined(profile.sites, dump.sites, places)
    note = NOTE.format(profile=profile.place.title, known=known, all=len(dump.sites.slots))
    place = dump.place._replace(note="; ".join(filter(None, (dump.place.note, note))))
    facets, types = dump.facets, dump.rows
    assert isinstance(types, dict)
    return Still(place, dump.profile, facets, types, dump.doubts, "dump", dump.unseen, dump.roots, sites)


def _joined(told: Sites, sampled: Sites, places: dict[tuple[int, ...], int]) -> tuple[Sites, int]:
    """The sites of the profile with the objects of the dump; how many of these the profile knows."""
    stacks = [*told.stacks]
    known = 0
    slots: dict[int, int] = {}
    others: dict[int, int] = {}  # stacks that only the dump has
    for slot, number in sampled.slots.items():
        stack = sampled.stacks[number]
        place = places.get(_lines(stack))
        if place is not None:
            known += 1
        else:
            place = others.setdefault(number, len(stacks) + len(others))
        slots[slot] = place
    stacks += [sampled.stacks[number] for number in others]
    return told._replace(stacks=tuple(stacks), slots=slots), known


def _places(sites: Sites) -> dict[tuple[int, ...], int]:
    """The number of each stack, by its lines; not of those whose lines are those of another one."""
    found: dict[tuple[int, ...], int] = {}
    twice = set()
    for number, stack in enumerate(sites.stacks):
        lines = _lines(stack)
        if found.setdefault(lines, number) != number:
            twice.add(lines)
    return {lines: number for lines, number in found.items() if lines not in twice}


def _lines(stack: Stack) -> tuple[int, ...]:
    """The lines of a stack, without the runtime's own at its ends."""
    own = next((n for n, site in enumerate(stack) if not site.function.startswith(_OWN)), 0)
    return tuple(site.line for site in stack[own:] if site.function != _BEGINS)
