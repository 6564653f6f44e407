"""The ladder of an allocation: who was asked, one after the other, and what each had, gathered from its events.

Which rungs there are is told by the version of Go: size class → mcache → mcentral → mheap → OS, or those of its profile.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from rich.cells import cell_len

from gomem_core.go import events as e
from gomem_core.go.versions import Profile
from gomem_core.session.told import Climbed, Climbs, sweeping
from gomem_tui.draw.style import Token
from gomem_tui.render.climb import Climb, Rung
from gomem_tui.render.lines import Line, Span
from gomem_tui.render.pageclimb import PageClimb
from gomem_tui.render.reflow import reflow
from gomem_tui.render.sentences import SENTENCES

_GO_ENDS: Final = 118  # column
_EMPTY: Final = (SENTENCES["queue_empty"], SENTENCES["queue_unswept_empty"])


def ladder(costliest: Iterable[Climbed], profile: Profile) -> list[Rung]:
    """The rungs that the costliest allocation of a command climbed; none when nothing was allocated."""
    return _climbed(costliest, profile, "not_asked")


def ladder_so_far(told: Iterable[e.Event], profile: Profile) -> list[Rung]:
    """The rungs that the last allocation among the events climbed as far as they go; none when nothing was allocated."""
    climbs = Climbs()
    for event in told:
        climbs.follow(event)
    served = any(rung.served for rung in _climbed(climbs.last, profile, "not_asked"))
    return _climbed(climbs.last, profile, "not_asked" if served else "not_asked_so_far")


def collection(costliest: Iterable[Climbed], profile: Profile) -> str:
    """What is said of the collection that the costliest allocation of a command started; nothing where it started none."""
    told = tuple(costliest)
    return _heard(told, profile).collection if any(isinstance(event, e.GcStart) for event in told) else ""


def _climbed(allocation: Iterable[Climbed], profile: Profile, not_asked: str) -> list[Rung]:
    """All rungs of the version; those below the one that served were not asked."""
    climb = _heard(allocation, profile)
    if not climb.rungs:
        return []
    rungs = {name: climb.rungs.get(name, Rung(name, SENTENCES[not_asked])) for name in profile.rungs}
    for name, swept in climb.sweeps().items():
        said = [rungs[name].sentence] if name in climb.rungs else []  # so far it only swept
        rungs[name] = replace(rungs[name], sentence="; ".join([*said, sweeping(swept.spans, swept.in_vain)]))
    return [*rungs.values()]


def _heard(allocation: Iterable[Climbed], profile: Profile) -> Climb:
    found = Climb(profile) if profile.heap_lists is not None else PageClimb(profile)
    for event in allocation:
        found.hear(event)
    return found


def rung_lines(number: int, rung: Rung, names: int, width: int) -> tuple[Line, ...]:
    """A rung, on as many lines as its sentence takes, and at the end of the first, where there is room, the Go function.

    `names`: cells for the names of rungs.
    """
    return _rung_lines(number, rung, names, width)


@lru_cache(maxsize=32)  # most rungs were not asked, in one step as in the next
def _rung_lines(number: int, rung: Rung, names: int, width: int) -> tuple[Line, ...]:
    token: Token = "new" if rung.served else "text" if rung.go else "dim"
    head: list[Span] = [(f" {number + 1} {rung.name:<{names}} ", token), ("● " if rung.served else "  ", "new")]
    indent = sum(cell_len(text) for text, _ in head)
    first, *more = reflow([(rung.sentence, token)], width - indent - 1) or [()]
    return (with_go([*head, *first], rung.go, width), *(((" " * indent, "text"), *line) for line in more))


def all_lines(rungs: Sequence[Rung], width: int) -> list[tuple[Line, ...]]:
    """The lines of each rung."""
    names = max((len(rung.name) for rung in rungs), default=0)
    return [rung_lines(number, rung, names, width) for number, rung in enumerate(rungs)]


def ladders(rungs: Sequence[Rung], width: int) -> Iterator[list[Line]]:
    """The ladder, and shorter ones: with one line for all rungs that were not asked, one for queues without a span, or less."""
    told = all_lines(rungs, width)
    yield [line for lines in told for line in lines]
    asked = [line for rung, lines in zip(rungs, told, strict=True) if rung.go for line in lines]
    others = [rung for rung in rungs if not rung.go]
    if others:
        folded: Line = ((f"   {_folded(others, others[0].sentence)}", "dim"),)
        yield [*asked, folded]
    yield asked
    empty = [number for number, rung in enumerate(rungs) if rung.sentence in _EMPTY]
    if len(empty) > 1:
        text = f" {empty[0] + 1} {_folded([rungs[number] for number in empty], SENTENCES['queues_empty'])}"
        joined = with_go([(text, "text")], rungs[empty[0]].go, width)
        shorter = [
            line
            for number, lines in enumerate(told)
            for line in ((joined,) if number == empty[0] else lines)
            if rungs[number].go and number not in empty[1:]
        ]
        if others:
            yield [*shorter, folded]
        yield shorter


def _folded(rungs: Sequence[Rung], sentence: str) -> str:
    return SENTENCES["folded"].format(rungs=", ".join(rung.name for rung in rungs), sentence=sentence)


def with_go(spans: list[Span], go: str, width: int) -> Line:
    """The line, and the Go function that decides behind it, if there is room: at the end, or where the eye still finds it."""
    used = sum(cell_len(text) for text, _ in spans)
    end = min(width - 1, max(_GO_ENDS, used + len(go) + 2))
    if go and len(go) + 2 <= end - used:
        spans.append((go.rjust(end - used), "dim"))
    return tuple(spans)
