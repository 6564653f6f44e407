"""Every statement that was measured on real toolchains: the objects it makes, in order, with their slots, on each version.

The rows are Go source; what stands in it for a value that the compiler cannot know, N(3) or S("x"), is a variable here.  Rows are
left out whose result does not escape, since here results always do, and calls of the library, which depend on what ran before.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

from gomem_core.go.versions import Profile
from gomem_core.session.console import Console
from tests.gotypes.truth import MODERN, rows

# Rows that are said in other words here: what is done before, and then what is measured; a statement a line.
LONG: Final = "x" * 100
TYPED: Final[dict[str, tuple[str, str]]] = {
    "make_slice_slice": ("", "make([][]int, 4)\nmake([]int, 4) times 4"),
    "map_ii_grow_200": ("", "make(map[int]int) as R\ninsert R 200"),
    "map_ii_grow_3000": ("", "make(map[int]int) as R\ninsert R 3000"),
    "map_si_grow_9": ("", "make(map[string]int) as R\ninsert R 9"),
    "map_ip_grow_100": ("", "make(map[int]*int) as R\ninsert R 100"),
    "map_set_grow_100": ("", "make(map[uint64]struct{}) as R\ninsert R 100"),
    "map_clear": ("make(map[int]int, 50) as R\ninsert R 50", "clear(R)"),
    "str_concat_big": (f's := "{LONG}"', "s + s"),
    "str_pluseq_10": ('s := "0123456789"\nR := ""', "\n".join(["R += s"] * 10)),
    "builder_byte_100": ("[]byte(nil) as b", "insert b 100"),  # a strings.Builder is append
    "nilslice_to_any": ("var s []int", "any(s)"),
    "closure_big129": ("a := [129]byte{}\nfunc() byte { return a[3] }", "func() byte { return a[3] }"),
    "closure_big128": ("a := [128]byte{}", "func() byte { return a[3] }"),
    "method_value_iface": ("var e error", "e.Error"),
    "goroutine_first": ("var R chan int", "go func() { <-R }()"),
    "goroutine_reuse": ("var R chan int\ngo func() { R <- 1 }() as g\ndrop g", "go func() { R <- 1 }()"),
    "x_go_noarg": ("", "go F() as g\ndrop g\ngo F()"),
    "goroutine_args": ("make(chan int) as R\nn := 3\nvar Q chan int", "go func(k int) { <-Q; _ = k }(n)"),
    "variadic": ("n := 1000", 'V := []any{n, "s", 3}'),
    "append_variadic_5": ("[]int(nil) as R", "append(R, 1, 2, 3, 4, 5)"),
    "append_slice_1000": ("[]byte(nil) as R\nb := make([]byte, 1000)", "append(R, b...)"),
    "append_to_full_256": ("R := make([]int, 256)", "append(R, 1)"),
    "append_to_full_300": ("R := make([]*int, 300)", "append(R, nil)"),
    "x_append_var": ("[]int16(nil) as R\na := make([]int16, 5)", "append(R, a...)"),
    "mutex": ("", "new(sync.Mutex)"),
    "once": ("", "new(sync.Once)"),
    "atomic_value": ("", "new(atomic.Value)"),
    "reflect_new": ("", "new(int)"),
    "reflect_makemap": ("", "make(map[string]int)"),
}
LIBRARY: Final = re.compile(
    r"builder|bytesbuffer|strings_|itoa|pool|syncmap|timer|ticker|time_|ctx_|errors_|fmt_|sprint|bufio|list_push|bigint|sort_slice|json"
    r"|slices_|maps_clone|panic_recover|defer_|x_sort"
)
# A compiler that sees the whole function keeps these on the stack, or makes one closure for several rounds.
STAYS: Final = re.compile(r"noescape|_local|append_grow_escape|loopvar|map_iterate")
# The slice of all goroutines grew in these runs, which depends on how many the program had.
ALL_GS: Final = ("goroutine_args", 128)


class Wanted(NamedTuple):
    """An object that was measured; `off` is its distance from the slot's start, `shared` of a tiny block that was begun."""

    size: int
    slot: int
    scan: bool
    off: int
    shared: bool


def wanted(name: str, allocs: list[dict[str, Any]]) -> list[Wanted]:
    found = []
    for a in allocs:
        if a.get("zero_size") or (name, a["req"]) == ALL_GS:
            continue
        found += [Wanted(a["req"], a["slot"], a["scan"], a["off"], not a["new_slot"])] * a["n"]
    return found


def lines_of(row: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What is typed before, and what is measured."""
    before = [part.strip() for part in re.split(r";(?![^{(]*[})])", row["decl"]) if part.strip().startswith("type ")]
    if row["name"] in TYPED:
        setup, statements = TYPED[row["name"]]
        return before + setup.splitlines(), statements.splitlines()
    before += [part.strip() for part in re.split(r";(?![^{(]*[})])", row["decl"]) if part.strip().startswith("var ")]
    setup, statement = (re.sub(r"\bN\((-?\d+)\)", r"\1", row.get(key, "")) for key in ("setup", "stmt"))
    setup, statement = (re.sub(r'\bS\(("[^"]*")\)', r"\1", text) for text in (setup, statement))
    if "func" in row["stmt"] or ":=" in statement:
        return [*before, *([setup] if setup else [])], [statement]
    return [*before, *_split(setup)], _split(statement)


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r";(?![^{(]*[})])", text) if part.strip()]


def cases(profile: Profile) -> Iterator[tuple[dict[str, Any], list[Wanted]]]:
    for row in [*rows("statements"), *rows("statements-extra")]:
        if (LIBRARY.search(row["name"]) and row["name"] not in TYPED) or STAYS.search(row["name"]):
            continue
        for one in row["per_version"]:
            if one["stable"] and any(f"go{v}".startswith(f"{profile.name}.") for v in one["versions"]):
                yield row, wanted(row["name"], one["allocs"])


def console_of(profile: Profile) -> Console:
    console = Console(narrate=False)
    console.submit(f"go {profile.name.removeprefix('go')}")
    console.submit("gogc off")
    return console


def made(console: Console, line: str) -> list[Wanted]:
    outcome = console.submit(line)
    assert outcome.result is not None, (line, outcome.error)
    found = []
    objects: Any = outcome.result.data.get("objects", ())
    for o in objects:
        slot = console.session.world.slots.at(int(o["addr"], 16))
        assert slot is not None
        found.append(Wanted(o["size"], o["slot"], o["scan"], int(o["addr"], 16) - slot.addr, o["served"] == "tiny"))
    return found


@pytest.mark.parametrize("profile", MODERN, ids=lambda profile: profile.name)
def test_statements_make_what_real_programs_make(profile: Profile) -> None:
    console, done = console_of(profile), 0
    for row, expected in cases(profile):
        before, statements = lines_of(row)
        for line in before:
            outcome = console.submit(line)
            assert outcome.result is not None, (row["name"], line, outcome.error)
        console.submit("flush")  # the next tiny object begins a block
        found = [one for line in statements for one in made(console, line)]
        assert found == expected, (row["name"], statements)
        console.submit("drop all")
        done += 1
    assert done >= (150 if profile.name in ("go1.21", "go1.24", "go1.25", "go1.27") else 125)
