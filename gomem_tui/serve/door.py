"""One connection: who is let in, and that there is one terminal to be had and nothing else."""

import time
from typing import TYPE_CHECKING, Final, Literal

import asyncssh

from gomem_core.foreign import brief
from gomem_tui.serve.limits import WINDOW
from gomem_tui.serve.throttle import Throttle
from gomem_tui.serve.visit import Taken, Visit

if TYPE_CHECKING:
    from gomem_tui.serve.house import House

Role = Literal["presenter", "follower", "solo"]

_PACKET: Final = 1 << 15  # bytes of data in one
_NAME: Final = 20  # characters of a visitor's name


class Door(asyncssh.SSHServer):
    """What asyncssh asks about one connection."""

    def __init__(self, house: "House") -> None:
        self.house: Final = house
        self.opened: Final = time.monotonic()
        self.logged_in = 0.0  # when; 0: not yet
        self.role: Role = "follower"
        self.name = ""  # which the visitor chose: ssh NAME@…
        self.key = ""  # the fingerprint
        self.address = ""
        self.visit: Visit | None = None
        self._connection: asyncssh.SSHServerConnection | None = None
        self._tried = 0
        self._asked = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Take note of it, and slow it down if need be."""
        self._connection = conn
        peer = conn.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        transport = conn._transport  # asyncssh has no public way to it
        if transport is not None:
            Throttle(conn, transport)
        self.house.doors.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self.house.doors.closed(self)
        if self.key and not self.logged_in:
            self.house.log.note("login failed", **self.about, why=type(exc).__name__ if exc else "")

    @property
    def about(self) -> dict[str, object]:
        """What the log says of whoever it is."""
        return {"name": self.name, "key": self.key, "address": self.address}

    def drop(self, why: str) -> None:
        """End the connection."""
        if self._connection is not None:
            self.house.log.note("dropped", **self.about, why=why)
            self._connection.disconnect(asyncssh.DISC_BY_APPLICATION, why)

    def abort(self, why: str) -> None:
        """End the connection without waiting for the client."""
        if self._connection is not None:
            if why:
                self.house.log.note("dropped", **self.about, why=why)
            self._connection.abort()

    def refuses(self, what: str, of: str) -> None:
        """Note that something was asked for that is not here; whoever goes on asking is sent away."""
        self._asked += 1
        if self._asked <= self.house.limits.a_connection:
            self.house.log.note("refused", **self.about, what_was_asked=what, of=of)
        elif self._asked == self.house.limits.a_connection + 1:
            self.drop("there is nothing here but gomem")

    # --- Who it is ------------------------------------------------------------------------------------------------------------

    def begin_auth(self, username: str) -> bool:
        """Everybody has to prove a key."""
        self.name = brief(username, _NAME)
        return True

    def public_key_auth_supported(self) -> bool:
        """Keys are the only way."""
        return True

    def password_auth_supported(self) -> bool:
        """No passwords."""
        return False

    def kbdint_auth_supported(self) -> bool:
        """No questions either."""
        return False

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether this key gets in; asked before it is proved, and again when it was."""
        del username
        self._tried += 1
        if self._tried > self.house.limits.a_connection:
            self.drop("too many keys were tried")
            return False
        role = self.house.role_of(key, self.address)
        self.key = key.get_fingerprint()
        if role is None:
            self.house.log.note("key refused", **self.about)
            return False
        self.role = role
        return True

    def auth_completed(self) -> None:
        """Note who is in."""
        self.logged_in = time.monotonic()
        self.house.log.note("login", **self.about, role=self.role)

    # --- What can be asked for ------------------------------------------------------------------------------------------------

    def session_requested(self) -> "tuple[asyncssh.SSHServerChannel[bytes], Visit] | bool":
        """One terminal a connection."""
        if self.visit is not None or self._connection is None:
            self.refuses("session", "another one")
            return False
        channel = self._connection.create_server_channel(encoding=None, window=WINDOW, max_pktsize=_PACKET)
        environ = Taken()
        channel._env = environ  # asyncssh would keep whatever is sent, however much
        self.visit = Visit(self, environ)
        return channel, self.visit

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        """No way through (-L, -W, -D)."""
        del orig_host, orig_port
        self.refuses("forwarding", f"{dest_host}:{dest_port}")
        return False

    def server_requested(self, listen_host: str, listen_port: int) -> bool:
        """No way back (-R)."""
        self.refuses("listening", f"{listen_host}:{listen_port}")
        return False

    def unix_connection_requested(self, dest_path: str) -> bool:
        """No way to a socket."""
        self.refuses("forwarding", dest_path)
        return False

    def unix_server_requested(self, listen_path: str) -> bool:
        """No way back from a socket."""
        self.refuses("listening", listen_path)
        return False

    def tun_requested(self, unit: int | None) -> bool:
        """No tunnel."""
        self.refuses("tunnel", str(unit))
        return False

    def tap_requested(self, unit: int | None) -> bool:
        """No tunnel of this kind either."""
        self.refuses("tunnel", str(unit))
        return False
