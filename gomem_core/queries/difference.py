"""What differs between two stills: marks for panes, and text and data for people and programs.

It reads as what happened from `then` to `now`.  When `then` is the later step, or lies on another branch, nothing happened that
way; the words are chosen so that they hold there too.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from gomem_core.frozen import frozen
from gomem_core.go.amd64 import PTR_SIZE
from gomem_core.go.versions import Profile
from gomem_core.named import NamedTuple
from gomem_core.queries import difference_lists, difference_sums, difference_things
from gomem_core.queries.amounts import Growth
from gomem_core.queries.difference_sections import ROWS_SHOWN, Fate, Section
from gomem_core.queries.difference_things import LinkDiff, SpanDiff, Thing, ThingDiff
from gomem_core.queries.figures import Figures
from gomem_core.queries.growth import growth_told, types_grown
from gomem_core.queries.side import Row, Side, SpanRecord, slot_addresses
from gomem_core.report import Result, signed, told
from gomem_core.world.changes import Touched
from gomem_core.world.interrupt import StopRequest
from gomem_core.world.world import NotKnown

_ABSENT: Final = ("not there", -1)  # state, and the step of birth


_WORDS: Final = {"process": "look", "film": "event"}  # what is counted there, where it is no step


class There(NamedTuple):
    """What the user calls the still with which another is compared; without any of it, it is an unnamed step of one session."""

    bookmark: str = ""
    branch: str = ""
    file: str = ""
    here: str = ""  # what the other one is called, where it is no step of the session either
    when: str = ""  # between which times the two are, of a film: what grew is told first then


@frozen
class Difference:
    """Everything that differs between two stills."""

    touched: Touched  # what panes mark
    fates: dict[int, Fate]  # of each span in `touched`: for panes that mark new, gone and changed ones in different ways
    objects: dict[Row, Fate]  # of objects that are there in one still only, or are dropped in one only
    before: Figures  # the sums then
    result: Result  # with the first rows of each table
    sections: tuple[Section, ...]  # what a person asks for first stands first
    types: tuple[Growth, ...] | None = None  # each type of which there is more or less, what grew most first; None: untold

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not self.result.details

    def lines(self) -> list[str]:
        """Returns it as text with all rows."""
        return [self.result.summary, *(line for one in self.sections for line in one.lines())]


def difference(then: Side, now: Side, there: There, stop: StopRequest | None = None) -> Difference:
    """Compare two stills.

    Raises Stopped, and NotKnown where they are of different versions of Go, whose spans are not the same things.
    """
    if then.profile is not now.profile:
        both = f"{then.profile.name} and {now.profile.name}"
        raise NotKnown(f"heaps of {both} have no spans in common; compare tells what the same commands do on both")
    spans = _span_diffs(then, now)
    said = {d.base: difference_things.what_happened(d) for d in spans}
    real = [d for d in spans if said[d.base]]  # the others differ in nothing that is seen of them: sweepgen, neighbours on a list
    things, made_anew = _thing_diffs(then, now)
    links = _link_diffs(then, now)
    moved = _moved(spans, now.profile)
    touched = Touched(
        spans={d.base for d in real},
        words={d.addr + d.word * PTR_SIZE for d in links},
        targets={to for d in links for to in (d.was, d.now)},
        slots=_slots(spans, links, then, now) | _slots_of_things(things, then, now),
        central=moved | {b.spanclass for a, b in zip(then.central, now.central, strict=True) if a != b},
    )
    types = types_grown(then.still, now.still, stop)
    sections = [
        difference_sums.account_section(then, now),
        difference_sums.types_section(types or ()),
        difference_sums.classes_section(then, now),
        difference_things.spans_section(spans, said),
        difference_things.objects_section(things, made_anew),
        difference_things.links_section(links, then, now),
        difference_lists.central_section(then, now, moved),
        difference_lists.mcache_section(then, now),
        difference_lists.lists_section(then, now),
        difference_sums.counters_section(then, now),
    ]
    data: dict[str, object] = {  # see schema.differences.Difference
        "then": then.step,
        "now": now.step,
        "name": there.bookmark or None,
        "branch": there.branch or None,
        "file": there.file or None,
        "other_file": there.here or None,
        "same": not any(s.total or s.note for s in sections),
        "counts": {s.key: s.total for s in sections},
    }
    data |= {s.key: s.data for s in sections}
    sections = [s for s in sections if s.table.rows or s.note]
    apart = bool(there.branch) or (not there.file and then.step >= now.step)  # no way leads from then to now
    counts = _counts(then, now, _span_counts(spans, len(real), apart), _object_counts(things, made_anew, apart), len(links))
    same = then.still.place.of == now.still.place.of
    if types and not there.when:
        counts += f"; {growth_told(types)}"
    word = _WORDS.get(now.still.place.of, "step") if same else "step"
    summary = _summary(then.step, now.step, there, counts if sections else None, word)
    if types and there.when:
        summary = f"{there.when}: {growth_told(types)}; {summary}"
    result = Result(summary, data, details=tuple(line for s in sections for line in s.lines(ROWS_SHOWN)))
    objects = {(*d.thing, d.born): d.fate for d in things}
    grown = None if types is None else tuple(types)
    return Difference(touched, {d.base: d.fate for d in real}, objects, then.figures, result, tuple(sections), grown)


# --- Comparing --------------------------------------------------------------------------------------------------------------


def _span_diffs(then: Side, now: Side) -> list[SpanDiff]:
    before, after = then.raw_spans, now.raw_spans
    unlike = sorted(base for base in before.keys() | after.keys() if before.get(base) != after.get(base))
    found = [SpanDiff(base, then.span(base), now.span(base)) for base in unlike]
    return [d for d in found if d.then != d.now]


def _moved(spans: Iterable[SpanDiff], profile: Profile) -> set[int]:
    """Span classes of the mcentrals whose lists have other spans, or the same in another order."""
    found = set()
    for d in spans:
        places = [_place(r, profile) for r in (d.then, d.now)]
        if places[0] != places[1]:
            found |= {place[0] for place in places if place is not None}
    return found


def _place(record: SpanRecord | None, profile: Profile) -> tuple[int, str, int, int] | None:
    """Span class, list and neighbours of a span that hangs on a list of an mcentral."""
    if record is None:
        return None
    info = record.info
    if info.list_name is None or info.list_name not in profile.central_names:
        return None
    return info.spanclass, info.list_name, info.next_base or 0, info.prev_base or 0


def _slots(spans: Iterable[SpanDiff], links: Iterable[LinkDiff], then: Side, now: Side) -> set[int]:
    """Addresses of slots that are taken or dead in one moment only, or hold other pointers, and of tiny blocks in use now."""
    found = {d.addr for d in links}
    tiny = {c.p: (c.tiny, c.tinyoffset) for c in then.mcaches}
    found |= {c.tiny for c in now.mcaches if c.tiny and tiny.get(c.p) != (c.tiny, c.tinyoffset)}
    for d in spans:
        if d.then is not None and d.now is not None and d.then.info.elemsize == d.now.info.elemsize:
            found.update(slot_addresses(d.now.info, d.then.allocated ^ d.now.allocated | d.then.live ^ d.now.live))
        else:
            for record in (d.then, d.now):
                found.update(slot_addresses(record.info, record.allocated) if record is not None else ())
    return found


def _thing_diffs(then: Side, now: Side) -> tuple[list[ThingDiff], int]:
    """Objects that differ, in order of birth, and how many differ only in when they were made.

    Numbers of objects say nothing when the moments lie in different branches, so that name, address and size must be the same.
    """
    if then.same_objects == now.same_objects:
        return [], 0
    living, garbage = ((a - b, b - a) for a, b in ((then.living, now.living), (then.garbage, now.garbage)))
    was, now_is = (
        {Thing(*row[:4]): (state, row[4]) for state, rows in (("dropped", dropped), ("alive", alive)) for row in rows}
        for alive, dropped in zip(living, garbage, strict=True)
    )
    found: list[ThingDiff] = []
    made_anew = 0
    for thing in was | now_is:
        (a, born_then), (b, born_now) = was.get(thing, _ABSENT), now_is.get(thing, _ABSENT)
        if a == b:
            made_anew += 1
        else:
            found.append(ThingDiff(thing, max(born_then, born_now), a, b))
    return sorted(found, key=lambda d: (d.born, d.thing.addr, d.thing.name)), made_anew


def _slots_of_things(things: Iterable[ThingDiff], then: Side, now: Side) -> set[int]:
    """Slots of the objects that differ; those of size 0 have none."""
    sides = [(side, d.thing, state) for d in things for side, state in ((then, d.was), (now, d.now))]
    return {side.slot_base(thing.addr) for side, thing, state in sides if thing.size and state in ("alive", "dropped")}


def _link_diffs(then: Side, now: Side) -> list[LinkDiff]:
    before, after = then.links, now.links
    places = sorted({place for place, _ in before.items() ^ after.items()})
    return [LinkDiff(*place, before.get(place, 0), after.get(place, 0)) for place in places]


# --- Words ------------------------------------------------------------------------------------------------------------------


def _summary(then: int, now: int, there: There, counts: str | None, word: str) -> str:
    """One sentence; `counts` None: nothing differs; `word`: step or look."""
    here = there.here or f"{word} {now}"
    name = f"{word} {then} (bookmark {there.bookmark})" if there.bookmark else f"{word} {then}"
    name = there.file or (f"{name} of branch {there.branch}" if there.branch else name)
    if counts is None:
        return f"nothing differs between {name} and {here}"
    if there.branch:
        return f"{here} compared with {name}: {counts}"
    if then > now and not there.file:
        return f"{name} lies ahead of {here}; compared with it, here: {counts}"
    return f"between {name} and {here}: {counts}"


def _counts(then: Side, now: Side, fates: dict[str, int], objects: dict[str, int], links: int) -> str:
    """What differs, in figures; what is not worth a figure here stands in the tables."""
    parts = [", ".join(told(n, *_COUNTS[word]) for word, n in counts.items() if n) for counts in (fates, objects)]
    parts.append(told(links, "{n} link changed", "{n} links changed") if links else "")
    before, after = dict(then.counters), dict(now.counters)
    for counter, label, unit in (("heap_live", "heap_live", "bytes"), ("arena", "arena", "bytes"), ("numgc", "collections", "")):
        was, now_is = before[counter], after[counter]
        change = 0 if was is None or now_is is None else now_is - was
        parts.append(f"{label} {signed(change, unit)}" if change else "")
    return "; ".join(part for part in parts if part) or "neither spans nor objects differ"


def _span_counts(spans: list[SpanDiff], real: int, apart: bool) -> dict[str, int]:
    """How many are new, gone or changed; `real`: of how many more than bookkeeping differs."""
    fates = Counter(d.fate for d in spans)
    new, gone, changed = ("only here", "only there", "different") if apart else ("new", "gone", "changed")
    rest = len(spans) - real
    return {new: fates["new"], gone: fates["gone"], changed: fates["changed"] - rest, "bookkeeping": rest}


def _object_counts(things: list[ThingDiff], made_anew: int, apart: bool) -> dict[str, int]:
    """How many went which way; an object that was made, dropped and freed in between is not seen.

    One that was dropped and is alive is another of the same name, in the slot of the first, which was freed.
    """
    if apart:
        here, there = sum(d.now == "alive" for d in things), sum(d.was == "alive" for d in things)
        return {"alive only here": here, "alive only there": there, "made at another step": made_anew}
    return {
        "born": sum(d.was == "not there" or d.now == "alive" for d in things),
        "dropped": sum(d.was == "alive" or (d.was, d.now) == ("not there", "dropped") for d in things),
        "freed": sum(d.thing.size > 0 and (d.now == "not there" or d.was == "dropped") for d in things),
        "made at another step": made_anew,
    }


_COUNTS: Final = {
    "new": ("{n} span new", "{n} spans new"),
    "gone": ("{n} span gone", "{n} spans gone"),
    "changed": ("{n} span changed", "{n} spans changed"),
    "only here": ("{n} span only here", "{n} spans only here"),
    "only there": ("{n} span only there", "{n} spans only there"),
    "different": ("{n} span different", "{n} spans different"),
    "bookkeeping": ("{n} span only in bookkeeping", "{n} spans only in bookkeeping"),
    "born": ("{n} object born", "{n} objects born"),
    "dropped": ("{n} object dropped", "{n} objects dropped"),
    "freed": ("{n} object freed", "{n} objects freed"),
    "alive only here": ("{n} object alive only here", "{n} objects alive only here"),
    "alive only there": ("{n} object alive only there", "{n} objects alive only there"),
    "made at another step": ("{n} object made at another step", "{n} objects made at another step"),
}
