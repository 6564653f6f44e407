"""The last entry of a key, as seen from any moment: as a search from behind finds it."""

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.world.latest import NONE, Latest

KEYS = "abcde"


def searched(entries: str, key: str, shown: int) -> int:
    return entries.rfind(key, 0, shown)


@given(
    st.text(KEYS, max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.text(KEYS, max_size=8)), max_size=8)
)
def test_at_any_moment_the_last_entry_is_found(entries: str, ways: list[tuple[int, int, str]]) -> None:
    latest: Latest[str] = Latest()
    for key in entries:
        latest.append(key)
    for moment, kept, more in ways:
        shown = min(moment, len(entries))
        expected = [searched(entries, key, shown) for key in KEYS]
        assert latest.find_all(KEYS, shown) == expected
        assert latest.find_all(KEYS, shown) == expected  # now that each was looked up
        assert [latest.find(key, shown) for key in KEYS] == expected
        assert dict(latest.each(shown)) == {key: n for key, n in zip(KEYS, expected, strict=True) if n != NONE}
        kept = min(kept, len(entries))
        latest.cut(kept, entries[kept:])
        entries = entries[:kept] + more
        for key in more:
            latest.append(key)
