"""A heap of Go 1.21 to 1.27 that was read goes on: recordings and core files of real programs."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from gomem_core.files.stillfile import read_still, still_bytes
from gomem_core.modern.malloc import Heap
from gomem_core.modern.seed import fill, heap_of, lacking
from gomem_core.modern.unseen import unseen_of
from gomem_core.modern.view import HeapView
from gomem_core.recordings import modern
from gomem_core.recordings.modernheap import heap_snapshot
from gomem_core.recordings.verify import verify
from gomem_core.session.opened import open_file
from gomem_core.world.faults import CannotTakeUp
from gomem_core.world.objects import ObjectTable
from gomem_core.world.still import Place, Still
from gomem_core.world.strip import Strip

RECORDINGS = Path(__file__).parent.parent / "recordings" / "modern"
CORES = Path(__file__).parent.parent / "outside" / "cores"
FIGURES = (
    *("HeapInuse", "HeapAlloc", "HeapObjects", "HeapReleased", "HeapIdle", "HeapSys", "StackInuse"),
    *("Mallocs", "Frees", "TotalAlloc", "NextGC", "NumGC"),
)


def written(still: Still) -> Still:
    """The same from a file."""
    return read_still(gzip.decompress(still_bytes(still)))


def still_of_heap(heap: Heap, whole: bool = True) -> Still:
    return Still.of(HeapView(heap), ObjectTable(), Place("a recording", 0), unseen_of(heap) if whole else None)


@pytest.mark.parametrize("name", ["mixed.124", "lazy.122", "gc27.127", "procs4.121"])
def test_a_recording_goes_on_from_a_still(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each snapshot the heap becomes a still, which is written, read and taken up; all goes on as the real runtime did."""
    compare, taken = modern.Replay._snapshot, 0

    def compare_and_take_up(self: modern.Replay, record: Any) -> None:
        nonlocal taken
        compare(self, record)
        before = heap_snapshot(self.heap), self.heap.mem_stats(), unseen_of(self.heap)
        still = written(still_of_heap(self.heap))
        p = self.heap.p
        self.heap = Heap(still.profile)
        fill(self.heap, still)  # unchecked: a replay is fed what lives, and does not keep who refers to it
        self.heap.use_p(max(p, 0))
        self.heap.p = p
        self.heap.set_trace(self.told.append)
        assert (heap_snapshot(self.heap), self.heap.mem_stats(), unseen_of(self.heap)) == before
        taken += 1

    monkeypatch.setattr(modern.Replay, "_snapshot", compare_and_take_up)
    report = verify(RECORDINGS / f"{name}.jsonl.gz")
    assert report.first_difference is None
    assert report.all_equal
    assert taken


# --- Core files of real programs --------------------------------------------------------------------------------------------


def still_of_core(path: Path) -> Still:
    opened = open_file(path)
    assert isinstance(opened, Strip)
    return opened.shown


@pytest.mark.parametrize("path", [*CORES.glob("*.core.gz")], ids=lambda path: path.name.partition(".core")[0])
def test_a_core_file_goes_on(path: Path) -> None:
    """Where nothing is being marked; what its MemStats say is what the allocator says, before and after it was written."""
    still = still_of_core(path)
    if path.name.startswith("mark"):
        assert lacking(still) == ["live: a collection is marking: only when it is done the marks tell what lives"]
        with pytest.raises(CannotTakeUp, match="a collection is marking"):
            heap_of(still)
        return
    heap = heap_of(still)
    swept = path.name.startswith("sweep")  # of such, caches from before the mark were emptied, and so swept
    told, known = heap.mem_stats(), still.sums.mem_stats()
    for name in FIGURES:
        if not (swept and name in ("HeapAlloc", "HeapObjects", "Frees", "HeapInuse", "HeapIdle")):
            assert getattr(told, name) == getattr(known, name), name
    again = written(still)
    other = heap_of(again)
    assert again.unseen == still.unseen
    assert heap_snapshot(other) == heap_snapshot(heap)
    assert unseen_of(other) == unseen_of(heap)
    sizes = [(4096, 4096), (24, 24), (1, 0), (700, 8), (40_000, 0), *[(48, 48)] * 200]
    assert [heap.mallocgc(*size) for size in sizes] == [other.mallocgc(*size) for size in sizes]
    heap.check("full")
    taken = heap.mem_stats().HeapObjects
    heap.collect()
    assert heap.mem_stats().HeapObjects == taken or swept  # all are referred to
    heap.check("full")
