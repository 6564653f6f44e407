"""A progress bar on stderr, for people who watch; nothing where nobody does."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from gomem_core.cli.output import is_terminal, say_meanwhile, unsay
from gomem_core.foreign import brief
from gomem_core.report import format_bytes
from gomem_core.world.interrupt import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn

Advance = Callable[[int], None]  # told how many bytes of the file were read
_SLOW: Final = 0.5  # seconds after which a command gets a bar
_LARGE: Final = 32 << 20  # bytes of a file that takes seconds to open
_TOLD: Final = 128 << 10  # bytes of one that can take longer than the explorer itself
_LABEL: Final = 40  # characters of a file name beside its bar


def _is_watched() -> bool:
    return is_terminal(sys.stderr) and os.environ.get("TERM") not in ("dumb", "unknown", "", None)


@contextmanager
def reading(path: Path, label: str, memory: bool = False) -> Iterator[Advance | None]:
    """A bar while a file is read, which is gone afterwards; yields what is to be told, None where there is no bar.

    With `memory`, the bar tells how much of it gomem takes by then.
    """
    if not _is_watched() or not os.path.isfile(path):
        yield None
        return
    # Rich is imported only here: whoever pipes need not wait for it.
    from rich.progress import DownloadColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    taken = [TextColumn("{task.fields[memory]} of memory")] if memory else []
    with _bar(DownloadColumn(), *taken, TimeRemainingColumn()) as bar:
        task = bar.add_task(brief(label, _LABEL), total=os.path.getsize(path), memory=_memory())
        yield lambda nbytes: bar.update(task, completed=nbytes, memory=_memory())


@contextmanager
def opening(path: Path) -> Iterator[Advance | None]:
    """The same where it is large enough to take seconds."""
    try:
        large = path.stat().st_size >= _LARGE
    except (OSError, ValueError):
        large = False
    if not large:
        yield None
        return
    with reading(path, path.name, memory=True) as advance:
        yield advance


@contextmanager
def told_at_once(path: Path | None) -> Iterator[None]:
    """A line that says what is being read, so that nobody looks at an empty screen; it is gone afterwards."""
    try:
        size = path.stat().st_size if path is not None and _is_watched() else 0
    except (OSError, ValueError):
        size = 0
    if path is None or not _TOLD <= size < _LARGE:  # a large one gets a bar
        yield
        return
    say_meanwhile(f"gomem: reading {brief(path.name, _LABEL)}, {format_bytes(size)} …")
    try:
        yield
    finally:
        unsay()


@contextmanager
def working(progress: Progress) -> Iterator[None]:
    """A bar for each command in here that takes long and counts its operations; it is gone when the command is done."""
    if not _is_watched():
        yield
        return
    watch = _Watch()
    progress.watch = watch.tell
    try:
        yield
    finally:
        progress.watch = None
        watch.tell(0, 0)


class _Watch:
    """The bar of one command after another."""

    def __init__(self) -> None:
        self._began = 0.0
        self._bar: Bar | None = None

    def tell(self, done: int, of: int) -> None:
        """Note how many operations are done; (0, 0): the command is over."""
        if not done:
            self._began = monotonic()
        if not of and self._bar is not None:
            self._bar.stop()
            self._bar = None
        elif done and self._bar is None and monotonic() - self._began >= _SLOW:
            from rich.progress import TextColumn  # noqa: PLC0415

            self._bar = _bar(TextColumn("{task.completed:,.0f} of {task.total:,.0f}"))
            self._bar.add_task("working", total=of)
            self._bar.start()
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)


def _bar(*columns: "ProgressColumn") -> "Bar":
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    # No redirection: rich would send what is written to stdout to the bar's console, stderr.
    described = TextColumn("{task.description}", markup=False)
    console = Console(stderr=True)
    return Bar(described, BarColumn(), *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)


def _memory() -> str:
    """How much memory this process has, without what it shares with files."""
    try:
        resident, shared = (int(word) for word in Path("/proc/self/statm").read_text().split()[1:3])
    except (OSError, ValueError):
        return "?"
    return format_bytes((resident - shared) * os.sysconf("SC_PAGESIZE"))
