"""Objects of a session as columns: all there ever were, or those that some steps made and dropped."""

from __future__ import annotations  # array[int] is a type for checkers only before Python 3.12

from array import array
from collections.abc import Sequence

from gomem_core.named import NamedTuple


class ObjectColumns(NamedTuple):
    """All objects there ever were, an entry each, with the fields of ObjectInfo."""

    addr: array[int]
    size: array[int]
    ptrdata: array[int]
    born: array[int]
    dropped: array[int]
    number: array[int]  # N of an unnamed object oN; 0 for a named one
    churned: array[int]  # 1: made by a churn
    type: array[int]  # its type, a place in `type_names`
    names: dict[int, str]  # object number -> the name the user gave
    type_names: list[str]  # the first is that of objects whose type nobody said: ""


class Run(NamedTuple):
    """Objects that steps made, one each, and what steps dropped, by object; in order."""

    addrs: Sequence[int]
    sizes: Sequence[int]  # bytes
    ptrdata: Sequence[int]  # bytes
    born: Sequence[int]  # steps
    drops: Sequence[int]  # objects
    dropped: Sequence[int]  # steps
