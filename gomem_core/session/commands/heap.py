"""Commands to the runtime: collections, their pacing, the scavenger, Ps and MemStats."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.lang.commands import Flush, FreeOs, Gc, GcMark, GcSweep, Gogc, Look, MemStats, Procs, Scavenge, UseP
from gomem_core.queries import show
from gomem_core.queries.data import or_none
from gomem_core.report import Result, format_bytes, signed, told
from gomem_core.session.commands.context import CommandError, Context
from gomem_core.world.strip import LookFailed, Strip
from gomem_core.world.world import known

if TYPE_CHECKING:
    from gomem_core.schema import doing


def _gc(context: Context, _command: Gc) -> Result:
    before = _books(context)
    context.engine.collect()
    return _swept(context, before, "collected")


def _gc_mark(context: Context, _command: GcMark) -> Result:
    waiting = context.engine.mark()
    marked = context.world.sums.stats.heap_marked
    data: doing.Marked = {"marked_bytes": marked, "unswept_spans": waiting}
    one = "marked {marked} in {n} span; it waits to be swept now"
    many = "marked {marked} in {n} spans; every span waits to be swept now"
    if not waiting:  # those that a P had in its cache are swept when they leave it
        one = many = "marked {marked}; no span waits to be swept"
    return Result(told(waiting, one, many, marked=format_bytes(marked)), data)


def _gc_sweep(context: Context, command: GcSweep) -> Result:
    before = _books(context)
    spans = 0
    while command.spans is None or spans < command.spans:
        if context.engine.sweep_one() < 0:
            break
        spans += 1
    return _swept(context, before, told(spans, "swept {n} span", "swept {n} spans"))


def _books(context: Context) -> tuple[int, int, int]:
    """Objects freed so far, their bytes, pages in use: to tell afterwards what changed."""
    m = context.world.sums.mem_stats()
    return m.Frees or 0, (m.TotalAlloc or 0) - m.Alloc, m.HeapInuse >> PAGE_SHIFT


def _swept(context: Context, before: tuple[int, int, int], what: str) -> Result:
    """What was done, and below it a list of what came of it."""
    frees, nbytes, pages = (now - then for now, then in zip(_books(context), before, strict=True))
    done = context.world.sums.sweepdone
    data: doing.Swept = {"freed_slots": frees, "freed_bytes": nbytes, "freed_pages": -pages, "sweepdone": done}
    facts = [
        told(frees, "freed {n} slot ({nbytes})", "freed {n} slots ({nbytes})", nbytes=format_bytes(nbytes)),
        told(-pages, "{n} page went back to the heap", "{n} pages went back to the heap"),
    ]
    if not done:
        facts.append("more spans wait")
    return Result(f"{what}: {'; '.join(facts)}", data)


def _gogc(context: Context, command: Gogc) -> Result:
    context.engine.set_gc_percent(command.percent)
    trigger = context.world.sums.stats.gc_trigger
    data: doing.Gogc = {"gogc": command.percent if command.percent >= 0 else None, "gc_trigger": or_none(trigger)}
    if command.percent < 0:
        return Result("no collection starts by itself any more", data)
    return Result(f"the next collection starts when heap_live reaches {format_bytes(trigger)}", data)


def _scavenge(context: Context, command: Scavenge) -> Result:
    return _released(context, context.engine.scavenge(command.age_ns))


def _freeos(context: Context, _command: FreeOs) -> Result:
    return _released(context, context.engine.free_os_memory())


def _released(context: Context, released: int) -> Result:
    total = context.world.sums.stats.heap_released
    data: doing.Released = {"released": released, "heap_released": total}
    return Result(f"gave {format_bytes(released)} back to the operating system, {format_bytes(total)} in all", data)


def _flush(context: Context, _command: Flush) -> Result:
    cached = sum(len(c.cached) for c in context.world.caches.mcaches())
    context.engine.flush()
    one = "{n} span went from its mcache back to its mcentral"
    many = "{n} spans went from the mcaches back to their mcentrals"
    data: doing.Flushed = {"flushed": cached}
    return Result(told(cached, one, many), data)


def _check_look(context: Context, _command: Look) -> None:
    """Raise CommandError if there is nothing that could be looked at again."""
    _looks(context)


def _looks(context: Context) -> Strip:
    """Returns the looks at a heap that is read.  Raises CommandError."""
    if context.strip is None:
        raise CommandError("this heap is modelled: only one that is read from a process can be looked at again")
    return context.strip


def _look(context: Context, _command: Look) -> Result:
    strip = _looks(context)
    before = _told_figures(strip)
    try:
        strip.advance()
    except LookFailed as e:
        raise CommandError(str(e)) from e
    spans = known(lambda: strip.spans.count)
    both = zip(before, _told_figures(strip), strict=True)
    figures = [f"{name} {value}{_change(was, now, unit)}" for (name, was, _, unit), (_, now, value, _) in both]
    if spans is None and strip.shown.place.note:  # what a line of gctrace says
        figures = [strip.shown.place.note]
    data: doing.Looked = {"look": strip.at + 1, "spans": spans}
    return Result(f"look {strip.at + 1}: {'; '.join(figures)}", data)


def _told_figures(strip: Strip) -> list[tuple[str, int | None, str, str]]:
    """What is told of a look: name, value and unit; None is what is not known."""
    found = (
        ("HeapInuse", known(lambda: strip.sums.mem_stats().HeapInuse), "bytes"),
        ("HeapAlloc", known(lambda: strip.sums.mem_stats().HeapAlloc), "bytes"),
        ("spans", known(lambda: strip.spans.count), ""),
        ("collections", known(lambda: strip.sums.stats.numgc), ""),
    )
    return [(name, v, "?" if v is None else format_bytes(v) if unit else f"{v:,}", unit) for name, v, unit in found]


def _change(was: int | None, now: int | None, unit: str) -> str:
    """How much more or less than at the look before; nothing where it is the same, or not known."""
    return "" if was is None or now is None or was == now else f" ({signed(now - was, unit)})"


def _memstats(context: Context, _command: MemStats) -> Result:
    context.engine.flush()  # as runtime.ReadMemStats does, which changes later addresses
    return show.mem_stats(context.world.sums.mem_stats(), context.world.sums.stats.tinyallocs)


def _procs(context: Context, command: Procs) -> Result:
    context.engine.procs(command.n)
    current = context.engine.ahead.p
    one, many = "{n} P, with the only mcache; P{p} allocates", "{n} Ps, each with its own mcache; P{p} allocates"
    data: doing.Procs = {"procs": command.n, "p": current}
    return Result(told(command.n, one, many, p=current), data)


def _check_p(context: Context, command: UseP) -> None:
    """Raise CommandError if there is no such P."""
    count = len(context.world.caches.mcaches())
    if command.index >= count:
        one, many = (
            "there is no P{p}: P0 is the only one; procs {more} makes more",
            "there is no P{p}: the Ps are 0 to {last}; procs {more} makes more",
        )
        complaint = told(count, one, many, p=command.index, last=count - 1, more=command.index + 1)
        raise CommandError(complaint, str(command.index))


def _use_p(context: Context, command: UseP) -> Result:
    _check_p(context, command)
    context.engine.use_p(command.index)
    data: doing.ChosenP = {"p": command.index}
    return Result(f"P{command.index} allocates from now on", data)


CHECK_HEAP: Final[dict[type, Callable[[Context, Any], None]]] = {UseP: _check_p, Look: _check_look}
EXECUTE_HEAP: Final[dict[type, Callable[[Context, Any], Result]]] = {
    Gc: _gc,
    GcMark: _gc_mark,
    GcSweep: _gc_sweep,
    Gogc: _gogc,
    Scavenge: _scavenge,
    FreeOs: _freeos,
    Flush: _flush,
    Look: _look,
    MemStats: _memstats,
    Procs: _procs,
    UseP: _use_p,
}
