"""The links between objects backwards: where the pointers to an address are stored.

The index is kept from the heap's narration, and only added to: whether a pointer is still stored is asked of the heap when it is
read.  So nobody needs to tell it what a sweep took away.
"""

from gomem_core import events as e
from gomem_core.view import HeapView


class LinkIndex:
    """The links of one heap, by the address they lead to."""

    def __init__(self, view: HeapView) -> None:
        self._view = view
        self._into: dict[int, dict[int, None]] = {}  # target -> objects that stored it once, in the order in which they did
        self._lost = True  # the heap changed without having told it

    def follow(self, event: e.Event) -> None:
        """Note a pointer that was stored."""
        if isinstance(event, e.PointerWritten) and event.value and not self._lost:
            self._into.setdefault(event.value, {})[event.obj] = None

    def reset(self) -> None:
        """Look at everything anew when read next: the heap changed without having told it, or was exchanged."""
        self._lost = True

    def sources(self, addr: int) -> list[int]:
        """Addresses of the slots in which a pointer to exactly `addr` is stored, lowest first."""
        if self._lost:
            self._find_all()
        stored = self._into.get(addr)
        if stored is None:
            return []
        gone = [source for source in stored if not self._view.stores(source, addr)]
        for source in gone:
            del stored[source]
        return sorted({self._view.slot_base(source) for source in stored})

    def _find_all(self) -> None:
        self._into = {}
        for source in self._view.linked():
            for _, target in self._view.links(source):
                self._into.setdefault(target, {})[source] = None
        self._lost = False
