"""The pages of one chunk as bits of an int: runs of free ones, and their summary (runtime/mpallocbits.go).

See malloc.py for the overview.  Bit i of a bit set is page i of its chunk; here 1 means free, in Go's own bitmap it means taken.
"""

from typing import Final

CHUNK_SHIFT: Final = 9
CHUNK_PAGES: Final = 1 << CHUNK_SHIFT  # pallocChunkPages: 4 MB
ALL: Final = (1 << CHUNK_PAGES) - 1


class Summary:
    """Free pages of a stretch of memory: at its start, the longest run in it, and at its end (pallocSum).

    Is never changed.  No named tuple: mypyc reads fields of a class of its own many times faster.
    """

    __slots__ = ("end", "longest", "start")

    def __init__(self, start: int, longest: int, end: int) -> None:
        self.start = start
        self.longest = longest
        self.end = end

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Summary) and self.is_same(other)

    def __hash__(self) -> int:
        return hash((self.start, self.longest, self.end))

    def __repr__(self) -> str:
        return f"Summary({self.start}, {self.longest}, {self.end})"

    def is_same(self, other: "Summary") -> bool:
        """Whether all three are equal."""
        return self.start == other.start and self.longest == other.longest and self.end == other.end


NO_PAGES: Final = Summary(0, 0, 0)
ALL_FREE: Final = Summary(CHUNK_PAGES, CHUNK_PAGES, CHUNK_PAGES)


def find_run(free: int, npages: int) -> int:
    """Position of the lowest run of `npages` ones, -1: there is none ((*pallocBits).find)."""
    lowest = (free & -free).bit_length() - 1
    run = (1 << npages) - 1
    if lowest < 0 or free >> lowest & run == run:  # most often the first run is long enough
        return lowest
    begins, length = free, 1  # begins: where runs of `length` ones begin
    while length < npages and begins:
        more = min(length, npages - length)
        begins &= begins >> more
        length += more
    return (begins & -begins).bit_length() - 1


def longest_run(free: int) -> int:
    """Length of the longest run of ones."""
    if not free & (free + (free & -free)):  # one run, or none
        return free.bit_count()
    begins = [free]  # [k]: where runs of 2^k ones begin
    while longer := begins[-1] & begins[-1] >> (1 << len(begins) - 1):
        begins.append(longer)
    at, length = begins[-1], 1 << len(begins) - 1
    for k in range(len(begins) - 2, -1, -1):
        longer = at & begins[k] >> length
        if longer:
            at, length = longer, length + (1 << k)
    return length


def summarize(free: int) -> Summary:
    """The summary of a chunk whose free pages are these ((*pallocBits).summarize)."""
    if free == ALL:
        return ALL_FREE
    if not free:
        return NO_PAGES
    taken = ~free & ALL
    return Summary((taken & -taken).bit_length() - 1, longest_run(free), CHUNK_PAGES - taken.bit_length())


def merge(parts: list[Summary], size: int) -> Summary:
    """The summary of stretches of `size` pages each that lie one after the other (mergeSummaries)."""
    start = longest = run = 0
    is_start = True
    for part in parts:
        if part.start == size:
            run += size
            continue
        joined = run + part.start
        if is_start:
            start, is_start = joined, False
        longest = max(longest, joined)
        longest = max(longest, part.longest)
        run = part.end
    return Summary(run if is_start else start, max(longest, run), run)
