"""Programs that are hard to catch, and files that are none: each is read, or named in a sentence, and none stays stopped."""

import errno
import os
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path
from random import Random

import numpy as np
import pytest

from gomem_core.outside import again
from gomem_core.outside.corefile import open_core
from gomem_core.outside.errors import Damaged, Gone, NotGo, OutsideError
from gomem_core.outside.figures import figures
from gomem_core.outside.look import look_at_core, look_at_process
from gomem_core.outside.process import Process, status_of
from gomem_core.outside.program import find_program
from gomem_core.outside.world import world_of
from gomem_core.session.console import Console
from gomem_core.session.opened import open_process
from tests.cli.process import gomem
from tests.outside.corefiles import unpacked
from tests.outside.goprograms import SECONDS, built, running
from tests.outside.test_attach import SMALL, exact, look, runs, state, until

needs_c = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs a C compiler")


def refused(*words: str) -> str:
    """What gomem says, in one sentence, where it exits with 3."""
    done = gomem(*words)
    assert (done.returncode, done.stdout) == (3, b""), done.stderr
    assert done.stderr.count(b"\n") == 1, "one sentence, never a traceback"
    return done.stderr.decode()


# --- Processes -------------------------------------------------------------------------------------------------------------


def test_a_zombie_has_no_memory_left() -> None:
    with running(built("server", "1.27"), **SMALL) as program:
        os.kill(program.pid, signal.SIGKILL)
        until(lambda: state(program.pid, program.pid) == "Z")
        assert "has ended" in refused("attach", "--json", str(program.pid))
        assert "has ended" in refused("attach", "--json", "--no-stop", str(program.pid))


def test_a_program_that_has_become_a_zombie_between_two_looks() -> None:
    with running(built("server", "1.27"), **SMALL) as program:
        console = Console(True, open_process(program.pid))
        os.kill(program.pid, signal.SIGKILL)
        until(lambda: state(program.pid, program.pid) == "Z")
        error = console.submit("look").error
        assert error is not None
        assert error.message == f"process {program.pid} has ended; the looks at it stay"


@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_a_program_that_ends_while_it_is_looked_at(minor: str) -> None:
    """Wherever in a look it happens: the program is gone, and nothing else is said."""
    looked = 0
    for _ in range(4):
        with running(built("odd", minor), MODE="ends") as program:
            with pytest.raises(Gone, match=f"process {program.pid}"):  # noqa: PT012 -- in which look it happens is left to chance
                while True:
                    look(program.pid)
                    looked += 1
            assert program.process.wait(SECONDS) == 0
    assert looked


def test_the_number_of_a_thread_stands_for_its_process() -> None:
    with running(built("many", "1.27"), **SMALL) as program:
        thread = next(int(tid) for tid in os.listdir(f"/proc/{program.pid}/task") if int(tid) != program.pid)
        before = program.ask()
        assert figures(look(thread)).HeapInuse == before["HeapInuse"]
        runs(program)


@needs_c
@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_a_program_half_of_which_is_c(minor: str) -> None:
    """Threads that Go did not start are held, too; memory that Go does not know is no part of the heap."""
    with running(built("withc", minor, "external")) as program:
        for _ in range(5):
            snapshot = look(program.pid)
            assert snapshot.findings == ()
        exact_enough = {key: value for key, value in program.ask().items() if key in ("HeapSys", "NumGC")}
        found = figures(look(program.pid))
        assert {key: getattr(found, key) for key in exact_enough} == exact_enough
        runs(program)


def test_a_program_that_starts_others_all_the_time() -> None:
    """A child shares its memory until it becomes another program; so long its parent's thread waits and cannot be stopped."""
    with running(built("odd", "1.27"), MODE="fork") as program:
        clean = [not look(program.pid).findings for _ in range(20)]
        assert sum(clean) >= 15
        runs(program)


@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_many_arenas(minor: str) -> None:
    with running(built("odd", minor), MODE="arenas") as program:
        snapshot = exact(program, stop=True)
        assert len(snapshot.arenas) >= 20
        world = world_of(snapshot)
        assert world.sums.mem_stats().HeapInuse == program.ask()["HeapInuse"] > 25 * (64 << 20)
        assert sum(part.used for part in world.extents.arenas.parts if part.pages) > 25 * (64 << 20)


@pytest.mark.parametrize("minor", ["1.21", "1.24", "1.27"])
def test_caught_in_the_middle_of_marking(minor: str) -> None:
    marking = 0
    with running(built("odd", minor), MODE="marking") as program:
        for _ in range(12):
            snapshot = look(program.pid)
            world = world_of(snapshot)
            assert world.spans.count
            marking += snapshot.marking
        runs(program)
    assert marking


@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_a_hundred_and_twenty_eight_ps(minor: str) -> None:
    with running(built("odd", minor), MODE="procs") as program:
        snapshot = look(program.pid)
        assert snapshot.ps.id.tolist() == list(range(128))
        assert len(world_of(snapshot).caches.mcaches()) == 128
        runs(program)


@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_what_collects_all_the_time_is_read_without_stopping_it(minor: str) -> None:
    with running(built("server", minor), RUN="1", **SMALL) as program:
        process = Process(program.pid)
        found = find_program(process)
        for _ in range(10):
            snapshot = look_at_process(process, found, stop=False)
            world = world_of(snapshot)
            assert not snapshot.one_moment
            assert world.spans.count
            assert status_of(program.pid)["TracerPid"] == "0"
        runs(program)


def test_a_program_that_ends_while_it_is_held_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(built("many", "1.27"), **SMALL) as program:
        copy = again.Rehearsed.copy

        def killed(self: again.Rehearsed) -> bool:
            if status_of(program.pid).get("TracerPid", "0") != "0":
                os.kill(program.pid, signal.SIGKILL)
                time.sleep(0.02)
            return copy(self)

        monkeypatch.setattr(again.Rehearsed, "copy", killed)
        with pytest.raises(Gone):
            look(program.pid)
        assert program.process.wait(SECONDS) == -signal.SIGKILL


# --- What is no program for amd64 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arch", "told"), [("386", "32-bit"), ("arm64", "arm64")])
def test_the_executable_for_another_processor(arch: str, told: str) -> None:
    path = str(built("server", "1.27", arch=arch))
    assert told in refused("core", "--json", path)
    assert told in refused("open", "--json", path)
    assert told in refused("core", "--json", unpacked("frag-1.27.3.core"), path)


def test_a_running_program_of_32_bits() -> None:
    try:
        with running(built("server", "1.27", arch="386"), **SMALL) as program:
            assert "32-bit" in refused("attach", "--json", str(program.pid))
            runs(program)
    except OSError as e:
        if e.errno != errno.ENOEXEC:
            raise
        pytest.skip("this kernel runs no programs of 32 bits")


def test_a_program_without_a_table_of_sections(tmp_path: Path) -> None:
    """As packers leave it: nothing names anything."""
    path = tmp_path / "server"
    data = bytearray(built("server", "1.27", "-s -w").read_bytes())
    data[40:48], data[58:64] = bytes(8), struct.pack("<HHH", 64, 0, 0)  # e_shoff, e_shentsize, e_shnum, e_shstrndx
    path.write_bytes(data)
    path.chmod(0o755)
    with running(path, **SMALL) as program:
        exact(program, stop=True)


def test_a_script_and_a_program_of_another_language(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\nread line\n", encoding="ascii")
    script.chmod(0o755)
    with subprocess.Popen([script], stdin=subprocess.PIPE) as process:
        try:
            until(lambda: "sh" in os.readlink(f"/proc/{process.pid}/exe"))
            assert "is not a Go program" in refused("attach", "--json", str(process.pid))
        finally:
            process.kill()


# --- Core files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["frag-1.27.3", "mark-1.21.13"])
def test_a_core_that_ends_anywhere(name: str, tmp_path: Path) -> None:
    whole = Path(unpacked(f"{name}.core")).read_bytes()
    draw = Random(name)
    path = tmp_path / "cut.core"
    for size in sorted({0, 1, 63, 64, 119, 120, *(draw.randrange(len(whole)) for _ in range(16))}):
        path.write_bytes(whole[:size])
        with pytest.raises((Damaged, NotGo), match=r"cut\.core"):
            open_core(str(path))
    path.write_bytes(whole[: len(whole) // 2])
    assert "is cut off" in refused("core", "--json", str(path))
    assert "is cut off" in refused("open", "--json", str(path))


HOSTILE = b"\x1b]0;owned\x07\x1b[2J\r\n\t\xff\xfe\xe2\x80\xae"


@pytest.mark.parametrize("name", ["frag-1.27.3", "idle-1.21.13", "large-1.26.6-sw"])
def test_texts_of_a_core_that_were_changed(name: str, tmp_path: Path) -> None:
    """Its version, its command line, names of files: whatever they say now, no terminal obeys it."""
    whole = Path(unpacked(f"{name}.core")).read_bytes()
    draw = Random(name)
    path = tmp_path / "changed.core"
    texts = [b"go1.2", name.split("-", maxsplit=1)[0].encode(), b"/tmp/", b"/usr/", b"runtime.", b"main.", b"\xff Go buildinf:"]
    for text in texts:
        places: list[int] = []
        at = whole.find(text)
        while at >= 0 and len(places) < 200:
            places.append(at)
            at = whole.find(text, at + 1)
        data = bytearray(whole)
        for place in places:
            bad = HOSTILE[: draw.randrange(3, len(HOSTILE))]
            data[place + 4 : place + 4 + len(bad)] = bad
        path.write_bytes(data)
        for words in (("core", "--json"), ("core", "--text"), ("core", "--text", "--pane", "layout"), ("open", "--text")):
            done = gomem(*words, str(path))
            assert done.returncode in (0, 3), done.stderr
            said = (done.stdout + done.stderr).decode()
            assert not {ord(letter) for letter in said} & {*range(9), *range(11, 32), 127, 0x202E}, said
            assert done.returncode == 0 or done.stderr.count(b"\n") == 1


def test_cut_by_chance_and_changed_by_chance_is_never_more_than_a_sentence(tmp_path: Path) -> None:
    """Noise in the first bytes, where it is said what the rest is."""
    whole = Path(unpacked("frag-1.22.10-sw.core")).read_bytes()
    draw = Random(9)
    path = tmp_path / "noise.core"
    for _ in range(20):
        data = bytearray(whole[: draw.choice((len(whole), draw.randrange(len(whole))))])
        for _ in range(draw.choice((1, 8, 200))):
            if data:
                data[draw.randrange(min(len(data), 1 << 16))] = draw.randrange(256)
        path.write_bytes(data)
        try:
            core = open_core(str(path))
            snapshot = look_at_core(core, find_program(core))
            assert np.all(np.diff(snapshot.spans.base) >= 0)
        except OutsideError as e:
            assert "\n" not in str(e)  # noqa: PT017 -- either is right
