"""Where a session stands, as plain data for programs: the step, what it did, and the heap as it is there.

Its shape is schema/sessions.py's Export.  The names are those of the records that World returns, of the events' fields and of
MemStats.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from gomem_core.frozen import values_of
from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.events import ADDRESSES, BIT_SETS, Event
from gomem_core.go.pageevents import RECLAIMED_ALL
from gomem_core.go.versions import Profile
from gomem_core.queries.account import Account
from gomem_core.queries.data import central_data, counters_data, mcache_data, mem_stats_data, object_data, span_data
from gomem_core.queries.waste import class_waste_data
from gomem_core.report import Addr, hexed, hexed_or_none
from gomem_core.session.document import Desk
from gomem_core.session.outcome import error_data
from gomem_core.world.facts import Fact
from gomem_core.world.objects import ObjectTable
from gomem_core.world.world import NotKnown, World, known

if TYPE_CHECKING:
    from gomem_core.schema import heap as schema
    from gomem_core.schema import sessions
    from gomem_core.schema.results import Result

MOST_OBJECTS: Final = 10_000  # told one by one, the oldest; the rest is only counted


def snapshot(desk: Desk) -> "sessions.Export":
    """Returns the whole snapshot.  The desk's sessions must narrate, or there are no events."""
    session, world = desk.session, desk.session.world
    heap, why = _told_parts(
        {
            "arena": lambda: _arena(world),
            "sweepgen": lambda: world.sums.sweepgen,
            "spans": lambda: [span_data(info) for info in world.spans.rows()],
            "mcentral": lambda: [_central(world, number) for number in world.lists.asked()],
            "mcaches": lambda: [mcache_data(cache, world.profile) for cache in world.caches.mcaches()],
            "free": lambda: _free(world),
            "freelarge": lambda: _addrs(info.base for info in world.lists.free_large()),
            "objects": lambda: _objects(session.objects, world),
            "account": lambda: _account(session.account),
            "waste_by_class": lambda: class_waste_data(session.account),
            "stats": lambda: counters_data(world.sums.stats),
            "mem_stats": lambda: mem_stats_data(world.sums.mem_stats()),
        }
    )
    untold = "" if session.strip is None else session.strip.shown.go_untold
    stands = {
        "file": desk.script.name or None,
        "title": desk.script.title or None,
        "step": session.step if session.strip is None else session.strip.shown.place.step,
        "event": session.event,
        "of": len(session.steps),
        "marks": {**session.bookmarks},
        "t_ns": None if session.reel is None else session.reel.time(session.step),
        "go": None if untold else world.profile.name.removeprefix("go"),
    }
    if untold:
        why["go"] = untold
    return cast("sessions.Export", {**stands, **_told(desk), **heap, "unknown": why})


def _told_parts(parts: Mapping[str, Callable[[], object]]) -> tuple[dict[str, object], dict[str, str]]:
    """The parts of a heap, None for those that it does not tell; and why it does not, of each of these."""
    found: dict[str, object] = {}
    why: dict[str, str] = {}
    for name, ask in parts.items():
        try:
            found[name] = ask()
        except NotKnown as e:
            found[name], why[name] = None, str(e)
    return found, why


# --- The session --------------------------------------------------------------------------------------------------------


def _told(desk: Desk) -> "sessions.Told":
    """The command that led here, or that is half done; its line in the file, its answer, its events up to here."""
    session, outcome = desk.session, desk.session.outcome
    told: sessions.Told = {
        "line": None,
        "command": None,
        "ok": True,
        "result": None,
        "error": None,
        "events": [],
        "events_total": 0,
        "unmet": [],
    }
    if outcome is None:
        return told
    number = session.step if session.event else session.step - 1
    known = desk.script.numbers
    told |= {"line": known[number] if number < len(known) else None, "command": outcome.line.strip(), "ok": outcome.ok}
    if outcome.result is not None:
        told["result"] = cast("Result", outcome.result.data)  # each command's own, which a table of commands cannot express
    if outcome.error is not None:
        told["error"] = error_data(outcome.error)
    events = outcome.events[: session.event] if session.event else outcome.events
    unmet = [] if session.event else desk.unmet(outcome)  # expectations speak of the state after the step
    told |= {"events": [_event(event, session.world.profile) for event in events], "events_total": outcome.events_total}
    return told | {"unmet": [{"line": line.strip(), "found": found} for line, found in unmet]}


def _event(event: Event, profile: Profile) -> "sessions.Event":
    """Its kind and its fields.

    None stands for a trigger that is never reached, for the class of mheap's lock, and for the place where all was looked at.
    """
    fields: dict[str, int | str | None] = {"kind": event.kind}
    for name, value in values_of(event):
        if not isinstance(value, int):
            fields[name] = str(value)
        elif name in ADDRESSES:
            fields[name] = hexed_or_none(value)
        elif name in BIT_SETS:
            fields[name] = hexed(value)
        else:
            fields[name] = None if value in (U64_MAX, RECLAIMED_ALL, -1) else value
    return cast("sessions.Event", fields | {"go": profile.function(event.kind, event.go)})


# --- The heap -----------------------------------------------------------------------------------------------------------


def _arena(world: World) -> "sessions.Arena":
    arenas = world.extents.arenas
    return {"start": hexed(arenas.start), "used": hexed(arenas.end), "pages": arenas.pages}


def _free(world: World) -> "list[schema.FreeBases]":
    return [{"npages": npages, "spans": _addrs(world.lists.free_list(npages))} for npages, _ in world.lists.free_lists()]


def _account(account: Account) -> "schema.Account":
    balance = account.read()
    return {
        "requested": balance.requested,
        "slot_waste": balance.slot_waste,
        "dead": balance.dead,
        "free_slots": balance.free_slots,
        "tails": balance.tails,
        "manual": balance.manual,
        "free_pages": balance.free_pages,
        "given_back": balance.given_back,
        "total": balance.total,
    }


def _central(world: World, spanclass: int) -> "schema.CentralLists":
    """One that was asked at least once, with its lists as the chains they are."""
    names, lists = world.profile.central_names, world.lists
    chains = {f"{name}_bases": _addrs(lists.chain(spanclass, name)) for name in names}
    return cast("schema.CentralLists", central_data(lists.central(spanclass), world.profile) | chains)


def _objects(objects: ObjectTable, world: World) -> "sessions.Objects":
    """The objects that the program refers to, or of a heap that is read all that have a slot; `ever` counts all of them."""
    alive = known(lambda: objects.alive)
    numbers: Sequence[int] = range(len(objects)) if world.doubt(Fact.NAME) else objects.living()
    return {"ever": len(objects), "alive": alive, "rows": [object_data(oid, world, objects) for oid in numbers[:MOST_OBJECTS]]}


def _addrs(addrs: Iterable[int]) -> list[Addr]:
    return [hexed(addr) for addr in addrs]
