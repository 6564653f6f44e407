"""What an allocation would do, by looking only: for the line that is shown while an `alloc` is being typed."""

from typing import Final

from gomem_core.go.amd64 import PAGE_MASK, PAGE_SHIFT, TINY_SIZE, TINY_SPAN_CLASS
from gomem_core.go.sizeclasses import make_span_class
from gomem_core.lang.commands import Alloc
from gomem_core.report import counted, format_bytes
from gomem_core.session.engine import Engine
from gomem_core.world.records import Pages, Place

# The items of a line.  Each says something of its own.
SENTENCES: Final = {
    "zero": "size 0: no memory, the address of a global",
    "too_long": "panic: makeslice: len out of range",
    "tiny_fits": "tiny: fits the half-used block {block}, no new slot",
    "tiny": "tiny: a new 16 B block",
    "header": "with 8 B for its type, ",
    "small": "class {number} ({elemsize} B, {percent} % waste)",
    "small_many": "class {number}, {times} × {elemsize} B ({percent} % waste)",
    "large": "large: {npages} pages ({percent} % waste)",
    "large_many": "large: {times} × {npages} pages ({percent} % waste)",
    "hit": "P{p}'s span {base}, slot {slot}: no lock",
    "hit_all": "P{p}'s span {base}, slot {slot} and on: {times} without a lock",
    "hit_some": "P{p}'s span {base}, slot {slot} and on: only {room} without a lock",
    "central": "mcentral has span {base}, slot {slot}",
    "central_sweep": "mcentral sweeps span {base}: slot {slot}",
    "sweep": "mcentral has spans to sweep: that decides",
    "cut": "mheap cuts it from the free span {base} of {npages} pages",
    "cut_slot": "mheap cuts span {base} from {npages} free pages: slot 0",
    "whole": "mheap takes the free span {base} whole",
    "whole_slot": "mheap takes the free span {base} whole: slot 0",
    "heap_sweep": "mheap sweeps first: that decides",
    "grow": "the arena grows by {nbytes}: span {base}",
    "grow_slot": "the arena grows by {nbytes}: span {base}, slot 0",
    "cache": "the page cache of P{p} has {pages} at {base}: no lock",
    "cache_slot": "the page cache of P{p} has span {base}: slot 0, no lock",
    "heap": "mheap takes the lowest {pages} free in a row: {base}",
    "heap_slot": "mheap takes the lowest {pages} free in a row: span {base}, slot 0",
    "heap+grow": "the heap grows by {nbytes}: span {base}",
    "heap+grow_slot": "the heap grows by {nbytes}: span {base}, slot 0",
    "no_memory": "out of memory: the arena cannot grow",
    "first": "so the first of {times}",
    "trigger": "may start a collection",
}


def what_if(command: Alloc, engine: Engine) -> str:
    """One line: class and waste, and who would serve the first object of the command."""
    if command.size == 0:
        return SENTENCES["zero"]
    if command.size > engine.world.profile.max_alloc:
        return SENTENCES["too_long"]
    if why := engine.world.profile.too_long(command.size):
        return why
    if command.size > engine.world.profile.small_limit:
        items = _large(command, engine)
    elif command.size < TINY_SIZE and command.kind == "noscan":
        items = _tiny(command, engine)
    else:
        items = _small(command, engine)
    return " · ".join(items)


def _large(command: Alloc, engine: Engine) -> list[str]:
    npages = (command.size + PAGE_MASK) >> PAGE_SHIFT
    nbytes = npages << PAGE_SHIFT
    head = "large" if command.times == 1 else "large_many"
    waste = _percent(nbytes - command.size, nbytes)
    told = SENTENCES[head].format(npages=npages, percent=waste, times=command.times)
    return [told, _pages(npages, engine, ""), *_first(command), *_trigger(engine, command.times * nbytes)]


def _tiny(command: Alloc, engine: Engine) -> list[str]:
    block = engine.ahead.tiny_block(command.size)
    if block:
        return [SENTENCES["tiny_fits"].format(block=f"{block:x}"), *_first(command)]
    found = engine.ahead.cached(TINY_SPAN_CLASS)
    hit = [] if found is None else [_hit(found, engine.ahead.p), *_first(command)]  # how many share a block is not foretold
    return [SENTENCES["tiny"], *(hit or _refill(command, TINY_SPAN_CLASS, engine))]


def _small(command: Alloc, engine: Engine) -> list[str]:
    size, times, profile = command.size, command.times, engine.world.profile
    noscan = command.kind == "noscan"
    number = profile.size_class(size, noscan)
    elemsize = profile.classes[number].size
    head = "small" if times == 1 else "small_many"
    percent = _percent(elemsize - size, elemsize)
    told = SENTENCES[head].format(number=number, elemsize=elemsize, percent=percent, times=times)
    spanclass = make_span_class(number, noscan)
    if profile.has_header(spanclass):
        told = SENTENCES["header"] + told
    found = engine.ahead.cached(spanclass)
    if found is None:
        return [told, *_refill(command, spanclass, engine)]
    if times == 1:
        return [told, _hit(found, engine.ahead.p)]
    enough = found.room >= times
    which = "hit_all" if enough else "hit_some"
    values = {"p": engine.ahead.p, "base": f"{found.base:x}", "slot": found.slot, "times": times, "room": found.room}
    return [told, SENTENCES[which].format(**values), *([] if enough else _trigger(engine, times * elemsize))]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}"


def _hit(found: Place, p: int) -> str:
    return SENTENCES["hit"].format(p=p, base=f"{found.base:x}", slot=found.slot)


def _refill(command: Alloc, spanclass: int, engine: Engine) -> list[str]:
    """Predicts what gives the P a span of this class, and what comes of that."""
    c = engine.world.profile.classes[spanclass >> 1]
    rest = [*_first(command), *_trigger(engine, max(c.npages << PAGE_SHIFT, command.times * c.size))]
    found = engine.ahead.central(spanclass)
    if found == "sweeping":
        return [SENTENCES["sweep"], *rest]
    if found is None:
        return [_pages(c.npages, engine, "_slot"), *rest]
    which = "central_sweep" if found.sweeps else "central"
    return [SENTENCES[which].format(base=f"{found.base:x}", slot=found.slot), *rest]


def _pages(npages: int, engine: Engine, slot: str) -> str:
    """Where the heap takes pages from; `slot` chooses the sentences that name the slot."""
    found = engine.ahead.pages(npages)
    if found == "sweeping":
        return SENTENCES["heap_sweep"]
    if found is None:
        return SENTENCES["no_memory"]
    return SENTENCES[_way(found, npages) + slot].format(
        base=f"{found.base:x}",
        npages=found.npages,
        pages=counted(npages, "page"),
        nbytes=format_bytes(found.grows),
        p=engine.ahead.p,
    )


def _way(found: Pages, npages: int) -> str:
    """How the heap has them: cut from a free span or taken as they are, or where they are found."""
    if found.src:
        return found.src
    return "grow" if found.grows else "cut" if found.npages > npages else "whole"


def _first(command: Alloc) -> list[str]:
    return [SENTENCES["first"].format(times=command.times)] if command.times > 1 else []


def _trigger(engine: Engine, nbytes: int) -> list[str]:
    stats = engine.world.sums.stats
    return [SENTENCES["trigger"]] if stats.heap_live + nbytes >= stats.gc_trigger else []
