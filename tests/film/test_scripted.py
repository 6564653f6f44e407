"""A session file about a film: goto and until are steps, which can be gone back over; elsewhere they are for the prompt."""

import shutil
from pathlib import Path

import pytest

from gomem_core.files.script import ScriptError, load_script
from gomem_core.queries.quantities import measure
from gomem_core.session.console import Console
from gomem_tui.__main__ import main
from tests.film.recorded import FOLDER, TRUTH, film

_NAME = "go1.27.3-lru"
_TEXT = f"""gomem 1
title About a film
on {_NAME}.trace.gz

say It begins.
pause

goto 29
expect heap_alloc {TRUTH[_NAME]["begin"]["HeapAlloc"]}

until type "uint8" > 400K

until numgc >= 1
expect numgc 1
expect spans_inuse > 90

goto end
"""


@pytest.fixture
def console(tmp_path: Path) -> Console:
    shutil.copy(FOLDER / f"{_NAME}.trace.gz", tmp_path)
    path = tmp_path / "about.gomem"
    path.write_text(_TEXT)
    return Console(True, load_script(path))


def _heap_alloc(console: Console) -> int:
    return measure("heap_alloc", console.session.world, console.session.objects)


def _walk(console: Console) -> list[int]:
    """HeapAlloc after each step."""
    found = []
    while (outcome := console.session.forward()) is not None:
        assert outcome.ok, outcome.error
        assert not console.unmet(outcome)
        found.append(_heap_alloc(console))
    return found


def test_steps_lead_to_moments_and_back(console: Console) -> None:
    one = film(_NAME)
    there = _walk(console)
    assert there[0] == one.account(0).HeapAlloc
    assert there[1] == TRUTH[_NAME]["begin"]["HeapAlloc"]
    assert there[-1] == one.account(one.events).HeapAlloc
    for step in (2, 4, 1, 5, 3):
        console.session.goto(step)
        assert _heap_alloc(console) == there[step - 1]
    console.session.goto(0)
    assert _walk(console) == there


def test_the_first_moment_is_the_first_at_which_the_type_has_so_much(console: Console) -> None:
    console.session.goto(3)
    outcome = console.session.outcome
    assert outcome is not None
    assert outcome.result is not None
    event = int(outcome.result.summary.split("event ")[1].split(" of")[0].replace(",", ""))
    reel = film(_NAME)
    lives, spans = reel.tables.lives, reel.tables.spans
    mine = lives["type"] == reel.tables.types.index("uint8")
    there = mine & (lives["born"] <= event) & (lives["freed"] > event)
    size = int(spans["elemsize"][lives["span"][there]].sum())
    last = int(spans["elemsize"][lives["span"][lives["born"] == event]].sum())
    assert size > 400 << 10 >= size - last


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("goto 999999", "events go from 0 to 6304"),
        ('until type "main.Nothing" > 1', "no type main.Nothing"),
        ("until heap_alloc > 1G", "comes true in no further event"),
        ("goto somewhere", "a step goes to an event, a time, start or end"),
        ("until unswept > 0", "a film does not tell unswept"),
        ("alloc 48", "is only read"),
    ],
)
def test_what_cannot_be_is_said(step: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(FOLDER / f"{_NAME}.trace.gz", tmp_path)
    path = tmp_path / "about.gomem"
    path.write_text(f"gomem 1\non {_NAME}.trace.gz\n\n{step}\n")
    assert main(["check", str(path)]) in {1, 3}
    assert said in "".join(capsys.readouterr())


def test_what_is_expected_and_not_known_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(FOLDER / f"{_NAME}.trace.gz", tmp_path)
    path = tmp_path / "about.gomem"
    path.write_text(f"gomem 1\non {_NAME}.trace.gz\n\ngoto 5ms\nexpect cached 0\n")
    assert main(["check", str(path)]) == 1
    assert "cached is not known: a trace does not tell" in "".join(capsys.readouterr())


def test_in_a_session_they_are_for_the_prompt(tmp_path: Path) -> None:
    path = tmp_path / "own.gomem"
    path.write_text("gomem 1\nalloc 48\ngoto 0\n")
    with pytest.raises(ScriptError, match="goto is for the prompt"):
        load_script(path)
