"""A talk over SSH, from the first visitor to the last: with OpenSSH's client, real explorers and a real mirror."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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

    again = ada.visit(columns=100, rows=30)  # the presenter comes from elsewhere: there is one at a time
    at_step(again, 4)
    assert presenter.exit_code() == 0
    assert "presents elsewhere" in presenter.bytes.decode()
    again.send("q")
    assert again.exit_code() == 0


def test_a_heap_for_each_visitor(keys: dict[str, Path]) -> None:
    with Running(plan(public(keys["ada"]) + public(keys["bob"]))) as running:
        ada, bob = Client(keys["ada"], running.port).visit(), Client(keys["bob"], running.port, "bob").visit(TERM="dumb")
        ada.wait_for("space does the first step")
        ada.send(" :save mine\r")
        ada.wait_for("visitors have no files here")
        ada.send("\x15:alloc 100 as mine\r")
        ada.wait_for("mine = 0x")
        bob.wait_for("gomem in plain text")
        bob.send("alloc 48 as own\nopen /etc/passwd\n")
        bob.wait_for("visitors have no files here")
        assert "own = 0xc420000000" in "\n".join(bob.rows()), "nothing of the other's is in this heap"
        ada.resize(100, 30)
        assert ada.comes_true(lambda: "New branch" in ada.shows(29))
        process = next(seat._process for visit, seat in running.server.house._seated.items() if isinstance(seat, OwnExplorer))
        assert process is not None
        environ = Path(f"/proc/{process.pid}/environ")
        if environ.exists():
            told = dict(entry.split("=", 1) for entry in environ.read_bytes().decode().split("\0") if "=" in entry)
            assert "PATH" not in told
            assert told["HOME"] == "/dev/null/gomem"
        ada.send("q")
        assert ada.exit_code() == 0
        bob.send("quit\n")
        assert bob.exit_code() == 0
        assert any("typed name=ada" in line and "line=alloc 100 as mine" in line for line in running.log)
        assert any("typed name=bob" in line and "line=open /etc/passwd" in line for line in running.log)
