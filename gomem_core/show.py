"""What `show`, `find` and `memstats` answer: tables made from the read-only view."""

import operator
from collections.abc import Callable, Iterable
from typing import Final

from gomem_core.arch import ARENA_END, PAGE_MASK, PAGE_SHIFT, PTR_SIZE
from gomem_core.lang.commands import Filter, Topic
from gomem_core.objects import ObjectTable
from gomem_core.report import Cell, Column, Json, Result, Table, format_bytes
from gomem_core.runtime.mstats import MemStats
from gomem_core.sizeclasses import CLASSES, is_noscan
from gomem_core.view import CENTRAL_CLASSES, HeapView, SpanInfo

_COMPARE: Final[dict[str, Callable[[Cell, Cell], bool]]] = {
    ":": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LIST_WORDS: Final = {"freelarge": "free", "busylarge": "busy"}
_BITMAP_WORDS_SHOWN = 512
PAGE: Final = 1 << PAGE_SHIFT

TWO_DESCRIPTIONS: Final = (
    'Texts that call the two bits "object present" and "marked" mean two facts of an object that Go keeps in its span since 1.7, '
    "in allocBits and gcmarkBits; the bitmap's two bits of a word say whether it may hold a pointer and whether to scan on."
)

_SPAN_COLUMNS: Final = (
    Column("base", "addr"),
    Column("pages"),
    Column("state", "text"),
    Column("class", "text"),
    Column("size"),
    Column("kind", "text"),
    Column("used", "text"),
    Column("waste", "percent"),
    Column("list", "text"),
    Column("swept", "text"),
)


def kind_of(spanclass: int) -> str:
    """The words scan and noscan."""
    return "noscan" if is_noscan(spanclass) else "scan"


def show(topic: Topic, filters: tuple[Filter, ...], view: HeapView) -> Result:
    """The table about a topic, only the rows that pass all filters."""
    return _TOPICS[topic](view, filters)


def _keep(fields: dict[str, Cell], filters: Iterable[Filter]) -> bool:
    return all(_COMPARE[f.op](fields[f.field], f.value) for f in filters)


def _list_word(info: SpanInfo) -> str:
    """The list as filters name it: nonempty, empty, mcache, free, large or busy."""
    if info.cached_by >= 0:
        return "mcache"
    if info.list_name == "freelarge":
        return "large"
    return _LIST_WORDS.get(info.list_name, info.list_name.partition("[")[0])


def span_waste(info: SpanInfo) -> float:
    """Percent of a span in use that no slot covers, 0 … 100."""
    return 100 * info.tail / info.nbytes if info.state == "inuse" else 0.0


def _spans(view: HeapView, filters: tuple[Filter, ...]) -> Result:
    rows: list[tuple[Cell, ...]] = []
    for info in view.spans():
        fields: dict[str, Cell] = {
            "class": info.sizeclass,
            "size": info.elemsize,
            "kind": info.kind,
            "state": info.state,
            "pages": info.npages,
            "used": 100 * info.used,
            "waste": span_waste(info),
            "list": _list_word(info),
        }
        if _keep(fields, filters):
            rows.append(_span_row(info))
    return Result(f"{len(rows)} of {view.span_count} spans, by address", table=Table(_SPAN_COLUMNS, rows))


def _span_row(info: SpanInfo) -> tuple[Cell, ...]:
    sizeclass = "" if info.state != "inuse" else str(info.sizeclass) if info.sizeclass else "large"
    used = f"{info.alloc_count}/{info.nelems}" if info.nelems else ""
    where = f"mcache P{info.cached_by}" if info.cached_by >= 0 else info.list_name
    swept = "swept" if info.swept else "waits"
    return (
        *(info.base, info.npages, info.state, sizeclass, info.elemsize, info.kind, used, span_waste(info), where),
        swept if info.state == "inuse" else "",
    )


def _mcentral(view: HeapView, filters: tuple[Filter, ...]) -> Result:
    columns = (
        *(Column("class"), Column("size"), Column("kind", "text"), Column("nonempty"), Column("empty")),
        *(Column("nmalloc"), Column("locks")),
    )
    rows: list[tuple[Cell, ...]] = []
    idle = 0
    for spanclass in CENTRAL_CLASSES:
        c = view.central(spanclass)
        row = (spanclass >> 1, CLASSES[spanclass >> 1].size, kind_of(spanclass), c.nonempty, c.empty)
        if not _keep(dict(zip(("class", "size", "kind", "nonempty", "empty"), row, strict=True)), filters):
            continue
        if not filters and c.nlock == 0:
            idle += 1
            continue
        rows.append((*row, c.nmalloc, c.nlock))
    return Result(f"{len(rows)} mcentrals; {idle} that nobody asked yet are left out", table=Table(columns, rows))


def _mcache(view: HeapView, filters: tuple[Filter, ...]) -> Result:
    columns = (
        *(Column("p"), Column("class"), Column("size"), Column("kind", "text"), Column("span", "addr")),
        Column("free slots"),
    )
    rows: list[tuple[Cell, ...]] = []
    notes: list[str] = []
    for c in view.mcaches():
        tiny = f"tiny block {c.tiny:#x}, {c.tinyoffset} of 16 bytes taken" if c.tiny else "no tiny block"
        notes.append(f"P{c.p}{' (current)' if c.current else ''}: {len(c.cached)} spans cached, {tiny}")
        for spanclass, base, nfree in c.cached:
            size = CLASSES[spanclass >> 1].size
            fields: dict[str, Cell] = {"p": c.p, "class": spanclass >> 1, "size": size, "kind": kind_of(spanclass)}
            if _keep(fields, filters):
                rows.append((c.p, spanclass >> 1, size, kind_of(spanclass), base, nfree))
    return Result("; ".join(notes) if len(notes) < 3 else f"{len(notes)} Ps", table=Table(columns, rows))


def _free(view: HeapView, filters: tuple[Filter, ...]) -> Result:
    columns = (Column("list", "text"), Column("pages"), Column("spans"), Column("first", "addr"), Column("given back"))
    rows: list[tuple[Cell, ...]] = []
    for npages, count in view.free_lists():
        if _keep({"pages": npages}, filters):
            bases = view.free_list(npages)
            released = sum(info.npreleased for base in bases if (info := view.span_at(base)) is not None)
            rows.append((f"free[{npages}]", npages, count, bases[0], released))
    rows += [
        ("large", info.npages, 1, info.base, info.npreleased)
        for info in view.free_large()
        if _keep({"pages": info.npages}, filters)
    ]
    idle, released_bytes = view.stats.heap_idle, view.stats.heap_released
    summary = f"{format_bytes(idle)} in free spans, {format_bytes(released_bytes)} of it given back to the operating system"
    return Result(summary, table=Table(columns, rows))


def _layout(view: HeapView, _filters: tuple[Filter, ...]) -> Result:
    columns = (
        *(Column("region", "text"), Column("start", "addr"), Column("end", "addr"), Column("in use", "bytes")),
        *(Column("grows", "text"), Column("what", "text")),
    )
    rows: list[tuple[Cell, ...]] = [(r.name, r.start, r.end, r.used_end - r.used_start, r.grows, r.note) for r in view.layout()]
    return Result("the process, from high addresses to low", table=Table(columns, rows))


def _stats(view: HeapView, _filters: tuple[Filter, ...]) -> Result:
    s = view.stats
    names = (
        *("heap_sys", "heap_inuse", "heap_idle", "heap_released", "heap_live", "heap_marked", "gc_trigger", "next_gc"),
        *("numgc", "nserved_mcache", "nserved_central", "nserved_heap", "nserved_large", "nserved_os", "tinyallocs"),
        *("nzero", "nheap_lock", "nheap_alloc", "nheap_grow", "nmcache_flush", "nos_release"),
    )
    rows: list[tuple[Cell, ...]] = [(name, getattr(s, name), _STAT_NOTES[name]) for name in names]
    columns = (Column("counter", "text"), Column("value"), Column("what", "text"))
    gogc = "off" if view.gcpercent < 0 else f"{view.gcpercent} %"
    return Result(f"counters; GOGC {gogc}; nothing is flushed", table=Table(columns, rows))


_STAT_NOTES: Final = {
    "heap_sys": "bytes of arena mapped",
    "heap_inuse": "bytes in spans that hold objects",
    "heap_idle": "bytes in free spans",
    "heap_released": "bytes of those given back to the operating system",
    "heap_live": "bytes the pacer counts; a cached span counts as full",
    "heap_marked": "bytes the last mark found",
    "gc_trigger": "heap_live at which the next collection starts",
    "next_gc": "heap_live it aims to stay below",
    "numgc": "collections",
    "nserved_mcache": "small objects served by the P's cached span, without a lock",
    "nserved_central": "… after mcentral gave a span it had",
    "nserved_heap": "… after mheap cut a new span for the class",
    "nserved_large": "large objects served by mheap",
    "nserved_os": "objects for which the arena had to grow",
    "tinyallocs": "tiny objects that shared a block",
    "nzero": "objects of size 0, which take no memory",
    "nheap_lock": "times the heap's lock was taken",
    "nheap_alloc": "spans the heap handed out",
    "nheap_grow": "times the arena grew",
    "nmcache_flush": "times an mcache was emptied",
    "nos_release": "spans given back to the operating system",
}


def _classes(_view: HeapView, filters: tuple[Filter, ...]) -> Result:
    return classes(filters)


def classes(filters: tuple[Filter, ...] = ()) -> Result:
    """The size class table."""
    columns = (
        *(Column("class"), Column("size"), Column("pages"), Column("span bytes"), Column("objects"), Column("tail waste")),
        Column("max waste", "percent"),
    )
    rows: list[tuple[Cell, ...]] = []
    for c in CLASSES[1:]:
        fields: dict[str, Cell] = {
            "class": c.number,
            "size": c.size,
            "pages": c.npages,
            "objects": c.nelems,
            "waste": 100 * c.max_waste,
        }
        if _keep(fields, filters):
            row = (c.number, c.size, c.npages, c.npages << PAGE_SHIFT, c.nelems, c.tail_waste, round(100 * c.max_waste, 2))
            rows.append(row)
    return Result(f"{len(rows)} of 66 size classes; class 0 stands for objects over 32 KB", table=Table(columns, rows))


def _locks(view: HeapView, _filters: tuple[Filter, ...]) -> Result:
    rows: list[tuple[Cell, ...]] = [("mheap", "", "", view.stats.nheap_lock)]
    for spanclass in CENTRAL_CLASSES:
        if n := view.central(spanclass).nlock:
            rows.append((f"mcentral {spanclass >> 1}", str(CLASSES[spanclass >> 1].size), kind_of(spanclass), n))
    columns = (Column("lock", "text"), Column("size", "text"), Column("kind", "text"), Column("taken"))
    s = view.stats
    free = s.nserved_mcache + s.tinyallocs
    return Result(f"{free} objects were served without any lock", table=Table(columns, rows))


_TOPICS: Final[dict[Topic, Callable[[HeapView, tuple[Filter, ...]], Result]]] = {
    "spans": _spans,
    "mcentral": _mcentral,
    "mcache": _mcache,
    "free": _free,
    "layout": _layout,
    "stats": _stats,
    "classes": _classes,
    "locks": _locks,
}


# --- One thing in full --------------------------------------------------------------------------------------------------


def show_class(number: int) -> Result:
    """One size class."""
    if number == 0:
        return Result("class 0 stands for large objects, over 32 KB: each gets whole pages of its own", {"class": 0})
    c = CLASSES[number]
    smallest = CLASSES[number - 1].size + 1
    columns = (Column("what", "text"), Column("value", "text"))
    rows: list[tuple[Cell, ...]] = [
        ("serves objects of", f"{smallest} to {c.size} bytes"),
        ("a span has", f"{c.npages} pages = {c.npages << PAGE_SHIFT} bytes = {c.nelems} slots"),
        ("tail waste", f"{c.tail_waste} bytes behind the last slot"),
        ("largest waste", f"{100 * c.max_waste:.2f} %, when every object has {smallest} bytes"),
        ("span classes", f"{number * 2} with pointers (scan), {number * 2 + 1} without (noscan)"),
    ]
    return Result(f"size class {number}: slots of {c.size} bytes", {"class": number, "size": c.size}, Table(columns, rows))


def show_span(addr: int, view: HeapView) -> Result:
    """The span whose pages hold `addr`, field by field."""
    info = view.span_at(addr)
    if info is None:
        return Result(f"{addr:#x} is not in the used arena: no span", {"base": None})
    next_prev = f"next {info.next_base:#x}, prev {info.prev_base:#x}" if info.list_name != "freelarge" else ""
    rows: list[tuple[Cell, ...]] = [
        ("pages", f"{info.npages}, up to {info.base + info.nbytes:#x}"),
        ("state", info.state),
        ("list", f"{info.list_name or 'none'} {next_prev}".strip()),
        ("needzero", "yes: used before, cleared when handed out" if info.needzero else "no"),
        ("given back", f"{info.npreleased} pages"),
        ("mspan struct", f"{info.ptr:#x}"),
    ]
    data: dict[str, Json] = {"base": f"{info.base:#x}", "npages": info.npages, "state": info.state}
    if info.state == "inuse":
        slots = view.slots(info.base, 0, min(info.nelems, 64))
        picture = "".join("●" if s.allocated and s.state != "dead" else "x" if s.allocated else "·" for s in slots)
        sweep = "swept" if info.swept else "waits to be swept"
        rows[2:2] = [
            ("spanclass", f"{info.spanclass}: {'size class ' + str(info.sizeclass) if info.sizeclass else 'large'}, {info.kind}"),
            ("elemsize", f"{info.elemsize} bytes × {info.nelems} slots, {info.tail} bytes of tail"),
            ("allocCount", f"{info.alloc_count} of {info.nelems}"),
            ("freeindex", str(info.freeindex)),
            ("slots", picture + ("…" if info.nelems > 64 else "") + "  (● taken, x dead and not swept, · free)"),
            ("sweepgen", f"{info.sweepgen}: {sweep} (the heap is at {view.sweepgen})"),
            ("cached by", f"P{info.cached_by}" if info.cached_by >= 0 else "nobody"),
        ]
        data |= {"spanclass": info.spanclass, "elemsize": info.elemsize, "nelems": info.nelems, "allocCount": info.alloc_count}
        data |= {"freeindex": info.freeindex, "sweepgen": info.sweepgen}
    table = Table((Column("field", "text"), Column("value", "text")), rows)
    return Result(f"span {info.base:#x}", data, table)


def show_page(page: int, view: HeapView) -> Result:
    """What spans[page] says, and what the page belongs to."""
    addr = view.arena[0] + (page << PAGE_SHIFT)
    info = view.span_at(addr)
    entry, valid = view.spans_entry(page)
    if info is None:
        return Result(f"page {page} at {addr:#x} is not in the used arena", {"page": page, "addr": f"{addr:#x}", "span": None})
    note = "valid" if valid else "left over: of a free span only the first and the last entry are valid"
    summary = f"page {page} at {addr:#x} belongs to the {info.state} span {info.base:#x} of {info.npages} pages"
    data: dict[str, Json] = {
        "page": page,
        "addr": f"{addr:#x}",
        "span": f"{info.base:#x}",
        "entry": f"{entry:#x}",
        "valid": valid,
    }
    return Result(summary, data, details=(f"spans[{page}] → {f'{entry:#x}' if entry else 'nil'} ({note})",))


def show_bitmap(addr: int, view: HeapView, objects: ObjectTable) -> Result:
    """The two bits of each word of the slot at `addr`, and the two facts of its object."""
    info, slot = view.span_at(addr), view.slot_at(addr)
    if info is None or slot is None:
        return Result(f"{addr:#x} lies in no slot: the bitmap says nothing about it", {"bits": None})
    words = view.words(slot.addr, min(info.elemsize // PTR_SIZE, _BITMAP_WORDS_SHOWN))
    rows: list[tuple[Cell, ...]] = [
        (w.addr, "1" if w.pointer else "·", "1" if w.scan else "·", w.byte_addr, w.shift, w.value) for w in words
    ]
    columns = (
        *(Column("word", "addr"), Column("pointer", "text"), Column("scan", "text"), Column("bitmap byte", "addr")),
        *(Column("bit"), Column("points to", "addr")),
    )
    names = ", ".join(objects.name(oid) for oid in objects.in_slot(slot.addr, info.elemsize))
    facts = f"{'' if slot.allocated else 'not '}allocated (allocBits), {'' if slot.marked else 'not '}marked (gcmarkBits)"
    summary = f"slot {slot.slot} of span {info.base:#x}{f' ({names})' if names else ''}: {facts}"
    bits = "".join(str(w.pointer + 2 * w.scan) for w in words)
    data: dict[str, Json] = {
        "addr": f"{slot.addr:#x}",
        "words": info.elemsize // PTR_SIZE,
        "bits": bits,
        "allocated": slot.allocated,
    }
    return Result(summary, data | {"marked": slot.marked}, Table(columns, rows), (TWO_DESCRIPTIONS,))


def show_object(oid: int, view: HeapView, objects: ObjectTable) -> Result:
    """One object: where it is, what it links to, whether the program refers to it."""
    o = objects.info(oid)
    slot, info = view.slot_at(o.addr), view.span_at(o.addr)
    state = "referred to by the program" if objects.is_alive(oid) else f"dropped at step {o.dropped}"
    rows: list[tuple[Cell, ...]] = [
        ("address", f"{o.addr:#x}"),
        ("size", f"{o.size} bytes, {o.kind}"),
        ("made", f"at step {o.born}"),
        ("state", state),
    ]
    if slot is not None and info is not None and objects.find_addr(o.addr) == oid:
        rows.append(("slot", f"{slot.slot} of span {info.base:#x}, {info.elemsize} bytes: {slot.state}"))
        for w in view.words(slot.addr, info.elemsize // PTR_SIZE) if info.kind == "scan" else ():
            if w.value:
                target = objects.find_addr(w.value)
                name = objects.name(target) if target is not None else f"{w.value:#x}"
                rows.append((f"word {(w.addr - slot.addr) // PTR_SIZE}", f"→ {name}"))
    elif o.size:
        rows.append(("slot", "swept: the memory is free or another object's"))
    data: dict[str, Json] = {
        "name": o.name,
        "addr": f"{o.addr:#x}",
        "size": o.size,
        "kind": o.kind,
        "alive": objects.is_alive(oid),
    }
    return Result(f"object {o.name}", data, Table((Column("field", "text"), Column("value", "text")), rows))


def find(addr: int, view: HeapView, objects: ObjectTable) -> Result:
    """What lies at an address, from the region down to the object."""
    region = next((r for r in view.layout() if r.start <= addr < r.end), None)
    data: dict[str, Json] = {"addr": f"{addr:#x}", "region": region.name if region else None}
    if region is None:
        where = (
            "the spare page behind the arena"
            if region is None and addr < ARENA_END and addr > view.arena[0]
            else "nothing gomem shows"
        )
        return Result(f"{addr:#x}: {where}", data)
    details = [f"{addr:#x} lies in {region.name} ({region.note})"]
    if not region.used_start <= addr < region.used_end:
        details.append("not mapped yet" if region.name.startswith("heap") else "not in use")
    elif region.name == "heap: spans":
        page = (addr - region.start) // PTR_SIZE
        details.append(f"the entry of page {page}, {view.arena[0] + (page << PAGE_SHIFT):#x}: see show page {page}")
    elif region.name == "heap: bitmap":
        word = (region.end - 1 - addr) * 4
        details.append(f"pointer and scan bits of the four words from {view.arena[0] + word * PTR_SIZE:#x}")
    elif region.name == "heap: arena":
        details += _find_in_arena(addr, view, objects, data)
    return Result(details[0], data, details=tuple(details[1:]))


def _find_in_arena(addr: int, view: HeapView, objects: ObjectTable, data: dict[str, Json]) -> list[str]:
    page = (addr - view.arena[0]) >> PAGE_SHIFT
    info = view.span_at(addr)
    if info is None:
        return []
    data |= {"page": page, "span": f"{info.base:#x}", "state": info.state}
    details = [f"page {page}, byte {addr & PAGE_MASK} of it", f"{info.state} span {info.base:#x} of {info.npages} pages"]
    slot = view.slot_at(addr)
    if slot is None:
        if info.state == "inuse":
            details.append("behind the last slot of its span")
        return details
    data |= {"slot": slot.slot, "slot_state": slot.state}
    details.append(f"slot {slot.slot} of {info.elemsize} bytes at {slot.addr:#x}, byte {addr - slot.addr} of it: {slot.state}")
    for oid in objects.in_slot(slot.addr, info.elemsize) if slot.allocated else ():
        o = objects.info(oid)
        if o.addr <= addr < o.addr + o.size:
            data["object"] = o.name
            details.append(f"object {o.name}, byte {addr - o.addr} of {o.size}" + ("" if objects.is_alive(oid) else " (dropped)"))
    return details


def mem_stats(m: MemStats) -> Result:
    """MemStats as a table, without the classes that saw nothing."""
    rows: list[tuple[Cell, ...]] = [
        (name, ("never" if value == (1 << 64) - 1 else value)) for name, value in m._asdict().items() if isinstance(value, int)
    ]
    data = {name: [list(row) for row in value] if isinstance(value, tuple) else value for name, value in m._asdict().items()}
    used = tuple(f"BySize {size}: {mallocs} mallocs, {frees} frees" for size, mallocs, frees in m.BySize if mallocs)
    return Result("MemStats; every mcache was flushed", data, Table((Column("field", "text"), Column("value")), rows), used)
