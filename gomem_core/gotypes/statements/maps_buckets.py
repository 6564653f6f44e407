"""Maps up to Go 1.23: an array of buckets of eight entries (runtime/map.go).

A bucket that is full gets an overflow bucket, which depends on a random seed; none are made here.  What is exact is the growth
of the array: it doubles when there are more than 6.5 entries a bucket (6 in Go 1.21).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.gotypes.growth import rounded
from gomem_core.gotypes.model import BASICS, UNSAFE_POINTER, Array, Type
from gomem_core.gotypes.statements.plan import Element, Handle, Link, Plan, element
from gomem_core.gotypes.statements.shapes import INDIRECT, Shapes, pointer_to, struct

_ENTRIES: Final = 8  # of a bucket
_SPARE_FROM: Final = 4  # B from which on overflow buckets are made with the array, one for sixteen
_BUCKETS, _EXTRA = 2, 5  # words of an hmap
_HEADER: Final = element("runtime.hmap", 48, "001101")
_MAPEXTRA: Final = element("runtime.mapextra", 24, "111")


@frozen
class Buckets:
    """A map's state: 2^b buckets."""

    key: Type
    elem: Type
    header: Handle
    used: int = 0
    b: int = 0
    buckets: Handle | None = None
    extra: Handle | None = None
    held: tuple[Handle, ...] = ()  # keys and elements that are too large to stand in a bucket

    def objects(self) -> Iterator[Handle]:
        """All that it consists of."""
        yield self.header
        for handle in (self.buckets, self.extra):
            if handle is not None:
                yield handle
        yield from self.held


def make_map(plan: Plan, shapes: Shapes, key: Type, elem: Type, hint: int) -> Buckets:
    """A map with room for `hint` entries (makemap); for eight or fewer only the header.  Raises GoError."""
    bucket = _bucket(shapes, key, elem)
    if hint * bucket.size > shapes.profile.max_alloc:  # a hint that Go does not believe
        hint = 0
    b = 0
    while _is_over(shapes, hint, b):
        b += 1
    few = "the map's header; a bucket comes with the first entry"
    state = Buckets(key, elem, plan.demand(_HEADER, "the map's header" if b else few), b=b)
    return _with_array(plan, shapes, state, bucket, f"2^{b} buckets for {hint} entries") if b else state


def insert(plan: Plan, shapes: Shapes, state: Buckets, n: int) -> Buckets:
    """The same map with `n` entries more (mapassign, hashGrow).  Raises GoError."""
    large = [
        (of, what)
        for of, what in ((shapes.element(state.key), "key"), (shapes.element(state.elem), "element"))
        if of.size > INDIRECT
    ]
    target, held, bucket = state.used + n, list(state.held), _bucket(shapes, state.key, state.elem)
    while state.used < target:
        if state.buckets is None:
            state = _with_array(plan, shapes, state, bucket, "the first entry: a bucket")
        elif _is_over(shapes, state.used + 1, state.b):
            rule = f"more than {shapes.language.half_load / 2:g} entries a bucket: twice as many buckets, 2^{state.b + 1}"
            plan.garbage.append(state.buckets)
            state = _with_array(plan, shapes, replace(state, b=state.b + 1), bucket, rule)
        until = target if _load(shapes, state.b) >= target else max(state.used + 1, _load(shapes, state.b))
        if large:
            for _ in range(state.used, until):
                for of, what in large:
                    held.append(plan.demand(of, f"a {what} of more than {INDIRECT} bytes is an object of its own"))
        state = replace(state, used=until)
    return replace(state, held=tuple(held))


def _load(shapes: Shapes, b: int) -> int:
    """The most entries that 2^b buckets hold."""
    return max(_ENTRIES, shapes.language.half_load * ((1 << b) // 2))


def _is_over(shapes: Shapes, count: int, b: int) -> bool:
    """Whether these are too many entries for 2^b buckets (overLoadFactor)."""
    return count > _load(shapes, b)


def _with_array(plan: Plan, shapes: Shapes, state: Buckets, bucket: Element, rule: str) -> Buckets:
    """The map with a new array of 2^b buckets, and spare ones where there are many (makeBucketArray)."""
    count = 1 << state.b
    if state.b >= _SPARE_FROM:
        size = bucket.size * (count + (1 << state.b - _SPARE_FROM))
        count = rounded(shapes.profile, size, noscan=not bucket.ptr_bytes) // bucket.size
        rule += f", and {count - (1 << state.b)} spare ones that fill the slot"
    buckets = plan.demand(bucket.array(count) if state.b else bucket, rule)
    plan.links.append(Link(state.header, _BUCKETS, buckets))
    state = replace(state, buckets=buckets)
    if state.b >= _SPARE_FROM and state.extra is None:
        extra = plan.demand(_MAPEXTRA, "mapextra: it knows where the spare buckets begin")
        plan.links.append(Link(state.header, _EXTRA, extra))
        state = replace(state, extra=extra)
    return state


def _bucket(shapes: Shapes, key: Type, elem: Type) -> Element:
    return shapes.named(bucket_type(shapes, key, elem), f"map.bucket[{key}]{elem}")


def bucket_type(shapes: Shapes, key: Type, elem: Type) -> Type:
    """The struct of a bucket: without pointers in it, what leads to the next one is no pointer either."""
    held = [pointer_to(t) if shapes.element(t).size > INDIRECT else t for t in (key, elem)]
    points = any(shapes.element(t).ptr_bytes for t in held)
    return struct(
        ("tophash", Array(_ENTRIES, BASICS["uint8"])),
        ("keys", Array(_ENTRIES, held[0])),
        ("elems", Array(_ENTRIES, held[1])),
        ("overflow", UNSAFE_POINTER if points else BASICS["uintptr"]),
    )


HEADER_FIELDS: Final = (
    "struct{ count int; flags, B uint8; noverflow uint16; hash0 uint32; buckets, oldbuckets unsafe.Pointer; nevacuate uintptr; "
    "extra unsafe.Pointer }"
)
MAPEXTRA_FIELDS: Final = "struct{ overflow, oldoverflow, nextOverflow unsafe.Pointer }"
