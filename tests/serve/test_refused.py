"""What an attacker would try with OpenSSH's client: there is one terminal to be had, and nothing else.

The server shows echoes in place of explorers: what could be had beside the terminal would be had by asyncssh, not by them.
"""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.clients import SECONDS, Client
from tests.serve.running import EchoServer, Running, plan, public

SECRET = "the host's secret\n"


@pytest.fixture(scope="module")
def running(keys: dict[str, Path]) -> Iterator[Running]:
    with Running(plan(public(keys["ada"]), seats=40, seats_a_key=40), EchoServer) as server:
        yield server


@pytest.fixture
def client(running: Running, keys: dict[str, Path]) -> Client:
    running.log.clear()
    return Client(keys["ada"], running.port)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(SECRET)
    return path


def noted(running: Running, what: str) -> bool:
    return any(what in line for line in running.log)


@pytest.mark.parametrize("options", [(), ("-t",), ("-tt",)])
def test_no_command_is_run(client: Client, running: Running, secret: Path, options: tuple[str, ...]) -> None:
    done = client.run(*options, words=(f"cat {secret}; touch {secret}.made",))
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    assert "runs nothing" in done.stdout + done.stderr
    assert not Path(f"{secret}.made").exists()
    assert noted(running, "what_was_asked=command")


@pytest.mark.parametrize("subsystem", ["sftp", "netconf", "no-such-thing"])
def test_no_subsystem(client: Client, running: Running, subsystem: str) -> None:
    done = client.run("-s", words=(subsystem,))
    assert (done.returncode, done.stdout) == (255, "")
    assert "subsystem request failed" in done.stderr
    assert noted(running, f"what_was_asked=subsystem of={subsystem}")


@pytest.mark.parametrize("old", [(), ("-O",)], ids=["by sftp", "by exec"])
@pytest.mark.parametrize("there", [True, False], ids=["up", "down"])
def test_no_file_is_copied(client: Client, secret: Path, tmp_path: Path, old: tuple[str, ...], there: bool) -> None:
    target = tmp_path / "copied"
    remote = f"ada@127.0.0.1:{target if there else secret}"
    pair = (str(secret), remote) if there else (remote, str(target))
    argv = [*client.argv(*old, program="scp"), *pair]
    done = subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
    assert done.returncode != 0
    assert not target.exists()


def test_no_files_by_sftp(client: Client, secret: Path) -> None:
    argv = [*client.argv(program="sftp"), "ada@127.0.0.1"]
    done = subprocess.run(argv, input=f"get {secret}\nls /\n".encode(), capture_output=True, timeout=SECONDS, check=False)
    assert done.returncode != 0
    assert done.stdout == b""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def inside() -> Iterator[int]:
    """A port of the host's that an attacker would reach through it: whoever connects is told the secret."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        yield int(listener.getsockname()[1])
        with pytest.raises(TimeoutError):
            listener.accept()  # nobody came


def test_no_way_through_by_w(client: Client, running: Running, inside: int) -> None:
    done = client.run("-W", f"127.0.0.1:{inside}")
    assert (done.returncode, done.stdout) == (255, "")
    assert noted(running, f"what_was_asked=forwarding of=127.0.0.1:{inside}")


@pytest.mark.parametrize("way", ["-L", "-D"])
def test_no_way_through_by_a_port(client: Client, running: Running, inside: int, way: str) -> None:
    port = free_port()
    forward = f"{port}:127.0.0.1:{inside}" if way == "-L" else str(port)
    with client.start("-N", "-o", "ExitOnForwardFailure=yes", way, forward) as ssh:
        through = connected(port)
        if way == "-D":  # SOCKS 5, no login, connect to 127.0.0.1
            through.sendall(b"\x05\x01\x00")
            assert through.recv(2) == b"\x05\x00"
            through.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + inside.to_bytes(2, "big"))
        with through:
            assert through.recv(1) == b""
        ssh.kill()
    assert noted(running, f"what_was_asked=forwarding of=127.0.0.1:{inside}")


def connected(port: int) -> socket.socket:
    end = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def test_no_way_to_a_socket(client: Client, running: Running, tmp_path: Path) -> None:
    path, port = tmp_path / "inside.sock", free_port()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(0.2)
        with client.start("-N", "-L", f"{port}:{path}") as ssh:
            with connected(port) as through:
                assert through.recv(1) == b""
            ssh.kill()
        with pytest.raises(TimeoutError):
            listener.accept()
    assert noted(running, f"what_was_asked=forwarding of={path}")


@pytest.mark.parametrize("kind", ["port", "socks", "any port", "socket"])
def test_no_way_back(client: Client, running: Running, tmp_path: Path, kind: str) -> None:
    port = free_port()
    path = tmp_path / "back.sock"
    listens = {"port": f"{port}:127.0.0.1:1", "socks": str(port), "any port": f"0.0.0.0:{port}:127.0.0.1:1"}
    forward = listens.get(kind, f"{path}:127.0.0.1:1")
    done = client.run("-N", "-o", "ExitOnForwardFailure=yes", "-R", forward)
    assert done.returncode == 255
    assert "remote port forwarding failed" in done.stderr or "forwarding" in done.stderr
    assert noted(running, "what_was_asked=listening")
    assert not path.exists()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_no_agent(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """asyncssh would open a socket in the temporary folder."""
    path = tmp_path / "agent.sock"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL) as agent:
        while not path.exists():
            time.sleep(0.01)
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        terminal = client.visit("-A", SSH_AUTH_SOCK=str(path))
        terminal.wait_for("TERM=xterm-256color")
        assert [*temporary.iterdir()] == []
        assert "SSH_AUTH_SOCK" not in "".join(terminal.screen.display)
        terminal.send("q")
        assert terminal.exit_code() == 0
        agent.terminate()


@pytest.mark.parametrize("way", ["-X", "-Y"])
def test_no_x11(client: Client, way: str, tmp_path: Path) -> None:
    xauth = tmp_path / "xauth"  # OpenSSH asks it for a cookie
    xauth.write_text("#!/bin/sh\necho ':9 MIT-MAGIC-COOKIE-1 00112233445566778899aabbccddeeff'\n")
    xauth.chmod(0o755)
    terminal = client.visit(
        way, "-v", "-o", f"XAuthLocation={xauth}", "-o", "LogLevel=VERBOSE", DISPLAY=":9", columns=120, rows=50
    )
    terminal.wait_for("TERM=xterm-256color")
    assert terminal.comes_true(lambda: b"X11 forwarding request failed" in terminal.bytes)
    assert "DISPLAY" not in terminal.bytes.split(b"TERM=")[1].decode()
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_only_language_and_colours_come_in(client: Client) -> None:
    hostile = {
        "LD_PRELOAD": "/tmp/evil.so",
        "PYTHONPATH": "/tmp/evil",
        "GOMEM_CONFIG": "/etc/passwd",
        "GOMEM_AUDIENCE": "1",
        "LC_ALL": "C.UTF-8",
        "LC_EVIL": "../../etc/passwd",
        "COLORTERM": "truecolor",
        "NO_COLOR": "1",
        "LESSOPEN": "|evil",
    }
    terminal = client.visit("-o", "SetEnv=" + " ".join(f"{name}={value}" for name, value in hostile.items()), columns=200)
    terminal.wait_for("TERM=xterm-256color")
    assert terminal.shows(0) == "200x24 COLORTERM=truecolor LC_ALL=C.UTF-8 NO_COLOR=1 TERM=xterm-256color"
    terminal.send("q")
    assert terminal.exit_code() == 0


@pytest.mark.parametrize("term", ["", "../../x", "a\x1b]0;b\x07", "x" * 100_000])
def test_a_strange_terminal_is_taken_for_a_dumb_one(client: Client, term: str) -> None:
    terminal = client.visit(TERM=term, columns=100)
    terminal.wait_for("TERM=dumb")
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_without_a_terminal_there_is_nothing_to_see(client: Client) -> None:
    done = client.run("-T")
    assert (done.returncode, done.stdout) == (1, "")
    assert "in a terminal" in done.stderr


def test_an_end_of_stdin_is_no_end(client: Client) -> None:
    """As with `ssh -tt … </dev/null`: somebody who types nothing may look on."""
    ssh = client.start("-tt", TERM="xterm")
    assert ssh.stdin is not None
    assert ssh.stdout is not None
    ssh.stdin.close()
    assert b"TERM=xterm" in os.read(ssh.stdout.fileno(), 4096)
    time.sleep(0.3)
    assert ssh.poll() is None
    ssh.kill()
    ssh.wait()
    ssh.stdout.close()
    assert ssh.stderr is not None
    ssh.stderr.close()


def test_escapes_lead_nowhere(client: Client, running: Running, inside: int) -> None:
    """~C lets the client's user ask for forwarding while connected, ~B sends a break."""
    port = free_port()
    terminal = client.visit("-o", "EnableEscapeCommandline=yes")
    terminal.wait_for("TERM=")
    terminal.send("\r~B")
    assert terminal.comes_true(lambda: noted(running, "what_was_asked=break"))
    terminal.send("\r~C")
    terminal.wait_for("ssh>")
    terminal.send(f"-L {port}:127.0.0.1:{inside}\r")
    with connected(port) as through:
        assert through.recv(1) == b""
    terminal.send("\r~C")
    assert terminal.comes_true(lambda: terminal.bytes.count(b"ssh> ") == 2)
    terminal.send(f"-R {free_port()}:127.0.0.1:{inside}\r")
    assert terminal.comes_true(lambda: noted(running, "what_was_asked=listening"))
    terminal.send("q")
    assert terminal.exit_code() == 0


def test_one_terminal_a_connection(client: Client, running: Running, tmp_path: Path) -> None:
    control = f"ControlPath={tmp_path}/c"
    terminal = client.visit("-o", "ControlMaster=yes", "-o", control)
    terminal.wait_for("TERM=")
    second = client.run("-tt", "-o", "ControlMaster=no", "-o", control, "-o", "ProxyCommand=false")
    assert second.returncode == 255
    assert noted(running, "what_was_asked=session")
    terminal.send("q")
    assert terminal.exit_code() == 0
