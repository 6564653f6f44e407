"""A progress bar on stderr, for people who watch; nothing where nobody does."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gomem_core.cli.output import is_terminal

Advance = Callable[[int], None]  # told how many bytes of the file were read


@contextmanager
def reading(path: Path, label: str) -> Iterator[Advance | None]:
    """A bar while a file is read, which is gone afterwards; yields what is to be told, None where there is no bar."""
    watched = is_terminal(sys.stderr) and os.environ.get("TERM") not in ("dumb", "unknown", "", None)
    if not watched or not os.path.isfile(path):
        yield None
        return
    # Rich is imported only here: whoever pipes need not wait for it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    # No redirection: rich would send what is written to stdout to the bar's console, stderr.
    bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False)
    with bar:
        task = bar.add_task(label, total=os.path.getsize(path))
        yield lambda nbytes: bar.update(task, completed=nbytes)
