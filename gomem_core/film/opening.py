"""Opens a trace as a film: from the cache, where it was read before."""

import atexit
import shutil
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Final

from gomem_core.film.cache import LEAST, Shelf
from gomem_core.film.film import Film
from gomem_core.film.reel import FilmReel
from gomem_core.film.tables import Tables
from gomem_core.formats.gotrace.batches import Buffer

_SMALL: Final = 1 << 20  # bytes of a trace that is read sooner than anybody could be shown that it is


def open_film(path: Path, data: bytes | None, wait: bool, shelf: Shelf | None = None) -> FilmReel:
    """The film of a trace; `data` where its bytes are not those of the file.  `wait`: until all of it was read.

    With a `shelf`, a large one is kept there, and taken from there.  Raises TraceError and OSError.
    """
    trace = _mapped(path) if data is None else data
    reel = _reel(path, trace, shelf if len(trace) >= LEAST else None)
    while (wait or len(trace) <= _SMALL) and reel.read_on():
        pass
    return reel


def _reel(path: Path, trace: Buffer, shelf: Shelf | None) -> FilmReel:
    if shelf is None:
        return FilmReel(Film(trace, path.name))
    try:
        known = shelf.find(path)
        if known is not None:
            return FilmReel(Film(trace, path.name, known, is_read=True))
        place = shelf.begin()
    except OSError:  # then it goes without
        return FilmReel(Film(trace, path.name))
    atexit.register(shutil.rmtree, place, ignore_errors=True)  # where the film is not read to its end
    tables = Tables(place)

    def keep(whole: bool) -> None:
        try:
            if whole:
                shelf.keep(path, place, tables)
                return
        except OSError:
            pass
        shutil.rmtree(place, ignore_errors=True)  # what is open stays until it is closed

    return FilmReel(Film(trace, path.name, tables), keep)


def _mapped(path: Path) -> Buffer:
    """The file as memory that is read when it is asked for."""
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)
