"""Addresses of tiny objects in blocks that are all filled alike: what a range is for slots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TypeAlias, overload

from gomem_core.go.amd64 import TINY_SIZE


class Blocks(Sequence[int]):
    """`n` addresses: in each tiny block from `start` on the same `each`, `step` bytes apart; the first `skipped` are left out."""

    __slots__ = ("_each", "_n", "_skipped", "_start", "_step")

    def __init__(self, start: int, step: int, each: int, n: int, skipped: int = 0) -> None:
        self._start = start
        self._step = step
        self._each = each
        self._n = n
        self._skipped = skipped

    def __len__(self) -> int:
        return self._n

    def __repr__(self) -> str:
        return f"Blocks({self._start:#x}, {self._step}, {self._each}, {self._n}, {self._skipped})"

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Blocks: ...
    def __getitem__(self, at: int | slice) -> int | Blocks:
        places = range(self._n)[at]
        if isinstance(places, int):
            block, place = divmod(self._skipped + places, self._each)
            return self._start + block * TINY_SIZE + place * self._step
        if places.step != 1:
            raise ValueError("only neighbours can be cut out of these")
        return Blocks(self._start, self._step, self._each, len(places), self._skipped + places.start)

    def __iter__(self) -> Iterator[int]:
        end = self._start + -(-(self._skipped + self._n) // self._each) * TINY_SIZE
        columns = (range(self._start + place * self._step, end, TINY_SIZE) for place in range(self._each))
        return islice(chain.from_iterable(zip(*columns, strict=False)), self._skipped, self._skipped + self._n)

    def __contains__(self, addr: object) -> bool:
        return isinstance(addr, int) and self._place(addr) >= 0

    def index(self, addr: int, start: int = 0, stop: int | None = None) -> int:
        """Which of them `addr` is.  Raises ValueError where it is none of them, or not one from `start` to `stop`."""
        place = self._place(addr)
        if place < 0 or place not in range(self._n)[start:stop]:
            raise ValueError(f"{addr:#x} is not among them")
        return place

    def _place(self, addr: int) -> int:
        """Which of them `addr` is; -1: none."""
        block, offset = divmod(addr - self._start, TINY_SIZE)
        place, between = divmod(offset, self._step)
        at = block * self._each + place - self._skipped
        return at if not between and place < self._each and 0 <= at < self._n else -1


AddressRow: TypeAlias = range | Blocks
