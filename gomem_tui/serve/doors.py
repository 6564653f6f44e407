"""All connections: those that nobody has logged in by, and those that are left open for nothing, are closed."""

import time

from gomem_tui.serve.door import Door
from gomem_tui.serve.limits import Limits

_PATIENCE = 5.0  # seconds until a client has read the last that it is told


class Doors:
    """Keeps count of connections."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: dict[Door, None] = {}  # the oldest first

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, door: Door) -> None:
        """One more: of too many without a login the oldest goes, and not the newest, which may be somebody's who can log in."""
        self._open[door] = None
        half_open = [other for other in self._open if not other.logged_in]
        if len(half_open) > self._limits.half_open:
            half_open[0].abort("too many connections without a login")

    def closed(self, door: Door) -> None:
        """One less."""
        self._open.pop(door, None)

    def sweep(self) -> None:
        """Close those that have no terminal, or none any more."""
        now = time.monotonic()
        for door in [*self._open]:
            visit = door.visit
            if visit is not None and visit.ended:
                if now - visit.ended_at > _PATIENCE:
                    door.abort("")
            elif door.logged_in and not (visit and (visit.line or visit.waits)) and now - door.logged_in > self._limits.login:
                door.drop(f"no terminal was asked for in {self._limits.login:g} seconds")

    def close(self) -> None:
        """Close all."""
        for door in [*self._open]:
            door.abort("")
