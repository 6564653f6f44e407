"""An explorer that tells others what it shows: it waits for nobody, and what was lost is told anew."""

import socket
from pathlib import Path

import pytest

from gomem_core.files.journal import read
from gomem_core.files.script import read_script
from gomem_core.session.console import Console
from tests.serve.beside import Beside
from tests.serve.test_view import compare, press

SCRIPT = "alloc 48\nalloc 64\ngc\n"


def desk(journal: bool = False) -> Console:
    return Console(True, read_script("t", SCRIPT, "t"), "explorer" if journal else None)


async def test_the_journal_is_as_ever_and_looks_are_in_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    beside = Beside(desk(journal=True), (80, 24))
    async with beside.app.run_test(size=beside.size) as pilot:
        await pilot.pause()
        await pilot.pause()
        beside.catch_up()
        await press(pilot, "space space b j 2")
        records = beside.catch_up()
    journal = beside.app.model.console.journal
    assert journal is not None
    written = [(record.verb, *record.values) for record in read(journal.path).records if record.verb != "load"]
    assert written == [("goto", 1, 0), ("goto", 2, 0), ("goto", 1, 0)]
    told = [tuple(record["values"]) for record in records if record["r"] == "journal"]
    assert [entry for entry in told if entry[0] != "load"] == written
    assert any(record["r"] == "look" for record in records)
    assert b"look" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


async def test_a_look_is_told_once_and_says_what_is_typed_selected_and_said() -> None:
    beside = Beside(desk(), (80, 24))
    async with beside.app.run_test(size=beside.size) as pilot:
        beside.catch_up()
        assert beside.catch_up() == []
        await press(pilot, "space 2 v")
        look = beside.catch_up()[-1]
        assert look["at"] == [1, 0, 3, "main"]
        assert look["panes"] == ["arena"]
        assert look["own"]["arena"] == {"lens": "used", "zoom": 0}
        assert look["select"][0] == 0xC420000000
        await press(pilot, "y")
        assert "Copied 0xc420000000" in beside.catch_up()[-1]["said"]
        await press(pilot, "colon g c")
        assert beside.catch_up()[-1]["typing"] is True


async def test_it_does_not_wait_for_a_server_that_does_not_read_and_tells_all_anew_later() -> None:
    beside = Beside(desk(), (80, 24))
    beside.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)
    async with beside.app.run_test(size=beside.size) as pilot:
        audience = beside.audience
        audience.tell()
        audience._say("journal", values=["load", "x", "y" * (1 << 23)])
        await press(pilot, "space space")
        for _ in range(3):
            audience.tell()
        assert len(audience._waiting) > 1 << 22, "and no more is added"
        size = len(audience._waiting)
        await press(pilot, "space")
        assert len(audience._waiting) <= size
        for _ in range(20_000):
            try:
                beside._lines.feed(beside.stream.recv(1 << 20))
            except BlockingIOError:
                if len(audience._waiting) < 1 << 22:
                    break
            audience._write()
        beside._lines.feed(b"")
        for _ in range(2_000):
            audience.tell()
            records = beside.catch_up()
            if any(record["r"] == "load" for record in records):
                break
        compare(beside, "after")
        assert beside.view.model.session.step == 3


async def test_all_is_told_anew_when_that_is_asked_for() -> None:
    beside = Beside(desk(), (80, 24))
    async with beside.app.run_test(size=beside.size) as pilot:
        await press(pilot, "space")
        beside.catch_up()
        beside.stream.send(b'{"r": "again"}\nno record\n[]\n{"r": "seats", "who": ["ada"]}\n')
        beside.audience._turn()
        assert [record["r"] for record in beside.catch_up()] == ["load", "look"]
        compare(beside, "again")
        assert beside.app.widgets.bars.who == ("ada",)
        await press(pilot, "space")
        assert "1 follower" in beside.app.widgets.header.text()


async def test_without_a_server_it_ends_as_without_a_terminal() -> None:
    beside = Beside(desk(), (80, 24))
    async with beside.app.run_test(size=beside.size) as pilot:
        await press(pilot, "space")
        beside.stream.close()
        beside.audience._turn()
    assert beside.app.return_value == 129
