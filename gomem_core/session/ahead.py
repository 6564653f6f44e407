"""What is known of a command before it is done: whether it can be done, what it would do, whether one would have to wait."""

from collections.abc import Iterable
from typing import Final

from gomem_core.files.timeline import Timeline
from gomem_core.lang import Command, ParseError
from gomem_core.lang.commands import Alloc, AllocType, Drop, Show, Statement, Types
from gomem_core.lang.filters import ROW
from gomem_core.lang.moves import (
    Back,
    Branch,
    Compare,
    Diff,
    DiffBranch,
    DiffFile,
    Forward,
    Go,
    Goto,
    Open,
    Resume,
    TakeUp,
    UntilEvent,
    UntilQuantity,
    UntilType,
    WhatIf,
)
from gomem_core.session.commands.context import CommandError, Context
from gomem_core.session.commands.cost import BLINK, cost
from gomem_core.session.commands.drop import foresee_drop
from gomem_core.session.commands.foreseen import foresee_statement
from gomem_core.session.commands.table import CHECK
from gomem_core.session.history import Steps
from gomem_core.session.trail import Trail
from gomem_core.session.whatif import what_if
from gomem_core.world.reel import Reel, Scenes
from gomem_core.world.world import NotKnown, known

_CHECKED: Final = 20_000  # objects, or new names, up to which a line is checked while it is typed
_TRAVELS: Final = (UntilEvent, UntilQuantity, UntilType, Goto, Back, Forward, Diff, DiffBranch, Branch)
_MANY_STEPS: Final = 2_000  # whoever goes further may have to wait


class Ahead:
    """Looks ahead from where a session stands."""

    def __init__(self, context: Context, timeline: Timeline, trail: Trail, steps: Steps) -> None:
        self._context = context
        self._timeline = timeline
        self._trail = trail
        self._steps = steps

    def foresee(self, command: Command, line: str) -> ParseError | str:
        """What is wrong with a command here, or what it would do, in a line, without doing it.

        Nothing where that is not known, or takes long to find out.
        """
        try:
            if isinstance(command, Statement | AllocType):  # one plan tells both
                told = foresee_statement(self._context, command)
                return told if self._context.strip is None else ""
            self._check(command)
        except CommandError as e:
            return e.located(line)
        except NotKnown:  # which is told when the line is entered
            pass
        return self._foretell(command)

    def _check(self, command: Command) -> None:
        """Raise CommandError if a command cannot be done here, unless that takes long to find out."""
        check = CHECK.get(type(command))
        many = isinstance(command, Alloc) and command.times > _CHECKED
        objects = self._context.objects
        if check is not None and not many and (known(lambda: objects.alive) or 0) <= _CHECKED:
            check(self._context, command)

    def _foretell(self, command: Command) -> str:
        if self._context.strip is not None:  # nothing can be done
            return ""
        match command:
            case Alloc():
                return what_if(command, self._context.engine)
            case Drop():
                return foresee_drop(self._context, command)
            case _:
                return ""

    def takes_long(self, commands: Iterable[Command | None]) -> bool:
        """Whether to do these commands, one after the other, keeps a user waiting for more than a blink."""
        work = 0
        for command in commands:
            match command:
                case None:
                    continue
                case Open() | Resume() | DiffFile() | TakeUp() | Go() | Compare() | WhatIf() | Types():
                    return True
                case Branch(str(name)) if name in self._timeline.branches and self._timeline.on_another(name):
                    return True
                case Show(filters=filters) if any(f.field == ROW for f in filters):
                    return True
                case _ if isinstance(command, _TRAVELS) and self.way_takes_long():
                    return True
                case _:
                    work += cost(self._context, command)
            if work > BLINK:
                return True
        return False

    def next_takes_long(self) -> bool:
        """The same of the next step; the event of a film that comes next is as near as any other."""
        if isinstance(self._context.strip, Reel):
            return False
        return self._timeline.following is not None and self.takes_long([self._steps.command(self._timeline.cursor + 1)])

    def way_takes_long(self) -> bool:
        """Whether going along the steps can take long: there are many, or heavy ones that were never done."""
        if isinstance(self._context.strip, Reel | Scenes):  # all its moments are as near
            return False
        steps = len(self._timeline.steps)
        waiting = (self._steps.command(step) for step in range(self._trail.recorded + 1, steps + 1))
        return steps > _MANY_STEPS or self.takes_long(waiting)
