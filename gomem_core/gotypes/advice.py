"""What a type costs on the heap, and what would make it cost less: another order of its fields, or a few bytes less."""

from gomem_core.go.amd64 import PAGE_SIZE, PTR_SIZE
from gomem_core.go.placement import Placement, placement
from gomem_core.go.versions import Profile
from gomem_core.gotypes.orders import Inside, Part, in_best_order, shape_in
from gomem_core.gotypes.types import Checked, GoTypes
from gomem_core.named import NamedTuple


class Order(NamedTuple):
    """Fields in another order, and what comes of it."""

    names: tuple[str, ...]
    size: int
    ptr_bytes: int
    slot: int  # bytes


class Less(NamedTuple):
    """The smallest change that reaches a smaller slot."""

    fewer: int  # bytes that the fields have to lose together; in the best order, if that is another one
    slot: int
    reordered: bool  # whether the fields have to be put into the best order, too


def place_of(profile: Profile, size: int, noscan: bool) -> Placement:
    """Where an object of this size goes; one with pointers has whole words."""
    found = placement(profile, size, noscan)
    if found is None:
        raise ValueError(f"an object of {size} bytes has no room for whole words")
    return found


def best_order(profile: Profile, checked: Checked) -> Order | None:
    """The order of its own fields that makes the struct smallest, and among those the one with which the collector reads least.

    None where the order is as good as it can be, and for what is no struct.  Of the types of its fields nothing is changed.
    """
    if len(checked.fields) < 2:
        return None
    ordered = in_best_order([Part(f.name, f.shape) for f in checked.fields])
    shape = shape_in(ordered)
    if (shape.size, shape.ptr_bytes) >= (checked.shape.size, checked.shape.ptr_bytes):
        return None
    slot = place_of(profile, shape.size, checked.noscan).elemsize
    return Order(tuple(part.name for part in ordered), shape.size, shape.ptr_bytes, slot)


def best_inside(types: GoTypes, checked: Checked, order: Order | None) -> Inside | None:
    """The type with every struct inside it in its best order as well; None where that is no smaller than its own best order."""
    if not any(f.size > PTR_SIZE for f in checked.fields):
        return None
    found = types.in_best_order(checked)
    return found if found.shape.size < (checked.shape.size if order is None else order.size) else None


def smallest_change(profile: Profile, checked: Checked) -> Less | None:
    """The fewest bytes by which its fields have to shrink so that an object gets a smaller slot; None where none is smaller.

    Putting the fields into their best order may be enough: then they need not shrink at all.
    """
    size, align, noscan = checked.shape.size, max(checked.shape.align, 1), checked.noscan
    slot = place_of(profile, size, noscan).elemsize
    fitting = _largest_below(profile, slot, align if noscan else PTR_SIZE, noscan)
    if fitting is None:
        return None
    if len(checked.fields) < 2:
        return Less(size - fitting, place_of(profile, fitting, noscan).elemsize, reordered=False)
    ordered = in_best_order([Part(f.name, f.shape) for f in checked.fields])
    if (best := shape_in(ordered).size) <= fitting:  # perhaps more than one class below
        return Less(0, place_of(profile, best, noscan).elemsize, reordered=True)
    needed, last = sum(f.size for f in checked.fields), checked.fields[-1]
    is_packed = last.offset + last.size == needed
    return Less(needed - fitting, place_of(profile, fitting, noscan).elemsize, reordered=not is_packed)


def _largest_below(profile: Profile, slot: int, align: int, noscan: bool) -> int | None:
    """The largest size, a multiple of `align`, whose slot is smaller than this one; None where none is."""
    if slot > profile.classes[-1].size:
        pages = (slot - 1) // PAGE_SIZE * PAGE_SIZE
        if pages > profile.small_limit:
            return pages
    for c in reversed(profile.classes[1:]):
        if c.size < slot:
            for size in (c.size, c.size - PTR_SIZE):
                size = size // align * align
                if size > 0 and place_of(profile, size, noscan).elemsize < slot:
                    return size
    return None
