"""What `gomem open` prints of a film: what the trace holds, the moments at which the world stood still, one moment, its types."""

from typing import TYPE_CHECKING

from gomem_core.film.film import SECOND, Account, Film
from gomem_core.film.reel import FilmReel
from gomem_core.queries.amounts import Amount, amounts
from gomem_core.world.reel import time_text

if TYPE_CHECKING:
    from gomem_core.schema.opened import FilmFigures, FilmMoment, FilmStop, FilmSummary, FilmType


def film_of(path: str, reel: FilmReel, event: int, with_types: bool) -> "FilmSummary":
    """The figures as data, with the moment after an event."""
    film, tables = reel.film, reel.film.tables
    accounts = film.accounts([stop.event for stop in tables.stops])
    return {
        "file": path,
        "kind": "film",
        "go": None,
        "trace_version": tables.version,
        "profile": film.profile.name,
        "events": tables.total,
        "counts": dict(sorted(tables.counts.items())),
        "moments": tables.events,
        "duration_ns": film.time(tables.events),
        "anomalies": sum(tables.anomalies.values()),
        "anomalous": {what: count for what, count in tables.anomalies.items() if count},
        "faults": [*tables.faults],
        "stops": [
            {"t_ns": film.time(stop.event), "why": stop.why, **_data(account)}
            for stop, account in zip(tables.stops, accounts, strict=True)
        ],
        "at": _moment(film, reel, event),
        "types": [_type(one) for one in amounts(reel.moment(event), "type")] if with_types else None,
    }


def _data(account: Account) -> "FilmFigures":
    return {"HeapObjects": account.HeapObjects, "HeapAlloc": account.HeapAlloc, "HeapInuse": account.HeapInuse}


def _moment(film: Film, reel: FilmReel, event: int) -> "FilmMoment":
    return {
        "event": event,
        "t_ns": film.time(event),
        "what": reel.line(event),
        **_data(film.account(event)),
        "heap_live": film.figure(film.tables.heap_live, event),
        "heap_goal": film.figure(film.tables.heap_goal, event),
    }


def _type(one: Amount) -> "FilmType":
    return {
        "type": one.name,
        "objects": one.objects,
        "bytes": one.nbytes,
        "alloc_objects": one.alloc_objects or 0,
        "alloc_bytes": one.alloc_bytes or 0,
        "rate": one.rate,
        "age_ns": one.age,
    }


def film_lines(path: str, reel: FilmReel, event: int) -> list[str]:
    """The same for people."""
    found = film_of(path, reel, event, False)
    at = found["at"]
    length = f"{found['moments']:,} events in {found['duration_ns'] / SECOND:.6f} s, of {found['events']:,} in the trace"
    wrong = "".join(f"; {what}: {count:,}" for what, count in found["anomalous"].items())
    return [
        f"{path}: a film of {length}; classes as in {found['profile']}",
        f"anomalies: {found['anomalies']:,}{wrong}",
        *found["faults"],
        f"event {at['event']:,}, at {time_text(at['t_ns'])}: {at['what']}",
        f"  {_figures(at)}",
        "the world stood still:",
        *(f"  {time_text(stop['t_ns'])}  {stop['why']}: {_figures(stop)}" for stop in found["stops"]),
    ]


def _figures(at: "FilmMoment | FilmStop") -> str:
    return f"HeapObjects {at['HeapObjects']:,}, HeapAlloc {at['HeapAlloc']:,}, HeapInuse {at['HeapInuse']:,}"
