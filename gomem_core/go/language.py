"""What compilers and runtimes of Go make of statements, as far as versions differ: a row a version, from Go 1.21 on."""

from typing import Final

from gomem_core.named import NamedTuple


class Language(NamedTuple):
    """How one version turns statements into objects."""

    swiss_maps: bool  # whether maps consist of tables of groups; else of buckets
    half_load: int  # entries for each two buckets from which on a map with buckets grows
    channel: str  # the struct of a channel, as Go declares it
    goroutine: str  # which words of a goroutine's struct are pointers, a character each
    goroutine_bytes: int
    merges_variables: bool  # whether small variables without pointers that move to the heap share one object
    sums_bytes: bool  # whether []byte(a + b) is made at once, without the string
    reads_strings: bool  # whether []byte(s) that is only read is no copy
    static_literals: bool  # whether struct and array literals of constants lie in the program where they become interfaces
    direct_by_size: bool  # whether all that is one word long, a pointer, is an interface's data itself; else what has one part
    new_of_value: bool  # whether new(5) is allowed
    rounds_grow: bool  # whether a strings.Builder rounds up what it is told to grow by


_QUEUES: Final = "recvq struct{ first, last *byte }; sendq struct{ first, last *byte }"
_COUNTS: Final = "qcount, dataqsiz uint; buf unsafe.Pointer; elemsize uint16"
_CHANNEL_21: Final = f"struct{{ {_COUNTS}; closed uint32; elemtype *byte; sendx, recvx uint; {_QUEUES}; lock uintptr }}"
_CHANNEL_23: Final = f"struct{{ {_COUNTS}; closed uint32; timer, elemtype *byte; sendx, recvx uint; {_QUEUES}; lock uintptr }}"
_CHANNEL_25: Final = (
    f"struct{{ {_COUNTS}; closed uint32; timer, elemtype *byte; sendx, recvx uint; {_QUEUES}; bubble *byte; lock uintptr }}"
)

GO_1_21: Final = Language(
    swiss_maps=False,
    half_load=12,
    channel=_CHANNEL_21,
    goroutine="000011100010000001000000000010000000100110011",
    goroutine_bytes=408,
    merges_variables=False,
    sums_bytes=False,
    reads_strings=False,
    static_literals=False,
    direct_by_size=False,
    new_of_value=False,
    rounds_grow=False,
)
GO_1_22: Final = GO_1_21._replace(
    half_load=13, goroutine="00001110001000000100000000001000000010011001101", goroutine_bytes=424, reads_strings=True
)
GO_1_23: Final = GO_1_22._replace(
    channel=_CHANNEL_23, goroutine="0000111000100000001000000000010000000100110011001", goroutine_bytes=432, rounds_grow=True
)
GO_1_24: Final = GO_1_23._replace(
    swiss_maps=True,
    goroutine="00001110001000000010000000000100000001001100110011",
    goroutine_bytes=440,
    sums_bytes=True,
)
GO_1_25: Final = GO_1_24._replace(
    channel=_CHANNEL_25,
    goroutine="0000111000100000010000000000100000001001100110011",
    merges_variables=True,
    static_literals=True,
)
GO_1_26: Final = GO_1_25._replace(
    goroutine="00001110001000000100000000000100000001001100110011", goroutine_bytes=456, direct_by_size=True, new_of_value=True
)
