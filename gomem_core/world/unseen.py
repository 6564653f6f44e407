"""What an allocator keeps that nothing in a world asks for, and that decides how it goes on."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array

from gomem_core.named import NamedTuple


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


class ModernUnseen(NamedTuple):
    """The same for a heap of Go 1.21 or later.

    Without it, it goes on as one of that look could: pages up to the last one in use of an arena are zeroed before they
    are handed out, and nothing is swept as payment.
    """

    zeroed_base: dict[int, int]  # base of an arena → bytes from there that were ever handed out (heapArena.zeroedBase)
    cur_arena: tuple[int, int]  # what the heap grows into: from where, and up to where it is reserved (mheap.curArena)
    smallalloc: array[int]  # slots ever handed out, by size class
    page_marks: array[int]  # bases of spans that wait to be swept and have a marked object, as the runtime notes it (pageMarks)
    pages_swept: int  # in this cycle
    swept_basis: int
    sweep_heap_live_basis: int
    sweep_pages_per_byte: float
    reclaim_index: int
    reclaim_credit: int
    trigger: int  # heap_live at which the next collection starts


AnyUnseen = Unseen | ModernUnseen
