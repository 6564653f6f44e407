"""A session as it stands, to be looked at: its heap, its objects, and the steps that made them (session.py does them)."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, cast

from gomem_core.files.branches import script_of
from gomem_core.files.script import Script
from gomem_core.files.timeline import Timeline
from gomem_core.go.release import Release
from gomem_core.gotypes.errors import GoError
from gomem_core.lang.commands import Level
from gomem_core.queries.account import Account
from gomem_core.queries.links import LinkIndex
from gomem_core.report import Result
from gomem_core.session.engine import Base
from gomem_core.session.history import Branches, Done, Steps, UnderWay, command_of
from gomem_core.session.machine import Machine
from gomem_core.session.outcome import Outcome
from gomem_core.session.reels import ReelMachine, timeline_of
from gomem_core.session.trail import Trail
from gomem_core.world.changes import Stale
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.objects import ObjectTable
from gomem_core.world.reel import Reel
from gomem_core.world.still import TypeSource
from gomem_core.world.strip import LOOK, Strip
from gomem_core.world.unseen import AnyUnseen
from gomem_core.world.world import NotKnown, Unknown, World, known

if TYPE_CHECKING:
    from gomem_core.session.ahead import Ahead

_NOT_KEPT: Final = Unknown("this session does not narrate, so its account and its links are not kept")


class Standing:
    """What can be asked of a session where it stands."""

    def __init__(
        self,
        narrate: bool = False,
        timeline: Timeline | None = None,
        stop: StopRequest | None = None,
        progress: Progress | None = None,
        base: Base = None,
    ) -> None:
        self.base = base
        reel = base if isinstance(base, Reel) else None
        self._timeline = timeline or (Timeline() if reel is None else timeline_of(reel))
        self._progress = progress or Progress()
        self._steps = Steps(self._timeline)
        self._stop = stop or StopRequest()
        self._machine = (
            Machine(self._steps, narrate, self._stop, self._progress, base, self._timeline.release)
            if reel is None
            else ReelMachine(self._steps, narrate, self._stop, self._progress, reel)
        )
        self._part: Outcome | None = None  # of the command in which it stands halfway
        self._whole: Outcome | None = None  # of that in which it stood halfway last, with all its events
        self.event = 0  # > 0: halfway, after so many events of the next command

    @cached_property
    def ahead(self) -> "Ahead":
        """What is known of a command before it is done."""
        from gomem_core.session.ahead import Ahead  # noqa: PLC0415 -- a first picture does without

        return Ahead(self._machine.context, self._timeline, self._machine.trail, self._steps)

    # --- The heap -------------------------------------------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The heap, to be looked at."""
        return self._machine.context.world

    @property
    def strip(self) -> Strip | None:
        """The looks at a heap that is read; None: it is modelled."""
        return self._machine.context.strip

    @property
    def reel(self) -> Reel | None:
        """The film that is looked at; None: it is another heap."""
        strip = self.strip
        return strip if isinstance(strip, Reel) else None

    @property
    def goes_on(self) -> bool:
        """Whether its heap is that of a process, which can be looked at again."""
        return self.strip is not None and self.strip.goes_on

    @property
    def is_one_moment(self) -> bool:
        """Whether there is no time to go through: a heap was read once, and cannot be looked at again."""
        strip, reel = self.strip, self.reel
        if reel is not None and reel.done < 1:  # its first event may be yet to come
            return False
        return strip is not None and not self._timeline.steps and not self.goes_on

    @property
    def has_looks(self) -> bool:
        """Whether its steps are looks at a heap, which are counted from 1: the heap at its beginning is the first one."""
        return (
            self.strip is not None
            and self.reel is None
            and not self.is_one_moment
            and all(step.split(maxsplit=1)[0] == LOOK for step in self._timeline.steps)
        )

    @property
    def objects(self) -> ObjectTable:
        """The objects the program ever had."""
        return self._machine.objects

    @property
    def account(self) -> Account:
        """What became of each byte; Unknown in a session that does not narrate."""
        return self._machine.narrator.account if self.narrates else cast("Account", _NOT_KEPT)

    @property
    def links(self) -> LinkIndex:
        """Where the pointers to an address are stored; likewise."""
        return self._machine.narrator.links if self.narrates else cast("LinkIndex", _NOT_KEPT)

    @property
    def narrates(self) -> bool:
        """Whether outcomes carry events, and the account and the links are kept."""
        return self._machine.narrator.always

    def check(self, level: Level) -> list[str]:
        """Check the heap's invariants up to this level; returns the names of those that hold.  Raises InvariantError."""
        return self._machine.engine.check(level)

    def unseen(self) -> AnyUnseen | None:
        """What the heap keeps that nothing asks for; None where that is not known, and halfway in a command."""
        return None if self.event else self._machine.engine.unseen()

    def word_name(self, of_type: str, number: int) -> str:
        """The field that lies in word `number` of an object of a type of Go; nothing where its declaration is not known."""
        return self._machine.context.word_name(of_type, number)

    def rule_of(self, oid: int) -> str:
        """The rule of Go by which a statement made an object; nothing of other objects."""
        return self._machine.context.values.rules.get(oid, "")

    def layout_of(self, of_type: str) -> Result:
        """How a type of Go lies in memory.  Raises NotKnown, which says why that is not known."""
        try:
            return self._machine.context.declared.described(self.world.profile, of_type)
        except GoError as e:
            raise NotKnown(f"how {of_type} lies in memory is not known here: {e.message}") from e

    @property
    def declared(self) -> tuple[TypeSource, ...]:
        """The types that were declared up to here."""
        return self._machine.context.declared.sources

    def take_stale(self) -> Stale:
        """The spans that may have changed since this was asked last."""
        return self._machine.take_stale()

    def address_of(self, target: int | str) -> int | None:
        """An address as it is, or where the object of this name lies or lay; None: there never was one."""
        if isinstance(target, int):
            return target
        oid = self.objects.find_name(target)
        return None if oid is None else self.objects.info(oid).addr

    # --- The steps ------------------------------------------------------------------------------------------------------

    @property
    def outcome(self) -> Outcome | None:
        """What became of what was done last to stand here; None at the beginning."""
        return self._part if self.event else self._machine.outcome

    @property
    def step(self) -> int:
        """Steps done, seen from here."""
        return self._timeline.cursor

    @property
    def steps(self) -> Sequence[str]:
        """All steps of this branch as they were typed, with their directives, also those that lie ahead."""
        return self._timeline.steps

    @property
    def at_end(self) -> bool:
        """Whether no step lies ahead."""
        return self._timeline.following is None

    @property
    def history(self) -> Sequence[str]:
        """The commands that were done, up to here."""
        return Done(self._timeline)

    @property
    def trail(self) -> Trail:
        """What the steps left behind that were done on this branch; to be looked at."""
        return self._machine.trail

    @property
    def release(self) -> Release:
        """The version of Go that its steps are done on."""
        return self._timeline.release

    @property
    def branches(self) -> Branches:
        """This branch and the others."""
        return self._timeline

    @property
    def bookmarks(self) -> Mapping[str, int]:
        """The steps of this branch that have names."""
        return self._timeline.marks

    def line(self, step: int) -> str:
        """The command of a step, without its directives."""
        return command_of(self._timeline.steps[step - 1])

    def place_name(self, step: int) -> str:
        """What the place after so many steps is called where people read it: step 3, look 4, event 2,403."""
        if self.reel is not None:
            return f"event {step:,}"
        return f"look {step + 1:,}" if self.has_looks else f"step {step:,}"

    def script(self, origin: Script) -> Script:
        """The session as a script, titled and introduced as the one from which it came."""
        return script_of(self._timeline, origin)

    def under_way(self) -> UnderWay:
        """How far it is: another thread may ask."""
        at, steps, progress = self._machine.at, len(self._timeline.steps), self._progress
        return UnderWay(at, max(steps, at), known(lambda: len(self._machine.objects)) or 0, progress.done, progress.of)
