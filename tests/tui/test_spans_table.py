"""The columns of the spans table at the widths that panes have."""

from dataclasses import replace

import pytest

from gomem_core.world.changes import Touched
from gomem_tui.render.lines import Port, changed_elsewhere, plain, shown_rows
from gomem_tui.render.spans import render_spans, sort_at
from tests.tui.states import State

SCRIPT = (
    "alloc 48 scan times 200\nalloc 100 times 80\nalloc 40000 as big\n"
    "alloc 2M as gone\ndrop gone\nfreeos\nalloc 100 times 3\ngc mark"
)


def rows(s: State, width: int) -> list[str]:
    return [plain(line).rstrip() for line in render_spans(s.session.world, s.order, Port(width, 24), s.scene)]


def test_80_columns_show_waste_and_sweepgen() -> None:
    lines = rows(State(SCRIPT), 80)
    assert lines[1].split() == ["base", "pages", "cl", "size", "kind", "used", "on", "list", "waste", "sweepgen"]
    waiting = next(line for line in lines if "~ waits" in line)
    assert "%" in waiting
    assert any(line.endswith(" given back") for line in lines)
    assert not any(line.endswith("…") for line in lines)


def test_narrow_tables_show_what_they_are_sorted_by() -> None:
    s = State(SCRIPT)
    assert rows(s, 59)[1].endswith("on list")
    s.order.arrange("waste", descending=True)
    lines = rows(s, 59)
    assert lines[1].endswith("waste")
    shown = [(int(line[2:13], 16), line.split()[-1]) for line in lines[2:] if line.endswith("%")]
    assert len(shown) > 2
    asked = {base: s.session.account.of_span(base) for base, _ in shown}
    percents = [100 * (1 - share.requested / share.total) for share in asked.values() if share is not None]
    assert percents == sorted(percents, reverse=True)
    for base, text in shown:  # what nobody can have, then what is free
        share = asked[base]
        assert share is not None
        vain = share.total - share.requested - share.free_slots
        both = f"{100 * vain / share.total:.0f}+{100 * share.free_slots / share.total:.0f}%"
        assert text == (both if share.requested < share.total else "0%")
    s.order.arrange("sweepgen", descending=False)
    lines = rows(s, 59)
    assert lines[1].endswith("sweepgen")
    assert any(line.endswith(" ~") for line in lines)


def test_lists_have_the_names_that_go_gives_them() -> None:
    text = "\n".join(rows(State("alloc 2M as gone\ndrop gone\ngc\nalloc 48"), 59))
    assert " freelarge" in text
    assert " P0 cache" in text


def test_a_blank_stands_between_a_sign_and_the_name_of_a_list_where_there_is_room() -> None:
    given_back = State("alloc 2M as gone\nalloc 48\ndrop gone\ngc\nfreeos")
    assert "░ freelarge" in "\n".join(rows(given_back, 60))
    assert "░freelarge" in "\n".join(rows(given_back, 59)), "a whole name is worth more"


@pytest.mark.parametrize("width", [59, 60, 80, 84, 120])
@pytest.mark.parametrize("sort", ["base", "waste", "sweepgen"])
def test_each_heading_has_the_cells_of_its_column(width: int, sort: str) -> None:
    s = State(SCRIPT)
    s.order.arrange(sort, descending=False)
    heading = rows(s, width)[1]
    for word, meant in (
        ("base", "base"),
        ("pages", "pages"),
        ("cl", "class"),
        ("size", "size"),
        ("kind", "kind"),
        ("used", "used"),
    ):
        for x in (heading.index(word), heading.index(word) + len(word) - 1):
            assert sort_at(s.session.world, x, width, sort) == meant
    for word, meant in (("on list", "list"), ("waste", "waste"), ("sweepgen", "sweepgen")):
        if word in heading:
            assert sort_at(s.session.world, heading.index(word), width, sort) == meant


def test_notes_on_what_is_not_shown() -> None:
    assert shown_rows(3, 7, 9) == "rows 3–7 of 9"
    assert shown_rows(1, 9, 9) == ""
    assert changed_elsewhere([5, 9], 5, 5) == ""
    assert changed_elsewhere([4, 9], 5, 5) == "+ above"
    assert changed_elsewhere([10], 5, 5) == "+ below"
    assert changed_elsewhere([10, 0], 5, 5) == "+ above, below"


def test_a_span_that_was_merged_into_another_is_no_change_out_of_sight() -> None:
    s = State("alloc 8192 times 60")
    start = s.session.world.extents.arenas.start
    scene = replace(s.scene, touched=Touched({start + 62 * 8192}))  # within the free span at the end
    title = plain(render_spans(s.session.world, s.order, Port(80, 24), scene)[0])
    assert "+ below" not in title
    scene = replace(s.scene, touched=Touched({start + 50 * 8192}))
    assert "+ below" in plain(render_spans(s.session.world, s.order, Port(80, 24), scene)[0])
