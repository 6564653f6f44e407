"""What a heap keeps that nothing asks for, in the file of a still from which a heap can go on."""

from array import array
from typing import Any, Final

from gomem_core.files.stillfile.fields import FieldError, Fields
from gomem_core.go.amd64 import FIXALLOC_CHUNK
from gomem_core.world.records import SpanColumns
from gomem_core.world.unseen import Unseen

_ADDRESS: Final = 1 << 47
_COLUMNS: Final = ("swept", "unswept", "structs", "described")  # of addresses
_NUMBERS: Final = ("pages_swept", "pages_swept_basis", "sweep_heap_live_basis", "now")


def unseen_data(unseen: Unseen) -> dict[str, Any]:  # Any: JSON
    """The same as JSON."""
    addr, left, chunks = unseen.chunk
    columns = {name: [hex(one) for one in getattr(unseen, name)] for name in _COLUMNS}
    numbers = {name: getattr(unseen, name) for name in (*_NUMBERS, "sweep_pages_per_byte")}
    return columns | {"sweepgens": [*unseen.sweepgens], "chunk": [hex(addr), left, chunks]} | numbers


def read_unseen(found: Fields, spans: SpanColumns) -> Unseen:
    """What was read of it.  Raises FieldError."""
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
