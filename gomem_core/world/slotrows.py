"""Records of slots and words from the bits of a span: the same for every world that has the bits."""

from collections.abc import Callable, Iterator, Mapping

from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.heapbits import FILLED, span_bits, word_bits
from gomem_core.go.versions import BITS_IN_SPAN, Profile
from gomem_core.named import NamedTuple
from gomem_core.world.records import PtrWords, SlotInfo, SlotState, SpanInfo, WordInfo


class SpanBits(NamedTuple):
    """The bit sets of a span in use, None where nothing is known; bit i is slot i."""

    alloc: int
    gcmark: int | None
    roots: int | None


def slot_rows(info: SpanInfo, bits: SpanBits, start: int, stop: int | None) -> list[SlotInfo]:
    """Slots number start to stop of a span in use."""
    freeindex = info.freeindex or 0  # where it is not known, allocBits say it all
    gcmark, roots = bits.gcmark or 0, bits.roots or 0
    waits = info.waits and bits.gcmark is not None
    found: list[SlotInfo] = []
    for i in range(start, info.nelems if stop is None else min(info.nelems, stop)):
        alloc_bit, marked = bits.alloc >> i & 1 == 1, gcmark >> i & 1 == 1
        allocated = alloc_bit or i < freeindex
        state: SlotState = "free"
        if allocated:
            state = "dead" if waits and not marked else "allocated"
        rooted = None if bits.roots is None else roots >> i & 1 == 1
        found.append(SlotInfo(i, info.base + i * info.elemsize, state, allocated, alloc_bit, marked, rooted))
    return found


def slot_at(addr: int, info: SpanInfo | None, rows: Callable[[int, int, int | None], list[SlotInfo]]) -> SlotInfo | None:
    """The slot that holds `addr` of the span `info`, as `rows` (Slots.rows) tells it; None outside slots."""
    if info is None or not info.elemsize:
        return None
    index = (addr - info.base) // info.elemsize
    return next(iter(rows(info.base, index, index + 1)), None)


def slot_sets(info: SpanInfo, alloc_bits: int, gcmark_bits: int | None) -> tuple[int, int]:
    """The allocated slots of a span in use, and those of them that are not dead, as bit sets."""
    allocated = alloc_bits | ((1 << (info.freeindex or 0)) - 1)
    return allocated, allocated & gcmark_bits if info.waits and gcmark_bits is not None else allocated


def word_rows(
    info: SpanInfo,
    addr: int,
    count: int,
    runs: PtrWords | None,
    stored: Mapping[int, Mapping[int, int]] | None,
    profile: Profile,
    arena_start: int,
) -> list[WordInfo]:
    """`count` words from `addr` (rounded down to a word) of a span in use, as far as it goes.

    `runs` are those of SlotColumns; `stored`: slot → word → pointer, None where nothing is known of it.  Both count the words of
    an object from its first on, which comes after its header where it has one.
    """
    header = int(profile.has_header(info.spanclass))
    first = (addr - info.base) // PTR_SIZE
    count = min(count, info.nbytes // PTR_SIZE - first)
    found: list[WordInfo] = []
    for word, digit in enumerate(_digits(info, runs, first, count, header), first):
        at = info.base + word * PTR_SIZE
        slot, in_slot = divmod(word * PTR_SIZE, info.elemsize)
        value = None if stored is None else stored.get(slot, {}).get(in_slot // PTR_SIZE - header, 0) if stored else 0
        pointer = None if digit is None else digit & 1 == 1
        if profile.heap_bits == "two bits":
            arena_word = (at - arena_start) // PTR_SIZE
            scan = None if digit is None else digit & 2 == 2
            found.append(WordInfo(at, pointer, scan, arena_start - arena_word // 4 - 1, arena_word % 4, value))
        else:
            bits = _bits_of(info, profile)
            found.append(WordInfo(at, pointer, None, None if bits is None else bits + word // 8, word % 8, value))
    return found


def _digits(info: SpanInfo, runs: PtrWords | None, first: int, count: int, header: int) -> Iterator[int | None]:
    """The pointer bit (1) and the scan bit (2) of each word; None where they are not known.

    `header`: words of a slot before the object in it, which are not described.
    """
    if runs is None:
        return iter([None] * count)
    if isinstance(runs, bool):
        return iter([FILLED * runs] * count)
    if isinstance(runs, bytes):
        bits = int.from_bytes(runs, "little") >> first
        return (bits >> i & 1 for i in range(count))
    if not header:
        return iter(span_bits(runs, info.elemsize, first, count))
    places = (divmod(word, info.elemsize // PTR_SIZE) for word in range(first, first + count))
    return (word_bits(at - header, runs[slot]) if slot < len(runs) and at >= header else 0 for slot, at in places)


def _bits_of(info: SpanInfo, profile: Profile) -> int | None:
    """Address of the pointer bits of a span that has them at its end."""
    if profile.heap_bits != "span" or info.kind == "noscan" or info.elemsize > BITS_IN_SPAN:
        return None
    return info.base + info.nbytes - profile.span_end(info.spanclass)
