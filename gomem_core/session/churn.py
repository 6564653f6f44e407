"""`churn`: a reproducible random load that looks like a program.

Only `random.Random(seed).random()` is used, whose sequence Python promises to keep.  Each operation is an allocation with
probability 3/4 while less than the wanted bytes are alive, else with 1/4; otherwise one of the living objects is dropped, each
with the same probability.  The size comes from one of the bands below: low + (high - low) × u³ with u uniform, so that small
sizes prevail (and only additions and multiplications are needed, which give the same everywhere).

All churns of a session are one load: objects that an earlier one kept count as alive, and are dropped like those of this one.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.session.engine import Mallocs


@frozen
class Band:
    """A share of all allocations (`weight`, of 100) with sizes `low` to `high` bytes, `scan` of 100 with pointers throughout."""

    weight: int
    low: int
    high: int
    scan: int


DISTRIBUTIONS: Final[dict[str, tuple[Band, ...]]] = {
    "small": (Band(20, 1, 15, 0), Band(60, 16, 128, 60), Band(20, 129, 1024, 40)),
    "mixed": (
        Band(15, 1, 15, 0),
        Band(50, 16, 512, 50),
        Band(28, 513, 8192, 40),
        Band(6, 8193, 32768, 20),
        Band(1, 32769, 1 << 20, 10),
    ),
    # Strings and numbers, small structs, buffers, now and then a body: what a web server allocates.
    "web": (
        Band(25, 1, 15, 0),
        Band(45, 16, 128, 70),
        Band(20, 129, 1024, 50),
        Band(9, 1025, 8192, 10),
        Band(1, 32768, 131072, 0),
    ),
    "large": (Band(80, 32769, 1 << 20, 20), Band(20, 1 << 20, 8 << 20, 10)),
}


class Churned:
    """What a churn did, to be entered in the object table when all of it went well."""

    def __init__(self) -> None:
        self.objects: list[tuple[int, int, int]] = []  # address, size, ptrdata; in order of birth
        self.dropped: list[int] = []  # numbers of those that were dropped: first come the earlier objects, then these
        self.live_bytes = 0  # of all that it kept, earlier ones too


def churn(
    heap: Mallocs,
    n: int,
    seed: int,
    live: int,
    sizes: str,
    earlier: Sequence[tuple[int, int]] = (),
    tell: Callable[[], None] | None = None,
) -> Churned:
    """Do `n` operations that keep about `live` bytes alive; `tell` is called after each of them.

    `earlier`: address and size of each object that earlier churns kept, oldest first.  Raises OutOfMemory midway: the caller
    must undo.
    """
    bands = DISTRIBUTIONS[sizes]
    draw = Random(seed).random
    done = Churned()
    known = list(earlier)  # address and size of every object, by number
    living = list(range(len(known)))
    alive = sum(size for _, size in known)
    for _ in range(n):
        if not living or draw() < (0.75 if alive < live else 0.25):
            size, ptrdata = _draw_object(bands, draw() * 100, draw(), draw() * 100)
            addr = heap.mallocgc(size, ptrdata)
            living.append(len(known))
            known.append((addr, size))
            done.objects.append((addr, size, ptrdata))
            alive += size
        else:
            at = int(draw() * len(living))
            living[at], living[-1] = living[-1], living[at]
            number = living.pop()
            addr, size = known[number]
            heap.drop(addr)
            done.dropped.append(number)
            alive -= size
        if tell is not None:
            tell()
    done.live_bytes = alive
    return done


def _draw_object(bands: tuple[Band, ...], which: float, where: float, scan: float) -> tuple[int, int]:
    """Size and ptrdata of an object from three draws: band, place within it, with pointers or without."""
    for band in bands:
        which -= band.weight
        if which < 0:
            break
    size = int(band.low + (band.high - band.low + 1) * (where * where * where))
    if scan < band.scan:
        size = max(8, size & ~7)
        return size, size
    return size, 0
