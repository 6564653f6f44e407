"""How the waste of a span is written."""

import pytest

from gomem_core.queries.spanfilter import Waste


@pytest.mark.parametrize(
    ("waste", "text"),
    [
        (Waste(0.0, 0.0, 0.0), "0%"),
        (Waste(51.2, 5.1, 46.1), "5+46%"),
        (Waste(100 * 170 * 48 / 8192, 0.0, 100 * 170 * 48 / 8192), "0+99%"),  # 99.6: a span that holds nothing has a tail, too
        (Waste(100 * 510 / 512, 0.0, 100 * 510 / 512), "0+99%"),  # 2 of 512 slots are taken
        (Waste(100.0, 0.0, 100.0), "0+100%"),
    ],
)
def test_all_of_it_is_told_only_where_it_is_all(waste: Waste, text: str) -> None:
    assert waste.text == text
