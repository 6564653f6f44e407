"""The server: one loop, which knows no heap and no screen, and hands terminals to processes that do."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import asyncssh

from gomem_core.cli.output import BadInput, say
from gomem_core.foreign import brief, named
from gomem_core.frozen import frozen
from gomem_tui.serve.door import Door, Role
from gomem_tui.serve.here import Here
from gomem_tui.serve.hostkey import host_key
from gomem_tui.serve.house import House, Seat
from gomem_tui.serve.hub import Hub
from gomem_tui.serve.keyring import Keyring
from gomem_tui.serve.limits import Limits
from gomem_tui.serve.log import Log, log_path
from gomem_tui.serve.programs import What
from gomem_tui.serve.resumed import Resumed
from gomem_tui.serve.seats import Followed, OwnExplorer

_ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_OVER: Final = "it is over; thank you for coming"


@frozen
class Plan:
    """What is served to whom."""

    what: What
    keys: Keyring  # that get in
    presenters: Keyring | None = None  # whose key presents; None: whoever is here
    solo: bool = False
    anyone: bool = False
    host: str = "127.0.0.1"
    port: int = 2222
    resumed: str = ""  # the ID of a session to begin with
    limits: Limits = Limits()

    @property
    def here(self) -> bool:
        """Whether somebody presents in this terminal."""
        return not self.solo and self.presenters is None

    def role_of(self, key: asyncssh.SSHKey, address: str) -> Role | None:
        """The role of a key, used from this address; None: it does not get in."""
        if self.presenters is not None and self.presenters.admits(key, address):
            return "presenter"
        if self.anyone or self.keys.admits(key, address):
            return "solo" if self.solo else "follower"
        return None


def serve(plan: Plan) -> int:
    """Serve until a signal, or the presenter's end; returns the exit code.  Raises BadInput."""
    for name in ("asyncssh", "asyncio"):  # what they have to say goes to nobody's terminal
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    return asyncio.run(_serve(plan))


async def _serve(plan: Plan) -> int:
    try:
        path = log_path()
    except OSError:
        path = None
    log = Log(path, None if plan.here else say)
    key = host_key()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, about: log.note("error", why=_said(about)))
    stopped: asyncio.Future[int] = loop.create_future()

    def stop(code: int) -> None:
        if not stopped.done():
            stopped.set_result(code)

    for number in _ENDING:
        loop.add_signal_handler(number, stop, 128 + number)
    server = Server(plan, log, lambda: stop(70))
    try:
        port = await server.listen(key)
        log.note("open", host=plan.host, port=port, shown=plan.what.file or plan.what.lesson, host_key=key.get_fingerprint())
        for line in told(plan, key, port, path):
            say(line)
        return await server.run(stopped)
    finally:
        await server.close()
        log.note("closed")
        log.close()


def _said(about: dict[str, Any]) -> str:
    error = about.get("exception")
    return str(about.get("message")) if error is None else f"{type(error).__name__}: {error}"


def told(plan: Plan, key: asyncssh.SSHKey, port: int, log: object) -> list[str]:
    """What whoever starts the server is to know."""
    whose = "a heap of its own" if plan.solo else "what you show" if plan.here else "what the presenter shows"
    who = f"{len(plan.keys)} known key{'s' if len(plan.keys) != 1 else ''} may come in"
    return [
        f"gomem serve: {way_in(plan.host, port)} shows each visitor {whose}",
        f"host key: {key.get_fingerprint()} (ed25519)",
        *(["--anyone: every key gets in, whoever has it; it may follow and no more"] if plan.anyone else [who]),
        f"{plan.limits.seats} seats; log: {'none' if log is None else named(log)}",
    ]


def way_in(host: str, port: int) -> str:
    """What a visitor types; where all addresses of this machine are listened on, with its name."""
    if host in ("127.0.0.1", "::1"):
        host = "localhost"
    elif host in ("0.0.0.0", "::", ""):  # noqa: S104 -- only said, not listened on
        host = socket.gethostname()
    return f"ssh -p {port} {brief(host)}"


class Server:
    """The house with its doors, and the presenter; `fail` is called when it cannot go on."""

    def __init__(self, plan: Plan, log: Log, fail: Callable[[], object]) -> None:
        self._plan = plan
        self._log = log
        self._hub = None if plan.solo else Hub(log, fail)
        self._resumed = Resumed(plan.resumed)
        told: Callable[[list[str]], object] = (lambda _: None) if self._hub is None else self._hub.seats
        self.house: Final = House(plan.limits, log, plan.role_of, self._seat_of, told)
        self._here = Here(plan.what, self._hub, self._resumed, log) if plan.here and self._hub is not None else None
        self._acceptor: asyncssh.SSHAcceptor | None = None

    def _seat_of(self, role: Role) -> Seat:
        if self._hub is None:
            return OwnExplorer(self._plan.what, self._log)
        if role == "presenter":
            return OwnExplorer(self._plan.what, self._log, self._hub, self._resumed)
        return Followed(self._hub)

    async def listen(self, key: asyncssh.SSHKey) -> int:
        """Let visitors in; returns the port.  Raises BadInput."""
        limits = self._plan.limits
        try:
            self._acceptor = await asyncssh.listen(
                self._plan.host,
                self._plan.port,
                config=None,
                server_factory=lambda: Door(self.house),
                server_host_keys=[key],
                server_version="gomem",
                # Keys, and nothing else, prove who somebody is.
                public_key_auth=True,
                password_auth=False,
                kbdint_auth=False,
                host_based_auth=False,
                gss_host=None,
                gss_auth=False,
                gss_kex=False,
                authorized_client_keys=None,
                known_client_hosts=None,
                x509_trusted_certs=None,
                # A terminal, and nothing else, is there: what asyncssh would do by itself is switched off one by one.
                agent_forwarding=False,
                x11_forwarding=False,
                sftp_factory=None,
                allow_scp=False,
                process_factory=None,
                session_factory=None,
                line_editor=False,
                encoding=None,
                compression_algs=None,  # a few bytes would become many
                rdns_lookup=False,
                login_timeout=limits.login,
                keepalive_interval=limits.keepalive,
                keepalive_count_max=limits.keepalives,
            )
        except OSError as e:
            where = f"{brief(self._plan.host)} port {self._plan.port}"
            raise BadInput(f"cannot listen on {where}: {e.strerror or e}") from e
        port = self._acceptor.get_port()
        if self._hub is not None:
            self._hub.at = way_in(self._plan.host, port)
        return port

    async def run(self, stopped: "asyncio.Future[int]") -> int:
        """Go on until somebody presses q, or a signal comes; returns the exit code."""
        tasks: list[asyncio.Future[int]] = [stopped]
        if self._here is not None:
            tasks.append(asyncio.ensure_future(self._here.present()))
        watch = asyncio.ensure_future(self.house.watch())
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return max(task.result() for task in done)
        finally:
            watch.cancel()
            if self._here is not None:
                await self._here.end()

    async def close(self) -> None:
        """Send everybody home."""
        if self._acceptor is not None:
            self._acceptor.close()
        await self.house.close(_OVER)
        if self._hub is not None:
            self._hub.close()
        if self._acceptor is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._acceptor.wait_closed(), 1)
