"""What the same commands did on several versions of Go: figures, where objects lie, and why they differ."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from gomem_core.go.amd64 import PAGE_MASK, TINY_SIZE
from gomem_core.named import NamedTuple
from gomem_core.queries.account import Account
from gomem_core.queries.reasons import Case, Reason, Request, reasons
from gomem_core.report import Cell, Column, Result, Table, counted, format_bytes, hexed
from gomem_core.world.objectinfo import Objects
from gomem_core.world.world import World, known

if TYPE_CHECKING:
    from gomem_core.schema import versions as schema
    from gomem_core.schema.heap import ObjectKind

_MOST: Final = 12  # sorts of objects in text
_MOST_DATA: Final = 200

_MEMORY: Final = "memory."
WASTED: Final = (
    "slot_waste",
    "free_slots",
    "tails",
    "dead",
)  # parts of the account that are in spans with objects, and no object

# What is compared: a name for programs, words for people, whether it is bytes, and where it comes from.
FIGURES: Final = (
    ("spans", "spans in use", False, "spans"),
    ("pages_in_use", "pages in use", False, "pages"),
    ("requested", "asked for", True, "balance.requested"),
    ("slot_waste", "wasted in slots", True, "balance.slot_waste"),
    ("free_slots", "in free slots", True, "balance.free_slots"),
    ("tails", "at ends of spans", True, "balance.tails"),
    ("dead", "dead, not swept", True, "balance.dead"),
    ("wasted", "wasted in all", True, "wasted"),
    ("free_pages", "in free pages", True, "balance.free_pages"),
    ("given_back", "given back to the OS", True, "balance.given_back"),
    ("nheap_grow", "times the heap grew", False, "stats.nheap_grow"),
    ("numgc", "collections", False, "stats.numgc"),
    ("nswept", "spans swept", False, "stats.nswept"),
    ("nswept_in_vain", "of these in vain", False, "stats.nswept_in_vain"),
    ("nserved_mcache", "served by mcache", False, "stats.nserved_mcache"),
    ("nserved_central", "by mcentral", False, "stats.nserved_central"),
    ("nserved_heap", "by mheap", False, "stats.nserved_heap"),
    ("nserved_large", "large, by mheap", False, "stats.nserved_large"),
    ("nserved_os", "by the OS", False, "stats.nserved_os"),
    *((name, name, True, f"{_MEMORY}{name}") for name in ("HeapAlloc", "HeapInuse", "HeapIdle", "HeapReleased", "HeapSys")),
    *((name, name, True, f"{_MEMORY}{name}") for name in ("TotalAlloc", "NextGC")),
    *((name, name, False, f"{_MEMORY}{name}") for name in ("HeapObjects", "Mallocs", "Frees")),
)


class Sort(NamedTuple):
    """Objects of one size and kind: the first of them, where it lies, and how many there were."""

    name: str
    size: int
    kind: "ObjectKind"
    addr: int
    made: int


class Ran(NamedTuple):
    """What the commands did on one version."""

    name: str  # of the version, with a base and padding where these were chosen
    case: Case
    figures: dict[str, int | None]
    pages: dict[tuple[int, bool], int]  # of spans with such slots: bytes, whether without pointers -> pages
    sorts: dict[tuple[int, str], Sort]
    failed: tuple[tuple[int, str], ...]  # steps that failed, and why


class HeapSums:
    """All figures of a heap but those of MemStats.

    `spans` and `pages` are of spans with objects, `wasted` are their bytes in which nothing is that was asked for.
    """

    def __init__(self, world: World, account: Account) -> None:
        self.balance = account.read()
        self.stats = world.sums.stats
        parts = [getattr(self.balance, name) for name in WASTED]
        self.wasted = None if None in parts else sum(parts)
        self.pages = self.spans = 0
        self.by_slot: dict[tuple[int, bool], int] = {}  # pages, by bytes of a slot and whether without pointers
        for info in world.spans.each():
            if info.state == "inuse":
                self.spans += 1
                self.pages += info.npages
                key = (info.elemsize, info.kind == "noscan")
                self.by_slot[key] = self.by_slot.get(key, 0) + info.npages


def figures_of(world: World, sums: HeapSums, read_mem_stats: Callable[[], object] | None = None) -> dict[str, int | None]:
    """What is compared of a heap, by name; None is what it does not know.

    `read_mem_stats` does to it what runtime.ReadMemStats does, which empties the caches: called when all else was looked at.
    """
    figures = {one: known(partial(attrgetter(path), sums)) for one, _, _, path in FIGURES if not path.startswith(_MEMORY)}
    if read_mem_stats is not None:
        read_mem_stats()
    memory = world.sums.mem_stats()
    return figures | {one: getattr(memory, path.removeprefix(_MEMORY)) for one, _, _, path in FIGURES if path.startswith(_MEMORY)}


def ran(
    name: str, world: World, objects: Objects, failed: Sequence[tuple[int, str]], read_mem_stats: Callable[[], object]
) -> Ran:
    """Look at what the commands did; the heap is as it is after them, until MemStats are read, as figures_of says."""
    sums = HeapSums(world, Account(world, objects))
    figures = figures_of(world, sums, read_mem_stats)
    sorts: dict[tuple[int, str], Sort] = {}
    for oid in range(len(objects)):
        o = objects.info(oid)
        key = (o.size or 0, o.kind)
        before = sorts.get(key)
        sorts[key] = Sort(o.name, o.size or 0, o.kind, o.addr, 1) if before is None else before._replace(made=before.made + 1)
    requests = [Request(size, kind == "noscan") for size, kind in sorts]
    case = Case(world.profile, world.extents.arenas.start, requests)
    return Ran(name, case, figures, sums.by_slot, sorts, tuple(failed))


def compared(of: str, steps: int, runs: Sequence[Ran]) -> Result:
    """What differs between the versions, and why."""
    why = reasons([run.case for run in runs])
    differing = [name for name, *_ in FIGURES if len({run.figures[name] for run in runs}) > 1]
    change = "change" if len(runs) == 2 else f"{runs[0].name} to {runs[-1].name}"
    columns = (Column("what", "text"), *(Column(run.name) for run in runs), Column(change), Column("in %"))
    rows: list[tuple[Cell, ...]] = []
    for name, label, in_bytes, _ in FIGURES:
        if name in differing:
            values = [run.figures[name] for run in runs]
            rows.append((label, *_texts(values, in_bytes), *_change(values[0], values[-1], in_bytes)))
    same = [label for name, label, *_ in FIGURES if name not in differing]
    details = [f"the same on all: {', '.join(same)}", "", *_objects(runs), "", *_failures(runs), *_why(why, bool(differing))]
    names = ", ".join(run.name for run in runs)
    told = f"{counted(steps, 'step')} on {names}; {counted(len(differing), 'figure')} of {len(FIGURES)} differ"
    summary = f"{of}: {told}. {_verdict(runs)}"
    return Result(summary, {**_data(steps, runs, differing, why)}, Table(columns, rows) if rows else None, tuple(details))


_End = tuple[int, list[str]]  # a figure, and the versions that have it


def _verdict(runs: Sequence[Ran]) -> str:
    """Which versions need the fewest pages for this load, and which waste least of them, in sentences."""
    if any(run.failed for run in runs):
        return "Not all steps were done on each: none can be said to need least."
    told = []
    for name, tell in (("pages_in_use", _most_pages), ("wasted", _most_waste)):
        ends = _ends({run.name: run.figures[name] for run in runs})
        if ends is not None:
            told.append(tell(*ends))
    return " ".join(told)


def _most_pages(fewest: _End, most: _End) -> str:
    (few, least), (many, others) = fewest, most
    if few == many:
        return f"All need {counted(few, 'page')} for this load."
    percent = f" (+{100 * (many - few) / few:.1f} %)" if few else ""
    told = f"{' and '.join(least)} {_verb('need', least)} the fewest pages for this load, {few:,}"
    return f"{told}; {' and '.join(others)} the most, {many:,}{percent}."


def _most_waste(fewest: _End, most: _End) -> str:
    (few, least), (many, others) = fewest, most
    if few == many:
        return f"All waste {format_bytes(few)} of them."
    few_told, many_told = _texts((few, many), True)
    return f"{' and '.join(least)} {_verb('waste', least)} least of them, {few_told}; {' and '.join(others)} most, {many_told}."


def _ends(figures: Mapping[str, int | None]) -> tuple[_End, _End] | None:
    """The least and the most of something, each with the versions that have it; None where it is not known of all."""
    values = [value for value in figures.values() if value is not None]
    if len(values) < len(figures):
        return None
    few, many = min(values), max(values)
    least, most = ([name for name, value in figures.items() if value == end] for end in (few, many))
    return (few, least), (many, most)


def _verb(word: str, names: Sequence[str]) -> str:
    return word if len(names) > 1 else f"{word}s"


def _texts(values: Sequence[int | None], in_bytes: bool) -> list[str]:
    """Values as people read them, exactly where they would look the same and are not."""
    told = ["?" if value is None else format_bytes(value) if in_bytes else f"{value:,}" for value in values]
    exact = ["?" if value is None else f"{value:,} B" if in_bytes else f"{value:,}" for value in values]
    return exact if len({*told}) < len({*values}) else told


def _change(before: int | None, after: int | None, in_bytes: bool) -> tuple[str, str]:
    """What the last version has more than the first, and how many percent that is."""
    if before is None or after is None:
        return "?", "?"
    more = after - before
    told = format_bytes(more) if in_bytes else f"{more:,}"
    percent = f"{100 * more / before:+.1f}" if before else ""
    return f"{'+' if more > 0 else ''}{told}" if more else "0", percent if more else ""


def _elemsize(run: Ran, sort: Sort) -> int:
    """Bytes of the slot of such an object; 0: it takes no memory."""
    profile, noscan = run.case.profile, sort.kind == "noscan"
    if not sort.size:
        return 0
    number = profile.size_class(TINY_SIZE if noscan and sort.size < TINY_SIZE else sort.size, noscan)
    return profile.classes[number].size if number else (sort.size + PAGE_MASK) & ~PAGE_MASK


def _slots(run: Ran, sort: Sort) -> tuple[int, bool]:
    """The key in `pages` of spans that hold such objects."""
    return _elemsize(run, sort), sort.kind == "noscan"


def _objects(runs: Sequence[Ran]) -> list[str]:
    """A table of the sorts of objects, the largest number first: on each version slot, address and all pages with such slots."""
    sorts = sorted(runs[0].sorts.values(), key=lambda sort: -sort.made)
    columns = [Column("first of", "text"), Column("objects")]
    for run in runs:
        columns += [Column(f"{run.name}: slot and address", "text"), Column("pages")]
    rows: list[tuple[Cell, ...]] = []
    for sort in sorts[:_MOST]:
        places: list[Cell] = []
        for run in runs:
            there = run.sorts.get((sort.size, sort.kind))
            if there is None:
                places += ["not made", ""]
            else:
                places += [f"{_elemsize(run, there)} B at {there.addr:#x}", run.pages.get(_slots(run, there), 0)]
        rows.append((f"{sort.size} B {sort.kind} ({sort.name})", sort.made, *places))
    more = len(sorts) - _MOST
    return [*Table(tuple(columns), rows).lines(), *([f"and {counted(more, 'more sort')}"] if more > 0 else [])] if rows else []


def _failures(runs: Sequence[Ran]) -> list[str]:
    return [f"step {step} fails on {run.name}: {why}" for run in runs for step, why in run.failed]


def _why(why: Sequence[Reason], differs: bool) -> list[str]:
    if not why:
        return ["these versions do not differ in anything that these commands meet"]
    rest = "all else that differs follows from these" if differs else "none of these changed a figure here"
    return ["why:", *(f"  {reason.sentence}" for reason in why), rest]


def _data(steps: int, runs: Sequence[Ran], differing: list[str], why: Sequence[Reason]) -> "schema.SameCommands":
    shared = [key for key in runs[0].sorts if all(key in run.sorts for run in runs)]
    rows: list[schema.ComparedSort] = []
    for key in shared[:_MOST_DATA]:
        there = [run.sorts[key] for run in runs]
        first = there[0]
        slots = [_elemsize(run, sort) for run, sort in zip(runs, there, strict=True)]
        pages = [run.pages.get(_slots(run, sort), 0) for run, sort in zip(runs, there, strict=True)]
        named = {"name": first.name, "size": first.size, "kind": first.kind, "count": first.made}
        rows.append({**named, "elemsize": slots, "addr": [hexed(sort.addr) for sort in there], "pages": pages})  # type: ignore[typeddict-item]
    return {
        "go": [run.name.removeprefix("go") for run in runs],
        "steps": steps,
        "figures": {name: [run.figures[name] for run in runs] for name, *_ in FIGURES},
        "differs": differing,
        "objects": rows,
        "failed": [{"go": run.name.removeprefix("go"), "step": step} for run in runs for step, _ in run.failed],
        "rows": [reason.row for reason in why],
    }
