"""What came of comparing a recording with the model: how much was compared, how much was equal, and the first difference."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Column:
    """How many things of one sort were compared, and how many of them were equal."""

    compared: int = 0
    equal: int = 0

    def count(self, equal: bool) -> bool:
        """Count one comparison; returns its outcome."""
        self.compared += 1
        self.equal += equal
        return equal


@dataclass(slots=True)
class Difference:
    """The first thing that was not as recorded."""

    line: int  # of the recording
    op: int  # 0-based, as in the recording
    what: str
    expected: str
    got: str


@dataclass(slots=True)
class Report:
    """The outcome for one file."""

    file: str
    go: str = ""
    ops: int = 0
    addresses: Column = field(default_factory=Column)
    events: Column = field(default_factory=Column)
    snapshots: Column = field(default_factory=Column)
    heapbits: Column = field(default_factory=Column)
    memstats: Column = field(default_factory=Column)
    first_difference: Difference | None = None

    def columns(self) -> dict[str, Column]:
        """The columns by name, in the order they are shown."""
        return {name: getattr(self, name) for name in ("addresses", "events", "snapshots", "heapbits", "memstats")}

    @property
    def all_equal(self) -> bool:
        """Whether every comparison came out equal."""
        return self.first_difference is None and all(c.compared == c.equal for c in self.columns().values())

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)


def show(fields: dict[str, object]) -> str:
    """Returns name=value pairs; addresses in hexadecimal."""
    shown = (f"{k}={v:#x}" if isinstance(v, int) and v >> 32 and v.bit_length() < 50 else f"{k}={v}" for k, v in fields.items())
    return " ".join(shown)
