"""The runner of `gomem verify --live`: a Go program that allocates what it is told, built with the Go that somebody has.

Its source is runner/main.go, which also says how it is spoken to.
"""

import json
import os
import re
import select
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from gomem_core.both.mstats import NUM_BY_SIZE
from gomem_core.foreign import brief
from gomem_core.go.versions import PROFILES, profile_named
from gomem_core.named import NamedTuple

(ALLOC_NOSCAN, ALLOC_SCAN, ALLOC_SPARSE, DROP, LINK, COLLECT, RELEASE, STATS, YIELD) = range(9)
SLOTS: Final = 1 << 16  # objects that it can refer to
MOST: Final = 1 << 12  # operations of a batch
FIGURES: Final = (
    *("HeapInuse", "HeapAlloc", "Alloc", "HeapObjects", "HeapReleased", "HeapIdle", "HeapSys", "StackInuse"),
    *("Mallocs", "Frees", "TotalAlloc", "NumGC"),
)
_STATS: Final = len(FIGURES) + 3 * NUM_BY_SIZE
_SOURCE: Final = Path(__file__).parent / "runner" / "main.go"
_PATIENCE: Final = 60.0  # seconds for an answer
_BUILDING: Final = 600.0  # seconds for a build: the first one compiles the standard library, too
_OLDEST: Final = PROFILES[1]  # ... that has page bitmaps
# One P, no preemption, no collection but when it is asked for, and a stack that stays as long as it is.
_ENVIRONMENT: Final = {"GOGC": "off", "GOMAXPROCS": "1", "GODEBUG": "asyncpreemptoff=1,gcshrinkstackoff=1", "GOMEMLIMIT": "off"}

Request = tuple[int, int, int, int]  # what to do, slot, and two numbers more


class LiveError(Exception):
    """A comparison with a real Go cannot be made; the text is a sentence without a full stop."""


class Toolchain(NamedTuple):
    """A Go to build with."""

    go: str  # the command
    version: str  # as it says: go1.27.3
    known_as: str  # the version whose heap it is taken to have: its own, or for a later one than gomem knows the latest


def toolchain_of(go: str) -> Toolchain:
    """The Go that a command is.  Raises LiveError where it is none, or one whose heap is not modelled."""
    told = _run([go, "env", "-json", "GOVERSION", "GOOS", "GOARCH"], "tell its version", 60)
    try:
        found = json.loads(told)
        version, system = str(found["GOVERSION"]), f"{found['GOOS']}/{found['GOARCH']}"
    except (ValueError, KeyError, TypeError):
        raise LiveError(f"{brief(go)} is not the go command: it told {brief(repr(told), 60)} of itself") from None
    if system != "linux/amd64":
        raise LiveError(f"{brief(go)} builds for {brief(system)}, and only heaps of linux/amd64 are modelled")
    return Toolchain(go, version, known_as(go, version))


def known_as(go: str, version: str) -> str:
    """The version whose heap a Go is taken to have.  Raises LiveError for one that is too old, or says no version."""
    minor = re.search(r"go1\.([0-9]{1,3})(?![0-9])", version)
    if minor is None:
        raise LiveError(f"{brief(go)} says of itself {brief(version)}, which is no version of Go")
    latest = PROFILES[-1].name
    if int(minor[1]) > int(latest.rpartition(".")[2]):
        return latest
    profile = profile_named(minor[0])
    if profile is None or profile.reservation:
        raise LiveError(f"{brief(go)} is {brief(version)}, and real heaps are known from {_OLDEST.name} to {latest}")
    return profile.name


def build(toolchain: Toolchain, folder: Path) -> Path:
    """The runner, built in a folder.  Raises LiveError."""
    (folder / "main.go").write_bytes(_SOURCE.read_bytes())
    minor = toolchain.known_as.removeprefix("go")  # of an older module, Go would keep older ways
    (folder / "go.mod").write_text(f"module runner\n\ngo {minor}\n", encoding="ascii")
    built = folder / "runner"
    own = {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "0"}
    _run([toolchain.go, "build", "-o", str(built), "."], "build the runner", _BUILDING, folder, os.environ | own)
    return built


def _run(command: list[str], what: str, seconds: float, folder: Path | None = None, env: dict[str, str] | None = None) -> str:
    """What a command of Go prints.  Raises LiveError."""
    name, *words = command
    go, found = brief(name), os.path.abspath(name) if os.sep in name else name  # a path is meant from here, not from the folder
    try:
        done = subprocess.run([found, *words], capture_output=True, timeout=seconds, cwd=folder, env=env, check=False)
    except subprocess.TimeoutExpired:
        raise LiveError(f"{go} took more than {seconds:.0f} s to {what}") from None
    except (OSError, ValueError) as e:
        raise LiveError(f"{go} cannot be run: {getattr(e, 'strerror', None) or e}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        raise LiveError(f"{go} could not {what}: {brief(said[-1], 200) if said else f'exit code {done.returncode}'}")
    return done.stdout.decode("utf-8", "replace")


class Runner:
    """The program, running."""

    def __init__(self, process: "subprocess.Popen[bytes]", errors: IO[bytes]) -> None:
        self.pid = process.pid
        self._process = process
        self._errors = errors

    def ask(self, requests: Sequence[Request]) -> list[int]:
        """The answers to a batch: a number each, and for STATS those of FIGURES and of BySize.  Raises LiveError."""
        assert self._process.stdin is not None
        batch = struct.pack("<Q", len(requests)) + b"".join(struct.pack("<4Q", *one) for one in requests)
        try:
            self._process.stdin.write(batch)
            self._process.stdin.flush()
        except OSError:
            self._ended()
        count = sum(_STATS if one[0] == STATS else 1 for one in requests)
        return [*struct.unpack(f"<{count}Q", self._read(8 * count))]

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        found, waiting = bytearray(), select.poll()  # not select(), which fails where many files are open
        waiting.register(self._process.stdout, select.POLLIN)
        while len(found) < size:
            if not waiting.poll(_PATIENCE * 1000):
                raise LiveError(f"the runner did not answer within {_PATIENCE:.0f} s")
            part = os.read(self._process.stdout.fileno(), size - len(found))
            if not part:
                self._ended()
            found += part
        return bytes(found)

    def _ended(self) -> None:
        """Raises LiveError that tells why the program has ended."""
        code = self._process.wait(_PATIENCE)
        self._errors.seek(0)
        said = self._errors.read(10_000).decode("utf-8", "replace").strip().splitlines()
        raise LiveError(f"the runner has ended ({code}){f': {brief(said[0], 200)}' if said else ''}")


@contextmanager
def running(program: Path) -> Iterator[Runner]:
    """The program, from its start until the block ends.  Raises LiveError."""
    with tempfile.TemporaryFile() as errors:
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen([program], stdin=pipe, stdout=pipe, stderr=errors, env=os.environ | _ENVIRONMENT)
        except OSError as e:
            raise LiveError(f"the runner cannot be started: {e.strerror or e}") from None
        try:
            yield Runner(process, errors)
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):  # what could not be written to it any more
                        stream.close()
