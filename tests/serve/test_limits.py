"""What a visitor can take is limited: seats, time, sizes, bytes; shown with echoes in place of explorers, and short times."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from asyncssh.packet import String

from gomem_tui.serve.bucket import Bucket
from gomem_tui.serve.limits import LARGEST, SMALLEST, clamped
from tests.serve.clients import Client
from tests.serve.running import EchoServer, Running, plan, public


def both(keys: dict[str, Path]) -> str:
    return public(keys["ada"]) + public(keys["bob"])


def until(condition: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_full_house_and_seats_of_a_key(keys: dict[str, Path]) -> None:
    with Running(plan(both(keys), seats=3, seats_a_key=2), EchoServer) as running:
        ada, bob = Client(keys["ada"], running.port), Client(keys["bob"], running.port, "bob")
        seated = [ada.visit(), ada.visit()]
        for terminal in seated:
            terminal.wait_for("TERM=")
        third = ada.run("-tt")
        assert (third.returncode, third.stdout) == (1, "gomem: 2 visitors are here with this key already\n")
        seated.append(bob.visit())
        seated[-1].wait_for("TERM=")
        fourth = bob.run("-tt")
        assert (fourth.returncode, fourth.stdout) == (1, "gomem: all 3 seats are taken; come again later\n")
        assert running.server.house.names == ["ada", "ada", "bob"]
        seated[0].send("q")
        assert seated[0].exit_code() == 0
        until(lambda: running.server.house.names == ["ada", "bob"])
        seated[0] = bob.visit()
        seated[0].wait_for("TERM=")
        seated[1].kill()  # kill -9: the seat is free again
        until(lambda: running.server.house.names == ["bob", "bob"])
        for terminal in (seated[0], seated[2]):
            terminal.send("q")
            assert terminal.exit_code() == 0


def test_only_keys_let_somebody_in(keys: dict[str, Path]) -> None:
    with Running(plan(public(keys["ada"])), EchoServer) as running:
        refused = Client(keys["eve"], running.port).run("-tt")
        assert refused.returncode == 255
        assert "Permission denied (publickey)." in refused.stderr, "nothing else is offered"
        for way in ("password", "keyboard-interactive", "hostbased", "gssapi-with-mic", "none"):
            done = Client(keys["ada"], running.port).run("-tt", "-o", f"PreferredAuthentications={way}")
            assert done.returncode == 255
        assert any("key refused" in line for line in running.log)


def test_anyone_may_follow_where_that_was_asked_for(keys: dict[str, Path]) -> None:
    with Running(plan(public(keys["ada"]), solo=False, anyone=True), EchoServer) as running:
        terminal = Client(keys["eve"], running.port, "eve").visit()
        terminal.wait_for("TERM=")
        assert any("login name=eve" in line and "role=follower" in line for line in running.log)
        terminal.send("q")
        assert terminal.exit_code() == 0


def test_nobody_stays_idle_nor_for_ever(keys: dict[str, Path]) -> None:
    with Running(plan(both(keys), idle=1, total=60), EchoServer) as running:
        idle = Client(keys["ada"], running.port).run("-tt")
        assert (idle.returncode, idle.stdout.splitlines()[-1]) == (0, "gomem: nothing happened for 1 seconds")
    with Running(plan(both(keys), idle=60, total=1), EchoServer) as running:
        long = Client(keys["ada"], running.port).run("-tt")
        assert (long.returncode, long.stdout.splitlines()[-1]) == (0, "gomem: a visit lasts 1 seconds at most")


def test_half_open_connections_go(keys: dict[str, Path]) -> None:
    """Who connects and says nothing is dropped in time, of many the oldest first; others still get in."""
    with Running(plan(both(keys), login=1, half_open=20), EchoServer) as running:
        began = time.monotonic()
        silent = [socket.create_connection(("127.0.0.1", running.port), timeout=20) for _ in range(60)]
        until(lambda: len(running.server.house.doors) <= 20)
        terminal = Client(keys["ada"], running.port).visit()
        terminal.wait_for("TERM=")
        for one in silent:
            while one.recv(4096):  # the greeting, then the end
                pass
            one.close()
        assert time.monotonic() - began < 15
        assert len(running.server.house.doors) == 1
        terminal.send("q")
        assert terminal.exit_code() == 0


def test_a_login_without_a_terminal_goes(keys: dict[str, Path]) -> None:
    with Running(plan(both(keys), login=1), EchoServer) as running:
        done = Client(keys["ada"], running.port).run("-N")
        assert done.returncode == 255
        assert any("no terminal was asked for" in line for line in running.log)


def test_a_frozen_client_goes(keys: dict[str, Path]) -> None:
    with Running(plan(both(keys), keepalive=0.5, keepalives=2), EchoServer) as running:
        terminal = Client(keys["ada"], running.port).visit()
        terminal.wait_for("TERM=")
        os.kill(terminal.pid, signal.SIGSTOP)
        until(lambda: running.server.house.names == [])
        terminal.kill()


def test_one_presenter_at_a_time(keys: dict[str, Path]) -> None:
    """Who comes with that key presents from then on, if the terminal can draw; the one before is sent away first."""
    with Running(plan(public(keys["bob"]), solo=False, presenters=public(keys["ada"])), EchoServer) as running:
        ada = Client(keys["ada"], running.port)
        before = ada.visit()
        before.wait_for("TERM=")
        plain = ada.visit(TERM="dumb", columns=120)
        assert plain.exit_code() == 1
        assert "whoever presents needs a terminal that can draw, and TERM is dumb" in plain.bytes.decode()
        assert "presents elsewhere" not in before.bytes.decode()
        now = ada.visit()
        now.wait_for("TERM=")
        assert before.exit_code() == 0
        assert "the presenter presents elsewhere now" in before.bytes.decode()
        now.send("q")
        assert now.exit_code() == 0


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ((80, 24), (80, 24)),
        ((0, 0), (80, 24)),
        ((1, 1), SMALLEST),
        ((70_000, 3), (LARGEST[0], SMALLEST[1])),
        ((2**31 - 1, 2**32 - 1), LARGEST),
    ],
)
def test_sizes_are_clamped(told: tuple[int, int], taken: tuple[int, int]) -> None:
    assert clamped(*told) == taken


def test_a_bucket_gives_a_burst_and_then_a_trickle() -> None:
    now = 100.0
    bucket = Bucket(10, 2, lambda: now)
    assert (bucket.left(), bucket.take(10), bucket.left()) == (10, 0, 0)
    assert bucket.take(4) == 2
    now += 3
    assert bucket.left() == 2
    now += 100
    assert bucket.left() == 10


# --- With a client of our own, which does what OpenSSH's would not ----------------------------------------------------------


@pytest.fixture
def running(keys: dict[str, Path]) -> Iterator[Running]:
    with Running(plan(both(keys), seats=40, seats_a_key=40), EchoServer) as server:
        yield server


async def connected(running: Running, keys: dict[str, Path]) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        "127.0.0.1", running.port, username="ada", client_keys=[str(keys["ada"])], known_hosts=None, config=None, agent_path=None
    )


async def terminal_of(connection: asyncssh.SSHClientConnection) -> "asyncssh.SSHClientProcess[bytes]":
    process = await connection.create_process(term_type="xterm", term_size=(80, 24), encoding=None)
    assert b"TERM=xterm" in await process.stdout.readline()
    return process


async def test_a_thousand_resizes_become_some(running: Running, keys: dict[str, Path]) -> None:
    async with await connected(running, keys) as connection:
        process = await terminal_of(connection)
        for number in range(1_000):
            process.change_terminal_size(2**31 - 1 - number, 2**31 - 1)
        process.change_terminal_size(99, 33)
        told = await asyncio.wait_for(process.stdout.readuntil(b"[99x33]"), 30)
        assert told.count(b"[") < 60
        assert b"[500x200]" in told or told.count(b"[") == 1


async def test_an_environment_is_kept_small(running: Running, keys: dict[str, Path]) -> None:
    async with await connected(running, keys) as connection:
        env = {f"LC_{'ABCDEFGHIJ'[n % 10]}{n}": "x" * 1000 for n in range(60)} | {"LC_TIME": "C"}
        process = await connection.create_process(term_type="xterm", env=env, encoding=None)
        assert await process.stdout.readline() == b"80x24 LC_TIME=C TERM=xterm\r\n"


async def test_who_goes_on_asking_for_other_things_is_sent_away(running: Running, keys: dict[str, Path]) -> None:
    async with await connected(running, keys) as connection:
        process = await terminal_of(connection)
        for _ in range(40):
            with pytest.raises((asyncssh.ChannelOpenError, asyncssh.ConnectionLost, asyncssh.DisconnectError)):
                await connection.open_connection("127.0.0.1", 1)
        await asyncio.wait_for(process.wait(), 10)
    assert sum("what_was_asked=forwarding" in line for line in running.log) == 20
    assert any("dropped" in line for line in running.log)


async def test_a_terminal_shows_one_program(running: Running, keys: dict[str, Path]) -> None:
    """Whoever has a terminal asks for another shell, a command, files, the agent in it; what is shown there goes on."""
    async with await connected(running, keys) as connection:
        process = await terminal_of(connection)
        asks = {b"shell": (), b"exec": (String("id"),), b"subsystem": (String("sftp"),), b"auth-agent-req@openssh.com": ()}
        for name, told in asks.items():
            assert await process.channel._make_request(name, *told) is False, name
        process.stdin.write(b"x")
        assert await asyncio.wait_for(process.stdout.readexactly(3), 10) == b"<x>"


async def test_no_tunnel(running: Running, keys: dict[str, Path]) -> None:
    """ssh -w needs a device of the client's; this asks for the same without one."""
    before = len(running.log)
    async with await connected(running, keys) as connection:
        for ask in (connection.create_tun, connection.create_tap):
            with pytest.raises(asyncssh.ChannelOpenError):
                await ask(asyncssh.SSHTunTapSession)
        await terminal_of(connection)  # nothing else has ended
    assert sum("what_was_asked=tunnel" in line for line in running.log[before:]) == 2


async def test_a_flood_of_keys_and_a_huge_paste_are_held(running: Running, keys: dict[str, Path]) -> None:
    """10 MB at once: the server takes a burst of it and a little more each second, and another visitor notices nothing."""
    async with await connected(running, keys) as flooding, await connected(running, keys) as other:
        flood, calm = await terminal_of(flooding), await terminal_of(other)
        flood.stdin.write(b"\x1b[200~" + b"alloc 48\n" * (10_000_000 // 9) + b"\x1b[201~")
        waited = []
        for _ in range(40):
            began = time.perf_counter()
            calm.stdin.write(b"x")
            assert await asyncio.wait_for(calm.stdout.readexactly(3), 10) == b"<x>"
            waited.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)
        held = [visit for visit in running.server.house._seated if visit.line is not None and visit.line._typed]
        assert [len(visit.line._typed) < 200_000 for visit in held if visit.line is not None] == [True]
        assert sorted(waited)[20] < 0.05, "echoes come at once beside it: 2 ms, on a machine that has something else to do"
        flooding.abort()


async def test_a_client_that_never_reads_stops_what_writes(running: Running, keys: dict[str, Path]) -> None:
    """What is written for it waits in the terminal of the program, and not in the server's memory."""
    async with await connected(running, keys) as connection:
        process = await terminal_of(connection)
        process.stdout.channel.pause_reading()
        (visit,) = running.server.house._seated

        async def flood() -> int:
            assert visit.line is not None
            assert visit._channel is not None
            os.set_blocking(visit.line.program, False)
            taken = 0
            while taken < 64_000_000:
                try:
                    taken += os.write(visit.line.program, b"x" * 65536)
                except BlockingIOError:
                    if visit.line._paused:
                        break
                await asyncio.sleep(0)
            return visit._channel.get_write_buffer_size()

        assert await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(flood(), running._loop)) < 300_000
        connection.abort()


async def test_a_name_is_harmless(running: Running, keys: dict[str, Path]) -> None:
    """Names are seen in the presenter's header, and in the log; asyncssh lets no control characters into them."""
    running.log.clear()
    name = "ada\u200d" + "x" * 300
    async with await asyncssh.connect(
        "127.0.0.1", running.port, username=name, client_keys=[str(keys["ada"])], known_hosts=None, config=None, agent_path=None
    ) as connection:
        await terminal_of(connection)
        (told,) = running.server.house.names
        assert told.isprintable()
        assert len(told) < 40
        assert all(line.isprintable() for line in running.log)
