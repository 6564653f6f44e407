"""Reading memory: merged ranges, holes, pieces side by side, each against the plain way to do it.  The process is this one."""

import ctypes
import mmap
import os
from random import Random

import numpy as np
import pytest

from gomem_core.outside.again import Rehearsed
from gomem_core.outside.arrays import distinct, joined
from gomem_core.outside.errors import Damaged, Gone
from gomem_core.outside.hold import held
from gomem_core.outside.image import Copied, Image, around, pages_of
from gomem_core.outside.kept import Kept
from gomem_core.outside.memory import Gathered, Ranges, Unreadable, in_pages, merged, ranges_of
from gomem_core.outside.process import Process
from gomem_core.outside.program import find_program
from tests.outside.goprograms import built, running

PAGE = mmap.PAGESIZE


@pytest.fixture
def pages() -> tuple[mmap.mmap, int]:
    """Eight pages of this process, filled with what tells places apart, and their address."""
    memory = mmap.mmap(-1, 8 * PAGE)
    memory[:] = np.arange(PAGE, dtype=np.uint64).tobytes()
    return memory, ctypes.addressof(ctypes.c_char.from_buffer(memory))


def unmap(addr: int) -> None:
    libc = ctypes.CDLL(None)
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    assert libc.munmap(addr, PAGE) == 0
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    libc.mmap.restype = ctypes.c_void_p
    assert libc.mmap(addr, PAGE, 0, mmap.MAP_PRIVATE | mmap.MAP_ANON | 0x10, -1, 0) == addr  # MAP_FIXED, without permission


@pytest.mark.parametrize("gap", [0, 64, 1024])
def test_pieces_are_what_lies_there(gap: int, pages: tuple[mmap.mmap, int]) -> None:
    memory, base = pages
    draw = Random(gap)
    offsets = [8 * draw.randrange(8 * PAGE // 8 - 40) for _ in range(3000)]
    sizes = [8 * draw.randrange(1, 40) for _ in offsets]
    found = Process(os.getpid()).gather(np.array(offsets, np.uint64) + np.uint64(base), np.array(sizes), gap)
    assert found.ok.all()
    for row, (offset, size) in enumerate(zip(offsets, sizes, strict=True)):
        assert found.piece(row, size).tobytes() == memory[offset : offset + size]
    firsts = [int.from_bytes(memory[offset : offset + 8], "little") for offset in offsets]
    assert found.column(0, "<u8").tolist() == firsts


@pytest.mark.parametrize("gap", [0, 1024])
def test_a_hole_costs_only_what_lies_in_it(gap: int, pages: tuple[mmap.mmap, int]) -> None:
    memory, base = pages
    unmap(base + 3 * PAGE)
    offsets = np.arange(0, 8 * PAGE - 128, 96, dtype=np.uint64)  # a range each, or one for all
    found = Process(os.getpid()).gather(offsets + np.uint64(base), np.full(len(offsets), 64), gap)
    inside = (offsets + np.uint64(64) > 3 * PAGE) & (offsets < 4 * PAGE)
    assert found.ok.tolist() == (~inside).tolist()
    words = found.column(8, "<u8").tolist()
    for row, offset in enumerate(offsets.tolist()):
        assert words[row] == (0 if inside[row] else int.from_bytes(memory[offset + 8 : offset + 16], "little"))


def test_what_cannot_be_asked_for_is_not(pages: tuple[mmap.mmap, int]) -> None:
    _, base = pages
    addrs = [base, base + 4, 0, 1 << 47, (1 << 64) - 8, base, base, 8]
    sizes = [8, 8, 8, 8, 8, 0, 12, 8]
    found = Process(os.getpid()).gather(np.array(addrs, np.uint64), np.array(sizes))
    assert found.ok.tolist() == [True, *[False] * 7]
    assert found.column(0, "<u8").tolist()[1:] == [0] * 7


def test_all_of_it_or_nothing(pages: tuple[mmap.mmap, int]) -> None:
    memory, base = pages
    process = Process(os.getpid())
    assert process.read(base + 5, 100) == memory[5:105]
    unmap(base + PAGE)
    for addr, size in ((base + PAGE, 8), (base, PAGE + 1), (0, 8), (1 << 63, 8), (base, 1 << 50), (base, -1)):
        with pytest.raises(Unreadable):
            process.read(addr, size)


def test_more_than_any_heap_has_is_damage() -> None:
    with pytest.raises(Damaged, match="which no heap has"):
        merged(np.array([1 << 20, 1 << 44], np.uint64), np.array([3 << 30, 3 << 30]), 0)


def test_ranges_are_sorted_and_as_few_as_they_can_be() -> None:
    found = merged(np.array([4096, 64, 96, 8192, 72], np.uint64), np.array([8, 8, 8, 64, 16]), 16)
    assert found.start.tolist() == [64, 4096, 8192]
    assert found.size.tolist() == [40, 8, 64]
    assert found.piece_at.tolist() == [40, 0, 32, 48, 8]


def test_joined_pieces_lie_side_by_side() -> None:
    draw = Random(5)
    buffer = np.frombuffer(draw.randbytes(1 << 16), np.uint8)
    size = np.array([draw.choice((0, 1, 7, 64, 300)) for _ in range(5000)])
    start = np.array([draw.randrange(len(buffer) - 300) for _ in size])
    data, ends = joined(buffer, start, size)
    assert data.tobytes() == b"".join(buffer[a : a + n].tobytes() for a, n in zip(start.tolist(), size.tolist(), strict=True))
    assert ends.tolist() == [0, *np.cumsum(size).tolist()]
    assert [len(part) for part in joined(buffer, start[:0], size[:0])] == [0, 1]


def test_more_than_a_slice_is_joined() -> None:
    buffer = np.arange(1 << 12, dtype=np.uint8)
    size = np.full(3000, 1 << 12)
    data, _ = joined(buffer, np.zeros(3000, np.int64), size)
    assert (data.reshape(3000, -1) == buffer).all()


def test_a_process_that_is_not_there() -> None:
    pid = os.fork()
    if not pid:
        os._exit(0)
    process = Process(os.getpid())
    process.pid = pid
    os.waitpid(pid, 0)
    with pytest.raises(Gone, match=f"there is no process {pid}"):
        process.read(1 << 20, 8)
    with pytest.raises(Gone, match=f"there is no process {pid}"):
        Process(pid)


def test_a_copy_answers_with_what_was_copied_wherever_its_parts_meet() -> None:
    """Parts overlap and touch in random order; a piece is there if all its bytes are, in whatever parts."""
    draw = Random(5)
    memory = np.frombuffer(draw.randbytes(1 << 14), np.uint8)
    base, there = 1 << 20, np.zeros(len(memory), np.bool_)
    parts = []
    for _ in range(3):
        offsets = np.array([8 * draw.randrange(2000) for _ in range(60)])
        sizes = np.array([8 * draw.randrange(1, 40) for _ in range(60)])
        for offset, size in zip(offsets.tolist(), sizes.tolist(), strict=True):
            there[offset : offset + size] = True
        buffer = np.concatenate([memory[o : o + n] for o, n in zip(offsets, sizes, strict=True)])
        sizes = np.minimum(sizes, len(memory) - offsets)
        parts.append(Copied((offsets + base).astype(np.uint64), sizes, buffer))
    image = Image(parts)
    asked = np.array([8 * draw.randrange(2000) for _ in range(500)])
    size = np.array([8 * draw.randrange(1, 20) for _ in range(500)])
    found = image.gather((asked + base).astype(np.uint64), size)
    known = [offset + n <= len(memory) and bool(there[offset : offset + n].all()) for offset, n in zip(asked, size, strict=True)]
    assert found.ok.tolist() == known
    assert 100 < sum(known) < 400
    assert image.misses == 500 - sum(known)
    for row in np.flatnonzero(known).tolist():
        assert found.piece(row, int(size[row])).tobytes() == memory[asked[row] : asked[row] + size[row]].tobytes()


def places(ranges: Ranges) -> list[int]:
    """The address of every byte."""
    pairs = zip(ranges.start.tolist(), ranges.size.tolist(), strict=True)
    return [place for start, size in pairs for place in range(start, start + size)]


def test_what_is_read_around_pieces_is_the_rest_of_their_pages() -> None:
    draw = Random(6)
    addrs = np.array([4096 + 8 * draw.randrange(20 * 512) for _ in range(50)], np.uint64)
    known = [merged(addrs[:30], np.full(30, 64), 0), merged(addrs[30:], np.full(20, 200), 1024)]
    pages = pages_of(known)
    taken = {place for ranges in known for place in places(ranges)}
    assert set(pages.tolist()) == {place // 4096 for place in taken}
    more = around(known, np.union1d(pages, [70, 71]))
    rest = places(more)
    assert len(rest) == len(set(rest))
    assert set(rest) | taken == {page * 4096 + n for page in [*pages, 70, 71] for n in range(4096)}
    assert not set(rest) & taken


def test_of_many_pages_those_are_remembered_that_were_seen_last() -> None:
    kept = Kept()
    for turn in range(50):
        kept.add(np.arange(100 * turn, 100 * turn + 120))
        pages = kept.pages.tolist()
        assert pages == list(range(pages[0], 100 * turn + 120)), "in order, and none between them forgotten"
    assert 1024 <= len(kept.pages) <= 2 * 1024 + 120
    large = np.arange(0, 30_000, 3)
    kept.add(large)
    kept.add(large + 1)
    assert set(large.tolist()) | set((large + 1).tolist()) <= set(kept.pages.tolist()), "a heap that needs more has more"


def test_pages_that_were_given_back_are_forgotten() -> None:
    kept = Kept()
    kept.add(np.arange(10, 30))
    kept.drop(ranges_of(np.array([12 * 4096, 20 * 4096 + 512], np.uint64), np.array([2 * 4096, 4096])))
    assert kept.pages.tolist() == [10, 11, 14, 15, 16, 17, 18, 19, *range(22, 30)]


def test_a_rehearsal_forgets_what_cannot_be_read_any_more() -> None:
    """One page that is gone would make every look one that has to be worked out while the program stands."""
    with running(built("server", "1.27"), N="300") as program:
        process = Process(program.pid)
        found = find_program(process)
        process.kept.add(np.array([1, 2, 3]))  # where no program has memory
        rehearsed = Rehearsed(process, found)
        with held(program.pid):
            assert rehearsed.copy()
        assert process.kept.pages[0] > 3


@pytest.mark.parametrize("seed", range(20))
def test_pages_in_which_pieces_lie(seed: int) -> None:
    """Each page once, and every piece where it is in them: looked up one by one."""
    draw = Random(seed)
    addrs = [8 * draw.randrange(1, 40 * PAGE // 8) for _ in range(draw.choice([0, 1, 7, 300]))]
    sizes = [8 * draw.choice([1, 2, 40, 0, 1500]) for _ in addrs]
    if len(addrs) > 3:
        addrs[3] = 5  # no word
    found = in_pages(np.array(addrs, np.uint64), np.array(sizes, np.int64))
    asked = [(addr, size) for addr, size in zip(addrs, sizes, strict=True) if size and not addr % 8]
    pages = {page for addr, size in asked for page in range(addr // PAGE, (addr + size - 1) // PAGE + 1)}
    ranges = zip(found.start.tolist(), found.size.tolist(), strict=True)
    read = [addr for start, size in ranges for addr in range(start, start + size)]
    assert read == [addr for page in sorted(pages) for addr in range(page * PAGE, (page + 1) * PAGE)]
    assert found.wanted.tolist() == [bool(size) and not addr % 8 for addr, size in zip(addrs, sizes, strict=True)]
    for addr, at, wanted in zip(addrs, found.piece_at.tolist(), found.wanted.tolist(), strict=True):
        if wanted:
            assert read[at] == addr


@pytest.mark.parametrize("far", [1, 7, 60, 1 << 40])
def test_distinct_values_are_in_order_whether_they_lie_close_or_far_apart(far: int) -> None:
    """Close together they are marked, far apart sorted."""
    random = Random(far)
    values = [random.randrange(50) * far - 9 for _ in range(200)]
    assert distinct(np.array(values, np.int64)).tolist() == sorted({*values})
    assert distinct(np.zeros(0, np.int64)).tolist() == []


def test_columns_of_a_copy_with_the_same_content_need_not_be_taken_again() -> None:
    words = np.arange(12, dtype=np.uint64)
    found = Gathered(words.view(np.uint8), np.array([0, 48, 24]), np.array([True, True, False]))
    assert found.column(8, "<u8").tolist() == [1, 7, 0]
    assert found.column(12, "<u4").tolist() == [0, 0, 0]
    assert found.column(88, "<u8").tolist() == [11, 11, 0]  # what is beyond the end is the last word
    assert found.column(96, "<u8").tolist() == [0, 0, 0]
    moved = found.moved((words * 2).view(np.uint8))
    assert moved.column(8, "<u8").tolist() == [1, 7, 0]
    assert moved.column(16, "<u8").tolist() == [4, 16, 0]
