"""What has to hold of the columns of a still that was read from a file, so that every question to it has an answer."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from gomem_core.files.stillfile.fields import FieldError, Fields
from gomem_core.go.amd64 import PAGE_SHIFT, PTR_SIZE, TINY_SIZE
from gomem_core.go.versions import Profile
from gomem_core.regex import regex
from gomem_core.world.arenas import Arenas
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.objectinfo import ALIVE
from gomem_core.world.records import CentralInfo, SlotColumns, SpanColumns

_OF_A_LENGTH: Final = regex(r"[a-z]+\[[1-9][0-9]{0,2}\]")
_NAME: Final = regex(r"[A-Za-z][A-Za-z0-9_-]{0,63}(\.[1-9][0-9]{0,17})?")


def is_list_name(profile: Profile, name: str) -> bool:
    """Whether a span can be on a list of this name; empty: on none."""
    if name in ("", *profile.central_names):
        return True
    names = profile.heap_lists
    if names is None:
        return name == profile.padding
    if name in (names.free_large, names.busy_large):
        return True
    return _OF_A_LENGTH.fullmatch(name) is not None and name.partition("[")[0] in (names.free, names.busy)


def check_spans(found: Fields, spans: SpanColumns, arenas: Arenas, profile: Profile) -> None:
    """Spans cover the arenas, page for page, and their slots fit into them.  Raises FieldError."""
    borders = [arena for arena in arenas.parts if arena.pages]
    end, last = (borders[0].start, borders[0].used) if borders else (0, 0)
    for n, (base, npages, state) in enumerate(zip(spans.base, spans.npages, spans.state, strict=True)):
        if end == last and len(borders) > 1:
            borders.pop(0)
            end, last = borders[0].start, borders[0].used
        if base != end or not npages or base + (npages << PAGE_SHIFT) > last:
            raise FieldError(f"{found.place(f'base[{n}]')}: a span of one page or more was expected at {end:#x}, up to {last:#x}")
        end = base + (npages << PAGE_SHIFT)
        size, nelems = spans.elemsize[n], spans.nelems[n]
        if state != "inuse":
            ok = not (size or nelems or spans.spanclass[n] or spans.alloc_count[n] or spans.freeindex[n])
        else:
            fits = size > 0 and size * nelems <= npages << PAGE_SHIFT and size % PTR_SIZE == 0
            ok = (
                fits
                and spans.spanclass[n] in profile.span_classes
                and max(spans.freeindex[n] or 0, spans.alloc_count[n]) <= nelems
            )
        if not ok:
            raise FieldError(f"{found.place(f'elemsize[{n}]')}: the slots of the span at {base:#x} do not fit into it")
    if end != last or len(borders) > 1:
        raise FieldError(f"{found.place('base')}: the spans end at {end:#x}, and not where the last arena does")


def check_lists(found: Fields, spans: SpanColumns) -> None:
    """Neighbours on lists know each other, so that every list has an end.  Raises FieldError."""
    links = (*spans.next_base, *spans.prev_base)
    if links.count(None) not in (0, len(links)):
        raise FieldError(f"{found.place('next_base')}: neighbours are known of all spans, or of none")
    where = {base: n for n, base in enumerate(spans.base)}
    for n, name in enumerate(spans.list_name):
        for neighbour, back in ((spans.next_base[n], spans.prev_base), (spans.prev_base[n], spans.next_base)):
            if neighbour is None:
                continue
            there = where.get(neighbour) if neighbour else n
            if there is None or (neighbour and (back[there] != spans.base[n] or spans.list_name[there] != name or not name)):
                raise FieldError(f"{found.place(f'next_base[{n}]')}: neighbours on a list do not know each other")


def check_slots(found: Fields, spans: SpanColumns, slots: SlotColumns) -> None:
    """Sets of bits have no more bits than there are slots.  Raises FieldError."""
    for name in ("alloc_bits", "gcmark_bits", "root_bits"):
        for n, bits in enumerate(getattr(slots, name) or ()):
            if bits.bit_length() > spans.nelems[n]:
                raise FieldError(f"{found.place(f'{name}[{n}]')}: there are only {spans.nelems[n]} slots")
    for n, bits in enumerate(slots.alloc_cache or ()):
        if bits >> 64:
            raise FieldError(f"{found.place(f'alloc_cache[{n}]')}: a set of at most 64 bits was expected")


def check_pointers(found: Fields, spans: SpanColumns, slots: Sequence[int], words: Sequence[int]) -> None:
    """Pointers are stored in words of slots, in order.  Raises FieldError."""
    places = [*zip(slots, words, strict=True)]
    if places != sorted(set(places)):
        raise FieldError(f"{found.place('slot')}: pointers in the order of their words were expected")
    span = 0
    for n, (addr, word) in enumerate(places):
        while span < len(spans.base) and addr >= spans.base[span] + (spans.npages[span] << PAGE_SHIFT):
            span += 1
        size = spans.elemsize[span] if span < len(spans.base) and addr >= spans.base[span] else 0
        slot, rest = divmod(addr - spans.base[span], size) if size else (0, 1)
        if rest or slot >= spans.nelems[span] or word >= size // PTR_SIZE:
            raise FieldError(f"{found.place(f'slot[{n}]')}: {addr:#x} is not a slot with a word {word}")


def check_central(found: Fields, spans: SpanColumns, central: Iterable[CentralInfo], profile: Profile) -> None:
    """The lists of mcentrals are as long as spans say.  Raises FieldError."""
    there = Counter(zip(spans.spanclass, spans.list_name, strict=True))
    for c in central:
        lengths = tuple(there[c.spanclass, name] for name in profile.central_names)
        if c.spanclass in profile.central_classes and c.lengths != lengths:
            place = found.place(f"central[{c.spanclass}]")
            raise FieldError(f"{place}: lists of {c.lengths} spans, where {lengths} spans hang on them")


def check_places(found: Fields, spans: SpanColumns, slots: SlotColumns, objects: ObjectColumns, profile: Profile) -> None:
    """Objects that the program refers to lie in allocated slots that hold them.  Raises FieldError."""
    headers = [PTR_SIZE if profile.has_header(spanclass) else 0 for spanclass in profile.span_classes]
    for oid, (addr, size, dropped) in enumerate(zip(objects.addr, objects.size, objects.dropped, strict=True)):
        if not size or dropped != ALIVE:
            continue
        n = bisect_right(spans.base, addr) - 1
        elemsize = spans.elemsize[n] if n >= 0 else 0
        slot, rest = divmod(addr - spans.base[n], elemsize) if elemsize else (0, 0)
        taken = slots.alloc_bits[n] >> slot & 1 or slot < (spans.freeindex[n] or 0) if elemsize else False
        begins = elemsize == TINY_SIZE or (elemsize > 0 and rest == headers[spans.spanclass[n]])
        if not taken or slot >= spans.nelems[n] or rest + size > elemsize or not begins:
            raise FieldError(f"{found.place(f'addr[{oid}]')}: {addr:#x} is not an allocated slot for {size} bytes")


def check_objects(found: Fields, objects: ObjectColumns) -> None:
    """Objects are numbered as they were born, and named or numbered.  Raises FieldError."""
    unnamed = [number for number in objects.number if number]
    if unnamed != [*range(1, len(unnamed) + 1)]:
        raise FieldError(f"{found.place('number')}: unnamed objects are numbered from 1, in order")
    for oid, number in enumerate(objects.number):
        if (number == 0) != (oid in objects.names):
            raise FieldError(f"{found.place(f'number[{oid}]')}: an object has either a name or a number")
    for oid, name in objects.names.items():
        if _NAME.fullmatch(name) is None:
            raise found.wrong(f"names.{oid}", "the name of an object", name)
    if list(objects.born) != sorted(objects.born):
        raise FieldError(f"{found.place('born')}: objects in the order of their birth were expected")
    for oid, (born, dropped) in enumerate(zip(objects.born, objects.dropped, strict=True)):
        if dropped != ALIVE and dropped < born:
            raise FieldError(f"{found.place(f'dropped[{oid}]')}: it was dropped before it was born")
    if any(abs(ptrdata) > size for ptrdata, size in zip(objects.ptrdata, objects.size, strict=True)):
        raise FieldError(f"{found.place('ptrdata')}: no more than the object's size")
