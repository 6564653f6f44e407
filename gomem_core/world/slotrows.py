"""Records of slots and words from the bits of a span: the same for every world that has the bits."""

from collections.abc import Callable, Mapping, Sequence

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.heapbits import FILLED, span_bits
from gomem_core.world.records import SlotInfo, SlotState, SpanInfo, WordInfo

# For each slot, how many of its words may hold pointers, from the first on; a bool: all words of all slots, or none.
Runs = Sequence[int] | bool


def slot_rows(info: SpanInfo, bits: tuple[int, int, int], start: int, stop: int | None) -> list[SlotInfo]:
    """Slots number start to stop of a span in use; `bits` are its allocBits, its gcmarkBits, and the slots that are roots."""
    alloc_bits, gcmark_bits, root_bits = bits
    freeindex = info.freeindex or 0  # where it is not known, allocBits say it all
    found: list[SlotInfo] = []
    for i in range(start, info.nelems if stop is None else min(info.nelems, stop)):
        alloc_bit, marked = alloc_bits >> i & 1 == 1, gcmark_bits >> i & 1 == 1
        allocated = alloc_bit or i < freeindex
        state: SlotState = "free"
        if allocated:
            state = "dead" if info.waits and not marked else "allocated"
        found.append(SlotInfo(i, info.base + i * info.elemsize, state, allocated, alloc_bit, marked, root_bits >> i & 1 == 1))
    return found


def slot_at(addr: int, info: SpanInfo | None, rows: Callable[[int, int, int | None], list[SlotInfo]]) -> SlotInfo | None:
    """The slot that holds `addr` of the span `info`, as `rows` (Slots.rows) tells it; None outside slots."""
    if info is None or not info.elemsize:
        return None
    index = (addr - info.base) // info.elemsize
    return next(iter(rows(info.base, index, index + 1)), None)


def slot_sets(info: SpanInfo, alloc_bits: int, gcmark_bits: int) -> tuple[int, int]:
    """The allocated slots of a span in use, and those of them that are not dead, as bit sets."""
    allocated = alloc_bits | ((1 << (info.freeindex or 0)) - 1)
    return allocated, allocated & gcmark_bits if info.waits else allocated


def word_rows(
    info: SpanInfo, addr: int, count: int, runs: Runs, stored: Mapping[int, Mapping[int, int]], arena_start: int
) -> list[WordInfo]:
    """`count` words from `addr` (rounded down to a word) of a span in use, as far as it goes; `stored`: slot → word → pointer."""
    first = (addr - info.base) // PTR_SIZE
    count = min(count, info.nbytes // PTR_SIZE - first)
    digits = [FILLED * runs] * count if isinstance(runs, bool) else span_bits(runs, info.elemsize, first, count)
    found: list[WordInfo] = []
    for word, digit in enumerate(digits, first):
        at = info.base + word * PTR_SIZE
        slot, in_slot = divmod(word * PTR_SIZE, info.elemsize)
        value = stored.get(slot, {}).get(in_slot // PTR_SIZE, 0) if stored else 0
        arena_word = (at - arena_start) // PTR_SIZE
        found.append(WordInfo(at, digit & 1 == 1, digit & 2 == 2, arena_start - arena_word // 4 - 1, arena_word % 4, value))
    return found
