"""Looking at running Go programs: what is read is what they say of themselves, and they run on as if nothing had happened."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gomem_core.files.stillfile import read_still, still_bytes
from gomem_core.outside.errors import Gone, NotPermitted
from gomem_core.outside.figures import by_size, figures
from gomem_core.outside.hold import held
from gomem_core.outside.look import look_at_process, marks_in_swept
from gomem_core.outside.process import Process, status_of
from gomem_core.outside.program import find_program
from gomem_core.outside.snapshot import Snapshot
from gomem_core.outside.world import world_of
from tests import schemafile
from tests.cli.process import environment, gomem
from tests.outside.goprograms import MODES, SECONDS, VERSIONS, Running, built, running
from tests.outside.test_cores import FIGURES

VALIDATOR = Draft202012Validator(json.loads(schemafile.PATH.read_text(encoding="utf-8")))
OFTEN = [("1.21", "default"), ("1.21", "pie -s -w"), ("1.27", "-s -w"), ("1.27", "pie")]
ALL = [(minor, mode) for minor in VERSIONS for mode in MODES if (minor, mode) not in OFTEN]
SMALL = {"N": "300"}


def look(pid: int, *, stop: bool = True) -> Snapshot:
    process = Process(pid)
    return look_at_process(process, find_program(process), stop=stop)


def stable(first: dict[str, Any], again: dict[str, Any]) -> dict[str, Any]:
    """Figures that were the same before and after: what a look between them has to find."""
    return {key: first[key] for key in FIGURES if first[key] == again[key]}


def exact(program: Running, *, stop: bool) -> Snapshot:
    """A look whose figures are those that the program tells before and after it; they all stand still in one of a few looks."""
    for _ in range(20):
        before = program.ask()
        snapshot = look(program.pid, stop=stop)
        after = program.ask()
        known = stable(before, after)
        found = figures(snapshot)
        assert {key: getattr(found, key) for key in known} == known
        if len(known) == len(FIGURES) and before["BySize"] == after["BySize"]:
            assert [list(row) for row in by_size(snapshot)] == before["BySize"]
            assert [*found.BySize] == [(size, mallocs - frees) for size, mallocs, frees in before["BySize"]]
            assert snapshot.findings == ()
            return snapshot
    raise AssertionError("the program never stood still, although it waits")


def runs(program: Running) -> None:
    """The program answers, nobody traces it, and none of its threads stands."""
    assert program.ask()["HeapAlloc"] > 0
    assert status_of(program.pid)["TracerPid"] == "0"
    assert not any(state(program.pid, int(tid)) in "tT" for tid in os.listdir(f"/proc/{program.pid}/task"))


def state(pid: int, tid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/task/{tid}/stat").read_text(encoding="utf-8")
    except OSError:
        return "X"
    return text.rpartition(")")[2].split()[0]


def until(true: Any) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def of_every_build(minor: str, mode: str) -> None:
    with running(built("server", minor, mode), **SMALL) as program:
        snapshot = exact(program, stop=True)
        assert snapshot.go == f"go{VERSIONS[minor]}"
        assert snapshot.one_moment
        assert 0 < snapshot.stand_ns < snapshot.held_ns
        exact(program, stop=False)
        runs(program)


@pytest.mark.parametrize(("minor", "mode"), OFTEN)
def test_figures_are_those_that_the_program_tells(minor: str, mode: str) -> None:
    of_every_build(minor, mode)


@pytest.mark.parametrize(("minor", "mode"), [("1.21", "default"), ("1.27", "-s -w")])
def test_a_program_that_was_unpacked_into_memory(minor: str, mode: str) -> None:
    unpacker = Path(__file__).with_name("unpacker.py")
    with running([sys.executable, unpacker, built("server", minor, mode)], **SMALL) as program:
        assert Path(f"/proc/{program.pid}/exe").resolve() == Path(sys.executable).resolve()
        assert exact(program, stop=True).go == f"go{VERSIONS[minor]}"
        runs(program)


@pytest.mark.thorough
@pytest.mark.parametrize(("minor", "mode"), ALL)
def test_figures_of_all_versions_in_all_builds(minor: str, mode: str) -> None:
    of_every_build(minor, mode)


@pytest.mark.parametrize(("minor", "mode"), [("1.27", "default"), ("1.27", "pie -s -w")])
def test_figures_of_a_build_with_another_collector(minor: str, mode: str) -> None:
    """Green Tea left out, as its version says: spans have their marks elsewhere, and more slots."""
    with running(built("server", minor, mode, "nogreenteagc"), **SMALL) as program:
        snapshot = exact(program, stop=True)
        assert snapshot.go == f"go{VERSIONS[minor]}-X:nogreenteagc"
        assert not snapshot.spans.inline_marks.any()
        exact(program, stop=False)
        w = world_of(snapshot)
        assert w.sums.mem_stats().HeapObjects == len(w.objects)
        runs(program)


@pytest.mark.parametrize("minor", ["1.21", "1.27"])
def test_what_is_found_without_symbols_is_what_symbols_say(minor: str) -> None:
    with running(built("server", minor), **SMALL) as program:
        process = Process(program.pid)
        by_symbols = find_program(process)
        assert by_symbols.gcphase is not None
        process.exe = None
        found = find_program(process)
        assert found.gcphase is None
        for name in ("version", "mheap", "memstats", "allp", "controller", "types"):
            assert getattr(found, name) == getattr(by_symbols, name)


@pytest.mark.parametrize(("minor", "name"), [("1.21", "server"), ("1.27", "server"), ("1.27", "many")])
def test_a_program_that_works_all_the_time(minor: str, name: str) -> None:
    """Some thirty collections a second: five tries give a picture in which nothing, or next to nothing, contradicts itself."""
    with running(built(name, minor), RUN="1", **SMALL) as program:
        before = program.ask()
        looks = [look(program.pid) for _ in range(8)]
        after = program.ask()
        assert after["NumGC"] > before["NumGC"]
        assert all(before["NumGC"] <= one.stats.numgc <= after["NumGC"] for one in looks)
        clean = [one for one in looks if not one.findings]
        assert len(clean) >= 6
        assert all(int(one.spans.disputed.sum()) <= 2 for one in looks)  # what was seen of a stopped program (live-heap.md, 2)
        for one in clean:
            assert one.gcphase is not None
            assert one.gcphase or not marks_in_swept(one.spans, one.bits)  # as is asked where there is no symbol to tell
            assert figures(one).HeapInuse == one.stats.in_heap  # the sum that the runtime keeps itself
        loose = look(program.pid, stop=False)
        assert not loose.one_moment
        assert loose.held_ns == 0
        runs(program)


def test_memory_and_page_tables_stay_as_they_are() -> None:
    with running(built("server", "1.27"), **SMALL) as program:
        look(program.pid)
        first = status_of(program.pid)
        for _ in range(3):
            look(program.pid)
        again = status_of(program.pid)
        assert {key: again[key] for key in ("VmRSS", "RssAnon", "VmPTE", "VmSwap", "Threads")} == {
            key: first[key] for key in ("VmRSS", "RssAnon", "VmPTE", "VmSwap", "Threads")
        }


def rss_of(pid: int) -> int:
    """Bytes of a process that are in memory, as the kernel adds them up."""
    known = re.search(r"^Rss: +([0-9]+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
    assert known is not None
    return int(known[1]) << 10


def test_what_is_in_memory_is_what_the_kernel_says_of_the_whole_process() -> None:
    with running(built("server", "1.27"), N="2000") as program:
        # Its scavenger gives pages back when it likes: the two counts are of one state if nothing moved between them.
        for _ in range(20):
            known = rss_of(program.pid)
            snapshot = look(program.pid)
            if rss_of(program.pid) == known:
                break
        w = world_of(snapshot)
        regions = w.extents.layout()
        assert read_still(gzip.decompress(still_bytes(w))) == w, "a file keeps it"
        assert sum(region.resident or 0 for region in regions) == known
        (heap,) = [region for region in regions if region.name == "heap: arena"]
        found = figures(snapshot)
        assert found.HeapInuse * 0.9 < (heap.resident or 0) <= found.HeapSys + found.StackInuse - found.HeapReleased + (1 << 20)
        code = next(region for region in regions if region.name == "code")
        assert 0 < (code.resident or 0) <= code.end - code.start


def test_a_first_look_at_a_large_heap_adds_no_pages() -> None:
    with running(built("big", "1.27"), MB="60") as program:
        first = status_of(program.pid)
        assert len(look(program.pid).spans) > 5000
        again = status_of(program.pid)
        assert (again["RssAnon"], again["VmPTE"]) == (first["RssAnon"], first["VmPTE"])


def test_a_binary_that_was_replaced_or_deleted(tmp_path: Path) -> None:
    path = tmp_path / "server"
    shutil.copy(built("server", "1.27"), path)
    with running(path, **SMALL) as program:
        path.unlink()
        exact(program, stop=True)
        path.write_bytes(b"another program altogether")
        exact(program, stop=True)


# --- Holding ---------------------------------------------------------------------------------------------------------------


def test_a_target_that_is_killed_while_held_leaves_no_zombie() -> None:
    for minor in ("1.21", "1.27"):
        with running(built("many", minor), **SMALL) as program:
            with held(program.pid):
                assert {state(program.pid, int(tid)) for tid in os.listdir(f"/proc/{program.pid}/task")} == {"t"}
                os.kill(program.pid, signal.SIGKILL)
                time.sleep(0.05)
            assert program.process.wait(SECONDS) == -signal.SIGKILL
            assert not os.path.exists(f"/proc/{program.pid}")
            with pytest.raises(Gone):
                look(program.pid)


def test_a_killed_target_is_left_to_the_one_that_started_it() -> None:
    """The shell that waits for it hears of its end: only its tracer could keep that from it."""
    program = built("many", "1.27")
    script = f"exec 3<&0; N=300 {program} <&3 > /dev/null & echo $!; wait $!; echo $?"
    pipe = subprocess.PIPE
    with subprocess.Popen(["sh", "-c", script], stdin=pipe, stdout=pipe, start_new_session=True) as shell:
        try:
            assert shell.stdout is not None
            pid = int(shell.stdout.readline())
            until(lambda: len(os.listdir(f"/proc/{pid}/task")) > 3 and look(pid).stats.numgc >= 2)
            with held(pid):
                os.kill(pid, signal.SIGKILL)
                time.sleep(0.05)
            assert shell.stdout.readline() == b"137\n"
            assert not os.path.exists(f"/proc/{pid}")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)


def test_a_target_that_stood_already_stands_afterwards() -> None:
    with running(built("server", "1.27"), **SMALL) as program:
        os.kill(program.pid, signal.SIGSTOP)
        until(lambda: state(program.pid, program.pid) == "T")
        assert look(program.pid).findings == ()
        until(lambda: state(program.pid, program.pid) == "T")
        os.kill(program.pid, signal.SIGCONT)
        runs(program)


def test_a_signal_that_comes_while_held_is_not_lost() -> None:
    with running(built("server", "1.27"), **SMALL) as program:
        with held(program.pid):
            os.kill(program.pid, signal.SIGTERM)
        assert program.process.wait(SECONDS) == -signal.SIGTERM


HOLDER = """
import sys, time
from gomem_core.outside.hold import held
with held(int(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
print("let go", flush=True)
time.sleep(60)
"""


@contextmanager
def holding(pid: int) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds this one until it is sent a line.

    It is a group of its own, as a shell would have it: in the group of the tests a key need not stop it, if nobody is left who
    could let them go on (the kernel discards SIGTSTP for such groups).
    """
    pipe = subprocess.PIPE
    words = [sys.executable, "-c", HOLDER, str(pid)]
    with subprocess.Popen(
        words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment(), process_group=0
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            yield holder
        finally:
            holder.kill()


def test_gomem_is_killed_while_it_holds_a_program() -> None:
    with running(built("many", "1.27"), **SMALL) as program:
        for number in (signal.SIGKILL, signal.SIGTERM):
            with holding(program.pid) as holder:
                assert status_of(program.pid)["TracerPid"] == str(holder.pid)
                holder.send_signal(number)
                holder.wait(SECONDS)
                until(lambda: status_of(program.pid)["TracerPid"] == "0")
                runs(program)


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGINT])
def test_a_key_that_would_stop_gomem_waits_until_the_program_runs_on(number: int) -> None:
    if number == signal.SIGINT and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        pytest.skip("started where Ctrl+C is ignored: so it is by all that is started here")
    with running(built("server", "1.27"), **SMALL) as program, holding(program.pid) as holder:
        assert holder.stdin is not None
        holder.send_signal(number)
        time.sleep(0.05)
        assert status_of(program.pid)["TracerPid"] == str(holder.pid)
        assert state(holder.pid, holder.pid) in "SR"
        holder.stdin.write(b"\n")
        holder.stdin.flush()
        until(lambda: status_of(program.pid)["TracerPid"] == "0")
        runs(program)
        if number == signal.SIGTSTP:
            until(lambda: state(holder.pid, holder.pid) == "T")
        else:
            assert holder.wait(SECONDS) != 0


def test_a_program_under_a_debugger_is_read_without_stopping_it() -> None:
    with running(built("server", "1.27"), **SMALL) as program, holding(program.pid) as holder:
        with pytest.raises(NotPermitted, match=rf"is held by another program \(pid {holder.pid}\).*--no-stop"):
            look(program.pid)
        assert look(program.pid, stop=False).findings == ()


# --- The command line ------------------------------------------------------------------------------------------------------


def printed(program: Running, *words: str) -> tuple[dict[str, Any], str]:
    """The figures of the program, which were the same before and after, and what gomem printed in between."""
    while True:
        before = program.ask()
        done = gomem("attach", *words)
        assert (done.returncode, done.stderr) == (0, b"")
        known = stable(before, program.ask())
        if {"HeapInuse", "HeapSys"} <= known.keys():
            return known, done.stdout.decode()


def test_json_of_a_process_and_the_list() -> None:
    with running(built("server", "1.27"), **SMALL) as program:
        pid = str(program.pid)
        known, text = printed(program, "--json", pid)
        found = json.loads(text)
        VALIDATOR.validate(found)
        assert (found["kind"], found["go"], found["one_moment"], found["disputed"]) == ("process", "go1.27.3", True, 0)
        assert {key: found["memstats"][key] for key in known} == known
        assert found["held_ms"] > 0
        known, text = printed(program, "--json", "--no-stop", pid)
        loose = json.loads(text)
        assert (loose["one_moment"], loose["held_ms"]) == (False, None)
        known, text = printed(program, "--json")
        listed = [json.loads(line) for line in text.splitlines()]
        for one in listed:
            VALIDATOR.validate(one)
        (mine,) = [one for one in listed if one["pid"] == program.pid]
        assert (mine["go"], mine["heap_inuse"], mine["moved"]) == ("go1.27.3", known["HeapInuse"], False)
        assert all(one["pid"] != os.getpid() for one in listed)  # Python is no Go program
        known, text = printed(program, "--no-stop", pid)
        assert "not one moment: the program ran on while it was read" in text
        assert [line.split()[-1] for line in text.splitlines() if line.startswith("HeapSys")] == [str(known["HeapSys"])]
        runs(program)


def test_a_program_whose_file_has_no_sections_is_listed(tmp_path: Path) -> None:
    path, data = tmp_path / "packed", bytearray(built("server", "1.27").read_bytes())
    data[40:48], data[60:64] = bytes(8), bytes(4)  # where they are listed, how many, and which one has their names
    path.write_bytes(data)
    path.chmod(0o700)
    with running(path, **SMALL) as program:
        assert str(program.pid) in [line.split()[0] for line in gomem("attach").stdout.decode().splitlines()]


def test_names_in_the_list_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "server\x1b[31m\n"
    shutil.copy(built("server", "1.27"), path)
    with running(path, **SMALL) as program:
        text = gomem("attach").stdout.decode()
        (line,) = [line for line in text.splitlines() if line.split()[0] == str(program.pid)]
        assert r"\x1b[31m\n" in line


def test_what_cannot_be_read_is_a_sentence_and_exit_code_3() -> None:
    for pid, told in ((1 << 22, "there is no process 4194304"), (os.getpid(), "is not a Go program")):
        done = gomem("attach", "--json", str(pid))
        assert (done.returncode, done.stdout) == (3, b"")
        assert told in done.stderr.decode()
        assert done.stderr.count(b"\n") == 1
    refused = gomem("attach", "server")
    assert refused.returncode == 2
    assert b"server is not the number of a process; without one, Go programs are listed" in refused.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_program_of_another_user() -> None:
    with running(built("server", "1.27"), **SMALL) as program:
        code = (
            "import os, sys; sys.dont_write_bytecode = True; import gomem_core.outside.look, gomem_core.outside.process as p;"
            "from gomem_core.outside.errors import NotPermitted; os.setgid(65534); os.setuid(65534)\n"
            f"try: p.Process({program.pid})\nexcept NotPermitted as e: print(e)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment(), timeout=SECONDS, check=False)
        assert "belongs to another user (uid 0): sudo would help" in done.stdout.decode(), done.stderr
        code = (
            "import os, sys; sys.dont_write_bytecode = True; import gomem_core.outside.look, gomem_core.cli.attach as a;"
            "os.setgid(65534); os.setuid(65534); a._list(False)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment(), timeout=SECONDS, check=False)
        said = done.stderr.decode()
        assert re.match(r"gomem: there is no Go program that may be read; \d+ processes may not be looked at", said)
        assert "belongs to another user (uid 0): sudo would help" in said
        runs(program)
