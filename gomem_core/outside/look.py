"""Takes a look at a heap: reads it, and looks again where it was caught in the midst of a change."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np

from gomem_core.outside import parse
from gomem_core.outside.again import read_held
from gomem_core.outside.arrays import Words
from gomem_core.outside.checks import Checked, check
from gomem_core.outside.corefile import CoreFile
from gomem_core.outside.figures import waits
from gomem_core.outside.hold import Held
from gomem_core.outside.numbers import Numbers
from gomem_core.outside.process import Process
from gomem_core.outside.program import Program
from gomem_core.outside.rounds import Raw, read_raw
from gomem_core.outside.snapshot import CACHED, IN_USE, SWEPT, SlotBits, Snapshot, Spans, Types
from gomem_core.outside.typenames import names_of

TRIES: Final = 5
_NAP: Final = 2e-3  # seconds between two tries: the program gets on with what it was doing


def look_at_core(core: CoreFile, program: Program) -> Snapshot:
    """The heap in a core file; raises OutsideError."""
    snapshot, _ = snapshot_of(read_raw(core, program), "core", core.title)
    return replace(snapshot, one_moment=True)


def look_at_process(process: Process, program: Program, *, stop: bool = True) -> Snapshot:
    """The heap of a running program; it stands still only while raw bytes are read.  Raises OutsideError.

    Looks up to TRIES times, until nothing contradicts itself: what still does is marked as disputed.  With `stop` false the
    program is never stopped, and the picture is not of one moment.
    """
    for tries in range(1, TRIES + 1):
        raw, time_held = read_held(process, program) if stop else (read_raw(process, program), Held())
        snapshot, checked = snapshot_of(raw, "process", process.title)
        del raw  # it is as large as all that was read
        if not (checked.findings if stop else checked.moved):
            break
        if tries < TRIES:
            time.sleep(_NAP)
    return replace(snapshot, one_moment=stop, held_ns=time_held.held_ns, stand_ns=time_held.stand_ns, tries=tries)


def snapshot_of(raw: Raw, kind: str, title: str) -> tuple[Snapshot, Checked]:
    """Parse what was read, and check it; meanwhile the kernel counts what of the program is in memory, which takes it as long."""
    with ThreadPoolExecutor(1) as beside:
        mappings = beside.submit(raw.program.source.mappings)
        snapshot, checked = _parsed(raw, kind, title)
        return replace(snapshot, mappings=mappings.result()), checked


def _parsed(raw: Raw, kind: str, title: str) -> tuple[Snapshot, Checked]:
    """What was read, but for what of it is in memory."""
    numbers = Numbers(raw.spans.ptr)
    ps = parse.ps_of(raw, numbers)
    central, lost = parse.central_of(raw, numbers)
    spans = parse.spans_of(raw, ps, central)
    bits = parse.bits_of(raw, spans.inline_marks)
    chunks, arenas = parse.chunks_of(raw), parse.arenas_of(raw)
    checked = check(raw, spans, bits, ps, central, lost, chunks, arenas)
    hints, hints_down = parse.hints_of(raw)
    gcphase = parse.gcphase_of(raw)
    type_words: Words = raw.type_words.column(0, "<u8")
    program = raw.program
    snapshot = Snapshot(
        kind="core" if kind == "core" else "process",
        go=program.version,
        minor=program.minor,
        title=title,
        whole=program.source.is_whole,
        one_moment=False,
        held_ns=0,
        stand_ns=0,
        tries=1,
        spans=replace(spans, disputed=checked.disputed),
        bits=bits,
        pointers=parse.pointers_of(raw, spans.inline_marks),
        types=Types(raw.typed, type_words, raw.types_cut, names_of(program, np.concatenate([type_words, spans.large_type]))),
        central=central,
        ps=ps,
        chunks=chunks,
        arenas=arenas,
        in_use_ranges=raw.ranges.astype(np.int64),
        hints=hints,
        hints_down=hints_down,
        cur_arena=parse.cur_arena_of(raw),
        search_addr=parse.search_addr_of(raw),
        padding=checked.padding,
        sweepgen=parse.heap_sweepgen(raw),
        sweep_done=False,
        sweeping=parse.sweeping_of(raw),
        marking=bool(gcphase) if gcphase is not None else marks_in_swept(spans, bits),
        gcphase=gcphase,
        stats=parse.stats_of(raw),
        pacing=parse.pacing_of(raw),
        mappings=(),
        findings=checked.findings,
    )
    return replace(snapshot, sweep_done=not waits(snapshot).any()), checked


def marks_in_swept(spans: Spans, bits: SlotBits) -> bool:
    """Whether a span that is swept has marks, which only a collection makes that goes on: sweeping takes them away."""
    swept = (spans.state == IN_USE) & ((spans.age == SWEPT) | (spans.age == CACHED))
    return bool((bits.mark_counts[swept] > 0).any())
