"""Functions as values: closures, method values, and goroutines, which take one along."""

from typing import Final

from gomem_core.gotypes.model import BASICS, Field, Struct, Type
from gomem_core.gotypes.statements.plan import Element, Handle, Link, Plan, Request
from gomem_core.gotypes.statements.shapes import INDIRECT, Shapes, pointer_to
from gomem_core.gotypes.statements.values import Value
from gomem_core.named import NamedTuple

MOST_BY_VALUE: Final = INDIRECT  # bytes of the largest variable that a closure copies
_SHARED: Final = 16  # bytes of an object that several variables may share


class Capture(NamedTuple):
    """A variable in a closure: its own value, or the object that holds it."""

    type: Type
    value: Value
    box: Handle | None = None


def closure(plan: Plan, shapes: Shapes, t: Type, captures: list[Capture], what: str = "a closure") -> Value:
    """A function with what it captures: its code's address, then a word or more each.  Without captures no object."""
    if not captures:
        return Value(t)
    fields = [Field("F", BASICS["uintptr"])]
    fields += [Field(f"X{i}", c.type if c.box is None else pointer_to(c.type)) for i, c in enumerate(captures)]
    made = Struct(tuple(fields))
    of = shapes.named(made, _written(made))
    found = plan.demand(of, f"{what}: the address of its code, and {_said(captures)}")
    for capture, offset in zip(captures, shapes.offsets(made)[1:], strict=True):
        pointers = ((0, capture.box),) if capture.box is not None else capture.value.pointers
        plan.links += [Link(found, offset // 8 + word, handle) for word, handle in pointers]
    return Value(t, pointers=((0, found),), made=(found,))


def _written(made: Struct) -> str:
    return f"struct {{ {'; '.join(map(str, made.fields))} }}"


def _said(captures: list[Capture]) -> str:
    boxed = sum(c.box is not None for c in captures)
    copied = len(captures) - boxed
    parts = ([f"{copied} captured by value"] if copied else []) + ([f"{boxed} by reference"] if boxed else [])
    return " and ".join(parts)


class Boxes:
    """Variables that have to be in the heap, in the order of their declaration (newHeapaddr)."""

    def __init__(self, plan: Plan, shapes: Shapes) -> None:
        self._plan, self._shapes = plan, shapes
        self._pending: list[tuple[int, int]] = []  # size and alignment of those that may share an object
        self._shared: Handle = 0

    def box(self, name: str, value: Value) -> Handle | None:
        """An object for a variable; several small ones without pointers share one, in versions that do that."""
        of = self._shapes.element(value.type)
        rule = f"{name} is captured and changes, or is too large to be copied: it is moved to the heap"
        if not self._shapes.language.merges_variables or of.ptr_bytes or not 0 < of.size < _SHARED:
            found = self._plan.ask(of, rule)
            if found is not None:
                self._plan.links += [Link(found, word, handle) for word, handle in value.pointers]
            return found
        align = self._shapes.types.measured(value.type)[0].align
        if sum(size for size, _ in self._pending) + of.size > _SHARED:
            self._pending = []
        self._pending.append((of.size, align))
        if len(self._pending) == 1:
            self._shared = self._plan.demand(of, rule)
            return self._shared
        largest, total = max(align for _, align in self._pending), sum(size for size, _ in self._pending)
        size = -(-total // largest) * largest
        many = f"{len(self._pending)} small variables without pointers are moved to the heap together"
        self._plan.requests[-1 - self._shared] = Request(Element(f"[{size}]uint8", size), many)
        return self._shared


def method_value(plan: Plan, shapes: Shapes, receiver: Value) -> Value:
    """t.M as a value: a closure that holds a copy of the receiver."""
    made = Struct((Field("F", BASICS["uintptr"]), Field("R", receiver.type)))
    of = shapes.named(made, _written(made))
    found = plan.demand(of, "a method value: the address of its code, and a copy of the receiver")
    offset = shapes.offsets(made)[1]
    plan.links += [Link(found, offset // 8 + word, handle) for word, handle in receiver.pointers]
    return Value(shapes.function, pointers=((0, found),), made=(found,))


def goroutine(plan: Plan, shapes: Shapes, reused: Handle | None) -> Value:
    """A new goroutine's struct; one that ended is used again (malg, gfget)."""
    if reused is not None:
        return Value(shapes.function, pointers=((0, reused),), made=(reused,), goroutine=True)
    found = plan.demand(shapes.goroutine, "malg: no goroutine has ended, so a new g; its stack is no object")
    return Value(shapes.function, pointers=((0, found),), made=(found,), goroutine=True)
