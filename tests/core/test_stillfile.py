"""A still that was written to a file and read again is equal; a file that was damaged or made up is an error that says where."""

import copy
import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.content import is_still
from gomem_core.files.stillfile import FieldError, read_still, reading, still_bytes
from gomem_core.go.amd64 import U64_MAX
from gomem_core.go.release import Release
from gomem_core.go.versions import GO_1_22, PROFILES
from gomem_core.session.session import Session
from gomem_core.world.facts import Fact
from gomem_core.world.records import McacheInfo, PageCache
from gomem_core.world.still import Facets, Place, Still, StillCaches, StillSums, SumRest
from gomem_core.world.still_slots import StillSlots
from gomem_core.world.still_spans import StillSpans
from gomem_core.world.world import NotKnown, unknown
from tests.core.test_diff import SCRIPTS, played
from tests.core.test_still import answers, still_of
from tests.effort import effort
from tests.madeup import PROFILE, STARTS, made_up
from tests.poor import DOUBTS, NO_CACHES, NO_LISTS, poor
from tests.versions import ANY_VERSION

LIVELY = """alloc 48 scan as a
alloc 24 head times 60
alloc 3 times 5
link a.1 o3
alloc 2M as big
drop o5..o20
gc mark
alloc 100 times 90
alloc 16K times 9
drop big
gc
freeos
procs 2
p 1
alloc 5""".splitlines()


def unpacked(still: Still) -> Any:
    return json.loads(gzip.decompress(still_bytes(still)))


@given(lines=SCRIPTS, version=ANY_VERSION)
def test_what_is_written_is_read(lines: list[str], version: str) -> None:
    still = still_of(played(lines, version))
    data = gzip.decompress(still_bytes(still))
    assert is_still(data)
    again = read_still(data)
    assert again == still
    assert again.place == still.place
    assert answers(again, again.objects) == answers(still, still.objects)
    assert still_bytes(again) == still_bytes(still)


@settings(max_examples=effort(25, 400))
@given(lines=SCRIPTS.filter(bool), event=st.integers(1, 40), back=st.integers(0, 3), version=ANY_VERSION)
def test_a_still_of_a_heap_halfway_in_a_command_is_read_too(lines: list[str], event: int, back: int, version: str) -> None:
    session = played(lines, version)
    session.goto(max(0, session.step - 1 - back), event)
    still = still_of(session)
    assert read_still(gzip.decompress(still_bytes(still))) == still


def of_any_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let files be read that are of the made-up version."""
    monkeypatch.setattr(reading, "PROFILES", (*PROFILES, PROFILE))


def test_what_is_not_known_of_a_heap_is_written_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Facets as their sentences, columns and figures as null; and the table of doubts, where it is not a session's."""
    of_any_version(monkeypatch)
    still = poor()
    found = unpacked(still)
    assert found["lists"] == {"unknown": NO_LISTS.why}
    assert found["spans"]["freeindex"] is None
    again = read_still(json.dumps(found).encode())
    assert again == still
    assert {fact: again.doubt(fact) for fact in Fact} == {fact: still.doubt(fact) for fact in Fact}
    assert unknown(again, "caches") == NO_CACHES.why
    assert again.spans.rows() == still.spans.rows()
    assert still_bytes(again) == still_bytes(still)


def test_a_heap_of_which_some_things_are_known_is_written_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    of_any_version(monkeypatch)
    rich = made_up()
    columns = rich.spans.columns()
    some = columns._replace(swept=(None, *columns.swept[1:]), ptr=(*columns.ptr[:-1], None))
    spans = StillSpans(some, [], rich.extents.arenas, PROFILE, {columns.base[3]: "it is torn"})
    bits = rich.slots.columns()
    words = tuple(bytes([3] * (n * 128)) if not n % 2 else None for n in columns.npages)
    slots = StillSlots(
        spans, bits._replace(root_bits=None, alloc_cache=None, ptr_words=words), None, rich.extents.arenas, 0, PROFILE
    )
    memory = rich.sums.mem_stats()._replace(Mallocs=None, NextGC=None)
    counters = dict(rich.sums.counters) | {"heap_live": None, "next_gc": None, "gc_trigger": U64_MAX, "nsmallfree": None}
    sums = StillSums(counters, memory, SumRest(None, None, 6, None, 3), DOUBTS)
    cache = McacheInfo(4, False, 0, 0, (), PageCache(STARTS[0], 5, 4))
    facets = Facets(spans, slots, NO_LISTS, rich.lists, StillCaches((cache,)), sums, rich.extents)
    place = Place("pid 7", 0, "process", "go9.99.1", "not one moment")
    still = Still(place, PROFILE, facets, {columns.base[0]: "main.T", columns.base[4]: "main.T"}, DOUBTS)
    again = read_still(gzip.decompress(still_bytes(still)))
    assert (again, again.place, again.kind) == (still, place, "still")
    assert still_bytes(again) == still_bytes(still)
    assert again.spans.disputed(columns.base[3]) == "it is torn"
    assert [w.pointer for w in again.slots.words(columns.base[2], 3)] == [None] * 3
    with pytest.raises(NotKnown, match=DOUBTS[Fact.GOGC]):
        again.sums.gcpercent  # noqa: B018 -- asking is enough
    assert again.objects.info(0).type == "main.T"
    whole = unpacked(still)
    for (*way, last), value, message in POOR_DAMAGES:
        damaged = copy.deepcopy(whole)
        at = damaged
        for step in way:
            at = at[step]
        at[last] = value
        with pytest.raises(FieldError) as problem:
            read_still(json.dumps(damaged).encode())
        assert message in str(problem.value)


POOR_DAMAGES: list[tuple[tuple[Any, ...], object, str]] = [
    (("of",), "still", "of: 'session' or"),
    (("go",), 5, "go: a string"),
    (("note",), "x" * 201, "note: a string of at most 200"),
    (("doubts",), {"weather": "it rains"}, "doubts.weather: there is no fact of this name"),
    (("doubts", "gogc"), 5, "doubts.gogc: a string"),
    (("pointers",), {"unknown": 3}, "pointers.unknown: a string"),
    (("pointers",), {}, "pointers.slot is missing"),
    (("caches", 0, "pages"), ["0x1", "0x0", "0x0"], "caches[0].pages: the address of a page"),
    (("caches", 0, "pages"), ["0x0", "0x0"], "caches[0].pages has 2 entries"),
    (("spans", "npages"), None, "spans.npages: a list was expected"),
    (("spans", "next_base", 3), None, "spans.next_base: neighbours are known of all spans, or of none"),
    (("spans", "swept", 1), 1, "spans.swept[1]: true or false"),
    (("spans", "disputes"), {"here": "torn"}, "spans.disputes.here: a number such as 0xc000"),
    (("slots", "alloc_bits"), None, "slots.alloc_bits: a list"),
    (("slots", "ptr_words", 1), "0303", "slots.ptr_words[1]: hexadecimal digits with a bit for each of"),
    (("sums", "counters", "heap_live"), "unknown", "sums.counters.heap_live: a number"),
    (("sums", "mem_stats", "HeapInuse"), None, "sums.mem_stats.HeapInuse: a number"),
    (("objects", "type", 0), 1, "objects.type[0]: a number from 0 to 0"),
    (("objects", "slot", 0), 7, "objects.slot[0]: a number such as 0xc000"),
]


# Ways to damage a file, as a path to a value and the value to put there; None: leave the value out.
DAMAGES = [
    (("gomem_still",), 2, "gomem_still: version 1 was expected"),
    (("kind",), "banana", "kind: 'still' was expected, not 'banana'"),
    (("of",), "still", "of: 'session' or 'film' or"),
    (("objects", "addr", 0), "0x0", "objects.addr[0]: 0x0 is not an allocated slot for 48 bytes"),
    (("objects", "addr", 0), "0xc420000008", "objects.addr[0]: 0xc420000008 is not an allocated slot for 48 bytes"),
    (("lists", "central", 9), [9, [7, 0], 0, 0], "lists.central[9]: lists of (7, 0) spans, where"),
    (("profile",), "go9", "profile: 'go1.10' or 'go1.21' or"),
    (("step",), -1, "step: a number from 0"),
    (("step",), True, "step: a number from 0"),
    (("title",), 7, "title: a string"),
    (("spans", "base", 1), "c420002000", "spans.base[1]: a number such as 0xc000"),
    (("spans", "base", 1), "0xc420002001", "spans.base[1]: a span of one page or more was expected at 0xc420002000"),
    (("spans", "npages", 0), 0, "spans.base[0]: a span of one page or more"),
    (("spans", "npages", 0), 1.5, "spans.npages[0]: a number"),
    (("spans", "state", 0), "used", "spans.state[0]: inuse, manual or free was expected, not 'used'"),
    (("spans", "nelems", 0), 10**6, "spans.elemsize[0]: the slots of the span at 0xc420000000 do not fit"),
    (("spans", "freeindex", 0), 10**6, "spans.elemsize[0]: the slots"),
    (("spans", "spanclass", 0), 134, "spans.elemsize[0]: the slots"),
    (("spans", "list_name", 0), "free[", "spans.list_name[0]: the name of a list"),
    (("spans", "next_base", 0), "0xc420004000", "spans.next_base[0]: neighbours on a list do not know each other"),
    (("spans", "swept", 0), 1, "spans.swept[0]: true or false was expected, not 1"),
    (("spans", "ptr"), None, "spans.ptr is missing"),
    (("spans", "ptr"), [], "spans.ptr has 0 entries"),
    (("slots", "alloc_bits", 0), "0x" + "f" * 400, "slots.alloc_bits[0]: there are only"),
    (("slots", "alloc_cache", 0), "0x" + "f" * 17, "slots.alloc_cache[0]: a set of at most 64 bits"),
    (("pointers", "word", 0), 7, "is not a slot with a word 7"),
    (("lists", "central", 3), [3, [0], 0, 0], "lists.central[3].lengths has 1 entries, where 2 were expected"),
    (("caches",), [], "caches: one of them has to be the current one"),
    (("caches", 1, "cached", 0, 1), "0x1", "caches[1].cached[0].base: the base of a span"),
    (("sums", "counters", "numgc"), "1", "sums.counters.numgc: a number"),
    (("objects", "number", 0), 9, "objects.number"),
    (("objects", "names", "0"), "\x1b[2J", "objects.names.0: the name of an object was expected"),
    (("objects", "names", "99999"), "x", "objects.names.99999: there are only"),
    (("objects", "dropped", 0), 0, "objects.dropped[0]: it was dropped before it was born"),
    (("extents", "arenas", 0), ["0x1", "0x2", "0x3"], "extents.arenas[0]: three borders were expected, in order and of pages"),
    (("extents", "arenas"), [], "extents.arenas: arenas must be apart"),
    (("extents", "regions"), [], "extents.regions: heap: arena is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "message"), DAMAGES, ids=str)
def test_a_damaged_file_says_where(path: tuple[Any, ...], value: object, message: str) -> None:
    whole = copy.deepcopy(unpacked(still_of(played(LIVELY))))
    at = whole
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    with pytest.raises(FieldError) as problem:
        read_still(json.dumps(whole).encode())
    assert message in str(problem.value)


def places(found: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all values, of lists only the first ones."""
    items = [*found.items()] if isinstance(found, dict) else [*enumerate(found[:6])] if isinstance(found, list) else []
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


WHOLE = unpacked(still_of(played(LIVELY)))
PLACES = [place for place in places(WHOLE) if place]
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 200), st.integers(), st.floats(), st.text(max_size=5), st.just([]), st.just({}),
    st.sampled_from(["0x0", "0xc420000000", "0xc420002000", "0x7fffffffffff", "free", "nonempty", "free[3]", ""]),
)  # fmt: skip


def damaged(whole: Any, path: tuple[Any, ...], value: object) -> Any:
    """The same with another value in one place."""
    changed = at = copy.deepcopy(whole)
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


@settings(max_examples=effort(150, 3000))
@given(path=st.sampled_from(PLACES), value=VALUES)
def test_whatever_is_changed_the_file_is_refused_or_answers_everything(path: tuple[Any, ...], value: object) -> None:
    try:
        still = read_still(json.dumps(damaged(WHOLE, path, value)).encode())
    except FieldError:
        return
    answers(still, still.objects)


def test_what_slots_store_is_not_read_without_the_roots() -> None:
    with pytest.raises(FieldError, match=r"slots\.root_bits: a list was expected"):
        read_still(json.dumps(damaged(WHOLE, ("slots", "root_bits"), None)).encode())


@given(data=st.binary(max_size=60))
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(FieldError):
        read_still(b'{"gomem_still":' + data)


def test_deep_json_is_refused() -> None:
    with pytest.raises(FieldError):
        read_still(b'{"gomem_still":' + b"[" * 200_000)


def test_objects_behind_their_type_are_read_back() -> None:
    session = Session().again_on(Release(GO_1_22))
    for line in ("alloc 1024 scan as r times 14", "alloc 5", "alloc 40K scan", "alloc 512 scan", "drop r.3", "gc mark"):
        assert session.submit(line).ok
    still = Still.of(session.world, session.objects, Place("", session.step))
    assert read_still(gzip.decompress(still_bytes(still))) == still
