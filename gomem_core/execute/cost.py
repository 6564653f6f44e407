"""What a command costs before it is done, in plain commands: so that a session knows when to remember the heap."""

from gomem_core.execute.world import World
from gomem_core.lang.commands import (
    Alloc,
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
    MemStats,
    Procs,
    Scavenge,
)


def cost(world: World, command: Command | None) -> int:
    """About the number of objects or spans it handles, at least 1."""
    match command:
        case Alloc(times=n) | Churn(n=n):
            return n
        case Drop(targets):
            return sum(_objects(world, target) for target in targets)
        case Gc() | GcMark() | GcSweep() | FreeOs() | Scavenge():
            return 1 + world.view.span_count
        case Flush() | MemStats() | Procs():
            return 1 + sum(len(c.cached) for c in world.view.mcaches())
        case _:
            return 1


def _objects(world: World, target: object) -> int:
    match target:
        case Everything():
            return world.objects.alive
        case ByRange(_, first, last):
            return max(1, min(last - first + 1, len(world.objects)))
        case _:
            return 1
