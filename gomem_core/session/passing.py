"""Passes by many steps in a row that only allocate or drop one object each: most steps of long sessions.

A step by itself, looked up, done and noted by machine.py, takes 15 µs beside what the allocator does; in a row they take 5: their
lines are read at once, and what they did is entered at once.  A step that does anything else ends the row, and so does one that
may be wrong: then it is done by itself, and nothing of it was done here.
"""

from collections.abc import Sequence
from typing import Final

from gomem_core.lang.names import RESERVED
from gomem_core.lang.plainlines import PlainLine
from gomem_core.session.engine import Engine
from gomem_core.session.narrator import Narrator
from gomem_core.session.trail import Trail, step_mark
from gomem_core.world.latest import NONE
from gomem_core.world.objectcolumns import Run
from gomem_core.world.objects import ObjectTable, ReplayDiffers

SECOND: Final = 1_000_000_000  # ns: the clock goes on by one with each step
_END: Final = (1 << 62,)  # a step after all others


class Passing:
    """Does steps of one heap in a row; `began` is its clock before the first step, in ns."""

    def __init__(self, engine: Engine, objects: ObjectTable, narrator: Narrator, trail: Trail, began: int) -> None:
        self._engine = engine
        self._objects = objects
        self._narrator = narrator
        self._trail = trail
        self._began = began
        self.done = 0  # steps of the row that is being passed, all told; those before one at which an error was raised

    def first_time(self, number: int, lines: Sequence[PlainLine]) -> None:  # noqa: PLR0915 -- calls would take a third of its time
        """Do steps from this number on that nobody did before, as far as they are plain and right; `done` tells how many.

        Raises what the allocator raises; those before that are done then.
        """
        engine, objects = self._engine, self._objects
        stats, heard, listens = engine.world.sums.stats, self._narrator.pass_by(number), self._narrator.listens
        first, unnamed = len(objects), objects.unnamed
        known = objects.finder()
        at = number
        addrs: list[int] = []
        born: list[int] = []
        made: list[PlainLine] = []
        drops: dict[int, int] = {}  # object -> step
        fresh: dict[str, int] = {}  # name -> object of this row that has it
        lives: list[int] = []
        marks = bytearray()
        live, before = stats.heap_live, engine.counters()
        mallocgc, set_now = engine.mallocgc, engine.set_now
        try:
            for line in lines:
                size, ptrdata, name, dropped = line
                oid = -1
                if size:
                    if name and (name in fresh or not self._may_be_given(name, known(name))):
                        break
                elif dropped:
                    oid = fresh.get(dropped, -1)
                    if oid < 0:
                        oid = known(dropped)
                        if oid < 0 or oid in drops or not objects.is_alive(oid):
                            break
                else:
                    break
                heard.number = at
                set_now(self._began + at * SECOND)
                if size:
                    addrs.append(mallocgc(size, ptrdata))
                    born.append(at)
                    made.append(line)
                    if not name:
                        unnamed += 1
                    fresh[name or f"o{unnamed}"] = first + len(born) - 1
                else:
                    engine.drop(addrs[oid - first] if oid >= first else objects.addr(oid))
                    drops[oid] = at
                    fresh.pop(dropped, None)
                mark = 0
                if heard.stirred or not listens:  # few steps do more than take a free slot
                    heard.end()
                    live, after = stats.heap_live, engine.counters()
                    mark, before = step_mark(before, after), after
                lives.append(live)
                marks.append(mark)
                at += 1
        finally:
            self.done = at - number  # whoever presses ctrl+c interrupts a step anywhere
            births = len(born) - (at in born[-1:])
            dropped_at = {oid: step for oid, step in drops.items() if step < at}
            sizes, ptrdatas, names, _ = zip(*made[:births], strict=True) if births else [()] * 4
            run = Run(addrs[:births], sizes, ptrdatas, born[:births], [*dropped_at], [*dropped_at.values()])
            objects.add_run(run, names)
            self._trail.add_run(lives[: self.done], bytes(marks[: self.done]))

    def _may_be_given(self, name: str, known: int) -> bool:
        """Whether an object may get this name, which that one `known` before had last, or none."""
        return name.lower() not in RESERVED if known == NONE else not self._objects.is_alive(known)

    def again(self, number: int, lines: Sequence[PlainLine]) -> None:
        """Do steps again, likewise: what they did the first time is known, and shown again.

        Raises ReplayDiffers too, when an object lies elsewhere now.
        """
        engine, objects = self._engine, self._objects
        heard = self._narrator.pass_by(number)
        known = objects.hidden(number + len(lines) - 1)
        born, dropped = (*known.born, *_END), (*known.dropped, *_END)
        b = d = 0
        at = number
        try:
            for line in lines:
                if line.size:
                    if born[b] != at or born[b + 1] == at:  # it failed
                        break
                elif not line.dropped or dropped[d] != at or dropped[d + 1] == at:
                    break
                if heard.stirred:
                    heard.end()
                heard.number = at
                engine.set_now(self._began + at * SECOND)
                if line.size:
                    addr = engine.mallocgc(known.sizes[b], known.ptrdata[b])
                    if addr != known.addrs[b]:
                        oid = len(objects) + b
                        raise ReplayDiffers(f"object {oid} was born at {known.addrs[b]:#x} the first time, and now at {addr:#x}")
                    b += 1
                else:
                    engine.drop(objects.addr(known.drops[d]))
                    d += 1
                at += 1
        finally:
            objects.show(b, d)
            self.done = at - number
