"""Programs that were not made for these tests: a web server as its makers built it, and a program without build information."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from gomem_core.formats.buildinfo import MAGIC
from gomem_core.outside import process as outside_process
from gomem_core.outside.figures import figures
from gomem_core.outside.process import why_not
from tests.outside.goprograms import SECONDS, built, caddy, running
from tests.outside.test_attach import SMALL, exact, look, stable

RINGS = range(2048, 1 << 16, 2048)  # bytes of queues for marking, which the collector gives back between two collections
STEADY = {"Sys", "GCSys", "NumGC", "with stacks"}
GROWING = ("HeapInuse", "HeapAlloc", "HeapObjects")


@contextmanager
def serving(home: Path) -> Iterator[tuple[int, str]]:
    """Caddy with nothing but its administration, which tells the program's own MemStats: pid, and where it tells them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = home / "caddy.json"
    config.write_text(json.dumps({"admin": {"listen": f"127.0.0.1:{port}"}}), encoding="ascii")
    env = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    words = [str(caddy()), "run", "--config", str(config)]
    server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    try:
        yield server.pid, f"http://127.0.0.1:{port}/debug/vars"
    finally:
        server.kill()
        server.wait(SECONDS)


def told(url: str) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urlopen(url, timeout=SECONDS) as answer:
                found: dict[str, Any] = json.loads(answer.read())["memstats"]
                return found
        except URLError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_caddy_is_as_its_own_figures_say(tmp_path: Path) -> None:
    """To be asked takes it some memory, and a stack: what stays the same is compared exactly, the rest lies between."""
    with serving(tmp_path) as (pid, url):
        told(url)
        seen: set[str] = set()
        for _ in range(12):
            before = told(url)
            snapshot = look(pid)
            after = told(url)
            swept = any(before[key] > after[key] for key in GROWING)
            if snapshot.findings or swept or before["NumGC"] != after["NumGC"]:
                continue
            found = figures(snapshot)
            known = stable(before, after)
            with_stacks = [each["HeapSys"] + each["StackInuse"] for each in (before, after)]
            if with_stacks[0] == with_stacks[1]:  # a work buffer that the last collection gives back counts as heap from then on
                known["with stacks"] = with_stacks[0]
            ours = {**found._asdict(), "with stacks": found.HeapSys + found.StackInuse}
            if known.get("GCSys", 0) - found.GCSys in RINGS:
                del known["GCSys"]
            same = set(known.keys() & STEADY)
            assert {key: ours[key] for key in same} == {key: known[key] for key in same}
            for key in GROWING:
                assert before[key] <= getattr(found, key) <= after[key]
            for first, (size, count), last in zip(before["BySize"], found.BySize, after["BySize"], strict=True):
                assert size == first["Size"]
                assert first["Mallocs"] - first["Frees"] <= count <= last["Mallocs"] - last["Frees"]
            if before["NextGC"] == after["NextGC"]:  # its pacer is found among four million words, without a symbol
                assert found.NextGC == before["NextGC"]
                same |= {"NextGC"}
            seen |= same
        assert snapshot.go.startswith("go1.26")
        assert seen == STEADY | {"NextGC"}


@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_a_program_without_build_information(minor: str, tmp_path: Path) -> None:
    """What is left of its version is a text in its read-only data."""
    path = tmp_path / "server"
    program = built("server", minor, "pie -s -w" if minor == "1.21" else "-s -w").read_bytes()
    assert program.count(MAGIC) >= 1
    path.write_bytes(program.replace(MAGIC, bytes(len(MAGIC))))
    path.chmod(0o755)
    with running(path, **SMALL) as started:
        snapshot = exact(started, stop=True)
        assert snapshot.minor == minor
        assert snapshot.go.startswith(f"go{minor}.")


def test_who_may_not_look_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of_uids(uids: str) -> None:
        monkeypatch.setattr(outside_process, "status_of", lambda _: {"Uid": uids})

    def with_scope(text: str | None) -> None:
        scope = tmp_path / "ptrace_scope"
        scope.unlink(missing_ok=True)
        if text is not None:
            scope.write_text(text, encoding="ascii")
        monkeypatch.setattr(outside_process, "YAMA", str(scope))

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    of_uids("0\t0\t0\t0")
    assert "belongs to another user (uid 0): sudo would help" in why_not(7)
    of_uids("1000\t1000\t1000\t1000")
    with_scope("1\n")
    assert "kernel.yama.ptrace_scope is 1" in why_not(7)
    assert "sudo sysctl kernel.yama.ptrace_scope=0" in why_not(7)
    for scope in ("0\n", None):
        with_scope(scope)
        assert "it may be undumpable" in why_not(7)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "without the capability SYS_PTRACE" in why_not(7)
    for uid in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda uid=uid: uid)
        assert "gomem core FILE" in why_not(7)
