"""`gomem classes`: the table of size classes, or what becomes of an object of one size."""

import argparse
import os
from typing import TYPE_CHECKING, Final

from gomem_core.cli.chosen import known, lists
from gomem_core.cli.output import OK, UsageError, emit, emit_json
from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE, SMALL_SIZE_MAX, TINY_SIZE
from gomem_core.go.placement import Placement, placement
from gomem_core.go.versions import BITS_IN_SPAN, Profile
from gomem_core.lang import ParseError, parse_size
from gomem_core.queries import show
from gomem_core.queries.data import size_class_data
from gomem_core.report import Cell, Column, Table, told
from gomem_core.suggest import did_you_mean

if TYPE_CHECKING:
    from gomem_core.schema import measures as schema

_COLUMNS: Final = (
    *(Column("kind", "text"), Column("way", "text"), Column("class"), Column("spanclass"), Column("slot"), Column("header")),
    *(Column("unused"), Column("of slot", "percent"), Column("pages"), Column("span bytes"), Column("slots")),
    *(Column("reserve"), Column("tail")),
)


def execute(args: argparse.Namespace) -> int:
    """Print the table of a version of Go, or explain a size."""
    if lists(args):
        return OK
    profile = known(args, os.environ)
    if args.size is not None:
        _explain(profile, _size(args.size, profile.max_alloc), args.json)
    elif args.json:
        for c in profile.classes[1:]:
            emit_json(size_class_data(profile, c.number))
    else:
        emit("\n".join(show.classes(profile).lines()))
    return OK


def _size(text: str, most: int) -> int:
    try:
        size = parse_size(text)
    except ParseError as e:
        raise UsageError(did_you_mean(f"argument SIZE: {e.message}", e.suggestion)) from e
    if size > most:
        raise UsageError(f"argument SIZE: Go panics (makeslice: len out of range) beyond {most} bytes")
    return size


def _explain(profile: Profile, size: int, as_json: bool) -> None:
    kinds = {"noscan": placement(profile, size, True), "scan": placement(profile, size, False)}
    if as_json:
        version = profile.name.removeprefix("go")
        data: schema.Size = {"go": version, "size": size, "noscan": _data(kinds["noscan"]), "scan": _data(kinds["scan"])}
        emit_json(data)
        return
    differs = profile.heap_bits == "span"
    rows: list[tuple[Cell, ...]] = [
        (
            *(kind, p.way, p.sizeclass, p.spanclass, p.elemsize, *((p.header,) if differs else ()), p.waste, p.waste_percent),
            *(p.npages, p.npages << PAGE_SHIFT, p.nelems, *((p.reserve,) if differs else ()), p.tail_waste),
        )
        for kind, p in kinds.items()
        if p is not None and p.elemsize
    ]
    columns = [c for c in _COLUMNS if differs or c.name not in ("header", "reserve")]
    table = Table(tuple(columns), rows).lines() if rows else []
    head = told(size, "{go}: an object of {n} byte", "{go}: an object of {n} bytes", go=profile.name)
    emit("\n".join([head, *table, *_notes(profile, size, kinds)]))


def _data(p: Placement | None) -> "schema.Placement | None":
    """It as plain data, with the runtime's names."""
    if p is None:
        return None
    return {
        "way": p.way,
        "class": p.sizeclass,
        "spanclass": p.spanclass,
        "elemsize": p.elemsize,
        "header": p.header,
        "slot_waste": p.waste,
        "slot_waste_percent": round(p.waste_percent, 2),
        "npages": p.npages,
        "span_bytes": p.npages << PAGE_SHIFT,
        "nelems": p.nelems,
        "reserve": p.reserve,
        "tail_waste": p.tail_waste,
    }


def _notes(profile: Profile, size: int, kinds: dict[str, Placement | None]) -> list[str]:
    """What the figures mean, for people."""
    noscan, scan = kinds["noscan"], kinds["scan"]
    if noscan is None or noscan.way == "nothing":
        return ["takes no memory: every such object has the address of one global, and nothing is counted"]
    notes = []
    if noscan.way == "tiny":
        notes.append(
            f"noscan: tiny, for it is smaller than {TINY_SIZE} bytes: several share a {TINY_SIZE}-byte block of class "
            f"{noscan.sizeclass},\n        which lives until the last of them is dead; unused is what one leaves to the others"
        )
    elif noscan.way == "small":
        c = profile.classes[noscan.sizeclass]
        index, divisor = _lookup(size)
        notes.append(
            f"small: class {c.number} serves {profile.classes[c.number - 1].size + 1} to {c.size} bytes; "
            f"found in size_to_class{divisor}[{index}]; a span of it comes from the P's mcache"
        )
    else:
        limit = profile.small_limit
        notes.append(f"large, for it is bigger than {limit} bytes: whole pages from mheap, a span of its own, no class")
    if scan is None:
        notes.append(f"scan: none, for an object with pointers has a multiple of {PTR_SIZE} bytes")
    elif scan.header:
        notes.append(
            f"scan: it is larger than {BITS_IN_SPAN} bytes, so {scan.header} bytes before it say its type, and class "
            f"{scan.sizeclass} serves both"
        )
    elif scan.reserve != noscan.reserve:
        notes.append("scan: the span's end says which words are pointers, which leaves fewer slots")
    elif scan.way == "large" and profile.heap_bits == "span":
        notes.append("scan: its span says its type, so nothing stands before it")
    if noscan.reserve:
        notes.append(f"{noscan.reserve} bytes at the span's end are for marks")
    return notes


def _lookup(size: int) -> tuple[int, int]:
    """Index and name of the table that mallocgc looks into: one step for each 8 bytes, beyond 1016 bytes for each 128."""
    if size <= SMALL_SIZE_MAX - 8:
        return (size + 7) // 8, 8
    return max(0, size - SMALL_SIZE_MAX + 127) // 128, 128
