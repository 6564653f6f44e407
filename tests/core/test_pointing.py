"""Which panes a session points at: where one comes to, whichever way."""

import pytest

from gomem_core.files.lines import Lines
from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.explorer.focus import Pointing
from tests.inside import timeline_of

# 1 nothing, 2 spans, 3 nothing, 4 heap and why, 5 nothing, 6 heap and why again
TEXT = "pause\nfocus spans\npause\npause\nfocus heap\nfocus why\nalloc 8\npause\nfocus heap why\npause\n"


def follow(*path: int) -> list[tuple[str, ...]]:
    session, pointing = Console(True, read_script("s", TEXT, "s")).session, Pointing()
    found: list[tuple[str, ...]] = []
    for step in path:
        session.goto(step)
        found.append(pointing.moved(session))
    return found


@pytest.mark.parametrize(
    ("path", "panes"),
    [
        ((0,), [()]),
        ((1, 2, 3, 4), [(), ("spans",), (), ("heap", "why")]),
        ((4, 3), [("heap", "why"), ("spans",)]),  # back behind a focus: the one before it is in force again
        ((5, 1), [("heap", "why"), ()]),  # nothing was pointed at there: what is shown stays
        ((2, 3, 2), [("spans",), (), ("spans",)]),  # a step that points does so again
        ((3, 3), [("spans",), ()]),  # it stands where it stood
        ((4, 5, 6, 5), [("heap", "why"), (), ("heap", "why"), ()]),  # the same focus: who went elsewhere by hand stays there
        ((6, 0, 6), [("heap", "why"), (), ("heap", "why")]),
    ],
)
def test_the_last_focus_at_or_before_the_step(path: tuple[int, ...], panes: list[tuple[str, ...]]) -> None:
    assert follow(*path) == panes


def test_halfway_nothing_is_pointed_at() -> None:
    session, pointing = Console(True, read_script("s", TEXT, "s")).session, Pointing()
    session.goto(3, 1)
    assert pointing.moved(session) == ()
    session.goto(3)
    assert pointing.moved(session) == ("spans",)


def test_another_future_has_its_own_focus() -> None:
    console, pointing = Console(True, read_script("s", TEXT, "s")), Pointing()
    console.session.goto(4)
    assert pointing.moved(console.session) == ("heap", "why")
    console.session.goto(3)
    assert pointing.moved(console.session) == ("spans",)
    console.submit("alloc 16")  # in place of step 4
    assert pointing.moved(console.session) == ()
    console.submit("branch main")
    assert pointing.moved(console.session) == ()
    console.session.goto(5)
    assert pointing.moved(console.session) == ("heap", "why")


def test_without_any_focus_nothing_before_the_move_is_read() -> None:
    class Steps(Lines):
        read = 0

        def __getitem__(self, at):  # type: ignore[no-untyped-def] # as Lines has it
            Steps.read += 1
            return super().__getitem__(at)

    console, pointing = Console(True, read_script("s", "pause\n" * 200, "s")), Pointing()
    session = console.session
    session.goto(199)
    pointing.moved(session)
    timeline_of(session).steps = Steps(session.steps)
    for step in (200, 199, 198):
        session.goto(step)
        before = Steps.read
        pointing.moved(session)
        assert Steps.read - before <= 3
