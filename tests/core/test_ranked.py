"""Numbers in the order of keys that change."""

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.queries.ranked import ranked

KEYS = st.integers(0, 4).map(float)


@given(first=st.dictionaries(st.integers(0, 30), KEYS), changes=st.lists(st.tuples(st.integers(0, 30), st.none() | KEYS)))
def test_it_is_in_order_after_each_change(first: dict[int, float], changes: list[tuple[int, float | None]]) -> None:
    known = dict(first)
    rows = ranked(sorted(first.items()))
    for number, key in [(0, known.get(0)), *changes]:
        rows.put(number, key)
        known.pop(number, None)
        if key is not None:
            known[number] = key
        expected = sorted(known, key=lambda one: (known[one], one))
        assert [rows.at(place) for place in range(len(rows))] == expected
        assert [rows.key(one) for one in range(31)] == [known.get(one) for one in range(31)]
        for one in range(31):
            for value in (0.0, 2.0, 4.5):
                assert rows.place(one, value) == sum((known[other], other) < (value, one) for other in known)
