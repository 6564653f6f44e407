"""The presenter in the terminal in which the server was started."""

import asyncio
import os
import signal
import sys
import termios
from contextlib import suppress
from typing import Any, Final

from gomem_core.cli.output import INTERNAL
from gomem_tui.serve.bucket import Bucket
from gomem_tui.serve.hub import Hub
from gomem_tui.serve.log import Log
from gomem_tui.serve.programs import What, hang_up
from gomem_tui.serve.resumed import Resumed
from gomem_tui.settings.options import AUDIENCE
from gomem_tui.terminal.ending import RESTORE

_LIVES: Final = 5  # of the explorer, and one more for each minute


class Here:
    """Shows the explorer, and begins it anew, at the same step, when it was killed."""

    def __init__(self, what: What, hub: Hub, resumed: Resumed, log: Log) -> None:
        self._what = what
        self._hub = hub
        self._resumed = resumed
        self._log = log
        self._lives = Bucket(_LIVES, 1 / 60)
        self._process: asyncio.subprocess.Process | None = None
        self._settings: list[Any] | None = None
        with suppress(termios.error, OSError, ValueError):
            self._settings = termios.tcgetattr(sys.stdin.fileno())

    async def present(self) -> int:
        """Show it until the presenter leaves it; returns the exit code.  Raises OSError."""
        while True:
            process = await self._start()
            code = await process.wait()
            self._resumed.ended(process.pid)
            if code >= 0:
                return code
            self._give_back()
            self._log.note("presenter killed", signal=signal.Signals(-code).name, resumed=self._resumed.id())
            if self._lives.take(1):
                return INTERNAL

    async def end(self) -> None:
        """Let it end."""
        if self._process is not None and self._process.returncode is None:
            await hang_up(self._process)
            if self._process.returncode is not None and self._process.returncode < 0:
                self._give_back()

    async def _start(self) -> asyncio.subprocess.Process:
        audience = self._hub.audience()
        try:
            words = self._what.words(self._resumed.id())
            environ = {**os.environ, AUDIENCE: str(audience)}
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "gomem_tui", *words), env=environ, pass_fds=(audience,)
            )
        finally:
            os.close(audience)
        return self._process

    def _give_back(self) -> None:
        """Put the terminal into the state in which it was."""
        with suppress(termios.error, OSError, ValueError):
            os.write(sys.stdout.fileno(), RESTORE)
            if self._settings is not None:
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._settings)
