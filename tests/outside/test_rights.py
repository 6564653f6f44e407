"""Who may look at a process: tried with fewer capabilities and as another user, where root runs the tests."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.cli.process import environment
from tests.outside.goprograms import SECONDS, built, running

WITHOUT = ("setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace")  # as root in a container has it
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to give rights away")


def gomem_as(rights: tuple[str, ...], *words: str) -> subprocess.CompletedProcess[str]:
    run = [*rights, sys.executable, "-m", "gomem_tui", *words]
    return subprocess.run(run, capture_output=True, text=True, env=environment(), timeout=SECONDS, check=False, cwd="/")


def can_be_started(rights: tuple[str, ...]) -> None:
    done = gomem_as(rights, "--version")
    if done.returncode:
        pytest.skip(f"gomem cannot be read with these rights: {done.stderr[-200:]}")


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1, "one sentence, never a traceback"
    return done.stderr


@pytest.mark.parametrize("words", [("--text",), ("--json",), ("--json", "--no-stop")])
def test_root_without_the_capability_is_told_what_its_container_lacks(words: tuple[str, ...]) -> None:
    can_be_started(WITHOUT)
    with running(built("server", "1.27"), N="300") as program:
        told = refused(gomem_as(WITHOUT, "attach", *words, str(program.pid)))
        assert f"process {program.pid} may not be read, although this is root" in told
        assert "--cap-add SYS_PTRACE" in told
        assert "gomem core FILE" in told


def test_another_user_is_told_whose_process_it_is() -> None:
    can_be_started(NOBODY)
    with running(built("server", "1.27"), N="300") as program:
        told = refused(gomem_as(NOBODY, "attach", "--json", str(program.pid)))
        assert f"process {program.pid} belongs to another user (uid 0): sudo would help" in told


def test_a_user_looks_at_a_program_of_its_own() -> None:
    can_be_started(NOBODY)
    with tempfile.TemporaryDirectory(prefix="gomem-rights-") as folder:  # into which that user may look
        path, script = Path(folder, "server"), Path(folder, "run")
        shutil.copy(built("server", "1.27"), path)
        script.write_text(f"#!/bin/sh\nexec {' '.join(NOBODY)} {path}\n", encoding="ascii")
        for one in (Path(folder), path, script):
            one.chmod(0o755)
        with running(script, N="300") as program:
            done = gomem_as(NOBODY, "attach", "--json", str(program.pid))
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["disputed"] == 0
