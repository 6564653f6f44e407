"""The objects of a moment: sorted and filtered by what only a film knows of them, one by one as in columns."""

import json

import pytest

from gomem_core.film.film import Film
from gomem_core.film.reel import FilmReel
from gomem_core.queries.objectorder import OF_FILM, ObjectOrder
from gomem_core.queries.roworder import finish
from gomem_core.queries.typeorder import TypeOrder
from gomem_core.session.console import Console
from gomem_core.world.objectinfo import ObjectInfo
from gomem_tui.__main__ import main
from tests.film.recorded import FOLDER, film

_NAME = "go1.27.3-lru"
_MOMENT = FilmReel(film(_NAME)).moment(3_000)
_INFOS = [_MOMENT.objects.info(oid) for oid in range(len(_MOMENT.objects))]


def _ordered(sort: str, text: str, many: int) -> list[int]:
    order = ObjectOrder(_MOMENT, _MOMENT.objects, many=many)
    order.arrange(sort, False)
    order.filter(text)
    finish(order.work())()
    return [order.oid(row) for row in range(len(order))]


def _value(o: ObjectInfo, sort: str) -> tuple[bool, int | str]:
    value = {"born": o.born, "swept": o.swept, "goroutine": o.goroutine, "type": o.type or None}[sort]
    return value is None, value if value is not None else ""


@pytest.mark.parametrize("sort", OF_FILM)
@pytest.mark.parametrize("many", [0, 1 << 30], ids=["columns", "one by one"])
def test_the_order_is_that_of_the_column_and_unknown_comes_last(sort: str, many: int) -> None:
    found = _ordered(sort, "", many)
    assert found == sorted(range(len(_INFOS)), key=lambda oid: _value(_INFOS[oid], sort))


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("goroutine:1", lambda o: o.goroutine == 1),
        ("swept>5000", lambda o: o.swept is not None and o.swept > 5000),
        ("main[.]Page", lambda o: o.type == "main.Page"),
        ("step<2000 kind:noscan", lambda o: o.born < 2000 and o.ptrdata == 0),
    ],
)
@pytest.mark.parametrize("many", [0, 1 << 30], ids=["columns", "one by one"])
def test_filters_ask_what_a_film_knows(text: str, passes: object, many: int) -> None:
    assert callable(passes)
    wanted = [oid for oid, o in enumerate(_INFOS) if passes(o)]
    assert wanted
    assert _ordered("step", text, many) == wanted


def test_what_was_there_before_has_no_goroutine_and_no_birth() -> None:
    before = [o for o in _INFOS if o.born == 0]
    assert len(before) > 100
    assert {o.goroutine for o in before} == {None}
    assert {o.goroutine for o in _INFOS if o.born} >= {1}


def test_types_are_sorted_and_filtered() -> None:
    order = TypeOrder(lambda: _MOMENT)
    rows = order.rows()
    assert [one.nbytes for one in rows] == sorted((one.nbytes for one in rows), reverse=True)
    assert sum(one.nbytes for one in rows) == film(_NAME).account(3_000).HeapAlloc
    order.arrange("objects", False)
    assert [one.objects for one in order.rows()] == sorted(one.objects for one in rows)
    order.filter("main[.] objects>1")
    assert {one.name for one in order.rows()} == {one.name for one in rows if "main." in one.name and one.objects > 1}


def test_ages_and_rates_are_those_of_the_lifetimes() -> None:
    """The mean over the objects of one type, of which the film knows each birth; births are told by blocks of events."""
    pages = [o for o in _INFOS if o.type == "main.Page"]
    one = next(one for one in _MOMENT.by_type() if one.name == "main.Page")
    now = film(_NAME).time(3_000)
    age = sum(now - film(_NAME).time(o.born or 0) for o in pages) / len(pages)
    assert one.objects == len(pages)
    assert one.age is not None
    assert abs(one.age - age) < 0.1 * now
    assert one.rate == pytest.approx(one.alloc_bytes / (now / 1e9))


def test_the_difference_of_two_moments_tells_which_types_grew() -> None:
    console = Console(True, FilmReel(film(_NAME)))
    console.submit("goto 3000")
    outcome = console.submit("diff 500")
    assert outcome.result is not None
    assert not [line for line in outcome.result.details if line.startswith("requested ")], (
        "a trace does not tell what was asked for"
    )
    assert [line for line in outcome.result.details if line.startswith("taken ")]
    assert outcome.result.summary.startswith("from 0.001015 s to 0.004645 s: 20 types grew, most uint8 +960.5K; between event ")
    told = {row.split()[-1]: row.split() for row in outcome.result.details if "main.Page" in row}
    pages = [sum(FilmReel(film(_NAME)).moment(n).objects.info(oid).type == "main.Page" for oid in _all(n)) for n in (500, 3_000)]
    assert told["main.Page"][-3:-1] == [str(count) for count in pages]
    back = console.submit("diff end")
    assert back.result is not None
    assert "lies ahead of event 3000" in back.result.summary


def _all(event: int) -> range:
    return range(len(FilmReel(film(_NAME)).moment(event).objects))


def test_two_films_are_compared_by_type(capsys: pytest.CaptureFixture[str]) -> None:
    """Addresses of two processes say nothing."""
    files = [str(FOLDER / f"{name}.trace.gz") for name in ("go1.26.6-lru", _NAME)]
    assert main(["diff", *files, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kind"] == "film"
    page = next(row for row in found["types"] if row["name"] == "main.Page")
    one = film("go1.26.6-lru")
    ends = [sum(info.type == "main.Page" for info in _infos(each)) for each in (one, film(_NAME))]
    assert [page["objects_then"], page["objects_now"]] == ends


def _infos(one: Film) -> list[ObjectInfo]:
    objects = FilmReel(one).moment(one.events).objects
    return [objects.info(oid) for oid in range(len(objects))]
