"""Numbers of spans by the addresses of their mspans, against a search through all of them."""

from random import Random

import numpy as np
import pytest

from gomem_core.outside.numbers import Numbers


@pytest.mark.parametrize("apart", [100, 5_000, 10**6, 10**10])  # words from the first to the last; 8 GB are too many for a table
@pytest.mark.parametrize("count", [1, 5, 400])
def test_addresses_of_mspans_lead_to_their_numbers_and_no_others(count: int, apart: int) -> None:
    draw = Random(count + apart)
    for base in (5 * 4096, 0x7F0000000000):
        known = draw.sample(range(base, base + 8 * apart, 8), min(count, apart))
        others = [0, 4, 8, base - 8, base + 4, (1 << 64) - 8, *(draw.randrange(1 << 63) for _ in range(20))]
        asked = [*draw.choices(known, k=50), *others, *(addr + 1 for addr in known[:9]), *(addr + 8 for addr in known[:9])]
        expected = [known.index(addr) if addr in known else -1 for addr in asked]
        assert Numbers(np.array(known, np.uint64)).of(np.array(asked, np.uint64)).tolist() == expected


def test_without_any_span_nothing_leads_anywhere() -> None:
    assert Numbers(np.zeros(0, np.uint64)).of(np.array([0, 8, 1 << 40], np.uint64)).tolist() == [-1, -1, -1]
