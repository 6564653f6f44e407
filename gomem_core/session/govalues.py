"""What names of Go stand for in a session, up to where it stands: slices with their lengths, maps with their tables, variables.

Each value was made by a step.  Whoever goes back leaves those of later steps behind; they are made again on the way forward.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gomem_core.gotypes.statements.values import Value

_ENDED: Final = "\0"  # begins the names of goroutines that ended, which no user can type


class GoValues:
    """Values by their names, with those that the names had before."""

    def __init__(self) -> None:
        # For each name the steps at which it got another value; None: it was dropped.
        self._known: dict[str, list[tuple[int, Value | None]]] = {}
        self._log: list[tuple[int, str]] = []  # step and name of each, in order
        self.rules: dict[int, str] = {}  # for each object of a statement the rule of Go that wanted it, by its number

    def __len__(self) -> int:
        """How many names ever got a value."""
        return len(self._known)

    def get(self, name: str) -> "Value | None":
        """The value that a name has."""
        known = self._known.get(name)
        return known[-1][1] if known else None

    def since(self, name: str) -> int:
        """The step at which a name got its value; 0: it never got any."""
        known = self._known.get(name)
        return known[-1][0] if known else 0

    def set(self, step: int, name: str, value: "Value | None") -> None:
        """Give a name another value, or none."""
        if value is None and name not in self._known:
            return
        self._known.setdefault(name, []).append((step, value))
        self._log.append((step, name))

    def items(self) -> "list[tuple[str, Value]]":
        """All names that have a value."""
        now = ((name, known[-1][1]) for name, known in self._known.items() if name[:1] != _ENDED)
        return [(name, value) for name, value in now if value is not None]

    def end(self, step: int, value: "Value") -> None:
        """Note a goroutine that ended."""
        self.set(step, f"{_ENDED}{value.main}", value)

    def ended_goroutine(self) -> int | None:
        """The struct of the goroutine that ended last, which the next one gets."""
        waiting = [(known[-1][0], known[-1][1]) for name, known in self._known.items() if name[:1] == _ENDED]
        found = max((one for one in waiting if one[1] is not None), key=lambda one: one[0], default=None)
        return None if found is None or found[1] is None else found[1].main

    def begin_again(self, step: int, main: int) -> None:
        """Note that a goroutine's struct is in use again."""
        self.set(step, f"{_ENDED}{main}", None)

    def clear(self, step: int) -> None:
        """Forget all names, and the goroutines that ended."""
        for name, known in self._known.items():
            if known[-1][1] is not None:
                known.append((step, None))
                self._log.append((step, name))

    def goto(self, step: int) -> None:
        """Leave behind what later steps did."""
        while self._log and self._log[-1][0] > step:
            _, name = self._log.pop()
            known = self._known[name]
            known.pop()
            if not known:
                del self._known[name]
