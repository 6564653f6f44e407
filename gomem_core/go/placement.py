"""Where an object of some size goes, by version of Go: class, slot, header, waste."""

from typing import Literal

from gomem_core.go.amd64 import PAGE_MASK, PAGE_SHIFT, PTR_SIZE, TINY_SIZE
from gomem_core.go.sizeclasses import make_span_class
from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple

Way = Literal["nothing", "tiny", "small", "large"]


class Placement(NamedTuple):
    """The place that an object gets: its class, its slot of `elemsize` bytes, and the span that has `nelems` of them."""

    way: Way
    sizeclass: int
    spanclass: int
    elemsize: int
    header: int  # bytes before the object, in its slot
    waste: int  # bytes of the slot that neither it nor the header fills, when it is alone in it
    npages: int
    nelems: int
    reserve: int  # bytes at the span's end that the runtime keeps for bits
    tail_waste: int  # bytes after the span's last slot, those among them

    @property
    def waste_percent(self) -> float:
        """Share of the slot that is wasted, 0 … 100."""
        return 100 * self.waste / self.elemsize if self.elemsize else 0.0


def placement(profile: Profile, size: int, noscan: bool) -> Placement | None:
    """Returns where an object of `size` bytes goes; None when no object of that size can be of that kind."""
    if size == 0:
        return Placement("nothing", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    if not noscan and size % PTR_SIZE:
        return None
    if size > profile.small_limit:
        npages = (size + PAGE_MASK) >> PAGE_SHIFT
        elemsize = npages << PAGE_SHIFT
        return Placement("large", 0, make_span_class(0, noscan), elemsize, 0, elemsize - size, npages, 1, 0, 0)
    tiny = noscan and size < TINY_SIZE
    c = profile.classes[profile.size_class(TINY_SIZE if tiny else size, noscan)]
    spanclass, header = make_span_class(c.number, noscan), profile.header(size, noscan)
    nelems = profile.nelems(spanclass)
    place = c.npages, nelems, profile.span_end(spanclass), (c.npages << PAGE_SHIFT) - nelems * c.size
    return Placement("tiny" if tiny else "small", c.number, spanclass, c.size, header, c.size - size - header, *place)
