"""`gomem run` is killed at random moments, and taken up again: nothing that was answered is lost."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from io import TextIOWrapper
from random import Random

from gomem_core.classic.image import capture
from gomem_core.cli.output import OK
from gomem_core.files.journal import unfinished
from gomem_core.session.console import Console
from gomem_core.session.resume import resume
from gomem_tui.__main__ import main
from tests.cli.process import gomem, start
from tests.core.journals import child
from tests.effort import effort
from tests.inside import heap_of, timeline_of

LISTS, KILLS, PROCESSES = effort(1, 9), effort(10, 20), effort(3, 20)  # thorough: 9 * 20 forked ones and 20 of their own: 200
LINES = 300
WORDS = ("run", "--json", "-k", "-")  # a record for each line, also for those that cannot be done


def some_lines(r: Random) -> list[str]:
    """Commands and moves; some of them cannot be done."""

    def one() -> str:
        o = f"o{r.randint(1, 80)}"
        match r.randrange(20):
            case 0 | 1 | 2 | 3 | 4:
                return f"alloc {r.choice((5, 16, 48, 64, 200, 1024, 3000, 40000))} {r.choice(('', 'noscan', 'head'))}"
            case 5 | 6:
                return f"alloc {r.choice((16, 48, 64))} scan times {r.randint(1, 20)}"
            case 7 | 8:
                return f"drop {o}"
            case 9:
                return f"link {o}.{r.randint(0, 1)} o{r.randint(1, 80)}"
            case 10:
                return r.choice(("gc", "gc mark", "gc sweep 3", "flush", "freeos", "procs 2", "p 1", "p 0"))
            case 11:
                return f"churn {r.choice((50, 200, 2000))} seed {r.randint(1, 9)}"
            case 12 | 13:
                return f"back {r.randint(1, 4)}"
            case 14 | 15:
                return f"forward {r.randint(1, 5)}"
            case 16:
                return f"goto {r.choice((r.randint(0, 60), 'end', 'end', 'here'))}"
            case 17:
                return "mark here"
            case 18:
                return r.choice(("branch", "diff 1", "until grow", "show stats", "until heap_live > 1M"))
            case _:
                return f"branch {r.choice(('main', 'future2', 'future3'))}"

    lines = [one() for _ in range(LINES)]
    for at in r.sample(range(LINES), 2):
        lines[at] = f"churn 20000 seed {at} live 256K"
    return lines


def state(console: Console) -> object:
    """All that a session is, as plain values."""
    session, timeline = console.session, timeline_of(console.session)
    return (
        capture(heap_of(session)),
        [session.objects.info(oid) for oid in range(len(session.objects))],
        session.step,
        (timeline.name, dict(timeline.marks)),
        {name: timeline.line(name) for name in timeline.branches},
    )


def forked(lines: list[str]) -> tuple[int, int, int]:
    """`gomem run` in a child that need not import anything: its number, the end of its stdin, its stdout."""
    stdin, feed = os.pipe()
    answers, stdout = os.pipe()

    def work() -> None:
        os.close(feed)
        os.close(answers)
        sys.stdin = TextIOWrapper(os.fdopen(stdin, "rb"))
        sys.stdout = TextIOWrapper(os.fdopen(stdout, "wb"))
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- ends with the child
        main(WORDS)

    pid = child(work)
    os.close(stdin)
    os.close(stdout)
    os.write(feed, "".join(f"{line}\n" for line in lines).encode())  # less than a pipe holds
    return pid, feed, answers


def kill_some_time(r: Random, pid: int, answers: int, at_most: float) -> int:
    """Kill it at some moment; returns how many lines were answered before."""
    told = b""
    enough = r.randint(0, LINES) if r.random() < 0.5 else LINES  # lines
    last = time.monotonic() + r.uniform(0, at_most)
    while (left := last - time.monotonic()) > 0 and told.count(b"\n") < enough:
        if select.select([answers], [], [], left)[0]:
            told += os.read(answers, 1 << 16)
    time.sleep(r.uniform(0, 0.002))
    os.kill(pid, signal.SIGKILL)
    while block := os.read(answers, 1 << 16):
        told += block
    records = told[: told.rfind(b"\n") + 1].splitlines()
    assert [json.loads(record)["line"] for record in records] == list(range(1, len(records) + 1))
    return len(records)


def taken_up() -> object:
    """The session that was killed last, which is ended thereby; an empty one if nothing had happened in it."""
    console = Console(narrate=False)
    if unfinished():
        resume(console, None)
        console.leave()
    return state(console)


def compare(lines: list[str], found: list[tuple[int, object]]) -> int:
    """Each state must be that after so many lines, or one more; returns for how many it was one more."""
    console = Console(narrate=False)
    more, before = 0, state(console)
    for number in range(len(lines) + 1):
        wanted = [kept for answered, kept in found if answered == number]
        if number < len(lines):
            console.submit(lines[number])
        after = state(console) if wanted or any(answered == number + 1 for answered, _ in found) else None
        for kept in wanted:
            assert kept in (before, after)
            more += kept != before
        before = after
    return more


def test_whatever_was_answered_is_there_after_a_kill() -> None:
    one_more = 0
    moments: list[int] = []
    for seed in range(LISTS):
        r = Random(seed)
        lines = some_lines(r)
        found: list[tuple[int, object]] = []
        for _ in range(KILLS):
            pid, feed, answers = forked(lines)
            answered = kill_some_time(r, pid, answers, 0.4)
            os.waitpid(pid, 0)
            os.close(feed)
            os.close(answers)
            found.append((answered, taken_up()))
        one_more += compare(lines, found)
        moments += [answered for answered, _ in found]
    assert len(set(moments)) > effort(5, 10)  # they were not killed at the same moments, however slow the machine
    assert one_more < LISTS * KILLS


def test_and_so_it_is_for_whole_processes() -> None:
    r = Random(99)
    lines = some_lines(r)
    found: list[tuple[int, object]] = []
    for number in range(PROCESSES):
        with start(*WORDS) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("".join(f"{line}\n" for line in lines).encode())
            process.stdin.flush()
            answered = kill_some_time(r, process.pid, process.stdout.fileno(), 0.6)
            process.stdin.close()
        if number % 4 == 0 and unfinished():
            after = stats(gomem("run", "--json", "--resume", "-c", "show stats"))
            assert after in (stats_after(lines[:answered]), stats_after(lines[: answered + 1]))
        found.append((answered, taken_up()))  # a look has not ended it
    compare(lines, found)


def stats(done: subprocess.CompletedProcess[bytes]) -> object:
    """What a process answered to `show stats`, its last line."""
    assert done.returncode == OK
    return json.loads(done.stdout.splitlines()[-1])["result"]


def stats_after(lines: list[str]) -> object:
    """The same in a session that did these lines."""
    console = Console(narrate=False)
    for line in lines:
        console.submit(line)
    result = console.submit("show stats").result
    assert result is not None
    return json.loads(json.dumps(result.data))
