"""What an allocation would do, by looking only: for the line that is shown while an `alloc` is being typed."""

from typing import Final

from gomem_core.arch import MAX_MEM, MAX_SMALL_SIZE, PAGE_MASK, PAGE_SHIFT, TINY_SIZE
from gomem_core.lang.commands import Alloc
from gomem_core.report import counted, format_bytes
from gomem_core.sizeclasses import CLASSES, make_span_class, size_to_class
from gomem_core.view import HeapView

SENTENCES: Final = {
    "zero": "size 0: no memory, the address of a global",
    "too_long": "panic: makeslice: len out of range",
    "tiny_fits": "tiny: fits the half-used block {block}, no new slot",
    "tiny": "tiny: a new 16 B block",
    "small": "class {number} ({elemsize} B, {percent} % waste)",
    "large": "large: {pages} ({percent} % waste)",
    "hit": "P{p}'s span {base}, slot {slot}: no lock",
    "central": "mcentral has span {base}",
    "sweep": "mcentral has spans to sweep: that decides",
    "heap": "mheap cuts it from the free span {base}",
    "heap_sweep": "mheap sweeps first: that decides",
    "grow": "the arena grows by {nbytes}",
    "trigger": "may start a collection",
}


def what_if(command: Alloc, view: HeapView) -> str:
    """One line: class and waste, and who would serve the first object of the command."""
    size = command.size
    if size == 0:
        return SENTENCES["zero"]
    if size > MAX_MEM:
        return SENTENCES["too_long"]
    if size > MAX_SMALL_SIZE:
        pages = (size + PAGE_MASK) >> PAGE_SHIFT
        waste = _percent((pages << PAGE_SHIFT) - size, pages << PAGE_SHIFT)
        return " · ".join(
            [SENTENCES["large"].format(pages=counted(pages, "page"), percent=waste), *_pages(pages, view), *_trigger(view, pages)]
        )
    if size < TINY_SIZE and command.kind == "noscan":
        block = view.tiny_room(size)
        if block:
            return SENTENCES["tiny_fits"].format(block=f"{block:x}")
        return " · ".join([SENTENCES["tiny"], *_slot(2, True, view)])
    number = size_to_class(size)
    elemsize = CLASSES[number].size
    head = SENTENCES["small"].format(number=number, elemsize=elemsize, percent=_percent(elemsize - size, elemsize))
    return " · ".join([head, *_slot(number, command.kind == "noscan", view)])


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}"


def _slot(number: int, noscan: bool, view: HeapView) -> list[str]:
    """Who has a slot of this class."""
    spanclass = make_span_class(number, noscan)
    p, base, slot = view.next_slot(spanclass)
    if base:
        return [SENTENCES["hit"].format(p=p, base=f"{base:x}", slot=slot)]
    central = view.central(spanclass)
    pages = CLASSES[number].npages
    if not view.sweepdone and (central.nonempty or central.empty):
        return [SENTENCES["sweep"]]
    if central.nonempty:
        return [SENTENCES["central"].format(base=f"{view.central_chain(spanclass, 'nonempty', 1)[0]:x}"), *_trigger(view, pages)]
    return [*_pages(pages, view), *_trigger(view, pages)]


def _pages(npages: int, view: HeapView) -> list[str]:
    """Where the heap takes pages from."""
    if not view.sweepdone:
        return [SENTENCES["heap_sweep"]]
    base = view.find_free_span(npages)
    if base:
        return [SENTENCES["heap"].format(base=f"{base:x}")]
    return [SENTENCES["grow"].format(nbytes=format_bytes(view.growth(npages)))]


def _trigger(view: HeapView, npages: int) -> list[str]:
    stats = view.stats
    return [SENTENCES["trigger"]] if stats.heap_live + (npages << PAGE_SHIFT) >= stats.gc_trigger else []
