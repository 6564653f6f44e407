"""The heap bitmap, against one written down word by word."""

from pathlib import Path
from random import Random

import pytest

from gomem_core.classic.malloc import Heap
from gomem_core.classic.view import HeapView
from gomem_core.recordings.classic import Replay
from gomem_core.recordings.format import read_records, read_steps
from gomem_core.recordings.report import Report
from tests.core.facts import ARENA, SIZE_CLASSES

RECORDING = Path(__file__).parent.parent / "recordings" / "03_heapbits.jsonl.gz"
SLOT_SIZES = [row[1] for row in SIZE_CLASSES]


def digits(words: int, ptr_words: int) -> str:
    """As the facts tell: scan=1 up to the last pointer except in word 1, then 00."""
    return "".join("0" if w >= ptr_words else "1" if w == 1 else "3" for w in range(words))


def read(world: HeapView, addr: int, words: int) -> str:
    return "".join(str(int(w.pointer is True) + 2 * int(w.scan is True)) for w in world.slots.words(addr, words))


@pytest.mark.parametrize(
    ("size", "ptrdata", "expected"),
    [
        (16, 16, "31"),
        (24, 24, "3130"),
        (96, 96, "313333333333"),
        (112, 96, "31333333333300"),
        (64, 8, "30000000"),
        (8, 8, "3"),
        (40960, 40960, "31" + "3" * 5118),
        (40960, 8, "3" + "0" * 5119),
        (33000, 33000, "31" + "3" * 4123 + "0" * 995),
        # A pointer in every fourth word, up to the last of which the words are scanned; word 1 has its other bit (not recorded).
        (64, -40, "30223000"),
        (40, -40, "302230"),
        (40960, -8 * 5117, "3022" + "3222" * 1278 + "3000"),
    ],
)
def test_measured_patterns(size: int, ptrdata: int, expected: str) -> None:
    heap = Heap(gcpercent=-1)
    assert read(HeapView(heap), heap.mallocgc(size, ptrdata), len(expected)) == expected


@pytest.mark.parametrize("size", SLOT_SIZES)
def test_a_span_s_bitmap_is_what_its_objects_wrote_and_nothing_else(size: int) -> None:
    """Objects of random shapes, in both half-byte phases, and slots used again with another shape."""
    r = Random(size)
    heap = Heap(gcpercent=-1)
    world = HeapView(heap)
    words = size // 8
    ptrdata = 8 * r.randint(1, words)
    first = heap.mallocgc(size, ptrdata)
    info = world.spans.at(first)
    assert info is not None
    model = ["3" if size == 8 else "0"] * (info.nbytes // 8)
    objects: list[int] = []

    def write(addr: int, ptr_words: int) -> None:
        at = (addr - info.base) // 8
        if size > 8:
            model[at : at + words] = digits(words, ptr_words)
        objects.append(addr)
        assert read(world, info.base, len(model)) == "".join(model)

    write(first, ptrdata // 8)
    for _ in range(min(7, info.nelems - 1)):
        ptrdata = 8 * r.randint(1, words)
        write(heap.mallocgc(size, ptrdata), ptrdata // 8)
    for addr in r.sample(objects, len(objects) // 2):
        heap.drop(addr)
    heap.gc.collect()
    assert read(world, info.base, len(model)) == "".join(model), "a collection leaves the bitmap alone"
    for _ in range(len(objects) // 2):
        ptrdata = 8 * r.randint(1, words)
        write(heap.mallocgc(size, ptrdata), ptrdata // 8)


def test_noscan_objects_write_nothing_and_fresh_spans_are_clear() -> None:
    heap = Heap(gcpercent=-1)
    world = HeapView(heap)
    addr = heap.mallocgc(64)
    assert read(world, addr, 1024) == "0" * 1024
    ones = heap.mallocgc(8, 8)
    assert read(world, ones, 1024) == "3" * 1024


def test_a_span_that_is_cut_anew_is_cleared() -> None:
    heap = Heap(gcpercent=-1)
    world = HeapView(heap)
    heap.drop(heap.mallocgc(64, 64))
    heap.gc.collect()
    addr = heap.mallocgc(96, 8)
    assert addr == ARENA
    assert read(world, addr, 1024) == "3" + "0" * 1023


def test_words_know_their_byte_and_bit() -> None:
    heap = Heap(gcpercent=-1)
    addr = heap.mallocgc(64, 64)
    assert [(w.byte_addr, w.shift) for w in HeapView(heap).slots.words(addr, 9)] == [
        *((ARENA - 1, shift) for shift in range(4)),
        *((ARENA - 2, shift) for shift in range(4)),
        (ARENA - 3, 0),
    ]


def test_bitmap_addresses_are_the_recorded_ones() -> None:
    records = read_records(RECORDING)
    next(records)  # its meta line
    steps = [*read_steps(RECORDING, records)]
    start = next(i for i, step in enumerate(steps) if step.snapshot is not None)
    snapshot = steps[start].snapshot
    assert snapshot is not None
    older = {step.op["id"]: int(step.op["addr"], 16) for step in steps[:start] if step.op["op"] == "alloc"}
    replay = Replay(Report("03"), snapshot, older)
    world = HeapView(replay.heap)
    compared = 0
    for step in steps[start + 1 :]:
        replay.run(step)
        for _, record in step.events:
            if record["k"] == "heapbits":
                words = world.slots.words(int(record["addr"], 16), record["words"])
                assert words[0].byte_addr == int(record["bitp"], 16)
                assert "".join(str(int(w.pointer is True) + 2 * int(w.scan is True)) for w in words) == record["bits"]
                compared += 1
    assert compared == 58


def test_what_cannot_hold_a_pointer_is_not_written_to() -> None:
    heap = Heap(gcpercent=-1)
    head, plain, one = heap.mallocgc(32, 8), heap.mallocgc(32), heap.mallocgc(8, 8)
    for obj, word in ((head, 1), (head, 4), (head, -1), (plain, 0), (one, 1)):
        with pytest.raises(ValueError, match="cannot hold a pointer"):
            heap.write_pointer(obj, word, one)
    heap.write_pointer(head, 0, one)
    heap.write_pointer(one, 0, head)
    world = HeapView(heap)
    assert (world.slots.words(head, 1)[0].value, world.slots.words(one, 1)[0].value) == (one, head)
