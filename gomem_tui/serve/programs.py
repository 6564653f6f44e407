"""Starts the explorers that visitors see: processes of their own, in pseudo-terminals, with nothing of this one's environment."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from gomem_core.frozen import frozen
from gomem_tui.settings.options import AUDIENCE

PATIENCE: Final = 2.0  # seconds for an orderly end
# What an interpreter needs to find what this one has found.
_OURS: Final = ("PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "SYSTEMROOT")
_PLACES: Final = ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
_BEGINNING: Final = ("--go=", "--base=", "--padding=")  # options for what begins anew
_NOWHERE: Final = "/dev/null/gomem"  # no directory can ever be made there


@frozen
class What:
    """What is shown: a file, or a lesson by its name, or what gomem shows without either; and with which options."""

    file: str = ""
    lesson: str = ""
    options: tuple[str, ...] = ()

    def words(self, resumed: str) -> tuple[str, ...]:
        """The command line that opens it, or that goes on with a session."""
        if resumed:
            return ("--resume", resumed, *(option for option in self.options if not option.startswith(_BEGINNING)))
        if self.lesson:
            return ("learn", self.lesson, *self.options)
        return (*self.options, *(("./" + self.file,) if self.file[:1] == "-" else (self.file,) if self.file else ()))


def seated_environment(visitor: Mapping[str, str], journals: bool) -> dict[str, str]:
    """The environment of a visitor's explorer; with `journals`, it finds the user's."""
    ours = {name: os.environ[name] for name in _OURS if name in os.environ}
    places = {name: os.environ[name] for name in _PLACES if name in os.environ} if journals else dict.fromkeys(_PLACES, _NOWHERE)
    return {**ours, **places, "OPENBLAS_NUM_THREADS": "1", **visitor}


async def start_seated(
    what: What, role: str, resumed: str, program: int, environ: Mapping[str, str], notes: int, audience: int = -1
) -> asyncio.subprocess.Process:
    """Start an explorer in a pseudo-terminal, whose program's end is `program`.

    It writes what is typed to the file descriptor `notes`, and what it shows to `audience`.  Raises OSError.
    """
    heard = {} if audience < 0 else {AUDIENCE: str(audience)}
    words = [*what.options, os.path.abspath(what.file)] if what.file else [*what.options]
    told = {"words": words, "lesson": what.lesson, "role": role, "resumed": resumed, "notes": notes}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "gomem_tui.serve.seated", json.dumps(told)),
        stdin=program,
        stdout=program,
        stderr=program,
        cwd="/",
        env={**environ, **heard},
        pass_fds=(notes,) if audience < 0 else (notes, audience),
        start_new_session=True,
    )


async def hang_up(process: asyncio.subprocess.Process) -> None:
    """Let a program end, and see to it that it does."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGHUP)
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
