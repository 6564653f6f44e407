"""Reads what a still has besides spans: mcaches, sums, objects."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Collection
from typing import Any, Final

from gomem_core.files.stillfile.checks import check_objects
from gomem_core.files.stillfile.fields import FieldError, Fields
from gomem_core.files.stillfile.shape import NEVER, NOT_KNOWN, OBJECT_COLUMNS, SITE_COLUMNS
from gomem_core.go.amd64 import PAGE_MASK, TINY_SIZE, U64_MAX
from gomem_core.go.versions import Profile
from gomem_core.world.objectcolumns import ObjectColumns
from gomem_core.world.records import McacheInfo, MemStats, PageCache
from gomem_core.world.roots import Roots
from gomem_core.world.sites import CallSite, Sites, Stack
from gomem_core.world.slotobjects import ObjectTypes
from gomem_core.world.still import COUNTERS, StillSums, SumRest, TypeSource

_ADDRESS: Final = 1 << 47
_DEEPEST: Final = (1 << 31) - 1  # what a column of 32 bits holds
_LONGEST_SOURCE: Final = 1 << 22  # characters of declarations
_LONGEST_TYPE: Final = 10_000  # characters of a type's name
# Fields of MemStats that need not be known.
_SOME: Final = (
    *("TotalAlloc", "Mallocs", "Frees", "HeapSys", "HeapIdle", "HeapReleased", "StackInuse", "MSpanInuse", "MCacheInuse"),
)


def read_mcache(found: Fields, bases: Collection[int] | None, profile: Profile) -> McacheInfo:
    """A P's mcache; `bases` are those of all spans, where they are known."""
    cached = []
    for n, row in enumerate(found.rows("cached")):
        if len(row) != 3:
            raise found.wrong(f"cached[{n}]", "a span class, an address and a number of free slots", row)
        one = Fields(dict(zip(("spanclass", "base", "nfree"), row, strict=True)), found.place(f"cached[{n}]"))
        base = one.address("base")
        if bases is not None and base not in bases:
            raise one.wrong("base", "the base of a span", row[1])
        cached.append((one.number("spanclass", 2, profile.span_classes[-1]), base, one.number("nfree")))
    tiny, offset = found.address("tiny", _ADDRESS), found.number("tinyoffset", 0, TINY_SIZE)
    pages = _page_cache(found) if found.has("pages") else None
    return McacheInfo(found.number("p"), found.truth("current"), tiny, offset, tuple(cached), pages)


def _page_cache(found: Fields) -> PageCache:
    base, free, scavenged = found.addresses("pages", 3, U64_MAX)
    if base & PAGE_MASK or base >= _ADDRESS:
        raise found.wrong("pages", "the address of a page, and two sets of 64 bits", hex(base))
    return PageCache(base, free, scavenged)


def read_sums(found: Fields, profile: Profile) -> StillSums:
    """What was counted; null is what is not known."""
    counters = found.part("counters")
    stats: dict[str, Any] = {}  # Any: numbers, one fraction, one list
    for name in COUNTERS:
        if name in NEVER:
            stats[name] = counters.number_or_never(name, NOT_KNOWN)
        elif counters.is_null(name):
            stats[name] = None
        elif name == "nsmallfree":
            stats[name] = counters.numbers(name, len(profile.classes))
        else:
            stats[name] = counters.fraction(name) if name == "trigger_ratio" else counters.number(name)
    memory = None if found.is_null("mem_stats") else _read_mem_stats(found.part("mem_stats"))
    locks, sweepgen, unswept = (found.number_or_null(name) for name in ("central_locks", "sweepgen", "unswept_count"))
    done = None if found.is_null("sweepdone") else found.truth("sweepdone")
    return StillSums(stats, memory, SumRest(locks, found.number_or_null("gcpercent", -1), sweepgen, done, unswept))


def _read_mem_stats(found: Fields) -> MemStats:
    sizes = [Fields({"row": row}, found.place(f"BySize[{n}]")).numbers("row", 3) for n, row in enumerate(found.rows("BySize"))]
    plain: dict[str, Any] = {name: found.number_or_null(name) for name in _SOME}  # Any: numbers, some of which need not be known
    plain |= {name: found.number(name) for name in MemStats._fields if name not in ("BySize", "NextGC", *_SOME)}
    never = found.number_or_never("NextGC", NOT_KNOWN)
    return MemStats(**plain, NextGC=never, BySize=tuple((a, b, c) for a, b, c in sizes))


def read_objects(found: Fields) -> ObjectColumns:
    """The objects that a session made."""
    addr = found.addresses("addr", most=_ADDRESS)
    columns: dict[str, Any] = {"addr": array("Q", addr)}  # Any: mypy cannot tell the columns apart
    for name, code in OBJECT_COLUMNS.items():
        if name != "addr":
            most = {"i": _DEEPEST, "b": 1}.get(code, 1 << 62)
            least = {"dropped": -1, "ptrdata": -most}.get(name, 0)
            columns[name] = array(code, found.numbers(name, len(addr), least, most))
    names = found.part("names")
    columns["names"] = {_object_number(names, key, len(addr)): names.text(key, 100) for key in names.names()}
    columns["type"], columns["type_names"] = array("i", [0]) * len(addr), [""]
    if found.has("type"):  # older stills have none
        columns["type_names"] = type_names = found.words("type_names", None, _is_type, "a type in one line")
        if type_names[:1] != [""]:
            raise FieldError(f"{found.place('type_names')}: the first is that of objects whose type nobody said, an empty one")
        columns["type"] = array("i", found.numbers("type", len(addr), 0, len(type_names) - 1))
    objects = ObjectColumns(**columns)
    check_objects(found, objects)
    return objects


def _is_type(name: str) -> bool:
    """Whether a text can stand for a type in a table: "" stands for one that nobody said."""
    return len(name) <= _LONGEST_TYPE and name.isprintable()


def _object_number(names: Fields, key: str, count: int) -> int:
    if key.isascii() and key.isdigit() and len(key) < 12 and int(key) < count:
        return int(key)
    raise FieldError(f"{names.place(key)}: there are only {count} objects")


def read_declared(found: Fields, profile: Profile) -> tuple[TypeSource, ...]:
    """The types that the session knew; all of it is Go, as it was there."""
    from gomem_core.gotypes.errors import GoError  # noqa: PLC0415 -- few stills have any, and only Go wants its parser
    from gomem_core.gotypes.types import GoTypes  # noqa: PLC0415 -- likewise

    types, declared = GoTypes(profile, replacing=True), []
    for one in found.parts("declared"):
        source = TypeSource(one.text("text", _LONGEST_SOURCE), one.text("file"))
        if not source.file.isprintable():
            raise one.wrong("file", "a name in one line", source.file)
        try:
            types.add_kept(*source)
        except GoError as e:
            raise FieldError(f"{one.place('text')}: {e}") from e
        declared.append(source)
    return tuple(declared)


def read_roots(found: Fields) -> Roots:
    """The places from which the program refers to slots."""
    labels = [Fields({"label": one}, found.place(f"labels[{n}]")).text("label") for n, one in enumerate(found.values("labels"))]
    slots = found.addresses("slot", most=_ADDRESS)
    numbers = found.numbers("label", len(slots), 0, len(labels) - 1)
    if (pairs := [*zip(slots, numbers, strict=True)]) != sorted(set(pairs)):
        raise FieldError(f"{found.place('slot')}: roots in the order of the slots were expected")
    return Roots(tuple(labels), array("Q", slots), array("q", numbers))


def read_sites(found: Fields) -> Sites:
    """The call sites of a program, and what they allocated."""
    stacks = tuple(_stack(found, n, lines) for n, lines in enumerate(found.rows("stacks")))
    last = len(stacks) - 1
    numbers = found.numbers("stack", None, 0, last)
    columns: dict[str, Any] = {"stack": array("q", numbers)}  # Any: mypy cannot tell fields apart
    columns |= {name: array("q", found.numbers(name, len(numbers))) for name in SITE_COLUMNS[1:]}
    slots = found.addresses("slot", most=_ADDRESS)
    sampled = dict(zip(slots, found.numbers("stack_of", len(slots), 0, last), strict=True))
    return Sites(stacks=stacks, rate=found.number("rate"), scaled=found.truth("scaled"), slots=sampled, **columns)


def _stack(found: Fields, number: int, lines: list[Any]) -> Stack:
    stack = []
    for n, row in enumerate(lines):
        place = f"stacks[{number}][{n}]"
        if not isinstance(row, list) or len(row) != 3:
            raise found.wrong(place, "a function, a file and a line", row)
        line = Fields(dict(zip(CallSite._fields, row, strict=True)), found.place(place))
        stack.append(CallSite(line.text("function", 4096), line.text("file", 4096), line.number("line")))
    return tuple(stack)


def read_types(found: Fields) -> ObjectTypes:
    """The types of what lies in slots, as far as they are known."""
    names = [Fields({"name": name}, found.place(f"types[{n}]")).text("name") for n, name in enumerate(found.values("types"))]
    slots = found.addresses("slot", most=_ADDRESS)
    types = found.numbers("type", len(slots), 0, len(names) - 1)
    return {slot: names[number] for slot, number in zip(slots, types, strict=True)}
