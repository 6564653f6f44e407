"""Statements of Go as commands: what stands in the heap then, and what of that the compiler decides."""

import time
from typing import Final

import pytest

from tests.gotypes.statementsessions import bits, console_of, done, failed, living, sizes
from tests.gotypes.truth import rows

# --- What stands in the heap ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.21", "1.22", "1.27"])
def test_pointers_are_where_types_have_them(version: str) -> None:
    measured = [
        row for row in rows("types") if "mask" in row and row["ptr_bytes"] > 0 and row["in"] == "1.27" and len(row["go"]) < 300
    ]
    console, seen = console_of(version), 0
    for row in measured[::9]:
        if (
            any(word in row["go"] for word in ("time.", "sync.", "main.", "[T", "node", "pair"))
            or row["size"] > 4096
            or len(row["go"]) > 300
        ):
            continue
        outcome = console.submit(f"new({row['go']}) as t")
        if outcome.result is None:  # it names a declaration of the rows
            continue
        found, mask = bits(console, "t"), str(row["mask"]).ljust(row["size"] // 8, "0")
        repeats = version != "1.21" and row["size"] > 512
        expected = (mask * (len(found) // len(mask) + 1))[: len(found)] if repeats else mask.ljust(len(found), "0")
        assert found == expected, row["go"]
        console.submit("drop t")
        seen += 1
    assert seen > 15


def test_a_type_in_front_repeats_to_the_end_of_the_slot() -> None:
    assert bits(console_of("1.27", "new([65]*int) as p"), "p") == "1" * 71  # read back from real programs, of 22 and later
    assert bits(console_of("1.21", "new([65]*int) as p"), "p") == "1" * 65 + "0" * 7
    assert bits(console_of("1.27", "make([]string, 3) as s"), "s") == "101010"
    large = console_of("1.27", "make([]string, 2100) as s")
    assert console_of("1.21", "make([]string, 2100) as s") is not None
    assert bits(large, "s") == "10" * (40960 // 16)


def test_what_is_made_hangs_together() -> None:
    console = console_of("1.27", "make(map[string]int, 3000) as m", "make(chan *int, 8) as c", "gogc off")
    before = console.session.world.sums.stats.numgc
    everything = len(console.session.objects)
    done(console, "insert m 4000", "gc", "invariants")
    assert console.session.world.sums.stats.numgc == before + 1
    reached = {console.session.objects.find_addr(a) for a in console.session.world.pointers.kept()[1]}
    assert len(reached - {None}) > everything - 3  # all but what the program itself names


@pytest.mark.parametrize("n", [9, 897, 5000, 40_000])
def test_a_map_has_room_for_what_is_in_it(n: int) -> None:
    console = console_of("1.27", "make(map[int]int) as m", f"insert m {n}")
    alive = [console.session.objects.info(oid) for oid in console.session.objects.living()]
    groups = sum(o.size // 136 for o in alive if "map.group" in o.type and o.size)
    tables = sum(o.type == "maps.table" for o in alive)
    assert groups * 7 >= n  # seven of eight slots
    assert groups * 7 <= 4 * n + 14
    assert tables == max(1, groups // 128)
    directory = max(o.size or 0 for o in alive if "*maps.table" in o.type)
    assert directory // 8 in (tables, 2 * tables, 1 << (tables - 1).bit_length())


def test_one_by_one_and_at_once_is_the_same_map() -> None:
    at_once = console_of("1.27", "make(map[int]*int, 20) as m", "insert m 1900")
    one_by_one = console_of("1.27", "make(map[int]*int, 20) as m", *["insert m 100"] * 19)
    assert [o["rows"] for o in [done(at_once, "show spans")]] == [o["rows"] for o in [done(one_by_one, "show spans")]]


# --- What the compiler decides ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [  # as go build -gcflags=-m=2 says of these functions: captured by value or by reference
        ("var a [128]byte; a[3] = 1; func() byte { return a[3] }", [136]),
        ("a := 1; a = 2; func() int { return a }", [16]),
        ("var a [16]byte; func() byte { a[3] = 2; return a[3] }", [16, 16]),
        ("var s struct{ x, y int }; s.x = 3; func() int { return s.x }", [24]),
        ("s := make([]int, 3); func() int { s[0] = 3; return s[0] }", [24, 32]),
        ("var a [129]byte; func() byte { return a[3] }", [129, 16]),
        ("a := 1; p := &a; func() int { return a + *p }", [8, 24]),
        ("a, b := 1, 2; func() int { a := b; return a }", [16]),
        ("a := 1; func() int { b := a; b++; for i := 0; i < b; i++ { b += i }; return b }", [16]),
        ("n := 300; any(n)", [8]),
        ("any(struct{ f float32 }{0})", []),
        ("x := struct{ f float32 }{1}; any(x)", [4]),
        ("x := struct{ a, b int32 }{}; any(x)", [8]),
        ("x := complex64(0); any(x)", [8]),
        ("s := \"ab\"; any(struct{ s string }{s})", [16]),
        ("x := [1]*int{new(int)}; any(x)", [8]),
        ("[]byte(\"hello\")", [5]),
        ("s := \"hello\"; []byte(s)", [8]),
        ("a := \"he\"; b := \"llo\"; []byte(a + b)", [8]),
        ("a := \"x\"; \"con\" + \"stant\" + a", [9]),
        ("\"con\" + \"stant\"", []),
        ("go f(1, \"x\", nil)", [456]),
        ("n := 3; go f(n)", [16, 456]),
        ("[...]int{1, 2, 3}", []),
        ("[]*[2]int{{1, 2}, nil}", [16, 16]),
        ("map[string][]int{\"a\": {1}, \"b\": nil}", [48, 8, 328]),
        ("&struct{ m map[int]int }{map[int]int{}}", [8, 48]),
        ("new(300)", [8]),
    ],
)  # fmt: skip
def test_the_compiler_decides(line: str, expected: list[int]) -> None:
    assert sizes(done(console_of(), line)) == expected


def test_small_variables_share_an_object_since_1_25() -> None:
    line = "a, b, c := 1, int8(2), int16(3); func() int { a++; b++; c++; return a }"
    assert sizes(done(console_of("1.25"), line)) == [16, 32]  # 8 + 2 + 1, rounded up to the largest alignment
    assert sizes(done(console_of("1.24"), line)) == [8, 1, 2, 32]


@pytest.mark.parametrize("line", ["any(1 + m)", "new(int) + (s << m)", "make([]int, s + 1)", "any(p * 2)", "make([]int, (p))"])
def test_operators_take_numbers_and_each_operand_is_asked_once(line: str) -> None:
    """It once evaluated such a sum two hundred times over, with the objects of each time."""
    console = console_of("1.27", "make([]byte, 4) as s", "make(map[string]int, 4) as m", "new(int) as p")
    before = len(console.session.objects)
    began = time.process_time()
    outcome = console.submit(line)
    assert outcome.error is not None
    assert len(console.session.objects) == before
    assert time.process_time() - began < 0.5, "1 to 3 s, when it was evaluated again and again"


def test_numbers_and_strings_are_added() -> None:
    console = console_of("1.27", "make([]byte, 3) as s", "type v struct { a string; n int }", "v{} as w")
    assert done(console, "make([]int, len(s) + len(s) << 1)")["len"] == 9
    assert len(done(console, 'w.a + "longer than a few bytes"')["objects"]) == 1


# --- What was found out by lot; the objects are those of Go 1.21, 1.24 and 1.27 ----------------------------------------------


@pytest.mark.parametrize(
    ("line", "old", "new"),  # sizes up to Go 1.24, and in 1.27
    [
        ("any(struct{ a, b int }{1, 2})", [16], []),  # since Go 1.25 it lies in the program
        ("any([200]int{})", [1600], []),
        ("any(struct{ a any }{300})", [16], [16]),
        ("any(struct{ p *int; n int }{nil, 3})", [16], []),
        ("any(struct{ f []int }{})", [], []),
        ("var v struct{ _ [0]int64; a, b int32 }; any(v)", [], []),
        ("var v struct{ _ struct{}; m map[int]int }; any(v)", [8], []),  # since Go 1.26 it is the interface's own word
        ("var v struct{ m map[int]int; _ struct{} }; any(v)", [16], [16]),
        ("[]int{9: 1}", [80], [80]),
        ('any([...]string{2: "x", "y", 1: "z"})', [64], []),
        ("&[...]int{5: 1, 2}", [56], [56]),
        ("append(s[:2:2], 9, 8)", [32], [32]),
        ("append(s, n)", [80], [80]),  # n is an element
        ("string([]rune(t))", [7], [7]),  # the bytes of its UTF-8 and 3; the runes stay on the stack
        ("string([]byte(t + t))", [8], [8]),
        ('"key: " + string(b)', [45], [45]),
        ('"" + string(c)', [5], [5]),
        ("t + (t + t) + t", [16], [16]),
    ],
)
def test_objects_of_statements_that_were_drawn(line: str, old: list[int], new: list[int]) -> None:
    for version, expected in (("1.21", old), ("1.24", old), ("1.27", new)):
        before = ("s := make([]int, 5)", "n := 3", 't := "text"', "b := make([]byte, 40)", "c := make([]byte, 5)")
        assert sizes(done(console_of(version, *before), line)) == expected, version


# --- Fields that get values --------------------------------------------------------------------------------------------------


LIST: Final = "type node struct { key string; next *node; kids []int; m map[string]int }"


def test_what_a_field_leads_to_is_stored_in_the_object() -> None:
    console = console_of("1.27", LIST, "d := &node{}")
    address = done(console, "d.next = new(node)")["objects"][0]["addr"]
    assert sizes(done(console, "d.kids = make([]int, 3)")) == [24]
    stored = dict(console.session.world.pointers.stored_in(console.session.objects.addr(0)))
    assert stored.keys() == {2, 3}
    assert stored[2] == int(address, 16)
    done(console, "d.next = nil")
    assert dict(console.session.world.pointers.stored_in(console.session.objects.addr(0))).keys() == {3}
    assert failed(console, "d.next = 5") == (10, "cannot use 5 (constant of type int) as *node value in assignment")
    assert failed(console, "d.nxt = nil") == (1, "d.nxt undefined (type *node has no field or method nxt)")
    assert failed(console, 'd.m["a"] = 1') == (1, "what d.m holds is not known here")
    done(console, "drop d", "gc")
    assert console.session.world.sums.mem_stats().HeapObjects == 0, "what belonged to it went with it"


def test_a_struct_that_is_a_variable_has_its_pointers_when_it_is_copied() -> None:
    console = console_of("1.27", LIST, "d := &node{}", "var v node", "v.next = d")
    copied = done(console, "any(v)")["objects"]
    assert [one["size"] for one in copied] == [56]
    stored = dict(console.session.world.pointers.stored_in(int(copied[0]["addr"], 16)))
    assert stored == {2: console.session.objects.addr(0)}


def test_what_is_sent_belongs_to_the_channel() -> None:
    console = console_of("1.27", "make(chan *int, 2) as c")
    assert sizes(done(console, "c <- new(int)")) == [8]
    assert failed(console, "c <- 3")[1] == "cannot use 3 (constant of type int) as *int value in assignment"
    assert living(console) == {"c", "o1", "o2"}
    done(console, "close(c)", "drop c")
    assert not living(console)


def test_a_slice_of_an_array_moves_it_to_the_heap() -> None:
    console = console_of("1.27", "type box struct { items []int }", "b := &box{}")
    assert sizes(done(console, 'x := [...]string{"a", "b"}; y := x[:]')) == [32]
    assert done(console, "z := &[4]int{}", "z[1:3]")["cap"] == 3
    assert failed(console, "b.items = append(b.items, 1)") == (
        18,
        "how long b.items is, is not known here: append to a slice that has a name",
    )
