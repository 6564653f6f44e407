"""What is read of core files of real programs is what these programs said of themselves."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from gomem_core.go.versions import Profile, profile_named
from gomem_core.outside.corefile import open_core
from gomem_core.outside.figures import by_size, figures, live, waits
from gomem_core.outside.look import look_at_core
from gomem_core.outside.program import find_program
from gomem_core.outside.snapshot import IN_USE, Snapshot
from tests.outside.corefiles import NAMES, WITH_EXE, truth, unpacked

FIGURES = (
    *("HeapInuse", "HeapAlloc", "HeapObjects", "HeapIdle", "HeapSys", "HeapReleased", "StackInuse", "GCSys", "Sys", "NumGC"),
    *("TotalAlloc", "Mallocs", "Frees", "NextGC"),
)
OF_CACHES = (
    "HeapAlloc",
    "HeapObjects",
    "NumGC",
    "TotalAlloc",
    "Mallocs",
    "Frees",
    "NextGC",
)  # what is known of programs that went on after MemStats


@cache
def look(name: str, exe: bool = False) -> Snapshot:
    core = open_core(unpacked(f"{name}.core"), unpacked(f"{name}.exe") if exe else None)
    return look_at_core(core, find_program(core))


def profile_of(name: str) -> Profile:
    profile = profile_named(truth(name)["go"])
    assert profile is not None
    return profile


def expected(name: str) -> tuple[dict[str, int], list[tuple[int, int, int]]]:
    """The program's MemStats, and (size, mallocs, frees) by size, with what it made after it printed them."""
    known = truth(name)
    stats = dict(known["MemStats"])
    by_size = [[row["Size"], row["Mallocs"], row["Frees"]] for row in stats["BySize"]]
    for made in known.get("after", []):
        header = 8 if made["scan"] and made["size"] > 512 and known["go"] >= "go1.22" else 0
        row = next(row for row in by_size if row[0] >= made["size"] + header)
        row[1] += made["n"]
        for field, each in (("HeapObjects", 1), ("Mallocs", 1), ("HeapAlloc", row[0]), ("TotalAlloc", row[0])):
            stats[field] += made["n"] * each
    return stats, [(size, mallocs, frees) for size, mallocs, frees in by_size]


def slot_at(snapshot: Snapshot, addr: int) -> tuple[int, int] | None:
    """Number of the span and of the slot that hold an address, by arithmetic that the reader has no part in."""
    for number, (base, npages, elemsize) in enumerate(
        zip(snapshot.spans.base.tolist(), snapshot.spans.npages.tolist(), snapshot.spans.elemsize.tolist(), strict=True)
    ):
        if base <= addr < base + 8192 * npages and elemsize:
            return number, (addr - base) // elemsize
    return None


def bit(bits: "np.typing.NDArray[np.uint8]", start: "np.typing.NDArray[np.int64]", number: int, slot: int) -> bool:
    return bool(bits[int(start[number]) + slot // 8] >> slot % 8 & 1)


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_those_of_the_program(name: str) -> None:
    found = figures(look(name))
    stats, rows = expected(name)
    wanted = OF_CACHES if truth(name)["kind"] == "cache" else FIGURES
    assert {key: getattr(found, key) for key in wanted} == {key: stats[key] for key in wanted}
    assert [*by_size(look(name))] == rows
    assert [*found.BySize] == [(size, mallocs - frees) for size, mallocs, frees in rows]


@pytest.mark.parametrize("name", NAMES)
def test_the_executable_changes_no_figure(name: str) -> None:
    if name not in WITH_EXE:  # most cores have none here: what is known of them is known without it
        assert look(name).go == truth(name)["go"]
        return
    assert figures(look(name, exe=True)) == figures(look(name))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_contradicts_itself(name: str) -> None:
    snapshot = look(name)
    assert snapshot.findings == ()
    assert not snapshot.spans.disputed.any()
    assert snapshot.marking == (truth(name)["gcphase"] != 0)
    assert (live(snapshot) is None) == snapshot.marking
    assert snapshot.go == truth(name)["go"]
    assert 0 <= snapshot.padding <= (511 if profile_of(name).padding else 0)
    assert len(snapshot.ps) == truth(name)["gomaxprocs"]
    assert [*snapshot.ps.id] == [*range(len(snapshot.ps))]
    assert len(snapshot.hints) == 64  # live-heap.md


@pytest.mark.parametrize("name", NAMES)
def test_witnesses_are_where_the_program_saw_them(name: str) -> None:
    snapshot, profile = look(name), profile_of(name)
    seen = 0
    for witness in truth(name)["witnesses"]:
        place = slot_at(snapshot, witness["addr"])
        if witness["state"] != "live":
            continue
        assert place is not None, witness
        number, slot = place
        spans = snapshot.spans
        assert spans.state[number] == IN_USE
        assert bit(snapshot.bits.taken, snapshot.bits.start, number, slot), witness
        assert spans.spanclass[number] % 2 == (not witness["scan"]), witness
        behind = witness["addr"] - int(spans.base[number]) - slot * int(spans.elemsize[number])
        assert behind == (8 if profile.has_header(int(spans.spanclass[number])) else 0), witness
        assert behind + witness["size"] <= spans.elemsize[number], witness
        seen += 1
        if waits(snapshot)[number]:
            assert bit(snapshot.bits.mark, snapshot.bits.start, number, slot), witness
    assert seen >= 4


@pytest.mark.parametrize("name", WITH_EXE)
def test_types_are_those_of_the_witnesses(name: str) -> None:
    snapshot = look(name, exe=True)
    by_slot = dict(zip(snapshot.types.slot.tolist(), snapshot.types.type.tolist(), strict=True))
    typed = [w for w in truth(name)["witnesses"] if w["state"] == "live" and w["scan"] and w["size"] > 512]
    assert len(typed) >= 6
    for witness in typed:
        assert snapshot.types.names[by_slot[witness["addr"] - 8]] == witness["type"]


@pytest.mark.parametrize("name", ["large-1.23.9-pie"])
def test_types_of_large_objects_stand_in_a_pie_without_its_executable(name: str) -> None:
    snapshot = look(name)
    large = {
        base: kind for base, kind in zip(snapshot.spans.base.tolist(), snapshot.spans.large_type.tolist(), strict=True) if kind
    }
    typed = [w for w in truth(name)["witnesses"] if w["state"] == "live" and w["scan"] and w["size"] > 32768]
    assert len(typed) >= 4
    for witness in typed:
        assert snapshot.types.names[large[witness["addr"]]] == witness["type"]


# (unswept spans) objects counted, objects marked: what another reader found in these cores.
UNSWEPT = {"sweep-1.24.11-sw": (27335, 17091), "sweep-1.27.3": (27504, 17000)}


@pytest.mark.parametrize("name", sorted(UNSWEPT))
def test_what_lives_in_unswept_spans_is_what_is_marked(name: str) -> None:
    snapshot = look(name)
    waiting = waits(snapshot)
    assert not snapshot.sweep_done
    marked = snapshot.bits.mark_counts
    assert (int(snapshot.spans.alloc_count[waiting].sum()), int(marked[waiting].sum())) == UNSWEPT[name]
    alive = live(snapshot)
    assert alive is not None
    assert figures(snapshot).HeapObjects - alive.objects == UNSWEPT[name][0] - UNSWEPT[name][1]
    for witness in truth(name)["witnesses"]:
        place = slot_at(snapshot, witness["addr"])
        if witness["state"] == "dropped" and place is not None and waiting[place[0]]:
            assert not bit(snapshot.bits.mark, snapshot.bits.start, *place), witness


def test_caches_hold_spans_when_a_program_ends_among_allocations() -> None:
    for name in ("cache-1.22.10", "cache-1.27.3-pie"):
        snapshot = look(name)
        cached = snapshot.ps.cached
        sizes = [c.size for c in profile_of(name).classes]
        for made in truth(name)["after"]:  # on one P or another, so that its cache holds the span
            header = 8 if made["scan"] and made["size"] > 512 else 0
            spanclass = 2 * next(n for n, size in enumerate(sizes) if size >= made["size"] + header) + (not made["scan"])
            assert (cached[:, spanclass] >= 0).any(), made
        for p, spanclass in zip(*np.nonzero(cached >= 0), strict=True):
            number = int(cached[p, spanclass])
            assert snapshot.spans.spanclass[number] == spanclass
            assert snapshot.spans.cached_by[number] == p
            assert snapshot.spans.listed[number] == -1


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_accounted_for(name: str) -> None:
    """Chunks, spans and page caches agree, page by page, by a count that the checks do not make."""
    snapshot = look(name)
    taken: set[int] = set()
    for base, words in zip(snapshot.chunks.base.tolist(), snapshot.chunks.alloc.tolist(), strict=True):
        bits = sum(word << 64 * i for i, word in enumerate(words))
        taken |= {base + 8192 * page for page in range(512) if bits >> page & 1}
    for base, npages in zip(snapshot.spans.base.tolist(), snapshot.spans.npages.tolist(), strict=True):
        pages = {base + 8192 * page for page in range(npages)}
        assert pages <= taken
        taken -= pages
    for base, free in zip(snapshot.ps.page_base.tolist(), snapshot.ps.page_free.tolist(), strict=True):
        pages = {base + 8192 * page for page in range(64) if free >> page & 1}
        assert pages <= taken
        taken -= pages
    assert len(taken) == snapshot.padding


@pytest.mark.parametrize("name", NAMES)
def test_pointer_bits_are_those_of_the_objects(name: str) -> None:
    """A main.T24 or main.T48 begins with a pointer: its first word has a bit, and words behind the last slot have none."""
    snapshot: Any = look(name)
    checked = 0
    for witness in truth(name)["witnesses"]:
        if witness["state"] != "live" or witness["type"] not in ("main.T24", "main.T48") or witness["size"] > 48:
            continue
        number, _ = slot_at(snapshot, witness["addr"]) or (0, 0)
        words = snapshot.pointers.bits[snapshot.pointers.start[number] : snapshot.pointers.start[number + 1]]
        assert len(words) == 128
        word = (witness["addr"] - int(snapshot.spans.base[number])) // 8
        size = witness["size"] // 8
        assert any(words[w // 8] >> w % 8 & 1 for w in range(word, word + size)), witness
        last = int(snapshot.spans.nelems[number]) * int(snapshot.spans.elemsize[number]) // 8
        assert not any(words[w // 8] >> w % 8 & 1 for w in range(last, 1024)), witness
        checked += 1
    assert checked or truth(name)["kind"] in ("large", "gor")
