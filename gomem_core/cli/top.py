"""`gomem top`: what a heap consists of, by type, size class or call site."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gomem_core.cli.output import BAD_INPUT, OK, emit, emit_json, say
from gomem_core.cli.progress import working
from gomem_core.files.script import ScriptError
from gomem_core.queries.amounts import Amount, By, amounts, sites_of
from gomem_core.queries.sitetree import folded, site_tree
from gomem_core.report import Cell, Column, Table, counted, format_bytes
from gomem_core.session.stills import still_of_file
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.still import Still
from gomem_core.world.world import NotKnown

_LEAST: Final = 0.005  # share of all bytes from which a branch is printed

if TYPE_CHECKING:
    from gomem_core.schema.outputs import TopRow


def execute(args: argparse.Namespace) -> int:
    """Print the list; a session counts as it is at its end."""
    progress = Progress()
    try:
        with working(progress):
            still = still_of_file(Path(args.file), StopRequest(), progress)
            by: By = args.by or ("site" if still.place.of == "profile" else "class" if still.place.of == "memstats" else "type")
            by = "site" if args.tree else by
            found = amounts(still, by)
    except (ScriptError, NotKnown) as e:
        say(f"gomem: {e}")
        return BAD_INPUT
    if args.tree:
        return _print_tree(still, args)
    if args.json:
        emit_json({"file": args.file, "kind": still.kind, "by": by, "rows": [_data(one) for one in found]})
        return OK
    shown = found if args.all else found[: args.rows]
    what = {"type": "types and shapes", "class": "size classes", "site": "call sites"}[by]
    nbytes = sum(one.nbytes for one in found)
    emit(f"{format_bytes(nbytes)} in {counted(sum(one.objects for one in found), 'object')}, by {what}")
    emit("\n".join(_table(shown, nbytes, by).lines()))
    if by == "site" and still.sites is not None and not still.sites.scaled:
        emit("only objects that the memory profile looked at are counted")
    if len(shown) < len(found):
        rest = found[len(shown) :]
        emit(f"and {len(rest)} more, {format_bytes(sum(one.nbytes for one in rest))}; --all prints them")
    return OK


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


def _data(one: Amount) -> "TopRow":
    return {
        "name": one.name,
        "objects": one.objects,
        "bytes": one.nbytes,
        "keeps": one.keeps,
        "alloc_objects": one.alloc_objects,
        "alloc_bytes": one.alloc_bytes,
    }


def _table(rows: list[Amount], nbytes: int, by: By) -> Table:
    columns = [Column("bytes", "bytes"), Column("share", "percent"), Column("objects")]
    keeps, allocs = (any(getattr(one, name) is not None for one in rows) for name in ("keeps", "alloc_bytes"))
    columns += [Column("keeps", "bytes")] if keeps else []
    columns += [Column("ever", "bytes"), Column("objects ever")] if allocs else []
    found: list[tuple[Cell, ...]] = []
    for one in rows:
        cells: list[Cell] = [one.nbytes, 100 * one.nbytes / nbytes if nbytes else 0.0, one.objects]
        cells += [one.keeps or 0] if keeps else []
        cells += [one.alloc_bytes or 0, one.alloc_objects or 0] if allocs else []
        found.append((*cells, one.name))
    return Table((*columns, Column(by, "text")), found)
