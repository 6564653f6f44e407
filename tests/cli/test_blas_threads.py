"""gomem adds and sorts: no thread waits for what only multiplying matrices could share (findings/)."""

import os
import subprocess
import sys

import pytest

from tests.cli.process import environment

THREADS = """
import os, sys
from gomem_tui.__main__ import main
assert main(["classes", "48"]) == 0
import numpy
print(len(os.listdir("/proc/self/task")), os.environ["OPENBLAS_NUM_THREADS"])
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="counts threads in /proc")
def test_numpy_brings_no_threads_with_it() -> None:
    words = [sys.executable, "-c", THREADS]
    env = {name: value for name, value in environment().items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(words, capture_output=True, text=True, env=env, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "1 1"


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="counts threads in /proc")
def test_whoever_says_how_many_is_heard() -> None:
    words = [sys.executable, "-c", THREADS]
    env = {**environment(), "OPENBLAS_NUM_THREADS": "3"}
    done = subprocess.run(words, capture_output=True, text=True, env=env, timeout=60, check=True)
    assert done.stdout.splitlines()[-1].split()[1] == "3"
