"""A desk that does what another one records is the same session after each record: steps, branches, marks, place, heap."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gomem_core.files.script import read_script
from gomem_core.queries.data import counters_data
from gomem_core.session.console import Console
from gomem_core.session.document import Entry, Origin
from gomem_core.session.echo import Strayed, begin, echo, packed, thinned, whole, with_look
from gomem_core.session.opened import open_file
from gomem_core.world.reel import Reel
from gomem_core.world.strip import Strip
from tests.effort import effort
from tests.looks import Program

SCRIPT = "title T\nalloc 48 scan as a\nalloc 32 times 5\ngc\nalloc 100\ndrop a\ngc\n"
LINES = [
    *("forward 2", "back", "goto 1", "goto 2.3", "goto end", "goto start", "alloc 48", "alloc 4096 times 3", "drop a", "gc"),
    *("mark here", "goto here", "say hello", "expect spans 3", "branch main", "branch fork", "show spans", "find 0xc420000000"),
    *("until event grow", "diff 1", "nonsense", "invariants"),
]


def told(entry: Entry) -> Entry:
    """A record after its way through JSON."""
    return tuple(json.loads(json.dumps(packed(entry))))


def seen(desk: Console) -> Sequence[object]:
    session = desk.session
    spans, sums = [*session.world.spans.rows()], session.world.sums
    outcome = session.outcome
    return (
        *(session.step, session.event, [*session.steps], session.branches.name, [*session.branches.others]),
        *({**session.bookmarks}, session.release, spans, counters_data(sums.stats), None if outcome is None else outcome.line),
        desk.text(),
    )


@pytest.mark.parametrize("go", ["", "go 1.27\n"], ids=["1.10", "1.27"])
@settings(max_examples=effort(12, 300))
@given(st.lists(st.sampled_from([*LINES, "go 1.27", "go 1.10"]), max_size=12))
def test_it_is_the_same_session_after_each_line(go: str, lines: list[str]) -> None:
    desk = Console(True, read_script("t", f"{go}{SCRIPT}", "t"))
    records: list[Entry] = []
    desk.heard = records.append
    other = begin(told(whole(desk)))
    for line in lines:
        desk.submit(line)
        for entry in thinned([told(entry) for entry in records]):
            echo(other, entry)
        records.clear()
        assert seen(other) == seen(desk), line
    now, before = seen(begin(told(whole(desk)))), seen(desk)  # in a file, marks stand in the text of their steps
    assert [*now[:2], *now[3:]] == [*before[:2], *before[3:]], "whoever comes now begins here"


def test_moves_after_which_it_moved_on_are_left_out() -> None:
    moves = [("goto", 1, 0), ("goto", 2, 0), ("do", "gc"), ("goto", 1, 0), ("mark", "x", 1), ("goto", 0, 0), ("goto", 3, 0)]
    assert [*thinned(moves)] == [moves[1], moves[2], moves[3], moves[4], moves[6]]


def test_looks_at_a_process_are_told_each_as_it_was() -> None:
    program = Program()
    desk = Console(True, program.strip())
    records: list[Entry] = []
    desk.heard = lambda entry: records.append(with_look(desk, entry))
    other = begin(told(whole(desk)))
    for _ in range(3):
        desk.submit("look")
    stills = [told(entry) for entry in records if entry[0] == "still"]
    assert len(stills) == 3
    for at, entry in enumerate(stills, 1):
        echo(other, entry)
        desk.goto(at)
        assert [*other.session.world.spans.rows()] == [*desk.session.world.spans.rows()]
    assert program.looks == 4


_FILM = Path(__file__).parents[1] / "film" / "traces" / "go1.27.3-lru.trace.gz"


@pytest.mark.parametrize("read", [lambda: Program().strip(), lambda: open_file(_FILM)], ids=["process", "film"])
def test_types_that_a_heap_was_given_are_told_to_who_is_there_and_to_who_comes(read: Callable[[], Strip], tmp_path: Path) -> None:
    source = tmp_path / "page.go"
    source.write_text("package p\n\ntype Page struct {\n\tkey string\n\tnext *Page\n}\n")
    strip = read()
    desk = Console(True, strip, origin=Origin(_FILM, None) if isinstance(strip, Reel) else None)
    records: list[Entry] = []
    desk.heard = records.append
    other = begin(told(whole(desk)))
    asked = "layout Page"
    assert other.submit(asked).error is not None, "nothing is declared yet"
    for line in (f"types {source}", "types nosuch.go", "type pair struct { a, b int }"):
        desk.submit(line)
    source.unlink()  # those who follow have no files
    assert [entry[0] for entry in records] == ["give", "give"]
    for entry in records:
        echo(other, told(entry))
    for one in (other, begin(told(whole(desk)))):
        for line in (asked, "layout pair"):
            answers = [console.submit(line).result for console in (desk, one)]
            assert None not in answers
            assert [*answers[0].lines()] == [*answers[1].lines()]  # type: ignore[union-attr]
        assert one.session.declared == desk.session.declared


def test_a_look_comes_behind_all_others_wherever_one_stood() -> None:
    """How the presenter came to the end is not told of a process: only its looks are."""
    program = Program()
    desk = Console(True, program.strip())
    records: list[Entry] = []
    desk.heard = lambda entry: records.append(with_look(desk, entry))
    other = begin(told(whole(desk)))
    desk.submit("look")
    desk.submit("look")
    first, second = (told(entry) for entry in records if entry[0] == "still")
    echo(other, first)
    other.goto(0)
    echo(other, second)
    assert (other.session.step, len(other.session.steps), other.session.branches.name) == (2, 2, "main")


@pytest.mark.parametrize(
    "entry",
    [
        ("do", "drop nothing"),
        ("do", "nonsense"),
        ("goto", 99, 0),
        ("goto", "1", 0),
        ("branch", "nowhere"),
        ("go", "1.99"),
        ("line", 1, "alloc 8"),
        ("still", "AAAA"),
        ("give", "type pair struct { a, b int }"),
        ("no such record",),
        (),
    ],
    ids=str,
)
def test_a_record_that_cannot_be_of_this_session_is_told(entry: Entry) -> None:
    desk = Console(True, read_script("t", SCRIPT, "t"))
    with pytest.raises(Strayed):
        echo(desk, entry)


@pytest.mark.parametrize(
    "entry", [("load", "t"), ("open", "/nowhere", 0, 0), ("stills", "?", True, 0, 0), ("load", "t", "x", 9, 0)]
)
def test_what_is_no_beginning_is_told(entry: Entry) -> None:
    with pytest.raises(Strayed):
        begin(entry)
