"""Followers in terminals of their own, before a presenter in one: what they see and can do, and what becomes of failures."""

import gzip
import os
import re
import signal
import socket
from pathlib import Path

from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from gomem_tui.render.lines import plain
from gomem_tui.serve.heard import AGAIN, Heard
from gomem_tui.serve.lines import encoded
from gomem_tui.serve.status import status
from tests.serve.ptys import Terminal, show, until

TRACES = Path(__file__).parents[1] / "film" / "traces"
STEPS = 60
SCRIPT = "title A talk\n" + "".join(f"alloc {48 + 16 * (n % 5)} scan as thing{n}\n" for n in range(STEPS))


def script(folder: Path) -> str:
    path = folder / "talk.gomem"
    path.write_text(SCRIPT)
    return str(path)


async def test_followers_see_each_step_in_their_own_size_and_look_elsewhere_and_come_back(tmp_path: Path) -> None:
    async with show(tmp_path) as one:
        early = one.follow((100, 30), NO_COLOR="1")
        await early.shows("The presenter is not here yet")
        presenter = one.present(script(tmp_path))
        await presenter.shows("step 0/60")
        same = one.follow((120, 40))
        await same.shows("Somebody else does what happens here")
        same.type(":")
        await same.shows("That is for the presenter; ? lists the keys that you have.")
        same.type("\x1b")
        small = one.follow((80, 24), LANG="C", TERM="xterm-mono")
        presenter.type("   ")
        for terminal in (presenter, early, same, small):
            await terminal.shows(" step 3/60")
        await until(lambda: same.rows[1:37] == presenter.rows[1:37], lambda: f"{presenter.text}\n{same.text}")
        await same.shows("Following the presenter, who is at step 3")
        assert small.text.isascii()
        one.tell(b'{"r": "seats", "who": ["ada", "bob"]}\n')
        await presenter.shows("2 followers")

        small.type("7jj")
        await small.shows("7 Heap")
        await small.shows("The presenter is at step 3, in Spans; esc goes there.")
        presenter.type(" ")
        await small.shows("The presenter is at step 4")
        await small.shows(" step 4/60")  # the heap goes on, whatever is looked at
        await small.shows("7 Heap")
        small.type("1ss")
        await small.shows("by class")
        small.type("\x1b")
        await small.shows("Following the presenter")
        await small.shows("by base")

        presenter.type("2vz")
        await same.shows("lens: use")
        await until(lambda: same.rows[1:37] == presenter.rows[1:37], lambda: f"{presenter.text}\n{same.text}")

        small.resize((130, 45))
        one.mirror.resized(3)
        await until(lambda: len(small.rows[1]) == 130, lambda: small.text)
        small.resize((40, 10))
        one.mirror.resized(3)
        await small.shows("gomem needs 60")
        small.resize((80, 24))
        one.mirror.resized(3)
        await small.shows("2 Arena")

        small.type("?")
        await small.shows("You see what the presenter sees")
        small.type("\x1bq")
        await until(lambda: (3, 0) in one.gone)
        presenter.type("q")
        assert await one.exit_code() == 0
        await same.shows("The presenter is gone, and was at step 4")
        same.type("q")
        await until(lambda: (2, 0) in one.gone)
        one.mirror.unseat(1)
        await until(lambda: (1, 0) in one.gone)


async def test_whoever_is_killed_comes_again_to_the_same_step(tmp_path: Path) -> None:
    async with show(tmp_path) as one:
        presenter = one.present(script(tmp_path))
        follower = one.follow((80, 24))
        await follower.shows("step 0/60")
        presenter.type("  ")
        await follower.shows("step 2/60")
        (before,) = one.followers
        os.kill(before, signal.SIGKILL)
        presenter.type(" ")
        await follower.shows("step 3/60")
        assert one.followers != [before]
        mirror = one.mirror.pid
        os.kill(mirror, signal.SIGKILL)
        await until(lambda: one.mirror.pid not in (0, mirror))
        presenter.type(" ")
        await follower.shows("step 4/60")
        assert one.lost == 0
        one.mirror.publish(b'{"r": "journal", "values": ["do", "alloc 1"]}')  # of which the presenter knows nothing
        presenter.type(" ")
        await until(lambda: one.lost == 1)
        await follower.shows("step 5/60")
        one.hang_up()
        assert await one.exit_code() == 129, "as without a terminal: the journal tells how to go on"
        assert "gomem --resume" in presenter.text


async def test_who_floods_or_only_prints_or_does_not_read_hinders_nobody_and_can_touch_nothing(tmp_path: Path) -> None:
    async with show(tmp_path) as one:
        presenter = one.present(script(tmp_path))
        deaf, flood, good = one.follow((200, 60), draws=False), one.follow((120, 40), draws=False), one.follow((80, 24))
        plain = one.follow((80, 60), TERM="dumb")
        await good.shows("step 0/60")
        await plain.shows("You hear what the presenter does")
        for pid in one.followers:
            can_touch_nothing(pid)
        deaf.deaf()
        for _ in range(20):
            try:
                os.write(flood.master, b"jkjk1234567890sSrzvvvv" * 200)
            except BlockingIOError:
                break
        presenter.type(" " * 20)
        await good.shows("step 20/60")
        assert len(one.followers) == 4
        deaf.listen()
        before = deaf.nbytes
        await until(lambda: deaf.nbytes > before)
        assert not one.gone
        await prints(plain)
        await until(lambda: one.gone == [(4, 0)])


def can_touch_nothing(pid: int) -> None:
    """A follower's process can neither write a file nor start a process, and has its own terminal and one socket alone."""
    limits = Path(f"/proc/{pid}/limits").read_text()
    for name in ("Max file size", "Max core file size", "Max processes"):
        assert re.search(rf"{name} +0 +0 ", limits), limits
    kinds = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    assert sum(kind.startswith("socket:") for kind in kinds) == 1, kinds
    assert sum(kind.startswith("/dev/pts/") for kind in kinds) <= 3, kinds  # its own, and what pytest's stderr is


async def prints(plain: Terminal) -> None:
    """What a terminal that only prints is told, and asks for."""
    await plain.shows("The presenter is at step 20.")
    await plain.shows("alloc 112 scan as thing19")
    plain.type("heap\n")
    await plain.shows("Pane 7 Heap")
    assert not re.search(r"[\x1b─▌]", plain.text)
    plain.type("nothing\n")
    await plain.shows("nothing is not a pane")
    plain.type("q\n")


async def test_what_takes_long_is_done_once_for_all_and_own_views_stay(tmp_path: Path) -> None:
    async with show(tmp_path) as one:
        presenter = one.present(script(tmp_path))
        follower, own = one.follow((120, 40)), one.follow((80, 24))
        await own.shows("step 0/60")
        own.type("7")
        await own.shows("7 Heap")
        before = {*one.followers}
        presenter.type(":churn 60000\r")
        await own.shows(" step 1/1 ")
        await follower.shows(" step 1/1 ")
        assert not before & {*one.followers}, "others took their places, with the heap that was made once"
        await own.shows("7 Heap")
        await own.shows("esc goes there")
        presenter.type(":alloc 48\r")
        await own.shows(" step 2/2 ")
        await until(lambda: follower.rows[1:37] == presenter.rows[1:37], lambda: f"{presenter.text}\n{follower.text}")
        assert one.lost == 0


def test_what_the_presenter_waits_for_is_told() -> None:
    stream, theirs = socket.socketpair()
    heard = Heard(stream, Console(True, read_script("t", SCRIPT, "t")), True, (80, 24))
    assert heard.view is not None
    theirs.send(encoded("journal", values=["try", "churn 60000"]))
    heard.receive()
    assert plain(status(heard.view, heard.here, heard.doing, "")) == " The presenter waits for churn 60000"
    theirs.send(encoded("journal", values=["do", "nonsense"]))
    heard.receive()
    assert heard.code == AGAIN


async def test_a_film_is_followed_to_the_time_where_the_presenter_is(tmp_path: Path) -> None:
    path = tmp_path / "some.trace"
    path.write_bytes(gzip.decompress((TRACES / "go1.27.3-grow.trace.gz").read_bytes()))
    async with show(tmp_path) as one:
        presenter = one.present(str(path))
        follower = one.follow((120, 40))
        await follower.shows("Following the presenter, who is at 0")
        for place, event in (("end", "2,875"), ("100", "100")):
            presenter.type(f":goto {place}\r")
            await presenter.shows(f"event {event}/")
            await until(lambda: presenter.rows[1:37] == follower.rows[1:37], lambda: f"{presenter.text}\n{follower.text}")
            await follower.shows(f"event {event}/")
        assert not one.gone
        assert one.lost == 0
