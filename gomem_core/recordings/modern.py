"""Replays a recording of Go 1.21 to 1.27 from the first allocation of its process, and compares every decision.

Some lines are inputs and are fed: what the program did, what the runtime allocated for itself, when a collection or a step of
sweeping came, which objects were marked.  What the allocator made of it is compared: see COMPARED.
"""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gomem_core.both.slots import MSPAN_MANUAL, throw
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.events import Event, SysUnused
from gomem_core.go.heapbits import sparse_ptrdata
from gomem_core.go.pageevents import (
    HeapGrown,
    PageCacheFilled,
    PagesFreed,
    PagesReclaimed,
    PagesTaken,
    SpanCached,
    SpanSwept,
    SpanUncached,
)
from gomem_core.go.versions import profile_named
from gomem_core.modern.malloc import Heap
from gomem_core.modern.mbitmap import inline_marks, pointer_bits
from gomem_core.modern.mgcscavenge import release, scavenge_all
from gomem_core.modern.mheap import NO_P
from gomem_core.modern.mspan import MSpan
from gomem_core.recordings.format import MALFORMED, Record, RecordingError, Records, hex_or_int, problem
from gomem_core.recordings.modernheap import comparable_snapshot, heap_snapshot
from gomem_core.recordings.report import Column, Difference, Report, show
from gomem_core.world.faults import NotAnObject, OutOfMemory, Throw

# What is compared of each event, by the recording's names.
COMPARED: Final = {
    "span": ("base", "npages", "spanclass", "src", "scav", "needzero"),
    "manual": ("base", "npages", "src", "scav", "needzero"),
    "free": ("base", "npages"),
    "pcfill": ("p", "base", "free", "scav"),
    "grow": ("base", "size", "cur_base", "cur_end"),
    "cache": ("p", "spanclass", "base", "freeindex", "count", "src"),
    "uncache": ("p", "spanclass", "base", "freeindex", "count", "stale"),
    "sweep": ("base", "nalloc", "nfreed", "freeindex", "preserve", "why"),
    "reclaim": ("npages", "index", "credit"),
    "scavenge": ("base", "npages"),
    "pace": ("ratio_bits", "live_basis", "swept_basis"),
    "flip": ("sweepgen",),
}
COMPARED_MEMSTATS: Final = (
    *("HeapInuse", "HeapAlloc", "Alloc", "HeapObjects", "HeapReleased", "HeapIdle", "HeapSys", "StackInuse"),
    *("Mallocs", "Frees", "TotalAlloc", "BySize"),
)
_EVENTS: Final = ("span", "free", "pcfill", "grow", "cache", "uncache", "sweep", "reclaim")  # what an input causes
_FED_AMONG: Final = ("scavenge", "pad")  # inputs that stand among the events of another one
_NO_P: Final = 255
_MOST_RECORDS: Final = 5_000_000
_PTRDATA: Final[dict[str, Callable[[int], int]]] = {"n": lambda _: 0, "s": lambda size: size, "h": sparse_ptrdata}
_IMPOSSIBLE: Final = (Throw, OutOfMemory, NotAnObject)  # a replay that went another way than the real runtime

Told = tuple[str, tuple[object, ...]]  # kind of event, its compared fields


def replay_modern(path: Path, header: Record, records: Records) -> Report:
    """Replay a recording whose records after its header are these, and compare.  Raises RecordingError and OSError."""
    lines: list[tuple[int, Record]] = []
    for one in records:
        if len(lines) >= _MOST_RECORDS:
            raise RecordingError(path, one[0], f"a recording has at most {_MOST_RECORDS} lines; here are more")
        lines.append(one)
    report = Report(str(path))
    if not any(record["k"] == "op" for _, record in lines):
        raise RecordingError(path, len(lines) + 1, "there is no op in it (truncated?)")
    if profile_named(header["go"]) is None:
        raise RecordingError(path, 1, f"{header['go']!r} is not a version of Go whose heap is modelled")
    replay: Replay | None = None
    try:
        replay = Replay(report, header, lines)
        replay.run()
    except MALFORMED as e:
        raise RecordingError(path, 1 if replay is None else replay.line, problem(e)) from e
    return report


class Replay:
    """One heap that does what a recording's process did, and is compared at each line."""

    def __init__(self, report: Report, header: Record, lines: list[tuple[int, Record]]) -> None:
        profile = profile_named(header["go"])
        assert profile is not None  # replay_modern has looked
        padding = next((record["npages"] for _, record in lines if record["k"] == "pad"), 0)
        self.report = report
        self.heap = Heap(profile, int(header["heap_base"], 16), padding, gcpercent=-1)
        self.heap.procs(header["procs"])
        self.told: list[Event] = []
        self.heap.set_trace(self.told.append)
        self.addrs: dict[int, int] = {}
        self.kinds: dict[int, str] = {}
        self.headers: dict[str, str] = {}  # what stands before objects of a kind: the address of their type
        self.line = 1
        self._lines = lines
        self._at = 0  # place of the next line
        self._op = 0  # number of the script's line, of the last op
        self._to_release = False  # FreeOSMemory was called: what it gives back is predicted
        self._marks = _marks_of(lines)
        self._cycle = 0
        self._run: dict[str, Callable[[Record], None]] = {
            "op": self._do_op,
            "malloc": self._malloc,
            "manual": self._manual,
            "manual_free": self._manual_free,
            "gc_start": lambda _: self.heap.sweeper.finish(),
            "flip": self._flip,
            "pace": self._pace,
            "release": self._release,
            "sweep": self._sweep,
            "scavenge": self._scavenge,
            "pcflush": self._flush_page_cache,
            "pad": lambda _: None,
            "memstats": self._memstats,
            "heapbits": self._heapbits,
            "snapshot": self._snapshot,
        }

    def run(self) -> None:
        """Do all lines.  Raises KeyError, ValueError, TypeError and the like for a malformed one."""
        while self._at < len(self._lines):
            self.line, record = self._lines[self._at]
            kind = record["k"]
            try:
                if kind in self._run and (_is_step(record) or kind not in _EVENTS):
                    if kind not in ("sweep", "manual"):
                        self._at += 1
                    self._run[kind](record)
                else:
                    self._at += 1
                    self._missed(kind, record)
            except _IMPOSSIBLE as e:
                self._differ(kind, "the runtime went on", f"{type(e).__name__}: {e}")
                self._die()
                return

    # --- Inputs -----------------------------------------------------------------------------------------------------------

    def _do_op(self, record: Record) -> None:
        self._op = record["i"]
        self.report.ops += 1
        self._to_release = record["op"] == "freeosmemory"
        if record["op"] != "alloc":
            return  # what it does follows, line by line
        kind, size = record["kind"], record["size"]
        addr = self._alloc(record, _PTRDATA[kind](size))
        self.addrs[record["id"]], self.kinds[record["id"]] = addr, kind

    def _malloc(self, record: Record) -> None:
        self._alloc(record, 0 if record["noscan"] else record["ptrdata"])

    def _alloc(self, record: Record, ptrdata: int) -> int:
        """Allocate as the program or the runtime did, and compare."""
        self._use(record["p"])
        self._note_sweeping()
        line, addr = self.line, 0

        def alloc() -> None:
            nonlocal addr
            addr = self.heap.alloc(record["size"], ptrdata).addr

        told = self._tell(alloc)
        got: dict[str, object] = {"addr": "zerobase" if addr == self.heap.zerobase else addr}
        if record.get("heap_live") is not None:  # else others allocated meanwhile
            got["heap_live"] = self.heap.stats.heap_live
        expected = {name: hex_or_int(record[name]) for name in got}
        if not self.report.addresses.count(got == expected):
            self._differ("alloc", show(expected), show(got), line)
        self._compare(told)
        return addr

    def _manual(self, record: Record) -> None:
        self._use(record["p"])
        line, at = self.line, self._at
        told = self._tell(lambda: self.heap.mheap.alloc_manual(record["npages"], self.heap.p, record["use"]))
        # Its own line comes first, the events that it causes follow.
        self._compare(sorted(told, key=lambda t: t[0] != "manual"))
        self.line, self._at = line, max(self._at, at + 1)

    def _manual_free(self, record: Record) -> None:
        s = self._span_at(int(record["base"], 16))
        if s is None or s.state != MSPAN_MANUAL:
            throw("recorded_span_exists", f"no stack and no work buffers begin at {record['base']}")
        self.heap.mheap.free_manual(s, record["use"])

    def _span_at(self, base: int) -> MSpan | None:
        h = self.heap.mheap
        page = h.pages.find_page(base)
        s = None if page < 0 else h.spans.get(page)
        return s if s is not None and s.start_addr == base else None

    def _flip(self, record: Record) -> None:
        """Marking is done; which slots it marked, and which spans it marked as used, is told where they are swept."""
        self._cycle += 1
        h = self.heap.mheap
        for base, (marks, page_mark) in self._marks[self._cycle].items():
            s = self._span_at(base)
            if s is not None:
                s.gcmark_bits, s.page_mark = marks, page_mark
        self.heap.gc.flip(record["heap_live"])
        self._compare_one("flip", (h.sweepgen,), record)

    def _pace(self, record: Record) -> None:
        h = self.heap.mheap
        ratio = int(record["ratio_bits"], 16)
        if not ratio and not any(c.partial_unswept or c.full_unswept for c in self.heap.central):
            h.sweepdone = True  # somebody looked, and found nothing left
        pacer = self.heap.gc.pacer
        pacer.pace_sweeper(record["trigger"])  # when the next collection starts is fed, too: its own trigger stays
        bits = struct.unpack("<Q", struct.pack("<d", h.sweep_pages_per_byte))[0]
        self._compare_one("pace", (bits, h.sweep_heap_live_basis, h.swept_basis), record)

    def _sweep(self, record: Record) -> None:
        """Sweep a span; its own line is the first that is told."""
        at = self._at
        self._compare(self._tell(lambda: self.heap.sweeper.sweepone("")))
        if self._at == at:  # here none waits any more
            self._at += 1
            self._missed("sweep", record)

    def _release(self, record: Record) -> None:
        self._use(record["p"])
        mcache = self.heap.mcaches[record["p"]]
        self._compare(self._tell(lambda: mcache.release_all(self.heap.central, record["by"])))

    def _scavenge(self, record: Record) -> None:
        if self._to_release:
            self._to_release = False
            self._at -= 1
            self._compare(self._tell(lambda: scavenge_all(self.heap.mheap)))
        else:
            self._fed_among(record)

    def _fed_among(self, record: Record) -> None:
        if record["k"] != "scavenge":
            return
        page = self.heap.mheap.pages.find_page(int(record["base"], 16))
        if page < 0:
            throw("released_pages_exist", f"no pages lie at {record['base']}")
        release(self.heap.mheap, page, record["npages"])

    def _flush_page_cache(self, record: Record) -> None:
        wanted = tuple(hex_or_int(record[name]) for name in ("base", "free", "scav"))
        for p, cache in enumerate(self.heap.mheap.page_caches):
            if (cache.base, cache.free, cache.scavenged) == wanted:
                self.heap.mheap.flush_page_cache(p)
                return
        self._differ("pcflush", show(dict(zip(("base", "free", "scav"), wanted, strict=True))), "no P has these pages")

    def _use(self, p: int) -> None:
        """Let P number `p` run; 255: there are no Ps yet."""
        if p == _NO_P:
            self.heap.use_p(0)
            self.heap.p = NO_P
            return
        self.heap.use_p(p)

    def _note_sweeping(self) -> None:
        """Whether sweeping goes on is told by whether pages are reclaimed before some are taken."""
        at = self._at
        while at < len(self._lines):
            record = self._lines[at][1]
            if record["k"] == "reclaim" or (record["k"] == "sweep" and not _is_step(record)):
                self.heap.mheap.sweepdone = False
                return
            if record["k"] == "span":
                self.heap.mheap.sweepdone = True
                return
            if record["k"] not in (*_EVENTS, *_FED_AMONG) or record["k"] == "sweep":
                return
            at += 1

    # --- Comparing --------------------------------------------------------------------------------------------------------

    def _tell(self, do: Callable[[], object]) -> list[Told]:
        """What is told while something is done."""
        self.told.clear()
        do()
        return [told for event in self.told if (told := _told(event)) is not None]

    def _compare(self, told: list[Told]) -> None:
        """Compare what was told with the lines from here on; inputs among them are fed afterwards."""
        fed: list[Record] = []
        for kind, values in told:
            while self._at < len(self._lines) and kind != "scavenge" and self._lines[self._at][1]["k"] in _FED_AMONG:
                fed.append(self._lines[self._at][1])
                self._at += 1
            line, record = self._lines[self._at] if self._at < len(self._lines) else (self.line, {"k": ""})
            if record["k"] != kind:
                self.report.events.count(False)
                self._differ(kind, f"{record['k'] or 'the end'}", f"{kind} {_show(kind, values)}", line)
                if record["k"] not in _EVENTS:
                    continue
            else:
                self.line = line
                self._compare_one(kind, values, record)
            self._at += 1
        for record in fed:
            self._fed_among(record)

    def _compare_one(self, kind: str, values: tuple[object, ...], record: Record) -> None:
        expected = tuple(hex_or_int(record[name]) for name in COMPARED[kind])
        if not self.report.events.count(values == expected):
            self._differ(kind, f"{kind} {_show(kind, expected)}", f"{kind} {_show(kind, values)}")

    def _missed(self, kind: str, record: Record) -> None:
        """A line that nothing here has told."""
        if kind not in COMPARED:
            raise ValueError(f"{kind!r} is not a line of a recording")
        self.report.events.count(False)
        values = tuple(hex_or_int(record[name]) for name in COMPARED[kind])
        self._differ(kind, f"{kind} {_show(kind, values)}", "no event")

    def _memstats(self, record: Record) -> None:
        got = self.heap.mem_stats()._asdict()
        got["BySize"] = [list(row) for row in got["BySize"]]
        wrong = [name for name in COMPARED_MEMSTATS if got[name] != record[name]]
        if not self.report.memstats.count(not wrong):
            self._differ(f"memstats {wrong[0]}", str(record[wrong[0]]), str(got[wrong[0]]))

    def _snapshot(self, record: Record) -> None:
        expected, got = comparable_snapshot(record), heap_snapshot(self.heap)
        if self.report.snapshots.count(got == expected):
            return
        for name in (*expected, *got):
            if expected.get(name) != got.get(name):
                self._differ(f"snapshot {name}", str(expected.get(name, "none")), str(got.get(name, "none")))
                return

    def _heapbits(self, record: Record) -> None:
        """Where an object lies, what stands before it, and what the runtime keeps of it at the end of its page.

        Pointer bits of other objects are those of the runtime's own, whose types nobody knows.
        """
        addr = self.addrs[record["id"]]
        s, index = self.heap.find_object(addr)
        kind, before, header = self.kinds[record["id"]], record["before_addr"], self.heap.header(s.spanclass)
        got: dict[str, object] = {
            "addr": addr,
            "slot": s.start_addr + index * s.elemsize,
            "span": s.start_addr,
            "spanclass": s.spanclass,
            "before_addr": self.headers.setdefault(kind, before) if header else "",
        }
        expected = {name: hex_or_int(record[name]) for name in got}
        if header and [known for known, value in self.headers.items() if value == before] != [kind]:
            got["before_addr"] = "an address of its own for each type"
        tail = bytes.fromhex(record["tail"])
        marks, bits = inline_marks(s, self.heap.profile), pointer_bits(s, self.heap.profile)
        if marks:
            expected["marks"], got["marks"] = tail[-len(marks) :].hex(), marks.hex()
            tail = tail[: -len(marks)]
        if bits:
            words = s.elemsize // PTR_SIZE
            own = int.from_bytes(tail[-len(bits) :], "little"), int.from_bytes(bits, "little")
            expected["bits"], got["bits"] = (f"{of >> index * words & (1 << words) - 1:b}" for of in own)
        if not self.report.heapbits.count(got == expected):
            self._differ("heapbits", show(expected), show(got))

    def _die(self) -> None:
        """The replay cannot go on: all that the recording still has counts as different."""
        for _, record in self._lines[self._at :]:
            kind = record["k"]
            if kind in COMPARED:
                self.report.events.count(False)
            elif kind == "malloc" or record.get("op") == "alloc":
                self.report.addresses.count(False)
            elif kind in ("memstats", "heapbits", "snapshot"):
                self._column(kind).count(False)

    def _column(self, kind: str) -> Column:
        return self.report.columns()["snapshots" if kind == "snapshot" else kind]

    def _differ(self, what: str, expected: str, got: str, line: int = 0) -> None:
        if self.report.first_difference is None:
            self.report.first_difference = Difference(line or self.line, self._op, what, expected, got)


def _is_step(record: Record) -> bool:
    """Whether a line asks for a step of sweeping, unless something else has caused it."""
    return record["k"] == "sweep" and not record["preserve"] and record["why"] == ""


def _marks_of(lines: list[tuple[int, Record]]) -> list[dict[int, tuple[int, bool]]]:
    """For each cycle, the first one being that before any: base of a span → its marks, and whether its page mark is set."""
    found: list[dict[int, tuple[int, bool]]] = [{}]
    for _, record in lines:
        if record["k"] == "flip":
            found.append({})
        elif record["k"] == "sweep":
            found[-1][int(record["base"], 16)] = int(record["marks"], 16), record["page_mark"] == 1
    return found


def _told(event: Event) -> Told | None:
    """An event as recordings tell it, None when they do not."""
    match event:
        case PagesTaken() if event.use:
            return "manual", (event.base, event.npages, event.src, event.scav, event.needzero)
        case PagesTaken():
            return "span", (event.base, event.npages, event.spanclass, event.src, event.scav, event.needzero)
        case PagesFreed() if not event.use:
            return "free", (event.base, event.npages)
        case PageCacheFilled():
            return "pcfill", (event.p, event.base, event.free, event.scavenged)
        case HeapGrown():
            return "grow", (event.base, event.nbytes, event.grown_to, event.arena_end)
        case SpanCached():
            p = _NO_P if event.p == NO_P else event.p
            return "cache", (p, event.spanclass, event.base, event.freeindex, event.alloc_count, event.src)
        case SpanUncached():
            p = _NO_P if event.p == NO_P else event.p
            return "uncache", (p, event.spanclass, event.base, event.freeindex, event.alloc_count, event.stale)
        case SpanSwept():
            return "sweep", (event.base, event.nalloc, event.nfreed, event.freeindex, event.preserve, event.why)
        case PagesReclaimed():
            return "reclaim", (event.npages, event.index, event.credit)
        case SysUnused():
            return "scavenge", (event.base, event.npages)
    return None


def _show(kind: str, values: tuple[object, ...]) -> str:
    return show(dict(zip(COMPARED[kind], values, strict=True)))
