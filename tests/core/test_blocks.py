"""Addresses in tiny blocks that are filled alike are what a list of them would be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gomem_core.world.blocks import Blocks

START = 0xC000010000
FILLED = st.sampled_from([(3, 5), (5, 3), (6, 2), (7, 2), (8, 2), (12, 1)])


@given(filled=FILLED, n=st.integers(0, 40), ends=st.tuples(st.integers(0, 45), st.integers(0, 45)))
def test_they_are_what_a_list_would_be(filled: tuple[int, int], n: int, ends: tuple[int, int]) -> None:
    step, each = filled
    whole = [START + block * 16 + place * step for block in range(n) for place in range(each)][:n]
    start, stop = ends
    for blocks, plain in ((Blocks(START, step, each, n), whole), (Blocks(START, step, each, n)[start:stop], whole[start:stop])):
        assert len(blocks) == len(plain)
        assert [*blocks] == plain
        assert [blocks[i] for i in range(-len(plain), len(plain))] == plain * 2
        for addr in range(START - 20, START + 16 * n + 20):
            assert (addr in blocks) == (addr in plain)
            if addr in plain:
                assert blocks.index(addr) == plain.index(addr)
    with pytest.raises(IndexError):
        Blocks(START, step, each, n)[n]
    with pytest.raises(ValueError, match="0x1 is not among them"):
        Blocks(START, step, each, n).index(1)
    with pytest.raises(ValueError, match="neighbours"):
        Blocks(START, step, each, n)[::2]
