"""Channels (runtime/chan.go, makechan)."""

from gomem_core.gotypes.errors import GoError
from gomem_core.gotypes.model import Type
from gomem_core.gotypes.statements.plan import Element, Link, Plan
from gomem_core.gotypes.statements.shapes import Shapes, part
from gomem_core.gotypes.statements.values import Value

_BUFFER_WORD = 2  # of an hchan: buf


def make_chan(plan: Plan, shapes: Shapes, t: Type, capacity: int) -> Value:
    """make(chan T, capacity).  Raises GoError."""
    channel, of = shapes.channel, shapes.element(part(t))
    if of.size and capacity > (shapes.profile.max_alloc - channel.size) // of.size:
        raise GoError("panic: makechan: size out of range")
    buffer = of.size * capacity
    if not buffer:
        found = plan.demand(Element("runtime.hchan", channel.size), "a channel without a buffer is one object without pointers")
        return Value(t, pointers=((0, found),), made=(found,), capacity=capacity)
    if not of.ptr_bytes:
        rule = f"elements without pointers follow in the same object: {channel.size} + {capacity} × {of.size}"
        found = plan.demand(Element(f"runtime.hchan + {of.array(capacity).name}", channel.size + buffer), rule)
        return Value(t, pointers=((0, found),), made=(found,), capacity=capacity)
    found = plan.demand(channel, "elements with pointers: the channel and its buffer are two objects")
    elements = plan.demand(of.array(capacity), f"the buffer: {capacity} × {of.size} bytes")
    plan.links.append(Link(found, _BUFFER_WORD, elements))
    return Value(t, pointers=((0, found),), made=(found, elements), capacity=capacity)
