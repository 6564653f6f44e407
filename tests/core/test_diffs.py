"""`diff branch` and `diff file`: what differs from another branch or a file, with the session left as it was."""

from pathlib import Path
from typing import Any

import pytest

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from tests.core.consoles import SCRIPT, answer, complaint


@pytest.fixture
def console() -> Console:
    """At the end of the main branch; `other` begins after its first step, `third` in that."""
    console = Console(True, read_script("t", SCRIPT, "t"))
    while console.forward():
        pass
    return console


def place(console: Console) -> tuple[object, ...]:
    session = console.session
    return session.step, session.event, session.branches.name, [*session.steps], bytes(session.trail.marks), {*session.bookmarks}


def test_another_branch_is_compared_at_its_end_or_at_a_step(console: Console) -> None:
    before = place(console)
    # On main b lives and a was dropped and swept; on `other` a, c of 64 bytes and d of 40000 live.
    assert answer(console.submit("diff branch other")).startswith("step 4 compared with step 3 of branch other: ")
    assert console.difference is not None
    assert {row[0] for row in console.difference.objects} == {"a", "b", "c", "d"}
    assert answer(console.submit("diff branch other:1")).startswith("step 4 compared with step 1 of branch other: ")
    assert {row[0] for row in console.difference.objects} == {"a", "b"}
    told = answer(console.submit("diff branch other:there"))
    assert told.startswith("step 4 compared with step 2 (bookmark there) of branch other: ")
    assert place(console) == before


def test_a_branch_equals_itself_where_both_have_the_step(console: Console) -> None:
    console.submit("goto 1")
    assert answer(console.submit("diff branch other:1")) == "nothing differs between step 1 of branch other and step 1"


def test_halfway_the_step_counts_as_a_whole(console: Console) -> None:
    console.submit("goto 1.2")
    assert answer(console.submit("diff branch other:1")).startswith("step 1 as a whole, not 1.2: nothing differs")
    assert (console.session.step, console.session.event) == (1, 2)


@pytest.mark.parametrize(
    ("line", "message", "column"),
    [
        ("diff branch main", "there is no other branch called main; there are: other, third", 13),
        ("diff branch othre", "there is no other branch called othre; there are: other, third", 13),
        ("diff branch other:9", "there is no step 9; steps go from 0 to 3", 19),
        ("diff branch other:two", "no step is marked two", 19),
        ("diff branch other:", "diff: a step is missing after the colon, such as 7, a bookmark or end", 13),
        ("diff branch :3", 'diff: ":3" begins with the colon that stands between a branch and a step', 13),
        ("diff file nosuch", "nosuch: cannot be read: No such file or directory", 11),
    ],
)
def test_what_is_not_there(console: Console, line: str, message: str, column: int) -> None:
    before = place(console)
    assert complaint(console.submit(line)) == (message, column)
    assert place(console) == before


def test_a_file_is_compared_with_its_session_at_the_end(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "it"
    assert console.submit(f"save {file}").ok
    assert answer(console.submit(f"diff file {file}")) == f"nothing differs between {file} and step 4"
    console.submit("back")
    assert answer(console.submit(f"diff file {file}")).startswith(f"between {file} and step 3: ")


TYPED = """gomem 1
go 1.27
type node struct { next *node; key string; ok bool }
new(node) as a
alloc 48 as plain
mark here
new(node) as b
make([]int, 4) as four
"""


def test_what_grew_is_told_by_type(tmp_path: Path) -> None:
    # A node has 32 bytes: a pointer, a string, and a bool in a word of its own; [4]int has 32, too.
    console = Console(True, read_script("t", TYPED, "t"))
    while console.forward():
        pass
    for line in ("goto 3", "new(node) times 3"):
        assert console.submit(line).ok, line
    told = console.submit("diff here")
    assert answer(told).endswith("; the type node +96 B")
    assert told.result is not None
    types = told.result.details.index("by type")
    assert types < told.result.details.index("spans")
    assert told.result.details[types + 1 : types + 3] == (
        "bytes   was     is  objects  were  are  type",
        "+96 B  32 B  128 B       +3     1    4  node",
    )
    assert console.difference is not None
    assert [(one.name, one.objects, one.nbytes) for one in console.difference.types or ()] == [("node", (1, 4), (32, 128))]
    found: Any = console.submit("diff branch main").result
    assert found.data["counts"]["types"] == 2
    assert found.data["types"] == [
        {"name": "node", "bytes_then": 64, "bytes_now": 128, "objects_then": 2, "objects_now": 4},
        {"name": "[4]int", "bytes_then": 32, "bytes_now": 0, "objects_then": 1, "objects_now": 0},
    ]
    saved = tmp_path / "then.gomem"
    assert console.submit("goto 3").ok
    assert console.submit(f"save {saved}").ok
    found = console.submit(f"diff file {saved}@2").result
    assert [row["name"] for row in found.data["types"]] == ["no type said"]
