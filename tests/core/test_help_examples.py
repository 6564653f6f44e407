"""Every example that help shows works as it stands, from an empty heap, as far as one session alone can do it."""

import re
from pathlib import Path

import pytest

from gomem_core.files.timeline import Timeline
from gomem_core.go.release import ALWAYS, Release
from gomem_core.lang import BY_WORD, REGISTRY, parse
from gomem_core.lang.commands import Look
from gomem_core.lang.moves import Go, Pause
from gomem_core.session.commands.table import EXECUTE
from gomem_core.session.session import Session

EXAMPLES = [(spec.name, example) for spec in REGISTRY for example in spec.examples]


def is_done_by_a_session(example: str) -> bool:
    """Whether every line is a command to a heap that is modelled; others are for those who keep a history or a file."""
    lines = _after_go(example)
    return bool(lines) and all(type(parse(line)) in EXECUTE and parse(line) != Look() for line in lines)


def _after_go(example: str) -> list[str]:
    """The lines after the one that says which version of Go it is of."""
    return [line for line in example.splitlines() if not isinstance(parse(line), Go)]


def _release(example: str) -> Release:
    said = (parse(line) for line in example.splitlines())
    return next((one.release for one in said if isinstance(one, Go) and one.release is not None), ALWAYS)


RUN = [example for _, example in EXAMPLES if is_done_by_a_session(example)]


@pytest.mark.parametrize("example", RUN, ids=[example.replace("\n", " / ") for example in RUN])
def test_it_runs(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("node.go").write_text("package list\ntype node struct{ next *node }\n")
    session = Session(timeline=Timeline(release=_release(example)))
    for line in _after_go(example):
        outcome = session.submit(line)
        assert outcome.ok, (line, outcome.error)
    assert outcome.result is not None
    assert outcome.result.lines(), "it answers"


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example.replace("\n", " / ") for _, example in EXAMPLES])
def test_it_is_understood_and_ends_with_the_command_it_explains(name: str, example: str) -> None:
    assert all(parse(line) is not None for line in example.splitlines())
    assert BY_WORD[re.split(r"[ (]", example.splitlines()[-1])[0]].name == name


def test_every_command_has_one() -> None:
    assert {name for name, _ in EXAMPLES} == {spec.name for spec in REGISTRY}


def test_what_a_session_does_has_one_that_runs() -> None:
    done = {type(parse(line)) for example in RUN for line in _after_go(example)[-1:]}
    assert done == set(EXECUTE) - {Pause, Look}  # which nobody types alone; which is for heaps that are read
