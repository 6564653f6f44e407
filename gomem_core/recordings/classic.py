"""Replays a recording of Go 1.10 from its first snapshot, and compares every decision with the real runtime's."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gomem_core.classic.malloc import Heap
from gomem_core.classic.mbitmap import read_bits
from gomem_core.classic.mgc import TRIGGER_FORCED
from gomem_core.classic.scavenge import scavenge
from gomem_core.go.events import Event, Picked
from gomem_core.recordings.format import MALFORMED, Record, RecordingError, Records, Step, hex_or_int, problem, read_steps
from gomem_core.recordings.report import Difference, Report, show
from gomem_core.recordings.seed import InputMissing, Inputs, comparable_snapshot, heap_from_snapshot, heap_snapshot
from gomem_core.world.faults import NotAnObject, OutOfMemory, Throw

# What is compared of each event, by the recording's names.
COMPARED_EVENTS: dict[str, tuple[str, ...]] = {
    "span_alloc": ("base", "npages", "spanclass", "large", "needzero", "span", "heap_live"),
    "span_free": ("base", "npages", "spanclass", "large", "span"),
    "grow": ("base", "npages", "arena_used", "bitmap_mapped", "spans_len", "span", "ask_rounded_npages"),
    "treap_pick": ("base", "npages", "span", "want"),
    "cache_span": ("spanclass", "base", "nfree", "freeindex", "allocCount", "heap_live"),
    "uncache_span": ("spanclass", "base", "nfree", "freeindex", "allocCount"),
    "sweep": ("base", "npages", "spanclass", "preserve", "nfreed", "nalloc", "freeindex_before"),
    "gc_start": ("trigger", "heap_live", "gc_trigger"),
    "gc_marked": ("sweepgen", "heap_live", "heap_marked"),
    "pacing": ("gc_trigger", "next_gc", "heap_marked", "heap_live"),
    "scavenged": ("released", "heap_released"),
}
_OUR_NAMES = {"allocCount": "alloc_count"}
COMPARED_MEMSTATS = (
    "Alloc",
    "HeapAlloc",
    "TotalAlloc",
    "Mallocs",
    "Frees",
    "HeapObjects",
    "HeapSys",
    "HeapIdle",
    "HeapInuse",
    "HeapReleased",
    "MSpanInuse",
    "NextGC",
    "NumGC",
    "StackInuse",
    "BySize",
)
_HEAPBITS_WORDS = 512  # recordings show no more of an object
_PTRDATA: dict[str, Callable[[int], int]] = {"noscan": lambda _: 0, "scan": lambda size: size, "scanhead": lambda _: 8}
_IMPOSSIBLE = (Throw, InputMissing, OutOfMemory, NotAnObject)  # a replay that went another way than the real runtime

Told = tuple[str, tuple[object, ...]]  # kind of event, its compared fields


def replay_classic(path: Path, records: Records) -> Report:
    """Replay a recording whose records, all but the first, are these, and compare.  Raises RecordingError and OSError."""
    report = Report(str(path))
    replay: Replay | None = None
    last_line = 1
    older: dict[int, int] = {}  # objects of the script from before the first snapshot: they live for ever
    for step in read_steps(path, records):
        last_line = step.line
        try:
            if replay is not None:
                replay.run(step)
            elif step.snapshot is not None:
                replay = Replay(report, step.snapshot, older)
            elif step.op["op"] == "alloc":
                older[step.op["id"]] = int(step.op["addr"], 16)
        except MALFORMED as e:
            line = replay.line if replay is not None else step.snapshot_line or step.line
            raise RecordingError(path, line, f"in or before op {step.op['op']!r}: {problem(e)}") from e
        except Throw as e:
            raise RecordingError(path, step.snapshot_line, f"the snapshot contradicts itself: {e}") from e
    if replay is None:
        raise RecordingError(path, last_line, "no snapshot to start from")
    return report


class Replay:
    """One heap that does what a recording's program did, and is compared at each step."""

    def __init__(self, report: Report, snapshot: Record, older: dict[int, int]) -> None:
        self.report = report
        self.inputs = Inputs()
        self.heap: Heap = heap_from_snapshot(snapshot, self.inputs)
        self.told: list[Event] = []
        self.heap.set_trace(self.told.append)
        self.addrs = dict(older)
        self.rooted: set[int] = set()  # objects that a drop can still drop; older ones live for ever
        self.now = 1
        self.line = 0  # of the record that is being read
        self.dead = False  # after an impossible state there is nothing left to compare with
        self._run: dict[str, Callable[[Step], None]] = {
            "alloc": self._alloc,
            "drop": lambda step: self._drop(step.op["id"]),
            "link": lambda step: self._link(step.op["src"], step.op["slot"], self.addrs[step.op["dst"]]),
            "unlink": lambda step: self._link(step.op["src"], step.op["slot"], 0),
            "gc": lambda _: self.heap.gc.collect(),
            "gcmark": lambda _: self.heap.gc.start(TRIGGER_FORCED),
            "sweepone": lambda step: self._sweepone(step.op["n"]),
            "freeosmemory": lambda _: self._free_os_memory(),
            "scavenge": lambda step: self._scavenge(step.op["limit"]),
            "memstats": self._memstats,
            "snapshot": lambda _: None,
            "heapbits": self._heapbits,
            "setgcpercent": lambda step: self.heap.gc.set_gc_percent(step.op["percent"]),
            "bgsweep": lambda _: None,
        }

    def run(self, step: Step) -> None:
        """Do the step's op, then compare what was told and what the heap looks like.

        Raises KeyError, ValueError, TypeError and the like for a malformed step.
        """
        self.report.ops += 1
        expected = list(self._expected(step))
        self.told.clear()
        if not self.dead:
            for line, record in step.events:
                self.line = line
                self.inputs.feed(record)
            self.line = step.line
            self.now += 1
            self.heap.set_now(self.now)
            try:
                self._run[step.op["op"]](step)
            except _IMPOSSIBLE as e:
                self._die(step, e)
        self._compare_events(step, expected)
        if step.snapshot is not None:
            self._compare_snapshot(step)
        if not self.dead and (self.inputs.priorities or self.inputs.chunks):
            left = f"{len(self.inputs.priorities)} priorities and {len(self.inputs.chunks)} chunks not asked for"
            self._differ(step, step.line, "inputs", "all are used", left)
            self.inputs.priorities.clear()
            self.inputs.chunks.clear()

    # --- Ops ------------------------------------------------------------------------------------------------------------

    def _alloc(self, step: Step) -> None:
        op = step.op
        done = self.heap.alloc(op["size"], _PTRDATA[op["kind"]](op["size"]))
        self.addrs[op["id"]] = done.addr
        self.rooted.add(op["id"])
        got: dict[str, object] = {"addr": done.addr}
        if op["size"]:
            got["elemsize"] = 0 if done.tiny_combined else done.elemsize
            got["tiny_combined"] = int(done.tiny_combined)
            got["shouldhelpgc"] = int(done.shouldhelpgc)
        expected = {name: hex_or_int(op[name]) for name in got}
        if not self.report.addresses.count(got == expected):
            self._differ(step, step.line, "alloc", show(expected), show(got))

    def _drop(self, number: int) -> None:
        if number in self.rooted:  # scripts may drop twice; the second time means nothing
            self.rooted.remove(number)
            self.heap.drop(self.addrs[number])

    def _link(self, src: int, slot: int, value: int) -> None:
        self.heap.write_pointer(self.addrs[src], slot, value)

    def _sweepone(self, n: int) -> None:
        for _ in range(n):
            if self.heap.sweeper.sweepone() < 0:
                break

    def _free_os_memory(self) -> None:
        self.heap.free_os_memory()

    def _scavenge(self, limit: int) -> None:
        # With a limit the recordings' free spans are all younger; without one, each is older than no time at all.
        scavenge(self.heap.mheap, self.now, limit and self.now)

    def _memstats(self, step: Step) -> None:
        got = self.heap.read_mem_stats()._asdict()
        got["BySize"] = [list(row) for row in got["BySize"]]
        for line, record in step.events:
            if record["k"] == "memstats":
                wrong = [name for name in COMPARED_MEMSTATS if got[name] != record[name]]
                if not self.report.memstats.count(not wrong):
                    name = wrong[0]
                    self._differ(step, line, f"memstats {name}", str(record[name]), str(got[name]))

    def _heapbits(self, step: Step) -> None:
        addr = self.addrs[step.op["id"]]
        s, index = self.heap.find_object(addr)
        words = s.elemsize >> 3
        shown = min(words, _HEAPBITS_WORDS)
        digits = read_bits(s, index * words, shown)
        got = {"addr": addr, "words": shown, "bits": "".join(map(str, digits))}
        for line, record in step.events:
            if record["k"] == "heapbits":
                expected = {name: hex_or_int(record[name]) for name in ("addr", "words")} | {"bits": record["bits"]}
                if not self.report.heapbits.count(got == expected):
                    self._differ(step, line, "heapbits", show(expected), show(got))

    # --- Comparing --------------------------------------------------------------------------------------------------------

    def _expected(self, step: Step) -> Iterator[tuple[int, Told]]:
        """Line, kind and fields of the step's compared events; counts what a dead replay cannot compare."""
        if self.dead and step.op["op"] == "alloc":
            self.report.addresses.count(False)
        for line, record in step.events:
            self.line = line
            kind = record["k"]
            names = COMPARED_EVENTS.get(kind)
            if names is not None:
                yield line, (kind, tuple(hex_or_int(record[name]) for name in names))
            elif self.dead and kind in ("heapbits", "memstats"):
                self.report.columns()[kind].count(False)

    def _compare_events(self, step: Step, expected: list[tuple[int, Told]]) -> None:
        told = [t for t in map(_told, self.told) if t is not None]
        for i in range(max(len(expected), len(told))):
            line, want = expected[i] if i < len(expected) else (step.line, None)
            got = told[i] if i < len(told) else None
            if not self.report.events.count(got == want):
                kind = (want or got or ("", ()))[0]
                self._differ(step, line, kind, _show_told(want), _show_told(got))

    def _compare_snapshot(self, step: Step) -> None:
        if step.snapshot is None:
            return
        self.line = step.snapshot_line
        expected = comparable_snapshot(step.snapshot)
        got = {} if self.dead else self._snapshot(step)
        if self.report.snapshots.count(got == expected):
            return
        for name in (*expected, *got):
            if expected.get(name) != got.get(name):
                want, have = str(expected.get(name, "none")), str(got.get(name, "none"))
                self._differ(step, step.snapshot_line, f"snapshot {name}", want, have)
                break

    def _snapshot(self, step: Step) -> dict[str, Any]:
        try:
            return heap_snapshot(self.heap)
        except _IMPOSSIBLE as e:
            self._die(step, e)
            return {}

    def _die(self, step: Step, e: Exception) -> None:
        """The replay cannot go on: from now on all that the recording has counts as different."""
        self._differ(step, self.line, step.op["op"], "the runtime went on", f"{type(e).__name__}: {e}")
        self.dead = True

    def _differ(self, step: Step, line: int, what: str, expected: str, got: str) -> None:
        if self.report.first_difference is None:
            self.report.first_difference = Difference(line, step.op["i"], what, expected, got)


def _told(event: Event) -> Told | None:
    """An event as the recordings tell it, None when they do not."""
    if isinstance(event, Picked):  # the recordings tell of the picks from the treap
        return ("treap_pick", (event.base, event.npages, event.span, event.want)) if event.from_large else None
    names = COMPARED_EVENTS.get(event.kind)
    if names is None:
        return None
    return event.kind, tuple(getattr(event, _OUR_NAMES.get(name, name)) for name in names)


def _show_told(told: Told | None) -> str:
    if told is None:
        return "no event"
    kind, values = told
    return f"{kind} {show(dict(zip(COMPARED_EVENTS[kind], values, strict=True)))}"
