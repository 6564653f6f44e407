"""How much there is of what: objects and bytes by type, by size class and by call site, for lists and for what grew.

Types are those that a heap tells.  Of an object without one its shape stands for it: the size of its slot, and which of its words
may hold pointers; objects of one type mostly have one shape, and those of another rarely the same.
"""

from collections.abc import Generator, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from gomem_core.go.amd64 import PAGE_SIZE, PTR_SIZE
from gomem_core.go.sizeclasses import kind_of
from gomem_core.go.versions import Profile
from gomem_core.lang.commands import Filter
from gomem_core.named import NamedTuple
from gomem_core.queries.graphs import graph_of, hold_now
from gomem_core.queries.saidtypes import NO_TYPES, by_said_type, has_types
from gomem_core.regex import regex
from gomem_core.world.facts import UNKNOWN, Fact
from gomem_core.world.interrupt import StopRequest, finished
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.records import PtrWords, SpanInfo
from gomem_core.world.sites import CallSite, Sites, Stack
from gomem_core.world.slotobjects import ObjectTypes, SlotObjects
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.typed import TypeSum
from gomem_core.world.world import NotKnown, World, unknown

if TYPE_CHECKING:
    from gomem_core.schema import looking

By = Literal["type", "class", "site"]
BYS: Final[tuple[By, ...]] = ("type", "class", "site")
_WORDS: Final = 16  # of an object, that a shape shows
_NO_POINTERS: Final = "without pointers"
_SHAPE: Final = regex(rf"(\d+) B ({_NO_POINTERS}|with pointers|([P·]+…?))")
_LARGE: Final = "large"
_MANY: Final = 50_000  # objects from which on numpy pays, whose import takes a twentieth of a second


class Amount(NamedTuple):
    """What there is of one sort, in bytes of slots; None is what is not known."""

    name: str
    objects: int
    nbytes: int
    keeps: int | None = None  # what would be freed without all of them
    alloc_objects: int | None = None  # with those that were freed since
    alloc_bytes: int | None = None
    age: int | None = None  # of what is there, ns on average
    rate: float | None = None  # bytes a second that were allocated
    change: int | None = None  # bytes more than where it is compared with
    row: int = 0  # tells apart what has one name, where several rows have


def amounts(still: Still, by: By, stop: StopRequest | None = None) -> list[Amount]:
    """The amounts of each sort, most bytes first.  Raises NotKnown where the heap does not tell it, and Stopped."""
    return _most_first({"type": by_type, "class": by_class, "site": by_site}[by](still, stop))


def _most_first(found: list[Amount]) -> list[Amount]:
    return sorted(found, key=lambda one: (-one.nbytes, -(one.alloc_bytes or 0), one.name))


# --- Types ------------------------------------------------------------------------------------------------------------------


def of_sum(one: TypeSum) -> Amount:
    """The amount that a sum by type is."""
    return Amount(one.name, one.objects, one.nbytes, None, *one[3:])


def by_type(still: Still, stop: StopRequest | None = None) -> list[Amount]:
    """The amounts of each type, or shape; with what they keep, where it is known what refers to what."""
    if still.typed is not None:
        return [of_sum(one) for one in still.typed.by_type()]
    if isinstance(still.rows, ObjectColumns):
        made = still.objects
        if not has_types(made):
            raise NotKnown(NO_TYPES)
        return [of_sum(one) for one in by_said_type(still, made)]
    why = unknown(still, "spans", "slots")
    if why:
        raise NotKnown(why)
    many = many_by_type(still)
    if many is not None:
        return finished(many, stop)
    graph = graph_of(still)
    objects: dict[str, int] = {}
    nbytes: dict[str, int] = {}
    kinds = [""]  # of each object, for what refers to what
    for kind, count, size in _kinds(still, still.rows, stop or StopRequest()):
        objects[kind] = objects.get(kind, 0) + count
        nbytes[kind] = nbytes.get(kind, 0) + count * size
        if graph is not None:
            kinds += [kind] * count
    if graph is None:
        return [Amount(kind, count, nbytes[kind]) for kind, count in objects.items()]
    hold_now(graph, stop)
    kept = graph.retained_by(kinds)
    return [Amount(kind, count, nbytes[kind], kept.get(kind, 0)) for kind, count in objects.items()]


def many_by_type(still: Still) -> Generator[None, None, list[Amount]] | None:
    """What counts objects by type, in slices, where they are many and nothing else is asked of them; else None."""
    if still.typed is not None or isinstance(still.rows, ObjectColumns) or unknown(still, "spans", "slots"):
        return None
    objects: SlotObjects | None = getattr(still.objects, "in_slots", None)
    return None if objects is None or len(objects) < _MANY or graph_of(still) is not None else _many(objects)


def _many(objects: SlotObjects) -> Generator[None, None, list[Amount]]:
    from gomem_core.queries.shapesums import sums_by_shape  # noqa: PLC0415 -- numpy, which few objects do without

    sums = yield from sums_by_shape(objects, _shape_of)
    return _most_first([Amount(kind, count, nbytes) for kind, (count, nbytes) in sums.items()])


def _shape_of(size: int, words: int | None) -> str:
    if words is None:
        return f"{size} B {_NO_POINTERS}"
    return f"{size} B with pointers" if words < 0 else _drawn(size, words, size // PTR_SIZE)


def filters_of_shape(name: str) -> tuple[tuple[Filter, ...], bool]:
    """What all objects of a shape pass in Objects, nothing if it is none; and whether those of other shapes may pass, too."""
    match = _SHAPE.fullmatch(name)
    if match is None:
        return (), False
    kind = "noscan" if match[2] == _NO_POINTERS else "scan"
    return (Filter("size", ":", int(match[1])), Filter("kind", ":", kind), Filter("type", ":", "")), match[3] is not None


def _kinds(still: Still, types: ObjectTypes, stop: StopRequest) -> Iterator[tuple[str, int, int]]:
    """The type or shape of objects, how many in a row have it, and their size, in the order of their addresses."""
    words = still.slots.columns().ptr_words
    typed = {addr // PAGE_SIZE for addr in types}  # pages in which the type of something is known
    for number, info in enumerate(still.spans.each()):
        stop.heed()
        sets = still.slots.sets(info.base)
        taken = 0 if sets is None else sets[0]
        if not taken:
            continue
        row, plain = words[number], _plain_shape(info, words[number])
        if typed.isdisjoint(range(info.base // PAGE_SIZE, info.base // PAGE_SIZE + info.npages)):
            runs = ((plain, taken.bit_count()),) if plain else _shapes(info, row, taken)
            yield from ((kind, count, info.elemsize) for kind, count in runs)
            continue
        for slot in range(info.nelems):
            if taken >> slot & 1:
                yield types.get(info.base + slot * info.elemsize) or plain or _shape(info, row, slot), 1, info.elemsize


def _plain_shape(info: SpanInfo, words: PtrWords | None) -> str:
    """The shape of all objects of a span, where they have one; else empty."""
    if info.kind == "noscan":
        return _shape_of(info.elemsize, None)
    return "" if isinstance(words, bytes) else _shape_of(info.elemsize, -1)


def _shapes(info: SpanInfo, words: PtrWords | None, taken: int) -> Iterator[tuple[str, int]]:
    """The shapes of the objects of a span, and how many in a row have each: those of one type lie together."""
    assert isinstance(words, bytes)
    size, bits = info.elemsize // PTR_SIZE, int.from_bytes(words, "little")
    mask = (1 << min(size, _WORDS)) - 1
    last = count = 0
    for slot in range(taken.bit_length()):
        if not taken >> slot & 1:
            continue
        shape = bits >> slot * size & mask
        if shape != last and count:
            yield _drawn(info.elemsize, last, size), count
            count = 0
        last = shape
        count += 1
    yield _drawn(info.elemsize, last, size), count


def _shape(info: SpanInfo, words: PtrWords | None, slot: int) -> str:
    return next(_shapes(info, words, 1 << slot))[0]


@lru_cache(4096)
def _drawn(elemsize: int, pointers: int, words: int) -> str:
    """A shape as text: P for a word that may hold a pointer, a dot for another one."""
    shown = min(words, _WORDS)
    text = "".join("P" if pointers >> word & 1 else "·" for word in range(shown))
    return f"{elemsize} B {text}{'…' if words > shown else ''}"


# --- Classes ----------------------------------------------------------------------------------------------------------------


def by_class(still: Still, stop: StopRequest | None = None) -> list[Amount]:  # noqa: ARG001 -- as the others
    """The amounts of each size class; where only call sites are known, of the sizes that they allocated."""
    if not unknown(still, "spans", "slots"):
        return _of_spans(still)
    if still.sites is not None:
        return _of_sizes(still.sites, still.profile)
    if not unknown(still, "sums") and still.sums.mem_stats().BySize:
        return _of_by_size(still)
    raise NotKnown(unknown(still, "sums") or "these counters do not tell classes apart")


def _of_spans(still: Still) -> list[Amount]:
    return [
        Amount(class_name(still.profile, spanclass), count, nbytes) for spanclass, (count, nbytes) in class_sums(still).items()
    ]


def class_sums(still: Still) -> dict[int, tuple[int, int]]:
    """Objects and the bytes of their slots, by span class, of those that have any."""
    sums: dict[int, list[int]] = {}
    columns = still.spans.columns()
    for spanclass, state, count, size in zip(
        columns.spanclass, columns.state, columns.alloc_count, columns.elemsize, strict=True
    ):
        if state == "inuse":
            one = sums.setdefault(spanclass, [0, 0])
            one[0] += count
            one[1] += count * size
    return {spanclass: (count, nbytes) for spanclass, (count, nbytes) in sums.items() if count}


def class_name(profile: Profile, spanclass: int) -> str:
    """Returns how lists call a span class: by the size of its slots and by its kind."""
    return _class_name(profile.classes[spanclass >> 1].size, kind_of(spanclass))


def _class_name(size: int, kind: str = "") -> str:
    return f"{f'{size} B' if size else _LARGE}{f' {kind}' if kind else ''}"


def _of_sizes(sites: Sites, profile: Profile) -> list[Amount]:
    sums: dict[str, list[int]] = {}
    for row, size in enumerate(sites.size):
        name = _class_name(class_size(size, profile)) if size else UNKNOWN
        _add(sums.setdefault(name, [0] * 4), sites, row)
    return _amounts(sums)


def _of_by_size(still: Still) -> list[Amount]:
    found = []
    for size, mallocs, frees in still.sums.mem_stats().BySize:
        if size and (mallocs or frees):
            held = max(0, mallocs - frees)
            found.append(Amount(_class_name(size), held, held * size, None, mallocs, mallocs * size))
    return found


def class_size(size: int, profile: Profile) -> int:
    """Bytes of a slot of the class that serves objects of this size; 0: a large one."""
    return next((c.size for c in profile.classes[1:] if c.size >= size), 0)


# --- Call sites -------------------------------------------------------------------------------------------------------------


def by_site(still: Still, stop: StopRequest | None = None) -> list[Amount]:  # noqa: ARG001 -- as the others
    """The amounts of each line that allocated."""
    sites = sites_of(still)
    sums: dict[str, list[int]] = {}
    for row, number in enumerate(sites.stack):
        _add(sums.setdefault(site_name(sites.stacks[number]), [0] * 4), sites, row)
    return _amounts(sums)


def sites_of(still: World) -> Sites:
    """The call sites of a heap.  Raises NotKnown."""
    sites = still.sites if isinstance(still, Still) else None
    if sites is None:
        why = still.doubt(Fact.STORY)
        raise NotKnown(f"this heap does not tell which lines allocated it{f': {why}' if why else ''}")
    return sites


def stack_at(world: World, slot: int) -> Stack:
    """The lines that allocated the object in the slot at this address, where the memory profile looked at it; else none."""
    still = world.shown if isinstance(world, Strip) else world
    sites = still.sites if isinstance(still, Still) else None
    return () if sites is None or slot not in sites.slots else sites.stacks[sites.slots[slot]]


def site_data(line: CallSite) -> "looking.CallSite":
    """A line as data."""
    return {"function": line.function or None, "file": line.file or None, "line": line.line or None}


def site_name(stack: Stack) -> str:
    """The line that allocated: the innermost one that is not the runtime's own, if there is any."""
    own = next((one for one in stack if not one.function.startswith("runtime.")), None)
    return own.name if own is not None else stack[0].name if stack else UNKNOWN


def _add(sums: list[int], sites: Sites, row: int) -> None:
    for at, column in enumerate((sites.inuse_objects, sites.inuse_bytes, sites.alloc_objects, sites.alloc_bytes)):
        sums[at] += column[row]


def _amounts(sums: dict[str, list[int]]) -> list[Amount]:
    return [Amount(name, held, nbytes, None, ever, ever_bytes) for name, (held, nbytes, ever, ever_bytes) in sums.items()]


# --- Two moments ------------------------------------------------------------------------------------------------------------


class Growth(NamedTuple):
    """One sort then and now."""

    name: str
    objects: tuple[int, int]
    nbytes: tuple[int, int]

    @property
    def more(self) -> int:
        """Bytes more; less than 0: it shrank."""
        return self.nbytes[1] - self.nbytes[0]


def growth(then: list[Amount], now: list[Amount]) -> list[Growth]:
    """Each sort whose objects or bytes differ, what grew most first."""
    before, after = ({one.name: one for one in amounts} for amounts in (then, now))
    found: list[Growth] = []
    for name in before.keys() | after.keys():
        a, b = (side.get(name, Amount(name, 0, 0)) for side in (before, after))
        if (a.objects, a.nbytes) != (b.objects, b.nbytes):
            found.append(Growth(name, (a.objects, b.objects), (a.nbytes, b.nbytes)))
    return sorted(found, key=lambda one: (-one.more, one.objects[0] - one.objects[1], one.name))
