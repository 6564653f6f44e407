"""Records of a heap as data for programs: what schema/heap.py describes, the same wherever it is printed."""

from functools import partial
from typing import TYPE_CHECKING, Final, cast

from gomem_core.go.amd64 import PAGE_SHIFT, U64_MAX
from gomem_core.go.sizeclasses import kind_of, make_span_class
from gomem_core.go.versions import Profile
from gomem_core.queries.shares import Share
from gomem_core.report import Bits, hexed, hexed_or_none
from gomem_core.world.counters import Counters
from gomem_core.world.objectinfo import Objects
from gomem_core.world.records import CentralInfo, McacheInfo, MemStats, PageCache, Region, SpanInfo, WordInfo
from gomem_core.world.world import World, known

if TYPE_CHECKING:
    from gomem_core.schema import heap as schema


COUNTERS: Final = (
    *("heap_sys", "heap_inuse", "heap_idle", "heap_released", "heap_live", "heap_marked", "gc_trigger", "next_gc", "numgc"),
    *("nserved_mcache", "nserved_central", "nserved_heap", "nserved_large", "nserved_os", "tinyallocs", "nzero"),
    *("nheap_lock", "nheap_alloc", "nheap_grow", "nmcache_flush", "nos_release"),
)


def or_none(n: int | None) -> int | None:
    """A trigger or a goal, None for never, and where it is not known."""
    return None if n == U64_MAX else n


def span_data(info: SpanInfo) -> "schema.Span":
    """A span; only spans in use have a class, slots, and anything to sweep."""
    used = info.state == "inuse"
    return {
        "base": hexed(info.base),
        "npages": info.npages,
        "state": info.state,
        "spanclass": info.spanclass if used else None,
        "class": info.sizeclass if used else None,
        "elemsize": info.elemsize if used else None,
        "kind": kind_of(info.spanclass) if used else None,
        "nelems": info.nelems if used else None,
        "alloc_count": info.alloc_count if used else None,
        "freeindex": info.freeindex if used else None,
        "sweepgen": info.sweepgen if used else None,
        "swept": info.swept if used else None,
        "cached_by": info.cached_by if info.is_cached else None,
        "list": info.list_name or None,
        "next_base": hexed_or_none(info.next_base or 0),
        "prev_base": hexed_or_none(info.prev_base or 0),
        "needzero": info.needzero,
        "npreleased": info.npreleased,
        "unusedsince": info.unusedsince if info.state == "free" else None,
        "ptr": None if info.ptr is None else hexed(info.ptr),
    }


def span_share_data(info: SpanInfo, share: Share | None) -> "schema.SpanShare":
    """A span with what became of its bytes; `share` None: it is not in use."""
    return {**span_data(info), "account": bytes_data(share) if share is not None else None}


def bytes_data(share: Share) -> "schema.Bytes":
    """What the bytes of spans in use are there for; the schema's fields are those of the record, by the same names."""
    return cast("schema.Bytes", share._asdict() | {"wasted": share.wasted, "total": share.total})


def central_data(c: CentralInfo, profile: Profile) -> "schema.Central":
    """An mcentral; the lengths of its lists by their names."""
    data: dict[str, object] = {
        "spanclass": c.spanclass,
        "class": c.spanclass >> 1,
        "elemsize": profile.classes[c.spanclass >> 1].size or None,
        "kind": kind_of(c.spanclass),
        **dict(zip(profile.central_names, c.lengths, strict=True)),
        "nmalloc": c.nmalloc,
        "nlock": c.nlock,
    }
    return cast("schema.Central", data)  # whose lists depend on the version


def cached_span_data(spanclass: int, base: int, nfree: int, profile: Profile) -> "schema.CachedSpan":
    """A span in an mcache."""
    return {
        "spanclass": spanclass,
        "class": spanclass >> 1,
        "elemsize": profile.classes[spanclass >> 1].size,
        "kind": kind_of(spanclass),
        "base": hexed(base),
        "nfree": nfree,
    }


def page_cache_data(pages: PageCache) -> "schema.CachedPages":
    """The page cache of a P."""
    return {
        "base": hexed(pages.base),
        "free": Bits(f"{pages.free:#x}"),
        "scavenged": Bits(f"{pages.free & pages.scavenged:#x}"),
    }


def mcache_data(c: McacheInfo, profile: Profile) -> "schema.Mcache":
    """A P's mcache with all its spans."""
    return {
        "p": c.p,
        "current": c.current,
        "tiny": hexed_or_none(c.tiny),
        "tinyoffset": c.tinyoffset if c.tiny else None,
        "cached": [cached_span_data(*one, profile) for one in c.cached],
        "pages": None if c.pages is None else page_cache_data(c.pages),
    }


def region_data(r: Region) -> "schema.Region":
    """A region of the address space."""
    return {
        "name": r.name,
        "start": hexed(r.start),
        "end": hexed(r.end),
        "size": r.end - r.start,
        "used_start": hexed(r.used_start),
        "used_end": hexed(r.used_end),
        "used": r.used_end - r.used_start,
        "grows": r.grows or None,
    }


def word_data(w: WordInfo) -> "schema.Word":
    """A word with its bits."""
    return {
        "addr": hexed(w.addr),
        "pointer": w.pointer,
        "scan": w.scan,
        "byte_addr": hexed_or_none(w.byte_addr or 0),
        "shift": w.shift,
        "value": hexed_or_none(w.value or 0),
    }


def links_data(slot: int, world: World) -> "list[schema.StoredPointer] | None":
    """The pointers stored in the slot at this address; None where they are not known."""
    stored = known(lambda: world.pointers.stored_in(slot))
    return None if stored is None else [{"word": word, "to": hexed(target)} for word, target in stored]


def object_data(oid: int, world: World, objects: Objects) -> "schema.ObjectRow":
    """An object, with the pointers of its slot: of one that was dropped only where the slot is still its own."""
    o = objects.info(oid)
    return {
        "name": o.name or None,
        "addr": hexed(o.addr),
        "size": o.size,
        "kind": o.kind,
        "type": o.type or None,
        "born": o.born,
        "links": links_data(o.addr, world),
    }


def size_class_data(profile: Profile, number: int) -> "schema.SizeClass":
    """A size class of a version of Go; 0 stands for large objects, which have no size in common."""
    c, scan, noscan = profile.classes[number], make_span_class(number, False), make_span_class(number, True)
    return {
        "class": c.number,
        "elemsize": c.size if c.number else None,
        "npages": c.npages if c.number else None,
        "span_bytes": c.npages << PAGE_SHIFT if c.number else None,
        "nelems": c.nelems if c.number else None,
        "tail_waste": c.tail_waste if c.number else None,
        "max_waste_percent": round(100 * c.max_waste, 2) if c.number else None,
        "scan_nelems": profile.nelems(scan) if c.number else None,
        "noscan_reserve": profile.span_end(noscan) if c.number else None,
        "scan_reserve": profile.span_end(scan) if c.number else None,
        "header": profile.header(c.size, False) if c.number else None,
    }


def counters_data(s: Counters) -> "schema.Counters":
    """The running counters; the schema's fields are those of the record, by the same names."""
    data = {name: known(partial(getattr, s, name)) for name in COUNTERS}
    return cast("schema.Counters", data | {name: or_none(data[name]) for name in ("gc_trigger", "next_gc")})


def mem_stats_data(m: MemStats) -> "schema.MemStats":
    """runtime.MemStats; the schema's fields are those of the record, by the same names."""
    by_size = [{"Size": size, "Mallocs": mallocs, "Frees": frees} for size, mallocs, frees in m.BySize]
    return cast("schema.MemStats", m._asdict() | {"NextGC": or_none(m.NextGC), "BySize": by_size})
