"""What a session has to offer to completion: names and addresses of living objects, words that can hold pointers, spans.

Of addresses only a handful is offered, but always the lowest and the highest that begin so: what these share, all share.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from gomem_core.lang import Names
from gomem_core.regex import regex
from gomem_core.session.session import Session
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import World

_FEW: Final = 4  # spans, and objects, from the lower end
_SPANS: Final = 8  # in which objects are looked for, from either end
_NAMES: Final = 2000  # among which objects that can hold pointers are looked for
_PREFIX: Final = regex(r"0(x[0-9a-f]*)?")

Wanted = Callable[[int], bool]


def offers(session: Session) -> Names:
    """The questions of completion, answered from a session as it is when asked."""
    found = _Offers(session.world, session.objects)
    marks = {name: session.place_name(step) for name, step in session.bookmarks.items()}
    branches = {name: f"from step {session.branches.shared_with(name)}" for name in session.branches.others}
    return Names(found.objects, found.holders, found.words, found.addresses, _beginning(marks), _beginning(branches))


def _beginning(told: dict[str, str]) -> Callable[[str], Iterable[tuple[str, str]]]:
    """Returns a function that finds the words that begin with a prefix."""
    return lambda prefix: ((name, about) for name, about in told.items() if name.startswith(prefix))


class _Offers:
    def __init__(self, world: World, table: Objects) -> None:
        self._world = world
        self._table = table

    def objects(self, prefix: str) -> Iterable[str]:
        if prefix[:1] == "0":
            return self._object_addresses(prefix, self._table.is_alive)
        return self._table.names(prefix)

    def holders(self, prefix: str) -> Iterable[str]:
        if prefix[:1] == "0":
            return self._object_addresses(prefix, lambda oid: self._table.is_alive(oid) and bool(self._table.info(oid).words))
        return (name for name in self._table.names(prefix, _NAMES) if self.words(name))

    def words(self, ref: str) -> range:
        is_address = re.fullmatch(r"0x[0-9a-f]{1,16}", ref)
        oid = self._table.find_addr(int(ref, 16)) if is_address else self._table.find_name(ref)
        return self._table.info(oid).words if oid is not None and self._table.is_alive(oid) else range(0)

    def addresses(self, prefix: str) -> Iterable[tuple[str, str]]:
        known: dict[int, str] = {}
        for low, high in self._ranges(prefix):
            known |= dict.fromkeys(self._bases(low, high), "span")
            known |= {self._table.info(oid).addr: f"object {self._table.name(oid)}" for oid in self._between(low, high)}
        return ((f"{addr:#x}", known[addr]) for addr in sorted(known))

    def _object_addresses(self, prefix: str, wanted: Wanted) -> list[str]:
        oids = [oid for low, high in self._ranges(prefix) for oid in self._between(low, high, wanted)]
        return [f"{addr:#x}" for addr in sorted({self._table.info(oid).addr for oid in oids})]

    def _ranges(self, prefix: str) -> Iterator[tuple[int, int]]:
        """The parts of the used arenas whose addresses are written so: first address, and one past the last."""
        if not _PREFIX.fullmatch(prefix):
            return
        digits = prefix[2:]
        for start, end, _ in self._world.extents.arenas.parts:
            for length in range(max(len(digits), len(f"{start:x}")), len(f"{end:x}") + 1):
                missing = length - len(digits)
                low = int(digits or "0", 16) << 4 * missing
                low, high = max(low, start), min(low + (1 << 4 * missing), end)
                if low < high:
                    yield low, high

    def _bases(self, low: int, high: int) -> list[int]:
        """Where spans begin: the first few, and the last."""
        first, last = self._world.spans.number(low), self._world.spans.number(high - 1)
        infos = self._world.spans.rows(first, min(first + 1 + _FEW, last)) + self._world.spans.rows(last, last + 1)
        return [info.base for info in infos if info.base >= low]

    def _between(self, low: int, high: int, wanted: Wanted | None = None) -> list[int]:
        """Living objects that begin there: the first few, and the last."""
        first, last = self._world.spans.number(low), self._world.spans.number(high - 1)
        upwards = self._in_spans(range(first, min(first + _SPANS, last + 1)), low, high, wanted or self._table.is_alive)
        downwards = self._in_spans(range(last, max(last - _SPANS, first - 1), -1), low, high, wanted or self._table.is_alive)
        return [*islice(upwards, _FEW), *islice(downwards, 1)]

    def _in_spans(self, numbers: range, low: int, high: int, wanted: Wanted) -> Iterator[int]:
        """The objects in spans with these numbers, one after the other in the direction of the numbers."""
        for number in numbers:
            for info in self._world.spans.rows(number, number + 1):
                for slot in self._world.slots.rows(info.base)[:: numbers.step]:
                    held = self._table.in_slot(slot.addr, info.elemsize) if slot.allocated else []
                    for oid in held[:: numbers.step]:
                        if low <= self._table.info(oid).addr < high and wanted(oid):
                            yield oid
