"""A heap profile as a world: call sites, and nothing of the heap itself."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Iterable
from typing import Final

from gomem_core.formats.heapprofile import Sample, read_profile
from gomem_core.go.versions import PROFILES
from gomem_core.world.facts import Doubts, Fact
from gomem_core.world.sites import CallSite, Sites, Stack
from gomem_core.world.still import Facets, Place, Still
from gomem_core.world.world import Unknown

_NOTHING: Final = Unknown("a heap profile has call sites and no addresses: which objects there are, and where, it does not tell")
_SUMS: Final = Unknown("a heap profile has what its samples stand for, and no MemStats")
DOUBTS: Final[Doubts] = {
    **dict.fromkeys(Fact, "a heap profile does not tell it"),
    Fact.SIZE: "a heap profile counts whole slots: how much of them was asked for it does not tell",
}


def world_of_profile(data: bytes, title: str) -> Still:
    """The still of the heap profile that these bytes, uncompressed, are.  Raises ProfileError."""
    profile = read_profile(data)
    sites = sites_of(profile.samples, profile.rate)
    facets = Facets(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING, _SUMS, _NOTHING)
    note = f"one sample in {profile.rate} bytes" if profile.rate > 1 else ""
    return Still(Place(title, 0, "profile", "", note), PROFILES[-1], facets, {}, DOUBTS, "profile", sites=sites)


def sites_of(samples: Iterable[Sample], rate: int, scaled: bool = True) -> Sites:
    """The samples as columns; those of one stack and size are one row."""
    stacks: dict[Stack, int] = {}
    rows: dict[tuple[int, int], list[int]] = {}
    for sample in samples:
        stack = tuple(CallSite(*line) for line in sample.stack)
        row = rows.setdefault((stacks.setdefault(stack, len(stacks)), sample.size), [0] * 4)
        amounts = (sample.inuse_objects, sample.inuse_bytes, sample.alloc_objects, sample.alloc_bytes)
        for at, amount in enumerate(amounts):
            row[at] = min(row[at] + amount, (1 << 62) - 1)
    keys = sorted(rows)
    inuse_objects, inuse_bytes, alloc_objects, alloc_bytes = (array("q", [rows[key][at] for key in keys]) for at in range(4))
    return Sites(
        stacks=tuple(stacks),
        stack=array("q", [stack for stack, _ in keys]),
        size=array("q", [size for _, size in keys]),
        inuse_objects=inuse_objects,
        inuse_bytes=inuse_bytes,
        alloc_objects=alloc_objects,
        alloc_bytes=alloc_bytes,
        rate=rate,
        scaled=scaled,
        slots={},
    )
