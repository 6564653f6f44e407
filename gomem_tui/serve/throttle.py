"""Between a connection and the loop: a client that floods gets a burst and then a trickle, and never all of one turn of the loop.

asyncio hands over 256 KB at once, which of the smallest packets of SSH are 7,000: a third of a second in which nobody else is
served.
"""

import asyncio
from typing import Final

from gomem_tui.serve.bucket import Bucket
from gomem_tui.serve.limits import BURST, RATE

_AT_ONCE: Final = 1 << 12  # bytes: 100 packets, 5 ms


class Throttle(asyncio.Protocol):
    """Stands in front of a protocol, to which it hands on everything, though not at once."""

    def __init__(self, protocol: asyncio.Protocol, transport: asyncio.Transport) -> None:
        self._protocol = protocol
        self._transport = transport
        self._bucket = Bucket(BURST, RATE)
        self._resumed: asyncio.TimerHandle | None = None
        if hasattr(transport, "max_size"):  # asyncio's own name for what it reads at once
            transport.max_size = _AT_ONCE
        transport.set_protocol(self)

    def data_received(self, data: bytes) -> None:
        """Hand on what came, and stop reading for as long as that was too much."""
        wait = self._bucket.take(len(data))
        if wait and self._resumed is None and not self._transport.is_closing():
            self._transport.pause_reading()
            self._resumed = asyncio.get_running_loop().call_later(wait, self._resume)
        self._protocol.data_received(data)

    def _resume(self) -> None:
        self._resumed = None
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def eof_received(self) -> bool | None:
        """Hand it on."""
        return self._protocol.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand it on."""
        if self._resumed is not None:
            self._resumed.cancel()
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hand it on."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Hand it on."""
        self._protocol.resume_writing()
