"""Why: the ladder of an allocation, size class → mcache → mcentral → mheap → OS, told from its events.

Every sentence is a whole template with named values.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from rich.cells import cell_len

from gomem_core import events as e
from gomem_core.arch import U64_MAX
from gomem_core.frozen import values_of
from gomem_core.lang.commands import Alloc
from gomem_core.report import format_bytes
from gomem_core.session import Outcome
from gomem_core.sizeclasses import CLASSES
from gomem_tui.render.lines import Line, Port, Span, fit_all, rule, short
from gomem_tui.style import Token

RUNGS: Final = ("size class", "mcache", "mcentral", "mheap", "OS")
_CLASS, _MCACHE, _MCENTRAL, _MHEAP, _OS = range(5)

_ADDRESSES: Final = {"base", "span", "addr", "block", "kept", "arena_used", "rest_base", "other_base", "obj", "value", "old"}

SENTENCES: Final = {
    "exact": "{size} B is class {number} exactly, no waste",
    "rounded": "{size} B goes into class {number}, slots of {elemsize} B: {waste} B wasted",
    "large": "{size} B is more than 32 KB: large, {pages} pages of its own",
    "tiny": "{size} B without pointers is tiny: several share a block of 16 B",
    "shared": "the P's half-used block {block} had room, {offset} of its 16 B are taken now",
    "hit": "P{p}'s span {base} has {nfree} free slots: no lock needed",
    "full": "P{p}'s span {base} of this class is full",
    "none": "P{p} holds no span of this class",
    "central_had": "took span {base} from the list {where}",
    "central_swept": "took span {base} from the list {where} and swept it",
    "central_miss": "nonempty is empty; spans that are full or cached, in empty: {empty}",
    "heap_exact": "a free span of exactly {npages} pages: {base}",
    "heap_split": "took the free span of {total} pages, split {npages} + {rest}",
    "heap_asked": "no free span of {npages} pages: asked the OS, then took all it gave",
    "heap_asked_split": "no free span of {npages} pages: asked the OS, then split {npages} + {rest}",
    "costliest": "the costliest of {times}:",
    "os_grown": "the arena grew by {nbytes}, it ends at {end} now",
    "large_skips": "large objects go straight to mheap",
    "not_asked": "not asked",
    "stored": "word {word} of the object at {obj} held {old} and holds {value} now: {go}, the runtime is not asked",
}


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: what it had to say, whether it had what was wanted, and the Go function that decides."""

    sentence: str
    served: bool = False
    go: str = ""


class _Ladder:
    """Listens to the events of one allocation."""

    def __init__(self) -> None:
        self.rungs: dict[int, Rung] = {}

    def _say(self, rung: int, sentence: str, event: e.Event, served: bool = False, **values: object) -> None:
        self.rungs[rung] = Rung(SENTENCES[sentence].format(**values), served, event.go)

    def hear(self, event: e.Event) -> None:
        """Take one event in."""
        match event:
            case e.ClassChosen():
                self._class_chosen(event)
            case e.TinyShared():
                self._say(_CLASS, "tiny", event, size=event.size)
                self._say(_MCACHE, "shared", event, True, block=short(event.block), offset=event.offset_after)
            case e.TinyBlock():
                self._say(_CLASS, "tiny", event, size=event.size)
            case e.McacheHit():
                self._say(_MCACHE, "hit", event, True, p=event.p, base=short(event.base), nfree=event.nfree)
            case e.McacheMiss():
                self._say(_MCACHE, "full" if event.base else "none", event, p=event.p, base=short(event.base))
            case e.CentralPick():
                sentence = "central_swept" if event.swept_now else "central_had"
                self._say(_MCENTRAL, sentence, event, True, where=event.where, base=short(event.base))
            case e.CentralMiss():
                self._say(_MCENTRAL, "central_miss", event, empty=event.empty)
            case e.Grow():
                self._say(_OS, "os_grown", event, True, nbytes=format_bytes(event.npages << 13), end=short(event.arena_used))
            case e.Picked():
                asked = _OS in self.rungs
                self._say(
                    _MHEAP, "heap_asked" if asked else "heap_exact", event, not asked, npages=event.want, base=short(event.base)
                )
            case e.SpanSplit():
                asked = _OS in self.rungs
                values = {"total": event.npages + event.rest_npages, "npages": event.npages, "rest": event.rest_npages}
                self._say(_MHEAP, "heap_asked_split" if asked else "heap_split", event, not asked, **values)
            case _:
                pass

    def _class_chosen(self, event: e.ClassChosen) -> None:
        number, waste = event.spanclass >> 1, event.elemsize - event.size
        if not number:
            self._say(_CLASS, "large", event, size=event.size, pages=event.elemsize >> 13)
            self.rungs[_MCACHE] = self.rungs[_MCENTRAL] = Rung(SENTENCES["large_skips"])
        else:
            sentence = "rounded" if waste else "exact"
            elemsize = CLASSES[number].size
            self._say(_CLASS, sentence, event, size=event.size, number=number, elemsize=elemsize, waste=waste)

    def told(self) -> list[Rung]:
        """All five rungs; those below the one that served were not asked."""
        if not self.rungs:
            return []
        return [self.rungs.get(rung, Rung(SENTENCES["not_asked"])) for rung in range(len(RUNGS))]


def ladder(told: Sequence[e.Event]) -> list[Rung]:
    """The rungs that the costliest allocation among the events climbed, the last of equals; none when nothing was allocated."""
    best: list[Rung] = []
    for allocation in _allocations(told):
        found = _Ladder()
        for event in allocation:
            found.hear(event)
        rungs = found.told()
        if not best or _height(rungs) >= _height(best):
            best = rungs
    return best


def _height(rungs: list[Rung]) -> int:
    """The number of the rung that served."""
    return max((number for number, rung in enumerate(rungs) if rung.served), default=0)


def _allocations(told: Sequence[e.Event]) -> Iterator[list[e.Event]]:
    """The events of each allocation; what a collection told between two of them is left out."""
    current: list[e.Event] = []
    looked = collecting = False  # a tiny block's allocation begins by looking into the mcache
    for event in told:
        begins = isinstance(event, e.ClassChosen | e.TinyShared) or (looked and isinstance(event, e.McacheHit | e.McacheMiss))
        if begins or (isinstance(event, e.McacheHit | e.McacheMiss) and not current):
            if current:
                yield current
            current, looked, collecting = [], False, False
        looked = looked or isinstance(event, e.McacheHit | e.McacheMiss)
        collecting = collecting or isinstance(event, e.GcStart)
        if not collecting:
            current.append(event)
    if current and not isinstance(current[0], e.GcStart):
        yield current


def render_why(outcome: Outcome | None, notes: Sequence[str], port: Port, log: bool = False) -> list[Line]:
    """Title rule, and the text from line port.top: the ladder and the answer, or the event log."""
    told = [f"{outcome.events_total} events"] if outcome is not None and outcome.events_total else []
    text = why_text(outcome, notes, port, log)[port.top :]
    below = len(text) - (port.height - 1)
    if below > 0:
        told.append(f"{below} more lines: 6, then ↓")
    return fit_all([rule("6 Event log" if log else "6 Why", told, port), *text], port)


def why_text(outcome: Outcome | None, notes: Sequence[str], port: Port, log: bool = False) -> list[Line]:
    """All lines below the title: notes, the command with its answer or its error, and the ladder or a count of the events.

    The script's notes go on top where the rest leaves room for them, else to the end.  Without notes the line on top stays free,
    so that the rungs stand where they stood before and what differs between two allocations shows.
    """
    if log:
        return events_text(outcome)
    width = max(20, port.width - 4)
    told: list[Line] = [((f" # {text}", "label"),) for note in notes for text in wrap(note, width)]
    lines = _outcome_lines(outcome, width)
    room = port.height - 1 - len(lines)
    if outcome is not None and not told and room > 0:
        told = [()]
    return told + lines if room >= len(told) else lines + told


def _outcome_lines(outcome: Outcome | None, width: int) -> list[Line]:
    if outcome is None:
        return [((" Press space to do the first command of the script, : to type one, ? for help.", "text"),)]
    if outcome.error is not None:
        picture = outcome.error.render(outcome.line, width).splitlines()
        failed: list[Line] = [((" ✗ ", "error"), (picture[0], "text"))]
        return failed + [((f"   {text}", "error"),) for text in picture[1:]]
    lines: list[Line] = [((f" {outcome.step} ", "dim"), ("› ", "key"), (outcome.line.strip(), "text"))]
    rungs = ladder(outcome.events) if isinstance(outcome.command, Alloc) else []
    if rungs and isinstance(outcome.command, Alloc) and outcome.command.times > 1:
        lines.append(((" " + SENTENCES["costliest"].format(times=outcome.command.times), "label"),))
    lines += [_rung_line(i, rung, width + 4) for i, rung in enumerate(rungs)]
    if outcome.result is not None:
        result = outcome.result
        lines += [((f"   {text}", "good"),) for text in wrap(result.summary, width)]
        table = result.table.lines() if result.table is not None else []
        lines += [((f"   {text}", "text"),) for text in (*table, *result.details)]
    stored = [event for event in outcome.events if isinstance(event, e.PointerWritten)]
    if stored:
        return lines + [((f"   {text}", "label"),) for event in stored for text in wrap(_stored(event), width)]
    return lines if rungs else lines + _event_counts(outcome, width)


def _stored(event: e.PointerWritten) -> str:
    values = {name: _value(name, getattr(event, name)) for name in ("obj", "old", "value")}
    return SENTENCES["stored"].format(word=event.word, go=event.go, **values)


def events_text(outcome: Outcome | None) -> list[Line]:
    """The event log: every decision of the last command in order, with the Go function that takes it."""
    if outcome is None or not outcome.events:
        return [((" The last command told no events.", "label"),)]
    lines: list[Line] = []
    for number, event in enumerate(outcome.events, 1):
        told = "  ".join(f"{name} {_value(name, value)}" for name, value in values_of(event))
        lines.append(((f" {number:>4} ", "dim"), (f"{event.kind:<15}", "new"), (f" {told}", "text"), (f"  {event.go}", "dim")))
    if outcome.events_total > len(outcome.events):
        lines.append(((f"      and {outcome.events_total - len(outcome.events)} more", "label"),))
    return lines


def _value(name: str, value: object) -> str:
    """Addresses in hexadecimal, "never" as a word."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value == U64_MAX:
            return "never"
        if name in _ADDRESSES:
            return short(value) if value else "nil"
    return str(value)


def _rung_line(number: int, rung: Rung, width: int) -> Line:
    token: Token = "new" if rung.served else "text" if rung.go else "dim"
    spans: list[Span] = [
        (f" {number + 1} {RUNGS[number]:<11}", token),
        ("● " if rung.served else "  ", "new"),
        (rung.sentence, token),
    ]
    room = width - sum(cell_len(text) for text, _ in spans)
    if len(rung.go) + 3 < room:
        spans.append((rung.go.rjust(room - 1), "dim"))
    return tuple(spans)


def _event_counts(outcome: Outcome, width: int) -> list[Line]:
    """What happened inside, kind by kind."""
    counts = Counter(event.kind for event in outcome.events)
    if not counts:
        return []
    text = "inside: " + "   ".join(f"{kind} {n}" for kind, n in counts.most_common())
    return [((f"   {line}", "label"),) for line in wrap(text, width)]
