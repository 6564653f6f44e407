"""Where a heap lies, as others may see it; see view.py."""

from gomem_core.go.amd64 import round_up
from gomem_core.modern.malloc import Heap
from gomem_core.world.arenas import Arena, Arenas
from gomem_core.world.records import Region


class ExtentView:
    """The arenas of 64 MB, and what lies around them in a small Go program."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self._version = -1
        self._arenas = Arenas([Arena(0, 0, 0)])  # as of when it was asked last
        self._laid: tuple[Arenas, list[Region]] | None = None  # and the regions with these

    @property
    def arenas(self) -> Arenas:
        h = self._heap.mheap
        if self._version != h.version:
            parts = [Arena(start, used, max(used, min(self._end(used), h.arena_end))) for start, used in h.pages.stretches()]
            found = Arenas(parts or [Arena(h.grown_to, h.grown_to, h.grown_to + h.profile.arena_bytes)])
            self._arenas = self._arenas if found == self._arenas else found
            self._version = h.version
        return self._arenas

    def _end(self, used: int) -> int:
        """The end of the arena that the pages before `used` lie in."""
        return round_up(used, self._heap.profile.arena_bytes)

    def layout(self) -> list[Region]:
        """The regions, which are asked for at every step and seldom change."""
        arenas = self.arenas
        if self._laid is None or self._laid[0] is not arenas:
            self._laid = arenas, self._regions(arenas)
        return self._laid[1]

    def _regions(self, arenas: Arenas) -> list[Region]:
        size = self._heap.profile.arena_bytes
        return [
            Region("environment, arguments", *(0x7FFFFFFFE000, 0x7FFFFFFFF000) * 2, "", "set up by the kernel at start"),
            Region("stack", 0x7FFFFF7FF000, 0x7FFFFFFFE000, 0x7FFFFFFDD000, 0x7FFFFFFFE000, "down", "of the first thread"),
            *(
                Region("heap: arena", a.start & -size, a.end, a.start, a.used, "up", "objects, in 8 KB pages")
                for a in reversed(arenas.parts)
            ),
            Region("globals", *(0x548000, 0x5BE000) * 2, "", "data and bss; objects of size 0 all live at one address here"),
            Region("code", *(0x400000, 0x548000) * 2, "", "the program and the Go runtime"),
        ]
