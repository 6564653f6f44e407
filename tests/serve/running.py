"""A server in a thread of the tests' own process: what it does is the same, and it begins a hundred times as fast."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncssh

from gomem_tui.serve.door import Role
from gomem_tui.serve.house import Seat
from gomem_tui.serve.keyring import Keyring
from gomem_tui.serve.limits import Limits
from gomem_tui.serve.log import Log
from gomem_tui.serve.programs import What
from gomem_tui.serve.serving import Plan, Server
from gomem_tui.serve.visit import Visit

T = TypeVar("T")
DEMO = What()
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")


class Echo:
    """A seat without a program: it shows what is known of the visitor, and then what is typed.  `q` leaves."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    async def show(self, visit: Visit, shown: Callable[[], object]) -> tuple[str, int]:
        shown()
        line = visit.open_line()
        program = os.dup(line.program)
        loop = asyncio.get_running_loop()

        def read() -> None:
            data = os.read(program, 1 << 16)
            os.write(program, b"<" + data + b">")
            if b"q" in data:
                self._over.set()

        about = " ".join(f"{name}={value}" for name, value in sorted(visit.environ.items()))
        os.write(program, f"{visit.size[0]}x{visit.size[1]} {about}\r\n".encode())
        loop.add_reader(program, read)
        await self._over.wait()
        loop.remove_reader(program)
        os.close(program)
        await asyncio.sleep(0.02)
        return "", 0

    def resized(self, visit: Visit) -> None:
        visit.show(f"[{visit.size[0]}x{visit.size[1]}]".encode())

    async def end(self) -> None:
        self._over.set()


class EchoServer(Server):
    """A server whose seats are echoes."""

    def _seat_of(self, role: Role) -> Seat:
        del role
        return Echo()


class Running:
    """Runs a server as long as it is open; `log` is what it noted."""

    def __init__(self, plan: Plan, kind: type[Server] = Server) -> None:
        self._plan = plan
        self._kind = kind
        self.log: list[str] = []
        self.port = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.ask(self._open())
        return self

    async def _open(self) -> None:
        self.server = self._kind(self._plan, Log(None, self.log.append), lambda: self.log.append("failed"))
        self.port = await self.server.listen(HOST_KEY)
        self._watch = asyncio.ensure_future(self.server.house.watch())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.ask(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._watch.cancel()
        await self.server.close()

    def ask(self, do: Coroutine[Any, Any, T]) -> T:
        """Do something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(do, self._loop).result(60)


def plan(keys: str, solo: bool = True, anyone: bool = False, presenters: str = "", what: What = DEMO, **limits: Any) -> Plan:
    """A plan for a free port: these keys get in, these present."""
    ring = Keyring([presenters]) if presenters else None
    return Plan(what, Keyring([keys]), ring, solo, anyone, port=0, limits=Limits(**limits))


def public(key: Path) -> str:
    """The public half of a key."""
    return key.with_name(f"{key.name}.pub").read_text(encoding="utf-8")
