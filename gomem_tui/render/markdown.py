"""What a session says, in Markdown, as lines of a width: headings, lists, quotes, code, and paragraphs that are reflowed.

markdown-it-py reads it, as CommonMark without raw HTML: tags are text like any other.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Span
from gomem_tui.render.reflow import chopped, reflow
from gomem_tui.render.words import clean

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token as Node  # their token is a piece of Markdown, ours is a style

_ROOM: Final = 12  # cells that bullets and quote bars of lists in lists leave for the text


def render_markdown(text: str, width: int) -> list[Line]:
    """The lines, none of them wider than `width` cells; an empty line where the text has one or more between two blocks."""
    if width < 1 or not text.strip():
        return []
    page = _Page(width)
    for node in _parser().parse(clean(text, keep="\n\t")):
        page.add(node)
    return page.lines


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- 20 ms that a session in which nothing is said need not spend

    return MarkdownIt("commonmark", {"html": False, "maxNesting": 100})


@dataclass
class _Container:
    """A quote or an item of a list: what stands before its first line, and before the others."""

    first: str
    rest: str
    begin: int  # its first line in the source


@dataclass
class _Page:
    """Takes the pieces in order and makes lines of them."""

    width: int
    lines: list[Line] = field(default_factory=list)
    _inside: list[_Container] = field(default_factory=list)
    _shared: int = 0  # of the containers, those that the last block was in too
    _end: int = 0  # line of the source after the last block
    _token: Token = "text"

    def add(self, node: "Node") -> None:
        """Take one piece of the block structure."""
        begin, end = node.map or (self._end, self._end)
        match node.type:
            case "blockquote_open":
                self._inside.append(_Container("│ ", "│ ", begin))
            case "list_item_open":
                bullet = f"{node.info}{node.markup} " if node.info else "• "
                self._inside.append(_Container(bullet, " " * len(bullet), begin))
            case "list_item_close" | "blockquote_close":
                if self._inside[-1].first != self._inside[-1].rest:  # an item without text
                    self._put([()], self._inside[-1].begin, self._inside[-1].begin + 1)
                self._inside.pop()
                self._shared = min(self._shared, len(self._inside))
            case "heading_open":
                self._token = "heading"
            case "heading_close":
                self._token = "text"
            case "inline":
                self._put(reflow(_spans(node, self._token), self._room), begin, end)
            case "fence" | "code_block":
                code = [clean(line) for line in node.content.expandtabs(4).splitlines()]
                indent = "  " if self._room > _ROOM else ""
                room = self._room - len(indent)
                self._put([((indent + part, "code"),) for line in code for part in chopped(line, room)], begin, end)
            case "hr":
                self._put([(("─" * self._room, "dim"),)], begin, end)
            case _:
                pass

    @property
    def _room(self) -> int:
        """Cells for the text of a line."""
        return self.width - len(self._before([c.rest for c in self._inside]))

    def _before(self, marks: list[str]) -> str:
        """What stands before a line; cut where it would leave too little for the line itself."""
        return "".join(marks)[: max(0, self.width - _ROOM)]

    def _put(self, lines: list[Line], begin: int, end: int) -> None:
        if self.lines and begin > self._end:
            self._add_line([c.rest for c in self._inside[: self._shared]], ())
        for line in lines:
            self._add_line([c.first for c in self._inside], line)
            for container in self._inside:
                container.first = container.rest
        self._shared, self._end = len(self._inside), max(end, self._end)

    def _add_line(self, marks: list[str], line: Line) -> None:
        before = self._before(marks)
        self.lines.append(((before, "label"), *line) if before else line)


def _spans(inline: "Node", plain: Token) -> list[Span]:
    """The text of a block in pieces of one style, with a newline character where a line must end.

    Backticks stay, for screens without colours.
    """
    found: list[Span] = []
    strong = emphasis = 0
    links: list[tuple[str, int]] = []  # where they lead, and the piece their text begins with
    for node in inline.children or []:
        token: Token = "strong" if strong else "emphasis" if emphasis else plain
        match node.type:
            case "strong_open" | "strong_close":
                strong += node.nesting
            case "em_open" | "em_close":
                emphasis += node.nesting
            case "code_inline":
                found.append((clean(node.content), "code"))
            case "softbreak":
                found.append((" ", token))
            case "hardbreak":
                found.append(("\n", token))
            case "link_open":
                links.append((str(node.attrs.get("href", "")), len(found)))
            case "link_close":
                found += _url(*links.pop(), found)
            case "image":
                found.append((clean(node.content), token))
                found += _url(str(node.attrs.get("src", "")), len(found) - 1, found)
            case _:
                found.append((clean(node.content), token))
    return found


def _url(url: str, begin: int, found: list[Span]) -> list[Span]:
    """Returns where a link leads, in brackets after its text, unless that says it already."""
    url = clean(_parser().normalizeLinkText(url))
    text = "".join(text for text, _ in found[begin:])
    if not url or text in (url, url.removeprefix("mailto:")):
        return []
    return [(f" ({url})" if text else url, "label")]
