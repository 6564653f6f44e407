"""Imports what the explorer needs on another thread, while what it is to show is read."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import Thread, get_ident
from typing import Final

from gomem_core.outside.turns import TURNS

_MODULES: Final = ("gomem_tui.explorer.app", "gomem_tui.panes.model", "gomem_tui.settings.options")
_SWITCH: Final = 5e-4  # seconds after which a thread has to give up the interpreter: who reads needs it often, and briefly


class _Strides:
    """Asked by the interpreter before it imports a module: so far and no further, while somebody needs to be alone."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> None:
        """Returns nothing: it knows of no module."""
        del name, path, target
        if get_ident() == self._thread:
            TURNS.stride()


def _import() -> None:
    finder = _Strides()
    sys.meta_path.insert(0, finder)
    try:
        with suppress(Exception):
            for name in _MODULES:
                import_module(name)
    finally:
        sys.meta_path.remove(finder)
        TURNS.stop()


@contextmanager
def imported_meanwhile() -> Iterator[None]:
    """Import the explorer while the block runs; at its end it is.  What fails, fails again where it is imported next."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH)
    thread = Thread(target=_import, daemon=True)  # who gives up does not wait for it
    thread.start()
    try:
        yield
        thread.join()
    finally:
        sys.setswitchinterval(interval)
