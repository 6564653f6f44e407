"""The alternatives in the footer: as many as fit, the one that is taken among them."""

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.lang import Names
from gomem_tui.explorer.alternatives import Walk, begin

WORDS = st.lists(st.text(alphabet="abc.", min_size=1, max_size=12), min_size=2, max_size=30, unique=True)


def names(*known: str) -> Names:
    def start(prefix: str) -> list[str]:
        return [name for name in known if name.startswith(prefix)]

    return Names(start, start, lambda _: range(0), lambda _: [])


@given(words=WORDS, at=st.integers(-1, 29), width=st.integers(24, 120))
def test_the_line_fits_and_marks_the_one_that_is_taken(words: list[str], at: int, width: int) -> None:
    at = min(at, len(words) - 1)
    line = Walk("drop ", "", "", words, at).shown(width)
    assert len(line) <= width
    shown = line.split()
    taken = [word for word in shown if word.startswith("▸")]
    assert taken == ([f"▸{words[at]}"] if at >= 0 else [])
    plain = [word.lstrip("▸") for word in shown if word != "…"]
    first = words.index(plain[0])
    assert plain == words[first : first + len(plain)]
    assert (shown[0] == "…") == (first > 0)
    assert (shown[-1] == "…") == (first + len(plain) < len(words))


@given(words=WORDS, steps=st.lists(st.sampled_from([1, -1]), max_size=40))
def test_tab_goes_round(words: list[str], steps: list[int]) -> None:
    walk = Walk("a ", "", " z", words)
    assert walk.value == "a  z"
    at = -1
    for step in steps:
        walk.step(step)
        at = at + step if at >= 0 else 0 if step > 0 else -1
        at %= len(words)
        assert walk.value == f"a {words[at]} z"
        assert walk.value[: walk.cursor] == f"a {words[at]}"


def test_what_is_common_is_typed_and_the_rest_of_the_line_stays() -> None:
    walk = begin("", "drop sm big", 7, names("small", "smart"))
    assert walk is not None
    assert (walk.value, walk.cursor, walk.at) == ("drop sma big", 8, -1)
    assert begin("", "drop x", 6, names("small")) is None
    assert begin("", "# drop s", 8, names("small")) is None


def test_of_very_many_what_they_have_in_common_is_not_known() -> None:
    walk = begin("", "drop o", 6, names(*(f"o4{n}" for n in range(500))))
    assert walk is not None
    assert walk.value == "drop o"


def test_a_single_one_is_taken() -> None:
    walk = begin("show spans ", "cl", 2, names())
    assert walk is not None
    assert (walk.value, walk.at) == ("class:", 0)
