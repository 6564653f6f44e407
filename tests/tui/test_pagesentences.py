"""What is said of the decisions of Go 1.21 and later: every field counts, and what really happened is told in the right words."""

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any, Final

import pytest

from gomem_core.files.script import read_script
from gomem_core.go import pageevents as pe
from gomem_core.go.allevents import ALL_EVENTS, kinds_meant
from gomem_core.go.events import ADDRESSES, BIT_SETS, ClassChosen, Event, Zeroed
from gomem_core.go.versions import PROFILES
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_tui.render.halfway import log_lines
from gomem_tui.render.ladder import ladder, ladder_so_far
from gomem_tui.render.lines import Port, plain
from gomem_tui.render.pagesentences import PAGE_EVENTS
from gomem_tui.render.sentences import COUNTED, function_of, tell
from gomem_tui.render.spoken import spoken_text
from gomem_tui.render.why import Story, why_text
from tests.versions import profile_of, session_of

VERSIONS: Final = ("1.21", "1.22", "1.27")


def done(version: str, *lines: str) -> list[Outcome]:
    """What became of these lines, on an empty heap of a version."""
    session = session_of(version)
    outcomes = [session.submit(line) for line in lines]
    assert [outcome.error for outcome in outcomes] == [None] * len(lines)
    return outcomes


# --- Every kind, every field ----------------------------------------------------------------------------------------------

BASE: Final = 0xC000_0080_0000
PAGE_EVENTS_SAID: Final[tuple[Event, ...]] = (
    pe.PagesTaken(BASE, 2, 10, "cache", 1, 0, ""),
    pe.PagesFreed(BASE, 2, ""),
    pe.PageCacheFilled(1, BASE, 0b111, 0b101),
    pe.PageCacheFlushed(1, BASE, 0b111, 0b101),
    pe.HeapGrown(BASE, 4 << 20, BASE + (4 << 20), BASE + (64 << 20)),
    pe.SpanCached(1, 10, BASE, 3, 2, "partial_swept"),
    pe.SpanUncached(1, 10, BASE, 3, 2, False),
    pe.CentralEmpty(10, 0, 1, 2, 3),
    pe.SpanSwept(BASE, 2, 10, 3, 4, 5, False, "", False),
    pe.PagesReclaimed(2, 512, 1),
    pe.HeaderWritten(BASE, BASE + 8, 3),
    pe.TypeKept(BASE, 3),
    pe.SpanBitsWritten(BASE, BASE + 8064, 6, 3),
    pe.TinyMarked(1, BASE),
    pe.InlineMarksMoved(BASE, 3),
)
OTHERS: Final[dict[str, tuple[object, ...]]] = {  # other values of fields that are no numbers
    "src": ("heap", "heap+grow", "partial_unswept", "full_unswept", "grow"),
    "use": ("stack", "workbuf"),
    "why": ("credit", "reclaim"),
    "scavenged": (0b1, 0b111),
}


def changed(event: Event) -> Iterator[tuple[str, Event]]:
    """The event with another value in one field, for each field."""
    for field in fields(event):
        value: Any = getattr(event, field.name)
        near = (value + 16 if field.name in ADDRESSES else value * 2 + 1,) if isinstance(value, int) else ()
        for other in (not value,) if isinstance(value, bool) else OTHERS.get(field.name, near):
            if field.name != "src" or (isinstance(event, pe.PagesTaken) == (str(other) in ("heap", "heap+grow"))):
                yield field.name, replace(event, **{field.name: other})


def test_all_events_are_told_of() -> None:
    assert {type(event) for event in PAGE_EVENTS_SAID} == PAGE_EVENTS
    assert {kind for kind in ALL_EVENTS if kind.__module__ == pe.__name__} == PAGE_EVENTS
    assert set(COUNTED) == {kind.kind for kind in ALL_EVENTS}
    assert len({kind.kind for kind in ALL_EVENTS}) == len(ALL_EVENTS)


@pytest.mark.parametrize("event", PAGE_EVENTS_SAID, ids=lambda event: event.kind)
def test_every_field_of_an_event_changes_what_is_said_of_it(event: Event) -> None:
    profile = profile_of("1.27")
    said = tell(event, profile)
    assert "{" not in said
    others = list(changed(event))
    assert {name for name, _ in others} == {field.name for field in fields(event)}
    for name, other in others:
        assert tell(other, profile) != said, name


@pytest.mark.parametrize("event", PAGE_EVENTS_SAID, ids=lambda event: event.kind)
def test_the_log_has_every_field_and_addresses_as_such(event: Event) -> None:
    outcome = Outcome("x", None, 1)
    outcome.told.follow(event)
    (line,) = log_lines(outcome, profile_of("1.27"))
    text = plain(line)
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name in ADDRESSES:
            assert f" {field.name} {value:x} " in text
        elif field.name in BIT_SETS:
            assert f" {field.name} {value:#x} " in text
        elif value not in (False, ""):
            assert f" {field.name} {value} " in text


def test_where_all_was_looked_at_no_number_of_a_page_is_told() -> None:
    event = pe.PagesReclaimed(3, pe.RECLAIMED_ALL, 2)
    assert (
        tell(event, profile_of("1.27"))
        == "before it takes 3 pages, the heap sweeps nothing, since all arenas were looked at; pages freed in advance: 2"
    )
    outcome = Outcome("x", None, 1)
    outcome.told.follow(event)
    assert " index all " in plain(log_lines(outcome, profile_of("1.27"))[0])


def test_words_of_one_meaning_are_kinds_of_their_own_versions() -> None:
    assert kinds_meant("cache_span") == kinds_meant("span_cached") == ("cache_span", "span_cached")
    assert kinds_meant("gc_start") == ("gc_start",)


def test_who_asks_for_an_event_of_1_10_means_that_of_a_later_version_too() -> None:
    script = "gomem 1\ngo 1.27\nalloc 48\nexpect event grow\nexpect no event sweep\nalloc 48\ngc mark\nexpect event sweep\n"
    desk = Console(narrate=True, opened=read_script("x.gomem", script, "x.gomem"))
    assert desk.session.world.profile.name == "go1.27"
    for _ in range(3):
        assert desk.unmet(desk.session.forward()) == []
    assert desk.session.at_end
    desk.session.goto(0)
    found = desk.submit("until refill").result
    assert (found is not None and found.found, desk.session.step) == (True, 1)
    found = desk.submit("until span_swept").result
    assert (found is not None and found.found, desk.session.step) == (True, 3)
    desk.session.goto(0)
    found = desk.submit("until span_split").result
    assert found is not None
    assert not found.found


# --- What really happened, in these versions ----------------------------------------------------------------------------------

SCRIPT: Final = (
    *("alloc 48", "alloc 5", "alloc 5", "alloc 48 scan as s", "alloc 1024 scan as h", "alloc 40000 scan as l", "alloc 600000"),
    *("flush", "alloc 48", "alloc 8192 times 3 as f", "drop f.1 h", "gc mark", "alloc 8192", "alloc 48", "alloc 100", "gc"),
    *("procs 2", "p 1", "alloc 300", "procs 1", "freeos"),
)


@cache
def narrated(version: str) -> dict[str, list[tuple[str, str, str]]]:
    """Kind, sentence and Go function of each event of SCRIPT, by the command; " again": its second time."""
    profile, found = profile_of(version), dict[str, list[tuple[str, str, str]]]()
    for number, outcome in enumerate(done(version, *SCRIPT)):
        told = [(event.kind, tell(event, profile), function_of(event, profile)) for event in outcome.events]
        found[SCRIPT[number] + " again" * SCRIPT[:number].count(SCRIPT[number])] = told
    return found


# Slots of 48 bytes: 8192 / 48 = 170; less 128 bytes of pointer bits 168, less 128 of inline marks 168, less both 165.  Spans lie
# one after the other in the first 64 pages, which P0 caches, but for what has 16 pages and more.
SAME: Final = (
    ("alloc 48", "page_cache_filled", "P0's page cache stays empty, since the heap has no free page"),
    *(
        ("alloc 48", kind, text)
        for kind, text in (
            (
                "central_empty",
                "no queue of the mcentral of class 5 noscan has a span with a free slot: partial 0, partialu 0, full 0",
            ),
            (
                "pages_reclaimed",
                "before it takes 1 page, the heap sweeps spans without a page mark, from page 0 on; pages freed in",
            ),
            ("heap_grown", "the heap grew by 4.0M from c000000000 on, up to c000400000; addresses are reserved up to c004000000"),
            (
                "pages_taken",
                "took 1 page from c000000000 on for class 5 noscan, the lowest that are free in a row now that the heap",
            ),
            ("span_cached", "P0 caches span c000000000 of class 5 noscan, which is new; slots taken: 0 of 1"),
        )
    ),
    ("alloc 5", "page_cache_filled", "P0 caches the free ones of the 64 pages from c000000000 on: 63; given back to the OS: 63"),
    (
        "alloc 5",
        "pages_taken",
        "took 1 page from c000002000 on for class 2 noscan, from the page cache of the P; back from the OS: 1",
    ),
    ("alloc 5 again", "tiny_shared", "block c000002000 had room: 10 of its 16 B are taken now"),
    (
        "alloc 600000",
        "pages_taken",
        "took 74 pages from c000080000 on for a large object, the lowest that are free in a row; back from",
    ),
    ("flush", "span_uncached", "P0 gives up span c000002000 of class 2 noscan, which joins partial; slots taken: 1 of 5"),
    ("alloc 48 again", "span_cached", "P0 caches span c000000000 of class 5 noscan, which partial had; slots taken: 1 of 1"),
    (
        "alloc 8192 times 3 as f",
        "span_uncached",
        "P0 gives up span c000012000 of class 51 noscan, which joins full; slots taken: 1 of 1",
    ),
    ("gc mark", "gc_start", "a collection starts, since somebody asked for it"),
    ("gc mark", "pages_taken", "took 4 pages from c000018000 on for work buffers of the collector, from the page cache of the P"),
    (
        "gc mark",
        "span_uncached",
        "P0 gives up span c000000000 of class 5 noscan, which is swept first, as it was cached before the last",
    ),
    (
        "gc mark",
        "span_swept",
        "swept span c000000000 of class 5 noscan, 1 page; slots freed: 0, objects that stay: 2; page marked,",
    ),
    (
        "alloc 8192",
        "span_swept",
        "swept span c000012000 of class 51 noscan, 1 page; slots freed: 1, objects that stay: 0; to be used at",
    ),
    (
        "alloc 8192",
        "span_cached",
        "P0 caches span c000012000 of class 51 noscan, which fullu had, and which was swept for it; slots",
    ),
    ("alloc 100", "span_swept", "swept span c000006000 of class 3"),
    ("alloc 100", "pages_freed", "1 page from c000006000 on went back to the heap, not to the OS"),
    ("gc", "pages_freed", "4 pages from c000018000 on, work buffers of the collector, went back to the heap"),
    ("procs 1", "page_cache_flushed", "P1 returns the free ones of the 64 pages from c000000000 on: 8; given back to the OS: 0"),
    ("freeos", "sys_unused", "the OS has the memory of 8 pages from c000022000 on again; they stay free"),
)


@pytest.mark.parametrize("version", VERSIONS)
def test_decisions_that_all_versions_take(version: str) -> None:
    told = narrated(version)
    for command, kind, begins in SAME:
        said = [text for one, text, _ in told[command] if one == kind]
        assert any(text.startswith(begins) for text in said), (command, kind, said)


BITS, HEADER, LARGE, TINY = "alloc 48 scan as s", "alloc 1024 scan as h", "alloc 40000 scan as l", "alloc 5"
AT_HEADER: Final = (
    "wrote the type into the slot's first word, at c000006000; the object begins at c000006008; words that may hold"
)
NEW_BLOCK: Final = "block c000002000 of 16 B is new; the P goes on with block c000002000, which has more room"
APART: Final[dict[str, tuple[tuple[str, str, str, str], ...]]] = {  # command, kind, how the sentence begins, Go function
    "1.21": (
        (
            BITS,
            "span_bits_written",
            "wrote the pointer bits of c000004000 into the table of its arena: 6 of 6 words",
            "heapBitsSetType",
        ),
        (HEADER, "class_chosen", "1024 B is class 32 exactly, no waste", "mallocgc"),
        (
            HEADER,
            "span_bits_written",
            "wrote the pointer bits of c000006000 into the table of its arena: 128 of",
            "heapBitsSetType",
        ),
        (LARGE, "class_chosen", "40000 B is more than 32 KB: large, 5 pages of its own", "mallocgc"),
        (
            LARGE,
            "span_bits_written",
            "wrote the pointer bits of c000008000 into the table of its arena: 5000 of",
            "heapBitsSetType",
        ),
        (TINY, "tiny_block", NEW_BLOCK, "mallocgc"),
    ),
    "1.22": (
        (
            BITS,
            "span_bits_written",
            "wrote the pointer bits of c000004000 near the end of its span, at c000005f80: 6 of 6",
            "heapSetType",
        ),
        (HEADER, "class_chosen", "1024 B and 8 B for their type go into class 33, slots of 1152 B: 120 B wasted", "mallocgc"),
        (HEADER, "header_written", AT_HEADER, "heapSetType"),
        (LARGE, "class_chosen", "40000 B is more than 32760 bytes: large, 5 pages of its own", "mallocgc"),
        (
            LARGE,
            "type_kept",
            "the span keeps the type of the large object at c000008000; words that may hold pointers: 5000",
            "heapSetType",
        ),
        (TINY, "tiny_block", NEW_BLOCK, "mallocgc"),
    ),
    "1.27": (
        (
            BITS,
            "span_bits_written",
            "wrote the pointer bits of c000004000 near the end of its span, at c000005f00: ",
            "heapSetTypeNoHeader",
        ),
        (HEADER, "class_chosen", "1024 B and 8 B for their type go into class 33, slots of 1152 B: 120 B wasted", "mallocgc"),
        (HEADER, "header_written", AT_HEADER, "heapSetTypeSmallHeader"),
        (
            LARGE,
            "type_kept",
            "the span keeps the type of the large object at c000008000; words that may hold",
            "heapSetTypeLarge",
        ),
        (TINY, "tiny_block", NEW_BLOCK, "mallocgcTiny"),
        (
            "gc mark",
            "inline_marks_moved",
            "moved the marks at the end of span c000000000 to its gcmarkBits: 2",
            "(*mspan).moveInlineMarks",
        ),
    ),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_version_does_in_its_own_way(version: str) -> None:
    told = narrated(version)
    for command, kind, begins, go in APART[version]:
        said = [(text, function) for one, text, function in told[command] if one == kind]
        assert any(text.startswith(begins) and function == go for text, function in said), (command, kind, said)
    kinds = {kind for events in told.values() for kind, _, _ in events}
    assert ("header_written" in kinds) == ("type_kept" in kinds) == (version != "1.21")
    assert ("inline_marks_moved" in kinds) == (version == "1.27")


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_swept_as_payment_and_for_pages_says_so(version: str) -> None:
    outcome = done(version, "alloc 8192 times 300", "gc mark", "alloc 27264")[-1]
    swept = [event for event in outcome.events if isinstance(event, pe.SpanSwept)]
    notes = {event.why: tell(event, profile_of(version)).rpartition("; ")[2] for event in swept}
    assert notes["credit"].startswith("as payment for an allocation, ")
    assert "reclaim" not in notes  # all of them are marked
    (debt,) = (event for event in outcome.events if event.kind == "sweep_debt")
    assert tell(debt, profile_of(version)).startswith("pages to be swept before anything is allocated: ")


def test_pages_that_lie_below_used_ones_count_as_used_until_1_26() -> None:
    said = {
        version: next(text for kind, text, _ in narrated(version)["gc mark"] if kind == "pages_taken") for version in VERSIONS
    }
    assert [text.endswith("; back from the OS: 4; it counts as used, so it is cleared") for text in said.values()] == [
        True,
        True,
        False,
    ]
    assert tell(Zeroed(BASE, 48), profile_of("1.22")).endswith("since the span counts as used")


# --- The ladder ---------------------------------------------------------------------------------------------------------------

RUNGS: Final = ("size class", "tiny block", "mcache", "partial", "partialu", "fullu", "page cache", "mheap", "OS")
CLIMBS: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (  # the lines, the rung that served the last, what it says
    (("alloc 48",), "OS", "the heap grew by 4.0M, up to c000400000"),
    (
        ("alloc 48", "alloc 100"),
        "page cache",
        "was empty, took 63 of the 64 pages at c000000000; gave 1 page at c000002000: no lock",
    ),
    (("alloc 48", "alloc 48"), "mcache", "P0's span c000000000 had 1"),
    (("alloc 5", "alloc 5"), "tiny block", "block c000000000 had room: 10 of its 16 B are taken now"),
    (("alloc 48", "alloc 200000"), "mheap", "the lowest 25 free pages in a row: c000002000"),
    (("alloc 48", "flush", "alloc 48"), "partial", "took span c000000000 with 1"),
    (("alloc 48", "flush", "gc mark", "alloc 48"), "partialu", "took span c000000000 and swept it: 1"),
    (("alloc 4096 times 4 as a", "drop a.3", "gc mark", "alloc 4096"), "partial", "took span c000002000 with 1 free slot"),
    (
        ("alloc 4096 times 5 as a", "drop a.3", "gc mark", "alloc 4096 times 2"),
        "fullu",
        "took span c000002000 and swept it: 1 free slot",
    ),
)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("lines", "rung", "says"), CLIMBS, ids=[" ".join(lines[-2:]) for lines, _, _ in CLIMBS])
def test_the_rung_that_serves(version: str, lines: tuple[str, ...], rung: str, says: str) -> None:
    profile = profile_of(version)
    outcome = done(version, *lines)[-1]
    rungs = ladder(outcome.told.climbs.costliest, profile)
    assert tuple(one.name for one in rungs) == RUNGS == profile.rungs
    (served,) = (one for one in rungs if one.served)
    assert served.name == rung
    assert served.sentence.startswith(says)
    below = rungs[RUNGS.index(rung) + 1 :]
    assert {one.sentence for one in below} <= {"not asked"}
    above = rungs[: RUNGS.index(rung)]
    assert not [one for one in above if one.go and one.go != profile.function("", one.go)]


def test_rungs_say_what_they_had_not() -> None:
    outcome = done("1.27", "alloc 48", "alloc 200000")[-1]
    said = {rung.name: rung.sentence for rung in ladder(outcome.told.climbs.costliest, profile_of("1.27"))}
    assert said["page cache"] == "not asked: 16 pages and more come from the heap"
    assert said["fullu"] == said["tiny block"] == "large objects go straight to mheap"
    outcome = done("1.27", "alloc 48", "alloc 100", "alloc 5M")[-1]
    said = {rung.name: rung.sentence for rung in ladder(outcome.told.climbs.costliest, profile_of("1.27"))}
    assert said["mheap"] == "had no 640 free pages in a row, grew, then gave c000080000"
    assert said["OS"] == "the heap grew by 8.0M, up to c000c00000"  # 640 pages are rounded up to two chunks
    outcome = done("1.27", "alloc 48 times 400", "gc mark", "alloc 5 times 2")[1]
    assert ladder(outcome.told.climbs.costliest, profile_of("1.27")) == []


def test_a_full_span_that_leaves_the_mcache_says_where_it_goes() -> None:
    outcome = done("1.27", "alloc 8192", "alloc 8192")[-1]
    said = {rung.name: rung.sentence for rung in ladder(outcome.told.climbs.costliest, profile_of("1.27"))}
    assert said["mcache"] == "P0's span c000000000 of this class is full; it joins full"


def test_sweeps_on_the_way_stand_at_the_rung_for_which_they_were() -> None:
    outcome = done("1.22", "alloc 8192 times 300", "gc mark", "alloc 27264")[-1]
    said = {rung.name: rung.sentence for rung in ladder(outcome.told.climbs.costliest, profile_of("1.22"))}
    credit = sum(isinstance(event, pe.SpanSwept) and event.why == "credit" for event in outcome.events)
    assert credit > 1
    assert said["partial"] == f"no swept span with a free slot; {credit} spans were swept on the way, all of them in vain"
    outcome = done("1.22", "alloc 4096 times 20 as a", "flush", "drop a.20", "gc mark", "alloc 4096")[-1]
    said = {rung.name: rung.sentence for rung in ladder(outcome.told.climbs.costliest, profile_of("1.22"))}
    assert said["fullu"] == "took span c000012000 and swept it: 1 free slot; 9 spans were swept on the way, all of them in vain"


@pytest.mark.parametrize("version", VERSIONS)
def test_halfway_the_ladder_goes_as_far_as_was_told(version: str) -> None:
    profile = profile_of(version)
    events = done(version, "alloc 48")[0].events
    served = [[rung.name for rung in ladder_so_far(events[:n], profile) if rung.served] for n in range(1, len(events) + 1)]
    grown = next(n for n, event in enumerate(events) if isinstance(event, pe.HeapGrown))
    assert served == [[]] * grown + [["OS"]] * (len(events) - grown)
    assert isinstance(events[0], ClassChosen)
    assert [rung.sentence for rung in ladder_so_far(events[:1], profile)][1:] == ["not asked so far"] * 8


def test_where_there_is_little_room_queues_without_a_span_share_a_line() -> None:
    story = Story(done("1.27", "alloc 48")[0], profile=profile_of("1.27"))
    tall, low = ([plain(line) for line in why_text(story, Port(80, height))] for height in (40, 10))
    assert [line.split()[0] for line in tall if line[:3].strip().isdigit()] == [*"123456789"]
    assert any(line.startswith(" 4 partial, partialu, fullu: no span with a free slot") for line in low)
    assert any(line.startswith(" 9 OS         ● the heap grew by 4.0M") for line in low[:9])


def test_all_rungs_read_well_aloud() -> None:
    story = Story(done("1.27", "alloc 48")[0], profile=profile_of("1.27"))
    said = spoken_text(why_text(story, Port(100, 40)), 100)
    assert any(line.startswith(" 9 OS, served: the heap grew by 4.0M") for line in said)
    assert any(line.startswith(" 7 page cache: is empty, and the heap has no free page") for line in said)
    assert any(line.startswith(" 5 partialu: none waits to be swept") for line in said)
    assert not [line for line in said if "●" in line]
    assert {rung for profile in PROFILES for rung in profile.rungs} >= set(RUNGS)
