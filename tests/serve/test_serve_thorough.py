"""A full house: what visitors wait for, beside others and beside one who means harm; and `kill -9` of the server itself."""

import json
import os
import signal
import socket
import statistics
import time
from pathlib import Path

import pytest

from gomem_tui.serve.programs import What
from tests.serve.clients import Client, SshTerminal, make_key
from tests.serve.running import Running, plan, public
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.thorough

TRACE = Path(__file__).parents[1] / "film" / "traces" / "go1.23.9-phases.trace.gz"
VISITORS = 16
KEYS = 12  # of each visitor, two a second
P95 = 0.050  # seconds, of a machine that has nothing else to do


def p95(waited: list[float]) -> float:
    return statistics.quantiles(waited, n=20)[-1]


def echoes(terminals: list[SshTerminal], keys: int) -> list[float]:
    """Zoom at each in turn, each twice a second; returns the seconds until something was drawn."""
    waited = []
    for _ in range(keys):
        for terminal in terminals:
            due = time.monotonic() + 0.5 / len(terminals)
            terminal.settle(0)
            began = time.perf_counter()
            terminal.send("z")
            before = len(terminal.bytes)
            while len(terminal.bytes) == before:
                terminal.read(5)
            waited.append(time.perf_counter() - began)
            terminal.settle(0)
            time.sleep(max(0.0, due - time.monotonic()))
    return waited


def own_pace() -> float:
    """How much slower than usual this machine is now: what a fixed piece of work takes, as a ratio, at least 1."""
    began = time.perf_counter()
    sum(number * number for number in range(2_000_000))
    wall = time.perf_counter() - began
    began_cpu = time.process_time()
    sum(number * number for number in range(2_000_000))
    return max(1.0, wall / (time.process_time() - began_cpu))


def stands_at(terminal: Terminal, step: int) -> bool:
    return terminal.comes_true(lambda: f"step {step}/" in terminal.shows(0), 60)


def leave(terminals: list[SshTerminal]) -> None:
    for terminal in terminals:
        terminal.kill()


def test_sixteen_visitors_wait_for_nobody(keys: dict[str, Path]) -> None:
    """Two keys a second each; then beside one who floods, resizes, never reads and pastes 10 MB."""
    with Running(plan(public(keys["ada"]) + public(keys["bob"]), seats=20, seats_a_key=20)) as running:
        client = Client(keys["ada"], running.port)
        terminals = []
        for _ in range(VISITORS):
            terminals.append(client.visit())
            terminals[-1].wait_for("space does", 60)
        calm = echoes(terminals, KEYS)
        print(f"p95 of {len(calm)} keys: {p95(calm) * 1000:.1f} ms")
        assert p95(calm) <= P95 * own_pace()
        bob = Client(keys["bob"], running.port, "bob")
        hostile = bob.visit()
        hostile.wait_for("space does", 60)
        flood = bob.start("-tt", TERM="xterm")
        assert flood.stdin is not None
        os.set_blocking(flood.stdin.fileno(), False)
        silent = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(50)]
        os.write(hostile.fd, b":churn 190000\r")  # minutes of work, and nothing is read of it
        paste = b"\x1b[200~" + b" alloc 48\r" * 1_000_000 + b"\x1b[201~"
        sent = 0

        def go_on() -> int:
            try:
                return os.write(flood.stdin.fileno(), paste[sent : sent + 65536])  # type: ignore[union-attr]
            except BlockingIOError:
                return 0

        beside: list[float] = []
        for number in range(KEYS):
            sent += go_on()
            for size in range(40):
                hostile.resize(20 + (number * 40 + size) % 400, 10 + size)
            beside += echoes(terminals, 1)
        print(f"beside a hostile one: p95 of {len(beside)} keys: {p95(beside) * 1000:.1f} ms; {sent:,} bytes pasted")
        assert p95(beside) <= P95 * own_pace()
        for one in silent:
            one.close()
        flood.kill()
        flood.communicate()
        leave([*terminals, hostile])


def test_a_room_of_forty(keys: dict[str, Path], tmp_path: Path) -> None:
    """As the README has it: --seats 40 --anyone, each with a key of its own; the forty-first is told that it is full."""
    with Running(plan(public(keys["bob"]), solo=False, anyone=True, presenters=public(keys["ada"]), seats=40)) as running:
        presenter = Client(keys["ada"], running.port).visit(columns=120, rows=40)
        presenter.wait_for("space does")
        followers = []
        for number in range(40):
            key = make_key(tmp_path, f"key{number}")
            followers.append(Client(key, running.port, f"guest{number}").visit(columns=80 + number, rows=24 + number % 20))
        for follower in followers:
            follower.wait_for("Following the presenter", 60)
        full = Client(make_key(tmp_path, "late"), running.port, "late").run("-tt")
        assert (full.returncode, full.stdout) == (1, "gomem: all 40 seats are taken; come again later\n")
        for step in range(1, 6):
            presenter.send(" ")
            for terminal in (presenter, *followers):
                assert stands_at(terminal, step)
        assert "40" in presenter.shows(0)
        leave([presenter, *followers])


def test_a_killed_server_goes_on_where_it_stood(keys: dict[str, Path], tmp_path: Path) -> None:
    """The presenter's session from its journal; who followed comes back, with the same key of the host, to the same step."""
    authorized = tmp_path / "authorized"
    authorized.write_text(public(keys["bob"]))
    words = ("serve", "--port", "0", "--authorized-keys", str(authorized))

    def started(*more: str) -> tuple[Terminal, int, str]:
        log = Path(os.environ["XDG_STATE_HOME"], "gomem", "serve.log")
        before = log.read_text().count("\n") if log.exists() else 0
        terminal = Terminal(*words, *more, columns=100, rows=30, fresh=True)
        assert terminal.comes_true(lambda: "6 Why" in "\n".join(terminal.rows()), 60)
        opened = [json.loads(line) for line in log.read_text().splitlines()[before:]]
        (told,) = [entry for entry in opened if entry["what"] == "open"]
        return terminal, told["port"], told["host_key"]

    presenter, port, host_key = started()
    presenter.send("   ")
    assert presenter.comes_true(lambda: "step 3/" in presenter.shows(0))
    follower = Client(keys["bob"], port, "bob").visit()
    assert follower.comes_true(lambda: "step 3/" in follower.shows(0))
    os.kill(presenter.pid, signal.SIGKILL)
    os.waitpid(presenter.pid, 0)
    assert follower.exit_code() == 255
    end = time.monotonic() + 20
    while presenter.read(0.1):  # the explorer gives the terminal back, and ends
        assert time.monotonic() < end
    assert presenter.left_on() == set()
    os.close(presenter.fd)

    presenter, port, again = started("--resume")
    assert again == host_key
    assert presenter.comes_true(lambda: "step 3/" in presenter.shows(0))
    follower = Client(keys["bob"], port, "bob").visit()
    assert follower.comes_true(lambda: "step 3/" in follower.shows(0))
    presenter.send("q")
    assert presenter.exit_code() == 0
    assert follower.exit_code() == 0
    assert "it is over" in follower.bytes.decode()
    assert follower.left_on() == set()


def test_three_terminals_see_the_same_step_each_in_its_own_way(keys: dict[str, Path]) -> None:
    """80x24 without colours, 120x40 with 256, 200x60 with all: as a talk was rehearsed."""
    with Running(plan(public(keys["bob"]), solo=False, presenters=public(keys["ada"]))) as running:
        presenter = Client(keys["ada"], running.port).visit(columns=110, rows=34)
        presenter.wait_for("space does")
        bob = Client(keys["bob"], running.port, "bob")
        mono = bob.visit("-o", "SetEnv=NO_COLOR=1", TERM="xterm")
        some = bob.visit(columns=120, rows=40)
        full = bob.visit("-o", "SetEnv=COLORTERM=truecolor", columns=200, rows=60)
        assert full.comes_true(lambda: b"\x1b]11;?" in full.bytes), "which background has it?"
        full.send("\x1b]11;rgb:1a1a/1a1a/1a1a\x1b\\")
        presenter.send(" " * 12)
        for terminal in (presenter, mono, some, full):
            assert stands_at(terminal, 12)
            terminal.wait_for("photo = 0xc420008000")
        assert full.comes_true(lambda: b"38;2;" in full.bytes)
        assert (b"38;5;" in mono.bytes, b"38;2;" in mono.bytes) == (False, False)
        assert (b"38;5;" in some.bytes, b"38;2;" in some.bytes) == (True, False)
        assert all("6 Why" in "\n".join(terminal.rows()) for terminal in (mono, some, full))
        assert ["4 mcentral" in "\n".join(terminal.rows()) for terminal in (mono, some, full)] == [False, True, True]
        assert ["9 Objects" in "\n".join(terminal.rows()) for terminal in (mono, some, full)] == [False, False, True]
        leave([presenter, mono, some, full])


@pytest.mark.parametrize("solo", [True, False])
def test_a_film_is_shown_too(keys: dict[str, Path], solo: bool) -> None:
    """It keeps columns in files without names, which the limits of a process have to allow."""
    what = What(file=str(TRACE))
    with Running(plan(public(keys["bob"]), solo=solo, presenters="" if solo else public(keys["ada"]), what=what)) as running:
        visitor = Client(keys["bob" if solo else "ada"], running.port).visit(columns=100, rows=30)
        visitor.wait_for("event 0/4,541", 60)
        visitor.send("   ")
        visitor.wait_for("event 12/4,541")
        visitor.send(":until HeapAlloc > 999M\r")
        visitor.wait_for("event 4,541/4,541", 60)
        visitor.send("9s")
        visitor.wait_for("9 Objects")
        terminals = [visitor]
        if not solo:
            terminals.append(Client(keys["bob"], running.port, "bob").visit(columns=100, rows=30))
            terminals[1].wait_for("event 4,541/4,541", 60)
        leave(terminals)
