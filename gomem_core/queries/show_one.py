"""What `show` and `find` answer about one thing: a class, span, page, object, its bits, an address."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gomem_core.go.amd64 import PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, PTR_SIZE
from gomem_core.go.versions import Profile
from gomem_core.queries.account import Account
from gomem_core.queries.amounts import site_data, stack_at
from gomem_core.queries.data import bytes_data, links_data, object_data, size_class_data, span_share_data, word_data
from gomem_core.queries.graphs import graph_of
from gomem_core.queries.kept import fate_sentence
from gomem_core.queries.links import LinkIndex
from gomem_core.queries.reach import find_paths
from gomem_core.queries.shares import Share
from gomem_core.queries.wordnames import WordName, names_of_words, no_name
from gomem_core.report import Bits, Cell, Column, Result, Table, hexed, hexed_or_none, told
from gomem_core.world.facts import SPAN_FACTS, UNKNOWN, Fact, or_unknown
from gomem_core.world.objectinfo import ObjectInfo, Objects
from gomem_core.world.records import SlotInfo, SpanField, SpanInfo, WordInfo
from gomem_core.world.world import World
from gomem_core.world.world import known as known_answer

if TYPE_CHECKING:
    from gomem_core.schema import heap as schema
    from gomem_core.schema import looking

_BITMAP_WORDS_SHOWN: Final = 512
_NEEDED: Final = 8  # objects, and roots, that are told

TWO_DESCRIPTIONS: Final = (
    'Texts that call the two bits "object present" and "marked" mean two facts of an object that Go keeps in its span since 1.7. '
    "A slot is taken if allocBits has it, which says what the last sweep left, or if it lies below freeindex, which tells how "
    "far the span was handed out since; gcmarkBits says what a mark reached. The bitmap's two bits of a word say whether it may "
    "hold a pointer and whether to scan on."
)


_CACHE_BITS: Final = "(free slots of 64, the lowest bit is slot freeindex)"
_PAGES: Final = ("{n} page", "{n} pages")
_LEFT_OVER: Final = "left over: of a free span only the first and the last entry are valid"
_NO_ENTRY: Final = "free pages have no entry: which ones are free is told by bits"
_SLOTS: Final = ("{n} slot", "{n} slots")
_SPAN: Final = ("the {state} span {base:#x} of {n} page", "the {state} span {base:#x} of {n} pages")


def show_class(number: int, profile: Profile) -> Result:
    """One size class of a version of Go, which has it."""
    c = profile.classes[number]
    if number == 0:
        large = f"large objects, over {profile.small_limit_text}: each gets whole pages of its own"
        return Result(f"class 0 stands for {large}", size_class_data(profile, 0))
    smallest, scan = profile.classes[number - 1].size + 1, profile.nelems(2 * number)
    noscan, header = profile.span_end(2 * number + 1), profile.header(c.size, False)
    columns = (Column("what", "text"), Column("value", "text"))
    rows: list[tuple[Cell, ...]] = [
        ("serves objects of", f"{smallest} to {c.size} bytes"),
        ("a span has", f"{told(c.npages, *_PAGES)} = {c.npages << PAGE_SHIFT} bytes = {told(c.nelems, *_SLOTS)}"),
        *((("with pointers", f"{told(scan, *_SLOTS)}: its end has their pointer bits"),) if scan != c.nelems else ()),
        *((("marks", f"{noscan} bytes at its end: which of its slots are marked"),) if noscan else ()),
        *((("header", f"{header} bytes before an object with pointers, in its slot: its type"),) if header else ()),
        ("tail waste", f"{c.tail_waste} bytes after the last slot"),
        ("largest waste", f"{100 * c.max_waste:.2f} %, when every object has {smallest} bytes"),
        ("span classes", f"{number * 2} with pointers (scan), {number * 2 + 1} without (noscan)"),
    ]
    return Result(f"size class {number}: slots of {c.size} bytes", size_class_data(profile, number), Table(columns, rows))


def show_span(addr: int, world: World, objects: Objects) -> Result:
    """The span whose pages hold `addr`, field by field."""
    info = world.spans.at(addr)
    if info is None:
        return Result(f"{addr:#x} is not in the used arena: no span", {"base": None})

    def known(field: SpanField, text: str) -> str:
        """The text; where the field is not known, why not."""
        return f"{UNKNOWN} {world.doubt(SPAN_FACTS[field])}" if getattr(info, field) is None else text

    rows: list[tuple[Cell, ...]] = [
        ("pages", f"{info.npages}, up to {info.base + info.nbytes:#x}"),
        ("state", info.state),
        ("list", known("list_name", _list(info, world.profile))),
        ("needzero", known("needzero", "yes: used before, cleared when handed out" if info.needzero else "no")),
        ("given back", known("npreleased", told(info.npreleased or 0, *_PAGES))),
        ("mspan struct", known("ptr", f"{info.ptr or 0:#x}")),
    ]
    data: schema.SpanDetail = {**span_share_data(info, None), "alloc_bits": None, "alloc_cache": None, "gcmark_bits": None}
    if info.state == "inuse":
        alloc_bits, alloc_cache, gcmark_bits = world.slots.bits(info.base)
        slots = world.slots.rows(info.base, 0, min(info.nelems, 64))
        picture = "".join("●" if s.allocated and s.state != "dead" else "x" if s.allocated else "·" for s in slots)
        share = Account(world, objects).of_span(info.base) or Share(0, 0, 0, 0, 0)
        sweep = "waits to be swept" if info.waits else "swept"
        rows[2:2] = [
            ("spanclass", _spanclass(info)),
            ("elemsize", f"{info.elemsize} bytes × {told(info.nelems, *_SLOTS)}, {info.tail} bytes of tail"),
            ("allocCount", f"{info.alloc_count} of {info.nelems}"),
            ("freeindex", known("freeindex", str(info.freeindex))),
            ("slots", picture + ("…" if info.nelems > 64 else "") + "  (● taken, x dead and not swept, · free)"),
            ("waste", _waste(info, share)),
            ("allocBits", f"{alloc_bits:#x}  (slot 0 is the lowest bit)"),
            *([] if alloc_cache is None else [("allocCache", f"{alloc_cache:#x}  {_CACHE_BITS}")]),
            ("gcmarkBits", f"{UNKNOWN} {world.doubt(Fact.GCMARK_BITS)}" if gcmark_bits is None else f"{gcmark_bits:#x}"),
            ("sweepgen", known("sweepgen", f"{info.sweepgen}: {sweep} (the heap is at {world.sums.sweepgen})")),
            ("cached by", known("cached_by", f"P{info.cached_by}" if info.is_cached else "nobody")),
        ]
        data["account"] = bytes_data(share)
        data["alloc_bits"], data["alloc_cache"], data["gcmark_bits"] = (
            None if bits is None else Bits(f"{bits:#x}") for bits in (alloc_bits, alloc_cache, gcmark_bits)
        )
    if dispute := world.spans.disputed(info.base):
        rows.append(("disputed", dispute))
    table = Table((Column("field", "text"), Column("value", "text")), rows)
    return Result(f"span {info.base:#x}", data, table)


def _waste(info: SpanInfo, share: Share) -> str:
    """What no live object asked for, part by part."""
    parts = [("slot waste", share.slot_waste), ("free slots", share.free_slots), ("dead", share.dead), ("tail", share.tails)]
    listed = ", ".join(f"{name} {or_unknown(nbytes)}" for name, nbytes in parts if nbytes != 0)
    whose = f"; the free slots are for P{info.cached_by}'s next objects" if share.free_slots and info.is_cached else ""
    listed = f": {listed} bytes{whose}" if listed else ""
    least = "at least " if share.slot_waste is None else ""
    return f"{least}{share.percent(share.wasted):.1f}% of the span{listed}"


def _spanclass(info: SpanInfo) -> str:
    if info.sizeclass:
        return f"{info.spanclass}: size class {info.sizeclass}, {info.kind}"
    return f"{info.spanclass}: large, {info.kind}"


def _list(info: SpanInfo, profile: Profile) -> str:
    """The list it hangs on, and its neighbours there."""
    if not info.list_name:
        return "on none"
    lists = profile.heap_lists
    if lists is not None and info.list_name == lists.free_large:
        return f"{info.list_name}, a tree by length and address"
    if info.list_name == profile.padding:
        return f"on none: {info.list_name}, pages that the heap never uses, so that it begins anywhere"
    whose = "the mcentral's" if info.list_name in profile.central_names else "mheap's"
    after, before = (f"{base:#x}" if base else "nil" for base in (info.next_base, info.prev_base))
    return f"{whose} {info.list_name}, next {after}, prev {before}"


def show_page(page: int, world: World) -> Result:
    """What spans[page] says, and what the page belongs to."""
    addr = world.extents.arenas.address(page)
    info = world.spans.at(addr)
    entry, valid = world.spans.entry(page)
    data: looking.Page = {"page": page, "addr": hexed(addr), "span": None, "entry": None, "valid": None}
    if info is None:
        return Result(f"page {page} at {addr:#x} is not in the used arena", data)
    left_over = _LEFT_OVER if world.profile.heap_lists is not None else _NO_ENTRY
    note = "valid" if valid else left_over
    summary = f"page {page} at {addr:#x} belongs to {told(info.npages, *_SPAN, state=info.state, base=info.base)}"
    data |= {"span": hexed(info.base), "entry": hexed_or_none(entry), "valid": valid}
    return Result(summary, data, details=(f"spans[{page}] → {f'{entry:#x}' if entry else 'nil'} ({note})",))


def show_bitmap(addr: int, world: World, objects: Objects, word_name: WordName = no_name) -> Result:
    """The two bits of each word of the slot at `addr`, the field that lies there, and the two facts of its object."""
    info, slot = world.spans.at(addr), world.slots.at(addr)
    if info is None or slot is None:
        nothing: looking.Bitmap = {
            "addr": hexed(addr),
            "words": None,
            "bits": None,
            "allocated": None,
            "marked": None,
            "rows": [],
        }
        return Result(f"{addr:#x} lies in no slot: the bitmap says nothing about it", nothing)
    words = world.slots.words(slot.addr, min(info.elemsize // PTR_SIZE, _BITMAP_WORDS_SHOWN))
    two_bits = world.profile.heap_bits == "two bits"
    rows: list[tuple[Cell, ...]] = [
        (w.addr, _bit(w.pointer), "" if two_bits is False else _bit(w.scan), w.byte_addr or 0, w.shift, or_unknown(w.value))
        for w in words
    ]
    columns: tuple[Column, ...] = (
        *(Column("word", "addr"), Column("pointer", "text"), Column("scan", "text"), Column("bitmap byte", "addr")),
        *(Column("bit"), Column("points to", "addr")),
    )
    here = [objects.info(oid) for oid in objects.in_slot(slot.addr, info.elemsize)]
    if any(fields := names_of_words(words, here, world.profile.has_header(info.spanclass), word_name)):
        rows = [(*row, name) for row, name in zip(rows, fields, strict=True)]
        columns = (*columns, Column("what lies there", "text"))
    names = ", ".join(objects.name(o.oid) for o in here)
    where = f"slot {slot.slot} of span {info.base:#x} ({names})" if names else f"slot {slot.slot} of span {info.base:#x}"
    facts = [_allocated(slot, info.freeindex or 0), "marked (gcmarkBits)" if slot.marked else "not marked (gcmarkBits)"]
    summary = f"{where}: {', '.join(facts)}"
    bits = "".join(UNKNOWN if w.pointer is None else str(w.pointer + 2 * (w.scan is True)) for w in words)
    data: looking.Bitmap = {
        "addr": hexed(slot.addr),
        "words": info.elemsize // PTR_SIZE,
        "bits": bits,
        "allocated": slot.allocated,
        "marked": slot.marked,
        "rows": [word_data(w) for w in words],
    }
    details = (TWO_DESCRIPTIONS,) if two_bits else tuple(_why_no_bits(info, words, world))
    return Result(summary, data, Table(columns, rows), details)


def _bit(bit: bool | None) -> str:
    return UNKNOWN if bit is None else "1" if bit else "·"


def _why_no_bits(info: SpanInfo, words: list[WordInfo], world: World) -> Iterator[str]:
    """Why words have no bits, or none that are known, and why not what they hold."""
    if info.kind == "noscan":
        yield "objects of this span have no pointers, so no bits are kept"
    elif any(w.pointer is None for w in words):
        yield f"{UNKNOWN} {world.doubt(Fact.HEAP_BITS)}"
    if any(w.value is None for w in words):
        yield f"{UNKNOWN} {world.doubt(Fact.POINTER)}"


def _allocated(slot: SlotInfo, freeindex: int) -> str:
    """Whether the slot is taken, and by which of the two facts: allocation moves freeindex and leaves allocBits alone."""
    if slot.alloc_bit:
        return "allocated (allocBits)"
    if slot.allocated:
        return f"allocated (below freeindex {freeindex}, not in allocBits)"
    return f"not allocated (neither below freeindex {freeindex} nor in allocBits)"


def _made(o: ObjectInfo, world: World) -> str:
    if world.kind not in ("film", "dump"):
        return f"at step {o.born}"
    by = "" if o.goroutine is None else f", by goroutine {o.goroutine}"
    return f"at event {o.born:,} of the trace{by}" if o.born else "before the trace began"


def show_object(oid: int, world: World, objects: Objects, links: LinkIndex | None = None) -> Result:
    """One object: where it is, what it links to, what keeps it alive; `links` is find_paths's."""
    o = objects.info(oid)
    slot, info = world.slots.at(o.addr), world.spans.at(o.addr)
    dropped = "not referred to by the program itself" if o.dropped is None else f"dropped at step {o.dropped}"
    state = "referred to by the program" if objects.is_alive(oid) else dropped

    def known(value: object, fact: Fact, text: str) -> str:
        """The text; where the value is not known, why not."""
        return f"{UNKNOWN} {world.doubt(fact)}" if value is None else text

    untyped = world.doubt(Fact.TYPE) if world.doubt(Fact.NAME) and o.kind == "scan" else ""
    rows: list[tuple[Cell, ...]] = [
        ("address", f"{o.addr:#x}"),
        ("size", known(o.size, Fact.SIZE, f"{o.size} bytes, {o.kind}")),
        *((("type", o.type or f"{UNKNOWN} {untyped}"),) if o.type or untyped else ()),
        ("made", known(o.born, Fact.TIME, _made(o, world))),
        ("state", f"{UNKNOWN} {why}" if (why := world.doubt(Fact.ROOT)) else state),
        ("fate", _fate(oid, world, objects, links)),
    ]
    data: looking.Object = {
        **object_data(oid, world, objects),
        "links": [],
        "alive": objects.is_alive(oid),
        "dropped": None if objects.is_alive(oid) else o.dropped,
        "span": None,
        "slot": None,
        "slot_state": None,
        "held": _held(oid, world, objects),
        "allocated_at": None,
    }
    if stack := stack_at(world, slot.addr if slot is not None else 0):
        rows.append(("allocated", f"at {' ← '.join(line.name for line in stack[:_NEEDED])}"))
        data["allocated_at"] = [site_data(line) for line in stack]
    if (held := data["held"]) is not None:
        rows += [("keeps", f"{held['retained']} bytes would be freed with it"), *_ways(held)]
    if slot is not None and info is not None and oid in objects.in_slot(slot.addr, info.elemsize):
        data |= {"links": links_data(slot.addr, world), "span": hexed(info.base), "slot": slot.slot, "slot_state": slot.state}
        rows.append(("slot", f"{slot.slot} of span {info.base:#x}, {info.elemsize} bytes: {slot.state}"))
        for word, value in known_answer(lambda: world.pointers.stored_in(slot.addr)) or ():
            target = objects.find_addr(value)
            rows.append((f"word {word}", f"→ {objects.name(target) if target is not None else f'{value:#x}'}"))
    elif o.size != 0:
        rows.append(("slot", "swept: the memory is free or another object's"))
    return Result(f"object {objects.name(oid)}", data, Table((Column("field", "text"), Column("value", "text")), rows))


def _held(oid: int, world: World, objects: Objects) -> "looking.KeptAlive | None":
    """What keeps it alive, and what it keeps, where that was worked out (graphs.hold_now)."""
    graph = graph_of(world)
    if graph is None or graph.held is None:
        return None
    way = graph.way(oid + 1)
    return {
        "retained": graph.held.retained[oid + 1],
        "dominators": [hexed(objects.addr(node - 1)) for node in graph.chain(oid + 1)[:-1]] if way else [],
        "path": [hexed(objects.addr(node - 1)) for node in way],
        "roots": graph.labels(way[0]) if way else [],
    }


def _ways(held: "looking.KeptAlive") -> Iterator[tuple[Cell, ...]]:
    """Rows for what an object that is alive needs, and for the places from which the shortest way to it begins."""
    needed = ", ".join(held["dominators"][-_NEEDED:])
    if needed:
        more = len(held["dominators"]) - _NEEDED
        yield "needs", f"{needed}{f', and {more} further out' if more > 0 else ''}: without any of these it would be garbage"
    for place in held["roots"][:_NEEDED]:
        yield "root", place


def _fate(oid: int, world: World, objects: Objects, links: LinkIndex | None) -> str:
    return fate_sentence(world, objects, oid, find_paths(world, objects, [oid], links))


def find(addr: int, world: World, objects: Objects, links: LinkIndex | None = None) -> Result:
    """What lies at an address, from the region down to the object; `links` is find_paths's."""
    region = next((r for r in world.extents.layout() if r.start <= addr < r.end), None)
    data: looking.Found = {
        "addr": hexed(addr),
        "region": region.name if region else None,
        "page": None,
        "span": None,
        "state": None,
        "slot": None,
        "slot_state": None,
        "object": None,
    }
    if region is None:
        end = world.extents.arenas.parts[-1].end
        spare = world.profile.reservation and end <= addr < end + PAGE_SIZE
        where = "the spare page after the arena" if spare else "nothing gomem shows"
        return Result(f"{addr:#x}: {where}", data)
    details = [f"{addr:#x} lies in {region.name} ({region.note})"]
    if not region.used_start <= addr < region.used_end:
        details.append("not mapped yet" if region.name.startswith("heap") else "not in use")
    elif region.name == "heap: spans":
        page = (addr - region.start) // PTR_SIZE
        details.append(f"the entry of page {page}, {world.extents.arenas.address(page):#x}: see show page {page}")
    elif region.name == "heap: bitmap":
        word = (region.end - 1 - addr) * 4
        details.append(f"pointer and scan bits of the four words from {world.extents.arenas.start + word * PTR_SIZE:#x}")
    elif region.name == "heap: arena":
        details += _find_in_arena(addr, world, objects, links, data)
    return Result(details[0], data, details=tuple(details[1:]))


def _find_in_arena(addr: int, world: World, objects: Objects, links: LinkIndex | None, data: "looking.Found") -> list[str]:
    page = world.extents.arenas.page(addr)
    info = world.spans.at(addr)
    if info is None:
        return []
    data |= {"page": page, "span": hexed(info.base), "state": info.state}
    span = told(info.npages, *_SPAN, state=info.state, base=info.base)
    details = [f"page {page}, byte {addr & PAGE_MASK} of it", span]
    slot = world.slots.at(addr)
    if slot is None:
        if info.state == "inuse":
            details.append("after the last slot of its span")
        return details
    data |= {"slot": slot.slot, "slot_state": slot.state}
    details.append(f"slot {slot.slot} of {info.elemsize} bytes at {slot.addr:#x}, byte {addr - slot.addr} of it: {slot.state}")
    for oid in objects.in_slot(slot.addr, info.elemsize) if slot.allocated else ():
        o = objects.info(oid)
        if o.size is None or o.holds(addr):
            data["object"] = o.name or None
            what = "object" if objects.is_alive(oid) else "dropped object"
            size = or_unknown(o.size)
            details.append(f"{what} {objects.name(oid)}, byte {addr - o.addr} of {size}; {_fate(oid, world, objects, links)}")
    return details
