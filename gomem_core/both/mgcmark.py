"""Marking: what the program refers to, and what that links to (runtime/mgcmark.go), with the world stopped."""

from collections.abc import Callable
from typing import TypeVar

from gomem_core.both.slots import Slots

S = TypeVar("S", bound=Slots)


def mark(spans: list[S], span_of: Callable[[int], S | None]) -> int:
    """Mark every object in `spans` that the program can reach; returns the bytes of their slots.

    `span_of` tells the span in use at an address; all such spans must be among `spans`.
    """
    grey: list[tuple[S, int]] = []
    for s in spans:
        s.gcmark_bits = s.root_bits
        if s.pointers is not None and not s.spanclass & 1:
            roots = s.root_bits
            grey += [(s, index) for index in s.pointers if roots >> index & 1]
    while grey:
        s, index = grey.pop()
        if s.pointers is None:
            continue
        for target in s.pointers[index].values():
            t = span_of(target)
            if t is None:
                continue  # nil, or not in the heap
            at = t.object_index(target)
            if t.gcmark_bits >> at & 1:
                continue
            t.gcmark_bits |= 1 << at
            if t.pointers is not None and at in t.pointers:
                grey.append((t, at))
    return sum([s.gcmark_bits.bit_count() * s.elemsize for s in spans if s.gcmark_bits])
