"""`gomem classes`: the table of size classes, or what becomes of an object of one size."""

import argparse
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from gomem_core.cli.output import OK, UsageError, emit, emit_json
from gomem_core.go.amd64 import MAX_MEM, MAX_SMALL_SIZE, PAGE_MASK, PAGE_SHIFT, PTR_SIZE, SMALL_SIZE_MAX, TINY_SIZE
from gomem_core.go.sizeclasses import CLASSES, make_span_class, size_to_class
from gomem_core.go.versions import GO_1_10
from gomem_core.lang import ParseError, parse_size
from gomem_core.queries import show
from gomem_core.queries.data import size_class_data
from gomem_core.report import Cell, Column, Table, told
from gomem_core.suggest import did_you_mean

if TYPE_CHECKING:
    from gomem_core.schema import outputs as schema

Way = Literal["nothing", "tiny", "small", "large"]

_COLUMNS: Final = (
    *(Column("kind", "text"), Column("way", "text"), Column("class"), Column("spanclass"), Column("slot"), Column("unused")),
    *(Column("of slot", "percent"), Column("pages"), Column("span bytes"), Column("slots"), Column("tail")),
)


class Placement(NamedTuple):
    """The place that an object gets: its class, its slot of `elemsize` bytes, and the span that has `nelems` of them."""

    way: Way
    sizeclass: int
    spanclass: int
    elemsize: int
    waste: int  # bytes of the slot that the object does not fill, when it is alone in it
    npages: int
    nelems: int
    tail_waste: int  # bytes after the span's last slot

    @property
    def waste_percent(self) -> float:
        """Share of the slot that is wasted, 0 … 100."""
        return 100 * self.waste / self.elemsize if self.elemsize else 0.0

    def json(self) -> "schema.Placement":
        """Returns it as plain data, with the runtime's names."""
        return {
            "way": self.way,
            "class": self.sizeclass,
            "spanclass": self.spanclass,
            "elemsize": self.elemsize,
            "slot_waste": self.waste,
            "slot_waste_percent": round(self.waste_percent, 2),
            "npages": self.npages,
            "span_bytes": self.npages << PAGE_SHIFT,
            "nelems": self.nelems,
            "tail_waste": self.tail_waste,
        }


def execute(args: argparse.Namespace) -> int:
    """Print the table, or explain a size."""
    if args.size is not None:
        _explain(_size(args.size), args.json)
    elif args.json:
        for c in CLASSES[1:]:
            emit_json(size_class_data(c))
    else:
        emit("\n".join(show.classes(GO_1_10).lines()))
    return OK


def _size(text: str) -> int:
    try:
        size = parse_size(text)
    except ParseError as e:
        raise UsageError(did_you_mean(f"argument SIZE: {e.message}", e.suggestion)) from e
    if size > MAX_MEM:
        raise UsageError(f"argument SIZE: Go panics (makeslice: len out of range) beyond {MAX_MEM} bytes")
    return size


def placement(size: int, noscan: bool) -> Placement | None:
    """Returns where an object of `size` bytes goes; None when no object of that size can be of that kind."""
    if size == 0:
        return Placement("nothing", 0, 0, 0, 0, 0, 0, 0)
    if not noscan and size % PTR_SIZE:
        return None
    if size > MAX_SMALL_SIZE:
        npages = (size + PAGE_MASK) >> PAGE_SHIFT
        elemsize = npages << PAGE_SHIFT
        return Placement("large", 0, make_span_class(0, noscan), elemsize, elemsize - size, npages, 1, 0)
    tiny = noscan and size < TINY_SIZE
    c = CLASSES[size_to_class(TINY_SIZE if tiny else size)]
    spanclass = make_span_class(c.number, noscan)
    return Placement("tiny" if tiny else "small", c.number, spanclass, c.size, c.size - size, c.npages, c.nelems, c.tail_waste)


def _explain(size: int, as_json: bool) -> None:
    kinds = {"noscan": placement(size, True), "scan": placement(size, False)}
    if as_json:
        data: schema.Size = {"size": size, "noscan": _data(kinds["noscan"]), "scan": _data(kinds["scan"])}
        emit_json(data)
        return
    rows: list[tuple[Cell, ...]] = [
        (
            *(kind, p.way, p.sizeclass, p.spanclass, p.elemsize, p.waste, p.waste_percent),
            *(p.npages, p.npages << PAGE_SHIFT, p.nelems, p.tail_waste),
        )
        for kind, p in kinds.items()
        if p is not None and p.elemsize
    ]
    table = Table(_COLUMNS, rows).lines() if rows else []
    emit("\n".join([told(size, "an object of {n} byte", "an object of {n} bytes"), *table, *_notes(size, kinds)]))


def _data(p: Placement | None) -> "schema.Placement | None":
    return None if p is None else p.json()


def _notes(size: int, kinds: dict[str, Placement | None]) -> list[str]:
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
        c = CLASSES[noscan.sizeclass]
        index, divisor = _lookup(size)
        notes.append(
            f"small: class {c.number} serves {CLASSES[c.number - 1].size + 1} to {c.size} bytes; "
            f"found in size_to_class{divisor}[{index}]; a span of it comes from the P's mcache"
        )
    else:
        notes.append(f"large, for it is bigger than {MAX_SMALL_SIZE} bytes: whole pages from mheap, a span of its own, no class")
    if scan is None:
        notes.append(f"scan: none, for an object with pointers has a multiple of {PTR_SIZE} bytes")
    return notes


def _lookup(size: int) -> tuple[int, int]:
    """Index and name of the table that mallocgc looks into: one step for each 8 bytes, beyond 1016 bytes for each 128."""
    if size <= SMALL_SIZE_MAX - 8:
        return (size + 7) // 8, 8
    return max(0, size - SMALL_SIZE_MAX + 127) // 128, 128
