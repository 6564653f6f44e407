"""`gomem` as a process of its own, for what cannot be seen from inside."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
GOMEM: Final = (sys.executable, "-m", "gomem_tui")
SECONDS: Final = 120  # a machine may be busy
SUBCOMMAND_NAMES: Final = (  # the subcommands, in the order of the help
    "run",
    "check",
    "diff",
    "compare",
    "advise",
    "top",
    "classes",
    "layout",
    "verify",
    "convert",
    "attach",
    "core",
    "bench",
    "open",
    "export",
    "learn",
    "serve",
    "keys",
    "config",
    "completions",
)


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def gomem(*words: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*GOMEM, *words], input=stdin, capture_output=True, env=environment(**more), timeout=SECONDS, check=False
    )


def shell(command: str) -> subprocess.CompletedProcess[bytes]:
    """A line of bash, in which $gomem stands for the program."""
    return subprocess.run(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(gomem=" ".join(GOMEM)),
        timeout=SECONDS,
        check=False,
    )


def start(*words: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    # A shell that runs the tests in the background lets them ignore interrupts, and so would what they start.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return subprocess.Popen([*GOMEM, *words], stdin=pipe, stdout=pipe, stderr=pipe, env=environment())
    finally:
        signal.signal(signal.SIGINT, before)


def modules_of(*commands: Sequence[str]) -> set[str]:
    """What a process has imported that did these commands, all with success; each is a list of words."""
    program = (
        "import json, sys; from gomem_tui.__main__ import main; done = [main(words) for words in json.loads(sys.argv[1])]\n"
        "print(max(done), *sys.modules, file=sys.stderr)"
    )
    argv = [sys.executable, "-c", program, json.dumps(commands)]
    done = subprocess.run(argv, cwd=ROOT, env=environment(), capture_output=True, check=True)
    status, *modules = done.stderr.decode().split()
    assert status == "0"
    return set(modules)
