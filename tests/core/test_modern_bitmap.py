"""Which words of an object may hold pointers, asked of objects that have billions of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.go.heapbits import SPARSE
from gomem_core.modern import mbitmap
from gomem_core.modern.mbitmap import heap_set_type, init_bits, may_hold_pointer, pointer_count
from gomem_core.modern.mspan import MSpan
from tests.versions import profile_of, session_of

HUGE = ("alloc 48 as small", "alloc 100G scan as big", "link big.5 small", "link big.13421772799 small")


def a_span() -> MSpan:
    """A span of one slot, whose words are described by a run."""
    s = MSpan(0xC000000000, 1)
    s.spanclass, s.elemsize, s.nelems = 0, 8192, 1
    init_bits(s, profile_of("1.27"))
    return s


@given(run=st.integers(-200, 200), word=st.integers(0, 220))
def test_a_run_tells_how_many_words_and_which(run: int, word: int) -> None:
    s = a_span()
    heap_set_type(s, 0, run)
    words = {*range(run)} if run >= 0 else {*range(0, -run, SPARSE)}
    assert pointer_count(s, 0) == len(words)
    assert may_hold_pointer(s, 0, word) == (word in words)


def test_no_set_of_bits_is_made_of_an_object_of_100_gb(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would have 13 billion bits: more memory than many a computer has."""
    session = session_of("1.27")
    monkeypatch.delattr(mbitmap, "mask_of")
    for line in HUGE:
        assert session.submit(line).ok, line
    session.check("full")
