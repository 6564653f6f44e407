"""What `show`, `find` and `memstats` answer: tables made from what a world says."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.go.sizeclasses import kind_of
from gomem_core.go.versions import Profile
from gomem_core.lang.commands import Filter, Topic
from gomem_core.lang.filters import LARGE, doubtful
from gomem_core.queries.account import Account
from gomem_core.queries.data import (
    cached_span_data,
    central_data,
    counters_data,
    mcache_data,
    mem_stats_data,
    region_data,
    size_class_data,
    span_share_data,
)
from gomem_core.queries.spanfilter import central_fields, keep, span_test, span_waste
from gomem_core.queries.waste import show_waste
from gomem_core.report import Cell, Column, Result, Table, format_bytes, hexed, told
from gomem_core.world.facts import COUNTER_FACTS, UNKNOWN, Fact, or_unknown
from gomem_core.world.interrupt import StopRequest
from gomem_core.world.objectinfo import Objects
from gomem_core.world.records import MemStats, PageCache, SpanInfo
from gomem_core.world.world import World, known

if TYPE_CHECKING:
    from gomem_core.schema import heap as schema
    from gomem_core.schema import looking

_SPAN_COLUMNS: Final = (
    Column("base", "addr"),
    Column("pages"),
    Column("state", "text"),
    Column("class", "text"),
    Column("size"),
    Column("kind", "text"),
    Column("used", "text"),
    Column("waste", "text"),
    Column("list", "text"),
    Column("swept", "text"),
)


def show(topic: Topic, filters: tuple[Filter, ...], world: World, objects: Objects, stop: StopRequest | None = None) -> Result:
    """The table about a topic, only the rows that pass all filters.

    Raises TooCostly for a regular expression that takes too long, and Stopped where `stop` is asked for.
    """
    if topic == "spans":
        return _spans(world, filters, Account(world, objects), StopRequest() if stop is None else stop)
    if topic == "waste":
        return show_waste(Account(world, objects), filters)
    return _TOPICS[topic](world, filters)


def _spans(world: World, filters: tuple[Filter, ...], account: Account, stop: StopRequest) -> Result:
    rows: list[tuple[Cell, ...]] = []
    data: looking.Spans = {"rows": []}
    passes = span_test(filters, lambda: account)
    for info in world.spans.each():
        stop.heed()
        if passes(info):
            rows.append(_span_row(info, span_waste(info, account).text if info.state == "inuse" else ""))
            data["rows"].append(span_share_data(info, account.of_span(info.base)))
    summary = told(world.spans.count, "{rows} of {n} span", "{rows} of {n} spans, by base", rows=len(rows))
    doubt = doubtful("spans", filters)
    return Result(summary, data, Table(_SPAN_COLUMNS, rows), details=(doubt,) if doubt else ())


def _span_row(info: SpanInfo, waste: str) -> tuple[Cell, ...]:
    sizeclass = "" if info.state != "inuse" else str(info.sizeclass) if info.sizeclass else LARGE
    used = f"{info.alloc_count}/{info.nelems}" if info.nelems else ""
    where = f"mcache P{info.cached_by}" if info.is_cached else UNKNOWN if info.list_name is None else info.list_name
    swept = UNKNOWN if info.swept is None else "waits" if info.waits else "swept"
    return (
        *(info.base, info.npages, info.state, sizeclass, info.elemsize, info.kind, used, waste, where),
        swept if info.state == "inuse" else "",
    )


def _mcentral(world: World, filters: tuple[Filter, ...]) -> Result:
    profile = world.profile
    columns = (
        *(Column("class"), Column("size"), Column("kind", "text"), *map(Column, profile.central_names)),
        *(Column("nmalloc"), Column("locks")),
    )
    rows: list[tuple[Cell, ...]] = []
    data: looking.Centrals = {"rows": []}
    idle = 0
    for spanclass in profile.central_classes:
        c = world.lists.central(spanclass)
        fields = central_fields(c, profile)
        if not keep(fields, filters):
            continue
        if not filters and not c.asked:
            idle += 1
            continue
        name, size = (c.spanclass >> 1, fields["size"]) if "size" in fields else (LARGE, "")
        rows.append((name, size, kind_of(c.spanclass), *c.lengths, or_unknown(c.nmalloc), or_unknown(c.nlock)))
        data["rows"].append(central_data(c, profile))
    facts = [told(len(rows), "{n} mcentral", "{n} mcentrals")]
    if idle and world.doubt(Fact.LOCKS):
        facts.append(told(idle, "{n} that has no span is left out", "{n} that have no span are left out"))
    elif idle:
        facts.append(told(idle, "{n} that nobody asked yet is left out", "{n} that nobody asked yet are left out"))
    return Result("; ".join(facts), data, Table(columns, rows))


def _mcache(world: World, filters: tuple[Filter, ...]) -> Result:
    columns = (
        *(Column("p"), Column("class"), Column("size"), Column("kind", "text"), Column("span", "addr")),
        Column("free slots"),
    )
    rows: list[tuple[Cell, ...]] = []
    notes: list[str] = []
    data: looking.Mcaches = {"rows": []}
    for c in world.caches.mcaches():
        passing: list[schema.CachedSpan] = []
        facts = [
            "allocates" if c.current else "",
            told(len(c.cached), "{n} span cached", "{n} spans cached"),
            f"tiny block {c.tiny:#x}, {c.tinyoffset} of 16 bytes taken" if c.tiny else "no tiny block",
            page_cache_text(c.pages),
        ]
        notes.append(f"P{c.p}: {', '.join(fact for fact in facts if fact)}")
        for spanclass, base, nfree in c.cached:
            size = world.profile.classes[spanclass >> 1].size
            fields: dict[str, Cell] = {"p": c.p, "class": spanclass >> 1, "size": size, "kind": kind_of(spanclass)}
            if keep(fields, filters):
                rows.append((c.p, spanclass >> 1, size, kind_of(spanclass), base, nfree))
                passing.append(cached_span_data(spanclass, base, nfree, world.profile))
        data["rows"].append({**mcache_data(c, world.profile), "cached": passing})
    return Result("; ".join(notes) if len(notes) < 3 else f"{len(notes)} Ps", data, Table(columns, rows))


def page_cache_text(pages: PageCache | None) -> str:
    """What a P's page cache has, in words; nothing where this version of Go has none."""
    if pages is None:
        return ""
    free = pages.free.bit_count()
    if not free:
        return "no pages cached"
    text = told(free, "{n} page of the 64 from {base:#x} cached", "{n} pages of the 64 from {base:#x} cached", base=pages.base)
    back = (pages.free & pages.scavenged).bit_count()
    return f"{text}, {back} of them given back" if back else text


def _free(world: World, filters: tuple[Filter, ...]) -> Result:
    columns = (Column("list", "text"), Column("pages"), Column("spans"), Column("first", "addr"), Column("given back"))
    rows: list[tuple[Cell, ...]] = []
    data: looking.Free = {"rows": []}
    lists = world.profile.heap_lists
    for npages, count in world.lists.free_lists():
        if keep({"pages": npages}, filters):
            bases = world.lists.free_list(npages)
            released = sum(_released(world, base, npages) for base in bases)
            name = "" if lists is None else f"{lists.free}[{npages}]"
            rows.append((name, npages, count, bases[0], released))
            data["rows"].append(_free_data(name, npages, count, bases[0], released))
    for info in world.lists.free_large():
        if keep({"pages": info.npages}, filters):
            rows.append(("large", info.npages, 1, info.base, info.npreleased or 0))
            data["rows"].append(_free_data(info.list_name or "", info.npages, 1, info.base, info.npreleased or 0))
    idle, released_bytes = world.sums.stats.heap_idle, world.sums.stats.heap_released
    summary = (
        f"{format_bytes(idle)} in free {'pages' if lists is None else 'spans'}, "
        f"{format_bytes(released_bytes)} of it given back to the operating system"
    )
    return Result(summary, data, Table(columns, rows))


def _released(world: World, base: int, npages: int) -> int:
    """Pages that are given back of a stretch of free pages."""
    first, last = world.spans.number(base), world.spans.number(base + (npages << PAGE_SHIFT) - 1)
    return sum(info.npreleased or 0 for info in world.spans.rows(first, last + 1))


def _free_data(name: str, npages: int, spans: int, first: int, npreleased: int) -> "schema.FreeList":
    return {"list": name or None, "npages": npages, "spans": spans, "first": hexed(first), "npreleased": npreleased}


def _layout(world: World, _filters: tuple[Filter, ...]) -> Result:
    columns = (
        *(Column("region", "text"), Column("start", "addr"), Column("end", "addr"), Column("size", "bytes")),
        Column("in use", "bytes"),
        *(Column("grows", "text"), Column("what", "text")),
    )
    regions = world.extents.layout()
    rows: list[tuple[Cell, ...]] = [
        (r.name, r.start, r.end, r.end - r.start, r.used_end - r.used_start, r.grows, r.note) for r in regions
    ]
    data: looking.Layout = {"rows": [region_data(r) for r in regions]}
    return Result("the process, from high addresses to low", data, Table(columns, rows))


def _stats(world: World, _filters: tuple[Filter, ...]) -> Result:
    s = world.sums.stats
    notes = STAT_NOTES if s.numgc else STAT_NOTES | {"heap_marked": _NEVER_MARKED}
    values = {name: known(partial(getattr, s, name)) for name in notes}
    rows: list[tuple[Cell, ...]] = [
        (name, or_unknown(value), notes[name] if value is not None else world.doubt(COUNTER_FACTS.get(name, Fact.MSTATS)))
        for name, value in values.items()
    ]
    columns = (Column("counter", "text"), Column("value"), Column("what", "text"))
    percent = known(lambda: world.sums.gcpercent)
    gogc = UNKNOWN if percent is None else "off" if percent < 0 else f"{percent} %"
    data: looking.Stats = {"gogc": None if percent is None or percent < 0 else percent, "counters": counters_data(s)}
    return Result(f"counters; GOGC {gogc}; nothing is flushed", data, Table(columns, rows), _tiny_frees(s.tinyallocs))


_NEVER_MARKED: Final = "no mark has run: a start value, which makes the first trigger 4 MB at GOGC 100"


def _tiny_frees(tinyallocs: int) -> tuple[str, ...]:
    """What Frees counts besides, where it counts any of it."""
    one = "MemStats.Frees counts {n} tiny object that nobody freed: it shared a block, which may be in use"
    many = "MemStats.Frees counts {n} tiny objects that nobody freed: they shared blocks, which may be in use"
    return (told(tinyallocs, one, many),) if tinyallocs else ()


STAT_NOTES: Final = {  # the counters, in the order in which they are told
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
    "nserved_central": "small objects for which mcentral gave a span it had",
    "nserved_heap": "small objects for which mheap cut a new span",
    "nserved_large": "large objects served by mheap",
    "nserved_os": "objects for which the arena had to grow",
    "tinyallocs": "tiny objects that shared a block; MemStats counts each as allocated and freed at once",
    "nzero": "objects of size 0, which take no memory",
    "nheap_lock": "times the heap's lock was taken",
    "nheap_alloc": "spans the heap handed out",
    "nheap_grow": "times the arena grew",
    "nmcache_flush": "times an mcache was emptied",
    "nos_release": "spans given back to the operating system",
}


def _classes(world: World, filters: tuple[Filter, ...]) -> Result:
    return classes(world.profile, filters)


def classes(profile: Profile, filters: tuple[Filter, ...] = ()) -> Result:
    """The size class table of a version of Go; what differs between objects with pointers and others where it does."""
    columns = (
        *(Column("class"), Column("size"), Column("pages"), Column("span bytes"), Column("objects"), Column("tail waste")),
        Column("max waste", "percent"),
    )
    differs = profile.heap_bits == "span"
    rows: list[tuple[Cell, ...]] = []
    data: looking.SizeClasses = {"rows": []}
    for c in profile.classes[1:]:
        fields: dict[str, Cell] = {
            "class": c.number,
            "size": c.size,
            "pages": c.npages,
            "objects": c.nelems,
            "waste": 100 * c.max_waste,
        }
        if keep(fields, filters):
            row = (c.number, c.size, c.npages, c.npages << PAGE_SHIFT, c.nelems, c.tail_waste, round(100 * c.max_waste, 2))
            one = size_class_data(profile, c.number)
            kept = (one["scan_nelems"], one["scan_reserve"], one["noscan_reserve"], one["header"]) if differs else ()
            rows.append((*row, *map(_or_blank, kept)))
            data["rows"].append(one)
    shown = f"{len(rows)} of {profile.largest_class} size classes"
    summary = f"{profile.name}: {shown}; class 0 stands for objects over {profile.small_limit_text}"
    if not differs:
        return Result(summary, data, Table(columns, rows))
    scan = (Column("scan objects"), Column("scan reserve"), Column("noscan reserve"), Column("header"))
    return Result(summary, data, Table((*columns, *scan), rows), details=(_RESERVES,))


_RESERVES: Final = (
    "objects: slots for objects without pointers; scan objects: for those with pointers. reserve: bytes at a span's end that "
    "hold pointer bits and marks; they count as tail waste. header: bytes in a slot before an object with pointers, which say "
    "its type, so that the largest such object of a class is smaller by them."
)


def _or_blank(n: int | None) -> Cell:
    return n or ""


def _locks(world: World, _filters: tuple[Filter, ...]) -> Result:
    n = world.sums.stats.nheap_lock
    rows: list[tuple[Cell, ...]] = [("mheap", "", "", n)]
    data: looking.Locks = {
        "rows": [{"lock": "mheap", "spanclass": None, "class": None, "elemsize": None, "kind": None, "taken": n}]
    }
    for spanclass in world.profile.central_classes:
        if n := world.lists.central(spanclass).nlock or 0:
            number, size, kind = spanclass >> 1, world.profile.classes[spanclass >> 1].size, kind_of(spanclass)
            rows.append((f"mcentral {number}", str(size), kind, n))
            data["rows"].append(
                {"lock": "mcentral", "spanclass": spanclass, "class": number, "elemsize": size, "kind": kind, "taken": n}
            )
    columns = (Column("lock", "text"), Column("size", "text"), Column("kind", "text"), Column("taken"))
    s = world.sums.stats
    free = s.nserved_mcache + s.tinyallocs
    summary = told(free, "{n} object was served without any lock", "{n} objects were served without any lock")
    return Result(summary, data, Table(columns, rows))


_TOPICS: Final[dict[Topic, Callable[[World, tuple[Filter, ...]], Result]]] = {
    "mcentral": _mcentral,
    "mcache": _mcache,
    "free": _free,
    "layout": _layout,
    "stats": _stats,
    "classes": _classes,
    "locks": _locks,
}


def mem_stats(m: MemStats, tinyallocs: int) -> Result:
    """MemStats as a table, without the classes that saw nothing."""
    rows: list[tuple[Cell, ...]] = [
        (name, "never" if value == (1 << 64) - 1 else or_unknown(value))
        for name, value in m._asdict().items()
        if not isinstance(value, tuple)
    ]
    used = tuple(f"BySize {size}: Mallocs {mallocs}, Frees {frees}" for size, mallocs, frees in m.BySize if mallocs)
    table = Table((Column("field", "text"), Column("value")), rows)
    return Result("MemStats; every mcache was flushed", mem_stats_data(m), table, used + _tiny_frees(tinyallocs))
