"""How far sweeping has come in a real program, and how fast it has to be: fields of Go's mheap."""

from collections.abc import Mapping

import numpy as np

from gomem_core.go.structs import field
from gomem_core.named import NamedTuple
from gomem_core.outside.arrays import Bytes, Words


class Sweeping(NamedTuple):
    """These fields, under Go's names."""

    pages_swept: int  # in this cycle
    pages_swept_basis: int  # ... when the speed was set last
    sweep_heap_live_basis: int  # bytes of heap_live then
    sweep_pages_per_byte: float  # 0: nothing is swept as payment for allocations
    reclaim_index: int  # pages that were looked at in this cycle before some were taken; all: 1 << 63
    reclaim_credit: int  # pages that were freed meanwhile

    @classmethod
    def of(cls, mheap: Bytes, at: Mapping[str, int]) -> "Sweeping":
        """The fields, from the bytes of the struct."""
        words: Words = mheap.view(np.uint64)
        numbers = {name: words[at[f"mheap.{field(name)}"] // 8] for name in cls._fields}
        ratio = float(numbers.pop("sweep_pages_per_byte").view(np.float64))
        return cls(**{name: int(number) for name, number in numbers.items()}, sweep_pages_per_byte=ratio)
