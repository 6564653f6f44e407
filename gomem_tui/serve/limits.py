"""What visitors may take of this machine and of each other's time, so that none of them can slow another."""

from typing import Final

from gomem_core.frozen import frozen

SMALLEST: Final = (20, 5)  # columns, rows of a terminal
LARGEST: Final = (500, 200)


@frozen
class Limits:
    """Times are in seconds, sizes in bytes."""

    seats: int = 16
    seats_a_key: int = 3
    login: float = 20  # from the connection to the login, and from that to a terminal
    idle: float = 600  # without a key; for followers, without anything new to see either
    total: float = 7200
    keepalive: float = 30  # between two questions whether somebody is still there
    keepalives: int = 3  # without an answer
    half_open: int = 100  # connections that are not logged in: of more, the oldest is dropped
    a_connection: int = 20  # keys tried, and things asked for that there are not here
    starting: int = 2  # explorers that are being started at the same time


# What comes in from a client: a burst at once (a login, a paste), then so many bytes a second.  Typing is some 100 B/s with
# OpenSSH's packets around each key; with its chaff against timing it is 5 KB/s.
BURST: Final = 1 << 17
RATE: Final = 1 << 14
# What of that reaches a program: keys and reports of a mouse.
KEYS_BURST: Final = 1 << 15
KEYS_RATE: Final = 1 << 11
# What a heap of their own may take.
MEMORY: Final = 512 << 20  # bytes beyond what is taken when it is open
PROCESSOR: Final = 600  # seconds
WINDOW: Final = 1 << 16  # what a client may send ahead of us
UNREAD: Final = 1 << 16  # what is written to a client before it has read anything of it
RESIZES: Final = 0.1  # between two sizes that are told to a program


def clamped(columns: int, rows: int) -> tuple[int, int]:
    """A size that a terminal can have, the nearest to what a client said; 0 stands for 80 or 24, which it did not know."""
    return (
        min(max(columns or 80, SMALLEST[0]), LARGEST[0]),
        min(max(rows or 24, SMALLEST[1]), LARGEST[1]),
    )
