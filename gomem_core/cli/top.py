"""`gomem top`: what a heap consists of, by type, size class or call site."""

import argparse
from typing import TYPE_CHECKING, Final

from gomem_core.cli.filmend import tell_end
from gomem_core.cli.output import BAD_INPUT, OK, UsageError, emit, emit_json, say
from gomem_core.cli.progress import opening, working
from gomem_core.files.script import ScriptError
from gomem_core.lang.errors import WordError
from gomem_core.lang.names import read_stop
from gomem_core.named import NamedTuple
from gomem_core.queries.amounts import Amount, By, amounts, sites_of
from gomem_core.queries.courses import course_of, rise_of
from gomem_core.queries.saidtypes import has_types
from gomem_core.queries.sitetree import folded, site_tree
from gomem_core.report import Cell, Column, Table, counted, format_bytes, signed
from gomem_core.session.opened import open_file
from gomem_core.session.stills import FilePlace, file_place, still_at
from gomem_core.suggest import did_you_mean
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.reel import time_text
from gomem_core.world.still import Still
from gomem_core.world.typed import Course
from gomem_core.world.world import NotKnown

_LEAST: Final = 0.005  # share of all bytes from which a branch is printed

if TYPE_CHECKING:
    from gomem_core.schema.tops import TopRow


class _List(NamedTuple):
    """What is printed."""

    by: By
    rows: list[Amount]
    then: dict[str, Amount] | None  # what there was before, where that is compared
    course: Course | None  # how much there was over time, where that is known


def execute(args: argparse.Namespace) -> int:
    """Print the list; a session counts as it is at its end, unless a place is named."""
    progress = Progress()
    try:
        place = file_place(args.file)
        with opening(place.path) as reached:
            opened = open_file(place.path, reached=reached)
        with working(progress):
            still = still_at(place, StopRequest(), progress, opened)
            since = None if args.since is None else _since(place, args.since)
            then = None if since is None else still_at(since, StopRequest(), progress, opened)
            listed = _listed(still, then, args)
    except (ScriptError, NotKnown) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    tell_end(opened, place.stop)
    tell_end(opened, None if since is None else since.stop)
    if args.tree:
        return _print_tree(still, args)
    if args.json:
        rows = [_data(one, listed) for one in listed.rows]
        emit_json({"file": args.file, "kind": still.kind, "by": listed.by, "rows": rows})
        return OK
    found, by = listed.rows, listed.by
    shown = found if args.all else found[: args.rows]
    what = {"type": "types and shapes", "class": "size classes", "site": "call sites"}[by]
    nbytes, objects = sum(one.nbytes for one in found), counted(sum(one.objects for one in found), "object")
    emit(f"{format_bytes(nbytes)} in {objects}, by {what}{_compared(listed, still, then)}")
    table = _table(shown, nbytes, listed) if listed.then is None else _grown(shown, listed)
    emit("\n".join(table.lines()))
    if by == "site" and still.sites is not None and not still.sites.scaled:
        emit("only objects that the memory profile looked at are counted")
    if len(shown) < len(found):
        rest = found[len(shown) :]
        emit(f"and {len(rest)} more, {format_bytes(sum(one.nbytes for one in rest))}; --all prints them")
    return OK


def _since(place: FilePlace, text: str) -> FilePlace:
    """The place in the same file that --since names.  Raises UsageError."""
    try:
        return place._replace(stop=read_stop(text))
    except WordError as e:
        raise UsageError(f"argument --since: {did_you_mean(e.message, e.suggestion)}") from e


def _listed(still: Still, then: Still | None, args: argparse.Namespace) -> _List:
    """The amounts, most bytes first; compared with another heap, what grew most first.  Raises NotKnown."""
    by: By = "site" if args.tree else args.by or _best(still)
    found = amounts(still, by)
    if then is None:
        return _List(by, found, None, course_of(still) if by == "type" else None)
    before = {one.name: one for one in amounts(then, by)}
    there = {one.name for one in found}
    found += [Amount(name, 0, 0) for name in before if name not in there]
    found.sort(key=lambda one: before[one.name].nbytes - one.nbytes if one.name in before else -one.nbytes)
    ends = sorted((then.place.step, still.place.step))
    return _List(by, found, before, course_of(still, *ends) if by == "type" else None)


def _best(still: Still) -> By:
    """What the heap tells best where nobody says what to sum up: of a session types, if its commands said any."""
    if still.place.of == "profile":
        return "site"
    untyped = isinstance(still.rows, ObjectColumns) and not has_types(still.objects)
    return "class" if untyped or still.place.of == "memstats" else "type"


def _compared(listed: _List, still: Still, then: Still | None) -> str:
    """With what it is compared, and that it counts backwards where that lies later."""
    if listed.then is None or then is None:
        return ""
    more = signed(sum(one.nbytes for one in listed.rows) - sum(one.nbytes for one in listed.then.values()), "bytes")
    later = then.place.step > still.place.step
    return f"; {more} beside a later place, which --since names: this counts backwards" if later else f"; {more} since then"


def _print_tree(still: Still, args: argparse.Namespace) -> int:
    """Print the call sites as a tree; as data it is whole."""
    sites = sites_of(still)
    tree = site_tree(sites)
    if args.json:
        rows = [{"depth": b.depth, "function": b.name, "objects": b.objects, "bytes": b.nbytes, "own": b.own} for b in tree]
        emit_json({"file": args.file, "kind": still.kind, "rows": rows})
        return OK
    nbytes = max(1, sum(one.nbytes for one in tree if not one.depth))
    shown = folded(tree if args.all else site_tree(sites, least=_LEAST))
    emit(f"{format_bytes(nbytes)} in use, by callers; own is what the function itself allocated")
    columns = (Column("bytes", "bytes"), Column("share", "percent"), Column("own", "bytes"), Column("", "text"))
    cells: list[tuple[Cell, ...]] = [
        (
            one.nbytes,
            100 * one.nbytes / max(nbytes, 1),
            one.own,
            f"{_bar(one.nbytes / max(nbytes, 1))} {'  ' * one.depth}{one.name}",
        )
        for one in shown
    ]
    emit("\n".join(Table(columns, cells).lines()))
    if len(tree) > len(shown) and not args.all:
        emit(f"branches below {100 * _LEAST:g}% are left out; --all prints them")
    return OK


def _bar(share: float) -> str:
    """A bar of ten cells, in halves."""
    halves = round(20 * min(share, 1.0))
    return ("█" * (halves // 2) + "▌" * (halves % 2)).ljust(10)


def _data(one: Amount, listed: _List) -> "TopRow":
    rose = None if listed.course is None else rise_of(listed.course, one.name)
    then = None if listed.then is None else listed.then.get(one.name, Amount(one.name, 0, 0))
    return {
        "name": one.name,
        "objects": one.objects,
        "bytes": one.nbytes,
        "keeps": one.keeps,
        "alloc_objects": one.alloc_objects,
        "alloc_bytes": one.alloc_bytes,
        "objects_then": None if then is None else then.objects,
        "bytes_then": None if then is None else then.nbytes,
        "rise": None if rose is None else {"bytes": rose.more, "from_ns": rose.begins, "to_ns": rose.ends},
    }


def _table(rows: list[Amount], nbytes: int, listed: _List) -> Table:
    columns = [Column("bytes", "bytes"), Column("share", "percent"), Column("objects")]
    keeps, allocs = (any(getattr(one, name) is not None for one in rows) for name in ("keeps", "alloc_bytes"))
    columns += [Column("keeps", "bytes")] if keeps else []
    columns += [Column("ever", "bytes"), Column("objects ever")] if allocs else []
    found: list[tuple[Cell, ...]] = []
    for one in rows:
        cells: list[Cell] = [one.nbytes, 100 * one.nbytes / nbytes if nbytes else 0.0, one.objects]
        cells += [one.keeps or 0] if keeps else []
        cells += [one.alloc_bytes or 0, one.alloc_objects or 0] if allocs else []
        found.append((*cells, *_rise(one, listed), one.name))
    return Table((*columns, *_rise_columns(listed), Column(listed.by, "text")), found)


def _grown(rows: list[Amount], listed: _List) -> Table:
    """What there was and is of each."""
    before = listed.then or {}
    found: list[tuple[Cell, ...]] = []
    for one in rows:
        was = before.get(one.name, Amount(one.name, 0, 0))
        change, objects = one.nbytes - was.nbytes, one.objects - was.objects
        found.append((change, was.nbytes, one.nbytes, objects, was.objects, one.objects, *_rise(one, listed), one.name))
    columns = (
        *(Column("bytes", "bytes change"), Column("was", "bytes"), Column("is", "bytes")),
        *(Column("objects", "change"), Column("were"), Column("are")),
    )
    return Table((*columns, *_rise_columns(listed), Column(listed.by, "text")), found)


def _rise_columns(listed: _List) -> tuple[Column, ...]:
    """Between which moments it grew most, where that is known: by how much, from when, until when."""
    return () if listed.course is None else (Column("grew", "bytes change"), Column("from", "text"), Column("to", "text"))


def _rise(one: Amount, listed: _List) -> tuple[Cell, ...]:
    if listed.course is None:
        return ()
    rose = rise_of(listed.course, one.name)
    return ("–", "–", "–") if rose is None else (rose.more, time_text(rose.begins), time_text(rose.ends))
