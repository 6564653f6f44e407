"""How much there was of each type over time, and between which moments it grew."""

from collections.abc import Sequence

from gomem_core.named import NamedTuple
from gomem_core.world.still import Still
from gomem_core.world.typed import Course

MOMENTS = 49  # that a course is made of, so that it has 48 parts


class Rise(NamedTuple):
    """From its lowest to its highest: bytes more, and the moments between which that was, ns."""

    more: int
    begins: int
    ends: int


def course_of(still: Still, first: int = 0, last: int | None = None) -> Course | None:
    """The course from one step to another one, None: the last; None of a heap that is not known over time."""
    return None if still.typed is None else still.typed.course(first, last, MOMENTS)


def rise_of(course: Course, name: str) -> Rise | None:
    """Between which of its moments a type grew most; the shortest way, where several are alike.  None: it never grew."""
    found = rise(course.nbytes.get(name, ()))
    return None if found is None else Rise(found[0], course.times[found[1]], course.times[found[2]])


def rise(values: Sequence[int]) -> tuple[int, int, int] | None:
    """Find the two of numbers in a row between which they grow most: by how much, and which; None: they never grow."""
    best: tuple[int, int, int] | None = None
    lowest = 0
    for at, value in enumerate(values):
        if value <= values[lowest]:
            lowest = at
        more = value - values[lowest]
        if more > 0 and (best is None or more > best[0]):
            best = more, lowest, at
    return best
