"""What the events of Go 1.21 and later mean, in a sentence each: of pages, their caches, queues of spans, headers and bits."""

from collections.abc import Callable
from typing import Any, Final

from gomem_core.go import pageevents as pe
from gomem_core.go.events import Event
from gomem_core.go.sizeclasses import kind_of
from gomem_core.go.versions import Profile
from gomem_core.report import counted, format_bytes

PAGE_SENTENCES: Final = {
    "pages_taken": "took {pages} from {base} on for {holder}, {where}{notes}",
    "pages_freed": "{pages} from {base} on went back to the heap, not to the OS",
    "pages_freed_use": "{pages} from {base} on, {use}, went back to the heap",
    "page_cache_filled": "P{p} caches the free ones of the 64 pages from {base} on: {free}; given back to the OS: {back}",
    "page_cache_unfilled": "P{p}'s page cache stays empty, since the heap has no free page",
    "page_cache_flushed": "P{p} returns the free ones of the 64 pages from {base} on: {free}; given back to the OS: {back}",
    "heap_grown": "the heap grew by {nbytes} from {base} on, up to {grown_to}; addresses are reserved up to {arena_end}",
    "span_cached": "P{p} caches span {base} of {holder}, {queue}; slots taken: {taken}; freeindex is {freeindex}",
    "span_uncached": "P{p} gives up span {base} of {holder}, which {fate}; slots taken: {taken}; freeindex is {freeindex}",
    "central_empty": "no queue of the mcentral of {holder} has a span with a free slot: {queues}",
    "span_swept": "swept span {base} of {holder}, {pages}; slots freed: {nfreed}, objects that stay: {nalloc}; {notes}",
    "pages_reclaimed": "before it takes {pages}, the heap sweeps spans without a page mark, from page {index} on; {credit}",
    "pages_reclaimed_all": "before it takes {pages}, the heap sweeps nothing, since all arenas were looked at; {credit}",
    "header_written": "wrote the type into the slot's first word, at {slot_addr}; the object begins at {addr}; {ptr_words}",
    "type_kept": "the span keeps the type of the large object at {addr}; {ptr_words}",
    "span_bits_written": "wrote the pointer bits of {addr} near the end of its span, at {bits}: {ptr_words} of {words}",
    "arena_bits_written": "wrote the pointer bits of {addr} into the table of its arena: {ptr_words} of {words}",
    "tiny_marked": "marked the tiny block {block} that P{p} is filling: it survives, even if nothing refers to it",
    "inline_marks_moved": "moved the marks at the end of span {base} to its gcmarkBits: {nmarked}",
    "class": "class {number} {scan}",
    "large": "a large object",
    "stack": "a stack",
    "workbuf": "work buffers of the collector",
    "from_cache": "from the page cache of the P",
    "from_heap": "the lowest that are free in a row",
    "from_heap+grow": "the lowest that are free in a row now that the heap has grown",
    "taken_back": "; back from the OS: {scav}",
    "needs_zero": "; it counts as used, so it is cleared",
    "had": "which {queue} had",
    "had_unswept": "which {queue} had, and which was swept for it",
    "new": "which is new",
    "joins": "joins {queue}",
    "stale": "is swept first, as it was cached before the last mark",
    "preserve": "to be used at once",
    "credit": "as payment for an allocation",
    "reclaim": "to get pages",
    "page_marked": "page marked",
    "page_not_marked": "page not marked",
    "freeindex_was": "freeindex was {freeindex}",
    "ptr_words": "words that may hold pointers: {count}",
    "credit_left": "pages freed in advance: {credit}",
}

# What events of a kind are called where they are only counted.
PAGE_COUNTED: Final = {
    "central_empty": "mcentrals without a span",
    "header_written": "headers written",
    "heap_grown": "growths of the heap",
    "inline_marks_moved": "inline marks moved",
    "page_cache_filled": "page caches filled",
    "page_cache_flushed": "page caches given back",
    "pages_freed": "runs of pages freed",
    "pages_reclaimed": "sweeps before pages are taken",
    "pages_taken": "runs of pages taken",
    "span_bits_written": "pointer bits written",
    "span_cached": "spans cached",
    "span_swept": "spans swept",
    "span_uncached": "spans left by mcaches",
    "tiny_marked": "tiny blocks marked",
    "type_kept": "types kept in spans",
}

Said = tuple[str, dict[str, str]]  # the key of a sentence, and what it needs besides the fields


def tell_page(event: Event, profile: Profile, values: dict[str, str]) -> str:
    """One of these events in a sentence; `values` are its fields as text.  Raises KeyError for any other."""
    key, more = _SAID[type(event)](event, profile)
    return PAGE_SENTENCES[key].format(**values | more)


def _just_fields(event: Event, profile: Profile) -> Said:  # noqa: ARG001 -- all are called in the same way
    return event.kind, {}


def _pages_taken(event: pe.PagesTaken, profile: Profile) -> Said:  # noqa: ARG001 -- the same
    holder = PAGE_SENTENCES[event.use] if event.use else of_class(event.spanclass)
    back = PAGE_SENTENCES["taken_back"].format(scav=event.scav) if event.scav else ""
    notes = back + (PAGE_SENTENCES["needs_zero"] if event.needzero else "")
    return event.kind, {"holder": holder, "where": PAGE_SENTENCES[f"from_{event.src}"], "notes": notes}


def _pages_freed(event: pe.PagesFreed, profile: Profile) -> Said:  # noqa: ARG001 -- the same
    return ("pages_freed_use", {"use": PAGE_SENTENCES[event.use]}) if event.use else (event.kind, {})


def _page_cache(event: pe.PageCacheFilled | pe.PageCacheFlushed, profile: Profile) -> Said:  # noqa: ARG001 -- the same
    if not event.base:
        return "page_cache_unfilled", {}
    return event.kind, {"free": str(event.free.bit_count()), "back": str((event.free & event.scavenged).bit_count())}


def _heap_grown(event: pe.HeapGrown, profile: Profile) -> Said:  # noqa: ARG001 -- the same
    return event.kind, {"nbytes": format_bytes(event.nbytes)}


def _span_cached(event: pe.SpanCached, profile: Profile) -> Said:
    queue = queue_of(event.src, profile)
    which = "had_unswept" if event.src.endswith("unswept") else "had" if queue else "new"
    return event.kind, {"queue": PAGE_SENTENCES[which].format(queue=queue), **_slots(event, profile)}


def _span_uncached(event: pe.SpanUncached, profile: Profile) -> Said:
    partial, _, full, _ = profile.central_names
    queue = full if event.alloc_count == profile.nelems(event.spanclass) else partial
    fate = PAGE_SENTENCES["stale"] if event.stale else PAGE_SENTENCES["joins"].format(queue=queue)
    return event.kind, {"fate": fate, **_slots(event, profile)}


def _central_empty(event: pe.CentralEmpty, profile: Profile) -> Said:
    lengths = (event.partial_swept, event.partial_unswept, event.full_swept, event.full_unswept)
    queues = ", ".join(f"{name} {n}" for name, n in zip(profile.central_names, lengths, strict=True))
    return event.kind, {"holder": of_class(event.spanclass), "queues": queues}


def _span_swept(event: pe.SpanSwept, profile: Profile) -> Said:  # noqa: ARG001 -- the same
    purpose = "preserve" if event.preserve else event.why
    notes = [PAGE_SENTENCES[purpose]] if purpose else []
    notes.append(PAGE_SENTENCES["page_marked" if event.page_mark else "page_not_marked"])
    notes.append(PAGE_SENTENCES["freeindex_was"].format(freeindex=event.freeindex))
    return event.kind, {"holder": of_class(event.spanclass), "notes": ", ".join(notes)}


def _pages_reclaimed(event: pe.PagesReclaimed, profile: Profile) -> Said:  # noqa: ARG001 -- the same
    key = "pages_reclaimed_all" if event.index >= pe.RECLAIMED_ALL else event.kind
    return key, {"credit": PAGE_SENTENCES["credit_left"].format(credit=event.credit)}


def _type_written(event: pe.HeaderWritten | pe.TypeKept, profile: Profile) -> Said:  # noqa: ARG001 -- the same
    return event.kind, {"ptr_words": PAGE_SENTENCES["ptr_words"].format(count=event.ptr_words)}


def _bits_written(event: pe.SpanBitsWritten, profile: Profile) -> Said:  # noqa: ARG001 -- the same
    return event.kind if event.bits else "arena_bits_written", {"words": counted(event.words, "word")}


# Any: the key says which event the function takes, which a dict's type cannot express.
_SAID: Final[dict[type, Callable[[Any, Profile], Said]]] = {
    pe.PagesTaken: _pages_taken,
    pe.PagesFreed: _pages_freed,
    pe.PageCacheFilled: _page_cache,
    pe.PageCacheFlushed: _page_cache,
    pe.HeapGrown: _heap_grown,
    pe.SpanCached: _span_cached,
    pe.SpanUncached: _span_uncached,
    pe.CentralEmpty: _central_empty,
    pe.SpanSwept: _span_swept,
    pe.PagesReclaimed: _pages_reclaimed,
    pe.HeaderWritten: _type_written,
    pe.TypeKept: _type_written,
    pe.SpanBitsWritten: _bits_written,
    pe.TinyMarked: _just_fields,
    pe.InlineMarksMoved: _just_fields,
}
PAGE_EVENTS: Final = frozenset(_SAID)


def of_class(spanclass: int) -> str:
    """The words for a span class: its size class, or that it holds a large object."""
    if spanclass <= 1:
        return PAGE_SENTENCES["large"]
    return PAGE_SENTENCES["class"].format(number=spanclass >> 1, scan=kind_of(spanclass))


def queue_of(src: pe.CachedFrom, profile: Profile) -> str:
    """The name of the queue in which a span was found; empty where it is a new one."""
    partial, partial_unswept, _, full_unswept = profile.central_names
    return {"partial_swept": partial, "partial_unswept": partial_unswept, "full_unswept": full_unswept, "grow": ""}[src]


def _slots(event: pe.SpanCached | pe.SpanUncached, profile: Profile) -> dict[str, str]:
    """How many of its slots are taken, and of which class it is."""
    taken = f"{event.alloc_count} of {profile.nelems(event.spanclass)}"
    return {"taken": taken, "holder": of_class(event.spanclass)}
