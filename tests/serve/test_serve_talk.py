"""A talk over SSH, from the first visitor to the last: with OpenSSH's client, real explorers and a real mirror."""

import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gomem_tui.serve.limits import MEMORY, PROCESSOR
from gomem_tui.serve.seats import OwnExplorer
from tests.serve.clients import Client, SshTerminal
from tests.serve.running import Running, plan, public


@pytest.fixture
def talk(keys: dict[str, Path]) -> Iterator[Running]:
    with Running(plan(public(keys["bob"]), solo=False, presenters=public(keys["ada"]))) as running:
        yield running


def at_step(terminal: SshTerminal, step: int) -> None:
    assert terminal.comes_true(lambda: f"step {step}/" in terminal.shows(0)), "\n".join(terminal.rows())


def explorer_of(running: Running) -> OwnExplorer:
    (seat,) = [seat for seat in running.server.house._seated.values() if isinstance(seat, OwnExplorer)]
    return seat


def test_a_talk_that_survives_what_is_killed(talk: Running, keys: dict[str, Path]) -> None:
    ada, bob = Client(keys["ada"], talk.port), Client(keys["bob"], talk.port, "bob")
    early = bob.visit()  # before the presenter
    early.wait_for("presenter")
    presenter = ada.visit(columns=100, rows=30)
    presenter.wait_for("space does the first step")
    large = bob.visit(columns=120, rows=40)
    presenter.send("  ")
    at_step(presenter, 2)
    for follower in (early, large):
        at_step(follower, 2)
        follower.wait_for("tail = 0xc420000030")
    assert talk.server.house.names == ["bob", "bob"]
    presenter.wait_for("2 follow")

    presenter.kill()  # kill -9 of the presenter's client: the session goes on from its journal
    assert early.comes_true(lambda: "presenter is" in early.shows(22) or "presenter" in early.shows(22))
    presenter = ada.visit(columns=100, rows=30)
    at_step(presenter, 2)
    presenter.send(" ")
    for terminal in (presenter, early, large):
        at_step(terminal, 3)

    process = explorer_of(talk)._process  # kill -9 of the explorer
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    assert presenter.exit_code() == 1
    assert presenter.left_on() == set(), "the server gives the terminal back where the explorer could not"
    presenter = ada.visit(columns=100, rows=30)
    at_step(presenter, 3)

    assert talk.server._hub is not None
    mirror = talk.server._hub.mirror_pid  # kill -9 of the mirror, and so of who follows
    os.kill(mirror, signal.SIGKILL)
    assert early.comes_true(lambda: talk.server._hub is not None and talk.server._hub.mirror_pid not in (0, mirror))
    presenter.send(" ")
    for terminal in (presenter, early, large):
        at_step(terminal, 4)

    late = bob.visit()  # the same step, seen by whoever comes later
    at_step(late, 4)
    late.kill()  # kill -9 of a follower's client
    large.send("q")
    assert large.exit_code() == 0
    assert large.left_on() == set()
    end = time.monotonic() + 20
    while talk.server.house.names != ["bob"]:
        assert time.monotonic() < end
        time.sleep(0.05)

    presenter.send("q")
    assert presenter.exit_code() == 0


def processes(running: Running) -> list[int]:
    seats = [seat for seat in running.server.house._seated.values() if isinstance(seat, OwnExplorer)]
    return [seat._process.pid for seat in seats if seat._process is not None]


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="limits of another process are told by Linux alone")
def test_a_heap_and_a_share_of_the_machine_for_each_visitor(keys: dict[str, Path]) -> None:
    """Who takes all memory, or all time of the processor, ends alone: tried with less than visitors have, as that takes long."""
    with Running(plan(public(keys["ada"]) + public(keys["bob"]))) as running:
        greedy = Client(keys["ada"], running.port, "greedy").visit()
        greedy.wait_for("space does the first step")  # it is seated before the other comes, so that it is the first process
        busy = Client(keys["ada"], running.port, "busy").visit()
        busy.wait_for("space does the first step")
        its, another = processes(running)
        bob = Client(keys["bob"], running.port, "bob").visit(TERM="dumb")
        bob.wait_for("gomem in plain text")
        greedy.send(" :save mine\r")
        greedy.wait_for("visitors have no files here")
        greedy.send("\x15:alloc 100 as mine\r")
        greedy.wait_for("mine = 0x")
        greedy.resize(100, 30)
        assert greedy.comes_true(lambda: "New branch" in greedy.shows(29))
        told = dict(entry.split("=", 1) for entry in Path(f"/proc/{its}/environ").read_text().split("\0") if "=" in entry)
        assert "PATH" not in told
        assert told["HOME"] == "/dev/null/gomem"

        limits = {line[:26].strip(): line[26:].split()[:2] for line in Path(f"/proc/{its}/limits").read_text().splitlines()}
        size = int(Path(f"/proc/{its}/statm").read_text().split()[0]) * resource.getpagesize()
        assert int(limits["Max address space"][0]) < size + MEMORY
        assert limits["Max cpu time"][0] == str(PROCESSOR)
        resource.prlimit(its, resource.RLIMIT_AS, (size + (4 << 20),) * 2)  # too little for a thread
        worked = sum(map(int, Path(f"/proc/{another}/stat").read_text().rpartition(")")[2].split()[11:13]))
        seconds = worked // os.sysconf("SC_CLK_TCK") + 1
        resource.prlimit(another, resource.RLIMIT_CPU, (seconds, seconds + 5))
        greedy.send(":alloc 8000 times 190000\r")
        busy.send(":churn 150000\r")
        assert (greedy.exit_code(), busy.exit_code()) == (3, 1)
        assert "this machine has not enough memory for that" in greedy.bytes.decode()
        assert f"a visitor has {PROCESSOR} seconds of the processor, and they are used up" in busy.bytes.decode()
        assert greedy.left_on() == busy.left_on() == set()
        # The house writes that down when it has seen the visitor go, which may be a moment after the visitor is gone.
        assert bob.comes_true(lambda: any("left name=busy" in line and "used up" in line for line in running.log))

        bob.send("alloc 48 as own\nopen /etc/passwd\n")
        bob.wait_for("visitors have no files here")
        assert "own = 0xc420000000" in "\n".join(bob.rows()), "nothing of the others' is in this heap"
        bob.send("quit\n")
        assert bob.exit_code() == 0
        assert any("typed name=greedy" in line and "line=alloc 100 as mine" in line for line in running.log)
        assert any("typed name=bob" in line and "line=open /etc/passwd" in line for line in running.log)
