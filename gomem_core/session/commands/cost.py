"""What a command costs before it is done, in plain commands: so that a session knows when to remember the heap.

The divisors are how many objects or spans are handled in the time of a plain command (tests/measure_time.py).
"""

from typing import Final

from gomem_core.lang.commands import (
    Advise,
    Alloc,
    AllocType,
    ByName,
    ByRange,
    Churn,
    Command,
    Drop,
    Everything,
    Flush,
    FreeOs,
    Gc,
    GcMark,
    GcSweep,
    Insert,
    Look,
    MemStats,
    Procs,
    Scavenge,
    Statement,
    Target,
)
from gomem_core.regex import regex
from gomem_core.session.commands.context import Context

BLINK: Final = 4_001  # work that keeps a user waiting for more than a blink: 20,000 allocations
_ALLOCATED: Final = 5
_INSERTED: Final = 1_000  # entries of a map
_DROPPED: Final = 20
_SWEPT: Final = 5
_LOOKED_AT: Final = 1_000
_SUMMED: Final = 100


_NUMBER: Final = regex(r"[0-9]{1,12}")


def cost(context: Context, command: Command | None) -> int:
    """How many plain commands take as long, at least 1."""
    if context.strip is not None:  # of all that follows a heap that is read can only be looked at again
        return BLINK + 1 if isinstance(command, Look) else 1  # another program is stopped, and all of its heap is read
    match command:
        case Alloc(times=n):
            return 1 + n // _ALLOCATED
        case AllocType(times=n):
            return 1 + n // _ALLOCATED
        case Statement(text, _, times):
            return 1 + times + times * _entries(text) // _INSERTED
        case Insert(n=n):
            return 1 + n // _INSERTED
        case Churn(n=n):  # it looks for its own objects among all, and for what a collection would keep
            return 1 + n // _ALLOCATED + len(context.objects) // _LOOKED_AT + context.world.spans.count // _SUMMED
        case Drop(targets=(ByName(),), pick=None, size=None):  # most of them
            return 1
        case Drop(targets):
            return 1 + sum(_objects(context, target, command.chooses) for target in targets) // _DROPPED
        case Gc() | GcMark() | GcSweep() | FreeOs() | Scavenge():
            return 1 + context.world.spans.count // _SWEPT
        case Flush() | MemStats() | Procs():
            return 1 + sum(len(c.cached) for c in context.world.caches.mcaches()) // _SWEPT
        case Advise():
            return 1 + context.world.spans.count // _SWEPT
        case _:
            return 1


def _entries(text: str) -> int:
    """How many entries a map may be made for, from the largest number in a statement."""
    return max((int(n) for n in _NUMBER.findall(text)), default=0) if "map[" in text else 0


def _objects(context: Context, target: Target, with_numbered: bool) -> int:
    match target:
        case Everything():
            return context.objects.alive
        case ByRange(_, first, last):
            return max(1, min(last - first + 1, len(context.objects)))
        case ByName(name) if with_numbered:
            return 1 + context.objects.numbered(name)
        case _:
            return 1
