"""The links between objects backwards: where the pointers to an address are stored.

The index is kept from the heap's narration, and only added to: whether a pointer is stored now is asked of the heap when it is
read.  So nobody needs to tell it what a sweep took away, nor when the heap goes back in time.
"""

from gomem_core.go import events as e
from gomem_core.world.world import World


class LinkIndex:
    """The links of one heap, by the address they lead to."""

    def __init__(self, world: World, complete: bool = False) -> None:
        """`complete`: it hears everything since the heap was empty, and so is right wherever in time the heap goes."""
        self._world = world
        self._into: dict[int, dict[int, None]] = {}  # target -> objects that stored it once, in the order in which they did
        self._lost = not complete  # what is stored already is not known

    def follow(self, event: e.Event) -> None:
        """Note a pointer that was stored."""
        if isinstance(event, e.PointerWritten) and event.value and not self._lost:
            self._into.setdefault(event.value, {})[event.obj] = None

    def sources(self, addr: int) -> list[int]:
        """Addresses of the slots in which a pointer to exactly `addr` is stored, lowest first."""
        if self._lost:
            self._find_all()
        stored = self._into.get(addr)
        return sorted({self._world.slots.base_of(source) for source in stored or () if self._world.pointers.stores(source, addr)})

    def _find_all(self) -> None:
        for source in self._world.pointers.holders():
            for _, target in self._world.pointers.stored_in(source):
                self._into.setdefault(target, {})[source] = None
        self._lost = False
