"""The explorer is killed again and again at random moments, while keys are pressed; each time it goes on where it was."""

import re
from pathlib import Path
from random import Random

from gomem_core.classic.image import capture
from gomem_core.files.journal import unfinished
from gomem_core.files.timeline import Timeline
from gomem_core.session.console import Console
from gomem_core.session.resume import resume
from gomem_core.session.session import Session
from tests.effort import effort
from tests.inside import heap_of
from tests.tui.longscript import STEPS, long_script
from tests.tui.terminal import Terminal

KILLS = effort(4, 12)
PLACE = re.compile(r"step ([0-9,]+)")


def shown_step(terminal: Terminal) -> int:
    """The step that the header tells."""
    found = PLACE.search(terminal.shows(0))
    return int(found[1].replace(",", "")) if found else -1


def stands_at(terminal: Terminal, step: int) -> bool:
    return terminal.comes_true(lambda: shown_step(terminal) == step and "6 Why" in "".join(terminal.rows()))


def journalled() -> Session:
    """What the journal of the killed session says, read here."""
    desk = Console(True, kind=None)
    resume(desk, None)
    session = desk.session
    desk.leave(ended=False)
    return session


def test_whenever_it_is_killed_nothing_is_lost_that_was_shown(tmp_path: Path) -> None:
    script = tmp_path / "long.gomem"
    script.write_text(long_script())
    r = Random(20)
    arguments = [str(script)]
    reached = 0
    for kill in range(KILLS):
        terminal = Terminal(*arguments)
        assert stands_at(terminal, reached)
        for _ in range(r.randint(1, 12)):  # only forward, so that the step that is shown can be compared with the journal
            terminal.send(
                r.choice((" ", " ", "   ", ".", "}", f":alloc {r.randint(1, 5000)} as k{kill}\r" if r.random() < 0.1 else " "))
            )
            terminal.read(r.uniform(0, 0.03))
        shown = max(reached, shown_step(terminal))
        terminal.kill()
        assert len(unfinished()) == 1
        session = journalled()
        assert session.step >= shown
        fresh = Session(narrate=True, timeline=Timeline([*session.steps[: session.step]]))
        while fresh.forward() is not None:
            pass
        if not session.event:
            assert capture(heap_of(session)) == capture(heap_of(fresh))
        arguments, reached = ["--resume"], session.step
        if reached > STEPS - 60:
            break
    assert reached > effort(5, 20)
