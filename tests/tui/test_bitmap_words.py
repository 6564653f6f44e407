"""The bitmap pane tells a word's bits and what is stored there apart, and whole names."""

import pytest

from gomem_tui.render.bitmap import field_cells, render_bitmap, some_names
from gomem_tui.render.lines import Port, plain
from tests.tui.states import State


def text(s: State, port: Port) -> list[str]:
    return [plain(line).rstrip() for line in render_bitmap(s.session.world, port, s.scene, s.session.objects)]


def test_a_stored_pointer_leaves_its_bits_to_be_read() -> None:
    lines = text(State("alloc 32 scan as a\nalloc 32 scan as b\nlink a.0 b"), Port(80, 24))
    assert "│◆→ ◇  ◆  ◆ " in lines[2]  # an object's second word has another use for its scan bit
    assert "│◆  ◇  ◆  ◆ " in lines[3]
    assert "→ a pointer is stored" in lines[-2] or "→ stored" in lines[-2]
    assert "│" in lines[-2]


def test_names_are_whole_or_counted() -> None:
    assert some_names(["o1", "o12", "o123"], 11) == "o1 o12 o123"
    assert some_names(["o1", "o12", "o123"], 10) == "o1 +2 more"
    assert some_names(["o1", "o12", "o123"], 9) == "…"
    assert some_names(["o123"], 3) == "…"
    assert some_names(["o1"], 0) == ""
    assert some_names([], 5) == ""
    assert some_names(["aLongNameOfOne"], 5) == "…"
    assert some_names(["aLongNameOfOne"], 8) == "aLongNa…"
    assert some_names(["aLongNameOfMany.17"], 9) == "aLong….17", "by which it differs from the others"
    assert some_names(["aLongNameOfMany.17", "another"], 9) == "…"
    assert some_names(["長い名前です.2"], 7) == "長い….2"


@pytest.mark.parametrize("width", [40, 59, 80, 120])
def test_slots_of_one_row_show_no_name_that_is_not_theirs(width: int) -> None:
    s = State("alloc 8 times 1500")  # two spans, the first full: four slots a row, with names up to o1024
    s.scene = s.selecting(s.session.world.extents.arenas.start, 3)
    objects = s.session.objects
    for top in (0, 20, 236):
        lines = render_bitmap(s.session.world, Port(width, 24, top), s.scene, objects)
        for number, line in enumerate(lines[2:22], top):
            first = s.session.world.extents.arenas.start + number * 32
            known = {objects.name(oid) for addr in range(first, first + 32, 8) for oid in objects.in_slot(addr, 8)}
            words = {word for word in plain(line).split() if word.startswith("o")}
            assert words <= known


@pytest.mark.parametrize(
    ("name", "room", "shown"),
    [
        ("lastErrorMessage.len", 20, "lastErrorMessage.len"),
        ("lastErrorMessage.len", 19, "lastErrorMessa….len"),
        ("lastErrorMessage.len", 9, "last….len"),
        ("lastErrorMessage.len", 7, "lastEr…"),
        ("lastErrorMessage", 9, "lastErro…"),
        ("a.lastErrorMessage", 9, "a.lastEr…"),
        ("", 9, ""),
    ],
)
def test_a_field_that_is_too_long_keeps_what_tells_its_words_apart(name: str, room: int, shown: str) -> None:
    assert field_cells(name, room) == shown
    assert len(shown) <= room
