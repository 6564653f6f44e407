"""What each event of the allocator means, in a sentence.  Every sentence is a whole template with named values."""

from typing import Final

from gomem_core.frozen import values_of
from gomem_core.go import events as e
from gomem_core.go.amd64 import PAGE_SHIFT, U64_MAX
from gomem_core.go.sizeclasses import kind_of
from gomem_core.report import counted, format_bytes
from gomem_tui.render.lines import short

_BYTES: Final = {"nbytes", "heap_live", "heap_marked", "gc_trigger", "next_gc", "released", "heap_released"}

# Those of an event carry its kind, where it always means the same.
SENTENCES: Final = {
    "exact": "{size} B is class {number} exactly, no waste",
    "rounded": "{size} B goes into class {number}, slots of {elemsize} B: {waste} B wasted",
    "large": "{size} B is more than 32 KB: large, {pages} of its own",
    "tiny": "{size} B without pointers is tiny: several share a block of 16 B",
    "tiny_shared": "block {block} had room: {offset_after} of its 16 B are taken now",
    "tiny_block": "block {block} of 16 B is new; the P goes on with block {kept}, which has more room",
    "mcache_hit": "P{p}'s span {base} had {free}: no lock needed",
    "full": "P{p}'s span {base} of this class is full",
    "none": "P{p} holds no span of this class",
    "slot_taken": "slot {slot} of span {base} is taken, at {addr}",
    "central_had": "took span {base} from the list {where}",
    "central_swept": "took span {base} from the list {where} and swept it",
    "central_miss": "has no span with a free slot; full or cached ones: {empty}",
    "cache_span": "mcentral hands span {base} to the mcache, slots free: {nfree}",
    "uncache_span": "the mcache gives span {base} back to its mcentral, slots free: {nfree}",
    "heap_exact": "a free span of exactly {pages}: {base}",
    "heap_split": "took the free span of {total}, split {npages} + {rest}",
    "heap_asked": "no free span of {pages}: asked the OS, then took all it gave",
    "heap_asked_split": "no free span of {pages}: asked the OS, then split {npages} + {rest}",
    "heap_joined": "no free span of {pages}: asked the OS; the new pages joined free ones before them",
    "heap_joined_split": "no free span of {pages}: asked the OS; with free ones before: {total}, split {npages} + {rest}",
    "collection": "heap_live reached {gc_trigger}, the trigger: a collection marked",
    "collection_sweeps": "heap_live reached {gc_trigger}, the trigger: a collection swept the last {spans}, then it marked",
    "counts_in_full": "heap_live is {heap_live} now: a span counts in full, free slots too, while an mcache has it",
    "picked": "chose the free span {base} of {pages}; wanted: {want}",
    "span_split": "split it: {npages} + {rest_npages}, the rest stays free from {rest_base} on",
    "span_merge": "took in the free neighbour {other_base}: now {pages} are free from {base} on",
    "span_alloc": "span {base} of {pages} serves class {number} {scan} now",
    "span_alloc_large": "span {base} of {pages} serves one large object now",
    "span_free": "span {base} of {pages} holds nothing any more: the heap has it back",
    "grow": "the arena grew by {growth}, it ends at {arena_used} now",
    "mapped": "mapped {nbytes} of the region {region}, from {base} on",
    "lock_mheap": "took the lock of mheap",
    "lock_mcentral": "took the lock of the mcentral of class {number} {scan}",
    "bits_written": "wrote the bitmap of {addr}: words that may hold pointers: {ptr_words} of {words}",
    "bits_cleared": "set the bitmap of the fresh span {base} to {pattern}",
    "zeroed": "cleared {nbytes} from {base} on, which were used before",
    "gc_trigger": "the heap reached its trigger of {gc_trigger}: a collection starts",
    "gc_asked": "a collection starts, since somebody asked for it",
    "gc_marked": "marking is done, {heap_marked} live; every span waits to be swept now",
    "pacing": "the next collection starts at {gc_trigger}; its goal is {next_gc}",
    "pacing_off": "no collection starts by itself",
    "sweep": "swept span {base}; slots freed: {nfreed}, objects that stay: {nalloc}",
    "sweep_debt": "pages to be swept before anything is allocated: {owed}; swept so far: {swept}",
    "reclaim": "before it takes {pages}, the heap sweeps until as many are free",
    "sys_unused": "the OS has the memory of the free span {base} of {pages} again",
    "scavenged": "gave {released} back to the OS, {heap_released} in all",
    "pointer_written": "word {word} of the object at {obj} held {old} and holds {value} now: {go}, the runtime is not asked",
    "costliest": "the costliest of {times}:",
    "large_skips": "large objects go straight to mheap",
    "not_asked": "not asked",
    "not_asked_folded": "{rungs}: {sentence}",
    "not_asked_so_far": "not asked so far",
}

# What events of a kind are called where they are only counted.
COUNTED: Final = {
    "bits_cleared": "bitmaps cleared",
    "bits_written": "bitmaps written",
    "cache_span": "spans cached",
    "central_miss": "mcentrals without a span",
    "central_pick": "mcentrals with a span",
    "class_chosen": "classes chosen",
    "gc_marked": "marked",
    "gc_start": "collections",
    "grow": "growths of the arena",
    "lock_taken": "locks taken",
    "mapped": "regions mapped",
    "mcache_hit": "mcache hits",
    "mcache_miss": "mcache misses",
    "pacing": "new goals",
    "picked": "free spans chosen",
    "pointer_written": "pointers stored",
    "reclaim": "sweeps before a span is taken",
    "scavenged": "rounds of giving back",
    "slot_taken": "slots taken",
    "span_alloc": "spans taken",
    "span_free": "spans freed",
    "span_merge": "spans merged",
    "span_split": "spans split",
    "sweep": "spans swept",
    "sweep_debt": "sweeps owed",
    "sys_unused": "free spans given back",
    "tiny_block": "tiny blocks begun",
    "tiny_shared": "tiny blocks shared",
    "uncache_span": "spans left by mcaches",
    "zeroed": "memory cleared",
}


def tell(event: e.Event) -> str:
    """The event in a sentence."""
    values = {name: _shown(name, value) for name, value in values_of(event)}
    match event:
        case e.ClassChosen():
            return _class_chosen(event)
        case e.GcStart():
            key = "gc_trigger" if event.trigger == 1 else "gc_asked"
        case e.Pacing() if event.gc_trigger == U64_MAX:
            key = "pacing_off"
        case e.McacheMiss():
            key = "full" if event.base else "none"
        case e.CentralPick():
            key = "central_swept" if event.swept_now else "central_had"
        case e.LockTaken():
            key = f"lock_{event.lock}"
            values |= _class(event.spanclass)
        case e.SpanAlloc():
            key = "span_alloc_large" if event.large else "span_alloc"
            values |= _class(event.spanclass)
        case _:
            key = event.kind
    if isinstance(event, e.Grow):
        values["growth"] = format_bytes(event.npages << PAGE_SHIFT)
    elif isinstance(event, e.BitsCleared):
        values["pattern"] = f"{event.fill:#04x}"
    elif isinstance(event, e.McacheHit):
        values["free"] = counted(event.nfree, "free slot")
    elif "npages" in values:
        values["pages"] = counted(int(values["npages"]), "page")
    return SENTENCES[key].format(go=event.go, **values)


def _class(spanclass: int) -> dict[str, str]:
    return {"number": str(spanclass >> 1), "scan": kind_of(spanclass)}


def _class_chosen(event: e.ClassChosen) -> str:
    number = event.spanclass >> 1
    if not number:
        return SENTENCES["large"].format(size=event.size, pages=counted(event.elemsize >> PAGE_SHIFT, "page"))
    waste = event.elemsize - event.size
    sentence = SENTENCES["rounded" if waste else "exact"]
    return sentence.format(size=event.size, number=number, elemsize=event.elemsize, waste=waste)


def _shown(name: str, value: object) -> str:
    return format_bytes(value) if name in _BYTES and isinstance(value, int) and value != U64_MAX else value_text(name, value)


def value_text(name: str, value: object) -> str:
    """A field of an event: addresses in hexadecimal, "never" as a word."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value == U64_MAX:
            return "never"
        if name in e.ADDRESSES:
            return short(value) if value else "nil"
    return str(value)
