"""What a command answers: data for programs, whose shape stands in schema/, and aligned text for people."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Literal, NewType, assert_never

from gomem_core.frozen import frozen
from gomem_core.named import NamedTuple

Addr = NewType("Addr", str)  # an address in data: "0xc420000000"
Bits = NewType("Bits", str)  # a bit set in data, hexadecimal too: the lowest bit belongs to slot 0
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


def hexed(addr: int) -> Addr:
    """An address as data has it."""
    return Addr(f"{addr:#x}")


def hexed_or_none(addr: int) -> Addr | None:
    """The same where 0 stands for none."""
    return Addr(f"{addr:#x}") if addr else None


def signed(n: int, unit: str = "") -> str:
    """A difference with its sign: +3, -1, 0; with unit "bytes" as bytes are written, +4.2K."""
    text = format_bytes(n) if unit == "bytes" else str(n)
    return f"+{text}" if n > 0 else text


def told(n: int, one: str, many: str, **values: object) -> str:
    """One of two whole sentences, as n is 1 or another number; both may name {n} and the other values."""
    return (one if n == 1 else many).format(n=n, **values)


def counted(n: int, thing: str) -> str:
    """A number of things in words: 1 span, 2 spans, 2 branches."""
    return f"{n} {thing}" if n == 1 else f"{n} {thing}{'es' if thing.endswith('ch') else 's'}"


@frozen
class Column:
    """A column of a table: its heading, and what its cells are."""

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

    @property
    def right(self) -> bool:
        """Whether cells are aligned to the right."""
        return self.kind not in ("addr", "text")


@frozen
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


class Served(NamedTuple):
    """An allocation: the object's address, and who served it."""

    addr: int
    who: str


@frozen
class Result:
    """The answer to a command: `data` for programs; for people `summary`, one line, and perhaps a table or more lines below."""

    summary: str
    data: Mapping[str, object] = field(default_factory=dict)
    table: Table | None = None
    details: tuple[str, ...] = ()
    served: Served | None = None  # the last allocation, if it was one
    found: bool = True  # False: an `until` that came to the end

    def lines(self) -> list[str]:
        """Returns the whole report as text."""
        found = [self.summary] if self.summary else []
        if self.table is not None:
            found += self.table.lines()
        return found + list(self.details)
