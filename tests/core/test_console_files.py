"""Files that are opened and saved, and expectations in them."""

from pathlib import Path

import pytest

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from tests.core.consoles import answer, at, begun, complaint


@pytest.fixture
def console() -> Console:
    return begun()


# --- Files --------------------------------------------------------------------------------------------------------------


def test_what_was_saved_is_opened_as_it_was(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "a file.gomem"
    console.submit("mark two")
    console.submit("goto 1")
    console.submit("drop a")
    assert answer(console.submit(f"save {path}")) == f"2 steps saved in {path}"
    assert answer(console.submit(f"save {path}")).startswith("2 steps saved")  # its own it may write again
    console.submit("gc")
    other = Console(narrate=True)
    assert answer(other.submit(f"open {path}")) == f"2 steps of {path} ahead"
    assert other.session.step == 0
    assert other.session.steps == ["alloc 48 as a", "drop a"]
    branches = other.session.branches
    assert [branches.line(name)[branches.shared_with(name) :] for name in branches.others] == [
        ["alloc 48 as b\nmark two", "alloc 40000 as c"]
    ]
    assert answer(other.submit(f"save {path}")).endswith(str(path))


def test_somebody_elses_file_is_not_written_over(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "other.gomem"
    path.write_text("precious")
    assert complaint(console.submit(f"save {path}")) == (f"{path} is there already; save under another name", 6)
    assert path.read_text() == "precious"
    assert complaint(console.submit(f"save {tmp_path}/no/such"))[0].startswith(f"cannot write {tmp_path}/no/such: No such file")
    assert [p.name for p in tmp_path.iterdir()] == ["other.gomem"]


def test_a_file_that_cannot_be_opened_leaves_the_session(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "bad.gomem"
    path.write_text("alloc 48\nalloc -1\n")
    assert complaint(console.submit(f"open {path}"))[0].startswith(f"{path}:2:7: ")
    assert complaint(console.submit("open /no/such"))[0] == "/no/such: cannot be read: No such file or directory"
    assert at(console, 2)


def test_the_first_step_back_from_the_end_undoes_a_command_also_where_a_bookmark_stands_last() -> None:
    console = Console(True, read_script("s", "alloc 48 as a\nalloc 48 as b\nmark m\n", "s"))
    assert console.submit("goto end").ok
    assert console.session.step == 2
    console.backward()
    assert (console.session.step, console.session.objects.alive) == (1, 1)


# --- Expectations -------------------------------------------------------------------------------------------------------


def test_what_comes_true_is_kept_with_the_step(console: Console) -> None:
    assert answer(console.submit("expect served mcache")) == "so it is: served mcache"
    assert complaint(console.submit("expect objects 5"))[0] == "expected objects = 5; found objects = 2"
    assert console.session.steps[1] == "alloc 48 as b\nexpect served mcache"
    assert console.content().decode() == "gomem 1\nalloc 48 as a\nalloc 48 as b\nexpect served mcache\nalloc 40000 as c\n"


def test_an_error_is_expected_of_the_line_before(console: Console) -> None:
    assert complaint(console.submit("expect error"))[0] == "expected error; found it was done without an error"
    console.submit("drop nobody")
    assert answer(console.submit("expect error nobody")) == "so it is: error nobody"
    assert complaint(console.submit("expect error memory"))[0].endswith("found the error no object is called nobody")
    assert console.session.steps[1] == "alloc 48 as b"  # of which it does not speak


def test_what_the_step_of_a_file_does_not_fulfil() -> None:
    console = Console(True, read_script("s", "alloc 48\nexpect served os\nexpect objects 7\nexpect no event grow\n", "s"))
    found = console.unmet(console.forward())
    assert [(line, what.partition(",")[0]) for line, what in found] == [
        ("expect objects 7", "objects = 1"),
        ("expect no event grow", "it told grow"),
    ]


def test_what_is_said_is_a_step_of_its_own(console: Console) -> None:
    outcome = console.submit("say Look *here*")
    assert outcome.said is not None
    assert outcome.said.says == ("Look *here*",)
    assert console.session.steps[2:] == ["say Look *here*\npause"]
    assert answer(console.submit("focus why 3")) == "panes: why, bitmap"


def test_what_is_to_be_selected_has_to_be_there() -> None:
    console = Console(True)
    console.submit("alloc 48 as a times 2")
    assert answer(console.submit("select a.2")) == "selected 0xc420000030, in span 0xc420000000"
    assert answer(console.submit("select 0xc420002008")) == "selected 0xc420002008, in span 0xc420002000"
    assert console.submit("select b").error is not None
    assert console.submit("select 0xc420100000").error is not None
