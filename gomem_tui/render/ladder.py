"""The ladder of an allocation: size class → mcache → mcentral → mheap → OS, gathered from its events."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len

from gomem_core import events as e
from gomem_core.report import counted, format_bytes
from gomem_core.told import Climbs
from gomem_tui.render.lines import Line, Span, short
from gomem_tui.render.reflow import reflow
from gomem_tui.render.sentences import SENTENCES, tell
from gomem_tui.style import Token

RUNGS: Final = ("size class", "mcache", "mcentral", "mheap", "OS")
_CLASS, _MCACHE, _MCENTRAL, _MHEAP, _OS = range(5)


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

    def _say(self, rung: int, event: e.Event, served: bool = False) -> None:
        self.rungs[rung] = Rung(tell(event), served, event.go)

    def _say_other(self, rung: int, sentence: str, event: e.Event, served: bool = False, **values: object) -> None:
        self.rungs[rung] = Rung(SENTENCES[sentence].format(**values), served, event.go)

    def hear(self, event: e.Event) -> None:
        """Take one event in."""
        match event:
            case e.ClassChosen():
                self._say(_CLASS, event)
                if not event.spanclass >> 1:
                    self.rungs[_MCACHE] = self.rungs[_MCENTRAL] = Rung(SENTENCES["large_skips"])
            case e.TinyShared():
                self._say_other(_CLASS, "tiny", event, size=event.size)
                self._say(_MCACHE, event, True)
            case e.TinyBlock():
                self._say_other(_CLASS, "tiny", event, size=event.size)
            case e.McacheHit():
                self._say(_MCACHE, event, True)
            case e.McacheMiss():
                self._say(_MCACHE, event)
            case e.CentralPick():
                self._say(_MCENTRAL, event, True)
            case e.CentralMiss():
                self._say(_MCENTRAL, event)
            case e.Grow():
                growth = format_bytes(event.npages << 13)
                self._say_other(_OS, "grow", event, True, growth=growth, arena_used=short(event.arena_used))
            case e.Picked():
                asked = _OS in self.rungs
                sentence = "heap_asked" if asked else "heap_exact"
                self._say_other(
                    _MHEAP,
                    sentence,
                    event,
                    not asked,
                    pages=counted(event.want, "page"),
                    npages=event.want,
                    base=short(event.base),
                )
            case e.SpanSplit():
                asked = _OS in self.rungs
                sentence = "heap_asked_split" if asked else "heap_split"
                total, rest = event.npages + event.rest_npages, event.rest_npages
                self._say_other(
                    _MHEAP,
                    sentence,
                    event,
                    not asked,
                    total=counted(total, "page"),
                    pages=counted(event.npages, "page"),
                    npages=event.npages,
                    rest=rest,
                )
            case _:
                pass

    def told(self, not_asked: str) -> list[Rung]:
        """All five rungs; those below the one that served were not asked."""
        if not self.rungs:
            return []
        return [self.rungs.get(rung, Rung(SENTENCES[not_asked])) for rung in range(len(RUNGS))]


def ladder(costliest: Iterable[e.Event]) -> list[Rung]:
    """The rungs that the costliest allocation of a command climbed; none when nothing was allocated."""
    return _climbed(costliest, "not_asked")


def ladder_so_far(told: Iterable[e.Event]) -> list[Rung]:
    """The rungs that the last allocation among the events climbed as far as they go; none when nothing was allocated."""
    climbs = Climbs()
    for event in told:
        climbs.follow(event)
    served = any(rung.served for rung in _climbed(climbs.last, "not_asked"))
    return _climbed(climbs.last, "not_asked" if served else "not_asked_so_far")


def _climbed(allocation: Iterable[e.Event], not_asked: str) -> list[Rung]:
    found = _Ladder()
    for event in allocation:
        found.hear(event)
    return found.told(not_asked)


def rung_lines(number: int, rung: Rung, width: int) -> list[Line]:
    """A rung, on as many lines as its sentence takes, and at the end of the first, where there is room, the Go function."""
    token: Token = "new" if rung.served else "text" if rung.go else "dim"
    head: list[Span] = [(f" {number + 1} {RUNGS[number]:<11}", token), ("● " if rung.served else "  ", "new")]
    indent = sum(cell_len(text) for text, _ in head)
    first, *more = reflow([(rung.sentence, token)], width - indent - 1) or [()]
    return [with_go([*head, *first], rung.go, width), *(((" " * indent, "text"), *line) for line in more)]


def with_go(spans: list[Span], go: str, width: int) -> Line:
    """The line, and the Go function that decides at its end, if there is room for it."""
    room = width - sum(cell_len(text) for text, _ in spans)
    if go and len(go) + 3 < room:
        spans.append((go.rjust(room - 1), "dim"))
    return tuple(spans)
