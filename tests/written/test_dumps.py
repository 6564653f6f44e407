"""Heap dumps: what is read of them is what their programs counted, and damaged ones are told of in a sentence."""

import gzip
import json
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gomem_core.files.stillfile import FieldError, read_still, still_bytes
from gomem_core.formats.heapdump import DumpError, read_heap_dump
from gomem_core.go.amd64 import PAGE_SHIFT, PAGE_SIZE
from gomem_core.go.versions import PROFILES
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_core.world.facts import Fact
from gomem_core.world.still import Still
from gomem_core.world.strip import Strip
from gomem_core.world.world import unknown
from gomem_core.written.dump import world_of_dump
from gomem_tui.__main__ import main
from gomem_tui.panes.model import Model
from gomem_tui.plain.panes import pane_lines
from tests import schemafile
from tests.written.dumpfile import HEADER, dumped, frame, goroutine, memstats, number, numbers, params, segment, text, thing
from tests.written.realfiles import NAMES, REAL, dump_world, truth, unpacked

Capture = pytest.CaptureFixture[str]
VALIDATOR = Draft202012Validator(json.loads(schemafile.PATH.read_text(encoding="utf-8")))
HEAP = 0xC000000000
SMALL = dumped(
    goroutine(1),
    frame("main.main", [HEAP + 8 * PAGE_SIZE]),
    thing(HEAP, 48, [HEAP + 48, 0, 0xC000000070]),
    thing(HEAP + 48, 48, [0]),
    thing(HEAP + 96, 48, [HEAP + 4 * PAGE_SIZE + 100]),
    thing(HEAP + 4 * PAGE_SIZE, 1024),
    thing(HEAP + 8 * PAGE_SIZE, 5 * PAGE_SIZE),
    segment(0x500000, [HEAP + 8, 0x400000]),
    memstats(HeapObjects=5, NumGC=3),
)


def expected(name: str) -> dict[str, int]:
    found: dict[str, int] = truth(name)["memstats_before_dump"]
    return found


# --- Real ones ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_objects_bytes_and_spans_are_those_that_the_program_counted(name: str) -> None:
    w, stats = dump_world(name), expected(name)
    assert (w.kind, w.place.of, w.place.go, w.place.note) == ("dump", "dump", truth(name)["go"], "")
    spans = [info for info in w.spans.rows() if info.state == "inuse"]
    assert sum(info.alloc_count for info in spans) == len(w.objects) == stats["HeapObjects"]
    assert sum(info.alloc_count * info.elemsize for info in spans) == stats["HeapAlloc"]
    assert sum(info.nbytes for info in spans) == stats["HeapInuse"]
    told = w.sums.mem_stats()._asdict()
    same = ("HeapAlloc", "HeapObjects", "HeapInuse", "HeapSys", "StackInuse", "NumGC", "NextGC", "MSpanInuse")
    assert {field: told[field] for field in same} == {field: stats[field] for field in same}


@pytest.mark.parametrize("name", NAMES)
def test_what_the_program_printed_the_addresses_of_is_where_it_said(name: str) -> None:
    w = dump_world(name)
    for witness in truth(name)["witnesses"]:
        slot = w.slots.at(int(witness["addr"], 16))
        alive = slot is not None and slot.allocated and w.pointers.is_reachable(slot.addr)
        assert alive == (witness["state"] == "live")
        if slot is not None and alive:
            assert w.slots.elemsize_at(slot.addr) >= witness["size"]


@pytest.mark.parametrize("name", NAMES)
def test_after_a_collection_nothing_is_left_that_no_root_leads_to(name: str) -> None:
    w, stats = dump_world(name), expected(name)
    nbytes, _ = w.pointers.kept()
    # Go 1.27 has one or two objects of 16 bytes that are held by nothing which a dump tells of.
    assert stats["HeapAlloc"] - nbytes in ((0, 16, 32) if "1.27" in name else (0,))


@pytest.mark.parametrize("name", NAMES)
def test_a_dump_that_was_kept_is_the_same(name: str) -> None:
    kept = read_still(gzip.decompress(still_bytes(dump_world(name))))
    assert kept == dump_world(name)
    assert (kept.kind, kept.place.of) == ("still", "dump")


def test_a_still_with_roots_that_cannot_be_is_refused() -> None:
    found = json.loads(gzip.decompress(still_bytes(dump_world(NAMES[0]))))
    for name, value, why in (("label", -1, "label"), ("slot", "0x10", "in the order"), ("label", 1 << 40, "a number from 0")):
        damaged: dict[str, Any] = json.loads(json.dumps(found))
        damaged["roots"][name][-1] = value
        with pytest.raises(FieldError, match=why):
            read_still(json.dumps(damaged).encode())


def test_open_export_and_plain_text_know_a_dump(tmp_path: Path, capsys: Capture) -> None:
    name = "go1.27.3-lru"
    path = tmp_path / "any.gomem"
    path.write_bytes(gzip.compress(unpacked(f"{name}.heapdump.gz")))
    opened = open_file(path)
    assert isinstance(opened, Strip)
    assert opened.shown == Still.of(dump_world(name), None, None)  # type: ignore[arg-type]  # of a still it needs neither
    assert main(["open", "--json", str(path)]) == 0
    found = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(found)
    stats = expected(name)
    assert (found["kind"], found["go"], found["note"]) == ("dump", "go1.27.3", None)
    assert found["objects"] == {"count": stats["HeapObjects"], "bytes": stats["HeapAlloc"]}
    assert found["memstats"]["HeapInuse"] == stats["HeapInuse"]
    still = tmp_path / "kept.still"
    assert main(["export", "--still", str(path), "-o", str(still)]) == 0
    assert main(["export", "--text", str(still), "--focus", "objects", "--zoom", "--size", "120x40"]) == 0
    assert f"{stats['HeapObjects']}" in capsys.readouterr().out


# --- Made up, and damaged -----------------------------------------------------------------------------------------------------


def test_classes_whose_spans_have_several_pages_are_told_apart_by_where_slots_begin() -> None:
    for profile in PROFILES[1:]:
        for c in profile.classes[1:]:
            starts = [slot * c.size % PAGE_SIZE for slot in range((c.npages << PAGE_SHIFT) // c.size)]
            assert c.npages == 1 or len({*starts}) == len(starts)


def test_a_small_dump_field_by_field() -> None:
    w = world_of_dump(SMALL, "small")
    rows = [(i.base, i.npages, i.state, i.spanclass, i.elemsize, i.nelems, i.alloc_count) for i in w.spans.rows()]
    assert rows == [
        (HEAP, 1, "inuse", 10, 48, 165, 3),
        (HEAP + PAGE_SIZE, 3, "free", 0, 0, 0, 0),
        (HEAP + 4 * PAGE_SIZE, 1, "inuse", 65, 1024, 8, 1),
        (HEAP + 5 * PAGE_SIZE, 3, "free", 0, 0, 0, 0),
        (HEAP + 8 * PAGE_SIZE, 5, "inuse", 1, 5 * PAGE_SIZE, 1, 1),
    ]
    assert w.pointers.stored_in(HEAP + 5) == [(0, HEAP + 48), (2, HEAP + 0x70)]
    objects = w.objects
    assert [objects.is_alive(oid) for oid in range(5)] == [True, False, False, False, True]
    assert [objects.info(oid).ptrdata for oid in range(5)] == [24, 8, 8, 0, 0]
    assert w.roots is not None
    assert w.roots.of(HEAP) == ["global 0x500000 (data)"]
    assert w.roots.of(HEAP + 8 * PAGE_SIZE) == ["main.main (goroutine 1)"]
    assert w.sums.mem_stats().NumGC == 3


def test_ends_of_pages_that_the_writer_takes_for_objects_are_left_out() -> None:
    """A page of 16-byte slots without pointers has 512 - 128 / 16 of them from Go 1.26 on, and 512 before."""
    page = b"".join(thing(HEAP + 16 * n, 16) for n in range(512))
    for go, count in (("go1.25.5", 512), ("go1.26.6", 504), ("go1.27.3-X:nogreenteagc", 512)):
        assert len(world_of_dump(dumped(page, go=go), "").objects) == count
    pointers = b"".join(thing(HEAP + 16 * n, 16, [HEAP]) for n in range(500)) + b"".join(
        thing(HEAP + 16 * n, 16) for n in range(500, 512)
    )
    for go, count in (("go1.21.13", 512), ("go1.25.5", 504), ("go1.26.6", 496)):
        assert len(world_of_dump(dumped(pointers, go=go), "").objects) == count


def test_versions_that_are_not_known_are_taken_for_one_that_is() -> None:
    for go, taken in (
        ("go1.99", PROFILES[-1].name),
        ("go1.9.2", PROFILES[-1].name),
        ("devel", PROFILES[-1].name),
        ("go1.10", "go1.21"),
    ):
        w = world_of_dump(dumped(thing(HEAP, 48), go=go), "")
        assert w.profile.name == taken
        assert f"taken for {taken}" in w.place.note


def test_what_cannot_be_shown_at_all_is_refused() -> None:
    with pytest.raises(DumpError, match="does not begin with"):
        read_heap_dump(b"go1.3 heap dump\n")
    with pytest.raises(DumpError, match="big-endian pointers of 4 bytes"):
        read_heap_dump(HEADER + params(big=1, pointer=4))


def test_a_cut_dump_shows_what_came_before(tmp_path: Path, capsys: Capture) -> None:
    whole = world_of_dump(SMALL, "")
    counts = []
    for end in range(len(HEADER), len(SMALL), 331):
        w = world_of_dump(SMALL[:end], "")
        assert "it ends too early, within the record that begins at byte" in w.place.note
        counts.append(len(w.objects))
    assert sorted(counts) == counts
    assert {0, 5} < {*counts}
    assert len(whole.objects) == 5
    cut = tmp_path / "cut"
    cut.write_bytes(unpacked("go1.27.3-lru.heapdump.gz")[:400_000])
    opened = open_file(cut)
    assert isinstance(opened, Strip)
    assert unknown(opened, "sums") == "the dump ends before its MemStats"
    assert main(["export", "--text", str(cut), "--focus", "heap", "--zoom"]) == 0
    assert "the dump ends before its MemStats" in capsys.readouterr().out
    assert main(["open", "--json", str(cut)]) == 0
    found = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(found)
    assert found["memstats"] is None
    assert "ends too early" in found["note"]


HOSTILE = {
    "an object of no bytes": numbers(1, HEAP, 0) + b"\0",
    "an address that cannot be": thing(1 << 50, 48),
    "a length beyond the end": numbers(1, HEAP, 1 << 40),
    "a number of 70 bits": b"\1" + b"\xff" * 9 + b"\x7f",
    "a field beyond the object": numbers(1, HEAP) + text(bytes(16)) + numbers(1, 16) + b"\0",
    "a field of another sort": numbers(1, HEAP) + text(bytes(16)) + numbers(2, 0) + b"\0",
    "a record of another sort": numbers(18, 0),
    "a call stack without an end": numbers(16, 1, 48, 1 << 60),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_records_end_the_reading_with_a_sentence(what: str) -> None:
    w = world_of_dump(dumped(thing(HEAP + 48, 48), HOSTILE[what]), "")
    assert "byte" in w.place.note
    assert len(w.objects) == 1


def test_objects_that_fit_nowhere_are_counted() -> None:
    over = thing(HEAP + 24, 48)  # begins between two slots of its page
    odd = thing(HEAP + PAGE_SIZE, 1000)  # no class has such slots
    other = thing(HEAP + 2 * 48, 64)  # another class in the page of the first
    w = world_of_dump(dumped(thing(HEAP, 48), over, odd, other, thing(HEAP, 48)), "")
    assert len(w.objects) == 1
    assert "4 objects fit into no span" in w.place.note


def test_no_damage_makes_it_fail_or_take_long() -> None:
    """Whatever bytes are changed, all that a still can be asked has an answer."""
    random, data = Random(5), bytearray(SMALL)
    for _ in range(250):
        damaged = bytearray(data)
        for _ in range(random.randint(1, 4)):
            damaged[random.randrange(len(HEADER), len(damaged))] = random.choice((0, 1, 127, 128, 255, random.randrange(256)))
        try:
            w = world_of_dump(bytes(damaged), "")
        except DumpError:
            continue
        infos = w.spans.rows()
        assert all(a.base + a.nbytes == b.base for a, b in pairwise(infos)) or len(w.extents.arenas.parts) > 1
        assert not infos or read_still(gzip.decompress(still_bytes(w))) == w
        w.pointers.kept()


def test_what_is_not_known_of_a_dump_is_said() -> None:
    w = world_of_dump(SMALL, "")
    assert unknown(w, "lists") == "a heap dump does not say on which lists spans hang"
    assert "it flushes their caches" in unknown(w, "caches")
    assert not unknown(w, "spans", "slots", "pointers", "sums", "extents")
    for fact in (Fact.SPAN, Fact.SPANCLASS, Fact.SIZE, Fact.NAME, Fact.LIVE, Fact.TYPE):
        assert w.doubt(fact)
    assert not w.doubt(Fact.ROOT)
    assert not w.doubt(Fact.POINTER)


def test_a_console_on_a_dump_answers_and_refuses(tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_bytes(SMALL)
    console = Console(True, open_file(path), None)
    done = console.submit(f"show object {HEAP + 100:#x}")
    assert done.result is not None
    assert {"held": done.result.data["held"], "alive": done.result.data["alive"]} == {
        "alive": False,
        "held": {
            "retained": 48 + 1024,
            "dominators": [f"{HEAP:#x}"],
            "path": [f"{HEAP:#x}", f"{HEAP + 96:#x}"],
            "roots": ["global 0x500000 (data)"],
        },
    }
    assert done.result.data["allocated_at"] is None
    refused = console.submit("gc")
    assert refused.error is not None
    assert "this heap is read, not modelled" in refused.error.message
    assert number(300) == b"\xac\x02"  # the writer of these tests, by hand


def test_where_an_object_was_allocated_is_told_where_the_profile_looked_at_it() -> None:
    """The objects of main.lru, by the addresses that the program printed; its source has makeslice in line 77."""
    w = dump_world("go1.27.3-lru")
    console = Console(True, Strip([w]), None)
    done = console.submit("show object 0x55bf02c6000")
    assert done.result is not None
    stack = done.result.data["allocated_at"]
    assert isinstance(stack, list)
    assert {"function": "main.lru.func1", "file": "tracegen/work.go", "line": 77} in stack
    drawn = "\n".join(pane_lines(_model(console), "objects", 120, 2000))
    assert drawn.count("@main.lru.func1 work.go") > 3


def _model(console: Console) -> Model:
    model = Model(console, lambda: None)
    model.arrived()
    return model


def test_a_dump_larger_than_other_files_may_be_is_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the same heap, and how far the reading is is told on the way; a packed one has a limit, which is said."""
    path, name = tmp_path / "it.heapdump", "go1.27.3-lru.heapdump.gz"
    path.write_bytes(gzip.decompress((REAL / name).read_bytes()))
    small = open_file(path)
    monkeypatch.setattr("gomem_core.files.content.MAX_BYTES", path.stat().st_size - 1)
    monkeypatch.setattr("gomem_core.formats.heapdump._SLICE", 500)
    told: list[int] = []
    large = open_file(path, reached=told.append)
    assert isinstance(small, Strip)
    assert isinstance(large, Strip)
    assert small.shown == large.shown
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= path.stat().st_size
    assert main(["top", str(REAL / name)]) == 3
    assert "traces, heap dumps and core files are read unpacked, however large" in capsys.readouterr().err
    other = tmp_path / "large.gomem"
    other.write_bytes(bytes(path.stat().st_size))
    assert main(["top", str(other)]) == 3
    assert "but for traces, heap dumps and core files that are not packed" in capsys.readouterr().err
