"""Types that a session declares: typed, in its file, from Go source; and what becomes of them on the way through time."""

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest

from gomem_core.files.script import ScriptError, load_script, read_script, write_script
from gomem_core.lang.continued import joined
from gomem_core.session.console import Console
from gomem_core.session.outcome import Outcome
from gomem_core.session.resume import resume
from gomem_core.session.session import Session
from gomem_core.world.objects import ObjectTable
from gomem_tui.__main__ import main

SOURCE = """// Package list has a comment, a function and an import that nobody read.
package list

import (
	"sync"
	"example.com/other"
)

const width = 4
const unused = 9

type node struct {
	mu   sync.Mutex // guards
	/* over
		lines */
	vals [width]int32
	next *node
}

type far struct {
	o other.Thing
}

func f() {}

type pair[K comparable] struct { k K; n int }
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "list.go"
    path.write_text(SOURCE)
    return path


def size_of(console: Console, name: str) -> int | None:
    """Bytes of a type as `layout` says; None: there is none of this name."""
    outcome = console.submit(f"layout {name}")
    return None if outcome.result is None else cast("int", outcome.result.data["size"])


def failed(outcome: Outcome) -> tuple[int, str]:
    assert outcome.error is not None
    return outcome.error.column, outcome.error.message


def data(outcome: Outcome) -> Any:
    assert outcome.result is not None, outcome.error
    return outcome.result.data


# --- Typed ---------------------------------------------------------------------------------------------------------------


def test_types_are_declared_one_after_the_other() -> None:
    console = Console(narrate=True)
    assert data(console.submit("type a struct { b *b; n int8 }"))["unsized"][0]["error"]["message"] == "undefined: b"
    assert data(console.submit("type ( b struct { a; c [2]a }; box[T any] struct { t T } ) # two"))["declared"] == ["b", "box"]
    assert [size_of(console, name) for name in ("a", "b", "[]a", "box[b]", "map[string]b")] == [16, 48, 24, 48, 8]


def test_a_name_may_be_declared_again() -> None:
    console = Console(narrate=True)
    for line in ("type node struct { n int8 }", "type list struct { a, b node }", "type node struct { n int64 }"):
        console.submit(line)
    assert size_of(console, "list") == 16
    console.submit("back")
    assert size_of(console, "list") == 2


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("type bad struct { a int; a string }", 26, "a redeclared; other declaration of a: line 1, column 19"),
        ("type T struct{ b T }", 6, "invalid recursive type: T refers to itself"),
        ("type ( A struct{ b B }; B struct{ a [2]A } )", 8, "invalid recursive type A; A refers to B; B refers to A"),
        ("type T [-1]int", 9, "invalid array length -1 (untyped int constant)"),
        ("type T map[[]int]int", 12, "invalid map key type []int"),
        ("type ( A int; A int )", 15, "A redeclared in this block; other declaration of A: step 1, line 1"),
        ("type T struct { a int", 6, "type: one of its brackets is never closed"),
    ],
)
def test_what_go_refuses_changes_nothing(line: str, column: int, words: str) -> None:
    console = Console(narrate=True)
    assert failed(console.submit(line)) == (column, words)
    assert console.session.step == 0
    assert size_of(console, "T") is None


# --- The way through time -------------------------------------------------------------------------------------------------


def test_types_are_part_of_each_step() -> None:
    console = Console(narrate=True)
    console.submit("alloc 48")
    console.submit("type node struct { n int }")
    for _ in range(30):
        console.submit("alloc 4096 times 300")  # so that images are kept on the way
    console.submit("type leaf struct { n node }")
    assert size_of(console, "leaf") == 8
    for step, sizes in ((31, (8, None)), (1, (None, None)), (2, (8, None)), (32, (8, None)), (33, (8, 8)), (0, (None, None))):
        console.submit(f"goto {step}")
        assert (size_of(console, "node"), size_of(console, "leaf")) == sizes, step


def test_branches_have_types_of_their_own() -> None:
    console = Console(narrate=True)
    console.submit("type node struct { n int }")
    console.submit("back")
    console.submit("type node struct { n int8 }")
    assert size_of(console, "node") == 1
    console.submit("branch main")
    console.submit("goto end")
    assert size_of(console, "node") == 8


def test_a_step_that_fails_leaves_what_was_declared() -> None:
    session = Session(narrate=True)
    session.submit("type node struct { n int }")
    session.remember()  # an image right behind the declaration
    session.submit("alloc 48 as a")
    session.goto(1)
    assert session.submit("layout node").ok
    session.goto(1)
    assert not session.submit("drop nobody").ok
    assert session.submit("layout node").ok
    session.goto(2)
    assert session.submit("layout node").ok


def test_objects_keep_the_type_that_was_said() -> None:
    table = ObjectTable()
    table.add(0xC000000000, 16, 8, 1, "a", of_type="node")
    table.add(0xC000000010, 16, 8, 2, None)
    table.add(0xC000000020, 32, 8, 3, None, of_type="[2]node")
    assert [table.info(oid).type for oid in range(3)] == ["node", "", "[2]node"]
    again = ObjectTable.going_on(ObjectTable.of(table.columns()).columns())
    assert [again.info(oid).type for oid in range(3)] == ["node", "", "[2]node"]
    table.goto(1)
    table.diverge()
    table.add(0xC000000010, 16, 8, 2, None, of_type="leaf")
    assert table.info(1).type == "leaf"
    table.goto(1)
    table.put_back()
    table.goto(3)
    assert [table.info(oid).type for oid in range(3)] == ["node", "", "[2]node"]


# --- Files -----------------------------------------------------------------------------------------------------------------


def test_a_declaration_may_take_several_lines() -> None:
    text = "\n".join(
        (
            "gomem 1",
            "# A node, told with the declaration.",
            "type node struct {",
            "	next *node // the next one",
            "",
            "	vals struct {  # a comment of gomem's",
            "		a, b int32",
            "	}",
            "} # done",
            "expect spans 0",
            "type (",
            "	id uint8",
            "	two [2]id",
            ")",
            "layout node",
            "",
        )
    )
    script = read_script("s", text, "s")
    assert [*script.numbers] == [3, 11, 15]
    again = read_script("s", write_script(script), "s")
    assert again.steps == script.steps
    console = Console(narrate=True)
    console.begin(script)
    console.goto(3)
    assert (size_of(console, "node"), size_of(console, "two")) == (16, 2)
    assert console.session.history[0] == "type node struct { next *node; vals struct { a, b int32 } }"


def test_lines_are_joined_as_go_ends_them() -> None:
    assert joined(["type t struct {", ' a int `x:"#}"` // {', "", " b func(", "  int,", " )", "}"]) == (
        'type t struct { a int `x:"#}"`; b func( int, ) }'
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("alloc 8\ntype node struct {\n a int\n", ":2:1: type: one of its brackets is never closed"),
        ("alloc 8\n| type node struct {}\n", ":2:1: lines that begin with | are what is kept of a file"),
        ("types nosuch.go\n", ":1: nosuch.go: cannot be read: No such"),
    ],
)
def test_a_file_says_where_it_is_wrong(tmp_path: Path, text: str, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("s.gomem")
    path.write_text(text)
    with pytest.raises(ScriptError) as caught:
        load_script(path)
    assert where in str(caught.value)


def test_go_source_is_read(source: Path) -> None:
    console = Console(narrate=True)
    found = data(console.submit(f"types {source}"))
    assert found["declared"] == ["node", "pair", "far"]
    assert found["generic"] == ["pair"]
    [far] = found["unsized"]
    assert (far["type"], far["error"]["line"], far["error"]["column"]) == ("far", 21, 4)
    assert far["error"]["message"] == "the size of other.Thing is not known: package example.com/other was not read"
    assert (size_of(console, "node"), size_of(console, "pair[string]")) == (32, 24)


def test_a_session_goes_on_when_the_file_is_another_one(source: Path, tmp_path: Path) -> None:
    console = Console(narrate=True)
    console.submit(f"types {source}")
    console.submit("alloc 48")
    saved = tmp_path / "saved.gomem"
    console.submit(f"save {saved}")
    source.write_text("package list\ntype node int8\n")
    for _ in range(2):  # a file that it was changed into, and none at all
        console.submit("goto 2")
        assert size_of(console, "node") == 32
        again = Console(narrate=True)
        again.begin(load_script(saved))
        again.goto(2)
        assert size_of(again, "node") == 32
        source.unlink(missing_ok=True)
    assert "func f" not in saved.read_text()
    assert "unused" not in saved.read_text()


def test_a_session_file_reads_what_lies_beside_it(source: Path) -> None:
    path = source.parent / "s.gomem"
    path.write_text("types list.go\nlayout node\n")
    script = load_script(path)
    assert len(script.steps) == 2
    assert script.steps[0].startswith("types list.go\n| package list\n| //line list.go:")
    console = Console(narrate=True)
    console.begin(script)
    console.goto(1)
    assert size_of(console, "node") == 32


def test_what_is_no_source_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(narrate=True)
    os.mkfifo(tmp_path / "pipe.go")
    (tmp_path / "empty.go").write_text("package p\nfunc f() {}\n")
    (tmp_path / "large.go").write_text("package p\ntype a struct { " + "; ".join(f"f{n} int" for n in range(400)) + " }\n")
    monkeypatch.setattr("gomem_core.gotypes.files._MOST_KEPT", 1000)
    for name, words in (
        ("pipe.go", "is neither a file nor a directory"),
        ("empty.go", "declares no types"),
        ("large.go", "declares more than the 0 MB that a session keeps"),
        ("nosuch.go", "nosuch.go: cannot be read"),
    ):
        assert words in failed(console.submit(f"types {tmp_path / name}"))[1]
    assert console.session.step == 0


def test_a_journal_has_the_declarations(source: Path) -> None:
    console = Console(narrate=False, kind="run")
    console.submit(f"types {source}")
    console.submit("type ( own struct { n node } )")
    journal = console.journal
    assert journal is not None
    console.leave(ended=False)
    source.unlink()
    again = Console(narrate=False)
    resume(again, journal.id)
    assert size_of(again, "own") == 32


def test_json_of_a_declaration(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--json", "-c", f"types {source}", "-c", "type t struct { n *u }"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["result"]["declared"] == ["node", "pair", "far"]
    assert second["result"]["unsized"][0]["error"]["message"] == "undefined: u"


def test_lines_that_are_typed_are_gathered(capsys: pytest.CaptureFixture[str]) -> None:
    lines = "alloc 48\ntype node struct {\n\tnext *node // the next\n\tok   bool\n}\nlayout node\ntype t struct {\n\ta int"
    assert main(["run", "--json", "-k", "-c", lines]) == 3
    records = [*map(json.loads, capsys.readouterr().out.splitlines())]
    assert [(record["line"], record["ok"]) for record in records] == [(1, True), (2, True), (6, True), (7, False)]
    assert records[1]["command"] == "type node struct { next *node; ok bool }"
    assert records[3]["error"]["message"] == "type: one of its brackets is never closed"
