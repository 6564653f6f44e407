"""Films that were read are kept, known again by their files, bounded, and read anew where anything is wrong with them."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gomem_core.film import cache, opening
from gomem_core.film.cache import Shelf
from gomem_core.film.columns import Column
from gomem_core.film.film import Film
from gomem_core.film.reading import Reading
from gomem_core.film.reel import FilmReel
from tests.film.recorded import film, trace

_NAME = "go1.27.3-jsonrt"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr(opening, "LEAST", 1)
    return Shelf(tmp_path / "films")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "run.trace"
    file.write_bytes(trace(_NAME))
    return file


def _same(one: Film, other: Film) -> None:
    for (name, table), (_, again) in zip(one.tables.files(), other.tables.files(), strict=True):
        for column in table.columns:
            assert np.array_equal(table[column], again[column]), (name, column)
    assert one.tables.stops == other.tables.stops
    assert one.tables.marks == other.tables.marks
    assert one.tables.types == other.tables.types
    assert one.account(one.events) == other.account(other.events)


def test_a_second_opening_reads_nothing_and_knows_the_same(shelf: Shelf, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = film(_NAME)
    opening.open_film(path, None, True, shelf)
    assert os.stat(shelf.folder).st_mode & 0o777 == 0o700

    def refuse(*_: object) -> None:
        raise AssertionError("it is read again")

    monkeypatch.setattr(Reading, "steps", refuse)
    again = opening.open_film(path, None, False, shelf)
    assert again.done == 1
    _same(whole, again.film)


def test_a_file_that_changed_or_columns_that_are_damaged_are_read_anew(shelf: Shelf, path: Path) -> None:
    opening.open_film(path, None, True, shelf)
    kept = next(shelf.folder.iterdir())
    for damage in ("lives.freed", "film.json", "spans.base"):
        content = bytearray((kept / damage).read_bytes())
        content[len(content) // 2] ^= 0x40
        (kept / damage).write_bytes(content)
        assert shelf.find(path) is None
        _same(film(_NAME), opening.open_film(path, None, True, shelf).film)
    (kept / "lives.born").unlink()
    assert shelf.find(path) is None
    opening.open_film(path, None, True, shelf)
    os.utime(path, ns=(1, 1))
    assert shelf.find(path) is None


def test_films_that_were_opened_longest_ago_go_where_there_is_too_much(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = []
    for n in range(3):
        paths.append(tmp_path / f"{n}.trace")
        paths[n].write_bytes(trace(_NAME))
        opening.open_film(paths[n], None, True, shelf)
        monkeypatch.setattr(cache, "MOST", shelf.nbytes * 5 // 2 if n == 0 else cache.MOST)
    assert [shelf.find(path) is not None for path in paths] == [False, True, True]
    assert shelf.clear() > 0
    assert shelf.nbytes == 0


def test_a_full_disk_is_a_sentence_and_the_part_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0

    def append(self: Column, numbers: Any) -> None:
        nonlocal written
        written += 1
        if written > 90:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(self, numbers)

    whole = Column.append
    monkeypatch.setattr(Column, "append", append)
    reel = FilmReel(Film(trace("go1.27.3-phases"), "it"))
    while reel.read_on():
        pass
    assert "No space left on device" in reel.film.tables.faults[-1]
    assert reel.moment(reel.events).spans.count >= 0
    assert reel.done == 1
