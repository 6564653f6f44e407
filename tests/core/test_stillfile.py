"""A still that was written to a file and read again is equal; a file that was damaged or made up is an error that says where."""

import copy
import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.stillfile import FieldError, is_still, read_still, still_bytes
from gomem_core.world.still import Still
from tests.core.test_diff import SCRIPTS, played
from tests.core.test_still import answers, still_of
from tests.effort import effort

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


@given(lines=SCRIPTS)
def test_what_is_written_is_read(lines: list[str]) -> None:
    still = still_of(played(lines))
    data = gzip.decompress(still_bytes(still))
    assert is_still(data)
    again = read_still(data)
    assert again == still
    assert again.place == still.place
    assert answers(again, again.objects) == answers(still, still.objects)
    assert still_bytes(again) == still_bytes(still)


@settings(max_examples=effort(25, 400))
@given(lines=SCRIPTS.filter(bool), event=st.integers(1, 40), back=st.integers(0, 3))
def test_a_still_of_a_heap_halfway_in_a_command_is_read_too(lines: list[str], event: int, back: int) -> None:
    session = played(lines)
    session.goto(max(0, session.step - 1 - back), event)
    still = still_of(session)
    assert read_still(gzip.decompress(still_bytes(still))) == still


# Ways to damage a file, as a path to a value and the value to put there; None: leave the value out.
DAMAGES = [
    (("gomem_still",), 2, "gomem_still: version 1 was expected"),
    (("kind",), "banana", "kind: 'still' was expected, not 'banana'"),
    (("of",), "film", "of: 'session' was expected"),
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


@settings(max_examples=effort(150, 3000))
@given(path=st.sampled_from(PLACES), value=VALUES)
def test_whatever_is_changed_the_file_is_refused_or_answers_everything(path: tuple[Any, ...], value: object) -> None:
    whole = copy.deepcopy(WHOLE)
    at = whole
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    try:
        still = read_still(json.dumps(whole).encode())
    except FieldError:
        return
    answers(still, still.objects)


@given(data=st.binary(max_size=60))
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(FieldError):
        read_still(b'{"gomem_still":' + data)


def test_deep_json_is_refused() -> None:
    with pytest.raises(FieldError):
        read_still(b'{"gomem_still":' + b"[" * 200_000)
