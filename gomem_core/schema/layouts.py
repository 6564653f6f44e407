"""The shape of what is said of a Go type."""

from typing import Literal, TypedDict

from gomem_core.schema.heap import Class


class LayoutField(TypedDict):
    """A field of a struct; `padding` are the unused bytes behind it, `mask` as the type has it (null: too long)."""

    name: str
    type: str
    offset: int
    size: int
    align: int
    padding: int
    mask: str | None


class LayoutOrder(TypedDict):
    """The order of its fields in which a struct is smallest, and the slot it has then."""

    fields: list[str]
    size: int
    ptr_bytes: int
    slot: int


class InnerOrder(TypedDict):
    """A better order of the fields of a type inside another one, or of the whole."""

    type: str
    fields: list[str]


class LayoutInside(TypedDict):
    """A type with every struct inside it, but those of the standard library, in its best order, and the slot it has then."""

    size: int
    ptr_bytes: int
    slot: int
    orders: list[InnerOrder]


class LayoutChange(TypedDict):
    """The fewest bytes by which a type has to shrink for a smaller slot; `reordered`: with its fields in the best order."""

    fewer: int
    slot: int
    reordered: bool


class LayoutSlice(TypedDict):
    """A slice with room for `n` elements: make([]T, n)."""

    n: int
    size: int
    slot: int
    header: int
    slot_waste: int


class TypeLayout(Class):
    """`gomem layout TYPE`: sizes in bytes; `mask`: a character a word, up to the last pointer (null: too long).

    `class` are the bytes of the slot, and 0 where there is no object; `header` those before the object, in its slot.  Null are
    `best_order` where no order is better, `best_inside` where putting the types inside in order gains no more than that, `change`
    where there is no smaller slot, `declared` (file and line) of types that are written out.
    """

    go: str
    type: str
    size: int
    align: int
    ptr_bytes: int
    mask: str | None
    way: Literal["nothing", "tiny", "small", "large"]
    header: int
    slot_waste: int
    padding: int
    fields: list[LayoutField]
    slices: list[LayoutSlice]
    best_order: LayoutOrder | None
    best_inside: LayoutInside | None
    change: LayoutChange | None
    declared: str | None


class Refused(TypedDict):
    """Why a type has no layout, in the words of Go's compiler; not `is_error`: Go accepts it, and its size is not known here."""

    message: str
    notes: list[str]
    file: str | None
    line: int | None
    column: int | None
    is_error: bool


class Unlaid(TypedDict):
    """`gomem layout`: a type that cannot be laid out."""

    go: str
    type: str
    error: Refused


class Fitting(TypedDict):
    """An object in one version of Go; null: its size is not known there."""

    go: str
    kind: Literal["noscan", "scan"] | None
    size: int | None
    way: Literal["nothing", "tiny", "small", "large"] | None
    slot: int | None
    header: int | None
    slot_waste: int | None


class Fit(TypedDict):
    """`fit`: a type, or null for a size, in each version of Go; of a size without and with pointers."""

    type: str | None
    fits: list[Fitting]


class Declared(TypedDict):
    """`type`, `types`: the names of the types that it declared; of those that are not sized, why."""

    declared: list[str]
    generic: list[str]
    unsized: list[Unlaid]
