"""The last entry of a key, as seen from any moment: as a search from behind finds it; and so with names."""

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.world.givennames import GivenNames
from gomem_core.world.latest import NONE, Latest

KEYS = range(30, 35)  # in two blocks of keys
NAMES = ["a", "a1", "a2", "a01", "a10", "b", "b-1", "a.", "a0", "a1234567890", "a123456789", "o", "x1y", "x1y7"]


def searched(entries: list[int], key: int, shown: int) -> int:
    return next((n for n in reversed(range(shown)) if entries[n] == key), NONE)


WAYS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.lists(st.sampled_from(KEYS), max_size=8)),
    max_size=8,
)


@given(st.lists(st.sampled_from(KEYS), max_size=30), WAYS)
def test_at_any_moment_the_last_entry_is_found(entries: list[int], ways: list[tuple[int, int, list[int]]]) -> None:
    latest = Latest()
    latest.append_each(entries)
    for moment, kept, more in ways:
        shown = min(moment, len(entries))
        expected = [searched(entries, key, shown) for key in KEYS]
        assert [latest.find(key, shown) for key in KEYS] == expected
        assert [latest.find(key, shown) for key in KEYS] == expected  # now that each was looked up
        assert [*latest.first_ones(shown)] == [n for n in range(shown) if entries[n] not in entries[:n]]
        for key in KEYS:
            assert [*latest.back(key, shown)] == [n for n in reversed(range(shown)) if entries[n] == key]
        kept = min(kept, len(entries))
        latest.cut(kept, entries[kept:])
        entries = entries[:kept] + more
        latest.append_each(more)


@given(st.lists(st.sampled_from(NAMES), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_names_are_found_as_they_were_given(given_names: list[str], moment: int, kept: int) -> None:
    names, shown = GivenNames(), min(moment, len(given_names))
    names.append_each(given_names)
    assert [names[n] for n in range(len(names))] == given_names
    last = {name: n for n, name in enumerate(given_names[:shown])}
    assert [names.find(name, shown) for name in NAMES] == [last.get(name, NONE) for name in NAMES]
    assert [*names.each(shown)] == [*last.items()]
    kept = min(kept, len(given_names))
    assert names.cut(kept) == given_names[kept:]
    assert [names[n] for n in range(len(names))] == given_names[:kept]
    assert names.find("never", kept) == NONE
