"""What names of Go stand for in a session, up to where it stands: slices with their lengths, maps with their tables, variables.

Each value was made by a step.  Whoever goes back leaves those of later steps behind; they are made again on the way forward.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.values import Value


class GoValues:
    """Values by their names, with those that the names had before."""

    def __init__(self) -> None:
        # For each name the steps at which it got another value; None: it was dropped.
        self._known: dict[str, list[tuple[int, Value | None]]] = {}
        self._log: list[tuple[int, str]] = []  # step and name of each, in order

    def get(self, name: str) -> "Value | None":
        """The value that a name has."""
        known = self._known.get(name)
        return known[-1][1] if known else None

    def set(self, step: int, name: str, value: "Value | None") -> None:
        """Give a name another value, or none."""
        if value is None and name not in self._known:
            return
        self._known.setdefault(name, []).append((step, value))
        self._log.append((step, name))

    def items(self) -> "list[tuple[str, Value]]":
        """All names that have a value."""
        return [(name, known[-1][1]) for name, known in self._known.items() if known[-1][1] is not None]

    def goto(self, step: int) -> None:
        """Leave behind what later steps did."""
        while self._log and self._log[-1][0] > step:
            _, name = self._log.pop()
            known = self._known[name]
            known.pop()
            if not known:
                del self._known[name]
