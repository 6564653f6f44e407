"""What lies in the spans of an allocator's heap, as others may see it: slots, words and their bits (Slots of world/world.py)."""

from collections.abc import Sequence
from typing import Final, Generic, Protocol, TypeVar

from gomem_core.both.program import Program
from gomem_core.both.slots import Slots
from gomem_core.go.versions import MOST_SLOTS, Profile
from gomem_core.world.records import PtrWords, SlotColumns, SlotInfo, SpanInfo, WordInfo
from gomem_core.world.slotrows import SpanBits, slot_at, slot_rows, word_rows

S = TypeVar("S", bound=Slots)

_FULL: Final = [((1 << n) - 1).to_bytes((n + 7) >> 3, "little") for n in range(MOST_SLOTS + 1)]
_NO_BITS: Final = (0, 0, 0, 0, False)


class Seen(Protocol[S]):
    """What is asked of the view of the spans."""

    def at(self, addr: int) -> SpanInfo | None:
        """The row whose pages hold `addr`."""
        ...

    def in_use(self, base: int) -> S | None:
        """The span in use at exactly `base`."""
        ...

    def info(self, s: S) -> SpanInfo:
        """The record of a span."""
        ...

    def slotted(self, start: int, stop: int | None) -> Sequence[S | None]:
        """The spans with slots among rows number start to stop; None for a row without."""
        ...

    def mspans(self, start: int, stop: int | None) -> list[S]:
        """The structs of rows number start to stop, as far as they have one; not each has slots."""
        ...


class SlotView(Generic[S]):
    """Read-only access to slots and words of one heap."""

    def __init__(self, program: Program[S], spans: Seen[S], profile: Profile) -> None:
        self._program = program
        self._spans = spans
        self._profile = profile

    @property
    def zerobase(self) -> int:
        """Where objects of size 0 live."""
        return self._program.zerobase

    # --- What the allocator tells -----------------------------------------------------------------------------------------

    def waits(self, s: S) -> bool:
        """Whether a span waits to be swept, so that its marks tell what lives."""
        raise NotImplementedError

    def waiting(self, spans: list[S]) -> list[bool]:
        """The same of many spans; nothing where none waits at all."""
        return [self.waits(s) for s in spans]

    def runs(self, s: S) -> PtrWords:
        """What is kept of which words of a span may hold pointers."""
        raise NotImplementedError

    # --- What is asked ------------------------------------------------------------------------------------------------------

    def bits(self, base: int) -> tuple[int, int, int]:
        """allocBits, allocCache and gcmarkBits."""
        s = self._spans.in_use(base)
        return (0, 0, 0) if s is None else (s.alloc_bits, s.alloc_cache, s.gcmark_bits)

    def rows(self, base: int, start: int = 0, stop: int | None = None) -> list[SlotInfo]:
        """Slots number start to stop of a span."""
        s = self._spans.in_use(base)
        if s is None:
            return []
        return slot_rows(self._spans.info(s), SpanBits(s.alloc_bits, s.gcmark_bits, s.root_bits), start, stop)

    def at(self, addr: int) -> SlotInfo | None:
        """The slot that holds `addr`."""
        return slot_at(addr, self._spans.at(addr), self.rows)

    def elemsize_at(self, addr: int) -> int:
        """Bytes of a slot of the span at `addr`."""
        info = self._spans.at(addr)
        return info.elemsize if info is not None else 0

    def base_of(self, addr: int) -> int:
        """Address of the slot that holds `addr`."""
        info = self._spans.at(addr)
        if info is None or not info.elemsize:
            return 0
        slot = (addr - info.base) // info.elemsize
        return info.base + slot * info.elemsize if slot < info.nelems else 0

    def words(self, addr: int, count: int) -> list[WordInfo]:
        """`count` words from `addr` on."""
        info = self._spans.at(addr)
        s = None if info is None else self._spans.in_use(info.base)
        if info is None or s is None:
            return []
        return word_rows(info, addr, count, self.runs(s), s.pointers or {}, self._profile, self._profile.arena_start)

    def columns(self) -> SlotColumns:
        """What lies in all spans."""
        bits = [
            _NO_BITS if s is None else (s.alloc_bits, s.alloc_cache, s.gcmark_bits, s.root_bits, _copied(self.runs(s)))
            for s in self._spans.slotted(0, None)
        ]
        return SlotColumns(*zip(*bits, strict=True)) if bits else SlotColumns((), (), (), (), ())

    def sets(self, base: int) -> tuple[int, int] | None:
        """The allocated slots of a span, and those that are not dead."""
        s = self._spans.in_use(base)
        if s is None:
            return None
        allocated = s.allocated_bits()
        return allocated, allocated & s.gcmark_bits if self.waits(s) else allocated

    def set_bytes(self, start: int, stop: int) -> tuple[bytes, bytes]:
        """What `sets` says of many spans, joined."""
        spans = self._spans.mspans(start, stop)
        allocated = [  # `is_full`, written out
            _FULL[s.nelems] if s.free_addr == s.run_end and not s.free_behind else _bytes_of(s, s.allocated_bits()) for s in spans
        ]
        joined = b"".join(allocated)
        waits = self.waiting(spans)
        if not any(waits):
            return joined, joined
        live = [
            _bytes_of(s, s.allocated_bits() & s.gcmark_bits) if waiting else taken
            for s, taken, waiting in zip(spans, allocated, waits, strict=True)
        ]
        return joined, b"".join(live)

    def full(self, start: int, stop: int) -> bytes:
        """The classes of full spans, as Slots of world/world.py says."""
        spans = self._spans.mspans(start, stop)
        if len(spans) < stop - start or any(self.waiting(spans)):
            return bytes(stop - start)
        # What was counted as taken, and not swept since, is: `is_full` would look at two addresses, far from here in memory.
        return bytes([0 if s.free_behind or s.counted != s.nelems or not s.nelems else s.spanclass for s in spans])


def _bytes_of(s: Slots, bits: int) -> bytes:
    return bits.to_bytes((s.nelems + 7) >> 3, "little")


def _copied(runs: PtrWords) -> PtrWords:
    """The same, to be kept: a bool, bytes, or an array of its own."""
    return runs if isinstance(runs, bool | bytes) else runs[:]
