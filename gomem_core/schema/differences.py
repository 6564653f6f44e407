"""What `diff` answers."""

from typing import Literal, NotRequired, TypedDict

from gomem_core.report import Addr
from gomem_core.schema.heap import Class, Kind, Mcache, Span

Fate = Literal["new", "gone", "changed"]
Scalar = int | bool | str | None


class SpanChange(TypedDict):
    """A span that is there in one still only (`span`), or not the same in both: [then, now] of each field that differs."""

    base: Addr
    fate: Fate
    span: Span | None
    changes: dict[str, list[Scalar]] | None


class CentralChange(Class):
    """An mcentral; [then, now] of each figure; reordered: its lists are as long as before and not the same."""

    spanclass: int
    elemsize: int | None
    kind: Kind
    nonempty: NotRequired[list[int]]
    empty: NotRequired[list[int]]
    partial: NotRequired[list[int]]
    partialu: NotRequired[list[int]]
    full: NotRequired[list[int]]
    fullu: NotRequired[list[int]]
    nmalloc: list[int | None]
    nlock: list[int | None]
    reordered: bool


class McacheChange(TypedDict):
    """A P's mcache then and now."""

    p: int
    then: Mcache | None
    now: Mcache | None


class Lengths(TypedDict):
    """Spans on a list of mheap."""

    list: str
    then: int
    now: int
    difference: int


class Part(TypedDict):
    """Bytes of a part of the account."""

    part: str
    then: int | None
    now: int | None
    difference: int | None


class CounterChange(TypedDict):
    """A counter; gc_trigger, next_gc and gogc are null where no collection starts by itself, and then there is no difference."""

    counter: str
    then: int | bool | None
    now: int | bool | None
    difference: int | None


class ObjectChange(TypedDict):
    """An object that is not the same in both moments; null: not there."""

    name: str
    addr: Addr
    size: int
    born: int
    then: Literal["alive", "dropped"] | None
    now: Literal["alive", "dropped"] | None


class LinkChange(TypedDict):
    """A word of the slot at `holder` that does not hold the same pointer."""

    holder: Addr
    word: int
    addr: Addr
    then: Addr | None
    now: Addr | None


class Counts(TypedDict):
    """How many things of each sort differ; the lists beside hold the first thousand."""

    types: int
    classes: int
    spans: int
    mcentral: int
    mcache: int
    lists: int
    account: int
    counters: int
    objects: int
    links: int


class FigureGrown(TypedDict):
    """A field of MemStats that differs."""

    name: str
    then: int
    now: int


class GrownRow(TypedDict):
    """A type, a size class or a call site of which there is more or less; bytes of slots."""

    name: str
    bytes_then: int
    bytes_now: int
    objects_then: int
    objects_now: int


class ClassGrown(Class):
    """A span class of which there are more or fewer objects; bytes of slots."""

    elemsize: int | None
    kind: Kind
    bytes_then: int
    bytes_now: int
    objects_then: int
    objects_now: int


class Grown(TypedDict):
    """`diff` of two files that a program wrote of its heap: what grew most stands first; null is what such files do not tell."""

    kind: str
    file: str
    other_file: str
    same: bool
    memstats: list[FigureGrown]
    types: list[GrownRow] | None
    classes: list[GrownRow] | None
    sites: list[GrownRow] | None


class Difference(TypedDict):
    """`diff`: what differs between step `then` and step `now`.

    The first one is called `name`, or lies on another `branch` or in a `file`; the second one is here, or in `other_file`.
    """

    then: int
    now: int
    name: str | None
    branch: str | None
    file: str | None
    other_file: str | None
    same: bool
    counts: Counts
    types: list[GrownRow]
    classes: list[ClassGrown]
    spans: list[SpanChange]
    mcentral: list[CentralChange]
    mcache: list[McacheChange]
    lists: list[Lengths]
    account: list[Part]
    counters: list[CounterChange]
    objects: list[ObjectChange]
    links: list[LinkChange]
