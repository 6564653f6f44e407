"""Which session a presenter's explorer goes on with when it has to be started again."""

import asyncio
from contextlib import suppress
from typing import Final

from gomem_core.files.journal import unfinished


class Resumed:
    """Keeps the ID of the journal that presenters of this server have written last; `first` is one to begin with."""

    def __init__(self, first: str = "") -> None:
        self._id = first
        self._first: Final = first
        self._processes: set[int] = set()
        self.alone: Final = asyncio.Lock()  # held while a presenter's explorer runs: one begins when the one before has ended

    def id(self) -> str:
        """The ID; nothing where there is no session to be taken up."""
        return self._id

    def ended(self, process: int) -> None:
        """A presenter's process has ended: whatever session it left unfinished comes next."""
        self._processes.add(process)
        with suppress(OSError):
            left = (one.id for one in unfinished() if one.header.pid in self._processes or one.id == self._id)
            self._id = next(left, "")
