"""A film in the explorer: shown while it is read, played at a speed, stopped by keys; and a lesson about one."""

from collections.abc import Callable
from functools import partial
from threading import Semaphore
from typing import Any

import pytest
from textual.pilot import Pilot

from gomem_core.film.film import Film
from gomem_core.film.reel import FilmReel
from gomem_core.formats.gotrace import ordered
from gomem_core.lessons import find_lesson
from gomem_core.session.console import Console
from gomem_core.session.session import Session
from gomem_tui.explorer.app import Explorer
from gomem_tui.opening import open_lesson
from gomem_tui.settings.options import Options
from tests.film.recorded import film, trace
from tests.tui.screen import text_of

_NAME = "go1.27.3-lru"


class _Slow(FilmReel):
    """A film of which another slice is read when it is let."""

    def __init__(self) -> None:
        super().__init__(Film(trace(_NAME), _NAME))
        self.may_go_on = Semaphore(0)
        self.slices = 0

    def read_on(self) -> bool:
        """Wait for permission, then read."""
        if not self.may_go_on.acquire(timeout=10):
            return False
        there = super().read_on()
        self.slices += there
        return there


async def _until(pilot: Pilot[Any], so: Callable[[], bool]) -> None:
    for _ in range(400):
        if so():
            return
        await pilot.pause(0.02)
    raise AssertionError("it does not come true")


def _stands(session: Session, step: int) -> bool:
    return session.step == step


def _screen(app: Explorer) -> str:
    return "\n".join(text_of(app.screen))


async def test_it_is_shown_while_it_is_read_and_esc_keeps_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "_SLICE", 1_500)
    reel = _Slow()
    app = Explorer(Console(True, reel))
    async with app.run_test(size=(100, 30)) as pilot:
        session = app.desk.session
        reel.may_go_on.release(2)
        await _until(pilot, lambda: reel.slices == 2 and "esc keeps what was read" in _screen(app))
        first = reel.events
        assert 0 < first < film(_NAME).events
        assert f"/{first:,} " in _screen(app)
        await pilot.press("colon", *"goto", "space", *"end", "enter")
        await _until(pilot, lambda: session.step == first)  # the end is what was read so far
        reel.may_go_on.release()
        await _until(pilot, lambda: reel.slices == 3 and f"/{reel.events:,} " in _screen(app))
        assert session.step == first < reel.events  # the scrub bar grows, and one stands where one stood
        await pilot.press("escape")
        await _until(pilot, lambda: "Reading the film" not in _screen(app))
        second = reel.events
        reel.may_go_on.release(9)  # one more slice may have been under way
        await pilot.pause(0.3)
        assert reel.slices <= 4
        assert reel.events >= second
        await pilot.press("colon", *"goto", "space", *"end", "enter")
        await _until(pilot, lambda: session.step == reel.events)


async def test_it_is_played_at_a_speed_until_a_key_is_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("gomem_tui.explorer.projector.monotonic", lambda: now[0])
    reel = FilmReel(film(_NAME))
    app = Explorer(Console(True, reel), Options(speed=0.01))
    async with app.run_test(size=(100, 30)) as pilot:
        session = app.desk.session
        await pilot.press("greater_than_sign")
        assert "Playing at 0.01 ×" in _screen(app)
        for seconds in (0.2, 0.5):
            now[0] = 100 + seconds
            await _until(pilot, lambda: session.step == reel.event_at(round((now[0] - 100) * 1e7)))
        stands = session.step
        assert reel.time(stands) <= 5_000_000 < reel.time(stands + 1) + 20_000
        await pilot.press("space")  # which stops it, and does nothing else
        now[0] = 101.0
        await pilot.pause(0.3)
        assert session.step == stands
        await pilot.press("greater_than_sign")
        now[0] += 99
        await _until(pilot, lambda: session.at_end)


async def test_keys_lead_to_events_of_their_sort() -> None:
    reel = FilmReel(film(_NAME))
    app = Explorer(Console(True, reel))
    async with app.run_test(size=(100, 30)) as pilot:
        session = app.desk.session
        await pilot.press("space")
        first = session.step
        assert first == reel.allocation(0, 1)
        await pilot.press("full_stop")
        assert session.step == first + 1
        await pilot.press("right_curly_bracket")
        assert session.step == reel.landmark(first + 1, 1)
        await pilot.press("b")
        assert session.step == reel.allocation(reel.landmark(first + 1, 1) or 0, -1)


@pytest.mark.parametrize(
    ("line", "leads_to"),
    [
        ("until HeapAlloc > 3M", lambda reel: reel.until("heap_alloc", ">", 3 << 20, 0)),
        ("until heap_live > 3M", lambda reel: reel.until("heap_live", ">", 3 << 20, 0)),
        ('until type "main.Page" > 10000', lambda reel: reel.until_type("main.Page", ">", 10_000, 0)),
        ("goto 1.5ms", lambda reel: reel.event_at(1_500_000)),
        ("goto 1234", lambda _: 1_234),
    ],
)
def test_typed_moves_lead_to_moments(line: str, leads_to: Callable[[FilmReel], int]) -> None:
    reel = FilmReel(film(_NAME))
    console = Console(True, reel)
    outcome = console.submit(line)
    assert outcome.error is None
    assert console.session.step == leads_to(reel) > 0


async def test_the_lesson_about_a_film_is_walked() -> None:
    lesson = find_lesson("20")
    app = Explorer(open_lesson(lesson, False, False))
    async with app.run_test(size=(80, 24)) as pilot:
        session = app.desk.session
        for step in range(1, lesson.steps + 1):
            await pilot.press("space")
            await _until(pilot, partial(_stands, session, step))
            assert session.outcome is not None
            assert session.outcome.error is None
        await pilot.press("b")
        await _until(pilot, lambda: session.step == lesson.steps - 1)


async def test_going_far_asks_for_no_event_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of millions of events, only those that are shown are told."""
    asked: set[int] = set()
    told = FilmReel.told

    def counting(self: FilmReel, event: int) -> Any:
        asked.add(event)
        return told(self, event)

    monkeypatch.setattr(FilmReel, "told", counting)
    monkeypatch.setattr(FilmReel, "line", lambda self, event: counting(self, event).line)
    app = Explorer(Console(True, FilmReel(film(_NAME))))
    async with app.run_test(size=(100, 30)) as pilot:
        session = app.desk.session
        for target in ("end", "3000", "start", "5000"):
            await pilot.press("colon", *"goto", "space", *target, "enter")
        await _until(pilot, lambda: _stands(session, 5_000))
    assert len(asked) < 20
