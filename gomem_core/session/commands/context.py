"""What a command acts on.

A command that cannot be done says so with a CommandError before it changes anything, for nobody undoes what it did.  Only where
the heap runs out of memory halfway (OutOfMemory), the machine puts it back as it was.
"""

import re
from dataclasses import field
from typing import Final

from gomem_core.frozen import mutable
from gomem_core.gotypes.errors import GoError
from gomem_core.lang import ParseError
from gomem_core.lang.commands import ByName, Ref, Types
from gomem_core.queries.links import LinkIndex
from gomem_core.report import Result
from gomem_core.session.declared import Declared
from gomem_core.session.engine import Engine
from gomem_core.session.govalues import GoValues
from gomem_core.world.interrupt import Progress, StopRequest
from gomem_core.world.objects import ObjectTable
from gomem_core.world.strip import Strip
from gomem_core.world.world import World

UNREAD: Final = Result("")  # the answer to a command that is passed by


class CommandError(Exception):
    """A command that is well formed and cannot be done; `word` is the part of the line that is to blame.

    With `offset`, it is only what begins so many characters inside that part.  To be raised before anything is changed.
    """

    def __init__(self, message: str, word: str = "", suggestion: str | None = None, offset: int = 0) -> None:
        self.message = message
        self.offset = offset
        self.word = word
        self.suggestion = suggestion
        super().__init__(message)

    def located(self, line: str) -> ParseError:
        """The same complaint with the place in the line that is to blame, the whole line where none is."""
        word, message = self.word, self.message
        whole_word = rf"(?<![\w.-]){re.escape(word)}(?![\w-])" if word[:1] != "." else re.escape(word)
        place = re.search(whole_word, line) if word else None
        if place is not None:
            return ParseError(place.start() + 1 + self.offset, max(1, len(word) - self.offset), message, (), self.suggestion)
        text = line.partition("#")[0].rstrip()
        start = len(text) - len(text.lstrip())
        return ParseError(start + 1, len(text) - start, message, (), self.suggestion)


def refused(text: str, problem: GoError, before: int = 0) -> CommandError:
    """The complaint at the place to blame in a text that was typed, which had `before` more bytes in front of it."""
    place = problem.place
    behind = len(text.encode()[: max(0, place.column - 1 - before)].decode(errors="ignore")) if place is not None else 0
    return CommandError("; ".join((problem.message, *problem.notes)), text, offset=behind)


def unread(command: object, problem: GoError) -> CommandError:
    """The complaint about a file of Go source that cannot be read, with its place there."""
    place = "" if problem.place is None else f"{problem.place.file}:{problem.place.line}:{problem.place.column}: "
    word = command.path if isinstance(command, Types) else ""
    return CommandError(place + "; ".join((problem.message, *problem.notes)), word)


@mutable
class Context:
    """A session's heap and objects: `engine` drives it, `world` looks at it; `step` is the number of the command being done.

    `links` are kept where the heap narrates, `stop` is asked by whoever wants what takes long to end.  `strip` are the looks at a
    heap that is read; None: it is modelled.  `declared` are the types of Go that the session knows,
    `values` what its names of Go stand for.
    """

    engine: Engine
    world: World
    objects: ObjectTable
    step: int = 0
    passed: bool = False  # the command only leads elsewhere: nobody reads its answer
    progress: Progress = field(default_factory=Progress)
    links: LinkIndex | None = None
    stop: StopRequest | None = None
    strip: Strip | None = None
    declared: Declared = field(default_factory=Declared)
    values: GoValues = field(default_factory=GoValues)

    def word_name(self, of_type: str, number: int) -> str:
        """The field that lies in word `number` of an object of a type of Go; nothing where its declaration is not known."""
        if self.strip is not None and not len(self.declared):
            return ""  # the program was read that has its types, and not its source
        return self.declared.word_name(self.world.profile, of_type, number)

    def living(self, ref: Ref) -> int:
        """Number of the object of that name, or at that address, that the program still refers to.  Raises CommandError."""
        oid = self._known(ref)
        if not self.objects.is_alive(oid):
            name, step = self.objects.name(oid), self.objects.info(oid).dropped
            was = "" if step is None else f" was dropped at step {step}:"
            raise CommandError(f"{name}{was} the program does not refer to it{' any more' if was else ' itself'}", _word(ref))
        return oid

    def reachable(self, ref: Ref) -> int:
        """The same, or an object that was dropped and that something live links to.  Raises CommandError."""
        oid = self._known(ref)
        if self.objects.is_alive(oid):
            return oid
        o = self.objects.info(oid)
        if not (self._is_there(oid) and self.world.pointers.is_reachable(o.addr)):
            raise CommandError(f"{o.name} was dropped at step {o.dropped}, and nothing live links to it", _word(ref))
        return oid

    def _is_there(self, oid: int) -> bool:
        """Whether the object still has its slot: it was not swept and the memory given to another."""
        if self.objects.info(oid).size == 0:  # it never had one
            return True
        slot = self.world.slots.at(self.objects.info(oid).addr)
        return slot is not None and oid in self.objects.in_slot(slot.addr, self.world.slots.elemsize_at(slot.addr))

    def _known(self, ref: Ref) -> int:
        """The object meant, dropped or not."""
        if isinstance(ref, ByName):
            oid = self.objects.find_name(ref.name)
            if oid is None:
                raise CommandError(f"no object is called {ref.name}", ref.name, self.objects.nearest(ref.name))
            return oid
        oid = self.objects.find_addr(ref.addr)
        if oid is not None and ref.addr == self.world.slots.zerobase:  # objects of size 0 share one address
            return next((o for o in reversed(self.objects.living()) if self.objects.info(o).addr == ref.addr), oid)
        if oid is not None:
            return oid
        slot = self.world.slots.at(ref.addr)
        held = self.objects.in_slot(slot.addr, self.world.slots.elemsize_at(slot.addr)) if slot is not None else []
        inside = next(iter(held), None)
        if inside is not None and self.objects.is_alive(inside):
            name = self.objects.name(inside)
            raise CommandError(f"no object begins at {_word(ref)}; it lies inside {name}", _word(ref), name)
        raise CommandError(f"no object begins at {_word(ref)}", _word(ref))


def _word(ref: Ref) -> str:
    """Returns the word that the line most probably has for the object."""
    return ref.name if isinstance(ref, ByName) else f"{ref.addr:#x}"
