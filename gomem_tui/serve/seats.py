"""What visitors are shown: a heap of their own, the presenter's, or the presenter's explorer itself."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from gomem_tui.serve.hub import Following, Hub
from gomem_tui.serve.limits import PROCESSOR, UNREAD
from gomem_tui.serve.log import Log
from gomem_tui.serve.programs import PATIENCE, What, hang_up, seated_environment, start_seated
from gomem_tui.serve.resumed import Resumed
from gomem_tui.serve.visit import Visit

_FIRST_PICTURE: Final = 5.0  # seconds after which the next one may start in any case
_FAILED: Final = "this session has ended"
_USED_UP: Final = f"a visitor has {PROCESSOR} seconds of the processor, and they are used up"


class OwnExplorer:
    """An explorer in a process of its own; with a hub, the presenter's."""

    def __init__(self, what: What, log: Log, hub: Hub | None = None, resumed: Resumed | None = None) -> None:
        self._what = what
        self._log = log
        self._hub = hub
        self._resumed = resumed
        self._process: asyncio.subprocess.Process | None = None

    async def show(self, visit: Visit, shown: Callable[[], object]) -> tuple[str, int]:
        """Start it, and wait for its end.  Raises OSError."""
        if self._resumed is None:
            return await self._run(visit, shown)
        async with self._resumed.alone:
            try:
                return await self._run(visit, shown)
            finally:
                if self._process is not None:
                    self._resumed.ended(self._process.pid)

    async def _run(self, visit: Visit, shown: Callable[[], object]) -> tuple[str, int]:
        if visit.ended:
            return "", 0
        line = visit.open_line()
        process = self._process = await self._start(visit, line.program)
        line.let_go()
        if visit.ended:
            await hang_up(process)
        waiting = asyncio.get_running_loop().call_later(_FIRST_PICTURE, shown)
        line.when_first = shown
        code = await process.wait()
        waiting.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(visit.drained.wait(), PATIENCE)
        if code == -signal.SIGXCPU:
            return _USED_UP, 1
        return (_FAILED if code not in (0, 129) else "", code if code >= 0 else 1)

    async def _start(self, visit: Visit, program: int) -> asyncio.subprocess.Process:
        reads, writes = os.pipe()
        audience = -1
        try:
            os.set_blocking(writes, False)
            environ = seated_environment(visit.environ, journals=self._hub is not None)
            role, resumed = "solo", ""
            if self._hub is not None and self._resumed is not None:
                audience, role, resumed = self._hub.audience(), "presenter", self._resumed.id()
            process = await start_seated(self._what, role, resumed, program, environ, writes, audience)
        except OSError:
            os.close(reads)
            raise
        finally:
            os.close(writes)
            if audience >= 0:
                os.close(audience)
        _Notes(reads, visit, self._log)
        return process

    def resized(self, visit: Visit) -> None:
        """The pseudo-terminal tells the process itself."""

    async def end(self) -> None:
        """Hang up."""
        if self._process is not None and self._process.returncode is None:
            await hang_up(self._process)


class _Notes:
    """Writes what is typed in a process into the log."""

    def __init__(self, descriptor: int, visit: Visit, log: Log) -> None:
        self._descriptor = descriptor
        self._visit = visit
        self._log = log
        self._rest = b""
        self._loop = asyncio.get_running_loop()
        os.set_blocking(descriptor, False)
        self._loop.add_reader(descriptor, self._read)

    def _read(self) -> None:
        data = b""
        with suppress(BlockingIOError):
            data = os.read(self._descriptor, UNREAD)
        if not data:
            self._loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
            return
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[:UNREAD]
        for line in lines:
            self._log.note("typed", name=self._visit.door.name, seat=self._visit.number, line=line.decode(errors="replace"))


class Followed:
    """The presenter's session, drawn for a visitor by a process that the mirror forks."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._following: Following | None = None
        self._code: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def show(self, visit: Visit, shown: Callable[[], object]) -> tuple[str, int]:
        """Have it drawn, until the visitor leaves it."""
        shown()  # a fork takes no time
        line = visit.open_line()
        self._following = Following(line.program, visit.environ, self._gone)
        self._hub.seat(self._following)
        code = await self._code
        await asyncio.sleep(0)  # the last that it wrote is there: it comes before its end
        line.let_go()
        with suppress(TimeoutError):
            await asyncio.wait_for(visit.drained.wait(), PATIENCE)
        return (_FAILED if code else "", 1 if code else 0)

    def _gone(self, code: int) -> None:
        if not self._code.done():
            self._code.set_result(code)

    def resized(self, visit: Visit) -> None:
        """Tell it: it is not the session's leader, which the terminal would tell."""
        del visit
        if self._following is not None:
            self._hub.resized(self._following)

    async def end(self) -> None:
        """Let it give the terminal back."""
        if self._following is None or self._code.done():
            return
        self._hub.unseat(self._following)
        try:
            await asyncio.wait_for(asyncio.shield(self._code), PATIENCE)
        except TimeoutError:
            self._hub.forget(self._following)
            self._gone(1)
