"""Where a session stands, as plain data for programs: the step, what it did, and the heap as it is there.

Sizes are bytes; addresses are "0x…" strings, null where there is none.  The names are those of the records that HeapView
returns, of the events' fields and of MemStats.
"""

from collections.abc import Iterable
from typing import Final

from gomem_core import show
from gomem_core.desk import Desk
from gomem_core.events import ADDRESSES, Event
from gomem_core.frozen import values_of
from gomem_core.lang import ParseError
from gomem_core.objects import ObjectTable
from gomem_core.records import McacheInfo, SpanInfo
from gomem_core.report import Json
from gomem_core.view import CENTRAL_CLASSES, HeapView
from gomem_core.waste import show_waste

MOST_OBJECTS: Final = 10_000  # told one by one, the oldest; the rest is only counted
_SPAN_ADDRESSES: Final = {"base", "next_base", "prev_base", "ptr"}


def snapshot(desk: Desk) -> dict[str, Json]:
    """All of it.  The desk's sessions must narrate, or there are no events."""
    session = desk.session
    balance = session.account.read()
    return {
        **_place(desk),
        **_told(desk),
        **_heap(session.view),
        "objects": _objects(session.objects, session.view),
        "account": {**balance._asdict(), "total": balance.total},
        "waste_by_class": show_waste(session.account, ()).json()["rows"],
        "stats": {str(name): value for name, value, *_ in _stat_rows(session.view, session.objects)},
        "mem_stats": show.mem_stats(session.view.mem_stats()).data,
    }


# --- The session --------------------------------------------------------------------------------------------------------


def _place(desk: Desk) -> dict[str, Json]:
    """Steps done, events of the next one, steps in all; where they come from."""
    session, timeline = desk.session, desk.session.timeline
    return {
        "file": desk.script.name,
        "title": desk.script.title,
        "step": session.step,
        "event": session.event,
        "of": len(timeline.steps),
        "marks": {**timeline.marks},
    }


def _told(desk: Desk) -> dict[str, Json]:
    """The command that led here, or that is half done; its line in the file, its answer, its events up to here."""
    session, outcome = desk.session, desk.session.outcome
    told: dict[str, Json] = {"line": None, "command": None, "ok": True, "result": None, "error": None}
    if outcome is None:
        return told | {"events": [], "events_total": 0, "unmet": []}
    number = session.step if session.event else session.step - 1
    known = desk.script.numbers
    told |= {"line": known[number] if number < len(known) else None, "command": outcome.line.strip(), "ok": outcome.ok}
    if outcome.result is not None:
        told["result"] = outcome.result.json()
    if outcome.error is not None:
        told["error"] = _error(outcome.error)
    events = outcome.events[: session.event] if session.event else outcome.events
    told |= {"events": [_event(event) for event in events], "events_total": outcome.events_total}
    unmet = [] if session.event else desk.unmet(outcome)  # expectations speak of the state behind the step
    return told | {"unmet": [{"line": line.strip(), "found": found} for line, found in unmet]}


def _error(e: ParseError) -> Json:
    return {"column": e.column, "message": e.message, "expected": e.expected, "suggestion": e.suggestion}


def _event(event: Event) -> Json:
    fields: dict[str, Json] = {}
    for name, value in values_of(event):
        if isinstance(value, int):
            fields[name] = _addr(value) if name in ADDRESSES else value
        else:
            fields[name] = str(value)
    return {"kind": event.kind, **fields, "go": event.go}


# --- The heap -----------------------------------------------------------------------------------------------------------


def _heap(view: HeapView) -> dict[str, Json]:
    start, used = view.arena
    return {
        "arena": {"start": _addr(start), "used": _addr(used), "pages": view.pages},
        "sweepgen": view.sweepgen,
        "spans": [_span(info) for info in view.spans()],
        "mcentral": [_central(view, spanclass) for spanclass in CENTRAL_CLASSES if view.central(spanclass).nlock],
        "mcaches": [_mcache(cache) for cache in view.mcaches()],
        "free": [{"npages": npages, "spans": _addrs(view.free_list(npages))} for npages, _ in view.free_lists()],
        "freelarge": _addrs(info.base for info in view.free_large()),
    }


def _span(info: SpanInfo) -> Json:
    return {name: _addr(value) if name in _SPAN_ADDRESSES else value for name, value in info._asdict().items()}


def _central(view: HeapView, spanclass: int) -> Json:
    """One that was asked at least once, with its lists as the chains they are."""
    return {
        **view.central(spanclass)._asdict(),
        "nonempty": _addrs(view.central_chain(spanclass, "nonempty")),
        "empty": _addrs(view.central_chain(spanclass, "empty")),
    }


def _mcache(cache: McacheInfo) -> Json:
    cached: list[Json] = [{"spanclass": number, "base": _addr(base), "nfree": nfree} for number, base, nfree in cache.cached]
    return {"p": cache.p, "current": cache.current, "tiny": _addr(cache.tiny), "tinyoffset": cache.tinyoffset, "cached": cached}


def _objects(objects: ObjectTable, view: HeapView) -> Json:
    """Those that the program refers to; `ever` counts those it forgot, too."""
    rows: list[Json] = []
    for oid in objects.living()[:MOST_OBJECTS]:
        o = objects.info(oid)
        links: list[Json] = [{"word": word, "to": _addr(target)} for word, target in view.links(o.addr)]
        rows.append({"name": o.name, "addr": _addr(o.addr), "size": o.size, "kind": o.kind, "born": o.born, "links": links})
    return {"ever": len(objects), "alive": objects.alive, "rows": rows}


def _stat_rows(view: HeapView, objects: ObjectTable) -> list[tuple[int | float | str, ...]]:
    table = show.show("stats", (), view, objects).table
    return table.rows if table is not None else []


def _addr(addr: int) -> str | None:
    return f"{addr:#x}" if addr else None


def _addrs(addrs: Iterable[int]) -> list[Json]:
    return [_addr(addr) for addr in addrs]
