"""One table of a difference: its rows as text for people, who mostly want the first few, and as data for programs."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from gomem_core.named import NamedTuple
from gomem_core.report import Cell, Column, Table

Fate = Literal["new", "gone", "changed"]
SectionKey = Literal["account", "types", "classes", "spans", "objects", "links", "mcentral", "mcache", "lists", "counters"]
GLYPHS: Final[dict[Fate, str]] = {"new": "+", "gone": "-", "changed": "≠"}
ROWS_SHOWN: Final = 20  # of a table, as text, where nobody asks for all
ROWS_KEPT: Final = 1_000  # of a table, as data


class Section(NamedTuple):
    """One table: its key in the data, its heading, the rows for people and all rows for programs, a last line."""

    key: SectionKey
    heading: str
    table: Table
    data: Sequence[Mapping[str, object]]  # the first ROWS_KEPT
    total: int  # rows, if all were in the data
    note: str = ""
    last: int = 0  # rows at the end that are shown as well, where only some are

    def lines(self, most: int | None = None) -> list[str]:
        """Returns it as text: all rows, or the first ones and how many more there are."""
        rows = [*self.table.rows]
        if most is not None and len(rows) > most:
            rows = rows[: most - self.last] + rows[len(rows) - self.last :]
        found = ["", self.heading]
        if rows:
            found += Table(self.table.columns, rows).lines()
        if len(rows) < len(self.table.rows):
            found.append(f"… and {len(self.table.rows) - len(rows)} more")
        return [*found, self.note] if self.note else found


def section(
    key: SectionKey, heading: str, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]], data: Sequence[Mapping[str, object]]
) -> Section:
    """Makes a section whose data is as long as its table."""
    return Section(key, heading, Table(columns, rows), data[:ROWS_KEPT], len(data))


def numbers(what: str) -> tuple[Column, ...]:
    """Returns the columns of a table of numbers then and now."""
    return Column(what, "text"), Column("then"), Column("now"), Column("difference", "change")


def pair(a: int, b: int) -> str:
    """Returns both numbers, or the one that they are."""
    return str(a) if a == b else f"{a}→{b}"
