"""What a command answers: data for programs and aligned text for people, both from one description."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

Json = int | float | str | bool | None | Sequence["Json"] | dict[str, "Json"]
ColumnKind = Literal["addr", "int", "bytes", "percent", "text", "change", "bytes change"]
Cell = int | float | str


def format_bytes(n: int) -> str:
    """A number of bytes as people read it, everywhere the same and in at most six cells: 96 B, 45.1K, 1016K, 4.0M."""
    if abs(n) < 1024:
        return f"{n} B"
    value = float(n)
    for unit in "KMGT":
        value /= 1024
        text = f"{value:.1f}" if abs(value) < 999.95 else f"{value:.0f}"
        if abs(float(text)) < 1024 or unit == "T":
            break
    return text + unit


def signed(n: int, unit: str = "") -> str:
    """A difference with its sign: +3, -1, 0; with unit "bytes" as bytes are written, +4.2K."""
    text = format_bytes(n) if unit == "bytes" else str(n)
    return f"+{text}" if n > 0 else text


def told(n: int, one: str, many: str, **values: object) -> str:
    """One of two whole sentences, as n is 1 or another number; both may name {n} and the other values."""
    return (one if n == 1 else many).format(n=n, **values)


def counted(n: int, thing: str) -> str:
    """A number of things in words: 1 span, 2 spans."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, which with _ for blanks is its JSON name too, and what its cells are."""

    name: str
    kind: ColumnKind = "int"

    def text(self, cell: Cell) -> str:
        """The cell for people; an int in an address column is hexadecimal, a percentage is given as 0 … 100."""
        if isinstance(cell, str):
            return cell
        match self.kind:
            case "addr":
                return f"{cell:#x}" if cell else "–"
            case "bytes":
                return format_bytes(int(cell))
            case "percent":
                return f"{cell:.1f}%"
            case "int" | "text":
                return str(cell)
            case "change" | "bytes change":
                return signed(int(cell), self.kind.removesuffix("change").strip())
            case _:
                assert_never(self.kind)

    def json(self, cell: Cell) -> Json:
        """The cell for programs: addresses as "0x…", everything else as it is."""
        return f"{cell:#x}" if self.kind == "addr" and isinstance(cell, int) else cell

    @property
    def right(self) -> bool:
        """Whether cells are aligned to the right."""
        return self.kind not in ("addr", "text")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]

    def lines(self) -> list[str]:
        """Aligned text, headings first."""
        cells = [[c.text(cell) for c, cell in zip(self.columns, row, strict=True)] for row in self.rows]
        widths = [max([len(c.name), *(len(row[i]) for row in cells)]) for i, c in enumerate(self.columns)]

        def line(texts: Sequence[str]) -> str:
            padded = (
                text.rjust(width) if c.right else text.ljust(width)
                for c, text, width in zip(self.columns, texts, widths, strict=True)
            )
            return "  ".join(padded).rstrip()

        return [line([c.name for c in self.columns]), *map(line, cells)]

    def json(self) -> list[Json]:
        """One object a row."""
        names = [c.name.replace(" ", "_") for c in self.columns]
        return [{name: c.json(cell) for name, c, cell in zip(names, self.columns, row, strict=True)} for row in self.rows]


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a command: `data` for programs; for people `summary`, one line, and perhaps a table or more lines below."""

    summary: str
    data: dict[str, Json] = field(default_factory=dict)
    table: Table | None = None
    details: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """All of it as text."""
        found = [self.summary] if self.summary else []
        if self.table is not None:
            found += self.table.lines()
        return found + list(self.details)

    def json(self) -> dict[str, Json]:
        """All of it as plain data; a table is in "rows"."""
        data = dict(self.data)
        if self.table is not None:
            data["rows"] = self.table.json()
        return data
