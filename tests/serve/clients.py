"""OpenSSH's client, as visitors of `gomem serve` use it: with keys made for the tests, and nothing of the user's."""

import fcntl
import os
import pty
import shutil
import signal
import struct
import subprocess
import termios
from pathlib import Path

import pyte
import pytest

from tests.tui.terminal import Terminal

SECONDS = 60  # a machine may be busy


def need_ssh() -> None:
    """Skip the test where there is no client, or fail it where nothing may be skipped (.ci/run installs one)."""
    missing = [name for name in ("ssh", "ssh-keygen", "sftp", "scp") if shutil.which(name) is None]
    if missing and os.environ.get("GOMEM_NEED_SSH"):
        pytest.fail(f"{', '.join(missing)}: not here, and GOMEM_NEED_SSH wants it")
    if missing:
        pytest.skip(f"{', '.join(missing)}: not here; .ci/ssh-client installs it")


def make_key(folder: Path, name: str) -> Path:
    """A key without a passphrase; returns the file of the private half, beside which is NAME.pub."""
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True, stdin=subprocess.DEVNULL)
    return path


class Client:
    """Somebody with a key, who knows where a server is."""

    def __init__(self, key: Path, port: int, name: str = "ada") -> None:
        self.key = key
        self.port = port
        self.name = name

    def argv(self, *options: str, program: str = "ssh") -> list[str]:
        """The command line up to the host."""
        port = "-p" if program == "ssh" else "-P"
        settled = ("IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes")
        told = [word for setting in (*settled, "LogLevel=ERROR") for word in ("-o", setting)]
        return [program, "-F", "none", "-i", str(self.key), *told, port, str(self.port), *options]

    def run(self, *options: str, words: tuple[str, ...] = (), **env: str) -> subprocess.CompletedProcess[str]:
        """ssh, which is to end by itself; options go before the host, words after it."""
        return subprocess.run(
            [*self.argv(*options), f"{self.name}@127.0.0.1", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={**os.environ, **env},
        )

    def start(self, *options: str, **env: str) -> "subprocess.Popen[bytes]":
        """ssh, with pipes in place of a terminal."""
        pipe = subprocess.PIPE
        argv = [*self.argv(*options), f"{self.name}@127.0.0.1"]
        return subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **env})

    def visit(self, *options: str, columns: int = 80, rows: int = 24, **env: str) -> "SshTerminal":
        """ssh in a terminal of this size."""
        return SshTerminal([*self.argv(*options), "-t", f"{self.name}@127.0.0.1"], columns, rows, env)


class SshTerminal(Terminal):
    """A visitor's terminal."""

    def __init__(self, argv: list[str], columns: int, rows: int, env: dict[str, str]) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.modes: dict[bytes, bool] = {}
        self.bytes = b""
        outer = {name: value for name, value in os.environ.items() if name not in ("COLORTERM", "NO_COLOR")}
        outer |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", **env}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(argv[0], argv, outer)
