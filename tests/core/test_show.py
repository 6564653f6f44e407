"""Views, `show`, `find`, the object table and churn."""

from collections import Counter

import pytest

from gomem_core.classic.image import capture
from gomem_core.classic.malloc import Heap
from gomem_core.queries.objectorder import ObjectOrder
from gomem_core.report import Result
from gomem_core.session.churn import DISTRIBUTIONS, churn
from gomem_core.session.session import Outcome, Session
from gomem_core.world.interrupt import Progress
from gomem_core.world.objects import ObjectTable
from gomem_tui.render.lines import Port, Scene, plain
from gomem_tui.render.objects import Rows, render_objects
from tests.core.facts import ARENA, PAGE
from tests.inside import heap_of

SCRIPT = (
    "alloc 48 scan as a times 3/alloc 5 as t/alloc 6 as u/alloc 40960 as big/alloc 2M/drop o1 a.2/gc/link a.1.0 t/link a.1.5 big"
)


def session_after(script: str = SCRIPT) -> Session:
    session = Session()
    for line in script.split("/"):
        assert session.submit(line).ok, line
    return session


def ask(session: Session, line: str) -> Result:
    before = capture(heap_of(session))
    outcome = session.submit(line)
    assert outcome.result is not None, outcome.error
    after = capture(heap_of(session))
    assert (after.columns, after.lists, after.leaves) == (before.columns, before.lists, before.leaves), "looking changes nothing"
    assert outcome.result.lines()
    return outcome.result


def rows(session: Session, line: str) -> list[tuple[object, ...]]:
    table = ask(session, line).table
    assert table is not None
    return [tuple(row) for row in table.rows]


def failure(outcome: Outcome) -> tuple[int, int, str]:
    assert outcome.error is not None
    return outcome.error.column, outcome.error.width, outcome.error.message


@pytest.mark.parametrize(
    ("script", "name", "fate"),
    [
        ("alloc 48 scan as a/alloc 48 as b", "b", "alive: the program refers to it, it is a root"),
        ("alloc 48 scan as a/alloc 48 as b/link a.1 b/drop b", "b", "alive: root a → b"),
        ("alloc 48 as b/drop b", "b", "unreachable: the next collection will free it"),
        ("alloc 48 as b/drop b/gc mark", "b", "dead: the last mark passed it by, the sweep has yet to come"),
        ("alloc 5 as a/alloc 5 as b/drop b", "b", "alive: a shares its tiny block"),
    ],
)
def test_object_and_find_say_what_keeps_an_object_alive_as_the_pane_does(script: str, name: str, fate: str) -> None:
    session = Session(narrate=True)
    for line in script.split("/"):
        assert session.submit(line).ok
    addr = session.address_of(name)
    assert {row[0]: row[1] for row in rows(session, f"show object {name}")}["fate"] == fate
    assert ask(session, f"find {addr:#x}").lines()[-1].endswith(f"; {fate}")
    oid = session.objects.find_name(name)
    assert oid is not None
    table = Rows(session.objects, ObjectOrder(session.world, session.objects), session.history, oid)
    pane = render_objects(session.world, Port(100, 20), Scene(), table, session.links)
    assert plain(pane[-1]).strip() == fate


def test_spans_are_listed_in_address_order_with_their_lists() -> None:
    listed = rows(session_after(), "show spans")
    assert [row[:6] for row in listed] == [
        (ARENA, 1, "inuse", "4", 48, "scan"),
        (ARENA + PAGE, 1, "inuse", "2", 16, "noscan"),
        (ARENA + 2 * PAGE, 5, "inuse", "L", 40960, "noscan"),
        (ARENA + 7 * PAGE, 377, "free", "", 0, ""),
    ]
    assert [row[6] for row in listed] == ["2/170", "1/512", "1/1", ""]
    assert [row[8] for row in listed] == ["nonempty", "nonempty", "busy[5]", "freelarge"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("", [0, 1, 2, 7]),
        ("class:4", [0]),
        ("class!=4", [1, 2]),  # what has no class is not of another one
        ("class:0", [2]),
        ("class:L", [2]),
        ("used<=100%", [0, 1, 2]),
        ("size<100K kind!=scan", [1, 2]),
        ("kind:noscan", [1, 2]),
        ("state:free", [7]),
        ("pages>=5", [2, 7]),
        ("pages>1 pages<100", [2]),
        ("size<=48 state:inuse", [0, 1]),
        ("used<50% state:inuse", [0, 1]),
        ("waste>0%", [0, 1]),
        ("slot_waste>0%", [1]),  # 5 and 6 bytes in a block of 16; the tail of 32 bytes is not a slot's
        ("free_slots>98.6%", [1]),  # 168 of 170 slots of 48 bytes are 98.4% of the span, 511 of 512 are 99.8%
        ("waste<98.9%", [0, 2]),  # 96 of 8192 bytes were asked for, and 11, and all
        ("waste:0%", [2]),
        ("waste > 0%", [0, 1]),
        ("waste >0% scan", [0, 1]),
        ("^scan$", [0]),
        ("waste > 0% ^scan$", [0]),
        ("^L$", [2]),
        ("nonempty$", [0, 1]),
        ("freelarge", [7]),
        ("^4$", [0]),
        ("1/512", [1]),
        ("c42000[2-9]", [1, 2]),
        ("0\\.0%", [0, 2]),
        ("^0\\+98%$", [0]),
        ("swept", [0, 1, 2]),
        ("list:nonempty", [0, 1]),
        ("list:busy", [2]),
        ("list:large", [7]),
        ("list:mcache", []),
    ],
)
def test_filters_of_spans(filters: str, expected: list[int]) -> None:
    assert [(int(str(row[0])) - ARENA) // PAGE for row in rows(session_after(), f"show spans {filters}")] == expected


def test_mcentral_mcache_free_and_locks() -> None:
    session = session_after(SCRIPT + "/alloc 48 scan")
    assert [row[:5] for row in rows(session, "show mcentral nonempty>=1")] == [(2, 16, "noscan", 1, 0)]
    assert [row[:5] for row in rows(session, "show mcentral empty>=1")] == [(4, 48, "scan", 0, 1)]
    assert rows(session, "show mcache") == [(0, 4, 48, "scan", ARENA, 167)]
    assert rows(session, "show mcache p:1") == []
    assert rows(session, "show free") == [("large", 377, 1, ARENA + 7 * PAGE, 0)]
    assert rows(session, "show free pages<100") == []
    assert [row[0] for row in rows(session, "show locks")] == ["mheap", "mcentral 2", "mcentral 4"]
    assert ("numgc", 1) in [row[:2] for row in rows(session, "show stats")]


def test_classes_and_one_class() -> None:
    session = Session()
    assert len(rows(session, "show classes")) == 66
    assert rows(session, "show classes size:48") == [(4, 48, 1, 8192, 170, 32, 31.52)]
    assert {row[0] for row in rows(session, "show classes waste>40%")} == {1, 2, 3}
    # The table of the facts: 66 32768 4 32768 1 0 12.50%
    rest = {"npages": 4, "span_bytes": 32768, "nelems": 1, "tail_waste": 0, "max_waste_percent": 12.5}
    rest |= {"scan_nelems": 1, "noscan_reserve": 0, "scan_reserve": 0, "header": 0}  # which Go 1.10 has not
    assert ask(session, "show class 66").data == {"class": 66, "elemsize": 32768, **rest}
    assert ask(session, "show class 0").data == {"class": 0, "elemsize": None, **dict.fromkeys(rest)}


def test_the_layout_has_the_three_regions_where_go_has_them() -> None:
    regions = {row[0]: row[1:5] for row in rows(session_after(), "show layout")}
    assert regions["heap: spans"] == (0xC000000000, 0xC020000000, 512 << 20, 4096)
    assert regions["heap: bitmap"] == (0xC020000000, 0xC420000000, 16 << 30, 98304)
    assert regions["heap: arena"] == (0xC420000000, 0x14420000000, 512 << 30, 3 << 20)
    starts = [int(str(r[0])) for r in regions.values()]
    assert starts == sorted(starts, reverse=True)


@pytest.mark.parametrize(
    ("addr", "expected"),
    [
        (ARENA + 50, {"region": "heap: arena", "page": 0, "slot": 1, "slot_state": "free", "state": "inuse"}),
        (ARENA + 100, {"slot": 2, "slot_state": "allocated", "object": "a.3"}),
        (ARENA + PAGE + 9, {"page": 1, "slot": 0, "object": "u"}),
        (ARENA + PAGE + 15, {"page": 1, "slot": 0}),
        (ARENA + 6 * PAGE, {"page": 6, "slot": 0, "object": "big", "span": hex(ARENA + 2 * PAGE)}),
        (ARENA + 9 * PAGE, {"page": 9, "state": "free"}),
        (ARENA + 170 * 48, {"page": 0, "state": "inuse"}),
        (ARENA + (4 << 20), {"region": "heap: arena"}),
        (ARENA - 1, {"region": "heap: bitmap"}),
        (0xC000000008, {"region": "heap: spans"}),
        (0x14420000000, {"region": None}),
        (0, {"region": None}),
        ((1 << 64) - 1, {"region": None}),
    ],
)
def test_find_tells_what_lies_at_an_address(addr: int, expected: dict[str, object]) -> None:
    data = ask(session_after(), f"find {addr:#x}").data
    assert {key: data[key] for key in expected} == expected
    assert (data["object"] is not None) == ("object" in expected)


@pytest.mark.parametrize("name", ["a.1", "a.2", "t", "big", "o1", "o2"])
def test_find_of_a_name_is_find_of_its_address(name: str) -> None:
    session = session_after()
    oid = session.objects.find_name(name)
    if name == "o2":
        assert oid is None
        assert "no object is called o2" in failure(session.submit("find o2"))[2]
    else:
        assert oid is not None
        assert ask(session, f"find {name}") == ask(session, f"find {session.objects.info(oid).addr:#x}")


def test_find_of_an_object_of_size_0_tells_of_the_global() -> None:
    assert ask(session_after("alloc 0 as z"), "find z").data["region"] == "globals"


@pytest.mark.parametrize("words", ["find", "show span", "show object", "show bitmap", "show page"])
def test_an_address_is_taken_as_panes_show_it(words: str) -> None:
    session = session_after()
    if words != "show page":  # a word that begins with a letter is no number
        assert ask(session, f"{words} c420000000") == ask(session, f"{words} 0xc420000000")


def test_a_name_that_looks_like_an_address_is_one_only_where_no_object_has_it() -> None:
    session = session_after("alloc 48/alloc 4096 as c420000000")  # which lies elsewhere
    assert ask(session, "show span c420000000") != ask(session, "show span 0xc420000000")
    error = session.submit("show span a5200000ff").error  # nowhere in the heap
    assert error is not None
    assert error.message == "no object is called a5200000ff"


def test_spans_have_numbers_in_address_order() -> None:
    session = session_after()
    for number, info in enumerate(session.world.spans.rows()):
        assert ask(session, f"show span {number}") == ask(session, f"show span {info.base:#x}")
    error = session.submit(f"show span {session.world.spans.count}").error
    assert error is not None
    assert "and the first has number 0" in error.message


def test_one_object_span_page_and_bitmap() -> None:
    session = session_after()
    data = ask(session, "show object a.1").data
    assert data["name"] == "a.1"
    assert (data["addr"], data["size"], data["kind"], data["alive"], data["dropped"]) == (hex(ARENA), 48, "scan", True, None)
    assert (data["span"], data["slot"], data["slot_state"]) == (hex(ARENA), 0, "allocated")
    words = {row[0]: row[1] for row in rows(session, "show object a.1")}
    assert (words["word 0"], words["word 5"]) == ("→ t", "→ big")
    assert ask(session, "show bitmap a.1").data["bits"] == "313333"
    assert [row[5] for row in rows(session, "show bitmap a.1")] == [ARENA + PAGE, 0, 0, 0, 0, ARENA + 2 * PAGE]
    assert ask(session, "show span big").data["npages"] == 5
    assert ask(session, f"show span {ARENA + 100:#x}").data["base"] == hex(ARENA)
    assert ask(session, "show page 6").data == ask(session, f"show page {ARENA + 6 * PAGE + 5:#x}").data
    assert ask(session, "show page 6").data["span"] == hex(ARENA + 2 * PAGE)
    assert ask(session, "show page 9").data["valid"] is False
    assert ask(session, "show page 5000").data["span"] is None


def test_marked_and_dead_slots_between_mark_and_sweep() -> None:
    session = session_after("alloc 48 times 3/drop o2/gc mark")
    slots = session.world.slots.rows(ARENA)[:4]
    assert [(s.state, s.allocated, s.marked, s.rooted) for s in slots] == [
        ("allocated", True, True, True),
        ("dead", True, False, False),
        ("allocated", True, True, True),
        ("free", False, False, False),
    ]
    session.submit("gc sweep")
    assert [s.state for s in session.world.slots.rows(ARENA)[:4]] == ["allocated", "free", "allocated", "free"]


STALE = "alloc 8/alloc 8/drop all/alloc 16/gc/alloc 4"


def test_a_tiny_object_that_was_swept_is_not_found_in_its_slot_s_next_life() -> None:
    assert ask(session_after(STALE), f"find {ARENA + 9:#x}").data["object"] is None


@pytest.mark.parametrize("script", [STALE, "alloc 48 times 2/drop all/gc/alloc 32 times 9"])
def test_an_object_that_was_swept_has_no_slot(script: str) -> None:
    assert "swept" in next(str(row[1]) for row in rows(session_after(script), "show object o2") if row[0] == "slot")


@pytest.mark.parametrize(
    ("script", "line", "column"), [("alloc 8 as l", "alloc 8 as l", 12), ("alloc 8 times 12/drop o1", "drop o12 o1", 10)]
)
def test_a_complaint_is_at_the_word_that_is_to_blame(script: str, line: str, column: int) -> None:
    assert failure(session_after(script).submit(line))[0] == column


def test_the_object_table() -> None:
    table = ObjectTable()
    first = table.add(0x100, 8, 0, 1, None)
    named = table.add(0x200, 16, 8, 1, "a")
    third = table.add(0x300, 16, 16, 2, None)
    assert [table.name(oid) for oid in (first, named, third)] == ["o1", "a", "o2"]
    assert [table.info(oid).kind for oid in (first, named, third)] == ["noscan", "head", "scan"]
    table.drop(named, 3)
    assert [table.is_alive(oid) for oid in (first, named, third)] == [True, False, True]
    assert [table.find_name(name) for name in ("o2", "o3", "o02", "b")] == [third, None, None, None]
    assert table.living() == [first, third]
    again = table.add(0x200, 16, 8, 4, "a")
    assert (table.find_name("a"), table.find_addr(0x200), table.find_addr(0x208)) == (again, again, None)
    assert (len(table), table.alive, table.unnamed) == (4, 3, 2)
    assert sorted(table.names()) == ["a", "o1", "o2"]
    assert table.names("o") == ["o2", "o1"]
    assert table.nearest("o11") == "o1"


@pytest.mark.parametrize("sizes", sorted(DISTRIBUTIONS))
def test_churn_draws_what_is_written_down_and_does_the_same_each_time(sizes: str) -> None:
    n = 4000 if sizes != "large" else 300
    first, second = Heap(), Heap()
    done = churn(first, n, 7, 1 << 20, sizes)
    assert churn(second, n, 7, 1 << 20, sizes).objects == done.objects
    assert capture(first) == capture(second)
    assert churn(Heap(), n, 8, 1 << 20, sizes).objects != done.objects
    bands = DISTRIBUTIONS[sizes]
    assert sum(band.weight for band in bands) == 100
    drawn: Counter[int] = Counter()
    pointers: Counter[int] = Counter()
    for _, size, ptrdata in done.objects:
        # Sizes with pointers are rounded down to whole words, so that one may end just below its band.
        at = max(i for i, b in enumerate(bands) if size >= (b.low & ~7 if ptrdata else b.low))
        drawn[at] += 1
        pointers[at] += ptrdata == size > 0
        assert size <= bands[at].high
        assert ptrdata in (0, size)
    count = len(done.objects)
    for i, band in enumerate(bands):
        assert abs(drawn[i] / count - band.weight / 100) < 0.07, (i, drawn)
        if drawn[i] > 100:
            assert abs(pointers[i] / drawn[i] - band.scan / 100) < 0.15
    assert done.live_bytes == sum(size for i, (_, size, _) in enumerate(done.objects) if i not in set(done.dropped))


def test_churn_keeps_about_so_much_alive() -> None:
    result = session_after("alloc 8").submit("churn 20000 live 256K sizes small").result
    assert result is not None
    assert 200_000 < int(str(result.data["live_bytes"])) < 330_000


@pytest.mark.parametrize("first", ["16M", "100K"])
def test_all_churns_are_one_load(first: str) -> None:
    """The second one drops what the first one kept as well; before, 40,000 operations left twice the wanted size."""
    session = session_after(f"alloc 1000 times 100/churn 30000 live {first}")
    for live, size in (("2M", 2 << 20), ("8M", 8 << 20), ("256K", 256 << 10)):
        outcome = session.submit(f"churn 40000 seed 3 live {live}")
        assert outcome.result is not None
        data = outcome.result.data
        largest = 1 << 20  # bytes of an object
        assert size - largest <= int(str(data["live_bytes"])) <= size + largest
        assert session.submit("gc").ok
        marked = session.world.sums.stats.heap_marked
        assert data["kept_bytes"] == marked
        assert int(str(data["live_bytes"])) + 100 * 1000 <= marked < 1.2 * size + 2 * largest
        assert data["alive"] == session.objects.alive
    assert [session.objects.is_alive(oid) for oid in range(100)] == [True] * 100, "what was made otherwise is left alone"


def test_what_somebody_dropped_or_links_to_counts_as_what_it_is() -> None:
    session = session_after("churn 400 sizes small live 1M/alloc 48 scan as holder/alloc 16 as kept/alloc 0 as z")
    own = session.objects.name(session.objects.churned()[3])
    for line in (f"link holder.0 {own}", "link holder.1 kept", f"drop kept {own}", "drop o1..o40 50%"):
        assert session.submit(line).ok, line
    outcome = session.submit("churn 1 seed 5 sizes small")
    assert outcome.result is not None
    assert outcome.result.data["alive"] == session.objects.alive + 2, "two dropped objects are linked to"
    assert session.submit("gc mark").ok
    assert session.world.sums.stats.heap_marked == outcome.result.data["kept_bytes"]


def test_a_churn_says_how_far_it_is() -> None:
    progress = Progress()
    session = Session(progress=progress)
    heard: list[tuple[int, int]] = []
    progress.watch = lambda done, of: heard.append((done, of))
    for line in ("churn 2000", "alloc 8000 times 1000", "alloc 8", "churn 500 sizes large live 400G"):
        session.submit(line)
    assert heard[0] == (0, 2000)
    assert (1792, 2000) in heard
    assert (768, 1000) in heard
    assert heard[-1] == (0, 0), "it is over, also where memory runs out"
    assert heard.count((0, 0)) == 3


def test_a_churn_that_runs_out_of_memory_changes_nothing() -> None:
    session = session_after("alloc 0x7ffff00000")
    before = capture(heap_of(session))
    outcome = session.submit("churn 500 sizes large live 1G")
    assert "out of memory" in failure(outcome)[2]
    assert capture(heap_of(session)) == before
    assert len(session.objects) == 1


# --- Sentences --------------------------------------------------------------------------------------------------------------


def said(session: Session, line: str) -> str:
    outcome = session.submit(line)
    return "\n".join(outcome.result.lines()) if outcome.result is not None else str(outcome.error)


def test_one_thing_is_not_told_as_many() -> None:
    session = session_after("alloc 48 as a")
    assert said(session, "procs 1") == "1 P, with the only mcache; P0 allocates"
    assert said(session, "procs 2") == "2 Ps, each with its own mcache; P0 allocates"
    assert said(session, "show mcache").startswith(
        "P0: allocates, 1 span cached, no tiny block; P1: 0 spans cached, no tiny block"
    )
    assert "a span has         1 page = 8192 bytes = 170 slots" in said(session, "show class 4")
    assert "belongs to the inuse span 0xc420000000 of 1 page\n" in said(session, "show page 0")
    assert "\nthe inuse span 0xc420000000 of 1 page\n" in said(session, "find a")
    assert said(session, "show mcentral").startswith("1 mcentral; 131 that nobody asked yet are left out")
    assert said(session, "gc mark") == "marked 48 B in 1 span; it waits to be swept now"
    assert said(session, "gc sweep 1") == "swept 1 span: freed 0 slots (0 B); 0 pages went back to the heap; more spans wait"
    assert said(session, "alloc 5") != ""
    assert said(session, "drop a").startswith(
        "dropped 1 (a): garbage from now on unless something live links to it; freed when its"
    )
    assert said(session, "flush") == "1 span went from its mcache back to its mcentral"


def test_allocation_leaves_allocbits_alone() -> None:
    session = session_after("alloc 48 as a/alloc 48 as b")
    assert said(session, "show bitmap a").startswith(
        "slot 0 of span 0xc420000000 (a): allocated (below freeindex 2, not in allocBits), not marked (gcmarkBits)\n"
    )
    assert said(session, "show bitmap 0xc420000060").startswith(
        "slot 2 of span 0xc420000000: not allocated (neither below freeindex 2 nor in allocBits), not marked (gcmarkBits)\n"
    )
    session.submit("gc")
    assert said(session, "show bitmap a").startswith("slot 0 of span 0xc420000000 (a): allocated (allocBits), not marked")
    session.submit("gc mark")
    assert said(session, "show bitmap a").startswith(
        "slot 0 of span 0xc420000000 (a): allocated (allocBits), marked (gcmarkBits)"
    )


def test_a_span_tells_its_list_in_words() -> None:
    session = session_after("alloc 48 as a/alloc 40000 as big/alloc 2M as huge")
    pages = {"a": "the mcentral's empty, next nil, prev nil", "big": "mheap's busy[5], next nil, prev nil"}
    for name, words in pages.items():
        assert f"\nlist          {words}\n" in said(session, f"show span {name}")
    assert "\nlist          mheap's free[122], next nil, prev nil\n" in said(session, "show span 0xc42020c000")
    session.submit("alloc 100 as c")
    session.submit("alloc 48 times 170")
    assert "next 0x" in said(session, "show span a"), "its mcentral has two spans there now"
    session.submit("drop huge")
    session.submit("gc")
    assert "\nlist          freelarge, a tree by length and address\n" in said(session, "show span 0xc42000c000")


def test_an_object_of_no_bytes_has_the_address_of_zerobase() -> None:
    session = Session()
    assert said(session, "alloc 0 as z") == (
        f"z = {session.world.slots.zerobase:#x}  zerobase: every object of 0 bytes has this address, which is not in the arena"
    )
