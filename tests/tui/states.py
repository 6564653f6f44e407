"""Sessions in the states that panes must be able to show."""

from dataclasses import replace
from functools import cache
from typing import Final

from gomem_core.files.step import Step
from gomem_core.queries.spanorder import SpanOrder
from gomem_core.session.session import Outcome
from gomem_core.world.changes import Touched
from gomem_tui.render.lines import Scene, Selection
from tests.versions import session_of

SCRIPTS: Final = {
    "empty": "",
    "one span": "alloc 48 scan as b",
    "full": "alloc 8192 times 128",
    "fragmented": "alloc 40000 times 40\ndrop o1..o9\ndrop o20..o30\ngc\nalloc 100 times 300\nalloc 3000 scan times 20",
    "mid-gc": "alloc 48 scan times 200\nalloc 16 times 5\nalloc 3 times 7\nalloc 1M\ndrop o1..o100\ngc mark",
    "huge": "alloc 48 as small\nalloc 100G scan as big\nlink big.5 small",
    "many Ps": "procs 3\nalloc 24 head\np 1\nalloc 24 head\nalloc 5\np 2\nalloc 24 head",
    "given back": "alloc 2M as x\ndrop x\nfreeos",
    "churned": "churn 3000 sizes web",
}


class State:
    """A session, what its last command told, and something selected."""

    def __init__(self, script: str, version: str = "1.10") -> None:
        self.session = session_of(version)
        self.outcome: Outcome | None = None
        for line in script.splitlines():
            self.outcome = self.session.submit(line)
            if not self.outcome.ok:
                raise AssertionError(f"{line}: {self.outcome.error}")
        self.order = SpanOrder(self.session.world, lambda: self.session.account)
        done = self.outcome
        news, before = (Touched(), None) if done is None else (done.touched, done.before)
        self.scene = Scene(Selection(self.session.world.extents.arenas.start, 8), news, last=self.session.step, before=before)

    def selecting(self, addr: int, spanclass: int = 8) -> Scene:
        """The same scene with another selection."""
        return replace(self.scene, selection=Selection(addr, spanclass))

    def noted(self, *notes: str) -> Outcome | None:
        """The outcome, with comments before its command."""
        outcome = self.outcome
        return outcome and replace(outcome, said=Step(outcome.line, outcome.line, outcome.command, None, notes))


@cache
def state(name: str, version: str = "1.10") -> State:
    """One of the states, made once."""
    return State(SCRIPTS[name], version)
