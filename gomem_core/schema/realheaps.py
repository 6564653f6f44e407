"""What is printed of the heap of a real program."""

from typing import Literal, TypedDict


class RealMemStats(TypedDict):
    """Fields of runtime.MemStats, as far as the memory of a program gives them.

    BySize: [size, mallocs - frees] of a class.  NextGC: null where the pacer was not found.
    """

    HeapInuse: int
    HeapAlloc: int
    HeapObjects: int
    HeapIdle: int
    HeapSys: int
    HeapReleased: int
    StackInuse: int
    MSpanInuse: int
    MCacheInuse: int
    GCSys: int
    Sys: int
    NumGC: int
    TotalAlloc: int
    Mallocs: int
    Frees: int
    NextGC: int | None
    BySize: list[list[int]]


class LiveObjects(TypedDict):
    """What lives: what is marked where a span waits to be swept, what is allocated elsewhere."""

    objects: int
    bytes: int


class RealHeap(TypedDict):
    """`gomem attach PID`, `gomem core`: a real heap; live is null while a collection marks, findings are sentences."""

    kind: Literal["process", "core"]
    go: str
    memstats: RealMemStats
    live: LiveObjects | None
    marking: bool
    spans: int
    disputed: int
    findings: list[str]
    one_moment: bool
    rss: int | None  # bytes of the process that are in memory
    held_ms: float | None
    tries: int


class GoProcess(TypedDict):
    """`gomem attach`: a Go program that may be read; moved: heap_inuse changed while it was read."""

    pid: int
    command: str
    go: str
    heap_inuse: int
    moved: bool
