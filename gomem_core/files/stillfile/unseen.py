"""What a heap keeps that nothing asks for, in the file of a still from which a heap can go on."""

from array import array
from typing import Any, Final

from gomem_core.files.stillfile.fields import FieldError, Fields
from gomem_core.go.amd64 import FIXALLOC_CHUNK
from gomem_core.go.pageevents import RECLAIMED_ALL
from gomem_core.go.versions import Profile
from gomem_core.world.records import SpanColumns
from gomem_core.world.unseen import AnyUnseen, ModernUnseen, Unseen

_ADDRESS: Final = 1 << 47
_COLUMNS: Final = ("swept", "unswept", "structs", "described")  # of addresses
_MODERN: Final = ("pages_swept", "swept_basis", "sweep_heap_live_basis", "reclaim_credit")
_NUMBERS: Final = ("pages_swept", "pages_swept_basis", "sweep_heap_live_basis", "now")


def unseen_data(unseen: AnyUnseen) -> dict[str, Any]:  # Any: JSON
    """The same as JSON."""
    if isinstance(unseen, ModernUnseen):
        return _modern_data(unseen)
    addr, left, chunks = unseen.chunk
    columns = {name: [hex(one) for one in getattr(unseen, name)] for name in _COLUMNS}
    numbers = {name: getattr(unseen, name) for name in (*_NUMBERS, "sweep_pages_per_byte")}
    return columns | {"sweepgens": [*unseen.sweepgens], "chunk": [hex(addr), left, chunks]} | numbers


def read_unseen(found: Fields, spans: SpanColumns, profile: Profile) -> AnyUnseen:
    """What was read of it.  Raises FieldError."""
    if not profile.reservation:
        return _read_modern(found, profile)
    swept, unswept, structs, described = (array("q", found.addresses(name, most=_ADDRESS)) for name in _COLUMNS)
    in_use = [base for base, state in zip(spans.base, spans.state, strict=True) if state == "inuse"]
    if sorted((*swept, *unswept)) != in_use:
        raise FieldError(f"{found.place('swept')}: each span in use was expected once, here or in unswept")
    if len({*structs, *spans.ptr}) != len(structs) + len(spans.ptr):
        raise FieldError(f"{found.place('structs')}: different structs were expected, which no span has")
    if len(described) != len(structs):
        raise FieldError(f"{found.place('described')}: an address for each of {len(structs)} structs was expected")
    pages, pages_basis, live_basis, now = (found.number(name) for name in _NUMBERS)
    sweepgens, ratio = array("q", found.numbers("sweepgens", len(structs))), found.fraction("sweep_pages_per_byte")
    return Unseen(swept, unswept, structs, described, sweepgens, _chunk(found), pages, pages_basis, live_basis, ratio, now)


def _chunk(found: Fields) -> tuple[int, int, int]:
    row = found.values("chunk", 3)
    one = Fields(dict(zip(("addr", "left", "chunks"), row, strict=True)), found.place("chunk"))
    return one.address("addr", _ADDRESS), one.number("left", 0, FIXALLOC_CHUNK), one.number("chunks", 0, 1 << 30)


# --- Go 1.21 and later ------------------------------------------------------------------------------------------------------


def _modern_data(unseen: ModernUnseen) -> dict[str, Any]:  # Any: JSON
    return {
        "zeroed_base": [[hex(base), used] for base, used in unseen.zeroed_base.items()],
        "cur_arena": [hex(addr) for addr in unseen.cur_arena],
        "smallalloc": [*unseen.smallalloc],
        "page_marks": [hex(base) for base in unseen.page_marks],
        **{name: getattr(unseen, name) for name in (*_MODERN, "sweep_pages_per_byte")},
        "reclaim_index": hex(unseen.reclaim_index),
        "trigger": hex(unseen.trigger),
    }


def _read_modern(found: Fields, profile: Profile) -> ModernUnseen:
    zeroed_base: dict[int, int] = {}
    for n, row in enumerate(found.rows("zeroed_base")):
        if len(row) != 2:
            raise found.wrong(f"zeroed_base[{n}]", "an address and a number of bytes", row)
        one = Fields(dict(zip(("base", "used"), row, strict=True)), found.place(f"zeroed_base[{n}]"))
        base = one.address("base", _ADDRESS)
        if base % profile.arena_bytes:
            raise one.wrong("base", "the beginning of an arena", hex(base))
        zeroed_base[base] = one.number("used", 0, profile.arena_bytes)
    start, end = found.addresses("cur_arena", 2, _ADDRESS)
    if not start <= end:
        raise FieldError(f"{found.place('cur_arena')}: an address, and one that is not below it, were expected")
    swept, basis, live, credit = (found.number(name) for name in _MODERN)
    return ModernUnseen(
        zeroed_base,
        (start, end),
        array("q", found.numbers("smallalloc", len(profile.classes))),
        array("q", found.addresses("page_marks", most=_ADDRESS)),
        swept,
        basis,
        live,
        found.fraction("sweep_pages_per_byte"),
        found.address("reclaim_index", RECLAIMED_ALL),
        credit,
        found.address("trigger"),
    )
