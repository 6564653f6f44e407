"""`gomem verify --live`: a real Go program and the model, operation by operation.

The runner (goprogram.py) does random operations (liveload.py), the model of its heap (livetwin.py) does them first.  Compared
are the address of each object; at each stop the whole heap, which is read from outside; the figures of ReadMemStats; pointer
bits of the runner's objects; and after a collection which of them are left.

What the runtime allocates for itself is no difference: it is counted, and the heap is taken up anew.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gomem_core.both.mstats import NUM_BY_SIZE
from gomem_core.go.versions import profile_named
from gomem_core.modern.malloc import Heap
from gomem_core.outside.look import look_at_process
from gomem_core.outside.process import Process
from gomem_core.outside.program import find_program
from gomem_core.outside.world import world_of
from gomem_core.recordings.goprogram import (
    ALLOC_NOSCAN,
    COLLECT,
    DROP,
    FIGURES,
    RELEASE,
    YIELD,
    LiveError,
    Request,
    Runner,
    Toolchain,
    build,
    running,
    toolchain_of,
)
from gomem_core.recordings.liveload import Load
from gomem_core.recordings.livetwin import Own, Twin, heap_in, of_the_runtime, whole
from gomem_core.recordings.report import Difference, Report
from gomem_core.world.faults import CannotTakeUp, NotAnObject, OutOfMemory, Throw
from gomem_core.world.interrupt import Progress
from gomem_core.world.records import MemStats

MOST_OWN: Final = 0.01  # of the stops may show that the runtime did something for itself
_SETTLING: Final = 50  # looks for the work buffers of a collection to be back
_WRONG: Final = (Throw, OutOfMemory, NotAnObject, LookupError, ValueError)  # the model went another way
_NAMES: Final = ("alloc noscan", "alloc scan", "alloc every 4", "drop", "link", "gc", "FreeOSMemory", "ReadMemStats", "yield")


@dataclass(slots=True)
class LiveReport(Report):
    """What came of it; `file` is the go command."""

    seed: int = 0
    known_as: str | None = None  # the version whose heap was modelled, where there is no row for that of the Go
    stops: int = 0
    collections: int = 0
    own_stops: int = 0  # those at which the runtime had done something for itself
    of_the_runtime: list[str] = field(default_factory=list)  # what that was
    not_compared: int = 0  # addresses that depended on it

    @property
    def is_disturbed(self) -> bool:
        """Whether the runtime did so much for itself that what is equal tells little."""
        return self.own_stops > max(1, MOST_OWN * self.stops)


def verify_live(go: str, ops: int, seed: int, progress: Progress) -> LiveReport:
    """Compare; the program is built, run and ended.  Raises LiveError and OutsideError."""
    toolchain = toolchain_of(go)
    with tempfile.TemporaryDirectory(prefix="gomem-live-") as folder, running(build(toolchain, Path(folder))) as runner:
        live = Live(runner, toolchain, seed)
        live.run(ops, progress)
        return live.report


class Live:
    """A runner, its twin, and what came of comparing them."""

    def __init__(self, runner: Runner, toolchain: Toolchain, seed: int) -> None:
        profile = profile_named(toolchain.known_as)
        assert profile is not None  # a toolchain has one
        later = toolchain.known_as if profile_named(toolchain.version) is None else None
        self.report = LiveReport(toolchain.go, toolchain.version, seed=seed, known_as=later)
        self._load = Load(profile, seed)
        self._runner = runner
        (zerobase,) = runner.ask([(ALLOC_NOSCAN, 0, 0, 0)])
        self._process = Process(runner.pid)
        self._program = find_program(self._process, later)
        self._twin = Twin(self._settled(), zerobase)

    def run(self, ops: int, progress: Progress) -> None:
        """Do the operations, and compare at each stop; ends where the model cannot go on."""
        for batch in self._load.batches(ops):
            try:
                if batch[0][0] in (COLLECT, RELEASE):
                    self._collect(batch[0])
                else:
                    self._batch(batch)
            except _WRONG as e:
                self._differ(self.report.ops, "the model", "the runner goes on", f"{type(e).__name__}: {e}")
                return
            self.report.ops += len(batch)
            self.report.stops += 1
            for _ in batch:
                progress.step()

    # --- The real heap ------------------------------------------------------------------------------------------------------

    def _look(self) -> tuple[Heap, int]:
        """The heap now, and the bytes of work buffers."""
        snapshot = look_at_process(self._process, self._program)
        if snapshot.findings:
            raise LiveError(f"the runner's heap could not be read without contradictions: {snapshot.findings[0]}")
        try:
            return heap_in(world_of(snapshot)), snapshot.stats.in_work_bufs
        except (*_WRONG, CannotTakeUp) as e:
            raise LiveError(f"the runner's heap cannot be taken up: {e}") from e

    def _settled(self) -> Heap:
        """The heap once the background sweeper has given back what marking needed, and all is swept."""
        for _ in range(_SETTLING):
            self._runner.ask([(YIELD, 0, 0, 0)])
            heap, work_buffers = self._look()
            if not work_buffers and heap.mheap.sweepdone:
                return heap
        raise LiveError(f"after {_SETTLING} looks the runner's heap still has work buffers of its last collection")

    # --- Operations ---------------------------------------------------------------------------------------------------------

    def _batch(self, batch: Sequence[Request]) -> None:
        report, twin = self.report, self._twin
        twin.made.clear()
        said = [twin.do(request) for request in batch]
        answers = self._runner.ask(batch)
        real, _ = self._look()
        own = of_the_runtime(twin.heap, real)
        self._compare_answers(batch, said, answers, bool(own))
        slots = [slot for what, slot, *_ in batch if what < DROP]
        if own:
            self._note(own)
            twin.take_tiny_blocks()
        elif self._compare_heaps(real):
            for slot, a, b in zip(slots, twin.pointer_words(twin.heap, slots), twin.pointer_words(real, slots), strict=False):
                if not report.heapbits.count(a == b):
                    self._differ(report.ops, f"pointer bits of object {slot}", f"{b:b}", f"{a:b}")
            return
        twin.take_up(real)

    def _compare_answers(
        self, batch: Sequence[Request], said: Sequence[int | MemStats], answers: Sequence[int], is_disturbed: bool
    ) -> None:
        report, at, made = self.report, 0, iter(self._twin.made)
        for number, (request, expected) in enumerate(zip(batch, said, strict=True), report.ops):
            if isinstance(expected, MemStats):
                size = len(FIGURES) + 3 * NUM_BY_SIZE
                self._compare_figures(number, expected, answers[at : at + size], is_disturbed)
                at += size
                continue
            got = answers[at]
            at += 1
            if request[0] >= DROP:
                continue
            own = next(made)
            if got != expected:
                own.addr = got
                if is_disturbed:
                    report.not_compared += 1
                    continue
            if not report.addresses.count(got == expected):
                what = f"{_NAMES[request[0]]} {request[2]}"
                self._differ(number, what, f"address {got:#x}", f"address {expected:#x}")

    def _compare_figures(self, number: int, said: MemStats, answer: Sequence[int], is_disturbed: bool) -> None:
        got: dict[str, Any] = said._asdict()
        real: dict[str, Any] = dict(zip(FIGURES, answer, strict=False))
        rest = answer[len(FIGURES) :]
        real["BySize"] = tuple(zip(rest[::3], rest[1::3], rest[2::3], strict=True))
        wrong = [name for name, value in real.items() if got[name] != value]
        if wrong and is_disturbed:
            return
        if not self.report.memstats.count(not wrong):
            self._differ(number, f"ReadMemStats {wrong[0]}", str(real[wrong[0]]), str(got[wrong[0]]))

    def _compare_heaps(self, real: Heap) -> bool:
        expected, got = whole(real), whole(self._twin.heap)
        if self.report.snapshots.count(got == expected):
            return True
        name = next(name for name in (*expected, *got) if expected.get(name) != got.get(name))
        self._differ(self.report.ops, f"the heap: {name}", _text(expected.get(name)), _text(got.get(name)))
        return False

    # --- Collections --------------------------------------------------------------------------------------------------------

    def _collect(self, request: Request) -> None:
        report, twin = self.report, self._twin
        self._runner.ask([request])
        real = self._settled()
        report.collections += 1
        objects = [*twin.own()]
        twin.collect(request[0], real)
        own = of_the_runtime(twin.heap, real)
        if own:
            self._note(own)
        else:
            twin.heap.stats.heap_live = real.stats.heap_live  # what was marked, some of it twice: fed, as recordings do
            self._compare_heaps(real)
            for one in objects:
                self._compare_life(one, real)
        twin.forget_dead()
        if own:
            twin.take_tiny_blocks()
        twin.take_up(real)

    def _compare_life(self, one: Own, real: Heap) -> None:
        """Whether an object is left exactly if the program still reaches it."""
        here, there = self._twin.has(one), self._twin.has(one, real)
        if not self.report.events.count(here == there):
            words = {True: "it is left", False: "it is gone"}
            self._differ(self.report.ops, f"after a collection: the object at {one.addr:#x}", words[there], words[here])

    # --- What came of it ----------------------------------------------------------------------------------------------------

    def _note(self, own: list[str]) -> None:
        self.report.own_stops += 1
        self.report.of_the_runtime.append(f"before operation {self.report.ops + 1}: {', '.join(own)}")

    def _differ(self, op: int, what: str, expected: str, got: str) -> None:
        if self.report.first_difference is None:
            self.report.first_difference = Difference(self.report.stops + 1, op, what, expected, got)


def _text(value: object) -> str:
    """A part of a heap, with addresses and bit sets in hexadecimal."""
    if isinstance(value, tuple | list):
        return f"({', '.join(map(_text, value))})"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(one)}" for key, one in value.items())
    return "none" if value is None else f"{value:#x}" if isinstance(value, int) and value >> 32 else str(value)
