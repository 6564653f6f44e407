"""MemStats, who served what, locks, and several Ps."""

import subprocess
import sys
from pathlib import Path

import pytest

from gomem_core.classic.malloc import Heap
from gomem_core.session.session import Session
from tests.core.facts import ARENA, MB, PAGE

ROOT = Path(__file__).parent.parent.parent


def test_a_cached_span_counts_as_allocated_until_the_flush() -> None:
    heap = Heap(gcpercent=-1)
    heap.mallocgc(48)
    assert heap.mem_stats().Mallocs == 170
    m = heap.read_mem_stats()
    assert (m.Mallocs, m.Frees, m.HeapObjects, m.Alloc, m.HeapAlloc, m.TotalAlloc) == (1, 0, 1, 48, 48, 48)


def test_mem_stats_of_a_small_program() -> None:
    heap = Heap(gcpercent=-1)
    objects = [heap.mallocgc(*o) for o in ((48, 48), (48, 0), (5, 0), (6, 0), (33000, 0), (2 * MB, 8), (20000, 0), (0, 0))]
    m = heap.read_mem_stats()
    large = 5 * PAGE + 2 * MB
    small = 48 + 48 + 16 + 20480
    assert (m.Mallocs, m.Frees, m.HeapObjects) == (7, 1, 6)  # the shared tiny one is freed at once
    assert m.TotalAlloc == m.Alloc == m.HeapAlloc == large + small
    assert m.HeapInuse == 3 * PAGE + large + 5 * PAGE
    assert m.HeapIdle is not None
    assert m.HeapSys == m.HeapIdle + m.HeapInuse == MB + 2 * MB
    assert (m.BySize[4], m.BySize[2]) == ((48, 2, 0), (16, 1, 0))
    assert len(m.BySize) == 61
    assert m.BySize[60] == (19072, 0, 0)  # class 61, of 20480 bytes, is not in it any more
    assert (m.MCacheInuse, m.StackInuse, m.NumGC, m.NextGC) == (1736, 0, 0, (1 << 64) - 1)
    assert m.MSpanInuse == 152 * len(heap.mheap.all_spans())
    for obj in objects[:2] + objects[4:6]:
        heap.drop(obj)
    heap.gc.start(3)
    assert heap.read_mem_stats()[:4] == (large + small, large + small, 7, 1), "marking frees nothing"
    while heap.sweeper.sweepone() >= 0:
        pass
    m = heap.mem_stats()
    assert (m.Mallocs, m.Frees, m.HeapObjects, m.Alloc, m.TotalAlloc) == (7, 5, 2, 16 + 20480, large + small)
    assert m.BySize[4] == (48, 2, 2)
    assert (m.NumGC, heap.stats.largefree, heap.stats.nlargefree) == (1, large, 2)


def test_served_counts_and_results_agree() -> None:
    session = Session()
    script = "alloc 64/alloc 64 times 127/alloc 64/alloc 4/alloc 4/alloc 0/alloc 40K/alloc 2M/drop o1/gc/alloc 64"
    served = [o.result.data.get("served") for line in script.split("/") if (o := session.submit(line)).result is not None]
    assert served == ["os", "mcache", "mheap", "mheap", "tiny", "zero", "mheap", "os", None, None, "mcentral"]
    s = session.world.sums.stats
    assert (s.nserved_os, s.nserved_mcache, s.nserved_heap, s.nserved_large, s.nserved_central) == (2, 127, 2, 1, 1)
    assert (s.tinyallocs, s.nzero, s.nheap_grow) == (1, 1, 2)
    assert s.nheap_alloc == 5


def test_a_hit_takes_no_lock_a_refill_that_of_its_mcentral_a_new_span_both() -> None:
    heap = Heap(gcpercent=-1)
    central = heap.central[11]  # 64 bytes noscan
    assert heap.stats.nheap_lock == 0
    heap.alloc(64)
    after_first = central.nlock, heap.stats.nheap_lock
    assert after_first == (2, 1)  # mcentral's before and after it asked the heap
    for _ in range(127):
        heap.alloc(64)
    assert (central.nlock, heap.stats.nheap_lock) == after_first
    heap.flush()
    assert central.nlock == 3
    heap.alloc(40960)
    assert (central.nlock, heap.stats.nheap_lock) == (3, 2)
    assert [c.spanclass for c in heap.central if c.nlock] == [11]


def test_each_p_has_its_own_span_and_tiny_block() -> None:
    session = Session()
    for line in ("alloc 48", "alloc 4", "procs 2", "p 1", "alloc 48", "alloc 4", "p 0", "alloc 48", "alloc 4"):
        assert session.submit(line).ok
    addresses = [session.objects.info(i).addr - ARENA for i in range(6)]
    assert addresses == [0, PAGE, 2 * PAGE, 3 * PAGE, 48, PAGE + 4]
    caches = session.world.caches.mcaches()
    assert [(c.p, c.current, c.tiny - ARENA, c.tinyoffset) for c in caches] == [(0, True, PAGE, 8), (1, False, 3 * PAGE, 4)]
    assert [[n for _, _, n in c.cached] for c in caches] == [[511, 168], [511, 169]]
    assert session.world.sums.mem_stats().MCacheInuse == 2 * 1736


def test_fewer_ps_flush_those_that_go_and_the_current_one_falls_back_to_0() -> None:
    session = Session()
    for line in ("procs 3", "p 2", "alloc 48", "alloc 4", "p 1", "alloc 48", "procs 2"):
        session.submit(line)
    infos = {i.base: i for i in session.world.spans.rows() if i.state == "inuse"}
    assert [(i.cached_by, i.list_name) for i in infos.values()] == [(-1, "nonempty"), (-1, "nonempty"), (1, "empty")]
    assert [c.current for c in session.world.caches.mcaches()] == [False, True]
    session.submit("procs 1")
    assert [c.current for c in session.world.caches.mcaches()] == [True]
    session.submit("alloc 48")
    assert session.objects.info(3).addr == ARENA + 2 * PAGE + 48, "P1's span was given back last and is taken first"
    assert session.world.sums.stats.nmcache_flush == 2


def test_ps_that_go_are_flushed_in_ascending_order() -> None:
    """As procresize does it: `for i := nprocs; i < old; i++ { freemcache(allp[i].mcache) }`; each flush pushes to the front."""
    session = Session()
    for line in ("procs 3", "alloc 16 scan", "p 1", "alloc 16 scan", "alloc 4", "p 2", "alloc 16 scan", "alloc 4", "procs 1"):
        assert session.submit(line).ok, line
    p1, p2 = ARENA + PAGE, ARENA + 3 * PAGE
    assert session.world.lists.chain(4, "nonempty") == [p2, p1]
    assert session.world.lists.chain(5, "nonempty") == [p2 + PAGE, p1 + PAGE]  # the spans of their tiny blocks
    [last] = session.world.caches.mcaches()
    assert (last.current, last.tiny, last.cached) == (True, 0, ((4, ARENA, 511),)), "P0 keeps what it has"
    session.submit("alloc 5")
    assert session.objects.info(5).addr == p2 + PAGE + 16, "what was left of the tiny blocks went with their Ps"


def test_every_p_is_flushed_by_a_collection() -> None:
    session = Session()
    for line in ("procs 2", "alloc 4", "p 1", "alloc 4", "gc mark"):
        session.submit(line)
    assert [(c.tiny, c.cached) for c in session.world.caches.mcaches()] == [(0, ()), (0, ())]


def test_ps_that_are_not_there_are_refused() -> None:
    heap = Heap()
    with pytest.raises(ValueError, match="at least one P"):
        heap.procs(0)
    for p in (-1, 1):
        with pytest.raises(ValueError, match="there is no P"):
            heap.use_p(p)


HUGE = """
import time
from gomem_core.session.session import Session
session = Session()
start = time.process_time()
for line in ("alloc 100G {kind}", "show bitmap o1", "show span o1", "find 0xd000000008", "drop o1", "gc", "alloc 48"):
    assert session.submit(line).ok, line
    if line.startswith("alloc 100G"):
        took = time.process_time() - start
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(took, peak)
"""  # not ru_maxrss, which begins with that of the process that started this one


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
@pytest.mark.parametrize("kind", ["noscan", "scan", "head"])
def test_100_gigabytes_take_less_than_a_second_and_200_mb(kind: str) -> None:
    script = HUGE.replace("{kind}", kind)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    seconds, kilobytes = done.stdout.split()
    assert float(seconds) < 1
    assert int(kilobytes) < 200_000


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (["alloc 100G scan", "show object o1"], 20),
        (["alloc 8 as x times 3", "drop x.1..x.999999999999999999"], 4),
    ],
    ids=["a huge object with pointers is shown", "a range beyond what was born is answered"],
)
def test_what_is_huge_takes_little_time_of_the_processor(lines: list[str], seconds: int) -> None:
    script = f"""
import resource
from gomem_core.session.session import Session
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))  # the system ends it then
session = Session()
for line in {lines}:
    session.submit(line)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, timeout=600)
