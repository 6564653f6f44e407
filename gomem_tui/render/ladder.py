"""The ladder of an allocation: size class → mcache → mcentral → mheap → OS, gathered from its events."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from rich.cells import cell_len

from gomem_core.frozen import frozen
from gomem_core.go import events as e
from gomem_core.go.amd64 import PAGE_SHIFT
from gomem_core.report import counted, format_bytes
from gomem_core.session.told import Climbed, Climbs, Sweeps, sweeping
from gomem_tui.draw.style import Token
from gomem_tui.render.lines import Line, Span, short
from gomem_tui.render.reflow import reflow
from gomem_tui.render.sentences import SENTENCES, tell

RUNGS: Final = ("size class", "mcache", "mcentral", "mheap", "OS")
_GO_ENDS: Final = 118  # column
_CLASS, _MCACHE, _MCENTRAL, _MHEAP, _OS, _COLLECTION = range(6)  # the last is not a rung: it comes after them


_TOLD: Final[dict[type[e.Event], tuple[int, bool]]] = {  # events that say all of a rung, and whether it served
    e.McacheHit: (_MCACHE, True),
    e.McacheMiss: (_MCACHE, False),
    e.CentralPick: (_MCENTRAL, True),
    e.CentralMiss: (_MCENTRAL, False),
}


@frozen
class Rung:
    """One step of the ladder: what it had to say, whether it had what was wanted, and the Go function that decides."""

    sentence: str
    served: bool = False
    go: str = ""


class _Ladder:
    """Listens to the events of one allocation."""

    def __init__(self) -> None:
        self.rungs: dict[int, Rung] = {}
        self._grown = 0  # pages that the OS gave
        self._sweeps: dict[int, Sweeps] = {}  # by the rung on which spans were swept
        self.collection = ""  # what is said of a collection that it started

    def _say(self, rung: int, event: e.Event, served: bool = False) -> None:
        self.rungs[rung] = Rung(tell(event), served, event.go)

    def _say_other(self, rung: int, sentence: str, event: e.Event, served: bool = False, **values: object) -> None:
        self.rungs[rung] = Rung(SENTENCES[sentence].format(**values), served, event.go)

    def hear(self, event: Climbed) -> None:
        """Take one event in."""
        match event:
            case Sweeps():
                self._sweeps[self._sweeping_rung()] = event
            case e.GcStart():
                self._say_collection(event)
            case e.ClassChosen():
                self._say(_CLASS, event)
                if not event.spanclass >> 1:
                    self.rungs[_MCACHE] = self.rungs[_MCENTRAL] = Rung(SENTENCES["large_skips"])
            case e.TinyShared():
                self._say_other(_CLASS, "tiny", event, size=event.size)
                self._say(_MCACHE, event, True)
            case e.TinyBlock():
                self._say_other(_CLASS, "tiny", event, size=event.size)
            case e.Grow():
                self._grown = event.npages
                growth = format_bytes(event.npages << PAGE_SHIFT)
                self._say_other(_OS, "grow", event, True, growth=growth, arena_used=short(event.arena_used))
            case e.Picked():
                self._say_heap(event, "heap_exact", event.npages, pages=counted(event.want, "page"), base=short(event.base))
            case e.SpanSplit():
                total = event.npages + event.rest_npages
                self._say_heap(
                    event,
                    "heap_split",
                    total,
                    total=counted(total, "page"),
                    pages=counted(event.npages, "page"),
                    npages=event.npages,
                    rest=event.rest_npages,
                )
            case e.CentralPick() if event.swept_now and (swept := self._sweeps.get(_MCENTRAL)):
                swept = Sweeps(swept.spans - 1, swept.in_vain - swept.last_in_vain)  # the span it takes says so itself
                self._sweeps[_MCENTRAL] = swept
                self._say(_MCENTRAL, event, True)
            case _ if type(event) in _TOLD:
                self._say(_TOLD[type(event)][0], event, _TOLD[type(event)][1])
            case _:
                pass

    def _say_heap(self, event: e.Picked | e.SpanSplit, sentence: str, found: int, **values: object) -> None:
        """The heap had `found` pages in a row, perhaps only after it had asked the OS or swept."""
        if self._grown:
            asked = "heap_joined" if found > self._grown else "heap_asked"
            sentence = f"{asked}_split" if isinstance(event, e.SpanSplit) else asked
        self._say_other(_MHEAP, sentence, event, not self._grown, **values)

    def _sweeping_rung(self) -> int:
        """Returns the rung at which spans are being swept: for mcentral, for mheap, or for the collection behind it all."""
        if any(rung.served for rung in self.rungs.values()) or _MHEAP in self.rungs:
            return _COLLECTION
        return _MHEAP if _MCENTRAL in self.rungs else _MCENTRAL

    def _say_collection(self, event: e.GcStart) -> None:
        left = self._sweeps.get(_COLLECTION)
        sentence = "collection_sweeps" if left is not None else "collection"
        spans = counted(left.spans, "span") if left is not None else ""
        self.collection = SENTENCES[sentence].format(gc_trigger=format_bytes(event.gc_trigger), spans=spans)

    def told(self, not_asked: str) -> list[Rung]:
        """All five rungs; those below the one that served were not asked."""
        if not self.rungs:
            return []
        rungs = [self.rungs.get(rung, Rung(SENTENCES[not_asked])) for rung in range(len(RUNGS))]
        for number, swept in self._sweeps.items():
            if number != _COLLECTION and swept.spans:
                said = [self.rungs[number].sentence] if number in self.rungs else []  # so far it only swept
                rungs[number] = replace(rungs[number], sentence="; ".join([*said, sweeping(swept.spans, swept.in_vain)]))
        return rungs


def ladder(costliest: Iterable[Climbed]) -> list[Rung]:
    """The rungs that the costliest allocation of a command climbed; none when nothing was allocated."""
    return _climbed(costliest, "not_asked")


def ladder_so_far(told: Iterable[e.Event]) -> list[Rung]:
    """The rungs that the last allocation among the events climbed as far as they go; none when nothing was allocated."""
    climbs = Climbs()
    for event in told:
        climbs.follow(event)
    served = any(rung.served for rung in _climbed(climbs.last, "not_asked"))
    return _climbed(climbs.last, "not_asked" if served else "not_asked_so_far")


def collection(costliest: Iterable[Climbed]) -> str:
    """What is said of the collection that the costliest allocation of a command started; nothing where it started none."""
    told = tuple(costliest)
    return _heard(told).collection if any(isinstance(event, e.GcStart) for event in told) else ""


def _climbed(allocation: Iterable[Climbed], not_asked: str) -> list[Rung]:
    return _heard(allocation).told(not_asked)


def _heard(allocation: Iterable[Climbed]) -> _Ladder:
    found = _Ladder()
    for event in allocation:
        found.hear(event)
    return found


def rung_lines(number: int, rung: Rung, width: int) -> tuple[Line, ...]:
    """A rung, on as many lines as its sentence takes, and at the end of the first, where there is room, the Go function."""
    return _rung_lines(number, rung.sentence, rung.served, rung.go, width)


@lru_cache(maxsize=32)  # most rungs were not asked, in one step as in the next
def _rung_lines(number: int, sentence: str, served: bool, go: str, width: int) -> tuple[Line, ...]:
    token: Token = "new" if served else "text" if go else "dim"
    head: list[Span] = [(f" {number + 1} {RUNGS[number]:<11}", token), ("● " if served else "  ", "new")]
    indent = sum(cell_len(text) for text, _ in head)
    first, *more = reflow([(sentence, token)], width - indent - 1) or [()]
    return (with_go([*head, *first], go, width), *(((" " * indent, "text"), *line) for line in more))


def ladders(rungs: Sequence[Rung], width: int) -> Iterator[list[Line]]:
    """The ladder, and shorter ones: with one line for all rungs that were not asked, and without those."""
    told = [rung_lines(number, rung, width) for number, rung in enumerate(rungs)]
    yield [line for lines in told for line in lines]
    asked = [line for rung, lines in zip(rungs, told, strict=True) if rung.go for line in lines]
    others = [number for number, rung in enumerate(rungs) if not rung.go]
    if others:
        names = ", ".join(RUNGS[number] for number in others)
        text = SENTENCES["not_asked_folded"].format(rungs=names, sentence=rungs[others[0]].sentence)
        yield [*asked, ((f"   {text}", "dim"),)]
    yield asked


def with_go(spans: list[Span], go: str, width: int) -> Line:
    """The line, and the Go function that decides behind it, if there is room: at the end, or where the eye still finds it."""
    used = sum(cell_len(text) for text, _ in spans)
    end = min(width - 1, max(_GO_ENDS, used + len(go) + 2))
    if go and len(go) + 2 <= end - used:
        spans.append((go.rjust(end - used), "dim"))
    return tuple(spans)
