"""What an allocator keeps that nothing in a world asks for, and that decides how it goes on."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from typing import NamedTuple


class Unseen(NamedTuple):
    """What a heap of Go 1.10 needs besides all that is seen of it, to go on exactly as it would have.

    Without it, it goes on as any heap of that look could: spans are swept by address, and nothing is swept as payment.
    """

    swept: array[int]  # bases of the spans in use that are swept, in the order in which they came onto their stack (sweepSpans)
    unswept: array[int]  # of those that wait, likewise: the last is swept first
    structs: array[int]  # addresses of free mspan structs, the last is used first (spanalloc.free)
    described: array[int]  # what each of these described last: the base of a span
    sweepgens: array[int]  # and its sweepgen then
    chunk: tuple[int, int, int]  # of spanalloc: address of the next new struct, bytes left there, chunks so far
    pages_swept: int  # in this cycle
    pages_swept_basis: int
    sweep_heap_live_basis: int
    sweep_pages_per_byte: float
    now: int  # ns
