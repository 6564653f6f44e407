"""What may be typed by somebody who was let in from elsewhere: nothing about files, and no more than a share of the machine."""

import time
from collections.abc import Callable
from typing import Final

from gomem_core.foreign import brief
from gomem_core.lang import Command, read_line
from gomem_core.lang.commands import Alloc, Churn, Types
from gomem_core.lang.moves import DiffFile, Open, Resume, Save, TakeUp, WhatIf
from gomem_core.session.session import Session
from gomem_core.world.world import known

OBJECTS: Final = 200_000  # in the heap
STEPS: Final = 20_000
_AT_ONCE: Final = 60  # lines
_A_SECOND: Final = 30  # ... after those

_FILES: Final = (Save, Open, Resume, DiffFile, TakeUp, Types)
_NO_FILES: Final = "visitors have no files here: save, open, resume, take-up, types FILE and diff file are for the host"


class Visitors:
    """The rules for one visitor; `noted` is told each line that is about to be done."""

    def __init__(self, noted: Callable[[str], object] | None = None) -> None:
        self._noted = noted
        self._lines = float(_AT_ONCE)  # that may be done at once
        self._counted = time.monotonic()

    def refusal(self, session: Session, command: Command | None) -> str:
        """Why a command is not for visitors, in words; nothing where it is."""
        if isinstance(command, _FILES):
            return _NO_FILES
        if isinstance(command, WhatIf):
            parts = (read_line(part).command for part in command.text.split(";"))
            return next((why for part in parts if (why := self.refusal(session, part))), "")
        new = command.n if isinstance(command, Churn) else getattr(command, "times", 1)
        there = known(lambda: len(session.objects)) or 0
        if isinstance(new, int) and new > 1 and there + new > OBJECTS:
            return f"a visitor's heap has room for {OBJECTS:,} objects; {there:,} were made in it"
        if isinstance(command, Alloc) and there >= OBJECTS:
            return f"a visitor's heap has room for {OBJECTS:,} objects, and so many were made in it"
        if session.strip is None and len(session.steps) >= STEPS and session.at_end:
            return f"a visitor's session has at most {STEPS:,} steps"
        return ""

    def about_to_do(self, line: str) -> None:
        """Note a line, and wait where they come too fast: others want to be served as well."""
        now = time.monotonic()
        self._lines = min(_AT_ONCE, self._lines + (now - self._counted) * _A_SECOND) - 1
        self._counted = now
        if self._noted is not None:
            self._noted(brief(line))
        if self._lines < 0:
            time.sleep(-self._lines / _A_SECOND)
