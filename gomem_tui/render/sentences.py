"""What each event of the allocator means, in a sentence.  Every sentence is a whole template with named values.

Those of events that only Go 1.21 and later tell are in pagesentences.py.
"""

from typing import Final

from gomem_core.frozen import values_of
from gomem_core.go import events as e
from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE, U64_MAX
from gomem_core.go.pageevents import RECLAIMED_ALL
from gomem_core.go.sizeclasses import kind_of
from gomem_core.go.versions import Profile
from gomem_core.report import counted, format_bytes
from gomem_tui.render.lines import short
from gomem_tui.render.pagesentences import PAGE_COUNTED, PAGE_EVENTS, tell_page

_BYTES: Final = {"nbytes", "heap_live", "heap_marked", "gc_trigger", "next_gc", "released", "heap_released"}

# Those of an event carry its kind, where it always means the same.
SENTENCES: Final = {
    "exact": "{size} B is class {number} exactly, no waste",
    "rounded": "{size} B goes into class {number}, slots of {elemsize} B: {waste} B wasted",
    "header": "{size} B and 8 B for their type go into class {number}, slots of {elemsize} B: {waste} B wasted",
    "large": "{size} B is more than {limit}: large, {pages} of its own",
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
    "tiny_begun": "block {block} is new, the P goes on with {kept}",
    "leaves": "; it joins {queue}",
    "leaves_stale": "; cached before the last mark, it is swept first",
    "queue_empty": "no swept span with a free slot",
    "queue_unswept_empty": "none waits to be swept",
    "queues_empty": "no span with a free slot",
    "queue_left": "none found; {left} not looked at, as it looks at 100 at most",
    "queue_had": "took span {base} with {free}",
    "queue_had_unswept": "took span {base} and swept it: {free}",
    "cache_filled": "was empty, took {free} of the 64 pages at {base}",
    "cache_unfilled": "is empty, and the heap has no free page",
    "cache_had": "{before}gave {pages} at {base}: no lock needed",
    "cache_has_none": "has no {run}",
    "cache_not_for": "not asked: 16 pages and more come from the heap",
    "heap_had": "the lowest {run}: {base}",
    "heap_has_none": "has too few free pages in a row",
    "heap_had_grown": "had no {run}, grew, then gave {base}",
    "heap_grows": "the heap grew by {growth}, up to {grown_to}",
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
    "zeroed_in_span": "cleared {nbytes} from {base} on, since the span counts as used",
    "gc_trigger": "the heap reached its trigger of {gc_trigger}: a collection starts",
    "gc_asked": "a collection starts, since somebody asked for it",
    "gc_marked": "marking is done, {heap_marked} live; every span waits to be swept now",
    "pacing": "the next collection starts at {gc_trigger}; its goal is {next_gc}",
    "pacing_off": "no collection starts by itself",
    "sweep": "swept span {base}; slots freed: {nfreed}, objects that stay: {nalloc}",
    "sweep_debt": "pages to be swept before anything is allocated: {owed}; swept so far: {swept}",
    "reclaim": "before it takes {pages}, the heap sweeps until as many are free",
    "sys_unused": "the OS has the memory of {pages} from {base} on again; they stay free",
    "scavenged": "gave {released} back to the OS, {heap_released} in all",
    "pointer_written": "word {word} of the object at {obj} held {old} and holds {value} now: {go}, the runtime is not asked",
    "costliest": "the costliest of {times}:",
    "large_skips": "large objects go straight to mheap",
    "counts_while_cached": "heap_live counts a span in full, free slots too, while an mcache has it",
    "not_asked": "not asked",
    "folded": "{rungs}: {sentence}",
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
    **PAGE_COUNTED,
}


def tell(event: e.Event, profile: Profile) -> str:
    """The event in a sentence, as a heap of this version means it."""
    values = {name: _shown(name, value) for name, value in values_of(event)}
    if "npages" in values:
        values["pages"] = counted(int(values["npages"]), "page")
    if type(event) in PAGE_EVENTS:
        return tell_page(event, profile, values)
    if isinstance(event, e.ClassChosen):
        return _class_chosen(event, profile)
    if isinstance(event, e.Grow):
        values["growth"] = format_bytes(event.npages << PAGE_SHIFT)
    elif isinstance(event, e.BitsCleared):
        values["pattern"] = f"{event.fill:#04x}"
    elif isinstance(event, e.McacheHit):
        values["free"] = counted(event.nfree, "free slot")
    elif isinstance(event, e.LockTaken | e.SpanAlloc):
        values |= {"number": str(event.spanclass >> 1), "scan": kind_of(event.spanclass)}
    return SENTENCES[_key(event, profile)].format(go=event.go, **values)


def _key(event: e.Event, profile: Profile) -> str:
    """Which sentence tells it."""
    match event:
        case e.GcStart():
            return "gc_trigger" if event.trigger == 1 else "gc_asked"
        case e.Pacing() if event.gc_trigger == U64_MAX:
            return "pacing_off"
        case e.McacheMiss():
            return "full" if event.base else "none"
        case e.CentralPick():
            return "central_swept" if event.swept_now else "central_had"
        case e.LockTaken():
            return f"lock_{event.lock}"
        case e.Zeroed() if profile.heap_lists is None:  # whether pages were used is known to the furthest one only
            return "zeroed_in_span"
        case e.SpanAlloc() if event.large:
            return "span_alloc_large"
        case _:
            return event.kind


def function_of(event: e.Event, profile: Profile) -> str:
    """The Go function of this version that decides it."""
    return profile.function(event.kind, event.go)


def _class_chosen(event: e.ClassChosen, profile: Profile) -> str:
    number, size = event.spanclass >> 1, event.size
    if not number:
        pages = counted(event.elemsize >> PAGE_SHIFT, "page")
        return SENTENCES["large"].format(size=size, limit=profile.small_limit_text, pages=pages)
    if profile.has_header(event.spanclass):
        waste = event.elemsize - size - PTR_SIZE
        return SENTENCES["header"].format(size=size, number=number, elemsize=event.elemsize, waste=waste)
    waste = event.elemsize - size
    sentence = SENTENCES["rounded" if waste else "exact"]
    return sentence.format(size=size, number=number, elemsize=event.elemsize, waste=waste)


def _shown(name: str, value: object) -> str:
    return format_bytes(value) if name in _BYTES and isinstance(value, int) and value != U64_MAX else value_text(name, value)


def value_text(name: str, value: object) -> str:
    """A field of an event: addresses and bit sets in hexadecimal, "never" and "all" as words."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value == U64_MAX:
            return "never"
        if name in e.BIT_SETS:
            return f"{value:#x}"
        if name == "index" and value == RECLAIMED_ALL:
            return "all"
        if name in e.ADDRESSES:
            return short(value) if value else "nil"
    return str(value)
