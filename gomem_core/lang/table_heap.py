"""The registry's second part: commands to the collector, the heap and the Ps."""

from functools import partial
from typing import Final

from gomem_core.lang import operands as op
from gomem_core.lang.commands import (
    Flush,
    FreeOs,
    Gc,
    GcMark,
    GcSweep,
    Gogc,
    MemStats,
    Procs,
    Scavenge,
    UseP,
)
from gomem_core.lang.grammar import CommandSpec, Shape
from gomem_core.lang.numbers import MAX_INT

_GC = CommandSpec(
    name="gc",
    meant=("collect",),
    shapes=(
        Shape(Gc),
        Shape(GcMark, "mark", help="mark only; garbage keeps its slots until it is swept"),
        Shape(
            partial(GcSweep, spans=None),
            "sweep",
            operands=(op.optional(op.count("spans", "N", 0, MAX_INT, "number of spans")),),
            help="sweep up to N of the spans that are left, or all of them",
        ),
    ),
    summary="Collect garbage, all at once or in parts.",
    help="Without a word after it, it is runtime.GC(): mark, then sweep every span. The two halves can be typed apart, to see "
    "what lies between them: after `gc mark` allocations sweep spans lazily, as they need them.",
    examples=(
        "alloc 48\ndrop o1\ngc",
        "alloc 48\ndrop o1\ngc mark",
        "alloc 48\ndrop o1\ngc mark\ngc sweep 1",
        "alloc 48\ndrop o1\ngc mark\ngc sweep",
    ),
)

_GOGC = CommandSpec(
    name="gogc",
    meant=("setgcpercent",),
    shapes=(Shape(Gogc, operands=(op.PERCENT,)),),
    summary="Set how far the heap may grow between collections.",
    help="With 100, as at the start, the goal is twice what the last mark found. A collection begins earlier, at the "
    "trigger: with 8 MB marked the trigger is 15 MB and the goal 16 MB. The trigger is never below 4 MB * PCT/100. "
    "`off`, or a negative number, leaves collections to `gc`.",
    examples=("gogc 50", "gogc off"),
)

_SCAVENGE = CommandSpec(
    name="scavenge",
    shapes=(Shape(Scavenge, operands=(op.AGE,)),),
    summary="Give pages that were idle for long to the OS.",
    help="Free spans that were not used for AGE (5m if not given, 0 for all) return their pages to the "
    "operating system; the addresses stay the heap's. Time is the session's own: a second a command. "
    "An AGE is a number with a unit: ns, us, ms, s, m or h.",
    examples=("alloc 1M\ndrop o1\ngc\nscavenge 0s", "scavenge"),
)

_FREEOS = CommandSpec(
    name="freeos",
    meant=("freeosmemory",),
    shapes=(Shape(FreeOs),),
    summary="Collect, then give all free pages to the OS.",
    help="This is debug.FreeOSMemory().",
    examples=("alloc 1M\ndrop o1\nfreeos",),
)

_FLUSH = CommandSpec(
    name="flush",
    shapes=(Shape(Flush),),
    summary="Take the spans out of every mcache.",
    help="The mcentrals get them back, as happens at the start of each collection. The next allocation of "
    "each class has to ask for a span again.",
    examples=("alloc 48\nflush",),
)

_MEMSTATS = CommandSpec(
    name="memstats",
    aliases=("mem",),
    meant=("readmemstats",),
    shapes=(Shape(MemStats),),
    summary="Read runtime.MemStats.",
    help="Like the runtime's ReadMemStats it flushes the mcaches first, and so changes where later objects "
    "lie; `show stats` looks without touching.",
    examples=("alloc 48\nmemstats",),
)

_PROCS = CommandSpec(
    name="procs",
    meant=("gomaxprocs",),
    shapes=(Shape(Procs, operands=(op.count("n", "N", 1, 1024, "number of Ps"),)),),
    summary="Set the number of Ps, each with its own mcache.",
    help="Each P has its own mcache and tiny block; mcentrals and the heap are shared. `p K` chooses the P that allocates.",
    examples=("procs 2",),
)

_P = CommandSpec(
    name="p",
    shapes=(Shape(UseP, operands=(op.count("index", "K", 0, 1023, "P number"),)),),
    summary="Allocate on P number K from now on.",
    help="Ps are counted from 0; `procs` says how many there are.",
    examples=("procs 2\np 1",),
)

SPECS: Final = (_GC, _GOGC, _SCAVENGE, _FREEOS, _FLUSH, _MEMSTATS, _PROCS, _P)
