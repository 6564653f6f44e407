"""Which words of an object may hold pointers, asked of objects that have billions of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.go.heapbits import SPARSE, Pattern, bits_of, count_of, masked
from gomem_core.modern import mbitmap
from gomem_core.modern.mbitmap import heap_set_pattern, heap_set_type, init_bits, may_hold_pointer, object_mask, pointer_count
from gomem_core.modern.mspan import MSpan
from tests.versions import profile_of, session_of

HUGE = ("alloc 48 as small", "alloc 100G scan as big", "link big.5 small", "link big.13421772799 small")


def a_span() -> MSpan:
    """A span of one slot, whose words are described by a run."""
    s = MSpan(0xC000000000, 1)
    s.spanclass, s.elemsize = 0, 8192
    s.cut(1)
    assert s.next_slot() == 0xC000000000
    init_bits(s, profile_of("1.27"))
    return s


@given(run=st.integers(-200, 200), word=st.integers(0, 220))
def test_a_run_tells_how_many_words_and_which(run: int, word: int) -> None:
    s = a_span()
    heap_set_type(s, 0, run)
    words = {*range(run)} if run >= 0 else {*range(0, -run, SPARSE)}
    assert pointer_count(s, 0) == len(words)
    assert may_hold_pointer(s, 0, word) == (word in words)


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.integers(0, 60), st.integers(0, 70))
def test_a_pattern_repeats_over_the_words_of_an_object(of_one: list[bool], words: int, word: int) -> None:
    s = a_span()
    heap_set_pattern(s, 0, Pattern(sum(1 << i for i, pointer in enumerate(of_one) if pointer), len(of_one)), words)
    expected = {i for i in range(words) if of_one[i % len(of_one)]}
    assert pointer_count(s, 0) == len(expected)
    assert may_hold_pointer(s, 0, word) == (word in expected)
    assert object_mask(s, 0) == sum(1 << i for i in expected)


def test_a_mask_of_a_million_words_is_the_same_as_one_of_few() -> None:
    mask = masked(Pattern(0b101, 3), 1_000_001)
    assert count_of(mask) == bits_of(mask).bit_count() == 666_667


def test_no_set_of_bits_is_made_of_an_object_of_100_gb(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would have 13 billion bits: more memory than many a computer has."""
    session = session_of("1.27")
    monkeypatch.delattr(mbitmap, "mask_of")
    for line in HUGE:
        assert session.submit(line).ok, line
    session.check("full")
