"""A session's lines are a list that takes less memory: whatever is done to both, they have the same."""

from hypothesis import given
from hypothesis import strategies as st

from gomem_core.files.lines import BLOCK, Lines

LINE = st.sampled_from(["", "alloc 48", "say x\nalloc 48", "drop a1", "\n", "é\r\x85"])
PLACE = st.integers(0, 3 * BLOCK)
CHANGE = st.one_of(
    st.tuples(st.just("append"), st.integers(0, 2 * BLOCK), LINE),
    st.tuples(st.just("text"), st.integers(1, 3 * BLOCK), LINE),
    st.tuples(st.just("cut"), PLACE, LINE),
    st.tuples(st.just("set"), PLACE, LINE),
)


@given(st.lists(CHANGE, max_size=6), st.lists(st.tuples(PLACE, PLACE), max_size=6))
def test_they_are_as_a_list(changes: list[tuple[str, int, str]], slices: list[tuple[int, int]]) -> None:
    lines, model = Lines(), list[str]()
    for change, at, line in changes:
        before = Lines(lines)
        match change:
            case "append":
                lines.extend([line, "gc"] * at)
                model.extend([line, "gc"] * at)
            case "text":
                lines.extend_text("\n".join(["gc", line] * at))
                model.extend("\n".join(["gc", line] * at).split("\n"))
            case "cut":
                lines.cut(at)
                del model[at:]
            case _ if model:
                lines[at % len(model)] = line
                model[at % len(model)] = line
        assert lines == model
        assert (before == lines) == ([*before] == model)  # a copy is one of its own
    assert len(lines) == len(model)
    assert [*lines] == model
    assert all(lines[at] == model[at] for at in range(-len(model), len(model), 7))
    for start, stop in slices:
        assert lines[start:stop] == model[start:stop]
    assert lines[::-3] == model[::-3]
    assert Lines(model) == lines == Lines(lines)
