"""The steps of a session as text: a million of them, most of which nobody looks at, in a third of the memory of a list.

All but the last ones are kept in blocks, each as one string.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, overload

from gomem_core.regex import regex

_SHIFT: Final = 8
BLOCK: Final = 1 << _SHIFT  # steps; those of one block are had at once

_WHOLE: Final = regex(rf"(?:.*+\n){{{BLOCK}}}")  # the lines of a block

_Block = str | tuple[str, ...]  # lines joined by line breaks; each by itself, if one has a line break in it


class Lines(Sequence[str]):
    """A list of strings that changes at its end; equal to a list that has the same."""

    __slots__ = ("_blocks", "_open", "_tail")
    __hash__ = None  # type: ignore[assignment]  # as that of a list

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._blocks: list[_Block] = lines._blocks[:] if isinstance(lines, Lines) else []
        self._tail: list[str] = lines._tail[:] if isinstance(lines, Lines) else []
        self._open: tuple[int, list[str]] = (-1, [])  # a block that was looked into last, by its place
        if not isinstance(lines, Lines):
            self.extend(lines)

    def __len__(self) -> int:
        return (len(self._blocks) << _SHIFT) + len(self._tail)

    def __iter__(self) -> Iterator[str]:
        return chain(chain.from_iterable(map(_lines, self._blocks)), self._tail)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Lines):
            return self._blocks == other._blocks and self._tail == other._tail
        return isinstance(other, list) and len(other) == len(self) and all(map(str.__eq__, self, other))

    def __repr__(self) -> str:
        return f"Lines({[*self]!r})"

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> list[str]: ...

    def __getitem__(self, at: int | slice) -> str | list[str]:
        found = range(len(self))[at]
        if isinstance(found, int):
            return self._block(found >> _SHIFT)[found & BLOCK - 1]
        if not found:
            return []
        if found.step != 1:
            return [self[one] for one in found]
        first, last = found[0] >> _SHIFT, found[-1] >> _SHIFT
        if first == last:
            return self._block(first)[found[0] & BLOCK - 1 : (found[-1] & BLOCK - 1) + 1]
        lines = [*chain.from_iterable(map(_lines, self._blocks[first : last + 1]))]
        if last == len(self._blocks):
            lines += self._tail
        begin = first << _SHIFT
        return lines[found[0] - begin : found[-1] + 1 - begin]

    def blocks(self) -> Iterator[str | Sequence[str]]:
        """All lines in their order, many at once: joined by line breaks where none has one in it."""
        yield from self._blocks
        yield self._tail

    def having(self, word: str) -> Iterator[tuple[int, str]]:
        """The lines that have this word, which has no line break, somewhere in them, each with its place."""
        for number, block in enumerate(self._blocks):
            if not isinstance(block, str) or word in block:
                yield from ((at, line) for at, line in enumerate(_lines(block), number << _SHIFT) if word in line)
        yield from ((at, line) for at, line in enumerate(self._tail, len(self._blocks) << _SHIFT) if word in line)

    def append(self, line: str) -> None:
        """Add one at the end."""
        self._tail.append(line)
        if len(self._tail) == BLOCK:
            self._blocks.append(_packed(self._tail))
            self._tail = []

    def extend(self, lines: Iterable[str]) -> None:
        """Add many at the end."""
        tail = self._tail
        tail.extend(lines)
        whole = len(tail) & -BLOCK
        self._blocks.extend(_packed(tail[at : at + BLOCK]) for at in range(0, whole, BLOCK))
        del tail[:whole]

    def extend_text(self, text: str) -> None:
        """Add the lines of a text, which line breaks part, at the end: most of it is never looked at line by line."""
        room = BLOCK - len(self._tail)
        lines = text.split("\n", room)
        self.extend(lines[:room])
        if len(lines) > room:
            rest = f"{lines[room]}\n"
            blocks = _WHOLE.findall(rest)
            self._blocks += [block[:-1] for block in blocks]
            self._tail += rest[sum(map(len, blocks)) :].split("\n")[:-1]

    def cut(self, count: int) -> None:
        """Forget all but the first so many."""
        if count >= len(self):
            return
        block = count >> _SHIFT
        self._tail = self._block(block)[: count & BLOCK - 1]
        del self._blocks[block:]
        self._open = (-1, [])

    def __setitem__(self, at: int, line: str) -> None:
        at = range(len(self))[at]
        block = self._block(at >> _SHIFT)
        block[at & BLOCK - 1] = line
        if at >> _SHIFT < len(self._blocks):
            self._blocks[at >> _SHIFT] = _packed(block)

    def _block(self, block: int) -> list[str]:
        """The lines of a block, not to be changed but by this class."""
        if block == len(self._blocks):
            return self._tail
        if self._open[0] != block:
            self._open = block, [*_lines(self._blocks[block])]
        return self._open[1]


def _packed(lines: list[str]) -> _Block:
    text = "\n".join(lines)
    return text if text.count("\n") == len(lines) - 1 else tuple(lines)


def _lines(block: _Block) -> Sequence[str]:
    return block.split("\n") if isinstance(block, str) else block
