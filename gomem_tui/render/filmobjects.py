"""Rows of objects of a film: type, address, slot, the goroutine that allocated it, when it was born and will be swept."""

from collections.abc import Callable
from typing import Final

from gomem_core.report import format_bytes
from gomem_core.world.facts import UNKNOWN
from gomem_core.world.objectinfo import ObjectInfo
from gomem_core.world.world import World
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Port, short

_SLOT: Final = 8
_GOROUTINE: Final = 10
_TIME: Final = 13
_SORTS: Final = ("type", "address", "slot", "goroutine", "born", "swept")


def heading(name: int, address: int) -> str:
    """The headings; `name` and `address` are cells."""
    text = f"  {'type':<{name}} {'address':<{address}}{'slot':>{_SLOT}}{'goroutine':>{_GOROUTINE}}"
    return f"{text}{'born':>{_TIME}}{'swept':>{_TIME}}"


def row(world: World, o: ObjectInfo, chosen: bool, port: Port, cells: tuple[int, int], time: Callable[[int], int] | None) -> Line:
    """One object; `time` tells when an event was."""
    name, address = cells
    head: Token = ("cursor" if port.active else "select") if chosen else "text"
    kind = o.type or UNKNOWN
    kind = kind if len(kind) <= name else f"{kind[: name - 1]}…"
    slot = format_bytes(world.slots.elemsize_at(o.addr))
    born = "before" if not o.born else _when(o.born, time)
    swept = "–" if o.swept is None else _when(o.swept, time)
    return (
        ("▸ " if chosen else "  ", head),
        (f"{kind:<{name}} {short(o.addr):<{address}}", head if o.type else "unknown"),
        (f"{slot:>{_SLOT}}", "text"),
        (f"{UNKNOWN if o.goroutine is None else o.goroutine:>{_GOROUTINE}}", "unknown" if o.goroutine is None else "label"),
        (f"{born:>{_TIME}}{swept:>{_TIME}}", "label"),
    )


def _when(event: int, time: Callable[[int], int] | None) -> str:
    """The time of an event; where nobody knows that, its number."""
    return f"{event:,}" if time is None else f"{time(event) / 1e9:.6f} s"


def sort_at(text: str, x: int) -> str:
    """The order whose column has cell x of the headings."""
    found = "step"
    for word in _SORTS:
        begin = text.index(word) + (len(word) if word not in ("type", "address") else 0) - _TIME
        if x >= max(0, begin) and word not in ("address", "slot"):
            found = word
    return found
