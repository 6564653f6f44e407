"""Opens a trace as a film."""

from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from gomem_core.film.film import Film
from gomem_core.film.reel import FilmReel
from gomem_core.formats.gotrace.batches import Buffer

_SMALL: Final = 1 << 20  # bytes of a trace that is read sooner than anybody could be shown that it is


def open_film(path: Path, data: bytes | None, wait: bool) -> FilmReel:
    """The film of a trace; `data` where its bytes are not those of the file.  `wait`: until all of it was read.

    Raises TraceError and OSError.
    """
    trace = _mapped(path) if data is None else data
    reel = FilmReel(Film(trace, path.name))
    while (wait or len(trace) <= _SMALL) and reel.read_on():
        pass
    return reel


def _mapped(path: Path) -> Buffer:
    """The file as memory that is read when it is asked for."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)
