"""Lines of styled text, and what all renderers share: fitting, bars, addresses."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from gomem_core.foreign import is_harmless
from gomem_core.frozen import frozen
from gomem_core.queries.difference_sections import GLYPHS, Fate
from gomem_core.queries.figures import Figures
from gomem_core.queries.roworder import RowOrder
from gomem_core.queries.wordnames import WordName, no_name
from gomem_core.world.arenas import Arenas
from gomem_core.world.changes import Touched
from gomem_tui.draw.glyphs import cells_of
from gomem_tui.draw.style import Token
from gomem_tui.render.words import clean

if TYPE_CHECKING:
    from gomem_core.queries.side import Row

Span = tuple[str, Token]
Line = tuple[Span, ...]

MARKS: Final = "  ".join(f"{glyph} {fate}" for fate, glyph in GLYPHS.items())
MANY: Final = 48  # spans: where a step touched more, + says little and hides what is there
_NOTHING_TOUCHED: Final = Touched()
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


@frozen
class Port:
    """What part of a pane is to be drawn: `height` rows from row `top`, `width` columns; `active` when it has the keyboard."""

    width: int
    height: int
    top: int = 0
    active: bool = False
    note: str = ""  # of the pane, for its title rule


@frozen
class Selection:
    """The one selection that links all panes: an arena address, and the span class looked at in mcentral."""

    addr: int = 0
    spanclass: int = 0


@frozen
class Scene:
    """What a renderer needs to know besides the heap."""

    selection: Selection = Selection()
    touched: Touched = _NOTHING_TOUCHED
    step: int = 0  # of the session
    changed: Mapping[int, int] = MappingProxyType({})  # span -> step that touched it last
    last: int = 0  # the step whose changes are marked
    before: Figures | None = None  # the sums before it, or at the other moment of a difference; None: not known
    comparing: bool = False  # a difference is shown: then there are
    fates: Mapping[int, Fate] = MappingProxyType({})  # of spans, by base
    objects: "Mapping[Row, Fate]" = MappingProxyType({})  # and of objects
    word_name: WordName = no_name

    def mark(self, base: int) -> str:
        """What marks the span: + for one the last step touched, in a difference the glyph of its fate; else nothing."""
        if self.comparing:
            return GLYPHS[self.fates[base]] if base in self.fates else ""
        return "+" if base in self.touched.spans else ""

    def sign(self, changed: bool) -> str:
        """What marks something that is there before and after: + when the last step changed it, ≠ in a difference."""
        return (GLYPHS["changed"] if self.comparing else "+") if changed else ""

    @property
    def few(self) -> frozenset[int]:
        """The marked spans, by base; none where there are so many that it says little which ones."""
        marked = self.fates if self.comparing else self.touched.spans
        return frozenset(marked) if len(marked) <= MANY else frozenset()

    @property
    def legend(self) -> str:
        """What the marks mean while a difference is shown, else nothing."""
        return MARKS if self.comparing else ""


def fit(line: Line, width: int) -> Line:
    """The line cut or filled up with blanks to exactly `width` cells; … at its end tells that something is missing."""
    left = max(width, 0)
    texts = [text for text, _ in line]
    cells = cells_of("".join(texts))
    if cells <= left:  # nearly always
        whole = line if "" not in texts else tuple(span for span in line if span[0])
        return whole if cells == left else (*whole, (" " * (left - cells), "text"))
    out: list[Span] = []
    for number, (text, token) in enumerate(line):
        if left <= 0:
            break
        size = len(text) if text.isascii() else cell_len(text)
        if size > left:
            text = set_cell_size(text, left - 1) + "…"
            size = left
        elif size == left and any(not more.isspace() for more, _ in line[number + 1 :]):
            text = set_cell_size(text, left - 1) + "…"
        if text:
            out.append((text, token))
        left -= size
    if left > 0:
        out.append((" " * left, "text"))
    return tuple(out)


def fit_all(lines: list[Line], port: Port) -> list[Line]:
    """Exactly port.height lines of exactly port.width cells."""
    blank: Line = ()
    lines = lines[: max(port.height, 0)]
    lines += [blank] * (port.height - len(lines))
    return [fit(line, port.width) for line in lines]


def plain(line: Line) -> str:
    """Its text alone."""
    return "".join([text for text, _ in line])


def harmless(line: Line, width: int) -> Line:
    """The line without what a terminal could take for a command, wherever it comes from: no renderer need think of that."""
    if is_harmless(plain(line)):
        return line
    return fit(tuple((clean(text), token) for text, token in line), width)


def bar(share: float, width: int) -> str:
    """A bar of `width` cells that is filled to `share`, 0 … 1, in eighths; anything above nothing shows."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0 and width:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    text = "█" * full + (_EIGHTHS[rest] if rest else "")
    return text.ljust(width, "·")


def short(addr: int) -> str:
    """An address without 0x."""
    return f"{addr:x}"


def address_cells(arenas: Arenas, least: int) -> int:
    """Cells for a column of addresses and the blank after them, `least` where they are not longer."""
    return max(least, arenas.digits + 1)


def shown_rows(first: int, last: int, count: int) -> str:
    """Which of `count` rows are shown, counted from 1; nothing when all are."""
    return f"rows {first}–{last} of {count}" if first > 1 or last < count else ""


def working(order: RowOrder) -> str:
    """What is said while the rows of a table are being worked out."""
    return "looking at all rows …" if order.behind else ""


def changed_elsewhere(rows: Iterable[int], top: int, shown: int) -> str:
    """Says where changed rows lie that are not among the `shown` rows from row `top`; nothing when none does."""
    above, below = False, False
    for row in rows:
        above, below = above or row < top, below or row >= top + shown
    return {(True, True): "+ above, below", (True, False): "+ above", (False, True): "+ below"}.get((above, below), "")


def rule(title: str, notes: list[str], port: Port) -> Line:
    """A pane's title rule: what it is, then what it shows, as far as there is room; empty notes are none."""
    token: Token = "focus" if port.active else "title"
    head = f"{'▌' if port.active else '─'} {title} "
    for note in filter(None, [port.note, *notes]):
        if len(head) + len(note) + 5 > port.width:
            break
        head += f"── {note} "
    return ((head, token), ("─" * max(0, port.width - cells_of(head)), token))
