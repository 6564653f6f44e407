"""Pictures of panes of a film and of a heap dump, as real programs wrote them; see golden.py.  And what Types shows of growth."""

from math import inf
from pathlib import Path

import pytest

from gomem_core.film.film import Film
from gomem_core.film.reel import FilmReel
from gomem_core.queries import roworder
from gomem_core.queries.roworder import finish
from gomem_core.session.console import Console
from gomem_core.session.opened import open_file
from gomem_core.world.reel import ends_before
from gomem_core.world.strip import Strip
from gomem_tui.panes.model import Model
from gomem_tui.panes.panes import Panes
from gomem_tui.panes.sessionbars import SessionBars
from gomem_tui.render.lines import plain
from gomem_tui.settings.keys import STANDARD
from tests.film.recorded import film, trace
from tests.tui.golden import check_picture
from tests.written.realfiles import REAL

_NAME = "go1.27.3-lru"
_SIZES = [(80, 24), (120, 40)]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine rows would be left to a thread, of which there is none."""
    monkeypatch.setattr(roworder, "PATIENCE", inf)


def _model(strip: Strip, *lines: str) -> Model:
    model = Model(Console(True, strip), lambda: None)
    model.arrived()
    for line in lines:
        outcome = model.submit(line)
        assert outcome.ok, outcome
        model.arrived(outcome)
    for order in model.work:
        if order.behind:
            finish(order.work())()
    return model


def _drawn(model: Model, pane: str, size: tuple[int, int]) -> list[str]:
    lines = Panes(model, STANDARD, lambda: size[0]).named(pane).drawn(*size)
    return ["".join(text for text, _ in line).rstrip() for line in lines]


@pytest.mark.parametrize(("name", "format_of"), [("go1.27.3-lru", "1.26"), ("go1.24.11-tiny", "1.23")])
def test_the_header_claims_no_version_of_a_program_whose_trace_tells_only_its_format(name: str, format_of: str) -> None:
    model = _model(FilmReel(film(name)))
    wide, narrow = (plain(SessionBars(model).header(width)) for width in (120, 80))
    assert f"trace format of go{format_of} " in wide
    assert "go1." not in wide.replace(f"trace format of go{format_of} ", "").replace(name, "")
    assert "go1." not in narrow, "where there is no room, nothing is claimed"


def test_what_an_event_was_is_told_as_a_whole_at_any_width() -> None:
    model = _model(FilmReel(film(_NAME)))
    for width in (60, 80, 120):
        assert "0 shows types" in " ".join(" ".join(_drawn(model, "why", (width, 12))).split())
    model.arrived(model.submit("goto 4"))  # the world stands still: a sentence that no line of 80 cells holds
    for width in (60, 80):
        told = _drawn(model, "why", (width, 14))
        assert "HeapObjects 352, HeapAlloc 2,485,432, HeapInuse 2,768,896" in " ".join(" ".join(told).split())


@pytest.mark.parametrize("size", _SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_film(size: tuple[int, int]) -> None:
    model = _model(FilmReel(film(_NAME)), "goto 3000")
    panes = Panes(model, STANDARD, lambda: size[0])
    for pane in ("types", "objects", "spans", "arena", "heap", "why"):
        check_picture(panes.named(pane).drawn(*size), pane, "film", size)
    model.arrived(model.submit("diff 500"))
    for pane in ("types", "why"):
        check_picture(panes.named(pane).drawn(*size), pane, "film compared", size)


@pytest.mark.parametrize("size", _SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_dump(size: tuple[int, int]) -> None:
    opened = open_file(Path(REAL / f"{_NAME}.heapdump.gz"))
    assert isinstance(opened, Strip)
    panes = Panes(_model(opened), STANDARD, lambda: size[0])
    for pane in ("objects", "types", "spans", "heap"):
        check_picture(panes.named(pane).drawn(*size), pane, "dump", size)


def test_types_show_what_changed_most_first_until_something_else_is_done() -> None:
    model = _model(FilmReel(film(_NAME)), "goto 3000", "diff 500")
    changes = {one.name: one.change for one in model.types.rows()}
    assert model.difference is not None
    assert {one.name: one.more for one in model.difference.types or () if one.more} == {
        name: n for name, n in changes.items() if n
    }
    assert [*changes.values()] == sorted(changes.values(), key=lambda change: -(change or 0))
    assert "change" in model.types.sorts
    lines = _drawn(model, "types", (100, 30))
    assert "by change ↓" in lines[0]
    assert lines[1].split()[:3] == ["bytes", "change", "objects"]
    model.put_away()
    assert (model.types.sort, "change" in model.types.sorts) == ("bytes", False)
    assert _drawn(model, "types", (100, 30))[1].split()[:2] == ["bytes", "objects"]


def test_an_order_that_was_chosen_comes_back_behind_a_difference() -> None:
    model = _model(FilmReel(film(_NAME)), "goto 3000")
    model.types.arrange("objects", descending=True)
    model.arrived(model.submit("diff 500"))
    assert model.types.sort == "change"
    model.arrived(model.submit("goto 3100"))
    assert model.types.sort == "objects"


def test_below_types_stands_between_which_moments_one_grew() -> None:
    """Without a selected one, that which grew most."""
    model = _model(FilmReel(film(_NAME)), "goto 3000")
    panes = Panes(model, STANDARD, lambda: 80)
    course = model.types.course
    assert course is not None
    last = "".join(text for text, _ in panes.types.drawn(100, 30)[-1])
    most = max(
        course.nbytes, key=lambda name: max(b - min(course.nbytes[name][: n + 1]) for n, b in enumerate(course.nbytes[name]))
    )
    assert last.strip().startswith("+")
    assert last.strip().endswith(f" s: {most}, more than any other")
    row = next(n for n, one in enumerate(model.types.rows()) if one.name == "main.Page")
    panes.types.select_row(row)
    last = "".join(text for text, _ in panes.types.drawn(100, 30)[-1])
    assert last.rstrip().endswith(" s: main.Page")
    panes.types.select_row(0)
    assert "".join(text for text, _ in panes.types.drawn(100, 30)[-1]).startswith(" never more than at first: ")


def test_goto_says_where_a_time_lies() -> None:
    model, one = _model(FilmReel(film(_NAME))), film(_NAME)
    gap = max(range(1, one.events), key=lambda event: one.time(event + 1) - one.time(event))
    middle = (one.time(gap) + one.time(gap + 1)) // 2
    outcome = model.submit(f"goto {middle}ns")
    assert outcome.result is not None
    told = outcome.result.summary
    assert told.startswith(f"event {gap:,} of {one.events:,}, at {one.time(gap) / 1e9:.6f} s: ")
    assert told.endswith(f"happened up to {middle / 1e9:.6f} s; the next event is at {one.time(gap + 1) / 1e9:.6f} s")
    outcome = model.submit("goto 100s")
    assert outcome.result is not None
    assert outcome.result.summary.endswith(f"; the film ends at {one.time(one.events) / 1e9:.6f} s, before 100.000000 s")


def test_of_a_film_that_is_still_being_read_it_is_not_said_that_it_ends() -> None:
    reel = FilmReel(Film(trace(_NAME), _NAME))
    assert reel.done < 1
    assert ends_before(reel, 10**11) == f"the film was read only up to {reel.time(reel.events) / 1e9:.6f} s, before 100.000000 s"
