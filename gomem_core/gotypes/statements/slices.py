"""Slices: make, literals, and how append lets them grow (runtime/slice.go)."""

from dataclasses import replace

from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.growth import grown
from gomem_core.gotypes.model import Type
from gomem_core.gotypes.statements.plan import Element, Plan
from gomem_core.gotypes.statements.shapes import Shapes, part, slice_of
from gomem_core.gotypes.statements.values import Value


def backing(plan: Plan, shapes: Shapes, t: Type, length: int, capacity: int, rule: str) -> Value:
    """A slice of type `t` on an array of its own.  Raises GoError."""
    of = shapes.element(part(t))
    if capacity and of.size > shapes.profile.max_alloc // capacity:
        raise GoError(f"panic: runtime error: makeslice: len out of range ({capacity} × {of.size} bytes)")
    made = plan.ask(of.array(capacity), rule)
    pointers = ((0, made),) if made is not None else ()
    return Value(t, pointers=pointers, made=tuple(h for _, h in pointers), length=length, capacity=capacity)


def make_slice(plan: Plan, shapes: Shapes, t: Type, length: int, capacity: int) -> Value:
    """make([]T, length, capacity): as many bytes as the elements have, not rounded (makeslice).  Raises GoError."""
    size = shapes.element(part(t)).size
    return backing(plan, shapes, t, length, capacity, f"makeslice: {capacity} × {size} bytes, not rounded up")


def append(plan: Plan, shapes: Shapes, value: Value, more: int) -> Value:
    """The slice with `more` elements, on a larger array where the old one has no room (growslice).  Raises GoError."""
    length = value.length + more
    if length <= value.capacity:
        return replace(value, length=length)
    of = shapes.element(part(value.type))
    if of.size and length > shapes.profile.max_alloc // of.size:
        raise GoError("panic: runtime error: growslice: len out of range")
    capacity = grown(shapes.profile, value.capacity, length, of.size, noscan=not of.ptr_bytes)
    rule = f"growslice: no room for {length} in {value.capacity}; {capacity} fill the slot"
    new = backing(plan, shapes, value.type, length, capacity, rule)
    if value.main is not None and new.main is not None and of.ptr_bytes:
        plan.copies.append((value.main, new.main))
    return new


def bytes_rounded(plan: Plan, shapes: Shapes, t: Type, of: Element, length: int, rule: str) -> Value:
    """A slice of bytes or runes whose array fills its slot (rawbyteslice, rawruneslice).  Raises GoError."""
    capacity = grown(shapes.profile, 0, length, of.size, noscan=True)
    return backing(plan, shapes, t, length, capacity, rule)


def literal(plan: Plan, shapes: Shapes, of: Type, length: int) -> Value:
    """[]T{…}: one array of exactly its elements.  Raises GoError."""
    return backing(plan, shapes, slice_of(of), length, length, f"a literal of {length} elements is one array")
