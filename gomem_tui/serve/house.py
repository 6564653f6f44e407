"""Seats, the queue before them, and the time that somebody may stay."""

import asyncio
import time
from collections.abc import Callable
from itertools import count
from typing import Final, Protocol

import asyncssh

from gomem_core.cli.output import DUMB
from gomem_tui.serve.door import Role
from gomem_tui.serve.doors import Doors
from gomem_tui.serve.limits import Limits
from gomem_tui.serve.log import Log
from gomem_tui.serve.visit import Visit


class Seat(Protocol):
    """What is shown to a visitor."""

    async def show(self, visit: Visit, shown: Callable[[], object]) -> tuple[str, int]:
        """Show it until it ends; `shown` is called once it is there.

        Returns what is to be said at the end, and the exit code.  Raises OSError.
        """

    def resized(self, visit: Visit) -> None:
        """The visitor's terminal has another size."""

    async def end(self) -> None:
        """Let it end: in an orderly way, as long as that does not take long."""


class House:
    """`role_of` tells what a key is here, if anything; `seat_of` makes the seat for a role."""

    def __init__(
        self,
        limits: Limits,
        log: Log,
        role_of: Callable[[asyncssh.SSHKey, str], Role | None],
        seat_of: Callable[[Role], Seat],
        told: Callable[[list[str]], object],
    ) -> None:
        self.limits: Final = limits
        self.log: Final = log
        self.role_of: Final = role_of
        self.doors: Final = Doors(limits)
        self._seat_of = seat_of
        self._told = told  # who is there, whenever that changes
        self._seated: dict[Visit, Seat] = {}
        self._numbers = count(1)
        self._starting = asyncio.Semaphore(limits.starting)
        self._queue = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def names(self) -> list[str]:
        """The visitors besides the presenter, in the order in which they came."""
        return [visit.door.name for visit in self._seated if visit.door.role != "presenter"]

    # --- Coming and going -----------------------------------------------------------------------------------------------------

    def enter(self, visit: Visit) -> None:
        """Give somebody a seat, or say why there is none."""
        door, limits = visit.door, self.limits
        others = [other for other in self._seated if other.door.role != "presenter"]
        if self._closed:
            visit.leave("it is over", 0)
        elif door.role == "presenter" and visit.environ["TERM"] in DUMB:  # told before whoever presents now is sent away
            visit.leave(f"whoever presents needs a terminal that can draw, and TERM is {visit.environ['TERM']}", 1)
        elif door.role != "presenter" and len(others) >= limits.seats:
            self.log.note("full", **door.about)
            visit.leave(f"all {limits.seats} seats are taken; come again later", 1)
        elif door.role != "presenter" and sum(other.door.key == door.key for other in others) >= limits.seats_a_key:
            self.log.note("too many with one key", **door.about)
            visit.leave(f"{limits.seats_a_key} visitors are here with this key already", 1)
        else:
            before = self._presenting() if door.role == "presenter" else None
            visit.number = next(self._numbers)
            self._seated[visit] = self._seat_of(door.role)
            task = asyncio.get_running_loop().create_task(self._show(visit, self._seated[visit], before))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            self._told(self.names)

    def _presenting(self) -> Visit | None:
        return next((visit for visit in self._seated if visit.door.role == "presenter" and not visit.ended), None)

    async def _show(self, visit: Visit, seat: Seat, before: Visit | None) -> None:
        """Show somebody what the seat has; a presenter who was here `before` goes first, and leaves the session."""
        about = visit.door.about
        if before is not None:
            self.send_away(before, "the presenter presents elsewhere now")
            await before.over.wait()
        if self._starting.locked() and self._queue:
            visit.say(f"one moment: {self._queue} came before")
        self._queue += 1
        visit.waits = True
        released = False

        def shown() -> None:
            nonlocal released
            if not released:
                released = True
                self._queue -= 1
                self._starting.release()

        await self._starting.acquire()
        visit.waits = False
        try:
            if visit.ended:
                return
            self.log.note("seated", **about, seat=visit.number, role=visit.door.role, size=f"{visit.size[0]}x{visit.size[1]}")
            text, code = await seat.show(visit, shown)
            sent_away = bool(visit.ending)
            visit.ending = visit.ending or text
            visit.leave(visit.ending, 0 if sent_away else code, restore=code != 0)
        except OSError as e:
            self.log.note("failed", **about, seat=visit.number, why=str(e))
            visit.leave("this machine could not start it", 1)
        finally:
            shown()
            visit.leave("this session has ended", 1, restore=True)  # after an error of its own, too

    def left(self, visit: Visit) -> None:
        """Take note that a visitor is gone."""
        seat = self._seated.pop(visit, None)
        if seat is None:
            return
        seconds = round(time.monotonic() - visit.begun)
        self.log.note("left", **visit.door.about, seat=visit.number, seconds=seconds, why=visit.ending)
        self._told(self.names)
        self._later(seat)

    def resized(self, visit: Visit) -> None:
        """A terminal has another size."""
        seat = self._seated.get(visit)
        if seat is not None:
            seat.resized(visit)

    def send_away(self, visit: Visit, why: str) -> None:
        """Let somebody's program end, and say why."""
        seat = self._seated.get(visit)
        if seat is not None and not visit.ending:
            visit.ending = why
            self._later(seat)

    def _later(self, seat: Seat) -> None:
        task = asyncio.get_running_loop().create_task(seat.end())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- Time -----------------------------------------------------------------------------------------------------------------

    async def watch(self) -> None:
        """See to it, for as long as the house is open, that nobody stays too long."""
        while True:
            await asyncio.sleep(min(1.0, self.limits.idle / 4))
            self.doors.sweep()
            now = time.monotonic()
            for visit in [*self._seated]:
                role = visit.door.role
                if role == "presenter":
                    continue
                active = max(visit.active, visit.seen) if role == "follower" else visit.active
                if now - active > self.limits.idle:
                    self.send_away(visit, f"nothing happened for {minutes(self.limits.idle)}")
                elif now - visit.begun > self.limits.total:
                    self.send_away(visit, f"a visit lasts {minutes(self.limits.total)} at most")

    async def close(self, why: str) -> None:
        """Send everybody away."""
        self._closed = True
        for visit in [*self._seated]:
            self.send_away(visit, why)
        if self._tasks:
            await asyncio.wait([*self._tasks], timeout=4)
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.sleep(0.1)  # what they are told goes out
        self.doors.close()


def minutes(seconds: float) -> str:
    """A time as people say it."""
    for size, word in ((3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds / size
            return f"{number:g} {word}{'' if number == 1 else 's'}"
    return f"{seconds:g} seconds"
