"""The quick ways through a real heap, in columns, lead where the plain ones do."""

import re
from collections.abc import Callable

import pytest

from gomem_core.outside.world import world_of
from gomem_core.queries.objectorder import ObjectOrder, cells
from gomem_core.queries.slotcolumns import TypeNames, column, in_slots
from gomem_core.world.records import SpanInfo
from gomem_core.world.still import Still
from gomem_core.world.still_slots import StillSlots
from gomem_core.world.still_spans import StillLists
from gomem_tui.render.lines import Port, Scene, plain
from gomem_tui.render.objects import Rows, render_objects
from gomem_tui.render.words import size_text
from tests.outside.corefiles import NAMES
from tests.outside.test_cores import look
from tests.outside.worlds import DRAWN, world


@pytest.mark.parametrize("name", DRAWN)
def test_the_quick_way_to_all_slots_is_the_same_as_the_plain_one(name: str) -> None:
    w = world(name)
    plainly = StillSlots(w.spans, w.slots.columns(), None, w.extents.arenas, 0, w.profile)
    count = w.spans.count
    for start, stop in ((0, count), (0, 0), (3, 4), (count // 3, count // 2), (count - 1, count)):
        assert w.slots.set_bytes(start, stop) == plainly.set_bytes(start, stop)
    counts = [[one.bit_count() for one in w.slots.sets(base) or (0, 0)] for base in w.spans.columns().base]
    assert [[*pair] for pair in zip(*w.slots.slot_counts(), strict=True)] == counts
    assert w.slots.slot_counts() == plainly.slot_counts()


@pytest.mark.parametrize("name", ["idle-1.21.13", "sweep-1.27.3"])
def test_objects_are_filtered_and_sorted_in_columns_as_one_by_one(name: str) -> None:
    w = world(name)
    once, each = (ObjectOrder(w, w.objects, many=many) for many in (0, 1 << 40))
    texts = ("state:dead", "state:taken kind:noscan", "state!=dead", "size>0", "size>=1K", "size:48 kind:scan", "dropped>0", "")
    for text in texts if len(w.objects) < 5000 else texts[:1]:
        for sort in ("state", "size") if not text else ("state",) if text == "state:dead" else ("step",):
            for order in (once, each):
                order.filter(text)
                order.arrange(sort, descending=False)
            rows = [once.oid(row) for row in range(len(once))]
            assert rows == [each.oid(row) for row in range(len(each))], (text, sort)
            if text == "state:dead":
                assert len(rows) == sum((a & ~b).bit_count() for a, b in map(slots_of(w), w.spans.rows()))
            if text == "dropped>0":
                assert rows == [], "what is not known passes nothing"


@pytest.mark.parametrize("name", NAMES)
def test_the_quick_way_to_what_hangs_on_lists_is_the_same_as_by_neighbours(name: str) -> None:
    w = world(name)
    plainly = StillLists(w.spans, w.lists.mcentrals(), w.profile)
    assert w.lists.chains() == plainly.chains()
    assert plainly.chains()
    bases = w.spans.columns().base
    for limit in (0, 1, 1 << 40):
        assert [w.lists.place(base, limit) for base in bases] == [plainly.place(base, limit) for base in bases]
    assert sum(map(len, plainly.chains().values())) == sum(1 for base in bases if w.lists.place(base, 1 << 40))


TEXTS = (
    "00",
    "^c000",
    "^0xc",
    "f8$",
    "0$",
    "^scan$",
    "noscan",
    "main",
    r"^main\.|\d00$",
    r"\?",
    "[^q]0000",
    r"\s0x",  # from one line to the next, in each of them
    r"[^q]can$",
    r"\n\?\s[^n]",
    r"\n0xc000[^q]+8\n",
    "c00 scan",
    "nothing",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", ["idle-1.21.13", "frag-1.27.3", "sweep-1.27.3"])
def test_text_is_found_in_thousands_of_objects_as_in_each(name: str, text: str) -> None:
    w = world(name)
    once, each = (ObjectOrder(w, w.objects, many=many) for many in (0, 1 << 40))
    for order in (once, each):
        order.filter(text)
    rows = [once.oid(row) for row in range(len(once))]
    assert rows == [each.oid(row) for row in range(len(each))]
    wanted = [re.compile(word, re.MULTILINE) for word in text.split()]
    said = [cells(w.objects.info(oid)) for oid in range(len(w.objects))]
    assert sorted(rows) == [oid for oid, row in enumerate(said) if all(one.search(row) for one in wanted)]
    places = [once.number(oid) for oid in range(0, len(w.objects), 97)]
    assert places == [rows.index(oid) if oid in rows else -1 for oid in range(0, len(w.objects), 97)]


@pytest.mark.parametrize("name", ["idle-1.21.13", "frag-1.27.3", "sweep-1.27.3"])
def test_fields_of_thousands_of_objects_are_those_of_each(name: str) -> None:
    w = world(name)
    of = in_slots(w.objects)
    assert of is not None
    count = len(of)
    types = TypeNames(of)
    for start, stop in ((0, count), (7, 8), (count // 3, count // 2), (count - 1, count + 5), (5, 5)):
        infos = [of.info(oid) for oid in range(start, min(stop, count))]
        assert column(of, "addr", start, stop).tolist() == [info.addr for info in infos]
        assert column(of, "slot", start, stop).tolist() == [w.slots.elemsize_at(info.addr) for info in infos]
        assert [n == 0 for n in column(of, "ptrdata", start, stop)] == [info.ptrdata == 0 for info in infos]
        assert [types.names[n] for n in types.places(start, stop)] == [info.type for info in infos]


@pytest.mark.parametrize("many", [0, 1 << 40])
def test_objects_are_filtered_by_their_slots_where_it_is_not_known_what_was_asked_for(many: int) -> None:
    w = world("idle-1.21.13")
    order = ObjectOrder(w, w.objects, many=many)
    slots = [w.slots.elemsize_at(w.objects.addr(oid)) for oid in range(len(w.objects))]
    for text, wanted in (("size>=1K", [slot >= 1024 for slot in slots]), ("size:48", [slot == 48 for slot in slots])):
        order.filter(text)
        rows = [order.oid(row) for row in range(len(order))]
        assert rows == [oid for oid, passes in enumerate(wanted) if passes]
        assert 0 < len(rows) < len(slots)


@pytest.mark.parametrize("many", [0, 1 << 40])
def test_objects_are_sorted_by_their_slots_where_it_is_not_known_what_was_asked_for(many: int) -> None:
    w = world("idle-1.21.13")
    order = ObjectOrder(w, w.objects, many=many)
    order.arrange("size", descending=True)
    rows = [order.oid(row) for row in range(len(order))]
    slots = [w.slots.elemsize_at(w.objects.addr(oid)) for oid in rows]
    assert slots == sorted(slots, reverse=True)
    assert sorted(rows) == [*range(len(w.objects))]
    assert slots[0] > slots[-1] > 0
    lines = [plain(line) for line in render_objects(w, Port(120, 20), Scene(), Rows(w.objects, order, [], -1))]
    assert "by slot ↓" in lines[0]
    shown = [f"≤{size_text(size)}" for size in slots[:3]]
    assert all(f" {size} " in line for size, line in zip(shown, lines[2:5], strict=True))


def test_the_objects_pane_says_how_names_of_types_are_had() -> None:
    for name, exe in (("frag-1.27.3", True), ("frag-1.27.3", False), ("idle-1.21.13", False)):
        w = world_of(look(name, exe=exe))
        helps = not exe and name != "idle-1.21.13"  # which has no types at all
        for selected in (-1, 0):
            lines = render_objects(w, Port(120, 20), Scene(), Rows(w.objects, ObjectOrder(w, w.objects), [], selected))
            assert ("gomem core CORE EXE" in "\n".join(map(plain, lines[-3:]))) == helps


def slots_of(w: Still) -> Callable[[SpanInfo], tuple[int, int]]:
    return lambda info: w.slots.sets(info.base) or (0, 0)
