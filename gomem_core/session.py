"""A session: typed commands, one after the other, done to one heap.

Same commands, same heap, to the bit.  A command that fails changes nothing: neither heap nor names nor the clock, which is
logical and goes one second further with each command that succeeds.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from gomem_core.account import Account
from gomem_core.events import Event
from gomem_core.execute import EXECUTE, CommandError, World
from gomem_core.lang import Command, ParseError, parse
from gomem_core.objects import ObjectTable
from gomem_core.report import Result
from gomem_core.runtime.malloc import Heap
from gomem_core.view import HeapView

SECOND: Final = 1_000_000_000  # ns
EVENTS_KEPT: Final = 20_000  # of one command; the rest is only counted


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line: a result, or an error that says where in the line and what was expected."""

    line: str
    command: Command | None  # None: a comment or an empty line, or not understood
    step: int  # of the session after it
    result: Result | None = None
    error: ParseError | None = None
    events: list[Event] = field(default_factory=list)  # the first EVENTS_KEPT, if the session narrates
    events_total: int = 0

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.error is None


class Session:
    """One heap, its objects, and the commands that made them.

    With `narrate` each outcome carries the events its command caused.
    """

    def __init__(self, narrate: bool = False) -> None:
        self._heap = Heap()
        self._world = World(self._heap, HeapView(self._heap), ObjectTable())
        self.history: list[str] = []  # every line that was done
        self.account = Account(self._world.view, self._world.objects)  # to be read in sessions that narrate
        self._events: list[Event] = []
        self._events_total = 0
        if narrate:
            self._heap.set_trace(self._listen)

    @property
    def view(self) -> HeapView:
        """The heap, to be looked at."""
        return self._world.view

    @property
    def objects(self) -> ObjectTable:
        """The objects the program ever had."""
        return self._world.objects

    @property
    def step(self) -> int:
        """Commands done so far."""
        return len(self.history)

    def submit(self, line: str) -> Outcome:
        """Parse one line and do it; errors are in the outcome.

        Raises InvariantError and Throw, which mean that gomem itself is wrong, and KeyboardInterrupt.
        """
        try:
            command = parse(line)
        except ParseError as e:
            return Outcome(line, None, self.step, error=e)
        if command is None:
            return Outcome(line, None, self.step)
        return self._execute(command, line)

    def _execute(self, command: Command, line: str) -> Outcome:
        self._events = []
        self._events_total = 0
        now = self._heap.mheap.now
        self._world.step = self.step + 1
        self._heap.set_now(self._world.step * SECOND)
        try:
            result = EXECUTE[type(command)](self._world, command)
        except CommandError as e:
            self._heap.set_now(now)
            return Outcome(line, command, self.step, error=_located(e, line))
        except KeyboardInterrupt:
            self._heap.set_now(now)
            raise
        self.history.append(line)
        return Outcome(line, command, self.step, result, None, self._events, self._events_total)

    def _listen(self, event: Event) -> None:
        self._events_total += 1
        self._world.view.follow(event)
        self.account.follow(event)
        if self._events_total <= EVENTS_KEPT:
            self._events.append(event)


def _located(e: CommandError, line: str) -> ParseError:
    """The same complaint with the place in the line that is to blame, the whole line where none is."""
    whole_word = rf"(?<![\w.-]){re.escape(e.word)}(?![\w-])" if e.word[:1] != "." else re.escape(e.word)
    place = re.search(whole_word, line) if e.word else None
    if place is None:
        text = line.partition("#")[0].rstrip()
        start = len(text) - len(text.lstrip())
        return ParseError(start + 1, len(text) - start, e.message, (), e.suggestion)
    return ParseError(place.start() + 1, len(e.word), e.message, (), e.suggestion)
